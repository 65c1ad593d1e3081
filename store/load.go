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
	kept    tallies   // among the projections
	rebuilt bool      // the projections were computed anew
	damage  error     // what was wrong with them, nil where they were only not as far as the log, or of another version
}

// load brings a space back from its projections. Where they are not as far as
// the log, another version made them, or they are not what was written, they
// are computed anew first. What is wrong with the log then is a tree.Fault.
func load(ctx context.Context, l ledger, v *veil) (*loaded, error) {
	head, err := l.head(ctx)
	if err != nil {
		return nil, err
	}
	last, err := checkEnd(ctx, l, head.Seq)
	if err != nil {
		return nil, err
	}
	found, err := fromProjections(ctx, l, v, head.Seq)
	if errors.Is(err, errStale) {
		found, err = afresh(ctx, l, v, head.Seq, rebuilt)
	}
	if errors.Is(err, ErrDamaged) {
		damage := err
		if found, err = afresh(ctx, l, v, head.Seq, mended); err == nil {
			found.damage = damage
		}
	}
	if err != nil {
		return nil, err
	}
	found.last = last
	return found, errors.Join(v.forgetGone(), v.forgetReporters(found.state.Incidents), v.forgetCustomers(ctx, l))
}

// errStale means that projections are not as far as the log, or that another
// version made them.
var errStale = errors.New("projections are not as far as the log")

// fromProjections brings back a space from its projections as they are.
func fromProjections(ctx context.Context, l ledger, v *veil, end uint64) (*loaded, error) {
	meta, ok, err := readMeta(ctx, l, v)
	switch {
	case err != nil:
		return nil, err
	case meta.Seq > end:
		return nil, fmt.Errorf("%w: its projections are as of event %d, but the log ends with %d", ErrDamaged, meta.Seq, end)
	case end > 0 && (!ok || meta.Seq < end):
		return nil, errStale
	}
	state, live, err := restore(ctx, l, v, meta)
	return &loaded{state: state, board: live, kept: tallies{meta.Incidents, meta.Blocks, meta.Customers}}, err
}

// readMeta reads the space itself and the names that are kept beside it.
func readMeta(ctx context.Context, l ledger, v *veil) (meta metaRecord, ok bool, err error) {
	if meta, ok, err = projected(ctx, l); err != nil {
		return meta, false, err
	}
	if err := v.load(ctx, l, ok); err != nil {
		return meta, false, fmt.Errorf("read names: %w", err)
	}
	if !ok {
		return meta, false, nil
	}
	if found := v.stored(); found != meta.People {
		return meta, false, miscounted("names", found, meta.People)
	}
	meta.Meta, err = v.uncoverMeta(meta.Meta)
	return meta, err == nil, err
}

// afresh brings back a space when its projections were computed anew.
func afresh(ctx context.Context, l ledger, v *veil, end uint64, anew func(context.Context, ledger, *veil, uint64) error) (*loaded, error) {
	if err := anew(ctx, l, v, end); err != nil {
		return nil, err
	}
	found, err := fromProjections(ctx, l, v, end)
	if found != nil {
		found.rebuilt = true
	}
	return found, err
}

// rebuilt computes projections anew over those that are there.
func rebuilt(ctx context.Context, l ledger, v *veil, end uint64) error {
	return rebuild(ctx, l, v, end, foldedAtOnce)
}

// mended computes projections anew that are damaged, from a log that is not:
// what damaged them may have damaged events, too.
func mended(ctx context.Context, l ledger, v *veil, end uint64) error {
	log := &verification{log: l, removers: make(map[uint64][]uint64)}
	if err := log.run(ctx); err != nil {
		return err
	}
	if err := v.mend(ctx, l); err != nil {
		return err
	}
	return replaceAll(ctx, l, v, end)
}

