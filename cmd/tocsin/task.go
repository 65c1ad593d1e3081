package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
)

// taskFlags is what the task verb may be asked to do beside ticking.
type taskFlags struct {
	assign   string
	assigned bool
	add      string
	phase    string
	reason   string
}

func (a *app) taskCommand() *cobra.Command {
	var given taskFlags
	cmd := &cobra.Command{
		Use:   "task ID [TASK [done|open|not-needed]]",
		Short: "List tasks, tick one, assign one, or add one",
		Example: `  tocsin task 7
  tocsin task 7 isolate done
  tocsin task 7 rotate not-needed --reason "no secret was within reach"
  tocsin task 7 isolate --assign "Kofi Mensah"
  tocsin task 7 --add "Call the hosting provider"`,
		Args:              words(1, 3),
		ValidArgsFunction: a.completeThen(completeTasks),
		RunE: func(cmd *cobra.Command, args []string) error {
			given.assigned = cmd.Flags().Changed("assign")
			if len(args) == 2 && !given.assigned {
				return usage(cmd, "what about task %s? done, open, not-needed, or --assign NAME", args[1])
			}
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				if len(args) == 1 && given.add == "" {
					return a.printTasks(s, args[0])
				}
				command, err := s.taskChange(args, given)
				if err != nil {
					return err
				}
				return s.change(ctx, command)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&given.assign, "assign", "", "who is to do it; an empty name is nobody")
	flags.StringVar(&given.add, "add", "", "title of a task to add")
	flags.StringVar(&given.phase, "phase", "", "phase that an added task belongs to (else the present one)")
	flags.StringVar(&given.reason, "reason", "", "why it is not needed")
	return a.reading(cmd)
}

func (s *session) taskChange(args []string, given taskFlags) (model.Command, error) {
	standing, err := s.incident(args[0])
	if err != nil {
		return nil, err
	}
	id := standing.Incident.ID
	if given.add != "" {
		return model.AddTask{Incident: id, Phase: given.phase, Title: given.add, Assignee: given.assign}, nil
	}
	command := model.SetTask{Incident: id, Task: args[1], Reason: given.reason}
	if given.assigned {
		command.Assignee = &given.assign
	}
	if len(args) < 3 {
		command.State = taskState(standing, args[1])
		return command, nil
	}
	command.State, err = readTaskState(args[2])
	return command, err
}

// taskState is the state that a task has, which assigning it leaves.
func taskState(s *model.Standing, task string) model.TaskState {
	for _, t := range model.Tasks(s.Incident, s.Procedure) {
		if strings.EqualFold(t.ID, task) {
			return t.Record.State
		}
	}
	return model.TaskOpen
}

func readTaskState(word string) (model.TaskState, error) {
	switch strings.ToLower(strings.ReplaceAll(word, "-", " ")) {
	case "done":
		return model.TaskDone, nil
	case "open":
		return model.TaskOpen, nil
	case "not needed":
		return model.TaskSkipped, nil
	}
	return "", unknown("state", word, []string{"done", "open", "not-needed"})
}

func (a *app) printTasks(s *session, incident string) error {
	standing, err := s.incident(incident)
	if err != nil {
		return err
	}
	g := s.gather()
	tasks := g.tasks(standing)
	if a.json {
		return s.out.printJSON(tasks)
	}
	for _, phase := range standing.Procedure.Phases {
		s.out.printTasksOf(phase.Label, phase.ID == standing.Incident.Phase(), slices.DeleteFunc(slices.Clone(tasks), func(t taskView) bool { return t.Phase != phase.ID }))
	}
	return nil
}

func (p *paper) printTasksOf(phase string, present bool, tasks []taskView) {
	done := 0
	for _, t := range tasks {
		if t.State != "open" {
			done++
		}
	}
	mark := "  "
	if present {
		mark = "▸ "
	}
	p.line(painted{mark + phase, strong}, painted{fmt.Sprintf("  %d of %d", done, len(tasks)), quiet})
	for _, t := range tasks {
		p.line(append([]painted{{"    ", plain}}, taskLine(t)...)...)
	}
}
