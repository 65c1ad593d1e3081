package store

import (
	"context"
	"fmt"

	"tocsin/model"
	"tocsin/store/tree"
)

// Origin names the space's log in its checkpoints: the same for as long as the
// log lives, and that of no other.
func (s *Space) Origin() string { return s.signer.Name() }

// VerifierKey is the public key that verifies the log's checkpoints, as
// tree.ParseVerifier reads it. Whoever audits the log must have got it by
// another way than the log.
func (s *Space) VerifierKey() string { return s.signer.VerifierKey() }

// Checkpoint is a signed checkpoint of all that was recorded before, nil where
// nothing was. In a space at fault it is the last one that verified.
func (s *Space) Checkpoint() ([]byte, error) {
	if s.notary == nil {
		return s.kept, nil
	}
	note, err := s.notary.sign()
	if err != nil {
		return nil, fmt.Errorf("sign a checkpoint: %w", err)
	}
	return note, nil
}

// Stored is an event's envelope as its leaf is made of it, or the tombstone
// that has its place. It matches model.ErrNotFound where there is none.
func (s *Space) Stored(ctx context.Context, seq uint64) ([]byte, error) {
	data, ok, err := s.log.get(ctx, eventSlot(seq))
	if err == nil && !ok {
		err = model.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("event %d: %w", seq, err)
	}
	return data, nil
}

// Include proves that an event is in the log, and gives the checkpoint that
// the proof is for.
func (s *Space) Include(ctx context.Context, seq uint64) (tree.Inclusion, []byte, error) {
	r, head, note, err := s.signedTree(ctx)
	if err != nil {
		return tree.Inclusion{}, nil, err
	}
	if seq < 1 || seq > head.Size {
		return tree.Inclusion{}, nil, fmt.Errorf("event %d: %w", seq, model.ErrNotFound)
	}
	p, err := r.Include(seq, head.Size)
	return p, note, err
}

// Connect proves that the log begins with what it was when it had older
// events, and gives the checkpoint that the proof leads to.
func (s *Space) Connect(ctx context.Context, older uint64) (tree.Consistency, []byte, error) {
	r, head, note, err := s.signedTree(ctx)
	if err != nil {
		return tree.Consistency{}, nil, err
	}
	p, err := r.Connect(older, head.Size)
	return p, note, err
}

// signedTree reads the tree of a checkpoint of all that was recorded before.
func (s *Space) signedTree(ctx context.Context) (*tree.Reader, tree.Head, []byte, error) {
	note, err := s.Checkpoint()
	if err != nil {
		return nil, tree.Head{}, nil, err
	}
	if note == nil {
		return nil, tree.Head{}, nil, fmt.Errorf("a log without a checkpoint: %w", model.ErrNotFound)
	}
	c, err := tree.PeekCheckpoint(note)
	if err != nil {
		return nil, tree.Head{}, nil, err
	}
	return tree.NewReader(c.Head, tilesOf(ctx, s.log)), c.Head, note, nil
}
