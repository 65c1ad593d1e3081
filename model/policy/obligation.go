package policy

import "time"

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
)

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
type Obligation struct {
	Pack    *Pack
	Rule    *Rule
	Applies Answer // No only for a rule that applied once

	Started bool
	Start   time.Time // the anchor the current due time is counted from
	Trigger time.Time // the fact or submission that first started the clock

	// The due time that stands now. Zero where there is none: soft, not
	// started, or all done.
	Strict time.Time
	Legal  time.Time

	Occurrence int       // 1 for the first; for recurring rules the one that Strict is about
	Done       []Filing  // every submission that counted, in order
	Ended      time.Time // when Until ended a recurring rule; zero while it runs
	Waiver     *Waiver
	Why        string // for NoLongerApplies and CannotExclude: what decided that, for people
}

// Filing is one submission that met an occurrence of an obligation.
type Filing struct {
	Submission
	Due  time.Time // the strict due time it was held against; zero for soft
	Late bool
}

// Key names the obligation within its incident.
func (o *Obligation) Key() RuleKey { return RuleKey{Pack: o.Pack.ID, Rule: o.Rule.ID} }

// Step is one line of an explanation, with the time it arrives at where it
// computes one.
type Step struct {
	Text string    `json:"text"`
	At   time.Time `json:"at,omitzero"`
}

// Explanation is why an obligation applies, what started it and how its due
// times were computed, in the order a person would say it.
type Explanation struct {
	Why      []string // one line per condition, with what the case says to it
	Steps    []Step   // from the trigger to the strict due time, then the legal one
	Warnings []string // such as a calendar without data for a year
}
