package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/notice"
)

// Widths from which the checklist and the preview stand beside the fields: one
// above the other, or each in a column of its own.
const (
	draftBeside  = 110
	draftColumns = 160
)

func (s *draftingScreen) beside() bool { return s.width >= draftBeside }

func (s *draftingScreen) draw() ([]string, *tea.Position) {
	head := s.drawHead()
	s.formFrom = len(head)
	height := s.height - len(head)
	rule := s.c.theme.Rule.Paint("│")
	switch {
	case s.width >= draftColumns:
		left, middle := s.width*36/100, s.width*25/100
		right := s.width - left - middle - 4
		body, cursor := s.form.draw(left-2, height)
		lines := columns(rule+" ", block(body, left, height), block(s.drawContents(middle), middle, height), block(s.drawPreview(right, height), right, height))
		return block(append(head, lines...), s.width, s.height), shift(cursor, 0, len(head))
	case s.beside():
		left := s.width / 2
		right := s.width - left - 2
		body, cursor := s.form.draw(left-2, height)
		side := s.drawContents(right)
		side = append(side[:min(len(side), height/2)], "")
		side = append(side, s.drawPreview(right, height-len(side))...)
		lines := columns(rule+" ", block(body, left, height), block(side, right, height))
		return block(append(head, lines...), s.width, s.height), shift(cursor, 0, len(head))
	}
	switch s.page {
	case contentsPage:
		return block(append(head, indented(s.from(s.drawContents(s.width-2), height))...), s.width, s.height), nil
	case previewPage:
		return block(append(head, indented(s.drawPreview(s.width-2, height))...), s.width, s.height), nil
	}
	body, cursor := s.form.draw(s.width-2, height)
	return block(append(head, body...), s.width, s.height), shift(cursor, 0, len(head))
}

func indented(lines []string) []string {
	for k := range lines {
		lines[k] = " " + lines[k]
	}
	return lines
}

// drawHead says what is written, where it stands, and on a narrow screen which
// page of it this is.
func (s *draftingScreen) drawHead() []string {
	t, i := s.c.theme, s.standing.Incident
	what := "a new notice"
	if s.notice != nil {
		what = fmt.Sprintf("%s, after version %d", s.notice.ID, s.notice.Version)
	}
	mark := t.Selected.Over(t.Title.Paint(" DRAFT ")) + " " + t.Bold.Paint(what)
	of := t.Title.Paint(string(i.ID)) + "  " + t.Text.Paint(safe(i.Title))
	head := []string{" " + mark + "  " + fit(of, max(s.width-cells(mark)-4, 0))}
	if s.dialog.problem != "" {
		for _, line := range wrap(safe(strings.ReplaceAll(s.dialog.problem, "\n", " ")), s.width-4) {
			head = append(head, " "+t.Overdue.Paint("! "+line))
		}
	}
	second := " " + s.lacksWords()
	if !s.beside() {
		pages := ""
		for k, name := range []string{"Fields", "Contents", "Preview"} {
			if k == s.page {
				pages += t.Title.Paint("[" + name + "]")
			} else {
				pages += t.Muted.Paint(" " + name + " ")
			}
		}
		second = beside(" "+pages+t.Muted.Paint("  "+s.c.keyOf("draft-page")+" turns"), s.lacksWords()+" ", s.width)
	}
	return append(head, second, "")
}

// lacksWords counts what of the required contents is there.
func (s *draftingScreen) lacksWords() string {
	t := s.c.theme
	counts := make(map[notice.State]int)
	for _, item := range s.made.items {
		counts[item.State]++
	}
	switch {
	case s.made.problem != "":
		return t.Overdue.Paint("! no text yet")
	case counts[notice.Missing] > 0:
		return t.Overdue.Paint(fmt.Sprintf("! %d missing", counts[notice.Missing])) + t.Muted.Paint(fmt.Sprintf(", %d of %d there", counts[notice.Covered], len(s.made.items)))
	case counts[notice.Passed] > 0:
		return t.Overdue.Paint("! a promised time has passed")
	case counts[notice.Unknown] > 0 && !s.made.phased:
		return t.Overdue.Paint(fmt.Sprintf("! %d not yet known", counts[notice.Unknown]))
	case counts[notice.Late] > 0:
		return t.DueSoon.Paint("◐ a promise is later than the policy's")
	case counts[notice.Unknown] > 0:
		return t.Doubtful.Paint(fmt.Sprintf("? %d to follow", counts[notice.Unknown])) + t.Muted.Paint(", the rest is there")
	}
	return t.Met.Paint("✓ complete")
}

// from is the part of a text that the page is scrolled to.
func (s *draftingScreen) from(lines []string, height int) []string {
	s.top = min(s.top, max(len(lines)-height, 0))
	return lines[s.top:min(s.top+height, len(lines))]
}

