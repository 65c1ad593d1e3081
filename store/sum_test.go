package store

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"tocsin/model"
	"tocsin/store/tree"
)

// recordOfSums has every kind of projection, closed.
func recordOfSums(t *testing.T, damage func(space *Space) map[slot][]byte) (dir string, told []byte) {
	t.Helper()
	dir = t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	setUpPlace(t, space)
	work(t, space)
	do(t, space, model.Actor{Name: "Vera", Role: model.Lead}, model.AddNote{Incident: "INC-2026-0003", Text: "seen"})
	do(t, space, owner, model.ForgetPerson{Person: "Vera", Reason: "asked"})
	do(t, space, responder, model.Report{Title: "Odd log-ins", Reporter: "Rita", Contact: "rita@example.com"})
	entries := damage(space)
	var text bytes.Buffer
	if err := tellState(t.Context(), space, &text); err != nil {
		t.Fatal(err)
	}
	if err := space.log.put(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	return dir, text.Bytes()
}

func keptAt(space *Space, at slot) []byte {
	value, _, _ := space.log.get(context.Background(), at)
	return bytes.Clone(value)
}

// flippedAt is what is kept at a slot, with a bit of it flipped.
func flippedAt(space *Space, at slot, k int) map[slot][]byte {
	value := keptAt(space, at)
	value[(k+len(value))%len(value)] ^= 4
	return map[slot][]byte{at: value}
}

// damages are what can become of projections by accident, and what is said of it.
func damages(t *testing.T) map[string]struct {
	damage func(space *Space) map[slot][]byte
	says   string
} {
	second, third := incidentSlot("INC-2026-0002"), incidentSlot("INC-2026-0003")
	later := func(space *Space, at slot, work func()) map[slot][]byte {
		before := keptAt(space, at)
		work()
		return map[slot][]byte{at: before}
	}
	person := func(space *Space, name string) slot { return personSlot(space.veil.byName[name].token) }
	type one = struct {
		damage func(space *Space) map[slot][]byte
		says   string
	}
	return map[string]one{
		"a title": {func(s *Space) map[slot][]byte {
			value := bytes.Replace(keptAt(s, second), []byte("incident 1"), []byte("incident 7"), 1)
			return map[slot][]byte{second: value}
		}, "what is kept of INC-2026-0002 is not what was written"},
		"an incident's end": {func(s *Space) map[slot][]byte { return flippedAt(s, second, -1) }, "INC-2026-0002"},
		"an incident, cut":  {func(s *Space) map[slot][]byte { return map[slot][]byte{second: {1}} }, "INC-2026-0002"},
		"a missing one":     {func(*Space) map[slot][]byte { return map[slot][]byte{second: nil} }, "of incidents 12 are kept, where there were 13"},
		"one too many": {func(s *Space) map[slot][]byte {
			data, err := encodeIncident(s.veil, &model.Incident{ID: "INC-2026-0099", Version: 3, Particulars: new(model.Particulars)})
			if err != nil {
				t.Fatal(err)
			}
			return map[slot][]byte{incidentSlot("INC-2026-0099"): summed(incidentSlot("INC-2026-0099"), data)}
		}, "of incidents 14 are kept, where there were 13"},
		"one under another's name": {func(s *Space) map[slot][]byte {
			return map[slot][]byte{second: nil, incidentSlot("INC-2026-0042"): keptAt(s, second)}
		}, "INC-2026-0042"},
		"two swapped": {func(s *Space) map[slot][]byte {
			return map[slot][]byte{second: keptAt(s, third), third: keptAt(s, second)}
		}, "is not what was written"},
		"an older one": {func(s *Space) map[slot][]byte {
			return later(s, second, func() { do(t, s, responder, model.AddNote{Incident: "INC-2026-0002", Text: "later"}) })
		}, "of 13 incidents that are kept, some are of another time"},
		"the settings": {func(s *Space) map[slot][]byte { return flippedAt(s, metaSlot(), 100) }, "what is kept of the space itself"},
		"settings that cannot be read": {func(s *Space) map[slot][]byte {
			return map[slot][]byte{metaSlot(): {0xff}}
		}, "what is kept of the space itself"},
		"a pack":         {func(s *Space) map[slot][]byte { return flippedAt(s, packSlot(testRefs()[0]), 50) }, "what is kept of pack house@1"},
		"a missing pack": {func(*Space) map[slot][]byte { return map[slot][]byte{packSlot(testRefs()[0]): nil} }, "of packs and calendars 2 are kept, where there were 3"},
		"a calendar":     {func(s *Space) map[slot][]byte { return flippedAt(s, calendarSlot("home"), 50) }, "what is kept of calendar home"},
		"an older calendar": {func(s *Space) map[slot][]byte {
			return later(s, calendarSlot("home"), func() { do(t, s, owner, model.AdoptCalendar{Calendar: placeCalendar(2)}) })
		}, "of 3 packs and calendars that are kept, some are of another time"},
		"a name":         {func(s *Space) map[slot][]byte { return flippedAt(s, person(s, "Rob"), 3) }, "somebody's name"},
		"a missing name": {func(s *Space) map[slot][]byte { return map[slot][]byte{person(s, "Rob"): nil} }, "of names"},
		"a name that was forgotten since": {func(s *Space) map[slot][]byte {
			do(t, s, model.Actor{Name: "Willi", Role: model.Lead}, model.AddNote{Incident: "INC-2026-0002", Text: "seen"})
			return later(s, person(s, "Willi"), func() { do(t, s, owner, model.ForgetPerson{Person: "Willi", Reason: "asked"}) })
		}, "names that are kept, some are of another time"},
	}
}

// TestAStartNoticesDamagedProjections damages each kind of projection in each way
// that an accident can: a start makes them anew, says what was wrong, and shows
// what was shown before. The next has nothing to mend.
func TestAStartNoticesDamagedProjections(t *testing.T) {
	for name, c := range damages(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, told := recordOfSums(t, c.damage)
			for round := range 2 {
				s := openStore(t, dir)
				space := openSpace(t, s, "acme")
				switch err := space.Mended(); {
				case round == 0 && (err == nil || !strings.Contains(err.Error(), c.says)):
					t.Errorf("it mended %v, want %q", err, c.says)
				case round == 1 && err != nil:
					t.Errorf("it mended once more: %v", err)
				}
				var text bytes.Buffer
				if err := tellState(t.Context(), space, &text); err != nil || !bytes.Equal(text.Bytes(), told) {
					t.Errorf("start %d shows otherwise than before, %v", round, err)
				}
				if drift, err := space.CompareProjections(t.Context(), nil); err != nil || len(drift.Found) > 0 {
					t.Errorf("%+v, %v", drift, err)
				}
				do(t, space, responder, model.AddNote{Incident: "INC-2026-0004", Text: "it goes on"})
				text.Reset()
				if err := tellState(t.Context(), space, &text); err != nil {
					t.Fatal(err)
				}
				told = text.Bytes()
				closeStore(t, s)
			}
		})
	}
}

