package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) noteCommand() *cobra.Command {
	cmd := a.verb("note ID TEXT|-", "Put a note on the timeline", 2, 2, func(s *session, id model.ID, args []string) (model.Command, error) {
		text, err := s.text("note", args[0])
		return model.AddNote{Incident: id, Text: text}, err
	})
	cmd.Example = "  tocsin note 7 \"Provider confirms the account was suspended\"\n  journalctl -u sshd | tail -20 | tocsin note 7 -"
	return cmd
}
