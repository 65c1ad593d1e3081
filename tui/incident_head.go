package tui

import (
	"fmt"
	"strings"
	"tocsin/model"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

func (s *incidentScreen) clickTab(x int) tea.Cmd {
	at := 1
	for k, name := range s.tabNames() {
		at += len([]rune(name)) + 2
		if x < at {
			return s.turn(k - s.tab)
		}
	}
	return nil
}

// bigDigits reports whether there is room to write the next deadline large.
func (s *incidentScreen) bigDigits() bool { return s.height >= 30 && s.width >= 90 }

func (s *incidentScreen) headHeight() int {
	if s.bigDigits() {
		return 9
	}
	return 6
}

// drawHead is what stays in sight on every tab: what it is, where it stands,
// and what is due next, large.
func (s *incidentScreen) drawHead() []string {
	t, i := s.c.theme, s.standing.Incident
	shape, word, style := severityMark(t, s.standing)
	right := style.Paint(shape+" "+word) + "  "
	if s.width >= 110 {
		right += t.Text.Paint(orElse(classification(i), "unclassified")) + "  "
	}
	right += t.TLP(i.TLP).Paint(" TLP:"+string(i.TLP)+" ") + " "
	room := s.width - len(i.ID) - 4 - cells(right)
	left := " " + t.Title.Paint(string(i.ID)) + "  " + t.Bold.Paint(ansi.Truncate(safe(i.Title), max(room, 10), "…"))
	phases := " " + s.drawPhases(s.width-2)
	if s.width < wideTabs {
		phases = s.withCompany(phases)
	}
	lines := []string{beside(left, right, s.width), phases}
	if s.bigDigits() {
		lines = append(lines, "")
	}
	lines = append(lines, s.drawNext()...)
	for len(lines) < s.headHeight()-2 {
		lines = append(lines, "")
	}
	lines = lines[:s.headHeight()-2]
	return append(lines, t.Rule.Paint(strings.Repeat("─", s.width)), s.drawTabs())
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// drawPhases is the stepper: done, current, to come.
func (s *incidentScreen) drawPhases(width int) string {
	t, i := s.c.theme, s.standing.Incident
	phases := s.standing.Procedure.Phases
	current := s.standing.Procedure.PhaseIndex(i.Phase())
	full := make([]string, len(phases))
	for k, p := range phases {
		switch {
		case k < current || k == current && i.Outcome == model.Resolved:
			full[k] = t.Good.Paint("✓ ") + t.Muted.Paint(p.Label)
		case k == current && !i.Open():
			full[k] = t.Muted.Paint("– " + p.Label)
		case k == current:
			full[k] = t.Title.Paint("● " + p.Label)
		default:
			full[k] = t.Muted.Paint("○ " + p.Label)
		}
	}
	line := strings.Join(full, t.Rule.Paint(" ─ "))
	if fitted := fit(line, width); fitted == line || !strings.Contains(fitted, "…") {
		return line
	}
	if current < 0 {
		return fit(line, width)
	}
	return t.Title.Paint("● "+phases[current].Label) + t.Muted.Paint(fmt.Sprintf("  phase %d of %d", current+1, len(phases)))
}

// drawNext is the next deadline, or how the incident ended.
func (s *incidentScreen) drawNext() []string {
	t, i, now := s.c.theme, s.standing.Incident, s.c.now()
	if !i.Open() {
		return []string{" " + t.Bold.Paint("Ended: "+string(i.Outcome)) + t.Muted.Paint("  "+clock(i.Closed, now, s.c.zone())+", "+ago(i.Closed, now))}
	}
	due, counts := s.standing.Next()
	if !counts {
		if w := s.standing.Waits; w != nil {
			return []string{" " + t.DueSoon.Paint("! not started") + "  " + t.Bold.Paint(w.Rule.Title), " " + t.Muted.Paint("Its clock waits for: "+s.c.factLabel(s.standing, w.Fact)+". Press f to state it.")}
		}
		return []string{" " + t.Muted.Paint("No clock runs: nothing that is known starts one.")}
	}
	state := due.State(now)
	shape, style := stateMark(t, state)
	what := t.Bold.Paint(due.Title())
	at := t.Muted.Paint(string(state) + ", " + s.c.dueText(due.At, due.Rule) + " " + due.At.In(s.c.zone()).Format("MST"))
	if !s.bigDigits() {
		left := " " + style.Paint(shape+" "+countdown(due.At, now, true)) + "  " + at + "  " + what
		return []string{fit(left, s.width), " " + gauge(t, style, due.Start, due.At, now, s.width-2)}
	}
	digits := bigText(countdown(due.At, now, true))
	width := len([]rune(digits[0]))
	beside := []string{what, at, gauge(t, style, due.Start, due.At, now, max(s.width-width-8, 10))}
	lines := make([]string, len(digits))
	for k := range digits {
		lines[k] = "  " + style.Paint(digits[k]) + "   " + beside[k]
	}
	return lines
}

// tabNames are the tabs with what is counted in them, as far as there is room
// in a line: else the counts give way, that of the shown one last.
func (s *incidentScreen) tabNames() []string {
	counts := s.tabCounts()
	for _, counted := range []func(k int) string{
		func(k int) string { return counts[k].words },
		func(k int) string { return counts[k].brief },
		func(k int) string {
			if k == tasksTab || k == s.tab {
				return counts[k].brief
			}
			return ""
		},
	} {
		if names, width := tabsWith(counted); width <= s.width {
			return names
		}
	}
	names, _ := tabsWith(func(k int) string {
		if k == s.tab {
			return counts[k].brief
		}
		return ""
	})
	return names
}

// tabsWith are the tabs with a word of each, and how wide they are together.
func tabsWith(counted func(k int) string) (names []string, width int) {
	names, width = make([]string, tabCount), 1
	for k := range names {
		names[k] = joinedWords(capital(tabWords[k]), counted(k))
		width += cells(names[k]) + 2
	}
	return names, width
}

// tabTally is what is counted in a tab, in words and as briefly as can be.
type tabTally struct{ words, brief string }

// tabCounts are what is counted in each tab.
func (s *incidentScreen) tabCounts() (all [tabCount]tabTally) {
	i, done, undecided := s.standing.Incident, 0, 0
	for _, t := range s.tasks {
		if !t.Open() {
			done++
		}
	}
	for k := range s.obligations {
		if !s.obligations[k].State(s.c.now()).Decided() {
			undecided++
		}
	}
	same := func(text string) tabTally { return tabTally{text, text} }
	all[tasksTab] = same(fmt.Sprintf("%d/%d", done, len(s.tasks)))
	all[obligationsTab] = tabTally{fmt.Sprintf("%d open", undecided), fmt.Sprint(undecided)}
	if n := i.AffectedCustomers(); n > 0 {
		all[affectedTab] = tabTally{number(n), roughly(n)}
	}
	if n := len(i.Notices); n > 0 {
		all[noticesTab] = same(fmt.Sprint(n))
	}
	all[evidenceTab] = same(fmt.Sprint(len(i.Evidence)))
	return all
}

// roughly writes a large number in few characters.
func roughly(n int) string {
	switch {
	case n >= 1_000_000:
		return fmt.Sprintf("%.1fM", float64(n)/1_000_000)
	case n >= 10_000:
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprint(n)
}

func (s *incidentScreen) drawTabs() string {
	t := s.c.theme
	line := ""
	for k, name := range s.tabNames() {
		if k == s.tab {
			line += t.Title.Paint("[" + name + "]")
			continue
		}
		line += t.Muted.Paint(" " + name + " ")
	}
	line = " " + line
	if s.width < wideTabs {
		return line
	}
	return s.withCompany(line)
}

// wideTabs is how wide a screen is that has room beside its tabs.
const wideTabs = 100

// withCompany puts at the end of a line who else is on the incident.
func (s *incidentScreen) withCompany(line string) string {
	here := s.c.hereWords(s.id, s.width-cells(line)-3)
	return beside(line, s.c.theme.Accent.Paint(here)+" ", s.width)
}
