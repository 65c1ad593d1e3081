package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui"
)

// setupCommand changes what the first-run screen asks for.
func (a *app) setupCommand() *cobra.Command {
	var organisation, zone, home string
	var packs, given []string
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Say whose record this is, and what new incidents run under",
		Long: `Changes the organisation's name, its time zone, the holidays of its place, or
the packs that incidents reported from now on run under. What is not given stays
as it is; without a flag it prints what stands. Another zone or calendar moves
what open incidents owe; every due time that moves is on the timeline.

Some questions of the packs are about the organisation and not about an
incident: whether it is a financial entity, or listed in the United States.
--answer states what holds of it; triage then takes that as known, and incidents
that come under a pack which asks have it as a fact. Unknown takes it back.`,
		Example: "  tocsin setup --organisation \"Northlight Software\" --zone Europe/Berlin --calendar de-be --pack iventory --pack gdpr\n" +
			"  tocsin setup --answer financial_entity=yes --answer entity=payment-institution --answer sec_registrant=no",
		Args: words(0, 0),
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
				var err error
				if answers.Answers, err = ownAnswers(given); err != nil {
					return err
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
	flags.StringArrayVar(&given, "answer", nil, "a standing answer of the organisation, NAME=yes, no, unknown or the word of a setting; may be repeated")
	_ = cmd.RegisterFlagCompletionFunc("answer", a.offerKnown(ownNames))
	_ = cmd.RegisterFlagCompletionFunc("calendar", a.offerKnown(calendarIDs))
	completeWords(cmd, "zone", config.ZoneNames()...)
	return cmd
}

// noCalendar takes the home calendar away.
const noCalendar = "none"

// retentionWords says in one line how long what is kept.
func (s *session) retentionWords() string {
	r := s.snapshot().Meta.Retention
	var words []string
	for _, k := range model.Keepings() {
		words = append(words, string(k.Class)+" "+r.Words(k.Class))
	}
	return strings.Join(words, ", ")
}

func (s *session) printSettings() {
	meta := s.snapshot().Meta
	names := make([]string, len(meta.Packs))
	for k, ref := range meta.Packs {
		names[k] = ref.String()
	}
	for _, row := range [][2]string{{"organisation  ", meta.Organisation}, {"zone          ", meta.Zone}, {"calendar      ", s.homeWords()}, {"packs         ", strings.Join(names, ", ")}} {
		s.out.line(painted{row[0], quiet}, painted{row[1], plain})
	}
	s.out.line(painted{"retention     ", quiet}, painted{s.retentionWords(), plain})
	for k, own := range meta.Answers {
		name := "standing      "
		if k > 0 {
			name = "              "
		}
		s.out.line(painted{name, quiet}, painted{own.String(), plain}, painted{"  " + asked(s.library, own.Name), quiet})
	}
}

// ownAnswers reads standing answers; whether the packs ask for them is decided
// with them.
func ownAnswers(given []string) ([]model.OwnAnswer, error) {
	var answers []model.OwnAnswer
	for _, text := range given {
		name, value, err := pair("--answer", text, "NAME=VALUE, such as financial_entity=yes")
		if err != nil {
			return nil, err
		}
		answer := model.OwnAnswer{Name: name, Value: model.Value{Word: value}}
		if said, err := policy.ParseAnswer(strings.ToLower(value)); err == nil {
			answer.Value = model.Value{Answer: said}
		}
		answers = append(answers, answer)
	}
	return answers, nil
}

// ownNames are the questions and settings that have standing answers.
func ownNames(library *config.Library) []string {
	var names []string
	for _, pack := range library.Packs() {
		for _, name := range pack.Own() {
			names = addNew(names, name)
		}
	}
	return names
}

// asked is what a pack of the library asks under a name.
func asked(library *config.Library, name string) string {
	for _, pack := range library.Packs() {
		if q, ok := pack.Question(name); ok {
			return q.Label
		}
		if setting, ok := pack.Setting(name); ok {
			return setting.Label
		}
	}
	return ""
}
