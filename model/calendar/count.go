package calendar

import (
	"fmt"
	"time"
)

// Count is a way from an event to a limit: a period, and how its days are
// told. The zero Count has no limit.
type Count struct {
	Period Period
	From   Anchor    // which day is left out
	At     TimeOfDay // when on the last day it ends; EndOfDay, the zero value, is its end
	// Holidays says whether a count of business days takes holidays for
	// business days and skips weekends alone.
	HolidaysCount bool
}

// Anchor says where a count of days starts. Hours always count from the
// event's instant.
type Anchor string

const (
	// FromEvent leaves out the day of the event: Regulation 1182/71,
	// Article 3(1), and the rule nearly everywhere.
	FromEvent Anchor = ""
	// FromEventDay makes the day of the event the first day.
	FromEventDay Anchor = "day-one"
	// FromYearEnd leaves out the last day of the calendar year that the event
	// falls in, so that the next 1 January is the first day.
	FromYearEnd Anchor = "year-end"
)

// Anchors are the places a count of days may start.
var Anchors = []Anchor{FromEvent, FromEventDay, FromYearEnd}

// TimeOfDay is what a clock shows, written "17:30". The zero value is EndOfDay.
type TimeOfDay string

// EndOfDay is the exclusive next midnight; Noon is 12:00.
const (
	EndOfDay TimeOfDay = ""
	Noon     TimeOfDay = "12:00"
)

// Check says what is wrong with a time that is no end of day, and nothing where
// it is right. A wrong one counts as the end of the day.
func (t TimeOfDay) Check() error {
	if _, ok := t.sinceMidnight(); ok || t == EndOfDay {
		return nil
	}
	return fmt.Errorf("%q is no time of day: write it as 17:30, or leave it out for the end of the day", clip(string(t)))
}

// sinceMidnight is the time as a clock reads it; false where it is none.
func (t TimeOfDay) sinceMidnight() (time.Duration, bool) {
	if len(t) != len("17:30") {
		return 0, false
	}
	read, err := time.Parse("15:04", string(t))
	if err != nil || t == "00:00" {
		return 0, false
	}
	return time.Duration(read.Hour())*time.Hour + time.Duration(read.Minute())*time.Minute, true
}

// IsZero reports whether the count has no limit.
func (n Count) IsZero() bool { return n.Period.IsZero() }

// EndsDay reports whether the limit is the end of a day, an exclusive
// midnight: what happens at that very instant is late. What happens at the
// last instant of any other limit is in time.
func (n Count) EndsDay() bool { return n.Period.EndsDay() && n.At == EndOfDay }

// End returns the limit of a count that starts with the event at from, in UTC;
// the zero time for the zero Count. Nothing rolls: see Roll.
func (c Calendar) End(n Count, from time.Time) time.Time {
	switch {
	case n.IsZero():
		return time.Time{}
	case n.Period.Unit == Hours:
		return from.UTC().Add(time.Duration(n.Period.N) * time.Hour)
	}
	return c.endOn(c.lastDay(n, DateOf(from, c.Location())), n.At)
}

func (c Calendar) endOn(d Date, at TimeOfDay) time.Time {
	if since, ok := at.sinceMidnight(); ok {
		return d.at(since, c.Location())
	}
	return d.End(c.Location())
}

// leftOut is the day after which a count of days begins.
func (n Count) leftOut(event Date) Date {
	switch n.From {
	case FromEventDay:
		return event.AddDays(-1)
	case FromYearEnd:
		return Date{Year: event.Year, Month: time.December, Day: 31}
	}
	return event
}

// lastDay is the last day of a count in days, business days or months whose
// event falls on the given date.
func (c Calendar) lastDay(n Count, event Date) Date {
	start := n.leftOut(event)
	switch n.Period.Unit {
	case BusinessDays:
		return c.counted(n).addBusinessDays(start, n.Period.N, nil)
	case Months:
		if n.From == FromEventDay {
			return event.AddMonths(n.Period.N).AddDays(-1)
		}
		return start.AddMonths(n.Period.N)
	}
	return start.AddDays(n.Period.N)
}

// counted is the calendar as the count reads it.
func (c Calendar) counted(n Count) Calendar {
	if n.HolidaysCount {
		c.Holidays = nil
	}
	return c
}
