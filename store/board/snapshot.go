package board

import (
	"iter"
	"maps"
	"math"
	"sync"
	"time"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// Snapshot is a space at one moment. It never changes; what it hands out is
// shared and must not be changed either. All methods are safe for concurrent
// use and none waits for a writer.
type Snapshot struct {
	Seq  uint64     // of the last event in it
	Meta model.Meta // the space's settings

	laws  *model.State
	trees trees
	bySev map[string]int

	queueOnce  sync.Once
	queue      []*model.Standing
	closedOnce sync.Once
	closed     []*model.Standing
}

// Queue lists the open incidents in the order of model.CompareUrgency. It is
// made once per snapshot, at the first call.
func (s *Snapshot) Queue() []*model.Standing {
	s.queueOnce.Do(func() { s.queue = s.trees.open.Items() })
	return s.queue
}

// Closed lists the ended incidents, the latest first. It is made once per
// snapshot, at the first call.
func (s *Snapshot) Closed() []*model.Standing {
	s.closedOnce.Do(func() { s.closed = s.trees.closed.Items() })
	return s.closed
}

// Incident returns an incident that is visible, open or ended.
func (s *Snapshot) Incident(id model.ID) (*model.Standing, bool) { return s.trees.known.Get(id) }

// Len is the number of open incidents.
func (s *Snapshot) Len() int { return s.trees.open.Len() }

// ClosedLen is the number of ended incidents.
func (s *Snapshot) ClosedLen() int { return s.trees.closed.Len() }

// Dues goes through all due times of all open incidents, the soonest first;
// those at the same moment by incident.
func (s *Snapshot) Dues() iter.Seq2[*model.Standing, model.Due] {
	return func(yield func(*model.Standing, model.Due) bool) {
		s.trees.dues.Scan(func(d due) bool { return yield(d.standing, d.standing.Dues[d.index]) })
	}
}

// DuesFrom is Dues beginning with the first due time that is not before from.
func (s *Snapshot) DuesFrom(from time.Time) iter.Seq2[*model.Standing, model.Due] {
	return func(yield func(*model.Standing, model.Due) bool) {
		s.trees.dues.Ascend(due{at: from.UnixMilli()}, func(d due) bool { return yield(d.standing, d.standing.Dues[d.index]) })
	}
}

// Reminding goes through the due times that are brought to mind of a person,
// those that concern everybody where the person is "", by when that begins
// (Standing.RemindFrom).
func (s *Snapshot) Reminding(person string) iter.Seq2[*model.Standing, model.Due] {
	return func(yield func(*model.Standing, model.Due) bool) {
		number, known := s.trees.people[person]
		if !known {
			return
		}
		s.trees.alarms.Ascend(alarm{person: number, from: math.MinInt64}, func(a alarm) bool {
			return a.person == number && yield(a.standing, a.standing.Dues[a.index])
		})
	}
}

// Calling goes through the incidents, open or ended, on which a person is called.
func (s *Snapshot) Calling(person string) iter.Seq[*model.Standing] {
	return func(yield func(*model.Standing) bool) {
		number, known := s.trees.people[person]
		if !known {
			return
		}
		s.trees.calls.Ascend(call{person: number}, func(c call) bool { return c.person == number && yield(c.standing) })
	}
}

// Approving goes through the incidents, open or ended, with notices that wait
// for approval, by number.
func (s *Snapshot) Approving() iter.Seq[*model.Standing] {
	return func(yield func(*model.Standing) bool) { s.trees.asks.Scan(yield) }
}

// CountsBySeverity is the number of open incidents by severity id, "" for
// those not triaged. Ids that no open incident has are absent.
func (s *Snapshot) CountsBySeverity() map[string]int { return s.bySev }

// Obligations computes what an incident owes, from the pack versions it is
// pinned to.
func (s *Snapshot) Obligations(i *model.Incident) []policy.Obligation { return s.laws.Obligations(i) }

// Explain says step by step how an obligation of an incident came about.
func (s *Snapshot) Explain(i *model.Incident, o *policy.Obligation) policy.Explanation {
	return policy.ExplainIn(o, i.Case(), s.laws.Home())
}

// Pack returns an adopted pack version.
func (s *Snapshot) Pack(ref policy.Ref) (*policy.Pack, bool) {
	p, ok := s.laws.Packs[ref]
	return p, ok
}

// Calendars goes through the adopted calendars, the newest version of each, in
// no order.
func (s *Snapshot) Calendars() iter.Seq[*calendar.Edition] { return maps.Values(s.laws.Calendars) }

// Calendar returns the adopted calendar with the id.
func (s *Snapshot) Calendar(id string) (*calendar.Edition, bool) {
	e, ok := s.laws.Calendars[id]
	return e, ok
}

// Home is what days are counted by where a pack has no authority of its own:
// the space's zone and, where it has a home calendar, its holidays.
func (s *Snapshot) Home() calendar.Calendar { return s.laws.Home() }

// Packs goes through all adopted pack versions, in no order.
func (s *Snapshot) Packs() iter.Seq[*policy.Pack] {
	return func(yield func(*policy.Pack) bool) {
		for _, p := range s.laws.Packs {
			if !yield(p) {
				return
			}
		}
	}
}

// PacksOf returns the pack versions an incident is pinned to, the procedure
// first.
func (s *Snapshot) PacksOf(i *model.Incident) []*policy.Pack { return s.laws.PacksOf(i) }

// Procedure returns the pack whose phases, severities and roles an incident
// follows.
func (s *Snapshot) Procedure(i *model.Incident) *policy.Pack { return s.laws.Procedure(i) }

// Zone is the zone civil dates are read in; UTC until the space is set up.
func (s *Snapshot) Zone() *time.Location { return s.laws.Zone() }

// IsSetUp reports whether the space has its settings.
func (s *Snapshot) IsSetUp() bool { return s.laws.IsSetUp() }
