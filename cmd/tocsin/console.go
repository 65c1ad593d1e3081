package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
	"tocsin/store"
	"tocsin/store/board"
	"tocsin/store/health"
	"tocsin/tui"
)

// consoleSpace lets the console see a stored space through its own interface.
type consoleSpace struct {
	*store.Space
	session *session
}

func (c consoleSpace) Snapshot() tui.Snapshot { return consoleSnapshot{c.Space.Snapshot()} }

func (c consoleSpace) Do(ctx context.Context, actor model.Actor, command model.Command) (model.ID, error) {
	if err := c.session.keepsOwnersIn(command); err != nil {
		return "", err
	}
	receipt, err := c.Space.Do(ctx, actor, command)
	if _, revoked := command.(model.RevokePerson); revoked && err == nil {
		_ = c.session.tidyFactors() // the next start does it: the factor counts no more already
	}
	return receipt.Incident, err
}

// consoleSnapshot gives as methods what the board's snapshot has as fields.
type consoleSnapshot struct{ *board.Snapshot }

func (c consoleSnapshot) Seq() uint64 { return c.Snapshot.Seq }

func (c consoleSnapshot) Meta() model.Meta { return c.Snapshot.Meta }

// runConsole opens the live console; where nobody sits at a terminal it prints
// the queue.
func (a *app) runConsole(cmd *cobra.Command) error {
	if a.onlyReports() {
		return a.fillReport(cmd)
	}
	if a.guest != nil && a.guest.Role == model.Wall {
		a.called = wallVerb // all that a wall may see
		return a.runWall(cmd, config.WallSettings{})
	}
	if a.json || !a.interactive() {
		return a.withSession(cmd, func(_ context.Context, s *session) error { return a.printQueue(s, queueFilter{}) })
	}
	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	quiet := *a
	quiet.err = io.Discard // the screen belongs to the console
	screens, s, err := quiet.openConsole(ctx, cancel)
	if err != nil {
		return err
	}
	if a.guest != nil {
		return a.guest.shows(ctx, screens)
	}
	done := a.letJoin(ctx, s, &screens.Notice)
	delivered := s.deliver(ctx, s.space, slog.New(slog.DiscardHandler))
	err = runScreens(ctx, screens)
	done()
	delivered()
	return errors.Join(err, s.close())
}

// letJoin lets others on this machine join the record for as long as this
// process has it, until done is called. Where that cannot be, the notice says
// so. Guests have nothing that others could join.
func (a *app) letJoin(ctx context.Context, s *session, notice *string) (done func()) {
	if a.guest != nil {
		return func() {}
	}
	done, err := (&reception{house: s.house, space: a.space}).receiveOwn(ctx)
	if err != nil {
		*notice = cmp.Or(*notice, "No other tocsin can join this one: "+err.Error())
		return func() {}
	}
	return done
}

// openConsole enters the record for a console.
func (a *app) openConsole(ctx context.Context, fail context.CancelCauseFunc) (tui.Options, *session, error) {
	dir, err := a.dataDir()
	if err != nil {
		return tui.Options{}, nil, err
	}
	file := filepath.Join(dir, settingsFile)
	settings, err := config.LoadSettings(file)
	if err != nil {
		return tui.Options{}, nil, err
	}
	if err := tui.CheckKeys(settings.Keys); err != nil {
		return tui.Options{}, nil, fmt.Errorf("%s: %w", file, err)
	}
	s, err := a.open(ctx, fail)
	if err != nil {
		return tui.Options{}, nil, err
	}
	screens := s.consoleOptions(settings)
	screens.Evidence = consoleEvidence{custodian{s}, a.guest}
	screens.Company = a.takeSeat(s)
	screens.Drafts = s.desk(s, s.actor.Name)
	screens.Resume = s.place(s.actor.Name)
	screens.Factor = s.unlocks()
	screens.LockAfter = settings.Console.Lock(a.guest != nil && !a.guest.here())
	if screens.LockAfter > 0 {
		screens.Unlock = screens.Factor
	}
	screens.Leave = func(place tui.Resume) { s.keepPlace(s.actor.Name, place) }
	return screens, s, nil
}

