package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
)

type waitingView struct {
	Incident model.ID `json:"incident"`
	Title    string   `json:"title" help:"of the incident"`
	Notice   string   `json:"notice" help:"within the incident, such as N1"`
	Kind     string   `json:"kind"`
	State    string   `json:"state" help:"proposed, or approved and not released yet"`
	Roles    []string `json:"roles" help:"whose approval is missing"`
	People   []string `json:"people" help:"who could give one of them"`
	Mine     bool     `json:"mine" help:"you could"`
	ByHand   bool     `json:"by_hand" help:"people file or publish it themselves"`
	Since    stamp    `json:"since" help:"when this version was written"`
	Digest   string   `json:"digest"`
}

func (a *app) approvalsCommand() *cobra.Command {
	var mine bool
	cmd := a.reading(&cobra.Command{
		Use:   "approvals",
		Short: "Show which notices wait for an approval, yours first, and which for their release",
		Args:  words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error { return a.printApprovals(s, mine) })
		},
	})
	cmd.Flags().BoolVar(&mine, "mine", false, "only those that wait for you")
	return cmd
}

// waitingNotices are the notices of open incidents that wait for somebody, those
// that wait for the actor first.
func (s *session) waitingNotices() []waitingView {
	views := []waitingView{}
	for _, standing := range s.snapshot().Queue() {
		for k := range standing.Incident.Notices {
			if n := &standing.Incident.Notices[k]; n.Waits() {
				views = append(views, s.waitingView(standing.Incident, n))
			}
		}
	}
	slices.SortStableFunc(views, func(v, w waitingView) int {
		switch {
		case v.Mine == w.Mine:
			return 0
		case v.Mine:
			return -1
		}
		return 1
	})
	return views
}

func (s *session) waitingView(i *model.Incident, n *model.Notice) waitingView {
	view := waitingView{
		Incident: i.ID, Title: i.Title, Notice: n.ID, Kind: string(n.Kind), State: string(n.State), Roles: []string{}, People: []string{},
		Since: s.gather().stamp(n.At), Digest: n.Digest, ByHand: s.byHand(n),
	}
	if n.State != model.NoticeIsProposed {
		return view
	}
	view.Roles = list(s.snapshot().NoticeNeeds(i, n))
	for _, role := range view.Roles {
		for _, person := range s.whoMayApprove(i, role) {
			approved := slices.ContainsFunc(n.Approvals, func(a model.Approval) bool { return a.Person == person })
			if !approved && !slices.Contains(view.People, person) {
				view.People = append(view.People, person)
			}
		}
	}
	view.Mine = slices.Contains(view.People, s.actor.Name)
	return view
}

// byHand reports whether people file or publish a notice themselves: it goes to
// no group, and its channel has no recipients of its own.
func (s *session) byHand(n *model.Notice) bool {
	meta := s.snapshot().Meta
	channel, _ := meta.Channel(n.Channel)
	return len(n.Groups) == 0 && channel.Recipients == 0
}

// whoMayApprove are the people who have a role: those who hold it in the
// incident, and those whom the registry gives it.
func (s *session) whoMayApprove(i *model.Incident, role string) []string {
	people := slices.Clone(i.Holders(role))
	for _, person := range s.snapshot().Meta.Access.People {
		if string(person.Role) == role && person.Active() && !slices.Contains(people, person.Name) {
			people = append(people, person.Name)
		}
	}
	if string(s.actor.Role) == role && !slices.Contains(people, s.actor.Name) {
		people = append(people, s.actor.Name)
	}
	return people
}

func (a *app) printApprovals(s *session, mine bool) error {
	views := s.waitingNotices()
	if mine {
		views = slices.DeleteFunc(views, func(v waitingView) bool { return !v.Mine })
	}
	if a.json {
		return s.out.printJSON(views)
	}
	if len(views) == 0 {
		s.out.printf("No notice waits.")
		return nil
	}
	for _, v := range views {
		s.printWaits(v)
	}
	return nil
}

func (s *session) printWaits(v waitingView) {
	s.out.line(painted{fmt.Sprintf("%s/%s  ", v.Incident, v.Notice), quiet}, painted{v.Kind + " notice", strong}, painted{"  " + v.Title, plain})
	ref := fmt.Sprintf("%s %s", v.Incident, v.Notice)
	switch {
	case v.State != string(model.NoticeIsProposed) && v.ByHand:
		s.out.line(painted{"  approved; somebody files or publishes it, and then records that: ", warning}, painted{"tocsin notice file " + ref, quiet})
	case v.State != string(model.NoticeIsProposed):
		s.out.line(painted{"  approved, waits for its release: ", warning}, painted{"tocsin notice release " + ref, quiet})
	case v.Mine:
		s.out.line(painted{"  waits for you", warning}, painted{", as " + strings.Join(v.Roles, ", ") + ": ", plain}, painted{"tocsin notice approve " + ref, quiet})
	default:
		people := strings.Join(v.People, ", ")
		if people == "" {
			people = "nobody who could"
		}
		s.out.line(painted{"  waits for " + strings.Join(v.Roles, ", "), warning}, painted{": " + people, plain})
	}
}
