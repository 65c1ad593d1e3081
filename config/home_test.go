package config

import "testing"

func TestHomeCalendars(t *testing.T) {
	known := library(t).Calendars()
	for zone, id := range homes {
		if _, err := LoadZone(zone); err != nil {
			t.Error(err)
		}
		if _, err := known.Edition(id); err != nil {
			t.Errorf("%s: %v", zone, err)
		}
	}
	for zone, want := range map[string]string{"Europe/Berlin": "de", "Asia/Kolkata": "in", "America/New_York": "us", "UTC": "", "Europe/Zurich": "", "": ""} {
		if got := HomeCalendar(zone); got != want {
			t.Errorf("%s proposes %q, want %q", zone, got, want)
		}
	}
}

// Whatever a calendar holds must fit into one entry of the record, with room
// for a team's own days.
func TestEditionsAreWholeAndSmall(t *testing.T) {
	known := library(t).Calendars()
	for _, info := range known.List() {
		e, err := known.Edition(info.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Check(); err != nil || e.Version != info.Version || e.Years != info.Years {
			t.Errorf("%s of %+v: %v", e.Name(), e.Years, err)
		}
		size := 0
		for _, name := range e.Days {
			size += len("2026-12-25") + len(name) + 3
		}
		if size > 16<<10 || size == 0 {
			t.Errorf("the days of %s take %d bytes", e.Name(), size)
		}
	}
	if _, err := known.Edition("dee"); err == nil {
		t.Error("a calendar that nobody wrote")
	}
}
