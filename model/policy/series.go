package policy

import (
	"sort"
	"time"

	"tocsin/model/calendar"
)

// series is the due times that follow one anchor while nothing is filed: the
// first count after the anchor, then one period every so often. Each is counted
// from the anchor or the first due time, never from its clipped predecessor.
type series struct {
	calendar calendar.Calendar
	anchor   time.Time
	first    calendar.Count
	every    calendar.Period // zero: there is only the first
	cap      time.Time       // what the first due time is at most; zero where there is none
	delays   []Suspension    // what moves the first due time, in order
	mode     Suspend
}

// due returns the n-th due time, from 1.
func (s *series) due(n int) time.Time {
	if n == 1 || s.every.IsZero() {
		return s.delayed(s.capped(s.calendar.End(s.first, s.anchor)))
	}
	later := calendar.Period{N: s.every.N * (n - 1), Unit: s.every.Unit}
	if s.plain() && s.first.Period.Unit == s.every.Unit {
		later.N += s.first.Period.N
		return s.calendar.Due(later, s.anchor)
	}
	return s.calendar.Due(later, s.instant(1))
}

// plain reports whether the first due time is a period after the anchor and
// nothing else.
func (s *series) plain() bool {
	return s.first == calendar.Count{Period: s.first.Period} && s.cap.IsZero() && len(s.delays) == 0
}

func (s *series) capped(due time.Time) time.Time {
	if !s.cap.IsZero() && s.cap.Before(due) {
		return s.cap
	}
	return due
}

// instant is the moment of the n-th due time from which the next is counted:
// where that is an exclusive midnight, the day it ends is the day of the event,
// not the day it would fall on.
func (s *series) instant(n int) time.Time {
	due, count := s.due(n), s.first
	if n > 1 {
		count = calendar.Count{Period: s.every}
	}
	if count.EndsDay() {
		return due.Add(-time.Nanosecond)
	}
	return due
}

// shortest are the least hours that one of each unit can take, clock changes
// included.
var shortest = map[calendar.Unit]time.Duration{
	calendar.Hours:        time.Hour,
	calendar.Days:         22 * time.Hour,
	calendar.BusinessDays: 22 * time.Hour,
	calendar.Months:       27 * 24 * time.Hour,
}

// passed counts the due times that have passed at now.
func (s *series) passed(now time.Time) int {
	if s.first.IsZero() || !isPast(s.due(1), s.first.EndsDay(), now) {
		return 0
	}
	if s.every.IsZero() {
		return 1
	}
	step := time.Duration(s.every.N) * shortest[s.every.Unit]
	most := int(now.Sub(s.anchor)/step) + 2
	return 1 + sort.Search(most, func(i int) bool { return !isPast(s.due(i+2), s.every.EndsDay(), now) })
}
