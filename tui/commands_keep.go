package tui

import (
	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

func (c *Console) placeHold() tea.Cmd {
	id := c.target().Incident.ID
	d := &dialog{title: "Legal hold on " + string(id), confirm: "Hold", danger: recorded, draft: c.draftKey("hold", id), said: "a legal hold is on {id}"}
	d.intro = []string{"Nothing of the incident is deleted or swept, and nobody whom it names can be forgotten, until the hold is released. Attempts are recorded."}
	d.form = newForm(c.theme, c.line("reason", "Reason", "Who asked for it and why."))
	d.command = func(f *form) (model.Command, bool) {
		return model.PlaceHold{Incident: id, Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

func (c *Console) releaseHold() tea.Cmd {
	i := c.target().Incident
	d := c.ending("Release the hold on "+string(i.ID), "Release", "release-hold", i.ID)
	d.intro = []string{
		"On since " + clock(i.Hold.Since, c.now(), c.zone()) + ", by " + i.Hold.By + ": " + i.Hold.Reason,
		"What was kept long enough goes with the next sweep.",
	}
	d.form = newForm(c.theme, c.line("reason", "Reason", "Who says that it is over and why."))
	d.command = func(f *form) (model.Command, bool) {
		return model.ReleaseHold{Incident: i.ID, Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

func (c *Console) markDeleted() tea.Cmd {
	i, r := c.target().Incident, c.frame.snapshot.Meta().Retention
	d := c.ending("Delete "+string(i.ID), "Delete", "delete", i.ID)
	d.said = "{id} is to be deleted; " + c.keyOf("undelete") + " takes that back"
	d.intro = []string{
		i.Title,
		"For incidents that were reported by mistake. It can be taken back for " + r.Words(model.Undo) + "; the first sweep after that purges it with its history and its evidence, for good.",
	}
	if i.Held() {
		d.intro = append(d.intro, "A legal hold is on it: the deletion will be refused, and the attempt recorded.")
	}
	d.form = newForm(c.theme, c.line("reason", "Reason", "Why it should never have been recorded."))
	d.command = func(f *form) (model.Command, bool) {
		return model.MarkDeleted{Incident: i.ID, Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

func (c *Console) withdrawDeletion() tea.Cmd {
	i := c.target().Incident
	d := &dialog{title: "Keep " + string(i.ID), confirm: "Keep it", danger: recorded, draft: c.draftKey("undelete", i.ID), said: "{id} is kept"}
	d.intro = []string{"Deleted " + clock(i.Deletion.Since, c.now(), c.zone()) + " by " + i.Deletion.By + ": " + i.Deletion.Reason}
	d.form = newForm(c.theme, c.line("reason", "Reason", "Why it is to be kept after all."))
	d.command = func(f *form) (model.Command, bool) {
		return model.WithdrawDeletion{Incident: i.ID, Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

func needUnheld(c *Console) string {
	if why := needIncident(c); why != "" {
		return why
	}
	if c.target().Incident.Held() {
		return "a legal hold is on it"
	}
	return ""
}

func needHeld(c *Console) string {
	if why := needIncident(c); why != "" {
		return why
	}
	if !c.target().Incident.Held() {
		return "no legal hold is on it"
	}
	return ""
}

func needDeletable(c *Console) string {
	if why := needIncident(c); why != "" {
		return why
	}
	switch i := c.target().Incident; {
	case i.Open():
		return string(i.ID) + " is open; end it first"
	case i.Deletion != nil:
		return "it is to be deleted already"
	}
	return ""
}

func needDeletion(c *Console) string {
	if why := needIncident(c); why != "" {
		return why
	}
	if c.target().Incident.Deletion == nil {
		return "it is not to be deleted"
	}
	return ""
}
