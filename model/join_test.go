package model

import (
	"slices"
	"strings"
	"testing"

	"tocsin/model/policy"
)

// bankLaw binds whoever is a bank, and asks so.
func bankLaw(version int) *policy.Pack {
	bound := policy.Condition{Answers: map[string]policy.Answer{"bank": policy.Yes}}
	return &policy.Pack{
		ID: "bank-law", Version: version, Kind: policy.Regime, Title: "Bank law",
		Questions: []policy.Question{{ID: "bank", Label: "Are we a bank?"}}, Facts: []policy.Term{{ID: "ruled", Label: "Ruled"}},
		Rules: []policy.Rule{{ID: "tell", Title: "Tell the regulator", Starts: "aware", Within: hours(4), When: bound}},
	}
}

// TestTriageJoinsPacks puts an incident under what its answers call for, in
// one decision that says why, and never takes a pack away.
func TestTriageJoinsPacks(t *testing.T) {
	ref := policy.Ref{ID: "bank-law", Version: 1}
	yes, no := Value{Answer: policy.Yes}, Value{Answer: policy.No}
	space := func() *space {
		s := reported(t)
		s.do(AdoptPack{bankLaw(1)})
		return s
	}
	for _, test := range []struct {
		name    string
		triage  Triage
		reason  string // of the change of packs; "" where there is none
		refusal string
	}{
		{name: "answered", triage: Triage{Facts: []Statement{{Name: "bank", Value: yes}}, Packs: []policy.Ref{ref}}, reason: "bank-law: Are we a bank? yes"},
		{name: "open", triage: Triage{Packs: []policy.Ref{ref}}, reason: "bank-law: cannot be excluded: Are we a bank? not answered yet (applies if yes)"},
		{name: "all the same", triage: Triage{Facts: []Statement{{Name: "bank", Value: no}}, Packs: []policy.Ref{ref}}, reason: "bank-law: chosen in triage"},
		{name: "answer alone", triage: Triage{Facts: []Statement{{Name: "bank", Value: no}}}},
		{name: "its own pack", triage: Triage{Types: []string{"breach"}, Packs: []policy.Ref{regimeRef, procedureRef}}},
		{name: "twice", triage: Triage{Packs: []policy.Ref{ref, ref}}, refusal: "bank-law is named twice"},
		{name: "another version", triage: Triage{Packs: []policy.Ref{{ID: "law", Version: 2}}}, refusal: "under another version of law already"},
		{name: "not adopted", triage: Triage{Packs: []policy.Ref{{ID: "bank-law", Version: 9}}}, refusal: "is not adopted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := space()
			test.triage.Incident = firstID
			if test.refusal != "" {
				if refusal := s.refused(test.triage); !strings.Contains(refusal.Error(), test.refusal) {
					t.Errorf("refused: %v", refusal)
				}
				return
			}
			reason := ""
			for _, body := range s.do(test.triage) {
				if changed, ok := body.(*PacksChanged); ok {
					reason = changed.Reason
				}
			}
			if reason != test.reason {
				t.Errorf("reason %q, want %q", reason, test.reason)
			}
			want := []policy.Ref{procedureRef, regimeRef}
			if test.reason != "" {
				want = append(want, ref)
			}
			if packs := s.incident(firstID).Packs; !slices.Equal(packs, want) {
				t.Errorf("packs %v, want %v", packs, want)
			}
		})
	}
}

// TestTriageJoinsAndStates takes a pack and a fact that only it knows at once,
// and tells what that starts.
func TestTriageJoinsAndStates(t *testing.T) {
	s := reported(t)
	s.do(AdoptPack{bankLaw(1)})
	bodies := s.do(Triage{Incident: firstID, Packs: []policy.Ref{{ID: "bank-law", Version: 1}}, Facts: []Statement{
		{Name: "bank", Value: Value{Answer: policy.Yes}}, {Name: "ruled", Value: Time(start)}, {Name: "aware", Value: Time(start)},
	}})
	if got := strings.Join(kinds(bodies), " "); got != "incident.assessed fact.stated fact.stated fact.stated incident.repacked obligations.moved" {
		t.Errorf("events %s", got)
	}
	if said := strings.Join(moves(bodies), "\n"); !strings.Contains(said, "bank-law/tell") {
		t.Errorf("moves: %s", said)
	}
}

// TestWithOthers puts the newest version of every other regime behind the
// incident's own packs.
func TestWithOthers(t *testing.T) {
	own := []*policy.Pack{procedurePack(1), regimePack()}
	adopted := []*policy.Pack{bankLaw(1), bankLaw(2), own[0], procedurePack(2), own[1]}
	all := WithOthers(own, slices.Values(adopted))
	if len(all) != 3 || all[0] != own[0] || all[1] != own[1] || all[2] != adopted[1] {
		t.Errorf("packs %v", all)
	}
}