// loadForReading brings back a space and writes nothing: from the projections
// or, where this version cannot use them or they are not as far as the log,
// from the events as far as they can be folded.
func loadForReading(ctx context.Context, l ledger, v *veil, end uint64) (*loaded, error) {
	meta, ok, err := readMeta(ctx, l, v)
	if err != nil && !errors.Is(err, ErrDamaged) {
		return nil, err
	}
	if ok && meta.Seq >= end {
		state, live, err := restore(ctx, l, v, meta)
		if !errors.Is(err, ErrDamaged) {
			return &loaded{state: state, board: live}, err
		}
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
func checkEnd(ctx context.Context, l ledger, end uint64) (last time.Time, err error) {
	found := end
	for r, err := range l.read(ctx, max(end, 1)) {
		if err != nil {
			return time.Time{}, err
		}
		e, _, err := decodeCovered(r.data)
		if err == nil && e.Seq != r.seq {
			err = fmt.Errorf("%w: in the place of event %d lies event %d", ErrDamaged, r.seq, e.Seq)
		}
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
	if found := tallyLaws(adopted); found != meta.Laws {
		return nil, nil, miscounted("packs and calendars", found, meta.Laws)
	}
	laws := new(model.State) // all but the incidents
	if err := laws.Restore(meta.Seq, meta.Meta, adopted, nil); err != nil {
		return nil, nil, err
	}
	standings, found, err := readIncidents(ctx, l, v, laws)
	if err == nil && found != meta.Incidents {
		err = miscounted("incidents", found, meta.Incidents)
	}
	if err != nil {
		return nil, nil, err
	}
	incidents := make([]*model.Incident, len(standings))
	for k, s := range standings {
		incidents[k] = s.Incident
	}
	blocks, found, err := readDeliveries(ctx, l)
	if err == nil && found != meta.Blocks {
		err = miscounted("blocks of deliveries", found, meta.Blocks)
	}
	if err != nil {
		return nil, nil, err
	}
	state := new(model.State)
	restored := make(chan error, 1)
	go func() {
		err := state.Restore(meta.Seq, meta.Meta, adopted, incidents)
		if err == nil && state.RestoreDeliveries(blocks) != nil {
			err = unfit("what is kept of deliveries is not of the notices that are kept")
		}
		restored <- err
	}()
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
	err := p.scan(ctx, kind.all(), func(at slot, kept []byte) error {
		value, err := unsummed(at, kept)
		if err != nil {
			return err
		}
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
	data      []byte   // one after the other, each after its slot
	places    []places // where each of them lies
	standings []*model.Standing
	found     tally
}

// places are where a slot ends and the value after it.
type places struct{ value, end int }

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

// readIncidents returns the standings of all incidents, by id, and counts them.
func readIncidents(ctx context.Context, p projections, v *veil, laws *model.State) ([]*model.Standing, tally, error) {
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
		return nil, tally{}, cause
	}
	standings, found := joined(all)
	return standings, found, err
}

// cut hands the encoded incidents over in chunks, and returns them in order.
func (d *decoders) cut(ctx context.Context, p projections) (all []*chunk, err error) {
	c := new(chunk)
	hand := func() {
		all = append(all, c)
		d.chunks <- c
	}
	err = p.scan(ctx, incidentKind.all(), func(at slot, value []byte) error {
		if len(c.data)+len(value) > chunkBytes && len(c.data) > 0 {
			hand()
			c = &chunk{data: d.buffer()}
		}
		c.data = append(c.data, at...)
		begins := len(c.data)
		c.data = append(c.data, value...)
		c.places = append(c.places, places{value: begins, end: len(c.data)})
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
	c.standings = make([]*model.Standing, 0, len(c.places))
	start := 0
	for _, p := range c.places {
		at := c.data[start:p.value]
		value, ok := isSummed(at, c.data[p.value:p.end])
		if !ok {
			return alteredAt(slot(at))
		}
		i, err := t.read(value)
		if err != nil {
			return err
		}
		c.found.add(at, i.Version)
		c.standings = append(c.standings, laws.Stand(i))
		start = p.end
	}
	return nil
}

func joined(chunks []*chunk) (standings []*model.Standing, found tally) {
	n := 0
	for _, c := range chunks {
		n += len(c.standings)
		found.join(c.found)
	}
	standings = make([]*model.Standing, 0, n)
	for _, c := range chunks {
		standings = append(standings, c.standings...)
	}
	return standings, found
}
