package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/model/policy"
)

// atRisk is an incident of which the law asks to tell the authority until
// 26 November 2026, 11:00 UTC; it is then 11:00 UTC on the 23rd.
func atRisk(t rapid.TB) *space {
	s := triaged(t)
	s.do(stated(firstID, "aware", "2026-11-23T11:00:00Z"))
	s.do(answered(firstID, "risk", policy.Yes, ""))
	s.now = at("2026-11-23T11:00:00Z")
	return s
}

func delay(from, until string) Suspend {
	c := Suspend{Incident: firstID, Key: key("law/authority"), Until: at(until), Requester: "Public prosecutor", Evidence: "letter 7"}
	if from != "" {
		c.From = at(from)
	}
	return c
}

func TestSuspend(t *testing.T) {
	whole := delay("", "2026-11-30T12:00:00Z")
	for _, test := range []struct {
		name    string
		prepare []Command
		command Command
		moves   []string
		refusal []string
	}{
		{"until its end", nil, whole, []string{"law/authority moves 26T11:00 30T12:00"}, nil},
		{"one that ends before the due time", nil, delay("", "2026-11-24T12:00:00Z"), nil, nil},
		{"from before", nil, delay("2026-11-23T10:00:00Z", "2026-11-30T12:00:00Z"), []string{"law/authority moves 26T11:00 30T12:00"}, nil},
		{"extended", []Command{whole}, delay("", "2026-12-01T12:00:00Z"), []string{"law/authority moves 30T12:00 01T12:00"}, nil},
		{"no longer than it is", []Command{whole}, delay("", "2026-11-29T12:00:00Z"), nil, []string{"until: law/authority is suspended for longer already; accepted: a later time, or lift the delay"}},
		{"over already", nil, delay("2026-11-22T10:00:00Z", "2026-11-23T10:00:00Z"), nil, []string{"until: 2026-11-23 11:00 CET has passed"}},
		{"ends before it begins", nil, delay("2026-11-25T10:00:00Z", "2026-11-24T10:00:00Z"), nil, []string{"until: is not after it begins"}},
		{"for ever", nil, delay("", "2096-11-24T10:00:00Z"), nil, []string{"is too far ahead"}},
		{"nothing said", nil, Suspend{Incident: firstID}, nil, []string{"rule:", "by: is empty; accepted: the authority or person who asked for it", "evidence: is empty", "until: is empty"}},
		{"a rule that knows none", nil, Suspend{Incident: firstID, Key: key("house/notify"), Until: at("2026-11-30T12:00:00Z"), Requester: "r", Evidence: "e"}, nil,
			[]string{"rule: the source of house/notify knows no delay; accepted: law/authority"}},
		{"waived", []Command{Waive{firstID, key("law/authority"), "Ceo", "r"}}, whole, nil, []string{"rule: law/authority is waived"}},
		{"lifted", []Command{whole}, Lift{Incident: firstID, Key: key("law/authority"), Reason: "r"}, []string{"law/authority moves 30T12:00 26T11:00"}, nil},
		{"lifted twice", []Command{whole, Lift{Incident: firstID, Key: key("law/authority"), Reason: "r"}}, Lift{Incident: firstID, Key: key("law/authority"), Reason: "r"}, nil, []string{"law/authority is not suspended"}},
		{"lifted for no reason", []Command{whole}, Lift{Incident: firstID, Key: key("law/authority")}, nil, []string{"reason: is empty"}},
		{"lifted to come", []Command{whole}, Lift{Incident: firstID, Key: key("law/authority"), At: at("2026-11-24T11:00:00Z"), Reason: "r"}, nil, []string{"at:", "future"}},
		{"lifted before it began", []Command{delay("2026-11-24T10:00:00Z", "2026-11-30T12:00:00Z")}, Lift{Incident: firstID, Key: key("law/authority"), Reason: "r"}, []string{"law/authority moves 30T12:00 26T11:00"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := atRisk(t)
			for _, c := range test.prepare {
				s.do(c)
			}
			before := len(s.incident(firstID).Suspensions)
			if test.refusal == nil {
				if got := moves(s.do(test.command)); !slices.Equal(got, test.moves) {
					t.Errorf("moves: %v, want %v", got, test.moves)
				}
				return
			}
			_, err := Decide(&s.state, Actor{Name: "Olga", Role: Owner}, test.command, s.now)
			for _, part := range test.refusal {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("refused with %v, which lacks %q", err, part)
				}
			}
			if after := len(s.incident(firstID).Suspensions); after != before {
				t.Errorf("%d delays, %d before", after, before)
			}
		})
	}
}

// A delay keeps an incident open, and ends by itself: the obligation is due
// when it expires, and a board says the same.
func TestSuspensionExpires(t *testing.T) {
	s := atRisk(t)
	s.do(delay("", "2026-11-30T12:00:00Z"))
	for _, step := range []struct {
		at    string
		state policy.State
	}{{"2026-11-23T11:00:01Z", policy.Suspended}, {"2026-11-29T12:00:00Z", policy.Suspended}, {"2026-11-30T12:00:00Z", policy.DueSoon}, {"2026-11-30T12:00:01Z", policy.Overdue}} {
		for _, o := range s.state.Obligations(s.incident(firstID)) {
			if got := o.State(at(step.at)); o.Key() == key("law/authority") && got != step.state {
				t.Errorf("at %s it is %s, want %s", step.at, got, step.state)
			}
		}
		for _, due := range s.state.Stand(s.incident(firstID)).Dues {
			if got := due.State(at(step.at)); due.Key() == key("law/authority") && got != step.state {
				t.Errorf("at %s the board says %s, want %s", step.at, got, step.state)
			}
		}
	}
	s.do(stated(firstID, "resolved", "2026-11-23T11:00:00Z"))
	_, err := Decide(&s.state, Actor{Name: "Olga", Role: Owner}, Close{Incident: firstID, Override: "r"}, s.now)
	if err == nil || !strings.Contains(err.Error(), "suspended: Tell the authority (law/authority)") {
		t.Errorf("closing is refused with %v", err)
	}
	s.wait(time.Hour)
	s.do(Lift{Incident: firstID, Key: key("law/authority"), At: at("2026-11-23T11:30:00Z"), Reason: "r"})
	if i := s.incident(firstID); len(i.Suspensions) != 1 || !i.Suspensions[0].Until.Equal(at("2026-11-23T11:30:00Z")) || i.Suspensions[0].By != "Olga" {
		t.Errorf("on record is %+v", i.Suspensions)
	}
}
