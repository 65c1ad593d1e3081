package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/sign"
)

// telling is a place as plain mode tells it. The zero telling says nothing.
type telling struct {
	name  string   // for the prompt
	head  []string // said first
	rows  *list    // what can be chosen by number; nil where nothing can
	row   func(k int) string
	group func(k int) string // a heading over the row and those after it; nil is none
	empty string             // said where there are no rows
	text  []string           // said instead of rows
	drawn bool               // text is the screen as it is drawn, cursor and all
	open  string             // the action that a row's number gives; "" only tells the row
	// detail is all of the selected row; nil where opening it tells that.
	detail func() []string
	// further reads rows beyond those that are held; nil, or what returns nil,
	// where there are none.
	further func() tea.Cmd
}

// told is a screen that plain mode tells in its own words; others are told as
// they are drawn.
type told interface{ told() telling }

// rowsTold and linesTold are how much is told at a time.
const (
	rowsTold  = 15
	linesTold = 20
)

func (p *plain) telling() telling {
	if here, ok := p.c.current.(told); ok {
		return here.told()
	}
	lines, _ := p.c.current.draw()
	return telling{name: "here", text: drawnText(lines), drawn: true}
}

// drawnText is what was drawn, without empty lines and what fills the rest of
// them.
func drawnText(lines []string) []string {
	var kept []string
	for _, line := range lines {
		if text := strings.TrimRight(model.CleanText(line), " \u00a0┃│"); strings.TrimSpace(text) != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

// prompt names the place, and what is selected where that is an incident.
func (p *plain) prompt() string {
	name := p.telling().name
	if target := p.c.target(); target != nil && p.c.current != p.c.incident {
		name += " " + string(target.Incident.ID)
	}
	return name + ">"
}

// tell tells a place one has come to. What stays the same from one tab of an
// incident to another is told once.
func (p *plain) tell(here spot) {
	t := p.telling()
	if n := len(t.head); !p.anew && here.id != "" && here.screen == p.told.screen && here.id == p.told.id && n > 0 {
		t.head = t.head[n-1:]
	}
	p.told, p.anew = here, false
	p.more, p.beneath = nil, nil
	p.out.newline()
	p.sayAll(t.head)
	switch {
	case t.rows == nil:
		p.tellLines(t.text)
	case len(t.rows.ids) == 0:
		p.say(t.empty)
		p.numbers[t.rows] = nil
	default:
		p.numbers[t.rows] = t.rows.ids
		p.tellRows(0)
	}
}

// tellRows tells rows from one on, as many as are told at a time.
func (p *plain) tellRows(from int) {
	t := p.telling()
	ids := p.numbers[t.rows]
	to, group := min(from+rowsTold, len(ids)), ""
	p.more = nil
	for k := from; k < to; k++ {
		now := slices.Index(t.rows.ids, ids[k])
		if now < 0 {
			continue // it went while others were told
		}
		if t.group != nil {
			if g := t.group(now); g != group {
				group = g
				p.say(g + ":")
			}
		}
		p.say(fmt.Sprintf("%d. %s", k+1, t.row(now)))
	}
	switch {
	case to < len(ids):
		p.say(fmt.Sprintf("There is more, %d of %d rows: more", len(ids)-to, len(ids)))
		p.more = func() error { p.tellRows(to); return nil }
	case t.further != nil:
		p.more = func() error { return p.tellFurther(to) }
	}
}

// tellFurther reads on, and tells what came.
func (p *plain) tellFurther(from int) error {
	t := p.telling()
	p.run(t.further())
	if err := p.follow(); err != nil {
		return err
	}
	if p.numbers[t.rows] = t.rows.ids; from >= len(t.rows.ids) {
		p.more = nil
		p.say("That is all.")
		return nil
	}
	p.tellRows(from)
	return nil
}

// tellLines tells a text, as much as is told at a time.
func (p *plain) tellLines(lines []string) {
	p.more = nil
	shown := lines[:min(len(lines), linesTold)]
	p.sayAll(shown)
	if rest := lines[len(shown):]; len(rest) > 0 {
		p.say(fmt.Sprintf("There is more, %d of %d lines: more", len(rest), len(lines)))
		p.more = func() error { p.tellLines(rest); return nil }
		return
	}
	p.more, p.beneath = p.beneath, nil
}

func (p *plain) tellMore(string) error {
	if p.more == nil {
		p.say("That is all; an empty line tells it again.")
		return nil
	}
	return p.more()
}

// tellSelected tells the row that the cursor is on.
func (p *plain) tellSelected() {
	t := p.telling()
	if t.drawn {
		p.tellLines(t.text)
		return
	}
	if t.rows == nil || t.rows.index < 0 {
		p.say("There are no rows here to choose from.")
		return
	}
	number := slices.Index(p.numbers[t.rows], t.rows.selected) + 1
	if number == 0 {
		p.numbers[t.rows] = t.rows.ids
		number = t.rows.index + 1
	}
	p.say(fmt.Sprintf("%d. %s", number, t.row(t.rows.index)))
}

// overlaid works off what lies over a screen.
func (p *plain) overlaid(o overlay) error {
	switch o := o.(type) {
	case *reader:
		p.c.pop()
		p.say(o.title)
		if p.beneath == nil {
			p.beneath = p.more
		}
		p.tellLines(o.lines(plainWidth - 4))
		return nil
	case *dialog:
		return p.askAll(o.questions(p))
	}
	lines, _ := o.draw(plainWidth, plainHeight)
	p.c.pop()
	p.tellLines(drawnText(lines))
	return nil
}

func (d *dialog) questions(p *plain) *asked {
	c := p.c
	a := &asked{
		title: d.title, intro: slices.Clone(d.intro), form: d.form, confirm: d.confirm,
		give:    func() tea.Cmd { return d.give(c) },
		open:    func() bool { return slices.ContainsFunc(c.overlays, func(o overlay) bool { return o == d }) },
		problem: func() string { return d.problem },
		leave:   func() { d.cancel(c) },
		drop:    func() { c.drop(d); p.run(c.forget(d.draft, d.form)) },
	}
	if d.changed != nil {
		a.changed = func() { d.changed(d.form) }
	}
	if d.below != nil {
		const most = 40
		a.below = func() []string { return d.below(d.form, plainWidth, most) }
	}
	return a
}

func (s *triageScreen) questions(p *plain) *asked {
	c := p.c
	return &asked{
		title: "Triage " + string(s.id) + ": " + safe(s.standing.Incident.Title), form: s.form, confirm: "Save the triage",
		changed: func() { s.follow(); s.arrange(); s.keepDraft() },
		below:   s.previewWords,
		give:    func() tea.Cmd { return s.dialog.give(c) },
		open:    func() bool { return c.current == c.triage },
		problem: func() string { return s.dialog.problem },
		leave:   func() { p.run(c.back()) },
		drop:    func() { p.run(c.forget(s.dialog.draft, s.form)); p.run(c.back()) },
	}
}

// previewWords list what the answers so far start.
func (s *triageScreen) previewWords() []string {
	c := s.c
	obligations := c.owed(c.packsNamed(append(slices.Clip(s.standing.Incident.Packs), s.taken()...)), c.supposed(s.standing.Incident, s.form))
	sortObligations(obligations, c.now())
	if len(obligations) == 0 {
		return []string{"These answers start nothing: no rule of the packs applies."}
	}
	lines := []string{"What these answers start; nothing is saved yet:"}
	for k := range obligations {
		lines = append(lines, "  "+c.obligationWords(&obligations[k]))
	}
	return lines
}

func (s *setUpScreen) questions(p *plain) *asked {
	c := p.c
	a := &asked{
		title: "Settings. An incident keeps the packs it was opened under; new ones take these.", form: s.form, confirm: "Save",
		changed: s.propose, give: s.save,
		open:    func() bool { return c.current == s },
		problem: func() string { return s.problem },
		leave:   func() { p.run(c.back()) },
	}
	if s.first {
		a.title = "First run. A few answers and the console opens; all of them can be changed later. Nothing leaves this machine."
		a.confirm, a.yes = "Set up", true
		a.leave = func() { p.left = true } // there is nowhere else to be without them
	}
	return a
}

// changeDraft asks for the fields of a what-if, or for those whose labels have
// the words, and tells what they lead to.
func (p *plain) changeDraft(rest string) error {
	s := p.c.whatIf
	p.anew = true
	a := &asked{title: "Nothing of this is recorded.", form: s.form, only: true, changed: s.follow, leave: func() {}}
	if rest != "" {
		a.wanted = func(f *field) bool { return mentions(f.label, strings.ToLower(rest)) }
	}
	if after(s.form, nil, a.fits) == nil {
		p.say("No answer of the draft is called " + quoted(rest) + ".")
		return nil
	}
	return p.askAll(a)
}

func (q *queueScreen) told() telling {
	c, v := q.c, q.views[q.view]
	head := "Queue, " + strings.ToLower(v.name) + fmt.Sprintf(": %d.", len(q.rows))
	if q.query != "" {
		head = fmt.Sprintf("Queue, %s, with %s: %d. filter - shows all.", strings.ToLower(v.name), quoted(q.query), len(q.rows))
	}
	empty := v.empty
	if q.query != "" {
		empty = "Nothing matches."
	}
	return telling{
		name: "queue", head: []string{c.alarmWords(), head}, rows: &q.list, empty: empty, open: "open",
		row: func(k int) string { return c.incidentWords(q.rows[k]) },
	}
}

// alarmWords say what is overdue and due, without the signs.
func (c *Console) alarmWords() string {
	text := strings.NewReplacer("! ", "", "◐ ", "", "? ", "", "✓ ", "", "◉ ", "", "▷ ", "", "≠ ", "", "  ", ", ").Replace(model.CleanText(c.alarms(false)))
	return capital(text) + "."
}

// incidentWords are a row of the queue.
func (c *Console) incidentWords(s *model.Standing) string {
	i := s.Incident
	text := fmt.Sprintf("%s, %s: %s. ", i.ID, sign.Severity(s).Word, safe(i.Title))
	if !i.Open() {
		return text + "Ended " + ago(i.Closed, c.now()) + ": " + string(i.Outcome)
	}
	due, counts := s.Next()
	switch {
	case counts:
		text += capital(c.dueWords(due.At, due.State(c.now()))) + ": " + due.Title()
	case s.Waits != nil:
		text += "Not started: " + s.Waits.Rule.Title + " waits for " + c.factLabel(s, s.Waits.Fact)
	default:
		text += "No clock runs"
	}
	if c.leadOf(s) == "" {
		text += ". No lead"
	}
	return text
}

// capital begins a sentence.
func capital(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return strings.ToUpper(text[:size]) + text[size:]
}

// dueWords say how far off a due time is, and whether it surely counts.
func (c *Console) dueWords(at time.Time, state policy.State) string {
	left := strings.TrimPrefix(countdown(at, c.now(), false), "−")
	text := "due in " + left
	if !at.After(c.now()) {
		text = "overdue by " + left
	}
	switch state {
	case policy.CannotExclude:
		return "perhaps " + text
	case policy.Suspended:
		return "delayed, " + text
	case policy.DueSoon:
		return text + " (soon)"
	}
	return text
}

// obligationWords are an obligation as it stands.
func (c *Console) obligationWords(o *policy.Obligation) string {
	state := o.State(c.now())
	text := capital(string(state))
	if counts(o, c.now()) {
		text = capital(c.dueWords(o.Strict, state))
	}
	text += ": " + o.Title()
	if !o.Strict.IsZero() {
		text += ", " + c.dueText(o.Strict, o.Rule)
	}
	if partly := o.Partly(); partly != "" {
		text += ", " + partly
	}
	return text + ", by " + o.Pack.Ref().String()
}

func (d *deadlinesScreen) told() telling {
	c := d.c
	return telling{
		name: "deadlines", head: []string{fmt.Sprintf("Deadlines of every open incident, soonest first: %d.", len(d.rows))}, rows: &d.list, open: "open",
		empty: "No clock runs. Deadlines appear here when facts start them.",
		group: func(k int) string { return d.groupOf(d.rows[k].due) },
		row: func(k int) string {
			r := &d.rows[k]
			return fmt.Sprintf("%s, %s: %s. %s, %s: %s", capital(c.dueWords(r.due.At, r.due.State(c.now()))), c.dueText(r.due.At, r.due.Rule), r.due.Title(),
				r.standing.Incident.ID, sign.Severity(r.standing).Word, safe(r.standing.Incident.Title))
		},
	}
}

func (r *remindersScreen) told() telling {
	c := r.c
	return telling{
		name: "reminders", head: []string{fmt.Sprintf("Reminders of yours and of everybody, until somebody acknowledges them: %d.", r.count())}, rows: &r.list,
		empty: r.empty(), open: "open-obligation",
		row: func(k int) string {
			if k < len(r.calls) {
				return r.calls[k].words(c)
			}
			m := &r.rows[k-len(r.calls)]
			return fmt.Sprintf("%s since %s: %s. %s: %s. %s. Reminds %s", capital(m.Reach.Words()), clock(m.Reach.Since, c.now(), c.zone()), m.Due.Title(),
				m.Standing.Incident.ID, safe(m.Standing.Incident.Title), capital(c.dueWords(m.Due.At, m.Due.State(c.now()))), strings.ReplaceAll(reminds(m, true), "– ", "nobody as "))
		},
	}
}

func (p *policiesScreen) told() telling {
	return telling{
		name: "policies", head: []string{"Packs and calendars adopted here, each pack with its rules."}, rows: &p.list, empty: "No pack is adopted yet.", open: "open",
		row: func(k int) string {
			r := p.rows[k]
			switch {
			case r.calendar != nil && p.c.newerCalendar(r.calendar) != nil:
				return r.id() + ", and a newer one is known"
			case r.calendar != nil:
				return r.id()
			case r.rule != nil:
				return "rule " + r.rule.ID + ": " + r.rule.Title
			}
			return "pack " + r.pack.Ref().String() + ": " + r.pack.Title
		},
	}
}

func (s *whatIfScreen) told() telling {
	c := s.c
	of := "an empty case under " + s.incident.Packs[0].String()
	said := fmt.Sprintf("%d due times, by what this case says.", len(s.moves))
	if s.standing != nil {
		of, said = string(s.incident.ID)+": "+safe(s.incident.Title), "Due times: "+movesInWords(s.moves)+"."
	}
	return telling{
		name: "what if", head: []string{"What if: a draft of " + of + ". Nothing is recorded.", said, "change asks for its answers; a row's number explains it; back leaves it."},
		rows: &s.list, empty: "Nothing: no rule of the packs applies.", open: "explain",
		row: func(k int) string {
			m := &s.moves[k]
			word := orElse(m.Change, string(m.Obligation().State(c.now())))
			text := capital(word) + ": " + m.Obligation().Title()
			before, after := spokenStand(c.standsAt(m.Before)), spokenStand(c.standsAt(m.After))
			switch {
			case m.Change == model.Unmoved || before == "" || m.Change == "":
				return text + ", " + after
			case after == "":
				return text + ", was " + before
			}
			return text + ", was " + before + ", would be " + after
		},
	}
}

func spokenStand(text string) string { return strings.Replace(text, "? ", "perhaps ", 1) }

func (a *auditScreen) told() telling {
	c := a.c
	verdict := strings.TrimLeft(model.CleanText(a.drawVerified()), "✓!– ━─")
	return telling{
		name: "audit", head: []string{fmt.Sprintf("Audit log: %d events; %s.", c.frame.snapshot.Seq(), verdict), a.stateWords()},
		rows: &a.list, empty: a.empty(), open: "open-event",
		row: func(k int) string {
			e := &a.rows[k]
			told := a.tell(e)
			if e.Body == nil {
				return fmt.Sprintf("Event %d: %s", e.Seq, told.What)
			}
			about := ""
			if id := e.Body.Incident(); id != "" {
				about = ", " + string(id)
			}
			return fmt.Sprintf("Event %d, %s, %s%s: %s", e.Seq, e.At.In(c.zone()).Format("2 Jan 2006 15:04"), safe(e.Actor), about, told.What)
		},
		further: a.further,
	}
}

// stateWords say what of the log is told, and what is wrong with it.
func (a *auditScreen) stateWords() string {
	text := strings.TrimSpace(model.CleanText(a.drawState()))
	return strings.TrimSuffix(text, "  Esc shows all") + map[bool]string{true: ". back tells all."}[a.filter != model.EventFilter{}]
}

// further goes to the last row that is held, from where the log is read on.
func (a *auditScreen) further() tea.Cmd {
	if !a.older {
		return nil
	}
	a.list.selectAt(len(a.rows) - 1)
	return a.follow()
}

// classWords say how long what is kept, and how many people a sweep takes.
func (r *retentionScreen) classWords() []string {
	set, people := r.c.frame.snapshot.Meta().Retention, "one person"
	if set.Second {
		people = "two people"
	}
	lines := []string{"Retention: how long what is kept. A sweep takes " + people + "."}
	for _, k := range model.Keepings() {
		first, _, _ := strings.Cut(k.Counts, ";")
		lines = append(lines, "  "+k.Label+": "+set.Words(k.Class)+", "+first)
	}
	if e := r.c.errand; e != nil {
		lines = append(lines, "Under way: "+safe(e.what)+"; evidence-stop stops it.")
	}
	return lines
}

func (r *retentionScreen) told() telling {
	c := r.c
	return telling{
		name: "retention", head: r.classWords(), rows: &r.list, empty: strings.Replace(r.empty(), "press "+c.keyOf("delete"), "type delete", 1), open: "open",
		row: func(k int) string {
			e := &r.rows[k]
			word, _ := r.expiryMark(c.theme, e)
			return fmt.Sprintf("%s: %s, %s, since %s, goes from %s: %s. %s", strings.TrimLeft(word, "‖○!● "), e.Incident.ID, classLabel(e.Class),
				clock(e.Since, c.now(), c.zone()), clock(e.From, c.now(), c.zone()), safe(e.Incident.Title), e.Why())
		},
	}
}
