package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

func (d *decider) setup(c Setup) error {
	in := &inputs{}
	body := &SpaceSetUp{Organisation: in.need("organisation", c.Organisation, "your organisation's name"), Zone: c.Zone, Calendar: c.Calendar, Packs: slices.Clone(c.Packs), Answers: d.ownAnswers(in, c.Answers)}
	if _, err := loadZone(c.Zone); err != nil || c.Zone == "" {
		in.bad("zone", fmt.Sprintf("%q is not a time zone", Clip(CleanLine(c.Zone), 40)), "an IANA name such as Europe/Berlin or UTC")
	}
	if _, adopted := d.state.Calendars[c.Calendar]; !adopted && c.Calendar != "" {
		in.bad("calendar", fmt.Sprintf("%q is not adopted in this space", Clip(CleanLine(c.Calendar), 40)), orNone(strings.Join(slices.Sorted(maps.Keys(d.state.Calendars)), ", ")))
	}
	d.checkPacks(in, c.Packs)
	if err := in.refusal(); err != nil {
		return err
	}
	meta := d.state.Meta
	if meta.Organisation == body.Organisation && meta.Zone == body.Zone && meta.Calendar == body.Calendar && slices.Equal(meta.Packs, body.Packs) && slices.EqualFunc(meta.Answers, body.Answers, OwnAnswer.Equal) {
		return nil
	}
	return d.recount(body, &body.Further)
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
			in.bad("packs", fmt.Sprintf("%q is not adopted in this space", Clip(ref.String(), 80)), d.adopted())
		case slices.ContainsFunc(refs[:k], func(r policy.Ref) bool { return r.ID == ref.ID }):
			in.bad("packs", fmt.Sprintf("%s is named twice, so that its promises would count twice", ref.ID), "one version of each pack")
		case k == 0 && pack.Kind != policy.Procedure:
			in.bad("packs", fmt.Sprintf("%s is a regime and brings no phases", ref), "a procedure pack first")
		case k > 0 && pack.Kind == policy.Procedure:
			in.bad("packs", fmt.Sprintf("%s is a second procedure", ref), "one procedure, then regimes")
		}
	}
}

