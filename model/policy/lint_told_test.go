package policy

import (
	"strings"
	"testing"

	"tocsin/model/calendar"
)

func TestLintWhoIsTold(t *testing.T) {
	for _, test := range []struct {
		name       string
		change     func(*Pack)
		key, wants string
	}{
		{"as it is", func(*Pack) {}, "", ""},
		{"a wrong word", func(p *Pack) { p.Rules[0].To = "customer.paid" }, "rules[0].to", `did you mean "customers.paid"?`},
		{"a wrong kind", func(p *Pack) { p.Rules[0].Kind = "updates" }, "rules[0].kind", `did you mean "update"?`},
		{"customers unnamed", func(p *Pack) { p.Rules[0].To = "" }, "rules[0]", "without saying which"},
		{"another tier", func(p *Pack) { p.Rules[0].To = ToFree }, "rules[0].when.tier", "can never hold"},
		{"internal and told", func(p *Pack) { p.Rules[3].Internal = true }, "rules[3].to", "sends nothing outside"},
		{"nobody's question", func(p *Pack) { p.Rules[2].Direct = "dirext" }, "rules[2].direct", `did you mean "direct"?`},
		{"not asked", func(p *Pack) { p.Rules[2].When.Answers = nil }, "rules[2].direct", "does not ask for it"},
		{"a question for the public", func(p *Pack) { p.Rules[3].Direct = "direct" }, "rules[3].direct", "only customers"},
		{"a buffer for those who pay", func(p *Pack) { p.Rules[0].Buffer = period(4, calendar.Hours) }, "rules[0].buffer", "before the free tier hears"},
		{"a buffer after nobody", func(p *Pack) { p.Rules[0].To, p.Rules[1].To = ToCustomers, ToCustomers }, "rules[2].buffer", "no rule of this pack tells paying customers"},
		{"a buffer of days", func(p *Pack) { p.Rules[2].Buffer = period(4, calendar.Days) }, "rules[2].buffer", "write hours"},
		{"a buffer without a default", func(p *Pack) { p.Rules[2].Buffer = calendar.Period{} }, "rules[2].buffer_by", "write buffer too"},
		{"a setting misspelt", func(p *Pack) { p.Rules[2].BufferBy = "bufer_hours" }, "rules[2].buffer_by", `did you mean "buffer_hours"?`},
		{"a setting of words", func(p *Pack) { p.Settings[0].Values = []Term{{ID: "x", Label: "X"}} }, "rules[2].buffer_by", "has words for values"},
		{"after a rule that is none", func(p *Pack) { p.Rules[3].After = []string{"fre"} }, "rules[3].after[0]", `did you mean "free"?`},
		{"after each other", func(p *Pack) { p.Rules[2].After = []string{"public"} }, "rules[2].after[0]", "wait for each other"},
		{"after nothing sent", func(p *Pack) { p.Rules[2].MetBy = "fact:resolved" }, "rules[3].after[0]", "sends nothing"},
		{"phases of nothing", func(p *Pack) { p.Rules[3].Phased = true }, "rules[3].phased", "no contents that could follow"},
		{"a role misspelt", func(p *Pack) { p.Rules[0].Override = []string{"leed"} }, "rules[0].override[0]", `did you mean "lead"?`},
		{"nothing to override", func(p *Pack) { p.Rules[1].Override = []string{"lead"} }, "rules[1].override", "no approval to go without"},
	} {
		p := tellingPack()
		p.Kind, p.Title, p.CheckedOn = Regime, "Telling", "2026-11-21"
		for i := range p.Rules {
			p.Rules[i].Citation, p.Rules[i].Audience = "1", p.Rules[i].ID
		}
		p.Rules[0].Contents, p.Rules[0].Approval, p.Rules[0].Override = []string{"What happened"}, []string{"communications"}, []string{"lead"}
		p.Rules[0].When.Severity = nil
		test.change(p)
		found := ""
		for _, finding := range Lint(p) {
			if finding.Key == test.key && strings.Contains(finding.Message, test.wants) {
				found = finding.Message
			}
			if test.key == "" {
				t.Errorf("%s: %s: %s", test.name, finding.Key, finding.Message)
			}
		}
		if test.key != "" && found == "" {
			t.Errorf("%s: nothing at %s says %q: %v", test.name, test.key, test.wants, Lint(p))
		}
	}
}
