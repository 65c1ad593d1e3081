package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"tocsin/model"
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

// load brings a space back. It takes the projections where they are as far as
// the log, and otherwise folds the log from its beginning and writes them anew.
func load(ctx context.Context, l ledger) (*loaded, error) {
	end, err := l.head(ctx)
	if err != nil {
		return nil, err
	}
	last, err := checkEnd(ctx, l, end)
	if err != nil {
		return nil, err
	}
	meta, ok, err := projected(ctx, l)
	switch {
	case err != nil:
		return nil, err
	case ok && meta.Seq > end:
		return nil, fmt.Errorf("%w: its projections are as of event %d, but the log ends with %d", ErrDamaged, meta.Seq, end)
	case ok && meta.Seq == end:
		state, live, err := restore(ctx, l, meta)
		return &loaded{state: state, board: live, last: last}, err
	}
	state := new(model.State)
	if end > 0 {
		if state, err = rebuild(ctx, l, end); err != nil {
			return nil, err
		}
	}
	live, err := board.New(state, nil)
	return &loaded{state: state, board: live, last: last, rebuilt: end > 0}, err
}

// checkEnd makes sure that the log ends where its head says.
func checkEnd(ctx context.Context, l ledger, end uint64) (last time.Time, err error) {
	found := end
	for r, err := range l.read(ctx, max(end, 1)) {
		if err != nil {
			return time.Time{}, err
		}
		e, err := r.event()
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
func restore(ctx context.Context, l ledger, meta metaRecord) (*model.State, *board.Board, error) {
	var packs []*policy.Pack
	err := l.scan(ctx, packKind.all(), func(_ slot, value []byte) error {
		p := new(policy.Pack)
		packs = append(packs, p)
		return decodeEntry(value, p)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read packs: %w", err)
	}
	laws := new(model.State) // all but the incidents
	if err := laws.Restore(meta.Seq, meta.Meta, packs, nil); err != nil {
		return nil, nil, err
	}
	standings, err := readIncidents(ctx, l, laws)
	if err != nil {
		return nil, nil, fmt.Errorf("read incidents: %w", err)
	}
	incidents := make([]*model.Incident, len(standings))
	for k, s := range standings {
		incidents[k] = s.Incident
	}
	state := new(model.State)
	restored := make(chan error, 1)
	go func() { restored <- state.Restore(meta.Seq, meta.Meta, packs, incidents) }()
	live, err := board.New(laws, visible(meta.Meta, standings))
	return state, live, errors.Join(<-restored, err)
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

// readIncidents returns the standings of all incidents, by id.
func readIncidents(ctx context.Context, p projections, laws *model.State) ([]*model.Standing, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := runtime.GOMAXPROCS(0)
	chunks := make(chan *chunk, workers)
	var work sync.WaitGroup
	for range workers {
		work.Go(func() {
			r := new(reader)
			for c := range chunks {
				if err := c.decode(r, laws); err != nil {
					cancel(err)
				}
			}
		})
	}
	all, err := cutChunks(ctx, p, chunks)
	close(chunks)
	work.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	n := 0
	for _, c := range all {
		n += len(c.standings)
	}
	standings := make([]*model.Standing, 0, n)
	for _, c := range all {
		standings = append(standings, c.standings...)
	}
	return standings, err
}

// cutChunks hands the encoded incidents over in chunks, and returns them in
// order.
func cutChunks(ctx context.Context, p projections, chunks chan<- *chunk) (all []*chunk, err error) {
	c := new(chunk)
	hand := func() {
		all = append(all, c)
		chunks <- c
	}
	err = p.scan(ctx, incidentKind.all(), func(_ slot, value []byte) error {
		if len(c.data)+len(value) > chunkBytes && len(c.data) > 0 {
			hand()
			c = &chunk{data: make([]byte, 0, chunkBytes)}
		}
		c.data = append(c.data, value...)
		c.ends = append(c.ends, len(c.data))
		return nil
	})
	hand()
	return all, err
}

// decode makes the standings of a chunk. Its bytes become the texts of the
// incidents and are not touched again.
func (c *chunk) decode(r *reader, laws *model.State) error {
	text := string(c.data)
	c.data = nil
	c.standings = make([]*model.Standing, 0, len(c.ends))
	start := 0
	for _, end := range c.ends {
		i, err := r.incident(text[start:end])
		if err != nil {
			return err
		}
		standing := laws.Stand(i)
		standing.Dues = slices.Clip(slices.Clone(standing.Dues))
		c.standings = append(c.standings, standing)
		start = end
	}
	return nil
}

// rebuild folds the log from its beginning and writes the projections anew.
// That they are complete is written last, so an interrupted rebuild is begun
// again by the next start.
func rebuild(ctx context.Context, l ledger, end uint64) (*model.State, error) {
	state := new(model.State)
	touched := make(map[slot]model.Touched)
	for r, err := range l.read(ctx, 1) {
		if err != nil {
			return nil, err
		}
		e, err := r.event()
		if err != nil {
			return nil, err
		}
		t, err := state.Fold(e)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if t.Incident != nil {
			touched[incidentSlot(t.Incident.ID)] = t
		}
		if t.Pack != nil {
			touched[packSlot(t.Pack.Ref())] = t
		}
	}
	if state.Seq != end {
		return nil, fmt.Errorf("%w: its head is event %d, but only %d were found", ErrDamaged, end, state.Seq)
	}
	return state, rewrite(ctx, l, state, touched)
}

// rewrite stores projections in transactions of bounded size.
func rewrite(ctx context.Context, l ledger, state *model.State, touched map[slot]model.Touched) error {
	b, size := new(batch), 0
	for _, t := range touched {
		n, err := project(b, []model.Touched{t})
		if err != nil {
			return err
		}
		if size += n; size < maxBatchBytes {
			continue
		}
		if err := l.append(ctx, state.Seq, b); err != nil {
			return err
		}
		b, size = new(batch), 0
	}
	if err := projectMeta(b, state); err != nil {
		return err
	}
	return l.append(ctx, state.Seq, b)
}
