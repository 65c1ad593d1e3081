package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"tocsin/tui/theme"
)

// reader is a text over a screen, to be read and scrolled.
type reader struct {
	theme *theme.Theme
	title string
	// lines lays the text out for a width. It is asked at every drawing, so
	// that a countdown within it stays true.
	lines func(width int) []string
	top   int
	shown int // rows shown at the last drawing
}

func (r *reader) update(c *Console, msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	switch key.String() {
	case "esc", "q", "enter", "?":
		c.pop()
	case "up", "k":
		r.top--
	case "down", "j":
		r.top++
	case "pgup":
		r.top -= r.shown
	case "pgdown", "space":
		r.top += r.shown
	case "home", "g":
		r.top = 0
	case "end", "G":
		r.top = 1 << 30
	}
	return nil
}

func (r *reader) draw(width, height int) ([]string, *tea.Position) {
	width = min(width, 100)
	lines := r.lines(width - 4)
	r.shown = min(len(lines), height-3)
	r.top = max(min(r.top, len(lines)-r.shown), 0)
	shown := append([]string{}, lines[r.top:r.top+r.shown]...)
	foot := "Esc closes"
	if len(lines) > r.shown {
		foot = fmt.Sprintf("↑↓ scroll, %d–%d of %d   Esc closes", r.top+1, r.top+r.shown, len(lines))
	}
	shown = append(shown, r.theme.Muted.Paint(foot))
	return boxed(r.theme, r.title, shown, width), &tea.Position{X: 2, Y: len(shown)}
}
