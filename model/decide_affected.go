package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (d *decider) affectedOpen(i *Incident, c AffectedOpen) error {
	in := &inputs{}
	body := &AffectedOpened{ID: i.ID, Refresh: c.Refresh}
	body.Batch = in.need("batch", c.Batch, "a name")
	body.Source = in.need("source", c.Source, "where the list is from")
	body.What, body.Direct = in.lines("what", c.What), c.Direct
	if !c.Since.IsZero() {
		body.Since = in.past("since", c.Since, d.now)
	}
	if c.Refresh && (len(body.What) > 0 || c.Direct || !c.Since.IsZero()) {
		in.bad("refresh", "changes what was affected, or since when", "a refresh alone: it takes newer versions of the customers and nothing else")
	}
	if c.Refresh && len(i.Groups) == 0 {
		in.bad("refresh", "nobody is affected yet", "an incident with affected customers")
	}
	if c.From != "" {
		in.takeOver(i, d.state, c, body)
	}
	if err := in.refusal(); err != nil {
		return err
	}
	if i.Adding != nil {
		return &Refusal{Reason: fmt.Sprintf("affected customers of %s are being added already, from %s: wait until that is complete", i.ID, Clip(i.Adding.Source, 40))}
	}
	d.emit(body)
	return nil
}

// adding is the addition or refresh of an incident that a command goes on with.
func adding(i *Incident, batch string) (*AffectedBatch, error) {
	batch = CleanLine(batch)
	if i.Adding == nil || i.Adding.Batch != batch {
		return nil, Refuse(Field("batch", fmt.Sprintf("%q is no addition under way on %s", Clip(batch, 40), i.ID), "an open addition"))
	}
	return i.Adding, nil
}

func (d *decider) affectedTake(i *Incident, c AffectedTake) error {
	b, err := adding(i, c.Batch)
	if err != nil {
		return err
	}
	if len(c.Numbers) == 0 || len(c.Numbers) > MaxAffectedRows {
		return Refuse(Field("numbers", fmt.Sprintf("%d customers", len(c.Numbers)), fmt.Sprintf("1 to %d at a time", MaxAffectedRows)))
	}
	take := &affectedTaking{decider: d, incident: i, batch: b, body: &AffectedTaken{ID: i.ID, Batch: b.Batch}}
	last := b.Last
	for k, number := range c.Numbers {
		if number <= last {
			take.wrong(k, fmt.Sprintf("customer number %d comes after %d", number, last), "numbers in ascending order")
			continue
		}
		last = number
		if err := take.row(k, number); err != nil {
			return err
		}
	}
	if err := take.in.refusal(); err != nil {
		return err
	}
	if len(take.body.Parts) > 0 || take.body.Passed > 0 {
		d.emit(take.body)
	}
	return nil
}

// affectedTaking gathers what one command adds or refreshes.
type affectedTaking struct {
	*decider
	in       inputs
	incident *Incident
	batch    *AffectedBatch
	body     *AffectedTaken
}

func (t *affectedTaking) wrong(k int, problem, accepts string) {
	f := Field("customer", problem, accepts)
	f.Row = k + 1
	t.in.problems = append(t.in.problems, f)
}

// row takes one customer.
func (t *affectedTaking) row(k int, number uint64) error {
	registry, err := t.registry()
	if err != nil {
		return err
	}
	group, added, known, err := registry.Affected(t.incident.ID, number)
	if err != nil {
		return wrapLookUp(err)
	}
	known = known && t.incident.addedBy(group, added)
	if t.batch.From != "" {
		if there, err := t.isTakenOver(registry, number); err != nil || !there {
			return err
		}
		if known {
			t.body.Passed++
		}
	}
	if known != t.batch.Refresh {
		if t.batch.Refresh {
			t.wrong(k, fmt.Sprintf("customer number %d is not affected", number), "those whom the incident affects")
		}
		return nil
	}
	versions, err := registry.Versions(number)
	if err != nil {
		return wrapLookUp(err)
	}
	one, ok := t.state.Meta.Customers.Standing(versions)
	switch {
	case !ok:
		t.wrong(k, fmt.Sprintf("there is no customer with number %d", number), "a customer of the registry")
		return nil
	case one.Gone && t.batch.From != "":
		t.body.Passed++
		return nil
	case one.Gone && !t.batch.Refresh:
		t.wrong(k, fmt.Sprintf("customer %s was forgotten", one.ID), "a customer who can be told")
		return nil
	}
	if !t.batch.Refresh {
		group = t.groupFor(one)
	}
	t.add(group, one)
	return nil
}

