package main

import (
	"context"

	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) peopleAddCommand() *cobra.Command {
	var role string
	var keys []string
	cmd := &cobra.Command{
		Use:   "add NAME --role ROLE [--key FILE-OR-LINE]…",
		Short: "Let somebody in: their name, role and keys",
		Long: `Registers somebody under the name that the record is to call them by. From then
on the role holds wherever they act, over SSH and here. Keys are public ones, as
ssh-keygen writes them: a line, a file of lines such as authorized_keys, or -
for standard input. Of a key the record keeps its fingerprint and its type.
Lines with options are refused: what somebody may do is their role's.

Whoever was revoked is let in again, with the keys that are given now.`,
		Example: `  tocsin people add "Ben Ruiz" --role lead --key ~/ben.pub
  tocsin people add "Ben Ruiz" --role responder --key "ssh-ed25519 AAAA… ben@laptop" --key "sk-ssh-ed25519@openssh.com AAAA…"
  curl -s https://example.org/ben.keys | tocsin people add "Ben Ruiz" --role responder --key -`,
		Args: words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				read, err := s.keys("--key", keys)
				if err != nil {
					return err
				}
				return s.change(ctx, model.AddPerson{Name: args[0], Role: model.Role(role), Keys: read})
			})
		},
	}
	cmd.Flags().StringVar(&role, "role", "", roleWords())
	cmd.Flags().StringArrayVar(&keys, "key", nil, "a public key, a file of them, or -; may be repeated")
	completeWords(cmd, "role", roleNames()...)
	return cmd
}

func roleNames() []string {
	var names []string
	for _, role := range model.Roles() {
		names = append(names, string(role))
	}
	return names
}

// roleWords lists the roles for a flag's help.
func roleWords() string {
	text := ""
	for k, name := range roleNames() {
		if k > 0 {
			text += ", "
		}
		text += name
	}
	return text
}
