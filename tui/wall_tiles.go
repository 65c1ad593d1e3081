package tui

import (
	"cmp"
	"fmt"
	"strings"

	"tocsin/tui/sign"
	"tocsin/tui/theme"
)

// body is the middle of a wall: the next deadlines large, and the page that
// turns, beside or below them.
func (p *wallPainter) body() []string {
	if p.s.open == 0 {
		return p.calm()
	}
	tiles := p.tiles()
	if p.plan.side == 0 {
		return append(tiles, p.list(p.plan.width-1)...)
	}
	rule := " " + p.t.Rule.Paint("│") + " "
	return columns(rule, block(tiles, p.plan.left(), p.plan.list), block(p.list(p.plan.side), p.plan.side, p.plan.list))
}

// bodyHeight is how many rows lie between the bar and the severities.
func (p *wallPainter) bodyHeight() int {
	q := &p.plan
	return q.height - largeRows(q.head) - q.underHead - q.barRows() - q.underBar - q.overCounts - q.countRows() - 1
}

// tiles are the next deadlines, with what is given to the gaps among them.
func (p *wallPainter) tiles() []string {
	width, others := p.plan.left(), p.plan.otherWidth()
	lines := p.tile(0, p.plan.hero, width)
	if !p.plan.stacked {
		lines = append(lines, empty(gapRows(p.plan.among, 2, 0))...)
		lines = append(lines, joinRows(3, block(p.tile(1, p.plan.other, others), others, p.plan.tileRows(p.plan.other)), p.tile(2, p.plan.other, others))...)
		return append(lines, empty(gapRows(p.plan.among, 2, 1))...)
	}
	lines = append(lines, empty(gapRows(p.plan.among, 3, 0))...)
	lines = append(lines, p.tile(1, p.plan.other, others)...)
	lines = append(lines, empty(gapRows(p.plan.among, 3, 1))...)
	return append(lines, p.tile(2, p.plan.other, others)...)
}

// gapRows is the share of the gap with an index when so many rows are given out
// among count gaps.
func gapRows(rows, count, index int) int {
	share := rows / count
	if index < rows%count {
		share++
	}
	return share
}

// tile is one deadline: how it stands and of what, and what is left.
func (p *wallPainter) tile(index, scale, width int) []string {
	if index >= len(p.s.next) {
		return p.noTile(index, scale, width)
	}
	one, t := &p.s.next[index], p.t
	style := p.digitStyle(one)
	lines := p.tileHead(one, style, width)
	lines = append(lines, p.tileAbout(one, width)...)
	fitting := scaleFor(one.countdown, width-1, scale)
	digits := paint(style, large(one.countdown, fitting))
	digits = append(digits, empty(largeRows(scale)-len(digits))...)
	room := width - 2 - largeWidth(one.countdown, fitting) - 3
	if room >= minGauge {
		last := largeRows(fitting) - 1
		digits[last] += "   " + thousandthsGauge(t, style, one.gone, min(room, maxGauge))
	}
	for k := range digits {
		digits[k] = " " + digits[k]
	}
	return append(lines, digits...)
}

// The least and the most room for how much of the time is gone.
const (
	minGauge = 8
	maxGauge = 40
)

func thousandthsGauge(t *theme.Theme, style theme.Style, gone, width int) string {
	filled := gone * width / 1000
	return style.Paint(strings.Repeat("━", filled)) + t.Rule.Paint(strings.Repeat("─", width-filled))
}

// tileHead is state, severity and id, and the title where there is room. Where
// there is none for all of the words, the id stays whole: it says which
// incident the time is about.
func (p *wallPainter) tileHead(one *wallItem, style theme.Style, width int) []string {
	t, severity := p.t, *severityStyle(p.t, one.severity.Tone)
	if p.plan.words == 0 {
		line := " " + style.Paint(one.state.String()) + "  " + severity.Paint(one.severity.String()) + "  " + t.Bold.Paint(string(one.id))
		if cells(line) > width {
			line = p.severityShape(one) + " " + t.Bold.Paint(string(one.id)) + "  " + style.Paint(one.state.String())
		}
		if room := width - cells(line) - cells(p.tlp(one)) - 3; room > 0 {
			line += "  " + p.tlp(one)
			if room > minTitle {
				line += "  " + t.Text.Paint(one.title)
			}
		}
		return []string{fit(line, width)}
	}
	lines := []string{" ", " ", " "}
	for _, word := range []struct {
		style theme.Style
		text  string
	}{{severity, one.severity.Shape}, {t.Bold, string(one.id)}, {style, one.state.String()}, {severity, one.severity.Word}} {
		text := capitals(word.text)
		if canBeLarge(text) && cells(lines[0])+3+largeWidth(text, p.plan.words) < width {
			lines = joinRows(3, lines, paint(word.style, large(text, p.plan.words)))
		}
	}
	for k := range lines {
		lines[k] = strings.Replace(lines[k], "    ", " ", 1)
	}
	return lines
}

