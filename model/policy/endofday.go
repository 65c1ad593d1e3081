package policy

import (
	"time"

	"tocsin/model/calendar"
)

// EndsDay reports whether a due time of the rule is the end of a day in the
// zone: the exclusive next midnight of a count of days. People name it by the
// day that ends, not by the one that begins.
func (r *Rule) EndsDay(at time.Time, zone *time.Location) bool {
	inDays := r.Within.EndsDay() || r.Every.EndsDay()
	return inDays && !at.IsZero() && calendar.DateOf(at, zone).Start(zone).Equal(at)
}
