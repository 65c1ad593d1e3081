package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// dueFilter is which obligations somebody wants to see.
type dueFilter struct {
	within  string
	overdue bool
	explain bool
	ics     string // the file to write a calendar to, in place of the list
}

func (a *app) deadlinesCommand() *cobra.Command {
	var filter dueFilter
	cmd := &cobra.Command{
		Use:   "deadlines [ID]",
		Short: "List what is due when, of all open incidents or of one",
		Long: `Lists what open incidents owe: what counts towards a time, soonest first,
then what has started without a number ("without undue delay"). For one
incident it lists every obligation, whatever its state.`,
		Example: `  tocsin deadlines --within 24h
  tocsin deadlines 7 --explain
  tocsin deadlines --ics deadlines.ics`,
		Args:              words(0, 1),
		ValidArgsFunction: a.completeIncident,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error { return a.printDeadlines(s, filter, args) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&filter.within, "within", "", "only what is due within 24h, 3d, 2bd or 1mo, or overdue")
	flags.BoolVar(&filter.overdue, "overdue", false, "only what is overdue, or perhaps overdue: what cannot be excluded counts at its worst")
	flags.BoolVar(&filter.explain, "explain", false, "say why it applies and how its due time was computed")
	flags.StringVar(&filter.ics, "ics", "", "write what has a due time as an iCalendar file, with alarms; - writes to standard output")
	return a.reading(cmd)
}

func (a *app) printDeadlines(s *session, filter dueFilter, args []string) error {
	if a.json && filter.ics != "" {
		return model.Refuse(model.Field("--ics", "is not JSON", "one of --ics and --json"))
	}
	limit, err := s.limit(filter.within)
	if err != nil {
		return err
	}
	standings := s.snapshot().Queue()
	if len(args) > 0 {
		standing, err := s.incident(args[0])
		if err != nil {
			return err
		}
		standings = []*model.Standing{standing}
	}
	g := s.gather()
	views := g.deadlines(standings, filter.explain)
	if len(args) == 0 {
		views = slices.DeleteFunc(views, func(o obligationView) bool { return !pressing(o) })
	}
	views = slices.DeleteFunc(views, func(o obligationView) bool { return filter.hides(o, limit) })
	switch {
	case a.json:
		return s.out.printJSON(views)
	case filter.ics != "":
		return g.writeCalendar(s.out, filter.ics, a.space, views)
	}
	if len(views) == 0 {
		s.out.printf("Nothing is due.")
	} else {
		g.writeDeadlines(s.out, views, filter.explain)
	}
	if !filter.overdue && filter.within == "" {
		g.writeWaiting(s.out, standings)
	}
	return nil
}

// writeWaiting lists promises whose clock nobody has started: not due, but
// not nothing either.
func (g *gatherer) writeWaiting(p *paper, standings []*model.Standing) {
	for _, s := range standings {
		if w := s.Waits; w != nil {
			p.line(painted{"! not started  ", warning}, painted{string(s.Incident.ID) + "  ", quiet}, painted{w.Rule.Title, plain},
				painted{" waits for the fact " + w.Fact, quiet})
		}
	}
}

// limit is the moment that --within reaches to, zero without it.
func (s *session) limit(within string) (time.Time, error) {
	if within == "" {
		return time.Time{}, nil
	}
	period, err := calendar.ParsePeriod(within)
	if err != nil {
		return time.Time{}, model.Refuse(model.Field("--within", err.Error(), ""))
	}
	return calendar.Calendar{Zone: s.zone()}.Due(period, s.now()), nil
}

// deadlines are the obligations of some incidents: those with a due time
// first, the soonest at the top.
func (g *gatherer) deadlines(standings []*model.Standing, explain bool) []obligationView {
	views := []obligationView{}
	for _, s := range standings {
		views = append(views, g.obligations(s.Incident, explain)...)
	}
	slices.SortStableFunc(views, func(a, b obligationView) int {
		switch {
		case a.Due.IsZero() && b.Due.IsZero():
			return 0
		case a.Due.IsZero():
			return 1
		case b.Due.IsZero():
			return -1
		}
		return a.Due.Compare(b.Due.Time)
	})
	return views
}

// pressing tells what asks for something now from what is decided or has not
// begun.
func pressing(o obligationView) bool {
	state := policy.State(o.State)
	return state == policy.Open || state == policy.Suspended || state.Counting()
}

func (f dueFilter) hides(o obligationView, limit time.Time) bool {
	if f.overdue && !o.passed {
		return true
	}
	return !limit.IsZero() && (o.Due.IsZero() || o.Due.After(limit))
}

func (g *gatherer) writeDeadlines(p *paper, views []obligationView, explain bool) {
	if !explain {
		g.deadlineTable(views).write(p)
		return
	}
	for k, o := range views {
		if k > 0 {
			p.line()
		}
		p.line(painted{string(o.Incident), quiet})
		g.writeObligation(p, o, true)
	}
}

func (g *gatherer) deadlineTable(views []obligationView) *table {
	t := newTable(column{title: "state"}, column{title: "due"}, column{title: "at"}, column{title: "incident"},
		column{title: "what", flexible: true}, column{title: "to", flexible: true}, column{title: "rule", flexible: true})
	for _, o := range views {
		mark := stateMark(policy.State(o.State))
		due := ""
		if o.LeftSeconds != nil {
			due = left(o.Due.Sub(g.now))
		}
		t.add(mark, painted{due, mark.ink}, painted{whenDue(o.Due.Time, o.rule, g.zone, g.now), plain}, painted{string(o.Incident), plain},
			painted{o.Title, strong}, painted{o.Audience, plain}, painted{o.Rule, quiet})
	}
	return t
}