// drawContents holds the text against what the rules want said.
func (s *draftingScreen) drawContents(width int) []string {
	t := s.c.theme
	lines := []string{t.Title.Paint("Required contents")}
	if s.made.problem != "" {
		return append(lines, s.wrapped(s.made.problem, width, t.Overdue)...)
	}
	if len(s.made.items) == 0 {
		return append(lines, s.wrapped("No rule that it answers asks for any.", width, t.Muted)...)
	}
	for _, item := range s.made.items {
		lines = append(lines, s.contentItem(item, width)...)
	}
	if len(s.made.borrowed) > 0 {
		slices.Sort(s.made.borrowed)
		lines = append(lines, s.wrapped("! Said in the first language only: "+strings.Join(slices.Compact(s.made.borrowed), ", "), width, t.DueSoon)...)
	}
	return lines
}

func (s *draftingScreen) wrapped(text string, width int, style painter) []string {
	var lines []string
	for _, line := range wrap(text, width) {
		lines = append(lines, style.Paint(line))
	}
	return lines
}

// painter is what a text is painted with.
type painter interface{ Paint(text string) string }

func (s *draftingScreen) contentItem(item notice.Item, width int) []string {
	t := s.c.theme
	mark, style := contentMark(t, item.State)
	shape, word, _ := strings.Cut(mark, " ")
	var lines []string
	for k, line := range wrap(safe(item.Content), width-2) {
		if k > 0 {
			shape = " "
		}
		lines = append(lines, style.Paint(shape)+" "+t.Text.Paint(line))
	}
	why := word
	switch {
	case item.State == notice.Missing && item.Why != "":
		why += ": " + item.Why
	case item.State == notice.Unknown && !s.made.phased:
		why += ", and the rule does not take it later"
	case item.State == notice.Unknown:
		why += ", which may follow; in “" + item.Where + "”"
	case item.State.Told() && item.Says != "":
		why += ": " + item.Says
	case item.Where != "":
		why += " in “" + item.Where + "”"
	}
	for k, line := range wrap(safe(why), width-2) {
		painted := t.Muted.Paint(line)
		if rest, first := strings.CutPrefix(line, word); first && k == 0 {
			painted = style.Paint(word) + t.Muted.Paint(rest)
		}
		lines = append(lines, "  "+painted)
	}
	return lines
}

// drawPreview is the text as one recipient will read it.
func (s *draftingScreen) drawPreview(width, height int) []string {
	t := s.c.theme
	to, who := notice.Recipient{Customer: sampleCustomer, Contact: sampleContact}, "as a recipient will see it"
	if len(s.people) > 0 {
		one := s.people[s.person]
		to = notice.Recipient{Customer: one.Name, Contact: one.Address}
		who = "as " + safe(orElse(one.Name, one.Customer)) + " will see it"
	}
	lines := []string{t.Title.Paint("Preview") + t.Muted.Paint("  "+who)}
	if s.made.problem != "" || len(s.made.draft.Texts) == 0 {
		return append(lines, t.Muted.Paint("There is no text yet."))
	}
	text := s.shownText()
	var keys []string
	if len(s.made.draft.Texts) > 1 {
		keys = append(keys, s.c.keyOf("draft-language")+" language")
	}
	if len(s.people) > 1 {
		keys = append(keys, s.c.keyOf("draft-recipient")+" recipient")
	}
	lines = append(lines, t.Muted.Paint(strings.Join(append([]string{text.Language}, keys...), "  ")))
	subject, body := notice.Fill(text.Subject, text.Body, to)
	var all []string
	for _, line := range wrap(safe(subject), width) {
		all = append(all, t.Bold.Paint(line))
	}
	all = append(all, "")
	for paragraph := range strings.SplitSeq(model.CleanText(body), "\n") {
		for _, line := range wrap(paragraph, width) {
			all = append(all, t.Text.Paint(line))
		}
	}
	return append(lines, s.scrolled(all, height-len(lines))...)
}

// scrolled is the part of the preview that it is scrolled to, with how much
// there is beyond it.
func (s *draftingScreen) scrolled(lines []string, height int) []string {
	if len(lines) <= height || height < 2 {
		s.top = 0
		return lines
	}
	s.top = min(s.top, len(lines)-height+1)
	shown := slices.Clone(lines[s.top : s.top+height-1])
	return append(shown, s.c.theme.Muted.Paint(fmt.Sprintf("lines %d–%d of %d  PgUp PgDn", s.top+1, s.top+height-1, len(lines))))
}

// shownText is the text in the language of the preview.
func (s *draftingScreen) shownText() *model.NoticeText {
	for k := range s.made.draft.Texts {
		if s.made.draft.Texts[k].Language == s.language {
			return &s.made.draft.Texts[k]
		}
	}
	return &s.made.draft.Texts[0]
}
