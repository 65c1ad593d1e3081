package policy

import (
	"slices"
	"time"

	"tocsin/model/calendar"
)

// knowledge are the facts that say when somebody knew: they lie in the past
// as soon as they are true, so that a clock which hangs on one of them waits
// for a word, not for an event.
var knowledge = []string{"suspected", "aware", "confirmed", "impact_confirmed", "discovered", "known", "noticed", "determined"}

// Wait is a promise that surely applies and counts a time, but whose clock
// nobody has started yet: the moment of knowledge it hangs on is not stated.
// The zero Wait is none.
type Wait struct {
	Pack *Pack
	Rule *Rule
	Fact string // what has to be stated
	// Worst is when it would be due if that moment was as early as it can be,
	// the given one. It orders queues; nothing counts to it.
	Worst time.Time
}

// Waiting returns the promise that would be due soonest among those that wait
// for a moment of knowledge, counted at home from the earliest that this can
// have been.
func Waiting(packs []*Pack, c *Case, home calendar.Calendar, earliest time.Time) Wait {
	var soonest Wait
	for _, pack := range packs {
		for i := range pack.Rules {
			rule := &pack.Rules[i]
			if rule.Soft() || !slices.Contains(knowledge, rule.Starts) {
				continue
			}
			cal := pack.CalendarAt(home)
			o := Obligation{Pack: pack, Rule: rule}
			if o.begin(c, cal.Location()); o.Started || rule.When.Holds(c) != Yes || o.decided(c) {
				continue
			}
			worst := cal.Due(rule.Within, earliest)
			if soonest.Rule == nil || worst.Before(soonest.Worst) {
				soonest = Wait{Pack: pack, Rule: rule, Fact: rule.Starts, Worst: worst}
			}
		}
	}
	return soonest
}

// decided reports whether the rule was met or waived although its clock never
// started.
func (o *Obligation) decided(c *Case) bool {
	key := o.Key()
	return slices.ContainsFunc(c.Submissions, func(s Submission) bool { return s.Key.Covers(key) }) ||
		slices.ContainsFunc(c.Waivers, func(w Waiver) bool { return w.Key.Covers(key) })
}
