package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) assignCommand() *cobra.Command {
	var remove bool
	cmd := a.verb("assign ID ROLE PERSON", "Give a role to a person, or take it back", 3, 3, func(_ *session, id model.ID, args []string) (model.Command, error) {
		holding := model.Holding{Role: args[0], Person: args[1]}
		if remove {
			return model.Unassign{Incident: id, Holding: holding}, nil
		}
		return model.Assign{Incident: id, Holding: holding}, nil
	})
	cmd.Flags().BoolVar(&remove, "remove", false, "take the role from the person")
	cmd.ValidArgsFunction = a.completeThen(completeRoles)
	return cmd
}
