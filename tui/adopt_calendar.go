package tui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// newerCalendar is the version of an adopted calendar that this console knows
// and the space does not count by yet; nil where there is none.
func (c *Console) newerCalendar(adopted *calendar.Edition) *calendar.Edition {
	k := slices.IndexFunc(c.opts.Calendars, func(e *calendar.Edition) bool { return e.ID == adopted.ID && e.Version > adopted.Version })
	if k < 0 {
		return nil
	}
	return c.opts.Calendars[k]
}

func needNewerCalendar(c *Console) string {
	row := c.policies.selected()
	switch {
	case row == nil || row.calendar == nil:
		return "no calendar is selected"
	case c.newerCalendar(row.calendar) == nil:
		return "nothing newer than " + row.calendar.Name() + " is known here"
	}
	return ""
}

// adoptCalendar counts what a newer calendar would move, off the event loop,
// and then asks whether to count by it.
func (c *Console) adoptCalendar() tea.Cmd {
	snapshot, newer := c.frame.snapshot, c.newerCalendar(c.policies.selected().calendar)
	c.busy++
	return func() tea.Msg { return calendarMsg{newer: newer, moved: movedBy(snapshot, newer)} }
}

// calendarMsg is how many open incidents a newer calendar would move.
type calendarMsg struct {
	newer *calendar.Edition
	moved int
}

func (c *Console) askForCalendar(msg calendarMsg) tea.Cmd {
	c.busy--
	if c.current != c.policies || len(c.overlays) > 0 {
		return nil // whoever asked has gone on to something else
	}
	name := msg.newer.Name()
	return c.ask(&dialog{
		title: "Adopt " + name, confirm: "Adopt", danger: consequence,
		intro: []string{
			msg.newer.Title,
			fmt.Sprintf("Open incidents whose due times would move: %d.", msg.moved),
			"Every due time that moves is on the timeline of its incident. There is no way back to an older version.",
		},
		said:    name + " counts from now on",
		command: func(*form) (model.Command, bool) { return model.AdoptCalendar{Calendar: msg.newer}, true },
	})
}

// movedBy counts the open incidents that owe something at another time once
// days are counted by the calendar.
func movedBy(snapshot Snapshot, e *calendar.Edition) int {
	home := snapshot.Home()
	after := home
	if snapshot.Meta().Calendar == e.ID {
		after = e.In(snapshot.Zone())
	}
	recounted := make(map[*policy.Pack]*policy.Pack)
	moved := 0
	for _, standing := range snapshot.Queue() {
		was := snapshot.PacksOf(standing.Incident)
		is := slices.Clone(was)
		for k, p := range was {
			if p.CalendarID == e.ID {
				is[k] = recount(recounted, p, e)
			}
		}
		made := standing.Incident.Case()
		if !slices.EqualFunc(policy.DuesIn(was, made, home), policy.DuesIn(is, made, after), sameDue) {
			moved++
		}
	}
	return moved
}

func sameDue(a, b policy.Due) bool {
	return a.Rule == b.Rule && a.At.Equal(b.At) && a.Conditional == b.Conditional
}

// recount is a pack that counts by the calendar; each is made once.
func recount(made map[*policy.Pack]*policy.Pack, p *policy.Pack, e *calendar.Edition) *policy.Pack {
	if made[p] == nil {
		other := *p
		other.Calendar = e.In(p.Calendar.Zone)
		made[p] = &other
	}
	return made[p]
}
