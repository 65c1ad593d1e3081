package policy

import (
	"fmt"
	"strings"
	"time"

	"tocsin/model/calendar"
)

// movedBySince reports whether the clock starts with the moment at which the
// group was found to be affected, and when it would have started otherwise.
func (o *Obligation) movedBySince(c *Case) (otherwise time.Time, moved bool) {
	if o.Group == nil || !o.Started || !o.Trigger.Equal(o.Group.Since) {
		return time.Time{}, false
	}
	whole := Obligation{Pack: o.Pack, Rule: o.Rule}
	otherwise, stated := whole.trigger(c)
	return otherwise, stated && otherwise.Before(o.Trigger)
}

// explainTerms holds what the group's own terms allow against the rule's own
// limit.
func (o *Obligation) explainTerms(cal calendar.Calendar) []calendar.Step {
	if !o.termed() || o.Occurrence > 1 {
		return nil
	}
	terms := o.Group.Terms.Words()
	if o.ByTerms && o.Rule.Soft() {
		return []calendar.Step{{At: o.dues.due(1), Text: "their own terms allow " + terms + "; the rule itself gives no number"}}
	}
	if o.ByTerms {
		own := o.dues
		own.first = o.Rule.count()
		limit := own.due(1)
		return []calendar.Step{{At: limit, Text: fmt.Sprintf("their own terms allow %s; the rule itself would allow %s: %s; the earlier one decides",
			terms, o.Rule.Within.Words(), calendar.Reading(limit, cal.Zone))}}
	}
	limit := cal.Due(o.Group.Terms, o.dues.anchor)
	return []calendar.Step{{At: limit, Text: fmt.Sprintf("their own terms allow %s: %s; that is no earlier", terms, calendar.Reading(limit, cal.Zone))}}
}

// explainHold tells how far telling has come, and what the notice waits for.
func (o *Obligation) explainHold(c *Case, home, cal calendar.Calendar) []calendar.Step {
	var steps []calendar.Step
	if partly := o.Partly(); partly != "" {
		steps = append(steps, calendar.Step{Text: partly})
	}
	if len(o.Done) > 0 || !o.Rule.holdsBack() {
		return steps
	}
	hold := HoldOf(o, c, home)
	if !o.Rule.Buffer.IsZero() || o.Rule.BufferBy != "" {
		steps = append(steps, calendar.Step{Text: hold.bufferWords(o, cal), At: hold.Until})
	}
	if len(hold.First) > 0 {
		steps = append(steps, calendar.Step{Text: "not before this was sent: " + o.Pack.keyTitles(hold.First)})
	}
	return steps
}

// bufferWords say how long the notice is held back, and from when.
func (h *Hold) bufferWords(o *Obligation, cal calendar.Calendar) string {
	by := "the rule's own"
	if h.Set {
		by = "as the organisation has set it"
	}
	text := "not before " + afterPaid(h.Buffer) + " (" + by + ")"
	switch {
	case len(h.Paid) > 0:
		return text + "; not sent yet: " + o.Pack.keyTitles(h.Paid)
	case h.Until.IsZero():
		return "no paying customers are to be told first, so that nothing holds it back"
	}
	return text + ": " + calendar.Reading(h.Until, cal.Zone)
}

// afterPaid says how long after paying customers a notice comes.
func afterPaid(buffer calendar.Period) string {
	if buffer.IsZero() {
		return "paying customers were told"
	}
	return buffer.Words() + " after paying customers were told"
}

// keyTitles name obligations of the pack by their titles.
func (p *Pack) keyTitles(keys []RuleKey) string {
	words := make([]string, len(keys))
	for i, key := range keys {
		words[i] = "“" + p.ruleTitle(key.Rule) + "”"
		if key.Group != "" {
			words[i] += " to " + key.Group
		}
	}
	return strings.Join(words, ", ")
}
