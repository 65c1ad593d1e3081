package model

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/model/policy"
)

func (d *decider) stateFacts(i *Incident, facts []Statement) error {
	in := &inputs{}
	if len(facts) > MaxList {
		in.bad("facts", fmt.Sprintf("are %d", len(facts)), fmt.Sprintf("at most %d", MaxList))
		return in.refusal()
	}
	bodies := d.statements(in, i, facts)
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(bodies...)
	return nil
}

// statements checks facts against what is known of the incident and of one
// another, and says which events they lead to.
func (d *decider) statements(in *inputs, i *Incident, list []Statement) []Body {
	if len(list) == 0 {
		return nil
	}
	known := FactKinds(d.packsAbout(i))
	seen, given := make(map[string]bool), make(map[string]time.Time)
	var bodies []Body
	for _, st := range list {
		before := len(in.problems)
		if _, exact := known[st.Name]; !exact {
			st.Name = in.oneOf("fact", st.Name, slices.Sorted(maps.Keys(known)))
		}
		if len(in.problems) > before {
			continue
		}
		if seen[st.Name] {
			in.bad(st.Name, "is given twice", "each fact once")
		}
		seen[st.Name] = true
		body := d.statement(in, i, st, known[st.Name])
		if len(in.problems) > before || body == nil {
			continue
		}
		given[st.Name] = st.Value.At.UTC().Truncate(time.Millisecond)
		bodies = append(bodies, body)
	}
	d.checkOccurred(in, i.Case().Times, given)
	return bodies
}

// statement checks one fact. nil without a problem means that it says what is
// already stated.
func (d *decider) statement(in *inputs, i *Incident, st Statement, kind FactKind) Body {
	value := st.Value
	switch {
	case kind == WordFact || kind == CountFact:
		value.Word = settingWord(in, settingOf(d.packsAbout(i), st.Name), st, kind)
	case kind == QuestionFact && (!value.At.IsZero() || value.Answer > policy.Yes || value.Word != ""):
		in.bad(st.Name, "is a question", "yes, no or unknown")
	case kind == TimeFact && (value.Answer > policy.No || value.Answer != policy.Unknown && !value.At.IsZero() || value.Word != ""):
		in.bad(st.Name, "is a time", timeAccepts)
	case kind == TimeFact && !value.At.IsZero():
		value = Time(in.past(st.Name, value.At, d.now))
	}
	ground, reason := in.text(st.Name+" ground", st.Ground), in.text(st.Name+" reason", st.Reason)
	stated, already := i.Fact(st.Name)
	switch {
	case !already && reason != "":
		in.bad(st.Name, "has not been stated yet, so there is nothing to correct", "the fact without a reason for correction")
		return nil
	case !already:
		return &FactStated{ID: i.ID, Name: st.Name, Value: value, Ground: ground}
	case stated.Value.Equal(value):
		return nil
	case reason == "":
		in.bad(st.Name, fmt.Sprintf("is stated as %s already (by %s)", d.showValue(stated.Value), stated.By), "a correction with its reason")
		return nil
	}
	return &FactCorrected{ID: i.ID, Name: st.Name, Before: stated.Value, After: value, Ground: ground, Reason: reason}
}

// timeAccepts is what may be stated of a named time: unknown is that it may have
// happened and nobody knows when, no that it has not.
const timeAccepts = "a time up to now, unknown, or no where it has not happened"

// settingWord checks the word or number for a setting; "" is not known.
func settingWord(in *inputs, setting *policy.Setting, st Statement, kind FactKind) string {
	word := in.line(st.Name, st.Value.Word)
	switch {
	case !st.Value.At.IsZero() || st.Value.Answer != policy.Unknown:
		in.bad(st.Name, "is a setting", accepts(setting))
	case word == "":
	case kind == WordFact:
		return in.oneOf(st.Name, word, termIDs(setting.Values))
	default:
		if n, err := strconv.Atoi(word); err != nil || n < 0 {
			in.bad(st.Name, fmt.Sprintf("%q is no count", Clip(word, 40)), accepts(setting))
		}
	}
	return word
}

func accepts(s *policy.Setting) string {
	if s.IsCount() {
		return "a whole number from 0, or unknown"
	}
	return strings.Join(termIDs(s.Values), ", ") + ", or unknown"
}

// settingOf finds a setting among packs; the zero Setting where none has it.
func settingOf(packs []*policy.Pack, name string) *policy.Setting {
	for _, p := range packs {
		if s, ok := p.Setting(name); ok {
			return s
		}
	}
	return &policy.Setting{}
}

// checkOccurred holds that no fact given lies before the incident occurred,
// and that it is not said to have occurred after what is known.
func (d *decider) checkOccurred(in *inputs, known, given map[string]time.Time) {
	const name = "occurred"
	occurred, restated := given[name]
	if !restated {
		occurred = known[name]
	}
	if occurred.IsZero() {
		return
	}
	for _, other := range slices.Sorted(maps.Keys(given)) {
		if at := given[other]; !at.IsZero() && at.Before(occurred) {
			in.bad(other, fmt.Sprintf("%s lies before the incident occurred (%s)", d.show(at), d.show(occurred)), "a later time, or correct \"occurred\" first")
		}
	}
	if !restated {
		return
	}
	for _, other := range slices.Sorted(maps.Keys(known)) {
		if _, too := given[other]; !too && known[other].Before(occurred) {
			in.bad(name, fmt.Sprintf("%s lies after %s (%s)", d.show(occurred), other, d.show(known[other])), "a time up to that, or correct \""+other+"\" first")
		}
	}
}

// FactKind says what a fact's value is.
type FactKind uint8

const (
	TimeFact     FactKind = iota + 1 // a moment
	QuestionFact                     // yes, no or unknown
	WordFact                         // one of a setting's words
	CountFact                        // a whole number
)

// FactKinds lists the facts that may be stated about an incident under these
// packs: the standard times, the packs' own, their questions and settings.
func FactKinds(packs []*policy.Pack) map[string]FactKind {
	kinds := make(map[string]FactKind)
	for _, term := range policy.StandardFacts() {
		kinds[term.ID] = TimeFact
	}
	for _, p := range packs {
		for _, term := range p.Facts {
			kinds[term.ID] = TimeFact
		}
		for _, q := range p.Questions {
			kinds[q.ID] = QuestionFact
		}
		for k := range p.Settings {
			kinds[p.Settings[k].ID] = WordFact
			if p.Settings[k].IsCount() {
				kinds[p.Settings[k].ID] = CountFact
			}
		}
	}
	return kinds
}

// show writes a moment as people of the space read it.
func (d *decider) show(at time.Time) string {
	return at.In(d.state.Zone()).Format("2006-01-02 15:04 MST")
}

func (d *decider) showValue(v Value) string {
	if v.Word != "" {
		return v.Word
	}
	if v.At.IsZero() {
		return v.Answer.String()
	}
	return d.show(v.At)
}
