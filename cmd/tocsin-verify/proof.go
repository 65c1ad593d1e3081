package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tocsin/store/bundle"
	"tocsin/store/tree"
)

// proofsIn lists the proofs that the command line names: files, and the files
// of directories that hold no log. None means that a log is named.
func proofsIn(paths []string) ([]string, error) {
	var proofs []string
	for _, path := range paths {
		found, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !found.IsDir() {
			proofs = append(proofs, path)
			continue
		}
		if _, err := bundle.Find(path); err == nil || !errors.Is(err, bundle.ErrNoBundle) {
			continue
		}
		within, err := fs.Glob(os.DirFS(path), "*.tlog-proof")
		if err != nil {
			return nil, err
		}
		for _, name := range within {
			proofs = append(proofs, filepath.Join(path, name))
		}
	}
	slices.Sort(proofs)
	return proofs, nil
}

// proofs verifies proofs, one after the other. Each must lead to a checkpoint
// that the log's key signed.
func (r request) proofs(paths []string, out io.Writer) (bundle.Outcome, error) {
	if r.key == nil {
		return bundle.CannotSay, errors.New("a proof needs the log's public key: -key")
	}
	for _, path := range paths {
		text, err := readFile(path, tree.MaxProof)
		if err != nil {
			return bundle.CannotSay, err
		}
		check := r.included
		if strings.HasPrefix(string(text), tree.ConsistencyHeader+"\n") {
			check = r.connected
		}
		err = check(text, out)
		switch {
		case errors.Is(err, tree.ErrUnproved), errors.Is(err, tree.ErrUnsigned):
			fmt.Fprintf(out, "WRONG: %s: %s.\n", printable(path), printable(err.Error()))
			return bundle.Wrong, nil
		case err != nil:
			return bundle.CannotSay, fmt.Errorf("%s: %w", path, err)
		}
	}
	if len(paths) == 1 {
		fmt.Fprintln(out, "WHOLE: the proof holds.")
	} else {
		fmt.Fprintf(out, "WHOLE: all %d proofs hold.\n", len(paths))
	}
	return bundle.Whole, nil
}

// open verifies a checkpoint with the log's key, and that every witness that
// was asked for cosigned it.
func (r request) open(signed []byte, out io.Writer) (tree.Signed, error) {
	c, err := tree.OpenCheckpoint(signed, r.key, r.witnesses...)
	if err != nil {
		return c, err
	}
	for _, key := range r.witnesses {
		at := slices.IndexFunc(c.Witnesses, func(w tree.Witness) bool { return w.Name == key.Name() })
		if at < 0 {
			return c, fmt.Errorf("%w: the witness %s did not cosign the checkpoint", tree.ErrUnproved, key.Name())
		}
		tell(out, "cosigned", bundle.TellWitness(c.Witnesses[at]))
	}
	return c, nil
}

// included verifies that an event is in the log.
func (r request) included(text []byte, out io.Writer) error {
	proof, stored, checkpoint, err := tree.ParseInclusion(text)
	if err != nil {
		return err
	}
	c, err := r.open(checkpoint, out)
	if err != nil {
		return err
	}
	line, seq, err := bundle.Entry{Seq: proof.Seq, Stored: stored}.Line()
	if err != nil {
		return fmt.Errorf("the event that it is about: %w", err)
	}
	leaf, _ := bundle.LeafOf(stored)
	if err := proof.Check(c.Root, leaf); err != nil {
		return err
	}
	if seq != proof.Seq {
		return fmt.Errorf("%w: it is of event %d, and in its place lies event %d", tree.ErrUnproved, proof.Seq, seq)
	}
	fmt.Fprintf(out, "%s\n", line)
	tell(out, "included", fmt.Sprintf("event %d of the log %s, in its checkpoint of %d events", proof.Seq, c.Origin, c.Size))
	return nil
}

// connected verifies that the log begins with what the checkpoints that were
// kept say.
func (r request) connected(text []byte, out io.Writer) error {
	proof, checkpoint, err := tree.ParseConsistency(text)
	if err != nil {
		return err
	}
	newer, err := r.open(checkpoint, out)
	if err != nil {
		return err
	}
	for _, kept := range r.checkpoint {
		older, err := tree.OpenCheckpoint(kept, r.key)
		if err != nil {
			return fmt.Errorf("the checkpoint that you kept: %w", err)
		}
		if older.Size != proof.Old {
			continue
		}
		if err := proof.Check(older.Root, newer.Root); err != nil {
			return err
		}
		tell(out, "consistent", fmt.Sprintf("the log %s of %d events begins with the %d that you kept the checkpoint of", newer.Origin, newer.Size, older.Size))
		return nil
	}
	return fmt.Errorf("it needs the checkpoint of %d events that you kept: -checkpoint", proof.Old)
}
