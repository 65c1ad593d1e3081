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
	// head is the sequence number of the last event, 0 for an empty log.
	head(ctx context.Context) (uint64, error)

	// append puts a batch after the event expect, all of it or nothing, and
	// returns once it is as durable as durability says. It is refused with
	// errMoved when the log does not end with expect. After any other error
	// nobody knows what the disk holds, and the caller must not go on.
	append(ctx context.Context, expect uint64, b *batch) error

	// read goes through the events from a sequence number to the present end,
	// in order. It never waits for append.
	read(ctx context.Context, from uint64) iter.Seq2[record, error]

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
	e, err := decodeEvent(v, r.data)
	if err == nil && e.Seq != r.seq {
		err = fmt.Errorf("%w: in the place of event %d lies event %d", ErrDamaged, r.seq, e.Seq)
	}
	return e, err
}

// batch is what one append writes. A value of nil deletes an entry.
type batch struct {
	events  []record
	entries map[slot][]byte
}

func (b *batch) put(s slot, value []byte) {
	if b.entries == nil {
		b.entries = make(map[slot][]byte)
	}
	b.entries[s] = value
}
