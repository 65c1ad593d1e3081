package policy

import (
	"slices"
	"strings"
	"time"

	"tocsin/model/calendar"
)

// submittedPrefix before a rule's id makes a start of that rule's first
// submission; factPrefix before a fact's name makes that fact what meets a rule.
const (
	submittedPrefix = "submitted:"
	factPrefix      = "fact:"
)

// What meets a rule, beside "fact:NAME".
const (
	MetBySent     = "sent"     // when the notice left, the default
	MetByReceived = "received" // when it is known to have arrived
)

// Obligations is ObligationsIn for a home of which only the zone is known (nil
// is UTC), and no holidays.
func Obligations(packs []*Pack, c *Case, zone *time.Location) []Obligation {
	return ObligationsIn(packs, c, calendar.Calendar{Zone: zone})
}

// ObligationsIn applies every rule of the packs to the case: one obligation for
// each rule that applies, may apply, or once applied, in the order of the packs
// and their rules. A rule to customers has one for each group of affected ones
// that it is about, with a clock of its own. It is a pure function. Days are counted in the pack's own
// zone and by its own holidays where it has them, otherwise as at home.
func ObligationsIn(packs []*Pack, c *Case, home calendar.Calendar) []Obligation {
	var few [32]candidate // keeps the list off the heap
	found := candidates(few[:0], packs, c, home)
	if len(found) == 0 {
		return nil
	}
	all := make([]Obligation, len(found))
	for i, it := range found {
		all[i] = it.obligation(c)
		cal := it.pack.CalendarAt(home)
		all[i].begin(c, cal.Location())
		all[i].settle(c, cal)
		all[i].describe(c)
	}
	return all
}

// candidate is a rule that applies, may apply or once applied.
type candidate struct {
	pack    *Pack
	rule    *Rule
	applies Answer
	group   int // the group's place in the case, -1 for the rule as a whole
}

func candidates(found []candidate, packs []*Pack, c *Case, home calendar.Calendar) []candidate {
	for _, pack := range packs {
		zone := pack.CalendarAt(home).Location()
		for i := range pack.Rules {
			rule := &pack.Rules[i]
			if !rule.reachesGroups(c) {
				found = candidate{pack: pack, rule: rule, group: -1}.join(found, c, zone)
				continue
			}
			for g := range c.Groups {
				if rule.To.Reaches(c.Groups[g].Tier) {
					found = candidate{pack: pack, rule: rule, group: g}.join(found, c, zone)
				}
			}
		}
	}
	return found
}

// join adds the candidate to those found where it applies, may apply or once
// applied.
func (it candidate) join(found []candidate, c *Case, zone *time.Location) []candidate {
	key, to := RuleKey{Pack: it.pack.ID, Rule: it.rule.ID}, addressee{}
	if it.group >= 0 {
		to = addressee{group: &c.Groups[it.group], direct: it.rule.Direct}
		key.Group = to.group.ID
	}
	it.applies = it.rule.When.holds(c, to)
	if it.applies != No && it.rule.isDated(it.pack) {
		o := it.obligation(c)
		o.begin(c, zone)
		it.applies = o.inForce(it.applies, zone)
	}
	if it.applies != No || slices.ContainsFunc(c.Applied, func(once RuleKey) bool { return once.Covers(key) }) {
		return append(found, it)
	}
	return found
}

// obligation is the candidate's, of which nothing is computed yet.
func (it candidate) obligation(c *Case) Obligation {
	o := Obligation{Pack: it.pack, Rule: it.rule, Applies: it.applies, Occurrence: 1}
	if it.group >= 0 {
		group := c.Groups[it.group]
		o.Group = &group
	}
	return o
}

// CalendarAt is what the pack counts days by, and in whose zone its due times
// are read: its own zone and holidays, or those at home. Holidays at home say
// nothing about an authority elsewhere.
func (p *Pack) CalendarAt(home calendar.Calendar) calendar.Calendar {
	cal := p.Calendar
	if cal.Zone != nil {
		return cal
	}
	if p.CalendarID == "" {
		return home
	}
	cal.Zone = home.Zone
	return cal
}

// begin finds what started the clock; days are those of zone.
func (o *Obligation) begin(c *Case, zone *time.Location) {
	o.Trigger, o.Started = o.trigger(c)
	if !o.Started && c.undated(o.Rule.Starts) {
		o.beginUndated(c, zone)
	}
	if o.Group != nil {
		o.later()
	}
	if o.Started && len(o.Rule.Restarts) > 0 {
		o.Trigger = o.restarted(c)
	}
	o.Start = o.Trigger
}

// restarted is when the clock last started anew. What is submitted after the
// obligation itself was met moves it no more.
func (o *Obligation) restarted(c *Case) time.Time {
	latest := o.Trigger
	for i := range c.Submissions {
		s := &c.Submissions[i]
		if o.files(s) {
			break // submissions are in order
		}
		if s.Key.Pack == o.Pack.ID && s.At.After(latest) && o.Rule.restartsWith(s.Key.Rule) && o.ofGroup(s) {
			latest = s.At
		}
	}
	return latest
}

func (r *Rule) restartsWith(rule string) bool {
	for _, name := range r.Restarts {
		if after, submitted := strings.CutPrefix(name, submittedPrefix); submitted && after == rule {
			return true
		}
	}
	return false
}

