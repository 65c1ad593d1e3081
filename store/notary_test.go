package store

import (
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/model"
	"tocsin/store/tree"
)

// headOf reads a log's head file and verifies it.
func headOf(tb testing.TB, l *memLog, s *Space) tree.Signed {
	tb.Helper()
	note, err := headFileOf(l.heads, "acme").read()
	if err != nil {
		tb.Fatal(err)
	}
	signed, err := tree.OpenCheckpoint(note, s.signer.Verifier())
	if err != nil {
		tb.Fatal(err)
	}
	return signed
}

func TestCheckpointsAreSignedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newMemLog()
		s := memSpace(t, l, Options{})
		setUp(t, s)
		if size := headOf(t, l, s).Size; size != 0 {
			t.Errorf("the first head is of %d events, want none: a log begins with a signed head", size)
		}
		time.Sleep(signDelay + time.Millisecond)
		synctest.Wait()
		if size := headOf(t, l, s).Size; size != 2 {
			t.Errorf("after a second %d events are signed, want 2", size)
		}
		time.Sleep(time.Hour)
		for range signEvents {
			do(t, s, responder, model.Report{Title: "a"})
		}
		synctest.Wait()
		if size := headOf(t, l, s).Size; size < signEvents {
			t.Errorf("after %d events at once only %d are signed", signEvents, size)
		}
		time.Sleep(signRest + signDelay + time.Millisecond)
		synctest.Wait()
		if size := headOf(t, l, s).Size; size != s.Snapshot().Seq {
			t.Errorf("%d of %d events are signed", size, s.Snapshot().Seq)
		}
		do(t, s, responder, model.Report{Title: "last"})
		if err := s.close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if signed := headOf(t, l, s); signed.Size != s.Snapshot().Seq {
			t.Errorf("%d of %d events are signed at the end", signed.Size, s.Snapshot().Seq)
		}
		kept := 0
		for at := range l.entries {
			if slotKind(at[0]) == checkpointKind {
				kept++
			}
		}
		blocks := int(s.Snapshot().Seq/tree.Width) + 1
		if kept < 1 || kept > blocks {
			t.Errorf("%d checkpoints are kept of a log of %d blocks", kept, blocks)
		}
	})
}

func TestOriginAndKeyStay(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUp(t, space)
	origin, key := space.Origin(), space.VerifierKey()
	if other := openSpace(t, s, "other"); other.VerifierKey() == key || other.Origin() == origin {
		t.Error("two spaces sign with one key or name")
	}
	closeStore(t, s)
	space = openSpace(t, openStore(t, dir), "acme")
	if space.Origin() != origin || space.VerifierKey() != key || space.Fault() != nil {
		t.Errorf("the log was %s with %s, and is %s with %s, %v", origin, key, space.Origin(), space.VerifierKey(), space.Fault())
	}
}

// TestSignsAgainOnceTheHeadFileCanBeWritten takes the folder of the head file
// away and gives it back.
func TestSignsAgainOnceTheHeadFileCanBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newMemLog()
		s := memSpace(t, l, Options{})
		setUp(t, s)
		synctest.Wait()
		folder := l.heads + "/" + headsFolder
		if err := os.Rename(folder, folder+".away"); err != nil {
			t.Fatal(err)
		}
		overwrite(t, folder, nil)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if _, err := s.Checkpoint(); err == nil {
			t.Error("a checkpoint was given that could not be kept")
		}
		remove(t, folder)
		if err := os.Rename(folder+".away", folder); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if size := headOf(t, l, s).Size; size != 2 {
			t.Errorf("%d of 2 events are signed", size)
		}
	})
}

func TestCheckpointAndProofs(t *testing.T) {
	s := memSpace(t, newMemLog(), Options{})
	if note, err := s.Checkpoint(); err != nil || note != nil {
		t.Errorf("an empty log has the checkpoint %q, %v", note, err)
	}
	setUp(t, s)
	first, err := s.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	log, err := tree.ParseVerifier(s.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	older, err := tree.OpenCheckpoint(first, log)
	if err != nil || older.Size != 2 || older.Origin != s.Origin() {
		t.Fatalf("%+v, %v", older, err)
	}
	for range 300 {
		do(t, s, responder, model.Report{Title: "a"})
	}
	p, note, err := s.Include(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	newer, err := tree.OpenCheckpoint(note, log)
	if err != nil || newer.Size != s.Snapshot().Seq {
		t.Fatalf("%+v, %v", newer, err)
	}
	data, err := s.Stored(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(newer.Root, tree.LeafHash(data)); err != nil {
		t.Error(err)
	}
	c, note, err := s.Connect(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if newer, err = tree.OpenCheckpoint(note, log); err != nil {
		t.Fatal(err)
	}
	if err := c.Check(older.Root, newer.Root); err != nil {
		t.Error(err)
	}
	if _, _, err := s.Include(t.Context(), s.Snapshot().Seq+1); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("a proof of an event to come: %v", err)
	}
	if _, err := s.Stored(t.Context(), 0); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("event 0: %v", err)
	}
}
