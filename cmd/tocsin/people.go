package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/store"
)

const peopleLong = `Says who may enter over SSH, by which keys and in which role, and names the
people in the record.

A role holds wherever its person acts: owner, lead, responder, communications,
leadership (reads, and decides what is put to it), auditor (reads everything,
changes nothing), reporter (reports, and follows own reports), wall (sees the
wall). The first run on a machine registers its user as the first owner. Whoever
can open the data directory and is not registered acts as an owner: the
directory is theirs.

Names, keys, addresses and what is known of the reporter of an incident are
sealed under a key for each person; forgetting destroys the key. What was
written stays as it is, and every proof of it holds, but nobody can read the
name any more: not here and not in a backup that is opened with this vault. A
backup of the vault itself still has the key.`

func (a *app) peopleCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "people",
		Short: "Say who may enter and in which role, or forget somebody",
		Long:  peopleLong,
		Args:  a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, "what about the people? list, add, role, key, factor, revoke, rule, authority or forget")
		},
	}
	cmd.AddCommand(a.peopleListCommand(), a.peopleAddCommand(), a.peopleRoleCommand(), a.peopleKeyCommand(), a.peopleFactorCommand(), a.peopleRevokeCommand(), a.peopleRuleCommand(), a.peopleAuthorityCommand(), a.peopleForgetCommand())
	return cmd
}

func (a *app) peopleForgetCommand() *cobra.Command {
	var reason, reporter string
	cmd := &cobra.Command{
		Use:   "forget NAME --reason TEXT | forget --reporter ID --reason TEXT",
		Short: "Make a person's name unreadable, for good",
		Long: `Destroys the key that a person's name is sealed under, or with --reporter the
one of what is known of the reporter of an incident. This cannot be undone. It
is refused while they may enter (tocsin people revoke comes first) and, with the
refusal recorded, while a legal hold is on an incident that names them. Events from before names were sealed still have them in the clear:
how many is said.`,
		Example: `  tocsin people forget "Quentin Vale" --reason "asked for erasure on 3 March"
  tocsin people forget --reporter 7 --reason "asked for erasure on 3 March"`,
		Args: words(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) == (reporter != "") {
				return usage(cmd, "whom? a NAME, or --reporter with an incident")
			}
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				command, err := s.forgetting(args, reporter, reason)
				if err != nil {
					return err
				}
				return s.forget(ctx, command)
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "who asked for it and why")
	cmd.Flags().StringVar(&reporter, "reporter", "", "the incident whose reporter is forgotten")
	return cmd
}

// forgetting is the command to forget somebody whom the record names.
func (s *session) forgetting(args []string, reporter, reason string) (model.Command, error) {
	if reporter != "" {
		id, err := s.incidentID(reporter)
		return model.ForgetReporter{Incident: id, Reason: reason}, err
	}
	name := model.CleanLine(args[0])
	people := s.space.People()
	if slices.ContainsFunc(people, func(p store.Person) bool { return p.Name == name }) {
		return model.ForgetPerson{Person: name, Reason: reason}, nil
	}
	names := make([]string, len(people))
	for k, p := range people {
		names[k] = p.Name
	}
	return nil, unknown("person", name, names)
}

func (s *session) forget(ctx context.Context, command model.Command) error {
	receipt, err := s.space.Do(ctx, s.actor, command)
	if err != nil {
		return troubled(err)
	}
	if person, ok := command.(model.ForgetPerson); ok {
		if err := s.forgetPlace(person.Person); err != nil {
			return &storeError{err: fmt.Errorf("%s is forgotten, but for where they left the console: %w", person.Person, err)}
		}
		if err := s.desk(s, person.Person).forget(); err != nil {
			return &storeError{err: fmt.Errorf("%s is forgotten, but for what was typed and not saved: %w", person.Person, err)}
		}
	}
	text := "Forgotten."
	if len(receipt.Events) == 0 {
		text = "Forgotten before."
	}
	s.out.line(painted{text, plain})
	return s.warnOfClearNames(ctx, command)
}

// warnOfClearNames says what forgetting somebody cannot take out of the record.
func (s *session) warnOfClearNames(ctx context.Context, command model.Command) (err error) {
	whom, left := "", 0
	switch c := command.(type) {
	case model.ForgetPerson:
		whom = "names them"
		left, err = s.space.InTheClear(ctx, c.Person)
	case model.ForgetReporter:
		whom = "says what is known of the reporter"
		left, err = s.space.ReporterInTheClear(ctx, c.Incident)
	}
	if err != nil || left == 0 {
		return troubled(err)
	}
	s.out.indented(0, fmt.Sprintf("! The text of %s from before names were sealed still %s, in the clear, and so do the backups that have it. No key takes that away: such a text goes only when its incident is purged, see tocsin retention.", several(uint64(left), "event"), whom), warning)
	return nil
}
