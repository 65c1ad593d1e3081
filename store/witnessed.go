package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"tocsin/store/tree"
)

// ErrNotOurs means that a checkpoint is not one of this log.
var ErrNotOurs = errors.New("it is no checkpoint of this log")

// KeepWitnessed keeps a checkpoint that others cosigned. It must be of this
// log, as it was when it had that size, and each of the witnesses whose keys
// are given must have signed it. It matches ErrNotOurs.
func (s *Space) KeepWitnessed(ctx context.Context, signed []byte, witnesses ...note.Verifier) (tree.Signed, error) {
	if s.fault != nil {
		return tree.Signed{}, refuseFaulty(s.fault)
	}
	c, err := s.Recognise(ctx, signed, witnesses...)
	if err != nil {
		return tree.Signed{}, err
	}
	for _, w := range witnesses {
		if !slices.ContainsFunc(c.Witnesses, func(by tree.Witness) bool { return by.Name == w.Name() }) {
			return tree.Signed{}, fmt.Errorf("%w: the witness %s did not sign it", tree.ErrUnsigned, w.Name())
		}
	}
	if err := s.log.put(ctx, map[slot][]byte{witnessedSlot(c.Size): signed}); err != nil {
		return tree.Signed{}, fmt.Errorf("keep a cosigned checkpoint: %w", err)
	}
	return c, nil
}

// Recognise verifies that a checkpoint is one of this log: signed by its key,
// and of the events that it begins with. It matches ErrNotOurs.
func (s *Space) Recognise(ctx context.Context, signed []byte, witnesses ...note.Verifier) (tree.Signed, error) {
	c, err := tree.OpenCheckpoint(signed, s.signer.Verifier(), witnesses...)
	if err != nil {
		return tree.Signed{}, fmt.Errorf("%w: %w", ErrNotOurs, err)
	}
	r, head, _, err := s.signedTree(ctx)
	if err != nil {
		return tree.Signed{}, err
	}
	if c.Size > head.Size {
		return tree.Signed{}, fmt.Errorf("%w: it is of %d events, and the log has %d", ErrNotOurs, c.Size, head.Size)
	}
	root, err := r.RootAt(c.Size)
	if err != nil {
		return tree.Signed{}, err
	}
	if root != c.Root {
		return tree.Signed{}, fmt.Errorf("%w: the first %d events are not those that it is of", ErrNotOurs, c.Size)
	}
	return c, nil
}

// Witnessed is the newest checkpoint that others cosigned and that was kept,
// nil where there is none.
func (s *Space) Witnessed(ctx context.Context) ([]byte, error) {
	var newest []byte
	err := s.log.scan(ctx, witnessedKind.all(), func(_ slot, signed []byte) error {
		newest = slices.Clone(signed)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read cosigned checkpoints: %w", err)
	}
	return newest, nil
}
