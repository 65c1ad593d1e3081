package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/tui/sign"
	"tocsin/tui/theme"
)

// HealthLine is what one check of the record and its surroundings found.
type HealthLine struct {
	Check string // what was checked, in a word or two
	Sign  sign.Sign
	Text  string // one sentence
	Mend  string // the command that mends it; "" where none does or nothing is wrong
}

// healthMsg is what the checks found.
type healthMsg []HealthLine

func needHealth(c *Console) string {
	switch {
	case c.opts.Health == nil:
		return "the record cannot be checked from here"
	case c.examining:
		return "it is being checked"
	}
	return ""
}

// showHealth checks the record off the event loop.
func (c *Console) showHealth() tea.Cmd {
	c.examining = true
	ctx, examine := c.ctx, c.opts.Health
	return func() tea.Msg { return healthMsg(examine(ctx)) }
}

func (c *Console) takeHealth(found healthMsg) {
	c.examining = false
	c.push(&reader{theme: c.theme, title: "Health of the record", lines: func(width int) []string {
		var lines []string
		for _, one := range found {
			lines = append(lines, one.lines(c.theme, width)...)
		}
		return append(lines, "", c.theme.Muted.Paint(fit("tocsin doctor checks everything, when nothing has the record open", width)))
	}})
}

// lines are the mark, what was checked, and beside them what was found.
func (h HealthLine) lines(t *theme.Theme, width int) []string {
	const marks, names = 12, 14
	beside := width - marks - names
	var lines []string
	for k, part := range wrap(safe(h.Text), beside) {
		head := spaces(marks + names)
		if k == 0 {
			head = healthStyle(t, h.Sign.Tone).Paint(fit(h.Sign.String(), marks)) + t.Text.Paint(fit(safe(h.Check), names))
		}
		lines = append(lines, head+t.Text.Paint(part))
	}
	if h.Mend != "" {
		for _, part := range wrap("→ "+strings.TrimSpace(safe(h.Mend)), beside) {
			lines = append(lines, spaces(marks+names)+t.Accent.Paint(part))
		}
	}
	return lines
}

func healthStyle(t *theme.Theme, tone sign.Tone) theme.Style {
	switch tone {
	case sign.Good:
		return t.Met
	case sign.Warning:
		return t.DueSoon
	case sign.Alarm:
		return t.Overdue
	}
	return t.Doubtful
}
