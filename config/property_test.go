package config

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// statement is one thing somebody says about a case.
type statement struct{ name, value string }

// drawStatements says something about most of what the packs ask: times within
// a year, answers and counts.
func drawStatements(t *rapid.T, packs []*policy.Pack) []statement {
	seen := map[string]bool{}
	var all []statement
	add := func(name, value string) {
		if !seen[name] {
			seen[name] = true
			all = append(all, statement{name, value})
		}
	}
	for _, pack := range packs {
		for _, fact := range pack.AllFacts() {
			if rapid.IntRange(0, 3).Draw(t, "stated") > 0 {
				add(fact.ID, drawTime(t).Format(time.RFC3339))
			}
		}
		for _, question := range pack.Questions {
			add(question.ID, rapid.SampledFrom([]string{"yes", "yes", "no", "unknown"}).Draw(t, question.ID))
		}
		for _, setting := range pack.Settings {
			if setting.IsCount() {
				add(setting.ID, rapid.SampledFrom([]string{"499", "500", "501", "unknown"}).Draw(t, setting.ID))
			} else {
				add(setting.ID, setting.Values[rapid.IntRange(0, len(setting.Values)-1).Draw(t, setting.ID)].ID)
			}
		}
	}
	return all
}

func drawTime(t *rapid.T) time.Time {
	return time.Unix(rapid.Int64Range(1_789_000_000, 1_828_000_000).Draw(t, "time"), 0).UTC() // 2026-09 to 2027-12
}