// runScreens runs the console until it is left. An end that was asked for
// from outside is no error; one that the record forced is.
func runScreens(ctx context.Context, options tui.Options) error {
	return endOfScreens(ctx, tui.Run(ctx, options))
}

func endOfScreens(ctx context.Context, err error) error {
	var trouble *storeError
	if errors.As(context.Cause(ctx), &trouble) {
		return trouble
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (s *session) consoleOptions(settings config.Settings) tui.Options {
	fault, notice := "", leftOutWords(s.leftOut)
	if f := s.space.Fault(); f != nil {
		fault = store.FaultWords(f)
		notice = fault
	}
	if err := s.store.Frozen(); err != nil && fault == "" {
		fault = err.Error()
		notice = fault
	}
	return tui.Options{
		Writable:  s.space.Writable,
		Space:     consoleSpace{s.space, s},
		Actor:     s.actor,
		Now:       s.now,
		SetUp:     s.setUp,
		Evidence:  consoleEvidence{custodian{s}, nil},
		Audit:     consoleAudit{s.space},
		Retention: consoleRetention{s},
		Affected:  consoleAffected{s},
		Notices:   noticesOf(s),
		ReadKeys:  func(lines string) ([]model.AccessKey, error) { return parseKeys("keys", lines) },
		Packs:     s.library.Packs(),
		Health:    s.health,
		Defaults: tui.SetUpAnswers{
			Organisation: defaultOrganisation,
			Zone:         config.LocalZone(),
			Calendar:     config.HomeCalendar(config.LocalZone()),
			Packs:        []string{defaultProcedure, defaultRegime},
		},
		HomeCalendar: config.HomeCalendar,
		Calendars:    newestCalendars(s.library.Calendars()),
		Theme:        settings.Theme,
		Keys:         settings.Keys,
		NoMouse:      !settings.Mouse,
		Fault:        fault,
		Notice:       notice,
		Steady:       steady(),
		Bell:         settings.Reminders.Bell,
		Notify:       settings.Reminders.Notify,
	}
}

// health checks what costs nothing while the record is in use.
func (s *session) health(ctx context.Context) []tui.HealthLine {
	var lines []tui.HealthLine
	for _, f := range health.Quick(ctx, s.dir, s.store, s.space, s.now(), s.free) {
		lines = append(lines, tui.HealthLine{Check: f.Check, Sign: levelSigns[f.Level], Text: f.Text, Mend: f.Mend})
	}
	return lines
}

// leftOutWords says in one line what is wrong with packs and calendars that are
// left out; "" where nothing is.
func leftOutWords(problems []config.Problem) string {
	switch len(problems) {
	case 0:
		return ""
	case 1:
		return "Left out: " + problems[0].String()
	}
	return fmt.Sprintf("%d slips in your packs and calendars, which are left out: %s", len(problems), lintFirst)
}

// steady is a clock that only ever runs on, from now.
func steady() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}

// setUp takes the answers of the first-run screen.
func (s *session) setUp(ctx context.Context, answers tui.SetUpAnswers) error {
	refs, err := s.refs(answers.Packs)
	if err != nil {
		return err
	}
	if _, err := config.LoadZone(answers.Zone); err != nil {
		return model.Refuse(model.Field("zone", err.Error(), ""))
	}
	if err := s.adoptCalendar(ctx, answers.Calendar); err != nil {
		return err
	}
	if _, err = s.space.Do(ctx, s.actor, model.Setup{Organisation: answers.Organisation, Zone: answers.Zone, Calendar: answers.Calendar, Packs: refs, Answers: answers.Answers}); err != nil {
		return err
	}
	return s.registerFirst(ctx)
}
