package main

import (
	"context"

	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) peopleRoleCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "role NAME ROLE",
		Short: "Give a person another role",
		Long: `Changes what a person may do, from now on and in the sessions that they have
open. Roles: ` + roleWords() + `.
The last owner keeps the role until somebody else has it.`,
		Example: `  tocsin people role "Ben Ruiz" lead`,
		Args:    words(2, 2),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return roleNames(), cobra.ShellCompDirectiveNoFileComp
			}
			return a.completePerson(cmd, args, typed)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				return s.change(ctx, model.SetRole{Person: args[0], Role: model.Role(args[1])})
			})
		},
	}
}

// completePerson offers those who may enter for a verb's first word.
func (a *app) completePerson(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.offer(cmd, "", func(s *session, _ model.ID) (offered []cobra.Completion) {
		for _, p := range s.snapshot().Meta.Access.People {
			if p.Active() {
				offered = append(offered, cobra.CompletionWithDesc(p.Name, string(p.Role)))
			}
		}
		return offered
	})
}
