package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/sign"
)

func (a *app) showCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:               "show ID",
		Short:             "Show all that is known of an incident, and why what is due when",
		Example:           "  tocsin show 7\n  tocsin show INC-2026-0007 --json",
		Args:              words(1, 1),
		ValidArgsFunction: a.completeIncident,
		RunE: a.aboutIncident(func(_ context.Context, s *session, standing *model.Standing, _ []string) error {
			view := s.gather().incident(standing)
			if a.json {
				return s.out.printJSON(view)
			}
			(&sheet{paper: s.out, gatherer: s.gather(), standing: standing, view: view}).write()
			return nil
		}),
	})
}

// sheet is one incident on paper.
type sheet struct {
	*paper
	*gatherer
	standing *model.Standing
	view     incidentView
}

func (s *sheet) write() {
	s.head()
	s.about()
	s.people()
	s.facts()
	s.taskList()
	s.owed()
}

func (s *sheet) head() {
	v := s.view
	s.line(painted{string(v.ID) + "  ", quiet}, painted{v.Title, strong})
	parts := []painted{severityMark(s.standing)}
	and := func(text string, tone ink) {
		if text != "" {
			parts = append(parts, painted{" · ", quiet}, painted{text, tone})
		}
	}
	if v.Classification != "" {
		and(v.Classification+" compromise", plain)
	}
	if v.Outcome == "" {
		and(phaseLabel(s.standing.Procedure, v.Phase), plain)
		and("open "+span(s.now.Sub(v.Opened.Time)), plain)
	} else {
		and(v.Outcome, plain)
		and("ended "+when(v.Closed.Time, s.zone, s.now), plain)
	}
	and("TLP:"+v.TLP, plain)
	s.line(parts...)
	if v.Next != nil {
		next, _ := s.standing.Next()
		mark := stateMark(next.State(s.now))
		s.line(mark, painted{", " + left(next.At.Sub(s.now)) + ": ", mark.ink}, painted{next.Title(), plain})
	}
}

// field writes one labelled line of the sheet; an empty text writes none.
func (s *sheet) field(label, text string) {
	const labels = 12
	if text == "" {
		return
	}
	lines := strings.Split(s.wrap(model.CleanText(text), labels+2), "\n")
	s.line(painted{fmt.Sprintf("%-*s  ", labels, label), quiet}, painted{lines[0], plain})
	for _, line := range lines[1:] {
		s.line(painted{strings.Repeat(" ", labels+2), plain}, painted{line, plain})
	}
}

func (s *sheet) title(text string) {
	s.line()
	s.line(painted{text, strong})
}

func (s *sheet) about() {
	v, procedure := s.view, s.standing.Procedure
	s.line()
	s.field("Phases", s.phaseLine())
	s.field("Types", labels(v.Types, procedure.Type))
	s.field("Data", labels(v.Data, procedure.DataCategory))
	s.field("Systems", strings.Join(v.Systems, ", "))
	s.field("Reporter", joinNonEmpty(", ", v.Reporter, v.Contact))
	s.field("Source", joinNonEmpty(", ", v.Source, v.External))
	s.field("Opened", when(v.Opened.Time, s.zone, s.now)+" by "+v.OpenedBy)
	if hold := s.standing.Incident.Hold; s.standing.Incident.Held() {
		s.field("Legal hold", hold.Reason+" ("+hold.By+", "+when(hold.Since, s.zone, s.now)+")")
	}
	if d := s.standing.Incident.Deletion; d != nil {
		s.field("To be deleted", d.Reason+" ("+d.By+", "+when(d.Since, s.zone, s.now)+")")
	}
	kept, wrong := sign.Custody(s.standing.Incident.Evidence)
	s.field("Evidence", kept)
	if wrong != "" {
		s.line(painted{strings.Repeat(" ", 14), plain}, painted{"! " + wrong, alarm}, painted{": tocsin evidence list " + string(v.ID), quiet})
	}
	s.field("Packs", strings.Join(v.Packs, ", "))
	if len(v.NewerPacks) > 0 && v.Outcome == "" {
		s.field("", strings.Join(v.NewerPacks, ", ")+" is newer: tocsin packs "+string(v.ID)+" --preview says what it would move")
	}
	for _, link := range v.Links {
		s.field("Link", link.Kind+" "+string(link.Other))
	}
	if n := len(v.SeverityCalls); n > 0 {
		call := v.SeverityCalls[n-1]
		s.field("Severity", joinNonEmpty("; ", strings.Join(call.Criteria, "; "), call.Reason)+" ("+call.By+", "+when(call.At.Time, s.zone, s.now)+")")
	}
	s.field("Description", v.Description)
}

// phaseLine shows where the response stands among its phases.
func (s *sheet) phaseLine() string {
	phases := s.standing.Procedure.Phases
	at := s.standing.Procedure.PhaseIndex(s.view.Phase)
	marks := make([]string, len(phases))
	for k, phase := range phases {
		switch {
		case k < at:
			marks[k] = "✓ " + phase.Label
		case k == at:
			marks[k] = "▸ " + phase.Label
		default:
			marks[k] = "· " + phase.Label
		}
	}
	return strings.Join(marks, "  ")
}

// roleWidth is the room for the labels of roles, and at least of facts.
const roleWidth = 32

func (s *sheet) people() {
	s.title("Roles")
	for _, role := range s.view.Roles {
		who := painted{strings.Join(role.People, ", "), plain}
		switch {
		case len(role.People) == 0 && role.Required:
			who = painted{"nobody, and the procedure requires somebody", warning}
		case len(role.People) == 0:
			who = painted{"nobody", quiet}
		}
		s.line(painted{"  " + padded(role.Label, roleWidth), plain}, who)
	}
}

