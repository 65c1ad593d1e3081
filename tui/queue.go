package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// lastHour is when countdowns begin to show seconds.
const lastHour = time.Hour

// savedView is a standing question to the queue.
type savedView struct {
	name  string
	ended bool // asks for ended incidents instead of open ones
	keeps func(c *Console, s *model.Standing) bool
	empty string // what to do when nothing answers
}

func savedViews() []savedView {
	return []savedView{
		{name: "Open", keeps: func(*Console, *model.Standing) bool { return true }, empty: "No open incidents. Press r to report one."},
		{name: "Overdue", keeps: isOverdue, empty: "Nothing is overdue."},
		{name: "Mine", keeps: isMine, empty: "You hold no role in an open incident. Press a on one to take a role."},
		{name: "Unassigned", keeps: func(_ *Console, s *model.Standing) bool { return len(s.Gaps()) > 0 }, empty: "Every required role is held."},
		{name: "Untriaged", keeps: func(_ *Console, s *model.Standing) bool { return s.Rank == 0 }, empty: "Every open incident is triaged."},
		{name: "Top severity", keeps: func(_ *Console, s *model.Standing) bool {
			return s.Rank > 0 && s.Rank >= len(s.Procedure.Severities)-1
		}, empty: "No open incident has one of the two highest severities."},
		{name: "Closed", ended: true, keeps: func(*Console, *model.Standing) bool { return true }, empty: "No incident has ended yet."},
	}
}

func isOverdue(c *Console, s *model.Standing) bool {
	due, counts := s.Next()
	return counts && !due.At.After(c.now())
}

func isMine(c *Console, s *model.Standing) bool {
	return slices.ContainsFunc(s.Incident.Roles, func(h model.Holder) bool { return h.Person == c.opts.Actor.Name })
}

// queueScreen is the list of incidents, most urgent first, with a preview.
type queueScreen struct {
	c             *Console
	width, height int
	views         []savedView
	view          int
	filter        textinput.Model
	filtering     bool
	query         string // the filter that the rows answer

	rows    []*model.Standing
	list    list
	seq     uint64 // of the snapshot that the rows come from
	asked   int    // searches started; only the last one's answer counts
	preview bool
}

func newQueueScreen(c *Console) *queueScreen {
	return &queueScreen{c: c, views: savedViews(), filter: newInput(c.theme, "words to look for"), preview: true, list: list{index: -1}}
}

func (q *queueScreen) here() where { return onQueue }

func (q *queueScreen) size(width, height int) {
	q.width, q.height = width, height
	q.filter.SetWidth(max(width/2, 20))
	q.list.resize(q.listHeight())
}

// head is the rows above the list: the views and the column headings.
const queueHead = 2

// split says how the preview is laid out: beside on very wide screens, below
// on tall ones, not at all on small ones.
func (q *queueScreen) split() (beside, below int) {
	switch {
	case !q.preview:
	case q.width >= 150:
		return min(q.width*2/5, 84), 0
	case q.height >= 30 && q.width >= 100:
		return 0, 13
	}
	return 0, 0
}

func (q *queueScreen) listHeight() int {
	_, below := q.split()
	return q.height - queueHead - below
}

func (q *queueScreen) apply(frame frameMsg) {
	if frame.snapshot.Seq() == q.seq && q.rows != nil && q.views[q.view].name != "Overdue" {
		return
	}
	q.seq = frame.snapshot.Seq()
	q.refresh()
}

// refresh takes the rows of the view. A text filter over very many incidents
// is left to a search off the event loop.
func (q *queueScreen) refresh() {
	rows := q.candidates()
	if q.query != "" {
		rows = matching(rows, q.query)
	}
	q.set(rows)
}

func (q *queueScreen) candidates() []*model.Standing {
	v, snapshot := q.views[q.view], q.c.frame.snapshot
	if v.ended {
		return snapshot.Closed()
	}
	if v.name == "Open" {
		return snapshot.Queue()
	}
	var rows []*model.Standing
	for _, s := range snapshot.Queue() {
		if v.keeps(q.c, s) {
			rows = append(rows, s)
		}
	}
	return rows
}

func (q *queueScreen) set(rows []*model.Standing) {
	q.rows = rows
	ids := make([]string, len(rows))
	for k, s := range rows {
		ids[k] = string(s.Incident.ID)
	}
	q.list.set(ids)
	if q.rows == nil {
		q.rows = []*model.Standing{}
	}
}

