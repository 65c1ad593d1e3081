package calendar

import (
	"cmp"
	"fmt"
	"time"
)

// Date is a civil date without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the civil date that a clock in zone shows at t.
func DateOf(t time.Time, zone *time.Location) Date {
	year, month, day := t.In(zone).Date()
	return Date{Year: year, Month: month, Day: day}
}

// AddDays returns the date n days later, or earlier where n is negative.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC), time.UTC)
}

// AddMonths returns the same day n months later, or that month's last day
// where the month is too short (1182/71, Article 3(2)(c)). Adding one month
// twice is not adding two: always count from the original date.
func (d Date) AddMonths(n int) Date {
	first := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date{Year: first.Year(), Month: first.Month(), Day: min(d.Day, last)}
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday()
}

// String returns the date as "2006-01-02".
func (d Date) String() string { return d.format("2006-01-02") }

func (d Date) format(layout string) string {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Format(layout)
}

// Start returns the first instant of the date in zone, in UTC. That is
// midnight except where clocks change at midnight: where 00:00 is skipped it
// is the change itself, where 00:00 comes twice it is the first one.
func (d Date) Start(zone *time.Location) time.Time {
	readings := instants(civil{date: d}, zone)
	if len(readings) > 0 {
		return readings[0].UTC()
	}
	_, change := gapAround(civil{date: d}, zone)
	return change.UTC()
}

// End returns the end of the date in zone as the exclusive start of the next
// one, in UTC.
func (d Date) End(zone *time.Location) time.Time { return d.AddDays(1).Start(zone) }

// at returns the instant at which a clock in zone shows the time of day on the
// date, in UTC: the first one where it is shown twice, the change of clocks
// itself where it is skipped.
func (d Date) at(sinceMidnight time.Duration, zone *time.Location) time.Time {
	reading := civil{date: d, time: sinceMidnight}
	if shown := instants(reading, zone); len(shown) > 0 {
		return shown[0].UTC()
	}
	_, change := gapAround(reading, zone)
	return change.UTC()
}

// DaysTo is how many days later other is, negative where it is earlier.
func (d Date) DaysTo(other Date) int {
	utc := func(d Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }
	return int(utc(other).Sub(utc(d)) / (24 * time.Hour))
}

// ParseDate reads a civil date written "2006-01-02".
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("%q is no date: write it as 2006-01-02", clip(text))
	}
	return DateOf(t, time.UTC), nil
}

// MarshalText makes a date a plain string in records and exports.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Before reports whether d is earlier than other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// Compare is negative where d is earlier than other, and 0 where they are the
// same date.
func (d Date) Compare(other Date) int {
	return cmp.Or(cmp.Compare(d.Year, other.Year), cmp.Compare(d.Month, other.Month), cmp.Compare(d.Day, other.Day))
}
