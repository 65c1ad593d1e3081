package sshd

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// ErrNoTerminal is about a screen for a client that asked for no terminal.
var ErrNoTerminal = errors.New("there is no terminal (ssh -t asks for one)")

const (
	// framesPerSecond is how often a changed screen is sent at most: as often as
	// people follow. A screen for a wall may ask for less.
	framesPerSecond = 15
	// betweenSizes is how long a size stays at least: each draws everything anew.
	betweenSizes = 100 * time.Millisecond
	// betweenMoves is how long the pointer rests, as far as a screen is told.
	betweenMoves = 50 * time.Millisecond
	// patience is how long a program may take to leave the screen in order.
	patience = 2 * time.Second
)

// Show runs a program on the visit's terminal until it ends, or until the
// session does: in order where the client still takes output, so that its
// terminal is as it was; by force where it does not. The error is then the
// cause of the session's end, and the program's otherwise.
//
// newProgram is given what the program has to run with, and may add to it, but
// for a filter; it returns the program and what runs it. What the program sends
// waits while the client is slow, and so do those who Send to the program.
// Input is the program's up to the end of the visit: nothing reads In after a
// Show, and there is one Show to a visit.
func (v *Visit) Show(ctx context.Context, newProgram func(options ...tea.ProgramOption) (*tea.Program, func() error)) error {
	if v.Terminal == nil {
		return ErrNoTerminal
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(v.session.ctx, func() { cancel(context.Cause(v.session.ctx)) })()
	s := &show{visit: v, ctx: ctx, running: make(chan struct{}), over: make(chan struct{})}
	s.size.Store(&v.Terminal.First)
	program, run := newProgram(s.options()...)
	s.program = program
	var helpers sync.WaitGroup
	helpers.Go(s.resize)
	helpers.Go(s.end)
	err := func() error {
		defer helpers.Wait()
		defer v.session.in.close()
		defer close(s.over)
		return run()
	}()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// show is a program on a terminal.
type show struct {
	visit   *Visit
	ctx     context.Context
	program *tea.Program
	begin   sync.Once
	running chan struct{} // closed once the program takes messages
	over    chan struct{} // closed once it takes none
	size    atomic.Pointer[Size]

	moved time.Time // when the program was last told of the pointer; its event loop's
}

func (s *show) options() []tea.ProgramOption {
	environment := s.visit.session.environment.list()
	return []tea.ProgramOption{
		tea.WithInput(s),
		tea.WithOutput(s.visit.Out),
		tea.WithEnvironment(environment),
		tea.WithColorProfile(colorprofile.Env(environment)),
		tea.WithWindowSize(s.visit.Terminal.First.Width, s.visit.Terminal.First.Height),
		tea.WithFPS(framesPerSecond),
		tea.WithoutSignalHandler(), // signals are the server's
		tea.WithFilter(s.filter),
	}
}

// filter drops what must not reach a program here, and what it need not see.
func (s *show) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	s.begin.Do(func() { close(s.running) })
	switch msg := msg.(type) {
	case tea.SuspendMsg:
		return nil // it would stop the server's process
	case tea.WindowSizeMsg:
		// The first size is sent by a goroutine of its own, and may come last.
		size := *s.size.Load()
		return tea.WindowSizeMsg{Width: size.Width, Height: size.Height}
	case tea.MouseMotionMsg:
		now := s.visit.session.connection.server.now()
		if now.Sub(s.moved) < betweenMoves {
			return nil
		}
		s.moved = now
		return msg
	}
	return msg
}

// Read is what is typed. At the end of it nobody is at the terminal any more.
func (s *show) Read(p []byte) (int, error) {
	n, err := s.visit.session.in.Read(p)
	if err == nil {
		return n, nil
	}
	select {
	case <-s.over:
	default:
		s.visit.session.cancel(ErrClosed)
	}
	return n, err
}

// resize tells the program its size, as often as it can follow.
func (s *show) resize() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for {
		select {
		case <-s.over:
			return
		case size, ok := <-s.visit.Terminal.Sizes:
			if !ok {
				return
			}
			s.size.Store(&size)
			s.program.Send(tea.WindowSizeMsg{Width: size.Width, Height: size.Height})
		}
		timer.Reset(betweenSizes)
		select {
		case <-s.over:
			return
		case <-timer.C:
		}
	}
}

// end ends the program with the session.
func (s *show) end() {
	select {
	case <-s.over:
		return
	case <-s.ctx.Done():
	}
	cause := context.Cause(s.ctx)
	if errors.Is(cause, ErrStalled) || errors.Is(cause, ErrClosed) {
		s.visit.session.cut(cause) // nobody sees it
	}
	// A program that is killed before it runs leaves its renderer behind.
	select {
	case <-s.over:
		return
	case <-s.running:
	}
	go s.program.Quit() // waits while the event loop does; ends with the program
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-s.over:
	case <-timer.C:
		s.visit.session.cut(ErrStalled)
		s.program.Kill()
	}
}
