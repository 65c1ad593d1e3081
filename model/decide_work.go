package model

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/model/policy"
)

// setPhase moves to another phase. Going on is refused while mandatory tasks
// of the phases left behind are open, unless that is overridden; going back
// needs a reason.
func (d *decider) setPhase(i *Incident, c SetPhase) error {
	procedure := d.state.Procedure(i)
	ids := phaseIDs(procedure)
	in := &inputs{}
	to := in.oneOf("phase", c.Phase, ids)
	reason, override := in.text("reason", c.Reason), in.text("override", c.Override)
	if err := in.refusal(); err != nil {
		return err
	}
	from := i.Phase()
	at, target := slices.Index(ids, from), slices.Index(ids, to)
	if target == at {
		return nil
	}
	body := &PhaseEntered{ID: i.ID, Before: from, After: to, Reason: reason}
	if target < at {
		if reason == "" {
			return Refuse(Field("reason", "going back a phase needs a reason", "what makes "+to+" necessary again"))
		}
		d.emit(body)
		return nil
	}
	open := openMandatory(Tasks(i, procedure), ids[max(at, 0):target])
	if len(open) > 0 {
		if override == "" {
			return gate(fmt.Sprintf("mandatory tasks are open before %s", to), open)
		}
		body.Override, body.OpenTasks = override, taskIDs(open)
	}
	d.emit(body)
	return nil
}

// gate refuses with the list of what has to be done first.
func gate(reason string, open []Task) *Refusal {
	refusal := &Refusal{Cause: ErrGate, Reason: reason + "; do them, mark them as not needed, or override with a reason:"}
	for _, t := range open {
		refusal.Open = append(refusal.Open, t.Title+" ("+t.ID+")")
	}
	return refusal
}

func (d *decider) setTask(i *Incident, c SetTask) error {
	tasks := Tasks(i, d.state.Procedure(i))
	ids := taskIDs(tasks)
	in := &inputs{}
	id := in.oneOf("task", c.Task, ids)
	state := in.taskState(c.State)
	reason := in.text("reason", c.Reason)
	if state == TaskSkipped && reason == "" {
		in.bad("reason", "a task that is not needed needs a reason", "why it is not needed")
	}
	assignee := c.Assignee
	if assignee != nil {
		person := in.person("assignee", *assignee, assigned(tasks, id))
		assignee = &person
	}
	if err := in.refusal(); err != nil {
		return err
	}
	task := tasks[slices.Index(ids, id)]
	body := &TaskSet{ID: i.ID, Task: task.ID, Title: task.Title, Phase: task.Phase, Before: task.Record.State, After: state, Assignee: task.Record.Assignee, Reason: reason}
	if assignee != nil {
		body.Assignee = *assignee
		body.Calls = body.After == TaskOpen && body.Assignee != "" && body.Assignee != task.Record.Assignee && body.Assignee != d.actor.Name
	}
	if body.Before != body.After || body.Assignee != task.Record.Assignee {
		d.emit(body)
	}
	return nil
}

// assigned is who a task is assigned to, "" where there is no such task.
func assigned(tasks []Task, id string) string {
	for k := range tasks {
		if tasks[k].ID == id {
			return tasks[k].Record.Assignee
		}
	}
	return ""
}

func (in *inputs) taskState(state TaskState) TaskState {
	if state != TaskOpen && state != TaskDone && state != TaskSkipped {
		in.bad("state", fmt.Sprintf("%q is no state of a task", Clip(CleanLine(string(state)), 40)), "open, done or not needed")
	}
	return state
}

func (d *decider) addTask(i *Incident, c AddTask) error {
	procedure := d.state.Procedure(i)
	in := &inputs{}
	title := in.need("title", c.Title, "what is to be done, in one line")
	phase := i.Phase()
	if c.Phase != "" {
		phase = in.oneOf("phase", c.Phase, phaseIDs(procedure))
	}
	assignee := in.person("assignee", c.Assignee)
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&TaskAdded{ID: i.ID, Task: i.nextTask(), Phase: phase, Title: title, Assignee: assignee, Calls: assignee != "" && assignee != d.actor.Name})
	return nil
}

// nextTask is the id of the task that is added next.
func (i *Incident) nextTask() string {
	added := 0
	for k := range i.Tasks {
		if i.Tasks[k].Title != "" {
			added++
		}
	}
	return fmt.Sprintf("added-%d", added+1)
}

func (d *decider) assign(i *Incident, c Assign) error {
	in := &inputs{}
	bodies := d.holdings(in, i, []Holding{c.Holding})
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(bodies...)
	return nil
}

func (d *decider) unassign(i *Incident, c Unassign) error {
	in := &inputs{}
	role := in.oneOf("role", c.Role, d.roleIDs(i))
	person := in.need("person", c.Person, "who holds the role")
	if err := in.refusal(); err != nil {
		return err
	}
	if holders := i.Holders(role); !slices.Contains(holders, person) {
		return Refuse(Field("person", fmt.Sprintf("%q does not hold %s", person, role), "who does: "+orNobody(strings.Join(holders, ", "))))
	}
	d.emit(&RoleLeft{ID: i.ID, Role: role, Person: person})
	return nil
}

// holdings checks roles to be given; one that the person already holds leads
// to nothing.
func (d *decider) holdings(in *inputs, i *Incident, list []Holding) []Body {
	var bodies []Body
	var taken []Holding
	for _, h := range list {
		role := in.oneOf("role", h.Role, d.roleIDs(i))
		h = Holding{Role: role, Person: in.needPerson("person", h.Person, "a name", i.Holders(role)...)}
		if !slices.Contains(i.Holders(h.Role), h.Person) && !slices.Contains(taken, h) {
			taken = append(taken, h)
			bodies = append(bodies, &RoleTaken{ID: i.ID, Role: h.Role, Person: h.Person, Calls: h.Person != d.actor.Name})
		}
	}
	return bodies
}

func (d *decider) addNote(i *Incident, c AddNote) error {
	in := &inputs{}
	text := in.needText("note", c.Text, "a text")
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&Noted{ID: i.ID, Text: text, Mentions: d.mentions(i, text)})
	return nil
}

func (d *decider) roleIDs(i *Incident) []string {
	var ids []string
	for _, p := range d.state.PacksOf(i) {
		for _, r := range p.Roles {
			if !slices.Contains(ids, r.ID) {
				ids = append(ids, r.ID)
			}
		}
	}
	return ids
}

func phaseIDs(procedure *policy.Pack) []string {
	ids := make([]string, len(procedure.Phases))
	for k, p := range procedure.Phases {
		ids[k] = p.ID
	}
	return ids
}

func taskIDs(tasks []Task) []string {
	ids := make([]string, len(tasks))
	for k, t := range tasks {
		ids[k] = t.ID
	}
	return ids
}
