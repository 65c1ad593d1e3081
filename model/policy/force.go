package policy

import (
	"time"

	"tocsin/model/calendar"
)

// isDated reports whether the rule is in force on some days only.
func (r *Rule) isDated(pack *Pack) bool {
	return pack.EffectiveFrom != "" || pack.EffectiveTo != "" || r.EffectiveFrom != "" || r.EffectiveTo != ""
}

// inForce is applies where pack and rule were in force on the civil day on
// which the clock started, and No elsewhere. The rule in force is the one of
// that day, not today's; a clock that has not started may start on any day.
func (o *Obligation) inForce(applies Answer, zone *time.Location) Answer {
	if !o.Started || within(o.Trigger, o.Pack.EffectiveFrom, o.Pack.EffectiveTo, zone) &&
		within(o.Trigger, o.Rule.EffectiveFrom, o.Rule.EffectiveTo, zone) {
		return applies
	}
	return No
}

// within reports whether the instant lies between the civil dates in zone, both
// included; "" bounds nothing. It runs for every rule of every incident, so it
// compares dates as the numbers they are written with.
func within(at time.Time, from, to string, zone *time.Location) bool {
	if from == "" && to == "" {
		return true
	}
	d := calendar.DateOf(at, zone)
	day := d.Year*10000 + int(d.Month)*100 + d.Day
	return (from == "" || day >= dateNumber(from)) && (to == "" || day <= dateNumber(to))
}

// dateNumber is 20061123 for "2006-11-23".
func dateNumber(date string) int {
	n := 0
	for _, c := range []byte(date) {
		if c != '-' {
			n = n*10 + int(c-'0')
		}
	}
	return n
}

// outOfForce says why pack and rule were not in force when the clock started.
func (o *Obligation) outOfForce(zone *time.Location) string {
	from := max(o.Pack.EffectiveFrom, o.Rule.EffectiveFrom)
	if from != "" && !within(o.Trigger, from, "", zone) {
		return "not in force before " + from
	}
	to := o.Rule.EffectiveTo
	if to == "" || (o.Pack.EffectiveTo != "" && o.Pack.EffectiveTo < to) {
		to = o.Pack.EffectiveTo
	}
	return "not in force after " + to
}
