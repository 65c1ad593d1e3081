package tui

import (
	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

func (c *Console) submit() tea.Cmd {
	id, o := c.target().Incident.ID, c.obligation()
	key := o.Key()
	d := &dialog{title: "Record: " + o.Title(), confirm: "Record", danger: recorded, draft: c.draftKey("submit "+key.String(), id), said: "recorded for {id}",
		intro: contentsIntro(o.Rule)}
	d.form = newForm(c.theme,
		c.time("at", "Sent or done", "Empty: now. The real moment counts, not when it is recorded."),
		c.time("received", "Received", "Only where receipt is known."),
		c.line("reference", "Reference", "The recipient's or the channel's own number."),
		c.text("note", "Note", "", 3),
	)
	d.command = func(f *form) (model.Command, bool) {
		at, ok := f.moment("at", c.zone(), c.opts.Now())
		received, also := f.moment("received", c.zone(), c.opts.Now())
		return model.Submit{Incident: id, Key: key, At: at, Received: received, Reference: f.value("reference"), Note: f.value("note")}, ok && also
	}
	return c.ask(d)
}

func contentsIntro(r *policy.Rule) []string {
	if len(r.Contents) == 0 {
		return nil
	}
	lines := []string{"It must say:"}
	for _, content := range r.Contents {
		lines = append(lines, "· "+content)
	}
	return lines
}

func (c *Console) waive() tea.Cmd {
	id, o := c.target().Incident.ID, c.obligation()
	key := o.Key()
	d := &dialog{title: "Not required: " + o.Title(), confirm: "Waive", danger: consequence, draft: c.draftKey("waive "+key.String(), id), said: "waived for {id}; it stays on record"}
	d.form = newForm(c.theme,
		c.line("decider", "Decided by", "The person who takes this decision."),
		c.text("rationale", "Rationale", "Why it is not required. A regulator may read this.", 4),
	)
	d.command = func(f *form) (model.Command, bool) {
		return model.Waive{Incident: id, Key: key, Decider: f.value("decider"), Rationale: f.value("rationale")}, true
	}
	return c.ask(d)
}

func (c *Console) reinstate() tea.Cmd {
	id, o := c.target().Incident.ID, c.obligation()
	key := o.Key()
	d := &dialog{title: "Counts again: " + o.Title(), confirm: "Reinstate", danger: consequence, said: "it counts again"}
	d.form = newForm(c.theme, c.line("reason", "Reason", "Why the waiver no longer holds."))
	d.command = func(f *form) (model.Command, bool) {
		return model.Reinstate{Incident: id, Key: key, Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

func (c *Console) suspend() tea.Cmd {
	id, o := c.target().Incident.ID, c.obligation()
	key := o.Key()
	d := &dialog{title: "Delay: " + o.Title(), confirm: "Suspend", danger: consequence, draft: c.draftKey("suspend "+key.String(), id), said: "suspended for {id}; it goes on by itself when the delay ends",
		intro: c.delayIntro(c.target().Incident, key)}
	d.form = newForm(c.theme,
		c.line("by", "Asked for by", "The authority or person who asks for the delay."),
		c.line("evidence", "Evidence", "The document, statement or note that shows it."),
		c.begin(&field{id: "until", label: "Until", kind: timeField, hint: "2026-12-18 12:00", help: "When it ends by itself. A later delay extends it."}),
		c.time("from", "From", "Empty: now."),
		c.text("reason", "Reason", "", 3),
	)
	d.command = func(f *form) (model.Command, bool) {
		until, ok := f.moment("until", c.zone(), c.opts.Now())
		from, also := f.moment("from", c.zone(), c.opts.Now())
		return model.Suspend{Incident: id, Key: key, From: from, Until: until, Requester: f.value("by"), Evidence: f.value("evidence"), Reason: f.value("reason")}, ok && also
	}
	return c.ask(d)
}

// delayIntro says what delays of a rule are on record.
func (c *Console) delayIntro(i *model.Incident, key policy.RuleKey) []string {
	var lines []string
	for _, s := range i.Suspensions {
		if s.Key == key {
			lines = append(lines, "On record until "+clock(s.Until, c.now(), c.zone())+", asked for by "+s.Requester+": "+s.Evidence)
		}
	}
	return lines
}

func (c *Console) lift() tea.Cmd {
	id, o := c.target().Incident.ID, c.obligation()
	key := o.Key()
	d := &dialog{title: "End the delay: " + o.Title(), confirm: "Lift", danger: consequence, said: "the delay has ended",
		intro: c.delayIntro(c.target().Incident, key)}
	d.form = newForm(c.theme,
		c.line("reason", "Reason", "Why the delay ends before it expires."),
		c.time("at", "Ended", "Empty: now."),
	)
	d.command = func(f *form) (model.Command, bool) {
		at, ok := f.moment("at", c.zone(), c.opts.Now())
		return model.Lift{Incident: id, Key: key, At: at, Reason: f.value("reason")}, ok
	}
	return c.ask(d)
}
