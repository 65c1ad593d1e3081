package store

import (
	"context"
	"errors"
	"fmt"

	"tocsin/store/tree"
)

// ErrNoFault means that there is nothing to accept: the log is what was signed.
var ErrNoFault = errors.New("the record is not at fault")

// Accepted is what AcceptHead took and what it gave up.
type Accepted struct {
	Fault  *tree.Fault // what was wrong
	Before []byte      // the head file as it was, nil where there was none
	Origin string      // what the log is called from now on
	Size   uint64      // how many events it has
}

// AcceptHead takes the log of a space at fault as it is, for somebody who knows
// why it is not what was signed, as after a backup was restored. Its events
// must be there without a gap. The tree is made anew over them, and the log
// goes on under another origin: the old one stands for what was signed before,
// so that nobody can be shown two logs under one name. Checkpoints kept in the
// log are given up, and projections computed anew; the head file stays beside
// the new one, with ".before" after its name, and a number where one of an
// earlier time has that. Space then opens the space for writing.
//
// Nothing in the log tells of this: whoever calls it has to record it, with
// what is returned, before anything else.
func (s *Store) AcceptHead(ctx context.Context, id string) (Accepted, error) {
	space, err := s.Space(ctx, id)
	if err != nil {
		return Accepted{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.frozen != nil {
		return Accepted{}, s.frozen
	}
	if space.fault == nil {
		return Accepted{}, fmt.Errorf("accept the log of space %s: %w", id, ErrNoFault)
	}
	accepted := Accepted{Fault: space.fault, Origin: newOrigin(id)}
	l, ok := space.log.(*badgerLog)
	if !ok {
		return Accepted{}, fmt.Errorf("accept the log of space %s: it is not kept in this directory", id)
	}
	if accepted.Size, err = lastEvent(ctx, l); err != nil {
		return Accepted{}, fmt.Errorf("accept the log of space %s: %w", id, err)
	}
	file := headFileOf(s.dir, id)
	if accepted.Before, err = file.setAside(); err != nil {
		return Accepted{}, fmt.Errorf("accept the log of space %s: %w", id, err)
	}
	if err := errors.Join(clearDerived(ctx, l, derived), clearHistories(ctx, l, accepted.Size)); err != nil {
		return Accepted{}, fmt.Errorf("accept the log of space %s: %w", id, err)
	}
	if err := s.planting(id).plant(ctx, l, headRecord{Seq: accepted.Size, Origin: accepted.Origin}); err != nil {
		return Accepted{}, fmt.Errorf("accept the log of space %s: %w", id, err)
	}
	delete(s.spaces, id)
	return accepted, nil
}

// lastEvent counts events, which must be there from the first on. The fault is
// an error.
func lastEvent(ctx context.Context, l eventLog) (end uint64, err error) {
	for r, err := range l.read(ctx, 1) {
		if err != nil {
			return 0, err
		}
		if r.seq != end+1 {
			return 0, missing(end+1, r.seq-1)
		}
		end = r.seq
	}
	return end, nil
}

// derived are the entries that the events do not need: the tree, what was
// signed of it, and the projections, which the next start computes anew.
var derived = []slotKind{tileKind, checkpointKind, witnessedKind, metaKind, packKind, calendarKind, incidentKind}

// clearDerived removes all entries of some kinds.
func clearDerived(ctx context.Context, p projections, kinds []slotKind) error {
	gone := make(map[slot][]byte)
	for _, kind := range kinds {
		err := p.scan(ctx, kind.all(), func(at slot, _ []byte) error {
			gone[at] = nil
			return nil
		})
		if err != nil {
			return err
		}
	}
	return putAll(ctx, p, gone)
}

// clearHistories removes, of the histories, which a start does not compute
// anew, what comes after the last event.
func clearHistories(ctx context.Context, p projections, end uint64) error {
	gone := make(map[slot][]byte)
	err := p.scan(ctx, historyKind.all(), func(at slot, _ []byte) error {
		if at.seq() > end {
			gone[at] = nil
		}
		return nil
	})
	if err != nil {
		return err
	}
	return putAll(ctx, p, gone)
}
