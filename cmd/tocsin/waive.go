package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) waiveCommand() *cobra.Command {
	var decider, rationale string
	var withdraw bool
	cmd := a.verb("waive ID RULE", "Record a decision that an obligation need not be met", 2, 2, func(s *session, id model.ID, args []string) (model.Command, error) {
		key, err := s.ruleKey(id, args[0])
		if err != nil {
			return nil, err
		}
		if withdraw {
			return model.Reinstate{Incident: id, Key: key, Reason: rationale}, nil
		}
		return model.Waive{Incident: id, Key: key, Decider: decider, Rationale: rationale}, nil
	})
	cmd.Flags().StringVar(&decider, "decider", "", "the person who decided")
	cmd.Flags().StringVar(&rationale, "rationale", "", "why it is not required, or with --withdraw why it counts again")
	cmd.Flags().BoolVar(&withdraw, "withdraw", false, "take the decision back")
	cmd.ValidArgsFunction = a.completeThen(completeRules)
	return cmd
}
