package store

import (
	"context"
	"fmt"

	"tocsin/model"
	"tocsin/store/vault"
)

// registry is a space's customers, and who of them is affected by what, among
// the projections: too many to be in a state. It is the committer's: beside
// what is written it knows what the group in hand is going to write.
type registry struct {
	log       projections
	veil      *veil
	batch     *batch // of the group in hand
	customers *tally // ahead of the log as the batch is
	highest   uint64 // number that was given so far, 0 where that is not known yet
}

// customerEntry is what is kept of a customer: the version that counts, and a
// newer one where that came with an import under way or an abandoned one. What
// is personal stays in the event that brought it.
type customerEntry struct {
	Versions []model.Listed `json:"v"`
}

// version tells an entry of a customer from an older one.
func (e customerEntry) version() uint64 {
	newest := e.Versions[len(e.Versions)-1]
	if newest.Gone {
		return newest.Taken<<1 | 1
	}
	return newest.Taken << 1
}

// affectedEntry says in which group of an incident a customer is, and by which
// addition.
type affectedEntry struct {
	Group string `json:"g"`
	Added uint64 `json:"a"`
}

// affectedBlock is customers of a group that follow one another, with the place
// of the first of their recipients within the group.
type affectedBlock struct {
	First int                 `json:"f"`
	Rows  []model.AffectedRow `json:"r"`
}

// entry reads what is kept at a slot; ok is false where there is nothing.
func (r *registry) entry(at slot, into any) (ok bool, err error) {
	kept, ahead := []byte(nil), false
	if r.batch != nil {
		kept, ahead = r.batch.entries[at]
	}
	if !ahead {
		if kept, _, err = r.log.get(context.Background(), at); err != nil {
			return false, err
		}
	}
	if kept == nil {
		return false, nil
	}
	return true, readSummed(at, kept, into)
}

// put adds an entry to the batch, and returns how many bytes it takes.
func (r *registry) put(at slot, entry any) (size int, err error) {
	data, err := encodeEntry(entry)
	if err != nil {
		return 0, err
	}
	r.batch.put(at, summed(at, data))
	return len(at) + len(data), nil
}

// NumberOf is as model.Registry has it.
func (r *registry) NumberOf(id string) (number uint64, ok bool, err error) {
	ok, err = r.entry(customerIDSlot(id), &number)
	return number, ok, err
}

// Versions is as model.Registry has it.
func (r *registry) Versions(number uint64) ([]model.Listed, error) {
	var e customerEntry
	_, err := r.entry(customerSlot(number), &e)
	return e.Versions, err
}

// Affected is as model.Registry has it.
func (r *registry) Affected(incident model.ID, number uint64) (group string, added uint64, ok bool, err error) {
	var e affectedEntry
	ok, err = r.entry(affectedSlot(incident, number), &e)
	return e.Group, e.Added, ok, err
}

// Next is as model.Registry has it. Where the log is older than the vault, as
// after a loss that was accepted, the next numbers may be of customers who were
// forgotten.
func (r *registry) Next(number uint64) (uint64, error) {
	for number++; r.veil != nil; number++ {
		gone, err := r.veil.vault.Forgotten([]vault.Subject{r.veil.customerKey(number)})
		if err != nil {
			return 0, err
		}
		if len(gone) == 0 {
			break
		}
	}
	return number, nil
}

// follow adds to the batch what an event brings that was folded into a state,
// and returns how many bytes that takes.
func (r *registry) follow(s *model.State, e model.Event) (size int, err error) {
	switch body := e.Body.(type) {
	case *model.CustomersTaken:
		return r.take(s, e.Seq, body.Rows)
	case *model.CustomerForgotten:
		return r.forget(body.Number)
	case *model.AffectedTaken:
		return r.affect(s, body)
	}
	return 0, nil
}

func (r *registry) take(s *model.State, seq uint64, rows []model.Customer) (size int, err error) {
	for k := range rows {
		one := rows[k].List(seq)
		var versions []model.Listed
		if r.highest == 0 || one.Number <= r.highest {
			if versions, err = r.Versions(one.Number); err != nil {
				return 0, err
			}
		}
		n, err := r.replace(one.Number, versions, s.Meta.Customers.AfterTaking(versions, one))
		if err != nil {
			return 0, err
		}
		m, err := r.put(customerIDSlot(one.ID), one.Number)
		if err != nil {
			return 0, err
		}
		size += n + m
	}
	r.highest = s.Meta.Customers.Last
	return size, nil
}

