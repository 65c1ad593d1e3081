package main

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"tocsin/model"
	"tocsin/store/board"
	"tocsin/tui"
)

// memorySpace is a space without a disk: the model's decisions and the board
// of the store, for consoles under a fake clock.
type memorySpace struct {
	now func() time.Time

	mu     sync.Mutex // owns all below
	state  model.State
	board  *board.Board
	events []model.Event
	wakes  []chan struct{}
}

func newMemorySpace(t testing.TB, now func() time.Time, events []model.Event) *memorySpace {
	t.Helper()
	s := &memorySpace{now: now, events: events}
	for _, e := range events {
		if _, err := s.state.Fold(e); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if s.board, err = board.New(&s.state, nil); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *memorySpace) Snapshot() tui.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return consoleSnapshot{s.board.Publish()}
}

func (s *memorySpace) Wake() (<-chan struct{}, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wake := make(chan struct{}, 1)
	s.wakes = append(s.wakes, wake)
	return wake, func() {}
}

func (s *memorySpace) Do(_ context.Context, actor model.Actor, command model.Command) (model.ID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now().UTC()
	decision, err := model.Decide(&s.state, actor, command, now)
	if err != nil {
		return "", err
	}
	var touched []model.Touched
	for _, body := range decision.Bodies {
		e := model.Event{Seq: s.state.Seq + 1, At: now, Actor: actor.Name, Role: actor.Role, Batch: decision.Batch, Body: body}
		one, err := s.state.Fold(e)
		if err != nil {
			return "", err
		}
		s.events = append(s.events, e)
		touched = append(touched, one)
	}
	if err := s.show(touched); err != nil {
		return "", err
	}
	for _, wake := range s.wakes {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
	return decision.Incident, nil
}

// show puts what was touched on the board, which is made anew by a purge.
func (s *memorySpace) show(touched []model.Touched) (err error) {
	if slices.ContainsFunc(touched, func(t model.Touched) bool { return len(t.Purged) > 0 }) {
		s.board, err = board.New(&s.state, nil)
		return err
	}
	return s.board.Apply(&s.state, touched)
}

func (s *memorySpace) History(_ context.Context, id model.ID) ([]model.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var events []model.Event
	for _, e := range s.events {
		if e.Body.Incident() == id {
			events = append(events, e)
		}
	}
	return events, nil
}
