package tui

import (
	"slices"

	"tocsin/model"
	"tocsin/tui/theme"

	tea "charm.land/bubbletea/v2"
)

// Resume is where somebody was when they left, so that the next start opens
// there. The zero Resume is the queue.
type Resume struct {
	Screen   string     `json:"screen,omitempty"`   // "incident", "deadlines", "policies", "reminders", "audit", "retention" or "approvals"; else the queue
	Incident model.ID   `json:"incident,omitempty"` // open, or selected in the queue
	View     string     `json:"view,omitempty"`     // of the queue
	Theme    theme.Name `json:"theme,omitempty"`    // where it was changed by key
}

// Names of screens that a console can open on.
const (
	incidentPlace  = "incident"
	deadlinesPlace = "deadlines"
	policiesPlace  = "policies"
	remindersPlace = "reminders"
	auditPlace     = "audit"
	retentionPlace = "retention"
	approvalsPlace = "approvals"
)

// resume goes where somebody was, and returns what that screen needs to be
// read. What is no longer there, or not for this person, leaves the queue.
func (c *Console) resume(r Resume) tea.Cmd {
	if slices.Contains(theme.Names(), r.Theme) {
		c.chosen = r.Theme
		c.retheme()
	}
	for k, v := range c.queue.views {
		if v.name == r.View {
			c.queue.view = k
		}
	}
	c.queue.apply(c.frame)
	c.queue.list.choose(string(r.Incident))
	switch _, known := c.frame.snapshot.Incident(r.Incident); {
	case r.Screen == incidentPlace && known:
		c.leave()
		c.incident.id = r.Incident
		c.show(c.incident)
	case r.Screen == deadlinesPlace:
		c.showDeadlines()
	case r.Screen == policiesPlace:
		c.showPolicies()
	case r.Screen == remindersPlace:
		c.showReminders()
	case r.Screen == auditPlace && needAudit(c) == "":
		return c.showAudit()
	case r.Screen == retentionPlace:
		c.showRetention()
	case r.Screen == approvalsPlace && needApprovals(c) == "":
		c.showApprovals()
	}
	return nil
}

// place is where the console is now.
func (c *Console) place() Resume {
	r := Resume{View: c.queue.views[c.queue.view].name, Incident: model.ID(c.queue.list.selected), Theme: c.keyed}
	switch c.current {
	case c.incident, c.triage:
		r.Screen, r.Incident = incidentPlace, c.incident.id
	case c.deadlines:
		r.Screen = deadlinesPlace
	case c.reminders:
		r.Screen = remindersPlace
	case c.policies:
		r.Screen = policiesPlace
	case c.audit:
		r.Screen = auditPlace
	case c.retention:
		r.Screen = retentionPlace
	case c.approvals:
		r.Screen = approvalsPlace
	case c.drafting:
		r.Screen, r.Incident = incidentPlace, c.drafting.standing.Incident.ID
	}
	if c.current == c.triage {
		r.Incident = c.triage.id
	}
	return r
}
