package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/model/policy"
)

// Suspension is an evidenced delay of one rule, from From until before Until.
type Suspension struct {
	Key       policy.RuleKey `json:"key"`
	From      time.Time      `json:"from"`
	Until     time.Time      `json:"until"` // when it expires by itself, or was lifted
	Requester string         `json:"requester"`
	Evidence  string         `json:"evidence"`
	Reason    string         `json:"reason,omitempty"`
	By        string         `json:"by"` // who recorded it
	At        time.Time      `json:"at"`
}

// longestSuspension is how far ahead a delay may end: anything beyond is a
// mistyped year.
const longestSuspension = 5 * 366 * 24 * time.Hour

// suspend records a delay of a rule that knows one.
func (d *decider) suspend(i *Incident, c Suspend) error {
	in := &inputs{}
	key, rule := d.rule(in, i, c.Key)
	if rule != nil {
		d.checkSuspends(in, i, key, rule)
	}
	body := &SuspensionRecorded{
		ID: i.ID, Key: key, From: d.now, Until: c.Until.UTC().Truncate(time.Millisecond),
		Requester: in.needPerson("by", c.Requester, "the authority or person who asked for it"),
		Evidence:  in.need("evidence", c.Evidence, "the document, statement or note that shows it"),
		Reason:    in.text("reason", c.Reason),
	}
	if !c.From.IsZero() {
		body.From = c.From.UTC().Truncate(time.Millisecond)
	}
	d.checkDelay(in, i, body)
	if err := in.refusal(); err != nil {
		return err
	}
	body.Title = rule.Title
	d.emit(body)
	return nil
}

// checkSuspends holds that the source knows a delay for the rule, and that it
// still counts.
func (d *decider) checkSuspends(in *inputs, i *Incident, key policy.RuleKey, rule *policy.Rule) {
	switch {
	case rule.Suspend == policy.SuspendNever:
		in.bad("rule", fmt.Sprintf("the source of %s knows no delay", key), d.delayable(i))
	case i.waived(key):
		in.bad("rule", fmt.Sprintf("%s is waived", key), "a rule that still counts")
	}
}

// delayable names the rules of an incident that a delay may be recorded for.
func (d *decider) delayable(i *Incident) string {
	var keys []string
	for _, p := range d.state.PacksOf(i) {
		for k := range p.Rules {
			if p.Rules[k].Suspend != policy.SuspendNever {
				keys = append(keys, policy.RuleKey{Pack: p.ID, Rule: p.Rules[k].ID}.String())
			}
		}
	}
	if len(keys) == 0 {
		return "no rule: the incident's packs know no delay"
	}
	return strings.Join(keys, ", ")
}

// checkDelay holds that a delay ends after it begins and after now, and says
// more than what is on record.
func (d *decider) checkDelay(in *inputs, i *Incident, body *SuspensionRecorded) {
	switch from, until := body.From, body.Until; {
	case from.Before(earliest) || from.After(d.now.Add(longestSuspension)):
		in.bad("from", fmt.Sprintf("%s is no time for a delay to begin", from.Format(time.RFC3339)), "a time from 1990 on, at most five years ahead")
	case until.IsZero():
		in.bad("until", "is empty", "when the delay ends by itself")
	case !until.After(d.now):
		in.bad("until", d.show(until)+" has passed", "a time to come: a delay cannot be recorded when it is over")
	case !until.After(from):
		in.bad("until", "is not after it begins", "a time after "+d.show(from))
	case until.After(d.now.Add(longestSuspension)):
		in.bad("until", d.show(until)+" is too far ahead", "at most five years from now; extend it then")
	case slices.ContainsFunc(i.Suspensions, func(s Suspension) bool {
		return s.Key.Covers(body.Key) && !s.From.After(from) && !s.Until.Before(until)
	}):
		in.bad("until", fmt.Sprintf("%s is suspended for longer already", body.Key), "a later time, or lift the delay")
	}
}

// lift ends the delays of a rule that have not expired.
func (d *decider) lift(i *Incident, c Lift) error {
	in := &inputs{}
	key, rule := d.rule(in, i, c.Key)
	at := d.now
	if !c.At.IsZero() {
		at = in.past("at", c.At, d.now)
	}
	reason := in.needText("reason", c.Reason, "why the delay ends early")
	if rule != nil && !slices.ContainsFunc(i.Suspensions, func(s Suspension) bool { return key.Covers(s.Key) && s.Until.After(at) }) {
		in.bad("rule", fmt.Sprintf("%s is not suspended", key), "a rule with a delay that has not expired")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&SuspensionLifted{ID: i.ID, Key: key, Title: rule.Title, At: at, Reason: reason})
	return nil
}

// liftSuspensions ends the delays of a rule with the moment that they were
// lifted; those that had not begun then never come.
func (i *Incident) liftSuspensions(body *SuspensionLifted) {
	i.Suspensions = slices.DeleteFunc(i.Suspensions, func(s Suspension) bool { return body.Key.Covers(s.Key) && !s.From.Before(body.At) })
	for k := range i.Suspensions {
		if s := &i.Suspensions[k]; body.Key.Covers(s.Key) && s.Until.After(body.At) {
			s.Until = body.At
		}
	}
}

// suspensions are the delays as rules look at them.
func (i *Incident) suspensions() []policy.Suspension {
	var delays []policy.Suspension
	for _, s := range i.Suspensions {
		delays = append(delays, policy.Suspension{Key: s.Key, From: s.From, Until: s.Until, By: s.Requester, Evidence: s.Evidence})
	}
	return delays
}
