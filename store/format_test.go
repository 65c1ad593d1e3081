package store

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"tocsin/model"
)

// formatOne makes a directory as format 1 had it, without a tree, heads, a
// vault and encryption: two spaces, one with several transactions' worth of
// tiles. What is lost is left out of that.
func formatOne(t *testing.T, lost ...slot) (dir string, events uint64) {
	t.Helper()
	small, large := newMemLog(), newMemLog() // without a veil, as it was
	tiny, space := memSpace(t, small, Options{}), memSpace(t, large, Options{})
	setUp(t, tiny)
	setUp(t, space)
	do(t, space, owner, model.ImportOpen{Batch: "b", Source: "b.csv", Years: map[int]int{2026: 2000}})
	for from := 0; from < 2000; from += 200 {
		rows := make([]model.History, 200)
		for k := range rows {
			rows[k] = startRow(from + k)
		}
		do(t, space, owner, model.ImportRows{Batch: "b", Rows: rows})
	}
	do(t, space, owner, model.ImportClose{Batch: "b"})
	if err := errors.Join(tiny.close(t.Context()), space.close(t.Context())); err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	db, err := badger.Open(badger.DefaultOptions(dir).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	old := db.NewWriteBatch()
	put := func(key []byte, v any) {
		value, err := encodeEntry(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := old.Set(key, value); err != nil {
			t.Fatal(err)
		}
	}
	put(formatKey, formatRecord{Format: 1, Program: "v0.1.0"})
	for id, l := range map[string]*memLog{"small": small, "acme": large} {
		keys, err := newKeyspace(id)
		if err != nil {
			t.Fatal(err)
		}
		head, err := l.head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for at, value := range l.entries {
			if slices.Contains([]slotKind{headKind, tileKind, checkpointKind, metaKind}, slotKind(at[0])) || l == large && slices.Contains(lost, at) {
				continue
			}
			if err := old.Set(keys.key(at), value); err != nil {
				t.Fatal(err)
			}
		}
		put(keys.key(headSlot()), map[string]uint64{"seq": head.Seq})
	}
	if err := errors.Join(old.Flush(), db.Close()); err != nil {
		t.Fatal(err)
	}
	return dir, space.Snapshot().Seq
}

func TestOlderDataGetsItsTree(t *testing.T) {
	dir, events := formatOne(t)
	s := openStore(t, dir)
	if format, err := readFormat(s.db); format != dataFormat || err != nil {
		t.Errorf("the data has format %d, %v", format, err)
	}
	checkPlanted(t, s, events)
	space := openSpace(t, s, "acme")
	origin := space.Origin()
	do(t, space, responder, model.Report{Title: "on we go"})
	closeStore(t, s)
	if space = openSpace(t, openStore(t, dir), "acme"); space.Origin() != origin || space.Fault() != nil {
		t.Errorf("%s was %s, %v", space.Origin(), origin, space.Fault())
	}
}

func checkPlanted(t *testing.T, s *Store, events uint64) {
	t.Helper()
	for _, id := range []string{"small", "acme"} {
		space := openSpace(t, s, id)
		report, err := space.Verify(t.Context(), nil)
		if err != nil || report.Fault != nil || space.Fault() != nil || report.Size == 0 || id == "acme" && report.Size != events {
			t.Errorf("%s: %+v, %v", id, report, err)
		}
	}
}

// failing is a context that ends after it was asked a number of times.
type failing struct {
	context.Context
	left atomic.Int64
}

func (f *failing) Err() error {
	if f.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

func TestInterruptedMigrationBeginsAgain(t *testing.T) {
	dir, events := formatOne(t)
	for _, after := range []int64{1, 2, 500, 5000, 9000} {
		ctx := &failing{Context: t.Context()}
		ctx.left.Store(after)
		if _, err := Open(ctx, dir, Options{}); !errors.Is(err, context.Canceled) {
			t.Fatalf("interrupted after %d steps, Open says %v", after, err)
		}
	}
	checkPlanted(t, openStore(t, dir), events)
}

// TestMigrationKilledBetweenItsSteps takes the directory as it is before each
// step of a migration, which is what a kill there leaves, and opens that.
func TestMigrationKilledBetweenItsSteps(t *testing.T) {
	dir, events := formatOne(t)
	var images []string
	s, err := Open(t.Context(), dir, Options{hooks: hooks{planting: func() {
		images = append(images, t.TempDir())
		takeImage(t, dir, images[len(images)-1])
	}}})
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	if len(images) != 7 { // tree, head and head file of two spaces, and what says that it is complete
		t.Errorf("the migration has %d steps", len(images))
	}
	for k, image := range images {
		s, err := Open(t.Context(), image, Options{})
		if err != nil {
			t.Fatalf("killed before step %d: %v", k+1, err)
		}
		checkPlanted(t, s, events)
		closeStore(t, s)
		again := openStore(t, image)
		checkPlanted(t, again, events)
		closeStore(t, again)
	}
}

// takeImage copies files as they are at this moment, without the ballast,
// and leaves holes where there are only zeros.
func takeImage(tb testing.TB, from, to string) {
	tb.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		beside := filepath.Join(to, strings.TrimPrefix(path, from))
		switch {
		case entry.IsDir():
			return os.MkdirAll(beside, 0o700)
		case entry.Name() == BallastName:
			return nil
		}
		return copySparse(path, beside)
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func copySparse(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.WriteFile(to, bytes.TrimRight(data, "\x00"), 0o600); err != nil {
		return err
	}
	return os.Truncate(to, int64(len(data)))
}

// TestOlderDataWithAGapIsNotPapered holds that a migration makes no tree over
// what is not whole.
func TestOlderDataWithAGapIsNotPapered(t *testing.T) {
	dir, _ := formatOne(t, eventSlot(1000))
	s := openStore(t, dir)
	if fault := openSpace(t, s, "small").Fault(); fault != nil {
		t.Errorf("the other space is at fault: %v", fault)
	}
	space := openSpace(t, s, "acme")
	if space.Fault() == nil || !space.Snapshot().IsSetUp() {
		t.Errorf("the fault is %v; what comes before it cannot be read", space.Fault())
	}
	if _, err := space.Do(t.Context(), owner, model.Report{Title: "late"}); !errors.Is(err, ErrFault) {
		t.Errorf("a command was answered with %v", err)
	}
	if report, err := space.Verify(t.Context(), nil); err != nil || report.Fault == nil || report.Fault.First != 1000 {
		t.Errorf("%+v, %v", report.Fault, err)
	}
}

// TestAnOlderFormatSignsNothingAnew sets a directory back to the format that had
// no signed heads, and removes its own: the record is at fault, as it is without
// the first of that.
func TestAnOlderFormatSignsNothingAnew(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUp(t, space)
	if _, err := space.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	err := s.db.Update(func(txn *badger.Txn) error {
		value, err := encodeEntry(formatRecord{Format: 1, Program: "v0.1.0"})
		return errors.Join(err, txn.Set(formatKey, value))
	})
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	file := headFileOf(dir, "acme")
	remove(t, file.path)
	for range 2 {
		s = openStore(t, dir)
		if fault := openSpace(t, s, "acme").Fault(); fault == nil || !strings.Contains(fault.Detail, "the signed head that goes with it is missing") {
			t.Errorf("the fault is %v", fault)
		}
		closeStore(t, s)
		if note, err := file.read(); note != nil || err != nil {
			t.Errorf("it was signed anew: %s, %v", note, err)
		}
	}
}
