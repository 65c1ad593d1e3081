package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

// frameMsg is all that the outside tells a console: what stands now and what
// time it is. It is a level, not an event: a missed one costs nothing.
type frameMsg struct {
	snapshot Snapshot
	now      time.Time
	steady   time.Duration // of the steady clock
	paired   bool          // both clocks were read, and at one moment
	refuses  bool          // nothing new is taken
}

// minFrameGap is the least time between two frames of one console: faster
// than people read, slow enough that a burst of changes costs one drawing.
const minFrameGap = 100 * time.Millisecond

// pump sends a frame at every full second and soon after every change, until
// the context ends. It is the console's only source of ticks. send may block
// while the terminal is slow; frames are skipped then, never queued.
func pump(ctx context.Context, space Space, now func() time.Time, latest func() frameMsg, send func(tea.Msg)) {
	wake, stop := space.Wake()
	defer stop()
	timer := time.NewTimer(untilSecond(now()))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-timer.C:
			timer.Reset(untilSecond(now()))
		}
		send(latest())
		if !pause(ctx, minFrameGap) {
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
