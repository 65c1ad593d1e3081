package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/tui"
)

// wallSizes are those of a laptop, a desk, a wide screen and a wall.
var wallSizes = []struct{ width, height int }{{80, 24}, {120, 40}, {200, 50}, {300, 80}}

// storyWall are the options of a wall on the story, at the present.
func storyWall(t testing.TB, theme string) tui.WallOptions {
	t.Helper()
	console := storyOptions(t, theme)
	return tui.WallOptions{Space: console.Space, Now: console.Now, Theme: theme, Banner: "DEMO"}
}

// openWall starts a wall of a size. It ends with the test.
func openWall(t testing.TB, options tui.WallOptions, width, height int, environment ...string) *terminal {
	t.Helper()
	return openProgram(t, width, height, 300*time.Millisecond, environment, func(ctx context.Context, given ...tea.ProgramOption) (*tea.Program, func() error) {
		return tui.NewWallProgram(ctx, options, given...)
	})
}

// onWall runs a test in a bubble, on the story that was told before it.
func onWall(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, test)
}

// TestScreensOfTheWall keeps the wall, text and styles, at four sizes.
func TestScreensOfTheWall(t *testing.T) {
	for _, size := range wallSizes {
		for _, shot := range []struct {
			name, theme string
			environment []string
			change      func(*tui.WallOptions)
			then        func(*terminal)
		}{
			{name: "wall", theme: "dark"},
			{name: "wall-light", theme: "light"},
			{name: "wall-contrast", theme: "contrast"},
			{name: "wall-no-color", theme: "dark", environment: []string{"NO_COLOR=1"}},
			{name: "wall-withheld", theme: "dark", change: func(o *tui.WallOptions) { o.Limit = model.TLPClear }},
			{name: "wall-roles", theme: "dark", then: func(x *terminal) { x.press("left") }},
			{name: "wall-refuses", theme: "dark", change: func(o *tui.WallOptions) {
				o.Writable = func() error { return errors.New("the disk is nearly full") }
				o.Health = sickly
			}},
		} {
			t.Run(shot.name, func(t *testing.T) {
				onWall(t, func(t *testing.T) {
					options := storyWall(t, shot.theme)
					if shot.change != nil {
						shot.change(&options)
					}
					x := openWall(t, options, size.width, size.height, shot.environment...)
					if shot.then != nil {
						shot.then(x)
					}
					x.golden(shot.name)
				})
			})
		}
		t.Run("wall-nothing", func(t *testing.T) {
			onWall(t, func(t *testing.T) {
				options := storyWall(t, "dark")
				closeAll(t, options)
				openWall(t, options, size.width, size.height).sees("Closed last").golden("wall-nothing")
			})
		})
		t.Run("wall-stale", func(t *testing.T) {
			onWall(t, func(t *testing.T) {
				options := storyWall(t, "dark")
				space := &stuckSpace{Space: options.Space, release: make(chan struct{})}
				options.Space = space
				x := openWall(t, options, size.width, size.height)
				defer close(space.release)
				space.stuck.Store(true)
				x.pass(10 * time.Minute).sees("stale since 10:20").golden("wall-stale")
			})
		})
	}
}

// closeAll marks every open incident a false positive.
func closeAll(t *testing.T, options tui.WallOptions) {
	t.Helper()
	for _, s := range options.Space.Snapshot().Queue() {
		for _, n := range s.Incident.Notices {
			for ordinal := range n.Recipients { // those who are told are no longer given up on
				_, _ = options.Space.Do(t.Context(), model.Actor{Name: demoActor, Role: model.Owner}, model.GiveUp{Incident: s.Incident.ID, Notice: n.ID, Ordinals: []int{ordinal}, Reason: "a test"})
			}
		}
		if _, err := options.Space.Do(t.Context(), model.Actor{Name: demoActor, Role: model.Owner}, model.MarkFalse{Incident: s.Incident.ID, Reason: "a test"}); err != nil {
			t.Fatal(err)
		}
	}
}

