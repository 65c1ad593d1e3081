package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/notice"
	"tocsin/tui/sign"
	"tocsin/tui/theme"
)

// noticeBeside is the width from which the detail stands beside the list.
const noticeBeside = 140

func (p *noticesPane) beside(width int) bool { return width >= noticeBeside }

func (s *incidentScreen) listWidth() int {
	if s.notices.beside(s.width) {
		return s.width * 11 / 20
	}
	return s.width
}

// drawNotices lists who would be told and what is written, with all of the
// selected row below or beside.
func (s *incidentScreen) drawNotices() ([]string, *tea.Position) {
	t, p, height := s.c.theme, &s.notices, s.bodyHeight()
	if s.recipients.of != "" {
		return s.drawRecipients()
	}
	if len(p.list.ids) == 0 {
		return append([]string{""}, s.paragraph(
			"Nobody is to be told so far: no rule of the packs asks for it.",
			"Press "+s.c.keyOf("notice-draft")+" to write a notice all the same, such as a status for leadership.",
		)...), nil
	}
	width := s.listWidth()
	if p.beside(s.width) {
		list, cursor := s.drawNoticeList(width, height)
		room := s.width - width - 3
		detail := s.noticeDetail(room)
		return columns(t.Rule.Paint("│")+" ", block(list, width, height), block(s.shownDetail(detail, height), room, height)), cursor
	}
	rows := min(len(p.list.ids)+s.sections(), max(height/2, 5))
	list, cursor := s.drawNoticeList(width, rows)
	lines := append(block(list, width, rows), t.Rule.Paint(strings.Repeat("─", width)))
	detail := s.noticeDetail(width - 2)
	for _, line := range s.shownDetail(detail, height-len(lines)) {
		lines = append(lines, " "+line)
	}
	return lines, cursor
}

// shownDetail is the part of a detail that there is room for, with how much
// more there is.
func (s *incidentScreen) shownDetail(lines []string, height int) []string {
	if len(lines) <= height || height < 2 {
		return lines
	}
	more := fmt.Sprintf("%d more lines: %s reads all", len(lines)-height+1, s.c.keyOf("notice-open"))
	return append(slices.Clip(lines[:height-1]), s.c.theme.Muted.Paint(more))
}

// drawNoticeList draws both parts of the list, each under its heading.
func (s *incidentScreen) drawNoticeList(width, height int) ([]string, *tea.Position) {
	t, p := s.c.theme, &s.notices
	p.list.resize(max(height-s.sections(), 1))
	from, to := p.list.window()
	var lines []string
	cursor := &tea.Position{}
	p.rowAt = p.rowAt[:0]
	put := func(line string, row int) {
		lines, p.rowAt = append(lines, line), append(p.rowAt, row)
	}
	section := -1
	for row := from; row < to; row++ {
		one, n := s.noticeRow(row)
		if next := sectionOf(one, n); next != section {
			section = next
			put(s.sectionHeading(section, width), -1)
		}
		if row == p.list.index {
			cursor.Y = len(lines)
		}
		if n != nil {
			put(s.drawNoticeRow(n, width, row == p.list.index), row)
		} else {
			put(s.drawToTell(one, width, row == p.list.index), row)
		}
	}
	if len(s.standing.Incident.Notices) == 0 && len(lines) < height {
		put("", -1)
		put(" "+t.Muted.Paint("No notice is written yet: "+s.c.keyOf("notice-draft")+" writes one for the selected row."), -1)
	}
	return lines, cursor
}

// Room for the columns of the notices tab.
const (
	toTellSign  = 16
	toTellWhen  = 21
	toTellCount = 9
	noticeID    = 5
	noticeSign  = 15
	noticeCount = 18
	noticeGauge = 10
)

// Sections of the notices tab.
const (
	toldSection = iota
	noticeSection
	untoldSection
)

func sectionOf(row *audienceRow, n *model.Notice) int {
	switch {
	case n != nil:
		return noticeSection
	case row.telling != nil:
		return toldSection
	}
	return untoldSection
}

// sections is how many of them there are.
func (s *incidentScreen) sections() int {
	return b2i(len(s.notices.audience) > 0) + b2i(len(s.standing.Incident.Notices) > 0) + b2i(len(s.notices.untold) > 0)
}

func (s *incidentScreen) sectionHeading(section, width int) string {
	t := s.c.theme
	switch section {
	case noticeSection:
		return s.noticeHeading(width)
	case untoldSection:
		return t.Muted.Paint(fit(fit("  NOT TOLD", 2+toTellSign)+"WHO, AND WHY NOT", width))
	}
	return t.Muted.Paint(fit(fit("  WOULD BE TOLD", 2+toTellSign)+fit("WHAT, AND TO WHOM", max(width-2-toTellSign-toTellWhen-toTellCount-1, 4))+" "+fit("BY", toTellWhen)+fitLeft("HOW MANY", toTellCount), width))
}

