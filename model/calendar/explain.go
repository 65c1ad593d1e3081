package calendar

import (
	"fmt"
	"strconv"
	"time"
)

// Layouts for people. The day always carries its name, for people check
// deadlines by the weekday.
const (
	dayLayout     = "Mon 2 Jan"
	yearLayout    = "Mon 2 Jan 2006"
	readingLayout = "Mon 2 Jan 2006 15:04"
)

// Explain returns what Due returns, and how it came about: one step for each
// thing that happened on the way.
func (c Calendar) Explain(p Period, from time.Time) (time.Time, []Step) {
	return c.ExplainCount(Count{Period: p}, from)
}

// ExplainCount returns what End returns, and how it came about: one step for
// each thing that happened on the way.
func (c Calendar) ExplainCount(n Count, from time.Time) (time.Time, []Step) {
	due := c.End(n, from)
	switch {
	case n.IsZero():
		return due, nil
	case n.Period.Unit == Hours:
		return due, c.explainHours(n.Period, from, due)
	}
	return due, c.explainDays(n, DateOf(from, c.Location()), due)
}

func (c Calendar) explainHours(p Period, from, due time.Time) []Step {
	zone := c.Location()
	if zone == time.UTC {
		return []Step{{Text: fmt.Sprintf("%s added in UTC: %s", p.Words(), Reading(due, zone)), At: due}}
	}
	steps := []Step{{
		Text: fmt.Sprintf("%s added in UTC: %s, which in %s is %s", p.Words(),
			due.UTC().Format(readingLayout), zone, Reading(due, zone)),
		At: due,
	}}
	if shift := offsetAt(due, zone) - offsetAt(from, zone); shift != 0 {
		steps = append(steps, Step{Text: fmt.Sprintf("clocks in %s go %s on the way: the elapsed time is the same, the reading differs", zone, shiftWords(shift))})
	}
	return steps
}

func shiftWords(shift time.Duration) string {
	direction := "forward"
	if shift < 0 {
		direction, shift = "back", -shift
	}
	if shift%time.Hour == 0 {
		return fmt.Sprintf("%s by %d h", direction, shift/time.Hour)
	}
	return fmt.Sprintf("%s by %d min", direction, shift/time.Minute)
}

func (c Calendar) explainDays(n Count, event Date, due time.Time) []Step {
	p, last := n.Period, c.lastDay(n, event)
	steps := []Step{{Text: c.explainStart(n, event)}}
	switch p.Unit {
	case BusinessDays:
		steps = append(steps, c.skippedDays(n, event)...)
	case Months:
		steps = append(steps, clippedMonth(n.leftOut(event), last, n.From)...)
	}
	steps = append(steps, Step{Text: fmt.Sprintf("%s counted: the last one ends with %s", p.Words(), last.format(yearLayout))})
	if n.At == EndOfDay {
		return append(steps, Step{Text: "the end of that day is " + Reading(due, c.Location()), At: due})
	}
	return append(steps, Step{Text: fmt.Sprintf("on that day the limit is %s: %s", n.At, Reading(due, c.Location())), At: due})
}

// explainStart says which day is not counted, or which is the first.
func (c Calendar) explainStart(n Count, event Date) string {
	switch n.From {
	case FromEventDay:
		return event.format(dayLayout) + " is day 1: the day of the event counts"
	case FromYearEnd:
		return fmt.Sprintf("counted from the end of the calendar year: %s is day 1", n.leftOut(event).AddDays(1).format(yearLayout))
	}
	return event.format(dayLayout) + " is not counted: the day of the event"
}

// skippedDays gives one step for each run of neighbouring days that are off
// for the same reason, and names holidays that are counted all the same.
func (c Calendar) skippedDays(n Count, event Date) []Step {
	skip := skips{}
	start := n.leftOut(event)
	last := c.counted(n).addBusinessDays(start, n.Period.N, skip.add)
	steps := skip.steps()
	if !n.HolidaysCount {
		return steps
	}
	for d := start.AddDays(1); d.Before(last) || d == last; d = d.AddDays(1) {
		if name, holiday := c.Holidays[d]; holiday && !c.rests(d.Weekday()) {
			steps = append(steps, Step{Text: fmt.Sprintf("%s is counted all the same: %s", d.format(dayLayout), name)})
		}
	}
	return steps
}

// skips gathers days that are passed over into runs with one reason.
type skips struct {
	runs []skipped
}

type skipped struct {
	days []Date
	why  string
}

func (s *skips) add(d Date, why string) {
	if n := len(s.runs); n > 0 {
		run := &s.runs[n-1]
		if run.why == why && run.days[len(run.days)-1].AddDays(1) == d {
			run.days = append(run.days, d)
			return
		}
	}
	s.runs = append(s.runs, skipped{[]Date{d}, why})
}

func (s *skips) steps() []Step {
	var steps []Step
	for _, run := range s.runs {
		steps = append(steps, Step{Text: runWords(run.days) + " skipped: " + run.why})
	}
	return steps
}

// runWords names a run of days: "Sat 21 Nov", "Sat 21 and Sun 22 Nov",
// "Thu 24 to Sun 27 Dec".
func runWords(run []Date) string {
	first, last := run[0], run[len(run)-1]
	if len(run) == 1 {
		return first.format(dayLayout)
	}
	joint := " to "
	if len(run) == 2 {
		joint = " and "
	}
	layout := "Mon 2"
	if first.Month != last.Month {
		layout = dayLayout
	}
	return first.format(layout) + joint + last.format(dayLayout)
}

func clippedMonth(event, last Date, from Anchor) []Step {
	if event.Day == last.Day || from == FromEventDay {
		return nil
	}
	return []Step{{Text: fmt.Sprintf("%s has no day %s: the month's last day stands for it",
		last.format("January 2006"), strconv.Itoa(event.Day))}}
}

// Reading returns t as a clock in zone shows it, with the weekday and the
// zone's abbreviation, to the minute, and to the second where that matters:
// "Fri 25 Dec 2020 12:17 CET". A nil zone is UTC.
func Reading(t time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	local := t.In(zone)
	if local.Second() != 0 || local.Nanosecond() != 0 {
		return local.Format(readingLayout + ":05 MST")
	}
	return local.Format(readingLayout + " MST")
}
