package policy

import "time"

// Passed reports whether the due time has passed at now: it is overdue, or
// would be if what cannot be excluded applies. This is what every view of what
// is overdue goes by: unknown is not no.
func (d Due) Passed(now time.Time) bool {
	d.Conditional = false
	return d.State(now) == Overdue
}

// Passed is Due.Passed of the obligation; one that is decided, has not started
// or is suspended has not passed.
func (o *Obligation) Passed(now time.Time) bool {
	worst := *o
	if worst.Applies == Unknown {
		worst.Applies = Yes
	}
	return worst.State(now) == Overdue
}
