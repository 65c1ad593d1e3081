package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/model"
	"tocsin/store/board"
	"tocsin/store/tree"
)

// Space is one organisation's data: the only road to it, and to nothing else.
// All methods are safe for concurrent use.
type Space struct {
	id       string
	log      ledger
	veil     *veil
	signer   *tree.Signer
	notary   *notary      // nil where there is a fault
	fault    *tree.Fault  // why nothing may be written
	mended   error        // what was wrong with the projections before this start made them anew
	kept     []byte       // where nothing may be written: the last checkpoint that verified
	admit    func() error // refuses while nothing can be written; nil never does
	requests chan *request
	board    atomic.Pointer[board.Snapshot]
	wakes    wakes
	purging  sync.Mutex // one purge at a time

	quit     chan struct{} // closed to end the committer
	quitted  sync.Once
	stopped  chan struct{} // closed by the committer when it has ended
	err      error         // why; read after stopped
	signed   chan struct{} // closed by the notary when it has ended
	unsigned error         // why the last events have no checkpoint; read after signed
}

// startSpace prepares a space and starts its committer and notary.
func startSpace(ctx context.Context, id string, l ledger, v *veil, file headKeeper, options Options) (*Space, error) {
	s, c, err := prepareSpace(ctx, id, l, v, file, options)
	if err != nil || c == nil {
		return s, err
	}
	left, sending := leftOpen(c.state), underWay(c.state)
	go s.run(c, options.Fatal)
	go s.sign()
	if err := errors.Join(s.abandon(ctx, left), s.settle(ctx, sending)); err != nil {
		return nil, errors.Join(fmt.Errorf("open space %s: %w", id, err), s.close(ctx))
	}
	return s, nil
}

// prepareSpace examines and loads a space. A space whose log is at fault
// or lies where nothing
// can be written opens for reading alone, and has no committer.
func prepareSpace(ctx context.Context, id string, l ledger, v *veil, file headKeeper, options Options) (*Space, *committer, error) {
	seen, err := examine(ctx, id, l, file, options.seed)
	if err != nil {
		return nil, nil, fmt.Errorf("open space %s: %w", id, err)
	}
	if seen.fault == nil && options.copied {
		if err := seen.checkCopy(ctx, l); err != nil {
			return nil, nil, fmt.Errorf("verify space %s, which was copied: %w", id, err)
		}
	}
	if seen.fault != nil || options.frozen != nil {
		s, err := startForReading(ctx, id, l, v, seen, options)
		return s, nil, err
	}
	found, err := load(ctx, l, v)
	if errors.As(err, &seen.fault) {
		s, err := startForReading(ctx, id, l, v, seen, options)
		return s, nil, err
	}
	if err == nil {
		err = finishPurges(ctx, l, v, nil)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open space %s: %w", id, err)
	}
	if found.damage != nil {
		options.Logger.Warn("what is kept for a faster start was damaged; it was made anew from the log, which is whole", slog.String("space", id), slog.Any("found", found.damage))
	} else if found.rebuilt {
		options.Logger.Info("projections were computed anew from the log", slog.String("space", id), slog.Uint64("events", found.state.Seq))
	}
	s := newSpace(id, l, v, seen, found)
	s.admit, s.mended = options.admit, found.damage
	if s.notary, err = newNotary(ctx, l, file, seen, options.Logger); err != nil {
		return nil, nil, fmt.Errorf("open space %s: %w", id, err)
	}
	c := &committer{
		log: l, veil: v, state: found.state, board: found.board, last: found.last, kept: found.kept, growth: seen.growth, now: options.Now,
		admit: options.admit, trail: file, requests: s.requests, notary: s.notary, publish: s.board.Store, wake: s.wakes.wake, hooks: options.hooks,
	}
	c.registry = &registry{log: l, veil: v, customers: &c.kept.customers}
	c.state.Registry = c.registry
	return s, c, nil
}

// startForReading loads a space whose log is at fault, or lies where nothing
// can be written.
func startForReading(ctx context.Context, id string, l ledger, v *veil, seen *examined, options Options) (*Space, error) {
	why := options.frozen
	if seen.fault != nil {
		why = refuseFaulty(seen.fault)
	}
	found, err := loadForReading(ctx, l, v, seen.head.Seq)
	if err != nil {
		return nil, fmt.Errorf("open space %s for reading: %w; %w", id, why, err)
	}
	options.Logger.Info("the record opens for reading alone", slog.String("space", id), slog.Any("why", why))
	s := newSpace(id, l, v, seen, found)
	s.fault, s.kept, s.admit = seen.fault, seen.signed.Note, func() error { return why }
	s.err = ErrClosed
	close(s.stopped)
	close(s.signed)
	return s, nil
}

func newSpace(id string, l ledger, v *veil, seen *examined, found *loaded) *Space {
	s := &Space{
		id: id, log: l, veil: v, signer: seen.signer, requests: make(chan *request, maxQueue),
		quit: make(chan struct{}), stopped: make(chan struct{}), signed: make(chan struct{}),
	}
	s.board.Store(found.board.Publish())
	return s
}

// sign is the notary's goroutine. It signs for the last time when the
// committer has ended.
func (s *Space) sign() {
	s.unsigned = s.notary.run(s.stopped)
	close(s.signed)
}

// run is the committer's goroutine.
func (s *Space) run(c *committer, fatal func(error)) {
	s.err = c.run(s.quit)
	close(s.stopped)
	if s.err != ErrClosed {
		fatal(fmt.Errorf("space %s: %w", s.id, s.err))
	}
}

