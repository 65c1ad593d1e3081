package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

var placeRef = policy.Ref{ID: "place", Version: 1}

// placePack counts three business days at home.
func placePack() *policy.Pack {
	return &policy.Pack{ID: "place", Version: 1, Kind: policy.Regime, Title: "The place", Rules: []policy.Rule{
		{ID: "tell", Title: "Tell the council", Starts: "aware", Within: calendar.Period{N: 3, Unit: calendar.BusinessDays}},
	}}
}

// awayPack counts two business days by a calendar of its own.
func awayPack() *policy.Pack {
	return &policy.Pack{ID: "away", Version: 1, Kind: policy.Regime, Title: "Away", Zone: "America/New_York", CalendarID: "home", Rules: []policy.Rule{
		{ID: "file", Title: "File it", Starts: "aware", Within: calendar.Period{N: 2, Unit: calendar.BusinessDays}},
	}}
}

func settings(calendar string) Setup {
	return Setup{Organisation: "Example", Zone: "Europe/Berlin", Calendar: calendar, Packs: []policy.Ref{procedureRef, placeRef}}
}

// placed is a space with n incidents of which one knows since Wed 23 Dec 2026,
// 09:00 UTC.
func placed(t testing.TB, n int) *space {
	t.Helper()
	s := newSpace(t)
	s.do(AdoptPack{placePack()})
	s.do(settings(""))
	s.now = at("2026-12-23T09:00:00Z")
	for range n {
		s.known(Report{Title: "Strange log-ins"})
	}
	return s
}

