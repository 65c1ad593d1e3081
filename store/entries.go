package store

import (
	"context"
	"fmt"

	"tocsin/model"
	"tocsin/store/tree"
)

// Entry is an event of the record together with how it is stored.
type Entry struct {
	Seq       uint64
	Event     model.Event // without a body where its text was removed
	Stored    []byte      // the envelope, or what stands in its place
	Leaf      tree.Hash   // in the tree
	RemovedBy uint64      // the event that removed its text, 0 for none
}

// Entries calls visit with the space's events from one number to another, both
// counted, in order, until it returns an error, which is returned. Events that
// are not there are passed over; Verify finds those. Like Events it is the
// record as it is, but an event whose text was removed is no error.
func (s *Space) Entries(ctx context.Context, from, to uint64, visit func(Entry) error) error {
	for r, err := range s.log.read(ctx, max(from, 1)) {
		if err != nil {
			return err
		}
		if r.seq > to {
			return nil
		}
		e, err := s.entry(r)
		if err != nil {
			return err
		}
		if err := visit(e); err != nil {
			return err
		}
	}
	return nil
}

// Entry is one event of the record. It matches model.ErrNotFound where there
// is none.
func (s *Space) Entry(ctx context.Context, seq uint64) (Entry, error) {
	data, err := s.Stored(ctx, seq)
	if err != nil {
		return Entry{}, err
	}
	return s.entry(record{seq: seq, data: data})
}

func (s *Space) entry(r record) (Entry, error) {
	e := Entry{Seq: r.seq, Stored: r.data, Leaf: r.leaf()}
	if t, ok := parseTombstone(r.data); ok {
		e.RemovedBy, e.Event = t.by, model.Event{Seq: r.seq}
		return e, nil
	}
	event, err := r.event(s.veil)
	if err != nil {
		return Entry{}, fmt.Errorf("event %d: %w", r.seq, err)
	}
	e.Event = event
	return e, nil
}

// EntriesAbout are the numbers of the events about an incident, ascending. It
// matches model.ErrNotFound for an incident that is not visible.
func (s *Space) EntriesAbout(ctx context.Context, id model.ID) ([]uint64, error) {
	if _, ok := s.Snapshot().Incident(id); !ok {
		return nil, fmt.Errorf("events about %s: %w", model.Clip(string(id), 40), model.ErrNotFound)
	}
	var seqs []uint64
	err := s.log.scan(ctx, historyOf(id), func(at slot, _ []byte) error {
		seqs = append(seqs, at.seq())
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("events about %s: %w", id, err)
	}
	return seqs, nil
}
