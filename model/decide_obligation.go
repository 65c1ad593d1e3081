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
	rule := d.rule(in, i, c.Key)
	if rule != nil && strings.HasPrefix(rule.MetBy, "fact:") {
		name := strings.TrimPrefix(rule.MetBy, "fact:")
		in.bad("rule", fmt.Sprintf("%s is met by the fact %q", c.Key, name), "that fact, stated")
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
	body := &Submitted{ID: i.ID, Key: c.Key, At: at, Received: received, Reference: in.line("reference", c.Reference), Note: in.text("note", c.Note)}
	if err := in.refusal(); err != nil {
		return err
	}
	body.Title = rule.Title
	d.emit(body)
	return nil
}

func (d *decider) waive(i *Incident, c Waive) error {
	in := &inputs{}
	rule := d.rule(in, i, c.Key)
	body := &WaiverDecided{
		ID: i.ID, Key: c.Key,
		Decider:   in.need("decider", c.Decider, "the person who decided"),
		Rationale: in.needText("rationale", c.Rationale, "why it is not required"),
	}
	if slices.ContainsFunc(i.Waivers, func(w Waiver) bool { return w.Key == c.Key }) {
		in.bad("rule", fmt.Sprintf("%s is waived already", c.Key), "a rule that still counts")
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
	rule := d.rule(in, i, c.Key)
	reason := in.needText("reason", c.Reason, "why it counts again")
	if !slices.ContainsFunc(i.Waivers, func(w Waiver) bool { return w.Key == c.Key }) {
		in.bad("rule", fmt.Sprintf("%s is not waived", c.Key), "a waived rule")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&WaiverWithdrawn{ID: i.ID, Key: c.Key, Title: rule.Title, Reason: reason})
	return nil
}

// rule finds a rule of the incident's packs.
func (d *decider) rule(in *inputs, i *Incident, key policy.RuleKey) *policy.Rule {
	var known []string
	for _, p := range d.state.PacksOf(i) {
		for k := range p.Rules {
			own := policy.RuleKey{Pack: p.ID, Rule: p.Rules[k].ID}
			if own == key {
				return &p.Rules[k]
			}
			known = append(known, own.String())
		}
	}
	in.oneOf("rule", key.String(), known)
	return nil
}
