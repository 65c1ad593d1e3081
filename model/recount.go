package model

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"tocsin/model/policy"
)

// How much of what a recount moves one decision lists: what the entries take
// in the record, and what the incidents take that they are written to anew,
// both in bytes as the model can tell. Together with the calendar itself it
// stays within what one command may write.
const (
	roomForMoves     = 192 << 10
	roomForIncidents = 1 << 20
)

// recount emits a change of what days are counted by, and after it what that
// does to each open incident, in the order of their ids. Where they are more
// than one decision can list, further becomes the number of the others.
func (d *decider) recount(change Body, further *int) error {
	after, err := d.state.under(Event{Seq: d.state.Seq + 1, At: d.now, Actor: d.actor.Name, Role: d.actor.Role, Body: change})
	if err != nil {
		return fmt.Errorf("weigh what %s changes: %w", change.Kind(), err)
	}
	d.emit(change)
	r := recounting{before: d.state, after: after, moves: roomForMoves, incidents: roomForIncidents}
	for _, i := range d.state.openUnder(after.Recounted(d.state)) {
		if moved := r.weigh(i); moved != nil {
			d.emit(moved)
		}
	}
	*further = r.further
	return nil
}

// under is the state as an event about the space itself makes it. It shares
// the incidents with s, and leaves s alone.
func (s *State) under(e Event) (*State, error) {
	next := new(State)
	if err := next.Restore(s.Seq, s.Meta, s.Laws(), nil); err != nil {
		return nil, err
	}
	if _, err := next.Fold(e); err != nil {
		return nil, err
	}
	next.Incidents = s.Incidents
	return next, nil
}

// openUnder lists the open incidents that run under one of the packs, by id.
func (s *State) openUnder(packs map[policy.Ref]bool) []*Incident {
	if len(packs) == 0 {
		return nil
	}
	var found []*Incident
	for _, i := range s.Incidents {
		if i.Open() && i.Under(packs) {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(a, b *Incident) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return found
}

// recounting compares what incidents owe in two states, as long as there is
// room to say so.
type recounting struct {
	before, after    *State
	moves, incidents int // room left
	further          int // incidents that moved and found no room
}

// weigh is what the recount does to the incident: nil where that is nothing,
// or where there is no room.
func (r *recounting) weigh(i *Incident) *DuesMoved {
	if r.sameDues(i) {
		return nil
	}
	if r.further > 0 && len(i.Waivers) == 0 {
		r.further++ // what was waived may be due elsewhere and yet move nothing
		return nil
	}
	moves := compareDues(r.before.Obligations(i), r.after.Obligations(i))
	if len(moves) == 0 {
		return nil
	}
	moved := &DuesMoved{ID: i.ID, Moves: moves}
	r.moves -= moved.weight()
	r.incidents -= i.weight()
	if r.further > 0 || r.moves < 0 || r.incidents < 0 {
		r.further++
		return nil
	}
	return moved
}

// sameDues compares what the incident owes at a known time: cheap, since it is
// asked of every open incident.
func (r *recounting) sameDues(i *Incident) bool {
	c := i.Case()
	var few, others [4]*policy.Pack
	was := policy.DuesIn(r.before.appendPacks(few[:0], i), c, r.before.Home())
	is := policy.DuesIn(r.after.appendPacks(others[:0], i), c, r.after.Home())
	return slices.EqualFunc(was, is, func(a, b Due) bool {
		return a.Rule == b.Rule && a.At.Equal(b.At) && a.Conditional == b.Conditional
	})
}

// weight is about how many bytes the entry takes in the record.
func (e *DuesMoved) weight() int {
	const envelope = 256
	return envelope + weigh(reflect.ValueOf(e.Moves))
}

// weight is about how many bytes the incident takes where it is stored.
func (i *Incident) weight() int { return weigh(reflect.ValueOf(i)) }

// weigh is about how many bytes a value takes in the record, rather more than
// less: its texts, and something for the name and the head of each field. It
// goes through whatever the value holds, so that no field is forgotten.
func weigh(v reflect.Value) int {
	const head, moment = 16, 40
	size := 0
	switch v.Kind() {
	case reflect.String:
		return head + v.Len()
	case reflect.Pointer:
		if !v.IsNil() {
			return weigh(v.Elem())
		}
	case reflect.Slice:
		for k := range v.Len() {
			size += weigh(v.Index(k))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return moment
		}
		for k := range v.NumField() {
			size += weigh(v.Field(k))
		}
	}
	return head + size
}
