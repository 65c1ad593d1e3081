package model

import (
	"strings"
	"testing"
)

// TestNobodyTakesTheNameOfAForgottenPerson offers such a name wherever the
// record is to name somebody. Where it stands already it may stay.
func TestNobodyTakesTheNameOfAForgottenPerson(t *testing.T) {
	const gone = ForgottenPerson + "abc234"
	s := withEvidence(t)
	before := s.state.Seq
	for _, c := range []Command{
		Assign{firstID, Holding{"lead", gone}},
		AddTask{Incident: firstID, Title: "Call", Assignee: gone},
		SetTask{Incident: firstID, Task: "look", Assignee: new(gone)},
		Waive{firstID, key("house/regret"), gone, "no harm"},
		Suspend{Incident: firstID, Key: key("law/authority"), Requester: gone, Reason: "they asked"},
		AddEvidence{Incident: firstID, Title: "log", SHA256: emptyDigest, Collector: gone},
		moved(Transferred, gone), moved(Examined, gone),
		Sweep{Approver: gone},
	} {
		if refusal := s.refused(c); !strings.Contains(refusal.Error(), "is what a person is called who was forgotten, and nobody's name") {
			t.Errorf("%s: %v", c.Kind(), refusal)
		}
	}
	if s.state.Seq != before {
		t.Fatalf("%d events came of it", s.state.Seq-before)
	}
	s.do(Assign{firstID, Holding{"lead", "Ann"}})
	s.do(SetTask{Incident: firstID, Task: "look", Assignee: new("Ann")})
	i := s.incident(firstID) // as a start reads it once Ann was forgotten
	i.Roles[0].Person = gone
	for k := range i.Tasks {
		i.Tasks[k].Assignee = gone
	}
	i.Evidence[0].Custody[0].Holder = gone
	s.do(SetTask{Incident: firstID, Task: "look", State: TaskDone, Assignee: new(gone)})
	s.do(Assign{firstID, Holding{"lead", gone}})
	s.do(Unassign{firstID, Holding{"lead", gone}})
	s.do(MoveEvidence{Incident: firstID, Item: "E-1", Deed: Transferred, From: gone, Person: "Ben", Reason: "to go on"})
}
