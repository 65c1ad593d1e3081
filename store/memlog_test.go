package store

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
)

// memLog is a ledger in memory that can be made to fail.
type memLog struct {
	mu      sync.Mutex
	entries map[slot][]byte // the head is one of them
	heads   string          // where the head files of the space lie
	grown   chan struct{}
	appends int
	failing error         // what the next append fails with
	hold    chan struct{} // where set, append waits for it to close
}

func newMemLog() *memLog {
	return &memLog{entries: make(map[slot][]byte), grown: make(chan struct{})}
}

func (l *memLog) durability() durability { return inMemory }

func (l *memLog) head(context.Context) (headRecord, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.decodeHead()
}

func (l *memLog) decodeHead() (head headRecord, err error) {
	if value, ok := l.entries[headSlot()]; ok {
		err = decodeEntry(value, &head)
	}
	return head, err
}

func (l *memLog) setHead(head headRecord) error {
	value, err := encodeEntry(head)
	l.entries[headSlot()] = value
	return err
}

func (l *memLog) state() (uint64, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	head, _ := l.decodeHead()
	return head.Seq, l.grown
}

func (l *memLog) append(_ context.Context, expect uint64, b *batch) error {
	l.mu.Lock()
	hold := l.hold
	l.mu.Unlock()
	if hold != nil {
		<-hold
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failing != nil {
		return l.failing
	}
	if head, err := l.decodeHead(); err != nil || expect != head.Seq {
		return errors.Join(err, errMoved)
	}
	if err := b.check(expect); err != nil {
		return err
	}
	for _, r := range b.events {
		l.entries[eventSlot(r.seq)] = r.data
	}
	l.set(b.entries)
	if len(b.events) > 0 {
		if err := l.setHead(b.head); err != nil {
			return err
		}
	}
	l.appends++
	close(l.grown)
	l.grown = make(chan struct{})
	return nil
}

func (l *memLog) put(_ context.Context, entries map[slot][]byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.set(entries)
	return nil
}

func (l *memLog) set(entries map[slot][]byte) {
	for s, value := range entries {
		if l.entries[s] = value; value == nil {
			delete(l.entries, s)
		}
	}
}

func (l *memLog) visit(ctx context.Context, from, to uint64, visit func(record) error) error {
	var slots []slot
	err := l.scan(ctx, eventKind.all(), func(s slot, _ []byte) error {
		if s.seq() >= from && s.seq() <= to {
			slots = append(slots, s)
		}
		return nil
	})
	for _, s := range slots {
		if err == nil {
			data, _, _ := l.get(ctx, s)
			err = visit(record{seq: s.seq(), data: data})
		}
	}
	return err
}

func (l *memLog) read(ctx context.Context, from uint64) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		for seq := max(from, 1); ; seq++ {
			data, ok, _ := l.get(ctx, eventSlot(seq))
			if !ok || !yield(record{seq: seq, data: data}, nil) {
				return
			}
		}
	}
}

func (l *memLog) watch(ctx context.Context, from uint64) iter.Seq2[record, error] {
	return follow(ctx, l, from, l.state)
}

func (l *memLog) get(_ context.Context, s slot) ([]byte, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	value, ok := l.entries[s]
	return value, ok, nil
}

func (l *memLog) scan(ctx context.Context, prefix slot, visit func(slot, []byte) error) error {
	return l.scanFrom(ctx, prefix, prefix, visit)
}

func (l *memLog) scanFrom(_ context.Context, prefix, from slot, visit func(slot, []byte) error) error {
	l.mu.Lock()
	var slots []slot
	for s := range l.entries {
		if strings.HasPrefix(string(s), string(prefix)) && s >= from {
			slots = append(slots, s)
		}
	}
	l.mu.Unlock()
	slices.Sort(slots)
	for _, s := range slots {
		value, _, _ := l.get(context.Background(), s)
		if err := visit(s, value); err != nil {
			return err
		}
	}
	return nil
}
