package outbox

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// job is a message and how often it was tried.
type job struct {
	message *Message
	tries   int
}

// done is what came of a lot.
type done struct {
	results []Result
	jobs    []job // that the results are about
	unsent  []job // that were not attempted
	err     error // of the journal
}

// dispatch decides which message goes next. One goroutine owns it.
type dispatch struct {
	run  *Run
	gate gate
	lots chan []job
	back chan done
	pace pace

	next   *puller // what was never tried; nil when all of it was read
	lot    []job   // what goes next
	again  []job   // what was not attempted after all
	later  later   // what has to be tried again
	ahead  ahead   // what has to wait for its domain's pace
	flying int     // lots

	tally   Tally
	refused int   // for good, with nobody reached
	err     error // of the source or the journal: the run is cancelled
}

// mostAhead bounds the messages that wait for their domain's pace. Those behind
// them wait too, then.
const mostAhead = 256

// loop hands out lots until there is nothing to do and nothing under way.
func (d *dispatch) loop(ctx context.Context) error {
	defer func() {
		if d.next != nil {
			d.next.stop()
		}
	}()
	ended := ctx.Done()
	for {
		course, changed := d.run.control.now()
		works := course == going && ctx.Err() == nil
		if works {
			if d.fill(ctx); d.err != nil {
				continue
			}
		}
		if d.flying == 0 && d.finished() {
			return d.err
		}
		if d.flying == 0 && (course == cancelled || ctx.Err() != nil) {
			return errors.Join(d.err, context.Cause(ctx))
		}
		var lots chan<- []job
		if works && len(d.lot) > 0 {
			lots = d.lots
		}
		wake, stop := d.timer(works)
		select {
		case lots <- d.lot:
			d.lot = nil
			d.flying++
		case result := <-d.back:
			d.flying--
			d.settle(result)
		case <-wake:
		case <-changed:
		case <-ended:
			ended = nil
		}
		stop()
	}
}

// fail ends the run.
func (d *dispatch) fail(err error) {
	if err != nil && d.err == nil {
		d.err = err
		d.run.Cancel()
	}
}

// finished reports whether nothing is left to be sent.
func (d *dispatch) finished() bool {
	return d.next == nil && len(d.lot)+len(d.again)+len(d.later)+len(d.ahead) == 0
}

// timer wakes when the next message may go that has to wait.
func (d *dispatch) timer(works bool) (<-chan time.Time, func()) {
	var due time.Time
	if len(d.later) > 0 {
		due = time.Unix(0, d.later[0].due)
	}
	if len(d.ahead) > 0 && (due.IsZero() || d.ahead[0].due.Before(due)) {
		due = d.ahead[0].due
	}
	if !works || due.IsZero() || len(d.lot) >= d.run.lot() {
		return nil, func() {}
	}
	timer := time.NewTimer(time.Until(due))
	return timer.C, func() { timer.Stop() }
}

// fill takes into the lot what can go now: first what was kept back.
func (d *dispatch) fill(ctx context.Context) {
	room := func() int { return d.run.lot() - len(d.lot) }
	now := time.Now()
	n := min(room(), len(d.again))
	d.lot, d.again = append(d.lot, d.again[:n]...), d.again[n:]
	for room() > 0 && len(d.ahead) > 0 && !d.ahead[0].due.After(now) {
		d.lot = append(d.lot, heap.Pop(&d.ahead).(paced).job)
	}
	if room() > 0 && len(d.later) > 0 && d.later[0].due <= now.UnixNano() && len(d.ahead) < mostAhead {
		d.repeat(ctx, room(), now)
	}
	for room() > 0 && d.next != nil && len(d.ahead) < mostAhead {
		message, err, ok := d.next.pull()
		switch {
		case !ok:
			d.next.stop()
			d.next = nil
		case err != nil:
			d.fail(fmt.Errorf("read the messages: %w", err))
			return
		default:
			d.admit(job{message: message}, now)
		}
	}
}

