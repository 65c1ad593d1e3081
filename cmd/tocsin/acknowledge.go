package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) acknowledgeCommand() *cobra.Command {
	cmd := a.verb("acknowledge ID [RULE]", "Acknowledge a reminder, or what you are called for", 1, 2, func(s *session, id model.ID, args []string) (model.Command, error) {
		if len(args) == 0 {
			return model.See{Incident: id}, nil
		}
		key, err := s.ruleKey(id, args[0])
		if err != nil {
			return nil, err
		}
		return model.Acknowledge{Incident: id, Key: key}, nil
	})
	cmd.Long = `Acknowledges the reminder of a deadline: it is quiet until the next level.
Without RULE it says that you have seen what you are called for on the incident:
roles and tasks that others gave you, notes with @ and your name. To look at
them says nothing.`
	cmd.Example = `  tocsin reminders --mine
  tocsin acknowledge 7
  tocsin acknowledge 7 customer-notice`
	cmd.ValidArgsFunction = a.completeThen(completeRules)
	return cmd
}
