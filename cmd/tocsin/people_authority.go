package main

import (
	"context"

	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) peopleAuthorityCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "authority",
		Short: "Take OpenSSH certificates that an authority has signed",
		Long: `An authority signs keys of people (ssh-keygen -s). Whoever shows such a
certificate enters as the registered person whom its principals name, as long as
it is valid. Its key has to be kept better than any other.`,
		Args: a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, "what about authorities? add, remove or list")
		},
	}
	cmd.AddCommand(a.peopleAuthorityAddCommand(), a.peopleAuthorityRemoveCommand(), a.peopleAuthorityListCommand())
	return cmd
}

func (a *app) peopleAuthorityAddCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "add FILE-OR-LINE",
		Short:   "Take certificates that a key has signed",
		Example: `  tocsin people authority add /etc/ssh/people_ca.pub`,
		Args:    words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				keys, err := s.keys("key", args)
				if err != nil {
					return err
				}
				for _, key := range keys {
					if err := s.change(ctx, model.TrustAuthority{Key: key}); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

func (a *app) peopleAuthorityRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "remove FINGERPRINT",
		Short:   "Take certificates that a key has signed no more",
		Example: `  tocsin people authority remove SHA256:k3Fq`,
		Args:    words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				key, err := keyNamed(s.snapshot().Meta.Access.Authorities, args[0])
				if err != nil {
					return err
				}
				return s.change(ctx, model.DistrustAuthority{Key: key})
			})
		},
	}
}

func (a *app) peopleAuthorityListCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:   "list",
		Short: "List the authorities whose certificates are taken",
		Args:  words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error { return a.printAuthorities(s) })
		},
	})
}

func (a *app) printAuthorities(s *session) error {
	views := s.gather().keys(s.snapshot().Meta.Access.Authorities)
	if a.json {
		return s.out.printJSON(views)
	}
	for _, v := range views {
		s.out.line(painted{v.Fingerprint + "  ", plain}, painted{v.Type, quiet})
	}
	if len(views) == 0 {
		s.out.printf("No certificates are taken.")
	}
	return nil
}
