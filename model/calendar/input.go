package calendar

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// TimeForms lists what ParseTime reads, for help and errors.
const TimeForms = "2006-01-02 15:04, 15:04, now, -2h, 2h ago or RFC 3339 such as 2006-01-02T15:04:05+01:00"

// TimeSyntaxError says that a text is no time in any form that ParseTime reads.
type TimeSyntaxError struct {
	Text string
}

func (e *TimeSyntaxError) Error() string {
	return fmt.Sprintf("%q is not a time: write %s", clip(e.Text), TimeForms)
}

// NonexistentTimeError says that clocks in the zone skip the local time.
type NonexistentTimeError struct {
	Text string
	Zone string
	// Skipped and Until are the readings between which clocks jump, at the one
	// instant of the change; Until is in the zone.
	Skipped string
	Until   time.Time
}

func (e *NonexistentTimeError) Error() string {
	return fmt.Sprintf("%q does not exist in %s: on %s clocks go from %s to %s; write a time before or after",
		clip(e.Text), e.Zone, e.Until.Format(yearLayout), e.Skipped, e.Until.Format("15:04"))
}

// AmbiguousTimeError says that clocks in the zone show the local time twice.
// First and Second are the two instants, in the zone.
type AmbiguousTimeError struct {
	Text          string
	Zone          string
	First, Second time.Time
}

func (e *AmbiguousTimeError) Error() string {
	return fmt.Sprintf("%q happens twice in %s, when clocks go back: write %s for the first or %s for the second",
		clip(e.Text), e.Zone, e.First.Format(time.RFC3339), e.Second.Format(time.RFC3339))
}

// ParseTime reads a time that a person typed, at the time now, whose clock
// hangs in zone (nil is UTC):
//
//   - RFC 3339, seconds optional, a blank in place of the T allowed
//   - "2006-01-02 15:04" and "2006-01-02T15:04", seconds optional: local time
//   - "15:04", seconds optional: today, or yesterday where that is still to come
//   - "now"
//   - "-2h", "2h ago", "-30m", "-1h30m": that much earlier, elapsed
//   - "-3d", "3d ago": the same local reading that many days earlier
//
// The result is in UTC, cut to the millisecond. A local time that clocks skip
// is a *NonexistentTimeError, one that they show twice an *AmbiguousTimeError,
// anything else a *TimeSyntaxError. Times in the future are read like others.
func ParseTime(text string, zone *time.Location, now time.Time) (time.Time, error) {
	if zone == nil {
		zone = time.UTC
	}
	t, err := parseTime(strings.TrimSpace(text), zone, now)
	if err != nil {
		return time.Time{}, err
	}
	return t.UTC().Truncate(time.Millisecond), nil
}

// absoluteLayouts carry their offset, localLayouts are read in the zone.
var (
	absoluteLayouts = []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02 15:04Z07:00"}
	localLayouts    = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04"}
	clockLayouts    = []string{"15:04:05", "15:04"}
)

// longest is longer than any form of a time; what is longer is not looked at.
const longest = 64

func parseTime(text string, zone *time.Location, now time.Time) (time.Time, error) {
	if len(text) > longest {
		return time.Time{}, &TimeSyntaxError{Text: text}
	}
	if strings.EqualFold(text, "now") {
		return now, nil
	}
	if t, found := firstLayout(text, absoluteLayouts); found && plausible(t) {
		return t, nil
	}
	if t, found := firstLayout(text, localLayouts); found && plausible(t) {
		return resolve(text, civilOf(t), zone)
	}
	if t, found := firstLayout(text, clockLayouts); found {
		return latestReading(text, civilOf(t), zone, now)
	}
	if t, found, err := parseAgo(text, zone, now); found || err != nil {
		return t, err
	}
	return time.Time{}, &TimeSyntaxError{Text: text}
}

func firstLayout(text string, layouts []string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// plausible keeps the zero time and its neighbours out, which elsewhere mean
// that no time is known.
func plausible(t time.Time) bool { return t.Year() >= 1900 }

// resolve finds the one instant at which a clock in zone shows the reading.
func resolve(text string, c civil, zone *time.Location) (time.Time, error) {
	switch found := instants(c, zone); len(found) {
	case 1:
		return found[0], nil
	case 2:
		return time.Time{}, &AmbiguousTimeError{Text: text, Zone: zone.String(), First: found[0], Second: found[1]}
	}
	from, change := gapAround(c, zone)
	return time.Time{}, &NonexistentTimeError{
		Text: text, Zone: zone.String(), Skipped: from.asUTC().Format("15:04"), Until: change,
	}
}

// latestReading resolves a time of day to today, or to yesterday where today's
// is still to come.
func latestReading(text string, c civil, zone *time.Location, now time.Time) (time.Time, error) {
	c.date = DateOf(now, zone)
	t, err := resolve(text, c, zone)
	if err != nil || !t.After(now) {
		return t, err
	}
	c.date = c.date.AddDays(-1)
	return resolve(text, c, zone)
}

// agoParts matches "2h", "30m", "1h30m", "90s".
var agoParts = regexp.MustCompile(`^(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?$`)

// parseAgo reads "-2h" and "2h ago". A bare "2h" is neither: it does not say
// which way to count.
func parseAgo(text string, zone *time.Location, now time.Time) (time.Time, bool, error) {
	amount, minus := strings.CutPrefix(text, "-")
	amount, ago := strings.CutSuffix(amount, "ago")
	amount = strings.Join(strings.Fields(amount), "")
	parts := agoParts.FindStringSubmatch(amount)
	if minus == ago || amount == "" || parts == nil {
		return time.Time{}, false, nil
	}
	days, elapsed := count(parts[1]), time.Duration(0)
	for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
		elapsed += time.Duration(count(parts[i+2])) * unit
	}
	if days > MaxYears*366 || elapsed > MaxYears*366*24*time.Hour {
		return time.Time{}, false, nil
	}
	t, err := daysBefore(text, now, days, zone)
	return t.Add(-elapsed), true, err
}

func daysBefore(text string, now time.Time, days int, zone *time.Location) (time.Time, error) {
	if days == 0 {
		return now, nil
	}
	reading := civilOf(now.In(zone))
	reading.date = reading.date.AddDays(-days)
	return resolve(text, reading, zone)
}

// count is the number in digits, 0 where there are none.
func count(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
