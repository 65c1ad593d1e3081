package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/model/policy"
)

type outreachView struct {
	Tellings []tellingView `json:"tellings" help:"who would be told, or was"`
	Untold   []untoldView  `json:"untold" help:"who would not"`
}

type tellingView struct {
	Rule       string      `json:"rule" help:"with the group of affected customers where it has one: pack/rule#A1"`
	Title      string      `json:"title"`
	Kind       string      `json:"kind" help:"of the notice that comes next"`
	To         string      `json:"to" help:"a word for whom, such as customers.paid or regulator"`
	Audience   string      `json:"audience" help:"whom, in the words of the pack"`
	Group      string      `json:"group" help:"of affected customers"`
	Customers  int         `json:"customers"`
	Recipients int         `json:"recipients"`
	State      string      `json:"state"`
	Due        stamp       `json:"due"`
	NotBefore  stamp       `json:"not_before" help:"it must not leave before"`
	Why        []string    `json:"why"`
	Blocks     []blockView `json:"blocks" help:"what is in the way"`
}

type blockView struct {
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	Until stamp  `json:"until" help:"when it ends by itself"`
	Hard  bool   `json:"hard" help:"the notice must not leave; else it may"`
}

type untoldView struct {
	Pack   string   `json:"pack"`
	To     string   `json:"to"`
	Group  string   `json:"group"`
	Rules  []string `json:"rules" help:"that would have told them"`
	Why    string   `json:"why"`
	Waived bool     `json:"waived" help:"somebody decided so"`
}

func (a *app) noticeWhoCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:               "who ID",
		Short:             "Show who would be told what, when and why, and who would not",
		Args:              words(1, 1),
		ValidArgsFunction: a.completeIncident,
		RunE: a.aboutIncident(func(_ context.Context, s *session, standing *model.Standing, _ []string) error {
			out := s.snapshot().Audience(standing.Incident, s.now())
			if a.json {
				return s.out.printJSON(s.gather().outreach(out))
			}
			s.printOutreach(out)
			return nil
		}),
	})
}

func (g *gatherer) outreach(out model.Outreach) outreachView {
	view := outreachView{Tellings: []tellingView{}, Untold: []untoldView{}}
	for k := range out.Tellings {
		t := &out.Tellings[k]
		telling := tellingView{
			Rule: t.Key.String(), Title: t.Obligation.Rule.Title, Kind: string(t.Kind), To: string(t.Obligation.Rule.To), Audience: t.Obligation.Rule.Audience,
			Group: t.Key.Group, Customers: t.Customers, Recipients: t.Addresses, State: string(t.State), Due: g.stamp(t.Due), NotBefore: g.stamp(t.NotBefore),
			Why: list(t.Why), Blocks: []blockView{},
		}
		for _, b := range t.Blocks {
			telling.Blocks = append(telling.Blocks, blockView{string(b.Kind), b.Text, g.stamp(b.Until), b.Hard})
		}
		view.Tellings = append(view.Tellings, telling)
	}
	for _, u := range out.Untold {
		untold := untoldView{Pack: u.Pack.ID, To: string(u.To), Rules: []string{}, Why: u.Why, Waived: u.Waived}
		if u.Group != nil {
			untold.Group = u.Group.ID
		}
		for _, key := range u.Keys {
			untold.Rules = append(untold.Rules, key.String())
		}
		view.Untold = append(view.Untold, untold)
	}
	return view
}

func (s *session) printOutreach(out model.Outreach) {
	s.out.line(painted{"Who is told", strong})
	if len(out.Tellings) == 0 {
		s.out.line(painted{"  nobody, by the packs of this incident", quiet})
	}
	for k := range out.Tellings {
		s.printTelling(&out.Tellings[k])
	}
	if len(out.Untold) == 0 {
		return
	}
	s.out.line()
	s.out.line(painted{"Who is not told", strong})
	for _, u := range out.Untold {
		s.printUntold(&u)
	}
}

func (s *session) printTelling(t *model.Telling) {
	mark := stateMark(t.State)
	s.out.line(painted{"  ", plain}, painted{padded(mark.text, 22), mark.ink}, painted{t.Obligation.Title(), strong}, painted{"  " + t.Key.String(), quiet})
	line := string(t.Kind) + " notice to " + orElse(t.Obligation.Rule.Audience, string(t.Obligation.Rule.To))
	if t.Group != nil {
		line += ": " + count(t.Customers, "customer", "customers") + ", " + count(t.Addresses, "recipient", "recipients")
	}
	if !t.Due.IsZero() {
		line += "; due " + whenDue(t.Due, t.Obligation.Rule, s.zone(), s.now())
	}
	s.out.indented(24, line, plain)
	for _, b := range t.Blocks {
		text, tone := b.Text, quiet
		if !b.Until.IsZero() {
			text += ", until " + when(b.Until, s.zone(), s.now())
		}
		if b.Hard {
			text, tone = "must not leave yet: "+text, warning
		}
		s.out.indented(24, text, tone)
	}
	if t.Obligation.Applies == policy.Yes && len(t.Why) > 0 {
		s.out.indented(24, "because "+strings.Join(t.Why, "; "), quiet)
	}
}

func (s *session) printUntold(u *model.Untold) {
	who := untoldWords[u.To]
	if who == "" {
		who = u.Keys[0].String()
	}
	if u.Group != nil {
		who += ", group " + u.Group.ID + ": " + count(u.Group.Customers, "customer", "customers")
	}
	s.out.line(painted{"  ", plain}, painted{who, strong}, painted{"  " + u.Pack.ID, quiet})
	s.out.indented(4, u.Why, plain)
}

// untoldWords say who is not told.
var untoldWords = map[policy.To]string{
	policy.ToCustomers: "Affected customers", policy.ToPaid: "Affected paying customers", policy.ToFree: "Affected customers of the free tier",
	policy.ToRegulator: "A regulator", policy.ToPeople: "The people concerned", policy.ToPublic: "The public", policy.ToLeadership: "Leadership", policy.ToPartners: "Partners",
}
