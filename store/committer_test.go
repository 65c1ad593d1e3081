package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/model"
)

func TestManyWritersShareTransactionsAndLoseNothing(t *testing.T) {
	s := openSpace(t, openStore(t, t.TempDir()), "acme")
	setUp(t, s)
	const writers, each = 32, 25
	var work sync.WaitGroup
	seqs := make([][]uint64, writers)
	for w := range writers {
		work.Go(func() {
			for n := range each {
				r, err := s.Do(context.Background(), responder, model.Report{Title: fmt.Sprintf("writer %d, report %d", w, n)})
				if err != nil {
					t.Error(err)
					return
				}
				if _, ok := s.Snapshot().Incident(r.Incident); !ok {
					t.Errorf("%s was acknowledged but is not on the board", r.Incident)
				}
				for _, e := range r.Events {
					seqs[w] = append(seqs[w], e.Seq)
				}
			}
		})
	}
	work.Wait()
	seen := make(map[uint64]bool)
	for _, list := range seqs {
		for _, seq := range list {
			if seen[seq] {
				t.Errorf("event %d was given twice", seq)
			}
			seen[seq] = true
		}
	}
	snapshot := s.Snapshot()
	if snapshot.Len() != writers*each || snapshot.Meta.Last[2026] != writers*each {
		t.Errorf("%d incidents, last number %d; want %d", snapshot.Len(), snapshot.Meta.Last[2026], writers*each)
	}
	state, err := verify(t.Context(), s.log, s.veil)
	if err != nil {
		t.Fatal(err)
	}
	if state.Seq != snapshot.Seq || len(seen) != int(state.Seq)-2 {
		t.Errorf("log ends with %d, board with %d, %d events were acknowledged", state.Seq, snapshot.Seq, len(seen)+2)
	}
}

func TestWhatWaitsIsWrittenTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newMemLog()
		s := memSpace(t, l, Options{})
		setUp(t, s)
		hold := make(chan struct{})
		l.mu.Lock()
		l.hold = hold
		before := l.appends
		l.mu.Unlock()
		var work sync.WaitGroup
		report := func() {
			if _, err := s.Do(t.Context(), responder, model.Report{Title: "a"}); err != nil {
				t.Error(err)
			}
		}
		work.Go(report)
		synctest.Wait() // the first is being written
		if s.Snapshot().Len() != 0 {
			t.Error("the board shows what is not durable yet")
		}
		for range 40 {
			work.Go(report)
		}
		synctest.Wait() // the others wait
		close(hold)
		work.Wait()
		if l.appends-before != 2 || s.Snapshot().Len() != 41 {
			t.Errorf("%d transactions for %d incidents, want 2 for 41", l.appends-before, s.Snapshot().Len())
		}
	})
}

func TestRefusalLeavesNothing(t *testing.T) {
	l := newMemLog()
	s := memSpace(t, l, Options{})
	setUp(t, s)
	long := model.Report{Title: "long"}
	for k := range model.MaxList {
		long.Systems = append(long.Systems, fmt.Sprintf("%03d%s", k, strings.Repeat("語", model.MaxLine-3)))
	}
	if r, err := s.Do(t.Context(), responder, long); err != nil || len(r.Events) == 0 {
		t.Errorf("the largest lists do not fit: %v", err)
	}
	seq, appends := s.Snapshot().Seq, l.appends
	if _, err := s.Do(t.Context(), responder, model.Report{Title: " "}); !errors.Is(err, model.ErrRefused) {
		t.Errorf("an empty title was answered with %v", err)
	}
	pack := testPack()
	pack.Version = 2
	pack.Summary = strings.Repeat("x", MaxEnvelope)
	_, err := s.Do(t.Context(), owner, model.AdoptPack{Pack: pack})
	if !errors.Is(err, ErrTooLarge) || !errors.Is(err, model.ErrRefused) {
		t.Errorf("a pack of more than %d bytes was answered with %v", MaxEnvelope, err)
	}
	if s.Snapshot().Seq != seq || l.appends != appends {
		t.Error("a refusal left something behind")
	}
	if _, err := verify(t.Context(), l, nil); err != nil {
		t.Error(err)
	}
}

func TestNoChangeIsASuccessWithoutEvents(t *testing.T) {
	l := newMemLog()
	s := memSpace(t, l, Options{})
	setUp(t, s)
	appends := l.appends
	if r := do(t, s, owner, model.AdoptPack{Pack: testPack()}); len(r.Events) != 0 || l.appends != appends {
		t.Errorf("adopting the same pack again wrote %d events", len(r.Events))
	}
}

