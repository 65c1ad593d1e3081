package policy

import (
	"strings"
	"testing"

	"tocsin/model/calendar"
)

// soundRegime has rules of every make that counts more than a period from a
// fact, and nothing that Lint would mention.
func soundRegime() *Pack {
	hours := func(n int) calendar.Period { return calendar.Period{N: n, Unit: calendar.Hours} }
	return &Pack{
		ID: "regime", Version: 1, Kind: Regime, Title: "Regime", CheckedOn: "2026-11-21", EffectiveFrom: "2025-01-17",
		Questions: []Question{{ID: "ongoing", Label: "Ongoing?"}},
		Settings: []Setting{
			{ID: "affected", Label: "Affected"},
			{ID: "entity", Label: "Entity", Values: []Term{{ID: "bank", Label: "Bank"}, {ID: "broker", Label: "Broker"}}},
		},
		Rules: []Rule{
			{ID: "initial", Title: "Initial", Starts: "classified_major", Within: hours(4), Legal: LegalFullHour, Audience: "authority", Citation: "1",
				Caps:   []Cap{{Starts: "aware", Within: hours(24), Lapses: true}},
				Relief: &Relief{Setting: "entity", Except: []string{"bank"}, Legal: LegalNoonNextWorkingDay}},
			{ID: "final", Title: "Final", Starts: "submitted:initial", Restarts: []string{"submitted:large"}, Within: days(30), Legal: LegalNextWorkingDay,
				CountFrom: calendar.FromEventDay, Audience: "authority", Citation: "2", Suspend: SuspendUntilEnd, EffectiveFrom: "2026-01-01"},
			{ID: "large", Title: "Large", Starts: "discovered", Within: calendar.Period{N: 4, Unit: calendar.BusinessDays}, At: "17:30", Legal: LegalSkipHolidays,
				Audience: "registry", Citation: "3", When: Condition{AtLeast: map[string]int{"affected": 500}, Settings: map[string][]string{"entity": {"bank"}}}},
			{ID: "small", Title: "Small", Starts: "discovered", Within: days(60), CountFrom: calendar.FromYearEnd,
				Audience: "registry", Citation: "4", When: Condition{FewerThan: map[string]int{"affected": 500}}},
		},
	}
}

func TestLintOfASoundRegime(t *testing.T) {
	if findings := Lint(soundRegime()); len(findings) != 0 {
		t.Errorf("%+v", findings)
	}
}

