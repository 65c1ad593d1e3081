package model

import (
	"slices"
	"time"

	"tocsin/model/policy"
)

// TaskState is where a task stands. The zero value is open.
type TaskState string

// The states of a task.
const (
	TaskOpen    TaskState = ""
	TaskDone    TaskState = "done"
	TaskSkipped TaskState = "not needed" // with a reason
)

// TaskRecord is what the log knows of a task: one of the pack's that somebody
// touched, or one that somebody added (Title is set then).
type TaskRecord struct {
	ID       string    `json:"id"`
	Phase    string    `json:"phase,omitempty"`
	Title    string    `json:"title,omitempty"`
	State    TaskState `json:"state,omitempty"`
	Assignee string    `json:"assignee,omitempty"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Reason   string    `json:"reason,omitempty"`
	// Mandatory is of an added one: it has to be done as if the pack had it.
	Mandatory bool `json:"mandatory,omitempty"`
}

// Task is a task as people see it: the pack's definition with its record.
type Task struct {
	ID        string
	Phase     string
	Title     string
	Role      string // who it is meant for, by the pack
	Mandatory bool
	Added     bool // by a responder, not by the pack
	Record    TaskRecord
}

// Open reports whether the task still waits to be done.
func (t Task) Open() bool { return t.Record.State == TaskOpen }

// Tasks lists an incident's tasks in the order of the procedure's phases, the
// added ones after those of their phase. Tasks whose condition does not hold
// are left out, unless somebody worked on them.
func Tasks(i *Incident, procedure *policy.Pack) []Task {
	records := make(map[string]TaskRecord, len(i.Tasks))
	for _, r := range i.Tasks {
		records[r.ID] = r
	}
	c := i.Case()
	var tasks []Task
	for _, phase := range procedure.Phases {
		for _, def := range phase.Tasks {
			record, touched := records[def.ID]
			if !touched && def.When.Holds(c) == policy.No {
				continue
			}
			tasks = append(tasks, Task{ID: def.ID, Phase: phase.ID, Title: def.Label, Role: def.Role, Mandatory: def.Mandatory, Record: record})
		}
		tasks = append(tasks, addedTasks(i, phase.ID)...)
	}
	return tasks
}

func addedTasks(i *Incident, phase string) []Task {
	var tasks []Task
	for _, r := range i.Tasks {
		if r.Title != "" && r.Phase == phase {
			tasks = append(tasks, Task{ID: r.ID, Phase: phase, Title: r.Title, Mandatory: r.Mandatory, Added: true, Record: r})
		}
	}
	return tasks
}

// openMandatory returns the mandatory tasks still open in the phases.
func openMandatory(tasks []Task, phases []string) []Task {
	return slices.DeleteFunc(slices.Clone(tasks), func(t Task) bool {
		return !t.Mandatory || !t.Open() || !slices.Contains(phases, t.Phase)
	})
}
