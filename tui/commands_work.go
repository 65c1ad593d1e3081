package tui

import (
	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

func (c *Console) severity() tea.Cmd {
	standing := c.target()
	i, pack := standing.Incident, standing.Procedure
	d := &dialog{title: "Severity of " + string(i.ID), confirm: "Decide", danger: recorded, draft: c.draftKey("severity", i.ID), said: "the severity of {id} is decided"}
	var criteria []option
	for _, s := range pack.Severities {
		for _, criterion := range s.Criteria {
			criteria = append(criteria, option{id: criterion, label: s.Label + ": " + criterion})
		}
	}
	d.form = newForm(c.theme,
		c.one("severity", "Severity", "", c.severityOptions(pack), i.Severity()),
		c.many("criteria", "Criteria", "Those of the pack that hold. Space takes one.", criteria),
		c.text("reason", "Reason", "Required to lower it, or where no criterion is taken.", 3),
	)
	d.command = func(f *form) (model.Command, bool) {
		return model.SetSeverity{Incident: i.ID, Level: f.value("severity"), Criteria: f.field("criteria").list(), Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

func (c *Console) phase() tea.Cmd {
	standing := c.target()
	i, pack := standing.Incident, standing.Procedure
	var options []option
	for _, p := range pack.Phases {
		options = append(options, option{id: p.ID, label: p.Label})
	}
	next := min(pack.PhaseIndex(i.Phase())+1, len(pack.Phases)-1)
	d := &dialog{title: "Phase of " + string(i.ID), confirm: "Move", danger: recorded, said: "{id} is in its new phase", intro: openTasksIntro(standing)}
	d.form = newForm(c.theme,
		c.one("phase", "Phase", "", options, options[max(next, 0)].id),
		c.line("reason", "Reason", "Required to go back."),
		c.line("override", "Override", "Only to leave mandatory tasks open: why. It is logged."),
	)
	d.command = func(f *form) (model.Command, bool) {
		return model.SetPhase{Incident: i.ID, Phase: f.value("phase"), Reason: f.value("reason"), Override: f.value("override")}, true
	}
	return c.ask(d)
}

// openTasksIntro says which mandatory tasks of the current phase wait.
func openTasksIntro(standing *model.Standing) []string {
	var open []string
	for _, task := range model.Tasks(standing.Incident, standing.Procedure) {
		if task.Phase == standing.Incident.Phase() && task.Mandatory && task.Open() {
			open = append(open, "· "+task.Title)
		}
	}
	if len(open) == 0 {
		return []string{"All mandatory tasks of this phase are done."}
	}
	return append([]string{"Mandatory tasks of this phase are open:"}, open...)
}

func (c *Console) assign() tea.Cmd {
	standing := c.target()
	id := standing.Incident.ID
	role := ""
	if gaps := standing.Gaps(); len(gaps) > 0 {
		role = gaps[0].ID
	}
	d := &dialog{title: "Roles of " + string(id), confirm: "Assign", danger: recorded, draft: c.draftKey("assign", id), said: "the role is given"}
	d.form = newForm(c.theme,
		c.one("role", "Role", "", roleOptions(standing.Procedure.Roles), role),
		c.line("person", "Person", "Who takes it.", c.opts.Actor.Name),
		c.one("what", "What", "", []option{{id: "take", label: "Takes the role"}, {id: "leave", label: "Leaves it"}}, "take"),
	)
	d.command = func(f *form) (model.Command, bool) {
		holding := model.Holding{Role: f.value("role"), Person: f.value("person")}
		if f.value("what") == "leave" {
			return model.Unassign{Incident: id, Holding: holding}, true
		}
		return model.Assign{Incident: id, Holding: holding}, true
	}
	return c.ask(d)
}

func (c *Console) tickTask() tea.Cmd {
	task := c.incident.task()
	state, said := model.TaskDone, "done: "
	if !task.Open() {
		state, said = model.TaskOpen, "open again: "
	}
	return c.do(model.SetTask{Incident: c.incident.id, Task: task.ID, State: state}, nil, said+task.Title)
}

func (c *Console) skipTask() tea.Cmd {
	id, task := c.incident.id, c.incident.task()
	d := &dialog{title: "Not needed: " + task.Title, confirm: "Save", danger: recorded, draft: c.draftKey("skip "+task.ID, id), said: "marked as not needed"}
	d.form = newForm(c.theme, c.line("reason", "Reason", "Why this incident does not need it."))
	d.command = func(f *form) (model.Command, bool) {
		return model.SetTask{Incident: id, Task: task.ID, State: model.TaskSkipped, Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

func (c *Console) assignTask() tea.Cmd {
	id, task := c.incident.id, c.incident.task()
	d := &dialog{title: "Assign: " + task.Title, confirm: "Assign", danger: recorded, said: "assigned"}
	d.form = newForm(c.theme, c.line("assignee", "Who", "Empty: nobody.", orElse(task.Record.Assignee, c.opts.Actor.Name)))
	d.command = func(f *form) (model.Command, bool) {
		who := f.value("assignee")
		return model.SetTask{Incident: id, Task: task.ID, State: task.Record.State, Reason: task.Record.Reason, Assignee: &who}, true
	}
	return c.ask(d)
}

func (c *Console) addTask() tea.Cmd {
	id := c.incident.id
	d := &dialog{title: "Add a task to " + string(id), confirm: "Add", danger: recorded, draft: c.draftKey("task", id), said: "the task is added"}
	d.form = newForm(c.theme, c.line("title", "Task", "What is to be done, in one line."), c.line("assignee", "Who", "Empty: nobody yet."))
	d.command = func(f *form) (model.Command, bool) {
		return model.AddTask{Incident: id, Title: f.value("title"), Assignee: f.value("assignee")}, true
	}
	return c.ask(d)
}
