package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"testing"
	"time"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/store"
)

// tellStory plays the demo's story at a moment into a fresh store.
func tellStory(t *testing.T, now time.Time) *session {
	t.Helper()
	a := &app{out: io.Discard, err: io.Discard, getenv: func(string) string { return "" }, now: func() time.Time { return now }}
	clock := &storyClock{real: a.now}
	library, err := config.LoadPacks("")
	if err != nil {
		t.Fatal(err)
	}
	s, err := openSession(t.Context(), t.TempDir(), "demo", store.Options{Now: clock.Now}, library)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	s.actor, s.now, s.out = model.Actor{Name: demoActor, Role: model.Owner}, clock.Now, a.newPaper()
	if err := playStory(t.Context(), s, clock, "Europe/Berlin"); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStoryHoldsAtEveryTime plays the story on each day of a week, at month
// ends and around clock changes: none of its steps may be refused.
func TestStoryHoldsAtEveryTime(t *testing.T) {
	for _, now := range []string{
		"2026-03-04T12:00:00+01:00", "2026-03-06T23:30:00+01:00", "2026-03-07T03:00:00+01:00", "2026-03-08T09:00:00+01:00",
		"2026-03-29T03:05:00+02:00", "2026-10-25T02:30:00+01:00", "2027-01-02T00:10:00+01:00",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if testing.Short() && at.Weekday() != time.Saturday {
			continue
		}
		t.Run(now, func(t *testing.T) { tellStory(t, at) })
	}
}

func TestStoryIsTheSameEachTime(t *testing.T) {
	now := time.Date(2026, 3, 4, 11, 0, 0, 0, time.UTC)
	first, second := storyRecord(t, now), storyRecord(t, now)
	if len(first) < 200 {
		t.Errorf("%d events: that is no lively story", len(first))
	}
	if !reflect.DeepEqual(first, second) {
		t.Error("two tellings at the same moment differ")
	}
}

// storyRecord is the story's events, as text.
func storyRecord(t *testing.T, now time.Time) []string {
	t.Helper()
	events, err := tellStory(t, now).space.Events(context.Background(), 1, store.MaxEvents)
	if err != nil {
		t.Fatal(err)
	}
	lines := make([]string, len(events))
	for k, e := range events {
		body, err := json.Marshal(e.Body)
		if err != nil {
			t.Fatal(err)
		}
		lines[k] = e.At.Format(time.RFC3339Nano) + " " + e.Actor + " " + e.Body.Kind() + " " + string(body)
	}
	return lines
}

// TestStoryShowsEverything holds that a newcomer finds in the demo what the
// console can tell apart.
func TestStoryShowsEverything(t *testing.T) {
	s := tellStory(t, time.Date(2026, 3, 4, 11, 0, 0, 0, time.UTC))
	snapshot, now := s.snapshot(), s.now()
	all := slices.Concat(snapshot.Queue(), snapshot.Closed())
	if n := len(all); n < 20 {
		t.Errorf("%d incidents, want about twenty", n)
	}
	seen := make(map[string]int)
	for _, standing := range all {
		i := standing.Incident
		seen["severity "+i.Severity()]++
		seen["classification "+string(i.Classification)]++
		seen["outcome "+string(i.Outcome)]++
		seen["procedure "+standing.Procedure.ID]++
		if i.Open() {
			seen["phase "+standing.Procedure.ID+" "+i.Phase()]++
		}
		if i.Open() && len(standing.Gaps()) > 0 {
			seen["gap"]++
		}
		for _, due := range standing.Dues {
			if left := due.At.Sub(now); left > 0 && left < time.Hour {
				seen["within the hour"]++
			}
		}
		for _, o := range snapshot.Obligations(i) {
			seen["state "+string(o.State(now))]++
		}
		if len(i.Packs) >= 4 {
			seen["three regimes"]++
		}
		for _, item := range i.Evidence {
			seen[fmt.Sprintf("evidence with %d steps of custody", len(item.Custody))]++
		}
		if aware, stated := i.Fact("aware"); stated && aware.Value == (model.Value{}) {
			seen["a time that is not known"]++
		}
		seen["reminders acknowledged"] += len(i.Known)
	}
	for what, least := range map[string]int{
		"severity low": 1, "severity medium": 3, "severity high": 3, "severity critical": 3, "severity ": 1,
		"classification confirmed": 3, "classification potential": 3,
		"outcome ": 15, "outcome resolved": 1, "outcome duplicate": 1, "outcome merged": 1, "outcome false positive": 1,
		"procedure inventifornia": 3, "procedure iventory": 2, "procedure itemiq": 2, "procedure saas-notification": 3, "procedure saas-security-incident": 2,
		"phase inventifornia detection": 1, "phase inventifornia investigation": 1, "phase inventifornia remediation": 1,
		"phase inventifornia notification": 1, "phase inventifornia review": 1, "phase itemiq recovery": 1, "phase saas-security-incident containment": 1,
		"gap": 3, "within the hour": 2,
		"state overdue": 2, "state due soon": 3, "state running": 3, "state open": 2, "state met": 5, "state met late": 2,
		"three regimes": 1, "evidence with 3 steps of custody": 1, "a time that is not known": 1, "reminders acknowledged": 1,
		"state suspended": 1, "state waived": 1, "state cannot be excluded": 2, "state not started": 5, "state no longer applies": 1,
	} {
		if seen[what] < least {
			t.Errorf("%s: %d, want at least %d", what, seen[what], least)
		}
	}
	if _, ok := snapshot.Pack(policy.Ref{ID: "gdpr", Version: 2}); !ok {
		t.Error("the demo has no regime")
	}
}
