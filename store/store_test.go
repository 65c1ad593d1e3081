package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tocsin/model"
)

func TestDirectoryHasOneOwner(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	s := openStore(t, dir)
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("data directory: %v, %v", info.Mode(), err)
	}
	_, err = Open(t.Context(), dir, Options{})
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("a second Open: %v", err)
	}
	for _, want := range []string{fmt.Sprintf("process %d ", os.Getpid()), dir, morning.Local().Format("2006-01-02 15:04:05")} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %q", err, want)
		}
	}
	closeStore(t, s)
	closeStore(t, openStore(t, dir))
}

func TestSecondProcessIsToldWhoHasTheDirectory(t *testing.T) {
	dir := t.TempDir()
	openStore(t, dir)
	second := exec.CommandContext(t.Context(), os.Args[0])
	second.Env = append(os.Environ(), secondDir+"="+dir)
	said, err := second.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(said), "true ") || !strings.Contains(string(said), fmt.Sprintf("process %d ", os.Getpid())) {
		t.Errorf("a second process was told %q, %v", said, err)
	}
}

func TestLockOfADeadProcessIsNotBelieved(t *testing.T) {
	dir := t.TempDir()
	stale := []byte(`{"pid":1,"since":"2020-01-01T00:00:00Z","and":"more text than the next holder writes, so that it has to be cut off"}`)
	if err := os.WriteFile(filepath.Join(dir, lockName), stale, 0o600); err != nil {
		t.Fatal(err)
	}
	openStore(t, dir)
	if _, err := Open(t.Context(), dir, Options{}); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("process %d ", os.Getpid())) {
		t.Errorf("a second Open: %v", err)
	}
}

