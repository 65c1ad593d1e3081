package store

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
)

// memLog is a ledger in memory that can be made to fail.
type memLog struct {
	mu      sync.Mutex
	entries map[slot][]byte
	end     uint64
	grown   chan struct{}
	appends int
	failing error         // what the next append fails with
	hold    chan struct{} // where set, append waits for it to close
}

func newMemLog() *memLog {
	return &memLog{entries: make(map[slot][]byte), grown: make(chan struct{})}
}

func (l *memLog) durability() durability { return inMemory }

func (l *memLog) head(context.Context) (uint64, error) {
	end, _ := l.state()
	return end, nil
}

func (l *memLog) state() (uint64, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end, l.grown
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
	if expect != l.end {
		return errMoved
	}
	for _, r := range b.events {
		l.entries[eventSlot(r.seq)] = r.data
	}
	for s, value := range b.entries {
		if l.entries[s] = value; value == nil {
			delete(l.entries, s)
		}
	}
	l.end += uint64(len(b.events))
	l.appends++
	close(l.grown)
	l.grown = make(chan struct{})
	return nil
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

func (l *memLog) scan(_ context.Context, prefix slot, visit func(slot, []byte) error) error {
	l.mu.Lock()
	var slots []slot
	for s := range l.entries {
		if strings.HasPrefix(string(s), string(prefix)) {
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
