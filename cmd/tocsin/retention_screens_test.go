package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/tui"
)

// memoryRetention sweeps a memorySpace.
type memoryRetention struct {
	space *memorySpace
	actor model.Actor
}

func (m memoryRetention) Sweep(ctx context.Context, due []model.Expiry, approver string, told tui.Told) (string, error) {
	command := model.Sweep{Approver: approver}
	for _, e := range due {
		events, err := m.space.History(ctx, e.Incident.ID)
		if err != nil {
			return "", err
		}
		r := model.Removal{Incident: e.Incident.ID}
		for _, event := range events {
			r.Events = append(r.Events, event.Seq)
		}
		command.Removals = append(command.Removals, r)
		told(uint64(len(command.Removals)), uint64(len(due)))
	}
	_, err := m.space.Do(ctx, m.actor, command)
	return fmt.Sprintf("%d purged", len(due)), err
}

// keeping is a console on the story in a space that keeps incidents for a
// while: one is due, one is held, one is to be deleted.
func keeping(t testing.TB, theme string, second bool) tui.Options {
	t.Helper()
	options := storyOptions(t, theme)
	space := options.Space.(*memorySpace)
	options.Retention = memoryRetention{space, options.Actor}
	closed := options.Space.Snapshot().Closed()
	if len(closed) < 4 {
		t.Fatalf("%d incidents have ended", len(closed))
	}
	newest, held := closed[0].Incident.ID, closed[2].Incident.ID
	period := calendar.Period{N: 1, Unit: calendar.Days}
	for _, command := range []model.Command{
		model.MarkDeleted{Incident: newest, Reason: "An exercise, reported by mistake."},
		model.PlaceHold{Incident: held, Reason: "The regional court asks for it, file 12 O 3/26."},
		model.SetRetention{Retention: model.Retention{Incidents: calendar.Period{N: 4, Unit: calendar.Days}, Undo: period, Second: second}},
	} {
		if _, err := options.Space.Do(t.Context(), options.Actor, command); err != nil {
			t.Fatal(err)
		}
	}
	return options
}

// monthOn is a console whose clock is 31 days further on.
func monthOn(options tui.Options) tui.Options {
	now := options.Now
	options.Now = func() time.Time { return now().AddDate(0, 0, 31) }
	return options
}

// TestScreensOfRetention keeps the screen of what is to go, with its dialogs.
func TestScreensOfRetention(t *testing.T) {
	for _, size := range []struct{ width, height int }{{80, 24}, {120, 40}, {200, 50}} {
		for _, shot := range []struct {
			name, theme string
			keys        []string
		}{
			{"retention", "dark", []string{"6"}},
			{"retention-light", "light", []string{"6", "down"}},
			{"retention-sweep", "dark", []string{"6", "S"}},
			{"retention-undo", "dark", []string{"6", "end", "u"}},
			{"retention-hold", "dark", []string{"H"}},
			{"retention-delete", "dark", []string{"V", "end", "delete"}},
		} {
			t.Run(shot.name, func(t *testing.T) {
				if _, err := storyEvents(); err != nil {
					t.Fatal(err)
				}
				synctest.Test(t, func(t *testing.T) {
					openTerminal(t, keeping(t, shot.theme, true), size.width, size.height).press(shot.keys...).golden(shot.name)
				})
			})
		}
		t.Run("retention-overdue", func(t *testing.T) {
			if _, err := storyEvents(); err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				openTerminal(t, monthOn(keeping(t, "dark", false)), size.width, size.height).press("6", "down", "down").golden("retention-overdue")
			})
		})
		t.Run("retention-none", func(t *testing.T) {
			if _, err := storyEvents(); err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				openTerminal(t, storyOptions(t, "dark"), size.width, size.height).press("6").golden("retention-none")
			})
		})
	}
}

// TestSweepFromTheConsole purges only after somebody chose to, with a second
// person where two are asked for, and never what is held.
func TestSweepFromTheConsole(t *testing.T) {
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		options := keeping(t, "dark", true)
		closed := options.Space.Snapshot().Closed()
		before := len(closed)
		newest, held := closed[0].Incident.ID, closed[2].Incident.ID
		x := openTerminal(t, options, 120, 40).press("6", "S").pass(time.Second)
		x.press("enter", "enter") // the form's end leads to the default, which leaves all as it is
		if n := len(options.Space.Snapshot().Closed()); n != before {
			t.Fatalf("%d of %d incidents are left after no was chosen", n, before)
		}
		x.press("S").pass(time.Second)
		x.press("ctrl+s", "ctrl+s")
		if text := x.text(); !strings.Contains(text, "is missing") {
			t.Fatalf("no second person, and no word of it:\n%s", text)
		}
		x.press("tab").write("Priya Raman").press("enter", "right", "enter")
		if text := x.text(); !strings.Contains(text, "✓ 1 purged") {
			t.Fatalf("nothing was purged:\n%s", text)
		}
		for id, want := range map[model.ID]bool{newest: true, held: true} {
			if _, ok := options.Space.Snapshot().Incident(id); ok != want {
				t.Errorf("%s is there: %v", id, ok)
			}
		}
		if n := len(options.Space.Snapshot().Closed()); n >= before {
			t.Errorf("%d of %d incidents are left", n, before)
		}
	})
}

// TestKeepingFromTheConsole deletes, takes that back, holds and releases.
func TestKeepingFromTheConsole(t *testing.T) {
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		options := storyOptions(t, "dark")
		x := openTerminal(t, options, 120, 40).press("V", "enter")
		closed := options.Space.Snapshot().Closed()[0].Incident.ID
		now := func() *model.Incident {
			standing, _ := options.Space.Snapshot().Incident(closed)
			return standing.Incident
		}
		x.press("delete").pass(time.Second).write("a test").press("enter", "right", "enter")
		if now().Deletion == nil {
			t.Fatalf("not deleted:\n%s", x.text())
		}
		x.press("6", "u").write("it was none").press("enter")
		if now().Deletion != nil {
			t.Fatalf("the deletion stands:\n%s", x.text())
		}
		x.press("esc", "H").write("a court asks").press("enter")
		if !now().Held() {
			t.Fatalf("not held:\n%s", x.text())
		}
		x.press("O").pass(time.Second).write("over").press("enter", "right", "enter")
		if now().Held() {
			t.Fatalf("still held:\n%s", x.text())
		}
	})
}
