package tui

import (
	"fmt"
	"strings"
	"unicode"

	"tocsin/tui/sign"
	"tocsin/tui/theme"
)

// wallPainter draws a wall from what it may show.
type wallPainter struct {
	t    *theme.Theme
	plan wallPlan
	s    wallSight
}

// draw returns the lines of the wall, each as wide as the terminal.
func (w *Wall) draw() []string {
	if !w.plan.drawable() {
		text := fmt.Sprintf("the wall needs %d×%d; this is %d×%d", minWidth, minHeight, w.width, w.height)
		return block(wrap(text, max(w.width, 1)), max(w.width, 0), max(w.height, 0))
	}
	p := wallPainter{t: w.theme, plan: w.plan, s: w.sight()}
	return p.lines()
}

func (p *wallPainter) lines() []string {
	width := p.plan.width - 1
	lines := p.header()
	lines = append(lines, empty(p.plan.underHead)...)
	lines = append(lines, p.bar()...)
	lines = append(lines, empty(p.plan.underBar)...)
	lines = append(lines, p.body()...)
	lines = append(lines, empty(p.plan.overCounts)...)
	lines = append(lines, p.countRow()...)
	lines = append(lines, p.footer())
	for k, line := range lines {
		lines[k] = p.t.Base.Over(fit(line, width) + noBreakSpace)
	}
	return lines
}

func empty(rows int) []string { return make([]string, rows) }

// paint paints every line of a block.
func paint(style theme.Style, lines []string) []string {
	for k := range lines {
		lines[k] = style.Paint(lines[k])
	}
	return lines
}

// joinRows sets blocks side by side with gap cells between them; each is as
// wide as its first line, and shorter ones end early.
func joinRows(gap int, blocks ...[]string) []string {
	rows := 0
	for _, b := range blocks {
		rows = max(rows, len(b))
	}
	lines := make([]string, rows)
	for k := range lines {
		parts := make([]string, len(blocks))
		for n, b := range blocks {
			if k < len(b) {
				parts[n] = b[k]
			} else if len(b) > 0 {
				parts[n] = spaces(cells(b[0]))
			}
		}
		lines[k] = strings.Join(parts, spaces(gap))
	}
	return lines
}

// bottom is a block of one line at the bottom of so many rows.
func bottom(line string, rows int) []string {
	lines := make([]string, rows)
	for k := range lines {
		lines[k] = spaces(cells(line))
	}
	lines[rows-1] = line
	return lines
}

// wordsIn are words at a scale, or as they are where they have no glyphs or no
// room at that.
func wordsIn(style theme.Style, text string, scale, width int) []string {
	if upper := capitals(text); scale > 0 && canBeLarge(upper) && largeWidth(upper, scale) <= width {
		return paint(style, large(upper, scale))
	}
	return bottom(style.Paint(fit(text, min(cells(text), width))), largeRows(scale))
}

// header says whose wall it is, what it is limited to, and what time it is.
func (p *wallPainter) header() []string {
	t, rows, words := p.t, largeRows(p.plan.head), min(p.plan.head, 1)
	parts := [][]string{wordsIn(t.Bold, p.s.organisation, words, p.plan.width*2/5)}
	if p.s.banner != "" {
		parts = append(parts, p.bannerRow(words))
	}
	parts = append(parts, bottom(t.Muted.Paint("up to ")+t.TLP(p.s.limit).Paint(" TLP:"+string(p.s.limit)+" "), largeRows(words)))
	left := append(empty(rows-largeRows(words)), joinRows(2, parts...)...)
	for k := range left {
		left[k] = " " + left[k]
	}
	used := cells(left[rows-1])
	return joinRight(block(left, used, rows), p.clockRow(p.plan.width-3-used), p.plan.width-2)
}

// bannerRow is the banner on its own ground, as large as the words beside it.
func (p *wallPainter) bannerRow(scale int) []string {
	lines := wordsIn(p.t.Title, p.s.banner, scale, p.plan.width/4)
	for k := range lines {
		lines[k] = p.t.Selected.Over(" " + lines[k] + " ")
	}
	return lines
}

// joinRight sets two blocks at both ends of the width.
func joinRight(left, right []string, width int) []string {
	gap := width - cells(left[0]) - cells(right[0])
	return joinRows(max(gap, 1), left, right)
}

// clockRow are as many of the clocks as there is room for, at least the first.
func (p *wallPainter) clockRow(room int) []string {
	var row []string
	for k, one := range p.s.clocks {
		next := p.clock(one, k == 0)
		if row == nil {
			row = next
			continue
		}
		if cells(row[0])+4+cells(next[0]) > room {
			break
		}
		row = joinRows(4, row, next)
	}
	return row
}

