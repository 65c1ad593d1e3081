package sshd

import (
	"context"
	"errors"
	"sync"
	"time"
)

// tally counts who was refused, so that no number of attempts fills the
// record. The zero value is ready.
type tally struct {
	mu     sync.Mutex
	since  time.Time // of the first that was not told yet
	counts map[refusal]*refused
}

// refusal is what attempts are counted together by.
type refusal struct{ from, fingerprint, why string }

type refused struct {
	asking Asking
	why    error
	times  int
}

const (
	tallyEvery = time.Minute
	mostRows   = 64 // told within that; further strangers are counted together
)

func (t *tally) add(asking Asking, why error, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = make(map[refusal]*refused)
		t.since = now
	}
	key := refusal{from: asking.From, why: why.Error()}
	if !errors.Is(why, ErrStranger) {
		key.fingerprint = fingerprint(asking.Key)
	} else if t.counts[key] == nil && len(t.counts) >= mostRows-1 {
		key, asking = refusal{why: ErrStranger.Error()}, Asking{Entrance: asking.Entrance}
	}
	row := t.counts[key]
	if row == nil {
		row = new(refused)
		t.counts[key] = row
	}
	row.asking, row.why = asking, why
	row.times++
}

func (t *tally) due(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.counts) > 0 && now.Sub(t.since) >= tallyEvery
}

func (t *tally) flush(ctx context.Context, door Door) {
	t.mu.Lock()
	counts := t.counts
	t.counts = nil
	t.mu.Unlock()
	for _, row := range counts {
		door.Refused(ctx, row.asking, row.why, row.times)
	}
}
