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
)

func (a *app) noticeProposeCommand() *cobra.Command {
	cmd := a.noticeVerb("propose ID [NOTICE]", "Put a notice to those who approve", func(ctx context.Context, s *session, i *model.Incident, n model.Notice) error {
		if err := s.change(ctx, model.ProposeNotice{Incident: i.ID, Notice: n.ID}); err != nil {
			return err
		}
		if standing, ok := s.snapshot().Incident(i.ID); ok {
			proposed, _ := standing.Incident.Notice(n.ID)
			s.printWaiting(standing, &proposed)
		}
		return nil
	})
	cmd.Long = `Puts a notice to those whom its rules ask to approve. It is refused with each
content that is missing, and why it is asked for. What is marked as not known yet
will do where the rule lets it follow.`
	return cmd
}

// printWaiting says whom a proposed notice waits for, by name.
func (s *session) printWaiting(standing *model.Standing, n *model.Notice) {
	for _, role := range s.snapshot().NoticeNeeds(standing.Incident, n) {
		label := role
		if known, ok := standing.Procedure.Role(role); ok {
			label = known.Label
		}
		who := strings.Join(s.whoMayApprove(standing.Incident, role), ", ")
		if who == "" {
			who = "nobody holds it: tocsin assign " + string(standing.Incident.ID) + " " + role + "=NAME"
		}
		s.out.line(painted{"  waits for ", quiet}, painted{label, strong}, painted{": " + who, plain})
	}
}

// digestFlag is how somebody agrees without being asked: by saying what they
// have read.
func digestFlag(cmd *cobra.Command, into *string) {
	cmd.Flags().StringVar(into, "digest", "", "the digest of the text that you have read, to agree without being asked")
}

func (a *app) noticeApproveCommand() *cobra.Command {
	var role, digest string
	cmd := a.noticeVerb("approve ID [NOTICE]", "Approve exactly this text to exactly these recipients", func(ctx context.Context, s *session, i *model.Incident, n model.Notice) error {
		typed := bufio.NewReader(io.LimitReader(s.in, 4<<10))
		agreed, err := a.hasRead(ctx, s, i, &n, digest, "Approve this text to these recipients?", typed)
		if err != nil || !agreed {
			return err
		}
		second, err := a.secondFactor(ctx, s, typed)
		if err != nil {
			return err
		}
		return s.change(ctx, model.ApproveNotice{Incident: i.ID, Notice: n.ID, Digest: n.Digest, Role: role, Second: second})
	})
	cmd.Long = `Shows the text, whom it goes to and its digest, and asks. The approval is bound to
that digest: a change of the text, the channel or the recipients voids it. One
person approves a notice once. Where your role takes a second factor, a code of
it is asked for.`
	cmd.Example = `  tocsin notice approve 7 N1
  tocsin notice approve 7 N1 --role leadership --digest 3f9a…`
	cmd.Flags().StringVar(&role, "role", "", "the role in which you approve (else the first missing one that you have)")
	digestFlag(cmd, &digest)
	return cmd
}

// hasRead shows a notice and asks whether to go on; the default is no. Whoever
// gives its digest has read it.
func (a *app) hasRead(ctx context.Context, s *session, i *model.Incident, n *model.Notice, digest, question string, typed *bufio.Reader) (bool, error) {
	switch {
	case n.Digest == "":
		return false, &model.Refusal{Reason: fmt.Sprintf("%s is %s: it is proposed first", n.ID, n.State)}
	case digest != "" && strings.EqualFold(strings.TrimSpace(digest), n.Digest):
		return true, nil
	case digest != "":
		return false, &model.Refusal{Cause: model.ErrConflict, Reason: fmt.Sprintf("%s is no longer the text that was read: its digest is %s", n.ID, n.Digest)}
	case !a.interactive():
		return false, model.Refuse(model.Field("--digest", "is not given, and nobody is here to be asked", "the digest of the text that you have read: tocsin notice show"))
	}
	view := s.gather().notice(i, n)
	s.printNotice(i.ID, &view)
	s.printGroups(i, n)
	return a.asksFirst(ctx, s, question, typed)
}

// printGroups says whom a notice goes to.
func (s *session) printGroups(i *model.Incident, n *model.Notice) {
	s.out.line()
	total := 0
	for _, id := range n.Groups {
		g, _ := i.Affected(id)
		total += g.Addresses
		s.out.printf("Goes to group %s: %s, %s.", id, count(g.Customers, string(g.Tier)+" customer", string(g.Tier)+" customers"), count(g.Addresses, "address", "addresses"))
	}
	switch {
	case len(n.Groups) == 0 && n.Channel == model.ManualChannel:
		s.out.printf("Goes to no group: somebody files or publishes it by hand.")
	case len(n.Groups) == 0:
		s.out.printf("Goes to those whom the channel %s names.", n.Channel)
	default:
		s.out.printf("%s together, by the channel %s.", count(total, "recipient", "recipients"), n.Channel)
	}
}

