package model

import (
	"fmt"
	"slices"
)

// takeOver makes an addition that of a group of another incident, alike in all
// but who is affected already.
func (in *inputs) takeOver(i *Incident, state *State, c AffectedOpen, body *AffectedOpened) {
	other, ok := state.Incident(c.From)
	switch {
	case !ok:
		in.bad("from", fmt.Sprintf("there is no incident %s", Clip(CleanLine(string(c.From)), 40)), "an incident")
		return
	case other.ID == i.ID:
		in.bad("from", "is the same incident", "another incident")
		return
	case c.Refresh || c.Direct || len(c.What) > 0 || !c.Since.IsZero():
		in.bad("from", "brings what was affected, how, and since when", "nothing of that beside it")
		return
	}
	g, ok := other.Affected(c.Group)
	if !ok {
		in.bad("group", fmt.Sprintf("%s has no group %q", other.ID, Clip(CleanLine(c.Group), 40)), "a group of its affected customers")
		return
	}
	body.From, body.Group = other.ID, g.ID
	body.Direct, body.What, body.Since = g.Direct, slices.Clone(g.What), g.Since
}

// isTakenOver holds that a customer is in the group that is taken over.
func (t *affectedTaking) isTakenOver(registry Registry, number uint64) (bool, error) {
	group, added, known, err := registry.Affected(t.batch.From, number)
	if err != nil {
		return false, wrapLookUp(err)
	}
	other, ok := t.state.Incident(t.batch.From)
	if !ok || !known || group != t.batch.Group || !other.addedBy(group, added) {
		t.in.problems = append(t.in.problems, Field("customer", fmt.Sprintf("number %d is not in %s of %s", number, t.batch.Group, t.batch.From), "the customers of that group"))
		return false, nil
	}
	return true, nil
}

// takenOver holds that all of a group came.
func (in *inputs) takenOver(state *State, b *AffectedBatch) {
	if b.From == "" {
		return
	}
	came := b.Passed
	for k := range b.Groups {
		came += b.Groups[k].Customers
	}
	other, ok := state.Incident(b.From)
	if !ok {
		in.bad("from", fmt.Sprintf("%s is gone", b.From), "a reason to abandon the addition")
		return
	}
	if g, _ := other.Affected(b.Group); came != g.Customers {
		in.bad("customers", fmt.Sprintf("%d of the %d in %s of %s have come", came, g.Customers, g.ID, b.From), "all of them, or a reason to abandon the addition")
	}
}

// LeftToTakeOver are the groups of another incident whose customers the incident
// has not taken over.
func (i *Incident) LeftToTakeOver(from *Incident) []AffectedGroup {
	return slices.DeleteFunc(slices.Clone(from.Groups), func(g AffectedGroup) bool {
		return slices.Contains(i.TakenOver, Takeover{from.ID, g.ID})
	})
}

// keepsAffected refuses to end an incident in favour of another that has not all
// whom it affects: nobody would tell them.
func (i *Incident) keepsAffected(into *Incident) error {
	if i.Adding != nil {
		return &Refusal{Cause: ErrUndecided, Reason: fmt.Sprintf("affected customers of %s are being added, from %s: wait until that is complete", i.ID, Clip(i.Adding.Source, 40))}
	}
	left := into.LeftToTakeOver(i)
	if len(left) == 0 {
		return nil
	}
	refusal := &Refusal{Cause: ErrUndecided, Reason: fmt.Sprintf("%s affects customers whom %s has not taken over; tocsin affected add %s --from %s does that:", i.ID, into.ID, into.ID, i.ID)}
	for k := range left {
		refusal.Open = append(refusal.Open, fmt.Sprintf("%s: %s", left[k].ID, count(left[k].Customers, string(left[k].Tier)+" customer")))
	}
	return refusal
}
