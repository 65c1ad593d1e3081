package policy

import (
	"time"

	"tocsin/model/calendar"
)

// undated reports whether a named time is stated as unknown: it may have
// happened, and nobody knows when. Unknown is not no.
func (c *Case) undated(fact string) bool {
	answer, said := c.Answers[fact]
	return said && answer == Unknown && !hasTime(c, fact)
}

// earliest is the earliest moment stated for the case, and the fact it is
// stated as; "" where no time is stated at all. Nothing is known of an incident
// before it occurred, so that no fact of unknown moment can lie before it.
func (c *Case) earliest() (fact string, at time.Time) {
	for name, stated := range c.Times {
		if fact == "" || stated.Before(at) || stated.Equal(at) && name < fact {
			fact, at = name, stated
		}
	}
	return fact, at
}

// beginUndated starts the clock at the earliest moment it can have started:
// that of the earliest fact, or of the first day on which the rule is in force.
func (o *Obligation) beginUndated(c *Case, zone *time.Location) {
	o.Undated = o.Rule.Starts
	o.Earliest, o.Trigger = c.earliest()
	o.Started = o.Earliest != ""
	if from := o.forceFrom(); o.Started && !within(o.Trigger, from, "", zone) {
		if day, err := calendar.ParseDate(from); err == nil {
			o.Trigger = day.Start(zone)
		}
	}
}

// doubt makes an obligation whose due time is a worst case one that cannot be
// excluded.
func (o *Obligation) doubt(fact string) {
	if o.Undated == "" {
		o.Undated = fact
	}
	if o.Applies == Yes {
		o.Applies = Unknown
	}
}

// worst is the earliest limit that the cap can set where nobody knows when its
// fact was. One that lapses before the clock starts counts if the fact was a
// little later, so that the start is then the earliest.
func (k *Cap) worst(started time.Time, c *Case, cal calendar.Calendar) (limit time.Time, counts bool) {
	fact, at := c.earliest()
	if fact == "" {
		return time.Time{}, false
	}
	limit = cal.Due(k.Within, at)
	if !k.Lapses || !isPast(limit, k.Within.EndsDay(), started) {
		return limit, true
	}
	if k.Within.EndsDay() {
		return calendar.DateOf(started, cal.Location()).End(cal.Location()), true
	}
	return started, true
}

// Facts are the named times that the obligation's due time hangs on: the one
// that starts the clock, the limits' own, and the one that stands in for a
// moment that nobody knows.
func (o *Obligation) Facts() []string {
	facts := []string{o.Rule.Starts}
	for i := range o.Rule.Caps {
		facts = append(facts, o.Rule.Caps[i].Starts)
	}
	if o.Earliest != "" {
		facts = append(facts, o.Earliest)
	}
	return facts
}
