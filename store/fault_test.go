package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/model"
	"tocsin/store/tree"
)

// TestFaultsAreSaidAndNothingIsWritten damages a closed log in the ways in
// which a disk or a person can: the space opens for reading, says what is
// wrong, and refuses every command.
func TestFaultsAreSaidAndNothingIsWritten(t *testing.T) {
	older := func(tb testing.TB) headRecord { // of the same log, some events ago
		l := newMemLog()
		setUp(tb, memSpace(tb, l, Options{}))
		head, err := l.head(tb.Context())
		if err != nil {
			tb.Fatal(err)
		}
		return head
	}
	for name, c := range map[string]struct {
		damage func(tb testing.TB, l *memLog, end uint64)
		kind   tree.FaultKind
		says   string
	}{
		"rewound": {func(tb testing.TB, l *memLog, end uint64) {
			head := older(tb)
			present, _ := l.head(tb.Context())
			head.Origin = present.Origin
			for seq := head.Seq + 1; seq <= end; seq++ {
				delete(l.entries, eventSlot(seq))
			}
			if err := l.setHead(head); err != nil {
				tb.Fatal(err)
			}
		}, tree.Missing, "events 3 to "},
		"emptied":            {func(_ testing.TB, l *memLog, _ uint64) { clear(l.entries) }, tree.Missing, "events 1 to "},
		"last event missing": {func(_ testing.TB, l *memLog, end uint64) { delete(l.entries, eventSlot(end)) }, tree.Missing, "is missing"},
		"gap":                {func(_ testing.TB, l *memLog, _ uint64) { delete(l.entries, eventSlot(5)) }, tree.Missing, "event 5 is missing"},
		"gap, projections lost": {func(_ testing.TB, l *memLog, _ uint64) {
			delete(l.entries, metaSlot())
			delete(l.entries, eventSlot(5))
		}, tree.Missing, "event 5 is missing"},
		"event behind the head":   {func(_ testing.TB, l *memLog, end uint64) { l.entries[eventSlot(end+1)] = l.entries[eventSlot(end)] }, tree.Surplus, "should end with"},
		"event changed":           {func(_ testing.TB, l *memLog, _ uint64) { l.entries[eventSlot(3)] = l.entries[eventSlot(4)] }, tree.Altered, "not what was recorded"},
		"head unreadable":         {func(_ testing.TB, l *memLog, _ uint64) { l.entries[headSlot()] = []byte{0xff} }, tree.Tree, "cannot be read"},
		"head with half a name":   {func(_ testing.TB, l *memLog, end uint64) { _ = l.setHead(headRecord{Seq: end, Origin: "tocsin/ac me"}) }, tree.Tree, "cannot be read"},
		"head without a tree":     {func(_ testing.TB, l *memLog, end uint64) { _ = l.setHead(headRecord{Seq: end}) }, tree.Tree, "no tree is kept"},
		"head file missing":       {func(tb testing.TB, l *memLog, _ uint64) { remove(tb, headFileOf(l.heads, "acme").path) }, tree.Unverified, "is missing"},
		"head file empty":         {func(tb testing.TB, l *memLog, _ uint64) { overwrite(tb, headFileOf(l.heads, "acme").path, nil) }, tree.Unverified, "does not verify"},
		"head file of another":    {func(tb testing.TB, l *memLog, _ uint64) { swapHeadFile(tb, l) }, tree.Unverified, "does not verify"},
		"log of another, re-made": {replaceLog, tree.Altered, "among the first"},
	} {
		t.Run(name, func(t *testing.T) {
			l := worked(t)
			head, err := l.head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			c.damage(t, l, head.Seq)
			before := len(l.entries)
			s := memSpace(t, l, Options{})
			fault := s.Fault()
			if fault == nil || fault.Kind != c.kind || !strings.Contains(fault.Detail, c.says) {
				t.Fatalf("the fault is %+v, want %s: %s", fault, c.kind, c.says)
			}
			if name != "emptied" && (!s.Snapshot().IsSetUp() || s.Snapshot().Seq == 0) {
				t.Error("nothing can be read")
			}
			_, err = s.Do(t.Context(), responder, model.Report{Title: "late"})
			if !errors.Is(err, ErrFault) || !errors.Is(err, model.ErrRefused) || !strings.Contains(err.Error(), fault.Detail) || !strings.Contains(err.Error(), faultAdvice) {
				t.Errorf("a command was answered with %v", err)
			}
			if err := s.close(t.Context()); err != nil || len(l.entries) != before {
				t.Errorf("something was written: %d entries, were %d; %v", len(l.entries), before, err)
			}
		})
	}
}

func remove(tb testing.TB, path string) {
	tb.Helper()
	if err := os.Remove(path); err != nil {
		tb.Fatal(err)
	}
}

func overwrite(tb testing.TB, path string, data []byte) {
	tb.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		tb.Fatal(err)
	}
}

