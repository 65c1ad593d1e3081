package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// How much is attempted in one record: what is sent in about this time, so that
// a stop leaves little in doubt, and a fast server waits for no disk.
const (
	quick = 50 * time.Millisecond
	slow  = 250 * time.Millisecond
)

// idle is how long a line stays open with nothing to do.
const idle = 15 * time.Second

// worker hands lots over on a line of its own.
type worker struct {
	run  *Run
	gate *gate
	late context.Context // ends what is under way
	line Line            // nil where none is open
	size int             // how much is attempted in one record
}

func (w *worker) work(ctx context.Context, lots <-chan []job, back chan<- done) {
	defer w.hangUp()
	for {
		timer := time.NewTimer(idle)
		select {
		case lot, ok := <-lots:
			timer.Stop()
			if !ok {
				return
			}
			back <- w.deliver(ctx, lot)
		case <-timer.C:
			w.hangUp()
		}
	}
}

func (w *worker) hangUp() {
	if w.line != nil {
		w.line.Close() // what it took it has answered
		w.line = nil
	}
}

// deliver hands a lot over, in parts that are attempted together. What came of a
// part is recorded while the next one is attempted, so that a disk is waited for
// once.
func (w *worker) deliver(ctx context.Context, lot []job) (all done) {
	recorded := func() error { return nil }
	for len(lot) > 0 && all.err == nil {
		if err := w.gate.pass(ctx, w); err != nil {
			break
		}
		n := min(w.size, len(lot))
		granted, err := w.run.Journal.Attempt(ctx, ordinals(lot[:n]))
		all.err, recorded = recorded(), func() error { return nil }
		if errors.Is(err, ErrHold) {
			w.run.Pause()
			break
		}
		if err != nil {
			all.err = errors.Join(all.err, err)
			break
		}
		some := those(lot[:n], granted)
		lot = lot[n:]
		if len(some) > 0 && all.err == nil {
			results := w.send(ctx, some)
			all.jobs, all.results = append(all.jobs, some...), append(all.results, results...)
			recorded = w.record(ctx, results)
		}
	}
	all.unsent, all.err = lot, errors.Join(all.err, recorded())
	if ctx.Err() != nil && errors.Is(all.err, context.Cause(ctx)) {
		all.err = nil // the loop knows
	}
	return all
}

// record records what came of attempts; what it returns waits for that.
func (w *worker) record(ctx context.Context, results []Result) func() error {
	ended := make(chan error, 1)
	go func() { ended <- w.run.Journal.Result(context.WithoutCancel(ctx), results) }()
	return func() error { return <-ended }
}

func (w *worker) adapt(took time.Duration) {
	switch {
	case took < quick:
		w.size = min(2*w.size, w.run.claim())
	case took > slow:
		w.size = max(1, w.size/2)
	}
}

// those are the jobs whose attempt was granted.
func those(jobs []job, granted []int) []job {
	if len(granted) == len(jobs) {
		return jobs
	}
	var some []job
	for _, j := range jobs {
		if slices.Contains(granted, j.message.Ordinal) {
			some = append(some, j)
		}
	}
	return some
}

func ordinals(jobs []job) []int {
	list := make([]int, len(jobs))
	for k, j := range jobs {
		list[k] = j.message.Ordinal
	}
	return list
}

// send hands over messages whose attempt is recorded. Where somebody holds the
// run, or the line is lost and no other opens at once, the rest stays unsent.
func (w *worker) send(ctx context.Context, some []job) []Result {
	results := make([]Result, 0, len(some))
	began := time.Now()
	for _, j := range some {
		reply := Reply{Outcome: Unsent, Words: "held back before it was sent"}
		if course, _ := w.run.control.now(); course == going && ctx.Err() == nil {
			reply = w.sendOne(ctx, j)
		}
		results = append(results, Result{Ordinal: j.message.Ordinal, Customer: j.message.Customer, Outcome: reply.Outcome, Words: reply.Words, At: time.Now()})
	}
	w.adapt(time.Since(began))
	return results
}

func (w *worker) sendOne(ctx context.Context, j job) Reply {
	if w.line == nil {
		if err := w.gate.try(ctx, w); err != nil {
			return Reply{Outcome: Unsent, Words: words(err.Error())}
		}
	}
	reply := w.line.Send(w.late, j.message)
	if reply.Lost {
		w.hangUp()
	}
	if reply.Channel != nil {
		w.gate.failed(w.run, reply.Channel)
		return Reply{Outcome: Unsent, Words: words(reply.Channel.Error())}
	}
	w.gate.worked()
	if _, more := wait(w.run.waits(), j.tries+1, 0); reply.Outcome == Temporary && !more {
		reply.Outcome = Permanent
		reply.Words = words(fmt.Sprintf("given up after %d tries: %s", j.tries+1, reply.Words))
	}
	return reply
}

// gate keeps lines from being opened while the channel does not work. The zero
// gate is open.
type gate struct {
	mu    sync.Mutex
	fails int
	until time.Time // before which none is opened
}

// errHeld means that somebody holds the run.
var errHeld = errors.New("the run is held")

// pass sees to it that a worker has a line; it waits for that as long as it
// takes, unless the run is held or the context ends.
func (g *gate) pass(ctx context.Context, w *worker) error {
	for {
		course, changed := w.run.control.now()
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case course != going:
			return errHeld
		case w.line != nil && g.closedFor() <= 0:
			return nil
		}
		if err := g.await(ctx, changed); err == nil && g.try(ctx, w) == nil {
			return nil
		}
	}
}

func (g *gate) closedFor() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Until(g.until)
}

// await waits until the gate is open, or something changes.
func (g *gate) await(ctx context.Context, changed <-chan struct{}) error {
	left := g.closedFor()
	if left <= 0 {
		return nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-changed:
		return errHeld
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// try opens a worker's line where it has none and the gate is open.
func (g *gate) try(ctx context.Context, w *worker) error {
	if w.line != nil {
		return nil
	}
	if left := g.closedFor(); left > 0 {
		return fmt.Errorf("%w: it is tried again in %s", ErrChannel, left.Round(time.Second))
	}
	line, err := w.run.Sender.Open(ctx)
	if err != nil {
		if ctx.Err() == nil {
			g.failed(w.run, err)
		}
		return err
	}
	w.line = line
	return nil
}

// worked says that the channel does what it should.
func (g *gate) worked() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fails = 0
}

// failed closes the gate for a while; what fails while it is closed already
// changes nothing.
func (g *gate) failed(r *Run, err error) {
	g.mu.Lock()
	now := time.Now()
	if now.Before(g.until) {
		g.mu.Unlock()
		return
	}
	g.until = now.Add(channelWaits[min(g.fails, len(channelWaits)-1)])
	g.fails++
	again := g.until
	g.mu.Unlock()
	r.trouble(err, again)
}