func TestLintOfClocks(t *testing.T) {
	const initial, final, large, small = 0, 1, 2, 3
	for _, test := range []struct {
		name    string
		spoil   func(r []Rule)
		level   Level
		key     string
		message string
	}{
		{"no such time", func(r []Rule) { r[large].At = "5:30 pm" }, LevelError, "rules[2].at", "write it as 17:30"},
		{"a time for hours", func(r []Rule) { r[initial].At = "17:30" }, LevelError, "rules[0].at", "days or months"},
		{"no such first day", func(r []Rule) { r[final].CountFrom = "day-on" }, LevelError, "rules[1].count_from", `did you mean "day-one"?`},
		{"a first day for hours", func(r []Rule) { r[initial].CountFrom = calendar.FromYearEnd }, LevelError, "rules[0].count_from", "hours count from the event"},
		{"a cap of days for hours", func(r []Rule) { r[initial].Caps[0].Within = days(1) }, LevelError, "rules[0].caps[0].within", "hours go with hours"},
		{"a cap without a period", func(r []Rule) { r[initial].Caps[0].Within = calendar.Period{} }, LevelError, "rules[0].caps[0]", "write within"},
		{"a cap that starts with nothing", func(r []Rule) { r[initial].Caps[0].Starts = "awre" }, LevelError, "rules[0].caps[0].starts", `did you mean "aware"?`},
		{"a cap that starts with the rule", func(r []Rule) { r[initial].Caps[0].Starts = "classified_major" }, LevelError, "rules[0].caps[0].starts", "never needed"},
		{"a cap of a soft rule", func(r []Rule) { r[initial].Within = calendar.Period{} }, LevelError, "rules[0].caps[0]", "write within too"},
		{"a restart by a fact", func(r []Rule) { r[final].Restarts[0] = "aware" }, LevelError, "rules[1].restarts[0]", "submitted:RULE"},
		{"a restart by no rule", func(r []Rule) { r[final].Restarts[0] = "submitted:larg" }, LevelError, "rules[1].restarts[0]", `did you mean "large"?`},
		{"a restart by itself", func(r []Rule) { r[final].Restarts[0] = "submitted:final" }, LevelError, "rules[1].restarts[0]", "its own submission"},
		{"a relief for nobody", func(r []Rule) { r[initial].Relief.Setting = "entitty" }, LevelError, "rules[0].relief.except", `did you mean "entity"?`},
		{"a relief for no such kind", func(r []Rule) { r[initial].Relief.Except[0] = "bnak" }, LevelError, "rules[0].relief.except[0]", `did you mean "bank"?`},
		{"a relief that is none", func(r []Rule) { r[initial].Relief.Legal = LegalFullHour }, LevelError, "rules[0].relief.legal", "changes nothing"},
		{"a relief by a count", func(r []Rule) { r[initial].Relief.Setting = "affected" }, LevelError, "rules[0].relief.except", "is a count"},
		{"next working day of hours", func(r []Rule) { r[initial].Legal = LegalNextWorkingDay }, LevelError, "rules[0].legal", "hours run on"},
		{"next working day of business days", func(r []Rule) { r[large].Legal = LegalNextWorkingDay }, LevelError, "rules[2].legal", "changes nothing"},
		{"holidays of days", func(r []Rule) { r[final].Legal = LegalSkipHolidays }, LevelError, "rules[1].legal", "business days"},
		{"legal limit of a soft rule", func(r []Rule) { r[final].Within = calendar.Period{} }, LevelError, "rules[1].legal", "without a number"},
		{"a source for no limit", func(r []Rule) { r[small].LegalBy = "Article 3" }, LevelError, "rules[3].legal_by", "no legal limit"},
		{"no such delay", func(r []Rule) { r[final].Suspend = "untilend" }, LevelError, "rules[1].suspend", `did you mean "until-end"?`},
		{"a number for words", func(r []Rule) { r[large].When.AtLeast = map[string]int{"entity": 5} }, LevelError, "rules[2].when.at_least.entity", "cannot be counted"},
		{"words for a number", func(r []Rule) { r[large].When.Settings = map[string][]string{"affected": {"many"}} }, LevelError, "rules[2].when.settings", "at_least"},
		{"no such count", func(r []Rule) { r[large].When.AtLeast = map[string]int{"afected": 5} }, LevelError, "rules[2].when.at_least.afected", `did you mean "affected"?`},
		{"less than none", func(r []Rule) { r[small].When.FewerThan = map[string]int{"affected": -1} }, LevelError, "rules[3].when.fewer_than.affected", "0 or more"},
		{"no count meets it", func(r []Rule) { r[small].When.MoreThan = map[string]int{"affected": 499} }, LevelError, "rules[3].when.fewer_than.affected", "can never hold"},
		{"a gap of one", func(r []Rule) { r[large].When.AtLeast = nil; r[large].When.MoreThan = map[string]int{"affected": 500} }, LevelWarning, "rules[3].when.fewer_than.affected", "gap: nothing is asked where affected is 500"},
		{"a gap", func(r []Rule) { r[large].When.AtLeast["affected"] = 1000 }, LevelWarning, "rules[3].when.fewer_than.affected", "from 500 to 999"},
		{"an overlap of tiers", func(r []Rule) { r[large].When.AtLeast["affected"] = 400 }, LevelWarning, "rules[3].when.fewer_than.affected", "overlap: two tiers apply where affected is from 400 to 499"},
		{"an overlap of rules", func(r []Rule) { r[small] = r[large]; r[small].ID = "again" }, LevelWarning, "rules[3]", `overlaps with "large"`},
		{"no date", func(r []Rule) { r[final].EffectiveFrom = "1.1.2026" }, LevelError, "rules[1].effective_from", "2006-01-02"},
		{"dates that contradict", func(r []Rule) { r[final].EffectiveTo = "2025-12-31" }, LevelError, "rules[1].effective_from", "never be in force"},
		{"dates before the pack's", func(r []Rule) { r[final].EffectiveFrom = ""; r[final].EffectiveTo = "2024-12-31" }, LevelError, "rules[1]", "outside those of the pack"},
		{"out of force", func(r []Rule) { r[final].EffectiveTo = "2026-06-30" }, LevelWarning, "rules[1]", "out of force already"},
		{"unreachable", func(r []Rule) {
			r[initial].When.Answers = map[string]Answer{"ongoing": Yes}
			r[final].When.Answers = map[string]Answer{"ongoing": No}
		}, LevelWarning, "rules[1].when.answers.ongoing", "unreachable"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := soundRegime()
			test.spoil(p.Rules)
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

// A rule that another takes the place of is no gap.
func TestLintKnowsSuccessors(t *testing.T) {
	p := soundRegime()
	p.Rules[1].EffectiveTo = "2026-06-30"
	next := p.Rules[1]
	next.ID, next.EffectiveFrom, next.EffectiveTo = "final-2026", "2026-07-01", ""
	p.Rules = append(p.Rules, next)
	if findings := Lint(p); len(findings) != 0 {
		t.Errorf("%+v", findings)
	}
}
