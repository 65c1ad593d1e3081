package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"tocsin/store/bundle"
	"tocsin/store/tree"
)

// Verified is what can be said of a backup, or of a chain of them.
type Verified struct {
	bundle.Verdict
	Last        Manifest // of the last of them
	End         End      // how much that one holds, where it was read to its end
	Checkpoints int      // that were held against the events
}

// Verify verifies a whole backup and those that follow it, in order: that they
// are as they were sealed, every checkpoint in them and its signature, the root
// over all events at each, that what is gone was ordered to be removed, and
// the rest of what is asked. Without a key nothing is said of signatures, and
// nothing can be held against what was kept. What is wrong is the verdict's
// fault; the error means that nothing can be said, and matches ErrKey, ErrChain
// and ErrNewer, or ErrDamaged where the first line of a file is not that of a
// backup. Evidence is read, but sealed as it is: nobody compares its content.
//
// It holds 32 bytes for each event.
func Verify(ctx context.Context, files []string, q bundle.Question, identities ...age.Identity) (Verified, error) {
	chain, err := PeekChain(files)
	if err != nil {
		return Verified{}, err
	}
	v := &verification{question: q, chain: chain, gone: make(map[uint64]bool)}
	v.found.Last, v.found.NoKey = chain[len(chain)-1], q.Key == nil
	err = v.run(ctx, files, identities)
	switch {
	case err == nil, errors.As(err, &v.found.Fault):
		return v.found, nil
	case errors.Is(err, ErrDamaged):
		v.found.Fault = &tree.Fault{Kind: tree.Altered, Detail: err.Error()}
		return v.found, nil
	}
	return Verified{}, fmt.Errorf("verify the backup: %w", err)
}

// PeekChain reads the manifests of files, which must follow each other, and
// verifies nothing else.
func PeekChain(files []string) ([]Manifest, error) {
	if len(files) == 0 {
		return nil, errors.New("no backup is given")
	}
	var chain []Manifest
	for _, file := range files {
		m, err := Peek(file)
		if err != nil {
			return nil, err
		}
		chain = append(chain, m)
	}
	return chain, CheckChain(chain)
}

// verification is one run of Verify. A fault is an error here and below.
type verification struct {
	question bundle.Question
	chain    []Manifest
	found    Verified

	leaves   []tree.Hash
	gone     map[uint64]bool // events whose text is
	removals bundle.Removals
	claims   []claim
	cosigned []tree.Witness // of the newest checkpoint that all did who were asked for
}

// claim is what the root was at a size, and what is wrong where it was not.
type claim struct {
	tree.Head
	refuted string
}

func (v *verification) run(ctx context.Context, files []string, identities []age.Identity) error {
	for k, file := range files {
		if err := v.file(ctx, file, v.chain[k], identities); err != nil {
			return err
		}
	}
	return v.conclude()
}

func (v *verification) file(ctx context.Context, path string, m Manifest, identities []age.Identity) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	from, err := NewReader(&interrupted{ctx, file}, identities...)
	if err == nil && from.Manifest.ID != m.ID {
		err = fmt.Errorf("%w: it changed meanwhile", ErrDamaged)
	}
	for err == nil {
		var part Part
		if part, err = from.Next(); err == nil {
			err = v.part(from, part)
		}
	}
	if err == io.EOF {
		v.found.End = from.End()
		return nil
	}
	return fmt.Errorf("%s: %w", path, err)
}

func (v *verification) part(from *Reader, part Part) error {
	switch part.Kind {
	case Events:
		err := from.Each(part, v.event)
		if v.question.Progress != nil && err == nil {
			v.question.Progress(v.found.Events, v.found.Last.Events)
		}
		return err
	case Vault, File, Evidence:
		_, err := io.Copy(io.Discard, part)
		return err
	}
	data, err := part.Bytes()
	if err != nil {
		return err
	}
	switch part.Kind {
	case Removed:
		return v.removed(part.Number, data)
	case Checkpoint:
		return v.end(from.Manifest, data)
	}
	return v.kept(part, data)
}

func (v *verification) event(seq uint64, stored []byte) error {
	leaf, by := bundle.LeafOf(stored)
	v.leaves = append(v.leaves, leaf)
	v.found.Events++
	if by == 0 {
		v.removals.Order(seq, bundle.Ordered(stored))
		return nil
	}
	return v.remove(seq, by)
}

