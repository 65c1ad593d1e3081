package store

import (
	"context"
	"fmt"

	"tocsin/model"
	"tocsin/store/tree"
)

// refill writes a log that is empty, from events as they were stored. Every
// event is decoded, takes its place in the tree, and comes back into the
// history of its incident. Memory does not grow with the log.
type refill struct {
	log    ledger
	veil   *veil
	growth *growth
	batch  batch
	bytes  int
}

func newRefill(l ledger, v *veil, origin string) *refill {
	return &refill{log: l, veil: v, growth: &growth{origin: origin, tree: new(tree.Builder)}}
}

func (f *refill) end() uint64 { return f.growth.tree.Size() + uint64(len(f.batch.events)) }

// add takes the next event.
func (f *refill) add(ctx context.Context, seq uint64, stored []byte) error {
	if seq != f.end()+1 {
		return fmt.Errorf("%w: event %d comes after %d", ErrDamaged, seq, f.end())
	}
	r := record{seq: seq, data: stored}
	id, err := f.about(r)
	if err != nil {
		return err
	}
	if id != "" {
		f.batch.put(historySlot(id, seq), []byte{})
	}
	f.batch.events = append(f.batch.events, r)
	if f.bytes += len(stored); f.bytes < maxBatchBytes && len(f.batch.events) < maxBatchEvents {
		return nil
	}
	return f.flush(ctx)
}

// about is the incident that an event is about, "" where its text was removed.
// The names in it are taken in, those that it refers to need not be known yet:
// where an event was removed that held some, a later one holds them.
func (f *refill) about(r record) (model.ID, error) {
	if _, removed := parseTombstone(r.data); removed {
		return "", nil
	}
	e, env, err := decodeCovered(r.data)
	if err == nil && e.Seq != r.seq {
		err = fmt.Errorf("%w: in the place of event %d lies event %d", ErrDamaged, r.seq, e.Seq)
	}
	if err == nil {
		err = f.veil.learnAll(env.Names)
	}
	if err != nil {
		return "", err
	}
	return e.Body.Incident(), nil
}

// flush writes what waits, and beside it the names that the events hold.
func (f *refill) flush(ctx context.Context) error {
	if len(f.batch.events) == 0 {
		return nil
	}
	expect := f.growth.tree.Size()
	if err := f.growth.add(&f.batch); err != nil {
		return err
	}
	if err := f.veil.store(&f.batch); err != nil {
		return err
	}
	if err := f.log.append(ctx, expect, &f.batch); err != nil {
		return err
	}
	f.batch, f.bytes = batch{}, 0
	return nil
}

// remove puts what has an event's place since its text was removed. It must
// have the leaf that the event had.
func (f *refill) remove(ctx context.Context, seq uint64, stored []byte) error {
	if err := f.flush(ctx); err != nil {
		return err
	}
	there, ok, err := f.log.get(ctx, eventSlot(seq))
	if err != nil {
		return err
	}
	was, is := record{seq, there}, record{seq, stored}
	if _, removed := parseTombstone(stored); !ok || !removed || was.leaf() != is.leaf() {
		return fmt.Errorf("%w: what has the place of event %d is not of it", ErrDamaged, seq)
	}
	id, err := f.about(was)
	if err != nil {
		return err
	}
	entries := map[slot][]byte{eventSlot(seq): stored}
	if id != "" {
		entries[historySlot(id, seq)] = nil
	}
	return f.log.put(ctx, entries)
}

// root is the root of all that was added.
func (f *refill) root(ctx context.Context) (tree.Head, error) {
	if err := f.flush(ctx); err != nil {
		return tree.Head{}, err
	}
	root, err := f.growth.tree.Root()
	return tree.Head{Size: f.growth.tree.Size(), Root: root}, err
}
