package tui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

func (q *queueScreen) draw() ([]string, *tea.Position) {
	side, below := q.split()
	width := q.width
	if side > 0 {
		width -= side + 1
	}
	lines := append([]string{q.viewLine(width), q.headings(width)}, q.drawRows(width)...)
	if below > 0 {
		lines = append(lines, q.drawBelow(width, below)...)
	}
	if side > 0 {
		preview := block(q.c.summary(q.target(), side-3, q.height), side-2, q.height)
		lines = columns(q.c.theme.Rule.Paint("│")+" ", block(lines, width, q.height), preview)
		for k := range lines {
			lines[k] = fit(lines[k], q.width)
		}
	}
	return lines, q.cursor()
}

func (q *queueScreen) cursor() *tea.Position {
	if q.filtering {
		before := []rune(q.filter.Value())[:q.filter.Position()]
		return &tea.Position{X: 9 + len(before), Y: 0}
	}
	if q.list.index < 0 {
		return nil
	}
	return &tea.Position{X: 0, Y: queueHead + q.list.index - q.list.top}
}

// viewLine names the views, or shows the filter being typed.
func (q *queueScreen) viewLine(width int) string {
	t := q.c.theme
	count := t.Muted.Paint(fmt.Sprintf("%d shown ", len(q.rows)))
	if q.list.newAbove > 0 {
		count = t.Accent.Paint(fmt.Sprintf("%d new ↑  ", q.list.newAbove)) + count
	}
	if q.filtering {
		return beside(t.Accent.Paint(" filter: ")+q.filter.View(), count, width)
	}
	var names []string
	for k, v := range q.views {
		if k == q.view {
			names = append(names, t.Title.Paint("["+v.name+"]"))
			continue
		}
		names = append(names, t.Muted.Paint(v.name))
	}
	left := " " + strings.Join(names, "  ")
	if q.query != "" {
		left = " " + t.Title.Paint("["+q.views[q.view].name+"]") + t.Accent.Paint("  filter: "+q.query) + t.Muted.Paint("  (Esc clears)")
	}
	return beside(left, count, width)
}

// queueColumns is how wide each column is at a width; 0 leaves one out.
type queueColumns struct{ severity, id, title, phase, lead, next, due, gauge int }

func queueLayout(width int) queueColumns {
	k := queueColumns{severity: 12, id: 14, due: 19}
	if width >= 96 {
		k.gauge = 9
	}
	if width >= 112 {
		k.next = 26
	}
	if width >= 134 {
		k.phase = 16
	}
	if width >= 152 {
		k.lead = 16
		k.next = 34
	}
	k.title = width - 2 - k.severity - k.id - k.phase - k.lead - k.next - k.due - k.gauge - 1
	return k
}

func (q *queueScreen) headings(width int) string {
	k := queueLayout(width)
	cell := func(text string, w int) string {
		if w == 0 {
			return ""
		}
		return fit(text, w-1) + " "
	}
	due, next := "DUE", "NEXT OBLIGATION"
	if q.views[q.view].ended {
		due, next = "ENDED", "OUTCOME"
	}
	return q.c.theme.Muted.Paint(fit("  "+cell("SEVERITY", k.severity)+cell("INCIDENT", k.id)+cell("TITLE", k.title)+cell("PHASE", k.phase)+cell("LEAD", k.lead)+cell(next, k.next)+cell(due, k.due), width))
}

func (q *queueScreen) drawRows(width int) []string {
	height := q.listHeight()
	lines := make([]string, 0, height)
	from, to := q.list.window()
	for k := from; k < to; k++ {
		line := q.drawRow(q.rows[k], width, k == q.list.index)
		lines = append(lines, line)
	}
	if len(q.rows) == 0 {
		lines = append(lines, "", q.c.theme.Muted.Paint("  "+q.emptyText()))
	}
	return block(lines, width, height)
}

func (q *queueScreen) emptyText() string {
	if q.query != "" {
		return "Nothing matches " + quoted(q.query) + ". Esc clears the filter."
	}
	return q.views[q.view].empty
}

