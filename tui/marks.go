package tui

import (
	"fmt"
	"strings"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/sign"
	"tocsin/tui/theme"
)

// severityMark is a severity as shape, word and style.
func severityMark(t *theme.Theme, s *model.Standing) (shape, word string, style theme.Style) {
	mark := sign.Severity(s)
	return mark.Shape, mark.Word, *severityStyle(t, mark.Tone)
}

// severityStyle is the theme's own style for a severity, so that what keeps
// it follows a change of theme.
func severityStyle(t *theme.Theme, tone sign.Tone) *theme.Style {
	switch tone {
	case sign.Fresh:
		return &t.Accent
	case sign.Alarm:
		return &t.Critical
	case sign.Warning:
		return &t.High
	case sign.Notice:
		return &t.Medium
	}
	return &t.Low
}

// stateMark is an obligation's state as shape and style; the word is the
// state itself.
func stateMark(t *theme.Theme, state policy.State) (shape string, style theme.Style) {
	mark := sign.State(state)
	switch mark.Tone {
	case sign.Alarm:
		return mark.Shape, t.Overdue
	case sign.Warning:
		return mark.Shape, t.DueSoon
	case sign.Plain:
		return mark.Shape, t.Running
	case sign.Good:
		return mark.Shape, t.Met
	case sign.Doubt:
		return mark.Shape, t.Doubtful
	}
	return mark.Shape, t.Muted
}

// countdown writes what is left until a due time, or how long it is past.
// Seconds appear in the last hour, and everywhere where precise asks for them.
func countdown(at, now time.Time, precise bool) string {
	left := at.Sub(now)
	sign := ""
	if left < 0 {
		sign, left = "−", -left
	}
	// A time that is passed by less than a second is not "0s left".
	left = left.Truncate(time.Second)
	return sign + duration(left, precise)
}

func duration(d time.Duration, precise bool) string {
	days, hours, minutes, seconds := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60, int(d/time.Second)%60
	switch {
	case days > 0 && precise:
		return fmt.Sprintf("%dd %02dh %02dm %02ds", days, hours, minutes, seconds)
	case days > 0:
		return fmt.Sprintf("%dd %02dh", days, hours)
	case hours > 0 && precise:
		return fmt.Sprintf("%dh %02dm %02ds", hours, minutes, seconds)
	case hours > 0:
		return fmt.Sprintf("%dh %02dm", hours, minutes)
	}
	return fmt.Sprintf("%dm %02ds", minutes, seconds)
}

// gauge draws how much of a period has passed as a thin bar of width cells.
func gauge(t *theme.Theme, style theme.Style, start, due, now time.Time, width int) string {
	total := due.Sub(start)
	filled := width
	if total > 0 && now.Before(due) {
		filled = int(int64(now.Sub(start)) * int64(width) / int64(total))
	}
	filled = min(max(filled, 0), width)
	return style.Paint(strings.Repeat("━", filled)) + t.Rule.Paint(strings.Repeat("─", width-filled))
}

// clock writes a moment as people of the space read it, without the date
// where that is today.
func clock(at, now time.Time, zone *time.Location) string {
	local, today := at.In(zone), now.In(zone)
	switch {
	case local.YearDay() == today.YearDay() && local.Year() == today.Year():
		return local.Format("15:04")
	case local.Year() == today.Year():
		return local.Format("Mon 2 Jan 15:04")
	}
	return local.Format("2 Jan 2006 15:04")
}

// dueTime writes a due time; one that is the end of a day is named by the day
// that ends, not by the midnight that begins the next.
func dueTime(at, now time.Time, zone *time.Location, rule *policy.Rule) string {
	if !rule.EndsDay(at, zone) {
		return clock(at, now, zone)
	}
	last := at.Add(-time.Second).In(zone)
	if last.Year() == now.In(zone).Year() {
		return last.Format("end of 2 Jan")
	}
	return last.Format("end of 2 Jan 2006")
}

// dueText is dueTime as the space reads it.
func (c *Console) dueText(at time.Time, rule *policy.Rule) string {
	return dueTime(at, c.now(), c.zone(), rule)
}

// ago writes how long something is past, roughly.
func ago(at, now time.Time) string {
	d := now.Sub(at)
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh ago", int(d/time.Hour))
	}
	return fmt.Sprintf("%dd ago", int(d/(24*time.Hour)))
}
