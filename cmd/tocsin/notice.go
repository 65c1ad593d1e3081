package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
)

const noticeLong = `Writes notices to affected customers, authorities, leadership, partners and the
public from templates, has them approved, and lets them go.

A notice is a draft until it says all that the rules it answers want said. Then
it is proposed; those whom the rules name approve exactly this text to exactly
these recipients, and whatever changes makes it a draft again. Nothing leaves
before somebody releases it.

Notices are named N1, N2, or by their number alone; where an incident has one
only, it need not be named.`

func (a *app) noticeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notice",
		Short: "Write notices, have them approved, let them go, and prove who was told",
		Long:  noticeLong,
		Args:  a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, "what about notices? draft, edit, list, show, preview, diff, propose, approve, release and more: tocsin help notice")
		},
	}
	cmd.AddCommand(
		a.noticeDraftCommand(), a.noticeEditCommand(), a.noticeListCommand(), a.noticeShowCommand(), a.noticePreviewCommand(), a.noticeDiffCommand(),
		a.noticeProposeCommand(), a.noticeApproveCommand(), a.noticeRejectCommand(), a.noticeOverrideCommand(), a.noticeWithdrawCommand(),
		a.noticeReleaseCommand(), a.noticeFileCommand(), a.noticePauseCommand(), a.noticeResumeCommand(), a.noticeCancelCommand(),
		a.noticeContactCommand(), a.noticeReceiptCommand(), a.noticeRetryCommand(), a.noticeGiveUpCommand(), a.noticeNoFactsCommand(), a.noticeWhoCommand(), a.noticeProofCommand())
	return cmd
}

// noticeVerb makes a command about one notice: the incident is the first word,
// the notice the second.
func (a *app) noticeVerb(use, short string, work func(ctx context.Context, s *session, i *model.Incident, n model.Notice) error) *cobra.Command {
	return &cobra.Command{
		Use:               use,
		Short:             short,
		Args:              words(1, 2),
		ValidArgsFunction: a.completeThen(completeNotices),
		RunE: a.aboutIncident(func(ctx context.Context, s *session, standing *model.Standing, rest []string) error {
			n, err := noticeOf(standing.Incident, rest)
			if err != nil {
				return err
			}
			return work(ctx, s, standing.Incident, n)
		}),
	}
}

// noticeChange is a noticeVerb that gives one command.
func (a *app) noticeChange(use, short string, decide func(s *session, id model.ID, notice string) (model.Command, error)) *cobra.Command {
	return a.noticeVerb(use, short, func(ctx context.Context, s *session, i *model.Incident, n model.Notice) error {
		command, err := decide(s, i.ID, n.ID)
		if err != nil {
			return err
		}
		return s.change(ctx, command)
	})
}

// noticeOf finds the notice that somebody named, or where they named none the
// only one that there is.
func noticeOf(i *model.Incident, words []string) (model.Notice, error) {
	var known []string
	var last model.Notice
	for _, n := range i.Notices {
		if n.State != model.NoticeIsWithdrawn {
			known, last = append(known, n.ID), n
		}
	}
	switch {
	case len(words) > 0:
		if n, ok := i.Notice(model.NoticeID(words[0])); ok {
			return n, nil
		}
		return model.Notice{}, &model.Refusal{Cause: model.ErrNotFound, Reason: fmt.Sprintf("%s has no notice %s; %s", i.ID, model.Clip(model.NoticeID(words[0]), 20), haveNotices(known))}
	case len(known) == 1:
		return last, nil
	}
	return model.Notice{}, model.Refuse(model.Field("notice", "is not named", haveNotices(known)))
}

func haveNotices(known []string) string {
	if len(known) == 0 {
		return "there are none: tocsin notice draft begins one"
	}
	return strings.Join(known, ", ")
}

// templates are those that come with the console and the team's own. What is
// wrong with the latter is said.
func (s *session) templates() (*config.Templates, error) {
	known, problems, err := config.LoadTemplates(filepath.Join(s.dir, config.TemplatesFolder))
	if err != nil {
		return nil, &storeError{err: err}
	}
	for _, p := range problems {
		fmt.Fprintln(s.err, "tocsin: a template is left out: "+model.CleanText(p.String()))
	}
	return known, nil
}

func completeNotices(s *session, id model.ID) []cobra.Completion {
	standing, ok := s.snapshot().Incident(id)
	if !ok {
		return nil
	}
	var offered []cobra.Completion
	for _, n := range standing.Incident.Notices {
		offered = append(offered, cobra.CompletionWithDesc(n.ID, string(n.Kind)+", "+string(n.State)))
	}
	return offered
}
