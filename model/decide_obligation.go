package model

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/model/policy"
)

// submit records a filing. It may be older than the clock's start: what was
// sent was sent.
func (d *decider) submit(i *Incident, c Submit) error {
	in := &inputs{}
	key, rule := d.rule(in, i, c.Key)
	if rule != nil && strings.HasPrefix(rule.MetBy, "fact:") {
		name := strings.TrimPrefix(rule.MetBy, "fact:")
		in.bad("rule", fmt.Sprintf("%s is met by the fact %q", key, name), "that fact, stated")
	}
	at := d.now
	if !c.At.IsZero() {
		at = in.past("at", c.At, d.now)
	}
	received := c.Received
	if !received.IsZero() {
		received = in.past("received", received, d.now)
		if received.Before(at) {
			in.bad("received", "lies before it was sent", "a time from "+d.show(at)+" on")
		}
	}
	body := &Submitted{ID: i.ID, Key: key, At: at, Received: received, Reference: in.line("reference", c.Reference), Note: in.text("note", c.Note)}
	if err := in.refusal(); err != nil {
		return err
	}
	body.Title = rule.Title
	d.emit(body)
	return nil
}

func (d *decider) waive(i *Incident, c Waive) error {
	in := &inputs{}
	key, rule := d.rule(in, i, c.Key)
	body := &WaiverDecided{
		ID: i.ID, Key: key,
		Decider:   in.needPerson("decider", c.Decider, "the person who decided"),
		Rationale: in.needText("rationale", c.Rationale, "why it is not required"),
	}
	if i.waived(key) {
		in.bad("rule", fmt.Sprintf("%s is waived already", key), "a rule that still counts")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	body.Title = rule.Title
	d.emit(body)
	return nil
}

func (d *decider) reinstate(i *Incident, c Reinstate) error {
	in := &inputs{}
	key, rule := d.rule(in, i, c.Key)
	reason := in.needText("reason", c.Reason, "why it counts again")
	if rule != nil && !slices.ContainsFunc(i.Waivers, func(w Waiver) bool { return key.Covers(w.Key) }) {
		in.bad("rule", fmt.Sprintf("%s is not waived", key), "a waived rule")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&WaiverWithdrawn{ID: i.ID, Key: key, Title: rule.Title, Reason: reason})
	return nil
}

func (i *Incident) waived(key policy.RuleKey) bool {
	return slices.ContainsFunc(i.Waivers, func(w Waiver) bool { return w.Key.Covers(key) })
}

// rule finds a rule of the incident's packs, upper or lower case, and its key
// as the pack has it, with the group of affected customers where one is named;
// nil with a problem where there is none.
func (d *decider) rule(in *inputs, i *Incident, key policy.RuleKey) (policy.RuleKey, *policy.Rule) {
	var known []string
	rules := make(map[string]*policy.Rule)
	keys := make(map[string]policy.RuleKey)
	for _, p := range d.state.PacksOf(i) {
		for k := range p.Rules {
			own := policy.RuleKey{Pack: p.ID, Rule: p.Rules[k].ID}
			known = append(known, own.String())
			rules[own.String()], keys[own.String()] = &p.Rules[k], own
		}
	}
	name := in.oneOf("rule", key.Whole().String(), known)
	own, rule := keys[name], rules[name]
	if rule != nil && key.Group != "" {
		own.Group = i.groupFor(in, own, rule, key.Group)
	}
	return own, rule
}

// groupFor finds a group of affected customers that a rule is about.
func (i *Incident) groupFor(in *inputs, key policy.RuleKey, rule *policy.Rule, group string) string {
	var known []string
	for k := range i.Groups {
		if rule.To.Reaches(string(i.Groups[k].Tier)) {
			known = append(known, i.Groups[k].ID)
		}
	}
	if len(known) == 0 {
		in.bad("group", fmt.Sprintf("%s is about no group of affected customers of %s", key, i.ID), "the rule as a whole")
		return ""
	}
	return in.oneOf("group", group, known)
}
