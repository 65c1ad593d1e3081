package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/tui"
)

// setupCommand changes what the first-run screen asks for.
func (a *app) setupCommand() *cobra.Command {
	var organisation, zone, home string
	var packs []string
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Say whose record this is, and what new incidents run under",
		Long: `Changes the organisation's name, its time zone, the holidays of its place, or
the packs that incidents reported from now on run under. What is not given stays
as it is; without a flag it prints what stands. Another zone or calendar moves
what open incidents owe; every due time that moves is on the timeline.`,
		Example: "  tocsin setup --organisation \"Northlight Software\" --zone Europe/Berlin --calendar de-be --pack iventory --pack gdpr",
		Args:    words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				meta := s.snapshot().Meta
				answers := tui.SetUpAnswers{Organisation: meta.Organisation, Zone: meta.Zone, Calendar: meta.Calendar, Packs: packs}
				if organisation != "" {
					answers.Organisation = organisation
				}
				if zone != "" {
					answers.Zone = zone
				}
				switch {
				case home == noCalendar:
					answers.Calendar = ""
				case home != "":
					answers.Calendar = home
				}
				if len(packs) == 0 {
					for _, ref := range meta.Packs {
						answers.Packs = append(answers.Packs, ref.ID)
					}
				}
				if err := s.setUp(ctx, answers); err != nil {
					return troubled(err)
				}
				s.printSettings()
				return nil
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&organisation, "organisation", "", "the organisation's name")
	flags.StringVar(&zone, "zone", "", "its time zone, an IANA name such as Europe/Berlin")
	flags.StringVar(&home, "calendar", "", "the holidays of its place, such as de or de-be, or "+noCalendar+"; tocsin policy calendar lists them")
	flags.StringSliceVar(&packs, "pack", nil, "a pack for new incidents: a procedure first, then any regimes")
	_ = cmd.RegisterFlagCompletionFunc("calendar", a.offerKnown(calendarIDs))
	completeWords(cmd, "zone", config.ZoneNames()...)
	return cmd
}

// noCalendar takes the home calendar away.
const noCalendar = "none"

func (s *session) printSettings() {
	meta := s.snapshot().Meta
	names := make([]string, len(meta.Packs))
	for k, ref := range meta.Packs {
		names[k] = ref.String()
	}
	for _, row := range [][2]string{{"organisation  ", meta.Organisation}, {"zone          ", meta.Zone}, {"calendar      ", s.homeWords()}, {"packs         ", strings.Join(names, ", ")}} {
		s.out.line(painted{row[0], quiet}, painted{row[1], plain})
	}
}
