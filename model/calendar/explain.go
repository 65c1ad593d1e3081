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
	due := c.Due(p, from)
	switch {
	case p.IsZero():
		return due, nil
	case p.Unit == Hours:
		return due, c.explainHours(p, from, due)
	}
	return due, c.explainDays(p, DateOf(from, c.Location()), due)
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

func (c Calendar) explainDays(p Period, event Date, due time.Time) []Step {
	steps := []Step{{Text: event.format(dayLayout) + " is not counted: the day of the event"}}
	last := c.lastDay(p, event)
	switch p.Unit {
	case BusinessDays:
		steps = append(steps, c.skippedDays(event, p.N)...)
	case Months:
		steps = append(steps, clippedMonth(p, event, last)...)
	}
	return append(steps,
		Step{Text: fmt.Sprintf("%s counted: the last one ends with %s", p.Words(), last.format(yearLayout))},
		Step{Text: "the end of that day is " + Reading(due, c.Location()), At: due})
}

// skippedDays gives one step for each run of neighbouring days that are off
// for the same reason.
func (c Calendar) skippedDays(event Date, n int) []Step {
	var steps []Step
	var run []Date
	var why string
	flush := func() {
		if len(run) > 0 {
			steps = append(steps, Step{Text: runWords(run) + " skipped: " + why})
		}
		run = nil
	}
	c.addBusinessDays(event, n, func(d Date, reason string) {
		if len(run) > 0 && (reason != why || run[len(run)-1].AddDays(1) != d) {
			flush()
		}
		run, why = append(run, d), reason
	})
	flush()
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

func clippedMonth(p Period, event, last Date) []Step {
	if event.Day == last.Day {
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
