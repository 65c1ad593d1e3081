package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) peopleRuleCommand() *cobra.Command {
	var hardware, factor bool
	cmd := &cobra.Command{
		Use:   "rule [ROLE [--hardware-key] [--second-factor]]",
		Short: "Say what a role asks for at the door beside a key",
		Long: `With a role and flags it says what those who enter in that role have to show:
a key that lives in a security key (sk-…), and a code of a second factor after
it. --hardware-key=false takes a demand back; what is not given stays. Without
flags it prints what stands. What leaves no owner who can log in is refused over
SSH, and warned of elsewhere.`,
		Example: `  tocsin people rule owner --hardware-key --second-factor
  tocsin people rule owner --second-factor=false`,
		Args:              words(0, 1),
		ValidArgsFunction: cobra.FixedCompletions(roleNames(), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			changes := cmd.Flags().Changed("hardware-key") || cmd.Flags().Changed("second-factor")
			if changes && len(args) == 0 {
				return usage(cmd, "of which role? %s", roleWords())
			}
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				if !changes {
					return s.printRules(args)
				}
				role := model.Role(strings.ToLower(args[0]))
				rule := s.snapshot().Meta.Access.Rule(role)
				if cmd.Flags().Changed("hardware-key") {
					rule.HardwareKey = hardware
				}
				if cmd.Flags().Changed("second-factor") {
					rule.SecondFactor = factor
				}
				return s.change(ctx, model.SetAccessRule{Role: role, Rule: rule})
			})
		},
	}
	cmd.Flags().BoolVar(&hardware, "hardware-key", false, "the key lives in a security key")
	cmd.Flags().BoolVar(&factor, "second-factor", false, "a code follows the key")
	return cmd
}

// printRules says what roles ask for, all or the one that is named.
func (s *session) printRules(named []string) error {
	found := false
	for _, role := range model.Roles() {
		if len(named) > 0 && !strings.EqualFold(named[0], string(role)) {
			continue
		}
		found = true
		s.out.line(painted{fmt.Sprintf("%-16s", role), plain}, painted{s.snapshot().Meta.Access.Rule(role).Words(), quiet})
	}
	if !found {
		return unknown("role", named[0], roleNames())
	}
	return nil
}
