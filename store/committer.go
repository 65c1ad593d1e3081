package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"tocsin/model"
	"tocsin/store/board"
)

// Bounds of one transaction. Badger takes 15 % of a memtable in one, which is
// 4.8 MiB here: a batch that is nearly full, the largest command and what that
// command projects fit into it together.
const (
	maxBatchBytes  = 1 << 20
	maxBatchEvents = 512
	// maxBatchEntries is how many projections may be in it before it ends, which
	// is far from what Badger takes: one event of customers has a thousand.
	maxBatchEntries = 4096
	// MaxCommand is how many bytes the encoded events of one command may have
	// together; a larger one is refused with ErrTooLarge.
	MaxCommand = 512 << 10
	// maxIncident is how many bytes an incident may have among the projections:
	// Badger takes no value above 1 MiB. What adds more than reserved is refused
	// earlier, so that a full incident can still be worked on and closed.
	maxIncident   = 1<<20 - 1<<10
	roomyIncident = 768 << 10
	reserved      = 8 << 10
	// maxQueue is how many commands may wait for the committer; who comes
	// later waits until there is room.
	maxQueue = 1024
)

// ErrStopped means that the space takes no more commands because writing to
// the disk failed. Nobody knows what the disk holds then, so the process has
// to end and start anew.
var ErrStopped = errors.New("the record could not be written and takes no more entries")

// ErrClosed means that the store was closed.
var ErrClosed = errors.New("the store is closed")

// Receipt is what became of a command: the incident it was about, and the
// events that it led to, none where everything already was as it asked.
type Receipt struct {
	Incident model.ID
	Events   []model.Event
}

// request is a command on its way.
type request struct {
	actor   model.Actor
	command model.Command
	claimed atomic.Bool // by the committer, or by the caller who gives up
	answer  chan answer // holds one
}

type answer struct {
	receipt Receipt
	err     error
}

// claim is true for the first who asks: the committer then decides the
// command, or the caller may forget it.
func (r *request) claim() bool { return r.claimed.CompareAndSwap(false, true) }

// committer decides a space's commands one after the other, and writes what
// they lead to in groups: while one group is being written, the next gathers.
// Nothing that it has decided is seen by anybody before it is durable, not
// even a refusal, since that may rest on an event of the same group.
type committer struct {
	log      ledger
	veil     *veil
	state    *model.State // ahead of the log by the group in hand
	board    *board.Board
	last     time.Time // when the last event was recorded
	kept     tallies   // among the projections, ahead of the log as state is
	registry *registry // customers, ahead of the log as state is
	growth   *growth   // the tree, ahead of the log as state is
	now      func() time.Time
	admit    func() error // refuses while nothing can be written; nil never does
	trail    headKeeper   // told how far the log is
	requests chan *request

	notary  *notary // told of each commit
	publish func(*board.Snapshot)
	wake    func()
	hooks   hooks
}

// run works until quit is closed or writing fails, and returns why.
func (c *committer) run(quit <-chan struct{}) error {
	for {
		select {
		case <-quit:
			return ErrClosed
		default:
		}
		select {
		case <-quit:
			return ErrClosed
		case first := <-c.requests:
			if err := c.group(first); err != nil {
				return fmt.Errorf("%w: %w", ErrStopped, err)
			}
		}
	}
}

// group is the commands that are written together.
type group struct {
	batch   batch
	bytes   int
	start   uint64 // the log's end before it
	members []*request
	answers []answer
	touched []model.Touched
	forget  []model.Event // what the vault has to do after it
}

func (g *group) full() bool {
	return g.bytes >= maxBatchBytes || len(g.batch.events) >= maxBatchEvents || len(g.batch.entries) >= maxBatchEntries
}

// group decides the commands that wait, writes them and answers them.
func (c *committer) group(first *request) error {
	g := &group{start: c.state.Seq}
	c.registry.batch = &g.batch
	for r := first; r != nil; r = c.next(g) {
		if !r.claim() {
			continue
		}
		g.members = append(g.members, r)
		a, err := c.decide(g, r)
		if err != nil {
			g.fail(err)
			return err
		}
		g.answers = append(g.answers, a)
	}
	if err := c.commit(g); err != nil {
		g.fail(err)
		return err
	}
	for k, r := range g.members {
		r.answer <- g.answers[k]
	}
	if len(g.batch.events) > 0 {
		c.wake()
	}
	reach(c.hooks.acknowledged)
	return nil
}

// next is the next command that waits already, nil where none does or the
// group has enough.
func (c *committer) next(g *group) *request {
	if g.full() || len(g.forget) > 0 {
		return nil
	}
	select {
	case r := <-c.requests:
		return r
	default:
		return nil
	}
}

func (g *group) fail(cause error) {
	for _, r := range g.members {
		r.answer <- answer{err: fmt.Errorf("%w: %w", ErrStopped, cause)}
	}
}

// decide takes one command into the group. The answer may be a refusal; the
// error means that the committer cannot go on.
func (c *committer) decide(g *group, r *request) (answer, error) {
	if err := c.admitted(); err != nil {
		return answer{err: err}, nil
	}
	at := c.clock()
	decision, err := model.Decide(c.state, r.actor, r.command, at)
	if err != nil {
		return answer{err: err}, nil
	}
	events, records, err := c.seal(r.actor.Name, decision, at)
	if err != nil {
		return answer{err: err}, nil
	}
	if err := c.fits(events, records); err != nil {
		return answer{err: err}, nil
	}
	if err := c.fold(g, events, records); err != nil {
		return answer{}, err
	}
	a := answer{receipt: Receipt{Incident: decision.Incident, Events: events}}
	if decision.Refused != nil {
		a.err = decision.Refused
	}
	return a, nil
}

