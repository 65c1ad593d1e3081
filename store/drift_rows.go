package store

import (
	"context"
	"errors"
	"fmt"

	"tocsin/model"
)

// compareRows holds customers, and who of them is affected, against what the
// events fold to: how many there are, and the roots of the groups. What is wrong
// with one entry is found by its sum.
func (d *Drift) compareRows(ctx context.Context, l ledger, s *model.State, kept tally) error {
	err := compareCustomers(ctx, l, &s.Meta.Customers, kept)
	for _, i := range s.Incidents {
		if err == nil && len(i.Groups) > 0 {
			err = compareAffected(ctx, l, i)
		}
	}
	if errors.Is(err, ErrDamaged) {
		d.note(err.Error())
		return nil
	}
	return err
}

func compareCustomers(ctx context.Context, l ledger, book *model.CustomerBook, kept tally) error {
	look := &registry{log: l}
	var found tally
	var paid, free int
	err := l.scan(ctx, customerKind.all(), func(at slot, value []byte) error {
		var e customerEntry
		if err := readSummed(at, value, &e); err != nil {
			return err
		}
		found.add([]byte(at), e.version())
		one, ok := book.Standing(e.Versions)
		switch {
		case !ok || one.Gone:
			return nil
		case one.Tier == model.TierPaid:
			paid++
		default:
			free++
		}
		if number, ok, err := look.NumberOf(one.ID); err != nil || !ok || number != one.Number {
			return errors.Join(err, unfit("a customer is not found by their id"))
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case found != kept:
		return miscounted("customers", found, kept)
	case paid != book.Paid || free != book.Free:
		return unfit(fmt.Sprintf("%d paid and %d free customers are kept, where there are %d and %d", paid, free, book.Paid, book.Free))
	}
	return nil
}

// compareAffected computes the roots of an incident's groups anew.
func compareAffected(ctx context.Context, l ledger, i *model.Incident) error {
	look := &registry{log: l}
	for k := range i.Groups {
		g := &i.Groups[k]
		var found model.AffectedGroup
		err := l.scan(ctx, blocksOf(i.ID, g.ID, g.Frozen), func(at slot, value []byte) error {
			block, err := affectedBlockOf(at, value)
			if err != nil {
				return err
			}
			for _, row := range block.Rows {
				found.Chain(row)
				if group, added, _, err := look.Affected(i.ID, row.Number); err != nil || group != g.ID || added != g.Added {
					return errors.Join(err, unfit(fmt.Sprintf("an affected customer of %s is in no group", i.ID)))
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if found.Root != g.Root || found.Customers != g.Customers || found.Addresses != g.Addresses {
			return unfit(fmt.Sprintf("the affected customers %s of %s are not those that were added", g.ID, i.ID))
		}
	}
	return nil
}

// readSummed decodes what is kept at a slot.
func readSummed(at slot, kept []byte, into any) error {
	value, err := unsummed(at, kept)
	if err != nil {
		return err
	}
	return decodeEntry(value, into)
}
