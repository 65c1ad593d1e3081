package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/policy"
)

// tale is the story of one incident.
type tale struct {
	key    string   // what other tales call it
	packs  []string // the procedure first
	ago    time.Duration
	by     string
	report model.Report
	steps  []step
}

// step is what somebody did at one moment of a tale.
type step struct {
	ago   time.Duration // before the present
	by    string
	deeds []deed
}

// deed is one command, as seen from the stage it is given on.
type deed func(st *stage, id model.ID) ([]model.Command, error)

// stage is where the story is played.
type stage struct {
	*session
	now time.Time           // the present, which the story leads up to
	ids map[string]model.ID // by the tales' keys
}

// playStory tells the story into a fresh space, one command after the other
// with the clock at its moment, and then lets the clock run. For the same
// present and zone it always makes the same record.
func playStory(ctx context.Context, s *session, clock *storyClock, zone string) error {
	st := &stage{session: s, now: clock.real(), ids: make(map[string]model.ID)}
	defer clock.set(time.Time{})
	clock.set(st.now.Add(-storyBegins))
	if err := st.prepare(ctx, zone); err != nil {
		return err
	}
	for _, scene := range st.scenes() {
		clock.set(st.now.Add(-scene.ago))
		if err := scene.play(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (st *stage) prepare(ctx context.Context, zone string) error {
	if err := st.adopt(ctx); err != nil {
		return err
	}
	refs, err := st.refs([]string{defaultProcedure, defaultRegime})
	if err != nil {
		return err
	}
	home := config.HomeCalendar(zone)
	if err := st.adoptCalendar(ctx, home); err != nil {
		return err
	}
	if _, err = st.space.Do(ctx, st.actor, model.Setup{Organisation: demoOrganisation, Zone: zone, Calendar: home, Packs: refs}); err != nil {
		return err
	}
	if err := st.invite(ctx); err != nil {
		return err
	}
	return st.register(ctx)
}

// scene is one moment of one tale.
type scene struct {
	ago  time.Duration
	play func(ctx context.Context) error
}

// scenes puts the moments of all tales in the order of time.
func (st *stage) scenes() []scene {
	var scenes []scene
	for _, t := range story {
		scenes = append(scenes, scene{t.ago, func(ctx context.Context) error { return st.open(ctx, t) }})
		for _, s := range t.steps {
			scenes = append(scenes, scene{s.ago, func(ctx context.Context) error { return st.act(ctx, t.key, s) }})
		}
	}
	slices.SortStableFunc(scenes, func(a, b scene) int { return cmp.Compare(b.ago, a.ago) })
	return scenes
}

func (st *stage) open(ctx context.Context, t tale) error {
	report := t.report
	refs, err := st.refs(t.packs)
	if err != nil {
		return err
	}
	report.Packs = refs
	receipt, err := st.space.Do(ctx, person(t.by), report)
	if err != nil {
		return fmt.Errorf("%s: %w", t.key, err)
	}
	st.ids[t.key] = receipt.Incident
	return nil
}

func (st *stage) act(ctx context.Context, key string, s step) error {
	for _, deed := range s.deeds {
		commands, err := deed(st, st.ids[key])
		if err != nil {
			return fmt.Errorf("%s, %s ago: %w", key, s.ago, err)
		}
		for _, command := range commands {
			if _, err := st.space.Do(ctx, person(s.by), command); err != nil {
				return fmt.Errorf("%s, %s ago, %s: %w", key, s.ago, command.Kind(), err)
			}
		}
	}
	return nil
}

func person(name string) model.Actor { return model.Actor{Name: name, Role: model.Owner} }

// one makes a deed of a command that needs only the incident.
func one(command func(st *stage, id model.ID) model.Command) deed {
	return func(st *stage, id model.ID) ([]model.Command, error) {
		return []model.Command{command(st, id)}, nil
	}
}

// triaged is an assessment. criteria are counted within the level, from 1.
func triaged(level string, criteria []int, with model.Triage) deed {
	return func(st *stage, id model.ID) ([]model.Command, error) {
		standing, ok := st.snapshot().Incident(id)
		if !ok {
			return nil, fmt.Errorf("no incident %s", id)
		}
		severity, ok := standing.Procedure.Severity(level)
		if !ok {
			return nil, fmt.Errorf("no severity %s", level)
		}
		with.Incident, with.Severity = id, level
		with.Criteria = nil
		for _, n := range criteria {
			with.Criteria = append(with.Criteria, severity.Criteria[n-1])
		}
		return []model.Command{with}, nil
	}
}

// states gives a time, so long before the present.
func states(fact string, ago time.Duration, ground string) deed {
	return one(func(st *stage, id model.ID) model.Command {
		return model.StateFact{Incident: id, Statement: model.Statement{Name: fact, Value: model.Time(st.now.Add(-ago)), Ground: ground}}
	})
}

func corrects(fact string, ago time.Duration, reason string) deed {
	return one(func(st *stage, id model.ID) model.Command {
		return model.StateFact{Incident: id, Statement: model.Statement{Name: fact, Value: model.Time(st.now.Add(-ago)), Reason: reason}}
	})
}

func answers(question string, answer policy.Answer, ground string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.StateFact{Incident: id, Statement: model.Statement{Name: question, Value: model.Value{Answer: answer}, Ground: ground}}
	})
}

// counts states a number of the packs' settings.
func counts(setting, number string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.StateFact{Incident: id, Statement: model.Statement{Name: setting, Value: model.Value{Word: number}}}
	})
}

