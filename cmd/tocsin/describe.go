package main

import (
	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) describeCommand() *cobra.Command {
	var title, description, tlp, reporter, contact string
	var systems []string
	var cmd *cobra.Command
	cmd = a.verb("describe ID", "Change what an incident is about", 1, 1, func(s *session, id model.ID, _ []string) (model.Command, error) {
		flags := cmd.Flags()
		text, err := s.text("description", description)
		if err != nil {
			return nil, err
		}
		label := model.TLP(tlp)
		command := model.Describe{
			Incident: id, Title: given(flags.Changed("title"), title), Description: given(flags.Changed("description"), text),
			Systems: given(flags.Changed("system"), systems), TLP: given(flags.Changed("tlp"), label),
			Reporter: given(flags.Changed("reporter"), reporter), Contact: given(flags.Changed("contact"), contact),
		}
		return command, nil
	})
	flags := cmd.Flags()
	flags.StringVar(&title, "title", "", "what happened, in one line")
	flags.StringVar(&description, "description", "", "what is known; - reads standard input")
	flags.StringArrayVar(&systems, "system", nil, "affected system, in place of those before; may be repeated")
	flags.StringVar(&tlp, "tlp", "", "RED, AMBER+STRICT, AMBER, GREEN or CLEAR")
	flags.StringVar(&reporter, "reporter", "", "who noticed it")
	flags.StringVar(&contact, "contact", "", "how the reporter can be reached")
	a.completeFlag(cmd, "tlp", completeTLP)
	return cmd
}

// given is a value that somebody gave, nil where nobody did.
func given[T any](changed bool, value T) *T {
	if !changed {
		return nil
	}
	return &value
}