// known reports an incident that is known of from now on.
func (s *space) known(c Report) {
	decision, err := Decide(&s.state, owner, c, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	s.do(c)
	s.do(StateFact{decision.Incident, Statement{Name: "aware", Value: Time(s.now)}})
}

func TestCalendarsAreAdoptedOnce(t *testing.T) {
	s := newSpace(t)
	if got := kinds(s.do(AdoptCalendar{homeCalendar(2)})); !slices.Equal(got, []string{"calendar.adopted"}) {
		t.Fatalf("adopting led to %v", got)
	}
	if bodies := s.do(AdoptCalendar{homeCalendar(2)}); len(bodies) != 0 {
		t.Errorf("adopting again led to %v", kinds(bodies))
	}
	endless := homeCalendar(3)
	endless.Weekend = []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	unnamed, spoilt := homeCalendar(3), homeCalendar(3)
	unnamed.ID, spoilt.Title = "Home!", "\x1b[2J"
	for want, e := range map[string]*calendar.Edition{
		"calendar: is empty":                                        nil,
		"version: home@2 was adopted with other content":            homeCalendar(2, "2026-12-24"),
		"version: home@1 is older than home@2":                      homeCalendar(1),
		"days: cannot be counted by: its weekend is the whole week": endless,
		`calendar: "Home!@3" cannot name a calendar`:                unnamed,
		"title: is no text for the record":                          spoilt,
	} {
		if refusal := s.refused(AdoptCalendar{e}); !strings.Contains(refusal.Error(), want) {
			t.Errorf("%v, want %q", refusal, want)
		}
	}
	if got := s.state.Calendars["home"]; !got.Same(homeCalendar(2)) {
		t.Errorf("the space counts by %+v", got)
	}
}

func TestNothingCountsByWhatIsNotAdopted(t *testing.T) {
	s := newSpace(t)
	if refusal := s.refused(AdoptPack{awayPack()}); !strings.Contains(refusal.Error(), `away@1 counts by the calendar "home", which is not adopted`) {
		t.Error(refusal)
	}
	s.do(AdoptPack{placePack()})
	if refusal := s.refused(settings("home")); !strings.Contains(refusal.Error(), `calendar: "home" is not adopted in this space`) {
		t.Error(refusal)
	}
	s.do(AdoptCalendar{homeCalendar(1)})
	s.do(AdoptPack{awayPack()})
	s.do(settings("home"))
	if home := s.state.Home(); home.Name != "Our place" || home.Zone.String() != "Europe/Berlin" {
		t.Errorf("home is %+v", home)
	}
}

// A pack that lies in a log without its calendar counts by it as soon as that
// is adopted.
func TestCalendarComesAfterItsPack(t *testing.T) {
	s := newSpace(t)
	for _, body := range []Body{&PackAdopted{Pack: awayPack()}, &CalendarAdopted{Calendar: homeCalendar(1)}} {
		if _, err := s.state.Fold(Event{Seq: s.state.Seq + 1, At: s.now, Actor: "Olga", Role: Owner, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.state.Packs[awayPack().Ref()].Calendar; got.Name != "Our place" || got.Zone.String() != "America/New_York" {
		t.Errorf("the pack counts by %+v", got)
	}
}

func TestHomeCalendarMovesWhatIsDue(t *testing.T) {
	s := placed(t, 2)
	s.do(AdoptCalendar{homeCalendar(1)})
	s.do(Describe{Incident: secondID, Title: ptr("Nothing")})
	s.do(MarkFalse{Incident: secondID, Reason: "a test"})

	// Thu 24, Fri 25, Mon 28 become Thu 24, Mon 28, Tue 29.
	bodies := s.do(settings("home"))
	if got, want := kinds(bodies), []string{"space.set-up", "obligations.moved"}; !slices.Equal(got, want) {
		t.Fatalf("the home calendar led to %v, want %v", got, want)
	}
	if got, want := moves(bodies), []string{"place/tell moves 28T23:00 29T23:00"}; !slices.Equal(got, want) {
		t.Errorf("moved %v, want %v", got, want)
	}
	if due, _ := s.state.Stand(s.incident(firstID)).Next(); !due.At.Equal(at("2026-12-29T23:00:00Z")) {
		t.Errorf("the standing says %v", due.At)
	}
	if got := moves(s.do(AdoptCalendar{homeCalendar(2, "2026-12-24", "2026-12-28")})); !slices.Equal(got, []string{"place/tell moves 29T23:00 31T23:00"}) {
		t.Errorf("the newer version moved %v", got)
	}
	tokyo := settings("home")
	tokyo.Zone = "Asia/Tokyo"
	if got := moves(s.do(tokyo)); !slices.Equal(got, []string{"place/tell moves 31T23:00 31T15:00"}) {
		t.Errorf("the zone moved %v", got)
	}
	if got := moves(s.do(settings(""))); len(got) != 1 {
		t.Errorf("giving the calendar up moved %v", got)
	}
}

func ptr[T any](v T) *T { return &v }

func TestPacksOwnCalendarMovesWhatIsDue(t *testing.T) {
	s := newSpace(t)
	s.do(AdoptCalendar{homeCalendar(1)})
	s.do(AdoptPack{awayPack()})
	s.now = at("2026-12-23T09:00:00Z")
	s.known(Report{Title: "Under it", Packs: []policy.Ref{procedureRef, awayPack().Ref()}})
	s.known(Report{Title: "Not under it"})
	bodies := s.do(AdoptCalendar{homeCalendar(2, "2026-12-24")})
	if got, want := moves(bodies), []string{"away/file moves 29T05:00 30T05:00"}; !slices.Equal(got, want) || len(bodies) != 2 {
		t.Errorf("moved %v, want %v", got, want)
	}
}

// Beyond what one decision can hold, the change says how many more moved.
func TestRecountIsBounded(t *testing.T) {
	const n = 1500
	s := placed(t, n)
	s.do(AdoptCalendar{homeCalendar(1)})
	bodies := s.do(settings("home"))
	change := bodies[0].(*SpaceSetUp)
	if listed := len(bodies) - 1; listed < 300 || listed+change.Further != n {
		t.Errorf("%d are listed and %d are not, of %d", listed, change.Further, n)
	}
	for k, body := range bodies[1:] {
		if body.Incident() != NewID(2026, k+1) {
			t.Fatalf("entry %d is about %s", k, body.Incident())
		}
	}
	for _, i := range s.state.Incidents {
		if due, _ := s.state.Stand(i).Next(); !due.At.Equal(at("2026-12-29T23:00:00Z")) {
			t.Fatalf("%s is due %v", i.ID, due.At)
		}
	}
}

// Large incidents leave room for fewer: they are written anew each.
func TestRecountOfLargeIncidents(t *testing.T) {
	s := newSpace(t)
	s.do(AdoptPack{placePack()})
	s.do(settings(""))
	for n := range 100 {
		s.known(Report{Title: fmt.Sprint(n), Description: strings.Repeat("x", MaxText)})
	}
	s.do(AdoptCalendar{homeCalendar(1, "2026-11-25")})
	bodies := s.do(settings("home"))
	if listed := len(bodies) - 1; listed < 20 || listed > 60 || listed+bodies[0].(*SpaceSetUp).Further != 100 {
		t.Errorf("%d are listed and %d are not", listed, bodies[0].(*SpaceSetUp).Further)
	}
}
