package tui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/sign"
)

// Each function here opens the form of one command. A form is built for the
// incident that was selected when it opened, by id: whatever moves under the
// cursor afterwards, the command goes where it was meant to go.

// timeHint says what a time field takes.
const timeHint = "now, 14:30, 2026-03-29 14:30, 2h ago"

func (c *Console) draftKey(form string, id model.ID) string { return form + " " + string(id) }

// begin fills a form's field with what stands now.
func (c *Console) begin(f *field, value ...string) *field {
	f.begin(c.theme, value...)
	return f
}

func (c *Console) line(id, label, help string, value ...string) *field {
	return c.begin(&field{id: id, label: label, help: help, kind: lineField}, value...)
}

func (c *Console) text(id, label, help string, tall int, value ...string) *field {
	return c.begin(&field{id: id, label: label, help: help, kind: textField, tall: tall}, value...)
}

func (c *Console) time(id, label, help string, value ...string) *field {
	return c.begin(&field{id: id, label: label, help: help, kind: timeField, hint: timeHint}, value...)
}

func (c *Console) one(id, label, help string, options []option, value ...string) *field {
	return c.begin(&field{id: id, label: label, help: help, kind: oneField, options: options}, value...)
}

func (c *Console) many(id, label, help string, options []option, value ...string) *field {
	return c.begin(&field{id: id, label: label, help: help, kind: manyField, options: options}, value...)
}

func termOptions(terms []policy.Term) []option {
	options := make([]option, len(terms))
	for k, term := range terms {
		options[k] = option{id: term.ID, label: term.Label, help: term.Help}
	}
	return options
}

func roleOptions(roles []policy.Role) []option {
	options := make([]option, len(roles))
	for k, r := range roles {
		options[k] = option{id: r.ID, label: r.Label, help: strings.Join(r.Duties, "; ")}
	}
	return options
}

func (c *Console) severityOptions(pack *policy.Pack) []option {
	options := make([]option, len(pack.Severities))
	for k, s := range pack.Severities {
		mark := sign.Level(pack, k)
		options[k] = option{id: s.ID, label: mark.Word, shape: mark.Shape, style: severityStyle(c.theme, mark.Tone)}
	}
	return options
}

func (c *Console) tlpOptions() []option {
	var options []option
	for _, label := range model.TLPs() {
		options = append(options, option{id: string(label), label: string(label)})
	}
	return options
}

// base is the pack that a new incident would follow.
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

func (c *Console) fact() tea.Cmd {
	standing := c.target()
	id := standing.Incident.ID
	d := &dialog{title: "State or correct a fact of " + string(id), confirm: "Save", danger: recorded, draft: c.draftKey("fact", id), said: "the fact is on record"}
	d.form = newForm(c.theme,
		c.one("fact", "Fact", "Different facts are different moments: clocks hang on them.", c.factOptions(standing)),
		c.begin(&field{id: "value", label: "Value", kind: lineField, hint: "a time (" + timeHint + ") or yes, no, unknown", help: "A fact may lie in the past, never in the future."}),
		c.line("ground", "Ground", "On what ground it is stated."),
		c.line("reason", "Correction", "Only where it was stated before: why that was wrong."),
	)
	d.command = func(f *form) (model.Command, bool) {
		name := f.value("fact")
		value, ok := c.factValue(f.field("value"), model.FactKinds(c.frame.snapshot.PacksOf(standing.Incident))[name])
		if name == "" {
			f.field("fact").problem = "take one with ← →, or type its first letter"
			ok = false
		}
		for _, other := range []string{"ground", "reason"} {
			f.field(other).problem = ""
		}
		return model.StateFact{Incident: id, Statement: model.Statement{Name: name, Value: value, Ground: f.value("ground"), Reason: f.value("reason")}}, ok
	}
	return c.ask(d)
}