// removed takes what has the place of an event since it was backed up.
func (v *verification) removed(seq uint64, data []byte) error {
	leaf, by := bundle.LeafOf(data)
	if by == 0 || seq > uint64(len(v.leaves)) || v.leaves[seq-1] != leaf {
		return &tree.Fault{Kind: tree.Altered, First: seq, Last: seq, Detail: fmt.Sprintf("what has the place of event %d is not what is left of it", seq)}
	}
	return v.remove(seq, by)
}

func (v *verification) remove(seq, by uint64) error {
	if fault := bundle.RefuseRemover(seq, by, v.found.Last.Events); fault != nil {
		return fault
	}
	if !v.gone[seq] { // each backup of a chain tells of it
		v.gone[seq] = true
		v.removals.Remove(seq, by)
	}
	return nil
}

// open reads a checkpoint, with its signature where there is a key.
func (v *verification) open(signed []byte) (tree.Signed, error) {
	if v.question.Key != nil {
		return tree.OpenCheckpoint(signed, v.question.Key, v.question.Witnesses...)
	}
	c, err := tree.PeekCheckpoint(signed)
	return tree.Signed{Checkpoint: c, Note: signed}, err
}

// kept takes a checkpoint that was kept in the log.
func (v *verification) kept(part Part, data []byte) error {
	c, err := v.open(data)
	if err == nil && c.Size != part.Number {
		err = fmt.Errorf("it is of %d", c.Size)
	}
	about := fmt.Sprintf("the checkpoint of %s that is kept in it", tree.Events(1, part.Number))
	if err != nil {
		return &tree.Fault{Kind: tree.Unverified, First: 1, Last: part.Number, Detail: about + " does not verify: " + err.Error()}
	}
	v.claims = append(v.claims, claim{c.Head, about + " is of other events"})
	if part.Kind == Witnessed && v.allCosigned(c) {
		v.cosigned = c.Witnesses
	}
	return nil
}

func (v *verification) allCosigned(c tree.Signed) bool {
	return !slices.ContainsFunc(v.question.Witnesses, func(key note.Verifier) bool {
		return !slices.ContainsFunc(c.Witnesses, func(w tree.Witness) bool { return w.Name == key.Name() })
	})
}

// end takes the checkpoint of all that a backup brings the log to.
func (v *verification) end(m Manifest, data []byte) (err error) {
	if v.found.Signed, err = v.open(data); err != nil {
		return &tree.Fault{Kind: tree.Unverified, Detail: "the checkpoint does not verify: " + err.Error()}
	}
	at := v.found.Signed
	if at.Origin != m.Origin || at.Size != m.Events || at.Root != m.Root || at.Size != v.found.Events {
		return fmt.Errorf("%w: its checkpoint is not the one that its first line speaks of", ErrDamaged)
	}
	if v.allCosigned(at) {
		v.cosigned = at.Witnesses
	}
	v.claims = append(v.claims, claim{at.Head, fmt.Sprintf("the %d events are not those that were signed", at.Size)})
	return nil
}

// conclude holds everything that was read against each other.
func (v *verification) conclude() (err error) {
	v.found.Removed, v.found.Removers = uint64(len(v.gone)), v.removals.Removers()
	v.found.Checkpoints = len(v.claims)
	if v.question.Key != nil {
		if v.found.Kept, err = v.question.OpenKept(v.question.Key, v.found.Size); err != nil {
			return err
		}
	}
	for _, c := range v.found.Kept {
		v.claims = append(v.claims, claim{c.Head, fmt.Sprintf("the log does not begin with the %d events of the checkpoint that was kept: what they said was changed since", c.Size)})
	}
	if err := v.roots(); err != nil {
		return err
	}
	if fault := v.removals.Fault(); fault != nil {
		return fault
	}
	if len(v.question.Witnesses) > 0 && v.cosigned == nil {
		return &tree.Fault{Kind: tree.Unverified, Detail: "no checkpoint is kept in it that the witnesses cosigned"}
	}
	v.found.Witnesses = v.cosigned
	return nil
}

// roots holds the tree over the events against every checkpoint.
func (v *verification) roots() error {
	sizes := make([]uint64, len(v.claims))
	for k, c := range v.claims {
		sizes[k] = c.Size
	}
	audit := tree.NewAudit(v.found.Events, sizes...)
	for block := range audit.Blocks() {
		first, last := audit.Extent(block)
		if _, err := audit.Add(block, v.leaves[first-1:last]); err != nil {
			return err
		}
	}
	roots, err := audit.Finish()
	if err != nil {
		return err
	}
	for _, c := range v.claims {
		if root, ok := roots[c.Size]; !ok || root != c.Root {
			return &tree.Fault{Kind: tree.Altered, First: 1, Last: c.Size, Detail: c.refuted}
		}
	}
	return nil
}
