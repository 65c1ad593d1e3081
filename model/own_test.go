package model

import (
	"slices"
	"strings"
	"testing"

	"tocsin/model/policy"
)

// bankPack is a law about kinds of organisations.
func bankPack() *policy.Pack {
	return &policy.Pack{
		ID: "bank", Version: 1, Kind: policy.Regime, Title: "Bank law",
		Questions: []policy.Question{{ID: "is_bank", Label: "Are we a bank?", Organisation: true}, {ID: "clients", Label: "Are clients affected?"}},
		Settings:  []policy.Setting{{ID: "size", Label: "Size", Values: []policy.Term{{ID: "small", Label: "Small"}, {ID: "large", Label: "Large"}}, Organisation: true}},
		Rules: []policy.Rule{{ID: "tell", Title: "Tell the bank authority", Starts: "detected", Within: hours(4),
			When: policy.Condition{Answers: map[string]policy.Answer{"is_bank": policy.Yes}, Settings: map[string][]string{"size": {"large"}}}}},
	}
}

var (
	bankRef = policy.Ref{ID: "bank", Version: 1}
	isBank  = OwnAnswer{Name: "is_bank", Value: Value{Answer: policy.Yes}}
	isLarge = OwnAnswer{Name: "size", Value: Value{Word: "large"}}
)

func bankSpace(t *testing.T, answers ...OwnAnswer) *space {
	s := newSpace(t)
	s.do(AdoptPack{bankPack()})
	s.do(setupWith(answers...))
	return s
}

func setupWith(answers ...OwnAnswer) Setup {
	return Setup{Organisation: "Example", Zone: "Europe/Berlin", Packs: []policy.Ref{procedureRef, regimeRef}, Answers: answers}
}

// TestOwnAnswersAreKept gives, changes and takes back standing answers; those
// that a change does not name stay.
func TestOwnAnswersAreKept(t *testing.T) {
	s := bankSpace(t, isLarge, isBank)
	kept := func(want string) {
		t.Helper()
		if got := ownWords(s.state.Meta.Answers); got != want {
			t.Errorf("standing answers %q, want %q", got, want)
		}
	}
	kept("is_bank=yes, size=large")
	s.do(setupWith(OwnAnswer{Name: "is_bank", Value: Value{Answer: policy.No}}))
	kept("is_bank=no, size=large")
	s.do(setupWith())
	kept("is_bank=no, size=large")
	s.do(AdoptPack{procedurePack(2)})
	kept("is_bank=no, size=large")
	s.do(setupWith(OwnAnswer{Name: "is_bank"}, OwnAnswer{Name: "size"}))
	kept("")
	if bodies, err := s.apply(owner, setupWith(OwnAnswer{Name: "size"})); err != nil {
		t.Errorf("what is not known is taken back: %v, %v", bodies, err)
	}
}

func TestOwnAnswersAreRefused(t *testing.T) {
	for _, test := range []struct {
		answer OwnAnswer
		says   string
	}{
		{OwnAnswer{Name: "is_bnk", Value: Value{Answer: policy.Yes}}, `answer: "is_bnk" is not known here (did you mean is_bank?); accepted: is_bank, size`},
		{OwnAnswer{Name: "clients", Value: Value{Answer: policy.Yes}}, `answer: "clients" is not known here`},
		{OwnAnswer{Name: "is_bank", Value: Value{Word: "large"}}, "is_bank: is a question; accepted: yes, no or unknown"},
		{OwnAnswer{Name: "size", Value: Value{Word: "larg"}}, `size: "larg" is not known here (did you mean large?)`},
		{OwnAnswer{Name: "size", Value: Value{Answer: policy.Yes}}, "size: is a setting; accepted: small, large, or unknown"},
	} {
		s := bankSpace(t)
		if _, err := s.apply(owner, setupWith(test.answer)); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%v is refused with %v, want %q", test.answer, err, test.says)
		}
	}
}

// TestOwnAnswersBecomeFacts holds that an incident which comes under a pack that
// asks about the organisation has the answers itself, with their ground, and
// that what somebody said of the incident comes first.
func TestOwnAnswersBecomeFacts(t *testing.T) {
	underBank := []policy.Ref{procedureRef, bankRef}
	for _, test := range []struct {
		name     string
		commands []Command
		want     string // the facts with the ground of standing answers
		applies  policy.Answer
	}{
		{"not under the pack", []Command{Report{Title: "x"}, Triage{Incident: firstID, Classification: Confirmed}}, "", policy.No},
		{"reported under it", []Command{Report{Title: "x", Packs: underBank}}, "is_bank=yes size=large", policy.Yes},
		{"taken in triage", []Command{Report{Title: "x"}, Triage{Incident: firstID, Packs: []policy.Ref{bankRef}}}, "is_bank=yes size=large", policy.Yes},
		{"put under it", []Command{Report{Title: "x"}, ChangePacks{Incident: firstID, Packs: underBank, Reason: "r"}}, "is_bank=yes size=large", policy.Yes},
		{"said otherwise in triage", []Command{Report{Title: "x"}, Triage{Incident: firstID, Packs: []policy.Ref{bankRef}, Facts: []Statement{{Name: "is_bank", Value: Value{Answer: policy.No}}}}}, "size=large", policy.No},
		{"said not to be known before", []Command{Report{Title: "x"}, StateFact{Incident: firstID, Statement: Statement{Name: "is_bank"}}, Triage{Incident: firstID, Packs: []policy.Ref{bankRef}}}, "size=large", policy.Unknown},
		{"changed afterwards", []Command{Report{Title: "x", Packs: underBank}, setupWith(OwnAnswer{Name: "is_bank", Value: Value{Answer: policy.No}})}, "is_bank=yes size=large", policy.Yes},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := bankSpace(t, isBank, isLarge)
			for _, c := range test.commands {
				s.do(c)
			}
			incident := s.state.Incidents[firstID]
			var got []string
			for _, f := range incident.Facts {
				if f.Ground == policy.OwnGround {
					got = append(got, OwnAnswer{f.Name, f.Value}.String())
				}
			}
			if slices.Sort(got); strings.Join(got, " ") != test.want {
				t.Errorf("facts of the organisation: %q, want %q", got, test.want)
			}
			applies := policy.No
			for _, o := range s.state.Obligations(incident) {
				if o.Pack.ID == "bank" {
					applies = o.Applies
				}
			}
			if applies != test.applies {
				t.Errorf("applies: %v, want %v", applies, test.applies)
			}
		})
	}
}

// TestOwnAnswersAreKnownToProposals holds that a proposal rests on them, and
// says so, before any of them is a fact of the incident.
func TestOwnAnswersAreKnownToProposals(t *testing.T) {
	s := bankSpace(t, isBank, isLarge)
	s.do(Report{Title: "x"})
	c := s.state.Incidents[firstID].Case()
	s.state.Meta.Complete(c)
	proposals := policy.Propose([]*policy.Pack{bankPack()}, c, s.state.Zone())
	const want = "Are we a bank? yes (standing answer of the organisation); Size is large: it is large (standing answer of the organisation)"
	if len(proposals) != 1 || proposals[0].Answer != policy.Yes || proposals[0].Why() != want {
		t.Errorf("proposals %+v", proposals)
	}
	c.Answers["is_bank"], c.Own = policy.No, nil
	s.state.Meta.Complete(c)
	if proposals := policy.Propose([]*policy.Pack{bankPack()}, c, s.state.Zone()); len(proposals) != 0 {
		t.Errorf("an answer given comes before a standing one: %+v", proposals)
	}
}
