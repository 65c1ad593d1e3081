package tree

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrUnproved means that a proof does not show what it is to show.
var ErrUnproved = errors.New("the proof does not hold")

// Inclusion shows that an event is in the log of a head.
type Inclusion struct {
	Seq    uint64 // the event, from 1
	Size   uint64 // of the log that it is in
	Hashes []Hash // the audit path, from the leaf up
}

// Include proves that the tree of a size holds an event. The size may be an
// earlier one than the reader's.
func (r *Reader) Include(seq, size uint64) (Inclusion, error) {
	if seq < 1 || seq > size || size > r.head.Size {
		return Inclusion{}, fmt.Errorf("no proof of event %d in a log of %d: this one has %d", seq, size, r.head.Size)
	}
	hashes, err := tlog.ProveRecord(int64(size), int64(seq-1), r.hashes)
	if err != nil {
		return Inclusion{}, fmt.Errorf("prove event %d: %w", seq, err)
	}
	return Inclusion{Seq: seq, Size: size, Hashes: hashes}, nil
}

// Check holds a proof against the root of a checkpoint and the event's leaf.
// It matches ErrUnproved where it does not hold.
func (p Inclusion) Check(root, leaf Hash) error {
	if p.Seq < 1 || p.Seq > p.Size || p.Size > MaxSize {
		return fmt.Errorf("%w: event %d in a log of %d", ErrUnproved, p.Seq, p.Size)
	}
	if err := tlog.CheckRecord(p.Hashes, int64(p.Size), root, int64(p.Seq-1), leaf); err != nil {
		return fmt.Errorf("%w: event %d in a log of %d: %w", ErrUnproved, p.Seq, p.Size, err)
	}
	return nil
}

// Consistency shows that one log begins with another: that nothing of the
// older one was changed or removed.
type Consistency struct {
	Old, New uint64 // sizes
	Hashes   []Hash
}

// Connect proves that the tree of one size begins with that of an older one,
// of at least 1 event.
func (r *Reader) Connect(older, newer uint64) (Consistency, error) {
	if older < 1 || older > newer || newer > r.head.Size {
		return Consistency{}, fmt.Errorf("no proof from %d events to %d: this log has %d", older, newer, r.head.Size)
	}
	hashes, err := tlog.ProveTree(int64(newer), int64(older), r.hashes)
	if err != nil {
		return Consistency{}, fmt.Errorf("prove %d events to begin %d: %w", older, newer, err)
	}
	return Consistency{Old: older, New: newer, Hashes: hashes}, nil
}

// Check holds a proof against the roots of two checkpoints. It matches
// ErrUnproved where it does not hold.
func (p Consistency) Check(older, newer Hash) error {
	if p.Old < 1 || p.Old > p.New || p.New > MaxSize {
		return fmt.Errorf("%w: from %d events to %d", ErrUnproved, p.Old, p.New)
	}
	if err := tlog.CheckTree(p.Hashes, int64(p.New), newer, int64(p.Old), older); err != nil {
		return fmt.Errorf("%w: from %d events to %d: %w", ErrUnproved, p.Old, p.New, err)
	}
	return nil
}
