package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) reportsCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:   "reports",
		Short: "List what you reported yourself, and how far it is",
		Long: `Lists the incidents that you reported under your own name: when, and in which
phase each is. Nothing else of them is shown, so that whoever may report and see
nothing can follow what became of it.`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error { return a.printReports(s) })
		},
	})
}

// reportView is what whoever reported an incident sees of it.
type reportView struct {
	ID       string `json:"id"`
	Reported stamp  `json:"reported"`
	Phase    string `json:"phase" help:"its name; closed once it is"`
}

// ownReports are the incidents that the actor reported, the latest first.
func (s *session) ownReports() []reportView {
	g, views := s.gather(), []reportView{}
	var own []*model.Standing
	for _, standing := range slices.Concat(s.snapshot().Queue(), s.snapshot().Closed()) {
		if standing.Incident.OpenedBy == s.actor.Name && standing.Incident.Batch == "" {
			own = append(own, standing)
		}
	}
	slices.SortFunc(own, func(a, b *model.Standing) int { return b.Incident.Opened.Compare(a.Incident.Opened) })
	for _, one := range own {
		view := reportView{ID: string(one.Incident.ID), Reported: g.stamp(one.Incident.Opened), Phase: phaseLabel(one.Procedure, one.Incident.Phase())}
		if !one.Incident.Closed.IsZero() {
			view.Phase = "closed"
		}
		views = append(views, view)
	}
	return views
}

func (a *app) printReports(s *session) error {
	views := s.ownReports()
	if a.json {
		return s.out.printJSON(views)
	}
	if len(views) == 0 {
		s.out.printf("You reported nothing yet.")
		return nil
	}
	g := s.gather()
	t := newTable(column{title: "reference"}, column{title: "reported"}, column{title: "phase", flexible: true})
	for _, v := range views {
		t.add(painted{v.ID, strong}, painted{when(v.Reported.Time, g.zone, g.now), plain}, painted{v.Phase, plain})
	}
	t.write(s.out)
	return nil
}
