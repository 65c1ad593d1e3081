package store

import (
	"context"
	"errors"
	"fmt"

	"tocsin/model"
)

// Recipient is one address of one affected customer: whom one message goes to.
// Ordinal is its place, from 0, among those of the groups it was asked for: the
// groups in the order given, their customers in the order taken, and of each
// customer the administrators before the security contacts. It never changes
// for the same references to groups. Where a customer was forgotten, Address is
// empty and Customer says so; the place stays.
type Recipient struct {
	Ordinal  int
	Customer model.Customer // in the version that the group froze
	Address  string
}

// Recipients are those of affected groups of an incident, n at most, from an
// ordinal on. A group is named by its id, as it is now, or by
// AffectedGroup.Ref, as it was then: who remembers ordinals remembers Refs. It
// matches model.ErrNotFound for an incident or a group that is not there.
func (s *Space) Recipients(ctx context.Context, incident model.ID, groups []string, from, n int) ([]Recipient, error) {
	if from < 0 || n < 0 {
		return nil, fmt.Errorf("recipients %d from %d of %s: %w", n, from, incident, errors.ErrUnsupported)
	}
	r := &recipients{open: newOpener(s.log, s.veil), from: from, most: n}
	for _, ref := range groups {
		if len(r.found) == n {
			break
		}
		g, err := s.group(incident, ref)
		if err == nil {
			err = r.group(ctx, s.log, incident, g)
		}
		if err != nil {
			return nil, fmt.Errorf("recipients of %s in %s: %w", ref, incident, err)
		}
	}
	return r.found, nil
}

// groupRows are the rows of an affected group, as it is or as it was.
type groupRows struct {
	id     string
	frozen uint64
	length int // how many recipients they are, -1 where that has to be counted
}

// group resolves a reference.
func (s *Space) group(incident model.ID, ref string) (groupRows, error) {
	standing, ok := s.Snapshot().Incident(incident)
	if !ok {
		return groupRows{}, model.ErrNotFound
	}
	id, frozen, ok := model.ParseGroupRef(ref)
	if !ok {
		return groupRows{}, model.ErrNotFound
	}
	g, ok := standing.Incident.Affected(id)
	if !ok {
		return groupRows{}, model.ErrNotFound
	}
	if frozen == 0 || frozen == g.Frozen {
		return groupRows{id: id, frozen: g.Frozen, length: g.Addresses}, nil
	}
	return groupRows{id: id, frozen: frozen, length: -1}, nil
}

// recipients gathers them, group after group.
type recipients struct {
	open   *opener
	from   int // the ordinal of the first that is asked for
	most   int
	before int // recipients of the groups that came before
	found  []Recipient
}

// errEnough ends a scan.
var errEnough = errors.New("enough")

func (r *recipients) group(ctx context.Context, l ledger, incident model.ID, g groupRows) error {
	first := blockSlot(incident, g.id, g.frozen, max(r.from-r.before, 0)+1)
	prefix := blocksOf(incident, g.id, g.frozen)
	err := l.scanFrom(ctx, prefix, first, func(at slot, kept []byte) error {
		block, err := affectedBlockOf(at, kept)
		if err != nil {
			return err
		}
		return r.block(ctx, block)
	})
	if err != nil {
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	}
	if g.length < 0 {
		if g.length, err = lengthOf(ctx, l, prefix); err != nil {
			return err
		}
	}
	r.before += g.length
	return nil
}

// lengthOf is how many recipients a group has.
func lengthOf(ctx context.Context, l ledger, prefix slot) (end int, err error) {
	err = l.scan(ctx, prefix, func(at slot, _ []byte) error {
		end = int(at.seq())
		return nil
	})
	return end, err
}

func affectedBlockOf(at slot, kept []byte) (block affectedBlock, err error) {
	err = readSummed(at, kept, &block)
	return block, err
}

func (r *recipients) block(ctx context.Context, block affectedBlock) error {
	at := r.before + block.First
	for _, row := range block.Rows {
		if next := at + row.Addresses(); next <= r.from {
			at = next
			continue
		}
		c, err := r.open.version(ctx, row.Number, row.Taken)
		if err != nil {
			return err
		}
		addresses := c.Addresses()
		for k := range row.Addresses() {
			if len(r.found) == r.most {
				return errEnough
			}
			one := Recipient{Ordinal: at + k, Customer: c}
			if k < len(addresses) {
				one.Address = addresses[k]
			}
			if one.Ordinal >= r.from {
				r.found = append(r.found, one)
			}
		}
		at += row.Addresses()
	}
	return nil
}

// AffectedRows calls visit with the rows of an affected group, in the order
// taken, until it returns an error, which is returned. The group is named as
// for Recipients.
func (s *Space) AffectedRows(ctx context.Context, incident model.ID, ref string, visit func(model.AffectedRow) error) error {
	g, err := s.group(incident, ref)
	if err != nil {
		return fmt.Errorf("affected customers %s of %s: %w", ref, incident, err)
	}
	return s.log.scan(ctx, blocksOf(incident, g.id, g.frozen), func(at slot, kept []byte) error {
		block, err := affectedBlockOf(at, kept)
		if err != nil {
			return err
		}
		for _, row := range block.Rows {
			if err := visit(row); err != nil {
				return err
			}
		}
		return nil
	})
}

// AffectedCustomers calls visit with the customers of an affected group, each in
// the version that the group froze, until it returns an error, which is
// returned.
func (s *Space) AffectedCustomers(ctx context.Context, incident model.ID, ref string, visit func(model.Customer) error) error {
	open := newOpener(s.log, s.veil)
	return s.AffectedRows(ctx, incident, ref, func(row model.AffectedRow) error {
		c, err := open.version(ctx, row.Number, row.Taken)
		if err != nil {
			return err
		}
		return visit(c)
	})
}