// swapHeadFile puts another log's head file, which is a good one, in place.
func swapHeadFile(tb testing.TB, l *memLog) {
	tb.Helper()
	note, err := headFileOf(worked(tb).heads, "acme").read()
	if err != nil {
		tb.Fatal(err)
	}
	overwrite(tb, headFileOf(l.heads, "acme").path, note)
}

// replaceLog puts another log with a tree that is right for it in place, as
// somebody would who can write to the database and has no key.
func replaceLog(tb testing.TB, l *memLog, end uint64) {
	tb.Helper()
	head, err := l.head(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	l.entries[eventSlot(3)] = l.entries[eventSlot(4)]
	g := &growth{origin: head.Origin, tree: new(tree.Builder)}
	if err := grow(tb.Context(), l, g, end); err != nil {
		tb.Fatal(err)
	}
	if head, err = g.head(); err != nil {
		tb.Fatal(err)
	}
	if err := l.setHead(head); err != nil {
		tb.Fatal(err)
	}
}

func TestHeadFileIsPrivateAndReplacedWhole(t *testing.T) {
	file := headFileOf(t.TempDir(), "acme")
	for _, text := range []string{"a longer first text", "second"} {
		if err := file.write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if note, err := file.read(); string(note) != text || err != nil {
			t.Errorf("%q was written, %q read, %v", text, note, err)
		}
	}
	info, err := os.Stat(file.path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(filepath.Dir(file.path))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the head file lies something: %v, %v", entries, err)
	}
	folder, err := os.Stat(filepath.Dir(file.path))
	if err != nil || folder.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", folder.Mode(), err)
	}
}

func TestAcceptedLogGoesOnUnderAnotherName(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, dir string, space *Space){
		"head file missing": func(t *testing.T, dir string, _ *Space) { remove(t, headFileOf(dir, "acme").path) },
		"rewound": func(t *testing.T, _ string, space *Space) { // to before its last event
			end := space.Snapshot().Seq
			if err := space.log.put(t.Context(), map[slot][]byte{eventSlot(end): nil}); err != nil {
				t.Fatal(err)
			}
		},
		"head damaged": func(t *testing.T, _ string, space *Space) {
			if err := space.log.put(t.Context(), map[slot][]byte{headSlot(): {0xff}}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := openStore(t, dir)
			space := openSpace(t, s, "acme")
			setUp(t, space)
			work(t, space)
			origin := space.Origin()
			if _, err := s.AcceptHead(t.Context(), "acme"); !errors.Is(err, ErrNoFault) {
				t.Errorf("a whole log was accepted anew: %v", err)
			}
			if _, err := space.Checkpoint(); err != nil {
				t.Fatal(err)
			}
			damage(t, dir, space)
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			s = openStore(t, dir)
			accepted, err := s.AcceptHead(t.Context(), "acme")
			if err != nil || accepted.Fault == nil || accepted.Origin == origin || accepted.Size == 0 {
				t.Fatalf("%+v, %v", accepted, err)
			}
			space = openSpace(t, s, "acme")
			if space.Fault() != nil || space.Origin() != accepted.Origin || space.Snapshot().Seq != accepted.Size {
				t.Errorf("%s as of event %d, %v; want %+v", space.Origin(), space.Snapshot().Seq, space.Fault(), accepted)
			}
			do(t, space, responder, model.Report{Title: "on we go"})
			if report, err := space.Verify(t.Context(), nil); err != nil || report.Fault != nil {
				t.Errorf("%+v, %v", report.Fault, err)
			}
		})
	}
}

func TestLogWithAGapIsNotAccepted(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUp(t, space)
	work(t, space)
	if err := space.log.put(t.Context(), map[slot][]byte{eventSlot(5): nil}); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	_, err := openStore(t, dir).AcceptHead(t.Context(), "acme")
	var fault *tree.Fault
	if !errors.As(err, &fault) || fault.First != 5 {
		t.Errorf("a log without event 5 was accepted: %v", err)
	}
}

// TestWhatWasSetAsideStays accepts a log twice: what was signed before the
// first time is a witness as well.
func TestWhatWasSetAsideStays(t *testing.T) {
	file := headFileOf(t.TempDir(), "acme")
	for _, note := range []string{"first", "second", "third"} {
		if err := file.write([]byte(note)); err != nil {
			t.Fatal(err)
		}
		if before, err := file.setAside(); err != nil || string(before) != note {
			t.Errorf("%q was set aside, %v", before, err)
		}
	}
	for name, want := range map[string]string{".before": "first", ".before2": "second", ".before3": "third"} {
		if got, err := os.ReadFile(file.path + name); err != nil || string(got) != want {
			t.Errorf("%s has %q, %v", name, got, err)
		}
	}
	if note, err := file.setAside(); err != nil || note != nil {
		t.Errorf("nothing was set aside as %q, %v", note, err)
	}
}