// matchesMsg is the answer to a search.
type matchesMsg struct {
	asked int
	query string
	rows  []*model.Standing
}

// search looks for the typed words off the event loop.
func (q *queueScreen) search() tea.Cmd {
	q.asked++
	asked, query, rows := q.asked, strings.ToLower(strings.TrimSpace(q.filter.Value())), q.candidates()
	return func() tea.Msg { return matchesMsg{asked: asked, query: query, rows: matching(rows, query)} }
}

func (q *queueScreen) take(msg matchesMsg) {
	if msg.asked == q.asked {
		q.query = msg.query
		q.set(msg.rows)
	}
}

// matching keeps the incidents in which every word of the query occurs.
func matching(rows []*model.Standing, query string) []*model.Standing {
	words := strings.Fields(query)
	if len(words) == 0 {
		return rows
	}
	var kept []*model.Standing
	for _, s := range rows {
		if matches(s.Incident, words) {
			kept = append(kept, s)
		}
	}
	return kept
}

func matches(i *model.Incident, words []string) bool {
	for _, word := range words {
		if !contains(i, word) {
			return false
		}
	}
	return true
}

func contains(i *model.Incident, word string) bool {
	has := func(text string) bool { return containsFold(text, word) }
	return has(string(i.ID)) || has(i.Title) || has(i.Severity()) || has(i.Phase()) || has(string(i.Classification)) || has(i.Reporter) || has(i.External) ||
		slices.ContainsFunc(i.Systems, has) || slices.ContainsFunc(i.Types, has) || slices.ContainsFunc(i.Data, has) ||
		slices.ContainsFunc(i.Roles, func(h model.Holder) bool { return has(h.Person) }) || has(i.Description)
}

// containsFold reports whether text contains a lower-case word, in any case.
// ASCII is compared in place: a search reads a hundred thousand titles.
func containsFold(text, word string) bool {
	for k := 0; k+len(word) <= len(text); k++ {
		if text[k] >= 0x80 {
			return strings.Contains(strings.ToLower(text[k:]), word)
		}
		if hasPrefixFold(text[k:], word) {
			return true
		}
	}
	return false
}

func hasPrefixFold(text, word string) bool {
	for k := range len(word) {
		b := text[k]
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		if b != word[k] {
			return false
		}
	}
	return true
}

func (q *queueScreen) turn(direction int) tea.Cmd {
	q.view = (q.view + direction + len(q.views)) % len(q.views)
	q.list.selected, q.list.index, q.list.top = "", -1, 0
	q.refresh()
	return nil
}

func (c *Console) startFilter() tea.Cmd {
	c.queue.filtering = true
	return c.queue.filter.Focus()
}

func (c *Console) togglePreview() tea.Cmd {
	c.queue.preview = !c.queue.preview
	c.queue.list.resize(c.queue.listHeight())
	return nil
}

// clear drops the filter; it reports whether there was one.
func (q *queueScreen) clear() bool {
	if !q.filtering && q.query == "" {
		return false
	}
	q.stopFilter()
	q.filter.SetValue("")
	q.query = ""
	q.asked++
	q.refresh()
	return true
}

func (q *queueScreen) stopFilter() {
	q.filtering = false
	q.filter.Blur()
}

func (q *queueScreen) typing() bool { return q.filtering }

func (q *queueScreen) update(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch key.String() {
		case "enter", "tab":
			q.stopFilter()
			return nil
		case "up", "down":
			q.move(map[string]int{"up": -1, "down": 1}[key.String()])
			return nil
		}
	}
	before := q.filter.Value()
	var cmd tea.Cmd
	q.filter, cmd = q.filter.Update(msg)
	if q.filter.Value() == before {
		return cmd
	}
	return tea.Batch(cmd, q.search())
}

func (q *queueScreen) move(rows int) { q.list.selectAt(saturate(q.list.index, rows)) }

// saturate adds without overflow: "first" and "last" move by a very large step.
func saturate(at, rows int) int { return min(max(at+rows, 0), 1<<30) }

func (q *queueScreen) extent() extent {
	return extent{from: queueHead, height: q.list.height, top: q.list.top, show: q.list.height, total: len(q.rows)}
}

