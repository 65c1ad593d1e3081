package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tocsin/model/policy"
)

func (d *decider) setup(c Setup) error {
	in := &inputs{}
	body := &SpaceSetUp{Organisation: in.need("organisation", c.Organisation, "your organisation's name"), Zone: c.Zone, Packs: c.Packs}
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "" || c.Zone == "Local" {
		in.bad("zone", fmt.Sprintf("%q is not a time zone", Clip(CleanLine(c.Zone), 40)), "an IANA name such as Europe/Berlin or UTC")
	}
	d.checkPacks(in, c.Packs)
	if err := in.refusal(); err != nil {
		return err
	}
	meta := d.state.Meta
	if meta.Organisation != body.Organisation || meta.Zone != body.Zone || !slices.Equal(meta.Packs, body.Packs) {
		d.emit(body)
	}
	return nil
}

// checkPacks accepts packs that are adopted, the first a procedure and all
// others regimes.
func (d *decider) checkPacks(in *inputs, refs []policy.Ref) {
	if len(refs) == 0 {
		in.bad("packs", "is empty", "a procedure pack, then any regimes")
		return
	}
	for k, ref := range refs {
		pack, adopted := d.state.Packs[ref]
		switch {
		case !adopted:
			in.bad("packs", fmt.Sprintf("%s is not adopted in this space", ref), d.adopted())
		case k == 0 && pack.Kind != policy.Procedure:
			in.bad("packs", fmt.Sprintf("%s is a regime and brings no phases", ref), "a procedure pack first")
		case k > 0 && pack.Kind == policy.Procedure:
			in.bad("packs", fmt.Sprintf("%s is a second procedure", ref), "one procedure, then regimes")
		}
	}
}

func (d *decider) adopted() string {
	var refs []string
	for ref := range d.state.Packs {
		refs = append(refs, ref.String())
	}
	slices.Sort(refs)
	return fmt.Sprint(refs)
}

// adoptPack takes in a version once. New incidents run under the newest
// version of a pack they would run under anyway.
func (d *decider) adoptPack(c AdoptPack) error {
	ref := c.Pack.Ref()
	if known, ok := d.state.Packs[ref]; ok {
		if same(known, c.Pack) {
			return nil
		}
		return Refuse(Field("version", fmt.Sprintf("%s was adopted with other content", ref), fmt.Sprintf("a version above %d for the changed pack", ref.Version)))
	}
	d.emit(&PackAdopted{Pack: c.Pack})
	packs := slices.Clone(d.state.Meta.Packs)
	for k, old := range packs {
		if old.ID == ref.ID && old.Version < ref.Version {
			packs[k] = ref
		}
	}
	if !slices.Equal(packs, d.state.Meta.Packs) {
		d.emit(&SpaceSetUp{Organisation: d.state.Meta.Organisation, Zone: d.state.Meta.Zone, Packs: packs})
	}
	return nil
}

// same compares packs by what is stored of them.
func same(a, b *policy.Pack) bool {
	textA, errA := json.Marshal(a)
	textB, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(textA, textB)
}
