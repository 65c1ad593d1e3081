package main

import (
	"context"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) timelineCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:               "timeline ID",
		Short:             "Print everything that happened to an incident, oldest first",
		Args:              words(1, 1),
		ValidArgsFunction: a.completeIncident,
		RunE: a.aboutIncident(func(ctx context.Context, s *session, standing *model.Standing, _ []string) error {
			return a.printTimeline(ctx, s, standing)
		}),
	})
}

func (a *app) printTimeline(ctx context.Context, s *session, standing *model.Standing) error {
	history, err := s.space.History(ctx, standing.Incident.ID)
	if err != nil {
		return troubled(err)
	}
	g := s.gather()
	packs := s.packsAbout(standing.Incident)
	entries := []entryView{}
	for _, event := range history {
		e := model.Tell(event, packs, g.zone)
		entries = append(entries, entryView{Seq: e.Seq, At: g.stamp(e.At), Actor: e.Actor, Kind: e.Kind, What: e.What, Detail: list(e.Detail), Minor: e.Minor})
	}
	if a.json {
		return s.out.printJSON(entries)
	}
	for _, e := range entries {
		g.printEntry(s.out, e)
	}
	return nil
}

func (g *gatherer) printEntry(p *paper, e entryView) {
	at := padded(when(e.At.Time, g.zone, g.now), 24)
	tone := strong
	if e.Minor {
		tone = quiet
	}
	p.line(painted{at, quiet}, painted{padded(e.Actor, 18), plain}, painted{e.What, tone})
	for _, detail := range e.Detail {
		p.indented(ansi.StringWidth(at)+18, detail, quiet)
	}
}
