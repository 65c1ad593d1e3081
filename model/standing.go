package model

import (
	"cmp"
	"slices"
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
}

// Due is one obligation that counts towards a time.
type Due struct {
	At          time.Time // the strict due time
	Start       time.Time // the anchor it is counted from
	Pack        *policy.Pack
	Rule        *policy.Rule
	Occurrence  int
	Conditional bool // "cannot be excluded": At is the worst case
}

// Stand computes an incident's standing.
func (s *State) Stand(i *Incident) *Standing {
	standing := &Standing{Incident: i, Procedure: s.Procedure(i)}
	standing.Rank = standing.Procedure.SeverityRank(i.Severity()) + 1
	if !i.Open() {
		return standing
	}
	standing.Dues = duesOf(s.Obligations(i))
	return standing
}

// duesOf picks the obligations that count towards a time, soonest first. The
// result is kept for as long as the incident, so it is no larger than need be.
func duesOf(obligations []policy.Obligation) []Due {
	counting := 0
	for k := range obligations {
		if !obligations[k].Strict.IsZero() {
			counting++
		}
	}
	if counting == 0 {
		return nil
	}
	dues := make([]Due, 0, counting)
	for k := range obligations {
		if o := &obligations[k]; !o.Strict.IsZero() {
			dues = append(dues, Due{At: o.Strict, Start: o.Start, Pack: o.Pack, Rule: o.Rule, Occurrence: o.Occurrence, Conditional: o.Applies == policy.Unknown})
		}
	}
	slices.SortStableFunc(dues, func(a, b Due) int { return a.At.Compare(b.At) })
	return dues
}

// Next is the obligation due first; ok is false where nothing counts.
func (s *Standing) Next() (due Due, ok bool) {
	if len(s.Dues) == 0 {
		return Due{}, false
	}
	return s.Dues[0], true
}

// State is where a due stands now, by the rules' own thresholds.
func (d Due) State(now time.Time) policy.State {
	o := policy.Obligation{Pack: d.Pack, Rule: d.Rule, Applies: policy.Yes, Started: true, Start: d.Start, Strict: d.At, Occurrence: d.Occurrence}
	if d.Conditional {
		o.Applies = policy.Unknown
	}
	if now.Equal(d.At) && d.period().EndsDay() && !d.Conditional {
		return policy.Overdue // the end of a day is the next midnight, which is too late
	}
	return o.State(now)
}

// period is what the due time ends: the rule's first, or a later one.
func (d Due) period() calendar.Period {
	if d.Occurrence > 1 {
		return d.Rule.Every
	}
	return d.Rule.Within
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
// is due next, overdue first; then, where nothing counts, untriaged before
// triaged; then severity, highest first; then the older. Ended ones come with
// the latest first. It never returns 0 for two incidents.
func CompareUrgency(a, b *Standing) int {
	if open := compareBool(b.Incident.Open(), a.Incident.Open()); open != 0 {
		return open
	}
	if !a.Incident.Open() {
		return cmp.Or(b.Incident.Closed.Compare(a.Incident.Closed), strings.Compare(string(a.Incident.ID), string(b.Incident.ID)))
	}
	dueA, okA := a.Next()
	dueB, okB := b.Next()
	if due := compareBool(okB, okA); due != 0 {
		return due
	}
	return cmp.Or(
		dueA.At.Compare(dueB.At),
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
