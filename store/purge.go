package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"tocsin/model"
)

// purgeRecord is what is left to do of a purge after the event that ordered
// it. It is written together with that event, and goes when all is done.
type purgeRecord struct {
	At        time.Time  `json:"at"`                  // of the event
	Incidents []model.ID `json:"incidents,omitempty"` // whose events and keys are still there
	Digests   []string   `json:"digests,omitempty"`   // of evidence that perhaps nothing names any more
}

// purgeOf is what an event orders to be purged from a state before it, nil for
// nothing.
func purgeOf(s *model.State, e model.Event) *purgeRecord {
	p := &purgeRecord{At: e.At}
	switch body := e.Body.(type) {
	case *model.IncidentsPurged:
		for k := range body.Incidents {
			if i, ok := s.Incident(body.Incidents[k].ID); ok {
				p.Incidents = append(p.Incidents, i.ID)
				p.digests(i, nil)
			}
		}
	case *model.EvidencePurged:
		if i, ok := s.Incident(body.ID); ok {
			p.digests(i, body.Items)
		}
	}
	if len(p.Incidents) == 0 && len(p.Digests) == 0 {
		return nil
	}
	return p
}

// digests takes in what an incident's evidence consists of, nil items for all.
func (p *purgeRecord) digests(i *model.Incident, items []string) {
	for k := range i.Evidence {
		if e := &i.Evidence[k]; items == nil || slices.Contains(items, e.ID) {
			p.Digests = append(p.Digests, e.SHA256)
		}
	}
}

// order adds to a batch what an event orders to be purged.
func (b *batch) order(seq uint64, p *purgeRecord) error {
	if p == nil {
		return nil
	}
	data, err := encodeEntry(p)
	if err != nil {
		return err
	}
	b.put(purgeSlot(seq), data)
	return nil
}

// maxSpans bounds how many runs of events one sweep lists, so that its event
// fits into the record.
const maxSpans = 8000

// Swept is what came of a sweep.
type Swept struct {
	Receipt
	Left int // how many more are due, and go with the next sweep
}

// Sweep purges what is due, the first of them where they are more than one
// sweep takes: it decides and records that, and then takes the texts out of the
// record. What an interruption leaves undone of that the next start does.
// progress, where it is not nil, hears how many events are done. The content of
// evidence is left to Discard.
func (s *Space) Sweep(ctx context.Context, actor model.Actor, due []model.Expiry, approver string, progress func(done, total int)) (Swept, error) {
	command, err := s.planSweep(ctx, due)
	if err != nil {
		return Swept{}, err
	}
	command.Approver = approver
	receipt, err := s.Do(ctx, actor, command)
	swept := Swept{Receipt: receipt, Left: len(due) - len(command.About())}
	if err != nil {
		return swept, err
	}
	s.purging.Lock()
	defer s.purging.Unlock()
	return swept, finishPurges(ctx, s.log, s.veil, progress)
}

// planSweep names the events of what is due.
func (s *Space) planSweep(ctx context.Context, due []model.Expiry) (model.Sweep, error) {
	var command model.Sweep
	runs := 0
	for _, e := range due[:min(len(due), model.MaxSweep)] {
		if e.Class == model.EvidenceContent {
			command.Evidence = append(command.Evidence, e.Incident.ID)
			continue
		}
		r := model.Removal{Incident: e.Incident.ID}
		err := s.log.scan(ctx, historyOf(r.Incident), func(at slot, _ []byte) error {
			if n := len(r.Events); n == 0 || r.Events[n-1]+1 != at.seq() {
				runs++
			}
			r.Events = append(r.Events, at.seq())
			return nil
		})
		if err != nil {
			return command, fmt.Errorf("find the events of %s: %w", r.Incident, err)
		}
		if runs > maxSpans && len(command.Removals) > 0 {
			break
		}
		command.Removals = append(command.Removals, r)
	}
	return command, nil
}

