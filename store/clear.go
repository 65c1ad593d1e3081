package store

import (
	"context"
	"errors"
	"fmt"

	"tocsin/model"
)

// errSealed ends a look at what was written before names were sealed.
var errSealed = errors.New("names are sealed from here on")

// InTheClear counts the events that name a person as they are, since they were
// written before there was a vault: no key takes that out of them.
func (s *Space) InTheClear(ctx context.Context, name string) (events int, err error) {
	return s.plainEvents(ctx, func(_ model.Event, kind personalKind, text string) bool { return kind == personalName && text == name })
}

// ReporterInTheClear counts the events that say something of an incident's
// reporter as it is, for the same reason.
func (s *Space) ReporterInTheClear(ctx context.Context, id model.ID) (events int, err error) {
	return s.plainEvents(ctx, func(e model.Event, kind personalKind, text string) bool {
		return kind == personalText && text != "" && e.Body.Incident() == id
	})
}

// plainEvents counts the events of the first version with a personal text that
// is looked for. They come before all others.
func (s *Space) plainEvents(ctx context.Context, sought func(e model.Event, kind personalKind, text string) bool) (events int, err error) {
	var types personalTypes
	err = s.runs(ctx, 1, s.Snapshot().Seq, func(r record) error {
		if _, removed := parseTombstone(r.data); removed {
			return nil
		}
		e, env, err := decodeCovered(r.data)
		if err != nil {
			return err
		}
		if env.Version != plainEnvelope {
			return errSealed
		}
		found := sought(e, personalName, e.Actor)
		_, err = types.translated(e.Body, e.Actor, func(p piece) (string, error) {
			found = found || sought(e, p.kind, p.text)
			return p.text, nil
		})
		if found {
			events++
		}
		return err
	})
	if err != nil && !errors.Is(err, errSealed) {
		return 0, fmt.Errorf("look for names that are not sealed: %w", err)
	}
	return events, nil
}
