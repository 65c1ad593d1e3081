package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// other reads the number of another incident.
func (c *Console) other(f *form) (model.ID, bool) {
	id, err := model.ParseID(f.value("other"), c.now().In(c.zone()).Year())
	if err != nil {
		f.field("other").problem = err.Error()
		return "", false
	}
	return id, true
}

func (c *Console) link() tea.Cmd {
	id := c.target().Incident.ID
	d := &dialog{title: "Link " + string(id), confirm: "Link", danger: recorded, said: "{id} is linked"}
	d.form = newForm(c.theme, c.line("other", "Incident", "Its number: INC-2026-0007, or 7 for this year's."))
	d.command = func(f *form) (model.Command, bool) {
		other, ok := c.other(f)
		return model.LinkTo{Incident: id, Other: other}, ok
	}
	return c.ask(d)
}

func (c *Console) duplicate() tea.Cmd {
	id := c.target().Incident.ID
	d := c.ending("End "+string(id)+" as a duplicate", "End it", "duplicate", id)
	d.form = newForm(c.theme, c.line("other", "Duplicate of", "The incident that goes on."), c.line("reason", "Reason", "How that is known."))
	d.command = func(f *form) (model.Command, bool) {
		other, ok := c.other(f)
		return model.MarkDuplicate{Incident: id, Of: other, Reason: f.value("reason")}, ok
	}
	return c.ask(d)
}

func (c *Console) merge() tea.Cmd {
	id := c.target().Incident.ID
	d := c.ending("Merge "+string(id)+" into another incident", "Merge", "merge", id)
	d.intro = []string{"The other takes over systems, data, roles and every earlier moment of knowledge."}
	d.form = newForm(c.theme, c.line("other", "Into", "The incident that goes on."), c.line("reason", "Reason", "Why they are one."))
	d.command = func(f *form) (model.Command, bool) {
		other, ok := c.other(f)
		return model.Merge{Incident: id, Into: other, Reason: f.value("reason")}, ok
	}
	return c.ask(d)
}

func (c *Console) falsePositive() tea.Cmd {
	id := c.target().Incident.ID
	d := c.ending("End "+string(id)+" as a false positive", "End it", "false", id)
	d.form = newForm(c.theme, c.line("reason", "Reason", "What it was instead."))
	d.command = func(f *form) (model.Command, bool) {
		return model.MarkFalse{Incident: id, Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

func (c *Console) closeIncident() tea.Cmd {
	id := c.target().Incident.ID
	d := c.ending("Close "+string(id), "Close it", "close", id)
	d.form = newForm(c.theme,
		c.text("summary", "Summary", "What it was, in a few lines, for whoever reads the log later.", 4),
		c.line("override", "Override", "Only to leave mandatory tasks open: why. It is logged."),
	)
	d.command = func(f *form) (model.Command, bool) {
		return model.Close{Incident: id, Summary: f.value("summary"), Override: f.value("override")}, true
	}
	return c.ask(d)
}

func (c *Console) reopen() tea.Cmd {
	id := c.target().Incident.ID
	d := c.ending("Reopen "+string(id), "Reopen", "reopen", id)
	d.form = newForm(c.theme, c.line("reason", "Reason", "What came to light."))
	d.command = func(f *form) (model.Command, bool) {
		return model.Reopen{Incident: id, Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

// ending is a dialog that ends something or takes it up again: it asks, and
// the default is to leave everything as it is.
func (c *Console) ending(title, confirm, form string, id model.ID) *dialog {
	return &dialog{title: title, confirm: confirm, danger: consequence, draft: c.draftKey(form, id), said: fmt.Sprintf("%s: done", title)}
}