// finishPurges does what earlier events ordered to be purged. Each step can be
// done again, so an interruption at any moment is mended by calling it anew.
func finishPurges(ctx context.Context, l ledger, v *veil, progress func(done, total int)) error {
	ordered, err := readPurges(ctx, l)
	if err != nil {
		return err
	}
	for _, seq := range slices.Sorted(maps.Keys(ordered)) {
		if len(ordered[seq].Incidents) == 0 {
			continue
		}
		if err := finishPurge(ctx, l, v, seq, ordered[seq], progress); err != nil {
			return fmt.Errorf("purge what event %d orders: %w", seq, err)
		}
	}
	return nil
}

func readPurges(ctx context.Context, p projections) (map[uint64]*purgeRecord, error) {
	ordered := make(map[uint64]*purgeRecord)
	err := p.scan(ctx, purgeKind.all(), func(at slot, value []byte) error {
		one := new(purgeRecord)
		ordered[at.seq()] = one
		return decodeEntry(value, one)
	})
	if err != nil {
		return nil, fmt.Errorf("read what is to be purged: %w", err)
	}
	return ordered, nil
}

// finishPurge forgets the reporters of incidents and buries their events, and
// then notes that this is done.
func finishPurge(ctx context.Context, l ledger, v *veil, seq uint64, p *purgeRecord, progress func(done, total int)) error {
	order, err := purgeOrder(ctx, l, seq)
	if err != nil {
		return err
	}
	g := &graves{log: l, by: seq, progress: progress, total: order.Events}
	for k := range order.Incidents {
		one := &order.Incidents[k]
		if err := v.forget(model.Event{Body: &model.ReporterForgotten{ID: one.ID}}); err != nil {
			return err
		}
		if err := g.bury(ctx, one); err != nil {
			return err
		}
	}
	if err := g.flush(ctx); err != nil {
		return err
	}
	for k := range order.Incidents {
		id := order.Incidents[k].ID
		if err := clearAll(ctx, l, slot(allBlocksOf(id)), affectedOf(id)); err != nil {
			return err
		}
	}
	p.Incidents = nil
	return keepPurge(ctx, l, seq, p)
}

// keepPurge notes what is left to do, nothing where nothing is.
func keepPurge(ctx context.Context, l ledger, seq uint64, p *purgeRecord) error {
	var value []byte
	if len(p.Incidents) > 0 || len(p.Digests) > 0 {
		data, err := encodeEntry(p)
		if err != nil {
			return err
		}
		value = data
	}
	return l.put(ctx, map[slot][]byte{purgeSlot(seq): value})
}

// graves replaces events by tombstones, in transactions of bounded size. The
// last events of an incident go first: as long as one is there, so is the event
// that reported the incident, and what is left can be folded.
type graves struct {
	log         ledger
	by          uint64
	entries     map[slot][]byte
	done, total int
	progress    func(done, total int)
}

// graveEntries is how many entries one transaction writes.
const graveEntries = 64

func (g *graves) bury(ctx context.Context, p *model.Purged) error {
	for _, span := range slices.Backward(p.Events) {
		for seq := span[1]; seq >= span[0]; seq-- {
			if err := g.replace(ctx, p.ID, seq); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *graves) replace(ctx context.Context, id model.ID, seq uint64) error {
	data, ok, err := g.log.get(ctx, eventSlot(seq))
	if err == nil && !ok {
		err = fmt.Errorf("%w: event %d is missing", ErrDamaged, seq)
	}
	if err != nil {
		return err
	}
	g.done++
	if _, done := parseTombstone(data); done {
		return nil
	}
	stone, err := tombstone{leaf: record{seq: seq, data: data}.leaf(), by: g.by}.encode()
	if err != nil {
		return err
	}
	if g.entries == nil {
		g.entries = make(map[slot][]byte, graveEntries)
	}
	g.entries[eventSlot(seq)], g.entries[historySlot(id, seq)] = stone, nil
	if len(g.entries) < graveEntries {
		return nil
	}
	return g.flush(ctx)
}

func (g *graves) flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(g.entries) > 0 {
		if err := g.log.put(ctx, g.entries); err != nil {
			return err
		}
	}
	g.entries = nil
	if g.progress != nil {
		g.progress(g.done, g.total)
	}
	return nil
}

// errNoOrder means that an event orders nothing to be removed.
var errNoOrder = errors.New("it orders nothing to be removed")

// purgeOrder reads an event that orders incidents to be purged. The people in
// it are left as they are kept.
func purgeOrder(ctx context.Context, l ledger, seq uint64) (*model.IncidentsPurged, error) {
	data, ok, err := l.get(ctx, eventSlot(seq))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errNoOrder
	}
	e, _, err := decodeCovered(data)
	order, orders := e.Body.(*model.IncidentsPurged)
	if err != nil || !orders {
		return nil, errNoOrder
	}
	return order, nil
}

