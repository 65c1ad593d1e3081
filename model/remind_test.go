package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// overdueBoard is a space whose incident is past the time for telling the board.
func overdueBoard(t rapid.TB) *space {
	s := triaged(t)
	s.wait(24 * time.Hour)
	return s
}

// reminders are what is to be brought to mind of an incident, as RULE LEVEL.
func (s *space) reminders(id ID, now time.Time) []string {
	var all []string
	standing := s.state.Stand(s.state.Incidents[id])
	for k := range standing.Dues {
		if r, ok := standing.Reminder(&standing.Dues[k], now); ok {
			all = append(all, r.Key().Rule+" "+r.Reach.Level())
		}
	}
	slices.Sort(all)
	return all
}

func (s *space) reminds(t rapid.TB, want ...string) {
	t.Helper()
	if got := s.reminders(firstID, s.now); !slices.Equal(got, want) {
		t.Errorf("brought to mind: %q, want %q", got, want)
	}
}

func TestRemindersFollowWhatStands(t *testing.T) {
	s := triaged(t)
	s.reminds(t)
	s.wait(12 * time.Hour) // half of the 24 hours was reached while nobody looked
	s.reminds(t, "board half")
	s.do(Acknowledge{Incident: firstID, Key: key("house/board")})
	s.reminds(t)
	s.wait(12 * time.Hour) // the levels between are not brought to mind one by one
	s.reminds(t, "board overdue", "update 24h")
	s.do(Acknowledge{Incident: firstID, Key: key("house/board")})
	s.do(Acknowledge{Incident: firstID, Key: key("house/update")})
	s.reminds(t)
	s.do(StateFact{firstID, Statement{Name: "impact_confirmed", Value: Time(start), Reason: "earlier"}})
	s.reminds(t, "update 24h")
	s.do(Submit{Incident: firstID, Key: key("house/update")})
	s.reminds(t)
	s.wait(24 * time.Hour)
	s.reminds(t, "board overdue", "notify 24h", "update 1h")
	s.do(MarkFalse{Incident: firstID, Reason: "a test"})
	s.reminds(t)
}

func TestWhatWasSeenIsWhatIsAcknowledged(t *testing.T) {
	s := triaged(t)
	s.wait(12 * time.Hour)
	seen := s.now
	s.wait(12 * time.Hour) // the level rises before the word arrives
	s.do(Acknowledge{Incident: firstID, Key: key("house/board"), Seen: seen})
	s.reminds(t, "board overdue", "update 24h")
}

func TestWhoIsReminded(t *testing.T) {
	s := overdueBoard(t)
	about := func() Reminder {
		standing := s.state.Stand(s.state.Incidents[firstID])
		r, ok := standing.Reminder(&standing.Dues[0], s.now)
		if !ok {
			t.Fatal("there is no reminder")
		}
		return r
	}
	if r := about(); !r.Concerns("Ann") || !r.Concerns("Ben") || len(r.Reminded()) != 1 || r.Reminded()[0].Role.Label != "Incident lead" || len(r.Reminded()[0].Holders) > 0 {
		t.Errorf("where nobody leads it concerns everybody: %+v", r.Reminded())
	}
	s.do(Assign{firstID, Holding{"lead", "Ann"}})
	if r := about(); !r.Concerns("Ann") || r.Concerns("Ben") || strings.Join(r.Reminded()[0].Holders, ",") != "Ann" {
		t.Errorf("it concerns who leads: %+v", r.Reminded())
	}
}

// TestOrderOfAcknowledgements holds that it does not matter in which order, and
// how often, deadlines are acknowledged.
func TestOrderOfAcknowledgements(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		commands := []Command{
			Acknowledge{Incident: firstID, Key: key("house/board")},
			Acknowledge{Incident: firstID, Key: key("house/update")},
			Acknowledge{Incident: firstID, Key: key("house/board"), Seen: start.Add(15 * time.Hour)},
		}
		s, other := overdueBoard(t), overdueBoard(t)
		for _, c := range commands {
			s.do(c)
		}
		for _, c := range rapid.Permutation(slices.Concat(commands, commands)).Draw(t, "order") {
			other.do(c)
		}
		for after := range 80 {
			now := s.now.Add(time.Duration(after) * time.Hour)
			if a, b := s.reminders(firstID, now), other.reminders(firstID, now); !slices.Equal(a, b) {
				t.Fatalf("after %d hours %q, in another order %q", after, a, b)
			}
		}
	})
}
