package tui

import (
	"strings"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/sign"
)

// timeHint says what a time field takes.
const timeHint = "now, 14:30, 2026-03-29 14:30, 2h ago"

func (c *Console) draftKey(form string, id model.ID) string { return form + " " + string(id) }

// begin fills a form's field with what stands now.
func (c *Console) begin(f *field, value ...string) *field {
	f.begin(c.theme, value...)
	return f
}

func (c *Console) line(id, label, help string, value ...string) *field {
	return c.begin(&field{id: id, label: label, help: help, kind: lineField}, value...)
}

func (c *Console) text(id, label, help string, tall int, value ...string) *field {
	return c.begin(&field{id: id, label: label, help: help, kind: textField, tall: tall}, value...)
}

func (c *Console) time(id, label, help string, value ...string) *field {
	return c.begin(&field{id: id, label: label, help: help, kind: timeField, hint: timeHint}, value...)
}

func (c *Console) one(id, label, help string, options []option, value ...string) *field {
	return c.begin(&field{id: id, label: label, help: help, kind: oneField, options: options}, value...)
}

func (c *Console) many(id, label, help string, options []option, value ...string) *field {
	return c.begin(&field{id: id, label: label, help: help, kind: manyField, options: options}, value...)
}

func termOptions(terms []policy.Term) []option {
	options := make([]option, len(terms))
	for k, term := range terms {
		options[k] = option{id: term.ID, label: term.Label, help: term.Help}
	}
	return options
}

func roleOptions(roles []policy.Role) []option {
	options := make([]option, len(roles))
	for k, r := range roles {
		options[k] = option{id: r.ID, label: r.Label, help: strings.Join(r.Duties, "; ")}
	}
	return options
}

func (c *Console) severityOptions(pack *policy.Pack) []option {
	options := make([]option, len(pack.Severities))
	for k, s := range pack.Severities {
		mark := sign.Level(pack, k)
		options[k] = option{id: s.ID, label: mark.Word, shape: mark.Shape, style: severityStyle(c.theme, mark.Tone)}
	}
	return options
}

func (c *Console) tlpOptions() []option {
	var options []option
	for _, label := range model.TLPs() {
		options = append(options, option{id: string(label), label: string(label)})
	}
	return options
}

// momentText writes a moment so that a time field reads it back.
func momentText(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("2006-01-02 15:04")
}