func (q *queueScreen) click(_, y int) tea.Cmd {
	from, to := q.list.window()
	if k := from + y - queueHead; y >= queueHead && k < to {
		if q.list.index == k {
			return q.c.openSelected()
		}
		q.list.selectAt(k)
	}
	return nil
}

func (q *queueScreen) target() *model.Standing {
	if q.list.index < 0 || q.list.index >= len(q.rows) {
		return nil
	}
	return q.rows[q.list.index]
}

// obligation is the one due next of the selected incident.
func (q *queueScreen) obligation() *policy.Obligation {
	s := q.target()
	if s == nil {
		return nil
	}
	due, counts := s.Next()
	if !counts {
		return nil
	}
	return q.c.findObligation(s.Incident, policy.RuleKey{Pack: due.Pack.ID, Rule: due.Rule.ID})
}

func (q *queueScreen) draw() ([]string, *tea.Position) {
	side, below := q.split()
	width := q.width
	if side > 0 {
		width -= side + 1
	}
	lines := append([]string{q.viewLine(width), q.headings(width)}, q.drawRows(width)...)
	if below > 0 {
		lines = append(lines, q.drawBelow(width, below)...)
	}
	if side > 0 {
		preview := block(q.c.summary(q.target(), side-3, q.height), side-2, q.height)
		lines = columns(q.c.theme.Rule.Paint("│")+" ", block(lines, width, q.height), preview)
		for k := range lines {
			lines[k] = fit(lines[k], q.width)
		}
	}
	return lines, q.cursor()
}

func (q *queueScreen) cursor() *tea.Position {
	if q.filtering {
		before := []rune(q.filter.Value())[:q.filter.Position()]
		return &tea.Position{X: 9 + len(before), Y: 0}
	}
	if q.list.index < 0 {
		return nil
	}
	return &tea.Position{X: 0, Y: queueHead + q.list.index - q.list.top}
}

// viewLine names the views, or shows the filter being typed.
func (q *queueScreen) viewLine(width int) string {
	t := q.c.theme
	count := t.Muted.Paint(fmt.Sprintf("%d shown ", len(q.rows)))
	if q.list.newAbove > 0 {
		count = t.Accent.Paint(fmt.Sprintf("%d new ↑  ", q.list.newAbove)) + count
	}
	if q.filtering {
		return beside(t.Accent.Paint(" filter: ")+q.filter.View(), count, width)
	}
	var names []string
	for k, v := range q.views {
		if k == q.view {
			names = append(names, t.Title.Paint("["+v.name+"]"))
			continue
		}
		names = append(names, t.Muted.Paint(v.name))
	}
	left := " " + strings.Join(names, "  ")
	if q.query != "" {
		left = " " + t.Title.Paint("["+q.views[q.view].name+"]") + t.Accent.Paint("  filter: "+q.query) + t.Muted.Paint("  (Esc clears)")
	}
	return beside(left, count, width)
}

// queueColumns is how wide each column is at a width; 0 leaves one out.
type queueColumns struct{ severity, id, title, phase, lead, next, due, gauge int }

func queueLayout(width int) queueColumns {
	k := queueColumns{severity: 12, id: 14, due: 19}
	if width >= 96 {
		k.gauge = 9
	}
	if width >= 112 {
		k.next = 26
	}
	if width >= 134 {
		k.phase = 16
	}
	if width >= 152 {
		k.lead = 16
		k.next = 34
	}
	k.title = width - 2 - k.severity - k.id - k.phase - k.lead - k.next - k.due - k.gauge - 1
	return k
}

func (q *queueScreen) headings(width int) string {
	k := queueLayout(width)
	cell := func(text string, w int) string {
		if w == 0 {
			return ""
		}
		return fit(text, w-1) + " "
	}
	due, next := "DUE", "NEXT OBLIGATION"
	if q.views[q.view].ended {
		due, next = "ENDED", "OUTCOME"
	}
	return q.c.theme.Muted.Paint(fit("  "+cell("SEVERITY", k.severity)+cell("INCIDENT", k.id)+cell("TITLE", k.title)+cell("PHASE", k.phase)+cell("LEAD", k.lead)+cell(next, k.next)+cell(due, k.due), width))
}

func (q *queueScreen) drawRows(width int) []string {
	height := q.listHeight()
	lines := make([]string, 0, height)
	from, to := q.list.window()
	for k := from; k < to; k++ {
		line := q.drawRow(q.rows[k], width, k == q.list.index)
		lines = append(lines, line)
	}
	if len(q.rows) == 0 {
		lines = append(lines, "", q.c.theme.Muted.Paint("  "+q.emptyText()))
	}
	return block(lines, width, height)
}