// settle decides the times that follow from the rule and the case. It keeps
// nothing of the case itself, so that Dues can do with one on the stack.
func (o *Obligation) settle(c *Case, cal calendar.Calendar) {
	if o.Undated != "" {
		o.doubt(o.Undated)
	}
	o.dues = series{calendar: cal, anchor: o.Trigger, first: o.Rule.count(), every: o.Rule.Every}
	if len(o.Rule.Caps) > 0 {
		o.cap(c, cal)
	}
	if o.Group != nil {
		o.agree(cal)
	}
	o.Waiver = lastWaiver(c, o.Key())
	if len(c.Suspensions) > 0 {
		o.suspend(c)
	}
	if o.recurs() && o.Rule.Until != "" {
		o.Ended = c.Times[o.Rule.Until]
	}
	o.file(c)
	o.closed = !c.Ended.IsZero() && !o.finished()
	if o.stands() {
		o.Strict = o.dues.due(1)
	}
}

// describe fills in what people read beside the times.
func (o *Obligation) describe(c *Case) {
	o.legal = o.Rule.legalFor(c)
	if o.ByTerms {
		o.legal = LegalSame // a contract knows no other limit than its own
	}
	if !o.Strict.IsZero() {
		o.Legal = o.legal.limit(&o.dues, o.Strict)
	}
	o.Why = o.why(c)
	if len(c.Deliveries) > 0 {
		o.Told = c.told(o.Key())
	}
}

// trigger is when the rule's clock started: with its fact, or with the first
// submission for its recipients of the rule it names.
func (o *Obligation) trigger(c *Case) (time.Time, bool) {
	rule, submitted := strings.CutPrefix(o.Rule.Starts, submittedPrefix)
	if !submitted {
		at, stated := c.Times[o.Rule.Starts]
		return at, stated
	}
	for i := range c.Submissions {
		if s := &c.Submissions[i]; s.Key.Rule == rule && s.Key.Pack == o.Pack.ID && o.ofGroup(s) {
			return s.At, true
		}
	}
	return time.Time{}, false
}

func lastWaiver(c *Case, key RuleKey) *Waiver {
	for i := len(c.Waivers) - 1; i >= 0; i-- {
		if c.Waivers[i].Key.Covers(key) {
			waiver := c.Waivers[i]
			return &waiver
		}
	}
	return nil
}

// stands reports whether a due time is still to be met.
func (o *Obligation) stands() bool {
	return o.Started && !o.soft() && o.Applies != No && o.Waiver == nil && !o.closed && !o.finished()
}

// file holds every submission against the due time that stood when it came.
func (o *Obligation) file(c *Case) {
	if name, byFact := strings.CutPrefix(o.Rule.MetBy, factPrefix); byFact {
		if at, stated := c.Times[name]; stated {
			o.add(Submission{Key: o.Key(), At: at}, at)
		}
		return
	}
	if o.Rule.MetBy == MetByReceived {
		o.fileReceived(c)
		return
	}
	for i := range c.Submissions {
		if s := &c.Submissions[i]; o.files(s) {
			o.add(*s, s.At)
		}
	}
}

// fileReceived takes the submissions that are known to have arrived, in the
// order of arrival, which need not be that of sending.
func (o *Obligation) fileReceived(c *Case) {
	var arrived []Submission
	for _, s := range c.Submissions {
		if o.files(&s) && !s.Received.IsZero() {
			arrived = append(arrived, s)
		}
	}
	slices.SortStableFunc(arrived, func(a, b Submission) int { return a.Received.Compare(b.Received) })
	for _, s := range arrived {
		o.add(s, s.Received)
	}
}

// add records one submission that counts from the moment at.
func (o *Obligation) add(s Submission, at time.Time) {
	filing := Filing{Submission: s}
	if o.awaits() {
		filing.Due = o.dues.due(1)
		filing.Late = isPast(filing.Due, o.dues.first.EndsDay(), at)
		passed := max(1, o.dues.passed(o.until(at)))
		if o.recurs() {
			filing.Missed = passed - 1
			o.Occurrence += passed
			if s.Nothing {
				at = o.dues.instant(passed) // nobody was told, so that nothing new is counted from
			}
			o.restart(at)
		}
	}
	o.Done = append(o.Done, filing)
}

// awaits reports whether a due time stands that the next submission meets.
// What comes after the only or the last one is kept, but meets nothing.
func (o *Obligation) awaits() bool {
	switch {
	case !o.Started || o.soft():
		return false
	case len(o.Done) == 0:
		return true
	case o.Rule.Every.IsZero():
		return false
	}
	return o.Ended.IsZero() || isPast(o.dues.due(1), o.dues.first.EndsDay(), o.Ended)
}

// restart counts the next due time from a submission. One that came before
// the clock started counts from the start: nothing can be due before it.
func (o *Obligation) restart(at time.Time) {
	if at.Before(o.Trigger) {
		at = o.Trigger
	}
	o.Start = at
	o.dues = series{calendar: o.dues.calendar, anchor: at, first: calendar.Count{Period: o.Rule.Every}, every: o.Rule.Every}
}
