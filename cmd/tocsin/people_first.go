package main

import (
	"context"

	"tocsin/model"
)

// registerFirst makes whoever set the space up its first owner. Where somebody
// is registered, an owner decides who else is.
func (s *session) registerFirst(ctx context.Context) error {
	if len(s.snapshot().Meta.Access.People) > 0 || s.actor.Name == model.Itself {
		return nil
	}
	_, err := s.space.Do(ctx, s.actor, model.AddPerson{Name: s.actor.Name, Role: model.Owner})
	return err
}

// adopter is who takes in the packs and calendars that lie in the directory:
// the actor or, where they may not, the record itself. Whoever can write these
// files has decided already.
func (s *session) adopter() model.Actor {
	if s.actor.Role.May(model.AdoptPack{}.Kind()) {
		return s.actor
	}
	return model.Actor{Name: model.Itself, Role: model.Owner}
}
