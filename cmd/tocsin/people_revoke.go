package main

import (
	"context"

	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) peopleRevokeCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "revoke NAME --reason TEXT",
		Short: "Let somebody in no more, and end their sessions",
		Long: `Ends a person's access at once: their keys open nothing, their second factor
is destroyed, their sessions end, and commands under their name are refused. What they did stays in the record under
their name; tocsin people forget makes that unreadable. The last owner cannot be
revoked.`,
		Example:           `  tocsin people revoke "Ben Ruiz" --reason "left the company"`,
		Args:              words(1, 1),
		ValidArgsFunction: a.completePerson,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				if err := s.change(ctx, model.RevokePerson{Person: args[0], Reason: reason}); err != nil {
					return err
				}
				return s.tidyFactors()
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why they may enter no more")
	return cmd
}
