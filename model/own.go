package model

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"tocsin/model/policy"
)

// OwnAnswer is a standing answer of the organisation: what holds of it in
// every incident, such as that it is a financial entity. Which questions and
// settings those are is said in the packs (policy.Question.Organisation).
type OwnAnswer struct {
	Name  string `json:"name"`
	Value Value  `json:"value"` // an answer or a setting's word
}

// Equal reports whether two answers say the same of the same.
func (a OwnAnswer) Equal(b OwnAnswer) bool { return a.Name == b.Name && a.Value.Equal(b.Value) }

// String is how an answer is given: "financial_entity=yes".
func (a OwnAnswer) String() string {
	return a.Name + "=" + cmp.Or(a.Value.Word, a.Value.Answer.String())
}

// OwnAnswer finds the standing answer to a question or setting.
func (m *Meta) OwnAnswer(name string) (OwnAnswer, bool) {
	k := slices.IndexFunc(m.Answers, func(a OwnAnswer) bool { return a.Name == name })
	if k < 0 {
		return OwnAnswer{Name: name}, false
	}
	return m.Answers[k], true
}

// Complete takes the standing answers into a case, for what nothing is said of.
func (m *Meta) Complete(c *policy.Case) {
	for _, own := range m.Answers {
		if c.Says(own.Name) {
			continue
		}
		if own.Value.Word != "" {
			c.Know(own.Name, own.Value.Word)
		} else {
			c.Answers[own.Name] = own.Value.Answer
		}
		c.MarkOwn(own.Name)
	}
}

// ownAnswers are the standing answers with those that are given, by name. What
// is unknown is no standing answer.
func (d *decider) ownAnswers(in *inputs, given []OwnAnswer) []OwnAnswer {
	if len(given) == 0 {
		return d.state.Meta.Answers
	}
	known := make(map[string]bool)
	packs := slices.Collect(maps.Values(d.state.Packs))
	for _, p := range packs {
		for _, id := range p.Own() {
			known[id] = true
		}
	}
	accepted, kinds := slices.Sorted(maps.Keys(known)), FactKinds(packs)
	after := slices.Clone(d.state.Meta.Answers)
	for _, one := range given {
		before := len(in.problems)
		one.Name = in.oneOf("answer", one.Name, accepted)
		if len(in.problems) > before {
			continue
		}
		one.Value = ownValue(in, settingOf(packs, one.Name), one, kinds[one.Name])
		after = slices.DeleteFunc(after, func(a OwnAnswer) bool { return a.Name == one.Name })
		if one.Value != (Value{}) {
			after = append(after, one)
		}
	}
	slices.SortFunc(after, func(a, b OwnAnswer) int { return strings.Compare(a.Name, b.Name) })
	return after
}

// ownValue checks what a standing answer says.
func ownValue(in *inputs, setting *policy.Setting, one OwnAnswer, kind FactKind) Value {
	value := one.Value
	if kind == WordFact || kind == CountFact {
		return Value{Word: settingWord(in, setting, Statement{Name: one.Name, Value: value}, kind)}
	}
	if !value.At.IsZero() || value.Answer > policy.Yes || value.Word != "" {
		in.bad(one.Name, "is a question", "yes, no or unknown")
	}
	return value
}

// ownFacts states of an incident what holds of the organisation, as far as the
// packs ask for it and nobody has said anything to it: a case is complete in
// itself, whatever becomes of the standing answers. given are the facts that
// the same command states.
func (d *decider) ownFacts(i *Incident, refs []policy.Ref, given []Body) []Body {
	asked := make(map[string]bool)
	for _, ref := range refs {
		for _, id := range d.state.Packs[ref].Own() {
			asked[id] = true
		}
	}
	for _, body := range given {
		switch b := body.(type) {
		case *FactStated:
			delete(asked, b.Name)
		case *FactCorrected:
			delete(asked, b.Name)
		}
	}
	var bodies []Body
	for _, own := range d.state.Meta.Answers {
		if _, stated := i.Fact(own.Name); asked[own.Name] && !stated {
			bodies = append(bodies, &FactStated{ID: i.ID, Name: own.Name, Value: own.Value, Ground: policy.OwnGround})
		}
	}
	return bodies
}

// orOwn are the packs that an incident comes under, else those it has.
func orOwn(joined, own []policy.Ref) []policy.Ref {
	if joined == nil {
		return own
	}
	return joined
}

func ownWords(answers []OwnAnswer) string {
	words := make([]string, len(answers))
	for k, a := range answers {
		words[k] = a.String()
	}
	return strings.Join(words, ", ")
}
