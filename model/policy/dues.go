package policy

import (
	"slices"
	"time"

	"tocsin/model/calendar"
)

// Due is one obligation that counts towards a time: what boards and queues
// keep of it.
type Due struct {
	At          time.Time // the strict due time
	Start       time.Time // the anchor it is counted from
	Pack        *Pack
	Rule        *Rule
	Group       *Group // of affected customers; nil: the rule as a whole
	Occurrence  int
	ByTerms     bool // the group's own terms, not the rule's number, decide the first due time
	Conditional bool // "cannot be excluded": At is the worst case
	Suspensions []Suspension
}

// Dues is DuesIn for a home of which only the zone is known (nil is UTC), and
// no holidays.
func Dues(packs []*Pack, c *Case, zone *time.Location) []Due {
	return DuesIn(packs, c, calendar.Calendar{Zone: zone})
}

// DuesIn returns the obligations of a case that count towards a time, soonest
// first and otherwise in the order of the packs and their rules. It says what
// ObligationsIn says of them (those with a Strict time) at a fraction of the
// cost, since it runs for every incident at every start.
func DuesIn(packs []*Pack, c *Case, home calendar.Calendar) []Due {
	var few [16]Due // keeps what is gathered off the heap
	dues := few[:0]
	for _, pack := range packs {
		cal := pack.CalendarAt(home)
		for i := range pack.Rules {
			rule := &pack.Rules[i]
			if !rule.reachesGroups(c) {
				o := Obligation{Pack: pack, Rule: rule, Occurrence: 1}
				if o.falls(c, cal) {
					dues = append(dues, o.due())
				}
				continue
			}
			for g := range c.Groups {
				group := c.Groups[g]
				o := Obligation{Pack: pack, Rule: rule, Occurrence: 1, Group: &group}
				if rule.To.Reaches(group.Tier) && o.falls(c, cal) {
					dues = append(dues, o.due())
				}
			}
		}
	}
	slices.SortStableFunc(dues, func(a, b Due) int { return a.At.Compare(b.At) })
	return append([]Due(nil), dues...)
}

// falls computes the obligation and reports whether it counts towards a time.
func (o *Obligation) falls(c *Case, cal calendar.Calendar) bool {
	if o.begin(c, cal.Location()); !o.Started || o.Rule.Soft() && !o.termed() {
		return false // nothing can be due, whether the rule applies or not
	}
	o.Applies = o.inForce(o.applies(c), cal.Location())
	o.settle(c, cal)
	return !o.Strict.IsZero()
}

func (o *Obligation) due() Due {
	return Due{
		At: o.Strict, Start: o.Start, Pack: o.Pack, Rule: o.Rule, Group: o.Group, ByTerms: o.ByTerms, Occurrence: o.Occurrence,
		Conditional: o.Applies == Unknown, Suspensions: o.Suspensions,
	}
}

// Key names the obligation within its incident.
func (d *Due) Key() RuleKey { return RuleKey{Pack: d.Pack.ID, Rule: d.Rule.ID, Group: d.Group.name()} }

// State is where the due stands at now: that of its obligation.
func (d Due) State(now time.Time) State {
	o := Obligation{Pack: d.Pack, Rule: d.Rule, Applies: Yes, Started: true, Start: d.Start, Strict: d.At, Group: d.Group, ByTerms: d.ByTerms, Occurrence: d.Occurrence, Suspensions: d.Suspensions}
	if d.Conditional {
		o.Applies = Unknown
	}
	return o.State(now)
}
