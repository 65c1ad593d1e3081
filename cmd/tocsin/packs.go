package main

import (
	"slices"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/model/policy"
)

// packsCommand changes the packs that one incident runs under.
func (a *app) packsCommand() *cobra.Command {
	var add, remove []string
	var reason string
	cmd := a.verb("packs ID", "Put an incident under other packs, or newer versions", 1, 1, func(s *session, id model.ID, _ []string) (model.Command, error) {
		standing, ok := s.snapshot().Incident(id)
		if !ok {
			return model.ChangePacks{Incident: id}, nil
		}
		packs := slices.Clone(standing.Incident.Packs)
		for _, name := range remove {
			packs = slices.DeleteFunc(packs, func(ref policy.Ref) bool { return ref.ID == name || ref.String() == name })
		}
		for _, name := range add {
			ref, err := s.packRef(name)
			if err != nil {
				return nil, err
			}
			packs = withPack(packs, ref)
		}
		return model.ChangePacks{Incident: id, Packs: packs, Reason: reason}, nil
	})
	cmd.Long = `An incident keeps the packs, and their versions, that it was reported under.
This changes them by a decision with a reason; every due time that moves is on
the timeline. The procedure stays, in whatever version.`
	cmd.Example = "  tocsin packs 7 --add nis2 --reason \"the affected service is essential\""
	flags := cmd.Flags()
	flags.StringSliceVar(&add, "add", nil, "a pack, as ID for its newest version or ID@VERSION; takes the place of another version")
	flags.StringSliceVar(&remove, "remove", nil, "a pack it no longer runs under")
	flags.StringVar(&reason, "reason", "", "why, required")
	return cmd
}

// packRef finds an adopted pack by ID@VERSION, or the newest one by ID.
func (s *session) packRef(name string) (policy.Ref, error) {
	if ref, err := policy.ParseRef(name); err == nil {
		return ref, nil
	}
	refs, err := s.refs([]string{name})
	if err != nil {
		return policy.Ref{}, err
	}
	return refs[0], nil
}

// withPack puts a pack in the place of its other version, else at the end.
func withPack(packs []policy.Ref, ref policy.Ref) []policy.Ref {
	for k := range packs {
		if packs[k].ID == ref.ID {
			packs[k] = ref
			return packs
		}
	}
	return append(packs, ref)
}
