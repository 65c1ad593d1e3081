package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) peopleKeyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Give a person another key, or take one away",
		Args:  a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, "what about the key? add or remove")
		},
	}
	cmd.AddCommand(a.peopleKeyAddCommand(), a.peopleKeyRemoveCommand())
	return cmd
}

func (a *app) peopleKeyAddCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "add NAME FILE-OR-LINE",
		Short: "Give a person another key to enter by",
		Long: `Adds public keys of a person: a line, a file of lines, or - for standard input.
Keys with options before them are refused, and so is a key that somebody else
has.`,
		Example:           `  tocsin people key add "Ben Ruiz" ~/ben-security-key.pub`,
		Args:              words(2, 2),
		ValidArgsFunction: a.completePerson,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				keys, err := s.keys("key", args[1:])
				if err != nil {
					return err
				}
				for _, key := range keys {
					if err := s.change(ctx, model.AddKey{Person: args[0], Key: key}); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

func (a *app) peopleKeyRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME FINGERPRINT",
		Short: "Take a key from a person",
		Long: `Removes a key by its fingerprint, as tocsin people list and ssh-keygen -l print
it, or the beginning of it. Sessions that were opened with the key end.`,
		Example:           `  tocsin people key remove "Ben Ruiz" SHA256:k3Fq`,
		Args:              words(2, 2),
		ValidArgsFunction: a.completePerson,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				p, ok := s.snapshot().Meta.Access.Person(args[0])
				if !ok {
					p = &model.Person{} // which the command refuses
				}
				key, err := keyNamed(p.Keys, args[1])
				if err != nil {
					return err
				}
				return s.change(ctx, model.RemoveKey{Person: args[0], Key: key})
			})
		},
	}
}

// keyNamed finds the key whose fingerprint begins as was typed; where there is
// none, it is as typed.
func keyNamed(keys []model.AccessKey, typed string) (model.AccessKey, error) {
	typed = strings.TrimSpace(typed)
	var found []string
	for _, k := range keys {
		if k.Fingerprint == typed {
			return k, nil
		}
		bare := strings.TrimPrefix(k.Fingerprint, fingerprintMark)
		if start := strings.TrimPrefix(typed, fingerprintMark); start != "" && strings.HasPrefix(bare, start) {
			found = append(found, k.Fingerprint)
		}
	}
	switch len(found) {
	case 0:
		return model.AccessKey{Fingerprint: typed}, nil
	case 1:
		return model.AccessKey{Fingerprint: found[0]}, nil
	}
	return model.AccessKey{}, model.Refuse(model.Field("key", fmt.Sprintf("%q begins %d of them", model.Clip(model.CleanLine(typed), 60), len(found)), strings.Join(found, ", ")))
}

// fingerprintMark begins a fingerprint.
const fingerprintMark = "SHA256:"
