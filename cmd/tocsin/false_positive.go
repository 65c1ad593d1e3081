package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) falsePositiveCommand() *cobra.Command {
	var reason string
	cmd := a.verb("false-positive ID --reason TEXT", "End an incident that was none", 1, 1, func(_ *session, id model.ID, _ []string) (model.Command, error) {
		return model.MarkFalse{Incident: id, Reason: reason}, nil
	})
	cmd.Flags().StringVar(&reason, "reason", "", "what it was instead")
	return cmd
}