// changePacks puts an incident under other packs. What it was reported under
// stays its procedure: phases and severities cannot change their meaning.
func (d *decider) changePacks(i *Incident, c ChangePacks) error {
	in := &inputs{}
	d.checkPacks(in, c.Packs)
	reason := in.needText("reason", c.Reason, "why these packs")
	if len(c.Packs) > 0 && c.Packs[0].ID != i.Packs[0].ID {
		in.bad("packs", fmt.Sprintf("%s is another procedure", CleanLine(c.Packs[0].String())), "a version of "+i.Packs[0].ID+" first")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	if !slices.Equal(i.Packs, c.Packs) {
		d.emit(d.ownFacts(i, c.Packs, nil)...)
		d.emit(&PacksChanged{ID: i.ID, Before: i.Packs, After: slices.Clone(c.Packs), Reason: reason})
	}
	return nil
}

func (d *decider) adopted() string {
	var refs []string
	for ref := range d.state.Packs {
		refs = append(refs, ref.String())
	}
	slices.Sort(refs)
	return strings.Join(refs, ", ")
}

// adoptPack takes in a version once. New incidents run under the newest
// version of a pack they would run under anyway.
func (d *decider) adoptPack(c AdoptPack) error {
	if c.Pack == nil {
		return Refuse(Field("pack", "is empty", "a pack"))
	}
	ref := c.Pack.Ref()
	in := &inputs{}
	d.checkPack(in, c.Pack)
	if err := in.refusal(); err != nil {
		return err
	}
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
	if meta := d.state.Meta; !slices.Equal(packs, meta.Packs) {
		d.emit(&SpaceSetUp{Organisation: meta.Organisation, Zone: meta.Zone, Calendar: meta.Calendar, Packs: packs, Answers: meta.Answers})
	}
	return nil
}

// adoptCalendar takes in a version once, and moves what is due by it.
func (d *decider) adoptCalendar(c AdoptCalendar) error {
	e := c.Calendar
	if e == nil {
		return Refuse(Field("calendar", "is empty", "a calendar"))
	}
	in := &inputs{}
	checkCalendar(in, e)
	if err := in.refusal(); err != nil {
		return err
	}
	known, ok := d.state.Calendars[e.ID]
	switch {
	case ok && known.Same(e):
		return nil
	case ok && known.Version == e.Version:
		return Refuse(Field("version", fmt.Sprintf("%s was adopted with other content", e.Name()), fmt.Sprintf("a version above %d for the changed calendar", e.Version)))
	case ok && known.Version > e.Version:
		return Refuse(Field("version", fmt.Sprintf("%s is older than %s, which this space counts by", e.Name(), known.Name()), fmt.Sprintf("a version above %d", known.Version)))
	}
	body := &CalendarAdopted{Calendar: e}
	return d.recount(body, &body.Further)
}

// checkCalendar holds what a space relies on: that the calendar can be named
// and shown, and that counting by it comes to an end.
func checkCalendar(in *inputs, e *calendar.Edition) {
	if !policy.ValidID(e.ID) || Clip(e.ID, MaxLine) != e.ID || e.Version < 1 {
		in.bad("calendar", fmt.Sprintf("%q cannot name a calendar", Clip(CleanLine(e.Name()), 80)), "an id of small letters, digits and hyphens and a version from 1, such as de@1")
	}
	texts := map[string]string{"title": e.Title, "source": e.Source, "checked_on": e.CheckedOn, "note": e.Note}
	for date, name := range e.Days {
		texts[fmt.Sprintf("days.%04d-%02d-%02d", date.Year, date.Month, date.Day)] = name
	}
	for _, field := range slices.Sorted(maps.Keys(texts)) {
		if CleanText(texts[field]) != texts[field] || len(texts[field]) > MaxText {
			in.bad(field, "is no text for the record", fmt.Sprintf("at most %d characters without control characters", MaxText))
		}
	}
	if e.Title == "" {
		in.bad("title", "is empty", "what people call the calendar")
	}
	if err := e.Check(); err != nil {
		in.bad("days", "cannot be counted by: "+err.Error(), "holidays of known years, and a working day in every week")
	}
}

// checkPack holds what a space relies on whatever the pack says: that it can
// be named, that it stays what it is from version to version, and that its
// days can be counted. That it is right in itself is policy.Lint's matter,
// asked by whoever loads packs.
func (d *decider) checkPack(in *inputs, pack *policy.Pack) {
	ref := pack.Ref()
	if parsed, err := policy.ParseRef(ref.String()); err != nil || parsed != ref || CleanLine(ref.ID) != ref.ID {
		in.bad("pack", fmt.Sprintf("%q cannot name a pack", Clip(ref.String(), 80)), "an id and a version from 1, such as gdpr@1")
	}
	if pack.Kind != policy.Procedure && pack.Kind != policy.Regime {
		in.bad("kind", fmt.Sprintf("%q is no kind of pack", Clip(string(pack.Kind), 40)), "procedure, regime")
	}
	for known, other := range d.state.Packs {
		if known.ID == ref.ID && other.Kind != pack.Kind {
			in.bad("kind", fmt.Sprintf("%s is a %s, but its other versions are each a %s", ref, pack.Kind, other.Kind), "another id for what is another kind of pack")
			break
		}
	}
	if _, err := loadZone(pack.Zone); err != nil {
		in.bad("zone", fmt.Sprintf("%q is not a time zone", Clip(pack.Zone, 40)), "an IANA name such as Europe/Berlin, or none for the space's own")
	}
	if _, adopted := d.state.Calendars[pack.CalendarID]; !adopted && pack.CalendarID != "" {
		in.bad("calendar", fmt.Sprintf("%s counts by the calendar %q, which is not adopted in this space", ref, Clip(CleanLine(pack.CalendarID), 40)), "a pack whose calendar was adopted before it")
	}
}

// same compares packs by what is stored of them.
func same(a, b *policy.Pack) bool {
	textA, errA := json.Marshal(a)
	textB, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(textA, textB)
}
