package main

import (
	"context"
	"fmt"
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
next level; or when what it asks for is done. What others call you for comes
first: roles and tasks they gave you, notes with @ and your name.`,
		Example: `  tocsin reminders --mine
  tocsin acknowledge 7 customer-notice
  tocsin acknowledge 7`,
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
		views := g.callViews(s.actor.Name)
		for k := range reminders {
			views = append(views, g.reminder(&reminders[k]))
		}
		return s.out.printJSON(views)
	case len(reminders) == 0 && len(g.callViews(s.actor.Name)) == 0:
		s.out.printf("Nothing is to be brought to mind.")
	default:
		for _, call := range g.callViews(s.actor.Name) {
			s.out.line(painted{"@ " + call.Title, strong}, painted{fmt.Sprintf("  %s  by %s, %s", call.Incident, call.By, when(call.Since.Time, g.zone, g.now)), plain})
		}
		if len(reminders) > 0 {
			g.reminderTable(reminders).write(s.out)
		}
	}
	return nil
}

// callViews are what a person is called for, latest first.
func (g *gatherer) callViews(person string) []reminderView {
	views := []reminderView{}
	for standing := range g.snapshot.Calling(person) {
		for _, call := range standing.Incident.CallsOf(person) {
			views = append(views, reminderView{
				Incident: standing.Incident.ID, Title: call.Words(standing), Level: "for you", Since: g.stamp(call.At),
				Reminds: []string{}, People: []string{person}, Call: string(call.Kind), By: call.By,
			})
		}
	}
	slices.SortStableFunc(views, func(a, b reminderView) int { return b.Since.Compare(a.Since.Time) })
	return views
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
		Incident: r.Standing.Incident.ID, Rule: r.Key().String(), Title: r.Due.Title(), Level: r.Reach.Level(), Since: g.stamp(r.Reach.Since), Again: r.Reach.Again,
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
			painted{r.Due.Title(), strong}, painted{when(r.Reach.Since, g.zone, g.now), plain}, painted{reminds(r), plain}, painted{r.Key().String(), quiet})
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
