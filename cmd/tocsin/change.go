package main

import (
	"context"
	"fmt"
	"io"

	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/model/policy"
)

// incidentID reads what somebody typed for an incident.
func (s *session) incidentID(text string) (model.ID, error) {
	return model.ParseID(text, s.now().In(s.zone()).Year())
}

// incident finds the incident that somebody named.
func (s *session) incident(text string) (*model.Standing, error) {
	id, err := s.incidentID(text)
	if err != nil {
		return nil, err
	}
	standing, ok := s.snapshot().Incident(id)
	if !ok {
		return nil, &model.Refusal{Cause: model.ErrNotFound, Reason: fmt.Sprintf("there is no incident %s", id)}
	}
	return standing, nil
}

// change gives a command and prints what came of it, as the timeline tells it.
func (s *session) change(ctx context.Context, command model.Command) error {
	if err := s.keepsOwnersIn(command); err != nil {
		return err
	}
	locks := s.snapshot().Meta.Access.LocksOwnersOut(command)
	receipt, err := s.space.Do(ctx, s.actor, command)
	if err != nil {
		return troubled(err)
	}
	switch {
	case len(receipt.Events) > 0:
	case receipt.Incident == "":
		s.out.printf("Nothing to change, it is so already.")
		return nil
	default:
		s.out.printf("%s: nothing to change, it is so already.", receipt.Incident)
		return nil
	}
	for _, event := range receipt.Events {
		s.printChange(event)
	}
	if locks {
		s.out.indented(0, ownersOut, warning)
	}
	return nil
}

func (s *session) printChange(event model.Event) {
	id := event.Body.Incident()
	lead, packs := "", []*policy.Pack(nil)
	if id != "" {
		standing, ok := s.snapshot().Incident(id)
		if !ok {
			return
		}
		lead, packs = string(id)+"  ", s.packsAbout(standing.Incident)
	}
	entry := model.Tell(event, packs, s.zone())
	tone := strong
	if entry.Minor {
		tone = plain
	}
	s.out.line(painted{lead, quiet}, painted{entry.What, tone})
	for _, detail := range entry.Detail {
		s.out.indented(max(len(lead), 2), detail, quiet)
	}
}

// verb makes a command about one incident, which is the first word.
func (a *app) verb(use, short string, least, most int, decide func(s *session, id model.ID, args []string) (model.Command, error)) *cobra.Command {
	return &cobra.Command{
		Use:               use,
		Short:             short,
		Args:              words(least, most),
		ValidArgsFunction: a.completeIncident,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				id, err := s.incidentID(args[0])
				if err != nil {
					return err
				}
				command, err := decide(s, id, args[1:])
				if err != nil {
					return err
				}
				return s.change(ctx, command)
			})
		},
	}
}

// longestInput bounds what is read of standard input: more than any text may
// have, so that the domain can say by how much it is too long.
const longestInput = 4 << 20

// text is a text as it was given, or standard input where that is "-".
func (s *session) text(field, text string) (string, error) {
	if text != "-" {
		return text, nil
	}
	data, err := io.ReadAll(io.LimitReader(s.in, longestInput+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("read %s from standard input: %w", field, err)
	case len(data) > longestInput:
		return "", model.Refuse(model.Field(field, "standard input has more than 4 MiB", fmt.Sprintf("at most %d characters", model.MaxText)))
	}
	return strings.ToValidUTF8(string(data), "\ufffd"), nil
}