func TestFailedWriteStopsTheSpace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newMemLog()
		var fatal []error
		s := memSpace(t, l, Options{Fatal: func(err error) { fatal = append(fatal, err) }})
		setUp(t, s)
		broken := errors.New("the disk is gone")
		hold := make(chan struct{})
		l.mu.Lock()
		l.failing, l.hold = broken, hold
		l.mu.Unlock()
		before := s.Snapshot()
		var stopped atomic.Int32
		report := func() {
			_, err := s.Do(t.Context(), responder, model.Report{Title: "lost"})
			if !errors.Is(err, ErrStopped) || !errors.Is(err, broken) {
				t.Errorf("got %v, want the stop and its cause", err)
			}
			stopped.Add(1)
		}
		for range 20 {
			go report()
		}
		synctest.Wait()
		close(hold)
		synctest.Wait()
		report()
		if stopped.Load() != 21 {
			t.Errorf("%d of 21 were told", stopped.Load())
		}
		if len(fatal) != 1 || !errors.Is(fatal[0], broken) {
			t.Errorf("Fatal got %v, want the cause once", fatal)
		}
		if s.Snapshot() != before {
			t.Error("the board shows what was never written")
		}
	})
}

func TestContextEndsOnlyWhatStillWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newMemLog()
		s := memSpace(t, l, Options{})
		setUp(t, s)
		l.mu.Lock()
		hold := make(chan struct{})
		l.hold = hold
		l.mu.Unlock()
		ctx, cancel := context.WithCancel(t.Context())
		taken, waiting := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := s.Do(ctx, responder, model.Report{Title: "taken"})
			taken <- err
		}()
		synctest.Wait()
		go func() {
			_, err := s.Do(ctx, responder, model.Report{Title: "waiting"})
			waiting <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("a command that waited got %v", err)
		}
		close(hold)
		if err := <-taken; err != nil {
			t.Errorf("a command that was being written got %v", err)
		}
		do(t, s, responder, model.Report{Title: "next"})
		if n := s.Snapshot().Len(); n != 2 {
			t.Errorf("%d incidents, want 2: the cancelled command must not have happened", n)
		}
	})
}

func TestClockNeverRunsBackwards(t *testing.T) {
	l := newMemLog()
	now := morning.Add(1234567 * time.Nanosecond)
	clock := func() time.Time { return now }
	s := memSpace(t, l, Options{Now: clock})
	setUp(t, s)
	at := do(t, s, responder, model.Report{Title: "first"}).Events[0].At
	if !at.Equal(morning.Add(time.Millisecond)) || at.Location() != time.UTC {
		t.Errorf("recorded at %v, want whole milliseconds in UTC", at)
	}
	now = morning.Add(-time.Hour)
	if again := do(t, s, responder, model.Report{Title: "second"}).Events[0].At; !again.Equal(at) {
		t.Errorf("after the clock stepped back an event was recorded at %v, want %v", again, at)
	}
	if err := s.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	restarted := memSpace(t, l, Options{Now: clock})
	if again := do(t, restarted, responder, model.Report{Title: "third"}).Events[0].At; !again.Equal(at) {
		t.Errorf("after a start an event was recorded at %v, want %v", again, at)
	}
}

func TestWakeIsLevelTriggered(t *testing.T) {
	s := memSpace(t, newMemLog(), Options{})
	wake, stop := s.Wake()
	setUp(t, s)
	for range 10 {
		do(t, s, responder, model.Report{Title: "a"})
	}
	<-wake
	if s.Snapshot().Len() != 10 {
		t.Error("one wake does not cover all that happened before it")
	}
	do(t, s, responder, model.Report{Title: "a"})
	<-wake
	stop()
	do(t, s, responder, model.Report{Title: "a"})
	select {
	case <-wake:
		t.Error("woken after the subscription ended")
	default:
	}
}

func TestHistoryAndEvents(t *testing.T) {
	s := memSpace(t, newMemLog(), Options{})
	setUp(t, s)
	first := do(t, s, responder, model.Report{Title: "first"}).Incident
	second := do(t, s, responder, model.Report{Title: "second"}).Incident
	do(t, s, responder, triage(first, "high"))
	do(t, s, responder, model.AddNote{Incident: second, Text: "looks bad"})
	history, err := s.History(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	for k, e := range history {
		if e.Body.Incident() != first || k > 0 && e.Seq <= history[k-1].Seq {
			t.Errorf("history of %s has event %d about %q", first, e.Seq, e.Body.Incident())
		}
	}
	if len(history) < 5 || history[0].Body.Kind() != "incident.reported" {
		t.Errorf("%d events, the first %s", len(history), history[0].Body.Kind())
	}
	if _, err := s.History(t.Context(), "INC-2026-9999"); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("history of an unknown incident: %v", err)
	}
	events, err := s.Events(t.Context(), 2, 3)
	if err != nil || len(events) != 3 || events[0].Seq != 2 {
		t.Errorf("events 2 to 4: %v, %v", events, err)
	}
	all, err := s.Events(t.Context(), 0, 1000)
	if err != nil || uint64(len(all)) != s.Snapshot().Seq {
		t.Errorf("%d of %d events, %v", len(all), s.Snapshot().Seq, err)
	}
}
