// Package calendar counts periods the way authorities and contracts do: hours
// in UTC, days and business days on civil dates in a named zone. It knows no
// current time and reads no files; holidays arrive as data.
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

// Days on which nobody counts, and the zone whose civil dates are counted.
// The zero Calendar counts in UTC with Saturdays and Sundays off.
type Calendar struct {
	Zone *time.Location // nil is UTC
	// Holidays maps a civil date to the holiday's name; nil has none.
	Holidays map[Date]string
}

// Date is a civil date without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}
