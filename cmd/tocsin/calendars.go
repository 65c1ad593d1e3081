package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/calendar"

	"github.com/spf13/cobra"
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
		if _, err := s.space.Do(ctx, s.adopter(), model.AdoptCalendar{Calendar: edition}); err != nil {
			return fmt.Errorf("calendar %s: %w", edition.Name(), troubled(err))
		}
	}
	return nil
}

// adoptCalendar takes a calendar into the space unless that has one of the id;
// "" is none.
func (s *session) adoptCalendar(ctx context.Context, id string) error {
	if _, adopted := s.snapshot().Calendar(id); adopted || id == "" {
		return nil
	}
	edition, err := s.edition(id)
	if err != nil {
		return err
	}
	_, err = s.space.Do(ctx, s.actor, model.AdoptCalendar{Calendar: edition})
	return troubled(err)
}

// edition is a calendar of the library.
func (s *session) edition(id string) (*calendar.Edition, error) {
	known := s.library.Calendars()
	edition, err := known.Edition(id)
	if err != nil {
		return nil, unknown("calendar", id, known.IDs())
	}
	return edition, nil
}

// homeWords name the home calendar, or say that there is none.
func (s *session) homeWords() string {
	home, ok := s.snapshot().Calendar(s.snapshot().Meta.Calendar)
	if !ok {
		return noCalendar + ": holidays of your place do not count; tocsin setup --calendar ID"
	}
	return home.Name() + "  " + home.Title
}

// adoptedCalendars are what the space counts by, by id.
func (s *session) adoptedCalendars() []*calendar.Edition {
	return slices.SortedFunc(s.snapshot().Calendars(), func(a, b *calendar.Edition) int { return strings.Compare(a.ID, b.ID) })
}

// offered is a calendar of the library that says something else than what the
// space adopted of the same id.
func (s *session) offered(adopted *calendar.Edition) (*calendar.Edition, bool) {
	edition, err := s.library.Calendars().Edition(adopted.ID)
	return edition, err == nil && !edition.Same(adopted) && edition.Version >= adopted.Version
}

// offerWords say what to do about a calendar of the library that differs; ""
// where none does.
func (s *session) offerWords(adopted *calendar.Edition) string {
	newer, ok := s.offered(adopted)
	switch {
	case !ok:
		return ""
	case newer.Version == adopted.Version:
		return "differs from what is adopted under the same version: write a higher one"
	}
	return newer.Name() + " is here: tocsin policy calendar adopt " + newer.ID
}

// printAdoptedCalendars names the calendars that the space counts by, and those
// of which the library has a newer version.
func (s *session) printAdoptedCalendars() {
	var names []string
	for _, e := range s.adoptedCalendars() {
		names = append(names, e.Name())
	}
	s.out.line(painted{"calendars  ", quiet}, painted{cmp.Or(strings.Join(names, ", "), noCalendar), plain})
	for _, e := range s.adoptedCalendars() {
		if words := s.offerWords(e); words != "" {
			s.out.line(painted{"           ", quiet}, painted{words, warning})
		}
	}
}

func (a *app) policyCalendarCommand() *cobra.Command {
	cmd := a.reading(&cobra.Command{
		Use:   "calendar",
		Short: "List the calendars this console knows and the space counts by",
		Long: `Calendars say on which days nobody counts. A space keeps those it counts by in
its record, whole: a newer version counts from when it is adopted. Those of a
team's own are *.toml files in the folder calendars of the data directory.`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error { return s.listCalendars(a.json) })
		},
	})
	cmd.AddCommand(a.calendarAdoptCommand())
	return cmd
}

func (a *app) calendarAdoptCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "adopt ID",
		Short: "Count by this console's version of a calendar from now on",
		Long: `Takes a calendar into the record of the space. What open incidents owe moves
with it, and every due time that moves is on the timeline of its incident.`,
		Example: "  tocsin policy calendar adopt de-be",
		Args:    words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error { return s.takeCalendar(ctx, args[0]) })
		},
		ValidArgsFunction: a.offerKnown(calendarIDs),
	}
	return cmd
}

// takeCalendar adopts the library's version and says what that moved.
func (s *session) takeCalendar(ctx context.Context, id string) error {
	edition, err := s.edition(id)
	if err != nil {
		return err
	}
	receipt, err := s.space.Do(ctx, s.actor, model.AdoptCalendar{Calendar: edition})
	if err != nil {
		return troubled(err)
	}
	if len(receipt.Events) == 0 {
		s.out.line(painted{edition.Name() + " is adopted already", plain})
		return nil
	}
	moved := len(receipt.Events) - 1
	if adopted, ok := receipt.Events[0].Body.(*model.CalendarAdopted); ok {
		moved += adopted.Further
	}
	s.out.line(painted{fmt.Sprintf("%s adopted; open incidents whose due times moved: %d", edition.Name(), moved), plain})
	return nil
}

// newestCalendars are the calendars of the library.
func newestCalendars(known *config.Calendars) []*calendar.Edition {
	var editions []*calendar.Edition
	for _, id := range known.IDs() {
		if e, err := known.Edition(id); err == nil {
			editions = append(editions, e)
		}
	}
	return editions
}

// listCalendars lists what the library knows, with what the space has of it.
func (s *session) listCalendars(asJSON bool) error {
	views := s.calendars()
	if asJSON {
		return s.out.printJSON(views)
	}
	t := newTable(column{title: "id"}, column{title: "version"}, column{title: "years"}, column{title: "use"}, column{title: "title", flexible: true}, column{title: "source", flexible: true})
	for _, v := range views {
		use := painted{"", quiet}
		switch {
		case v.Home:
			use = painted{"home", good}
		case v.Adopted > 0:
			use = painted{"adopted", plain}
		}
		if v.Adopted > 0 && v.Adopted != v.Version {
			use.text += fmt.Sprintf(" (%d)", v.Adopted)
		}
		t.add(painted{v.ID, strong}, painted{strconv.Itoa(v.Version), plain}, painted{fmt.Sprintf("%d–%d", v.FirstYear, v.LastYear), plain}, use, painted{v.Title, plain}, painted{v.Source, quiet})
	}
	t.write(s.out)
	return nil
}

func (s *session) calendars() []calendarView {
	views := []calendarView{}
	add := func(e *calendar.Edition, adopted int) {
		views = append(views, calendarView{
			ID: e.ID, Version: e.Version, Title: e.Title, FirstYear: e.Years.First, LastYear: e.Years.Last, Source: e.Source,
			Adopted: adopted, Home: e.ID == s.snapshot().Meta.Calendar,
		})
	}
	known := s.library.Calendars()
	for _, id := range known.IDs() {
		if e, err := known.Edition(id); err == nil {
			adopted, _ := s.snapshot().Calendar(id)
			add(e, versionOf(adopted))
		}
	}
	for _, e := range s.adoptedCalendars() {
		if _, err := known.Edition(e.ID); err != nil {
			add(e, e.Version)
		}
	}
	return views
}

func versionOf(e *calendar.Edition) int {
	if e == nil {
		return 0
	}
	return e.Version
}
