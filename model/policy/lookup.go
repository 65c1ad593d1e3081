package policy

import "slices"

// SeverityRank returns where a severity stands in the pack's scale, 0 for the
// lowest; -1 where the pack does not know it.
func (p *Pack) SeverityRank(id string) int {
	return slices.IndexFunc(p.Severities, func(s Severity) bool { return s.ID == id })
}

// Severity returns the severity with the id.
func (p *Pack) Severity(id string) (*Severity, bool) {
	return find(p.Severities, func(s *Severity) bool { return s.ID == id })
}

// Rule returns the rule with the id.
func (p *Pack) Rule(id string) (*Rule, bool) {
	return find(p.Rules, func(r *Rule) bool { return r.ID == id })
}

// Phase returns the phase with the id.
func (p *Pack) Phase(id string) (*Phase, bool) {
	return find(p.Phases, func(f *Phase) bool { return f.ID == id })
}

// PhaseIndex returns the place of a phase in the pack's order, from 0; -1
// where the pack does not know it.
func (p *Pack) PhaseIndex(id string) int {
	return slices.IndexFunc(p.Phases, func(f Phase) bool { return f.ID == id })
}

// Role returns the role with the id.
func (p *Pack) Role(id string) (*Role, bool) {
	return find(p.Roles, func(r *Role) bool { return r.ID == id })
}

// Question returns the question with the id.
func (p *Pack) Question(id string) (*Question, bool) {
	return find(p.Questions, func(q *Question) bool { return q.ID == id })
}

// Type returns the incident type with the id.
func (p *Pack) Type(id string) (*Term, bool) { return findTerm(p.Types, id) }

// DataCategory returns the data category with the id.
func (p *Pack) DataCategory(id string) (*Term, bool) { return findTerm(p.Data, id) }

// AllFacts returns the named times that an incident under the pack may state:
// the standard ones, then the pack's own.
func (p *Pack) AllFacts() []Term { return append(StandardFacts(), p.Facts...) }

// Fact returns the named time with the id, standard or the pack's own.
func (p *Pack) Fact(id string) (*Term, bool) {
	if term, found := findTerm(p.Facts, id); found {
		return term, true
	}
	return findTerm(standardFacts, id)
}

// Task returns the task with the id and the phase it belongs to.
func (p *Pack) Task(id string) (*Task, *Phase, bool) {
	for i := range p.Phases {
		phase := &p.Phases[i]
		if task, found := find(phase.Tasks, func(t *Task) bool { return t.ID == id }); found {
			return task, phase, true
		}
	}
	return nil, nil, false
}

// TasksFor returns the tasks that a phase asks for in the case, in the pack's
// order. A task that may apply is one of them: unknown is not no.
func (p *Pack) TasksFor(phase string, c *Case) []Task {
	found, ok := p.Phase(phase)
	if !ok {
		return nil
	}
	var tasks []Task
	for i := range found.Tasks {
		if found.Tasks[i].When.Holds(c) != No {
			tasks = append(tasks, found.Tasks[i])
		}
	}
	return tasks
}

func findTerm(terms []Term, id string) (*Term, bool) {
	return find(terms, func(t *Term) bool { return t.ID == id })
}

func find[T any](items []T, matches func(*T) bool) (*T, bool) {
	for i := range items {
		if matches(&items[i]) {
			return &items[i], true
		}
	}
	return nil, false
}
