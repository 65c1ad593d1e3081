package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/tui/sign"
	"tocsin/tui/theme"
)

// item is the piece of evidence selected on its tab, nil elsewhere.
func (s *incidentScreen) item() *model.Evidence {
	if s.standing == nil || s.tab != evidenceTab || s.itemList.index < 0 || s.itemList.index >= len(s.standing.Incident.Evidence) {
		return nil
	}
	return &s.standing.Incident.Evidence[s.itemList.index]
}

// ledgerBeside is the width from which the ledger stands beside the list.
const ledgerBeside = 160

// drawEvidence lists the evidence, with the selected piece's ledger of custody
// below or beside.
func (s *incidentScreen) drawEvidence() ([]string, *tea.Position) {
	t, height := s.c.theme, s.bodyHeight()
	var top []string
	if s.c.errand != nil {
		top = append(top, s.c.drawErrand(s.width))
	}
	items := s.standing.Incident.Evidence
	if len(items) == 0 {
		top = append(top, "")
		for _, line := range wrap("No evidence yet. Press "+s.c.keyOf("evidence-add")+" to bring a file in: it is hashed, sealed, and gets a ledger of who held it.", s.width-2) {
			top = append(top, " "+t.Muted.Paint(line))
		}
		return top, nil
	}
	height -= len(top)
	width, rows := s.width, min(len(items), max((height-3)/2, 1))
	beside := s.width >= ledgerBeside
	if beside {
		width, rows = s.width*11/20, height-1
	}
	list, cursor := s.drawItems(items, width, rows)
	cursor.Y += len(top)
	if beside {
		detail := s.drawItem(s.item(), s.width-width-3, height)
		return append(top, columns(t.Rule.Paint("│")+" ", block(list, width, height), block(detail, s.width-width-3, height))...), cursor
	}
	list = append(list, t.Rule.Paint(strings.Repeat("─", s.width)))
	return append(append(top, list...), s.drawItem(s.item(), s.width-2, height-len(list))...), cursor
}

func (s *incidentScreen) drawItems(items []model.Evidence, width, rows int) ([]string, *tea.Position) {
	t := s.c.theme
	s.itemList.resize(rows)
	from, to := s.itemList.window()
	lines := []string{t.Muted.Paint(s.itemRow(width, "ITEM", "TITLE", "KIND", "SIZE", "SHA-256", "HOLDER", "VERIFIED"))}
	for k := from; k < to; k++ {
		item := items[k]
		mark := sign.Integrity(item.Integrity)
		row := s.itemRow(width, item.ID, safe(item.Title), string(item.Kind), model.Bytes(item.Size), item.SHA256, safe(holderWords(&item)), "")
		style, focus := t.Text, "  "
		if k == s.itemList.index {
			style, focus = t.Bold, t.Focus.Paint("▌ ")
		}
		line := focus + style.Paint(row[2:]) + integrityStyle(t, mark).Paint(mark.String())
		if k == s.itemList.index {
			line = t.Selected.Over(fit(line, width))
		}
		lines = append(lines, fit(line, width))
	}
	return lines, &tea.Position{X: 0, Y: 1 + s.itemList.index - from}
}

// itemRow lays a row of the list out. Narrow ones leave the kind to the detail.
func (s *incidentScreen) itemRow(width int, id, title, kind, size, digest, holder, verified string) string {
	const verdict = 14
	kinds, digits, people := 0, 8, 14
	if width >= 100 {
		kinds, digits, people = 11, 12, 20
	}
	room := width - 2 - 6 - kinds - 9 - digits - 2 - people - verdict
	row := "  " + fit(id, 6) + fit(title, room-1) + " "
	if kinds > 0 {
		row += fit(kind, kinds)
	}
	return row + fitLeft(size, 7) + "  " + fit(digest[:min(len(digest), digits)], digits+2) + fit(holder, people-1) + " " + verified
}

// clickItem selects the row of the list that was clicked.
func (s *incidentScreen) clickItem(x, y int) {
	row := y - 1
	if s.c.errand != nil {
		row--
	}
	if row >= 0 && row < s.itemList.height && (s.width < ledgerBeside || x < s.width*11/20) {
		s.itemList.selectAt(s.itemList.top + row)
	}
}

