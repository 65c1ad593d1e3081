package tui

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// framesPerSecond bounds how often a changed screen is written out: as often
// as people follow, a quarter of what a terminal library does by default.
const framesPerSecond = 15

// Run shows a console on the terminal until it is left or ctx ends.
func Run(ctx context.Context, opts Options, options ...tea.ProgramOption) error {
	_, run := NewProgram(ctx, opts, options...)
	return run()
}

// NewProgram prepares a console. run shows it until it is left or ctx ends;
// the program is the handle by which others reach it meanwhile.
func NewProgram(ctx context.Context, opts Options, options ...tea.ProgramOption) (program *tea.Program, run func() error) {
	ctx, cancel := context.WithCancel(ctx)
	console := New(ctx, opts)
	program = newProgram(console, framesPerSecond, options)
	follow := func() { pump(ctx, console.source(), minFrameGap, program.Send) }
	return program, func() error {
		err := runProgram(ctx, cancel, program, "console", follow)
		console.keepLast()
		if opts.Company != nil {
			opts.Company.Leave()
		}
		if opts.Leave != nil {
			opts.Leave(console.place())
		}
		return err
	}
}

func newProgram(model tea.Model, fps int, options []tea.ProgramOption) *tea.Program {
	return tea.NewProgram(model, append([]tea.ProgramOption{
		tea.WithFPS(fps),
		// Signals end the context, in one place. A second handler would wait for
		// an event loop that has ended, and the process with it.
		tea.WithoutSignalHandler(),
	}, options...)...)
}

// runProgram shows a program until it is left or ctx, which cancel ends, does;
// what feeds it runs as long and is waited for. what names it in an error.
func runProgram(ctx context.Context, cancel context.CancelFunc, program *tea.Program, what string, feeds ...func()) error {
	left := make(chan struct{})
	var helpers sync.WaitGroup
	for _, feed := range feeds {
		helpers.Go(feed)
	}
	helpers.Go(func() { endWith(ctx, program, left) })
	_, err := program.Run()
	ended := ctx.Err() != nil
	close(left)
	cancel()
	helpers.Wait()
	if err == nil || errors.Is(err, tea.ErrInterrupted) || ended && errors.Is(err, tea.ErrProgramKilled) {
		return nil
	}
	return fmt.Errorf("run the %s: %w", what, err)
}

// patience is how long a console may take to leave the screen in order when
// it is asked from outside, before it is made to.
const patience = 2 * time.Second

// endWith ends the program with the context: in order, so that the terminal
// is as it was and nothing reads from it any more; by force where the program
// does not follow.
func endWith(ctx context.Context, program *tea.Program, left <-chan struct{}) {
	select {
	case <-left:
		return
	case <-ctx.Done():
	}
	go program.Quit() // blocks while the event loop does
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-left:
	case <-timer.C:
		program.Kill()
	}
}
