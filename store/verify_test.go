package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tocsin/model"
	"tocsin/store/tree"
)

// longLog is a log of two full blocks and some, with checkpoints, closed.
func longLog(tb testing.TB) *memLog {
	tb.Helper()
	l := newMemLog()
	s := memSpace(tb, l, Options{})
	setUp(tb, s)
	for k := range 600 {
		do(tb, s, responder, model.Report{Title: fmt.Sprint("report ", k)})
		if k%100 == 99 {
			if _, err := s.Checkpoint(); err != nil {
				tb.Fatal(err)
			}
		}
	}
	if err := s.close(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return l
}

func verified(tb testing.TB, l *memLog) tree.Report {
	tb.Helper()
	s := memSpace(tb, l, Options{})
	report, err := s.Verify(tb.Context(), nil)
	if err != nil {
		tb.Fatal(err)
	}
	return report
}

func TestVerifyCountsWhatItHeldAgainstTheTree(t *testing.T) {
	l := longLog(t)
	s := memSpace(t, l, Options{})
	var calls []uint64
	report, err := s.Verify(t.Context(), func(done, total uint64) { calls = append(calls, done, total) })
	if err != nil || report.Fault != nil {
		t.Fatalf("%+v, %v", report, err)
	}
	head, err := l.head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if report.Size != head.Seq || report.Root != tree.Hash(head.Root) || report.Checkpoints < 3 || report.Tiles < 3 || report.Tombstones != 0 {
		t.Errorf("%+v", report)
	}
	if n := len(calls); n == 0 || calls[n-2] != head.Seq || calls[n-1] != head.Seq || !slices.IsSorted(calls[:n-1:n-1]) && n < 4 {
		t.Errorf("progress was %v", calls)
	}
	if report := verified(t, newMemLog()); report.Size != 0 || report.Fault != nil {
		t.Errorf("an empty log: %+v", report)
	}
}

func TestVerifyNamesTheFirstFault(t *testing.T) {
	for name, c := range map[string]struct {
		damage      func(l *memLog)
		kind        tree.FaultKind
		first, last uint64
		says        string
	}{
		"event":          {func(l *memLog) { l.entries[eventSlot(300)] = l.entries[eventSlot(301)] }, tree.Altered, 300, 300, "event 300 is not"},
		"two events":     {func(l *memLog) { flip(l, eventSlot(400), 9); flip(l, eventSlot(30), 9) }, tree.Altered, 30, 30, "event 30 is not"},
		"gap":            {func(l *memLog) { delete(l.entries, eventSlot(77)); delete(l.entries, eventSlot(78)) }, tree.Missing, 77, 78, "events 77 to 78 are missing"},
		"tile of leaves": {func(l *memLog) { flip(l, tileSlot(tree.TileID{Index: 1}), 100) }, tree.Tree, 257, 512, "the events are whole"},
		"no tile":        {func(l *memLog) { delete(l.entries, tileSlot(tree.TileID{Index: 1})) }, tree.Tree, 257, 512, "the events are whole"},
		"half a tile":    {func(l *memLog) { cut(l, tileSlot(tree.TileID{Index: 1})) }, tree.Tree, 257, 512, "the events are whole"},
		"event and tile": {func(l *memLog) {
			flip(l, eventSlot(300), 9)
			tile := l.entries[tileSlot(tree.TileID{Index: 1})]
			leaf := tree.LeafHash(l.entries[eventSlot(300)])
			copy(tile[(300-257)*tree.HashSize:], leaf[:])
		}, tree.Tree, 1, 65536, "tile 0 of level 1"},
		"checkpoint":            {func(l *memLog) { flip(l, firstOf(l, checkpointKind), 100) }, tree.Unverified, 1, 0, "checkpoint"},
		"checkpoint elsewhere":  {func(l *memLog) { l.entries[checkpointSlot(5)] = l.entries[firstOf(l, checkpointKind)] }, tree.Unverified, 1, 5, "cannot be read"},
		"checkpoint to come":    {func(l *memLog) { signFalse(t, l, 9000) }, tree.Missing, 0, 9000, "missing"},
		"checkpoint of another": {func(l *memLog) { signFalse(t, l, 300) }, tree.Unverified, 1, 300, "is of other events"},
		"removed by nobody":     {func(l *memLog) { bury(t, l, 40, 0) }, tree.Altered, 40, 40, "cannot be"},
		"removed before":        {func(l *memLog) { bury(t, l, 40, 39) }, tree.Altered, 40, 40, "cannot be"},
		"removed, another leaf": {func(l *memLog) {
			l.entries[eventSlot(41)] = l.entries[eventSlot(42)]
			bury(t, l, 41, 50)
		}, tree.Altered, 41, 41, "not what was recorded"},
	} {
		t.Run(name, func(t *testing.T) {
			l := longLog(t)
			s := memSpace(t, l, Options{})
			c.damage(l)
			report, err := s.Verify(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			f := report.Fault
			if f == nil || f.Kind != c.kind || c.first > 0 && f.First != c.first || c.last > 0 && f.Last != c.last || !strings.Contains(f.Detail, c.says) {
				t.Errorf("the fault is %+v, want %s of %d to %d: %s", f, c.kind, c.first, c.last, c.says)
			}
		})
	}
}

func flip(l *memLog, s slot, at int) {
	l.entries[s] = bytes.Clone(l.entries[s])
	l.entries[s][at] ^= 1
}

func cut(l *memLog, s slot) { l.entries[s] = l.entries[s][:len(l.entries[s])/2+1] }

func firstOf(l *memLog, kind slotKind) slot {
	var slots []slot
	for s := range l.entries {
		if slotKind(s[0]) == kind {
			slots = append(slots, s)
		}
	}
	return slices.Min(slots)
}

// signFalse signs a checkpoint that is not of the log with the log's own key.
func signFalse(tb testing.TB, l *memLog, size uint64) {
	tb.Helper()
	head, err := l.head(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	seed, _ := testSeed(signingKey("acme"))
	signer, err := tree.NewSigner(head.Origin, seed)
	if err != nil {
		tb.Fatal(err)
	}
	note, err := tree.SignCheckpoint(tree.Checkpoint{Origin: head.Origin, Head: tree.Head{Size: size, Root: tree.LeafHash(nil)}}, signer)
	if err != nil {
		tb.Fatal(err)
	}
	l.entries[checkpointSlot(size)] = note
}

// bury puts a tombstone in the place of an event.
func bury(tb testing.TB, l *memLog, seq, by uint64) {
	tb.Helper()
	stone, err := tombstone{leaf: record{data: l.entries[eventSlot(seq)]}.leaf(), by: by}.encode()
	if err != nil {
		tb.Fatal(err)
	}
	l.entries[eventSlot(seq)] = stone
}

// orderRemoval appends an event that orders the removal of others, and returns
// its number.
func orderRemoval(tb testing.TB, l *memLog, spans ...model.Span) uint64 {
	tb.Helper()
	file := headFileOf(l.heads, "acme")
	seen, err := examine(tb.Context(), "acme", l, file, testSeed)
	if err != nil || seen.fault != nil {
		tb.Fatal(seen.fault, err)
	}
	seq := seen.head.Seq + 1
	body := &model.IncidentsPurged{Incidents: []model.Purged{{ID: "INC-2026-0038", Events: spans}}, Events: 3}
	data, err := encodeEvent(nil, model.Event{Seq: seq, At: morning, Actor: "Ada", Role: model.Owner, Body: body})
	if err != nil {
		tb.Fatal(err)
	}
	b := &batch{events: []record{{seq: seq, data: data}}}
	if err := errors.Join(seen.growth.add(b), l.append(tb.Context(), seq-1, b)); err != nil {
		tb.Fatal(err)
	}
	if err := memSpace(tb, l, Options{}).close(tb.Context()); err != nil { // its projections catch up
		tb.Fatal(err)
	}
	return seq
}

// TestTombstonesThatNobodyOrdered puts a tombstone where an event was, as
// somebody would who wants its text gone: leaf and tree are right.
func TestTombstonesThatNobodyOrdered(t *testing.T) {
	for name, by := range map[string]func(order uint64) (seq, by uint64){
		"by another event":      func(uint64) (uint64, uint64) { return 40, 50 },
		"by an order of others": func(order uint64) (uint64, uint64) { return 42, order },
		"of the first event":    func(order uint64) (uint64, uint64) { return 1, order },
	} {
		t.Run(name, func(t *testing.T) {
			l := longLog(t)
			seq, remover := by(orderRemoval(t, l, model.Span{40, 41}))
			bury(t, l, seq, remover)
			report := verified(t, l)
			if f := report.Fault; f == nil || f.Kind != tree.Altered || f.First != seq || !strings.Contains(f.Detail, "did not order") {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestTombstonesKeepTheTreeWhole(t *testing.T) {
	l := longLog(t)
	order := orderRemoval(t, l, model.Span{40, 41}, model.Span{599, 599})
	bury(t, l, 40, order)
	bury(t, l, 41, order)
	bury(t, l, 599, order)
	s := memSpace(t, l, Options{})
	report, err := s.Verify(t.Context(), nil)
	if err != nil || s.Fault() != nil || report.Fault != nil || report.Tombstones != 3 || !slices.Equal(report.Removers, []uint64{order}) {
		t.Errorf("%+v, %v", report, err)
	}
	if events, err := s.Events(t.Context(), 40, 1); err != nil || events[0].Seq != 40 || events[0].Body.Kind() != "removed" {
		t.Errorf("a removed event reads as %+v, %v", events, err)
	}
	p, note, err := s.Include(t.Context(), 40)
	if err != nil {
		t.Fatal(err)
	}
	c, err := tree.PeekCheckpoint(note)
	if err != nil {
		t.Fatal(err)
	}
	stone, err := s.Stored(t.Context(), 40)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(c.Root, record{data: stone}.leaf()); err != nil {
		t.Error(err)
	}
	for _, data := range []string{"", "\x82\x58\x20", "\x82\x58\x20short", "\x82\x58\x20" + strings.Repeat("h", 32), "\x82\x58\x20" + strings.Repeat("h", 32) + "\x20", "\x82\x58\x20" + strings.Repeat("h", 32) + "\x01\x01"} {
		if _, ok := parseTombstone([]byte(data)); ok {
			t.Errorf("%q passes for a tombstone", data)
		}
	}
}

// TestOneFlippedBit flips bits of everything that the tree rests on, one at a
// time: each is noticed by the start or by verification, or changes nothing
// that is read.
func TestOneFlippedBit(t *testing.T) {
	l := longLog(t)
	head, err := l.head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]slot{
		"event in a tile": eventSlot(300), "event at the edge": eventSlot(head.Seq - 3), "last event": eventSlot(head.Seq),
		"tile of leaves": tileSlot(tree.TileID{Index: 1}), "upper tile": tileSlot(tree.TileID{Level: 1}),
		"head": headSlot(), "checkpoint": firstOf(l, checkpointKind),
	}
	random := rand.New(rand.NewPCG(2026, 11))
	for name, at := range places {
		whole := l.entries[at]
		for range 40 {
			k := random.IntN(len(whole))
			l.entries[at] = bytes.Clone(whole)
			l.entries[at][k] ^= 1 << random.IntN(8)
			if same := sameCheckpoint(t, whole, l.entries[at]); !noticed(t, l) && !same {
				t.Errorf("%s: byte %d changed from %02x to %02x goes unnoticed", name, k, whole[k], l.entries[at][k])
			}
		}
		l.entries[at] = whole
	}
	file := headFileOf(l.heads, "acme")
	whole, err := file.read()
	if err != nil {
		t.Fatal(err)
	}
	for k := range whole {
		changed := bytes.Clone(whole)
		changed[k] ^= 1 << random.IntN(8)
		overwrite(t, file.path, changed)
		if same := sameCheckpoint(t, whole, changed); !noticed(t, l) && !same {
			t.Errorf("head file: byte %d changed from %02x to %02x goes unnoticed", k, whole[k], changed[k])
		}
	}
	overwrite(t, file.path, whole)
	if noticed(t, l) {
		t.Error("the log is at fault although everything was put back")
	}
}

// noticed starts a space and verifies it.
func noticed(t *testing.T, l *memLog) bool {
	t.Helper()
	s, err := startMem(t, l, Options{})
	if err != nil {
		return true
	}
	defer func() {
		if err := s.close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	if s.Fault() != nil {
		return true
	}
	report, err := s.Verify(t.Context(), nil)
	return err != nil || report.Fault != nil
}

// sameCheckpoint tells that two notes say the same and verify the same: the
// last character of a signature has bits that mean nothing.
func sameCheckpoint(t *testing.T, a, b []byte) bool {
	t.Helper()
	c, errA := tree.PeekCheckpoint(a)
	d, errB := tree.PeekCheckpoint(b)
	return errA == nil && errB == nil && c.Text() == d.Text()
}
