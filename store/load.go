package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
	"tocsin/store/board"
)

// loaded is a space as a start finds it.
type loaded struct {
	state   *model.State
	board   *board.Board
	last    time.Time // when the last event was recorded
	rebuilt bool      // the projections were computed anew
}

// load brings a space back from its projections. Where they are not as far as
// the log, or another version made them, they are computed anew first.
func load(ctx context.Context, l ledger, v *veil) (*loaded, error) {
	head, err := l.head(ctx)
	if err != nil {
		return nil, err
	}
	end := head.Seq
	if err := errors.Join(v.load(ctx, l), v.forgetGone()); err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	last, err := checkEnd(ctx, l, v, end)
	if err != nil {
		return nil, err
	}
	meta, ok, err := projected(ctx, l, v)
	switch {
	case err != nil:
		return nil, err
	case meta.Seq > end:
		return nil, fmt.Errorf("%w: its projections are as of event %d, but the log ends with %d", ErrDamaged, meta.Seq, end)
	}
	stale := end > 0 && (!ok || meta.Seq < end)
	if stale {
		if err := rebuild(ctx, l, v, end, foldedAtOnce); err != nil {
			return nil, err
		}
		if meta, _, err = projected(ctx, l, v); err != nil {
			return nil, err
		}
	}
	state, live, err := restore(ctx, l, v, meta)
	if err == nil {
		err = v.forgetReporters(state.Incidents)
	}
	return &loaded{state: state, board: live, last: last, rebuilt: stale}, err
}

// loadForReading brings back a space and writes nothing: from the projections
// or, where this version cannot use them or they are not as far as the log,
// from the events as far as they can be folded.
func loadForReading(ctx context.Context, l ledger, v *veil, end uint64) (*loaded, error) {
	if err := v.load(ctx, l); err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	meta, ok, err := projected(ctx, l, v)
	if err == nil && ok && meta.Seq >= end {
		state, live, err := restore(ctx, l, v, meta)
		return &loaded{state: state, board: live}, err
	}
	folded, err := foldAll(ctx, l, v, nil)
	if ok && folded.state.Seq < meta.Seq {
		state, live, err := restore(ctx, l, v, meta)
		return &loaded{state: state, board: live}, err
	}
	if err != nil && !errors.Is(err, ErrDamaged) {
		return nil, err
	}
	var standings []*model.Standing
	for _, id := range slices.Sorted(maps.Keys(folded.state.Incidents)) {
		standings = append(standings, folded.state.Stand(folded.state.Incidents[id]))
	}
	live, err := board.New(folded.state, visible(folded.state.Meta, standings))
	return &loaded{state: folded.state, board: live}, err
}

// checkEnd makes sure that the log ends where its head says.
func checkEnd(ctx context.Context, l ledger, v *veil, end uint64) (last time.Time, err error) {
	found := end
	for r, err := range l.read(ctx, max(end, 1)) {
		if err != nil {
			return time.Time{}, err
		}
		e, err := r.event(v)
		if err != nil {
			return time.Time{}, err
		}
		found, last = r.seq, e.At
	}
	if found != end || (end > 0 && last.IsZero()) {
		return time.Time{}, fmt.Errorf("%w: its head is event %d, but the last one found is %d", ErrDamaged, end, found)
	}
	return last, nil
}

// restore puts the projections together. Incidents are decoded, and their
// standings computed, on all cores while they are read; then the state and the
// board are made side by side.
func restore(ctx context.Context, l ledger, v *veil, meta metaRecord) (*model.State, *board.Board, error) {
	adopted, err := readLaws(ctx, l)
	if err != nil {
		return nil, nil, err
	}
	laws := new(model.State) // all but the incidents
	if err := laws.Restore(meta.Seq, meta.Meta, adopted, nil); err != nil {
		return nil, nil, err
	}
	standings, err := readIncidents(ctx, l, v, laws)
	if err != nil {
		return nil, nil, fmt.Errorf("read incidents: %w", err)
	}
	incidents := make([]*model.Incident, len(standings))
	for k, s := range standings {
		incidents[k] = s.Incident
	}
	state := new(model.State)
	restored := make(chan error, 1)
	go func() { restored <- state.Restore(meta.Seq, meta.Meta, adopted, incidents) }()
	live, err := board.New(laws, visible(meta.Meta, standings))
	return state, live, errors.Join(<-restored, err)
}

