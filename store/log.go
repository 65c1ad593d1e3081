package store

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"tocsin/model"
)

// eventLog is the record of one space: encoded events in a gap-free sequence
// from 1, and the projections that go with them. It is the seam behind which
// a log of several machines can stand; what the committer knows of the log is
// this. Implementations are safe for concurrent use.
type eventLog interface {
	// head is what the last append left: zero for an empty log. It matches
	// ErrDamaged where that cannot be read.
	head(ctx context.Context) (headRecord, error)

	// append puts a batch after the event expect, all of it or nothing, and
	// returns once it is as durable as durability says. It is refused with
	// errMoved when the log does not end with expect. After any other error
	// nobody knows what the disk holds, and the caller must not go on.
	append(ctx context.Context, expect uint64, b *batch) error

	// read goes through the events from a sequence number to the present end,
	// in order. It never waits for append.
	read(ctx context.Context, from uint64) iter.Seq2[record, error]

	// visit is read up to an event, faster: the data is valid during the call
	// only.
	visit(ctx context.Context, from, to uint64, visit func(record) error) error

	// watch is read that goes on with the events to come until ctx ends.
	watch(ctx context.Context, from uint64) iter.Seq2[record, error]

	// durability says what an answer of append promises.
	durability() durability
}

// projections are what can be computed from the events and is kept so that a
// start need not read them all. Batches write them together with the events.
type projections interface {
	// get returns one entry; ok is false where there is none.
	get(ctx context.Context, s slot) (value []byte, ok bool, err error)

	// scan calls visit with every entry whose slot begins with prefix, in
	// order. The value is valid during the call only.
	scan(ctx context.Context, prefix slot, visit func(s slot, value []byte) error) error

	// scanFrom is scan from a slot on.
	scanFrom(ctx context.Context, prefix, from slot, visit func(s slot, value []byte) error) error

	// put writes entries that go with no event, durably. It neither waits for
	// append nor holds it up.
	put(ctx context.Context, entries map[slot][]byte) error
}

// ledger is what a space is kept in: its log and the projections of it.
type ledger interface {
	eventLog
	projections
}

// durability is what has survived when an event is acknowledged.
type durability string

const (
	inMemory durability = "memory" // nothing survives the process
	onDisk   durability = "disk"   // the machine's disk has it: kill -9 and power cuts lose nothing
)

// errMoved means that somebody else appended meanwhile.
var errMoved = errors.New("the log does not end where it was expected to")

// record is one encoded event.
type record struct {
	seq  uint64
	data []byte
}

// event decodes the record, which must be the event that it is kept as.
func (r record) event(v *veil) (model.Event, error) {
	if t, ok := parseTombstone(r.data); ok {
		return model.Event{}, fmt.Errorf("event %d: %w by event %d", r.seq, ErrRemoved, t.by)
	}
	e, err := decodeEvent(v, r.data)
	if err == nil && e.Seq != r.seq {
		err = fmt.Errorf("%w: in the place of event %d lies event %d", ErrDamaged, r.seq, e.Seq)
	}
	return e, err
}

// eventOrNone is event, with model.Removed where its text was removed.
func (r record) eventOrNone(v *veil) (model.Event, error) {
	if t, ok := parseTombstone(r.data); ok {
		return model.Event{Seq: r.seq, Body: &model.Removed{By: t.by}}, nil
	}
	return r.event(v)
}

// batch is what one append writes. A value of nil deletes an entry.
type batch struct {
	events  []record
	head    headRecord // after these events; left as it was where there are none
	entries map[slot][]byte
}

// check makes sure that a batch goes where it is put.
func (b *batch) check(expect uint64) error {
	if end := expect + uint64(len(b.events)); len(b.events) > 0 && b.head.Seq != end {
		return fmt.Errorf("the batch ends with event %d, its head with %d", end, b.head.Seq)
	}
	return nil
}

func (b *batch) put(s slot, value []byte) {
	if b.entries == nil {
		b.entries = make(map[slot][]byte)
	}
	b.entries[s] = value
}
