package model

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"tocsin/model/policy"
)

// WithOthers are the packs of an incident and, behind them, the newest version
// of every other regime that is adopted, by id: what facts may be stated about
// it. An answer that says why a pack does not apply is worth keeping too.
func WithOthers(own []*policy.Pack, adopted iter.Seq[*policy.Pack]) []*policy.Pack {
	newest := make(map[string]*policy.Pack)
	for p := range adopted {
		if old := newest[p.ID]; p.Kind == policy.Regime && (old == nil || old.Version < p.Version) {
			newest[p.ID] = p
		}
	}
	for _, p := range own {
		delete(newest, p.ID)
	}
	all := slices.Clip(own)
	for _, id := range slices.Sorted(maps.Keys(newest)) {
		all = append(all, newest[id])
	}
	return all
}

// packsAbout are the packs that know what may be stated of an incident: of one
// that is being imported, its own alone.
func (d *decider) packsAbout(i *Incident) []*policy.Pack {
	own := d.state.PacksOf(i)
	if i.ID == "" {
		return own
	}
	return WithOthers(own, maps.Values(d.state.Packs))
}

// joined are the packs of an incident with those that triage adds; nil where
// it has all of them.
func (d *decider) joined(in *inputs, i *Incident, added []policy.Ref) []policy.Ref {
	after := slices.Clone(i.Packs)
	for _, ref := range added {
		if slices.Contains(i.Packs, ref) {
			continue
		}
		if slices.ContainsFunc(i.Packs, func(own policy.Ref) bool { return own.ID == ref.ID }) {
			in.bad("packs", "the incident runs under another version of "+ref.ID+" already", "another pack; a version is changed by a decision of its own")
			continue
		}
		after = append(after, ref)
	}
	if len(after) == len(i.Packs) {
		return nil
	}
	d.checkPacks(in, after)
	return after
}

// join puts an incident under the packs that triage added, for the reason that
// what triage says gives.
func (d *decider) join(i *Incident, packs []policy.Ref) error {
	if packs == nil {
		return nil
	}
	after, err := d.outcome([]ID{i.ID})
	if err != nil {
		return err
	}
	var reasons []string
	for _, ref := range packs[len(i.Packs):] {
		why := "chosen in triage"
		for _, p := range policy.Propose([]*policy.Pack{d.state.Packs[ref]}, after.Incidents[i.ID].Case(), d.state.Zone()) {
			why = p.Why()
		}
		reasons = append(reasons, ref.ID+": "+why)
	}
	d.emit(&PacksChanged{ID: i.ID, Before: i.Packs, After: packs, Reason: Clip(strings.Join(reasons, "\n"), MaxText)})
	return nil
}