// replace puts other versions of a customer in the place of those before.
func (r *registry) replace(number uint64, before, after []model.Listed) (size int, err error) {
	at := customerSlot(number)
	if len(before) > 0 {
		r.customers.remove([]byte(at), customerEntry{before}.version())
	}
	r.customers.add([]byte(at), customerEntry{after}.version())
	return r.put(at, customerEntry{after})
}

func (r *registry) forget(number uint64) (size int, err error) {
	before, err := r.Versions(number)
	if err != nil {
		return 0, err
	}
	after := make([]model.Listed, len(before))
	for k, v := range before {
		v.Gone = true
		after[k] = v
	}
	if size, err = r.replace(number, before, after); err != nil {
		return 0, err
	}
	n, err := r.put(forgottenSlot(number), number)
	return size + n, err
}

// affect adds the rows of an addition or a refresh. The event has been folded:
// the counts of its groups are as of its last row.
func (r *registry) affect(s *model.State, body *model.AffectedTaken) (size int, err error) {
	i, ok := s.Incident(body.ID)
	if !ok || i.Adding == nil {
		return 0, fmt.Errorf("%w: affected customers of %s came outside of an addition", ErrDamaged, body.ID)
	}
	for k := range body.Parts {
		n, err := r.affectPart(body.ID, i.Adding, &body.Parts[k])
		if err != nil {
			return 0, err
		}
		size += n
	}
	return size, nil
}

func (r *registry) affectPart(id model.ID, adding *model.AffectedBatch, part *model.AffectedPart) (size int, err error) {
	block := affectedBlock{Rows: part.Rows}
	end := 0
	for k := range adding.Groups {
		if adding.Groups[k].ID == part.Group {
			end = adding.Groups[k].Addresses
		}
	}
	block.First = end
	for k := range part.Rows {
		block.First -= part.Rows[k].Addresses()
	}
	if size, err = r.put(blockSlot(id, part.Group, adding.Seq, end), block); err != nil || adding.Refresh {
		return size, err
	}
	for k := range part.Rows {
		n, err := r.put(affectedSlot(id, part.Rows[k].Number), affectedEntry{Group: part.Group, Added: adding.Seq})
		if err != nil {
			return 0, err
		}
		size += n
	}
	return size, nil
}

// registryKinds are what a registry writes.
var registryKinds = []slotKind{customerKind, customerIDKind, forgottenKind, blockKind, affectedKind}

// clearAll removes all entries that begin with some slots, in transactions of
// bounded size.
func clearAll(ctx context.Context, p projections, prefixes ...slot) error {
	gone := make(map[slot][]byte)
	flush := func() error {
		err := p.put(ctx, gone)
		clear(gone)
		return err
	}
	for _, prefix := range prefixes {
		err := p.scan(ctx, prefix, func(at slot, _ []byte) error {
			if gone[at] = nil; len(gone) < maxBatchEntries {
				return nil
			}
			return flush()
		})
		if err != nil {
			return err
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return flush()
}

// refolded is the registry of a rebuild, which is written in transactions of
// bounded size.
type refolded struct{ registry }

// newRefolded clears what there is.
func newRefolded(ctx context.Context, l ledger, v *veil) (*refolded, error) {
	var prefixes []slot
	for _, kind := range registryKinds {
		prefixes = append(prefixes, kind.all())
	}
	if err := clearAll(ctx, l, prefixes...); err != nil {
		return nil, err
	}
	return &refolded{registry{log: l, veil: v, batch: new(batch), customers: new(tally)}}, nil
}

func (r *refolded) follow(ctx context.Context, s *model.State, e model.Event) error {
	if r == nil {
		return nil
	}
	if _, err := r.registry.follow(s, e); err != nil {
		return err
	}
	if len(r.batch.entries) < maxBatchEntries {
		return nil
	}
	return r.flush(ctx)
}

func (r *refolded) flush(ctx context.Context) error {
	if len(r.batch.entries) == 0 {
		return nil
	}
	err := r.log.put(ctx, r.batch.entries)
	r.batch = new(batch)
	return err
}

// forgetCustomers makes sure that the vault has forgotten whom the record has.
func (v *veil) forgetCustomers(ctx context.Context, p projections) error {
	if v == nil {
		return nil
	}
	return p.scan(ctx, forgottenKind.all(), func(at slot, _ []byte) error {
		return v.destroy(v.customerKey(at.seq()))
	})
}
