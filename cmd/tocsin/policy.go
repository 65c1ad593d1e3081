package main

import (
	"github.com/spf13/cobra"
)

func (a *app) policyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "List, read, check and compare policy packs",
		Long: `Policy packs say what a procedure or a law asks for. Those of a team's own are
*.toml files in the folder packs of the data directory.`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listPacks(cmd) },
	}
	cmd.AddCommand(a.policyListCommand(), a.policyShowCommand(), a.policyLintCommand(), a.policyTestCommand(), a.policyDiffCommand(), a.policyCalendarCommand())
	return cmd
}
