package policy

import (
	"testing"
	"time"

	"tocsin/model/calendar"
)

// benchPacks is a procedure with eleven rules and a regime with four, of
// which a triaged case meets a handful: the shape of the embedded packs.
func benchPacks() []*Pack {
	procedure := &Pack{ID: "procedure", Version: 1}
	for _, severity := range []string{"critical", "high", "medium"} {
		procedure.Rules = append(procedure.Rules,
			Rule{ID: "notice-" + severity, Starts: "impact_confirmed", Within: calendar.Period{N: 48, Unit: calendar.Hours},
				When: Condition{Severity: []string{severity}, Tier: []string{"paid"}}},
			Rule{ID: "resolution-" + severity, Starts: "resolved",
				When: Condition{Severity: []string{severity}, Tier: []string{"paid"}}},
			Rule{ID: "review-" + severity, Starts: "resolved", Within: calendar.Period{N: 30, Unit: calendar.Days},
				When: Condition{Severity: []string{severity}}})
	}
	procedure.Rules = append(procedure.Rules,
		Rule{ID: "free", Starts: "impact_confirmed", When: Condition{Tier: []string{"free"}}},
		Rule{ID: "public", Starts: "fix_available", When: Condition{Answers: map[string]Answer{"action_needed": No}}})
	regime := &Pack{ID: "regime", Version: 1, Rules: []Rule{
		{ID: "33", Starts: "aware", Within: calendar.Period{N: 72, Unit: calendar.Hours}, Legal: LegalFullHour,
			When: Condition{Acting: []string{"controller"}, Answers: map[string]Answer{"personal_data": Yes, "risk_unlikely": No}}},
		{ID: "34", Starts: "aware", When: Condition{Acting: []string{"controller"}, Answers: map[string]Answer{"high_risk": Yes}}},
		{ID: "33-2", Starts: "aware", When: Condition{Acting: []string{"processor"}}},
		{ID: "33-5", Starts: "aware", Internal: true, When: Condition{Answers: map[string]Answer{"personal_data": Yes}}},
	}}
	return []*Pack{procedure, regime}
}

func benchCase() *Case {
	aware := time.Date(2026, 11, 23, 12, 17, 0, 0, time.UTC)
	return &Case{
		Severity: "critical", Classification: "confirmed",
		Times: map[string]time.Time{"aware": aware, "impact_confirmed": aware.Add(time.Hour), "detected": aware},
		Answers: map[string]Answer{
			"tier.paid": Yes, "tier.free": No, "acting.controller": Yes, "acting.processor": No,
			"personal_data": Yes, "risk_unlikely": No, "high_risk": No, "action_needed": Yes,
		},
		Submissions: []Submission{{Key: RuleKey{Pack: "procedure", Rule: "notice-critical"}, At: aware.Add(20 * time.Hour)}},
	}
}

func BenchmarkObligations(b *testing.B) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	packs, c := benchPacks(), benchCase()
	b.ReportAllocs()
	for b.Loop() {
		if len(Obligations(packs, c, zone)) != 5 {
			b.Fatal("the case has five obligations")
		}
	}
}

// A fresh incident is the case with most unknowns: every rule may apply.
func BenchmarkObligationsFresh(b *testing.B) {
	packs, c := benchPacks(), &Case{Times: map[string]time.Time{"detected": time.Unix(0, 0)}}
	b.ReportAllocs()
	for b.Loop() {
		Obligations(packs, c, time.UTC)
	}
}

func BenchmarkState(b *testing.B) {
	obligations := Obligations(benchPacks(), benchCase(), time.UTC)
	now := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		obligations[0].State(now)
	}
}
