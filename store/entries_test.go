package store

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"

	"tocsin/model"
	"tocsin/store/tree"
)

func TestEntriesAreReadPastWhatWasRemoved(t *testing.T) {
	l := longLog(t)
	bury(t, l, 40, 50)
	s := memSpace(t, l, Options{})
	next := uint64(30)
	err := s.Entries(t.Context(), 30, 60, func(e Entry) error {
		if e.Seq != next || e.Event.Seq != next || (e.Event.Body == nil) != (next == 40) || (e.RemovedBy == 50) != (next == 40) {
			t.Errorf("in the place of event %d: %+v", next, e)
		}
		next++
		p, note, err := s.Include(t.Context(), e.Seq)
		if err != nil {
			return err
		}
		c, err := tree.PeekCheckpoint(note)
		if err != nil {
			return err
		}
		return p.Check(c.Root, e.Leaf)
	})
	if err != nil || next != 61 {
		t.Errorf("up to event %d, %v", next, err)
	}
	stop := errors.New("stop")
	if err := s.Entries(t.Context(), 0, math.MaxUint64, func(Entry) error { return stop }); err != stop {
		t.Errorf("stopped with %v", err)
	}
	if _, err := s.Entry(t.Context(), 1<<20); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("an event that is not there: %v", err)
	}
	about, err := s.EntriesAbout(t.Context(), s.Snapshot().Queue()[0].Incident.ID)
	if err != nil || len(about) == 0 {
		t.Fatalf("%v, %v", about, err)
	}
	if _, err := s.EntriesAbout(t.Context(), "INC-1999-0001"); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("about an incident that is not there: %v", err)
	}
}

func TestOnlyOwnCheckpointsAreKept(t *testing.T) {
	s := memSpace(t, longLog(t), Options{})
	ours, err := s.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	c, err := tree.PeekCheckpoint(ours)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(c tree.Checkpoint) []byte {
		note, err := tree.SignCheckpoint(c, s.signer)
		if err != nil {
			t.Fatal(err)
		}
		return note
	}
	forked, longer := c, c
	forked.Root[0]++
	longer.Size++
	for name, note := range map[string][]byte{"of other events": sign(forked), "of events to come": sign(longer), "of none": []byte("hello")} {
		if _, err := s.KeepWitnessed(t.Context(), note); !errors.Is(err, ErrNotOurs) {
			t.Errorf("a checkpoint %s: %v", name, err)
		}
	}
	if kept, err := s.Witnessed(t.Context()); kept != nil || err != nil {
		t.Errorf("kept %q, %v", kept, err)
	}
	witness, err := tree.NewCosigner("example.com/witness", bytes.Repeat([]byte{3}, 32), func() time.Time { return time.Unix(1_800_000_000, 0) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.KeepWitnessed(t.Context(), ours, witness.Verifier()); !errors.Is(err, tree.ErrUnsigned) {
		t.Errorf("without the witness: %v", err)
	}
	if ours, err = tree.AddCosignature(ours, s.signer.Verifier(), witness); err != nil {
		t.Fatal(err)
	}
	if c, err := s.KeepWitnessed(t.Context(), ours, witness.Verifier()); err != nil || len(c.Witnesses) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	if kept, err := s.Witnessed(t.Context()); string(kept) != string(ours) || err != nil {
		t.Errorf("kept %q, %v", kept, err)
	}
	if report, err := s.Verify(t.Context(), nil); err != nil || report.Fault != nil {
		t.Errorf("%+v, %v", report, err)
	}
}
