package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) linkCommand() *cobra.Command {
	cmd := a.verb("link ID OTHER", "Note that two incidents are related", 2, 2, func(s *session, id model.ID, args []string) (model.Command, error) {
		other, err := s.incidentID(args[0])
		return model.LinkTo{Incident: id, Other: other}, err
	})
	cmd.ValidArgsFunction = a.completeThen(completeOthers)
	return cmd
}
