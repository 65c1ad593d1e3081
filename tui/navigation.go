package tui

import (
	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// place is somewhere to go back to.
type place struct {
	screen screen
	id     model.ID
	tab    int
}

// leave remembers where one is; screens themselves remember how they were.
func (c *Console) leave() {
	c.trail = append(c.trail, place{screen: c.current, id: c.incident.id, tab: c.incident.tab})
	const longest = 50
	if len(c.trail) > longest {
		c.trail = c.trail[1:]
	}
}

func (c *Console) show(s screen) tea.Cmd {
	c.current = s
	s.apply(c.frame)
	return nil
}

func (c *Console) back() tea.Cmd {
	if c.current == c.queue && c.queue.clear() {
		return nil
	}
	if c.current == c.triage && c.drafts[c.triage.dialog.draft] != nil {
		c.say("the triage is kept as a draft; nothing is recorded")
	}
	if c.current == c.incident && (c.incident.leaveGroup() || c.incident.leaveRecipients()) {
		return nil
	}
	if c.current == c.drafting && c.drafts[c.drafting.dialog.draft] != nil {
		c.say("the notice is kept as a draft of yours; nothing is recorded")
	}
	if c.current == c.audit && c.clearAuditFilter() {
		return c.audit.begin()
	}
	if len(c.trail) == 0 {
		return c.show(c.queue)
	}
	last := c.trail[len(c.trail)-1]
	c.trail = c.trail[:len(c.trail)-1]
	if last.screen == c.incident {
		c.incident.tab = last.tab
		return tea.Batch(c.incident.load(last.id), c.show(c.incident))
	}
	return c.show(last.screen)
}

// showQueue goes to the queue; from there, to its first view.
func (c *Console) showQueue() tea.Cmd {
	if c.current == c.queue {
		return c.queue.turn(-c.queue.view)
	}
	c.leave()
	return c.show(c.queue)
}

func (c *Console) showDeadlines() tea.Cmd {
	if c.current != c.deadlines {
		c.leave()
	}
	return c.show(c.deadlines)
}

func (c *Console) openSelected() tea.Cmd {
	if c.current == c.policies {
		return c.policies.read()
	}
	return c.openIncident(c.target().Incident.ID)
}

func (c *Console) openIncident(id model.ID) tea.Cmd {
	c.leave()
	c.incident.tab = 0
	return tea.Batch(c.incident.load(id), c.show(c.incident))
}

func (c *Console) push(o overlay) { c.overlays = append(c.overlays, o) }

func (c *Console) pop() {
	if n := len(c.overlays); n > 0 {
		c.overlays = c.overlays[:n-1]
	}
}
