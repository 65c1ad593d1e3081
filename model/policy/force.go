package policy

import (
	"time"

	"tocsin/model/calendar"
)

// isDated reports whether the rule is in force on some days only.
func (r *Rule) isDated(pack *Pack) bool {
	from, to := pack.inForce()
	return from != "" || to != "" || r.EffectiveFrom != "" || r.EffectiveTo != ""
}

// inForce returns the days between which a law or contract is in force, ""
// where open. A procedure holds for every incident that was opened under it:
// its dates only say when the document was published.
func (p *Pack) inForce() (from, to string) {
	if p.Kind == Procedure {
		return "", ""
	}
	return p.EffectiveFrom, p.EffectiveTo
}

// inForce is applies where pack and rule were in force on the civil day on
// which the clock started, and No elsewhere. The rule in force is the one of
// that day, not today's; a clock that has not started may start on any day.
func (o *Obligation) inForce(applies Answer, zone *time.Location) Answer {
	from, to := o.Pack.inForce()
	if !o.Started || within(o.Trigger, from, to, zone) && within(o.Trigger, o.Rule.EffectiveFrom, o.Rule.EffectiveTo, zone) {
		return applies
	}
	return No
}

// forceFrom is the first day on which pack and rule are in force, "" where open.
func (o *Obligation) forceFrom() string {
	from, _ := o.Pack.inForce()
	return max(from, o.Rule.EffectiveFrom)
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
	from := o.forceFrom()
	_, to := o.Pack.inForce()
	if from != "" && !within(o.Trigger, from, "", zone) {
		return "not in force before " + from
	}
	if to == "" || (o.Rule.EffectiveTo != "" && o.Rule.EffectiveTo < to) {
		to = o.Rule.EffectiveTo
	}
	return "not in force after " + to
}
