package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"tocsin/model"
)

// Drift is where the projections of a space are not what its events fold to.
type Drift struct {
	Events uint64   // how many were folded
	Found  []string // what differs, for people; empty where nothing does
}

// CompareProjections folds the log from its beginning and holds all that is
// kept of it for a faster start against that. Nobody should write meanwhile. The
// error means that the log cannot be folded or the projections not read.
// progress, where it is not nil, hears now and then how many events are folded.
func (s *Space) CompareProjections(ctx context.Context, progress func(done, total uint64)) (Drift, error) {
	l := s.log
	if progress != nil {
		l = &followed{ledger: s.log, total: s.Snapshot().Seq, told: progress}
	}
	d, err := drift(ctx, l, s.veil)
	if err != nil {
		return Drift{}, fmt.Errorf("compare the projections of space %s: %w", s.id, err)
	}
	return d, nil
}

// followed is a log of which somebody hears how far it was read.
type followed struct {
	ledger
	total uint64
	told  func(done, total uint64)
}

func (f *followed) read(ctx context.Context, from uint64) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		for r, err := range f.ledger.read(ctx, from) {
			if r.seq%1024 == 0 || r.seq == f.total {
				f.told(r.seq, f.total)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

func drift(ctx context.Context, l ledger, v *veil) (Drift, error) {
	fresh, err := foldAll(ctx, l, v, nil)
	if err != nil {
		return Drift{}, err
	}
	d := Drift{Events: fresh.state.Seq}
	meta, ok, err := readMeta(ctx, l, v)
	if err != nil || !ok || meta.Seq != fresh.state.Seq {
		d.note("how far they are")
		return d, nil
	}
	kept, _, err := restore(ctx, l, v, meta)
	if err != nil {
		d.note(err.Error())
		return d, nil
	}
	if err := d.compare(fresh.state, kept); err != nil {
		return Drift{}, err
	}
	if err := d.compareRows(ctx, l, fresh.state, meta.Customers); err != nil {
		return Drift{}, err
	}
	return d, d.compareHistories(ctx, l, v)
}

// note adds what differs. Whoever reads it needs an impression, and the count.
func (d *Drift) note(what string) { d.Found = append(d.Found, what) }

// compare holds two states against each other, by what would be stored of them.
func (d *Drift) compare(fresh, kept *model.State) error {
	if err := d.compareOne("the space's settings", fresh.Meta, kept.Meta); err != nil {
		return err
	}
	if err := compareAll(d, "pack ", fresh.Packs, kept.Packs); err != nil {
		return err
	}
	if err := compareAll(d, "calendar ", fresh.Calendars, kept.Calendars); err != nil {
		return err
	}
	if err := compareAll(d, "deliveries of notice ", fresh.Deliveries, kept.Deliveries); err != nil {
		return err
	}
	return compareAll(d, "", fresh.Incidents, kept.Incidents)
}

func compareAll[K comparable, V any](d *Drift, what string, fresh, kept map[K]*V) error {
	for key := range kept {
		if _, ok := fresh[key]; !ok {
			d.note(fmt.Sprint(what, key))
		}
	}
	for key, one := range fresh {
		other, ok := kept[key]
		if !ok {
			d.note(fmt.Sprint(what, key))
			continue
		}
		if err := d.compareOne(fmt.Sprint(what, key), one, other); err != nil {
			return err
		}
	}
	return nil
}

func (d *Drift) compareOne(what string, fresh, kept any) error {
	a, err := encodeEntry(fresh)
	if err != nil {
		return err
	}
	b, err := encodeEntry(kept)
	if err == nil && !bytes.Equal(a, b) {
		d.note(what)
	}
	return err
}

// compareHistories holds the index of incidents' events against the events.
func (d *Drift) compareHistories(ctx context.Context, l ledger, v *veil) error {
	must, err := histories(ctx, l, v)
	if err != nil {
		return err
	}
	surplus := 0
	err = l.scan(ctx, historyKind.all(), func(at slot, _ []byte) error {
		if !must[at] {
			surplus++
		}
		delete(must, at)
		return nil
	})
	if err == nil && surplus+len(must) > 0 {
		d.note(fmt.Sprintf("which events are about an incident, %d times", surplus+len(must)))
	}
	return err
}

// histories is the index of incidents' events as the events make it.
func histories(ctx context.Context, l ledger, v *veil) (map[slot]bool, error) {
	must := make(map[slot]bool)
	for r, err := range l.read(ctx, 1) {
		if err != nil {
			return nil, err
		}
		if _, removed := parseTombstone(r.data); removed {
			continue
		}
		e, err := r.event(v)
		if err != nil {
			return nil, err
		}
		if id := e.Body.Incident(); id != "" {
			must[historySlot(id, r.seq)] = true
		}
	}
	return must, nil
}

// Rebuild makes a space's projections anew from its log, which must be whole;
// it matches ErrFault where that is not. An interrupted rebuilding is begun
// again by the next start. Space then opens the space.
func (s *Store) Rebuild(ctx context.Context, id string) error {
	keys, err := newKeyspace(id)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.frozen != nil {
		return s.frozen
	}
	if space, ok := s.spaces[id]; ok {
		if err := space.close(ctx); err != nil {
			return err
		}
		delete(s.spaces, id)
	}
	l, err := openBadgerLog(s.db, keys)
	if err == nil {
		err = remake(ctx, id, l, newVeil(id, s.vault), headFileOf(s.dir, id), s.options)
	}
	if err != nil {
		return fmt.Errorf("rebuild the projections of space %s: %w", id, err)
	}
	return nil
}

func remake(ctx context.Context, id string, l ledger, v *veil, file headFile, options Options) error {
	seen, err := examine(ctx, id, l, file, options.seed)
	if err != nil {
		return err
	}
	if seen.fault != nil {
		return refuseFaulty(seen.fault)
	}
	err = v.load(ctx, l, false)
	if errors.Is(err, ErrDamaged) {
		err = v.mend(ctx, l)
	}
	if err != nil {
		return err
	}
	return replaceAll(ctx, l, v, seen.head.Seq)
}

// replaceAll computes all anew that can be computed from the events, in the place
// of what is there.
func replaceAll(ctx context.Context, l ledger, v *veil, end uint64) error {
	if _, err := foldAll(ctx, l, v, nil); err != nil { // before anything is removed
		return err
	}
	if err := remakeHistories(ctx, l, v); err != nil {
		return err
	}
	if err := clearDerived(ctx, l, []slotKind{metaKind, packKind, calendarKind, incidentKind, deliveryKind}); err != nil {
		return err
	}
	return rebuild(ctx, l, v, end, foldedAtOnce)
}

// remakeHistories writes the index of incidents' events anew.
func remakeHistories(ctx context.Context, l ledger, v *veil) error {
	must, err := histories(ctx, l, v)
	if err != nil {
		return err
	}
	entries := make(map[slot][]byte, len(must))
	for at := range must {
		entries[at] = []byte{}
	}
	err = l.scan(ctx, historyKind.all(), func(at slot, _ []byte) error {
		if must[at] {
			delete(entries, at)
		} else {
			entries[at] = nil
		}
		return nil
	})
	if err != nil {
		return err
	}
	return putAll(ctx, l, entries)
}

// putAll writes entries in transactions of bounded size.
func putAll(ctx context.Context, p projections, entries map[slot][]byte) error {
	slots := make([]slot, 0, len(entries))
	for at := range entries {
		slots = append(slots, at)
	}
	for some := range slices.Chunk(slots, maxBatchEvents) {
		part := make(map[slot][]byte, len(some))
		for _, at := range some {
			part[at] = entries[at]
		}
		if err := p.put(ctx, part); err != nil {
			return err
		}
	}
	return nil
}