// asksFirst hands over what is shown and asks; the default is no.
func (a *app) asksFirst(ctx context.Context, s *session, question string, typed *bufio.Reader) (bool, error) {
	if err := a.handOver(s.out); err != nil {
		return false, err
	}
	var unheard string
	done := a.letJoin(ctx, s, &unheard) // somebody reads: others go on
	defer done()
	fmt.Fprint(a.out, question+" [y/N] ")
	answer, err := typed.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read the answer: %w", err)
	}
	s.out = a.newPaper()
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer == "y" || answer == "yes" {
		return true, nil
	}
	s.out.printf("Nothing is changed.")
	return false, nil
}

// secondFactor asks for a code where the actor's role takes one.
func (a *app) secondFactor(ctx context.Context, s *session, typed *bufio.Reader) (given bool, err error) {
	if !s.snapshot().Meta.Access.Rule(s.actor.Role).SecondFactor {
		return false, nil
	}
	f, err := s.factors()
	if err != nil {
		return false, err
	}
	if !f.Has(s.actor.Name) {
		return false, &model.Refusal{Cause: model.ErrForbidden, Reason: fmt.Sprintf("to approve as %s takes a second factor, and %s has none: tocsin people factor enrol", s.actor.Role, s.actor.Name)}
	}
	code, err := a.asked(typed, "Code of the second factor: ")
	if err != nil {
		return false, err
	}
	if err := f.Code(ctx, s.actor.Name, code); err != nil {
		return false, &model.Refusal{Cause: model.ErrForbidden, Reason: fmt.Sprintf("nothing was changed: %v", err)}
	}
	return true, nil
}

// noticeReasoned are the verbs that take nothing but a reason.
func (a *app) noticeReasoned(use, short, help string, command func(id model.ID, notice, reason string) model.Command) *cobra.Command {
	var reason string
	cmd := a.noticeChange(use, short, func(_ *session, id model.ID, notice string) (model.Command, error) {
		return command(id, notice, reason), nil
	})
	cmd.Flags().StringVar(&reason, "reason", "", help)
	return cmd
}

func (a *app) noticeRejectCommand() *cobra.Command {
	return a.noticeReasoned("reject ID [NOTICE] --reason TEXT", "Send a proposed or approved notice back to be changed", "what is to be changed", func(id model.ID, notice, reason string) model.Command {
		return model.RejectNotice{Incident: id, Notice: notice, Reason: reason}
	})
}

func (a *app) noticeWithdrawCommand() *cobra.Command {
	return a.noticeReasoned("withdraw ID [NOTICE] --reason TEXT", "Give a notice up that has not left", "why it is not sent", func(id model.ID, notice, reason string) model.Command {
		return model.WithdrawNotice{Incident: id, Notice: notice, Reason: reason}
	})
}

func (a *app) noticeOverrideCommand() *cobra.Command {
	var reason, digest string
	cmd := a.noticeVerb("override ID [NOTICE] --reason TEXT", "In an emergency, let a notice leave without the approvals that are missing", func(ctx context.Context, s *session, i *model.Incident, n model.Notice) error {
		typed := bufio.NewReader(io.LimitReader(s.in, 4<<10))
		agreed, err := a.hasRead(ctx, s, i, &n, digest, "Let it leave without "+strings.Join(s.snapshot().NoticeNeeds(i, &n), ", ")+"?", typed)
		if err != nil || !agreed {
			return err
		}
		second, err := a.secondFactor(ctx, s, typed)
		if err != nil {
			return err
		}
		return s.change(ctx, model.OverrideApproval{Incident: i.ID, Notice: n.ID, Digest: n.Digest, Reason: reason, Second: second})
	})
	cmd.Long = `Where the rules of a notice allow it to a role that you have, it may be released
without the approvals that are missing. That is recorded with your name and the
reason, and opens a task to review it.`
	cmd.Flags().StringVar(&reason, "reason", "", "why it cannot wait")
	digestFlag(cmd, &digest)
	return cmd
}

func (a *app) noticeNoFactsCommand() *cobra.Command {
	var rationale string
	cmd := a.verb("no-facts ID RULE --rationale TEXT", "Decide that nothing new became known, in place of an update that is due", 2, 2, func(s *session, id model.ID, args []string) (model.Command, error) {
		key, err := s.ruleKey(id, args[0])
		if err != nil {
			return nil, err
		}
		return model.NoMaterialFacts{Incident: id, Rule: key, Rationale: rationale}, nil
	})
	cmd.Flags().StringVar(&rationale, "rationale", "", "why there is nothing new to say")
	cmd.ValidArgsFunction = a.completeThen(completeRules)
	return cmd
}