// minTitle is the least room in which a title says anything.
const minTitle = 14

// tileAbout is the obligation, when it is due, and where words are large the
// title.
func (p *wallPainter) tileAbout(one *wallItem, width int) []string {
	t := p.t
	if p.plan.words == 0 {
		line := " " + t.Bold.Paint(one.about())
		if cells(line)+2+cells(one.due) <= width {
			line += "  " + t.Muted.Paint(one.due)
		}
		return []string{fit(line, width)}
	}
	words := wordsIn(t.Bold, one.about(), p.plan.words, width-2)
	for k := range words {
		words[k] = " " + words[k]
	}
	return append(words, fit(" "+p.tlp(one)+"  "+t.Text.Paint(one.title)+"  "+t.Muted.Paint(one.due), width))
}

func (p *wallPainter) tlp(one *wallItem) string {
	return p.t.TLP(one.tlp).Paint(" TLP:" + string(one.tlp) + " ")
}

// digitStyle is how a countdown is painted: by its state, and quietly while
// nothing arrives that could confirm it.
func (p *wallPainter) digitStyle(one *wallItem) theme.Style {
	if p.s.stale.frozen {
		return p.t.Muted
	}
	switch one.state.Tone {
	case sign.Alarm:
		return p.t.Overdue
	case sign.Warning:
		return p.t.DueSoon
	case sign.Doubt:
		return p.t.Doubtful
	case sign.Notice:
		return p.t.Medium
	}
	return p.t.Bold
}

// noTile says that no further clock runs.
func (p *wallPainter) noTile(index, scale, width int) []string {
	lines := empty(p.plan.tileRows(scale))
	text := "No other clock runs"
	if index == 0 {
		text = "No clock runs"
	}
	if index < 2 {
		copy(lines[1:], paint(p.t.Muted, large(" "+capitals(text), scaleFor(" "+capitals(text), width-2, max(scale/2, 1)))))
	}
	for k := range lines {
		lines[k] = fit(lines[k], width)
	}
	return lines
}

// list is the page that turns.
func (p *wallPainter) list(width int) []string {
	page := &p.s.page
	title := wordsIn(p.t.Title, page.title, p.plan.words, width/2)
	lines := joinRows(2, title, bottom(p.t.Muted.Paint(page.more), len(title)))
	for k := range lines {
		lines[k] = " " + lines[k]
	}
	if p.plan.side == 0 && p.plan.words == 0 {
		left := lines[0] + "  "
		lines[0] = left + p.t.Rule.Paint(strings.Repeat("─", max(width-cells(left)-1, 0)))
	}
	for k := range page.items {
		lines = append(lines, p.listItem(&page.items[k], width)...)
	}
	for _, gap := range page.gaps {
		lines = append(lines, p.gapItem(gap, width)...)
	}
	return block(lines, width, p.plan.list)
}

// listItem is an incident with its phase, in as many rows as the plan gives it.
func (p *wallPainter) listItem(one *wallItem, width int) []string {
	switch {
	case p.plan.side == 0:
		return []string{p.listLine(one, width)}
	case p.plan.words == 0:
		return p.listPair(one, width)
	}
	return p.listLarge(one, width)
}

func (p *wallPainter) listLine(one *wallItem, width int) string {
	line := p.severityShape(one) + " " + p.t.Bold.Paint(string(one.id)) + "  " + p.left(one)
	if one.withheld {
		return line + "  " + p.tlp(one) + p.t.Muted.Paint("  "+detailsWithheld)
	}
	phase := min(max(width-70, 20), 32)
	line += "  " + p.steps(one) + " " + p.t.Text.Paint(fit(one.phase, phase)) + " "
	return line + fit(p.gapMark(one)+p.t.Muted.Paint(one.title), max(width-cells(line)-1, 0))
}

// left is the next countdown of an incident in the list, of eleven cells.
func (p *wallPainter) left(one *wallItem) string {
	if one.countdown == "" {
		return p.t.Muted.Paint(fit("· no clock", 11))
	}
	style := p.digitStyle(one)
	return style.Paint(one.state.Shape + " " + fitLeft(one.countdown, 9))
}

func (p *wallPainter) severityShape(one *wallItem) string {
	return " " + severityStyle(p.t, one.severity.Tone).Paint(one.severity.Shape)
}

