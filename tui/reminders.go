package tui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// remindersScreen lists what somebody is reminded of and nobody acknowledged.
type remindersScreen struct {
	c             *Console
	width, height int
	calls         []called // come before the rows
	rows          []model.Reminder
	list          list
	seq           uint64    // the snapshot that rows are of
	asOf          time.Time // when they were computed
}

// reminderFoot is how many lines below the list tell all of the selected one.
const reminderFoot = 5

func newRemindersScreen(c *Console) *remindersScreen {
	return &remindersScreen{c: c, list: list{index: -1}}
}

func (r *remindersScreen) here() where            { return onReminders }
func (r *remindersScreen) move(rows int)          { r.list.selectAt(saturate(r.list.index, rows)) }
func (r *remindersScreen) typing() bool           { return false }
func (r *remindersScreen) update(tea.Msg) tea.Cmd { return nil }

func (r *remindersScreen) size(width, height int) {
	r.width, r.height = width, height
	r.list.resize(height - 2 - reminderFoot)
}

func (r *remindersScreen) apply(frameMsg) {
	from := &r.c.reminding
	if r.rows != nil && r.seq == r.c.calling.seq && r.asOf.Equal(from.asOf) {
		return
	}
	r.calls, r.rows, r.seq, r.asOf = r.c.calling.list, from.list, r.c.calling.seq, from.asOf
	r.list.set(append(idsOf(r.calls, called.id), idsOf(r.rows, func(m model.Reminder) string { return reminderID(&m) })...))
}

func (r *remindersScreen) selected() *model.Reminder {
	k := r.list.index - len(r.calls)
	if k < 0 || k >= len(r.rows) {
		return nil
	}
	return &r.rows[k]
}

func (r *remindersScreen) target() *model.Standing {
	if m := r.selected(); m != nil {
		return m.Standing
	}
	if call := r.call(); call != nil {
		return call.standing
	}
	return nil
}

func (r *remindersScreen) obligation() *policy.Obligation {
	if m := r.selected(); m != nil {
		return r.c.findObligation(m.Standing.Incident, m.Key())
	}
	return nil
}

func (r *remindersScreen) extent() extent {
	return extent{from: 2, height: r.list.height, top: r.list.top, show: r.list.height, total: r.count()}
}

func (r *remindersScreen) click(_, y int) tea.Cmd {
	row := r.list.top + y - 2
	switch {
	case y < 2 || y >= 2+r.list.height || row >= r.count():
	case row == r.list.index:
		return r.c.openReminder()
	default:
		r.list.selectAt(row)
	}
	return nil
}

func (r *remindersScreen) draw() ([]string, *tea.Position) {
	t := r.c.theme
	head := " " + t.Title.Paint("Reminders") + t.Muted.Paint("  of yours and of everybody, until somebody acknowledges them")
	if r.count() == 0 {
		lines := []string{fit(head, r.width), ""}
		for _, line := range wrap(r.empty(), max(r.width-4, 1)) {
			lines = append(lines, t.Muted.Paint("  "+line))
		}
		return block(lines, r.width, r.height), nil
	}
	count := fmt.Sprintf("%d ", r.count())
	if r.c.reminding.more {
		count = fmt.Sprintf("the first %d ", len(r.rows))
	}
	k := reminderLayout(r.width)
	titles := fit("  LEVEL", 2+k.level) + fit("OBLIGATION", k.rule) + fit("INCIDENT", 14) + fit("SINCE", k.since) + "REMINDS"
	lines := []string{beside(head, t.Muted.Paint(count), r.width), t.Muted.Paint(fit(titles, r.width))}
	from, to := r.list.window()
	for row := from; row < to; row++ {
		if row < len(r.calls) {
			lines = append(lines, r.drawCall(k, &r.calls[row], row == r.list.index))
			continue
		}
		lines = append(lines, r.drawRow(k, &r.rows[row-len(r.calls)], row == r.list.index))
	}
	lines = block(lines, r.width, r.height-reminderFoot)
	lines = append(lines, r.drawFoot()...)
	return block(lines, r.width, r.height), &tea.Position{X: 0, Y: 2 + r.list.index - from}
}

func (r *remindersScreen) empty() string {
	if !r.c.opts.Actor.Role.May(model.Acknowledge{}.Kind()) {
		return "Reminders are for those who work on incidents. The deadlines are under 2."
	}
	return "Nothing is to be brought to mind. Reminders come as deadlines draw near, to those who hold the roles that a policy names, and to everybody where nobody holds them."
}

// reminderColumns is how wide each column is.
type reminderColumns struct{ level, rule, since, role int }

func reminderLayout(width int) reminderColumns {
	k := reminderColumns{level: 16, since: 7, role: 14}
	if width >= 100 {
		k.since, k.role = 18, 26
	}
	if width >= 150 {
		k.role = 50
	}
	k.rule = width - 2 - k.level - 14 - k.since - k.role
	return k
}

func (r *remindersScreen) drawRow(k reminderColumns, m *model.Reminder, selected bool) string {
	t, now := r.c.theme, r.c.now()
	shape, style := stateMark(t, m.Due.State(now))
	mark, text := "  ", t.Text
	if selected {
		mark, text = t.Focus.Paint("▌ "), t.Bold
	}
	since := ago(m.Reach.Since, now)
	if k.since > 10 {
		since = clock(m.Reach.Since, now, r.c.zone())
	}
	line := mark + style.Paint(fit(shape+" "+m.Reach.Words(), k.level)) + text.Paint(fit(m.Due.Title(), k.rule-1)) + " " +
		t.Muted.Paint(fit(string(m.Standing.Incident.ID), 14)) + t.Muted.Paint(fit(strings.TrimSuffix(since, " ago"), k.since-1)) + " " +
		t.Muted.Paint(fit(reminds(m, k.role > 20), k.role))
	if selected {
		return t.Selected.Over(fit(line, r.width))
	}
	return fit(line, r.width)
}

