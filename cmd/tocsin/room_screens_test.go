package main

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/model"
	"tocsin/store"
	"tocsin/tui"
)

// crowdedSpace is a space on a disk that is nearly full while it says so.
type crowdedSpace struct {
	*memorySpace
	full atomic.Bool
}

func (s *crowdedSpace) Writable() error {
	if !s.full.Load() {
		return nil
	}
	return &model.Refusal{Cause: store.ErrNoRoom, Reason: store.RoomWords("/var/lib/tocsin", 100<<20)}
}

func (s *crowdedSpace) Do(ctx context.Context, actor model.Actor, command model.Command) (model.ID, error) {
	if err := s.Writable(); err != nil {
		return "", err
	}
	return s.memorySpace.Do(ctx, actor, command)
}

// crowded are the options of a console on the story, whose disk is nearly full.
func crowded(t *testing.T, theme string) (tui.Options, *crowdedSpace) {
	t.Helper()
	options := storyOptions(t, theme)
	space := &crowdedSpace{memorySpace: options.Space.(*memorySpace)}
	space.full.Store(true)
	options.Space, options.Writable = space, space.Writable
	return options, space
}

// TestScreensOfAFullDisk keeps how the console says that nothing new is taken, in
// its header and where something is to be recorded.
func TestScreensOfAFullDisk(t *testing.T) {
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	for _, size := range []struct{ width, height int }{{80, 24}, {120, 40}, {200, 50}} {
		for _, shot := range []struct {
			name  string
			theme string
			keys  []string
		}{
			{"no-room", "dark", nil},
			{"no-room-light", "light", nil},
			{"no-room-refused", "dark", []string{"r", "L", "a", "t", "e", "ctrl+s"}},
		} {
			t.Run(shot.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					options, _ := crowded(t, shot.theme)
					openTerminal(t, options, size.width, size.height).press(shot.keys...).golden(shot.name)
				})
			})
		}
	}
}

// TestRoomIsMade makes room while the console is open: what was refused is taken
// from the form in which it still stands.
func TestRoomIsMade(t *testing.T) {
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		options, space := crowded(t, "dark")
		before := len(space.Snapshot().Queue())
		x := openTerminal(t, options, 120, 40)
		x.press("r").write("Late").press("ctrl+s").sees("takes nothing new", "the disk is nearly full", "Late")
		space.full.Store(false)
		x.pass(2 * time.Second).lacks("takes nothing new").press("ctrl+s")
		if now := len(space.Snapshot().Queue()); now != before+1 {
			t.Errorf("%d incidents, there were %d", now, before)
		}
	})
}
