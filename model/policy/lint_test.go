package policy

import (
	"strings"
	"testing"

	"tocsin/model/calendar"
)

// soundPack has nothing that Lint would mention.
func soundPack() *Pack {
	p := &Pack{
		ID: "sound", Version: 1, Kind: Procedure, Title: "Sound", CheckedOn: "2026-11-21",
		Severities: []Severity{{ID: "low", Label: "Low", Criteria: []string{"x"}}, {ID: "high", Label: "High", Criteria: []string{"y"}}},
		Types:      []Term{{ID: "malware", Label: "Malware"}},
		Data:       []Term{{ID: "logs", Label: "Logs"}},
		Questions:  []Question{{ID: "tier.paid", Label: "Paid?"}, {ID: "exposed", Label: "Exposed?"}},
		Phases:     []Phase{{ID: "first", Label: "First", Tasks: []Task{{ID: "task", Label: "Task", Role: "lead"}}}},
		Rules: []Rule{
			{ID: "notice", Title: "Notice", Starts: "aware", Within: calendar.Period{N: 72, Unit: calendar.Hours}, Every: calendar.Period{N: 24, Unit: calendar.Hours},
				Until: "resolved", Audience: "customers", Citation: "1", When: Condition{Severity: []string{"low", "high"}, Tier: []string{"paid"}}},
			{ID: "final", Title: "Final", Starts: "submitted:notice", Audience: "customers", Citation: "2"},
		},
	}
	for _, role := range StandardRoles {
		p.Roles = append(p.Roles, Role{ID: role, Label: role})
	}
	return p
}

func TestLintOfASoundPack(t *testing.T) {
	if findings := Lint(soundPack()); len(findings) != 0 {
		t.Errorf("findings in a sound pack: %+v", findings)
	}
}

