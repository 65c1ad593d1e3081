package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) severityCommand() *cobra.Command {
	var criteria []string
	var reason string
	cmd := a.verb("severity ID LEVEL", "Set, raise or lower the severity", 2, 2, func(s *session, id model.ID, args []string) (model.Command, error) {
		return model.SetSeverity{Incident: id, Level: args[0], Criteria: s.criteria(id, args[0], criteria), Reason: reason}, nil
	})
	cmd.Flags().StringArrayVar(&criteria, "criterion", nil, "what it rests on: the pack's text, or its number in tocsin policy show; may be repeated")
	cmd.Flags().StringVar(&reason, "reason", "", "why; lowering needs one")
	cmd.ValidArgsFunction = a.completeThen(completeSeverities)
	return cmd
}