// reminds names the roles that are reminded; whole adds who holds them.
func reminds(m *model.Reminder, whole bool) string {
	var roles []string
	for _, reminded := range m.Reminded() {
		holders := safe(strings.Join(reminded.Holders, ", "))
		switch {
		case len(reminded.Holders) == 0:
			roles = append(roles, "– "+safe(reminded.Role.Label))
		case whole:
			roles = append(roles, holders)
		default:
			roles = append(roles, safe(reminded.Role.Label))
		}
	}
	return strings.Join(roles, ", ")
}

// drawFoot tells all of the selected reminder.
func (r *remindersScreen) drawFoot() []string {
	t, m, now := r.c.theme, r.selected(), r.c.now()
	if call := r.call(); call != nil {
		return r.drawCallFoot(call)
	}
	if m == nil {
		return nil
	}
	var roles []string
	held := false
	for _, reminded := range m.Reminded() {
		who := "nobody holds it"
		if len(reminded.Holders) > 0 {
			who, held = strings.Join(reminded.Holders, ", "), true
		}
		roles = append(roles, safe(reminded.Role.Label)+" ("+safe(who)+")")
	}
	reminded := "Reminds " + strings.Join(roles, ", ")
	if !held {
		reminded += ", so it concerns everybody"
	}
	due := "Due " + r.c.dueText(m.Due.At, m.Due.Rule) + ", " + countdown(m.Due.At, now, m.Due.At.Sub(now).Abs() < lastHour)
	if m.Due.Conditional {
		due += " (perhaps: it cannot be excluded)"
	}
	due += "; " + m.Reach.Words() + " since " + clock(m.Reach.Since, now, r.c.zone())
	if m.Due.Rule.To != policy.ToNobody {
		due += "; " + r.c.keyOf("notice-draft") + " writes the notice"
	}
	title := t.Bold.Paint(safe(m.Due.Title())) + t.Muted.Paint("  "+string(m.Standing.Incident.ID)+"  "+safe(m.Standing.Incident.Title))
	lines := []string{t.Rule.Paint(strings.Repeat("─", r.width)), " " + fit(title, r.width-2), " " + fit(due, r.width-2)}
	for _, line := range wrap(reminded, r.width-2) {
		lines = append(lines, " "+t.Muted.Paint(line))
	}
	return block(lines, r.width, reminderFoot)
}

func (c *Console) showReminders() tea.Cmd {
	if c.current != c.reminders {
		c.leave()
	}
	return c.show(c.reminders)
}

// openReminder goes to the obligation within its incident.
func (c *Console) openReminder() tea.Cmd {
	if call := c.reminders.call(); call != nil {
		return c.openCall(call)
	}
	m := c.reminders.selected()
	if m == nil {
		return nil
	}
	id, key := m.Standing.Incident.ID, m.Key().String()
	c.leave()
	c.incident.tab = obligationsTab
	load := c.incident.load(id)
	c.incident.dueList.choose(key)
	return tea.Batch(load, c.show(c.incident))
}

// reminderHere is what there is to acknowledge of the selected obligation.
func (c *Console) reminderHere() (m model.Reminder, ok bool) {
	standing, o := c.target(), c.obligation()
	if standing == nil || o == nil {
		return model.Reminder{}, false
	}
	for k := range standing.Dues {
		if d := &standing.Dues[k]; d.Key() == o.Key() {
			return standing.Reminder(d, c.now())
		}
	}
	return model.Reminder{}, false
}

func needReminder(c *Console) string {
	if c.calledHere() != nil {
		return ""
	}
	if kind := (model.Acknowledge{}).Kind(); !c.opts.Actor.Role.May(kind) {
		return "not allowed as " + string(c.opts.Actor.Role)
	}
	if why := needObligation(c); why != "" {
		return why
	}
	if _, ok := c.reminderHere(); !ok {
		return "there is no reminder of this obligation"
	}
	return ""
}

func needReminders(c *Console) string {
	if c.reminders.count() == 0 {
		return "there are no reminders"
	}
	return ""
}

func (c *Console) acknowledge() tea.Cmd {
	if standing := c.calledHere(); standing != nil {
		return c.see(standing)
	}
	m, ok := c.reminderHere()
	if !ok {
		return nil
	}
	return c.do(c.acknowledgement(&m), nil, "{id}: acknowledged, "+m.Due.Title()+", "+m.Reach.Words())
}

// acknowledgement is about the level that was on the screen, whatever is
// reached by the time it is recorded.
func (c *Console) acknowledgement(m *model.Reminder) model.Acknowledge {
	return model.Acknowledge{Incident: m.Standing.Incident.ID, Key: m.Key(), Due: m.Due.At, Seen: c.now()}
}

// acknowledgeAll acknowledges each of the reminders that are listed, up to the
// first that is refused.
func (c *Console) acknowledgeAll() tea.Cmd {
	var commands []model.Command
	for _, id := range calledOn(c.reminders.calls) {
		commands = append(commands, model.See{Incident: id})
	}
	for k := range c.reminders.rows {
		commands = append(commands, c.acknowledgement(&c.reminders.rows[k]))
	}
	c.busy++
	actor := c.opts.Actor // the loop may change it: see takeRole
	return func() tea.Msg {
		done := doneMsg{said: fmt.Sprintf("acknowledged: %d", len(commands))}
		for _, command := range commands {
			ctx, cancel := context.WithTimeout(c.ctx, commandTimeout)
			done.id, done.err = c.opts.Space.Do(ctx, actor, command)
			cancel()
			if done.err != nil {
				break
			}
		}
		return done
	}
}
