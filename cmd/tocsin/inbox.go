package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/store/inbox"
	"tocsin/store/outbox"
)

func (a *app) inboxCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "inbox",
		Short: "Take in what comes back by mail",
		Args:  a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, "what came back? bounce")
		},
	}
	cmd.AddCommand(a.inboxBounceCommand())
	return cmd
}

func (a *app) inboxBounceCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "bounce [FILE|-]",
		Short: "Record that a notice came back from a recipient's server",
		Long: `Reads the report of a mail server about a message that was not delivered (a
delivery status notification, RFC 3464) from a file or standard input, finds the
recipient by the Message-ID, and records that the notice came back. Reports of
mere delays change nothing. What is about a message that was not sent from this
record is refused.

A mail server can be told to hand such reports over by itself: forward the mail
of the sender's address to this verb.`,
		Example: `  tocsin inbox bounce report.eml
  tocsin inbox bounce - < report.eml`,
		Args: words(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				report, err := s.readReport(args)
				if err != nil {
					return err
				}
				return s.takeBounce(ctx, report)
			})
		},
	}
}

// readReport reads a report of a mail server.
func (s *session) readReport(args []string) (*inbox.Report, error) {
	var from io.Reader = s.in
	if len(args) > 0 && args[0] != "-" {
		file, err := os.Open(args[0])
		if err != nil {
			return nil, model.Refuse(model.Field("FILE", err.Error(), "a file with a report, or -"))
		}
		defer file.Close()
		from = file
	}
	report, err := inbox.Read(from)
	if err != nil {
		return nil, &model.Refusal{Reason: err.Error()}
	}
	return report, nil
}

// takeBounce records what a report says of a recipient.
func (s *session) takeBounce(ctx context.Context, report *inbox.Report) error {
	place, err := s.placeOf(report)
	if err != nil {
		return err
	}
	for k := range report.Recipients {
		if r := &report.Recipients[k]; r.Bounced() {
			return s.bounced(ctx, place, r)
		}
	}
	s.out.printf("%s of %s is %s on its way to recipient %d. Nothing is recorded of that.", place.Notice, place.Incident, report.Recipients[0].Action, place.Ordinal)
	return nil
}

// placeOf is the recipient whose message a report is about.
func (s *session) placeOf(report *inbox.Report) (outbox.Place, error) {
	ids, err := s.identities(s.space.ID())
	if err != nil {
		return outbox.Place{}, &storeError{err: err}
	}
	place, err := ids.Place(report.MessageID)
	if err != nil {
		return outbox.Place{}, &model.Refusal{Cause: model.ErrNotFound, Reason: fmt.Sprintf("the report is about %q, which was not sent from this record", model.Clip(report.MessageID, 60))}
	}
	return place, nil
}

func (s *session) bounced(ctx context.Context, place outbox.Place, r *inbox.Recipient) error {
	ref := model.NoticeRef{Incident: place.Incident, Notice: place.Notice}
	stand, err := s.space.Deliveries(ctx, ref)
	if err != nil && !errors.Is(err, model.ErrNotFound) {
		return troubled(err)
	}
	switch is, known := stand.Outcome(place.Ordinal); {
	case !known:
		return &model.Refusal{Cause: model.ErrNotFound, Reason: fmt.Sprintf("there is no recipient %d of %s", place.Ordinal, ref)}
	case is == model.ToldBounced:
		s.out.printf("%s: that it came back from recipient %d was recorded before.", ref, place.Ordinal)
		return nil
	}
	return s.change(ctx, model.RecordBounce{Incident: place.Incident, Notice: place.Notice, Ordinal: place.Ordinal, Words: r.Said()})
}
