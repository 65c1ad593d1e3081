package model

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/model/calendar"
)

// removal names an incident and all events about it, as the log has them.
func (s *space) removal(id ID) Removal {
	r := Removal{Incident: id}
	for _, e := range s.log {
		if e.Body.Incident() == id {
			r.Events = append(r.Events, e.Seq)
		}
	}
	return r
}

// mistaken is a space with an incident that ended as a false positive.
func mistaken(t rapid.TB) *space {
	s := reported(t)
	s.do(MarkFalse{Incident: firstID, Reason: "a test alarm"})
	return s
}

func TestExpiriesCountInTheSpacesZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	ended := &Incident{ID: firstID, Particulars: &Particulars{Outcome: Resolved, Closed: at("2026-03-01T23:30:00Z"), Evidence: []Evidence{{ID: "E-1"}, {ID: "E-2", Purged: at("2026-03-02T10:00:00Z")}}}}
	marked := ended.clone()
	marked.Deletion = &Deletion{Since: at("2026-03-28T12:00:00Z")}
	months := func(n int) calendar.Period { return calendar.Period{N: n, Unit: calendar.Months} }
	for _, c := range []struct {
		name     string
		r        Retention
		i        *Incident
		class    Class
		from, by string
		count    int
	}{
		{"ten years by default, in Berlin", Retention{}, ended, AuditLog, "2036-03-02T23:00:00Z", "", 1},
		{"a period of its own", Retention{Incidents: months(24)}, ended, IncidentBodies, "2028-03-02T23:00:00Z", "", 1},
		{"evidence goes first", Retention{Evidence: months(6)}, ended, AuditLog, "2036-03-02T23:00:00Z", "", 2},
		{"evidence no later than the incident", Retention{Incidents: months(1), Evidence: months(1)}, ended, IncidentBodies, "2026-04-02T22:00:00Z", "", 1},
		{"a deletion, over the change of clocks", Retention{}, marked, Deleted, "2026-04-11T22:00:00Z", "2026-04-27T22:00:00Z", 1},
		{"a deletion later than its period", Retention{Incidents: months(1)}, marked, IncidentBodies, "2026-04-02T22:00:00Z", "", 1},
		{"open", Retention{}, &Incident{ID: firstID, Particulars: new(Particulars)}, "", "", "", 0},
	} {
		all := c.r.Expiries(c.i, berlin)
		if len(all) != c.count {
			t.Errorf("%s: %d expiries", c.name, len(all))
			continue
		}
		if c.count == 0 {
			continue
		}
		by := ""
		if e := all[0]; !e.By.IsZero() {
			by = e.By.Format(time.RFC3339)
		}
		if e := all[0]; e.Class != c.class || e.From.Format(time.RFC3339) != c.from || by != c.by {
			t.Errorf("%s: %s from %s by %q", c.name, e.Class, e.From.Format(time.RFC3339), by)
		}
		if c.count == 2 && (all[1].Class != EvidenceContent || !slices.Equal(all[1].Items, []string{"E-1"})) {
			t.Errorf("%s: then %+v", c.name, all[1])
		}
	}
}

func TestPeriodsThatContradictAreRefused(t *testing.T) {
	s := newSpace(t)
	days := func(n int) calendar.Period { return calendar.Period{N: n, Unit: calendar.Days} }
	months := func(n int) calendar.Period { return calendar.Period{N: n, Unit: calendar.Months} }
	for _, c := range []struct {
		r    Retention
		says string
	}{
		{Retention{Undo: days(31)}, "undo: 31 days is longer than 30 days for deleted"},
		{Retention{Incidents: months(13), AuditLog: months(12)}, "the audit log holds the incidents"},
		{Retention{Incidents: months(1), Evidence: days(40)}, "evidence goes with its incident"},
		{Retention{Backups: calendar.Period{N: 7, Unit: calendar.BusinessDays}}, `"7bd" is no time to keep something`},
		{Retention{Customers: calendar.Period{N: 4000, Unit: calendar.Days}}, `"4000d" is no time to keep something`},
	} {
		if r := s.refused(SetRetention{c.r}); !strings.Contains(r.Error(), c.says) {
			t.Errorf("%+v: %v", c.r, r)
		}
	}
	want := Retention{Incidents: months(24), Evidence: months(12), Second: true}
	if got := kinds(s.do(SetRetention{want})); !slices.Equal(got, []string{"retention.set"}) || s.state.Meta.Retention != want {
		t.Errorf("%v, %+v", got, s.state.Meta.Retention)
	}
	if got := s.do(SetRetention{want}); len(got) > 0 {
		t.Errorf("the same again led to %v", kinds(got))
	}
}