// factOptions are the facts that packs of the incident speak of, then the
// rest of the standard ones; the help says what is stated so far.
func (c *Console) factOptions(standing *model.Standing) []option {
	packs := c.frame.snapshot.PacksOf(standing.Incident)
	kinds := model.FactKinds(packs)
	var options []option
	add := func(id, label, help string) {
		if _, ok := kinds[id]; !ok {
			return
		}
		delete(kinds, id)
		if f, stated := standing.Incident.Fact(id); stated {
			help = "stated as " + c.valueText(f.Value) + " by " + f.By + "; " + help
		}
		options = append(options, option{id: id, label: label, help: help})
	}
	for _, p := range packs {
		for _, name := range startingFacts(p) {
			if term, ok := p.Fact(name); ok {
				add(term.ID, term.Label, term.Help)
			}
		}
	}
	for _, p := range packs {
		for _, q := range p.Questions {
			add(q.ID, q.Label, q.Help)
		}
		for k := range p.Settings {
			add(p.Settings[k].ID, p.Settings[k].Label, settingHelp(&p.Settings[k]))
		}
	}
	return options
}

// startingFacts are the named times that a pack's rules hang on, with those
// every response passes through.
func startingFacts(p *policy.Pack) []string {
	names := []string{"occurred", "detected"}
	for k := range p.Rules {
		names = append(names, p.Rules[k].Starts, p.Rules[k].Until, strings.TrimPrefix(p.Rules[k].MetBy, "fact:"))
	}
	return append(names, "contained", "eradicated", "recovered", "resolved")
}

// settingHelp says what a setting takes.
func settingHelp(s *policy.Setting) string {
	if s.IsCount() {
		return orElse(s.Help, "a whole number")
	}
	ids := make([]string, len(s.Values))
	for k, term := range s.Values {
		ids[k] = term.ID
	}
	return "one of " + strings.Join(ids, ", ")
}

// factValue reads a time, an answer, or the word or number of a setting.
func (c *Console) factValue(f *field, kind model.FactKind) (model.Value, bool) {
	if word := f.value(); (kind == model.WordFact || kind == model.CountFact) && word != "" && word != policy.Unknown.String() {
		return model.Value{Word: word}, true
	}
	if answer, err := policy.ParseAnswer(strings.ToLower(f.value())); err == nil {
		return model.Value{Answer: answer}, true
	}
	if f.value() == "" {
		f.problem = "is empty; accepted: " + timeHint + ", yes, no or unknown"
		return model.Value{}, false
	}
	at, ok := f.moment(c.zone(), c.opts.Now())
	return model.Time(at), ok
}

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
	d := &dialog{title: "Roles of " + string(id), confirm: "Assign", danger: recorded, said: "the role is given"}
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

// Tasks.

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
	d := &dialog{title: "Not needed: " + task.Title, confirm: "Save", danger: recorded, said: "marked as not needed"}
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

// Obligations.

func (c *Console) submit() tea.Cmd {
	id, o := c.target().Incident.ID, c.obligation()
	key := o.Key()
	d := &dialog{title: "Record: " + o.Rule.Title, confirm: "Record", danger: recorded, draft: c.draftKey("submit "+key.String(), id), said: "recorded for {id}",
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
	d := &dialog{title: "Not required: " + o.Rule.Title, confirm: "Waive", danger: consequence, draft: c.draftKey("waive "+key.String(), id), said: "waived for {id}; it stays on record"}
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
	d := &dialog{title: "Counts again: " + o.Rule.Title, confirm: "Reinstate", danger: consequence, said: "it counts again"}
	d.form = newForm(c.theme, c.line("reason", "Reason", "Why the waiver no longer holds."))
	d.command = func(f *form) (model.Command, bool) {
		return model.Reinstate{Incident: id, Key: key, Reason: f.value("reason")}, true
	}
	return c.ask(d)
}

// Belonging together, and ends.

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

// momentText writes a moment so that a time field reads it back.
func momentText(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("2006-01-02 15:04")
}
