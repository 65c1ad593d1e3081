package policy

import (
	"slices"
	"time"

	"tocsin/model/calendar"
)

// earliestCap is the earliest limit that the rule's caps set, zero where none
// counts.
func (o *Obligation) earliestCap(c *Case, cal calendar.Calendar) time.Time {
	var earliest time.Time
	for i := range o.Rule.Caps {
		limit, counts := o.Rule.Caps[i].limit(o.Trigger, c, cal)
		if counts && (earliest.IsZero() || limit.Before(earliest)) {
			earliest = limit
		}
	}
	return earliest
}

// limit is the cap's own limit, and whether it counts for a clock that started
// at started.
func (k *Cap) limit(started time.Time, c *Case, cal calendar.Calendar) (time.Time, bool) {
	at, stated := c.Times[k.Starts]
	if !stated {
		return time.Time{}, false
	}
	limit := cal.Due(k.Within, at)
	return limit, !k.Lapses || !isPast(limit, k.Within.EndsDay(), started)
}

// legalFor is how the rule's latest arguable limit is computed for the case.
func (r *Rule) legalFor(c *Case) Legal {
	if r.Relief == nil {
		return r.Legal
	}
	if value := c.Settings[r.Relief.Setting]; value != "" && !slices.Contains(r.Relief.Except, value) {
		return r.Relief.Legal
	}
	return r.Legal
}

// limit is the latest arguable limit that belongs to strict, the first due
// time of the series.
func (l Legal) limit(s *series, strict time.Time) time.Time {
	switch l {
	case LegalFullHour:
		return s.fullHour(strict)
	case LegalNextWorkingDay:
		return s.calendar.Roll(strict, s.first.EndsDay(), calendar.EndOfDay)
	case LegalNoonNextWorkingDay:
		if rolled := s.calendar.Roll(strict, s.first.EndsDay(), calendar.Noon); !rolled.Equal(strict) {
			return rolled
		}
		return s.fullHour(strict)
	case LegalSkipHolidays:
		lenient := s.first
		lenient.HolidaysCount = false
		return s.delayed(s.capped(s.calendar.End(lenient, s.anchor)))
	}
	return strict
}

func (s *series) fullHour(strict time.Time) time.Time {
	if s.first.Period.Unit == calendar.Hours {
		return calendar.FullHour(strict, s.calendar.Location())
	}
	return strict
}

// usesHolidays reports whether the limits look at holidays at all.
func (s *series) usesHolidays(l Legal) bool {
	business := s.first.Period.Unit == calendar.BusinessDays || s.every.Unit == calendar.BusinessDays
	return business || l == LegalNextWorkingDay || l == LegalNoonNextWorkingDay
}

// suspend takes the delay that was recorded last for the obligation's rule.
// One that only began after the time had run out comes too late.
func (o *Obligation) suspend(c *Case) {
	if o.Rule.Suspend == SuspendNever {
		return
	}
	for i := range c.Suspensions {
		if c.Suspensions[i].Key == o.Key() {
			latest := c.Suspensions[i]
			o.Suspension = &latest
		}
	}
	if o.Suspension != nil && o.Started && !isPast(o.dues.due(1), o.dues.first.EndsDay(), o.Suspension.From) {
		o.dues.delay, o.dues.mode = o.Suspension, o.Rule.Suspend
	}
}

// delayed is a due time after the delay of its rule.
func (s *series) delayed(due time.Time) time.Time {
	switch {
	case s.delay == nil:
		return due
	case s.mode == SuspendResume:
		return s.resumed(due)
	}
	end := s.delay.Until.UTC()
	if s.first.EndsDay() {
		end = calendar.DateOf(end, s.calendar.Location()).End(s.calendar.Location())
	}
	if end.After(due) {
		return end
	}
	return due
}

// resumed moves a due time by as much as the delay took. A clock stands still
// only while it runs.
func (s *series) resumed(due time.Time) time.Time {
	from := s.delay.From
	if from.Before(s.anchor) {
		from = s.anchor
	}
	if !s.delay.Until.After(from) {
		return due
	}
	if !s.first.EndsDay() {
		return due.Add(s.delay.Until.Sub(from))
	}
	zone := s.calendar.Location()
	last := calendar.DateOf(due.Add(-time.Nanosecond), zone)
	return last.AddDays(calendar.DateOf(from, zone).DaysTo(calendar.DateOf(s.delay.Until, zone))).End(zone)
}
