package model

import (
	"slices"
	"testing"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// TestMoves names what a draft would change as the timeline would, and says
// what stays.
func TestMoves(t *testing.T) {
	aware := time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)
	within := func(hours int) calendar.Period { return calendar.Period{N: hours, Unit: calendar.Hours} }
	may := policy.Condition{Answers: map[string]policy.Answer{"unanswered": policy.Yes}}
	before := []*policy.Pack{{ID: "p", Version: 1, Rules: []policy.Rule{
		{ID: "same", Starts: "aware", Within: within(24)},
		{ID: "moved", Starts: "aware", Within: within(72)},
		{ID: "legal", Starts: "aware", Within: within(72)},
		{ID: "gone", Starts: "aware", Within: within(72)},
		{ID: "unseen", Starts: "detected", When: may},
	}}}
	after := []*policy.Pack{{ID: "p", Version: 2, Rules: []policy.Rule{
		{ID: "same", Starts: "aware", Within: within(24)},
		{ID: "new", Starts: "aware", Within: within(24)},
		{ID: "moved", Starts: "aware", Within: within(48)},
		{ID: "legal", Starts: "aware", Within: within(72), Legal: policy.LegalFullHour},
		{ID: "perhaps", Starts: "detected", When: may},
	}}}
	c := &policy.Case{Times: map[string]time.Time{"aware": aware.Add(30 * time.Minute)}}
	var got []string
	for _, m := range Moves(policy.Obligations(before, c, nil), policy.Obligations(after, c, nil)) {
		got = append(got, m.Obligation().Rule.ID+" "+m.Change)
	}
	want := []string{"new applies", "moved moves", "legal legal limit moves", "perhaps may start", "gone no longer applies", "same stays"}
	if !slices.Equal(got, want) {
		t.Errorf("moves:\n%q, want\n%q", got, want)
	}
}

// TestNewerPacks finds the newest version of each pack, never an older or
// another one.
func TestNewerPacks(t *testing.T) {
	i := &Incident{Packs: []policy.Ref{{ID: "ours", Version: 2}, {ID: "law", Version: 1}, {ID: "other", Version: 3}}}
	adopted := []*policy.Pack{{ID: "law", Version: 3}, {ID: "law", Version: 2}, {ID: "ours", Version: 1}, {ID: "ours", Version: 2}, {ID: "other", Version: 3}, {ID: "else", Version: 9}}
	newer := i.NewerPacks(slices.Values(adopted))
	if len(newer) != 1 || newer[0] != adopted[0] {
		t.Errorf("newer: %v", newer)
	}
}