func TestDeletionsCanBeTakenBack(t *testing.T) {
	s := reported(t)
	if r := s.refused(MarkDeleted{Incident: firstID, Reason: "a mistake"}); !strings.Contains(r.Error(), "end it first") {
		t.Error(r)
	}
	s.do(MarkFalse{Incident: firstID, Reason: "a test alarm"})
	s.do(MarkDeleted{Incident: firstID, Reason: "a mistake"})
	if r := s.refused(Reopen{Incident: firstID, Reason: "more"}); !strings.Contains(r.Error(), "to be deleted") {
		t.Error(r)
	}
	if r := s.refused(Sweep{Removals: []Removal{s.removal(firstID)}}); !strings.Contains(r.Error(), "is kept until") {
		t.Error(r)
	}
	s.wait(20 * 24 * time.Hour)
	s.do(WithdrawDeletion{Incident: firstID, Reason: "it was none"})
	if r := s.refused(Sweep{Removals: []Removal{s.removal(firstID)}}); !strings.Contains(r.Error(), "is kept until") {
		t.Error(r)
	}
}

func TestASweepPurges(t *testing.T) {
	s := mistaken(t)
	s.do(MarkDeleted{Incident: firstID, Reason: "a mistake"})
	s.wait(20 * 24 * time.Hour)
	stale := s.removal(firstID)
	s.do(AddNote{Incident: firstID, Text: "one more"})
	conflict := s.refused(Sweep{Removals: []Removal{stale}})
	if !errors.Is(conflict, ErrConflict) {
		t.Error(conflict)
	}
	s.do(SetRetention{Retention{Second: true}})
	for _, approver := range []string{"", owner.Name} {
		if r := s.refused(Sweep{Removals: []Removal{s.removal(firstID)}, Approver: approver}); r.Fields[0].Field != "approver" {
			t.Error(r)
		}
	}
	whole := s.removal(firstID)
	bodies := s.do(Sweep{Removals: []Removal{whole}, Approver: "Ben"})
	purged := bodies[0].(*IncidentsPurged)
	if len(bodies) != 1 || purged.Approver != "Ben" || purged.Events != len(whole.Events) || purged.Incidents[0].Class != Deleted {
		t.Fatalf("%+v", purged)
	}
	if _, ok := s.state.Incident(firstID); ok {
		t.Error("it is still there")
	}
	if r := s.refused(AddNote{Incident: firstID, Text: "x"}); !errors.Is(r, ErrNotFound) {
		t.Error(r)
	}
	if d := s.do(Report{Title: "next"}); d[0].Incident() != secondID {
		t.Errorf("its number was given again: %s", d[0].Incident())
	}
	for _, e := range s.log {
		own := e.Body.Incident() == firstID
		if purged.Names(e.Seq) != own {
			t.Errorf("event %d: named %v", e.Seq, !own)
		}
	}
}

func TestALegalHoldRefusesDeletionAndSweep(t *testing.T) {
	s := mistaken(t)
	s.do(MarkDeleted{Incident: firstID, Reason: "a mistake"})
	s.wait(20 * 24 * time.Hour)
	s.do(PlaceHold{Incident: firstID, Reason: "a court asks"})
	decision, err := Decide(&s.state, owner, Sweep{Removals: []Removal{s.removal(firstID)}}, s.now)
	if err != nil || decision.Refused == nil || !slices.Equal(kinds(decision.Bodies), []string{"purge.refused"}) {
		t.Fatalf("%+v, %v", decision, err)
	}
	p := s.state.Meta.Retention.Preview([]*Standing{s.state.Stand(s.incident(firstID))}, s.state.Zone(), s.now)
	if len(p.Due) != 0 || len(p.Held) != 1 {
		t.Errorf("%+v", p)
	}
}

