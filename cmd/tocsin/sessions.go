package main

import (
	"context"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/tui/sshd"
)

const sessionsLong = `Lists who works in the record now, from where and at what, and ends sessions.

Those of the process that has the record are listed: of tocsin serve, or of a
console that others have joined. Log-ins and log-outs of the past are in the
record: tocsin audit log --kind access`

func (a *app) sessionsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sessions",
		Short: "Say who works in the record now, and end sessions",
		Long:  sessionsLong,
		Args:  a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, "what about the sessions? list or revoke")
		},
	}
	cmd.AddCommand(a.sessionsListCommand(), a.sessionsRevokeCommand())
	return cmd
}

// visitView is one session that is under way.
type visitView struct {
	Session  string `json:"session" help:"its connection's name in the record; the sessions of one connection have it in common"`
	Person   string `json:"person" help:"\"\" for whoever came by the socket, the owner of the directory, and for somebody who reports without a key"`
	Role     string `json:"role"`
	Entrance string `json:"entrance" help:"network or socket; console for that of the process that has the record"`
	Method   string `json:"method" help:"key, certificate, socket or none"`
	From     string `json:"from" help:"address; \"\" for the socket"`
	Since    stamp  `json:"since"`
	Input    stamp  `json:"input" help:"when something last came from there; null for a console of the process itself"`
	Doing    string `json:"doing" help:"console, or the verb"`
	Looks    string `json:"looks" help:"what it shows"`
}

func (a *app) sessionsListCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:   "list",
		Short: "List who works in the record now, and at what",
		Args:  words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error { return a.printVisits(s) })
		},
	})
}

// visits are the sessions under way in this process, but for the one that
// asks.
func (a *app) visits() []sshd.Session {
	if a.guest == nil {
		return nil
	}
	return a.guest.reception.server.Sessions()
}

func (a *app) printVisits(s *session) error {
	g := s.gather()
	views := []visitView{}
	for _, v := range a.visits() {
		views = append(views, visitView{
			Session: v.Session, Person: v.Name, Role: string(v.Role), Entrance: string(v.Entrance), Method: v.Method, From: v.From,
			Since: g.stamp(v.Since), Input: g.stamp(v.Input), Doing: v.Doing, Looks: v.Looks,
		})
	}
	for _, one := range s.company(s.space.ID()).unlisted() {
		views = append(views, visitView{Person: one.who, Role: string(one.role), Entrance: "console", Since: g.stamp(one.since), Doing: "console", Looks: one.looks()})
	}
	if a.json {
		return s.out.printJSON(views)
	}
	if len(views) == 0 {
		s.out.printf("Nobody else works in the record.")
		return nil
	}
	t := newTable(column{title: "who", flexible: true}, column{title: "role"}, column{title: "since"}, column{title: "last input"}, column{title: "doing"}, column{title: "looks at", flexible: true}, column{title: "from"}, column{title: "session"})
	for _, v := range views {
		input := ""
		if !v.Input.IsZero() {
			input = span(g.now.Sub(v.Input.Time)) + " ago"
		}
		who := v.Person
		switch {
		case who == "" && v.Entrance == string(sshd.Socket):
			who = "(this machine)"
		case who == "":
			who = "(reports)"
		}
		t.add(painted{who, strong}, painted{v.Role, plain}, painted{when(v.Since.Time, g.zone, g.now), plain}, painted{input, quiet},
			painted{v.Doing, plain}, painted{v.Looks, plain}, painted{v.From, quiet}, painted{v.Session, quiet})
	}
	t.write(s.out)
	return nil
}

func (a *app) sessionsRevokeCommand() *cobra.Command {
	var all bool
	var reason string
	cmd := &cobra.Command{
		Use:   "revoke NAME --reason TEXT | revoke --all --reason TEXT",
		Short: "End the sessions of a person, or everybody's, at once",
		Long: `Ends sessions at once; whoever may log in can do so again. To keep somebody out,
revoke the person: tocsin people revoke. Yours end, too, if you give it over SSH.`,
		Example: `  tocsin sessions revoke "Kim Lund" --reason "left the laptop in a train"
  tocsin sessions revoke --all --reason "the server's key was replaced"`,
		Args: words(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) == all {
				return usage(cmd, "whose? a NAME, or --all")
			}
			command := model.RevokeSessions{Reason: reason}
			if !all {
				command.Person = args[0]
			}
			return a.withSession(cmd, func(ctx context.Context, s *session) error { return s.revokeSessions(ctx, command) })
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "everybody's")
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return cmd
}

func (s *session) revokeSessions(ctx context.Context, command model.RevokeSessions) error {
	if _, err := s.space.Do(ctx, s.actor, command); err != nil {
		return troubled(err)
	}
	s.out.printf("The sessions end now.")
	return nil
}
