package outbox

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Journal remembers what was attempted and what came of it. It is called from
// several goroutines at once. An error of its ends the run.
type Journal interface {
	// Attempt records that messages are about to be handed over, and says of
	// which that was granted: the others were settled meanwhile and do not leave.
	// When it returns nil what is granted is durable. An error that matches
	// ErrHold pauses the run instead of ending it.
	Attempt(ctx context.Context, ordinals []int) (granted []int, err error)
	// Result records what came of attempts that were recorded.
	Result(ctx context.Context, results []Result) error
}

// Result is what came of an attempt. Unsent takes the attempt back: nothing left.
type Result struct {
	Ordinal  int
	Customer uint64 // the message's
	Outcome  Outcome
	Words    string // what the server said
	At       time.Time
}

// Source gives the messages that are to be sent, from an ordinal on and
// ascending. It leaves out those that were settled. It may be asked for the same
// one again, and for a few at a time.
type Source func(ctx context.Context, from int) iter.Seq2[*Message, error]

// ErrHold means that nothing is to leave for now.
var ErrHold = errors.New("nothing is to leave for now")

// ErrAllRefused means that a run paused itself: nobody was reached and many
// were refused for good, so that the channel rather than the recipients may be
// at fault.
var ErrAllRefused = errors.New("all recipients so far were refused for good; is the channel right?")

// manyRefused is after how many refusals, with nobody reached, a run pauses.
const manyRefused = 25

// Run sends what a source gives. Its fields are not changed once it is under
// way; the zero values of those that are optional serve. It holds few messages
// in memory at once, however many there are, and 24 bytes for each recipient
// that has to be tried again.
type Run struct {
	Source  Source
	Sender  Sender
	Journal Journal

	Lines int             // open at once; 0 is 4
	Claim int             // messages of a line that are attempted in one record, at most: as many are in doubt after a stop; 0 is 8
	Pace  float64         // messages a second to one domain; 0 is as fast as it goes
	Waits []time.Duration // after each temporary refusal; nil is a day in all
	Grace time.Duration   // for a message that is under way when the context ends; 0 is ten seconds
	// Trouble is told that the channel failed and when it is tried again, zero
	// for when somebody resumes the run. It is called from several goroutines.
	Trouble func(err error, again time.Time)

	control control
}

// Tally is what came of a run.
type Tally struct {
	Accepted, Permanent, Uncertain int // recipients
	Deferred                       int // answers that said not now
}

// Do sends until every message is settled, the run is cancelled, the source or
// the journal fails, or the context ends. Then it waits for messages that are
// under way, for as long as Grace. It is called once.
func (r *Run) Do(ctx context.Context) (Tally, error) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var graceful, lines sync.WaitGroup
	graceful.Go(func() { r.holdOn(ctx, late, cancel) })
	d := &dispatch{
		run: r, lots: make(chan []job), back: make(chan done),
		pace: pace{limit: rate.Limit(r.Pace)}, next: r.from(ctx, 0),
	}
	for range orUsual(r.Lines, 4) {
		w := &worker{run: r, gate: &d.gate, late: late, size: 1}
		lines.Go(func() { w.work(ctx, d.lots, d.back) })
	}
	err := d.loop(ctx)
	close(d.lots)
	lines.Wait()
	cancel()
	graceful.Wait()
	return d.tally, err
}

// holdOn ends the late context some time after the other one.
func (r *Run) holdOn(ctx, late context.Context, cancel func()) {
	select {
	case <-ctx.Done():
	case <-late.Done():
		return
	}
	timer := time.NewTimer(orUsual(r.Grace, 10*time.Second))
	defer timer.Stop()
	select {
	case <-timer.C:
		cancel()
	case <-late.Done():
	}
}

func orUsual[T int | time.Duration](value, usual T) T {
	if value <= 0 {
		return usual
	}
	return value
}

func (r *Run) claim() int { return orUsual(r.Claim, 8) }

// lot is how many messages a line is given at once.
func (r *Run) lot() int { return 4 * r.claim() }

func (r *Run) waits() []time.Duration {
	if r.Waits == nil {
		return usualWaits
	}
	return r.Waits
}

func (r *Run) trouble(err error, again time.Time) {
	if r.Trouble != nil {
		r.Trouble(err, again)
	}
}

// puller is a source that is being read.
type puller struct {
	pull func() (*Message, error, bool)
	stop func()
}

func (r *Run) from(ctx context.Context, ordinal int) *puller {
	next, stop := iter.Pull2(r.Source(ctx, ordinal))
	return &puller{pull: next, stop: stop}
}

// Pause stops messages from leaving, but for those that are under way.
func (r *Run) Pause() { r.control.set(paused, going) }

// Resume goes on after Pause.
func (r *Run) Resume() { r.control.set(going, paused) }

// Cancel ends the run: what has not left does not leave any more.
func (r *Run) Cancel() { r.control.set(cancelled, going, paused) }

// course is where a run is going.
type course byte

const (
	going course = iota
	paused
	cancelled
)

// control is what people want of a run.
type control struct {
	mu      sync.Mutex
	course  course
	changed chan struct{} // closed at the next change
}

func (c *control) set(to course, from ...course) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range from {
		if c.course == one {
			c.course = to
			if c.changed != nil {
				close(c.changed)
				c.changed = nil
			}
			return
		}
	}
}

// now is the course, and what is closed when it changes.
func (c *control) now() (course, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.course, c.changed
}
