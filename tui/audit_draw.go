package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/sign"
	"tocsin/tui/theme"
)

func (a *auditScreen) draw() ([]string, *tea.Position) {
	t := a.c.theme
	left := a.width
	if a.width >= wideAudit {
		left = a.width * 3 / 5
	}
	lines := []string{fit(a.drawHead(), a.width), fit(a.drawState(), a.width)}
	k := auditLayout(left)
	body := []string{t.Muted.Paint(fit("  "+fitLeft("EVENT", k.seq)+"  "+fit("WHEN", k.at)+fit("WHO", k.who)+fit("INCIDENT", k.incident)+"WHAT", left))}
	from, to := a.list.window()
	for row := from; row < to; row++ {
		body = append(body, a.drawRow(k, &a.rows[row], left, row == a.list.index))
	}
	if len(a.rows) == 0 {
		body = append(body, "", t.Muted.Paint("  "+a.empty()))
	}
	room := a.height - len(lines)
	body = block(body, left, room)
	if left < a.width {
		right := a.width - left - 2
		var detail []string
		if e := a.selected(); e != nil {
			detail = append([]string{""}, a.detail(*e, right-1)...)
		}
		body = columns(t.Rule.Paint("│")+" ", body, block(detail, right, room))
	}
	var cursor *tea.Position
	if a.list.index >= 0 {
		cursor = &tea.Position{X: 0, Y: 3 + a.list.index - from}
	}
	return block(append(lines, body...), a.width, a.height), cursor
}

// wideAudit is from which width on the selected event is told beside the list.
const wideAudit = 130

func (a *auditScreen) empty() string {
	switch {
	case a.stop != nil:
		return "Reading…"
	case a.filter != model.EventFilter{}:
		return "Nothing in the log is like that. " + a.c.keyOf("audit-filter") + " asks for something else."
	}
	return "Nothing was recorded yet."
}

// drawHead is how large the log is, its last verification, and the head of its
// tree, which gives way first.
func (a *auditScreen) drawHead() string {
	t := a.c.theme
	line := " " + t.Title.Paint("Audit") + t.Text.Paint(fmt.Sprintf("  %d events  ", a.c.frame.snapshot.Seq())) + a.drawVerified()
	if a.head.Size > 0 {
		line += t.Muted.Paint(fmt.Sprintf("  checkpoint of %d, root ", a.head.Size)) + t.Text.Paint(a.head.Root)
	}
	return line
}

func (a *auditScreen) drawVerified() string {
	const meter = 12
	t := a.c.theme
	switch {
	case a.verifying != nil:
		done, total := a.verifying.done.Load(), max(a.verifying.total.Load(), 1)
		full := int(min(done, total) * meter / total)
		return t.Running.Paint(strings.Repeat("━", full)) + t.Rule.Paint(strings.Repeat("─", meter-full)) + t.Text.Paint(fmt.Sprintf(" verifying %d%%", min(done, total)*100/total))
	case a.last == nil:
		return t.Muted.Paint("– not verified yet: " + a.c.keyOf("verify-log"))
	case a.last.Fault != "":
		return t.Overdue.Paint("! WRONG") + t.Muted.Paint(", "+clock(a.last.at, a.c.now(), a.c.zone()))
	}
	return t.Good.Paint("✓ whole") + t.Muted.Paint(a.upTo()+", "+clock(a.last.at, a.c.now(), a.c.zone()))
}

// upTo says how much of the log was verified, where that is not all of it.
func (a *auditScreen) upTo() string {
	if a.last.Events == a.c.frame.snapshot.Seq() {
		return ""
	}
	return fmt.Sprintf(" up to %d", a.last.Events)
}

// drawState says what of the log is shown; or what is wrong with it.
func (a *auditScreen) drawState() string {
	t := a.c.theme
	if a.last != nil && a.last.Fault != "" {
		return " " + t.Overdue.Paint("! "+safe(a.last.Fault))
	}
	var words []string
	for _, part := range []struct{ name, value string }{{"by", a.filter.Person}, {"about", string(a.filter.Incident)}, {"of kind", a.filter.Kind}} {
		if part.value != "" {
			words = append(words, part.name+" "+safe(part.value))
		}
	}
	if len(words) == 0 {
		return " " + t.Muted.Paint("Everything that was ever recorded, the newest first.")
	}
	return " " + t.Accent.Paint("Only "+strings.Join(words, ", ")) + t.Muted.Paint("  Esc shows all")
}

// auditColumns is how wide each column is.
type auditColumns struct{ seq, at, who, incident int }

func auditLayout(width int) auditColumns {
	k := auditColumns{seq: 6, at: 14, who: 14, incident: 15}
	if width >= 100 {
		k.at, k.who = 18, 20
	}
	return k
}