func (q *queueScreen) drawRow(s *model.Standing, width int, selected bool) string {
	t, k := q.c.theme, queueLayout(width)
	shape, word, style := severityMark(t, s)
	title, mark := t.Text, "  "
	if _, counts := s.Next(); !counts && s.Waits == nil && s.Incident.Open() && k.phase+k.lead == 0 {
		k.title, k.next = k.title+k.next, 0 // nothing is due: the title may say more
	}
	if selected {
		title, mark = t.Bold, t.Focus.Paint("▌ ")
	}
	line := mark + style.Paint(fit(shape+" "+word, k.severity-1)) + " " +
		t.Muted.Paint(fit(string(s.Incident.ID), k.id-1)) + " " +
		title.Paint(fit(safe(s.Incident.Title), k.title-1)) + " "
	if k.phase > 0 {
		line += t.Muted.Paint(fit(phaseLabel(s), k.phase-1)) + " "
	}
	if k.lead > 0 {
		line += q.drawLead(s, k.lead-1) + " "
	}
	line += q.drawNext(s, k)
	if selected {
		return t.Selected.Over(fit(line, width))
	}
	return fit(line, width)
}

func (q *queueScreen) drawLead(s *model.Standing, width int) string {
	if lead := q.c.leadOf(s); lead != "" {
		return q.c.theme.Muted.Paint(fit(lead, width))
	}
	if !s.Incident.Open() {
		return spaces(width)
	}
	return q.c.theme.DueSoon.Paint(fit("– no lead", width))
}

// drawNext draws what is due next: name, countdown and gauge.
func (q *queueScreen) drawNext(s *model.Standing, k queueColumns) string {
	t, now := q.c.theme, q.c.now()
	if !s.Incident.Open() {
		line := ""
		if k.next > 0 {
			line = t.Muted.Paint(fit(string(s.Incident.Outcome), k.next-1)) + " "
		}
		return line + t.Muted.Paint(fit(ago(s.Incident.Closed, now), k.due-1))
	}
	due, counts := s.Next()
	if !counts {
		return q.drawWaiting(s, k)
	}
	state := due.State(now)
	_, style := stateMark(t, state)
	line := ""
	if k.next > 0 {
		line = t.Text.Paint(fit(due.Title(), k.next-1)) + " "
	}
	line += q.c.dueCell(due.At, state, k.due-1) + " "
	if k.gauge > 0 {
		line += gauge(t, style, due.Start, due.At, now, k.gauge-1)
	}
	return line
}

// drawWaiting is the end of a row on which nothing counts: the fact that a
// clock waits for, or that none does.
func (q *queueScreen) drawWaiting(s *model.Standing, k queueColumns) string {
	t := q.c.theme
	next, due, style := "", "· no clock runs", t.Muted
	if w := s.Waits; w != nil {
		next, due, style = w.Rule.Title, "! state: "+q.c.factLabel(s, w.Fact), t.DueSoon
	}
	line := ""
	if k.next > 0 {
		line = t.Text.Paint(fit(next, k.next-1)) + " "
	}
	return line + style.Paint(fit(due, k.due+k.gauge-1))
}

// dueCell is a state as shape and word with its countdown, right-aligned.
func (c *Console) dueCell(at time.Time, state policy.State, width int) string {
	shape, style := stateMark(c.theme, state)
	words := map[policy.State]string{policy.Overdue: "overdue", policy.DueSoon: "due soon", policy.Running: "due in", policy.CannotExclude: "perhaps", policy.Suspended: "delayed"}
	left := shape + " " + words[state]
	if state == policy.CannotExclude && !at.After(c.now()) {
		left = shape + " overdue?"
	}
	time := fitLeft(countdown(at, c.now(), false), width-len([]rune(left)))
	if at.Sub(c.now()).Abs() < lastHour {
		// These change every second: plain text is the cheapest to send.
		return style.Paint(left) + c.theme.Text.Paint(time)
	}
	return style.Paint(left + time)
}

func phaseLabel(s *model.Standing) string {
	if p, ok := s.Procedure.Phase(s.Incident.Phase()); ok {
		return p.Label
	}
	return s.Incident.Phase()
}

// drawBelow is the preview under the list.
func (q *queueScreen) drawBelow(width, height int) []string {
	rule := q.c.theme.Rule.Paint(strings.Repeat("─", width))
	s := q.target()
	if s == nil {
		return block([]string{rule}, width, height)
	}
	left := block(q.c.summaryHead(s, width/2-3), width/2-1, height-1)
	right := block(q.c.summaryDues(s, width-width/2-2, height-2), width-width/2-1, height-1)
	return append([]string{rule}, columns(q.c.theme.Rule.Paint("│")+" ", left, right)...)
}
