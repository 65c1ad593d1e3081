package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/store"
	"tocsin/store/board"
	"tocsin/store/evidence"
	"tocsin/store/health"
)

// What a fresh space is set up with where nobody is asked.
const (
	defaultOrganisation = "Our organisation"
	defaultProcedure    = "inventifornia"
	defaultRegime       = "gdpr"
)

// session is one actor's work in a space of a house.
type session struct {
	*house
	owns    bool // the house was opened for this session, which closes it
	space   *store.Space
	library *config.Library
	blobs   func() (*evidence.Blobs, error) // what evidence consists of, opened when it is first needed
	leftOut []config.Problem                // what is wrong with the team's own packs and calendars
	actor   model.Actor
	far     bool // the actor came over the network
	now     func() time.Time
	in      io.Reader
	out     *paper
	err     io.Writer
}

func (s *session) snapshot() *board.Snapshot { return s.space.Snapshot() }

func (s *session) zone() *time.Location { return s.snapshot().Zone() }

// withSession opens the space, lets the verb work in it, closes it, and then
// hands over what the verb wrote. The context ends when the record can no
// longer be written, too.
func (a *app) withSession(cmd *cobra.Command, work func(ctx context.Context, s *session) error) error {
	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	s, err := a.open(ctx, cancel)
	if err != nil {
		return err
	}
	err = s.setUpByDefault(ctx)
	if err == nil {
		err = work(ctx, s)
	}
	if cause := context.Cause(ctx); errors.Is(err, context.Canceled) && cause != nil {
		err = cause
	}
	if err := errors.Join(err, s.close()); err != nil {
		return errors.Join(err, a.handOver(s.out))
	}
	return a.handOver(s.out)
}

