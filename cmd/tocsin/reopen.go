package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) reopenCommand() *cobra.Command {
	var reason string
	cmd := a.verb("reopen ID --reason TEXT", "Take an ended incident up again", 1, 1, func(_ *session, id model.ID, _ []string) (model.Command, error) {
		return model.Reopen{Incident: id, Reason: reason}, nil
	})
	cmd.Flags().StringVar(&reason, "reason", "", "what came to light")
	return cmd
}
