package model

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// An incident ends in another once the other has all whom it affects, group by
// group, with what was affected and since when.
func TestTakeOver(t *testing.T) {
	s := telling(t)
	s.do(Report{Title: "The same"})
	const other = ID("INC-2026-0002")
	s.do(AffectedOpen{Incident: other, Batch: "own", Source: "list"})
	s.do(AffectedTake{Incident: other, Batch: "own", Numbers: []uint64{2}})
	s.do(AffectedClose{Incident: other, Batch: "own"})
	ends := func(want string) {
		t.Helper()
		for _, c := range []Command{Merge{Incident: firstID, Into: other}, MarkDuplicate{Incident: firstID, Of: other}} {
			_, err := Decide(&s.state, owner, c, s.now)
			if want == "" && err != nil || want != "" && (!errors.Is(err, ErrUndecided) || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s: %v", c.Kind(), err)
			}
		}
	}
	refused := func(c Command, want string) {
		t.Helper()
		if _, err := Decide(&s.state, owner, c, s.now); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	open := AffectedOpen{Incident: other, Batch: "over", Source: "A1", From: firstID, Group: "A1"}
	for want, change := range map[string]func(*AffectedOpen){
		"nothing of that beside it": func(c *AffectedOpen) { c.Direct = true },
		"no incident":               func(c *AffectedOpen) { c.From = "INC-2026-0009" },
		"no group":                  func(c *AffectedOpen) { c.Group = "A9" },
		"the same incident":         func(c *AffectedOpen) { c.From = other },
	} {
		wrong := open
		change(&wrong)
		refused(wrong, want)
	}
	ends("tocsin affected add " + string(other) + " --from " + string(firstID))
	s.do(open)
	refused(AffectedTake{Incident: other, Batch: "over", Numbers: []uint64{3}}, "is not in A1")
	refused(AffectedClose{Incident: other, Batch: "over"}, "0 of the 2 in A1")
	s.do(AffectedTake{Incident: other, Batch: "over", Numbers: []uint64{1}})
	refused(AffectedClose{Incident: other, Batch: "over"}, "1 of the 2 in A1")
	s.do(AffectedTake{Incident: other, Batch: "over", Numbers: []uint64{2}}) // affected already
	s.do(AffectedClose{Incident: other, Batch: "over"})
	ends("A2: 1 paid customer")
	s.do(ForgetCustomer{ID: "C-3", Reason: "they asked"})
	s.do(AffectedOpen{Incident: other, Batch: "last", Source: "A2", From: firstID, Group: "A2"})
	s.do(AffectedTake{Incident: other, Batch: "last", Numbers: []uint64{3}}) // forgotten
	s.do(AffectedClose{Incident: other, Batch: "last"})
	ends("")
	i := s.state.Incidents[other]
	if len(i.Groups) != 2 || i.AffectedCustomers() != 2 || !i.Groups[1].Direct || i.Groups[0].Direct || !i.Groups[1].Since.Equal(time.Time{}) ||
		!slices.Equal(i.TakenOver, []Takeover{{firstID, "A1"}, {firstID, "A2"}}) {
		t.Errorf("%+v, %+v", i.Groups, i.TakenOver)
	}
}