func (c *committer) admitted() error {
	if c.admit == nil {
		return nil
	}
	return c.admit()
}

// clock is the moment of a decision. It never runs backwards, even where the
// machine's does.
func (c *committer) clock() time.Time {
	at := c.now().UTC().Truncate(time.Millisecond)
	if at.Before(c.last) {
		return c.last
	}
	return at
}

// seal numbers a decision's events and encodes them. It returns them as they
// read back, so that nothing unreadable is ever written, and what is folded
// now is what a start will fold.
func (c *committer) seal(actor string, d model.Decision, at time.Time) (events []model.Event, records []record, err error) {
	c.veil.begin()
	size := 0
	for k, body := range d.Bodies {
		seq := c.state.Seq + 1 + uint64(k)
		var others map[string]personEntry
		if order, ok := body.(*model.IncidentsPurged); ok {
			if others, err = c.rescued(order); err != nil {
				return nil, nil, err
			}
		}
		data, err := encodeNaming(c.veil, model.Event{Seq: seq, At: at, Actor: actor, Role: d.Role, Batch: d.Batch, Body: body}, others)
		if err != nil {
			return nil, nil, err
		}
		e, err := decodeEvent(c.veil, data)
		if err != nil {
			return nil, nil, fmt.Errorf("read back what was to be written: %w", err)
		}
		size += len(data)
		events, records = append(events, e), append(records, record{seq: seq, data: data})
	}
	if size > MaxCommand {
		return nil, nil, tooLarge("the command", size, MaxCommand)
	}
	return events, records, nil
}

// fits refuses what would make an incident too large to keep. An event adds at
// most twice its own size: what it says, and who said so when.
func (c *committer) fits(events []model.Event, records []record) error {
	growth := make(map[model.ID]int)
	for k, e := range events {
		if id := e.Body.Incident(); id != "" {
			growth[id] += 2 * len(records[k].data)
		}
	}
	for id, grown := range growth {
		size := grown
		if i, ok := c.state.Incident(id); ok {
			data, err := encodeIncident(c.veil, i)
			if err != nil {
				return err
			}
			size += len(data)
		}
		if size > maxIncident || size > roomyIncident && grown > reserved {
			return tooLarge("all that was recorded about "+string(id), size, roomyIncident)
		}
	}
	return nil
}

// fold takes the events of one command into the state and, with what they
// changed, into the group.
func (c *committer) fold(g *group, events []model.Event, records []record) error {
	var touched []model.Touched
	for k, e := range events {
		if err := g.batch.order(e.Seq, purgeOf(c.state, e)); err != nil {
			return err
		}
		gone := takenBy(e, c.state)
		t, err := c.state.Fold(e)
		if err != nil {
			return err
		}
		c.kept.follow(t, gone)
		size, err := c.registry.follow(c.state, e)
		if err != nil {
			return err
		}
		g.bytes += size
		touched = append(touched, t)
		c.last = e.At
		g.bytes += len(records[k].data)
		if err := c.condemn(g, e); err != nil {
			return err
		}
		if id := e.Body.Incident(); id != "" {
			g.batch.put(historySlot(id, e.Seq), []byte{})
		}
	}
	c.veil.keep()
	g.batch.events = append(g.batch.events, records...)
	g.touched = append(g.touched, touched...)
	size, err := project(&g.batch, c.veil, touched)
	g.bytes += size
	return err
}

// commit writes the group and shows it.
func (c *committer) commit(g *group) error {
	if len(g.batch.events) == 0 {
		return nil
	}
	if err := projectMeta(&g.batch, c.veil, c.state, c.kept); err != nil {
		return err
	}
	if err := c.growth.add(&g.batch); err != nil {
		return err
	}
	if g.start == 0 {
		if err := c.notary.begin(); err != nil {
			return err
		}
	}
	reach(c.hooks.beforeCommit)
	if err := c.log.append(context.Background(), g.start, &g.batch); err != nil {
		return err
	}
	reach(c.hooks.afterCommit)
	head, err := g.batch.head.tree()
	if err != nil {
		return err
	}
	c.trail.mark(head)
	c.notary.committed(head)
	if err := c.show(g); err != nil {
		return err
	}
	c.publish(c.board.Publish())
	return nil
}

// condemn notes who or what is to be forgotten once the group is written.
func (c *committer) condemn(g *group, e model.Event) error {
	switch body := e.Body.(type) {
	case *model.PersonForgotten:
		g.forget = append(g.forget, e)
		return c.veil.condemn(body.Person)
	case *model.ReporterForgotten, *model.IncidentsPurged, *model.CustomerForgotten:
		g.forget = append(g.forget, e)
	}
	return nil
}

// show puts the group on the board. Where it forgot somebody, keys are
// destroyed first, and the space is read anew from what can still be read.
func (c *committer) show(g *group) error {
	if len(g.forget) == 0 {
		return c.board.Apply(c.state, g.touched)
	}
	for _, e := range g.forget {
		if err := c.veil.forget(e); err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(g.forget, isReadIntoState) {
		return c.board.Apply(c.state, g.touched)
	}
	found, err := load(context.Background(), c.log, c.veil)
	if err != nil {
		return err
	}
	c.state, c.board, c.kept = found.state, found.board, found.kept
	c.state.Registry = c.registry
	return nil
}

// isReadIntoState tells what is forgotten that the state has a copy of: not what
// is known of customers.
func isReadIntoState(e model.Event) bool {
	_, customer := e.Body.(*model.CustomerForgotten)
	return !customer
}
