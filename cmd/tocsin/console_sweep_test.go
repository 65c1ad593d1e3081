package main

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/store"
	"tocsin/tui"
)

// driven is a console on a real record, whose messages a test passes on.
type driven struct {
	t       *testing.T
	ctx     context.Context
	console *tui.Console
	came    chan tea.Msg
}

func drive(t *testing.T, s *session) *driven {
	t.Helper()
	d := &driven{t: t, ctx: t.Context(), came: make(chan tea.Msg)}
	d.console = tui.New(d.ctx, s.consoleOptions(config.Settings{Theme: "dark"}))
	d.run(d.console.Init())
	d.take(tea.WindowSizeMsg{Width: 120, Height: 40})
	return d
}

// run runs what the console asked for; what comes of it waits to be passed on.
func (d *driven) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		msg := cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for _, one := range batch {
				d.run(one)
			}
			return
		}
		select {
		case d.came <- msg:
		case <-d.ctx.Done():
		}
	}()
}

func (d *driven) take(msg tea.Msg) {
	_, cmd := d.console.Update(msg)
	d.run(cmd)
}

func (d *driven) press(keys ...string) *driven {
	for _, key := range keys {
		d.take(keyPress(key))
	}
	return d
}

func (d *driven) write(text string) *driven {
	for _, r := range text {
		d.press(string(r))
	}
	return d
}

func (d *driven) text() string { return ansi.Strip(d.console.View().Content) }

// sees passes on what comes until the screen shows a text.
func (d *driven) sees(text string) *driven {
	d.t.Helper()
	for range 1000 {
		if strings.Contains(d.text(), text) {
			return d
		}
		d.take(<-d.came)
	}
	d.t.Fatalf("%q is not on the screen:\n%s", text, d.text())
	return nil
}

// TestSweepFromTheConsoleOnARealRecord previews, agrees with a second person
// and sweeps: what was due is gone but for its leaves, what is held stays, and
// the record verifies, now and after the next start.
func TestSweepFromTheConsoleOnARealRecord(t *testing.T) {
	dir, at := t.TempDir(), noon
	var gone, kept model.ID
	var events uint64
	t.Run("sweep", func(t *testing.T) {
		s := sessionAt(t, dir, func() time.Time { return at })
		gone, kept = oneDueOneHeld(t, s)
		events = s.snapshot().Seq
		at = noon.AddDate(0, 0, 3)
		d := drive(t, s).press("6").sees("● goes").sees("‖ held")
		d.press("S").sees("Purge for good").sees("Incidents that go, with their history and their evidence: 1.")
		at = at.Add(time.Second) // a question is not answered by the keys before it
		d.write("Ben Ruiz").press("enter", "right", "enter").sees("1 incident purged")
		checkSwept(t, s, gone, kept, events)
	})
	t.Run("next start", func(t *testing.T) {
		checkSwept(t, sessionAt(t, dir, func() time.Time { return at }), gone, kept, events)
	})
}

// oneDueOneHeld ends two incidents that are kept for a day, one of them on hold.
func oneDueOneHeld(t *testing.T, s *session) (due, held model.ID) {
	t.Helper()
	give := func(command model.Command) model.ID {
		t.Helper()
		receipt, err := s.space.Do(t.Context(), s.actor, command)
		if err != nil {
			t.Fatal(err)
		}
		return receipt.Incident
	}
	give(model.AddPerson{Name: "Ben Ruiz", Role: model.Lead})
	day := calendar.Period{N: 1, Unit: calendar.Days}
	give(model.SetRetention{Retention: model.Retention{Incidents: day, Undo: day, Second: true}})
	due, held = give(model.Report{Title: "A test alarm", Reporter: "Quentin Vale"}), give(model.Report{Title: "A real one"})
	for _, id := range []model.ID{due, held} {
		give(model.AddNote{Incident: id, Text: "seen"})
		give(model.MarkFalse{Incident: id, Reason: "none"})
	}
	give(model.PlaceHold{Incident: held, Reason: "a court asks"})
	return due, held
}

// checkSwept holds a record to what a sweep left of it.
func checkSwept(t *testing.T, s *session, gone, kept model.ID, before uint64) {
	t.Helper()
	if _, err := s.space.History(t.Context(), gone); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("the history of what was purged reads with %v", err)
	}
	if standing, ok := s.snapshot().Incident(kept); !ok || standing.Incident.Title != "A real one" {
		t.Error("what is held is gone")
	}
	tombstones, orders := 0, 0
	err := s.space.Entries(t.Context(), 1, math.MaxUint64, func(e store.Entry) error {
		if e.RemovedBy > 0 {
			tombstones++
			if e.RemovedBy <= before {
				t.Errorf("event %d was removed by event %d", e.Seq, e.RemovedBy)
			}
		} else if body, ok := e.Event.Body.(*model.IncidentsPurged); ok {
			orders++
			if body.Approver != "Ben Ruiz" || body.Incidents[0].ID != gone {
				t.Errorf("%+v", body)
			}
		}
		return nil
	})
	if err != nil || tombstones == 0 || orders != 1 {
		t.Errorf("%d tombstones, %d orders, %v", tombstones, orders, err)
	}
	report, err := s.space.Verify(t.Context(), nil)
	if err != nil || report.Fault != nil || report.Tombstones != uint64(tombstones) {
		t.Errorf("%+v, %v", report, err)
	}
}
