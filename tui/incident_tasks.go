package tui

import (
	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// task is the selected one on the tasks tab, nil elsewhere.
func (s *incidentScreen) task() *model.Task {
	if s.tab != tasksTab || s.taskList.index < 0 || s.taskList.index >= len(s.tasks) {
		return nil
	}
	return &s.tasks[s.taskList.index]
}

// drawTasks lists the tasks under their phases.
func (s *incidentScreen) drawTasks() ([]string, *tea.Position) {
	t := s.c.theme
	if len(s.tasks) == 0 {
		return []string{"", " " + t.Muted.Paint("No tasks. Press + to add one.")}, nil
	}
	var lines []string
	var cursor *tea.Position
	selected, phase := 0, ""
	for k, task := range s.tasks {
		if task.Phase != phase {
			phase = task.Phase
			lines = append(lines, " "+s.phaseHeading(phase))
		}
		if k == s.taskList.index {
			selected = len(lines)
		}
		lines = append(lines, s.drawTask(task, k == s.taskList.index))
	}
	height := s.bodyHeight()
	top := max(min(s.scroll[tasksTab], selected-1), selected-height+1, 0)
	top = max(min(top, len(lines)-height), 0)
	s.scroll[tasksTab], s.total = top, len(lines)
	cursor = &tea.Position{X: 0, Y: selected - top}
	return lines[top:min(top+height, len(lines))], cursor
}

// linesAboveTask counts the phase headings above a task of the list.
func (s *incidentScreen) linesAboveTask(int) int {
	row, phase := 0, ""
	for k := 0; k <= s.taskList.index && k < len(s.tasks); k++ {
		if s.tasks[k].Phase != phase {
			phase = s.tasks[k].Phase
			row++
		}
	}
	return row
}

func (s *incidentScreen) phaseHeading(id string) string {
	t := s.c.theme
	label := id
	if p, ok := s.standing.Procedure.Phase(id); ok {
		label = p.Label
	}
	if id == s.standing.Incident.Phase() {
		return t.Title.Paint("● " + label)
	}
	return t.Muted.Paint("  " + label)
}

func (s *incidentScreen) drawTask(task model.Task, selected bool) string {
	t := s.c.theme
	box, text := "[ ]", t.Text
	switch task.Record.State {
	case model.TaskDone:
		box, text = "[✓]", t.Muted
	case model.TaskSkipped:
		box, text = "[–]", t.Muted
	}
	mark := "  "
	if selected {
		mark = t.Focus.Paint("▌ ")
		text = t.Bold
	}
	who := safe(task.Record.Assignee)
	switch {
	case !task.Open():
		who = safe(task.Record.By) + ", " + ago(task.Record.At, s.c.now())
		if s.width >= 110 {
			who = string(task.Record.State) + ", " + who
		}
	case who == "" && task.Role != "":
		who = s.roleLabel(task.Role)
	}
	must := ""
	if task.Mandatory && task.Open() {
		must = "mandatory"
	}
	room := min(36, s.width/4)
	line := mark + "  " + text.Paint(box) + " " + text.Paint(fit(safe(task.Title), s.width-21-room)) + " " +
		t.DueSoon.Paint(fit(must, 10)) + " " + t.Muted.Paint(fit(who, room))
	if selected {
		return t.Selected.Over(fit(line, s.width))
	}
	return fit(line, s.width)
}

func (s *incidentScreen) roleLabel(id string) string {
	if r, ok := s.standing.Procedure.Role(id); ok {
		return r.Label
	}
	return id
}
