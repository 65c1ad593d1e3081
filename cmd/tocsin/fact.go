package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/model/policy"
)

// filing is what the fact verb says about a submission beside its time.
type filing struct{ received, reference string }

func (a *app) factCommand() *cobra.Command {
	var ground, reason string
	var filed filing
	cmd := &cobra.Command{
		Use:   "fact ID [NAME=VALUE…]",
		Short: "State facts, correct them, or record what was submitted",
		Long: `States named times and answers: NAME=TIME, or NAME=yes, no or unknown for a
question. A time may be unknown too: it may have happened, and nobody knows
when. What it starts then cannot be excluded, and the worst case counts from
the earliest time stated. A time that has not happened is no. A fact that is
stated already is corrected, which needs --reason. Several facts are recorded
together, or none of them. submitted:RULE=TIME records that what a rule asks for was sent.
Without NAME=VALUE it lists the facts stated and those that could be.`,
		Example: `  tocsin fact 7 confirmed=-30m --ground "log of the mail gateway"
  tocsin fact 7 confirmed="2026-03-02 09:10" --reason "the gateway's clock was wrong"
  tocsin fact 7 aware=unknown --ground "the mailbox was read, nobody noted when"
  tocsin fact 7 submitted:authority=now --reference "case 4711"`,
		Args:              words(1, model.MaxList),
		ValidArgsFunction: a.completeThen(completeFacts),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				if len(args) == 1 {
					return a.printFacts(s, args[0])
				}
				return s.state(ctx, args[0], args[1:], ground, reason, filed)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&ground, "ground", "", "on what ground it is stated")
	flags.StringVar(&reason, "reason", "", "why what was stated before was wrong")
	flags.StringVar(&filed.reference, "reference", "", "the recipient's own number for a submission")
	flags.StringVar(&filed.received, "received", "", "when a submission is known to have arrived")
	return a.reading(cmd)
}

// state gives one command for all the facts and then one for each submission,
// once all of them are understood. It stops at the first that is refused.
func (s *session) state(ctx context.Context, incident string, texts []string, ground, reason string, filed filing) error {
	id, err := s.incidentID(incident)
	if err != nil {
		return err
	}
	facts := model.StateFacts{Incident: id}
	var commands []model.Command
	for _, text := range texts {
		submission, submitted := strings.CutPrefix(text, "submitted:")
		if submitted {
			command, err := s.submission(id, submission, ground, filed)
			if err != nil {
				return err
			}
			commands = append(commands, command)
			continue
		}
		statement, err := s.statement(id, text)
		if err != nil {
			return err
		}
		statement.Ground, statement.Reason = ground, reason
		facts.Facts = append(facts.Facts, statement)
	}
	if len(facts.Facts) > 0 {
		commands = append([]model.Command{facts}, commands...)
	}
	for k, command := range commands {
		if err := s.change(ctx, command); err != nil {
			return notReached(err, k)
		}
	}
	return nil
}

// notReached adds to a refusal that something was recorded before it.
func notReached(err error, k int) error {
	if k == 0 {
		return err
	}
	return fmt.Errorf("%w\nwhat was asked for before this is recorded: the facts first, then one submission after the other", err)
}

func (s *session) submission(id model.ID, text, note string, filed filing) (model.Command, error) {
	name, value, err := pair("submitted", text, "submitted:RULE=TIME, such as submitted:authority=now")
	if err != nil {
		return nil, err
	}
	key, err := s.ruleKey(id, name)
	if err != nil {
		return nil, err
	}
	at, err := s.readTime("submitted", value)
	if err != nil {
		return nil, err
	}
	received, err := s.readTime("received", filed.received)
	if err != nil {
		return nil, err
	}
	return model.Submit{Incident: id, Key: key, At: at, Received: received, Reference: filed.reference, Note: note}, nil
}

// statement reads NAME=VALUE. What kind of value a fact has, its incident's
// packs say; the domain says whether there is such a fact.
func (s *session) statement(id model.ID, text string) (model.Statement, error) {
	name, value, err := pair("fact", text, "NAME=VALUE, such as confirmed=-30m or tier.paid=yes")
	if err != nil {
		return model.Statement{}, err
	}
	standing, ok := s.snapshot().Incident(id)
	if !ok {
		return model.Statement{Name: name}, nil
	}
	parsed, err := s.factValueOf(model.FactKinds(s.packsAbout(standing.Incident)), name, value)
	return model.Statement{Name: name, Value: parsed}, err
}

