package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"tocsin/model"
	"tocsin/store/board"
)

// Space is one organisation's data: the only road to it, and to nothing else.
// All methods are safe for concurrent use.
type Space struct {
	id       string
	log      ledger
	veil     *veil
	requests chan *request
	board    atomic.Pointer[board.Snapshot]
	wakes    wakes

	quit    chan struct{} // closed to end the committer
	quitted sync.Once
	stopped chan struct{} // closed by the committer when it has ended
	err     error         // why; read after stopped
}

// startSpace loads a space and starts its committer.
func startSpace(ctx context.Context, id string, l ledger, v *veil, options Options) (*Space, error) {
	found, err := load(ctx, l, v)
	if err != nil {
		return nil, fmt.Errorf("open space %s: %w", id, err)
	}
	if found.rebuilt {
		options.Logger.Info("projections were computed anew from the log", slog.String("space", id), slog.Uint64("events", found.state.Seq))
	}
	s := &Space{id: id, log: l, veil: v, requests: make(chan *request, maxQueue), quit: make(chan struct{}), stopped: make(chan struct{})}
	s.board.Store(found.board.Publish())
	left := leftOpen(found.state)
	c := &committer{log: l, veil: v, state: found.state, board: found.board, last: found.last, now: options.Now, requests: s.requests, publish: s.board.Store, wake: s.wakes.wake}
	go s.run(c, options.Fatal)
	if err := s.abandon(ctx, left); err != nil {
		return nil, errors.Join(fmt.Errorf("open space %s: %w", id, err), s.close(ctx))
	}
	return s, nil
}

// run is the committer's goroutine.
func (s *Space) run(c *committer, fatal func(error)) {
	s.err = c.run(s.quit)
	close(s.stopped)
	if s.err != ErrClosed {
		fatal(fmt.Errorf("space %s: %w", s.id, s.err))
	}
}

// leftOpen lists the imports that nobody will go on with.
func leftOpen(s *model.State) []string {
	var batches []string
	for batch := range s.Meta.Imports {
		batches = append(batches, batch)
	}
	slices.Sort(batches)
	return batches
}

// abandon gives up imports that were under way when the process last ended.
func (s *Space) abandon(ctx context.Context, batches []string) error {
	for _, batch := range batches {
		abandon := model.ImportClose{Batch: batch, Abandon: "tocsin ended before the import was complete"}
		if _, err := s.Do(ctx, model.Actor{Name: "tocsin", Role: model.Owner}, abandon); err != nil {
			return fmt.Errorf("abandon import %q: %w", batch, err)
		}
	}
	return nil
}

// ID is the space's name.
func (s *Space) ID() string { return s.id }

// Do decides a command and, unless it is refused, returns when its events are
// durable and on the board. A refusal matches model.ErrRefused and has changed
// nothing. While the command waits for its turn ctx may end it; once it is
// being decided, Do waits for the outcome whatever ctx says. After a write
// failed every command gets ErrStopped, after Close ErrClosed.
func (s *Space) Do(ctx context.Context, actor model.Actor, command model.Command) (Receipt, error) {
	r := &request{actor: actor, command: command, answer: make(chan answer, 1)}
	select {
	case s.requests <- r:
	case <-ctx.Done():
		return Receipt{}, context.Cause(ctx)
	case <-s.stopped:
		return Receipt{}, s.err
	}
	var giveUp error
	select {
	case a := <-r.answer:
		return a.receipt, a.err
	case <-ctx.Done():
		giveUp = context.Cause(ctx)
	case <-s.stopped:
		giveUp = s.err
	}
	if r.claim() {
		return Receipt{}, giveUp
	}
	a := <-r.answer
	return a.receipt, a.err
}

// Snapshot is the space as of the last command answered, or later.
func (s *Space) Snapshot() *board.Snapshot { return s.board.Load() }

// Wake returns a channel that holds a value when there is a newer Snapshot
// than at the last receive, and a function that ends the subscription. However
// slow a reader is, it holds nobody up and misses only what is outdated.
func (s *Space) Wake() (<-chan struct{}, func()) { return s.wakes.subscribe() }

// History returns the events about an incident, the oldest first. It matches
// model.ErrNotFound for an incident that is not visible.
func (s *Space) History(ctx context.Context, id model.ID) ([]model.Event, error) {
	if _, ok := s.Snapshot().Incident(id); !ok {
		return nil, fmt.Errorf("history of %s: %w", model.Clip(string(id), 40), model.ErrNotFound)
	}
	var events []model.Event
	err := s.log.scan(ctx, historyOf(id), func(at slot, _ []byte) error {
		e, err := s.event(ctx, at.seq())
		events = append(events, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("history of %s: %w", id, err)
	}
	return events, nil
}

func (s *Space) event(ctx context.Context, seq uint64) (model.Event, error) {
	data, ok, err := s.log.get(ctx, eventSlot(seq))
	switch {
	case err != nil:
		return model.Event{}, err
	case !ok:
		return model.Event{}, fmt.Errorf("%w: event %d is missing", ErrDamaged, seq)
	}
	return record{seq: seq, data: data}.event(s.veil)
}

// MaxEvents is how many events one call of Events returns at most.
const MaxEvents = 10_000

// Events returns the space's events from a sequence number on, at most limit
// and never more than MaxEvents, in order. They include those of imports that
// are not complete or were abandoned: it is the record as it is.
func (s *Space) Events(ctx context.Context, from uint64, limit int) ([]model.Event, error) {
	limit = min(limit, MaxEvents)
	var events []model.Event
	if limit <= 0 {
		return nil, nil
	}
	for r, err := range s.log.read(ctx, max(from, 1)) {
		if err != nil {
			return nil, err
		}
		e, err := r.event(s.veil)
		if err != nil {
			return nil, err
		}
		if events = append(events, e); len(events) == limit {
			break
		}
	}
	return events, nil
}

// close ends the committer and waits for it.
func (s *Space) close(ctx context.Context) error {
	s.quitted.Do(func() { close(s.quit) })
	select {
	case <-s.stopped:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close space %s: %w", s.id, context.Cause(ctx))
	}
}

// wakes are the readers who want to know of changes.
type wakes struct {
	mu      sync.Mutex
	readers map[chan struct{}]struct{}
}

func (w *wakes) subscribe() (<-chan struct{}, func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.readers == nil {
		w.readers = make(map[chan struct{}]struct{})
	}
	reader := make(chan struct{}, 1)
	w.readers[reader] = struct{}{}
	return reader, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.readers, reader)
	}
}

func (w *wakes) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for reader := range w.readers {
		select {
		case reader <- struct{}{}:
		default:
		}
	}
}
