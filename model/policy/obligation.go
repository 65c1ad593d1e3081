package policy

import (
	"fmt"
	"slices"
	"time"

	"tocsin/model/calendar"
)

// State is where an obligation stands at one moment.
type State string

const (
	NotStarted      State = "not started"        // applies, but its starting fact is not stated
	Running         State = "running"            // the countdown runs
	DueSoon         State = "due soon"           // little is left, see SoonFor
	Overdue         State = "overdue"            // the strict due time has passed
	Open            State = "open"               // started and soft: to be done without undue delay, no number
	Met             State = "met"                // done in time
	MetLate         State = "met late"           // done after the strict due time; frozen at the first valid filing
	Waived          State = "waived"             // decided not to be required
	CannotExclude   State = "cannot be excluded" // an answer that decides it is unknown; the due time is the worst case
	NoLongerApplies State = "no longer applies"  // applied once; the facts have changed
	Suspended       State = "suspended"          // an evidenced delay runs; the due time is the one after it
)

// States are all states, in the order of an obligation's life.
var States = []State{NotStarted, CannotExclude, Running, DueSoon, Overdue, Open, Suspended, Met, MetLate, Waived, NoLongerApplies}

// ParseState reads a state by its words, such as "due soon".
func ParseState(text string) (State, error) {
	if slices.Contains(States, State(text)) {
		return State(text), nil
	}
	return "", fmt.Errorf("%q is not a state%s", text, suggestion(text, words(States)))
}

// Decided reports whether nothing more is asked: the incident may be closed
// with an obligation in this state. NotStarted counts as decided: there is
// nothing to be done about a clock that nothing started.
func (s State) Decided() bool {
	switch s {
	case Met, MetLate, Waived, NoLongerApplies, NotStarted:
		return true
	}
	return false
}

// Counting reports whether a countdown towards a due time runs in this state.
func (s State) Counting() bool {
	switch s {
	case Running, DueSoon, Overdue, CannotExclude:
		return true
	}
	return false
}

// Obligation is one rule applied to one case. It does not depend on the
// current time: State and Missed take it as an argument. All times are UTC
// instants; a due time that is an end of day is the exclusive next midnight.
//
// Pack, Rule, Applies, Started, Start, Strict, Occurrence and Suspensions are
// enough for State, Left and SoonFor of an obligation that still stands, so a live view may
// keep just these. Missed, NextAfter and Explain need the whole as Obligations
// made it.
type Obligation struct {
	Pack    *Pack
	Rule    *Rule
	Applies Answer // No only for a rule that applied once
	Group   *Group // the affected customers it is about; nil: the rule as a whole
	Told    Told   // how many of its recipients were told, where that is counted

	Started bool
	ByTerms bool      // the group's own terms, not the rule's number, decide the first due time
	Start   time.Time // the anchor the current due time is counted from
	Trigger time.Time // the fact or submission that first started the clock

	// Undated is a fact that the due time hangs on and of which nobody knows when
	// it was, "" where there is none. The clock then counts from the earliest
	// moment it can have been, that of the fact Earliest; where no time is stated
	// at all, Earliest is "" and the clock has not started.
	Undated, Earliest string

	// The due time that stands now. Zero where there is none: soft, not
	// started, or all done.
	Strict time.Time
	Legal  time.Time

	Occurrence int       // 1 for the first; for recurring rules the one that Strict is about
	Done       []Filing  // every submission that counted, in order
	Ended      time.Time // when Until ended a recurring rule; zero while it runs
	Waiver     *Waiver
	// Suspensions are the delays that move the due time, in order, with what
	// overlaps joined; none where the rule knows none.
	Suspensions []Suspension
	Why         string // for NoLongerApplies, CannotExclude and NotStarted: what decided that, for people

	closed bool  // the case ended before the obligation was met
	legal  Legal // how the legal limit is computed for this case
	dues   series
}

// Filing is one submission that met an occurrence of an obligation.
type Filing struct {
	Submission
	Due  time.Time // the strict due time it was held against; zero for soft
	Late bool
	// Missed counts the further due times of a recurring rule that had passed
	// with nothing sent when this was filed: one filing answers for one due
	// time, those stay missed.
	Missed int
}

// Key names the obligation within its incident.
func (o *Obligation) Key() RuleKey {
	return RuleKey{Pack: o.Pack.ID, Rule: o.Rule.ID, Group: o.Group.name()}
}

