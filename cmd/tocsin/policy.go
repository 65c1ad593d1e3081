package main

import (
	"github.com/spf13/cobra"
)

func (a *app) policyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "List, read, check, try and compare policy packs",
		Long: `Policy packs say what a procedure or a law asks for. Those of a team's own are
*.toml files in the folder packs of the data directory; calendars of holidays are
in the folder calendars beside it.`,
		Args: a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listPacks(cmd) },
	}
	cmd.AddCommand(a.policyListCommand(), a.policyShowCommand(), a.policyLintCommand(), a.policyTestCommand(), a.policyDiffCommand(), a.policyCalendarCommand())
	return cmd
}
