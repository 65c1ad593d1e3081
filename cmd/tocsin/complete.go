package main

import (
	"context"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/policy"
)

// candidates offers words for the shell to complete; id is the incident on
// the command line, "" where there is none.
type candidates func(s *session, id model.ID) []cobra.Completion

// completeIncident offers the open incidents for a verb's first word.
func (a *app) completeIncident(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.offer(cmd, "", completeOthers)
}

// completeThen offers the incidents first, then other words.
func (a *app) completeThen(next candidates) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return a.completeIncident(cmd, args, typed)
		}
		return a.offer(cmd, args[0], next)
	}
}

func (a *app) completeFlag(cmd *cobra.Command, flag string, offers candidates) {
	complete := func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return a.offer(cmd, slices.Concat(args, []string{""})[0], offers)
	}
	_ = cmd.RegisterFlagCompletionFunc(flag, complete) // fails for a flag that is not there only, which a test would see
}

func completeWords(cmd *cobra.Command, flag string, offered ...cobra.Completion) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(offered, cobra.ShellCompDirectiveNoFileComp))
}

// offer opens the record for a moment. Where that is not possible, because
// there is none or a console has it open, nothing is offered.
func (a *app) offer(cmd *cobra.Command, incident string, offers candidates) ([]cobra.Completion, cobra.ShellCompDirective) {
	const none = cobra.ShellCompDirectiveNoFileComp
	dir, err := a.dataDir()
	if err != nil {
		return nil, none
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, none // opening would make it
	}
	ctx := context.WithoutCancel(cmd.Context())
	library, _, err := config.LoadLibrary(dir)
	if err != nil {
		return nil, none
	}
	s, err := a.peek(ctx, dir, library)
	if err != nil {
		return nil, none
	}
	defer s.close()
	s.now = a.now
	id, _ := s.incidentID(incident)
	return offers(s, id), none
}

func completeOthers(s *session, _ model.ID) []cobra.Completion {
	var offered []cobra.Completion
	for _, standing := range s.snapshot().Queue() {
		offered = append(offered, cobra.CompletionWithDesc(string(standing.Incident.ID), standing.Incident.Title))
	}
	return offered
}

func completeSeverities(s *session, id model.ID) []cobra.Completion {
	var offered []cobra.Completion
	for _, level := range s.procedure(id).Severities {
		offered = append(offered, cobra.CompletionWithDesc(level.ID, level.Label))
	}
	return offered
}

func completeTypes(s *session, id model.ID) []cobra.Completion {
	return completeTerms(s.procedure(id).Types)
}

func completeData(s *session, id model.ID) []cobra.Completion {
	return completeTerms(s.procedure(id).Data)
}

func completeTerms(terms []policy.Term) []cobra.Completion {
	var offered []cobra.Completion
	for _, term := range terms {
		offered = append(offered, cobra.CompletionWithDesc(term.ID, term.Label))
	}
	return offered
}

func completeTLP(*session, model.ID) []cobra.Completion {
	var offered []cobra.Completion
	for _, label := range model.TLPs() {
		offered = append(offered, string(label))
	}
	return offered
}

func completePhases(s *session, id model.ID) []cobra.Completion {
	var offered []cobra.Completion
	for _, phase := range s.procedure(id).Phases {
		offered = append(offered, cobra.CompletionWithDesc(phase.ID, phase.Label))
	}
	return offered
}

func completeRoles(s *session, id model.ID) []cobra.Completion {
	var offered []cobra.Completion
	for _, role := range s.procedure(id).Roles {
		offered = append(offered, cobra.CompletionWithDesc(role.ID, role.Label))
	}
	return offered
}

func completeRules(s *session, id model.ID) []cobra.Completion {
	var offered []cobra.Completion
	for _, key := range s.ruleKeys(id) {
		offered = append(offered, key.String())
	}
	return offered
}

func completeTasks(s *session, id model.ID) []cobra.Completion {
	standing, ok := s.snapshot().Incident(id)
	if !ok {
		return nil
	}
	var offered []cobra.Completion
	for _, task := range model.Tasks(standing.Incident, standing.Procedure) {
		offered = append(offered, cobra.CompletionWithDesc(task.ID, task.Title))
	}
	return offered
}

func completeFacts(s *session, id model.ID) []cobra.Completion {
	standing, ok := s.snapshot().Incident(id)
	if !ok {
		return nil
	}
	var offered []cobra.Completion
	for _, name := range slices.Sorted(maps.Keys(model.FactKinds(s.snapshot().PacksOf(standing.Incident)))) {
		offered = append(offered, name+"=")
	}
	for _, key := range s.ruleKeys(id) {
		offered = append(offered, "submitted:"+key.String()+"=")
	}
	return offered
}

// procedure is what an incident runs under, or what the next one would.
func (s *session) procedure(id model.ID) *policy.Pack {
	if standing, ok := s.snapshot().Incident(id); ok {
		return standing.Procedure
	}
	for _, ref := range s.snapshot().Meta.Packs {
		if pack, ok := s.snapshot().Pack(ref); ok {
			return pack
		}
	}
	return &policy.Pack{}
}
