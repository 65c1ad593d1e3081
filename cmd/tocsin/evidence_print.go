package main

import (
	"context"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/tui/sign"
)

func (a *app) evidenceListCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:               "list ID",
		Short:             "List an incident's evidence",
		Args:              words(1, 1),
		ValidArgsFunction: a.completeIncident,
		RunE: a.aboutIncident(func(_ context.Context, s *session, standing *model.Standing, _ []string) error {
			return a.printEvidence(s, standing.Incident)
		}),
	})
}

func (a *app) evidenceShowCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:               "show ID ITEM",
		Short:             "Print a piece of evidence with its ledger of custody",
		Args:              words(2, 2),
		ValidArgsFunction: a.completeThen(completeEvidence),
		RunE: a.aboutIncident(func(_ context.Context, s *session, standing *model.Standing, args []string) error {
			item, err := s.item(standing, args[0])
			if err != nil {
				return err
			}
			view := s.gather().evidence(item)
			if a.json {
				return s.out.printJSON(view)
			}
			s.gather().printItem(s.out, view)
			return nil
		}),
	})
}

func (a *app) printEvidence(s *session, i *model.Incident) error {
	g := s.gather()
	items := []evidenceView{}
	for _, item := range i.Evidence {
		items = append(items, g.evidence(item))
	}
	if a.json {
		return s.out.printJSON(items)
	}
	if len(items) == 0 {
		s.out.printf("No evidence yet. Add some with: tocsin evidence add %s FILE", i.ID)
		return nil
	}
	t := newTable(column{title: "item"}, column{title: "title", flexible: true}, column{title: "kind"}, column{title: "size"}, column{title: "sha-256"}, column{title: "holder", flexible: true}, column{title: "verified"})
	for _, item := range items {
		t.add(painted{item.ID, plain}, painted{item.Title, strong}, painted{item.Kind, plain}, painted{model.Bytes(item.Size), plain},
			painted{item.SHA256[:min(12, len(item.SHA256))], quiet}, g.holder(item), integrityMark(model.Integrity(item.Integrity)))
	}
	t.write(s.out)
	return nil
}

func (g *gatherer) holder(item evidenceView) painted {
	if item.Holder != "" {
		return painted{item.Holder, plain}
	}
	return painted{"– " + item.Custody[len(item.Custody)-1].Deed, quiet}
}

func integrityMark(found model.Integrity) painted { return printed(sign.Integrity(found)) }

func (g *gatherer) evidence(e model.Evidence) evidenceView {
	view := evidenceView{
		ID: e.ID, Title: e.Title, Kind: string(e.Kind), Name: e.Name, Size: e.Size, SHA256: e.SHA256, From: e.From, Note: e.Note,
		By: e.By, Recorded: g.stamp(e.Recorded), Holder: e.Holder(), Integrity: string(e.Integrity), Verified: g.stamp(e.Verified), Custody: []custodyView{},
	}
	for _, step := range e.Custody {
		view.Custody = append(view.Custody, custodyView{
			Deed: string(step.Deed), At: g.stamp(step.At), From: step.From, Holder: step.Holder, Person: step.Person, Reason: step.Reason, By: step.By, Recorded: g.stamp(step.Recorded),
		})
	}
	return view
}

func (g *gatherer) printItem(p *paper, item evidenceView) {
	p.line(painted{item.ID + "  ", quiet}, painted{item.Title, strong})
	row := func(label, text string) {
		if text != "" {
			p.line(painted{padded("  "+label, 12), quiet}, painted{text, plain})
		}
	}
	row("kind", item.Kind)
	row("name", item.Name)
	row("size", model.Bytes(item.Size))
	row("sha-256", item.SHA256)
	row("from", item.From)
	row("holder", g.holder(item).text)
	verified := integrityMark(model.Integrity(item.Integrity)).text
	if !item.Verified.IsZero() {
		verified += ", " + when(item.Verified.Time, g.zone, g.now)
	}
	row("verified", verified)
	if item.Note != "" {
		p.indented(12, item.Note, plain)
	}
	for _, step := range item.Custody {
		p.line(painted{"  " + padded(when(step.At.Time, g.zone, g.now), 24), quiet}, painted{custodyWords(step), plain})
		if step.Reason != "" {
			p.indented(26, step.Reason, quiet)
		}
	}
}

// custodyWords is a step of custody in words.
func custodyWords(step custodyView) string {
	switch model.Deed(step.Deed) {
	case model.Transferred:
		return step.Deed + ": " + step.From + " → " + step.Person
	case model.Returned, model.Released:
		if step.Person == "" {
			return step.Deed
		}
		return step.Deed + " to " + step.Person
	}
	return step.Deed + " by " + step.Person
}