// stuckSpace is a space that does not answer while it is stuck.
type stuckSpace struct {
	tui.Space
	stuck   atomic.Bool
	release chan struct{}
}

func (s *stuckSpace) Snapshot() tui.Snapshot {
	if s.stuck.Load() {
		<-s.release
	}
	return s.Space.Snapshot()
}

// TestWallIsStaleByTheSteadyClock holds that a wall whose feed stopped says
// since when, that one that follows does not, whatever is done to the clock, and
// that it is taken back when the feed goes on.
func TestWallIsStaleByTheSteadyClock(t *testing.T) {
	onWall(t, func(t *testing.T) {
		console := storyOptions(t, "dark")
		clock := clockFrom(present)
		space := &stuckSpace{Space: console.Space, release: make(chan struct{})}
		x := openWall(t, tui.WallOptions{Space: space, Now: clock.Now, Theme: "dark"}, 80, 24)
		clock.forward(3 * time.Hour)
		x.pass(2*time.Second).lacks("stale").sees("● live", "13:20:0")
		space.stuck.Store(true)
		x.pass(4 * time.Second).lacks("stale")
		x.pass(4*time.Second).sees("stale since 13:20", "nothing new arrives")
		clock.forward(-2 * time.Hour) // somebody sets the clock: stale it stays
		x.pass(2 * time.Second).sees("stale since")
		shown := x.text()
		x.pass(3 * time.Second)
		if strings.Contains(shown, "page 1 of") && !strings.Contains(x.text(), "page 1 of") {
			t.Error("the pages of a feed that stopped turn")
		}
		space.stuck.Store(false)
		close(space.release)
		x.pass(2 * time.Second).lacks("stale").sees("● live")
	})
}

// TestWallPagesTurn holds that pages turn by themselves, by key, and not while
// they are held; and slowly for those who asked for little motion.
func TestWallPagesTurn(t *testing.T) {
	onWall(t, func(t *testing.T) {
		x := openWall(t, storyWall(t, "dark"), 120, 40)
		x.sees("page 1 of").pass(16*time.Second).sees("page 2 of").press("space").sees("page 3 of").press("left", "left", "left").lacks("page 1 of", "page 2 of", "page 3 of")
		x.press("right", "p").sees("held at page 1 of").pass(time.Minute).sees("held at page 1 of").press("p").pass(16 * time.Second).sees("page 2 of")
	})
	onWall(t, func(t *testing.T) {
		options := storyWall(t, "dark")
		options.Calm = true
		openWall(t, options, 120, 40).pass(45*time.Second).sees("page 1 of").pass(16*time.Second).sees("page 2 of", "live")
	})
}

// TestWallTakesNoAction holds that no key but its own does anything.
func TestWallTakesNoAction(t *testing.T) {
	onWall(t, func(t *testing.T) {
		options := storyWall(t, "dark")
		x := openWall(t, options, 120, 40)
		seq, shown := options.Space.Snapshot().Seq(), strings.Split(x.text(), "\n")
		for _, key := range strings.Split("r t n f d e C x z : ? / v 1 2 3 4 5 7 enter tab esc", " ") {
			x.program.Send(keyPress(key))
		}
		synctest.Wait()
		if options.Space.Snapshot().Seq() != seq || !slices.Equal(strings.Split(x.text(), "\n"), shown) {
			t.Errorf("a key did something:\n%s\nwas\n%s", x.text(), strings.Join(shown, "\n"))
		}
	})
}

// TestWallOnTheWire holds what a second costs at 300×80, three countdowns with
// seconds and a large clock among it.
func TestWallOnTheWire(t *testing.T) {
	onWall(t, func(t *testing.T) {
		x := openWall(t, storyWall(t, "dark"), 300, 80)
		x.press("p").pass(3 * time.Second)
		before := x.written()
		x.pass(60 * time.Second)
		perTick := (x.written() - before) / 60
		t.Logf("%d bytes a tick", perTick)
		if perTick > 2500 {
			t.Errorf("a tick costs %d bytes", perTick)
		}
	})
}
