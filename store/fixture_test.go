package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

var (
	owner     = model.Actor{Name: "Ada", Role: model.Owner}
	responder = model.Actor{Name: "Rob", Role: model.Responder}
	morning   = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
)

// testPack is a procedure of which an untriaged incident owes nothing yet and
// a triaged one a notice and updates.
func testPack() *policy.Pack {
	hours := func(n int) calendar.Period { return calendar.Period{N: n, Unit: calendar.Hours} }
	grave := policy.Condition{Severity: []string{"high", "critical"}}
	return &policy.Pack{
		ID: "house", Version: 1, Kind: policy.Procedure, Title: "House rules",
		Severities: []policy.Severity{{ID: "low", Label: "Low"}, {ID: "high", Label: "High"}, {ID: "critical", Label: "Critical"}},
		Types:      []policy.Term{{ID: "breach", Label: "Data breach"}},
		Roles:      []policy.Role{{ID: "lead", Label: "Lead", Required: true}},
		Phases:     []policy.Phase{{ID: "triage", Label: "Triage"}, {ID: "work", Label: "Work"}},
		Rules: []policy.Rule{
			{ID: "notice", To: policy.ToCustomers, Title: "Tell customers", When: grave, Starts: "confirmed", Within: hours(72)},
			{ID: "updates", Title: "Keep customers told", When: grave, Starts: "confirmed", Within: hours(24), Every: hours(24), Until: "resolved"},
			{ID: "review", Title: "Review", When: grave, Starts: "resolved", Within: calendar.Period{N: 30, Unit: calendar.Days}, Internal: true},
		},
	}
}

func testRefs() []policy.Ref { return []policy.Ref{{ID: "house", Version: 1}} }

// setUp gives a space its pack and settings.
func setUp(tb testing.TB, s *Space) {
	tb.Helper()
	do(tb, s, owner, model.AdoptPack{Pack: testPack()})
	do(tb, s, owner, model.Setup{Organisation: "Acme", Zone: "Europe/Berlin", Packs: testRefs()})
}

func do(tb testing.TB, s *Space, actor model.Actor, command model.Command) Receipt {
	tb.Helper()
	receipt, err := s.Do(tb.Context(), actor, command)
	if err != nil {
		tb.Fatalf("%s: %v", command.Kind(), err)
	}
	return receipt
}

// triage is a command that starts the clocks of testPack.
func triage(id model.ID, severity string) model.Triage {
	return model.Triage{
		Incident: id, Severity: severity, Reason: "as seen", Classification: model.Confirmed, Types: []string{"breach"},
		Facts: []model.Statement{{Name: "confirmed", Value: model.Time(time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC))}},
		Roles: []model.Holding{{Role: "lead", Person: "Lea"}},
	}
}

func openStore(tb testing.TB, dir string) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), dir, Options{Now: func() time.Time { return morning }})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { closeStore(tb, s) })
	return s
}

func closeStore(tb testing.TB, s *Store) {
	tb.Helper()
	if err := s.Close(context.Background()); err != nil {
		tb.Error(err)
	}
}

func openSpace(tb testing.TB, s *Store, id string) *Space {
	tb.Helper()
	space, err := s.Space(tb.Context(), id)
	if err != nil {
		tb.Fatal(err)
	}
	return space
}

// memSpace is a space on a log in memory.
func memSpace(tb testing.TB, l *memLog, options Options) *Space {
	tb.Helper()
	if options.Now == nil {
		options.Now = func() time.Time { return morning }
	}
	s, err := startMem(tb, l, options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.close(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// startMem starts a space on a log in memory. Its head file is where the first
// start put it, its key always the same.
func startMem(tb testing.TB, l *memLog, options Options) (*Space, error) {
	tb.Helper()
	return startVeiled(tb, l, nil, options)
}

func startVeiled(tb testing.TB, l *memLog, v *veil, options Options) (*Space, error) {
	tb.Helper()
	if l.heads == "" {
		l.heads = tb.TempDir()
	}
	options.seed = testSeed
	return startSpace(tb.Context(), "acme", l, v, headFileOf(l.heads, "acme"), options.withDefaults())
}

func testSeed(name string) ([]byte, error) {
	sum := sha256.Sum256([]byte(name))
	return sum[:], nil
}

// verify compares what the projections say with what the events fold to, and
// returns the folded state.
func verify(ctx context.Context, l ledger, v *veil) (*model.State, error) {
	fresh := new(model.State)
	for r, err := range l.read(ctx, 1) {
		if err != nil {
			return nil, err
		}
		e, err := r.event(v)
		if err != nil {
			return nil, err
		}
		if _, err := fresh.Fold(e); err != nil {
			return nil, err
		}
	}
	restored, err := load(ctx, l, v)
	switch {
	case err != nil:
		return nil, err
	case restored.rebuilt:
		return nil, errors.New("the projections were not as far as the log")
	}
	return fresh, compare(fresh, restored.state)
}

// compare tells where two states differ, by what is stored of them.
func compare(a, b *model.State) error {
	if a.Seq != b.Seq || len(a.Incidents) != len(b.Incidents) || len(a.Packs) != len(b.Packs) {
		return fmt.Errorf("%d events, %d incidents, %d packs beside %d, %d, %d", a.Seq, len(a.Incidents), len(a.Packs), b.Seq, len(b.Incidents), len(b.Packs))
	}
	if err := sameBytes("meta", a.Meta, b.Meta); err != nil {
		return err
	}
	for ref, p := range a.Packs {
		if err := sameBytes(ref.String(), p, b.Packs[ref]); err != nil {
			return err
		}
	}
	for id, i := range a.Incidents {
		if err := sameBytes(string(id), i, b.Incidents[id]); err != nil {
			return err
		}
	}
	return nil
}

func sameBytes(what string, a, b any) error {
	dataA, err := encodeEntry(a)
	if err != nil {
		return err
	}
	dataB, err := encodeEntry(b)
	if err != nil {
		return err
	}
	if string(dataA) != string(dataB) {
		return fmt.Errorf("%s differs:\n%+v\n%+v", what, a, b)
	}
	return nil
}