func TestLint(t *testing.T) {
	for _, test := range []struct {
		name    string
		spoil   func(p *Pack)
		level   Level
		key     string
		message string
	}{
		{"pack id", func(p *Pack) { p.ID = "My Pack" }, LevelError, "id", "no pack id"},
		{"version", func(p *Pack) { p.Version = 0 }, LevelError, "version", "whole number from 1"},
		{"kind", func(p *Pack) { p.Kind = "regimen" }, LevelError, "kind", `did you mean "regime"?`},
		{"date", func(p *Pack) { p.EffectiveTo = "31.12.2026" }, LevelError, "effective_to", "2006-01-02"},
		{"never in force", func(p *Pack) { p.EffectiveFrom, p.EffectiveTo = "2027-01-01", "2026-01-01" }, LevelError, "effective_from", "never be in force"},
		{"not checked", func(p *Pack) { p.CheckedOn = "" }, LevelWarning, "checked_on", "last read"},
		{"no phases", func(p *Pack) { p.Phases = nil }, LevelError, "phases", `procedure = "standard"`},
		{"missing role", func(p *Pack) { p.Roles = p.Roles[1:] }, LevelError, "roles", `"lead" is missing`},
		{"duplicate severity", func(p *Pack) { p.Severities[1].ID = "low" }, LevelError, "severities[1].id", "there twice"},
		{"duplicate task in another phase", func(p *Pack) {
			p.Phases = append(p.Phases, Phase{ID: "second", Label: "Second", Tasks: []Task{{ID: "task", Label: "Again"}}})
		}, LevelError, "phases[1].tasks[0].id", "there twice"},
		{"missing id", func(p *Pack) { p.Types[0].ID = "" }, LevelError, "types[0]", "id is missing"},
		{"missing label", func(p *Pack) { p.Data[0].Label = "" }, LevelError, "data[0]", "no words for people"},
		{"no criteria", func(p *Pack) { p.Severities[0].Criteria = nil }, LevelWarning, "severities[0]", "no criteria"},
		{"standard fact again", func(p *Pack) { p.Facts = []Term{{ID: "aware", Label: "Aware"}} }, LevelError, "facts[0].id", "standard fact"},
		{"unknown role of a task", func(p *Pack) { p.Phases[0].Tasks[0].Role = "technicl" }, LevelError, "phases[0].tasks[0].role", `did you mean "technical"?`},
		{"unknown severity", func(p *Pack) { p.Rules[0].When.Severity[1] = "hihg" }, LevelError, "rules[0].when.severity[1]", `did you mean "high"?`},
		{"severity twice", func(p *Pack) { p.Rules[0].When.Severity[1] = "low" }, LevelError, "rules[0].when.severity[1]", "there twice"},
		{"unknown type", func(p *Pack) { p.Rules[0].When.Types = []string{"maleware"} }, LevelError, "rules[0].when.types[0]", `did you mean "malware"?`},
		{"unknown data", func(p *Pack) { p.Rules[0].When.Data = []string{"secrets"} }, LevelError, "rules[0].when.data[0]", "known are logs"},
		{"unknown classification", func(p *Pack) { p.Rules[0].When.Classification = []string{"confirm"} }, LevelError, "rules[0].when.classification[0]", `did you mean "confirmed"?`},
		{"unknown tier", func(p *Pack) { p.Rules[0].When.Tier = []string{"free"} }, LevelError, "rules[0].when.tier[0]", "known are paid"},
		{"unknown legal role", func(p *Pack) { p.Rules[0].When.Acting = []string{"controller"} }, LevelError, "rules[0].when.acting[0]", "this pack has none"},
		{"unknown question", func(p *Pack) { p.Rules[0].When.Answers = map[string]Answer{"expose": Yes} }, LevelError, "rules[0].when.answers.expose", `did you mean "exposed"?`},
		{"unknown as an answer", func(p *Pack) { p.Rules[0].When.Answers = map[string]Answer{"exposed": Unknown} }, LevelError, "rules[0].when.answers.exposed", "yes or no"},
		{"contradiction", func(p *Pack) { p.Rules[0].When.Answers = map[string]Answer{"tier.paid": No} }, LevelError, "rules[0].when.tier", "can never hold"},
		{"no start", func(p *Pack) { p.Rules[0].Starts = "" }, LevelError, "rules[0]", "can never start"},
		{"unknown start", func(p *Pack) { p.Rules[0].Starts = "awre" }, LevelError, "rules[0].starts", `did you mean "aware"?`},
		{"start with an unknown rule", func(p *Pack) { p.Rules[1].Starts = "submitted:notise" }, LevelError, "rules[1].starts", `did you mean "notice"?`},
		{"start with a rule that is met by a fact", func(p *Pack) {
			p.Rules[0] = Rule{ID: "notice", Title: "Notice", Starts: "aware", MetBy: "fact:remediated", Internal: true, Citation: "1"}
		}, LevelError, "rules[1].starts", "nothing is submitted for it"},
		{"cycle", func(p *Pack) { p.Rules[0].Starts = "submitted:final" }, LevelError, "rules[0].starts", "notice → final → notice wait for each other"},
		{"every without until", func(p *Pack) { p.Rules[0].Until = "" }, LevelError, "rules[0].every", "write until"},
		{"every without within", func(p *Pack) { p.Rules[0].Within = calendar.Period{} }, LevelError, "rules[0].every", "write within too"},
		{"until without every", func(p *Pack) { p.Rules[1].Until = "resolved" }, LevelError, "rules[1].until", "write every too"},
		{"unknown until", func(p *Pack) { p.Rules[0].Until = "solved" }, LevelError, "rules[0].until", `did you mean "resolved"?`},
		{"until what starts it", func(p *Pack) { p.Rules[0].Until = "aware" }, LevelError, "rules[0].until", "nothing would ever recur"},
		{"unknown legal limit", func(p *Pack) { p.Rules[0].Legal = "fullhour" }, LevelError, "rules[0].legal", `did you mean "full-hour"?`},
		{"full hour of days", func(p *Pack) { p.Rules[1].Within, p.Rules[1].Legal = days(3), LegalFullHour }, LevelError, "rules[1].legal", "periods in hours"},
		{"unknown way to meet", func(p *Pack) { p.Rules[1].MetBy = "recieved" }, LevelError, "rules[1].met_by", `did you mean "received"?`},
		{"met by an unknown fact", func(p *Pack) { p.Rules[1].MetBy = "fact:remedied" }, LevelError, "rules[1].met_by", "is not a fact"},
		{"recurring, met by a fact", func(p *Pack) { p.Rules[0].MetBy = "fact:contained" }, LevelError, "rules[0].met_by", "happens once"},
		{"unknown approver", func(p *Pack) { p.Rules[1].Approval = []string{"ceo"} }, LevelError, "rules[1].approval[0]", "is not a role"},
		{"no citation", func(p *Pack) { p.Rules[1].Citation = "" }, LevelWarning, "rules[1]", "no citation"},
		{"no audience", func(p *Pack) { p.Rules[1].Audience = "" }, LevelWarning, "rules[1]", "no audience"},
		{"lowest severity uncovered", func(p *Pack) { p.Rules[0].When.Severity = []string{"high"} }, LevelWarning, "severities[0]", "no rule is about"},
		{"gap above", func(p *Pack) { p.Rules[0].When.Severity = []string{"low"} }, LevelWarning, "severities[1]", "gap"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := soundPack()
			test.spoil(p)
			findings := Lint(p)
			for _, finding := range findings {
				if finding.Level == test.level && finding.Key == test.key && strings.Contains(finding.Message, test.message) {
					return
				}
			}
			t.Errorf("no %s at %s that says %q among %+v", test.level, test.key, test.message, findings)
		})
	}
}

func TestLintOfARegime(t *testing.T) {
	p := &Pack{ID: "regime", Version: 1, Kind: Regime, Title: "Regime", CheckedOn: "2026-11-21", Rules: []Rule{
		{ID: "notice", Title: "Notice", Starts: "aware", Audience: "authority", Citation: "1", Approval: []string{"leadership"}},
	}}
	if findings := Lint(p); len(findings) != 0 {
		t.Errorf("a regime needs no phases and may name the standard roles: %+v", findings)
	}
}

func days(n int) calendar.Period { return calendar.Period{N: n, Unit: calendar.Days} }
