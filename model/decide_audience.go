package model

import (
	"fmt"
	"slices"
	"time"

	"tocsin/model/policy"
)

// audible refuses a notice whose audience is not to be told, or not yet, as
// Audience has it. A correction goes to those who were told something wrong,
// whatever the rules say by now; what holds a notice back for a time holds it
// back too.
func (d *decider) audible(i *Incident, n *Notice) error {
	out := d.state.Audience(i, d.now)
	if err := d.heldBack(n, out.Tellings); err != nil || n.Corrects != "" {
		return err
	}
	for _, key := range n.Rules {
		if !slices.ContainsFunc(out.Tellings, func(t Telling) bool { return n.tells(key, &t) }) {
			return &Refusal{Reason: fmt.Sprintf("%s tells nobody whom %s goes to: %s", key, n.ID, d.whyUntold(i, key))}
		}
	}
	for _, group := range n.Groups {
		if !slices.ContainsFunc(out.Tellings, func(t Telling) bool { return t.reaches(group) && n.answers(t.Key) }) {
			return &Refusal{Reason: fmt.Sprintf("none of the rules that %s answers tells group %s: %s", n.ID, group, out.whyNotGroup(n, group))}
		}
	}
	return nil
}

// heldBack refuses a notice of which a rule holds something back.
func (d *decider) heldBack(n *Notice, tellings []Telling) error {
	for k := range tellings {
		t := &tellings[k]
		b, blocked := t.Blocked()
		if !blocked || !slices.ContainsFunc(n.Rules, func(key policy.RuleKey) bool { return n.tells(key, t) }) {
			continue
		}
		reason := fmt.Sprintf("%s is held back by %s: %s", n.ID, t.Key, b.Text)
		if !b.Until.IsZero() {
			reason += ", until " + d.show(b.Until.Add(time.Minute-time.Nanosecond).Truncate(time.Minute))
		}
		return &Refusal{Reason: reason}
	}
	return nil
}

// reaches reports whether a group is among those told: its rule is about that
// group, or leaves open which people it means.
func (t *Telling) reaches(group string) bool {
	if t.Group != nil {
		return t.Group.ID == group
	}
	to := t.Obligation.Rule.To
	return to == policy.ToNobody || to == policy.ToPeople
}

// tells reports whether a notice answers a telling by one of its rules: it is
// about the same rule, and about nobody in particular or a group that the
// notice goes to.
func (n *Notice) tells(key policy.RuleKey, t *Telling) bool {
	return key.Covers(t.Key) && (t.Group == nil || slices.Contains(n.Groups, t.Group.ID))
}

// answers reports whether one of the notice's rules is about an obligation.
func (n *Notice) answers(other policy.RuleKey) bool {
	return slices.ContainsFunc(n.Rules, func(key policy.RuleKey) bool { return key.Covers(other) })
}

// whyUntold says why a rule tells nobody.
func (d *decider) whyUntold(i *Incident, key policy.RuleKey) string {
	c := *i.Case()
	c.Applied = append(slices.Clip(c.Applied), key.Whole())
	for _, o := range policy.ObligationsIn(d.state.PacksOf(i), &c, d.state.Home()) {
		if key.Covers(o.Key()) && o.Why != "" {
			return o.Why
		}
	}
	return "it is for others"
}

// whyNotGroup says why a group is not told by a notice.
func (o *Outreach) whyNotGroup(n *Notice, group string) string {
	for _, u := range o.Untold {
		if u.Group != nil && u.Group.ID == group && slices.ContainsFunc(u.Keys, n.answers) {
			return u.Why
		}
	}
	return "they are for others"
}
