package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) phaseCommand() *cobra.Command {
	var reason, override string
	cmd := a.verb("phase ID PHASE", "Move to another phase of the response", 2, 2, func(_ *session, id model.ID, args []string) (model.Command, error) {
		return model.SetPhase{Incident: id, Phase: args[0], Reason: reason, Override: override}, nil
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why; going back needs one")
	cmd.Flags().StringVar(&override, "override", "", "why mandatory tasks may stay open")
	cmd.ValidArgsFunction = a.completeThen(completePhases)
	return cmd
}
