package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

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
		{name: "Overdue", keeps: func(c *Console, s *model.Standing) bool { return s.Overdue(c.now()) }, empty: "Nothing is overdue, nor perhaps overdue."},
		{name: "Mine", keeps: isMine, empty: "You hold no role in an open incident. Press a on one to take a role."},
		{name: "Unassigned", keeps: func(_ *Console, s *model.Standing) bool { return len(s.Gaps()) > 0 }, empty: "Every required role is held."},
		{name: "Untriaged", keeps: func(_ *Console, s *model.Standing) bool { return s.Rank == 0 }, empty: "Every open incident is triaged."},
		{name: "Top severity", keeps: func(_ *Console, s *model.Standing) bool {
			return s.Rank > 0 && s.Rank >= len(s.Procedure.Severities)-1
		}, empty: "No open incident has one of the two highest severities."},
		{name: "Closed", ended: true, keeps: func(*Console, *model.Standing) bool { return true }, empty: "No incident has ended yet."},
	}
}

func isMine(c *Console, s *model.Standing) bool {
	return slices.ContainsFunc(s.Incident.Roles, func(h model.Holder) bool { return h.Person == c.opts.Actor.Name })
}

func (q *queueScreen) turn(direction int) tea.Cmd {
	q.view = (q.view + direction + len(q.views)) % len(q.views)
	q.list.selected, q.list.index, q.list.top = "", -1, 0
	q.refresh()
	return nil
}
