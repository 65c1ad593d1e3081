package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/config"
	"tocsin/model"
	"tocsin/store"
	"tocsin/store/health"
	"tocsin/tui"
)

// present is the moment the golden screens show: a Friday morning in Berlin.
var present = time.Date(2026, time.November, 20, 9, 20, 0, 0, time.UTC)

// storyEvents is the demo's story, told once into a real store.
var storyEvents = sync.OnceValues(func() ([]model.Event, error) {
	a := &app{in: nil, out: io.Discard, err: io.Discard, getenv: func(string) string { return "" }, now: func() time.Time { return present }}
	library, err := config.LoadPacks("")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "tocsin-story-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	clock := &storyClock{real: a.now}
	s, err := openSession(ctx, dir, "demo", store.Options{Now: clock.Now, Logger: slog.New(slog.DiscardHandler)}, library)
	if err != nil {
		return nil, err
	}
	defer s.close()
	s.actor, s.now, s.out, s.err = model.Actor{Name: demoActor, Role: model.Owner}, clock.Now, a.newPaper(), io.Discard
	if err := playStory(ctx, s, clock, "Europe/Berlin"); err != nil {
		return nil, err
	}
	return s.space.Events(ctx, 1, 1<<20)
})

// storyOptions are the options of a console on the story, at the present.
func storyOptions(t testing.TB, theme string) tui.Options {
	t.Helper()
	events, err := storyEvents()
	if err != nil {
		t.Fatal(err)
	}
	now := clockFrom(present).Now
	space := newMemorySpace(t, now, events)
	return tui.Options{Space: space, Affected: memoryTelling{space}, Notices: memoryTelling{space}, Audit: memoryAudit{space}, Health: sickly, ReadKeys: func(lines string) ([]model.AccessKey, error) { return parseKeys("keys", lines) }, Actor: model.Actor{Name: demoActor, Role: model.Owner}, Now: now, Theme: theme, Banner: "DEMO"}
}

// testClock runs with the bubble's time, and can be put forward: days pass
// without their every second being drawn.
type testClock struct {
	start time.Time
	ahead atomic.Int64 // nanoseconds
}

// clockFrom is a clock that shows the moment now.
func clockFrom(at time.Time) *testClock {
	c := &testClock{start: time.Now()}
	c.forward(at.Sub(c.start))
	return c
}

func (c *testClock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *testClock) forward(d time.Duration) { c.ahead.Add(int64(d)) }

// sickly is a health with one line of each level.
func sickly(context.Context) []tui.HealthLine {
	return []tui.HealthLine{
		{Check: "permissions", Sign: levelSigns[health.Sound], Text: "nobody but the owner can read the record"},
		{Check: "disk space", Sign: levelSigns[health.Doubtful], Text: "400 MiB are free; below 128 MiB nothing new is taken", Mend: "df -h /data"},
		{Check: "clock", Sign: levelSigns[health.Unknown], Text: "the last event cannot be read"},
		{Check: "signed head", Sign: levelSigns[health.Wrong], Text: "the log is not what was signed, so the record opens for reading alone; a backup mends that, or going on without what is lost", Mend: "tocsin doctor --accept-head"},
	}
}

// Ways to screens of the story, by keys.
var (
	toAffected = []string{"down", "down", "enter", "tab", "tab", "tab", "tab"}
	toNotices  = then(toAffected, "tab")
	toTrouble  = []string{"down", "down", "down", "down", "down", "enter", "tab", "tab", "tab", "tab", "tab", "down", "down", "down"}
	toTokens   = []string{"down", "down", "down", "enter", "tab", "tab", "tab", "tab", "tab", "end", "up", "up", "up"}
)

// then is one way and what follows on it.
func then(way []string, keys ...string) []string { return append(slices.Clone(way), keys...) }

