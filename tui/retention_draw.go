package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/tui/theme"
)

func (r *retentionScreen) draw() ([]string, *tea.Position) {
	t, under := r.c.theme, ""
	if r.c.errand != nil {
		under = r.c.drawErrand(r.width)
	}
	lines := append(r.drawClasses(), under)
	if len(r.rows) == 0 {
		for _, line := range wrap(r.empty(), max(r.width-4, 1)) {
			lines = append(lines, t.Muted.Paint("  "+line))
		}
		return block(lines, r.width, r.height), nil
	}
	k := expiryLayout(r.width)
	titles := fit("  SWEEP", 2+k.standing) + fit("INCIDENT", k.id) + fit("CLASS", k.class) + fit("SINCE", k.at) + fit("GOES FROM", k.at) + fit("TITLE", k.title)
	lines = append(lines, t.Muted.Paint(fit(titles, r.width)))
	from, to := r.list.window()
	for row := from; row < to; row++ {
		lines = append(lines, r.drawRow(k, &r.rows[row], row == r.list.index))
	}
	lines = block(lines, r.width, r.height-r.foot())
	if r.foot() > 0 {
		lines = append(lines, r.drawFoot()...)
	}
	return block(lines, r.width, r.height), &tea.Position{X: 0, Y: r.head() + r.list.index - from}
}

// drawClasses says how long what is kept, and how many people a sweep takes.
func (r *retentionScreen) drawClasses() []string {
	t, set := r.c.theme, r.c.frame.snapshot.Meta().Retention
	people := "a sweep takes one person "
	if set.Second {
		people = "a sweep takes two people "
	}
	lines := []string{beside(" "+t.Title.Paint("Retention")+t.Muted.Paint("  how long what is kept"), t.Muted.Paint(people), r.width)}
	const label, words = 20, 26
	for _, k := range model.Keepings() {
		lines = append(lines, " "+t.Text.Paint(fit(k.Label, label))+t.Bold.Paint(fit(set.Words(k.Class), words))+t.Muted.Paint(fit(brief(k.Counts, r.width-label-words-2), r.width-label-words-2)))
	}
	return lines
}

// brief is a text, or its first clause where there is no room for all of it.
func brief(text string, room int) string {
	if cells(text) <= room {
		return text
	}
	first, _, _ := strings.Cut(text, ";")
	return first
}

// empty says how something comes to be here.
func (r *retentionScreen) empty() string {
	c := r.c
	text := "Nothing is due, held back or waiting to be deleted."
	if next := r.preview.Next; !next.IsZero() {
		text += " The first comes due " + clock(next, c.now(), c.zone()) + "."
	}
	return text + " An incident that was reported by mistake: end it, then press " + c.keyOf("delete") + " on it, in the queue's closed view or opened. Periods are changed with tocsin retention set CLASS PERIOD."
}

// expiryColumns is how wide each column is.
type expiryColumns struct{ standing, id, class, at, title int }

func expiryLayout(width int) expiryColumns {
	k := expiryColumns{standing: 10, id: 14, class: 17, at: 18}
	k.title = max(width-2-k.standing-k.id-k.class-2*k.at, 0)
	return k
}

// expiryMark is how something stands as shape, word and style.
func (r *retentionScreen) expiryMark(t *theme.Theme, e *expiryRow) (text string, style theme.Style) {
	switch {
	case e.standing == held:
		return "‖ held", t.Doubtful
	case e.standing == waits:
		return "○ waits", t.Running
	case e.Overdue(r.c.now()):
		return "! overdue", t.Overdue
	}
	return "● goes", t.DueSoon
}

func (r *retentionScreen) drawRow(k expiryColumns, e *expiryRow, selected bool) string {
	t, c := r.c.theme, r.c
	word, style := r.expiryMark(t, e)
	mark, text := "  ", t.Text
	if selected {
		mark, text = t.Focus.Paint("▌ "), t.Bold
	}
	line := mark + style.Paint(fit(word, k.standing)) + text.Paint(fit(string(e.Incident.ID), k.id)) + t.Text.Paint(fit(classLabel(e.Class), k.class-1)) + " " +
		t.Muted.Paint(fit(clock(e.Since, c.now(), c.zone()), k.at)) + t.Muted.Paint(fit(clock(e.From, c.now(), c.zone()), k.at)) + t.Muted.Paint(fit(safe(e.Incident.Title), k.title))
	if selected {
		return t.Selected.Over(fit(line, r.width))
	}
	return fit(line, r.width)
}

// drawFoot tells all of the selected row: what goes, by which rule, and what
// keeps it or can be done.
func (r *retentionScreen) drawFoot() []string {
	t, e, c := r.c.theme, r.selected(), r.c
	if e == nil {
		return nil
	}
	what := safe(e.Incident.Title)
	if e.Class == model.EvidenceContent {
		what = "content of " + strings.Join(e.Items, ", ") + " of " + what
	}
	rule := e.Why()
	if !e.By.IsZero() {
		rule += "; to be gone by " + clock(e.By, c.now(), c.zone())
	}
	lines := []string{t.Rule.Paint(strings.Repeat("─", r.width)), " " + t.Bold.Paint(fit(what, r.width-2)), " " + fit(rule, r.width-2)}
	for _, line := range wrap(r.decisions(e), max(r.width-2, 1)) {
		lines = append(lines, " "+t.Muted.Paint(line))
	}
	return block(lines, r.width, retentionFoot)
}

// decisions says who decided what about the incident, and how to take it back.
func (r *retentionScreen) decisions(e *expiryRow) string {
	c, i := r.c, e.Incident
	var said []string
	if i.Held() {
		said = append(said, "Held by "+safe(i.Hold.By)+" ("+c.keyOf("release-hold")+" releases it): "+safe(i.Hold.Reason))
	}
	if d := i.Deletion; d != nil {
		said = append(said, "Deleted by "+safe(d.By)+" ("+c.keyOf("undelete")+" takes it back): "+safe(d.Reason))
	}
	return strings.Join(said, " ")
}
