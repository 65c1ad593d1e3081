package store

import (
	"fmt"
	"testing"
	"time"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// placePack counts three business days at home.
func placePack() *policy.Pack {
	return &policy.Pack{ID: "place", Version: 1, Kind: policy.Regime, Title: "The place", Rules: []policy.Rule{
		{ID: "tell", Title: "Tell the council", Starts: "confirmed", Within: calendar.Period{N: 3, Unit: calendar.BusinessDays}},
	}}
}

// placeCalendar has every Wednesday of 2026 off in even versions and none in odd
// ones, so that each version moves what the one before it counted.
func placeCalendar(version int) *calendar.Edition {
	e := &calendar.Edition{
		ID: "home", Version: version, Title: "Our place", Weekend: []time.Weekday{time.Sunday, time.Saturday},
		Years: calendar.Years{First: 2025, Last: 2027}, Days: map[calendar.Date]string{},
	}
	if version%2 == 0 {
		for day := (calendar.Date{Year: 2026, Month: time.January, Day: 7}); day.Year == 2026; day = day.AddDays(7) {
			e.Days[day] = "day off"
		}
	}
	return e
}

// setUpPlace gives a space packs and a home calendar.
func setUpPlace(tb testing.TB, s *Space) {
	tb.Helper()
	setUp(tb, s)
	do(tb, s, owner, model.AdoptPack{Pack: placePack()})
	do(tb, s, owner, model.AdoptCalendar{Calendar: placeCalendar(1)})
	do(tb, s, owner, model.Setup{Organisation: "Acme", Zone: "Europe/Berlin", Calendar: "home", Packs: append(testRefs(), policy.Ref{ID: "place", Version: 1})})
}

// A newer calendar counts on the board at once, and after a restart.
func TestCalendarsAreKept(t *testing.T) {
	l := newMemLog()
	s := memSpace(t, l, Options{})
	setUpPlace(t, s)
	id := do(t, s, owner, model.Report{Title: "Fire"}).Incident
	do(t, s, owner, triage(id, "high"))
	due := func(s *Space) string {
		standing, ok := s.Snapshot().Incident(id)
		if !ok {
			t.Fatal("the incident is gone")
		}
		for _, d := range standing.Dues {
			if d.Pack.ID == "place" {
				return d.At.Format(time.RFC3339)
			}
		}
		return ""
	}
	// Confirmed on Mon 5 Jan 2026: Tue, Wed, Thu.
	if got, want := due(s), "2026-01-08T23:00:00Z"; got != want {
		t.Errorf("due %s, want %s", got, want)
	}
	newer := placeCalendar(2)
	receipt := do(t, s, owner, model.AdoptCalendar{Calendar: newer})
	if len(receipt.Events) != 2 || receipt.Events[1].Body.Incident() != id {
		t.Fatalf("the newer calendar led to %d events", len(receipt.Events))
	}
	// Tue, Thu, Fri.
	const want = "2026-01-09T23:00:00Z"
	if got := due(s); got != want {
		t.Errorf("due %s, want %s", got, want)
	}
	if e, ok := s.Snapshot().Calendar("home"); !ok || !e.Same(newer) {
		t.Errorf("the board has the calendar %+v", e)
	}
	if _, err := verify(t.Context(), l, nil); err != nil {
		t.Error(err)
	}
	again := memSpace(t, l, Options{})
	if got := due(again); got != want {
		t.Errorf("due %s after a restart, want %s", got, want)
	}
}

// BenchmarkCalendarChange gives a space with 100,000 open incidents a newer home
// calendar, until the command is durable and the board follows. It moves what each of
// them owes.
func BenchmarkCalendarChange(b *testing.B) {
	const n = 100_000
	s, err := Open(b.Context(), b.TempDir(), Options{Now: func() time.Time { return morning }})
	if err != nil {
		b.Fatal(err)
	}
	defer closeStore(b, s)
	space := openSpace(b, s, "acme")
	setUpPlace(b, space)
	importIncidents(b, space, n)
	version, moved := 1, 0
	b.ResetTimer()
	for b.Loop() {
		version++
		receipt := do(b, space, owner, model.AdoptCalendar{Calendar: placeCalendar(version)})
		moved = len(receipt.Events) - 1 + receipt.Events[0].Body.(*model.CalendarAdopted).Further
	}
	b.ReportMetric(float64(moved), "moved")
	if moved == 0 || space.Snapshot().Len() != n {
		b.Fatal(fmt.Sprint(moved, " incidents moved"))
	}
}
