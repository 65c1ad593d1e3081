package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) acknowledgeCommand() *cobra.Command {
	cmd := a.verb("acknowledge ID RULE", "Acknowledge a reminder: it is quiet until the next level", 2, 2, func(s *session, id model.ID, args []string) (model.Command, error) {
		key, err := s.ruleKey(id, args[0])
		if err != nil {
			return nil, err
		}
		return model.Acknowledge{Incident: id, Key: key}, nil
	})
	cmd.Example = `  tocsin reminders --mine
  tocsin acknowledge 7 customer-notice`
	cmd.ValidArgsFunction = a.completeThen(completeRules)
	return cmd
}
