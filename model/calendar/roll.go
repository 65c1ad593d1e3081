package calendar

import (
	"fmt"
	"time"
)

// Working reports whether the date is neither a weekend nor a holiday.
func (c Calendar) Working(d Date) bool { return c.off(d) == "" }

// next returns the first working day after the date. It is false where the
// holidays of a year on the way are not known, for then nobody can say which
// day that is.
func (c Calendar) next(d Date) (Date, bool) {
	for known := c.Years.Has(d.Year); known; known = c.Years.Has(d.Year) {
		if d = d.AddDays(1); c.Years.Has(d.Year) && c.Working(d) {
			return d, true
		}
	}
	return d, false
}

// Roll returns the limit that a count ends with where it may not end on a
// weekend or holiday: at the given time of the next working day. Without one
// to roll from, or where the year's holidays are not known, it returns limit
// itself. ends says whether limit is an exclusive midnight, which belongs to
// the day before it.
func (c Calendar) Roll(limit time.Time, ends bool, at TimeOfDay) time.Time {
	day := c.dayOf(limit, ends)
	if c.Working(day) {
		return limit
	}
	if next, known := c.next(day); known {
		return c.endOn(next, at)
	}
	return limit
}

func (c Calendar) dayOf(limit time.Time, ends bool) Date {
	if ends {
		limit = limit.Add(-time.Nanosecond)
	}
	return DateOf(limit, c.Location())
}

// ExplainRoll returns what Roll returns and why: no step where nothing rolls.
func (c Calendar) ExplainRoll(limit time.Time, ends bool, at TimeOfDay) (time.Time, []Step) {
	rolled := c.Roll(limit, ends, at)
	day := c.dayOf(limit, ends)
	if rolled.Equal(limit) {
		return limit, nil
	}
	steps := []Step{{Text: fmt.Sprintf("%s is no working day: %s", day.format(dayLayout), c.off(day))}}
	skip := skips{}
	for d := day.AddDays(1); !c.Working(d); d = d.AddDays(1) {
		skip.add(d, c.off(d))
	}
	return rolled, append(steps, skip.steps()...)
}