// groupFor is the group of an addition that a customer belongs to.
func (t *affectedTaking) groupFor(one Listed) string {
	for k := range t.batch.Groups {
		if g := &t.batch.Groups[k]; g.Tier == one.Tier && g.Terms == one.Terms {
			return g.ID
		}
	}
	started := 0
	for k := range t.body.Parts {
		p := &t.body.Parts[k]
		if p.Tier == one.Tier && p.Terms == one.Terms {
			return p.Group
		}
		if !slices.ContainsFunc(t.batch.Groups, func(g AffectedGroup) bool { return g.ID == p.Group }) {
			started++
		}
	}
	n := len(t.incident.Groups) + len(t.batch.Groups) + started + 1
	if n == MaxAffectedGroups+1 {
		t.in.bad("customer", "the groups of affected customers become too many", fmt.Sprintf("at most %d groups by tier, terms and time", MaxAffectedGroups))
	}
	return "A" + strconv.Itoa(n)
}

func (t *affectedTaking) add(group string, one Listed) {
	row := AffectedRow{Number: one.Number, Taken: one.Taken, Language: one.Language, Admins: one.Admins, Security: one.Security}
	for k := range t.body.Parts {
		if p := &t.body.Parts[k]; p.Group == group {
			p.Rows = append(p.Rows, row)
			return
		}
	}
	part := AffectedPart{Group: group, Tier: one.Tier, Terms: one.Terms, Rows: []AffectedRow{row}}
	if was, ok := t.incident.Affected(group); ok && t.batch.Refresh {
		part.Tier, part.Terms = was.Tier, was.Terms
	}
	t.body.Parts = append(t.body.Parts, part)
}

func (d *decider) affectedClose(i *Incident, c AffectedClose) error {
	b, err := adding(i, c.Batch)
	if err != nil {
		return err
	}
	in := &inputs{}
	reason := in.text("abandon", c.Abandon)
	if reason == "" {
		in.complete(i, b)
		in.takenOver(d.state, b)
	}
	if err := in.refusal(); err != nil {
		return err
	}
	body := &AffectedClosed{ID: i.ID, Batch: b.Batch, Source: b.Source, Refresh: b.Refresh, From: b.From, Group: b.Group, Abandoned: reason}
	if reason == "" {
		body.Groups = b.inOrder(i)
	}
	d.emit(body)
	return nil
}

// inOrder are the groups of a batch in the order that they have on the incident.
func (b *AffectedBatch) inOrder(i *Incident) []AffectedGroup {
	place := func(g AffectedGroup) int {
		if k := slices.IndexFunc(i.Groups, func(was AffectedGroup) bool { return was.ID == g.ID }); k >= 0 {
			return k
		}
		return len(i.Groups)
	}
	return slices.SortedStableFunc(slices.Values(b.Groups), func(x, y AffectedGroup) int { return place(x) - place(y) })
}

// complete holds that an addition brought somebody, and a refresh everybody.
func (in *inputs) complete(i *Incident, b *AffectedBatch) {
	if !b.Refresh {
		if len(b.Groups) == 0 && b.From == "" {
			in.bad("customers", "none were added: all of them are affected already, or there were none", "at least one who is not, or a reason to abandon the addition")
		}
		return
	}
	came := make(map[string]int)
	for _, g := range b.Groups {
		came[g.ID] = g.Customers
	}
	for _, g := range i.Groups {
		if came[g.ID] != g.Customers {
			in.bad("customers", fmt.Sprintf("%d of the %d in %s have come", came[g.ID], g.Customers, g.ID), "all of them, or a reason to abandon the refresh")
		}
	}
}

// Words is the group in one line for people: "A1: 2 paid customers, directly
// impacted, own terms 48h, since …"; zone is the one times are shown in.
func (g *AffectedGroup) Words(zone *time.Location) string {
	parts := []string{fmt.Sprintf("%s: %s, %s", g.ID, count(g.Customers, string(g.Tier)+" customer"), addressCount(g.Addresses))}
	if g.Direct {
		parts = append(parts, "directly impacted")
	}
	if len(g.What) > 0 {
		parts = append(parts, strings.Join(g.What, ", "))
	}
	if g.Terms != "" {
		parts = append(parts, "own terms "+g.Terms)
	}
	if !g.Since.IsZero() {
		parts = append(parts, "since "+g.Since.In(zone).Format("2006-01-02 15:04 MST"))
	}
	return strings.Join(parts, ", ")
}

func addressCount(n int) string {
	if n == 1 {
		return "1 address"
	}
	return fmt.Sprintf("%d addresses", n)
}
