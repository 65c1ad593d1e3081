package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tocsin/model"
	"tocsin/store"
	"tocsin/store/board"
	"tocsin/store/channels"
	"tocsin/store/outbox"
)

// deliverer lets the released notices of a space leave, for as long as the
// process has the record. It follows the record: what is released, paused,
// resumed or cancelled there is done, and nothing else.
type deliverer struct {
	house  *house
	space  *store.Space
	logger *slog.Logger

	mu     sync.Mutex
	under  map[model.NoticeRef]*sending // what is under way
	ended  chan struct{}                // holds a value after one ended
	waited map[model.NoticeRef]string   // why some do not leave, as it was said
	told   chan struct{}                // holds a value after that changed
}

// sending is one notice under way.
type sending struct {
	run     *outbox.Run
	channel model.Channel
	waiting int // recipients of whom nothing had left when it was last looked at
	over    bool
}

// How often a deliverer looks at the record at most, and at least.
const (
	lookApart = 250 * time.Millisecond
	lookAgain = 30 * time.Second
	// afterFailure is how long a notice waits whose source or journal failed.
	afterFailure = 5 * time.Second
)

func newDeliverer(h *house, space *store.Space, logger *slog.Logger) *deliverer {
	return &deliverer{
		house: h, space: space, logger: logger,
		under: make(map[model.NoticeRef]*sending), ended: make(chan struct{}, 1), waited: make(map[model.NoticeRef]string), told: make(chan struct{}, 1),
	}
}

// deliver lets notices leave until done is called, which waits for messages that
// are under way.
func (h *house) deliver(ctx context.Context, space *store.Space, logger *slog.Logger) (done func()) {
	d := newDeliverer(h, space, logger)
	h.mu.Lock()
	h.leaving = append(h.leaving, d)
	h.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	var following sync.WaitGroup
	following.Go(func() { d.follow(ctx) })
	return func() {
		cancel()
		following.Wait()
		h.mu.Lock()
		defer h.mu.Unlock()
		h.leaving = slices.DeleteFunc(h.leaving, func(o *deliverer) bool { return o == d })
	}
}

// keptBecause is why a released notice does not leave, "" where nothing is known
// to keep it.
func (s *session) keptBecause(ref model.NoticeRef) string {
	s.mu.Lock()
	all := slices.Clone(s.leaving)
	s.mu.Unlock()
	for _, d := range all {
		if why := d.why(ref); d.space.ID() == s.space.ID() && why != "" {
			return why
		}
	}
	return ""
}

// follow looks at the record whenever it changes, until the context ends.
func (d *deliverer) follow(ctx context.Context) {
	wake, done := d.space.Wake()
	defer done()
	var sends sync.WaitGroup
	defer sends.Wait()
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	all := true // closed incidents too
	for ctx.Err() == nil {
		d.look(ctx, &sends, all)
		all = false
		select {
		case <-ctx.Done():
		case <-d.ended:
		case <-again.C:
			all = true
		case <-wake:
			pause(ctx, lookApart)
		}
	}
}

// pause waits for a while, or until the context ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// look brings what is under way in line with the record.
func (d *deliverer) look(ctx context.Context, sends *sync.WaitGroup, all bool) {
	if d.space.Writable() != nil {
		return // nothing could be recorded
	}
	snapshot := d.space.Snapshot()
	incidents := snapshot.Queue()
	if all {
		incidents = slices.Concat(incidents, snapshot.Closed())
	}
	seen := make(map[model.NoticeRef]bool)
	for _, standing := range incidents {
		for k := range standing.Incident.Notices {
			n := &standing.Incident.Notices[k]
			ref := model.NoticeRef{Incident: standing.Incident.ID, Notice: n.ID}
			if n.State == model.NoticeIsReleased || d.sends(ref) != nil {
				seen[ref] = true
				d.align(ctx, sends, snapshot, ref, n)
			}
		}
	}
}

// sends is a notice under way, nil where it is not.
func (d *deliverer) sends(ref model.NoticeRef) *sending {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.under[ref]
	if s != nil && s.over {
		delete(d.under, ref)
		return nil
	}
	return s
}

