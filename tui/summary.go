package tui

import (
	"fmt"
	"strings"

	"tocsin/model"
	"tocsin/model/policy"
)

// findObligation computes one obligation of an incident; nil where it has none
// of that key.
func (c *Console) findObligation(i *model.Incident, key policy.RuleKey) *policy.Obligation {
	obligations := c.frame.snapshot.Obligations(i)
	for k := range obligations {
		if obligations[k].Key() == key {
			return &obligations[k]
		}
	}
	return nil
}

// summary is an incident at a glance, for the preview beside the queue.
func (c *Console) summary(s *model.Standing, width, height int) []string {
	if s == nil {
		return []string{"", c.theme.Muted.Paint(" Select an incident to see it here.")}
	}
	lines := c.summaryHead(s, width)
	lines = append(lines, "")
	return append(lines, c.summaryDues(s, width, height-len(lines)-1)...)
}

// summaryHead says what the incident is, who works on it and what is missing.
func (c *Console) summaryHead(s *model.Standing, width int) []string {
	t, i := c.theme, s.Incident
	shape, word, style := severityMark(t, s)
	lines := []string{" " + style.Paint(shape+" "+word) + "  " + t.Bold.Paint(string(i.ID)) + "  " + t.TLP(i.TLP).Paint(" TLP:"+string(i.TLP)+" ")}
	for _, line := range wrap(safe(i.Title), width) {
		lines = append(lines, " "+t.Bold.Paint(line))
	}
	label := func(name, text string) {
		if text != "" {
			lines = append(lines, " "+t.Muted.Paint(fit(name, 11))+fit(text, width-11))
		}
	}
	label("Phase", phaseLabel(s))
	label("What", joined(c.typeLabels(s), classification(i)))
	label("Systems", safe(strings.Join(i.Systems, ", ")))
	label("Data", strings.Join(c.dataLabels(s), ", "))
	label("Lead", c.leadOf(s))
	if gaps := s.Gaps(); i.Open() && len(gaps) > 0 {
		lines = append(lines, " "+t.DueSoon.Paint(fit("– missing", 11)+fit(roleLabels(gaps), width-11)))
	}
	if others := c.company(i.ID); len(others) > 0 {
		lines = append(lines, " "+t.Accent.Paint(fit("Here now", 11)+fit(safe(strings.Join(others, ", ")), width-11)))
	}
	label("Opened", clock(i.Opened, c.now(), c.zone())+" by "+safe(i.OpenedBy))
	if first, _, _ := strings.Cut(i.Description, "\n"); first != "" {
		for k, line := range wrap(safe(first), width) {
			if k < 3 {
				lines = append(lines, " "+t.Muted.Paint(line))
			}
		}
	}
	return lines
}

func joined(parts []string, more string) string {
	if more != "" {
		parts = append(parts, more)
	}
	return strings.Join(parts, ", ")
}

func classification(i *model.Incident) string {
	if i.Classification == model.Unclassified {
		return ""
	}
	return string(i.Classification) + " compromise"
}

func (c *Console) typeLabels(s *model.Standing) []string {
	return termLabels(s.Incident.Types, s.Procedure.Types)
}

func (c *Console) dataLabels(s *model.Standing) []string {
	return termLabels(s.Incident.Data, s.Procedure.Data)
}

func termLabels(ids []string, terms []policy.Term) []string {
	labels := make([]string, 0, len(ids))
	for _, id := range ids {
		label := id
		for _, term := range terms {
			if term.ID == id {
				label = term.Label
			}
		}
		labels = append(labels, safe(label))
	}
	return labels
}

func roleLabels(roles []policy.Role) string {
	labels := make([]string, len(roles))
	for k, r := range roles {
		labels[k] = r.Label
	}
	return strings.Join(labels, ", ")
}

// summaryDues lists what the incident owes, what counts first, as far as
// there is room.
func (c *Console) summaryDues(s *model.Standing, width, height int) []string {
	t := c.theme
	obligations := c.sortedObligations(s.Incident)
	lines := []string{" " + t.Title.Paint("Obligations")}
	if len(obligations) == 0 {
		return append(lines, " "+t.Muted.Paint("None so far: what is known starts no clock."))
	}
	for k := range obligations {
		if len(lines) == height-1 && k < len(obligations)-1 {
			return append(lines, " "+t.Muted.Paint(fmt.Sprintf("and %d more: Enter opens the incident", len(obligations)-k)))
		}
		lines = append(lines, " "+c.obligationLine(&obligations[k], width))
	}
	return lines
}

// obligationLine is one obligation: state, countdown, title.
func (c *Console) obligationLine(o *policy.Obligation, width int) string {
	state := o.State(c.now())
	shape, style := stateMark(c.theme, state)
	cell := style.Paint(fit(shape+" "+string(state), 20))
	if counts(o, c.now()) {
		cell = c.dueCell(o.Strict, state, 20)
	}
	text := c.theme.Text
	if state.Decided() {
		text = c.theme.Muted
	}
	return cell + "  " + text.Paint(fit(o.Title(), width-22))
}

// sortedObligations puts what counts first, soonest first, then what waits,
// then what is decided.
func (c *Console) sortedObligations(i *model.Incident) []policy.Obligation {
	obligations := c.frame.snapshot.Obligations(i)
	sortObligations(obligations, c.now())
	return obligations
}