// steps are the phases as dots: those that are done or under way are filled.
func (p *wallPainter) steps(one *wallItem) string {
	done := min(one.step, one.steps)
	return p.t.Accent.Paint(strings.Repeat("●", done)) + p.t.Muted.Paint(strings.Repeat("○", one.steps-done))
}

func (p *wallPainter) listPair(one *wallItem, width int) []string {
	first := p.severityShape(one) + " " + p.t.Bold.Paint(string(one.id)) + "  "
	if one.withheld {
		return []string{fit(first, width-12) + p.left(one), "   " + p.tlp(one) + p.t.Muted.Paint("  "+detailsWithheld), ""}
	}
	first += p.steps(one) + " " + p.t.Text.Paint(one.phase)
	second := "   " + p.gapMark(one) + p.t.Muted.Paint(one.title)
	return []string{fit(first, width-12) + p.left(one), fit(second, width-1), ""}
}

// listLarge is an incident with id, countdown and phase in large words, and
// its title as it is.
func (p *wallPainter) listLarge(one *wallItem, width int) []string {
	k, t := p.plan.words, p.t
	severity := *severityStyle(t, one.severity.Tone)
	lines := joinRows(2, paint(severity, large(one.severity.Shape, k)), paint(t.Bold, large(string(one.id), k)))
	room := width - cells(lines[0]) - 4
	if one.countdown != "" && largeWidth(one.countdown, k) <= room {
		lines = joinRight(lines, paint(p.digitStyle(one), large(one.countdown, k)), width-2)
	}
	if one.withheld {
		lines = append(lines, wordsIn(t.TLP(one.tlp), "TLP:"+string(one.tlp), k, width-2)...)
		lines = append(lines, t.Muted.Paint(detailsWithheld))
	} else {
		dots := paint(t.Accent, large(fmt.Sprintf("%d/%d", one.step, one.steps), k))
		lines = append(lines, joinRows(3, dots, wordsIn(t.Text, one.phase, k, width-cells(dots[0])-5))...)
		lines = append(lines, p.gapMark(one)+t.Muted.Paint(one.title))
	}
	for k := range lines {
		lines[k] = fit(" "+lines[k], width)
	}
	return append(lines, "")
}

// gapMark says which roles nobody holds; "" where there are none.
func (p *wallPainter) gapMark(one *wallItem) string {
	if one.missing == "" {
		return ""
	}
	return p.t.DueSoon.Paint("– no "+one.missing) + "  "
}

// gapItem is a role and the incidents that lack it.
func (p *wallPainter) gapItem(gap wallGap, width int) []string {
	ids := make([]string, len(gap.some))
	for k, id := range gap.some {
		ids[k] = string(id)
	}
	if more := gap.n - len(ids); more > 0 {
		ids = append(ids, fmt.Sprintf("and %d more", more))
	}
	count := fmt.Sprintf("– %d × no %s", gap.n, safe(gap.label))
	if p.plan.side == 0 {
		return []string{fit(" "+p.t.DueSoon.Paint(count)+"  "+p.t.Text.Paint(strings.Join(ids, ", ")), width)}
	}
	large := wordsIn(p.t.DueSoon, fmt.Sprintf("– %d no %s", gap.n, safe(gap.label)), p.plan.words, width-2)
	lines := append([]string{}, large...)
	for _, line := range wrap(strings.Join(ids, ", "), width-4) {
		lines = append(lines, "  "+p.t.Text.Paint(line))
	}
	rows := p.plan.listRows()
	for k := range lines {
		lines[k] = " " + lines[k]
	}
	return block(lines, width, rows)[:rows]
}

// calm is the middle of a wall when nothing is open: the time, large, and what
// ended last.
func (p *wallPainter) calm() []string {
	width, t := p.plan.width-1, p.t
	scale := scaleFor("00:00:00", width-4, p.plan.hero)
	lines := paint(t.Bold, large(p.s.clocks[0].time, scale))
	lines = append(lines, "")
	if last := p.s.last; last != nil {
		about := last.severity.String() + "  " + string(last.id)
		lines = append(lines, t.Muted.Paint("Closed last, "+last.ended+":"), severityStyle(t, last.severity.Tone).Paint(about)+"  "+p.tlp(last)+"  "+t.Text.Paint(cmp.Or(last.title, detailsWithheld)))
	} else {
		lines = append(lines, t.Muted.Paint("No incident was closed here yet."))
	}
	for k := range lines {
		lines[k] = spaces((width-cells(lines[k]))/2) + lines[k]
	}
	above := max((p.bodyHeight()-len(lines))/2, 0)
	return block(append(empty(above), lines...), width, p.bodyHeight())
}
