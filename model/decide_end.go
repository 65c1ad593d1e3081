package model

import (
	"fmt"
	"slices"

	"tocsin/model/policy"
)

func (d *decider) linkTo(i, other *Incident) error {
	if i.ID == other.ID {
		return Refuse(Field("other", "an incident cannot be linked to itself", "another incident"))
	}
	if slices.ContainsFunc(i.Links, func(l Link) bool { return l.Other == other.ID }) {
		return nil
	}
	d.link(i, Related, other, Related)
	return nil
}

// link writes a link on both incidents.
func (d *decider) link(i *Incident, kind LinkKind, other *Incident, back LinkKind) {
	d.emit(&Linked{ID: i.ID, Other: other.ID, Link: kind}, &Linked{ID: other.ID, Other: i.ID, Link: back})
}

func (d *decider) markDuplicate(i, of *Incident, c MarkDuplicate) error {
	reason, err := d.checkEnd(i, of, "of", c.Reason)
	if err != nil {
		return err
	}
	d.carryBeginnings(i, of, "from its duplicate "+string(i.ID))
	d.link(i, DuplicateOf, of, HasDuplicate)
	d.emit(&Closed{ID: i.ID, Outcome: Duplicate, Reason: reason})
	return nil
}

// checkEnd holds what ending one incident in favour of another needs.
func (d *decider) checkEnd(i, other *Incident, field, reason string) (string, error) {
	in := &inputs{}
	switch {
	case i.ID == other.ID:
		in.bad(field, "is the same incident", "another incident")
	case !other.Open():
		in.bad(field, fmt.Sprintf("%s has ended (%s)", other.ID, other.Outcome), "an open incident")
	}
	cleaned := in.text("reason", reason)
	if err := in.refusal(); err != nil {
		return "", err
	}
	if err := i.onTheirWay(); err != nil {
		return "", err
	}
	return cleaned, i.keepsAffected(other)
}

// onTheirWay refuses to end an incident while a notice of it goes out: nobody
// would look after those who are not told yet.
func (i *Incident) onTheirWay() error {
	refusal := &Refusal{Cause: ErrUndecided, Reason: "notices are on their way; let them arrive, tell who is left by hand, give up on them with a reason, or cancel:"}
	for k := range i.Notices {
		if n := &i.Notices[k]; n.State == NoticeIsReleased {
			refusal.Open = append(refusal.Open, fmt.Sprintf("%s: %d of %d are left", n.ID, n.Delivery.Counts.Unsettled(), n.Recipients))
		}
	}
	if len(refusal.Open) == 0 {
		return nil
	}
	return refusal
}

// merge ends an incident in another, which takes over what it affects, who
// works on it, and every earlier moment of knowledge: a clock that hangs on
// being aware must not gain time by a merge, and no promise be lost in it.
func (d *decider) merge(i, into *Incident, c Merge) error {
	reason, err := d.checkEnd(i, into, "into", c.Reason)
	if err != nil {
		return err
	}
	ground := "merged from " + string(i.ID)
	d.carryScope(i, into)
	d.carrySeverity(i, into, ground)
	d.carryBeginnings(i, into, ground)
	for _, h := range i.Roles {
		if !slices.Contains(into.Holders(h.Role), h.Person) && slices.Contains(d.roleIDs(into), h.Role) {
			d.emit(&RoleTaken{ID: into.ID, Role: h.Role, Person: h.Person})
		}
	}
	d.link(i, MergedInto, into, MergedFrom)
	d.emit(&Closed{ID: i.ID, Outcome: Merged, Reason: reason})
	return nil
}

// carryScope adds what an incident affects to another, as far as the other's
// procedure knows the words.
func (d *decider) carryScope(from, into *Incident) {
	procedure := d.state.Procedure(into)
	var changes []Change
	changes = appendListChange(changes, FieldTypes, into.Types, union(into.Types, knownWords(from.Types, procedure.Types)))
	if from.Classification == Confirmed {
		changes = appendChange(changes, FieldClassification, string(into.Classification), string(Confirmed))
	}
	changes = appendListChange(changes, FieldData, into.Data, union(into.Data, knownWords(from.Data, procedure.Data)))
	changes = appendListChange(changes, FieldSystems, into.Systems, union(into.Systems, from.Systems))
	if len(changes) > 0 {
		d.emit(&Described{ID: into.ID, Changes: changes})
	}
}

// carrySeverity raises an incident to another's severity. Scales of two
// procedures do not compare.
func (d *decider) carrySeverity(from, into *Incident, ground string) {
	procedure := d.state.Procedure(into)
	level := from.Severity()
	if d.state.Procedure(from).ID != procedure.ID || procedure.SeverityRank(level) <= procedure.SeverityRank(into.Severity()) {
		return
	}
	d.emit(&SeverityDecided{ID: into.ID, Before: into.Severity(), After: level, Reason: ground})
}

