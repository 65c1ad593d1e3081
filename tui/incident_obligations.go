package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"tocsin/model/policy"
	"tocsin/tui/theme"
)

// drawObligations lists what the incident owes, with both due times.
func (s *incidentScreen) drawObligations() ([]string, *tea.Position) {
	t := s.c.theme
	if len(s.obligations) == 0 {
		return []string{"", " " + t.Muted.Paint("Nothing is owed so far: what is known starts no clock.")}, nil
	}
	wide := s.width >= 110
	heading := fit("  STATE", 23) + fit("OBLIGATION", s.titleWidth(wide)+1) + fit("DUE", 18)
	if wide {
		heading += fit("PACK", 24) + "PROGRESS"
	}
	lines := []string{t.Muted.Paint(fit(heading, s.width))}
	s.dueList.resize(s.bodyHeight() - 2)
	from, to := s.dueList.window()
	for k := from; k < to; k++ {
		lines = append(lines, s.drawObligation(&s.obligations[k], wide, k == s.dueList.index))
	}
	if k := s.dueList.index; k >= 0 && k < len(s.obligations) {
		lines = append(block(lines, s.width, s.bodyHeight()-1), s.drawWhole(&s.obligations[k]))
	}
	return lines, &tea.Position{X: 0, Y: 1 + s.dueList.index - from}
}

// drawWhole is what the row of an obligation may have no room for: its whole
// title, and how many were told while not all were.
func (s *incidentScreen) drawWhole(o *policy.Obligation) string {
	t := s.c.theme
	line := " " + t.Text.Paint(safe(o.Title()))
	if partly := o.Partly(); partly != "" {
		line += "  " + t.DueSoon.Paint("◇ "+partly)
	}
	if tells(o) && !o.State(s.c.now()).Decided() {
		line += "  " + t.Muted.Paint(s.c.keyOf("notice-draft")+" writes the notice")
	}
	return fit(line, s.width)
}

func (s *incidentScreen) titleWidth(wide bool) int {
	if wide {
		return s.width - 23 - 18 - 24 - 14
	}
	return s.width - 23 - 20
}

func (s *incidentScreen) drawObligation(o *policy.Obligation, wide, selected bool) string {
	t, now := s.c.theme, s.c.now()
	state := o.State(now)
	shape, style := stateMark(t, state)
	cell := style.Paint(fit(shape+" "+string(state), 21))
	if counts(o, now) {
		cell = fit(s.c.dueCell(o.Strict, state, 20), 21)
	}
	mark, title := "  ", t.Text
	if state.Decided() {
		title = t.Muted
	}
	if selected {
		mark, title = t.Focus.Paint("▌ "), t.Bold
	}
	due := ""
	if !o.Strict.IsZero() {
		due = s.c.dueText(o.Strict, o.Rule)
	}
	line := mark + cell + title.Paint(fit(o.Title(), s.titleWidth(wide))) + " " + t.Muted.Paint(fit(due, 18))
	if wide {
		line += t.Muted.Paint(fit(o.Pack.Ref().String(), 24)) + s.progress(o, state, style)
	}
	if selected {
		return t.Selected.Over(fit(line, s.width))
	}
	return fit(line, s.width)
}

// progress is a gauge while the clock runs, and what was filed afterwards.
func (s *incidentScreen) progress(o *policy.Obligation, state policy.State, style theme.Style) string {
	switch {
	case o.Told.Of > 0 && o.Told.Sent < o.Told.Of:
		return s.c.theme.DueSoon.Paint(fit(number(o.Told.Sent)+"/"+number(o.Told.Of), 14))
	case counts(o, s.c.now()):
		return gauge(s.c.theme, style, o.Start, o.Strict, s.c.now(), 12)
	case len(o.Done) > 0:
		return style.Paint(fmt.Sprintf("%d filed", len(o.Done)))
	}
	return ""
}