// TestSweepsLeaveWhatIsOpenOrHeld gives sweeps of anything amid any stream of
// commands, and reads the log again as far as its purges have come: the last
// events of an incident go first.
func TestSweepsLeaveWhatIsOpenOrHeld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := mistaken(t)
		s.do(MarkDeleted{Incident: firstID, Reason: "a mistake"})
		s.do(Report{Title: "B"})
		s.do(SetRetention{Retention{Incidents: calendar.Period{N: 1, Unit: calendar.Days}, Undo: calendar.Period{N: 1, Unit: calendar.Days}}})
		for range rapid.IntRange(1, 30).Draw(t, "commands") {
			s.wait(time.Duration(rapid.IntRange(0, 24*3600).Draw(t, "wait")) * time.Second)
			oneCommand(t, s)
			sweepAny(t, s)
		}
		checkPurgedReplay(t, s)
	})
}

func sweepAny(t *rapid.T, s *space) {
	var c Sweep
	kept := make(map[ID]bool)
	for _, id := range slices.Sorted(maps.Keys(s.state.Incidents)) {
		if i := s.state.Incidents[id]; i.Open() || i.Held() {
			kept[id] = true
		}
		if (len(c.Removals) == 0 || id < c.Removals[0].Incident) && rapid.Bool().Draw(t, "sweep it") {
			c.Removals = []Removal{s.removal(id)}
		}
	}
	if len(c.Removals) == 0 {
		return
	}
	_, _ = s.apply(owner, c)
	for id := range kept {
		if _, ok := s.state.Incident(id); !ok {
			t.Fatalf("%s was purged", id)
		}
	}
}

func checkPurgedReplay(t *rapid.T, s *space) {
	log := slices.Clone(s.log)
	for _, e := range s.log {
		purged, ok := e.Body.(*IncidentsPurged)
		if !ok {
			continue
		}
		for _, one := range purged.Incidents {
			done := rapid.IntRange(0, 100).Draw(t, "how far it came")
			for k := range slices.Backward(log) {
				if one.Names(log[k].Seq) && done > 0 {
					log[k] = Event{Seq: log[k].Seq, Body: &Removed{By: e.Seq}}
					done--
				}
			}
		}
	}
	again := &space{t: t, log: log}
	again.state.Incidents = make(map[ID]*Incident) // none and nil are the same
	for _, e := range log {
		if _, err := again.state.Fold(e); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := written(s.state), written(again.state); a != b {
		t.Fatalf("the purged log folds to another state:\n%s\n%s", a, b)
	}
}

// TestASweepTakesTwoWhoMay holds the second person against who is registered.
func TestASweepTakesTwoWhoMay(t *testing.T) {
	s := mistaken(t)
	s.do(MarkDeleted{Incident: firstID, Reason: "a mistake"})
	s.wait(20 * 24 * time.Hour)
	s.do(SetRetention{Retention{Second: true}})
	for name, role := range map[string]Role{owner.Name: Owner, "Lea": Lead, "Omar": Owner, "Gone": Lead, "Ada": Auditor, "Ron": Responder} {
		s.do(AddPerson{Name: name, Role: role})
	}
	s.do(RevokePerson{"Gone", "left"})
	for _, name := range []string{"Typed", "Gone", "Ada", "Ron", owner.Name, ""} {
		if r := s.refused(Sweep{Removals: []Removal{s.removal(firstID)}, Approver: name}); r.Fields[0].Field != "approver" {
			t.Errorf("%q: %v", name, r)
		}
	}
	if purged := s.do(Sweep{Removals: []Removal{s.removal(firstID)}, Approver: "Lea"})[0].(*IncidentsPurged); purged.Approver != "Lea" {
		t.Errorf("%+v", purged)
	}
}
