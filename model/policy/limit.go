package policy

import (
	"slices"
	"time"

	"tocsin/model/calendar"
)

// cap takes the earliest limit that the rule's caps set. Where that comes first
// and nobody knows when its fact was, the due time is a worst case.
func (o *Obligation) cap(c *Case, cal calendar.Calendar) {
	var earliest *Cap
	for i := range o.Rule.Caps {
		k := &o.Rule.Caps[i]
		limit, counts := k.limit(o.Trigger, c, cal)
		if counts && (earliest == nil || limit.Before(o.dues.cap)) {
			earliest, o.dues.cap = k, limit
		}
	}
	if earliest == nil || !c.undated(earliest.Starts) || !o.Started || !o.dues.cap.Before(o.dues.calendar.End(o.dues.first, o.dues.anchor)) {
		return
	}
	o.Earliest, _ = c.earliest()
	o.doubt(earliest.Starts)
}

// limit is the cap's own limit, and whether it counts for a clock that started
// at started.
func (k *Cap) limit(started time.Time, c *Case, cal calendar.Calendar) (time.Time, bool) {
	at, stated := c.Times[k.Starts]
	switch {
	case c.undated(k.Starts):
		return k.worst(started, c, cal)
	case !stated:
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

// suspend takes the delays that were recorded for the obligation's rule. One
// that only began after the time had run out comes too late.
func (o *Obligation) suspend(c *Case) {
	if o.Rule.Suspend == SuspendNever {
		return
	}
	o.dues.mode = o.Rule.Suspend
	for _, s := range delaysOf(c, o.Key()) {
		if !o.Started || isPast(o.dues.due(1), o.dues.first.EndsDay(), s.From) {
			continue
		}
		o.Suspensions = append(o.Suspensions, s)
		o.dues.delays = o.Suspensions
	}
}

// delaysOf are the delays recorded for a rule, in the order in which they begin.
// What overlaps or follows at once is one delay: it was extended.
func delaysOf(c *Case, key RuleKey) []Suspension {
	var recorded []Suspension
	for i := range c.Suspensions {
		if c.Suspensions[i].Key.Covers(key) {
			recorded = append(recorded, c.Suspensions[i])
		}
	}
	slices.SortStableFunc(recorded, func(a, b Suspension) int { return a.From.Compare(b.From) })
	var delays []Suspension
	for _, s := range recorded {
		last := len(delays) - 1
		switch {
		case last < 0 || s.From.After(delays[last].Until):
			delays = append(delays, s)
		case s.Until.After(delays[last].Until):
			s.From = delays[last].From
			delays[last] = s
		}
	}
	return delays
}

// delayed is a due time after the delays of its rule.
func (s *series) delayed(due time.Time) time.Time {
	for i := range s.delays {
		if s.mode == SuspendResume {
			due = s.resumed(due, &s.delays[i])
		} else {
			due = s.postponed(due, &s.delays[i])
		}
	}
	return due
}

// postponed moves a due time that comes before the end of a delay to that end.
func (s *series) postponed(due time.Time, delay *Suspension) time.Time {
	end := delay.Until.UTC()
	if s.first.EndsDay() {
		end = calendar.DateOf(end, s.calendar.Location()).End(s.calendar.Location())
	}
	if end.After(due) {
		return end
	}
	return due
}

// resumed moves a due time by as much as a delay took. A clock stands still
// only while it runs.
func (s *series) resumed(due time.Time, delay *Suspension) time.Time {
	from := delay.From
	if from.Before(s.anchor) {
		from = s.anchor
	}
	if !delay.Until.After(from) {
		return due
	}
	if !s.first.EndsDay() {
		return due.Add(delay.Until.Sub(from))
	}
	zone := s.calendar.Location()
	last := calendar.DateOf(due.Add(-time.Nanosecond), zone)
	return last.AddDays(calendar.DateOf(from, zone).DaysTo(calendar.DateOf(delay.Until, zone))).End(zone)
}
