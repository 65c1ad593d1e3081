package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/store/tree"

	"github.com/dgraph-io/badger/v4"
	"pgregory.net/rapid"
)

// later is the test's morning, which tests move on.
type later struct{ now time.Time }

func (l *later) days(n int) { l.now = l.now.AddDate(0, 0, n) }

// brief keeps everything for a day.
func brief() model.SetRetention {
	day := calendar.Period{N: 1, Unit: calendar.Days}
	return model.SetRetention{Retention: model.Retention{Incidents: day, Undo: day}}
}

// due is what a sweep would take.
func due(s *Space, now time.Time) []model.Expiry {
	snapshot := s.Snapshot()
	return snapshot.Meta.Retention.Preview(snapshot.Closed(), snapshot.Zone(), now).Due
}

// mixed fills a space with incidents that ended, that are open, and one that is
// held; some people are named by what is to go alone.
func mixed(tb testing.TB, s *Space) {
	tb.Helper()
	setUp(tb, s)
	do(tb, s, owner, brief())
	for k := range 6 {
		who := model.Actor{Name: fmt.Sprintf("Person %d", k), Role: model.Owner}
		id := do(tb, s, who, model.Report{Title: fmt.Sprintf("incident %d", k), Reporter: "Quentin", Contact: "q@example.com"}).Incident
		do(tb, s, owner, triage(id, "low"))
		do(tb, s, who, model.AddNote{Incident: id, Text: "seen"})
		if k%2 == 0 {
			do(tb, s, owner, model.MarkFalse{Incident: id, Reason: "an exercise"})
		}
		if k == 2 {
			do(tb, s, owner, model.PlaceHold{Incident: id, Reason: "a court asks"})
		}
	}
	do(tb, s, model.Actor{Name: "Person 0", Role: model.Owner}, model.AddNote{Incident: "INC-2026-0002", Text: "still here"})
}

