package tui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/theme"
)

// Tabs of the incident screen.
const (
	overviewTab = iota
	timelineTab
	tasksTab
	obligationsTab
	tabCount
)

// incidentScreen shows one incident: a header that stays, and a tab.
type incidentScreen struct {
	c             *Console
	width, height int
	id            model.ID
	tab           int
	standing      *model.Standing
	obligations   []policy.Obligation
	tasks         []model.Task
	history       []model.Event
	historyOf     model.ID // incident that history belongs to
	historyTo     uint64   // its version when the history was read
	loading       bool
	failed        string // why the history could not be read
	scroll        [tabCount]int
	total         int // rows of the tab at the last drawing
	taskList      list
	dueList       list
}

func newIncidentScreen(c *Console) *incidentScreen {
	return &incidentScreen{c: c, taskList: list{index: -1}, dueList: list{index: -1}}
}

func (s *incidentScreen) here() where { return onIncident }

func (s *incidentScreen) size(width, height int) {
	s.width, s.height = width, height
	s.taskList.resize(s.bodyHeight())
	s.dueList.resize(s.bodyHeight())
}

// load turns to an incident and reads its history.
func (s *incidentScreen) load(id model.ID) tea.Cmd {
	if s.id != id {
		s.id, s.scroll = id, [tabCount]int{}
		s.taskList, s.dueList = list{index: -1, height: s.bodyHeight()}, list{index: -1, height: s.bodyHeight()}
		s.history, s.historyOf, s.failed = nil, "", ""
	}
	s.follow()
	return s.reload()
}

// historyMsg brings an incident's history.
type historyMsg struct {
	id      model.ID
	version uint64
	events  []model.Event
	err     error
}

// reload reads the history off the event loop, where it is not up to date.
func (s *incidentScreen) reload() tea.Cmd {
	if s.standing == nil || s.loading || s.historyOf == s.id && s.historyTo == s.standing.Incident.Version {
		return nil
	}
	s.loading = true
	c, id, version := s.c, s.id, s.standing.Incident.Version
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(c.ctx, commandTimeout)
		defer cancel()
		events, err := c.opts.Space.History(ctx, id)
		return historyMsg{id: id, version: version, events: events, err: err}
	}
}

func (s *incidentScreen) take(msg historyMsg) {
	s.loading = false
	if msg.id != s.id {
		return
	}
	if msg.err != nil {
		s.failed = "The timeline could not be read: " + msg.err.Error()
		return
	}
	s.history, s.historyOf, s.historyTo, s.failed = msg.events, msg.id, msg.version, ""
}

func (s *incidentScreen) apply(frame frameMsg) { s.follow() }

// follow takes what now stands of the incident. What is computed from it is
// kept until the incident changes.
func (s *incidentScreen) follow() {
	standing, ok := s.c.frame.snapshot.Incident(s.id)
	if !ok {
		s.standing = nil
		return
	}
	if standing != s.standing {
		s.standing = standing
		s.tasks = model.Tasks(standing.Incident, standing.Procedure)
		s.obligations = s.c.frame.snapshot.Obligations(standing.Incident)
	}
	sortObligations(s.obligations, s.c.now())
	s.taskList.set(idsOf(s.tasks, func(t model.Task) string { return t.ID }))
	s.dueList.set(idsOf(s.obligations, func(o policy.Obligation) string { return o.Key().String() }))
}

func idsOf[T any](rows []T, id func(T) string) []string {
	ids := make([]string, len(rows))
	for k, row := range rows {
		ids[k] = id(row)
	}
	return ids
}

func (s *incidentScreen) turn(direction int) tea.Cmd {
	s.tab = (s.tab + direction + tabCount) % tabCount
	return s.reload()
}

func (s *incidentScreen) move(rows int) {
	switch s.tab {
	case tasksTab:
		s.taskList.selectAt(saturate(s.taskList.index, rows))
	case obligationsTab:
		s.dueList.selectAt(saturate(s.dueList.index, rows))
	default:
		s.scroll[s.tab] = saturate(s.scroll[s.tab], rows)
	}
}

func (s *incidentScreen) target() *model.Standing { return s.standing }

