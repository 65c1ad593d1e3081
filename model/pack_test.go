package model

import (
	"errors"
	"strings"
	"time"

	"pgregory.net/rapid"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

var (
	procedureRef = policy.Ref{ID: "house", Version: 1}
	regimeRef    = policy.Ref{ID: "law", Version: 1}
)

func hours(n int) calendar.Period { return calendar.Period{N: n, Unit: calendar.Hours} }

// procedurePack is a small procedure: three phases with mandatory tasks at
// two, three severities, and rules of every shape.
func procedurePack(version int) *policy.Pack {
	return &policy.Pack{
		ID: "house", Version: version, Kind: policy.Procedure, Title: "House rules",
		Severities: []policy.Severity{
			{ID: "low", Label: "Low", Criteria: []string{"nobody notices"}},
			{ID: "high", Label: "High", Criteria: []string{"customers notice", "data is exposed"}},
			{ID: "critical", Label: "Critical", Criteria: []string{"everything is down"}},
		},
		Types: []policy.Term{{ID: "breach", Label: "Breach"}, {ID: "outage", Label: "Outage"}},
		Data:  []policy.Term{{ID: "personal", Label: "Personal data"}, {ID: "payment", Label: "Payment data"}},
		Roles: []policy.Role{
			{ID: "technical", Label: "Technical", Required: true},
			{ID: "lead", Label: "Incident lead", Required: true},
			{ID: "communications", Label: "Communications"},
		},
		Phases: []policy.Phase{
			{ID: "detect", Label: "Detection", Tasks: []policy.Task{
				{ID: "assess", Label: "Assess the damage", Mandatory: true},
				{ID: "look", Label: "Look around"},
			}},
			{ID: "contain", Label: "Containment", Tasks: []policy.Task{
				{ID: "isolate", Label: "Isolate systems", Mandatory: true, Role: "technical"},
				{ID: "rotate", Label: "Rotate secrets", Mandatory: true, When: policy.Condition{Types: []string{"breach"}}},
			}},
			{ID: "review", Label: "Review"},
		},
		Questions: []policy.Question{{ID: "personal_data", Label: "Is personal data affected?"}},
		Facts:     []policy.Term{{ID: "board_told", Label: "Board told"}},
		Rules: []policy.Rule{
			{ID: "notify", Title: "Notify customers", Starts: "confirmed", Within: hours(72), When: policy.Condition{Severity: []string{"high", "critical"}}},
			{ID: "update", Title: "Update customers", Starts: "impact_confirmed", Within: hours(48), Every: hours(24), Until: "resolved", When: policy.Condition{Severity: []string{"critical"}}},
			{ID: "regret", Title: "Say sorry", Starts: "confirmed", When: policy.Condition{Severity: []string{"critical"}}},
			{ID: "review", Title: "Review", Starts: "resolved", Within: calendar.Period{N: 30, Unit: calendar.Days}, When: policy.Condition{Severity: []string{"high", "critical"}}, Internal: true},
			{ID: "board", Title: "Tell the board", Starts: "confirmed", Within: hours(24), MetBy: "fact:board_told", When: policy.Condition{Severity: []string{"critical"}}, Internal: true},
		},
	}
}

// regimePack is a law whose one rule hangs on an answer.
func regimePack() *policy.Pack {
	return &policy.Pack{
		ID: "law", Version: 1, Kind: policy.Regime, Title: "The law", Zone: "Asia/Tokyo",
		Questions: []policy.Question{{ID: "risk", Label: "Is there a risk to people?"}},
		Rules: []policy.Rule{
			{ID: "authority", Title: "Tell the authority", Starts: "aware", Within: hours(72), Suspend: policy.SuspendUntilEnd, When: policy.Condition{Answers: map[string]policy.Answer{"risk": policy.Yes}}},
			{ID: "yearly", Title: "Count it", Starts: "aware", Within: calendar.Period{N: 1, Unit: calendar.Days}, When: policy.Condition{Types: []string{"outage"}}},
		},
	}
}

// homeCalendar is a calendar for 2026 and 2027 with Christmas and further days.
func homeCalendar(version int, days ...string) *calendar.Edition {
	e := &calendar.Edition{
		ID: "home", Version: version, Title: "Our place", Weekend: []time.Weekday{time.Sunday, time.Saturday},
		Years: calendar.Years{First: 2026, Last: 2027}, Days: map[calendar.Date]string{{Year: 2026, Month: 12, Day: 25}: "Christmas Day"},
	}
	for _, day := range days {
		date, err := calendar.ParseDate(day)
		if err != nil {
			panic(err)
		}
		e.Days[date] = "day off"
	}
	return e
}

var (
	owner     = Actor{Name: "Olga", Role: Owner}
	start     = at("2026-11-23T09:00:00Z")
	firstID   = NewID(2026, 1)
	secondID  = NewID(2026, 2)
	unknownID = NewID(2026, 99)
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func key(text string) policy.RuleKey {
	pack, rule, _ := strings.Cut(text, "/")
	return policy.RuleKey{Pack: pack, Rule: rule}
}

// space is a state with a clock, for tests that give one command after another.
type space struct {
	t     rapid.TB
	state State
	now   time.Time
	log   []Event
	shelf shelf
}

// newSpace is a space in Berlin under both packs.
func newSpace(t rapid.TB) *space {
	t.Helper()
	s := &space{t: t, now: start}
	s.state.Registry = &s.shelf
	s.do(AdoptPack{procedurePack(1)})
	s.do(AdoptPack{regimePack()})
	s.do(Setup{Organisation: "Example", Zone: "Europe/Berlin", Packs: []policy.Ref{procedureRef, regimeRef}})
	return s
}

// apply decides a command and folds what it leads to.
func (s *space) apply(actor Actor, c Command) ([]Body, error) {
	decision, err := Decide(&s.state, actor, c, s.now)
	if err != nil {
		return nil, err
	}
	for _, body := range decision.Bodies {
		e := Event{Seq: s.state.Seq + 1, At: s.now, Actor: actor.Name, Role: actor.Role, Batch: decision.Batch, Body: body}
		if _, err := s.state.Fold(e); err != nil {
			s.t.Fatalf("fold what %s led to: %v", c.Kind(), err)
		}
		s.log = append(s.log, e)
		s.shelf.follow(&s.state, e)
	}
	return decision.Bodies, nil
}

// do gives a command that must be accepted.
func (s *space) do(c Command) []Body {
	s.t.Helper()
	bodies, err := s.apply(owner, c)
	if err != nil {
		s.t.Fatalf("%s: %v", c.Kind(), err)
	}
	return bodies
}

// refused gives a command that must be refused.
func (s *space) refused(c Command) *Refusal {
	s.t.Helper()
	bodies, err := s.apply(owner, c)
	if err == nil {
		s.t.Fatalf("%s was accepted: %d events", c.Kind(), len(bodies))
	}
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		s.t.Fatalf("%s: %v is no refusal", c.Kind(), err)
	}
	return refusal
}

func (s *space) incident(id ID) *Incident {
	s.t.Helper()
	i, ok := s.state.Incident(id)
	if !ok {
		s.t.Fatalf("there is no %s", id)
	}
	return i
}

func (s *space) wait(d time.Duration) { s.now = s.now.Add(d) }

// reported is a space with one incident.
func reported(t rapid.TB) *space {
	t.Helper()
	s := newSpace(t)
	s.do(Report{Title: "Strange log-ins"})
	return s
}

// triaged is a space with one critical incident, confirmed an hour before now.
func triaged(t rapid.TB) *space {
	t.Helper()
	s := reported(t)
	s.wait(2 * time.Hour)
	s.do(Triage{
		Incident: firstID, Types: []string{"breach"}, Classification: Confirmed, Data: []string{"personal"},
		Severity: "critical", Criteria: []string{"everything is down"},
		Facts: []Statement{
			{Name: "confirmed", Value: Time(s.now.Add(-time.Hour))},
			{Name: "impact_confirmed", Value: Time(s.now.Add(-time.Hour))},
		},
	})
	return s
}

func stated(id ID, name, value string) StateFact {
	return StateFact{Incident: id, Statement: Statement{Name: name, Value: Time(at(value))}}
}

func answered(id ID, name string, a policy.Answer, reason string) StateFact {
	return StateFact{Incident: id, Statement: Statement{Name: name, Value: Value{Answer: a}, Reason: reason}}
}

// moves are the changes of due times that a decision brought, one a line.
func moves(bodies []Body) []string {
	var lines []string
	for _, b := range bodies {
		moved, ok := b.(*DuesMoved)
		if !ok {
			continue
		}
		for _, m := range moved.Moves {
			lines = append(lines, m.Key.String()+" "+m.Change+" "+clock(m.Before)+" "+clock(m.After))
		}
	}
	return lines
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format("02T15:04")
}
