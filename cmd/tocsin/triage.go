package main

import (
	"context"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/model/policy"
)

func (a *app) triageCommand() *cobra.Command {
	var triage model.Triage
	var classification, tlp string
	var facts, roles, packs []string
	record := func(s *session, id model.ID) (model.Command, error) {
		command := triage
		command.Incident, command.Classification, command.TLP = id, model.Classification(classification), model.TLP(tlp)
		command.Criteria = s.criteria(id, triage.Severity, triage.Criteria)
		for _, text := range facts {
			statement, err := s.statement(id, text)
			if err != nil {
				return nil, err
			}
			command.Facts = append(command.Facts, statement)
		}
		for _, text := range roles {
			role, person, err := pair("role", text, "ROLE=PERSON, such as lead=Ana Ruiz")
			if err != nil {
				return nil, err
			}
			command.Roles = append(command.Roles, model.Holding{Role: role, Person: person})
		}
		for _, name := range packs {
			ref, err := s.packRef(name)
			if err != nil {
				return nil, err
			}
			command.Packs = append(command.Packs, ref)
		}
		return command, nil
	}
	cmd := &cobra.Command{
		Use:               "triage ID",
		Short:             "Record an assessment: what it is, how bad, what is known",
		Args:              words(1, 1),
		ValidArgsFunction: a.completeIncident,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				id, err := s.incidentID(args[0])
				if err != nil {
					return err
				}
				command, err := record(s, id)
				if err != nil {
					return err
				}
				if err := s.change(ctx, command); err != nil {
					return err
				}
				s.printProposals(id)
				return nil
			})
		},
	}
	cmd.Long = `Records an assessment in one go. Questions of regimes that the incident does
not run under yet can be answered too; it then says which of them apply by what
is known, and why, and --pack takes one. Triage never takes a pack away.`
	cmd.Example = `  tocsin triage 7 --type data-breach --classification confirmed --severity high --criterion 1 \
    --data-category customer-personal --fact confirmed=-30m --fact tier.paid=yes --role "lead=Ana Ruiz"`
	flags := cmd.Flags()
	flags.StringSliceVar(&triage.Types, "type", nil, "incident type, an id of the pack; may be repeated")
	flags.StringVar(&classification, "classification", "", "confirmed or potential compromise")
	flags.StringVar(&triage.Severity, "severity", "", "severity, an id of the pack")
	flags.StringArrayVar(&triage.Criteria, "criterion", nil, "what the severity rests on: the pack's text, or its number in tocsin policy show; may be repeated")
	flags.StringVar(&triage.Reason, "reason", "", "why this severity")
	flags.StringSliceVar(&triage.Data, "data-category", nil, "kind of data concerned, an id of the pack; may be repeated")
	flags.StringArrayVar(&triage.Systems, "system", nil, "affected system, in place of those before; may be repeated")
	flags.StringVar(&tlp, "tlp", "", "RED, AMBER+STRICT, AMBER, GREEN or CLEAR")
	flags.StringArrayVar(&facts, "fact", nil, "NAME=VALUE, a time or yes, no, unknown; may be repeated")
	flags.StringArrayVar(&roles, "role", nil, "ROLE=PERSON; may be repeated")
	flags.StringSliceVar(&packs, "pack", nil, "a regime that it runs under from now on too, as ID for its newest version or ID@VERSION; may be repeated")
	a.completeFlag(cmd, "type", completeTypes)
	a.completeFlag(cmd, "data-category", completeData)
	a.completeFlag(cmd, "severity", completeSeverities)
	a.completeFlag(cmd, "tlp", completeTLP)
	completeWords(cmd, "classification", string(model.Confirmed), string(model.Potential))
	return cmd
}

// criteria puts the pack's texts in the place of their numbers, as policy
// show counts them within the level.
func (s *session) criteria(id model.ID, level string, given []string) []string {
	standing, ok := s.snapshot().Incident(id)
	if !ok {
		return given
	}
	severity, ok := standing.Procedure.Severity(level)
	if !ok {
		return given
	}
	var texts []string
	for _, text := range given {
		if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(severity.Criteria) {
			text = severity.Criteria[n-1]
		}
		texts = append(texts, text)
	}
	return texts
}

// printProposals says which other regimes apply by what is known, and which
// cannot be excluded although something speaks for them.
func (s *session) printProposals(id model.ID) {
	standing, ok := s.snapshot().Incident(id)
	if !ok {
		return
	}
	own := s.snapshot().PacksOf(standing.Incident)
	others := model.WithOthers(own, s.snapshot().Packs())[len(own):]
	known := standing.Incident.Case()
	s.snapshot().Meta.Complete(known)
	for _, proposal := range policy.Propose(others, known, s.zone()) {
		asked := slices.ContainsFunc(proposal.Reasons, func(r policy.Reason) bool { return r.Answer == policy.Yes })
		if proposal.Answer == policy.Yes || asked {
			s.out.line(painted{string(id) + "  ", quiet}, painted{"Proposed: " + proposal.Pack.Ref().String(), strong}, painted{" (" + proposal.Why() + ")", plain})
			s.out.indented(len(id)+2, "tocsin triage "+string(id)+" --pack "+proposal.Pack.ID+" takes it", quiet)
		}
	}
}