func (a *app) handOver(p *paper) error {
	if _, err := p.WriteTo(a.out); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// open opens the record for whoever acts, if they may see what the verb shows.
func (a *app) open(ctx context.Context, fail context.CancelCauseFunc) (*session, error) {
	s, err := a.enter(ctx, fail)
	if err != nil {
		return nil, err
	}
	if err := a.maySee(s.actor); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// maySee refuses a verb to those who may not see what it shows.
func (a *app) maySee(actor model.Actor) error {
	what := verbs[a.called].reads
	if what == "" || actor.Role.MayRead(what) {
		return nil
	}
	return &model.Refusal{Cause: model.ErrForbidden, Reason: fmt.Sprintf("%s may not see this (%s) as %s", actor.Name, what, actor.Role)}
}

// enter enters the house that is there, or takes the data directory. It brings
// the packs up to date. Those that are wrong are left out with a warning: an
// incident waits for nobody's typing. Nothing is said before the directory is
// taken: where another process has it, that one says it.
func (a *app) enter(ctx context.Context, fail context.CancelCauseFunc) (*session, error) {
	actor, err := a.actor()
	if err != nil {
		return nil, err
	}
	if a.guest != nil {
		return a.visit(ctx, actor)
	}
	dir, err := a.dataDir()
	if err != nil {
		return nil, err
	}
	if err := refuseForeign(dir); err != nil {
		return nil, err
	}
	library, problems, err := config.LoadLibrary(dir)
	if err != nil {
		return nil, &storeError{err: err}
	}
	unlock, slips, err := a.unlock(dir)
	if err != nil {
		return nil, err
	}
	options := store.Options{
		Now:    a.now,
		Unlock: unlock,
		Logger: slog.New(voice{out: a.err}),
		Free:   a.free,
		Fatal:  func(err error) { fail(&storeError{err: err}) },
	}
	s, err := openSession(ctx, dir, a.space, options, library)
	if errors.Is(err, store.ErrInUse) {
		return nil, err
	}
	a.warnOfSettings(slips)
	a.warn(problems)
	if err != nil {
		return nil, err
	}
	if err := a.settle(ctx, s, actor, problems); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if err := s.tidyEvidence(dir); err != nil {
		options.Logger.Warn("the evidence cannot be reached", slog.Any("error", err))
	}
	if err := s.tidyFactors(); err != nil {
		options.Logger.Warn("second factors of people who have none now cannot be destroyed", slog.Any("error", err))
	}
	if err := s.discard(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// peek enters a space for a moment, to read what is there. Nothing is said and
// nobody is asked.
func (a *app) peek(ctx context.Context, dir string, library *config.Library) (*session, error) {
	if a.guest != nil {
		return a.guest.house.enter(ctx, a.space, library)
	}
	return openSession(ctx, dir, a.space, store.Options{Now: a.now, Unlock: a.unlockSilently(dir)}, library)
}

// settle makes a session the actor's: it warns of what they have to know and
// takes the packs and calendars into the space. problems are those of the
// files, which were told already.
func (a *app) settle(ctx context.Context, s *session, actor model.Actor, problems []config.Problem) error {
	acting, err := s.snapshot().Meta.Access.Acting(actor)
	if err != nil {
		return err
	}
	s.actor, s.now, s.in, s.out, s.err = acting, a.now, interruptible{ctx, a.in}, a.newPaper(), a.err
	for _, warning := range s.warnings(ctx) {
		fmt.Fprintln(a.err, "tocsin: "+model.CleanText(warning))
	}
	if err := s.adopt(ctx); err != nil {
		return err
	}
	a.warn(s.leftOut)
	s.leftOut = append(problems, s.leftOut...)
	s.keepLibrary(s.library, s.leftOut)
	return nil
}

// warnings are what somebody has to know before they work in the space: why
// nothing can be written, that the directory is a copy, that the clock is off.
func (s *session) warnings(ctx context.Context) (all []string) {
	if err := s.space.Writable(); err != nil {
		all = append(all, err.Error())
	}
	if f := s.store.Former(); f != nil && f.Copied {
		all = append(all, store.CopyWords(s.dir, f))
	}
	if last, err := s.space.Last(ctx); err == nil {
		if clock := health.Clock(s.now(), last); clock.Level != health.Sound {
			all = append(all, clock.Text+"; "+clock.Mend)
		}
	}
	return all
}

// lintFirst is what to do about packs and calendars that are left out.
const lintFirst = "tocsin policy lint checks them"

// warn tells what is wrong with packs and calendars that are left out.
func (a *app) warn(problems []config.Problem) {
	if len(problems) == 0 {
		return
	}
	fmt.Fprintf(a.err, "tocsin: left out until they are right; %s:\n", lintFirst)
	for _, p := range problems {
		fmt.Fprintln(a.err, "  "+model.CleanText(p.String()))
	}
}

// close ends the session, and the house with it that was opened for it alone.
func (s *session) close() error {
	if !s.owns {
		return nil
	}
	return s.house.close()
}

func closeStore(st *store.Store) error { return troubled(st.Close(context.Background())) }

// adopt takes every pack into the space, and before it the calendar that it
// counts by; those it has already change nothing. A file that says something
// else than what was adopted under its version is left out. What the record
// knows stands beside the files and before them. A record that cannot be
// written to takes none.
func (s *session) adopt(ctx context.Context) error {
	if s.space.Writable() != nil {
		s.library = s.library.With(slices.Collect(s.snapshot().Packs())...)
		return nil
	}
	if err := s.adoptCalendars(ctx); err != nil {
		return err
	}
	for _, pack := range s.library.Packs() {
		_, err := s.space.Do(ctx, s.adopter(), model.AdoptPack{Pack: pack})
		var refusal *model.Refusal
		_, known := s.snapshot().Pack(pack.Ref())
		switch {
		case err == nil:
		case errors.As(err, &refusal) && known:
			s.leftOut = append(s.leftOut, config.Problem{File: s.library.File(pack.Ref()), Message: refusal.Error()})
		default:
			return fmt.Errorf("policy pack %s: %w", pack.Ref(), troubled(err))
		}
	}
	s.library = s.library.With(slices.Collect(s.snapshot().Packs())...)
	return nil
}

// setUpByDefault gives a fresh space its settings without asking.
func (s *session) setUpByDefault(ctx context.Context) error {
	if s.snapshot().IsSetUp() || s.space.Writable() != nil {
		return nil
	}
	refs, err := s.refs([]string{defaultProcedure, defaultRegime})
	if err != nil {
		return err
	}
	zone := config.LocalZone()
	home := config.HomeCalendar(zone)
	if err := s.adoptCalendar(ctx, home); err != nil {
		return err
	}
	if _, err = s.space.Do(ctx, s.actor, model.Setup{Organisation: defaultOrganisation, Zone: zone, Calendar: home, Packs: refs}); err != nil {
		return troubled(err)
	}
	return troubled(s.registerFirst(ctx))
}

// refs finds the latest version of each pack.
func (s *session) refs(ids []string) ([]policy.Ref, error) {
	refs := make([]policy.Ref, 0, len(ids))
	for _, id := range ids {
		pack, ok := s.library.Latest(id)
		if !ok {
			return nil, unknown("packs", id, s.library.IDs())
		}
		refs = append(refs, pack.Ref())
	}
	return refs, nil
}
