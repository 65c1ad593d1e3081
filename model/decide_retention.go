package model

import (
	"fmt"
	"slices"
	"time"

	"tocsin/model/calendar"
)

// MaxSweep is how many incidents one sweep may purge; more go with the next.
const MaxSweep = 200

func (d *decider) setRetention(c SetRetention) error {
	in := &inputs{}
	for _, kept := range keepings {
		in.keep(kept, *kept.period(&c.Retention))
	}
	if err := in.refusal(); err != nil {
		return err
	}
	next := c.Retention
	in.within(next, IncidentBodies, AuditLog, "the audit log holds the incidents")
	in.within(next, EvidenceContent, IncidentBodies, "evidence goes with its incident")
	in.within(next, Undo, Deleted, "what is deleted is to be gone by then")
	if err := in.refusal(); err != nil {
		return err
	}
	if before := d.state.Meta.Retention; before != next {
		d.emit(&RetentionSet{Before: before, After: next})
	}
	return nil
}

// keep accepts a whole number of days or months.
func (in *inputs) keep(kept Keeping, p calendar.Period) {
	const accepts = "a period in days or months, such as 30d or 120mo, at most ten years, or none for the default"
	if p == (calendar.Period{}) {
		return
	}
	parsed, err := calendar.ParsePeriod(p.String())
	if err != nil || parsed != p || p.Unit != calendar.Days && p.Unit != calendar.Months {
		in.bad(string(kept.Class), fmt.Sprintf("%q is no time to keep something", Clip(CleanLine(p.String()), 40)), accepts)
	}
}

// within holds that one class is not kept longer than another.
func (in *inputs) within(r Retention, class, other Class, why string) {
	if p, most := r.Period(class), r.Period(other); longer(p, most) {
		in.bad(string(class), fmt.Sprintf("%s is longer than %s for %s, and %s", PeriodWords(p), PeriodWords(most), other, why), "at most "+most.String())
	}
}

// longer compares periods by where they end that begin on a day from which on
// months are long.
func longer(a, b calendar.Period) bool {
	from := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	var count calendar.Calendar
	return count.Due(a, from).After(count.Due(b, from))
}

// markDeleted decides that an ended incident is to go.
func (d *decider) markDeleted(i *Incident, c MarkDeleted) error {
	in := &inputs{}
	reason := in.needText("reason", c.Reason, "why it should never have been recorded")
	if err := in.refusal(); err != nil {
		return err
	}
	switch {
	case i.Deletion != nil:
		return nil
	case i.Held():
		d.refusePurge([]ID{i.ID}, reason)
		return nil
	case i.Open():
		return &Refusal{Reason: fmt.Sprintf("%s is open, and what is worked on is not deleted: end it first, as a false positive, a duplicate or resolved", i.ID)}
	}
	if i.Outcome == Resolved {
		if refusal := d.undecided(i); refusal != nil {
			return refusal
		}
	}
	d.emit(&DeletionMarked{ID: i.ID, Reason: reason})
	return nil
}

func (d *decider) withdrawDeletion(i *Incident, c WithdrawDeletion) error {
	in := &inputs{}
	reason := in.needText("reason", c.Reason, "why it is to be kept after all")
	if err := in.refusal(); err != nil {
		return err
	}
	if i.Deletion != nil {
		d.emit(&DeletionWithdrawn{ID: i.ID, Reason: reason})
	}
	return nil
}

// refusePurge records that holds kept incidents from being deleted or swept.
func (d *decider) refusePurge(held []ID, reason string) {
	for _, id := range held[:min(len(held), maxRefusals)] {
		d.emit(&PurgeRefused{ID: id, Reason: reason})
	}
	d.refused = &Refusal{Reason: fmt.Sprintf("nothing is deleted: a legal hold is on %s; this refusal was recorded", held[0])}
}

// sweep purges what has been kept long enough: all that it names, or nothing.
func (d *decider) sweep(c Sweep) error {
	approver, err := d.approver(c.Approver)
	if err != nil {
		return err
	}
	if n := len(c.Removals) + len(c.Evidence); n == 0 || n > MaxSweep {
		return Refuse(Field("incidents", fmt.Sprintf("%d are named", n), fmt.Sprintf("1 to %d at a time", MaxSweep)))
	}
	if held, err := d.heldOf(c); err != nil || len(held) > 0 {
		if err == nil {
			d.refusePurge(held, "a sweep named it")
		}
		return err
	}
	if len(c.Removals) > 0 {
		if err := d.purge(c.Removals, approver); err != nil {
			return err
		}
	}
	return d.purgeEvidence(c.Evidence, approver)
}

// approver is the second person behind a sweep, where the space asks for one.
func (d *decider) approver(name string) (string, error) {
	in := &inputs{}
	approver := in.person("approver", name)
	switch {
	case len(in.problems) > 0:
	case approver == "" && d.state.Meta.Retention.Second:
		in.bad("approver", "is missing: this space asks for two people", "the second person who agrees to the sweep")
	case approver == d.actor.Name:
		in.bad("approver", approver+" gives the sweep already", "somebody else")
	case approver != "" && !d.mayApprove(approver):
		in.bad("approver", fmt.Sprintf("%s is no owner or lead here", Clip(approver, 40)), "another registered owner or lead who may enter")
	}
	return approver, in.refusal()
}

