package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) closeCommand() *cobra.Command {
	var summary, override string
	cmd := a.verb("close ID", "Close a resolved incident, once everything promised is decided", 1, 1, func(s *session, id model.ID, _ []string) (model.Command, error) {
		text, err := s.text("summary", summary)
		return model.Close{Incident: id, Summary: text, Override: override}, err
	})
	cmd.Flags().StringVar(&summary, "summary", "", "how it ended; - reads standard input")
	cmd.Flags().StringVar(&override, "override", "", "why mandatory tasks may stay open")
	return cmd
}
