package main

import (
	"os"

	"github.com/charmbracelet/x/term"
)

// ends say what sits at the ends of the streams of an app.
type ends struct {
	in, out, err bool // a terminal
	width        int  // cells of the terminal at out; 0 where there is none
	// secret reads a line that is not shown, nil where nobody can be asked.
	secret func() ([]byte, error)
}

// ends are those of the guest's streams, or of this process's.
func (a *app) ends() ends {
	if a.guest != nil {
		return a.guest.ends
	}
	e := ends{in: isTerminal(a.in), out: isTerminal(a.out), err: isTerminal(a.err)}
	if file, ok := a.out.(*os.File); ok && e.out {
		if width, _, err := term.GetSize(file.Fd()); err == nil {
			e.width = width
		}
	}
	if file, ok := a.in.(*os.File); ok && e.in {
		e.secret = func() ([]byte, error) { return term.ReadPassword(file.Fd()) }
	}
	return e
}

// interactive reports whether somebody sits at both ends.
func (a *app) interactive() bool {
	e := a.ends()
	return e.in && e.out
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(file.Fd())
}
