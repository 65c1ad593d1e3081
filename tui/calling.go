package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// calling follows what somebody is called for by others: roles and tasks that
// were given to them, notes that mention them. It is computed when the space
// changes.
type calling struct {
	list  []called // latest first
	seq   uint64
	known bool            // it was computed before
	heard map[string]bool // what was already sounded, or there at the start
}

// called is a call and the incident it is on.
type called struct {
	standing *model.Standing
	call     model.Call
}

func (k called) id() string {
	return strings.Join([]string{"call", string(k.standing.Incident.ID), string(k.call.Kind), k.call.What, k.call.At.Format(time.RFC3339Nano)}, " ")
}

// follow takes what stands now and returns what nobody was told of yet. What
// there is at the start is shown and not sounded.
func (k *calling) follow(frame frameMsg, actor model.Actor) (fresh []called) {
	if k.known && k.seq == frame.snapshot.Seq() || !actor.Role.May(model.See{}.Kind()) {
		return nil
	}
	starts := !k.known
	k.known, k.seq, k.list = true, frame.snapshot.Seq(), nil
	for standing := range frame.snapshot.Calling(actor.Name) {
		for _, call := range standing.Incident.CallsOf(actor.Name) {
			k.list = append(k.list, called{standing, call})
		}
		if len(k.list) > maxReminders {
			break
		}
	}
	slices.SortStableFunc(k.list, func(a, b called) int { return b.call.At.Compare(a.call.At) })
	heard := make(map[string]bool, len(k.list))
	for _, one := range k.list {
		if heard[one.id()] = true; !k.heard[one.id()] && !starts {
			fresh = append(fresh, one)
		}
	}
	k.heard = heard
	return fresh
}

// hearCalls says in the status line what somebody is newly called for, and
// returns what a desktop is to show of it: the incident, and no title.
func (c *Console) hearCalls(fresh []called) string {
	if len(fresh) == 0 {
		return ""
	}
	first := &fresh[0]
	text := first.what() + ", by " + safe(first.call.By) + " on " + string(first.standing.Incident.ID)
	if more := len(fresh) - 1; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	if c.message == "" {
		c.say("%s", text)
	}
	return fmt.Sprintf("%s: you are called", first.standing.Incident.ID)
}

// what says what somebody is called for.
func (k *called) what() string { return safe(k.call.Words(k.standing)) }

// words tell a call line by line.
func (k *called) words(c *Console) string {
	return fmt.Sprintf("For you since %s: %s, by %s. %s: %s", clock(k.call.At, c.now(), c.zone()), k.what(), safe(k.call.By), k.standing.Incident.ID, safe(k.standing.Incident.Title))
}

// callCount is the header's word on calls; "" where there are none.
func (c *Console) callCount() string {
	if n := len(c.calling.list); n > 0 {
		return c.theme.Accent.Paint(fmt.Sprintf("@ %d for you", n))
	}
	return ""
}

// calledHere is the incident whose calls an acknowledgement here would be about;
// nil where it is about none.
func (c *Console) calledHere() *model.Standing {
	switch {
	case c.current == c.reminders:
		if call := c.reminders.call(); call != nil {
			return call.standing
		}
	case c.current == c.incident && c.incident.standing != nil:
		if len(c.incident.standing.Incident.CallsOf(c.opts.Actor.Name)) > 0 {
			return c.incident.standing
		}
	}
	return nil
}

// see says that what one is called for on an incident was seen.
func (c *Console) see(standing *model.Standing) tea.Cmd {
	return c.do(model.See{Incident: standing.Incident.ID}, nil, "{id}: seen what you are called for")
}

// openCall goes to what somebody is called for.
func (c *Console) openCall(k *called) tea.Cmd {
	id, what := k.standing.Incident.ID, k.call.What
	tab := map[model.CallKind]int{model.CallTask: tasksTab, model.CallNote: timelineTab}[k.call.Kind]
	c.leave()
	c.incident.tab = tab
	load := c.incident.load(id)
	if tab == tasksTab {
		c.incident.taskList.choose(what)
	}
	return tea.Batch(load, c.show(c.incident))
}

// calledOn are the incidents of calls, each once.
func calledOn(calls []called) (ids []model.ID) {
	for _, k := range calls {
		if id := k.standing.Incident.ID; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// call is the one that is selected, nil where a reminder is, or nothing.
func (r *remindersScreen) call() *called {
	if r.list.index < 0 || r.list.index >= len(r.calls) {
		return nil
	}
	return &r.calls[r.list.index]
}

func (r *remindersScreen) count() int { return len(r.calls) + len(r.rows) }

func (r *remindersScreen) drawCall(k reminderColumns, one *called, selected bool) string {
	t := r.c.theme
	mark, text := "  ", t.Text
	if selected {
		mark, text = t.Focus.Paint("▌ "), t.Bold
	}
	line := mark + t.Accent.Paint(fit("@ for you", k.level)) + text.Paint(fit(capital(one.what()), k.rule-1)) + " " +
		t.Muted.Paint(fit(string(one.standing.Incident.ID), 14)) + t.Muted.Paint(fit(r.since(k, one.call.At), k.since-1)) + " " +
		t.Muted.Paint(fit("by "+safe(one.call.By), k.role))
	if selected {
		return t.Selected.Over(fit(line, r.width))
	}
	return fit(line, r.width)
}

// since is when something began, as briefly as the column asks.
func (r *remindersScreen) since(k reminderColumns, at time.Time) string {
	if k.since > 10 {
		return clock(at, r.c.now(), r.c.zone())
	}
	return strings.TrimSuffix(ago(at, r.c.now()), " ago")
}

func (r *remindersScreen) drawCallFoot(one *called) []string {
	t, i := r.c.theme, one.standing.Incident
	return block([]string{
		t.Rule.Paint(strings.Repeat("─", r.width)),
		" " + fit(t.Bold.Paint(capital(one.what()))+t.Muted.Paint("  "+string(i.ID)+"  "+safe(i.Title)), r.width-2),
		" " + fit("By "+safe(one.call.By)+", "+clock(one.call.At, r.c.now(), r.c.zone()), r.width-2),
		" " + t.Muted.Paint(fit("Listed until you acknowledge it ("+r.c.keyOf("acknowledge")+"), or it is no longer yours. Looking at it is recorded nowhere.", r.width-2)),
	}, r.width, reminderFoot)
}
