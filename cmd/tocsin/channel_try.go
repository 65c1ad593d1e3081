package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/store/channels"
	"tocsin/store/outbox"
)

func (a *app) channelTestCommand() *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "test NAME [--to ADDRESS]",
		Short: "Send a message over a channel to try it",
		Long: `Sends one message, which says that it is a trial and that nothing happened, to
--to or to the first of the channel's own recipients. That is recorded, with what
the server said.`,
		Example: `  tocsin channel test mail --to me@example.com
  tocsin channel test war-room`,
		Args: words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error { return s.tryChannel(ctx, args[0], to) })
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the address it is sent to")
	return cmd
}

func (s *session) tryChannel(ctx context.Context, name, to string) error {
	if !s.actor.Role.May(model.TestChannel{}.Kind()) {
		return s.change(ctx, model.TestChannel{Name: name}) // which says why not
	}
	channel, err := s.knownChannel(strings.ToLower(model.CleanLine(name)))
	if err != nil {
		return err
	}
	settings, err := s.way(s.space.ID(), channel)
	if err != nil {
		return &model.Refusal{Reason: err.Error()}
	}
	if to == "" || settings.Kind == model.WebhookChannel {
		if len(settings.To) == 0 {
			return model.Refuse(model.Field("--to", "is empty, and the channel has no recipients of its own", "the address it is sent to"))
		}
		to = settings.To[0]
	}
	reply, err := trial(ctx, settings, s.trialMessage(settings, to))
	if err != nil {
		return err
	}
	works := reply.Outcome == outbox.Accepted
	said := reply.Words
	if reply.Channel != nil {
		said = reply.Channel.Error()
	}
	if err := s.change(ctx, model.TestChannel{Name: channel.Name, Works: works, Words: said}); err != nil {
		return err
	}
	if !works {
		return &model.Refusal{Reason: fmt.Sprintf("the message was not accepted (%s): %s", reply.Outcome, said)}
	}
	return nil
}

// trial sends one message over a channel.
func trial(ctx context.Context, settings *channels.Settings, message *outbox.Message) (outbox.Reply, error) {
	sender, err := settings.Sender()
	if err != nil {
		return outbox.Reply{}, &model.Refusal{Reason: err.Error()}
	}
	line, err := sender.Open(ctx)
	if err != nil {
		return outbox.Reply{Channel: err}, nil
	}
	defer line.Close()
	return line.Send(ctx, message), nil
}

func (s *session) trialMessage(settings *channels.Settings, to string) *outbox.Message {
	organisation := s.snapshot().Meta.Organisation
	return &outbox.Message{
		ID: "trial-" + strings.ToLower(rand.Text()), From: settings.From, To: to, Language: "en", Date: s.now(), Kind: "trial",
		Subject: "Trial of the channel " + settings.Name,
		Body:    fmt.Sprintf("This is a trial of the channel %s, by which %s sends notices about security incidents.\n\nNothing happened. There is nothing to do.\n", settings.Name, organisation),
	}
}