// align brings one notice in line with the record.
func (d *deliverer) align(ctx context.Context, sends *sync.WaitGroup, snapshot *board.Snapshot, ref model.NoticeRef, n *model.Notice) {
	channel, known := snapshot.Meta.Channel(n.Channel)
	waiting := n.Delivery.Counts.Of(model.ToldWaiting)
	switch s := d.sends(ref); {
	case s != nil && (n.Delivery.Cancelled || n.State != model.NoticeIsReleased || !known || channel != s.channel || waiting > s.waiting):
		s.run.Cancel() // where something is left to be done it begins anew
	case s != nil && n.Delivery.Paused:
		s.run.Pause()
	case s != nil:
		s.waiting = waiting
		s.run.Resume()
	case n.Delivery.Paused, n.Delivery.Cancelled, waiting+n.Delivery.Counts.Of(model.ToldDeferred) == 0, known && channel.Kind == model.ByHandChannel:
	default:
		d.start(ctx, sends, snapshot, ref, n, channel)
	}
}

// start lets a notice leave.
func (d *deliverer) start(ctx context.Context, sends *sync.WaitGroup, snapshot *board.Snapshot, ref model.NoticeRef, n *model.Notice, channel model.Channel) {
	run, err := d.prepare(snapshot, ref, n, channel)
	if err != nil {
		d.waits(ref, err)
		return
	}
	s := &sending{run: run, channel: channel, waiting: n.Delivery.Counts.Of(model.ToldWaiting)}
	d.mu.Lock()
	d.under[ref] = s
	delete(d.waited, ref)
	d.mu.Unlock()
	sends.Go(func() {
		tally, err := run.Do(ctx)
		if err != nil && ctx.Err() == nil {
			d.waits(ref, err)
			pause(ctx, afterFailure)
		}
		d.logger.Info("a notice has left, or was held", slog.String("notice", ref.String()), slog.Int("accepted", tally.Accepted), slog.Int("refused", tally.Permanent), slog.Int("uncertain", tally.Uncertain))
		d.mu.Lock()
		s.over = true
		d.mu.Unlock()
		poke(d.ended)
	})
}

// poke puts a value into a channel that has room for one.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// prepare makes a run of a notice.
func (d *deliverer) prepare(snapshot *board.Snapshot, ref model.NoticeRef, n *model.Notice, channel model.Channel) (*outbox.Run, error) {
	settings, err := d.house.way(d.space.ID(), channel)
	if err != nil {
		return nil, err
	}
	if shares := n.Delivery.Shares; len(n.Groups) == 0 && (len(shares) != 1 || shares[0].Root != channel.Digest) {
		return nil, fmt.Errorf("channel %s was changed after %s was released to its recipients: cancel it, and release a new one", channel.Name, ref)
	}
	sender, err := settings.Sender()
	if err != nil {
		return nil, err
	}
	ids, err := d.house.identities(d.space.ID())
	if err != nil {
		return nil, err
	}
	source := &noticeSource{space: d.space, ref: ref, notice: *n, settings: settings, ids: ids}
	run := &outbox.Run{Source: source.messages, Sender: sender, Journal: &noticeJournal{space: d.space, ref: ref, works: func() { d.works(ref) }}, Lines: settings.Lines, Pace: settings.Pace}
	run.Trouble = func(err error, again time.Time) { d.trouble(ref, err, again) }
	return run, nil
}

// identities makes and reads the identities of a space's messages.
func (h *house) identities(space string) (outbox.Identities, error) {
	seed, err := h.store.Vault().Seed("messages of " + space)
	if err != nil {
		return outbox.Identities{}, err
	}
	return outbox.IdentitiesOf(seed)
}

// waits says once why a notice does not leave.
func (d *deliverer) waits(ref model.NoticeRef, err error) {
	d.mu.Lock()
	said := d.waited[ref] == err.Error()
	d.waited[ref] = err.Error()
	d.mu.Unlock()
	poke(d.told)
	if !said {
		d.logger.Warn("a notice does not leave", slog.String("notice", ref.String()), slog.Any("why", err))
	}
}

