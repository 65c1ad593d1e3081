package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// frameMsg is all that the outside tells a console: what stands now and what
// time it is. It is a level, not an event: a missed one costs nothing.
type frameMsg struct {
	snapshot Snapshot
	now      time.Time
	steady   time.Duration         // of the steady clock
	paired   bool                  // both clocks were read, and at one moment
	refuses  bool                  // nothing new is taken
	here     map[model.ID][]string // who looks at which incident
}

// source is where frames are read: a space, its clocks, and whether commands
// are taken. steady and writable may be nil.
type source struct {
	space    Space
	now      func() time.Time
	steady   func() time.Duration
	writable func() error
	company  Company // nil: nobody
}

// latest is what stands now.
func (s source) latest() frameMsg {
	frame := frameMsg{snapshot: s.space.Snapshot(), now: s.now()}
	if s.company != nil {
		frame.here = s.company.Here()
	}
	if s.writable != nil {
		frame.refuses = s.writable() != nil
	}
	if s.steady != nil {
		before := s.steady()
		frame.now, frame.steady = s.now(), s.steady()
		frame.paired = frame.steady-before < clockStep/2
	}
	return frame
}

// The least time between two frames: faster than people read, slow enough that
// a burst of changes costs one drawing.
const (
	minFrameGap     = 100 * time.Millisecond
	minWallFrameGap = 250 * time.Millisecond // nobody waits for their own key there
)

// pump sends a frame at every full second and soon after every change, at least
// gap apart, until the context ends. It is the only source of ticks. send may
// block while the terminal is slow; frames are skipped then, never queued.
func pump(ctx context.Context, from source, gap time.Duration, send func(tea.Msg)) {
	wake, stop := from.space.Wake()
	defer stop()
	var moved <-chan struct{}
	if from.company != nil {
		var leave func()
		moved, leave = from.company.Wake()
		defer leave()
	}
	timer := time.NewTimer(untilSecond(from.now()))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-moved:
		case <-timer.C:
			timer.Reset(untilSecond(from.now()))
		}
		send(from.latest())
		if !pause(ctx, gap) {
			return
		}
	}
}

// untilSecond is the time until the clock's next full second.
func untilSecond(now time.Time) time.Duration {
	return now.Truncate(time.Second).Add(time.Second).Sub(now)
}

// pause waits, and reports false when the context ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
