package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) holdCommand() *cobra.Command {
	var reason string
	var release bool
	cmd := a.verb("hold ID --reason TEXT", "Put a legal hold on an incident, or release it", 1, 1, func(_ *session, id model.ID, _ []string) (model.Command, error) {
		if release {
			return model.ReleaseHold{Incident: id, Reason: reason}, nil
		}
		return model.PlaceHold{Incident: id, Reason: reason}, nil
	})
	cmd.Long = `Puts a legal hold on an incident: as long as it is on, nobody whom the incident
names can be forgotten, and an attempt is recorded.`
	cmd.Flags().StringVar(&reason, "reason", "", "who asked for it and why")
	cmd.Flags().BoolVar(&release, "release", false, "end the hold")
	return cmd
}
