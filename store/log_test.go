package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestLogs holds every implementation of the seam to the same contract.
func TestLogs(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) ledger{
		"badger": func(t *testing.T) ledger {
			keys, err := newKeyspace("acme")
			if err != nil {
				t.Fatal(err)
			}
			l, err := openBadgerLog(openStore(t, t.TempDir()).db, keys)
			if err != nil {
				t.Fatal(err)
			}
			return l
		},
		"memory": func(*testing.T) ledger { return newMemLog() },
	} {
		t.Run(name, func(t *testing.T) { testLog(t, open(t)) })
	}
}

func testLog(t *testing.T, l ledger) {
	write := func(expect uint64, n int, entries map[slot][]byte) error {
		b := &batch{entries: entries, head: headRecord{Seq: expect + uint64(n)}}
		for k := range n {
			seq := expect + 1 + uint64(k)
			b.events = append(b.events, record{seq: seq, data: fmt.Appendf(nil, "event %d", seq)})
		}
		return l.append(t.Context(), expect, b)
	}
	ctx, cancel := context.WithCancel(t.Context())
	watched := make(chan uint64, 10)
	go func() {
		defer close(watched)
		for r, err := range l.watch(ctx, 2) {
			if err != nil {
				return
			}
			watched <- r.seq
		}
	}()
	if err := write(0, 3, map[slot][]byte{"x1": []byte("a"), "x2": {}, "y": []byte("b")}); err != nil {
		t.Fatal(err)
	}
	if err := write(2, 1, map[slot][]byte{"x1": []byte("lost")}); !errors.Is(err, errMoved) {
		t.Errorf("appending after an event that is not the last: %v", err)
	}
	if err := write(3, 1, map[slot][]byte{"y": nil}); err != nil {
		t.Fatal(err)
	}
	if err := l.append(t.Context(), 4, &batch{events: []record{{seq: 5}}, head: headRecord{Seq: 4}}); err == nil {
		t.Error("a batch with the head of another was taken")
	}
	if head, err := l.head(t.Context()); err != nil || head.Seq != 4 {
		t.Errorf("head is %d, %v; want 4", head.Seq, err)
	}
	if err := l.put(t.Context(), map[slot][]byte{"x3": []byte("c"), "y2": {}}); err != nil {
		t.Fatal(err)
	}
	if err := l.put(t.Context(), map[slot][]byte{"y2": nil}); err != nil {
		t.Fatal(err)
	}
	var visited []uint64
	if err := l.visit(t.Context(), 2, 3, func(r record) error { visited = append(visited, r.seq); return nil }); err != nil || fmt.Sprint(visited) != "[2 3]" {
		t.Errorf("visited events %v, %v", visited, err)
	}
	broken := errors.New("broken")
	if err := l.visit(t.Context(), 1, 9, func(record) error { return broken }); err != broken {
		t.Errorf("a visit that failed: %v", err)
	}
	next := uint64(2)
	for r, err := range l.read(t.Context(), next) {
		if err != nil || r.seq != next || string(r.data) != fmt.Sprintf("event %d", next) {
			t.Errorf("read %d %q, %v; want event %d", r.seq, r.data, err, next)
		}
		next++
	}
	if next != 5 {
		t.Errorf("reading ended before event %d", next)
	}
	for want := uint64(2); want <= 4; want++ {
		if got := <-watched; got != want {
			t.Errorf("watched event %d, want %d", got, want)
		}
	}
	cancel()
	if _, more := <-watched; more {
		t.Error("watching went on after its context ended")
	}
	var scanned []slot
	if err := l.scan(t.Context(), "x", func(s slot, _ []byte) error { scanned = append(scanned, s); return nil }); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(scanned) != "[x1 x2 x3]" {
		t.Errorf("scanned %v", scanned)
	}
	if value, ok, err := l.get(t.Context(), "x1"); string(value) != "a" || !ok || err != nil {
		t.Errorf("x1 is %q, %v, %v", value, ok, err)
	}
	for _, gone := range []slot{"y", "y2"} {
		if _, ok, err := l.get(t.Context(), gone); ok || err != nil {
			t.Errorf("%s is still there, %v", gone, err)
		}
	}
}

func TestBadgerLogKeepsItsEnd(t *testing.T) {
	dir := t.TempDir()
	keys, err := newKeyspace("acme")
	if err != nil {
		t.Fatal(err)
	}
	s := openStore(t, dir)
	l, err := openBadgerLog(s.db, keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.append(t.Context(), 0, &batch{events: []record{{seq: 1, data: []byte("a")}}, head: headRecord{Seq: 1, Origin: "tocsin/acme/1"}}); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	if l, err = openBadgerLog(openStore(t, dir).db, keys); err != nil {
		t.Fatal(err)
	}
	if head, err := l.head(t.Context()); head.Seq != 1 || head.Origin != "tocsin/acme/1" || err != nil || l.durability() != onDisk {
		t.Errorf("head is %+v after a restart, %v", head, err)
	}
}

func TestKeysOfSpacesDoNotOverlap(t *testing.T) {
	for _, id := range []string{"", "A", "a/b", "a\x00", "ä", "a-name-that-is-longer-than-thirty-two"} {
		if _, err := newKeyspace(id); !errors.Is(err, ErrSpaceName) {
			t.Errorf("space %q: %v", id, err)
		}
	}
	a, errA := newKeyspace("a")
	ab, errB := newKeyspace("ab")
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	if strings.HasPrefix(string(ab), string(a)) {
		t.Error("one space's keys begin with another's")
	}
	if s := historySlot("INC-2026-0001", 1<<40); s.seq() != 1<<40 || strings.HasPrefix(string(historyOf("INC-2026-00011")), string(historyOf("INC-2026-0001"))) {
		t.Error("histories of two incidents overlap")
	}
}
