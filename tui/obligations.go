package tui

import (
	"cmp"
	"slices"
	"time"

	"tocsin/model/policy"
)

// sortObligations puts what counts first, soonest first, then what is open
// without a number, then what has not started, then what is decided.
func sortObligations(obligations []policy.Obligation, now time.Time) {
	slices.SortStableFunc(obligations, func(a, b policy.Obligation) int {
		return cmp.Or(cmp.Compare(group(&a, now), group(&b, now)), a.Strict.Compare(b.Strict))
	})
}

// group is the group an obligation is listed in.
func group(o *policy.Obligation, now time.Time) int {
	state := o.State(now)
	switch {
	case counts(o, now):
		return 0
	case state == policy.Open, state == policy.CannotExclude, state == policy.Suspended:
		return 1
	case state == policy.NotStarted:
		return 2
	}
	return 3
}

// counts reports whether the obligation counts towards a time now; a soft one
// never does, whatever its state.
func counts(o *policy.Obligation, now time.Time) bool {
	return !o.Strict.IsZero() && o.State(now).Counting()
}