// leftOpen gives up the imports and additions that nobody will go on with.
func leftOpen(s *model.State) (left []model.Command) {
	for _, batch := range slices.Sorted(maps.Keys(s.Meta.Imports)) {
		left = append(left, abandonment(batch))
	}
	if open := s.Meta.Customers.Open; open != nil {
		left = append(left, model.CustomersClose{Batch: open.Batch, Abandon: whyAbandoned})
	}
	for _, id := range slices.Sorted(maps.Keys(s.Incidents)) {
		if adding := s.Incidents[id].Adding; adding != nil {
			left = append(left, model.AffectedClose{Incident: id, Batch: adding.Batch, Abandon: whyAbandoned})
		}
	}
	return left
}

// abandon gives up imports that were under way when the process last ended.
func (s *Space) abandon(ctx context.Context, left []model.Command) error {
	for _, command := range left {
		_, err := s.Do(ctx, itself, command)
		if errors.Is(err, ErrNoRoom) {
			return nil // at the next start
		}
		if err != nil {
			return fmt.Errorf("abandon what was under way (%s): %w", command.Kind(), err)
		}
	}
	return nil
}

// itself is who gives the commands that nobody gives.
var itself = model.Actor{Name: model.Itself, Role: model.Owner}

func abandonment(batch string) model.ImportClose {
	return model.ImportClose{Batch: batch, Abandon: whyAbandoned}
}

const whyAbandoned = "tocsin ended before the import was complete"

// ID is the space's name.
func (s *Space) ID() string { return s.id }

// Do decides a command and, unless it is refused, returns when its events are
// durable and on the board. A refusal matches model.ErrRefused and has changed
// nothing. While the command waits for its turn ctx may end it; once it is
// being decided, Do waits for the outcome whatever ctx says. After a write
// failed every command gets ErrStopped, after Close ErrClosed; in a space at
// fault every command is refused with ErrFault.
func (s *Space) Do(ctx context.Context, actor model.Actor, command model.Command) (Receipt, error) {
	if s.notary == nil {
		return Receipt{}, s.Writable()
	}
	if ctx.Err() != nil {
		return Receipt{}, context.Cause(ctx)
	}
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

// Writable is nil where commands are taken, and otherwise what every command is
// refused with: the log is at fault (ErrFault), the file system is read-only
// (ErrReadOnly), or the disk is nearly full (ErrNoRoom), which ends by itself.
func (s *Space) Writable() error {
	if s.admit == nil {
		return nil
	}
	return s.admit()
}

// Mended is what was wrong with what is kept for a faster start, so that this
// start made it anew from the log; nil where nothing was.
func (s *Space) Mended() error { return s.mended }

// Last is when the last event was recorded, zero in an empty space.
func (s *Space) Last(ctx context.Context) (time.Time, error) {
	head, err := s.log.head(ctx)
	if err != nil || head.Seq == 0 {
		return time.Time{}, err
	}
	e, err := s.event(ctx, head.Seq)
	return e.At, err
}

// Snapshot is the space as of the last command answered, or later.
func (s *Space) Snapshot() *board.Snapshot { return s.board.Load() }

// Wake returns a channel that holds a value when there is a newer Snapshot
// than at the last receive, and a function that ends the subscription. However
// slow a reader is, it holds nobody up and misses only what is outdated.
func (s *Space) Wake() (<-chan struct{}, func()) { return s.wakes.subscribe() }

// History returns the events about an incident, the oldest first, without the
// rows of affected customers. It matches
// model.ErrNotFound for an incident that is not visible.
func (s *Space) History(ctx context.Context, id model.ID) ([]model.Event, error) {
	if _, ok := s.Snapshot().Incident(id); !ok {
		return nil, fmt.Errorf("history of %s: %w", model.Clip(string(id), 40), model.ErrNotFound)
	}
	var events []model.Event
	err := s.log.scan(ctx, historyOf(id), func(at slot, _ []byte) error {
		e, err := s.historic(ctx, at.seq())
		if e.Body != nil {
			events = append(events, e)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("history of %s: %w", id, err)
	}
	return events, nil
}

// historic is an event as a history has it: none for one that has nothing but
// rows of affected customers, or of recipients, of which there may be thousands.
func (s *Space) historic(ctx context.Context, seq uint64) (model.Event, error) {
	data, ok, err := s.log.get(ctx, eventSlot(seq))
	if err == nil && ok && slices.Contains(rowsKinds, kindOf(data)) {
		return model.Event{}, nil
	}
	return s.event(ctx, seq)
}

// rowsKinds are the kinds of events that have rows of affected customers, or of
// recipients.
var rowsKinds = []string{new(model.AffectedTaken).Kind(), new(model.DeliveryAttempted).Kind(), new(model.DeliveryRecorded).Kind()}

// kindOf is the kind of a stored event, "" where it is none.
func kindOf(data []byte) string {
	var env struct {
		Kind string `json:"kind"`
	}
	if _, gone := parseTombstone(data); gone || tolerant.Unmarshal(data, &env) != nil {
		return ""
	}
	return env.Kind
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
// are not complete or were abandoned: it is the record as it is. One whose text
// was removed has nothing but its number and the body model.Removed.
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
		e, err := r.eventOrNone(s.veil)
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
	case <-s.signed:
	case <-ctx.Done():
		return fmt.Errorf("close space %s: %w", s.id, context.Cause(ctx))
	}
	if s.unsigned != nil {
		return fmt.Errorf("sign the last events of space %s: %w", s.id, s.unsigned)
	}
	return nil
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