func (p *wallPainter) clock(c wallClock, first bool) []string {
	style := p.t.Text
	if first {
		style = p.t.Bold
	}
	digits := paint(style, large(c.time, p.plan.head))
	name := strings.TrimSpace(c.place + " " + c.zone)
	if p.plan.head == 0 && unicode.IsLetter(rune(c.zone[0])) {
		name = c.zone
	}
	words := wordsIn(p.t.Muted, name, min(max(p.plan.head-1, 0), p.plan.words), p.plan.width/5)
	words = append(empty(len(digits)-len(words)), words...)
	return joinRows(1, digits, block(words, cells(words[len(words)-1]), len(words)))
}

// bar is the first thing to be seen: that the wall is stale, what is overdue, or
// that nothing is. It is told by words and shape, and by a filled ground where
// it is bad.
func (p *wallPainter) bar() []string {
	switch {
	case p.s.stale.since != "":
		return p.alarmBar(p.staleText(), p.staleLines())
	case p.s.overdue > 0:
		return p.alarmBar(p.overdueText(), p.lateLines())
	case p.s.open == 0:
		return p.calmBar(p.t.Met, "✓ NOTHING IS OPEN")
	case p.s.perhaps > 0:
		return p.calmBar(p.t.Doubtful, "? "+counted(p.s.perhaps)+" PERHAPS OVERDUE")
	}
	return p.calmBar(p.t.Met, "✓ NOTHING OVERDUE")
}

func (p *wallPainter) overdueText() string { return "! " + counted(p.s.overdue) + " OVERDUE" }

func (p *wallPainter) staleText() string { return capitals("! stale since " + p.s.stale.since) }

func counted(n int) string {
	if n >= maxWallCount {
		return fmt.Sprintf("%d+", maxWallCount)
	}
	return fmt.Sprint(n)
}

func (p *wallPainter) alarmBar(text string, beside []string) []string {
	width := p.plan.width - 1
	lines := p.barRow(text, beside, theme.Style{})
	for k := range lines {
		lines[k] = p.t.Alert.Over(fit(lines[k], width))
	}
	return lines
}

func (p *wallPainter) calmBar(style theme.Style, text string) []string {
	var rest []string
	for _, word := range p.barRest() {
		rest = append(rest, p.t.Text.Paint(word))
	}
	return p.barRow(text, rest, style)
}

// barRow is a text as large as the bar, and beside it as many lines as it has
// rows; style paints the text.
func (p *wallPainter) barRow(text string, beside []string, style theme.Style) []string {
	text = capitals(text)
	rows, scale := p.plan.barRows(), p.barScale(text)
	lines := paint(style, largeIn(text, scale, rows, (2*rows-glyphRows*scale)/2))
	above := max((rows-len(beside))/2, 0)
	for k := range lines {
		lines[k] = "  " + lines[k] + "   "
		if k >= above && k-above < len(beside) {
			lines[k] += beside[k-above]
		}
	}
	return lines
}

// barScale leaves room beside a text for what is overdue, where the text can be
// large then.
func (p *wallPainter) barScale(text string) int {
	if scale := scaleFor(text, p.plan.width*7/10, p.plan.bar); scale > 0 {
		return scale
	}
	return scaleFor(text, p.plan.width-5, 1)
}

// besideBar is how much room is left beside a text.
func (p *wallPainter) besideBar(text string) int {
	return p.plan.width - 1 - 5 - largeWidth(text, p.barScale(text)) - 1
}

// lateLines are the gravest overdue deadlines, and what else there is.
func (p *wallPainter) lateLines() []string {
	room := p.besideBar(p.overdueText())
	var lines []string
	for k := range p.s.late {
		one := &p.s.late[k]
		about := one.severity.Shape + " " + string(one.id) + "  " + one.lateWords()
		lines = append(lines, p.barWords(one.countdown+"  ", about, room)...)
	}
	rest := p.barRest()
	if more := p.s.overdue - len(p.s.late); more > 0 {
		rest = append([]string{"and " + counted(more) + " more"}, rest...)
	}
	if len(rest) == 0 {
		return lines
	}
	words := p.barWords("", strings.Join(rest, "  "), room)
	if len(lines)+len(words) > p.plan.barRows() {
		words = []string{fit(strings.Join(rest, "  "), room)}
	}
	return append(lines, words...)
}