// beginnings are the facts of which the earliest counts when two incidents
// turn out to be one.
var beginnings = []string{"detected", "reported", "suspected", "noticed", "known", "aware", "discovered", "confirmed", "impact_confirmed"}

func (d *decider) carryBeginnings(from, into *Incident, ground string) {
	if _, stated := into.Fact("occurred"); stated || !beforeAny(from, into) {
		d.carryFact(from, into, "occurred", ground)
	}
	for _, name := range beginnings {
		d.carryFact(from, into, name, ground)
	}
}

// beforeAny reports whether something is known of into before from occurred:
// then that is not when the two occurred.
func beforeAny(from, into *Incident) bool {
	occurred, _ := from.Fact("occurred")
	return slices.ContainsFunc(into.Facts, func(f Fact) bool {
		return !f.Value.At.IsZero() && f.Value.At.Before(occurred.Value.At)
	})
}

// carryFact carries a time where it is earlier than the one stated, or where
// none is.
func (d *decider) carryFact(from, into *Incident, name, ground string) {
	fact, ok := from.Fact(name)
	if !ok || fact.Value.At.IsZero() {
		return
	}
	own, stated := into.Fact(name)
	switch {
	case !stated:
		d.emit(&FactStated{ID: into.ID, Name: name, Value: fact.Value, Ground: ground})
	case own.Value.At.IsZero() || fact.Value.At.Before(own.Value.At):
		d.emit(&FactCorrected{ID: into.ID, Name: name, Before: own.Value, After: fact.Value, Reason: ground})
	}
}

func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	return all
}

func knownWords(words []string, terms []policy.Term) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		return !slices.ContainsFunc(terms, func(t policy.Term) bool { return t.ID == word })
	})
}

func (d *decider) markFalse(i *Incident, c MarkFalse) error {
	in := &inputs{}
	reason := in.needText("reason", c.Reason, "what it was instead")
	if err := in.refusal(); err != nil {
		return err
	}
	if err := i.onTheirWay(); err != nil {
		return err
	}
	d.emit(&Closed{ID: i.ID, Outcome: FalsePositive, Reason: reason})
	return nil
}

// close ends a resolved incident, once everything promised is decided.
func (d *decider) close(i *Incident, c Close) error {
	in := &inputs{}
	summary, override := in.text("summary", c.Summary), in.text("override", c.Override)
	if f, ok := i.Fact("resolved"); !ok || f.Value.At.IsZero() {
		in.bad("resolved", "is not stated, so reviews and final notices have no start", "the fact \"resolved\", stated first")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	if err := i.onTheirWay(); err != nil {
		return err
	}
	if refusal := d.undecided(i); refusal != nil {
		return refusal
	}
	procedure := d.state.Procedure(i)
	ids := phaseIDs(procedure)
	at := max(slices.Index(ids, i.Phase()), 0)
	body := &Closed{ID: i.ID, Outcome: Resolved, Reason: summary}
	if open := openMandatory(Tasks(i, procedure), ids[min(at, len(ids)):]); len(open) > 0 {
		if override == "" {
			return gate("mandatory tasks are open", open)
		}
		body.Override, body.OpenTasks = override, taskIDs(open)
	}
	d.emit(body)
	return nil
}

// undecided refuses while a promise is neither kept nor decided upon.
func (d *decider) undecided(i *Incident) error {
	refusal := &Refusal{Cause: ErrUndecided, Reason: "obligations are undecided; meet them, or waive them with a rationale:"}
	obligations := d.state.Obligations(i)
	for k := range obligations {
		o := &obligations[k]
		if state := o.State(d.now); !state.Decided() {
			refusal.Open = append(refusal.Open, fmt.Sprintf("%s: %s (%s)", state, o.Title(), o.Key()))
		}
	}
	if len(refusal.Open) == 0 {
		return nil
	}
	return refusal
}

// reopen takes an ended incident up again. It is no longer resolved then.
func (d *decider) reopen(i *Incident, c Reopen) error {
	in := &inputs{}
	reason := in.needText("reason", c.Reason, "what came to light")
	if i.Open() {
		in.bad("incident", fmt.Sprintf("%s is open", i.ID), "an ended incident")
	}
	if i.Deletion != nil {
		in.bad("incident", fmt.Sprintf("%s is to be deleted", i.ID), "one that is kept: tocsin delete --undo withdraws the deletion")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&ReopenedAgain{ID: i.ID, Before: i.Outcome, Reason: reason})
	if f, ok := i.Fact("resolved"); ok && !f.Value.At.IsZero() {
		d.emit(&FactCorrected{ID: i.ID, Name: "resolved", Before: f.Value, After: Value{Answer: policy.No}, Reason: "reopened: " + reason})
	}
	return nil
}