// admit takes a message into the lot, or lets it wait for its domain's pace.
func (d *dispatch) admit(j job, now time.Time) {
	if delay := d.pace.delay(j.message.To, now); delay > 0 {
		heap.Push(&d.ahead, paced{due: now.Add(delay), job: j})
		return
	}
	d.lot = append(d.lot, j)
}

// repeat reads again some messages whose time has come.
func (d *dispatch) repeat(ctx context.Context, n int, now time.Time) {
	var due []repeated
	for len(due) < n && len(d.later) > 0 && d.later[0].due <= now.UnixNano() {
		due = append(due, heap.Pop(&d.later).(repeated))
	}
	slices.SortFunc(due, func(a, b repeated) int { return cmp.Compare(a.ordinal, b.ordinal) })
	again := rereader{run: d.run}
	defer again.close()
	for _, one := range due {
		message, err := again.read(ctx, one.ordinal)
		if err != nil {
			d.fail(fmt.Errorf("read the messages again: %w", err))
			return
		}
		if message != nil {
			d.admit(job{message: message, tries: one.tries}, now)
		}
	}
}

// farApart is how many messages are read over rather than the source begun anew.
const farApart = 16

// rereader finds messages by ascending ordinals.
type rereader struct {
	run     *Run
	from    *puller
	message *Message // the last one read
}

// read finds a message; nil where it was settled.
func (r *rereader) read(ctx context.Context, ordinal int) (*Message, error) {
	if r.message != nil && ordinal-r.message.Ordinal > farApart {
		r.close()
	}
	if r.from == nil {
		r.from, r.message = r.run.from(ctx, ordinal), nil
	}
	for r.message == nil || r.message.Ordinal < ordinal {
		message, err, ok := r.from.pull()
		if !ok || err != nil {
			r.close()
			return nil, err
		}
		r.message = message
	}
	if r.message.Ordinal != ordinal {
		return nil, nil
	}
	return r.message, nil
}

func (r *rereader) close() {
	if r.from != nil {
		r.from.stop()
		r.from = nil
	}
}

// settle takes in what came of a lot.
func (d *dispatch) settle(result done) {
	d.again = append(d.again, result.unsent...)
	d.fail(result.err)
	now := time.Now()
	for k, r := range result.results {
		j := result.jobs[k]
		switch r.Outcome {
		case Unsent:
			d.again = append(d.again, j)
		case Accepted:
			d.tally.Accepted++
		case Permanent:
			d.tally.Permanent++
			d.suspect()
		case Uncertain:
			d.tally.Uncertain++
		case Temporary:
			d.tally.Deferred++
			pause, _ := wait(d.run.waits(), j.tries+1, r.Ordinal)
			heap.Push(&d.later, repeated{due: now.Add(pause).UnixNano(), ordinal: r.Ordinal, tries: j.tries + 1})
		}
	}
}

// suspect pauses the run where everybody is refused.
func (d *dispatch) suspect() {
	d.refused++
	if d.refused >= manyRefused && d.tally.Accepted == 0 {
		d.refused = 0
		d.run.Pause()
		d.run.trouble(ErrAllRefused, time.Time{})
	}
}

// repeated is a recipient who has to be tried again.
type repeated struct {
	due     int64 // nanoseconds since 1970
	ordinal int
	tries   int
}

// later are those who have to be tried again, the next first.
type later []repeated

func (l later) Len() int           { return len(l) }
func (l later) Less(a, b int) bool { return l[a].due < l[b].due }
func (l later) Swap(a, b int)      { l[a], l[b] = l[b], l[a] }
func (l *later) Push(x any)        { *l = append(*l, x.(repeated)) }
func (l *later) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}

// paced is a message that waits for its domain's pace.
type paced struct {
	due time.Time
	job job
}

// ahead are those that wait for their domain's pace, the next first.
type ahead []paced

func (a ahead) Len() int           { return len(a) }
func (a ahead) Less(i, j int) bool { return a[i].due.Before(a[j].due) }
func (a ahead) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *ahead) Push(x any)        { *a = append(*a, x.(paced)) }
func (a *ahead) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}
