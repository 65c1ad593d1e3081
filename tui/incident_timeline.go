package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// historyMsg brings an incident's history.
type historyMsg struct {
	id      model.ID
	version uint64
	events  []model.Event
	err     error
}

// reload reads the history off the event loop, where it is shown and not up to
// date. That of a notice to very many is long.
func (s *incidentScreen) reload() tea.Cmd {
	if s.standing == nil || s.tab != timelineTab || s.loading || s.historyOf == s.id && s.historyTo == s.standing.Incident.Version {
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
	day, packs := "", s.c.packsAbout(s.standing.Incident)
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
