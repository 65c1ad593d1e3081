package tui

import (
	"strings"

	"tocsin/model"
	"tocsin/model/policy"
)

// ownPrefix marks form fields that state standing answers of the organisation.
const ownPrefix = "own "

// ownFields ask what the packs want to know of the organisation and not of an
// incident, each once, with the packs that ask.
func (c *Console) ownFields() []*field {
	packs := model.WithOthers(nil, c.frame.snapshot.Packs())
	var fields []*field
	asked := make(map[string]*field)
	for _, p := range packs {
		for _, id := range p.Own() {
			if known := asked[id]; known != nil {
				known.help = strings.Replace(known.help, "Asked by ", "Asked by "+p.ID+", ", 1)
				continue
			}
			asked[id] = c.ownField(p, id)
			fields = append(fields, asked[id])
		}
	}
	if len(fields) > 0 {
		fields[0].above = "Standing answers: what holds of the organisation in every incident"
	}
	return fields
}

func (c *Console) ownField(p *policy.Pack, id string) *field {
	own, _ := c.ownAnswer(id)
	if q, ok := p.Question(id); ok {
		return c.begin(&field{id: ownPrefix + id, label: q.Label, help: askedBy(p, q.Help), kind: askField, options: answers()}, own.Value.Answer.String())
	}
	setting, _ := p.Setting(id)
	if setting.IsCount() {
		return c.line(ownPrefix+id, setting.Label, askedBy(p, settingHelp(setting)), own.Value.Word)
	}
	options := append(termOptions(setting.Values), option{label: "Unknown"})
	return c.one(ownPrefix+id, setting.Label, askedBy(p, setting.Help), options, own.Value.Word)
}

func askedBy(p *policy.Pack, help string) string {
	return strings.TrimSpace("Asked by " + p.ID + ". " + help)
}

// ownAnswersOf are the standing answers that somebody changed in the form.
func ownAnswersOf(f *form) []model.OwnAnswer {
	var answers []model.OwnAnswer
	for _, one := range f.fields {
		name, own := strings.CutPrefix(one.id, ownPrefix)
		if !own || !one.edited {
			continue
		}
		answer := model.OwnAnswer{Name: name, Value: model.Value{Word: one.value()}}
		if one.kind == askField {
			said, err := policy.ParseAnswer(one.value())
			if err != nil {
				continue
			}
			answer.Value = model.Value{Answer: said}
		}
		answers = append(answers, answer)
	}
	return answers
}
