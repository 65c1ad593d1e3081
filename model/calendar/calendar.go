// Package calendar counts periods the way authorities and contracts do: hours
// in UTC, days and business days on civil dates in a named zone. It knows no
// current time and reads no files; holidays arrive as data.
//
// Regulation (EEC, Euratom) 1182/71 is the model for what counts: the hour or
// the day of the event is left out (Article 3(1)), a period in days ends with
// its last day and one in months on the same number or the month's last day
// (Article 3(2)). The end of a day is kept as the exclusive next midnight.
package calendar

import "time"

// Unit is what a Period counts.
type Unit string

const (
	Hours        Unit = "h"  // elapsed hours, counted in UTC
	Days         Unit = "d"  // calendar days; ends with the last day
	BusinessDays Unit = "bd" // days that are neither weekend nor holiday; ends with the last one
	Months       Unit = "mo" // calendar months; clips to the month's last day
)

// Period is a length of time as promises state it, written "72h", "30d",
// "7bd" or "1mo". The zero Period means none.
type Period struct {
	N    int
	Unit Unit
}

// IsZero reports whether there is no period.
func (p Period) IsZero() bool { return p.N == 0 }

// Calendar holds the days on which nobody counts, and the zone whose civil
// dates are counted. The zero Calendar counts in UTC with Saturdays and
// Sundays off.
type Calendar struct {
	Name string         // what people call the holidays, such as "US federal holidays"; "" where there are none
	Zone *time.Location // nil is UTC
	// Holidays maps a civil date to the holiday's name; nil has none. It is
	// only read, so one map may serve many calendars.
	Holidays map[Date]string
	Years    Years // the years that Holidays is complete for
	// Weekend are the days of the week on which nobody counts; nil is Saturday
	// and Sunday. It is only read.
	Weekend []time.Weekday
}

// Years is a run of calendar years, both ends included. The zero Years has
// none.
type Years struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

// Has reports whether the year is one of them.
func (y Years) Has(year int) bool { return y.First <= year && year <= y.Last && y.Last != 0 }

// Unknown returns the years between two instants, both ends included, whose
// holidays the calendar does not know, in order. In those only weekends are
// skipped, and nothing rolls to another day.
func (c Calendar) Unknown(from, to time.Time) []int {
	var years []int
	for year := DateOf(from, c.Location()).Year; year <= DateOf(to, c.Location()).Year; year++ {
		if !c.Years.Has(year) {
			years = append(years, year)
		}
	}
	return years
}

// Location returns the zone the calendar counts in, never nil.
func (c Calendar) Location() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// Step is one line of an explanation, with the time it arrives at where it
// computes one.
type Step struct {
	Text string    `json:"text"`
	At   time.Time `json:"at,omitzero"`
}
