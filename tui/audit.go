package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// auditScreen is the whole log as people read it, the newest first. Of a large
// log it holds a few pages around what is in view.
type auditScreen struct {
	c             *Console
	width, height int
	rows          []AuditEvent // by descending number
	list          list
	filter        model.EventFilter
	newer, older  bool               // there may be more beyond the rows
	end           uint64             // the last event when the newest rows were read
	jump          func() tea.Cmd     // reads an end of the log that is not held; nil where none was asked for
	asked         int                // the reading that counts
	stop          context.CancelFunc // ends it; nil where nothing is read
	head          Checkpoint         // the newest that was seen
	last          *verified
	verifying     *errand // nil where nothing is
}

// auditMsg is a part of the log that was read.
type auditMsg struct {
	asked  int
	wanted auditWanted
	found  []AuditEvent
	more   bool
	to     uint64 // the event to select, 0 for the one that is
	fresh  bool   // it takes the place of what was held
	err    error
}

// headMsg is a checkpoint; show asks for it to be shown.
type headMsg struct {
	head Checkpoint
	show bool
	err  error
}

// verifiedMsg is the end of a verification.
type verifiedMsg struct {
	verified
	err error
}

func newAuditScreen(c *Console) *auditScreen { return &auditScreen{c: c, list: list{index: -1}} }

func (a *auditScreen) here() where                    { return onAudit }
func (a *auditScreen) obligation() *policy.Obligation { return nil }
func (a *auditScreen) typing() bool                   { return false }
func (a *auditScreen) update(tea.Msg) tea.Cmd         { return nil }
func (a *auditScreen) apply(frameMsg)                 {}

func (a *auditScreen) target() *model.Standing {
	e := a.selected()
	if e == nil || e.Body == nil {
		return nil
	}
	standing, _ := a.c.frame.snapshot.Incident(e.Body.Incident())
	return standing
}

func (a *auditScreen) size(width, height int) {
	a.width, a.height = width, height
	a.list.resize(height - 3)
}

func (a *auditScreen) selected() *AuditEvent {
	if a.list.index < 0 || a.list.index >= len(a.rows) {
		return nil
	}
	return &a.rows[a.list.index]
}

func (a *auditScreen) extent() extent {
	return extent{from: 3, height: a.list.height, top: a.list.top, show: a.list.height, total: len(a.rows)}
}

func (a *auditScreen) click(_, y int) tea.Cmd {
	row := a.list.top + y - 3
	switch {
	case y < 3 || row >= len(a.rows):
		return nil
	case row == a.list.index:
		return a.c.openEvent()
	}
	a.list.selectAt(row)
	return nil
}

// move goes through the rows. The ends of the log may be further than the rows
// that are held.
func (a *auditScreen) move(rows int) {
	switch {
	case rows >= 1<<30 && a.older:
		a.jump = a.oldest
	case rows <= -1<<30 && a.newer:
		a.jump = a.begin
	default:
		a.list.selectAt(saturate(a.list.index, rows))
	}
}

// follow reads on where the selection comes near the end of what is held, and
// what was recorded since.
func (a *auditScreen) follow() tea.Cmd {
	if a.c.current != a {
		return nil
	}
	if jump := a.jump; jump != nil {
		a.jump = nil
		return jump()
	}
	if a.stop != nil || needAudit(a.c) != "" {
		return nil
	}
	end := a.c.frame.snapshot.Seq()
	const near = 50
	switch last := len(a.rows) - 1; {
	case end > a.end && !a.newer:
		from := a.end
		a.end = end
		return a.read(auditWanted{filter: a.filter, from: from, end: end}, 0, len(a.rows) == 0)
	case a.older && last-a.list.index < near && last >= 0:
		return a.read(auditWanted{filter: a.filter, older: true, from: a.rows[last].Seq, end: a.end}, 0, false)
	case a.newer && a.list.index < near && last >= 0:
		return a.read(auditWanted{filter: a.filter, from: a.rows[0].Seq, end: a.end}, 0, false)
	}
	return nil
}

// read asks for a part of the log, off the event loop.
func (a *auditScreen) read(wanted auditWanted, to uint64, fresh bool) tea.Cmd {
	if a.stop != nil {
		a.stop()
	}
	ctx, stop := context.WithCancel(a.c.ctx)
	a.stop = stop
	a.asked++
	asked, from := a.asked, a.c.opts.Audit
	return func() tea.Msg {
		defer stop()
		found, more, err := wanted.read(ctx, from)
		return auditMsg{asked: asked, wanted: wanted, found: found, more: more, to: to, fresh: fresh, err: err}
	}
}

// begin reads the newest part of the log.
func (a *auditScreen) begin() tea.Cmd {
	a.end = a.c.frame.snapshot.Seq()
	return a.read(auditWanted{filter: a.filter, older: true, from: a.end + 1, end: a.end}, 0, true)
}

// oldest reads the oldest part of the log.
func (a *auditScreen) oldest() tea.Cmd {
	return a.read(auditWanted{filter: a.filter, end: a.end}, 1, true)
}

