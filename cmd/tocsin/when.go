package main

import (
	"fmt"
	"time"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// when writes a moment with its day and zone, and with its year where that is
// not the present one.
func when(at time.Time, zone *time.Location, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	local := at.In(zone)
	if local.Year() == now.In(zone).Year() {
		return local.Format("Mon 2 Jan 15:04 MST")
	}
	return local.Format("Mon 2 Jan 2006 15:04 MST")
}

// whenDue writes a due time; one that is the end of a day is named by that
// day, not by the midnight that begins the next.
func whenDue(at time.Time, rule *policy.Rule, zone *time.Location, now time.Time) string {
	if rule.EndsDay(at, zone) {
		return "end of " + calendar.DateOf(at, zone).AddDays(-1).Weekday().String()[:3] + lastDay(at, zone, now)
	}
	return when(at, zone, now)
}

func lastDay(at time.Time, zone *time.Location, now time.Time) string {
	local := at.Add(-time.Second).In(zone)
	if local.Year() == now.In(zone).Year() {
		return local.Format(" 2 Jan MST")
	}
	return local.Format(" 2 Jan 2006 MST")
}

// left writes how long it is until a due time, or how long it has passed.
func left(d time.Duration) string {
	if d < 0 {
		return span(-d) + " overdue"
	}
	return "in " + span(d)
}

// span writes a length of time in its two largest units.
func span(d time.Duration) string {
	minutes := int(d / time.Minute)
	days, hours, rest := minutes/(24*60), minutes/60%24, minutes%60
	switch {
	case minutes == 0:
		return "under 1m"
	case days > 0:
		return fmt.Sprintf("%dd %dh", days, hours)
	case hours > 0:
		return fmt.Sprintf("%dh %02dm", hours, rest)
	}
	return fmt.Sprintf("%dm", rest)
}

// readTime reads a time that somebody typed for a field; an empty text is the
// zero time. A text that is none, or that clocks skip or show twice, is refused.
func (s *session) readTime(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := calendar.ParseTime(text, s.zone(), s.now())
	if err != nil {
		return time.Time{}, model.Refuse(model.Field(field, err.Error(), ""))
	}
	return at, nil
}
