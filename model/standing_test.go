package model

import (
	"slices"
	"testing"
	"time"

	"tocsin/model/policy"
)

func TestStand(t *testing.T) {
	s := triaged(t)
	s.do(stated(firstID, "aware", "2026-11-23T10:00:00Z"))
	standing := s.state.Stand(s.incident(firstID))
	var dues []string
	for _, d := range standing.Dues {
		dues = append(dues, clock(d.At)+" "+keyOf(d).String())
	}
	want := []string{"24T10:00 house/board", "25T10:00 house/update", "26T10:00 house/notify", "26T10:00 law/authority"}
	if !slices.Equal(dues, want) {
		t.Errorf("dues: %q, want %q", dues, want)
	}
	if next, ok := standing.Next(); !ok || keyOf(next) != key("house/board") || standing.Rank != 3 || standing.Procedure.ID != "house" {
		t.Errorf("standing: %+v", standing)
	}
	for after, state := range map[time.Duration]policy.State{0: policy.Running, 20 * time.Hour: policy.DueSoon, 24 * time.Hour: policy.DueSoon, 24*time.Hour + 1: policy.Overdue} {
		if got := standing.Dues[0].State(at("2026-11-23T10:00:00Z").Add(after)); got != state {
			t.Errorf("after %s it is %s, want %s", after, got, state)
		}
	}
	if got := standing.Dues[3].State(s.now.Add(1000 * time.Hour)); got != policy.CannotExclude {
		t.Errorf("what cannot be excluded is %s", got)
	}
	if gaps := standing.Gaps(); len(gaps) != 2 || gaps[1].ID != "lead" {
		t.Errorf("gaps: %v", gaps)
	}
	s.do(Assign{firstID, Holding{"lead", "Ann"}})
	if gaps := s.state.Stand(s.incident(firstID)).Gaps(); len(gaps) != 1 || gaps[0].ID != "technical" {
		t.Errorf("gaps: %v", gaps)
	}
	s.do(MarkFalse{firstID, "test"})
	if _, ok := s.state.Stand(s.incident(firstID)).Next(); ok {
		t.Error("something is due of a false positive")
	}
}

// The queue puts what is due next first, whoever was reported first.
func TestCompareUrgency(t *testing.T) {
	s := newSpace(t)
	report := func() ID { s.wait(time.Minute); return s.do(Report{Title: "T"})[0].Incident() }
	older, untriaged, low, soon, overdue, ended, endedLater := report(), report(), report(), report(), report(), report(), report()
	for id, level := range map[ID]string{older: "low", low: "low", soon: "critical", overdue: "high"} {
		s.do(Triage{Incident: id, Severity: level, Reason: "r"})
	}
	s.do(stated(overdue, "confirmed", "2026-11-01T00:00:00Z"))
	s.do(stated(soon, "confirmed", "2026-11-23T09:00:00Z"))
	s.do(MarkFalse{ended, "r"})
	s.wait(time.Minute)
	s.do(MarkFalse{endedLater, "r"})
	var all []*Standing
	for _, i := range s.state.Incidents {
		all = append(all, s.state.Stand(i))
	}
	slices.SortFunc(all, CompareUrgency)
	var got []ID
	for _, standing := range all {
		got = append(got, standing.Incident.ID)
	}
	if want := []ID{overdue, soon, untriaged, older, low, endedLater, ended}; !slices.Equal(got, want) {
		t.Errorf("order: %v\nwant:  %v", got, want)
	}
}

func TestTasks(t *testing.T) {
	s := reported(t)
	s.do(AddTask{Incident: firstID, Title: "Call Bob", Phase: "detect"})
	s.do(SetTask{Incident: firstID, Task: "rotate", State: TaskDone})
	s.do(SetTask{Incident: firstID, Task: "added-1", State: TaskDone})
	s.do(Triage{Incident: firstID, Types: []string{"outage"}}) // "rotate" no longer applies, but was worked on
	i := s.incident(firstID)
	var ids []string
	for _, task := range Tasks(i, s.state.Procedure(i)) {
		ids = append(ids, task.ID)
		if task.Added != (task.ID == "added-1") || task.Added && (task.Title != "Call Bob" || task.Open() || task.Mandatory) {
			t.Errorf("task %+v", task)
		}
	}
	if want := []string{"assess", "look", "added-1", "isolate", "rotate"}; !slices.Equal(ids, want) {
		t.Errorf("tasks: %q, want %q", ids, want)
	}
}

// A start computes the standing of every open incident, so nothing is made but
// the standing and its list of dues.
func TestStandMakesOnlyWhatItKeeps(t *testing.T) {
	s := triaged(t)
	s.do(stated(firstID, "aware", "2026-11-23T10:00:00Z"))
	i := s.incident(firstID)
	if n := testing.AllocsPerRun(100, func() { s.state.Stand(i) }); n > 2 {
		t.Errorf("%v allocations", n)
	}
}
