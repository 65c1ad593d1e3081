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

// Obligations applies every rule of the packs to the case: one obligation for
// each rule that applies, may apply, or once applied, in the order of the packs
// and their rules. It is a pure function; days are counted in the pack's own
// zone where it has one, otherwise in zone (nil is UTC).
func Obligations(packs []*Pack, c *Case, zone *time.Location) []Obligation {
	var few [32]candidate // keeps the list off the heap
	found := candidates(few[:0], packs, c)
	if len(found) == 0 {
		return nil
	}
	all := make([]Obligation, len(found))
	for i, it := range found {
		all[i] = Obligation{Pack: it.pack, Rule: it.rule, Applies: it.applies, Occurrence: 1}
		all[i].begin(c)
		all[i].settle(c, calendarOf(it.pack, zone))
		all[i].describe(c)
	}
	return all
}

// candidate is a rule that applies, may apply or once applied.
type candidate struct {
	pack    *Pack
	rule    *Rule
	applies Answer
}

func candidates(found []candidate, packs []*Pack, c *Case) []candidate {
	for _, pack := range packs {
		for i := range pack.Rules {
			rule := &pack.Rules[i]
			applies := rule.When.Holds(c)
			if applies != No || slices.Contains(c.Applied, RuleKey{Pack: pack.ID, Rule: rule.ID}) {
				found = append(found, candidate{pack, rule, applies})
			}
		}
	}
	return found
}

func calendarOf(pack *Pack, zone *time.Location) calendar.Calendar {
	cal := pack.Calendar
	if cal.Zone == nil {
		cal.Zone = zone
	}
	return cal
}

// begin finds what started the clock.
func (o *Obligation) begin(c *Case) {
	o.Trigger, o.Started = trigger(o.Rule.Starts, o.Pack.ID, c)
	o.Start = o.Trigger
}

// settle decides the times that follow from the rule and the case. It keeps
// nothing of the case itself, so that Dues can do with one on the stack.
func (o *Obligation) settle(c *Case, cal calendar.Calendar) {
	o.dues = series{calendar: cal, anchor: o.Trigger, first: o.Rule.Within, every: o.Rule.Every}
	o.Waiver = lastWaiver(c, o.Key())
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
	if !o.Strict.IsZero() {
		o.Legal = o.Rule.Legal.limit(o.Strict, o.dues.first, o.dues.calendar.Location())
	}
	o.Why = o.why(c)
}

// trigger is when the clock that starts as named started.
func trigger(starts, pack string, c *Case) (time.Time, bool) {
	rule, submitted := strings.CutPrefix(starts, submittedPrefix)
	if !submitted {
		at, stated := c.Times[starts]
		return at, stated
	}
	for i := range c.Submissions {
		if s := &c.Submissions[i]; s.Key.Rule == rule && s.Key.Pack == pack {
			return s.At, true
		}
	}
	return time.Time{}, false
}

func lastWaiver(c *Case, key RuleKey) *Waiver {
	for i := len(c.Waivers) - 1; i >= 0; i-- {
		if c.Waivers[i].Key == key {
			waiver := c.Waivers[i]
			return &waiver
		}
	}
	return nil
}

// stands reports whether a due time is still to be met.
func (o *Obligation) stands() bool {
	return o.Started && !o.Rule.Soft() && o.Applies != No && o.Waiver == nil && !o.closed && !o.finished()
}

// limit is the latest arguable limit that belongs to a strict due time.
func (l Legal) limit(strict time.Time, p calendar.Period, zone *time.Location) time.Time {
	if l == LegalFullHour && p.Unit == calendar.Hours {
		return calendar.FullHour(strict, zone)
	}
	return strict
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
		if s := &c.Submissions[i]; s.Key.Rule == o.Rule.ID && s.Key.Pack == o.Pack.ID {
			o.add(*s, s.At)
		}
	}
}

// fileReceived takes the submissions that are known to have arrived, in the
// order of arrival, which need not be that of sending.
func (o *Obligation) fileReceived(c *Case) {
	var arrived []Submission
	for _, s := range c.Submissions {
		if s.Key == o.Key() && !s.Received.IsZero() {
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
		filing.Late = isPast(filing.Due, o.dues.first, at)
		passed := max(1, o.dues.passed(o.until(at)))
		if o.recurs() {
			filing.Missed = passed - 1
			o.Occurrence += passed
			o.restart(at)
		}
	}
	o.Done = append(o.Done, filing)
}

// awaits reports whether a due time stands that the next submission meets.
// What comes after the only or the last one is kept, but meets nothing.
func (o *Obligation) awaits() bool {
	switch {
	case !o.Started || o.Rule.Soft():
		return false
	case len(o.Done) == 0:
		return true
	case o.Rule.Every.IsZero():
		return false
	}
	return o.Ended.IsZero() || isPast(o.dues.due(1), o.dues.first, o.Ended)
}

// restart counts the next due time from a submission. One that came before
// the clock started counts from the start: nothing can be due before it.
func (o *Obligation) restart(at time.Time) {
	if at.Before(o.Trigger) {
		at = o.Trigger
	}
	o.Start = at
	o.dues.anchor, o.dues.first = at, o.Rule.Every
}