func (s *sheet) facts() {
	s.title("Facts")
	width := roleWidth
	for _, f := range s.view.Facts {
		width = max(width, ansi.StringWidth(f.Label)+2)
	}
	for _, f := range s.view.Facts {
		s.line(painted{"  " + padded(f.Label, width), plain}, painted{s.factValue(f.Time, f.Answer, f.Value), strong}, painted{"  " + joinNonEmpty(", ", f.By, f.Ground), quiet})
		for _, e := range f.Earlier {
			s.line(painted{"  " + padded("", width) + "was " + s.factValue(e.Time, e.Answer, e.Value) + " until corrected: " + e.Reason, quiet})
		}
	}
}

func (g *gatherer) factValue(at stamp, answer, value string) string {
	if value != "" {
		return value
	}
	if at.IsZero() {
		return answer
	}
	return when(at.Time, g.zone, g.now)
}

// taskList shows the tasks of the phases so far, and how many are to come.
func (s *sheet) taskList() {
	s.title("Tasks")
	at := s.standing.Procedure.PhaseIndex(s.view.Phase)
	later := 0
	for _, t := range s.view.Tasks {
		if s.standing.Procedure.PhaseIndex(t.Phase) > at {
			later++
			continue
		}
		s.line(append([]painted{{"  ", plain}}, taskLine(t)...)...)
	}
	if later > 0 {
		s.line(painted{fmt.Sprintf("  and %d of later phases: tocsin task %s", later, s.view.ID), quiet})
	}
}

func taskLine(t taskView) []painted {
	mark := painted{"□ ", plain}
	switch t.State {
	case string(model.TaskDone):
		mark = painted{"✓ ", good}
	case string(model.TaskSkipped):
		mark = painted{"– ", quiet}
	}
	title := painted{t.Title, plain}
	if t.State != "open" {
		title.ink = quiet
	}
	detail := t.ID
	if t.Mandatory {
		detail += ", mandatory"
	}
	if t.State == string(model.TaskSkipped) {
		detail += ", not needed: " + t.Reason
	}
	if t.Assignee != "" {
		detail += ", " + t.Assignee
	}
	return []painted{mark, title, {"  " + detail, quiet}}
}

// owed shows every obligation; how a due time came about only where it counts.
func (s *sheet) owed() {
	s.title("Obligations")
	if len(s.view.Obligations) == 0 {
		s.line(painted{"  none by the packs of this incident", quiet})
	}
	for _, o := range s.view.Obligations {
		s.obligation(o, policy.State(o.State).Counting())
	}
}

// writeObligation writes one obligation with what it needs.
func (g *gatherer) writeObligation(p *paper, o obligationView, explain bool) {
	mark := stateMark(policy.State(o.State))
	p.line(painted{"  ", plain}, painted{padded(mark.text, 22), mark.ink}, painted{o.Title, strong}, painted{"  " + o.Rule, quiet})
	if line := g.standing(o); line != "" {
		p.indented(24, line, plain)
	}
	if explain && o.Explanation != nil {
		writeExplanation(p, o.Explanation)
	}
}

func (s *sheet) obligation(o obligationView, explain bool) { s.writeObligation(s.paper, o, explain) }

// standing says in one line what an obligation's state means in time.
func (g *gatherer) standing(o obligationView) string {
	var parts []string
	switch {
	case o.LeftSeconds != nil:
		parts = append(parts, left(o.Due.Sub(g.now)), whenDue(o.Due.Time, o.rule, g.zone, g.now))
	case o.Why != "":
		parts = append(parts, o.Why)
	}
	if o.Missed > 0 {
		parts = append(parts, fmt.Sprintf("%d missed", o.Missed))
	}
	if n := len(o.Filings); n > 0 {
		last := o.Filings[n-1]
		filed := "submitted " + when(last.At.Time, g.zone, g.now)
		if last.Late {
			filed += ", late: due " + whenDue(last.Due.Time, o.rule, g.zone, g.now)
		}
		parts = append(parts, joinNonEmpty(", ", filed, last.Reference))
	}
	if n := len(o.Delays); n > 0 && o.State == string(policy.Suspended) {
		last := o.Delays[n-1]
		parts = append(parts, "asked for by "+last.Requester+" until "+when(last.Until.Time, g.zone, g.now)+": "+last.Evidence)
	}
	if o.Waiver != nil {
		parts = append(parts, "waived by "+o.Waiver.Decider+": "+o.Waiver.Rationale)
	}
	return strings.Join(parts, " · ")
}

func writeExplanation(p *paper, e *explanationView) {
	for _, why := range e.Why {
		p.indented(26, "because "+why, quiet)
	}
	for k, step := range e.Steps {
		p.indented(26, fmt.Sprintf("%d. %s", k+1, step.Text), quiet)
	}
	for _, stated := range e.Stated {
		p.indented(26, stated, quiet)
	}
	for _, warning := range e.Warnings {
		p.indented(26, "note: "+warning, notice)
	}
}

// labels are the words that people read for the ids of a pack.
func labels(ids []string, term func(id string) (*policy.Term, bool)) string {
	words := slices.Clone(ids)
	for k, id := range words {
		if t, ok := term(id); ok && t.Label != "" {
			words[k] = t.Label
		}
	}
	return strings.Join(words, ", ")
}

func joinNonEmpty(between string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), between)
}

// padded fills a text up to a width, with at least two spaces behind it.
func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(width-ansi.StringWidth(text), 2))
}
