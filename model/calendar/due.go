package calendar

import (
	"slices"
	"time"
)

// Due returns when the period ends that starts with the event at from, in UTC.
//
// Hours are added to the instant. Days, business days and months leave out the
// event's own day in the calendar's zone and end with their last day, given as
// the exclusive next midnight there; nothing rolls to a later day because it
// falls on a weekend. The zero Period has no end: the zero time is returned.
func (c Calendar) Due(p Period, from time.Time) time.Time { return c.End(Count{Period: p}, from) }

// addBusinessDays counts n business days after the date, and tells skipped
// about every day it passes over.
func (c Calendar) addBusinessDays(d Date, n int, skipped func(d Date, reason string)) Date {
	for n > 0 {
		d = d.AddDays(1)
		reason := c.off(d)
		switch {
		case reason == "":
			n--
		case skipped != nil:
			skipped(d, reason)
		}
	}
	return d
}

// off returns why the date is no business day, "" where it is one.
func (c Calendar) off(d Date) string {
	if name, found := c.Holidays[d]; found {
		return name
	}
	if c.rests(d.Weekday()) {
		return weekend
	}
	return ""
}

func (c Calendar) rests(day time.Weekday) bool {
	if c.Weekend == nil {
		return day == time.Saturday || day == time.Sunday
	}
	return slices.Contains(c.Weekend, day)
}

const weekend = "weekend"

// EndsDay reports whether a period of this unit ends with a day, so that its
// due time is an exclusive midnight: what happens at that very instant is late.
// What happens at the last instant of an hours period is in time.
func (p Period) EndsDay() bool { return !p.IsZero() && p.Unit != Hours }

// FullHour returns the latest arguable end of an hours period whose elapsed
// end is t: the hour in which the event falls is not counted, so the period
// runs to the end of the local clock hour that t lies in (Regulation 1182/71,
// Article 3(1) and (2)(a)). The hour is that of a clock in zone, which in
// +05:30 is not the hour in UTC. A nil zone is UTC; the result is in UTC.
func FullHour(t time.Time, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	offset := offsetAt(t, zone)
	return t.UTC().Add(offset).Truncate(time.Hour).Add(time.Hour - offset)
}
