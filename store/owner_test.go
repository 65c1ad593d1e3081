package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"tocsin/model"
)

// TestRacingOpensNeverBothWrite lets several take one directory again and
// again: never two have it at a time, and nothing that any of them wrote is
// lost.
func TestRacingOpensNeverBothWrite(t *testing.T) {
	dir := t.TempDir()
	const openers, each = 4, 3
	var inside atomic.Int32
	var work sync.WaitGroup
	for k := range openers {
		work.Go(func() {
			for n := 0; n < each; {
				s, err := Open(t.Context(), dir, Options{})
				if errors.Is(err, ErrInUse) {
					runtime.Gosched()
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if inside.Add(1) != 1 {
					t.Error("two have the directory")
				}
				if err := reportOnce(s, fmt.Sprintf("opener %d, %d", k, n)); err != nil {
					t.Error(err)
				}
				inside.Add(-1)
				closeStore(t, s)
				n++
			}
		})
	}
	work.Wait()
	space := openSpace(t, openStore(t, dir), "acme")
	if found := space.Snapshot().Len(); found != openers*each {
		t.Errorf("%d incidents, want %d", found, openers*each)
	}
	if report, err := space.Verify(t.Context(), nil); err != nil || report.Fault != nil {
		t.Errorf("%+v, %v", report.Fault, err)
	}
}

func reportOnce(s *Store, title string) error {
	space, err := s.Space(context.Background(), "acme")
	if err != nil {
		return err
	}
	if err := setUpOnce(context.Background(), space); err != nil {
		return err
	}
	_, err = space.Do(context.Background(), responder, model.Report{Title: title})
	return err
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s, err := Open(t.Context(), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"acme", "other"} {
		space := openSpace(t, s, id)
		setUp(t, space)
		_, stop := space.Wake()
		defer stop()
	}
	closeStore(t, s)
	goleak.VerifyNone(t, before)
}