// TestDamagedProjectionsAreNotMadeOfDamagedEvents damages the log as well: nothing
// is made of it, and the record says so and opens for reading.
func TestDamagedProjectionsAreNotMadeOfDamagedEvents(t *testing.T) {
	dir, _ := recordOfSums(t, func(s *Space) map[slot][]byte {
		entries := flippedAt(s, incidentSlot("INC-2026-0002"), -1)
		about, err := s.EntriesAbout(t.Context(), "INC-2026-0003")
		if err != nil {
			t.Fatal(err)
		}
		reported := eventSlot(about[0])
		entries[reported] = bytes.Replace(keptAt(s, reported), []byte("incident 2"), []byte("incident 8"), 1)
		return entries
	})
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	if fault := space.Fault(); fault == nil || fault.Kind != tree.Altered {
		t.Errorf("the fault is %v", fault)
	}
	if space.Mended() != nil || space.Writable() == nil {
		t.Errorf("it mended %v, and takes commands", space.Mended())
	}
	if got := keptAt(space, incidentSlot("INC-2026-0002")); len(got) == 0 {
		t.Error("what was kept is gone")
	}
}

// TestTalliesFollow holds what the committer counts to what there is after each
// kind of change.
func TestTalliesFollow(t *testing.T) {
	s := openSpace(t, openStore(t, t.TempDir()), "acme")
	setUp(t, s)
	work(t, s)
	meta, ok, err := projected(t.Context(), s.log)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	var want tally
	for _, standing := range slices.Concat(s.Snapshot().Queue(), s.Snapshot().Closed()) {
		want.incident(standing.Incident.ID, standing.Incident.Version)
	}
	if meta.Incidents != want || want.Count != 12 {
		t.Errorf("%+v, want %+v", meta.Incidents, want)
	}
	var names tally
	for token, p := range maps.All(s.veil.byToken) {
		names.add([]byte(personSlot(token)), p.entry.version())
	}
	if meta.People != names || names.Count == 0 {
		t.Errorf("%+v, want %+v", meta.People, names)
	}
}
