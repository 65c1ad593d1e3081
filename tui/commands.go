package tui

import (
	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// Functions in this file and its neighbours open the form of one command each.
// A form is built for the incident that was selected when it opened, by id:
// whatever moves under the cursor afterwards, the command goes where it was
// meant to go.

// basePack is the pack that a new incident would follow.
func (c *Console) basePack() *policy.Pack {
	packs := c.frame.snapshot.PacksOf(&model.Incident{Packs: c.frame.snapshot.Meta().Packs})
	if len(packs) == 0 {
		return &policy.Pack{}
	}
	return packs[0]
}

func (c *Console) report() tea.Cmd {
	pack := c.basePack()
	d := &dialog{title: "Report an incident", confirm: "Report", danger: recorded, draft: "report", said: "{id} is reported. Press t to triage it.", then: selectNew}
	d.form = newForm(c.theme,
		c.line("title", "What happened", "One line that people will recognise it by."),
		c.text("description", "Description", "What was seen, where, by whom. Facts before guesses.", 4),
		c.many("types", "Type", "Space takes one; several may be right.", termOptions(pack.Types)),
		c.line("systems", "Systems", "Affected systems, separated by commas."),
		c.many("data", "Data", "Categories of data that may be affected.", termOptions(pack.Data)),
		c.time("detected", "Detected", "When it was noticed. Empty: now."),
		c.time("occurred", "Occurred", "When it happened, if known."),
		c.line("reporter", "Reporter", "Who reports it.", c.opts.Actor.Name),
		c.line("contact", "Contact", "How to reach them."),
		c.one("tlp", "TLP", "Who may see it (Traffic Light Protocol 2.0).", c.tlpOptions(), string(model.TLPAmber)),
	)
	d.command = func(f *form) (model.Command, bool) {
		detected, ok := f.moment("detected", c.zone(), c.opts.Now())
		occurred, also := f.moment("occurred", c.zone(), c.opts.Now())
		return model.Report{
			Title: f.value("title"), Description: f.value("description"), Types: f.field("types").list(), Systems: f.field("systems").list(), Data: f.field("data").list(),
			Detected: detected, Occurred: occurred, Reporter: f.value("reporter"), Contact: f.value("contact"), Source: "console", TLP: model.TLP(f.value("tlp")),
		}, ok && also
	}
	return c.ask(d)
}

// selectNew puts the cursor on an incident that was just reported.
func selectNew(c *Console, id model.ID) tea.Cmd {
	c.queue.clear()
	if c.queue.views[c.queue.view].ended {
		c.queue.view = 0
	}
	c.queue.refresh()
	c.queue.list.choose(string(id))
	if c.current != c.queue {
		return c.openIncident(id)
	}
	return nil
}

func (c *Console) describe() tea.Cmd {
	i := c.target().Incident
	d := &dialog{title: "Edit " + string(i.ID), confirm: "Save", danger: recorded, draft: c.draftKey("describe", i.ID), said: "{id} is changed"}
	d.form = newForm(c.theme,
		c.line("title", "Title", "", i.Title),
		c.text("description", "Description", "", 5, i.Description),
		c.line("systems", "Systems", "Separated by commas.", i.Systems...),
		c.one("tlp", "TLP", "", c.tlpOptions(), string(i.TLP)),
		c.line("reporter", "Reporter", "", i.Reporter),
		c.line("contact", "Contact", "", i.Contact),
	)
	d.form.base = i.Revision
	d.command = func(f *form) (model.Command, bool) {
		command := model.Describe{Incident: i.ID, Base: f.base, Title: f.changed("title"), Description: f.changed("description"), Reporter: f.changed("reporter"), Contact: f.changed("contact")}
		if systems := f.choices("systems"); systems != nil {
			command.Systems = &systems
		}
		if label := f.choice("tlp"); label != "" {
			tlp := model.TLP(label)
			command.TLP = &tlp
		}
		return command, true
	}
	return c.ask(d)
}

func (c *Console) note() tea.Cmd {
	id := c.target().Incident.ID
	d := &dialog{title: "Note on " + string(id), confirm: "Save", danger: recorded, draft: c.draftKey("note", id), said: "the note is on the timeline"}
	d.form = newForm(c.theme, c.text("note", "Note", "It stays on the record; ^S saves.", 6))
	d.command = func(f *form) (model.Command, bool) {
		return model.AddNote{Incident: id, Text: f.value("note")}, true
	}
	return c.ask(d)
}
