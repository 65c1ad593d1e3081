package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"tocsin/model"
	"tocsin/store"
	"tocsin/store/factor"
	"tocsin/tui/sshd"
)

// factorsFolder, in the data directory, holds people's second factors.
const factorsFolder = "factors"

// factorsOf opens the second factors of the people of a space, once.
func (h *house) factorsOf(space string) (*factor.Book, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if book, ok := h.books[space]; ok {
		return book, nil
	}
	book, err := factor.Open(filepath.Join(h.dir, factorsFolder, space), h.store.Vault())
	if err != nil {
		return nil, &storeError{err: err}
	}
	if h.books == nil {
		h.books = make(map[string]*factor.Book)
	}
	h.books[space] = book
	return book, nil
}

// factors are the second factors of the people of a space: what the record says
// of them, and what only they know, together.
type factors struct {
	book   *factor.Book
	space  *store.Space
	now    func() time.Time
	logger *slog.Logger
}

func (s *session) factors() (factors, error) {
	book, err := s.factorsOf(s.space.ID())
	return factors{book: book, space: s.space, now: s.house.now(), logger: slog.New(slog.DiscardHandler)}, err
}

// whose is whose factor it is by their name in the record.
func (f factors) whose(name string) (factor.Person, bool) {
	token, key, ok := f.space.Subject(name)
	return factor.Person{Token: token, Key: key}, ok
}

// status is how it stands with the factor of somebody who has one by the
// record; it matches factor.ErrNone where there is none here.
func (f factors) status(name string) (factor.Status, error) {
	person, known := f.space.Snapshot().Meta.Access.Person(name)
	whose, named := f.whose(name)
	if !known || !person.Active() || !person.Factor || !named {
		return factor.Status{}, factor.ErrNone
	}
	return f.book.Status(whose, f.now())
}

// Has reports whether codes of somebody can be checked.
func (f factors) Has(name string) bool {
	_, err := f.status(name)
	if err != nil && !errors.Is(err, factor.ErrNone) {
		f.logger.Error("a second factor cannot be read", "error", err)
	}
	return err == nil
}

// Code uses a code of somebody's, once.
func (f factors) Code(_ context.Context, name, code string) error {
	if !f.Has(name) {
		return sshd.ErrWrongCode
	}
	whose, _ := f.whose(name)
	err := f.book.Check(whose, code, f.now())
	switch {
	case err == nil:
		return nil
	case errors.Is(err, factor.ErrWrong), errors.Is(err, factor.ErrNone):
		return sshd.ErrWrongCode
	case errors.Is(err, factor.ErrWait):
		return fmt.Errorf("wrong codes: %w", sshd.ErrTooMany)
	}
	f.logger.Error("a code cannot be checked", "error", err)
	return errors.New("codes cannot be checked now")
}

// unlocks checks codes of whoever works in the session; it is nil where they
// have no second factor.
func (s *session) unlocks() func(context.Context, string) error {
	f, err := s.factors()
	if err != nil || !f.Has(s.actor.Name) {
		return nil
	}
	name := s.actor.Name
	return func(ctx context.Context, code string) error { return f.Code(ctx, name, code) }
}

// tidyFactors destroys the factors of people who were revoked or forgotten, and
// what enrolments left that were not finished.
func (s *session) tidyFactors() error {
	if s.space.Writable() != nil {
		return nil
	}
	f, err := s.factors()
	if err != nil {
		return err
	}
	s.enrolling.Lock()
	defer s.enrolling.Unlock()
	kept := make(map[string]bool)
	for _, person := range s.snapshot().Meta.Access.People {
		if whose, named := f.whose(person.Name); named && person.Active() && person.Factor {
			kept[whose.Token] = true
		}
	}
	if err := f.book.Keep(func(token string) bool { return kept[token] }); err != nil {
		return &storeError{err: err}
	}
	return nil
}

// enrol keeps an offer as somebody's factor and records that they have one, in
// place of an earlier one. It returns the recovery codes.
func (s *session) enrol(ctx context.Context, name string, offer *factor.Offer, code string, at time.Time) ([]string, error) {
	f, err := s.factors()
	if err != nil {
		return nil, err
	}
	s.enrolling.Lock() // what is not recorded yet is not tidied away
	defer s.enrolling.Unlock()
	if person, ok := s.snapshot().Meta.Access.Person(name); ok && person.Factor {
		if _, err := s.space.Do(ctx, s.actor, model.RemoveFactor{Person: name, Reason: "another one takes its place"}); err != nil {
			return nil, troubled(err)
		}
	}
	whose, _ := f.whose(name)
	recovery, err := f.book.Confirm(whose, offer, code, at)
	if err != nil {
		return nil, &storeError{err: err}
	}
	receipt, err := s.space.Do(ctx, s.actor, model.EnrolFactor{Person: name})
	if err != nil {
		return nil, errors.Join(troubled(err), f.book.Remove(whose))
	}
	for _, event := range receipt.Events {
		s.printChange(event)
	}
	return recovery, nil
}
