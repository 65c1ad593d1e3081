package main

import (
	"context"
	"fmt"
	"slices"

	"tocsin/config"
	"tocsin/model"
)

// adoptCalendars takes the calendars into the space that its packs count by,
// those it has and those of the library, where it has none yet. A newer version
// of one that it has is for its owner to take. A calendar that is in no file
// any more is told: its packs skip weekends alone until it is.
func (s *session) adoptCalendars(ctx context.Context) error {
	for _, pack := range slices.Concat(slices.Collect(s.snapshot().Packs()), s.library.Packs()) {
		_, adopted := s.snapshot().Calendar(pack.CalendarID)
		if adopted || pack.CalendarID == "" {
			continue
		}
		edition, err := s.library.Calendars().Edition(pack.CalendarID)
		if err != nil {
			s.leftOut = append(s.leftOut, config.Problem{Key: "calendar", Message: fmt.Sprintf("%s counts by it: %v", pack.Ref(), err)})
			continue
		}
		if _, err := s.space.Do(ctx, s.actor, model.AdoptCalendar{Calendar: edition}); err != nil {
			return fmt.Errorf("calendar %s: %w", edition.Name(), troubled(err))
		}
	}
	return nil
}