// Discard calls remove with the digests of evidence that purges left behind and
// that no incident names any more, and with when the last purge was decided.
// Once remove has done its work they are not asked for again.
func (s *Space) Discard(ctx context.Context, remove func(digests []string, purged time.Time) error) error {
	if s.fault != nil || s.admit != nil && s.admit() != nil {
		return nil // nothing can be written now
	}
	s.purging.Lock()
	defer s.purging.Unlock()
	ordered, err := readPurges(ctx, s.log)
	if err != nil || len(ordered) == 0 {
		return err
	}
	needed := s.neededEvidence()
	var digests []string
	var last time.Time
	for _, p := range ordered {
		digests = append(digests, slices.DeleteFunc(slices.Clone(p.Digests), func(digest string) bool { return needed[digest] })...)
		if p.At.After(last) {
			last = p.At
		}
	}
	slices.Sort(digests)
	if digests = slices.Compact(digests); len(digests) > 0 {
		if err := remove(digests, last); err != nil {
			return err
		}
	}
	for seq, p := range ordered {
		p.Digests = nil
		if err := keepPurge(ctx, s.log, seq, p); err != nil {
			return err
		}
	}
	return nil
}

// neededEvidence is what incidents name whose content was not purged.
func (s *Space) neededEvidence() map[string]bool {
	needed := make(map[string]bool)
	snapshot := s.Snapshot()
	for _, standings := range [][]*model.Standing{snapshot.Queue(), snapshot.Closed()} {
		for _, standing := range standings {
			for k := range standing.Incident.Evidence {
				if e := &standing.Incident.Evidence[k]; e.Purged.IsZero() {
					needed[e.SHA256] = true
				}
			}
		}
	}
	return needed
}

// rescued are the names that events hold which are to be purged: the event that
// orders it holds them from then on. An event that is a tombstone already gave
// its names to an earlier one.
func (c *committer) rescued(order *model.IncidentsPurged) (map[string]personEntry, error) {
	if c.veil == nil {
		return nil, nil
	}
	names := make(map[string]personEntry)
	for k := range order.Incidents {
		for _, span := range order.Incidents[k].Events {
			for seq := span[0]; seq <= span[1]; seq++ {
				found, err := namesIn(c.log, seq)
				if err != nil {
					return nil, err
				}
				maps.Copy(names, found)
			}
		}
	}
	return names, nil
}

// namesIn are the names that an event holds.
func namesIn(l ledger, seq uint64) (map[string]personEntry, error) {
	data, ok, err := l.get(context.Background(), eventSlot(seq))
	if err != nil || !ok {
		return nil, err
	}
	if _, gone := parseTombstone(data); gone {
		return nil, nil
	}
	_, env, err := decodeCovered(data)
	return env.Names, err
}

// learnFrom takes in the names that an event holds.
func (v *veil) learnFrom(l ledger, seq uint64) error {
	if v == nil {
		return nil
	}
	names, err := namesIn(l, seq)
	if err != nil {
		return err
	}
	return v.learnAll(names)
}
