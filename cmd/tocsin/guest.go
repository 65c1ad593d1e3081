package main

import (
	"context"
	"errors"
	"path/filepath"

	tea "charm.land/bubbletea/v2"

	"tocsin/config"
	"tocsin/model"
	"tocsin/tui"
	"tocsin/tui/sshd"
)

// guest is somebody who works in a house of this process from another
// terminal.
type guest struct {
	*sshd.Visit
	reception *reception
	house     *house
	ends      ends
}

// here reports whether the guest came in by the socket in the data directory,
// and so owns that.
func (g *guest) here() bool { return g.Entrance == sshd.Socket }

// shows shows the guest a console until it is left, or the guest's session
// ends. That they asked for the end from outside is no error.
func (g *guest) shows(ctx context.Context, screens tui.Options) error {
	return g.runs(ctx, func(options ...tea.ProgramOption) (*tea.Program, func() error) {
		return tui.NewProgram(ctx, screens, options...)
	})
}

// showsWall shows the guest a wall as shows does a console, for as long as it
// hangs there: nobody types.
func (g *guest) showsWall(ctx context.Context, wall tui.WallOptions) error {
	g.Unattended()
	return g.runs(ctx, func(options ...tea.ProgramOption) (*tea.Program, func() error) {
		return tui.NewWallProgram(ctx, wall, options...)
	})
}

func (g *guest) runs(ctx context.Context, program func(...tea.ProgramOption) (*tea.Program, func() error)) error {
	err := g.Show(ctx, program)
	if errors.Is(err, sshd.ErrInterrupted) {
		return nil
	}
	return err
}

// path is where a file lies that the guest named.
func (g *guest) path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(g.Directory, name)
}

// visit enters the house for a guest. Whoever came in by the socket finds the
// packs and calendars as their files are now, as a process of their own would;
// others find those that the house has.
func (a *app) visit(ctx context.Context, actor model.Actor) (*session, error) {
	h := a.guest.house
	library, leftOut := h.lastLibrary()
	if !a.guest.here() {
		s, err := h.enter(ctx, a.space, library)
		if err != nil {
			return nil, err
		}
		if actor, err = s.snapshot().Meta.Access.Acting(actor); err != nil {
			return nil, err
		}
		s.far = true
		s.leftOut, s.actor, s.now, s.in, s.out, s.err = leftOut, actor, a.now, interruptible{ctx, a.in}, a.newPaper(), a.err
		return s, nil
	}
	library, problems, err := config.LoadLibrary(h.dir)
	if err != nil {
		return nil, &storeError{err: err}
	}
	s, err := h.enter(ctx, a.space, library)
	if err != nil {
		return nil, err
	}
	a.warn(problems)
	return s, a.settle(ctx, s, actor, problems)
}
