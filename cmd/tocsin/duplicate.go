package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) duplicateCommand() *cobra.Command {
	var reason string
	cmd := a.verb("duplicate ID OF", "End an incident as the same as another, which goes on", 2, 2, func(s *session, id model.ID, args []string) (model.Command, error) {
		of, err := s.incidentID(args[0])
		return model.MarkDuplicate{Incident: id, Of: of, Reason: reason}, err
	})
	cmd.Flags().StringVar(&reason, "reason", "", "how that was found")
	cmd.ValidArgsFunction = a.completeThen(completeOthers)
	return cmd
}