func (a *auditScreen) take(msg auditMsg) tea.Cmd {
	if msg.asked != a.asked {
		return nil
	}
	a.stop = nil
	if msg.err != nil {
		if !errors.Is(msg.err, context.Canceled) {
			a.c.alarm("the log cannot be read: " + msg.err.Error())
		}
		return nil
	}
	if msg.fresh {
		a.rows, a.newer, a.older, a.list = nil, false, false, list{index: -1, height: a.list.height}
	}
	if msg.wanted.older {
		a.rows, a.older = append(a.rows, msg.found...), msg.more
		if cut := len(a.rows) - auditHeld; cut > 0 {
			a.rows, a.newer = slices.Clone(a.rows[cut:]), true
		}
	} else {
		slices.Reverse(msg.found)
		a.rows, a.newer = append(msg.found, a.rows...), msg.more
		if len(a.rows) > auditHeld {
			a.rows, a.older = slices.Clone(a.rows[:auditHeld]), true
		}
	}
	a.list.set(idsOf(a.rows, func(e AuditEvent) string { return strconv.FormatUint(e.Seq, 10) }))
	switch {
	case msg.to > 0:
		a.list.selectAt(len(a.rows) - 1)
	case msg.fresh:
		a.list.selectAt(0)
	}
	return a.follow()
}

func needAudit(c *Console) string {
	switch {
	case !c.opts.Actor.Role.MayRead("audit"):
		return "not allowed as " + string(c.opts.Actor.Role)
	case c.opts.Audit == nil:
		return "the log cannot be reached from here"
	}
	return ""
}

func needEvent(c *Console) string {
	if c.audit.selected() == nil {
		return "select an event"
	}
	return ""
}

func (c *Console) showAudit() tea.Cmd {
	if c.current != c.audit {
		c.leave()
	}
	return tea.Batch(c.show(c.audit), c.audit.begin(), c.audit.readHead(false))
}

func (a *auditScreen) readHead(show bool) tea.Cmd {
	ctx, from := a.c.ctx, a.c.opts.Audit
	return func() tea.Msg {
		head, err := from.Checkpoint(ctx)
		return headMsg{head: head, show: show, err: err}
	}
}

func (a *auditScreen) takeHead(msg headMsg) tea.Cmd {
	if msg.err != nil {
		a.c.alarm("no checkpoint: " + msg.err.Error())
		return nil
	}
	a.head = msg.head
	if msg.show {
		a.c.push(&reader{theme: a.c.theme, title: "Checkpoint", lines: a.c.checkpointLines})
	}
	return nil
}

// filterAudit asks what of the log is wanted.
func (c *Console) filterAudit() tea.Cmd {
	f := c.audit.filter
	d := &dialog{title: "What of the log", confirm: "Show", intro: []string{"Fields that are empty ask for nothing."}}
	d.form = newForm(c.theme,
		c.line("person", "Person", "Who did it: the name, or a part of it.", nonEmpty(f.Person)...),
		c.line("incident", "Incident", "INC-2026-0007, 2026-7, or 7 for this year's.", nonEmpty(string(f.Incident))...),
		c.line("kind", "Kind", "fact.stated, or fact for all that begin so: incident, severity, phase, task, role, note, obligation, evidence, import, space, pack.", nonEmpty(f.Kind)...),
	)
	d.errand = func(form *form) (tea.Cmd, bool) {
		wanted := model.EventFilter{Person: strings.TrimSpace(form.value("person")), Kind: strings.TrimSpace(form.value("kind"))}
		if text := strings.TrimSpace(form.value("incident")); text != "" {
			id, err := model.ParseID(text, c.now().In(c.zone()).Year())
			if err != nil {
				form.field("incident").problem = err.Error()
				return nil, false
			}
			wanted.Incident = id
		}
		c.audit.filter = wanted
		return c.audit.begin(), true
	}
	return c.ask(d)
}

func (c *Console) clearAuditFilter() bool {
	if c.audit.filter == (model.EventFilter{}) {
		return false
	}
	c.audit.filter = model.EventFilter{}
	return true
}

// verifyLog verifies the whole log off the event loop, or stops doing so.
func (c *Console) verifyLog() tea.Cmd {
	a := c.audit
	if a.verifying != nil {
		a.verifying.stop()
		return nil
	}
	ctx, stop := context.WithCancel(c.ctx)
	e := &errand{what: "verifying", stop: stop}
	a.verifying = e
	from, now := c.opts.Audit, c.opts.Now
	return func() tea.Msg {
		defer stop()
		found, err := from.Verify(ctx, e.tell)
		return verifiedMsg{verified: verified{Verification: found, at: now()}, err: err}
	}
}

func (a *auditScreen) takeVerified(msg verifiedMsg) tea.Cmd {
	a.verifying = nil
	switch {
	case errors.Is(msg.err, context.Canceled):
		a.c.say("stopped; nothing can be said of the log")
		return nil
	case msg.err != nil:
		a.c.alarm("the log could not be verified: " + msg.err.Error())
		return nil
	case msg.Fault != "":
		a.c.alarm("WRONG: " + msg.Fault)
	default:
		a.c.say("WHOLE: the %d events are those that the record's key signed", msg.Events)
	}
	a.last = &msg.verified
	return a.readHead(false)
}

func (c *Console) showCheckpoint() tea.Cmd { return c.audit.readHead(true) }

// openEvent shows all of an event.
func (c *Console) openEvent() tea.Cmd {
	e := *c.audit.selected()
	c.push(&reader{theme: c.theme, title: fmt.Sprintf("Event %d", e.Seq), lines: func(width int) []string { return c.audit.detail(e, width) }})
	return nil
}
