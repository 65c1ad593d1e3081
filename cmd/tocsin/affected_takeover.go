package main

import (
	"context"
	"fmt"
	"slices"

	"tocsin/model"
)

// takeOver adds to an incident the affected customers of another one, a group
// after the other, each all or nothing: what was taken over stays so where a
// later group fails, and the rest can be taken over by the same words.
func (s *session) takeOver(ctx context.Context, into *model.Incident, from string, progress *progress) error {
	other, err := s.incident(from)
	if err != nil {
		return err
	}
	left := into.LeftToTakeOver(other.Incident)
	switch {
	case len(other.Incident.Groups) == 0:
		return model.Refuse(model.Field("from", fmt.Sprintf("%s affects nobody that is known", other.Incident.ID), "an incident with affected customers"))
	case len(left) == 0:
		s.out.printf("%s: all whom %s affects were taken over before.", into.ID, other.Incident.ID)
		return nil
	}
	for k := range left {
		open := model.AffectedOpen{
			Incident: into.ID, Source: fmt.Sprintf("%s of %s", left[k].ID, other.Incident.ID), From: other.Incident.ID, Group: left[k].ID,
		}
		numbers, err := s.numbersOfGroup(ctx, open.From, open.Group)
		if err != nil {
			return err
		}
		if err := s.bringAffected(ctx, open, numbers, progress); err != nil {
			return err
		}
	}
	return nil
}

// numbersOfGroup are the customers of an affected group, ascending.
func (s *session) numbersOfGroup(ctx context.Context, id model.ID, group string) (numbers []uint64, err error) {
	err = s.space.AffectedRows(ctx, id, group, func(row model.AffectedRow) error {
		numbers = append(numbers, row.Number)
		return nil
	})
	slices.Sort(numbers)
	return numbers, troubled(err)
}
