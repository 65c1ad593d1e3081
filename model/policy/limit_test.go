package policy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/model/calendar"
)

func suspended(from, until time.Time) []Suspension {
	return []Suspension{{Key: RuleKey{Pack: "pack", Rule: "rule"}, From: from, Until: until, By: "police", Evidence: "letter"}}
}

func TestSuspension(t *testing.T) {
	for _, test := range []struct {
		name    string
		within  string
		mode    Suspend
		from    time.Time
		until   time.Time
		strict  time.Time
		at      time.Time
		state   State
		applied bool
	}{
		{"until its end", "72h", SuspendUntilEnd, hours(10), hours(100), hours(100), hours(50), Suspended, true},
		{"over at its end", "72h", SuspendUntilEnd, hours(10), hours(100), hours(100), hours(100), DueSoon, true},
		{"overdue after it", "72h", SuspendUntilEnd, hours(10), hours(100), hours(100), hours(100).Add(1), Overdue, true},
		{"one that ends before the due time", "72h", SuspendUntilEnd, hours(10), hours(20), hours(72), hours(21), Running, true},
		{"days end with the last day of the delay", "3d", SuspendUntilEnd, hours(10), hours(100), time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC), hours(50), Suspended, true},
		{"the clock stands still", "72h", SuspendResume, hours(10), hours(30), hours(92), hours(20), Suspended, true},
		{"and goes on", "72h", SuspendResume, hours(10), hours(30), hours(92), hours(31), Running, true},
		{"days stand still by days", "3d", SuspendResume, hours(10), hours(58), time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC), hours(20), Suspended, true},
		{"from before the start it stands still from the start", "72h", SuspendResume, hours(-100), hours(10), hours(82), hours(5), Suspended, true},
		{"too late", "72h", SuspendUntilEnd, hours(73), hours(100), hours(72), hours(101), Overdue, false},
		{"a rule that knows none", "72h", SuspendNever, hours(10), hours(100), hours(72), hours(50), Running, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := started()
			c.Suspensions = suspended(test.from, test.until)
			rule := Rule{Starts: "aware", Within: per(t, test.within), Suspend: test.mode}
			o := one(t, rule, c)
			wantTime(t, "strict", o.Strict, test.strict)
			wantState(t, o, test.at, test.state)
			due := Dues([]*Pack{o.Pack}, c, time.UTC)[0]
			if state := due.State(test.at); state != test.state {
				t.Errorf("a board says %q", state)
			}
			explained := Explain(o, c, time.UTC)
			if warned := strings.Contains(strings.Join(explained.Warnings, "\n"), "the source knows none"); warned != (test.mode == SuspendNever) {
				t.Errorf("warnings: %v", explained.Warnings)
			}
			said := strings.Contains(stepText(explained), "after the delay; it would be "+calendar.Reading(one(t, rule, started()).Strict, time.UTC)) ||
				strings.Contains(stepText(explained), "the delay ends before that")
			if said != test.applied {
				t.Errorf("the delay is explained: %v\n%s", said, stepText(explained))
			}
		})
	}
}

func stepText(e Explanation) string {
	var texts []string
	for _, step := range e.Steps {
		texts = append(texts, step.Text)
	}
	return strings.Join(texts, "\n")
}

// Delays that overlap are one, until the latest end: the first was extended.
// Those apart add up, and the second counts from the due time after the first.
func TestSuspensionsOfOneRule(t *testing.T) {
	for _, test := range []struct {
		name   string
		mode   Suspend
		delays []Suspension
		strict time.Time
		at     time.Time
		state  State
	}{
		{"extended", SuspendUntilEnd, slices.Concat(suspended(hours(10), hours(80)), suspended(hours(60), hours(120))), hours(120), hours(100), Suspended},
		{"extended at its end", SuspendUntilEnd, slices.Concat(suspended(hours(10), hours(80)), suspended(hours(80), hours(120))), hours(120), hours(80), Suspended},
		{"a shorter record takes nothing away", SuspendUntilEnd, slices.Concat(suspended(hours(10), hours(100)), suspended(hours(20), hours(40))), hours(100), hours(90), Suspended},
		{"apart, the clock stands still twice", SuspendResume, slices.Concat(suspended(hours(10), hours(20)), suspended(hours(75), hours(85))), hours(92), hours(50), Running},
		{"apart, in the second", SuspendResume, slices.Concat(suspended(hours(10), hours(20)), suspended(hours(75), hours(85))), hours(92), hours(80), Suspended},
		{"apart, in the first", SuspendResume, slices.Concat(suspended(hours(75), hours(85)), suspended(hours(10), hours(20))), hours(92), hours(15), Suspended},
		{"overlapping, the clock stands still once", SuspendResume, slices.Concat(suspended(hours(10), hours(30)), suspended(hours(20), hours(40))), hours(102), hours(35), Suspended},
		{"the second too late", SuspendUntilEnd, slices.Concat(suspended(hours(10), hours(80)), suspended(hours(90), hours(120))), hours(80), hours(100), Overdue},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := started()
			c.Suspensions = test.delays
			o := one(t, Rule{Starts: "aware", Within: per(t, "72h"), Suspend: test.mode}, c)
			wantTime(t, "strict", o.Strict, test.strict)
			wantState(t, o, test.at, test.state)
			if state := Dues([]*Pack{o.Pack}, c, time.UTC)[0].State(test.at); state != test.state {
				t.Errorf("a board says %q", state)
			}
			if said := strings.Count(stepText(Explain(o, c, time.UTC)), "asked for by police"); said != len(test.delays) {
				t.Errorf("%d of %d delays are told", said, len(test.delays))
			}
		})
	}
}

