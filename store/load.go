package store

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
)

// load brings a space's state back, and when its last event was recorded. It
// takes the projections where they are as far as the log, and otherwise folds
// the log from its beginning and writes them anew.
func load(ctx context.Context, l ledger) (state *model.State, last time.Time, rebuilt bool, err error) {
	end, err := l.head(ctx)
	if err != nil {
		return nil, time.Time{}, false, err
	}
	if last, err = checkEnd(ctx, l, end); err != nil {
		return nil, time.Time{}, false, err
	}
	meta, ok, err := projected(ctx, l)
	switch {
	case err != nil:
		return nil, time.Time{}, false, err
	case end == 0:
		return new(model.State), last, false, nil
	case ok && meta.Seq > end:
		return nil, time.Time{}, false, fmt.Errorf("%w: its projections are as of event %d, but the log ends with %d", ErrDamaged, meta.Seq, end)
	case ok && meta.Seq == end:
		state, err = restore(ctx, l, meta)
		return state, last, false, err
	}
	state, err = rebuild(ctx, l, end)
	return state, last, true, err
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

// restore puts the projections together. Incidents are decoded on all cores
// while they are read.
func restore(ctx context.Context, l ledger, meta metaRecord) (*model.State, error) {
	var packs []*policy.Pack
	err := l.scan(ctx, packKind.all(), func(_ slot, value []byte) error {
		p := new(policy.Pack)
		packs = append(packs, p)
		return decodeEntry(value, p)
	})
	if err != nil {
		return nil, fmt.Errorf("read packs: %w", err)
	}
	incidents, err := readIncidents(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("read incidents: %w", err)
	}
	state := new(model.State)
	return state, state.Restore(meta.Seq, meta.Meta, packs, incidents)
}

// chunk is a run of encoded incidents that one goroutine decodes.
type chunk struct {
	data []byte // one after the other
	ends []int  // where each ends
}

// chunkBytes is how large a chunk grows: large enough that handing it over
// costs nothing beside decoding it.
const chunkBytes = 256 << 10

func readIncidents(ctx context.Context, p projections) ([]*model.Incident, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := runtime.GOMAXPROCS(0)
	chunks := make(chan chunk, workers)
	parts := make([][]*model.Incident, workers)
	var work sync.WaitGroup
	for w := range workers {
		work.Go(func() {
			for c := range chunks {
				if err := c.decode(&parts[w]); err != nil {
					cancel(err)
				}
			}
		})
	}
	err := cutChunks(ctx, p, chunks)
	close(chunks)
	work.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	var incidents []*model.Incident
	for _, part := range parts {
		incidents = append(incidents, part...)
	}
	return incidents, err
}

// cutChunks hands the encoded incidents over in chunks.
func cutChunks(ctx context.Context, p projections, chunks chan<- chunk) error {
	var c chunk
	err := p.scan(ctx, incidentKind.all(), func(_ slot, value []byte) error {
		c.data = append(c.data, value...)
		c.ends = append(c.ends, len(c.data))
		if len(c.data) < chunkBytes {
			return nil
		}
		chunks <- c
		c = chunk{data: make([]byte, 0, chunkBytes+chunkBytes/8)}
		return nil
	})
	chunks <- c
	return err
}

func (c chunk) decode(incidents *[]*model.Incident) error {
	start := 0
	for _, end := range c.ends {
		i := new(model.Incident)
		if err := decodeEntry(c.data[start:end], i); err != nil {
			return err
		}
		*incidents = append(*incidents, i)
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
