package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

func (c *Console) fact() tea.Cmd {
	standing := c.target()
	id := standing.Incident.ID
	d := &dialog{title: "State or correct a fact of " + string(id), confirm: "Save", danger: recorded, draft: c.draftKey("fact", id), said: "the fact is on record"}
	d.form = newForm(c.theme,
		c.one("fact", "Fact", "Different facts are different moments: clocks hang on them.", c.factOptions(standing)),
		c.begin(&field{id: "value", label: "Value", kind: lineField, hint: "a time (" + timeHint + ") or yes, no, unknown", help: "A fact may lie in the past, never in the future. A time is unknown where nobody knows when it was, no where it has not happened."}),
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
