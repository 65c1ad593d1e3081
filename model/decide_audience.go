package model

import (
	"fmt"
	"slices"

	"tocsin/model/policy"
)

// audible refuses a notice whose audience is not to be told, or not yet.
func (d *decider) audible(i *Incident, n *Notice) error {
	out := d.state.Audience(i, d.now)
	told := make(map[string]bool) // groups that a rule of the notice tells
	for k := range out.Tellings {
		t := &out.Tellings[k]
		if !n.answers(t.Key) {
			continue
		}
		if b, blocked := t.Blocked(); blocked {
			return &Refusal{Reason: fmt.Sprintf("%s cannot leave yet: %s: %s%s", n.ID, t.Obligation.Title(), b.Text, d.until(b))}
		}
		told[t.Key.Group] = true
	}
	if i.correctsOnly(n) {
		return nil
	}
	for _, u := range out.Untold {
		for _, key := range u.Keys {
			if u.forbids() && n.answers(key) && !told[key.Group] {
				return &Refusal{Reason: fmt.Sprintf("%s is not for them: %s: %s", n.ID, key, u.Why)}
			}
		}
	}
	return nil
}

// correctsOnly reports whether a notice corrects what all of its recipients were
// told: they hear that whatever the rules say by now. Whom a notice to no group
// goes to is said by its channel and its rules.
func (i *Incident) correctsOnly(n *Notice) bool {
	earlier, ok := i.Notice(n.Corrects)
	if ok && len(n.Groups) == 0 {
		other := slices.ContainsFunc(n.Rules, func(key policy.RuleKey) bool { return !slices.Contains(earlier.Rules, key) })
		return len(earlier.Groups) == 0 && n.Channel == earlier.Channel && !other
	}
	return ok && !slices.ContainsFunc(n.Groups, func(group string) bool { return !slices.Contains(earlier.Groups, group) })
}

// answers reports whether the notice is for an obligation: it answers the rule,
// and goes to its group.
func (n *Notice) answers(key policy.RuleKey) bool {
	about := slices.ContainsFunc(n.Rules, func(own policy.RuleKey) bool { return own.Covers(key) })
	return about && (key.Group == "" || slices.Contains(n.Groups, key.Group))
}

// forbids reports whether those left out must not be told: the free tier and
// the public are told only where the source says so. Whoever else is left out
// may be told all the same.
func (u *Untold) forbids() bool {
	return !u.Waived && (u.To == policy.ToFree || u.To == policy.ToPublic)
}

// until says when a block ends, where it does so by itself.
func (d *decider) until(b Block) string {
	if b.Until.IsZero() {
		return ""
	}
	return ", until " + d.show(b.Until)
}
