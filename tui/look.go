package tui

import (
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"tocsin/tui/theme"
)

// look is how one terminal is painted: the theme that was asked for, and what
// the terminal says of itself.
type look struct {
	theme   *theme.Theme
	chosen  theme.Name // what the user asked for
	dark    bool       // what the terminal says of its background
	answers bool       // the terminal said anything of its background: it knows OSC 11
	plain   bool       // no colours at all: NO_COLOR, or a terminal without them
}

// newLook is painted in full until the terminal says more of itself; "" is
// auto.
func newLook(asked string) look {
	l := look{chosen: theme.Name(asked), dark: true}
	if l.chosen == "" {
		l.chosen = theme.Auto
	}
	l.theme = theme.New(l.themeName(), theme.Painted)
	return l
}

// hear takes what the terminal says of itself; it reports false where a message
// is about something else.
func (l *look) hear(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.BackgroundColorMsg:
		l.dark, l.answers = msg.IsDark(), true
	case tea.ColorProfileMsg:
		l.plain = msg.Profile <= colorprofile.Ascii
	default:
		return false
	}
	l.retheme()
	return true
}

func (l *look) themeName() theme.Name {
	switch {
	case l.chosen != theme.Auto:
		return l.chosen
	case l.dark:
		return theme.Dark
	}
	return theme.Light
}

// surface says whether the terminal can be left to paint the background: one
// that told its own does as it is asked, and where it does not, the theme was
// chosen to suit. A theme against the terminal's grain is always painted.
func (l *look) surface() theme.Surface {
	return theme.Surface(l.plain || l.answers && l.themeName().Dark() == l.dark)
}

func (l *look) retheme() { *l.theme = *theme.New(l.themeName(), l.surface()) }