func (s *incidentScreen) drawToTell(r *audienceRow, width int, selected bool) string {
	t, mark := s.c.theme, r.sign()
	focus, text := "  ", t.Text
	if r.telling == nil {
		text = t.Muted
	}
	if selected {
		focus, text = t.Focus.Paint("▌ "), t.Bold
	}
	room, count := max(width-2-toTellSign-toTellWhen-toTellCount-1, 4), ""
	cell := toneStyle(t, mark.Tone).Paint(fit(mark.String(), toTellSign))
	if r.telling == nil {
		return over(t, fit(focus+cell+text.Paint(r.who)+t.Muted.Paint(": "+r.untold.Why), width), selected)
	}
	if r.telling.Addresses > 0 {
		count = number(r.telling.Addresses)
	}
	line := focus + cell + text.Paint(fit(r.what(), room)) + " " + t.Muted.Paint(fit(r.when(s.c), toTellWhen)) + t.Text.Paint(fitLeft(count, toTellCount))
	return over(t, fit(line, width), selected)
}

func over(t *theme.Theme, line string, selected bool) string {
	if selected {
		return t.Selected.Over(line)
	}
	return line
}

func noticeRoom(width int) int {
	return max(width-2-noticeID-noticeSign-noticeCount-noticeGauge-4, 8)
}

func (s *incidentScreen) noticeHeading(width int) string {
	return s.c.theme.Muted.Paint(fit("  "+fit("NO.", noticeID)+fit("STATE", noticeSign+1)+fit("NOTICE", noticeRoom(width)+1)+fitLeft("TOLD", noticeCount)+"  "+"DELIVERY", width))
}

// drawNoticeRow is one notice as a line: where it stands in word and shape, what
// it is and to whom, and how far its delivery is.
func (s *incidentScreen) drawNoticeRow(n *model.Notice, width int, selected bool) string {
	t, mark := s.c.theme, sign.NoticeState(n)
	focus, text := "  ", t.Text
	if selected {
		focus, text = t.Focus.Paint("▌ "), t.Bold
	}
	count, bar := "", ""
	if n.Left() && n.Recipients > 0 {
		count = number(n.Delivery.Counts.Sent()) + "/" + number(n.Recipients)
		bar = deliveryGauge(t, n, noticeGauge)
	}
	line := focus + t.Text.Paint(fit(n.ID, noticeID)) + toneStyle(t, mark.Tone).Paint(fit(mark.String(), noticeSign)) + " " +
		text.Paint(fit(noticeName(n)+", "+s.c.toWhom(s.standing.Incident, n), noticeRoom(width))) + " " + t.Text.Paint(fitLeft(count, noticeCount)) + "  " + bar
	return over(t, fit(line, width), selected)
}

// noticeName is what a notice is, with its version.
func noticeName(n *model.Notice) string {
	return fmt.Sprintf("%s v%d", n.Kind, n.Version)
}

// toWhom says whom a notice goes to, in few words.
func (c *Console) toWhom(i *model.Incident, n *model.Notice) string {
	if len(n.Groups) > 0 {
		return "to " + strings.Join(n.Groups, ", ")
	}
	for _, key := range n.Rules {
		if rule := c.ruleOf(i, key); rule != nil && rule.Audience != "" {
			return "to " + rule.Audience
		}
	}
	return "to whom " + n.Channel + " reaches"
}

// noticeDetail tells all of the selected row.
func (s *incidentScreen) noticeDetail(width int) []string {
	if r := s.toTell(); r != nil {
		lines := r.lines(s.c, width)
		if r.telling != nil {
			lines = append(lines, "", s.c.theme.Muted.Paint(fit(s.c.keyOf("notice-draft")+" writes the notice for it.", width)))
		}
		return lines
	}
	if n := s.notice(); n != nil {
		return s.c.noticeLines(s.standing, n, width)
	}
	return nil
}