// obligation is the selected one on its tab, elsewhere the one due next.
func (s *incidentScreen) obligation() *policy.Obligation {
	if len(s.obligations) == 0 || s.standing == nil {
		return nil
	}
	if s.tab == obligationsTab {
		return &s.obligations[max(s.dueList.index, 0)]
	}
	if _, counts := s.standing.Next(); counts {
		return &s.obligations[0]
	}
	return nil
}

// task is the selected one on the tasks tab, nil elsewhere.
func (s *incidentScreen) task() *model.Task {
	if s.tab != tasksTab || s.taskList.index < 0 || s.taskList.index >= len(s.tasks) {
		return nil
	}
	return &s.tasks[s.taskList.index]
}

func (s *incidentScreen) typing() bool           { return false }
func (s *incidentScreen) update(tea.Msg) tea.Cmd { return nil }

func (s *incidentScreen) click(x, y int) tea.Cmd {
	switch {
	case y == s.headHeight()-1:
		return s.clickTab(x)
	case y >= s.headHeight() && s.tab == tasksTab:
		s.taskList.selectAt(s.taskList.top + y - s.headHeight() - s.linesAboveTask(s.taskList.top))
	case y >= s.headHeight() && s.tab == obligationsTab:
		s.dueList.selectAt(s.dueList.top + y - s.headHeight() - 1)
	}
	return nil
}

func (s *incidentScreen) extent() extent {
	e := extent{from: s.headHeight(), height: s.bodyHeight(), top: s.scroll[s.tab], show: s.bodyHeight(), total: s.total}
	if s.tab == obligationsTab {
		e.top, e.show, e.total = s.dueList.top, s.dueList.height, len(s.obligations)
	}
	return e
}

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

func (s *incidentScreen) bodyHeight() int { return max(s.height-s.headHeight(), 1) }

