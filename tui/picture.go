package tui

import (
	"strings"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/theme"
)

// pictureLabel is the room for names left of the time axis.
const pictureLabel = 24

// axis maps moments to columns.
type axis struct {
	from, to time.Time
	width    int
}

func (a axis) column(at time.Time) int {
	total := a.to.Sub(a.from)
	if total <= 0 {
		return 0
	}
	k := int(int64(at.Sub(a.from)) * int64(a.width-1) / int64(total))
	return min(max(k, 0), a.width-1)
}

// drawPicture shows an incident over time: its phases as bars, its deadlines
// as marks, and now as a line through both.
func drawPicture(c *Console, s *model.Standing, obligations []policy.Obligation, width int) []string {
	a := pictureAxis(s.Incident, obligations, c.now())
	a.width = width - pictureLabel - 3
	lines := []string{" " + drawTicks(c, a)}
	for k, span := range s.Incident.Phases {
		lines = append(lines, " "+drawSpan(c, s, k, span, a))
	}
	shown := 0
	for k := range obligations {
		o := &obligations[k]
		if shown == maxPictureDues || !counts(o, c.now()) {
			continue
		}
		lines = append(lines, " "+drawDue(c, o, a))
		shown++
	}
	return lines
}

// maxPictureDues keeps the picture from pushing everything else away.
const maxPictureDues = 5

// pictureAxis spans from the start of the incident to what comes next: far
// enough to see the nearest deadlines, not so far that hours become invisible.
func pictureAxis(i *model.Incident, obligations []policy.Obligation, now time.Time) axis {
	a := axis{from: i.Opened, to: now}
	for _, f := range i.Facts {
		if at := f.Value.At; !at.IsZero() && at.Before(a.from) && i.Opened.Sub(at) < 14*24*time.Hour {
			a.from = at
		}
	}
	if !i.Open() {
		a.to = i.Closed
	}
	reach := max(2*now.Sub(a.from), 96*time.Hour)
	for k := range obligations {
		if o := &obligations[k]; i.Open() && counts(o, now) && o.Strict.After(a.to) && o.Strict.Sub(a.from) < reach {
			a.to = o.Strict
		}
	}
	if margin := a.to.Sub(a.from) / 20; margin > 0 {
		a.to = a.to.Add(margin)
	} else {
		a.to = a.from.Add(time.Hour)
	}
	return a
}

// drawTicks writes times along the axis, and marks now.
func drawTicks(c *Console, a axis) string {
	layout := "Mon 2 15:04"
	if a.to.Sub(a.from) > 10*24*time.Hour {
		layout = "2 Jan"
	}
	row := []rune(spaces(a.width))
	ticks := min(max(a.width/(len(layout)+6), 1), 6)
	for k := range ticks {
		at := a.from.Add(time.Duration(k) * a.to.Sub(a.from) / time.Duration(ticks))
		copy(row[a.column(at):], []rune("╷"+at.In(c.zone()).Format(layout)))
	}
	line := c.theme.Muted.Paint(string(row))
	return c.theme.Title.Paint(fit("Over time", pictureLabel)) + " " + line
}

// drawSpan is one phase as a bar from when it was entered until it was left.
func drawSpan(c *Console, s *model.Standing, k int, span model.PhaseSpan, a axis) string {
	t := c.theme
	until, style := c.now(), t.Accent
	if k+1 < len(s.Incident.Phases) {
		until, style = s.Incident.Phases[k+1].From, t.Muted
	} else if !s.Incident.Open() {
		until, style = s.Incident.Closed, t.Muted
	}
	from, to := a.column(span.From), a.column(until)
	label := span.Phase
	if p, ok := s.Procedure.Phase(span.Phase); ok {
		label = p.Label
	}
	labelStyle := t.Muted
	if style == t.Accent {
		labelStyle = t.Bold
	}
	bar := spaces(from) + style.Paint(strings.Repeat("━", max(to-from, 1)))
	return labelStyle.Paint(fit(label, pictureLabel)) + " " + withNow(c, bar, from+max(to-from, 1), a)
}

// drawDue is one deadline: the clock from its start, a mark where it is due.
func drawDue(c *Console, o *policy.Obligation, a axis) string {
	t := c.theme
	state := o.State(c.now())
	shape, style := stateMark(t, state)
	from, to := a.column(o.Start), a.column(o.Strict)
	if o.Strict.After(a.to) {
		text := "→ " + o.Strict.In(c.zone()).Format("2 Jan")
		dots := max(a.width-from-len([]rune(text))-1, 0)
		return style.Paint(fit(o.Title(), pictureLabel)) + " " + spaces(from) + t.Rule.Paint(strings.Repeat("·", dots)) + " " + style.Paint(text)
	}
	bar := spaces(from) + t.Rule.Paint(strings.Repeat("·", max(to-from, 0))) + style.Paint(markAt(shape))
	return style.Paint(fit(o.Title(), pictureLabel)) + " " + withNow(c, bar, max(to, from)+1, a)
}

func markAt(shape string) string {
	if shape == "!" {
		return "▼"
	}
	return "▽"
}

// withNow continues a row to the right with the line that marks now, where
// the row has not reached it yet.
func withNow(c *Console, row string, used int, a axis) string {
	if at := a.column(c.now()); at >= used {
		return row + spaces(at-used) + nowMark(c.theme)
	}
	return row
}

func nowMark(t *theme.Theme) string { return t.Accent.Paint("│") }
