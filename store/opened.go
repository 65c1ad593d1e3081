package store

import (
	"context"
	"strings"

	"tocsin/model"
)

// Opened is what the sealed texts of a stored event say, by the text that
// stands in the event: names by their tokens, and what is known of a reporter.
// Those that were forgotten are left out.
func (s *Space) Opened(stored []byte) (map[string]string, error) {
	if _, removed := parseTombstone(stored); removed {
		return nil, nil
	}
	e, env, err := decodeCovered(stored)
	if err != nil || env.Version == plainEnvelope {
		return nil, err
	}
	opened := make(map[string]string)
	each := func(kind personalKind, label, text string) (string, error) {
		plain, err := s.veil.plain(e.Body.Incident(), kind, label, text)
		if err == nil && plain != "" {
			opened[text] = plain
		}
		return text, err
	}
	if _, err := each(personalName, "actor", e.Actor); err != nil {
		return nil, err
	}
	_, err = s.veil.types.translated(e.Body, each)
	return opened, err
}

// plain is what a covered text says, "" where nothing is covered or it was
// forgotten.
func (v *veil) plain(id model.ID, kind personalKind, label, text string) (string, error) {
	if !strings.HasPrefix(text, veilMark) || text == veilMark {
		return "", nil
	}
	if kind == personalText {
		plain, err := v.openText(id, label, text)
		if plain == model.ForgottenText {
			plain = ""
		}
		return plain, err
	}
	plain, err := v.name(text)
	if plain == forgottenName(text) {
		plain = ""
	}
	return plain, err
}

// EachStored visits the stored events from one number to another, both counted, in
// order, in reads that are short however long visit takes. A missing one is an
// error. Visit must not keep the data.
func (s *Space) EachStored(ctx context.Context, from, to uint64, visit func(seq uint64, stored []byte) error) error {
	return s.runs(ctx, from, to, func(r record) error { return visit(r.seq, r.data) })
}
