package model

import (
	"fmt"
	"slices"
	"time"

	"tocsin/model/policy"
)

// Reminder is a deadline that is to be brought to mind: it has reached a level
// that nobody has acknowledged. It follows from what stands and from now
// alone, so that neither sleep nor a clock that steps loses one.
type Reminder struct {
	Standing *Standing
	Due      Due
	Reach    policy.Reach
}

// Key names the obligation within its incident.
func (r *Reminder) Key() policy.RuleKey { return r.Due.Key() }

// Reminded is a role that is reminded, and who holds it.
type Reminded struct {
	Role    policy.Role
	Holders []string // nobody: it is vacant
}

// Reminded lists the roles that are reminded, as the rule and its pack say.
func (r *Reminder) Reminded() []Reminded {
	s := r.Standing
	var reminded []Reminded
	for _, id := range s.remindedRoles(&r.Due) {
		role, known := s.Procedure.Role(id)
		if !known {
			role = &policy.Role{ID: id, Label: id}
		}
		reminded = append(reminded, Reminded{Role: *role, Holders: s.Incident.Holders(id)})
	}
	return reminded
}

// Concerns reports whether a person is reminded: they hold one of the roles, or
// nobody holds any of them.
func (r *Reminder) Concerns(person string) bool {
	people := r.Standing.People(&r.Due)
	return len(people) == 0 || slices.Contains(people, person)
}

// People are those who are reminded of a due of the incident, each once; none
// where nobody holds any of the roles, and then it concerns everybody.
func (s *Standing) People(d *Due) []string {
	var people []string
	roles := s.remindedRoles(d)
	for _, h := range s.Incident.Roles {
		if slices.Contains(roles, h.Role) && !slices.Contains(people, h.Person) {
			people = append(people, h.Person)
		}
	}
	return people
}

func (s *Standing) remindedRoles(d *Due) []string {
	return policy.Reminded(d.Pack, d.Rule, s.Procedure, s.Incident.Severity())
}

// RemindFrom is when a due of the incident begins to be brought to mind: when
// it reaches the first level that nobody acknowledged.
func (s *Standing) RemindFrom(d *Due) time.Time {
	return d.RemindFrom(s.Incident.known(d.Key()))
}

// Reminder is what is to be brought to mind of a due of the incident at now; ok
// is false while there is nothing.
func (s *Standing) Reminder(d *Due, now time.Time) (r Reminder, ok bool) {
	reach, reached := d.ReachedBy(now)
	if !reached || s.Incident.known(d.Key()).Covers(d, reach) {
		return Reminder{}, false
	}
	return Reminder{Standing: s, Due: *d, Reach: reach}, true
}

// known is what was last acknowledged of a deadline, for its group or for all
// groups of its rule.
func (i *Incident) known(key policy.RuleKey) policy.Acknowledgement {
	var last policy.Acknowledgement
	for k := range i.Known {
		if a := &i.Known[k]; a.Key.Covers(key) && (last.At.IsZero() || a.At.After(last.At)) {
			last = policy.Acknowledgement{Due: a.Due, Since: a.Since, At: a.At}
		}
	}
	return last
}

// acknowledge keeps the last word on each deadline.
func (i *Incident) acknowledge(a Known) {
	for k := range i.Known {
		if i.Known[k].Key == a.Key {
			i.Known[k] = a
			return
		}
	}
	i.Known = append(i.Known, a)
}

// acknowledge records that a deadline is known of at the level that was seen.
func (d *decider) acknowledge(i *Incident, c Acknowledge) error {
	in := &inputs{}
	key, rule := d.rule(in, i, c.Key)
	if err := in.refusal(); err != nil {
		return err
	}
	dues := d.state.Stand(i).Dues
	k := slices.IndexFunc(dues, func(due Due) bool { return key.Covers(due.Key()) }) // the soonest of several groups
	if k < 0 {
		return Refuse(Field("rule", fmt.Sprintf("%s counts towards no time now, so that nothing is brought to mind", key), "a rule with a due time that stands"))
	}
	due := &dues[k]
	if !c.Due.IsZero() && !c.Due.Equal(due.At) {
		return Refuse(Field("due", fmt.Sprintf("%s is due %s now, no longer %s", key, d.show(due.At), d.show(c.Due)), "the due time that stands"))
	}
	seen := d.now
	if !c.Seen.IsZero() && c.Seen.Before(seen) {
		seen = c.Seen
	}
	reach, reached := due.ReachedBy(seen)
	if !reached {
		return Refuse(Field("rule", fmt.Sprintf("nothing is to be brought to mind of %s before %s", key, d.show(due.NextAfter(seen))), "a rule that there is a reminder of"))
	}
	if !i.known(key).Covers(due, reach) {
		d.emit(&Acknowledged{ID: i.ID, Key: key, Title: rule.Title, Due: due.At, Level: reach.Level(), Since: reach.Since})
	}
	return nil
}
