package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/store/factor"
	"tocsin/tui/sshd"
)

const factorLong = `A second factor is an authenticator that makes codes of six digits (TOTP), one
every 30 seconds, each of which counts once. Where a role asks for one (tocsin
people rule), a code follows the key at the door. People enrol their own, over
SSH too; an owner may do it for all.

Ten recovery codes are shown once when it is enrolled. Each of them counts once
in place of a code. After wrong codes the next one has to wait, up to 15 minutes.

The secrets lie in the data directory, sealed for each person. Backups leave
them out: whoever goes on with a restored record enrols again. Revoking or
forgetting somebody destroys theirs.`

func (a *app) peopleFactorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "factor",
		Short: "Enrol or remove a second factor: codes that follow the key",
		Long:  factorLong,
		Args:  a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, "what about the second factor? enrol, remove or status")
		},
	}
	cmd.AddCommand(a.factorEnrolCommand(), a.factorRemoveCommand(), a.factorStatusCommand())
	return cmd
}

func (a *app) factorEnrolCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "enrol [NAME]",
		Short: "Enrol a second factor, your own or a person's",
		Long: `Shows a new secret as a QR code and as text for an authenticator, asks for a code
of it, and then shows the recovery codes, this once. What somebody had before
counts no more; over SSH, replacing your own takes a code of it.`,
		Example: `  tocsin people factor enrol
  tocsin people factor enrol "Ben Ruiz"
  ssh -t host people factor enrol`,
		Args:              words(0, 1),
		ValidArgsFunction: a.completePerson,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				var unheard string
				done := a.letJoin(ctx, s, &unheard) // somebody types: others go on
				defer done()
				return a.enrolFactor(ctx, s, args)
			})
		},
	}
}

// factorPerson is about whose factor a verb is, the actor's where nobody is
// named, if the actor may speak of it.
func (s *session) factorPerson(args []string) (*model.Person, error) {
	name := s.actor.Name
	if len(args) > 0 {
		name = model.CleanLine(args[0])
	}
	if name != s.actor.Name && s.actor.Role != model.Owner {
		return nil, &model.Refusal{Cause: model.ErrForbidden, Reason: fmt.Sprintf("%s may change their own second factor alone; accepted for others: %s", model.Clip(s.actor.Name, 40), model.Owner)}
	}
	person, ok := s.snapshot().Meta.Access.Person(name)
	switch {
	case !ok:
		return nil, model.Refuse(model.Field("person", fmt.Sprintf("%q is not registered", model.Clip(name, 40)), "somebody who may enter, see tocsin people list"))
	case !person.Active():
		return nil, model.Refuse(model.Field("person", model.Clip(name, 40)+" was revoked", "somebody who may enter; people add lets them in again"))
	}
	return person, nil
}

// codeTries is how often a code may be mistyped.
const codeTries = 3

func (a *app) enrolFactor(ctx context.Context, s *session, args []string) error {
	person, err := s.factorPerson(args)
	if err != nil {
		return err
	}
	typed := bufio.NewReader(io.LimitReader(s.in, 4<<10))
	if err := a.provePresent(ctx, s, person, typed); err != nil {
		return err
	}
	offer, err := factor.NewOffer(s.store.Vault().Random())
	if err != nil {
		return &storeError{err: err}
	}
	if err := s.printOffer(offer, person); err != nil {
		return err
	}
	if err := a.handOver(s.out); err != nil {
		return err
	}
	for range codeTries {
		code, err := a.asked(typed, "Code that the authenticator shows: ")
		if err != nil {
			return err
		}
		at := s.now()
		holds, err := offer.Holds(code, at)
		if err != nil {
			return &storeError{err: err}
		}
		if !holds {
			fmt.Fprintln(a.err, "tocsin: that is not its code now; is the authenticator's clock right?")
			continue
		}
		recovery, err := s.enrol(ctx, person.Name, offer, code, at)
		if err != nil {
			return err
		}
		s.printRecovery(recovery)
		return nil
	}
	return &model.Refusal{Reason: "nothing was enrolled: no code was right"}
}

// asked asks for a line.
func (a *app) asked(typed *bufio.Reader, question string) (string, error) {
	fmt.Fprint(a.err, question)
	line, err := typed.ReadString('\n')
	if err != nil && line == "" {
		if errors.Is(err, io.EOF) {
			err = &model.Refusal{Reason: "nothing was changed: there is nothing to read a code from"}
		}
		return "", err
	}
	return strings.TrimSpace(line), nil
}

// provePresent asks whoever came over the network, and changes a factor of their
// own, for a code of it: a terminal that was left open is not enough.
func (a *app) provePresent(ctx context.Context, s *session, person *model.Person, typed *bufio.Reader) error {
	if a.guest == nil || a.guest.Entrance != sshd.Network || person.Name != s.actor.Name {
		return nil
	}
	f, err := s.factors()
	if err != nil || !f.Has(person.Name) {
		return err
	}
	code, err := a.asked(typed, "Code of the second factor you have, or a recovery code: ")
	if err != nil {
		return err
	}
	if err := f.Code(ctx, person.Name, code); err != nil {
		return &model.Refusal{Reason: fmt.Sprintf("nothing was changed: %v", err)}
	}
	return nil
}

