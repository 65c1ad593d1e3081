package calendar

import "time"

// civil is what a local clock shows: a date and the time of day, without the
// offset that would make it an instant.
type civil struct {
	date Date
	time time.Duration // since midnight as the clock reads it, under 24 h
}

// asUTC is the instant at which a clock in UTC shows the reading.
func (c civil) asUTC() time.Time {
	return time.Date(c.date.Year, c.date.Month, c.date.Day, 0, 0, 0, 0, time.UTC).Add(c.time)
}

// reach is further from UTC than any offset that was ever in use, so that the
// offsets in force that long before and after a reading are the only ones that
// may explain it.
const reach = 26 * time.Hour

// instants returns the instants at which a clock in zone shows the reading,
// earliest first: one as a rule, none where clocks skip it, two where they
// repeat it.
func instants(c civil, zone *time.Location) []time.Time {
	naive := c.asUTC()
	before, after := offsetAt(naive.Add(-reach), zone), offsetAt(naive.Add(reach), zone)
	var found []time.Time
	for _, offset := range [2]time.Duration{max(before, after), min(before, after)} {
		t := naive.Add(-offset)
		if offsetAt(t, zone) != offset || (len(found) == 1 && found[0].Equal(t)) {
			continue
		}
		found = append(found, t.In(zone))
	}
	return found
}

// gapAround returns the last reading before clocks skip over c, as the instant
// the change happens seen with the old offset, and the change itself in zone.
func gapAround(c civil, zone *time.Location) (skippedFrom civil, change time.Time) {
	naive := c.asUTC()
	before := offsetAt(naive.Add(-reach), zone)
	_, change = naive.Add(-reach).In(zone).ZoneBounds()
	return civilOf(change.Add(before).UTC()), change.In(zone)
}

// civilOf is the reading of a clock in t's own zone.
func civilOf(t time.Time) civil {
	year, month, day := t.Date()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	reading := time.Date(year, month, day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	return civil{date: Date{Year: year, Month: month, Day: day}, time: reading.Sub(midnight)}
}

func offsetAt(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}
