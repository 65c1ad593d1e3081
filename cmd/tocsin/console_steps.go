package main

import (
	"context"
	"errors"
	"sync"

	"tocsin/model"
	"tocsin/store"
)

// lastSteps remembers of one notice which event last said something of each
// recipient, so that a page of them is told by its own events, and each event of
// a delivery is looked at once however often the page is read. It holds no text.
type lastSteps struct {
	mu    sync.Mutex
	of    model.NoticeRef
	to    uint64         // all events up to this one are in it
	event map[int]uint64 // by recipient
}

// follow takes in what happened since it was last called.
func (l *lastSteps) follow(ctx context.Context, space *store.Space, of model.NoticeRef) error {
	if l.of != of {
		l.of, l.to, l.event = of, 0, make(map[int]uint64)
	}
	now := space.Snapshot().Seq
	err := space.DeliveryEvents(ctx, of, l.to, func(e model.Event) error {
		one := proof{steps: make(map[int][]toldStep)}
		one.take(e)
		for ordinal := range one.steps {
			l.event[ordinal] = e.Seq
		}
		l.to = e.Seq
		return nil
	})
	if err == nil {
		l.to = max(l.to, now)
	}
	return err
}

// last is what last happened to telling some recipients of a notice; those to
// whom nothing did are left out.
func (l *lastSteps) last(ctx context.Context, space *store.Space, of model.NoticeRef, ordinals []int) (map[int]toldStep, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.follow(ctx, space, of); err != nil {
		return nil, err
	}
	read := make(map[uint64]*proof)
	steps := make(map[int]toldStep, len(ordinals))
	for _, ordinal := range ordinals {
		seq, ok := l.event[ordinal]
		if !ok {
			continue
		}
		if read[seq] == nil {
			events, err := space.Events(ctx, seq, 1)
			if err = errors.Join(err, ctx.Err()); err != nil {
				return nil, err
			}
			read[seq] = &proof{steps: make(map[int][]toldStep)}
			for _, e := range events {
				read[seq].take(e)
			}
		}
		if found := read[seq].steps[ordinal]; len(found) > 0 {
			steps[ordinal] = found[len(found)-1]
		}
	}
	return steps, nil
}
