package tui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Bounds of what is said about the clock.
const (
	// clockStep is how far the wall clock must come away from the steady one to
	// be noticed: more than a slow tick or a time server's small corrections.
	clockStep = 2 * time.Second
	// clockShown is how long it is shown, on the steady clock.
	clockShown = time.Hour
)

// clockwatch holds the wall clock, which people and records go by and which
// can be set, against one that only ever runs on. They come apart when somebody
// sets the clock, and when the machine sleeps.
type clockwatch struct {
	wall   time.Time
	steady time.Duration
	known  bool
	apart  time.Duration // how far the wall clock was ahead when that was last noticed
	moved  time.Duration // by how much it moved then; 0 shows nothing
	at     time.Time     // wall time when it was noticed
	since  time.Duration // steady time when it was noticed
}

// follow takes a reading of both clocks, if they were read at one moment.
func (w *clockwatch) follow(frame frameMsg) {
	if !frame.paired {
		return
	}
	wall, steady := frame.now.Round(0), frame.steady // the difference is to be that of the wall clock
	if !w.known {
		w.wall, w.steady, w.known = wall, steady, true
		return
	}
	apart := wall.Sub(w.wall) - (steady - w.steady)
	if moved := apart - w.apart; moved.Abs() >= clockStep {
		w.apart, w.moved, w.at, w.since = apart, moved, wall, steady
	}
	if steady-w.since >= clockShown {
		w.moved = 0
	}
}

// clockSign is the header's word on a clock that moved; "" where it did not.
func (c *Console) clockSign() string {
	w := &c.clockwatch
	if w.moved == 0 {
		return ""
	}
	sign := "+"
	if w.moved < 0 {
		sign = "−"
	}
	return c.theme.DueSoon.Paint(fmt.Sprintf("≠ clock moved %s%s at %s", sign, stretch(w.moved.Abs()), w.at.In(c.zone()).Format("15:04")))
}

// stretch writes how far a clock moved, as exactly as it matters.
func stretch(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Round(time.Second)/time.Second))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute)/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Round(time.Hour)/time.Hour))
	}
	return fmt.Sprintf("%d d", int(d.Round(24*time.Hour)/(24*time.Hour)))
}

func needMovedClock(c *Console) string {
	if c.clockwatch.moved == 0 {
		return "the clock has not moved"
	}
	return ""
}

func (c *Console) dismissClock() tea.Cmd {
	c.clockwatch.moved = 0
	return nil
}
