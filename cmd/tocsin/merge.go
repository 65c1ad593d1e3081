package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) mergeCommand() *cobra.Command {
	var reason string
	cmd := a.verb("merge ID INTO", "End an incident and carry what it affects into another", 2, 2, func(s *session, id model.ID, args []string) (model.Command, error) {
		into, err := s.incidentID(args[0])
		return model.Merge{Incident: id, Into: into, Reason: reason}, err
	})
	cmd.Flags().StringVar(&reason, "reason", "", "how they turned out to be one")
	cmd.ValidArgsFunction = a.completeThen(completeOthers)
	return cmd
}