// told is the case after the statements, in their order.
func told(t *rapid.T, packs []*policy.Pack, statements []statement) *policy.Case {
	c := &policy.Case{}
	for _, s := range statements {
		err := c.State(packs, s.name, s.value, time.UTC, time.Time{})
		if err != nil {
			err = c.Set(packs, s.name, s.value)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// submitted files notices for some rules, in the given order.
func submitted(t *rapid.T, packs []*policy.Pack, c *policy.Case, filings []statement) {
	for _, f := range filings {
		at, err := time.Parse(time.RFC3339, f.value)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Submit(packs, f.name, at, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
}

func drawFilings(t *rapid.T, packs []*policy.Pack) []statement {
	var filings []statement
	for _, pack := range packs {
		for i := range pack.Rules {
			if rapid.IntRange(0, 2).Draw(t, "filed") == 0 {
				filings = append(filings, statement{pack.ID + "/" + pack.Rules[i].ID, drawTime(t).Format(time.RFC3339)})
			}
		}
	}
	return filings
}

// summary is what people see of obligations: states, due times and reasons.
func summary(all []policy.Obligation, c *policy.Case, home calendar.Calendar, now time.Time) []string {
	var lines []string
	for i := range all {
		o := &all[i]
		lines = append(lines, fmt.Sprint(o.Key(), o.State(now), o.Strict, o.Legal, o.Missed(now), o.NextAfter(now), o.Why, policy.ExplainIn(o, c, home)))
	}
	return lines
}

func drawPacks(t *rapid.T, l *Library) []*policy.Pack {
	regimes := l.Regimes()
	first := rapid.IntRange(0, len(regimes)-1).Draw(t, "pack")
	second := rapid.IntRange(0, len(regimes)-1).Draw(t, "another")
	if first == second {
		return regimes[first : first+1]
	}
	return []*policy.Pack{regimes[first], regimes[second]}
}

// In whatever order facts and submissions are stated, and however often one is
// corrected and corrected back, what is owed is the same.
func TestOrderAndCorrectionsChangeNothing(t *testing.T) {
	l, home := library(t), homeIn(t, "de-be", "Europe/Berlin")
	rapid.Check(t, func(t *rapid.T) {
		packs := drawPacks(t, l)
		statements, filings, now := drawStatements(t, packs), drawFilings(t, packs), drawTime(t)
		c := told(t, packs, statements)
		submitted(t, packs, c, filings)
		want := summary(policy.ObligationsIn(packs, c, home), c, home, now)

		shuffled := rapid.Permutation(statements).Draw(t, "order")
		other := told(t, packs, append(shuffled, shuffled...))
		for _, s := range statements {
			if err := other.State(packs, s.name, "unknown", time.UTC, time.Time{}); err == nil {
				if err := other.State(packs, s.name, s.value, time.UTC, time.Time{}); err != nil {
					t.Fatal(err)
				}
			}
		}
		submitted(t, packs, other, rapid.Permutation(filings).Draw(t, "filing order"))
		if got := summary(policy.ObligationsIn(packs, other, home), other, home, now); !sameTimes(filings) && !slices.Equal(got, want) {
			t.Fatalf("told otherwise:\n%v\nwant\n%v", got, want)
		}
	})
}

// sameTimes reports whether two notices were sent at one instant, whose order
// is then that of recording.
func sameTimes(filings []statement) bool {
	seen := map[string]bool{}
	for _, f := range filings {
		if seen[f.value] {
			return true
		}
		seen[f.value] = true
	}
	return false
}

// A later trigger never makes an earlier due time, no due time comes before
// its period has elapsed, and the legal limit is never before the strict one.
// Dues says the same as Obligations.
func TestDueTimesOfEveryRule(t *testing.T) {
	l, home := library(t), homeIn(t, "de-be", "Europe/Berlin")
	rapid.Check(t, func(t *rapid.T) {
		packs := drawPacks(t, l)
		c := told(t, packs, drawStatements(t, packs))
		submitted(t, packs, c, drawFilings(t, packs))
		all := policy.ObligationsIn(packs, c, home)
		counting := 0
		for i := range all {
			o := &all[i]
			if o.Strict.IsZero() {
				continue
			}
			counting++
			if o.Legal.Before(o.Strict) {
				t.Fatalf("%s: legal %s before strict %s", o.Key(), o.Legal, o.Strict)
			}
			if least := leastAfter(o.Rule.Within); len(o.Rule.Caps) == 0 && o.Strict.Sub(o.Start) < least {
				t.Fatalf("%s: due %s, only %s after %s", o.Key(), o.Strict, o.Strict.Sub(o.Start), o.Start)
			}
			monotone(t, packs, c, home, o)
		}
		if dues := policy.DuesIn(packs, c, home); len(dues) != counting {
			t.Fatalf("%d dues, %d obligations count", len(dues), counting)
		}
	})
}

// leastAfter is the least time from the event to the end of a period: a period
// whose first day is the event's own is a day shorter, a month has 28 days, and
// a day may have 23 hours.
func leastAfter(p calendar.Period) time.Duration {
	switch p.Unit {
	case calendar.Hours:
		return time.Duration(p.N) * time.Hour
	case calendar.Months:
		return time.Duration(p.N)*28*24*time.Hour - time.Hour
	}
	return time.Duration(p.N-1)*24*time.Hour - time.Hour
}

// monotone moves the fact that started an obligation to a later time.
func monotone(t *rapid.T, packs []*policy.Pack, c *policy.Case, home calendar.Calendar, o *policy.Obligation) {
	at, byFact := c.Times[o.Rule.Starts]
	if !byFact {
		return
	}
	c.Times[o.Rule.Starts] = at.Add(time.Duration(rapid.IntRange(0, 3_000_000).Draw(t, "later")) * time.Second)
	defer func() { c.Times[o.Rule.Starts] = at }()
	for _, later := range policy.ObligationsIn(packs, c, home) {
		if later.Key() == o.Key() && !later.Strict.IsZero() && later.Strict.Before(o.Strict) {
			t.Fatalf("%s: starting later makes it due earlier: %s, not %s", o.Key(), later.Strict, o.Strict)
		}
	}
}

// Of a fact of unknown moment the worst case is told: whenever it turns out to
// have been, not before the earliest that is known, nothing is due earlier.
func TestUnknownMomentIsTheWorstCase(t *testing.T) {
	l, home := library(t), homeIn(t, "de-be", "Europe/Berlin")
	rapid.Check(t, func(t *rapid.T) {
		packs := drawPacks(t, l)
		c := told(t, packs, drawStatements(t, packs))
		submitted(t, packs, c, drawFilings(t, packs))
		if len(c.Times) < 2 {
			return
		}
		fact := rapid.SampledFrom(slices.Sorted(maps.Keys(c.Times))).Draw(t, "unknown")
		at := c.Times[fact]
		for name, stated := range c.Times {
			if name != fact && stated.After(at) {
				c.Times[name] = at.Add(-time.Hour)
			}
		}
		known := policy.ObligationsIn(packs, c, home)
		if err := c.State(packs, fact, "unknown", time.UTC, time.Time{}); err != nil {
			t.Fatal(err)
		}
		worst := map[policy.RuleKey]policy.Obligation{}
		for _, o := range policy.ObligationsIn(packs, c, home) {
			worst[o.Key()] = o
		}
		for i := range known {
			o := &known[i]
			w, told := worst[o.Key()]
			if !o.Strict.IsZero() && (!told || w.Strict.IsZero() || w.Strict.After(o.Strict)) {
				t.Fatalf("%s is due %s if %s was %s, and %s in the worst case", o.Key(), o.Strict, fact, at, w.Strict)
			}
		}
	})
}

// A change of severity never moves a clock that hangs on a fact: it only
// decides which rules apply.
func TestSeverityMovesNoClock(t *testing.T) {
	l, home := library(t), homeIn(t, "de-be", "Europe/Berlin")
	rapid.Check(t, func(t *rapid.T) {
		procedures := l.Procedures()
		procedure := procedures[rapid.IntRange(0, len(procedures)-1).Draw(t, "procedure")]
		packs := append([]*policy.Pack{procedure}, drawPacks(t, l)...)
		c := told(t, packs, drawStatements(t, packs))
		strict := map[policy.RuleKey]time.Time{}
		for _, severity := range procedure.Severities {
			c.Severity = severity.ID
			for _, o := range policy.ObligationsIn(packs, c, home) {
				if before, seen := strict[o.Key()]; seen && !before.Equal(o.Strict) {
					t.Fatalf("%s is due %s when %s, and %s before", o.Key(), o.Strict, severity.ID, before)
				}
				strict[o.Key()] = o.Strict
			}
		}
	})
}

func homeIn(t testing.TB, id, zone string) calendar.Calendar {
	t.Helper()
	loaded, err := LoadZone(zone)
	if err != nil {
		t.Fatal(err)
	}
	home, err := calendars(t).Calendar(id, loaded)
	if err != nil {
		t.Fatal(err)
	}
	return home
}

// One incident of a listed bank in Berlin: five packs, all clocks running.
func BenchmarkFivePacks(b *testing.B) {
	packs := []*policy.Pack{pack(b, "inventifornia"), pack(b, "gdpr"), pack(b, "nis2"), pack(b, "dora"), pack(b, "sec-8k")}
	home := homeIn(b, "de-be", "Europe/Berlin")
	c := &policy.Case{Severity: "critical", Types: []string{"data-breach"}, Data: []string{"input-data"}, Settings: map[string]string{"entity": "credit-institution"}}
	c.Suppose(packs)
	for name, value := range map[string]string{
		"aware": "2026-11-23 10:00", "confirmed": "2026-11-23 10:00", "classified_major": "2026-11-23 12:00", "determined_material": "2026-11-23 15:00",
		"discovered": "2026-11-23 09:00", "customer_data_exposed": "yes", "acting.controller": "yes", "acting.processor": "no", "risk_unlikely": "no",
		"high_risk": "no", "trust_services": "no", "ongoing": "no",
	} {
		if err := c.State(packs, name, value, home.Zone, time.Time{}); err != nil {
			b.Fatal(err)
		}
	}
	for _, rule := range []string{"nis2/early-warning", "nis2/notification", "dora/initial", "dora/intermediate"} {
		if err := c.Submit(packs, rule, when(b, "2026-11-24 09:00"), time.Time{}); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("obligations", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			policy.ObligationsIn(packs, c, home)
		}
	})
	b.Run("dues", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			policy.DuesIn(packs, c, home)
		}
	})
}
