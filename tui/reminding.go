package tui

import (
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tocsin/model"
	"tocsin/model/policy"
)

// maxReminders bounds the reminders of one person, and those of everybody:
// nobody works through more, and a space with very many must not cost a frame.
const maxReminders = 999

// reminding follows what is to be brought to somebody's mind. It is computed
// when the space changes and when the next level of anything is reached, so
// that the ticks between cost nothing.
type reminding struct {
	list []model.Reminder // what the actor is reminded of, soonest due first
	more bool             // there are others beyond those

	seq   uint64
	asOf  time.Time
	next  time.Time // when another level is reached; zero: never
	known bool      // it was computed before
	// heard is what was already sounded, so that no level is sounded twice.
	heard map[string]policy.Acknowledgement
}

// follow takes what stands now and returns what nobody was told of yet. What
// there is at the start is shown and not sounded: somebody is looking.
func (r *reminding) follow(frame frameMsg, actor model.Actor) (fresh []model.Reminder) {
	now := frame.now
	if !actor.Role.May(model.Acknowledge{}.Kind()) || r.holds(frame) {
		return nil
	}
	starts := !r.known
	r.known, r.seq, r.asOf, r.next = true, frame.snapshot.Seq(), now, time.Time{}
	r.list, r.more = r.list[:0:0], false
	r.gather(frame, actor.Name)
	r.gather(frame, "")
	slices.SortStableFunc(r.list, func(a, b model.Reminder) int { return a.Due.At.Compare(b.Due.At) })
	for k := range r.list {
		if r.hear(&r.list[k], now) && !starts {
			fresh = append(fresh, r.list[k])
		}
	}
	return fresh
}

// holds reports whether what was computed last still stands. A clock that went
// back is one reason to look again.
func (r *reminding) holds(frame frameMsg) bool {
	return r.known && r.seq == frame.snapshot.Seq() && !frame.now.Before(r.asOf) && (r.next.IsZero() || frame.now.Before(r.next))
}

// gather takes the reminders of a person, or with "" those of everybody.
func (r *reminding) gather(frame frameMsg, person string) {
	found := 0
	for standing, due := range frame.snapshot.Reminding(person) {
		if from := standing.RemindFrom(&due); from.After(frame.now) {
			r.comes(from)
			return
		}
		if found++; found > maxReminders {
			r.more = true
			return
		}
		r.comes(due.NextAfter(frame.now))
		for k := range due.Suspensions {
			if delay := &due.Suspensions[k]; delay.Holds(frame.now) {
				r.comes(delay.Until)
			}
		}
		if reminder, ok := standing.Reminder(&due, frame.now); ok {
			r.list = append(r.list, reminder)
		}
	}
}

func (r *reminding) comes(at time.Time) {
	if r.next.IsZero() || at.Before(r.next) {
		r.next = at
	}
}

// hear reports whether a reminder was not heard of at its level yet.
func (r *reminding) hear(m *model.Reminder, now time.Time) bool {
	key := reminderID(m)
	if before, ok := r.heard[key]; ok && before.Covers(&m.Due, m.Reach) {
		return false
	}
	if r.heard == nil {
		r.heard = make(map[string]policy.Acknowledgement)
	}
	r.heard[key] = policy.Acknowledgement{Due: m.Due.At, Since: m.Reach.Since, At: now}
	return true
}

func reminderID(m *model.Reminder) string {
	return string(m.Standing.Incident.ID) + " " + m.Key().String()
}

// sound rings the bell and notifies the desktop, as the person wants it: once
// for all that is new. The text names no incident by its title, since desktops
// show it to whoever passes.
func (c *Console) sound(fresh []model.Reminder, called string) tea.Cmd {
	if len(fresh) == 0 && called == "" {
		return nil
	}
	raw := ""
	if c.opts.Bell {
		raw = "\a"
	}
	if c.opts.Notify && !c.lock.on {
		raw += ansi.Notify(safe(orElse(called, reminderLine(fresh))))
	}
	if raw == "" {
		return nil
	}
	return tea.Raw(raw)
}

// reminderLine says in one line what is to be brought to mind.
func reminderLine(fresh []model.Reminder) string {
	if len(fresh) == 0 {
		return ""
	}
	first := &fresh[0]
	text := fmt.Sprintf("%s: %s: %s", first.Standing.Incident.ID, first.Due.Title(), first.Reach.Words())
	if more := len(fresh) - 1; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}

// reminderCount is the header's word on reminders; "" where there are none.
func (c *Console) reminderCount() string {
	switch n := len(c.reminding.list); {
	case n == 0:
		return ""
	case c.reminding.more:
		return c.theme.Accent.Paint(fmt.Sprintf("◉ %d+ reminders", n))
	case n == 1:
		return c.theme.Accent.Paint("◉ 1 reminder")
	default:
		return c.theme.Accent.Paint(fmt.Sprintf("◉ %d reminders", n))
	}
}