func (a *auditScreen) drawRow(k auditColumns, e *AuditEvent, width int, selected bool) string {
	t := a.c.theme
	told, what := a.tell(e), t.Text
	mark := "  "
	if told.Minor || e.RemovedBy > 0 {
		what = t.Muted
	}
	if selected {
		mark, what = t.Focus.Paint("▌ "), t.Bold
	}
	at, incident := "", ""
	if e.Body != nil {
		at, incident = e.At.In(a.c.zone()).Format("02 Jan 15:04"), string(e.Body.Incident())
		if k.at > 15 {
			at = e.At.In(a.c.zone()).Format("02 Jan 2006 15:04")
		}
	}
	line := mark + t.Muted.Paint(fitLeft(fmt.Sprint(e.Seq), k.seq)+"  "+fit(at, k.at)) + t.Text.Paint(fit(safe(e.Actor), k.who-1)) + " " +
		t.Muted.Paint(fit(incident, k.incident)) + what.Paint(fit(told.What, max(width-k.seq-k.at-k.who-k.incident-5, 1)))
	if selected {
		return t.Selected.Over(fit(line, width))
	}
	return fit(line, width)
}

// tell is the event as people read it.
func (a *auditScreen) tell(e *AuditEvent) model.Entry {
	if e.Body == nil {
		return model.Entry{Seq: e.Seq, What: fmt.Sprintf("Its text was removed by event %d", e.RemovedBy)}
	}
	snapshot := a.c.frame.snapshot
	var packs []*policy.Pack
	if standing, ok := snapshot.Incident(e.Body.Incident()); ok {
		packs = snapshot.PacksOf(standing.Incident)
	}
	told := model.Tell(e.Event, model.WithOthers(packs, snapshot.Packs()), a.c.zone())
	told.What = safe(told.What)
	return told
}

// detail is all of an event.
func (a *auditScreen) detail(e AuditEvent, width int) []string {
	t, told := a.c.theme, a.tell(&e)
	var lines []string
	for _, line := range wrap(told.What, width) {
		lines = append(lines, t.Bold.Paint(line))
	}
	lines = append(lines, "")
	for _, detail := range told.Detail {
		for _, line := range strings.Split(detail, "\n") {
			for _, part := range wrap(safe(line), width) {
				lines = append(lines, t.Text.Paint(part))
			}
		}
	}
	if len(told.Detail) > 0 {
		lines = append(lines, "")
	}
	row := func(name, text string) {
		if text == "" {
			return
		}
		const label = 10
		for k, part := range wrap(safe(text), max(width-label, 1)) {
			if k > 0 {
				name = ""
			}
			lines = append(lines, t.Muted.Paint(fit(name, label))+t.Text.Paint(part))
		}
	}
	if e.Body != nil {
		row("Who", e.Actor+", as "+string(e.Role))
		row("When", e.At.In(a.c.zone()).Format("Mon 2 Jan 2006 15:04:05.000 MST"))
		row("About", orElse(string(e.Body.Incident()), "the space itself"))
		row("Kind", e.Body.Kind())
		row("Import", e.Batch)
	}
	row("Event", fmt.Sprintf("%d, %d bytes as it is stored", e.Seq, e.Bytes))
	row("Leaf", e.Leaf)
	return lines
}

// checkpointLines show the newest checkpoint, and as much of it as a QR code as
// there is room for: all of it, its text without the signature, or its size and
// root.
func (c *Console) checkpointLines(width int) []string {
	t, head := c.theme, c.audit.head
	text, _, _ := strings.Cut(head.Note, "\n\n")
	const around = 6 // rows of the box and of the screen that are not the reader's
	var lines []string
	for _, code := range []struct{ text, says string }{
		{head.Note, "All of it, with its signatures:"},
		{text + "\n", "Its text, without signatures (they take a larger terminal):"},
		{fmt.Sprintf("%d\n%s\n", head.Size, head.Root), "Size and root:"},
	} {
		rows, err := sign.QR(code.text, c.plain)
		if err != nil || len(rows)+1 > c.height-around || cells(rows[0]) > width {
			continue
		}
		lines = append(lines, t.Muted.Paint(code.says))
		for _, row := range rows {
			if !c.plain {
				row = theme.Paper().Paint(row)
			}
			lines = append(lines, row)
		}
		break
	}
	lines = append(lines, "", t.Text.Paint(fmt.Sprintf("%d events", head.Size)), "")
	for _, line := range strings.Split(strings.TrimSuffix(head.Note, "\n"), "\n") {
		for _, part := range wrap(safe(line), width) {
			lines = append(lines, t.Text.Paint(part))
		}
	}
	lines = append(lines, "")
	for _, part := range wrap("Keep it outside: tocsin audit checkpoint prints it to a file, and tocsin audit verify --checkpoint holds the record against it.", width) {
		lines = append(lines, t.Muted.Paint(part))
	}
	return lines
}