func readLaws(ctx context.Context, p projections) (laws model.Laws, err error) {
	if laws.Packs, err = readAll[policy.Pack](ctx, p, packKind); err != nil {
		return model.Laws{}, fmt.Errorf("read packs: %w", err)
	}
	if laws.Calendars, err = readAll[calendar.Edition](ctx, p, calendarKind); err != nil {
		return model.Laws{}, fmt.Errorf("read calendars: %w", err)
	}
	return laws, nil
}

// readAll reads every entry of a kind.
func readAll[T any](ctx context.Context, p projections, kind slotKind) ([]*T, error) {
	var all []*T
	err := p.scan(ctx, kind.all(), func(_ slot, value []byte) error {
		one := new(T)
		all = append(all, one)
		return decodeEntry(value, one)
	})
	return all, err
}

// visible leaves out the rows of imports that are under way or were given up.
func visible(meta model.Meta, standings []*model.Standing) []*model.Standing {
	if len(meta.Imports) == 0 && len(meta.Abandoned) == 0 {
		return standings
	}
	return slices.DeleteFunc(standings, func(s *model.Standing) bool {
		_, importing := meta.Imports[s.Incident.Batch]
		return importing || slices.Contains(meta.Abandoned, s.Incident.Batch)
	})
}

// chunk is a run of encoded incidents that one goroutine decodes.
type chunk struct {
	data      []byte // one after the other
	ends      []int  // where each ends
	standings []*model.Standing
}

// chunkBytes is how large a chunk grows: large enough that handing it over
// costs nothing beside decoding it.
const chunkBytes = 128 << 10

// decoders decode chunks on all cores.
type decoders struct {
	laws   *model.State
	veil   *veil
	chunks chan *chunk
	spent  chan []byte // the data of chunks that were decoded, to be filled again
	work   sync.WaitGroup
}

// readIncidents returns the standings of all incidents, by id.
func readIncidents(ctx context.Context, p projections, v *veil, laws *model.State) ([]*model.Standing, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := runtime.GOMAXPROCS(0)
	d := &decoders{laws: laws, veil: v, chunks: make(chan *chunk, workers), spent: make(chan []byte, 2*workers+1)}
	for range workers {
		d.work.Go(func() {
			if err := d.decode(); err != nil {
				cancel(err)
			}
		})
	}
	all, err := d.cut(ctx, p)
	close(d.chunks)
	d.work.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	return joined(all), err
}

// cut hands the encoded incidents over in chunks, and returns them in order.
func (d *decoders) cut(ctx context.Context, p projections) (all []*chunk, err error) {
	c := new(chunk)
	hand := func() {
		all = append(all, c)
		d.chunks <- c
	}
	err = p.scan(ctx, incidentKind.all(), func(_ slot, value []byte) error {
		if len(c.data)+len(value) > chunkBytes && len(c.data) > 0 {
			hand()
			c = &chunk{data: d.buffer()}
		}
		c.data = append(c.data, value...)
		c.ends = append(c.ends, len(c.data))
		return nil
	})
	hand()
	return all, err
}

// buffer is room for the next chunk.
func (d *decoders) buffer() []byte {
	select {
	case used := <-d.spent:
		return used[:0]
	default:
		return make([]byte, 0, chunkBytes)
	}
}

// decode makes standings of chunks as long as there are any. After an error it
// only takes them, so that nobody waits.
func (d *decoders) decode() (err error) {
	t := newReader(d.veil)
	for c := range d.chunks {
		if err == nil {
			err = c.decode(t, d.laws)
		}
		select {
		case d.spent <- c.data:
		default:
		}
		c.data = nil
	}
	return err
}

func (c *chunk) decode(t *tape, laws *model.State) error {
	c.standings = make([]*model.Standing, 0, len(c.ends))
	start := 0
	for _, end := range c.ends {
		i, err := t.read(c.data[start:end])
		if err != nil {
			return err
		}
		c.standings = append(c.standings, laws.Stand(i))
		start = end
	}
	return nil
}

func joined(chunks []*chunk) []*model.Standing {
	n := 0
	for _, c := range chunks {
		n += len(c.standings)
	}
	standings := make([]*model.Standing, 0, n)
	for _, c := range chunks {
		standings = append(standings, c.standings...)
	}
	return standings
}