func TestCaps(t *testing.T) {
	capped := func(lapses bool) Rule {
		return Rule{Starts: "confirmed", Within: per(t, "72h"), Caps: []Cap{
			{Starts: "aware", Within: per(t, "96h"), Lapses: lapses}, {Starts: "detected", Within: per(t, "999h")},
		}}
	}
	c := started()
	c.Times["confirmed"] = hours(10)
	wantTime(t, "before the cap", one(t, capped(false), c).Strict, hours(82))
	c.Times["confirmed"] = hours(50)
	wantTime(t, "at the cap", one(t, capped(false), c).Strict, hours(96))
	c.Times["confirmed"] = hours(100)
	wantTime(t, "a cap that has passed is overdue at once", one(t, capped(false), c).Strict, hours(96))
	wantTime(t, "unless it lapses", one(t, capped(true), c).Strict, hours(172))
	delete(c.Times, "aware")
	o := one(t, capped(false), c)
	wantTime(t, "without awareness", o.Strict, hours(172))
	warnings := strings.Join(Explain(o, c, nil).Warnings, "\n")
	if !strings.Contains(warnings, "not stated yet: Aware") || !strings.Contains(warnings, "not stated yet: Detected") {
		t.Errorf("warnings: %s", warnings)
	}
}

func TestRestarts(t *testing.T) {
	pack := &Pack{ID: "pack", Rules: []Rule{
		{ID: "report", Starts: "aware"}, {ID: "update", Starts: "aware"},
		{ID: "rule", Starts: "submitted:report", Restarts: []string{"submitted:report", "submitted:update"}, Within: per(t, "24h")},
	}}
	c := started()
	final := func() *Obligation {
		all := Obligations([]*Pack{pack}, c, nil)
		return &all[2]
	}
	wantState(t, final(), hours(1), NotStarted)
	submit := func(rule string, at time.Time) {
		if err := c.Submit([]*Pack{pack}, rule, at, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	submit("update", hours(1))
	wantState(t, final(), hours(1), NotStarted)
	submit("report", hours(2))
	wantTime(t, "after the report", final().Strict, hours(26))
	submit("update", hours(10))
	wantTime(t, "after the update", final().Strict, hours(34))
	submit("rule", hours(33))
	submit("update", hours(50))
	wantState(t, final(), hours(100), Met)
}

func TestInForce(t *testing.T) {
	rule := Rule{ID: "rule", Starts: "aware", Within: per(t, "24h"), EffectiveFrom: "2026-11-23", EffectiveTo: "2026-11-23"}
	pack := &Pack{ID: "pack", Kind: Regime, EffectiveTo: "2026-12-31", Rules: []Rule{rule}}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]bool{
		"2026-11-22T22:59:59Z": false, "2026-11-22T23:00:00Z": true, "2026-11-23T22:59:59Z": true, "2026-11-23T23:00:00Z": false,
	} {
		aware, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		c := &Case{Times: map[string]time.Time{"aware": aware}}
		if got := len(Obligations([]*Pack{pack}, c, berlin)) == 1; got != want {
			t.Errorf("aware at %s: in force %v, want %v", at, got, want)
		}
	}
	if all := Obligations([]*Pack{pack}, &Case{}, berlin); len(all) != 1 || all[0].State(monday) != NotStarted {
		t.Error("a clock that has not started may start on any day")
	}
	late := &Case{Times: map[string]time.Time{"aware": monday.AddDate(0, 2, 0)}, Applied: []RuleKey{{Pack: "pack", Rule: "rule"}}}
	if o := Obligations([]*Pack{pack}, late, berlin)[0]; o.State(monday) != NoLongerApplies || o.Why != "not in force after 2026-11-23" {
		t.Errorf("%s: %s", o.State(monday), o.Why)
	}
	pack.Kind, pack.Rules[0].EffectiveFrom, pack.Rules[0].EffectiveTo = Procedure, "", ""
	if all := Obligations([]*Pack{pack}, late, berlin); len(all) != 1 || all[0].Applies != Yes {
		t.Error("a procedure holds for whatever was opened under it")
	}
}

// Holidays at home are for packs without a zone; a pack with one has its own
// or none.
func TestWhoseHolidaysCount(t *testing.T) {
	thursday := calendar.Date{Year: 2026, Month: time.November, Day: 26}
	home := calendar.Calendar{Name: "Home", Holidays: map[calendar.Date]string{thursday: "Founders' Day"}, Years: calendar.Years{First: 2026, Last: 2026}}
	rule := Rule{ID: "rule", Starts: "aware", Within: per(t, "3bd")}
	friday, thursdayEnd := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name string
		pack Pack
		want time.Time
	}{
		{"at home", Pack{}, friday},
		{"elsewhere", Pack{Calendar: calendar.Calendar{Zone: time.UTC}}, thursdayEnd},
		{"by a calendar of its own", Pack{CalendarID: "own"}, thursdayEnd},
	} {
		test.pack.Rules = []Rule{rule}
		all := ObligationsIn([]*Pack{&test.pack}, started(), home)
		wantTime(t, test.name, all[0].Strict, test.want)
	}
	o := ObligationsIn([]*Pack{{Rules: []Rule{{ID: "rule", Starts: "aware", Within: per(t, "60bd")}}}}, started(), home)[0]
	if warnings := ExplainIn(&o, started(), home).Warnings; len(warnings) != 1 || !strings.Contains(warnings[0], "holidays of Home are not known for 2027") {
		t.Errorf("warnings: %v", warnings)
	}
}