func TestEmptyFilesOfAnInterruptedRunAreRemoved(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	setUp(t, openSpace(t, s, "acme"))
	closeStore(t, s)
	for _, name := range []string{"00099.mem", "000099.vlog", "empty.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var said bytes.Buffer
	s, err := Open(t.Context(), dir, Options{Logger: slog.New(slog.NewTextHandler(&said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, s)
	if !openSpace(t, s, "acme").Snapshot().IsSetUp() {
		t.Error("what was written before is gone")
	}
	if !strings.Contains(said.String(), "00099.mem") || !strings.Contains(said.String(), "000099.vlog") {
		t.Errorf("removing files was not reported: %s", said.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "empty.txt")); err != nil {
		t.Errorf("a file of another kind was removed: %v", err)
	}
}

func TestNewerDataIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	err := s.db.Update(func(txn *badger.Txn) error {
		value, err := encodeEntry(map[string]any{"format": dataFormat + 1, "program": "v9.9.9", "new": true})
		if err != nil {
			return err
		}
		return txn.Set(formatKey, value)
	})
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	_, err = Open(t.Context(), dir, Options{})
	if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "v9.9.9") {
		t.Errorf("newer data: %v", err)
	}
	if _, err := Open(t.Context(), dir, Options{}); errors.Is(err, ErrInUse) {
		t.Error("a refused Open keeps the directory")
	}
}

func TestRestartFindsTheSame(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUp(t, space)
	work(t, space)
	before := space.Snapshot()
	closeStore(t, s)

	space = openSpace(t, openStore(t, dir), "acme")
	after := space.Snapshot()
	if _, err := verify(t.Context(), space.log, space.veil); err != nil {
		t.Error(err)
	}
	if after.Seq != before.Seq || after.Len() != before.Len() || after.ClosedLen() != before.ClosedLen() {
		t.Errorf("%d events, %d open, %d closed; before %d, %d, %d", after.Seq, after.Len(), after.ClosedLen(), before.Seq, before.Len(), before.ClosedLen())
	}
	for k, s := range after.Queue() {
		old := before.Queue()[k]
		if s.Incident.ID != old.Incident.ID || len(s.Dues) != len(old.Dues) || s.Rank != old.Rank {
			t.Errorf("queue place %d: %s with %d dues, before %s with %d", k, s.Incident.ID, len(s.Dues), old.Incident.ID, len(old.Dues))
		}
	}
}

// work gives a space some incidents in various states.
func work(t testing.TB, s *Space) {
	t.Helper()
	for k := range 12 {
		id := do(t, s, responder, model.Report{Title: fmt.Sprintf("incident %d", k)}).Incident
		if k%2 == 0 {
			do(t, s, responder, triage(id, []string{"low", "high", "critical"}[k%3]))
		}
		if k%4 == 3 {
			do(t, s, owner, model.MarkFalse{Incident: id, Reason: "a test"})
		}
		do(t, s, responder, model.AddNote{Incident: id, Text: "noted"})
	}
}

func TestProjectionsOfAnotherVersionAreComputedAnew(t *testing.T) {
	for name, made := range map[string]map[string]any{
		"newer":         {"v": projectionVersion + 1, "other": "fields"},
		"older":         {"v": projectionVersion - 1, "shape": shape},
		"another shape": {"v": projectionVersion, "shape": "an incident without what it has now"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newMemLog()
			s := memSpace(t, l, Options{})
			setUp(t, s)
			work(t, s)
			if err := s.close(t.Context()); err != nil {
				t.Fatal(err)
			}
			value, err := encodeEntry(made)
			if err != nil {
				t.Fatal(err)
			}
			l.entries[metaSlot()] = value
			for s := range l.entries {
				if slotKind(s[0]) == incidentKind {
					l.entries[s] = []byte("another encoding")
				}
			}
			again := memSpace(t, l, Options{})
			if again.Snapshot().Len() != s.Snapshot().Len() {
				t.Errorf("%d incidents, want %d", again.Snapshot().Len(), s.Snapshot().Len())
			}
			if _, err := verify(t.Context(), l, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

// worked is a log that something was written to, closed.
func worked(tb testing.TB) *memLog {
	tb.Helper()
	l := newMemLog()
	s := memSpace(tb, l, Options{})
	setUp(tb, s)
	work(tb, s)
	if err := s.close(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return l
}

func TestSpacesDoNotSeeEachOther(t *testing.T) {
	s := openStore(t, t.TempDir())
	one, two := openSpace(t, s, "acme"), openSpace(t, s, "acme-2")
	setUp(t, one)
	id := do(t, one, responder, model.Report{Title: "ours"}).Incident
	if two.Snapshot().Seq != 0 || two.Snapshot().IsSetUp() {
		t.Error("a space begins with another's data")
	}
	setUp(t, two)
	if _, err := two.History(t.Context(), id); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("another space's incident: %v", err)
	}
	if _, err := two.Do(t.Context(), owner, model.AddNote{Incident: id, Text: "x"}); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("a note on another space's incident: %v", err)
	}
	events, err := two.Events(t.Context(), 1, 100)
	if err != nil || len(events) != 2 {
		t.Errorf("%d events in a space with 2, %v", len(events), err)
	}
	if again := openSpace(t, s, "acme"); again != one {
		t.Error("one space was opened twice")
	}
}

// TestFullIncidentIsRefusedAndStillCloses fills an incident with long reasons
// until it is as large as an entry of the database may be.
func TestFullIncidentIsRefusedAndStillCloses(t *testing.T) {
	s := openSpace(t, openStore(t, t.TempDir()), "acme")
	setUp(t, s)
	id := do(t, s, responder, model.Report{Title: "endless"}).Incident
	long := strings.Repeat("語", model.MaxText)
	var err error
	for k := 0; err == nil; k++ {
		if k > 40 {
			t.Fatal("an incident grows without end")
		}
		_, err = s.Do(t.Context(), owner, model.SetSeverity{Incident: id, Level: []string{"low", "high"}[k%2], Reason: long})
	}
	if !errors.Is(err, ErrTooLarge) || !errors.Is(err, model.ErrRefused) {
		t.Fatalf("a full incident was answered with %v", err)
	}
	for range 20 {
		do(t, s, owner, model.AddTask{Incident: id, Title: "tidy up"})
	}
	do(t, s, owner, model.MarkFalse{Incident: id, Reason: "a test"})
	if _, err := verify(t.Context(), s.log, s.veil); err != nil {
		t.Error(err)
	}
}

func history(n int) []model.History {
	rows := make([]model.History, n)
	for k := range rows {
		rows[k] = model.History{External: fmt.Sprint("old-", k), Title: fmt.Sprint("old incident ", k), Opened: morning.AddDate(-1, 0, k%28), Severity: "high"}
	}
	return rows
}

func TestImportLeftOpenIsAbandonedAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUp(t, space)
	do(t, space, owner, model.ImportOpen{Batch: "done", Source: "done.csv", Years: map[int]int{2025: 3}})
	do(t, space, owner, model.ImportRows{Batch: "done", Rows: history(3)})
	if space.Snapshot().Len() != 0 {
		t.Error("an import shows before it is complete")
	}
	do(t, space, owner, model.ImportClose{Batch: "done"})
	if space.Snapshot().Len() != 3 {
		t.Errorf("%d incidents after an import of 3", space.Snapshot().Len())
	}
	do(t, space, owner, model.ImportOpen{Batch: "half", Source: "half.csv", Years: map[int]int{2024: 2}})
	do(t, space, owner, model.ImportRows{Batch: "half", Rows: []model.History{{Title: "lost", Opened: morning.AddDate(-2, 0, 0)}}})
	closeStore(t, s)

	space = openSpace(t, openStore(t, dir), "acme")
	snapshot := space.Snapshot()
	if len(snapshot.Meta.Imports) != 0 || snapshot.Len() != 3 {
		t.Errorf("imports %v, %d incidents; want none under way and 3", snapshot.Meta.Imports, snapshot.Len())
	}
	events, err := space.Events(t.Context(), snapshot.Seq, 1)
	if err != nil || len(events) != 1 {
		t.Fatal(events, err)
	}
	closed, ok := events[0].Body.(*model.ImportClosed)
	if !ok || closed.Batch != "half" || closed.Abandoned == "" || events[0].Actor != "tocsin" {
		t.Errorf("the last event is %+v", events[0])
	}
	if _, err := verify(t.Context(), space.log, space.veil); err != nil {
		t.Error(err)
	}
}

func TestClosedStoreRefuses(t *testing.T) {
	s := openStore(t, t.TempDir())
	space := openSpace(t, s, "acme")
	setUp(t, space)
	closeStore(t, s)
	if _, err := space.Do(t.Context(), owner, model.Report{Title: "late"}); !errors.Is(err, ErrClosed) {
		t.Errorf("a command after Close: %v", err)
	}
	if _, err := s.Space(t.Context(), "other"); !errors.Is(err, ErrClosed) {
		t.Errorf("a space after Close: %v", err)
	}
	if space.Snapshot().Seq != 2 {
		t.Error("the last snapshot is gone")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		t.Errorf("a second Close: %v", err)
	}
}
