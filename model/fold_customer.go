package model

import (
	"fmt"
	"slices"
)

// foldCustomers folds what concerns the registry of customers; ok is false for
// any other event. Like all of Meta, what it points to is replaced, never
// changed.
func (s *State) foldCustomers(e Event) (touched Touched, ok bool, err error) {
	c := &s.Meta.Customers
	switch body := e.Body.(type) {
	case *CustomersOpened:
		c.Open = &CustomerBatch{Batch: body.Batch, Source: body.Source, Since: e.Seq}
	case *CustomersTaken:
		err = c.take(body)
	case *CustomersClosed:
		err = c.close(e.Seq, body)
	case *CustomerForgotten:
		if body.Tier == TierPaid {
			c.Paid--
		} else {
			c.Free--
		}
	default:
		return Touched{}, false, nil
	}
	return Touched{Meta: true}, true, err
}

func (c *CustomerBook) take(body *CustomersTaken) error {
	if c.Open == nil || c.Open.Batch != body.Batch {
		return fmt.Errorf("%q is no import of customers under way", Clip(body.Batch, 40))
	}
	next := *c.Open
	next.Rows += len(body.Rows)
	next.Paid, next.Free = next.Paid+body.Paid, next.Free+body.Free
	c.Open = &next
	for k := range body.Rows {
		c.Last = max(c.Last, body.Rows[k].Number)
	}
	return nil
}

func (c *CustomerBook) close(seq uint64, body *CustomersClosed) error {
	if c.Open == nil || c.Open.Batch != body.Batch {
		return fmt.Errorf("%q is no import of customers under way", Clip(body.Batch, 40))
	}
	if body.Abandoned != "" {
		c.Hidden = append(slices.Clip(c.Hidden), Span{c.Open.Since, seq})
	}
	c.Paid, c.Free, c.Open = body.Paid, body.Free, nil
	return nil
}

// foldAffected folds whom an incident affects; ok is false for any other event.
func (i *Incident) foldAffected(e Event) (ok bool) {
	switch body := e.Body.(type) {
	case *AffectedOpened:
		i.Adding = &AffectedBatch{Batch: body.Batch, Source: body.Source, What: body.What, Direct: body.Direct, Since: body.Since, Refresh: body.Refresh, From: body.From, Group: body.Group, Seq: e.Seq}
	case *AffectedTaken:
		i.takeAffected(body)
	case *AffectedClosed:
		i.closeAffected(body)
	default:
		return false
	}
	return true
}

func (i *Incident) takeAffected(body *AffectedTaken) {
	if i.Adding == nil {
		return
	}
	next := *i.Adding
	next.Groups, next.Passed = slices.Clone(next.Groups), next.Passed+body.Passed
	for p := range body.Parts {
		part := &body.Parts[p]
		g := i.draft(&next, part)
		for _, row := range part.Rows {
			g.Chain(row)
			next.Last = max(next.Last, row.Number)
		}
	}
	i.Adding = &next
}

// draft is the group of an addition or a refresh that a part belongs to, made
// where it is the first.
func (i *Incident) draft(b *AffectedBatch, part *AffectedPart) *AffectedGroup {
	for k := range b.Groups {
		if b.Groups[k].ID == part.Group {
			return &b.Groups[k]
		}
	}
	g := AffectedGroup{ID: part.Group, Tier: part.Tier, Direct: b.Direct, What: b.What, Terms: part.Terms, Since: b.Since, Added: b.Seq, Frozen: b.Seq}
	if was, ok := i.Affected(part.Group); ok && b.Refresh {
		g = was
		g.Customers, g.Addresses, g.Root, g.Frozen = 0, 0, "", b.Seq
	}
	b.Groups = append(b.Groups, g)
	return &b.Groups[len(b.Groups)-1]
}

func (i *Incident) closeAffected(body *AffectedClosed) {
	i.Adding = nil
	if body.Abandoned != "" {
		return
	}
	groups := slices.Clone(i.Groups)
	for _, g := range body.Groups {
		if k := slices.IndexFunc(groups, func(was AffectedGroup) bool { return was.ID == g.ID }); k >= 0 {
			groups[k] = g
		} else {
			groups = append(groups, g)
		}
	}
	i.Groups = groups
	if body.From != "" {
		i.TakenOver = append(slices.Clip(i.TakenOver), Takeover{body.From, body.Group})
	}
}
