package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) remindersCommand() *cobra.Command {
	var mine bool
	cmd := &cobra.Command{
		Use:   "reminders",
		Short: "List the deadlines that draw near and that nobody acknowledged",
		Long: `Lists what is to be brought to mind of open incidents, soonest due first: each
deadline at the highest level it has reached (half of the time is gone, 24, 4
and 1 hours are left, overdue, where its policy says nothing else), whom it
reminds, and since when. It is gone when somebody acknowledges it, until the
next level; or when what it asks for is done.`,
		Example: `  tocsin reminders --mine
  tocsin acknowledge 7 customer-notice`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error { return a.printReminders(s, mine) })
		},
	}
	cmd.Flags().BoolVar(&mine, "mine", false, "only what reminds you: by a role you hold, or by one that nobody holds")
	return a.reading(cmd)
}

func (a *app) printReminders(s *session, mine bool) error {
	g := s.gather()
	reminders := g.reminders()
	if mine {
		reminders = slices.DeleteFunc(reminders, func(r model.Reminder) bool { return !r.Concerns(s.actor.Name) })
	}
	switch {
	case a.json:
		views := []reminderView{}
		for k := range reminders {
			views = append(views, g.reminder(&reminders[k]))
		}
		return s.out.printJSON(views)
	case len(reminders) == 0:
		s.out.printf("Nothing is to be brought to mind.")
	default:
		g.reminderTable(reminders).write(s.out)
	}
	return nil
}

// reminders are those of all open incidents, soonest due first.
func (g *gatherer) reminders() []model.Reminder {
	var all []model.Reminder
	for standing, due := range g.snapshot.Dues() {
		if r, ok := standing.Reminder(&due, g.now); ok {
			all = append(all, r)
		}
	}
	return all
}

func (g *gatherer) reminder(r *model.Reminder) reminderView {
	view := reminderView{
		Incident: r.Standing.Incident.ID, Rule: r.Key().String(), Title: r.Due.Rule.Title, Level: r.Reach.Level(), Since: g.stamp(r.Reach.Since), Again: r.Reach.Again,
		Due: g.stamp(r.Due.At), LeftSeconds: seconds(r.Due.At.Sub(g.now)), Conditional: r.Due.Conditional, Reminds: []string{}, People: list(r.Standing.People(&r.Due)),
	}
	for _, reminded := range r.Reminded() {
		view.Reminds = append(view.Reminds, reminded.Role.ID)
	}
	return view
}

func (g *gatherer) reminderTable(reminders []model.Reminder) *table {
	t := newTable(column{title: "level"}, column{title: "due"}, column{title: "incident"}, column{title: "what", flexible: true},
		column{title: "since"}, column{title: "reminds", flexible: true}, column{title: "rule", flexible: true})
	for k := range reminders {
		r := &reminders[k]
		mark := stateMark(r.Due.State(g.now))
		shape, _, _ := strings.Cut(mark.text, " ")
		t.add(painted{shape + " " + r.Reach.Words(), mark.ink}, painted{left(r.Due.At.Sub(g.now)), mark.ink}, painted{string(r.Standing.Incident.ID), plain},
			painted{r.Due.Rule.Title, strong}, painted{when(r.Reach.Since, g.zone, g.now), plain}, painted{reminds(r), plain}, painted{r.Key().String(), quiet})
	}
	return t
}

// reminds names the roles that are reminded and who holds them.
func reminds(r *model.Reminder) string {
	var roles []string
	for _, reminded := range r.Reminded() {
		who := "nobody"
		if len(reminded.Holders) > 0 {
			who = strings.Join(reminded.Holders, ", ")
		}
		roles = append(roles, reminded.Role.Label+": "+who)
	}
	return strings.Join(roles, "; ")
}