// TestScreens keeps every screen, text and styles, at three sizes.
func TestScreens(t *testing.T) {
	for _, size := range []struct{ width, height int }{{80, 24}, {120, 40}, {200, 50}} {
		for _, shot := range []struct {
			name  string
			theme string
			keys  []string
		}{
			{"queue", "dark", nil},
			{"queue-light", "light", nil},
			{"queue-contrast", "contrast", nil},
			{"queue-closed", "dark", []string{"V"}},
			{"incident", "dark", []string{"down", "down", "enter"}},
			{"timeline", "dark", []string{"down", "down", "enter", "tab"}},
			{"tasks", "dark", []string{"down", "down", "enter", "tab", "tab"}},
			{"obligations", "dark", []string{"down", "down", "enter", "tab", "tab", "tab"}},
			{"evidence", "dark", []string{"down", "down", "enter", "shift+tab", "down"}},
			{"evidence-light", "light", []string{"down", "down", "enter", "shift+tab", "down"}},
			{"evidence-none", "dark", []string{"enter", "shift+tab"}},
			{"custody", "dark", []string{"down", "down", "enter", "shift+tab", "c"}},
			{"affected", "dark", toAffected},
			{"affected-light", "light", toAffected},
			{"affected-none", "dark", []string{"enter", "tab", "tab", "tab", "tab"}},
			{"affected-customers", "dark", then(toAffected, "enter", "down")},
			{"affected-add", "dark", then(toAffected, "+")},
			{"affected-count", "dark", then(toAffected, "+", "ctrl+s")},
			{"notices", "dark", toNotices},
			{"notices-light", "light", then(toNotices, "down", "down", "down", "down", "down", "down")},
			{"notices-contrast", "contrast", then(toNotices, "end")},
			{"notice-waiting", "dark", then(toNotices, "down", "down", "down", "down", "down", "down", "down")},
			{"notice-text", "dark", then(toNotices, "down", "down", "down", "down", "down", "down", "down", "enter")},
			{"recipients", "dark", then(toTrouble, "m")},
			{"recipients-retry", "dark", then(toTrouble, "m", "Q")},
			{"drafting", "dark", then(toNotices, "N", "A", "l", "l", "tab", "u", "n", "k", "n", "o", "w", "n")},
			{"drafting-light", "light", then(toNotices, "N", "A", "l", "l")},
			{"drafting-contents", "dark", then(toNotices, "N", "A", "l", "l", "ctrl+g")},
			{"drafting-preview", "dark", then(toNotices, "N", "A", "l", "l", "ctrl+r", "ctrl+g", "ctrl+g")},
			{"approvals", "dark", []string{"9"}},
			{"approvals-light", "light", []string{"9", "down"}},
			{"approve", "dark", []string{"9", "A"}},
			{"versions", "dark", []string{"9", "down", "V"}},
			{"release", "dark", then(toTokens, "T")},
			{"explain", "dark", []string{"down", "down", "e"}},
			{"deadlines", "dark", []string{"2"}},
			{"reminders", "dark", []string{"4"}},
			{"reminders-light", "light", []string{"4"}},
			{"policies", "dark", []string{"3", "down", "down"}},
			{"calendars", "dark", []string{"3", "end"}},
			{"audit", "dark", []string{"5", "V", "down", "down", "down"}},
			{"audit-light", "light", []string{"5", "down", "down"}},
			{"audit-event", "dark", []string{"5", "down", "down", "enter"}},
			{"audit-filter", "dark", []string{"5", "/", "K", "w", "a", "ctrl+s"}},
			{"audit-checkpoint", "dark", []string{"5", "c"}},
			{"triage", "dark", []string{"down", "t"}},
			{"triage-light", "light", []string{"down", "t"}},
			{"what-if", "dark", []string{"down", "down", "i", "tab", "tab", "left", "left", "tab", "tab", "right", "tab", "right", "tab"}},
			{"what-if-light", "light", []string{"down", "down", "i", "tab", "tab", "left"}},
			{"report", "dark", []string{"r"}},
			{"close", "dark", []string{"C"}},
			{"help", "dark", []string{"?"}},
			{"palette", "dark", []string{":"}},
			{"health", "dark", []string{"7"}},
			{"health-light", "light", []string{"7"}},
			{"people", "dark", []string{"8", "down", "down"}},
			{"people-light", "light", []string{"8", "end"}},
			{"people-rights", "dark", []string{"8", "enter"}},
			{"people-add", "dark", []string{"8", "a"}},
			{"people-role", "dark", []string{"8", "down", "r"}},
			{"people-revoke", "dark", []string{"8", "down", "delete"}},
		} {
			t.Run(shot.name, func(t *testing.T) {
				if _, err := storyEvents(); err != nil {
					t.Fatal(err)
				}
				synctest.Test(t, func(t *testing.T) {
					openTerminal(t, storyOptions(t, shot.theme), size.width, size.height).press(shot.keys...).golden(shot.name)
				})
			})
		}
	}
}
