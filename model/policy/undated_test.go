package policy

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/model/calendar"
)

// undated is a case of which it is not known since when somebody was aware.
func undated(times map[string]time.Time) *Case {
	return &Case{Times: times, Answers: map[string]Answer{"aware": Unknown}}
}

// A clock of unknown start counts from the earliest moment that is stated.
func TestUndated(t *testing.T) {
	notice := Rule{Starts: "aware", Within: per(t, "72h"), Legal: LegalFullHour}
	c := undated(map[string]time.Time{"detected": hours(5), "occurred": hours(1)})
	o := one(t, notice, c)
	wantTime(t, "start", o.Start, hours(1))
	wantTime(t, "strict", o.Strict, hours(73))
	wantTime(t, "legal", o.Legal, hours(74))
	for _, at := range []time.Time{hours(1), hours(72), hours(500)} {
		wantState(t, o, at, CannotExclude)
	}
	if o.Applies != Unknown || o.Undated != "aware" || o.Earliest != "occurred" || o.Why != "not known when: Aware" {
		t.Errorf("it is %+v", o)
	}
	explained := Explain(o, c, time.UTC)
	for _, said := range []string{"not known when: Aware;", "Occurred: Mon 23 Nov 2026 13:00 UTC, and the worst case counts from there"} {
		if !strings.Contains(stepText(explained), said) {
			t.Errorf("nothing says %q:\n%s", said, stepText(explained))
		}
	}
	if warnings := strings.Join(explained.Warnings, "\n"); warnings != "worst case: not known when: Aware" {
		t.Errorf("warnings: %s", warnings)
	}
	if due := Dues([]*Pack{o.Pack}, c, time.UTC); len(due) != 1 || !due[0].Conditional || due[0].State(hours(500)) != CannotExclude {
		t.Errorf("a board has %+v", due)
	}
	if wait := Waiting([]*Pack{o.Pack}, c, calendar.Calendar{}, monday); wait.Rule != nil {
		t.Errorf("it counts and waits for %s", wait.Fact)
	}
}

// Where no time is stated at all there is no number, and the explanation says
// what would give one.
func TestUndatedWithoutAnyTime(t *testing.T) {
	c := undated(nil)
	o := one(t, Rule{Starts: "aware", Within: per(t, "72h")}, c)
	wantState(t, o, monday, CannotExclude)
	if o.Started || !o.Strict.IsZero() || o.Applies != Unknown {
		t.Errorf("it is %+v", o)
	}
	explained := Explain(o, c, time.UTC)
	if !strings.Contains(stepText(explained), "the clock may run; not known when: Aware") || !strings.Contains(strings.Join(explained.Warnings, "\n"), "to state this would give it: Occurred or Aware") {
		t.Errorf("explained as %+v", explained)
	}
	if dues := Dues([]*Pack{o.Pack}, c, time.UTC); len(dues) != 0 {
		t.Errorf("a board counts to %+v", dues)
	}
	if wait := Waiting([]*Pack{o.Pack}, c, calendar.Calendar{}, monday); wait.Fact != "aware" {
		t.Errorf("it waits for %q", wait.Fact)
	}
}

func TestUndatedIsNoMoreThanTheRuleAllows(t *testing.T) {
	c := undated(map[string]time.Time{"occurred": monday})
	soft := one(t, Rule{Starts: "aware"}, c)
	wantState(t, soft, hours(1), CannotExclude)

	young := Rule{Starts: "aware", Within: per(t, "72h"), EffectiveFrom: "2026-11-25"}
	o := one(t, young, c)
	wantTime(t, "the worst case is the first day in force", o.Start, time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
	if text := stepText(Explain(o, c, time.UTC)); !strings.Contains(text, "the worst case counts from Wed 25 Nov 2026 00:00 UTC") {
		t.Errorf("explained as %s", text)
	}
	old := Rule{ID: "rule", Starts: "aware", Within: per(t, "72h"), EffectiveTo: "2026-11-22"}
	if all := Obligations([]*Pack{{ID: "pack", Rules: []Rule{old}}}, c, time.UTC); len(all) != 0 {
		t.Errorf("a rule out of force may apply: %+v", all)
	}

	no := undated(map[string]time.Time{"occurred": monday})
	no.Answers["aware"] = No
	wantState(t, one(t, Rule{Starts: "aware", Within: per(t, "72h")}, no), hours(1), NotStarted)

	filed := undated(map[string]time.Time{"occurred": monday})
	filed.Submissions = sent(hours(80))
	late := one(t, Rule{Starts: "aware", Within: per(t, "72h")}, filed)
	wantState(t, late, hours(90), MetLate)
	if text := stepText(Explain(late, filed, time.UTC)); !strings.Contains(text, "late in the worst case") {
		t.Errorf("explained as %s", text)
	}
}

// A further limit of unknown start makes the due time a worst case only where
// it can come first.
func TestUndatedCaps(t *testing.T) {
	rule := func(lapses bool) Rule {
		return Rule{Starts: "confirmed", Within: per(t, "4h"), Caps: []Cap{{Starts: "aware", Within: per(t, "24h"), Lapses: lapses}}}
	}
	c := undated(map[string]time.Time{"occurred": monday, "confirmed": hours(22)})
	o := one(t, rule(true), c)
	wantTime(t, "strict", o.Strict, hours(24))
	wantState(t, o, hours(23), CannotExclude)
	if o.Undated != "aware" || o.Earliest != "occurred" {
		t.Errorf("it is %+v", o)
	}
	if text := stepText(Explain(o, c, time.UTC)); !strings.Contains(text, "24 hours after Aware (not known when, at the earliest Mon 23 Nov 2026 12:00 UTC)") {
		t.Errorf("explained as %s", text)
	}
	c.Times["confirmed"] = hours(10)
	sure := one(t, rule(true), c)
	wantTime(t, "strict where the limit comes later", sure.Strict, hours(14))
	wantState(t, sure, hours(11), Running)
	c.Times["confirmed"] = hours(30)
	wantTime(t, "strict where the limit may just not have lapsed", one(t, rule(true), c).Strict, hours(30))
	wantTime(t, "strict where it never lapses", one(t, rule(false), c).Strict, hours(24))
}

// To state the moment later never makes a due time earlier than the worst case
// was, and to take that back gives the worst case again.
func TestUndatedIsTheWorstCase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packs, c := randomPacks(t), randomCase(t)
		aboutThem(t, c)
		c.Answers["undated"] = Unknown
		worst := Obligations(packs, c, time.UTC)
		fact, earliest := c.earliest()
		if fact == "" {
			return
		}
		c.Times["undated"] = earliest.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "later")) * time.Hour)
		delete(c.Answers, "undated")
		stated := strictTimes(Obligations(packs, c, time.UTC))
		for k := range worst {
			o := &worst[k]
			if at := stated[o.Key()]; !at.IsZero() && !o.Strict.IsZero() && at.Before(o.Strict) {
				t.Fatalf("%s is due %s, and %s in the worst case", o.Key(), at, o.Strict)
			}
		}
		delete(c.Times, "undated")
		c.Answers["undated"] = Unknown
		again := strictTimes(Obligations(packs, c, time.UTC))
		for k := range worst {
			if at := again[worst[k].Key()]; !at.Equal(worst[k].Strict) {
				t.Fatalf("%s is due %s again, and %s before", worst[k].Key(), at, worst[k].Strict)
			}
		}
	})
}

func strictTimes(all []Obligation) map[RuleKey]time.Time {
	times := make(map[RuleKey]time.Time, len(all))
	for k := range all {
		times[all[k].Key()] = all[k].Strict
	}
	return times
}