// State is where the obligation stands at now.
func (o *Obligation) State(now time.Time) State {
	switch {
	case o.Waiver != nil:
		return Waived
	case o.Applies == No || o.closed:
		return NoLongerApplies
	case o.finished():
		return o.metState(now)
	case !o.Started && o.Undated == "":
		return NotStarted
	case suspendedAt(o.Suspensions, now):
		return Suspended
	case o.Applies == Unknown:
		return CannotExclude
	case o.soft():
		return Open
	case o.past(now):
		return Overdue
	case o.Left(now) <= o.SoonFor():
		return DueSoon
	}
	return Running
}

func suspendedAt(delays []Suspension, now time.Time) bool {
	return slices.ContainsFunc(delays, func(s Suspension) bool { return s.Holds(now) })
}

// finished reports whether nothing more can come due: something was filed, and
// the rule asks once or has ended.
func (o *Obligation) finished() bool {
	return len(o.Done) > 0 && (o.Rule.Every.IsZero() || !o.Ended.IsZero() || o.soft())
}

func (o *Obligation) metState(now time.Time) State {
	if o.Missed(now) > 0 {
		return MetLate
	}
	for i := range o.Done {
		if o.Done[i].Late {
			return MetLate
		}
	}
	return Met
}

// Left is the time from now to the strict due time, negative once it has
// passed; 0 where no due time stands.
func (o *Obligation) Left(now time.Time) time.Duration {
	if o.Strict.IsZero() {
		return 0
	}
	return o.Strict.Sub(now)
}

// Bounds of SoonFor.
const (
	soonAtLeast = time.Hour
	soonAtMost  = 24 * time.Hour
)

// SoonFor is how long before its due time an obligation counts as due soon: a
// quarter of its period, at least an hour and at most a day.
func (o *Obligation) SoonFor() time.Duration {
	return min(max(o.Strict.Sub(o.Start)/4, soonAtLeast), soonAtMost)
}

// Missed counts the due times of a recurring rule that passed by now with
// nothing sent for them, up to the time the rule ended. A late filing answers
// for the oldest one, so it stays out of the count. It is 0 for rules that ask
// once: their lateness is a state.
func (o *Obligation) Missed(now time.Time) int {
	if !o.recurs() {
		return 0
	}
	missed := 0
	for i := range o.Done {
		missed += o.Done[i].Missed
	}
	switch {
	case o.Applies == No || o.closed:
		return missed
	case len(o.Done) == 0 && o.past(now):
		return max(1, o.dues.passed(o.until(now)))
	}
	return missed + o.dues.passed(o.until(now))
}

// NextAfter is the due time that follows the one that stands at now: the
// first later one that has not passed. It is zero for rules that ask once and
// for those that end before.
func (o *Obligation) NextAfter(now time.Time) time.Time {
	if !o.recurs() || o.Strict.IsZero() {
		return time.Time{}
	}
	next := o.dues.due(max(1, o.dues.passed(now)) + 1)
	if !o.Ended.IsZero() && next.After(o.Ended) {
		return time.Time{}
	}
	return next
}

func (o *Obligation) recurs() bool {
	return o.Started && !o.soft() && !o.Rule.Every.IsZero()
}

// until is the earliest of now, the end of the rule and its waiver: after
// that nothing more comes due.
func (o *Obligation) until(now time.Time) time.Time {
	if !o.Ended.IsZero() && o.Ended.Before(now) {
		now = o.Ended
	}
	if o.Waiver != nil && o.Waiver.At.Before(now) {
		now = o.Waiver.At
	}
	return now
}

// past reports whether the due time that stands has passed at now.
func (o *Obligation) past(now time.Time) bool {
	return !o.Strict.IsZero() && isPast(o.Strict, o.endsDay(), now)
}

// endsDay reports whether the due time that stands is an exclusive midnight.
func (o *Obligation) endsDay() bool {
	switch {
	case o.Occurrence > 1:
		return o.Rule.Every.EndsDay()
	case o.ByTerms:
		return o.Group.Terms.EndsDay()
	}
	return o.Rule.Within.EndsDay() && o.Rule.At == calendar.EndOfDay
}

// isPast reports whether at is too late for a due time: a time that is shown
// is still in time, an exclusive midnight is not.
func isPast(due time.Time, endsDay bool, at time.Time) bool {
	return at.After(due) || (endsDay && at.Equal(due))
}