// mayApprove reports whether somebody can be the second person: an owner or lead
// who may enter. Where nobody is registered there is none to hold a name against.
func (d *decider) mayApprove(name string) bool {
	access := d.access()
	if len(access.People) == 0 {
		return true
	}
	p, ok := access.Person(name)
	return ok && p.approves()
}

// heldOf lists which of the incidents in a sweep are under a legal hold.
func (d *decider) heldOf(c Sweep) ([]ID, error) {
	var held []ID
	for _, id := range c.About() {
		i, ok := d.state.Incident(id)
		if !ok {
			return nil, &Refusal{Cause: ErrNotFound, Reason: fmt.Sprintf("there is no incident %s", orNone(Clip(CleanLine(string(id)), 40)))}
		}
		if i.Held() {
			held = append(held, id)
		}
	}
	return held, nil
}

func (d *decider) purge(removals []Removal, approver string) error {
	body := &IncidentsPurged{Approver: approver}
	named := make(map[ID]bool)
	for _, r := range removals {
		i, _ := d.state.Incident(r.Incident)
		e, ok := d.expired(i, func(e Expiry) bool { return e.Class != EvidenceContent })
		switch {
		case named[i.ID]:
			return Refuse(Field("incidents", fmt.Sprintf("%s is named twice", i.ID), "each incident once"))
		case !ok:
			return d.keepsStill(i, e)
		case !ascending(r.Events) || r.Events[len(r.Events)-1] != i.Version:
			return &Refusal{Cause: ErrConflict, Reason: fmt.Sprintf("%s changed since the sweep was prepared: preview it again", i.ID)}
		}
		named[i.ID] = true
		body.Incidents = append(body.Incidents, Purged{ID: i.ID, Class: e.Class, Period: e.Period, Since: e.Since, Events: spans(r.Events)})
		body.Events += len(r.Events)
	}
	d.emit(body)
	return nil
}

func (d *decider) purgeEvidence(ids []ID, approver string) error {
	for k, id := range ids {
		i, _ := d.state.Incident(id)
		e, ok := d.expired(i, func(e Expiry) bool { return e.Class == EvidenceContent })
		if !ok || slices.Contains(ids[:k], id) {
			return d.keepsStill(i, e)
		}
		d.emit(&EvidencePurged{ID: id, Items: e.Items, Period: e.Period, Since: e.Since, Approver: approver})
	}
	return nil
}

// expired finds what of an incident a sweep may take now.
func (d *decider) expired(i *Incident, match func(Expiry) bool) (Expiry, bool) {
	for _, e := range d.state.Meta.Retention.Expiries(i, d.state.Zone()) {
		if match(e) {
			return e, !d.now.Before(e.From)
		}
	}
	return Expiry{}, false
}

func (d *decider) keepsStill(i *Incident, e Expiry) error {
	if e.From.IsZero() {
		return &Refusal{Reason: fmt.Sprintf("nothing of %s is to be purged: it is open, or nothing that is kept for a time is left", i.ID)}
	}
	return &Refusal{Reason: fmt.Sprintf("%s is kept until %s (%s)", i.ID, d.show(e.From), e.Why())}
}

func ascending(events []uint64) bool {
	for k := 1; k < len(events); k++ {
		if events[k] <= events[k-1] {
			return false
		}
	}
	return len(events) > 0 && events[0] > 0
}

// spans joins events that follow one another.
func spans(events []uint64) []Span {
	var all []Span
	for _, seq := range events {
		if n := len(all); n > 0 && all[n-1][1]+1 == seq {
			all[n-1][1] = seq
			continue
		}
		all = append(all, Span{seq, seq})
	}
	return all
}

// Names reports whether the event orders that another one be removed.
func (e *IncidentsPurged) Names(seq uint64) bool {
	for k := range e.Incidents {
		if e.Incidents[k].Names(seq) {
			return true
		}
	}
	return false
}

// Names reports whether an event is one of the incident's.
func (p *Purged) Names(seq uint64) bool {
	_, found := slices.BinarySearchFunc(p.Events, seq, func(s Span, seq uint64) int {
		switch {
		case s[1] < seq:
			return -1
		case s[0] > seq:
			return 1
		}
		return 0
	})
	return found
}

// foldPurged takes incidents out of the state; their numbers stay given. A
// log that was read with their events removed has none of them to take out.
func (s *State) foldPurged(body *IncidentsPurged) (Touched, error) {
	touched := Touched{Meta: true}
	for k := range body.Incidents {
		id := body.Incidents[k].ID
		year, number, ok := id.Parts()
		if !ok {
			return Touched{}, fmt.Errorf("%q is no incident id", id)
		}
		if number > s.Meta.Last[year] {
			s.Meta.Last = with(s.Meta.Last, year, number)
		}
		if i, known := s.Incidents[id]; known {
			if s.external[i.External] == id {
				delete(s.external, i.External)
			}
			delete(s.Incidents, id)
		}
		touched.Blocks = append(touched.Blocks, s.dropDeliveries(id)...)
		touched.Purged = append(touched.Purged, id)
	}
	return touched, nil
}