// holderWords is who holds the item, or how its custody ended.
func holderWords(e *model.Evidence) string {
	if holder := e.Holder(); holder != "" {
		return holder
	}
	return "– " + string(e.Custody[len(e.Custody)-1].Deed)
}

func integrityStyle(t *theme.Theme, mark sign.Sign) theme.Style {
	switch mark.Tone {
	case sign.Good:
		return t.Met
	case sign.Alarm:
		return t.Overdue
	}
	return t.Muted
}

// drawItem is what is known of a piece, and its ledger. Where that has more
// steps than there is room, the oldest but the collection give way.
func (s *incidentScreen) drawItem(e *model.Evidence, width, height int) []string {
	t := s.c.theme
	lines := []string{" " + t.Title.Paint(e.ID) + "  " + t.Bold.Paint(safe(e.Title))}
	row := func(label, text string) {
		for k, line := range wrap(text, width-11) {
			if k > 0 {
				label = ""
			}
			lines = append(lines, " "+t.Muted.Paint(fit(label, 10))+t.Text.Paint(line))
		}
	}
	row("SHA-256", e.SHA256)
	row("What", joined(nonEmpty(string(e.Kind), model.Bytes(e.Size), safe(e.Name)), ""))
	if e.From != "" {
		row("From", safe(e.From))
	}
	if !e.Verified.IsZero() {
		row("Verified", sign.Integrity(e.Integrity).String()+", "+clock(e.Verified, s.c.now(), s.c.zone())+" by "+safe(e.Verifier))
	}
	if e.Note != "" && height-len(lines) > 8 {
		row("Note", safe(strings.ReplaceAll(e.Note, "\n", " ")))
	}
	keys := fmt.Sprintf("%s custody  %s verify  %s export  %s add", s.c.keyOf("evidence-move"), s.c.keyOf("evidence-verify"), s.c.keyOf("evidence-export"), s.c.keyOf("evidence-add"))
	lines = append(lines, beside(" "+t.Title.Paint("Custody"), t.Muted.Paint(keys), width))
	return append(lines, s.drawLedger(e.Custody, width, max(height-len(lines), 1))...)
}

func (s *incidentScreen) drawLedger(steps []model.CustodyStep, width, room int) []string {
	var blocks [][]string
	total := 0
	for k := range steps {
		blocks = append(blocks, s.drawStep(&steps[k], width))
		total += len(blocks[k])
	}
	if total <= room {
		return flat(blocks)
	}
	lines, from := blocks[0], len(blocks)
	left := room - len(lines) - 1
	for from > 1 && len(blocks[from-1]) <= left {
		from--
		left -= len(blocks[from])
	}
	lines = append(lines, " "+s.c.theme.Muted.Paint(fmt.Sprintf("%s%d more: the timeline has them", spaces(18), from-1)))
	return append(lines, flat(blocks[from:])...)
}

func flat(blocks [][]string) []string {
	var lines []string
	for _, b := range blocks {
		lines = append(lines, b...)
	}
	return lines
}

// drawStep is one step of custody: when, what, and why.
func (s *incidentScreen) drawStep(step *model.CustodyStep, width int) []string {
	t := s.c.theme
	what := stepWords(step)
	if step.By != step.Person && step.By != step.From {
		what += ", recorded by " + step.By
	}
	lines := wrap(safe(what), width-20)
	for k, line := range lines {
		left := spaces(19)
		if k == 0 {
			left = " " + t.Muted.Paint(fit(clock(step.At, s.c.now(), s.c.zone()), 18))
		}
		lines[k] = left + t.Text.Paint(line)
	}
	if step.Reason != "" {
		for _, line := range wrap(safe(strings.ReplaceAll(step.Reason, "\n", " ")), width-20) {
			lines = append(lines, spaces(19)+t.Muted.Paint(line))
		}
	}
	return lines
}

func stepWords(step *model.CustodyStep) string {
	switch step.Deed {
	case model.Transferred:
		return fmt.Sprintf("%s: %s → %s", step.Deed, step.From, step.Person)
	case model.Returned, model.Released:
		if step.Person == "" {
			return string(step.Deed)
		}
		return fmt.Sprintf("%s to %s", step.Deed, step.Person)
	}
	return fmt.Sprintf("%s by %s", step.Deed, step.Person)
}
