package store

import (
	"context"
	"strings"

	"tocsin/model"
)

// Opened is what the sealed texts of a stored event say, by the text that
// stands in the event: names by their tokens, and what is known of a reporter
// or a customer.
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
	each := func(p piece) (string, error) {
		plain, err := s.veil.plain(e.Body.Incident(), p)
		if err == nil && plain != "" {
			opened[p.text] = plain
		}
		return p.text, err
	}
	if _, err := each(piece{kind: personalName, text: e.Actor}); err != nil {
		return nil, err
	}
	_, err = s.veil.types.translated(e.Body, e.Actor, each)
	return opened, err
}

// plain is what a covered text says, "" where nothing is covered or it was
// forgotten.
func (v *veil) plain(id model.ID, p piece) (plain string, err error) {
	if !strings.HasPrefix(p.text, veilMark) || p.text == veilMark {
		return "", nil
	}
	gone := model.ForgottenText
	switch p.kind {
	case personalText:
		plain, err = v.openText(id, p.label, p.text)
	case personalOwn:
		plain, err = v.openOwn(p.owner, p.label, p.text)
	case personalCustomer:
		plain, err = v.openCustomer(p.of, p.text)
	default:
		gone = forgottenName(p.text)
		plain, err = v.name(p.text)
	}
	if plain == gone {
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
