package model

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/model/policy"
)

func history(external, opened string) History {
	return History{External: external, Title: "Old " + external, Opened: at(opened)}
}

func TestImport(t *testing.T) {
	s := reported(t)
	before := s.state.Meta
	s.do(ImportOpen{Batch: "b1", Source: "old.csv", Years: map[int]int{2025: 2, 2026: 1}})
	if id := s.do(Report{Title: "Meanwhile"})[0].Incident(); id != NewID(2026, 3) {
		t.Errorf("a report during an import is %s, although INC-2026-0002 is reserved", id)
	}
	bodies := s.do(ImportRows{Batch: "b1", Rows: []History{
		{
			External: "A-1", Title: "Old", Opened: at("2025-03-01T10:00:00.0009Z"), Closed: at("2025-03-01T10:00:00.0001Z").Add(time.Millisecond),
			Severity: "HIGH", Classification: Confirmed, Types: []string{"breach"}, Lead: "Ann", Source: "mail",
			Facts: []Statement{{Name: "confirmed", Value: Time(at("2025-03-01T09:00:00Z"))}},
		},
		history("A-2", "2026-01-01T10:00:00Z"),
	}})
	if got := strings.Join(kinds(bodies), " "); got != "incident.reported incident.assessed severity.decided fact.stated role.taken incident.closed incident.reported" {
		t.Errorf("rows led to %s", got)
	}
	if _, visible := s.state.Incident(NewID(2025, 1)); visible {
		t.Error("a row is visible before the import is complete")
	}
	checkRefusal(t, s.refused(ImportClose{Batch: "b1"}), nil, []string{"announced incidents have not come: 1"})
	checkRefusal(t, s.refused(ImportRows{Batch: "b1", Rows: []History{history("A-9", "2026-01-02T10:00:00Z")}}), nil, []string{"row 1: opened: more incidents of 2026 than were announced"})
	s.do(ImportRows{Batch: "b1", Rows: []History{history("A-3", "2025-06-01T10:00:00Z")}})
	s.do(ImportClose{Batch: " b1 "})

	i := s.incident(NewID(2025, 1))
	switch opened := at("2025-03-01T10:00:00Z"); {
	case !i.Opened.Equal(opened), !i.Triaged.Equal(opened), !i.Severities[0].At.Equal(opened), !i.Phases[0].From.Equal(opened):
		t.Errorf("dated %+v", i)
	case i.Outcome != Resolved, !i.Closed.Equal(opened.Add(time.Millisecond)), i.Severity() != "high", i.External != "A-1", !slices.Equal(i.Holders("lead"), []string{"Ann"}):
		t.Errorf("imported as %+v", i)
	}
	s.incident(NewID(2025, 2))
	s.incident(NewID(2026, 2))
	if got := s.do(Report{Title: "After"})[0].Incident(); got != NewID(2026, 4) {
		t.Errorf("the next report is %s", got)
	}
	if !maps.Equal(before.Last, map[int]int{2026: 1}) || before.Imports != nil {
		t.Errorf("a copy of Meta changed: %+v", before)
	}
	checkRefusal(t, s.refused(ImportOpen{Batch: "b1", Source: "again", Years: map[int]int{2025: 1}}), nil, []string{"batch: has been used"})
}

func TestImportAbandoned(t *testing.T) {
	s := newSpace(t)
	s.do(ImportOpen{Batch: "b1", Source: "old.csv", Years: map[int]int{2026: 2}})
	s.do(ImportRows{Batch: "b1", Rows: []History{history("A-1", "2026-01-01T10:00:00Z")}})
	checkRefusal(t, s.refused(ImportRows{Check: true, Rows: []History{history("A-1", "2026-01-01T10:00:00Z")}}), nil, []string{"imported already as INC-2026-0001"})
	s.do(ImportClose{Batch: "b1", Abandon: "wrong file"})
	if len(s.state.Incidents) != 0 {
		t.Errorf("%d incidents are left of an abandoned import", len(s.state.Incidents))
	}
	checkRefusal(t, s.refused(ImportOpen{Batch: "b1", Source: "s", Years: map[int]int{2026: 1}}), nil, []string{"batch: has been used"})
	checkRefusal(t, s.refused(ImportRows{Batch: "b1"}), nil, []string{`"b1" is no import under way`})
	checkRefusal(t, s.refused(ImportClose{Batch: "b\x1b[31m1"}), nil, []string{`"b1" is no import under way`})
	if got := s.do(Report{Title: "New"})[0].Incident(); got != NewID(2026, 3) {
		t.Errorf("a report after an abandoned import is %s: its numbers are not given again", got)
	}
	// Nothing of it keeps the same incidents from being imported again.
	s.do(ImportOpen{Batch: "b2", Source: "right.csv", Years: map[int]int{2026: 1}})
	s.do(ImportRows{Batch: "b2", Rows: []History{history("A-1", "2026-01-01T10:00:00Z")}})
	s.do(ImportClose{Batch: "b2"})
	s.incident(NewID(2026, 4))
}