// works says that a notice leaves again.
func (d *deliverer) works(ref model.NoticeRef) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.waited, ref)
}

// why is why a notice does not leave, "" where nothing keeps it.
func (d *deliverer) why(ref model.NoticeRef) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.waited[ref]
}

// trouble is told what is wrong with a channel. Where everybody is refused the
// notice is paused in the record, until somebody has looked.
func (d *deliverer) trouble(ref model.NoticeRef, err error, again time.Time) {
	d.waits(ref, err)
	if !again.IsZero() {
		return
	}
	if _, err := d.space.Do(context.Background(), deliversItself, model.PauseNotice{Incident: ref.Incident, Notice: ref.Notice, Reason: err.Error()}); err != nil {
		d.logger.Error("a notice cannot be paused", slog.String("notice", ref.String()), slog.Any("error", err))
	}
}

// deliversItself gives the commands that say what left.
var deliversItself = model.Actor{Name: model.Itself, Role: model.Owner}

// noticeJournal records in a space what left of a notice.
type noticeJournal struct {
	space *store.Space
	ref   model.NoticeRef
	works func() // somebody was told
}

// Attempt records attempts. Those whom somebody told by hand meanwhile are left
// out.
func (j *noticeJournal) Attempt(ctx context.Context, ordinals []int) ([]int, error) {
	for range 3 {
		_, err := j.space.Do(ctx, deliversItself, model.AttemptDelivery{Incident: j.ref.Incident, Notice: j.ref.Notice, Ordinals: ordinals})
		if err == nil {
			return ordinals, nil
		}
		if !errors.Is(err, model.ErrRefused) {
			return nil, holding(err)
		}
		left, reading := j.left(ctx, ordinals)
		switch {
		case reading != nil:
			return nil, reading
		case len(left) == 0:
			return nil, nil
		case len(left) == len(ordinals): // it is paused, or cancelled
			return nil, fmt.Errorf("%w: %w", outbox.ErrHold, err)
		}
		ordinals = left
	}
	return nil, outbox.ErrHold
}

// holding makes of a record that takes nothing for now a hold.
func holding(err error) error {
	if errors.Is(err, store.ErrNoRoom) {
		return fmt.Errorf("%w: %w", outbox.ErrHold, err)
	}
	return err
}

// left are those of whom nothing has left.
func (j *noticeJournal) left(ctx context.Context, ordinals []int) (left []int, err error) {
	stand, err := j.space.Deliveries(ctx, j.ref)
	if err != nil {
		return nil, err
	}
	for _, o := range ordinals {
		if is, _ := stand.Outcome(o); is == model.ToldWaiting || is == model.ToldDeferred {
			left = append(left, o)
		}
	}
	return left, nil
}

// toldAs is what the record says of what came of an attempt. Of one of whom
// nothing left it says that they are to be told later.
var toldAs = map[outbox.Outcome]model.DeliveryOutcome{
	outbox.Unsent: model.ToldDeferred, outbox.Temporary: model.ToldDeferred,
	outbox.Accepted: model.ToldAccepted, outbox.Permanent: model.ToldRefused, outbox.Uncertain: model.ToldUncertain,
}

// Result records what came of attempts.
func (j *noticeJournal) Result(ctx context.Context, results []outbox.Result) error {
	command := model.RecordDelivery{Incident: j.ref.Incident, Notice: j.ref.Notice}
	for _, r := range results {
		if r.Outcome == outbox.Accepted {
			j.works()
		}
		command.Results = append(command.Results, model.DeliveryResult{Ordinal: r.Ordinal, Customer: r.Customer, Outcome: toldAs[r.Outcome], Words: r.Words})
	}
	_, err := j.space.Do(ctx, deliversItself, command)
	return err
}

var _ outbox.Journal = (*noticeJournal)(nil)

// noticeSource gives the messages of a released notice.
type noticeSource struct {
	space    *store.Space
	ref      model.NoticeRef
	notice   model.Notice
	settings *channels.Settings
	ids      outbox.Identities
}
