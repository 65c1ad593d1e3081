package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) deleteCommand() *cobra.Command {
	var reason string
	var undo bool
	cmd := a.verb("delete ID --reason TEXT", "Decide that an incident reported by mistake is to go", 1, 1, func(_ *session, id model.ID, _ []string) (model.Command, error) {
		if undo {
			return model.WithdrawDeletion{Incident: id, Reason: reason}, nil
		}
		return model.MarkDeleted{Incident: id, Reason: reason}, nil
	})
	cmd.Long = `Decides that an incident, ended and reported by mistake, is to go. It stays as it
is until the time to undo that is over; then a sweep purges it, see tocsin
retention. It is refused while obligations are undecided, and under a legal
hold, which is recorded.`
	cmd.Flags().StringVar(&reason, "reason", "", "why it should never have been recorded, or is kept after all")
	cmd.Flags().BoolVar(&undo, "undo", false, "keep it after all")
	return cmd
}