// comesUnder puts an incident under further regimes in an assessment.
func comesUnder(packs ...string) deed {
	return func(st *stage, id model.ID) ([]model.Command, error) {
		refs, err := st.refs(packs)
		return []model.Command{model.Triage{Incident: id, Packs: refs}}, err
	}
}

// delays records what an authority asked for, until so long after the present.
func delays(pack, rule string, until time.Duration, requester, evidence string) deed {
	return one(func(st *stage, id model.ID) model.Command {
		return model.Suspend{Incident: id, Key: policy.RuleKey{Pack: pack, Rule: rule}, Until: st.now.Add(until), Requester: requester, Evidence: evidence}
	})
}

func acknowledges(pack, rule string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.Acknowledge{Incident: id, Key: policy.RuleKey{Pack: pack, Rule: rule}}
	})
}

func takes(role, name string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.Assign{Incident: id, Holding: model.Holding{Role: role, Person: name}}
	})
}

func leaves(role, name string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.Unassign{Incident: id, Holding: model.Holding{Role: role, Person: name}}
	})
}

func does(tasks ...string) deed {
	return func(_ *stage, id model.ID) ([]model.Command, error) {
		var commands []model.Command
		for _, task := range tasks {
			commands = append(commands, model.SetTask{Incident: id, Task: task, State: model.TaskDone})
		}
		return commands, nil
	}
}

func skips(task, reason string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.SetTask{Incident: id, Task: task, State: model.TaskSkipped, Reason: reason}
	})
}

func gives(task, name string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.SetTask{Incident: id, Task: task, Assignee: &name}
	})
}

func adds(title, assignee string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.AddTask{Incident: id, Title: title, Assignee: assignee}
	})
}

// enters does what is mandatory before a phase and goes there.
func enters(phase string) deed {
	return func(st *stage, id model.ID) ([]model.Command, error) {
		standing, ok := st.snapshot().Incident(id)
		if !ok {
			return nil, fmt.Errorf("no incident %s", id)
		}
		target := standing.Procedure.PhaseIndex(phase)
		var commands []model.Command
		for _, t := range model.Tasks(standing.Incident, standing.Procedure) {
			if t.Mandatory && t.Open() && standing.Procedure.PhaseIndex(t.Phase) < target {
				commands = append(commands, model.SetTask{Incident: id, Task: t.ID, State: model.TaskDone})
			}
		}
		return append(commands, model.SetPhase{Incident: id, Phase: phase}), nil
	}
}

// hurries enters a phase with mandatory tasks open.
func hurries(phase, override string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.SetPhase{Incident: id, Phase: phase, Override: override}
	})
}

func returns(phase, reason string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.SetPhase{Incident: id, Phase: phase, Reason: reason}
	})
}

func regrades(level, reason string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.SetSeverity{Incident: id, Level: level, Reason: reason}
	})
}

func notes(text string) deed {
	return one(func(_ *stage, id model.ID) model.Command { return model.AddNote{Incident: id, Text: text} })
}

// sends records a submission at the moment of the step.
func sends(pack, rule, reference string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.Submit{Incident: id, Key: policy.RuleKey{Pack: pack, Rule: rule}, Reference: reference}
	})
}

func waives(pack, rule, decider, rationale string) deed {
	return one(func(_ *stage, id model.ID) model.Command {
		return model.Waive{Incident: id, Key: policy.RuleKey{Pack: pack, Rule: rule}, Decider: decider, Rationale: rationale}
	})
}

func links(other string) deed {
	return one(func(st *stage, id model.ID) model.Command { return model.LinkTo{Incident: id, Other: st.ids[other]} })
}

func duplicates(of, reason string) deed {
	return one(func(st *stage, id model.ID) model.Command {
		return model.MarkDuplicate{Incident: id, Of: st.ids[of], Reason: reason}
	})
}

func merges(into, reason string) deed {
	return one(func(st *stage, id model.ID) model.Command {
		return model.Merge{Incident: id, Into: st.ids[into], Reason: reason}
	})
}

func wasNone(reason string) deed {
	return one(func(_ *stage, id model.ID) model.Command { return model.MarkFalse{Incident: id, Reason: reason} })
}

func closes(summary string) deed {
	return one(func(_ *stage, id model.ID) model.Command { return model.Close{Incident: id, Summary: summary} })
}

func reopens(reason string) deed {
	return one(func(_ *stage, id model.ID) model.Command { return model.Reopen{Incident: id, Reason: reason} })
}