// barWords are words as large as the plan has them, the countdown before them as
// it is, cut at a word to what there is room for.
func (p *wallPainter) barWords(countdown, text string, room int) []string {
	scale := p.plan.words
	if all := countdown + text; scale == 0 || !canBeLarge(countdown+capitals(text)) {
		return bottom(fit(all, min(cells(all), room)), largeRows(scale))
	}
	text = countdown + capitals(text)
	for largeWidth(text, scale) > room && strings.Contains(text, " ") {
		text = strings.TrimRight(text[:strings.LastIndex(text, " ")], " –")
	}
	return large(text, scale)
}

// lateWords are about with the label of what is withheld.
func (i *wallItem) lateWords() string {
	if i.withheld {
		return "TLP:" + string(i.tlp) + " – " + detailsWithheld
	}
	return i.what
}

// about is what a deadline is of.
func (i *wallItem) about() string {
	if i.withheld {
		return detailsWithheld
	}
	return i.what
}

// detailsWithheld stands where a limit lets nothing through.
const detailsWithheld = "details withheld"

// barRest is what else there is to know at a glance.
func (p *wallPainter) barRest() []string {
	var rest []string
	if p.s.perhaps > 0 {
		rest = append(rest, "? "+counted(p.s.perhaps)+" perhaps overdue")
	}
	switch {
	case p.s.reminders == 1:
		rest = append(rest, "◉ 1 reminder")
	case p.s.reminders > 1:
		rest = append(rest, "◉ "+counted(p.s.reminders)+" reminders")
	}
	return rest
}

func (p *wallPainter) staleLines() []string {
	room := p.besideBar(p.staleText())
	if room < minTitle {
		return nil // the footer says it
	}
	lines := wrap(p.s.stale.why, room)
	if p.s.overdue > 0 {
		lines = append(lines, "! "+counted(p.s.overdue)+" overdue")
	}
	return lines
}

// countRow is how many open incidents have each severity, and how many lack a
// role.
func (p *wallPainter) countRow() []string {
	row := append([]wallCount{}, p.s.counts...)
	row = append(row, wallCount{sign.Sign{Shape: "–", Word: "Role gaps", Tone: sign.Warning}, p.s.bare})
	if p.plan.counts == 0 {
		var parts []string
		for _, c := range row {
			parts = append(parts, p.countStyle(c).Paint(fmt.Sprintf("%s %d %s", c.sign.Shape, c.n, c.sign.Word)))
		}
		return []string{" " + strings.Join(parts, "   ")}
	}
	width := (p.plan.width - 2) / len(row)
	blocks := make([][]string, len(row))
	for k, c := range row {
		blocks[k] = p.count(c, width)
	}
	return joinRows(0, blocks...)
}

// count is one severity: its shape and number large, its word below.
func (p *wallPainter) count(c wallCount, width int) []string {
	style := p.countStyle(c)
	text := fmt.Sprintf("%s %d", c.sign.Shape, c.n)
	lines := paint(style, large(text, scaleFor(text, width-2, p.plan.counts)))
	lines = append(lines, empty(largeRows(p.plan.counts)-len(lines))...)
	lines = append(lines, wordsIn(style, c.sign.Word, p.plan.countWords(), width-2)...)
	for k := range lines {
		lines[k] = fit(" "+lines[k], width)
	}
	return lines
}

func (p *wallPainter) countStyle(c wallCount) theme.Style {
	switch {
	case c.n == 0:
		return p.t.Muted
	case c.sign.Shape == "–":
		return p.t.DueSoon
	}
	return *severityStyle(p.t, c.sign.Tone)
}

// footer says whether the wall follows, what is wrong with the record, which keys
// there are, and which page is shown.
func (p *wallPainter) footer() string {
	t, hints := p.t, p.t.Muted.Paint("space turns  p holds  q leaves")
	left := " " + t.Good.Paint("●") + t.Muted.Paint(" live")
	if p.s.stale.since != "" {
		left, hints = " "+t.Overdue.Paint("! stale since "+p.s.stale.since+": "+p.s.stale.why), ""
	}
	if len(p.s.troubles) > 0 {
		left, hints = left+"  "+t.DueSoon.Paint(strings.Join(p.s.troubles, "   ")), ""
	}
	right := hints
	if p.s.pages > 0 {
		page := fmt.Sprintf("page %d of %d", p.s.number, p.s.pages)
		if p.s.held {
			page = "‖ held at " + page
		}
		right += "   " + t.Text.Paint(page)
	}
	width := p.plan.width - 1
	return t.Raised.Over(beside(fit(left, max(width-cells(right)-2, 0)), right, width))
}