func (q *queueScreen) emptyText() string {
	if q.query != "" {
		return "Nothing matches " + quoted(q.query) + ". Esc clears the filter."
	}
	return q.views[q.view].empty
}

func (q *queueScreen) drawRow(s *model.Standing, width int, selected bool) string {
	t, k := q.c.theme, queueLayout(width)
	shape, word, style := severityMark(t, s)
	title, mark := t.Text, "  "
	if selected {
		title, mark = t.Bold, t.Focus.Paint("▌ ")
	}
	line := mark + style.Paint(fit(shape+" "+word, k.severity-1)) + " " +
		t.Muted.Paint(fit(string(s.Incident.ID), k.id-1)) + " " +
		title.Paint(fit(safe(s.Incident.Title), k.title-1)) + " "
	if k.phase > 0 {
		line += t.Muted.Paint(fit(phaseLabel(s), k.phase-1)) + " "
	}
	if k.lead > 0 {
		line += q.drawLead(s, k.lead-1) + " "
	}
	line += q.drawNext(s, k)
	if selected {
		return t.Selected.Over(fit(line, width))
	}
	return fit(line, width)
}

func (q *queueScreen) drawLead(s *model.Standing, width int) string {
	if lead := q.c.leadOf(s); lead != "" {
		return q.c.theme.Muted.Paint(fit(lead, width))
	}
	if !s.Incident.Open() {
		return spaces(width)
	}
	return q.c.theme.DueSoon.Paint(fit("– no lead", width))
}

// drawNext draws what is due next: name, countdown and gauge.
func (q *queueScreen) drawNext(s *model.Standing, k queueColumns) string {
	t, now := q.c.theme, q.c.now()
	if !s.Incident.Open() {
		line := ""
		if k.next > 0 {
			line = t.Muted.Paint(fit(string(s.Incident.Outcome), k.next-1)) + " "
		}
		return line + t.Muted.Paint(fit(ago(s.Incident.Closed, now), k.due-1))
	}
	due, counts := s.Next()
	if !counts {
		if k.next > 0 {
			return t.Muted.Paint(fit("", k.next)) + t.Muted.Paint("· no clock runs")
		}
		return t.Muted.Paint("· no clock runs")
	}
	state := due.State(now)
	_, style := stateMark(t, state)
	line := ""
	if k.next > 0 {
		line = t.Text.Paint(fit(due.Rule.Title, k.next-1)) + " "
	}
	line += q.c.dueCell(due.At, state, k.due-1) + " "
	if k.gauge > 0 {
		line += gauge(t, style, due.Start, due.At, now, k.gauge-1)
	}
	return line
}

// dueCell is a state as shape and word with its countdown, right-aligned.
func (c *Console) dueCell(at time.Time, state policy.State, width int) string {
	shape, style := stateMark(c.theme, state)
	words := map[policy.State]string{policy.Overdue: "overdue", policy.DueSoon: "due soon", policy.Running: "due in", policy.CannotExclude: "perhaps"}
	left := shape + " " + words[state]
	if state == policy.CannotExclude && !at.After(c.now()) {
		left = shape + " overdue?"
	}
	time := fitLeft(countdown(at, c.now(), false), width-len([]rune(left)))
	if at.Sub(c.now()).Abs() < lastHour {
		// These change every second: plain text is the cheapest to send.
		return style.Paint(left) + c.theme.Text.Paint(time)
	}
	return style.Paint(left + time)
}

func phaseLabel(s *model.Standing) string {
	if p, ok := s.Procedure.Phase(s.Incident.Phase()); ok {
		return p.Label
	}
	return s.Incident.Phase()
}

// drawBelow is the preview under the list.
func (q *queueScreen) drawBelow(width, height int) []string {
	rule := q.c.theme.Rule.Paint(strings.Repeat("─", width))
	s := q.target()
	if s == nil {
		return block([]string{rule}, width, height)
	}
	left := block(q.c.summaryHead(s, width/2-3), width/2-1, height-1)
	right := block(q.c.summaryDues(s, width-width/2-2, height-2), width-width/2-1, height-1)
	return append([]string{rule}, columns(q.c.theme.Rule.Paint("│")+" ", left, right)...)
}
