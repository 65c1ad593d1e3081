package tui

import (
	"strings"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/sign"
)

// drawOverview is what is known, with who stated it and when, and the picture
// of the incident over time.
func (s *incidentScreen) drawOverview() []string {
	lines := drawPicture(s.c, s.standing, s.obligations, s.width-2)
	lines = append(lines, "")
	if s.width < 100 {
		lines = append(lines, s.drawFacts(s.width-2)...)
		lines = append(lines, "")
		return append(lines, s.drawAbout(s.width-2)...)
	}
	left := (s.width - 3) * 2 / 5
	right := s.width - 3 - left
	about, facts := s.drawAbout(left-2), s.drawFacts(right-1)
	height := max(len(about), len(facts))
	return append(lines, columns(s.c.theme.Rule.Paint("│")+" ", block(about, left, height), block(facts, right, height))...)
}

func (s *incidentScreen) drawFacts(width int) []string {
	t, i, c := s.c.theme, s.standing.Incident, s.c
	lines := []string{" " + t.Title.Paint("Facts")}
	label := min(max(width-17-24, 18), 52)
	for _, f := range i.Facts {
		value := c.valueText(f.Value)
		// A question is written out: its last words may be what tells it from another.
		for k, part := range wrap(c.factLabel(s.standing, f.Name), label) {
			line := " " + t.Text.Paint(fit(part, label))
			if k == 0 {
				line += " " + t.Bold.Paint(fit(value, 17)) + " " + t.Muted.Paint(fit(safe(f.By)+", "+ago(f.Stated, c.now()), width-label-20))
			}
			lines = append(lines, line)
		}
		for _, e := range f.Earlier {
			lines = append(lines, " "+spaces(label+1)+t.Muted.Paint(fit("was "+c.valueText(e.Value)+": "+safe(e.Reason), width-label-2)))
		}
	}
	if len(i.Facts) == 0 {
		lines = append(lines, " "+t.Muted.Paint("None stated. Press f to state one."))
	}
	return lines
}

func (s *incidentScreen) drawAbout(width int) []string {
	t, i := s.c.theme, s.standing.Incident
	lines := []string{" " + t.Title.Paint("About")}
	row := func(label, text string) {
		for k, line := range wrap(orElse(text, "–"), width-13) {
			if k > 0 {
				label = ""
			}
			lines = append(lines, " "+t.Muted.Paint(fit(label, 12))+t.Text.Paint(line))
		}
	}
	row("Type", strings.Join(s.c.typeLabels(s.standing), ", "))
	row("Data", strings.Join(s.c.dataLabels(s.standing), ", "))
	row("Systems", safe(strings.Join(i.Systems, ", ")))
	row("Reporter", safe(joined(nonEmpty(i.Reporter, i.Contact), i.Source)))
	if kept, wrong := sign.Custody(i.Evidence); kept != "" {
		row("Evidence", kept)
		for _, line := range wrap("! "+wrong, width-13) {
			if wrong != "" {
				lines = append(lines, " "+spaces(12)+t.Overdue.Paint(line))
			}
		}
	}
	row("Packs", packNames(i))
	if newer := i.NewerPacks(s.c.frame.snapshot.Packs()); len(newer) > 0 && i.Open() {
		for _, line := range wrap(refNames(newer)+" is newer: see K", width-13) {
			lines = append(lines, " "+spaces(12)+t.Accent.Paint(line))
		}
	}
	if n := len(i.Severities); n > 0 {
		call := i.Severities[n-1]
		row("Severity by", safe(call.By)+", "+ago(call.At, s.c.now())+": "+safe(strings.Join(append(call.Criteria, nonEmpty(call.Reason)...), "; ")))
	}
	for _, l := range i.Links {
		row("Link", string(l.Kind)+" "+string(l.Other))
	}
	lines = append(lines, "", " "+t.Title.Paint("Roles"))
	for _, r := range s.standing.Procedure.Roles {
		people := i.Holders(r.ID)
		switch {
		case len(people) > 0:
			lines = append(lines, " "+t.Muted.Paint(fit(r.Label, 26))+" "+t.Text.Paint(fit(safe(strings.Join(people, ", ")), width-28)))
		case r.Required:
			lines = append(lines, " "+t.Muted.Paint(fit(r.Label, 26))+" "+t.DueSoon.Paint("– nobody"))
		default:
			lines = append(lines, " "+t.Muted.Paint(fit(r.Label, 26)+" –"))
		}
	}
	if i.Description != "" {
		lines = append(lines, "", " "+t.Title.Paint("Description"))
		for _, paragraph := range strings.Split(i.Description, "\n") {
			for _, line := range wrap(safe(paragraph), width) {
				lines = append(lines, " "+t.Text.Paint(line))
			}
		}
	}
	return lines
}

func nonEmpty(texts ...string) []string {
	var kept []string
	for _, text := range texts {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

func refNames(packs []*policy.Pack) string {
	names := make([]string, len(packs))
	for k, p := range packs {
		names[k] = p.Ref().String()
	}
	return strings.Join(names, ", ")
}

func packNames(i *model.Incident) string {
	names := make([]string, len(i.Packs))
	for k, ref := range i.Packs {
		names[k] = ref.String()
	}
	return strings.Join(names, ", ")
}

func (c *Console) factLabel(s *model.Standing, name string) string {
	for _, p := range c.packsAbout(s.Incident) {
		if q, ok := p.Question(name); ok {
			return q.Label
		}
		if term, ok := p.Fact(name); ok {
			return term.Label
		}
		if s, ok := p.Setting(name); ok {
			return s.Label
		}
	}
	return name
}

func (c *Console) valueText(v model.Value) string {
	if v.Word != "" {
		return safe(v.Word)
	}
	if v.At.IsZero() {
		return v.Answer.String()
	}
	return clock(v.At, c.now(), c.zone())
}