func TestASweepPurgesTheRecord(t *testing.T) {
	clock := &later{morning}
	dir := t.TempDir()
	open := func() *Store {
		s, err := Open(t.Context(), dir, Options{Now: func() time.Time { return clock.now }})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	space := openSpace(t, s, "acme")
	mixed(t, space)
	proofs := proveAll(t, space)
	clock.days(3)
	all := due(space, clock.now)
	if len(all) != 2 {
		t.Fatalf("%d are due", len(all))
	}
	swept, err := space.Sweep(t.Context(), owner, all, "Ben", nil)
	if err != nil || swept.Left != 0 || len(swept.Events) != 1 {
		t.Fatalf("%+v, %v", swept, err)
	}
	order := swept.Events[0].Body.(*model.IncidentsPurged)
	if order.Approver != "Ben" || len(order.Incidents) != 2 {
		t.Errorf("%+v", order)
	}
	if _, err := space.History(t.Context(), "INC-2026-0001"); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("its history reads with %v", err)
	}
	for round := range 3 {
		checkPurged(t, space, order)
		proofs.check(t, space)
		if held, ok := space.Snapshot().Incident("INC-2026-0003"); !ok || held.Incident.Reporter != "Quentin" {
			t.Error("the held one is gone")
		}
		if round == 1 { // another version: all is computed anew from the log
			if err := space.log.put(t.Context(), map[slot][]byte{metaSlot(): nil}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := foldAll(t.Context(), space.log, newVeil("acme", s.Vault()), nil); err != nil {
			t.Errorf("the log alone, with nothing beside it: %v", err)
		}
		closeStore(t, s)
		s = open()
		space = openSpace(t, s, "acme")
	}
	if id := do(t, space, owner, model.Report{Title: "next"}).Incident; id != "INC-2026-0007" {
		t.Errorf("the next incident is %s", id)
	}
	closeStore(t, s)
}

// checkPurged holds that what an event ordered is done, and all else whole.
func checkPurged(t *testing.T, s *Space, order *model.IncidentsPurged) {
	t.Helper()
	report, err := s.Verify(t.Context(), nil)
	if err != nil || report.Fault != nil || report.Tombstones != uint64(order.Events) || len(report.Removers) != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	if _, err := verifyPurged(t.Context(), s.log, s.veil); err != nil {
		t.Fatal(err)
	}
	for _, p := range order.Incidents {
		for _, at := range []slot{incidentSlot(p.ID), historyOf(p.ID)} {
			err := s.log.scan(t.Context(), at, func(at slot, _ []byte) error { return fmt.Errorf("%q is left", at) })
			if err != nil {
				t.Error(err)
			}
		}
		if s.veil == nil {
			continue
		}
		key, err := s.veil.reporterKey(p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.veil.vault.Seal(key, "x", []byte("x")); err == nil {
			t.Errorf("the key of the reporter of %s is left", p.ID)
		}
	}
	if jobs, err := readPurges(t.Context(), s.log); err != nil || len(jobs) > 0 {
		t.Errorf("%v is left to do, %v", jobs, err)
	}
}

// verifyPurged compares what the projections say with what the events fold to
// that have their texts.
func verifyPurged(ctx context.Context, l ledger, v *veil) (*model.State, error) {
	fresh, err := foldAll(ctx, l, v, nil)
	if err != nil {
		return nil, err
	}
	restored, err := load(ctx, l, v)
	if err != nil || restored.rebuilt {
		return nil, errors.Join(err, fmt.Errorf("computed anew: %v", restored.rebuilt))
	}
	return fresh.state, compare(fresh.state, restored.state)
}

// proofs are proofs of every event under a checkpoint.
type proofs struct {
	root tree.Hash
	of   []tree.Inclusion
}

func proveAll(t *testing.T, s *Space) (p proofs) {
	t.Helper()
	for seq := uint64(1); seq <= s.Snapshot().Seq; seq++ {
		one, note, err := s.Include(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		c, err := tree.PeekCheckpoint(note)
		if err != nil {
			t.Fatal(err)
		}
		p.root, p.of = c.Root, append(p.of, one)
	}
	return p
}

func (p proofs) check(t *testing.T, s *Space) {
	t.Helper()
	for k, one := range p.of {
		stored, err := s.Stored(t.Context(), uint64(k)+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := one.Check(p.root, record{data: stored}.leaf()); err != nil {
			t.Errorf("the proof of event %d: %v", k+1, err)
		}
	}
}

// recorder keeps what a log holds before and after each of the writes that go
// with no event.
type recorder struct {
	*memLog
	states []map[slot][]byte
}

func (r *recorder) put(ctx context.Context, entries map[slot][]byte) error {
	r.keep()
	defer r.keep()
	return r.memLog.put(ctx, entries)
}

func (r *recorder) keep() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.states = append(r.states, maps.Clone(r.entries))
}

// TestAKilledPurgeIsFinished starts from what is there after every write of a
// purge, as it is and with the projections to be computed anew.
func TestAKilledPurgeIsFinished(t *testing.T) {
	clock := &later{morning}
	options := Options{Now: func() time.Time { return clock.now }}
	v := testVeil(t)
	l := newMemLog()
	s, err := startVeiled(t, l, v, options)
	if err != nil {
		t.Fatal(err)
	}
	mixed(t, s)
	for k := range 300 {
		do(t, s, model.Actor{Name: fmt.Sprintf("Helper %d", k%7), Role: model.Owner}, model.AddNote{Incident: model.NewID(2026, 1+k%5), Text: fmt.Sprint(k)})
	}
	proofs := proveAll(t, s)
	clock.days(3)
	written := &recorder{memLog: l}
	s.log = written
	swept, err := s.Sweep(t.Context(), owner, due(s, clock.now), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(written.states) < 8 {
		t.Fatalf("the purge was written in %d steps", len(written.states))
	}
	order := swept.Events[0].Body.(*model.IncidentsPurged)
	for _, state := range written.states {
		for _, anew := range []bool{false, true} {
			again := newMemLog()
			again.entries, again.heads = maps.Clone(state), l.heads
			if anew {
				delete(again.entries, metaSlot())
				delete(again.entries, purgeSlot(swept.Events[0].Seq))
				rebuildIn(t, again, newVeil("acme", v.vault), 1)
			}
			space, err := startVeiled(t, again, newVeil("acme", v.vault), options)
			if err != nil {
				t.Fatal(err)
			}
			checkPurged(t, space, order)
			proofs.check(t, space)
			if err := space.close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestSweepsKeepProofsAndState sweeps amid any stream of commands.
func TestSweepsKeepProofsAndState(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		clock, l := &later{morning}, newMemLog()
		options := Options{Now: func() time.Time { return clock.now }}
		s, err := startMem(t, l, options)
		if err != nil {
			r.Fatal(err)
		}
		setUp(t, s)
		do(t, s, owner, brief())
		for range rapid.IntRange(5, 40).Draw(r, "commands") {
			anyCommand(r, s)
			clock.days(rapid.IntRange(0, 1).Draw(r, "days"))
			before := proveAll(t, s)
			if all := due(s, clock.now); len(all) > 0 && rapid.Bool().Draw(r, "sweep") {
				kept := s.Snapshot().Len()
				if _, err := s.Sweep(t.Context(), owner, all, "", nil); err != nil {
					r.Fatal(err)
				}
				if s.Snapshot().Len() != kept || len(due(s, clock.now)) > 0 {
					r.Fatalf("%d incidents are open, %d were; due are %v", s.Snapshot().Len(), kept, due(s, clock.now))
				}
			}
			before.check(t, s)
		}
		if report, err := s.Verify(t.Context(), nil); err != nil || report.Fault != nil {
			r.Fatalf("%+v, %v", report, err)
		}
		if err := s.close(t.Context()); err != nil {
			r.Fatal(err)
		}
		rebuildIn(t, l, nil, rapid.IntRange(1, 8).Draw(r, "room"))
		if _, err := verifyPurged(t.Context(), l, nil); err != nil {
			r.Fatal(err)
		}
	})
}

// rebuildIn computes the projections anew with few incidents in memory.
func rebuildIn(t *testing.T, l *memLog, v *veil, room int) {
	t.Helper()
	head, err := l.head(t.Context())
	if err == nil {
		err = rebuild(t.Context(), l, v, head.Seq, room)
	}
	if err != nil {
		t.Fatalf("with %d incidents in memory: %v", room, err)
	}
}

// anyCommand gives a command about one of a few incidents; it may be refused.
func anyCommand(r *rapid.T, s *Space) {
	id := model.NewID(2026, rapid.IntRange(1, 4).Draw(r, "incident"))
	command := rapid.SampledFrom([]model.Command{
		model.Report{Title: "another"}, model.AddNote{Incident: id, Text: "seen"}, triage(id, "low"), model.LinkTo{Incident: id, Other: "INC-2026-0002"},
		model.MarkFalse{Incident: id, Reason: "r"}, model.MarkDuplicate{Incident: id, Of: "INC-2026-0001", Reason: "r"}, model.Reopen{Incident: id, Reason: "r"},
		model.PlaceHold{Incident: id, Reason: "r"}, model.ReleaseHold{Incident: id, Reason: "r"}, model.MarkDeleted{Incident: id, Reason: "r"}, model.WithdrawDeletion{Incident: id, Reason: "r"},
	}).Draw(r, "command")
	if _, err := s.Do(context.Background(), owner, command); err != nil && !errors.Is(err, model.ErrRefused) {
		r.Fatal(err)
	}
}

// TestCompactingLeavesNoOlderVersion looks through all versions of all events
// that the tables hold.
func TestCompactingLeavesNoOlderVersion(t *testing.T) {
	clock := &later{morning}
	dir := t.TempDir()
	options := Options{Now: func() time.Time { return clock.now }}
	s, err := Open(t.Context(), dir, options)
	if err != nil {
		t.Fatal(err)
	}
	space := openSpace(t, s, "acme")
	mixed(t, space)
	closeStore(t, s)
	if s, err = Open(t.Context(), dir, options); err != nil {
		t.Fatal(err)
	}
	space = openSpace(t, s, "acme")
	clock.days(3)
	swept, err := space.Sweep(t.Context(), owner, due(space, clock.now), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	order := swept.Events[0].Body.(*model.IncidentsPurged)
	if texts := versions(t, s, order); texts == 0 {
		t.Error("nothing is left in the tables before they are compacted: the test shows nothing")
	}
	if err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	s = openStore(t, dir)
	if texts := versions(t, s, order); texts > 0 {
		t.Errorf("%d texts are left in the tables", texts)
	}
	if report, err := openSpace(t, s, "acme").Verify(t.Context(), nil); err != nil || report.Fault != nil {
		t.Errorf("%+v, %v", report, err)
	}
}

// versions counts texts of purged events that the tables still hold.
func versions(t *testing.T, s *Store, order *model.IncidentsPurged) (texts int) {
	t.Helper()
	keys, err := newKeyspace("acme")
	if err != nil {
		t.Fatal(err)
	}
	err = s.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{AllVersions: true, Prefix: keys.key(eventKind.all())})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			seq := keys.slot(it.Item().Key()).seq()
			err := it.Item().Value(func(data []byte) error {
				if _, gone := parseTombstone(data); !gone && order.Names(seq) {
					texts++
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}