// noticeLines tell all of a notice: where it stands, who approved it, how far
// its delivery is, and the text as recipients see it.
func (c *Console) noticeLines(standing *model.Standing, n *model.Notice, width int) []string {
	t, i, mark := c.theme, standing.Incident, sign.NoticeState(n)
	lines := []string{beside(t.Title.Paint(n.ID)+"  "+t.Bold.Paint(capital(noticeName(n))), toneStyle(t, mark.Tone).Paint(mark.String()), width)}
	l := &ledger{t: t, width: width, lines: lines}
	say := l.say
	say("To", safe(c.recipientWords(i, n)), t.Text)
	for k, key := range n.Rules {
		label := ""
		if k == 0 {
			label = "Answers"
		}
		if rule := c.ruleOf(i, key); rule != nil {
			say(label, rule.Title+groupSuffix(key.Group), t.Text)
		}
	}
	if n.Corrects != "" {
		say("Corrects", n.Corrects, t.Text)
	}
	say("Written", "by "+safe(n.By)+", "+clock(n.At, c.now(), c.zone()), t.Text)
	c.sayApprovals(standing, n, say)
	c.sayDelivery(n, say)
	lines = l.lines
	if n.Left() && n.Recipients > 0 && !c.plain {
		lines = append(lines, spaces(12)+deliveryGauge(t, n, min(max(width-13, 10), 40)))
	}
	lines = append(lines, c.contentLines(n.Contents, width)...)
	for k := range n.Texts {
		lines = append(lines, c.textLines(&n.Texts[k], notice.Recipient{Customer: sampleCustomer, Contact: sampleContact}, width)...)
	}
	return lines
}

func groupSuffix(group string) string {
	if group == "" {
		return ""
	}
	return ", " + group
}

// What stands for a recipient where none is chosen.
const (
	sampleCustomer = "‹customer›"
	sampleContact  = "‹contact›"
)

// recipientWords say whom a notice goes to, by which way, and how many they are.
func (c *Console) recipientWords(i *model.Incident, n *model.Notice) string {
	way := "over " + n.Channel
	if n.Channel == model.ManualChannel {
		way = "by hand"
	}
	if len(n.Groups) == 0 {
		return strings.TrimPrefix(c.toWhom(i, n), "to ") + ", " + way
	}
	var parts []string
	for _, id := range n.Groups {
		if g, ok := i.Affected(id); ok {
			parts = append(parts, fmt.Sprintf("%s (%s, %s)", id, g.Tier, amount(g.Customers, "customer", "customers")))
		} else {
			parts = append(parts, id)
		}
	}
	return strings.Join(parts, ", ") + ", " + way
}

// sayDelivery says how far a released notice is.
func (c *Console) sayDelivery(n *model.Notice, say func(label, text string, style theme.Style)) {
	t := c.theme
	if !n.Left() {
		return
	}
	text := "released " + clock(n.Released, c.now(), c.zone()) + " by " + safe(n.ReleasedBy)
	if n.Reference != "" {
		text += ", reference " + safe(n.Reference)
	}
	say("Left", text, t.Text)
	if n.Recipients > 0 {
		say("Told", number(n.Delivery.Counts.Sent())+" of "+number(n.Recipients)+": "+deliveryWords(&n.Delivery.Counts), t.Text)
	}
	if n.Delivery.Paused {
		say("Paused", "what has not left waits until somebody lets it go on.", t.DueSoon)
	}
}

// contentMark is how a required content stands, in shape, word and style.
func contentMark(t *theme.Theme, state notice.State) (mark string, style theme.Style) {
	switch state {
	case notice.Covered:
		return "✓ covered", t.Met
	case notice.Unknown:
		return "? not yet known", t.Doubtful
	case notice.Passed:
		return "! has passed", t.Overdue
	case notice.Late:
		return "◐ later than promised by the policy", t.DueSoon
	}
	return "! missing", t.Overdue
}

// contentLines are the required contents of a saved notice.
func (c *Console) contentLines(contents []model.NoticeContent, width int) []string {
	if len(contents) == 0 {
		return nil
	}
	t := c.theme
	lines := []string{"", t.Title.Paint("Required contents")}
	for _, content := range contents {
		state := notice.Missing
		switch {
		case content.Covered:
			state = notice.Covered
		case content.Unknown:
			state = notice.Unknown
		}
		mark, style := contentMark(t, state)
		lines = append(lines, fit(style.Paint(fit(mark, 17))+t.Text.Paint(safe(content.Label)), width))
	}
	return lines
}

// textLines are a text as one recipient reads it.
func (c *Console) textLines(text *model.NoticeText, to notice.Recipient, width int) []string {
	t := c.theme
	subject, body := notice.Fill(text.Subject, text.Body, to)
	heading := "Text, " + text.Language + " "
	lines := []string{"", t.Title.Paint(heading) + t.Rule.Paint(strings.Repeat("─", max(width-cells(heading), 0)))}
	for _, line := range wrap(safe(subject), width) {
		lines = append(lines, t.Bold.Paint(line))
	}
	lines = append(lines, "")
	for paragraph := range strings.SplitSeq(model.CleanText(body), "\n") {
		for _, line := range wrap(paragraph, width) {
			lines = append(lines, t.Text.Paint(line))
		}
	}
	return lines
}
