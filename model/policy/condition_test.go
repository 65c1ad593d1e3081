package policy

import (
	"slices"
	"testing"
)

func TestHolds(t *testing.T) {
	untriaged := Case{}
	triaged := Case{Severity: "high", Classification: "potential", Types: []string{"malware"}, Data: []string{"logs"}}
	guessing := Case{Types: []string{"malware"}}
	answered := Case{Answers: map[string]Answer{"tier.paid": No, "tier.free": Yes, "acting.controller": No, "q": Yes}}
	for _, test := range []struct {
		name string
		when Condition
		c    Case
		want Answer
	}{
		{"nothing asked", Condition{}, untriaged, Yes},
		{"severity not decided", Condition{Severity: []string{"high"}}, untriaged, Unknown},
		{"one of the severities", Condition{Severity: []string{"low", "high"}}, triaged, Yes},
		{"another severity", Condition{Severity: []string{"critical"}}, triaged, No},
		{"classification", Condition{Classification: []string{"confirmed"}}, triaged, No},
		{"classification not decided", Condition{Classification: []string{"confirmed"}}, untriaged, Unknown},
		{"no type named", Condition{Types: []string{"malware"}}, untriaged, Unknown},
		{"a type named", Condition{Types: []string{"malware"}}, guessing, Yes},
		{"only another type named", Condition{Types: []string{"breach"}}, guessing, No},
		{"no such type after triage", Condition{Types: []string{"breach"}}, triaged, No},
		{"data after triage", Condition{Data: []string{"payment"}}, triaged, No},
		{"one of the tiers", Condition{Tier: []string{"paid", "free"}}, answered, Yes},
		{"the other tier", Condition{Tier: []string{"paid"}}, answered, No},
		{"a tier nobody was asked about", Condition{Tier: []string{"trial"}}, answered, Unknown},
		{"one tier denied, one not asked", Condition{Tier: []string{"paid", "trial"}}, answered, Unknown},
		{"legal role", Condition{Acting: []string{"controller"}}, answered, No},
		{"legal role not asked", Condition{Acting: []string{"processor"}}, answered, Unknown},
		{"the answer wanted", Condition{Answers: map[string]Answer{"q": Yes}}, answered, Yes},
		{"the other answer", Condition{Answers: map[string]Answer{"q": No}}, answered, No},
		{"one no decides over an unknown", Condition{Severity: []string{"high"}, Answers: map[string]Answer{"q": No, "r": Yes}}, answered, No},
		{"an unknown leaves it open", Condition{Answers: map[string]Answer{"q": Yes, "r": Yes}}, answered, Unknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.when.Holds(&test.c); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	words := []string{"severity", "classification", "types", "starts", "within", "unauthorized-access", "met_by"}
	for word, want := range map[string]string{
		"serverity": "severity", "Severity": "severity", "start": "starts", "wihtin": "within",
		"unauthorised_access": "unauthorized-access", "met-by": "met_by",
		"x": "", "": "", "banana": "", "typ": "",
	} {
		if got := Nearest(word, words); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}

func TestLookups(t *testing.T) {
	p := &Pack{
		Severities: []Severity{{ID: "low"}, {ID: "high"}},
		Facts:      []Term{{ID: "own-fact", Label: "Own"}},
		Phases: []Phase{{ID: "first", Tasks: []Task{
			{ID: "always"},
			{ID: "perhaps", When: Condition{Severity: []string{"high"}}},
		}}},
	}
	if p.SeverityRank("high") != 1 || p.SeverityRank("none") != -1 {
		t.Error("severities are ranked lowest first, unknown ones -1")
	}
	tasks := func(severity string) []string {
		return idsOf(p.TasksFor("first", &Case{Severity: severity}), func(t *Task) string { return t.ID })
	}
	if got := tasks(""); !slices.Equal(got, []string{"always", "perhaps"}) {
		t.Errorf("a task that may apply is missing: %v", got)
	}
	if got := tasks("low"); !slices.Equal(got, []string{"always"}) {
		t.Errorf("a task that does not apply is there: %v", got)
	}
	if _, phase, found := p.Task("perhaps"); !found || phase.ID != "first" {
		t.Error("a task is not found in its phase")
	}
	for _, fact := range []string{"own-fact", "aware", "fix_available"} {
		if _, found := p.Fact(fact); !found {
			t.Errorf("the fact %s is unknown", fact)
		}
	}
	if len(p.AllFacts()) != len(StandardFacts())+1 {
		t.Error("AllFacts are the standard ones and the pack's own")
	}
}
