package model

import (
	"cmp"
	"strings"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// Standing is an incident as boards and queues need it: with what it owes
// next. It is computed once per change, shared by all readers and never
// changed.
type Standing struct {
	Incident  *Incident
	Procedure *policy.Pack
	Rank      int   // severity from 1 (lowest) up; 0 before triage
	Dues      []Due // obligations that count towards a time, soonest first
	// Waits is a promise whose clock waits for somebody to state since when
	// they know, nil where none does. Only where nothing counts yet.
	Waits *policy.Wait
}

// Due is one obligation that counts towards a time.
type Due = policy.Due

// Stand computes an incident's standing. It runs for every open incident at
// every start, so it makes nothing that the standing does not keep.
func (s *State) Stand(i *Incident) *Standing {
	procedure := s.Procedure(i)
	standing := &Standing{Incident: i, Procedure: procedure, Rank: procedure.SeverityRank(i.Severity()) + 1}
	if i.Open() {
		var few [4]*policy.Pack
		packs, c, home := s.appendPacks(few[:0], i), i.Case(), s.Home()
		standing.Dues = policy.DuesIn(packs, c, home)
		if len(standing.Dues) == 0 {
			standing.Waits = waiting(packs, c, home, i.Opened)
		}
	}
	return standing
}

func waiting(packs []*policy.Pack, c *policy.Case, home calendar.Calendar, opened time.Time) *policy.Wait {
	if w := policy.Waiting(packs, c, home, opened); w.Rule != nil {
		return &w
	}
	return nil
}

// orderTime is what a queue orders by: the next due time, or the worst case
// of a clock that waits to be started; ok is false where there is neither.
func (s *Standing) orderTime() (at time.Time, ok bool) {
	if due, counts := s.Next(); counts {
		return due.At, true
	}
	if s.Waits == nil {
		return time.Time{}, false
	}
	return s.Waits.Worst, true
}

// Next is the obligation due first; ok is false where nothing counts.
func (s *Standing) Next() (due Due, ok bool) {
	if len(s.Dues) == 0 {
		return Due{}, false
	}
	return s.Dues[0], true
}

// Overdue reports whether a due time of the incident has passed at now, that of
// an obligation that cannot be excluded included.
func (s *Standing) Overdue(now time.Time) bool {
	for _, due := range s.Dues {
		if due.Passed(now) {
			return true
		}
		if due.At.After(now) {
			return false // the others come later still
		}
	}
	return false
}

// Gaps lists the required roles of the procedure that nobody holds.
func (s *Standing) Gaps() []policy.Role {
	var gaps []policy.Role
	for _, role := range s.Procedure.Roles {
		if role.Required && len(s.Incident.Holders(role.ID)) == 0 {
			gaps = append(gaps, role)
		}
	}
	return gaps
}

// CompareUrgency orders standings for a queue: open before ended; then what
// is due next, overdue first, a clock that waits to be started by its worst
// case; then, where there is neither, untriaged before triaged; then severity,
// highest first; then the older. Ended ones come with the latest first. It
// never returns 0 for two incidents.
func CompareUrgency(a, b *Standing) int {
	if open := compareBool(b.Incident.Open(), a.Incident.Open()); open != 0 {
		return open
	}
	if !a.Incident.Open() {
		return cmp.Or(b.Incident.Closed.Compare(a.Incident.Closed), strings.Compare(string(a.Incident.ID), string(b.Incident.ID)))
	}
	dueA, okA := a.orderTime()
	dueB, okB := b.orderTime()
	if due := compareBool(okB, okA); due != 0 {
		return due
	}
	return cmp.Or(
		dueA.Compare(dueB),
		compareBool(b.Rank == 0, a.Rank == 0),
		cmp.Compare(b.Rank, a.Rank),
		a.Incident.Opened.Compare(b.Incident.Opened),
		strings.Compare(string(a.Incident.ID), string(b.Incident.ID)),
	)
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
