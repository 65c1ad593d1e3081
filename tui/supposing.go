package tui

import (
	"strings"

	"tocsin/model"
	"tocsin/model/policy"
)

// factPrefix marks form fields that state facts.
const factPrefix = "fact "

// kindFields ask what kind of incident it is, in the words of its procedure.
func (c *Console) kindFields(pack *policy.Pack, i *model.Incident) []*field {
	return []*field{
		c.many("types", "Type", "What kind of incident. Space takes one.", termOptions(pack.Types), i.Types...),
		c.one("classification", "Classification", "Confirmed: a compromise is certain. Potential: it may be.",
			[]option{{id: string(model.Confirmed), label: "Confirmed"}, {id: string(model.Potential), label: "Potential"}}, string(i.Classification)),
	}
}

func (c *Console) severityField(pack *policy.Pack, i *model.Incident, help string) *field {
	return c.one("severity", "Severity", help, c.severityOptions(pack), i.Severity())
}

func (c *Console) dataField(pack *policy.Pack, i *model.Incident) *field {
	return c.many("data", "Data", "Categories of data affected.", termOptions(pack.Data), i.Data...)
}

// factFields ask for all that rules of the packs look at beside the words of
// triage, each once, with what is stated as the answer; not for those to skip.
func (c *Console) factFields(packs []*policy.Pack, i *model.Incident, skip ...string) []*field {
	var fields []*field
	asked := make(map[string]bool)
	for _, id := range skip {
		asked[id] = true
	}
	add := func(id string, ask func() *field) {
		if !asked[id] {
			asked[id] = true
			fields = append(fields, ask())
		}
	}
	for _, p := range packs {
		for k := range p.Questions {
			add(p.Questions[k].ID, func() *field { return c.questionField(&p.Questions[k], i) })
		}
	}
	for _, p := range packs {
		for k := range p.Settings {
			add(p.Settings[k].ID, func() *field { return c.settingField(&p.Settings[k], i) })
		}
	}
	for _, p := range packs {
		for k := range p.Rules {
			for _, name := range momentsOf(&p.Rules[k]) {
				if term, ok := p.Fact(name); ok {
					add(name, func() *field { return c.timeOf(term, i) })
				}
			}
		}
	}
	return fields
}

// momentsOf are what decides when a rule falls due, those that are facts among
// them.
func momentsOf(rule *policy.Rule) []string {
	moments := []string{rule.Starts}
	for k := range rule.Caps {
		moments = append(moments, rule.Caps[k].Starts)
	}
	return append(moments, rule.Until)
}

// questionField asks a three-valued question.
func (c *Console) questionField(q *policy.Question, i *model.Incident) *field {
	answer := ""
	f, stated := i.Fact(q.ID)
	own, standing := c.ownAnswer(q.ID)
	help := q.Help
	switch {
	case stated:
		answer = f.Value.Answer.String()
	case standing:
		answer, help = own.Value.Answer.String(), "The "+policy.OwnGround+". "+help
	}
	return c.begin(&field{id: factPrefix + q.ID, label: q.Label, help: strings.TrimSpace(help), kind: askField, options: answers()}, answer)
}

// settingField asks for a word or number that rules look at, such as the kind
// of entity or how many people are affected.
func (c *Console) settingField(setting *policy.Setting, i *model.Incident) *field {
	word, help := "", setting.Help
	if setting.IsCount() {
		help = settingHelp(setting)
	}
	f, stated := i.Fact(setting.ID)
	own, standing := c.ownAnswer(setting.ID)
	switch {
	case stated:
		word = f.Value.Word
	case standing:
		word, help = own.Value.Word, "The "+policy.OwnGround+". "+help
	}
	if setting.IsCount() {
		return c.line(factPrefix+setting.ID, setting.Label, help, word)
	}
	return c.one(factPrefix+setting.ID, setting.Label, strings.TrimSpace(help), termOptions(setting.Values), word)
}

// ownAnswer is what the organisation's settings say to a question or setting.
func (c *Console) ownAnswer(name string) (model.OwnAnswer, bool) {
	meta := c.frame.snapshot.Meta()
	return meta.OwnAnswer(name)
}

// timeOf asks for a moment that a clock hangs on, or what is known of it.
func (c *Console) timeOf(term *policy.Term, i *model.Incident) *field {
	value := ""
	switch f, stated := i.Fact(term.ID); {
	case !stated:
	case f.Value.At.IsZero():
		value = f.Value.Answer.String()
	default:
		value = momentText(f.Value.At, c.zone())
	}
	asked := c.time(factPrefix+term.ID, term.Label, term.Help, value)
	asked.hint = "14:30, 2026-03-29 14:30, 2h ago, unknown, no"
	return asked
}

// timeValue is what the field of a named time says: a moment, unknown where
// nobody knows when it was, no where it has not happened.
func (c *Console) timeValue(one *field) (model.Value, bool) {
	if answer, err := policy.ParseAnswer(strings.ToLower(one.value())); err == nil && answer != policy.Yes {
		return model.Value{Answer: answer}, true
	}
	at, ok := one.moment(c.zone(), c.opts.Now())
	return model.Time(at), ok
}

// supposed is the incident's case as it would be with the form's answers.
func (c *Console) supposed(i *model.Incident, f *form) *policy.Case {
	draft := i.Case()
	for _, one := range f.fields {
		switch one.id {
		case "types":
			draft.Types = one.list()
		case "data":
			draft.Data = one.list()
		case "classification":
			draft.Classification = one.value()
		case "severity":
			draft.Severity = one.value()
		}
		if name, isFact := strings.CutPrefix(one.id, factPrefix); isFact && one.edited {
			c.supposeFact(draft, name, one)
		}
	}
	meta := c.frame.snapshot.Meta()
	meta.Complete(draft)
	return draft
}

func (c *Console) supposeFact(draft *policy.Case, name string, one *field) {
	switch one.kind {
	case askField:
		draft.Answers[name], _ = policy.ParseAnswer(one.value())
	case timeField:
		if answer, err := policy.ParseAnswer(strings.ToLower(one.value())); err == nil {
			delete(draft.Times, name)
			draft.Answers[name] = answer
			return
		}
		problem := one.problem
		value, ok := c.timeValue(one)
		one.problem = problem // a moment half typed is not wrong yet
		if !ok {
			return
		}
		delete(draft.Times, name)
		delete(draft.Answers, name)
		switch {
		case !value.At.IsZero():
			draft.Times[name] = value.At
		case one.value() != "":
			draft.Answers[name] = value.Answer
		}
	default:
		delete(draft.Settings, name)
		delete(draft.Counts, name)
		if one.value() != "" {
			draft.Know(name, one.value())
		}
	}
}

// owed is what a case that nobody recorded owes under the packs.
func (c *Console) owed(packs []*policy.Pack, draft *policy.Case) []policy.Obligation {
	return policy.ObligationsIn(packs, draft, c.frame.snapshot.Home())
}

// packsAbout are the packs that know what may be stated of an incident, its own
// first.
func (c *Console) packsAbout(i *model.Incident) []*policy.Pack {
	return model.WithOthers(c.frame.snapshot.PacksOf(i), c.frame.snapshot.Packs())
}