func (s *session) printOffer(offer *factor.Offer, person *model.Person) error {
	organisation := model.Clip(s.snapshot().Meta.Organisation, 40)
	uri := offer.URI("tocsin "+organisation, model.Clip(person.Name, 60))
	s.out.indented(0, fmt.Sprintf("Second factor of %s, for the record of %s. Scan it with an authenticator:", person.Name, organisation), strong)
	if err := s.out.printCode(uri); err != nil {
		return err
	}
	s.out.line(painted{"or type it in  ", quiet}, painted{inFours(offer.Secret()), strong})
	s.out.line(painted{"as a link      ", quiet}, painted{uri, plain})
	return nil
}

// inFours writes a secret as people copy it.
func inFours(text string) string {
	var parts []string
	for ; len(text) > 4; text = text[4:] {
		parts = append(parts, text[:4])
	}
	return strings.Join(append(parts, text), " ")
}

func (s *session) printRecovery(codes []string) {
	s.out.printf("")
	s.out.indented(0, "Recovery codes. Each counts once in place of a code, for when the authenticator is lost. They are shown now and never again: keep them apart from it.", plain)
	for _, code := range codes {
		s.out.line(painted{"  " + code, strong})
	}
}

func (a *app) factorRemoveCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "remove [NAME] --reason TEXT",
		Short: "Remove a second factor, your own or a person's",
		Long: `Destroys a second factor and its recovery codes. Who needs one to enter cannot do
so until another is enrolled. Over SSH, removing your own takes a code of it.`,
		Example:           `  tocsin people factor remove "Ben Ruiz" --reason "lost the telephone"`,
		Args:              words(0, 1),
		ValidArgsFunction: a.completePerson,
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return usage(cmd, "why is it removed? --reason TEXT")
			}
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				person, err := s.factorPerson(args)
				if err != nil {
					return err
				}
				if err := a.provePresent(ctx, s, person, bufio.NewReader(io.LimitReader(s.in, 4<<10))); err != nil {
					return err
				}
				if err := s.change(ctx, model.RemoveFactor{Person: person.Name, Reason: reason}); err != nil {
					return err
				}
				return s.tidyFactors()
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why it is removed")
	return cmd
}

// factorView is how it stands with somebody's second factor.
type factorView struct {
	Person   string `json:"person"`
	Needed   bool   `json:"needed" help:"their role asks for one"`
	Enrolled stamp  `json:"enrolled" help:"since when they have one here"`
	Recovery int    `json:"recovery_left" help:"recovery codes that were not used"`
	Waits    stamp  `json:"waits_until" help:"until when no code is looked at, after wrong ones"`
	Missing  bool   `json:"missing" help:"the record has one and this directory does not: to be enrolled again"`
}

func (a *app) factorStatusCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:               "status [NAME]",
		Short:             "Say who has a second factor, and how many recovery codes are left",
		Long:              `Says it of everybody who may enter or, to those who may not see that, of themselves.`,
		Args:              words(0, 1),
		ValidArgsFunction: a.completePerson,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error {
				people, err := s.factorPeople(args)
				if err != nil {
					return err
				}
				return a.printFactors(s, people)
			})
		},
	})
}

// factorPeople are those of whom the actor asks, and may.
func (s *session) factorPeople(args []string) (people []model.Person, err error) {
	all := s.actor.Role.MayRead(registry)
	if len(args) > 0 || !all {
		name := s.actor.Name
		if len(args) > 0 {
			name = model.CleanLine(args[0])
		}
		if name != s.actor.Name && !all {
			return nil, &model.Refusal{Cause: model.ErrForbidden, Reason: fmt.Sprintf("%s may see this of themself alone as %s", model.Clip(s.actor.Name, 40), s.actor.Role)}
		}
		person, ok := s.snapshot().Meta.Access.Person(name)
		if !ok {
			return nil, model.Refuse(model.Field("person", fmt.Sprintf("%q is not registered", model.Clip(name, 40)), "somebody who may enter"))
		}
		return []model.Person{*person}, nil
	}
	for _, person := range sortedPeople(s.snapshot().Meta.Access.People) {
		if person.Active() {
			people = append(people, person)
		}
	}
	return people, nil
}

func (a *app) printFactors(s *session, people []model.Person) error {
	f, err := s.factors()
	if err != nil {
		return err
	}
	g, views := s.gather(), []factorView{}
	for _, person := range people {
		view := factorView{Person: person.Name, Needed: s.snapshot().Meta.Access.Rule(person.Role).SecondFactor}
		switch status, err := f.status(person.Name); {
		case err == nil:
			view.Enrolled, view.Recovery, view.Waits = g.stamp(status.Enrolled), status.Recovery, g.stamp(status.Waits)
		case errors.Is(err, factor.ErrNone):
			view.Missing = person.Factor
		default:
			return &storeError{err: fmt.Errorf("the second factor of %s: %w", person.Name, err)}
		}
		views = append(views, view)
	}
	if a.json {
		return s.out.printJSON(views)
	}
	t := newTable(column{title: "name", flexible: true}, column{title: "second factor"}, column{title: "recovery codes left"}, column{title: "role asks"}, column{title: ""})
	for _, v := range views {
		state, left, remark := "none", "", ""
		switch {
		case v.Missing:
			state, remark = "missing", "not in this directory: enrol again"
		case !v.Enrolled.IsZero():
			state, left = "since "+v.Enrolled.Format("2006-01-02"), fmt.Sprint(v.Recovery)
		}
		if !v.Waits.IsZero() {
			remark = "wrong codes: waits until " + v.Waits.Format("15:04:05")
		}
		t.add(painted{v.Person, plain}, painted{state, plain}, painted{left, quiet}, painted{yesNo(v.Needed), quiet}, painted{remark, warning})
	}
	t.write(s.out)
	return nil
}
