package policy

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// statedPacks ask for a fact, a question, a word and a count.
func statedPacks() []*Pack {
	yes := map[string]Answer{"bound": Yes}
	return []*Pack{
		{ID: "one", Facts: []Term{{ID: "asked", Label: "Asked"}}, Questions: []Question{{ID: "bound", Label: "Bound?"}, {ID: "grave", Label: "Grave?"}},
			Settings: []Setting{{ID: "affected", Label: "Affected"}, {ID: "entity", Label: "Entity", Values: []Term{{ID: "bank", Label: "Bank"}}}},
			Rules: []Rule{
				{ID: "notice", Starts: "aware", When: Condition{Answers: yes}},
				{ID: "grave", Starts: "aware", When: Condition{Answers: map[string]Answer{"bound": Yes, "grave": Yes}}},
			}},
		{ID: "two", Rules: []Rule{{ID: "notice", Starts: "aware", EffectiveFrom: "2026-12-01"}}},
	}
}

func TestStatements(t *testing.T) {
	packs, c := statedPacks(), &Case{}
	for _, s := range []struct{ name, value, wrong string }{
		{"aware", "2026-11-23T12:00:00Z", ""},
		{"asked", "2026-11-23 12:00", ""},
		{"asked", "unknown", ""},
		{"occurred", "2026-11-23T11:00:00Z", ""},
		{"occurred", "no", ""},
		{"occurred", "yes", "is not a time"},
		{"bound", "unknown", ""},
		{"grave", "perhaps", "write yes, no or unknown"},
		{"awaer", "now", `did you mean "aware"?`},
		{"aware", "yesterday", "is not a time"},
	} {
		err := c.State(packs, s.name, s.value, nil, monday)
		if (err == nil) != (s.wrong == "") || err != nil && !strings.Contains(err.Error(), s.wrong) {
			t.Errorf("%s=%s: %v, want %q", s.name, s.value, err, s.wrong)
		}
	}
	if _, stated := c.Times["asked"]; stated || !c.Times["aware"].Equal(monday) || c.Answers["occurred"] != No || len(c.Answers) != 3 || len(c.Times) != 1 {
		t.Errorf("the case is %+v", c)
	}
	for _, s := range []struct{ name, value, wrong string }{
		{"affected", "501", ""}, {"entity", "bank", ""}, {"entity", "bnak", `did you mean "bank"?`}, {"affected", "many", "whole number"},
		{"affected", "-1", "whole number"}, {"afected", "1", `did you mean "affected"?`}, {"entity", "unknown", ""},
	} {
		err := c.Set(packs, s.name, s.value)
		if (err == nil) != (s.wrong == "") || err != nil && !strings.Contains(err.Error(), s.wrong) {
			t.Errorf("%s=%s: %v, want %q", s.name, s.value, err, s.wrong)
		}
	}
	if c.Counts["affected"] != 501 || len(c.Settings) != 0 {
		t.Errorf("settings %v, counts %v", c.Settings, c.Counts)
	}
}

func TestSubmit(t *testing.T) {
	packs, c := statedPacks(), &Case{}
	for rule, wrong := range map[string]string{"notice": "write one/notice or two/notice", "notise": `did you mean "notice"?`} {
		if err := c.Submit(packs, rule, monday, time.Time{}); err == nil || !strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: %v", rule, err)
		}
	}
	for rule, at := range map[string]time.Time{"two/notice": hours(2), "grave": hours(1)} {
		if err := c.Submit(packs, rule, at, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.IsSortedFunc(c.Submissions, func(a, b Submission) int { return a.At.Compare(b.At) }) || c.Submissions[1].Key.Pack != "two" {
		t.Errorf("submissions: %+v", c.Submissions)
	}
}

func TestSuppose(t *testing.T) {
	packs := statedPacks()
	if gate := packs[0].Gate(); len(gate) != 1 || gate["bound"] != Yes || packs[1].Gate() != nil {
		t.Errorf("gates: %v, %v", gate, packs[1].Gate())
	}
	c := &Case{}
	c.Suppose(packs)
	if c.Answers["bound"] != Yes || len(c.Answers) != 1 {
		t.Errorf("supposed: %v", c.Answers)
	}
	c.Answers["bound"] = Unknown
	if c.Suppose(packs); c.Answers["bound"] != Unknown {
		t.Error("what is stated as unknown stays so")
	}
}

func TestPropose(t *testing.T) {
	packs, c := statedPacks(), started()
	proposals := Propose(packs, c, time.UTC)
	if len(proposals) != 1 || proposals[0].Pack.ID != "one" || proposals[0].Answer != Unknown || len(proposals[0].Reasons) != 1 {
		t.Fatalf("proposed: %+v", proposals)
	}
	if text := proposals[0].Reasons[0].Text; text != "Bound? not answered yet (applies if yes)" {
		t.Errorf("because: %s", text)
	}
	c.Times["aware"] = monday.AddDate(0, 1, 0) // the second pack's rule is in force by then
	proposals = Propose(packs, c, time.UTC)
	if len(proposals) != 2 || proposals[0].Pack.ID != "two" || proposals[0].Answer != Yes {
		t.Errorf("what applies comes first: %+v", proposals)
	}
	c.Answers = map[string]Answer{"bound": No}
	if proposals = Propose(packs, c, time.UTC); len(proposals) != 1 || proposals[0].Pack.ID != "two" {
		t.Errorf("what cannot apply is not proposed: %+v", proposals)
	}
}

// TestProposalSaysWhy names what was answered, or the question that decides
// next, in the order of the pack.
func TestProposalSaysWhy(t *testing.T) {
	pack := &Pack{ID: "law", Questions: []Question{{ID: "zoo", Label: "A zoo?"}, {ID: "bound", Label: "Bound?"}},
		Rules: []Rule{{ID: "tell", Title: "Tell", Starts: "aware", When: Condition{Answers: map[string]Answer{"bound": Yes, "zoo": Yes}}}}}
	c := started()
	c.Answers = map[string]Answer{}
	for _, step := range []struct {
		answer    string
		open, why string
	}{
		{"", "zoo", "cannot be excluded: Bound? not answered yet (applies if yes); A zoo? not answered yet (applies if yes)"},
		{"zoo", "bound", "cannot be excluded: Bound? not answered yet (applies if yes)"},
		{"bound", "", "Bound? yes; A zoo? yes"},
	} {
		c.Answers[step.answer] = Yes
		proposal := Propose([]*Pack{pack}, c, time.UTC)[0]
		open := ""
		if q := proposal.Open(c); q != nil {
			open = q.ID
		}
		if why := proposal.Why(); why != step.why || open != step.open {
			t.Errorf("after %q: asks %q, because %s", step.answer, open, why)
		}
	}
}