// packsAbout are the packs that know what may be stated of an incident, its own
// first.
func (s *session) packsAbout(i *model.Incident) []*policy.Pack {
	return model.WithOthers(s.snapshot().PacksOf(i), s.snapshot().Packs())
}

func (s *session) factValueOf(kinds map[string]model.FactKind, name, value string) (model.Value, error) {
	if parsed, err := policy.ParseAnswer(strings.ToLower(value)); err == nil {
		return model.Value{Answer: parsed}, nil
	}
	switch kinds[name] {
	case model.WordFact, model.CountFact:
		return model.Value{Word: value}, nil
	case model.QuestionFact:
		return model.Value{}, model.Refuse(model.Field(name, fmt.Sprintf("%q is no answer", model.Clip(model.CleanLine(value), 40)), "yes, no or unknown"))
	case model.TimeFact:
		if value == "" {
			return model.Value{}, model.Refuse(model.Field(name, "is empty", "a time up to now, unknown, or no where it has not happened"))
		}
		at, err := s.readTime(name, value)
		return model.Time(at), err
	}
	return model.Value{}, nil
}

// ruleKey finds the rule that somebody named, as PACK/RULE or by its id alone
// where only one pack of the incident has such a rule, with #GROUP for one group
// of affected customers.
func (s *session) ruleKey(id model.ID, text string) (policy.RuleKey, error) {
	text, group, _ := strings.Cut(text, "#")
	key, err := s.wholeRule(id, text)
	key.Group = group
	return key, err
}

func (s *session) wholeRule(id model.ID, text string) (policy.RuleKey, error) {
	if pack, rule, ok := strings.Cut(text, "/"); ok {
		return policy.RuleKey{Pack: pack, Rule: rule}, nil
	}
	keys := s.ruleKeys(id)
	var found []policy.RuleKey
	var known []string
	for _, key := range keys {
		known = append(known, key.String())
		if strings.EqualFold(key.Rule, text) {
			found = append(found, key)
		}
	}
	switch {
	case len(found) == 1 || len(keys) == 0:
		return append(found, policy.RuleKey{Rule: text})[0], nil
	case len(found) > 1:
		return policy.RuleKey{}, model.Refuse(model.Field("rule", fmt.Sprintf("%q is a rule of several packs", text), fmt.Sprintf("%s or %s", found[0], found[1])))
	}
	return policy.RuleKey{}, unknown("rule", text, known)
}

// ruleKeys are the rules of an incident's packs.
func (s *session) ruleKeys(id model.ID) []policy.RuleKey {
	standing, ok := s.snapshot().Incident(id)
	if !ok {
		return nil
	}
	var keys []policy.RuleKey
	for _, pack := range s.snapshot().PacksOf(standing.Incident) {
		for k := range pack.Rules {
			keys = append(keys, policy.RuleKey{Pack: pack.ID, Rule: pack.Rules[k].ID})
		}
	}
	return keys
}

func (a *app) printFacts(s *session, incident string) error {
	standing, err := s.incident(incident)
	if err != nil {
		return err
	}
	g := s.gather()
	facts := slices.Concat(g.statedFacts(standing.Incident), g.openFacts(standing.Incident))
	if a.json {
		return s.out.printJSON(facts)
	}
	t := newTable(column{title: "name"}, column{title: "fact", flexible: true}, column{title: "value"}, column{title: "by"})
	for _, f := range facts {
		value := painted{g.factValue(f.Time, f.Answer, f.Value), strong}
		if !f.Stated {
			value = painted{"not stated", quiet}
		}
		t.add(painted{f.Name, plain}, painted{f.Label, plain}, value, painted{f.By, quiet})
	}
	t.write(s.out)
	return nil
}

// packsOfEvent are the packs whose words an event is told in.
func (s *session) packsOfEvent(e model.Event) []*policy.Pack {
	if standing, ok := s.snapshot().Incident(e.Body.Incident()); ok {
		return s.packsAbout(standing.Incident)
	}
	return slices.Collect(s.snapshot().Packs())
}