func TestImportRefusals(t *testing.T) {
	good := history("A-1", "2026-01-01T10:00:00Z")
	cases := []struct {
		name    string
		command Command
		want    []string
	}{
		{"nothing", ImportOpen{}, []string{"batch: is empty", "source: is empty", "years: is empty"}},
		{"a year to come", ImportOpen{Batch: "b", Source: "s", Years: map[int]int{2027: 1}}, []string{"years: 1 incidents in 2027; accepted: 1 to 1000000 incidents a year, from 1990 to 2026"}},
		{"too many", ImportOpen{Batch: "b", Source: "s", Years: map[int]int{2026: 1 << 62}}, []string{"1 to 1000000"}},
		{"unknown pack", ImportOpen{Batch: "b", Source: "s", Years: map[int]int{2026: 1}, Packs: []policy.Ref{regimeRef}}, []string{"is a regime"}},
		{"every row", ImportRows{Check: true, Rows: []History{{}, good, {Opened: start.Add(time.Hour), Severity: "hot", Facts: []Statement{{Name: "x"}}}, good}}, []string{
			"row 1: opened: is empty", "row 3: opened:", "row 3: title: is empty", "row 3: severity:", "row 3: fact:", `row 4: id: "A-1" is the id of row 2 too`}},
		{"an end before the beginning", ImportRows{Check: true, Rows: []History{{Title: "T", Opened: start, Closed: start.Add(-time.Hour)}}}, []string{"row 1: closed: lies before it was opened; accepted: a time from 2026-11-23 10:00 CET on"}},
		{"an outcome with no end", ImportRows{Check: true, Rows: []History{{Title: "T", Opened: start, Outcome: Resolved}}}, []string{"row 1: closed: is empty although an outcome is given"}},
		{"an unknown outcome", ImportRows{Check: true, Rows: []History{{Title: "T", Opened: start, Closed: start, Outcome: "lost"}}}, []string{"resolved, false positive, duplicate, merged"}},
		{"facts twice", ImportRows{Check: true, Rows: []History{{Title: "T", Opened: start, Facts: []Statement{{Name: "aware", Value: Time(start)}, {Name: "aware", Value: Time(start)}}}}}, []string{"row 1: aware: is given twice"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { checkRefusal(t, newSpace(t).refused(c.command), nil, c.want) })
	}
	if bodies := newSpace(t).do(ImportRows{Check: true, Rows: []History{good}}); bodies != nil {
		t.Errorf("a check led to %v", kinds(bodies))
	}
}

// A restart keeps rows of open imports aside and forgets those of abandoned ones.
func TestRestore(t *testing.T) {
	s := reported(t)
	s.do(ImportOpen{Batch: "gone", Source: "s", Years: map[int]int{2026: 1}})
	s.do(ImportRows{Batch: "gone", Rows: []History{history("G", "2026-01-01T10:00:00Z")}})
	gone := s.state.pending["gone"][secondID]
	s.do(ImportClose{Batch: "gone", Abandon: "r"})
	s.do(ImportOpen{Batch: "open", Source: "s", Years: map[int]int{2026: 1}})
	s.do(ImportRows{Batch: "open", Rows: []History{history("O", "2026-01-01T10:00:00Z")}})
	open := s.state.pending["open"][NewID(2026, 3)]

	law := regimePack()
	var next State
	if err := next.Restore(s.state.Seq, s.state.Meta, Laws{Packs: []*policy.Pack{procedurePack(1), law}}, []*Incident{s.incident(firstID), gone, open}); err != nil {
		t.Fatal(err)
	}
	if len(next.Incidents) != 1 || next.pending["open"][open.ID] != open || next.external["O"] != open.ID || next.external["G"] != "" {
		t.Errorf("restored %v, pending %v, known %v", next.Incidents, next.pending, next.external)
	}
	if zone := next.Packs[regimeRef].Calendar.Zone; zone == nil || zone.String() != "Asia/Tokyo" || law.Calendar.Zone != nil {
		t.Errorf("the regime counts days in %v", zone)
	}
	s.state = next
	s.do(ImportClose{Batch: "open"})
	s.incident(open.ID)

	if err := new(State).Restore(1, Meta{Zone: "Mars/Base"}, Laws{}, nil); err == nil {
		t.Error("a zone nobody knows was restored")
	}
}

func TestFoldDamaged(t *testing.T) {
	report := &Reported{ID: firstID, Title: "T"}
	cases := []struct {
		name   string
		events []Event
	}{
		{"a gap", []Event{{Seq: 2, Body: report}}},
		{"about nothing", []Event{{Seq: 1, Body: &Noted{ID: firstID}}}},
		{"no id", []Event{{Seq: 1, Body: &Reported{ID: "INC-1"}}}},
		{"twice", []Event{{Seq: 1, Body: report}, {Seq: 2, Body: report}}},
		{"no zone", []Event{{Seq: 1, Body: &SpaceSetUp{Zone: "Mars/Base"}}}},
	}
	for _, c := range cases {
		var s State
		var err error
		for _, e := range c.events {
			_, err = s.Fold(e)
		}
		if err == nil {
			t.Errorf("%s: folded", c.name)
		}
		if s.IsSetUp() || s.Seq != uint64(len(c.events)-1) {
			t.Errorf("%s: the state changed with the event that failed", c.name)
		}
	}
}

func TestImportedBeforeIsFoundWhereNoneIsOpen(t *testing.T) {
	s := newSpace(t)
	s.do(ImportOpen{Batch: "b1", Source: "old.csv", Years: map[int]int{2026: 1}})
	s.do(ImportRows{Batch: "b1", Rows: []History{history("A-1", "2026-01-01T10:00:00Z")}})
	s.do(ImportClose{Batch: "b1"})
	checkRefusal(t, s.refused(ImportRows{Check: true, Rows: []History{history("A-2", "2026-01-01T10:00:00Z"), history("A-1", "2026-01-01T10:00:00Z")}}), nil, []string{"row 2: id: \"A-1\" was imported already as INC-2026-0001"})
}