func (s *incidentScreen) draw() ([]string, *tea.Position) {
	if s.standing == nil {
		return block([]string{"", s.c.theme.Muted.Paint("  " + string(s.id) + " is not in this space. Esc goes back.")}, s.width, s.height), nil
	}
	head := block(s.drawHead(), s.width, s.headHeight())
	body, cursor := s.drawTab()
	if cursor != nil {
		cursor.Y += s.headHeight()
	}
	return append(head, block(body, s.width, s.bodyHeight())...), cursor
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
	lines := []string{beside(left, right, s.width), " " + s.drawPhases(s.width-2)}
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
		case k < current || !i.Open():
			full[k] = t.Good.Paint("✓ ") + t.Muted.Paint(p.Label)
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
		return []string{" " + t.Muted.Paint("No clock runs. State a fact (f), or triage (t), to see what the incident asks for.")}
	}
	state := due.State(now)
	shape, style := stateMark(t, state)
	what := t.Bold.Paint(due.Rule.Title)
	at := t.Muted.Paint(string(state) + ", " + clock(due.At, now, s.c.zone()) + " " + due.At.In(s.c.zone()).Format("MST"))
	if !s.bigDigits() {
		left := " " + style.Paint(shape+" "+countdown(due.At, now, true)) + "  " + what + "  " + at
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

func (s *incidentScreen) tabNames() []string {
	done, total := 0, 0
	for _, t := range s.tasks {
		total++
		if !t.Open() {
			done++
		}
	}
	undecided := 0
	for k := range s.obligations {
		if !s.obligations[k].State(s.c.now()).Decided() {
			undecided++
		}
	}
	return []string{"Overview", "Timeline", fmt.Sprintf("Tasks %d/%d", done, total), fmt.Sprintf("Obligations %d open", undecided)}
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
	return " " + line
}

func (s *incidentScreen) drawTab() ([]string, *tea.Position) {
	switch s.tab {
	case timelineTab:
		return s.scrolled(s.drawTimeline()), nil
	case tasksTab:
		return s.drawTasks()
	case obligationsTab:
		return s.drawObligations()
	}
	return s.scrolled(s.drawOverview()), nil
}

// scrolled is the part of long content that the tab is scrolled to.
func (s *incidentScreen) scrolled(lines []string) []string {
	height := s.bodyHeight()
	top := min(s.scroll[s.tab], max(len(lines)-height, 0))
	s.scroll[s.tab], s.total = top, len(lines)
	return lines[top:min(top+height, len(lines))]
}

// drawOverview is what is known, with who stated it and when, and the picture
// of the incident over time.
func (s *incidentScreen) drawOverview() []string {
	lines := drawPicture(s.c, s.standing, s.obligations, s.width-2)
	lines = append(lines, "")
	if s.width < 100 {
		lines = append(lines, s.drawFacts(s.width-2)...)
		lines = append(lines, "")
		return append(lines, s.drawAbout(s.width-2)...)
	}
	left := (s.width - 3) * 2 / 5
	right := s.width - 3 - left
	about, facts := s.drawAbout(left-2), s.drawFacts(right-1)
	height := max(len(about), len(facts))
	return append(lines, columns(s.c.theme.Rule.Paint("│")+" ", block(about, left, height), block(facts, right, height))...)
}

func (s *incidentScreen) drawFacts(width int) []string {
	t, i, c := s.c.theme, s.standing.Incident, s.c
	lines := []string{" " + t.Title.Paint("Facts")}
	label := min(max(width-17-24, 18), 52)
	for _, f := range i.Facts {
		value := f.Value.Answer.String()
		if !f.Value.At.IsZero() {
			value = clock(f.Value.At, c.now(), c.zone())
		}
		line := " " + t.Text.Paint(fit(c.factLabel(s.standing, f.Name), label)) + " " + t.Bold.Paint(fit(value, 17)) + " "
		line += t.Muted.Paint(fit(safe(f.By)+", "+ago(f.Stated, c.now()), width-label-20))
		lines = append(lines, line)
		for _, e := range f.Earlier {
			lines = append(lines, " "+spaces(label+1)+t.Muted.Paint(fit("was "+c.valueText(e.Value)+": "+safe(e.Reason), width-label-2)))
		}
	}
	if len(i.Facts) == 0 {
		lines = append(lines, " "+t.Muted.Paint("None stated. Press f to state one."))
	}
	return lines
}

func (s *incidentScreen) drawAbout(width int) []string {
	t, i := s.c.theme, s.standing.Incident
	lines := []string{" " + t.Title.Paint("About")}
	row := func(label, text string) {
		for k, line := range wrap(orElse(text, "–"), width-13) {
			if k > 0 {
				label = ""
			}
			lines = append(lines, " "+t.Muted.Paint(fit(label, 12))+t.Text.Paint(line))
		}
	}
	row("Type", strings.Join(s.c.typeLabels(s.standing), ", "))
	row("Data", strings.Join(s.c.dataLabels(s.standing), ", "))
	row("Systems", safe(strings.Join(i.Systems, ", ")))
	row("Reporter", safe(joined(nonEmpty(i.Reporter, i.Contact), i.Source)))
	row("Packs", packNames(i))
	if n := len(i.Severities); n > 0 {
		call := i.Severities[n-1]
		row("Severity by", safe(call.By)+", "+ago(call.At, s.c.now())+": "+safe(strings.Join(append(call.Criteria, nonEmpty(call.Reason)...), "; ")))
	}
	for _, l := range i.Links {
		row("Link", string(l.Kind)+" "+string(l.Other))
	}
	lines = append(lines, "", " "+t.Title.Paint("Roles"))
	for _, r := range s.standing.Procedure.Roles {
		people := i.Holders(r.ID)
		switch {
		case len(people) > 0:
			lines = append(lines, " "+t.Muted.Paint(fit(r.Label, 26))+" "+t.Text.Paint(fit(safe(strings.Join(people, ", ")), width-28)))
		case r.Required:
			lines = append(lines, " "+t.Muted.Paint(fit(r.Label, 26))+" "+t.DueSoon.Paint("– nobody"))
		default:
			lines = append(lines, " "+t.Muted.Paint(fit(r.Label, 26)+" –"))
		}
	}
	if i.Description != "" {
		lines = append(lines, "", " "+t.Title.Paint("Description"))
		for _, paragraph := range strings.Split(i.Description, "\n") {
			for _, line := range wrap(safe(paragraph), width) {
				lines = append(lines, " "+t.Text.Paint(line))
			}
		}
	}
	return lines
}

func nonEmpty(texts ...string) []string {
	var kept []string
	for _, text := range texts {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

func packNames(i *model.Incident) string {
	names := make([]string, len(i.Packs))
	for k, ref := range i.Packs {
		names[k] = ref.String()
	}
	return strings.Join(names, ", ")
}

func (c *Console) factLabel(s *model.Standing, name string) string {
	for _, p := range c.frame.snapshot.PacksOf(s.Incident) {
		if q, ok := p.Question(name); ok {
			return q.Label
		}
		if term, ok := p.Fact(name); ok {
			return term.Label
		}
	}
	return name
}

func (c *Console) valueText(v model.Value) string {
	if v.At.IsZero() {
		return v.Answer.String()
	}
	return clock(v.At, c.now(), c.zone())
}

// drawTimeline is the log of the incident, latest first, by day.
func (s *incidentScreen) drawTimeline() []string {
	t := s.c.theme
	if s.failed != "" {
		return []string{"", " " + t.Overdue.Paint("! "+safe(s.failed))}
	}
	if s.historyOf != s.id {
		return []string{"", " " + t.Muted.Paint("Reading the timeline…")}
	}
	var lines []string
	day, packs := "", s.c.frame.snapshot.PacksOf(s.standing.Incident)
	for k := len(s.history) - 1; k >= 0; k-- {
		entry := model.Tell(s.history[k], packs, s.c.zone())
		local := entry.At.In(s.c.zone())
		if d := local.Format("Monday 2 January 2006"); d != day {
			day = d
			lines = append(lines, " "+t.Title.Paint(d))
		}
		lines = append(lines, s.drawEntry(entry, local)...)
	}
	return lines
}

func (s *incidentScreen) drawEntry(entry model.Entry, local time.Time) []string {
	t := s.c.theme
	what, room := t.Text, s.width-30
	actor := entry.Actor
	if entry.Minor {
		what, actor = t.Muted, ""
	}
	var lines []string
	for k, line := range wrap(safe(entry.What), room) {
		left := spaces(28)
		if k == 0 {
			left = " " + t.Muted.Paint(local.Format("15:04:05")) + "  " + t.Accent.Paint(fit(safe(actor), 15)) + "  "
		}
		lines = append(lines, left+what.Paint(line))
	}
	for _, detail := range entry.Detail {
		for _, line := range wrap(safe(detail), room-2) {
			lines = append(lines, spaces(30)+t.Muted.Paint(line))
		}
	}
	return lines
}

// drawTasks lists the tasks under their phases.
func (s *incidentScreen) drawTasks() ([]string, *tea.Position) {
	t := s.c.theme
	if len(s.tasks) == 0 {
		return []string{"", " " + t.Muted.Paint("No tasks. Press + to add one.")}, nil
	}
	var lines []string
	var cursor *tea.Position
	selected, phase := 0, ""
	for k, task := range s.tasks {
		if task.Phase != phase {
			phase = task.Phase
			lines = append(lines, " "+s.phaseHeading(phase))
		}
		if k == s.taskList.index {
			selected = len(lines)
		}
		lines = append(lines, s.drawTask(task, k == s.taskList.index))
	}
	height := s.bodyHeight()
	top := max(min(s.scroll[tasksTab], selected-1), selected-height+1, 0)
	top = max(min(top, len(lines)-height), 0)
	s.scroll[tasksTab], s.total = top, len(lines)
	cursor = &tea.Position{X: 0, Y: selected - top}
	return lines[top:min(top+height, len(lines))], cursor
}

// linesAboveTask counts the phase headings above a task of the list.
func (s *incidentScreen) linesAboveTask(int) int {
	row, phase := 0, ""
	for k := 0; k <= s.taskList.index && k < len(s.tasks); k++ {
		if s.tasks[k].Phase != phase {
			phase = s.tasks[k].Phase
			row++
		}
	}
	return row
}

func (s *incidentScreen) phaseHeading(id string) string {
	t := s.c.theme
	label := id
	if p, ok := s.standing.Procedure.Phase(id); ok {
		label = p.Label
	}
	if id == s.standing.Incident.Phase() {
		return t.Title.Paint("● " + label)
	}
	return t.Muted.Paint("  " + label)
}

func (s *incidentScreen) drawTask(task model.Task, selected bool) string {
	t := s.c.theme
	box, text := "[ ]", t.Text
	switch task.Record.State {
	case model.TaskDone:
		box, text = "[✓]", t.Muted
	case model.TaskSkipped:
		box, text = "[–]", t.Muted
	}
	mark := "  "
	if selected {
		mark = t.Focus.Paint("▌ ")
		text = t.Bold
	}
	who := safe(task.Record.Assignee)
	switch {
	case !task.Open():
		who = safe(task.Record.By) + ", " + ago(task.Record.At, s.c.now())
		if s.width >= 110 {
			who = string(task.Record.State) + ", " + who
		}
	case who == "" && task.Role != "":
		who = s.roleLabel(task.Role)
	}
	must := ""
	if task.Mandatory && task.Open() {
		must = "mandatory"
	}
	room := min(36, s.width/4)
	line := mark + "  " + text.Paint(box) + " " + text.Paint(fit(safe(task.Title), s.width-21-room)) + " " +
		t.DueSoon.Paint(fit(must, 10)) + " " + t.Muted.Paint(fit(who, room))
	if selected {
		return t.Selected.Over(fit(line, s.width))
	}
	return fit(line, s.width)
}

func (s *incidentScreen) roleLabel(id string) string {
	if r, ok := s.standing.Procedure.Role(id); ok {
		return r.Label
	}
	return id
}

// drawObligations lists what the incident owes, with both due times.
func (s *incidentScreen) drawObligations() ([]string, *tea.Position) {
	t := s.c.theme
	if len(s.obligations) == 0 {
		return []string{"", " " + t.Muted.Paint("Nothing is owed so far: what is known starts no clock.")}, nil
	}
	wide := s.width >= 110
	heading := fit("  STATE", 23) + fit("OBLIGATION", s.titleWidth(wide)+1) + fit("DUE", 18)
	if wide {
		heading += fit("PACK", 24) + "PROGRESS"
	}
	lines := []string{t.Muted.Paint(fit(heading, s.width))}
	s.dueList.resize(s.bodyHeight() - 1)
	from, to := s.dueList.window()
	for k := from; k < to; k++ {
		lines = append(lines, s.drawObligation(&s.obligations[k], wide, k == s.dueList.index))
	}
	return lines, &tea.Position{X: 0, Y: 1 + s.dueList.index - from}
}

func (s *incidentScreen) titleWidth(wide bool) int {
	if wide {
		return s.width - 23 - 18 - 24 - 14
	}
	return s.width - 23 - 20
}

func (s *incidentScreen) drawObligation(o *policy.Obligation, wide, selected bool) string {
	t, now := s.c.theme, s.c.now()
	state := o.State(now)
	shape, style := stateMark(t, state)
	cell := style.Paint(fit(shape+" "+string(state), 21))
	if counts(o, now) {
		cell = fit(s.c.dueCell(o.Strict, state, 20), 21)
	}
	mark, title := "  ", t.Text
	if state.Decided() {
		title = t.Muted
	}
	if selected {
		mark, title = t.Focus.Paint("▌ "), t.Bold
	}
	due := ""
	if !o.Strict.IsZero() {
		due = clock(o.Strict, now, s.c.zone())
	}
	line := mark + cell + title.Paint(fit(o.Rule.Title, s.titleWidth(wide))) + " " + t.Muted.Paint(fit(due, 18))
	if wide {
		line += t.Muted.Paint(fit(o.Pack.Ref().String(), 24)) + s.progress(o, state, style)
	}
	if selected {
		return t.Selected.Over(fit(line, s.width))
	}
	return fit(line, s.width)
}

// progress is a gauge while the clock runs, and what was filed afterwards.
func (s *incidentScreen) progress(o *policy.Obligation, state policy.State, style theme.Style) string {
	switch {
	case counts(o, s.c.now()):
		return gauge(s.c.theme, style, o.Start, o.Strict, s.c.now(), 12)
	case len(o.Done) > 0:
		return style.Paint(fmt.Sprintf("%d filed", len(o.Done)))
	}
	return ""
}
