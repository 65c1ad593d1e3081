package tui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// deadlineRow is one due of one incident.
type deadlineRow struct {
	standing *model.Standing
	due      model.Due
}

// deadlinesScreen puts all that open incidents owe on one time axis.
type deadlinesScreen struct {
	c             *Console
	width, height int
	rows          []deadlineRow // dues only
	list          list
	seq           uint64
	more          int // dues beyond those shown
}

// maxDeadlines bounds the list: nobody reads further, and a space with very
// many incidents must not cost a frame.
const maxDeadlines = 1000

func newDeadlinesScreen(c *Console) *deadlinesScreen {
	return &deadlinesScreen{c: c, list: list{index: -1}}
}

func (d *deadlinesScreen) here() where { return onDeadlines }

func (d *deadlinesScreen) size(width, height int) {
	d.width, d.height = width, height
	d.list.resize(height - 1)
}

func (d *deadlinesScreen) apply(frame frameMsg) {
	if d.rows != nil && d.seq == frame.snapshot.Seq() {
		return
	}
	d.seq = frame.snapshot.Seq()
	d.rows, d.more = []deadlineRow{}, 0
	for standing, due := range frame.snapshot.Dues() {
		if len(d.rows) == maxDeadlines {
			d.more = 1
			break
		}
		d.rows = append(d.rows, deadlineRow{standing: standing, due: due})
	}
	d.list.set(idsOf(d.rows, func(r deadlineRow) string {
		return string(r.standing.Incident.ID) + " " + r.due.Pack.ID + "/" + r.due.Rule.ID
	}))
}

func (d *deadlinesScreen) move(rows int) { d.list.selectAt(saturate(d.list.index, rows)) }

func (d *deadlinesScreen) selected() *deadlineRow {
	if d.list.index < 0 || d.list.index >= len(d.rows) {
		return nil
	}
	return &d.rows[d.list.index]
}

func (d *deadlinesScreen) target() *model.Standing {
	if row := d.selected(); row != nil {
		return row.standing
	}
	return nil
}

func (d *deadlinesScreen) obligation() *policy.Obligation {
	row := d.selected()
	if row == nil {
		return nil
	}
	return d.c.findObligation(row.standing.Incident, row.due.Key())
}

func (d *deadlinesScreen) typing() bool           { return false }
func (d *deadlinesScreen) update(tea.Msg) tea.Cmd { return nil }

func (d *deadlinesScreen) extent() extent {
	return extent{from: 1, height: d.list.height, top: d.list.top, show: d.list.height, total: len(d.rows)}
}

func (d *deadlinesScreen) click(_, y int) tea.Cmd {
	for _, line := range d.layout() {
		if line.y == y && line.row >= 0 {
			if d.list.index == line.row {
				return d.c.openSelected()
			}
			d.list.selectAt(line.row)
			return nil
		}
	}
	return nil
}

// groupOf names the stretch of time a due falls in.
func (d *deadlinesScreen) groupOf(due model.Due) string {
	now := d.c.now()
	left := due.At.Sub(now)
	local, today := due.At.In(d.c.zone()), now.In(d.c.zone())
	switch {
	case due.Passed(now):
		return "Overdue"
	case left <= lastHour:
		return "Next hour"
	case local.YearDay() == today.YearDay() && local.Year() == today.Year():
		return "Today"
	case left <= 24*time.Hour:
		return "Next 24 hours"
	case left <= 7*24*time.Hour:
		return "Next 7 days"
	}
	return "Later"
}

// deadlineLine is where a row is drawn.
type deadlineLine struct {
	y, row  int
	heading string
}

// layout places the rows in view and the headings between them.
func (d *deadlinesScreen) layout() []deadlineLine {
	var lines []deadlineLine
	y, group := 1, ""
	from := d.list.top
	for row := from; row < len(d.rows) && y < d.height; row++ {
		if g := d.groupOf(d.rows[row].due); g != group {
			group = g
			lines = append(lines, deadlineLine{y: y, row: -1, heading: g})
			y++
		}
		if y < d.height {
			lines = append(lines, deadlineLine{y: y, row: row})
			y++
		}
	}
	return lines
}

// reveal scrolls on until the selected row is in view, headings included.
func (d *deadlinesScreen) reveal() []deadlineLine {
	for {
		lines := d.layout()
		if d.list.index < 0 || len(lines) == 0 || lines[len(lines)-1].row >= d.list.index || d.list.top >= len(d.rows)-1 {
			return lines
		}
		d.list.top++
	}
}

func (d *deadlinesScreen) draw() ([]string, *tea.Position) {
	t := d.c.theme
	head := " " + t.Title.Paint("Deadlines") + t.Muted.Paint("  every open incident, soonest first")
	count := fmt.Sprintf("%d deadlines ", len(d.rows))
	if d.more > 0 {
		count = fmt.Sprintf("the first %d ", len(d.rows))
	}
	lines := []string{beside(head, t.Muted.Paint(count), d.width)}
	if len(d.rows) == 0 {
		lines = append(lines, "", t.Muted.Paint("  No clock runs. Deadlines appear here when facts start them."))
		return block(lines, d.width, d.height), nil
	}
	var cursor *tea.Position
	for _, line := range d.reveal() {
		if line.row < 0 {
			lines = append(lines, d.drawGroup(line.heading))
			continue
		}
		if line.row == d.list.index {
			cursor = &tea.Position{X: 0, Y: line.y}
		}
		lines = append(lines, d.drawRow(d.rows[line.row], line.row == d.list.index))
	}
	return block(lines, d.width, d.height), cursor
}

func (d *deadlinesScreen) drawGroup(name string) string {
	style := d.c.theme.Title
	if name == "Overdue" {
		style = d.c.theme.Overdue
	}
	return " " + style.Paint(name)
}

func (d *deadlinesScreen) drawRow(row deadlineRow, selected bool) string {
	t, now, due := d.c.theme, d.c.now(), row.due
	state := due.State(now)
	_, style := stateMark(t, state)
	shape, word, severity := severityMark(t, row.standing)
	mark, text := "  ", t.Text
	if selected {
		mark, text = t.Focus.Paint("▌ "), t.Bold
	}
	k := deadlineLayout(d.width)
	line := mark + d.c.dueCell(due.At, state, 19) + " "
	if k.when > 0 {
		line += t.Muted.Paint(fit(d.c.dueText(due.At, due.Rule), k.when-1)) + " "
	}
	if k.gauge > 0 {
		line += gauge(t, style, due.Start, due.At, now, k.gauge-1) + " "
	}
	line += text.Paint(fit(due.Title(), k.rule-1)) + " " + severity.Paint(fit(shape+" "+word, 11)) + " " +
		t.Muted.Paint(fit(string(row.standing.Incident.ID), 13)) + " " + t.Muted.Paint(fit(safe(row.standing.Incident.Title), k.title))
	if selected {
		return t.Selected.Over(fit(line, d.width))
	}
	return fit(line, d.width)
}

// deadlineColumns is how wide each column is; 0 leaves one out.
type deadlineColumns struct{ when, gauge, rule, title int }

func deadlineLayout(width int) deadlineColumns {
	k := deadlineColumns{}
	room := width - 2 - 20 - 12 - 14
	if width >= 100 {
		k.when = 18
	}
	if width >= 150 {
		k.gauge = 13
	}
	room -= k.when + k.gauge
	k.rule = min(room, 36)
	if room > 90 {
		k.rule = room * 2 / 5
	}
	k.title = room - k.rule
	return k
}
