package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
	"tocsin/store"
	"tocsin/tui"
)

func (a *app) demoCommand() *cobra.Command {
	var show demoShow
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Open the console on a made-up month of incidents",
		Long: `Makes a record in a temporary folder, fills it with about twenty incidents
under the policies that come with the console, and opens the console on it.
The clock runs; nothing is kept.`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd, show) },
	}
	cmd.Flags().BoolVar(&show.printed, "print", false, "print the queue instead of opening the console")
	cmd.Flags().BoolVar(&show.wall, "wall", false, "open the wall instead of the console")
	cmd.MarkFlagsMutuallyExclusive("print", "wall")
	return a.reading(cmd)
}

// demoShow is how the demo is shown; the zero value is in the console.
type demoShow struct{ printed, wall bool }

// demo shows the story and leaves nothing behind: what is printed is handed
// over when the record is gone, since a reader may stop at any line.
func (a *app) demo(cmd *cobra.Command, show demoShow) error {
	out, err := a.showDemo(cmd, show)
	if err != nil {
		return err
	}
	return a.handOver(out)
}

func (a *app) showDemo(cmd *cobra.Command, show demoShow) (out *paper, err error) {
	dir, err := os.MkdirTemp("", "tocsin-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	clock := &storyClock{real: a.now}
	s, err := a.openDemo(ctx, dir, store.Options{Now: clock.Now, Fatal: func(err error) { cancel(&storeError{err: err}) }}, clock)
	if err != nil {
		return nil, err
	}
	if show.printed || a.json || !a.interactive() {
		return s.out, errors.Join(a.printQueue(s, queueFilter{}), s.close())
	}
	if show.wall {
		wall := s.wallOptions(tui.WallOptions{})
		wall.Banner = "DEMO"
		return s.out, errors.Join(runWall(ctx, wall), s.close())
	}
	screens := s.consoleOptions(config.DefaultSettings())
	screens.Banner = "DEMO"
	return s.out, errors.Join(runScreens(ctx, screens), s.close())
}

// openDemo opens a fresh record and tells the story into it.
func (a *app) openDemo(ctx context.Context, dir string, options store.Options, clock *storyClock) (*session, error) {
	library, err := config.LoadPacks("")
	if err != nil {
		return nil, err
	}
	s, err := openSession(ctx, dir, "demo", options, library)
	if err != nil {
		return nil, err
	}
	s.actor, s.now, s.in, s.out, s.err = model.Actor{Name: demoActor, Role: model.Owner}, clock.Now, a.in, a.newPaper(), a.err
	if err := playStory(ctx, s, clock, config.LocalZone()); err != nil {
		return nil, errors.Join(fmt.Errorf("tell the demo's story: %w", err), s.close())
	}
	return s, nil
}

// storyClock stands at the moments of a story while that is told, and runs
// with the real clock afterwards.
type storyClock struct {
	real func() time.Time

	mu sync.Mutex
	at time.Time // zero once the story is told
}

// Now is the clock's time.
func (c *storyClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return c.real()
	}
	return c.at
}

// set stops the clock at a moment; the zero time lets it run.
func (c *storyClock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}
