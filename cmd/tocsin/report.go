package main

import (
	"context"

	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) reportCommand() *cobra.Command {
	var report model.Report
	var tlp, occurred, detected string
	cmd := &cobra.Command{
		Use:   "report --title TITLE",
		Short: "Report an incident and print its id",
		Example: `  tocsin report --title "Mailbox forwards to an outside address"
  tocsin report --title "Odd logins" --detected "2h ago" --reporter "Ana Ruiz" --description - < report.txt`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) (err error) {
				report.TLP = model.TLP(tlp)
				if report.Title == "-" {
					return model.Refuse(model.Field("title", "is one line and is not read from standard input", "the title itself; --description - reads standard input"))
				}
				if report.Description, err = s.text("description", report.Description); err != nil {
					return err
				}
				if report.Occurred, err = s.readTime("occurred", occurred); err != nil {
					return err
				}
				if report.Detected, err = s.readTime("detected", detected); err != nil {
					return err
				}
				receipt, err := s.space.Do(ctx, s.actor, report)
				if err != nil {
					return troubled(err)
				}
				s.out.printf("%s", receipt.Incident)
				return nil
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&report.Title, "title", "", "what happened, in one line")
	flags.StringVar(&report.Description, "description", "", "what is known; - reads standard input")
	flags.StringSliceVar(&report.Types, "type", nil, "incident type, an id of the pack; may be repeated")
	flags.StringSliceVar(&report.Data, "data-category", nil, "kind of data concerned, an id of the pack; may be repeated")
	flags.StringArrayVar(&report.Systems, "system", nil, "affected system; may be repeated")
	flags.StringVar(&tlp, "tlp", "", "RED, AMBER+STRICT, AMBER, GREEN or CLEAR (else AMBER)")
	flags.StringVar(&report.Reporter, "reporter", "", "who noticed it")
	flags.StringVar(&report.Contact, "contact", "", "how the reporter can be reached")
	flags.StringVar(&report.Source, "source", "", "the channel it came through")
	flags.StringVar(&occurred, "occurred", "", "when it happened")
	flags.StringVar(&detected, "detected", "", "when it was noticed (else now)")
	a.completeFlag(cmd, "type", completeTypes)
	a.completeFlag(cmd, "data-category", completeData)
	a.completeFlag(cmd, "tlp", completeTLP)
	return cmd
}
