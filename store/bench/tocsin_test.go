package main

import (
	"context"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/store"
)

// tocsin writes a note on an incident: decided, encoded, folded and shown on
// the board, which nobody else here does.
type tocsin struct {
	store     *store.Store
	space     *store.Space
	incidents []model.ID
}

var owner = model.Actor{Name: "Ada", Role: model.Owner}

func openTocsin(dir string, writers int) (keeper, error) {
	ctx := context.Background()
	s, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		return nil, err
	}
	space, err := s.Space(ctx, "acme")
	if err != nil {
		return nil, err
	}
	t := &tocsin{store: s, space: space}
	pack := &policy.Pack{
		ID: "house", Version: 1, Kind: policy.Procedure, Title: "House rules",
		Severities: []policy.Severity{{ID: "low", Label: "Low"}}, Phases: []policy.Phase{{ID: "triage", Label: "Triage"}},
	}
	for _, command := range []model.Command{
		model.AdoptPack{Pack: pack},
		model.Setup{Organisation: "Acme", Zone: "UTC", Packs: []policy.Ref{pack.Ref()}},
	} {
		if _, err := space.Do(ctx, owner, command); err != nil {
			return nil, err
		}
	}
	for range writers {
		receipt, err := space.Do(ctx, owner, model.Report{Title: "incident"})
		if err != nil {
			return nil, err
		}
		t.incidents = append(t.incidents, receipt.Incident)
	}
	return t, nil
}

func (t *tocsin) write(writer int) error {
	note := model.AddNote{Incident: t.incidents[writer], Text: "what was seen on the second machine, in a sentence of ordinary length"}
	_, err := t.space.Do(context.Background(), owner, note)
	return err
}

func (t *tocsin) close() error { return t.store.Close(context.Background()) }
