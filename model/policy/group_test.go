package policy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/model/calendar"
)

// tellingPack promises what the documents about notices do: paying customers
// by severity, the free tier after them, the public last.
func tellingPack() *Pack {
	return &Pack{
		ID: "pack", Version: 1,
		Questions: []Question{{ID: "tier.paid", Label: "Paid?"}, {ID: "tier.free", Label: "Free?"}, {ID: "direct", Label: "Directly impacted?"}},
		Settings:  []Setting{{ID: "buffer_hours", Label: "Buffer in hours", Organisation: true}},
		Rules: []Rule{
			{ID: "paid", Title: "Paying customers", To: ToPaid, Starts: "impact_confirmed", Within: period(48, calendar.Hours), Every: period(24, calendar.Hours), Until: "resolved",
				When: Condition{Severity: []string{"critical"}, Tier: []string{"paid"}}},
			{ID: "update", Title: "Updates", To: ToPaid, Starts: "submitted:paid", When: Condition{Tier: []string{"paid"}}},
			{ID: "free", Title: "Free tier", To: ToFree, Starts: "impact_confirmed", Direct: "direct", Buffer: period(24, calendar.Hours), BufferBy: "buffer_hours",
				When: Condition{Tier: []string{"free"}, Answers: map[string]Answer{"direct": Yes}}},
			{ID: "public", Title: "Public", To: ToPublic, Starts: "fix_available", After: []string{"free"}, When: Condition{Tier: []string{"free"}}},
		},
	}
}

func period(n int, unit calendar.Unit) calendar.Period { return calendar.Period{N: n, Unit: unit} }

func groupKey(rule, group string) RuleKey { return RuleKey{Pack: "pack", Rule: rule, Group: group} }

// impact is when the customers' being affected was confirmed.
var impact = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func after(h int) time.Time { return impact.Add(time.Duration(h) * time.Hour) }

func criticalCase(groups ...Group) *Case {
	return &Case{Severity: "critical", Times: map[string]time.Time{"impact_confirmed": impact}, Answers: map[string]Answer{}, Groups: groups}
}

func keysIn(c *Case) []string {
	var keys []string
	for _, o := range Obligations([]*Pack{tellingPack()}, c, time.UTC) {
		keys = append(keys, o.Key().String()+" "+o.Applies.String())
	}
	return keys
}

func obligationFor(t *testing.T, c *Case, key RuleKey) Obligation {
	t.Helper()
	for _, o := range Obligations([]*Pack{tellingPack()}, c, time.UTC) {
		if o.Key() == key {
			return o
		}
	}
	t.Fatalf("no obligation %s; there are %v", key, keysIn(c))
	return Obligation{}
}

func TestOneObligationForEachGroup(t *testing.T) {
	paid, trial := Group{ID: "A1", Tier: TierPaid}, Group{ID: "A2", Tier: TierFree}
	direct := Group{ID: "A3", Tier: TierFree, Direct: true}
	for _, test := range []struct {
		name string
		c    *Case
		want []string
	}{
		{"nobody listed yet", criticalCase(), []string{"pack/paid unknown", "pack/update unknown", "pack/free unknown", "pack/public unknown"}},
		{"paying customers", criticalCase(paid), []string{"pack/paid#A1 yes", "pack/update#A1 yes", "pack/free unknown", "pack/public unknown"}},
		{"free, not directly impacted", criticalCase(paid, trial), []string{"pack/paid#A1 yes", "pack/update#A1 yes", "pack/public yes"}},
		{"free, directly impacted", criticalCase(trial, direct), []string{"pack/paid unknown", "pack/update unknown", "pack/free#A3 yes", "pack/public yes"}},
	} {
		if got := keysIn(test.c); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// What was found to be affected later has its own time, and that of the first
// ones stays.
func TestLaterAdditionsHaveTheirOwnClock(t *testing.T) {
	c := criticalCase(Group{ID: "A1", Tier: TierPaid}, Group{ID: "A2", Tier: TierPaid, Since: after(100)}, Group{ID: "A3", Tier: TierPaid, Since: after(-5)})
	for group, due := range map[string]time.Time{"A1": after(48), "A2": after(148), "A3": after(48)} {
		if o := obligationFor(t, c, groupKey("paid", group)); !o.Strict.Equal(due) {
			t.Errorf("%s is due %s, want %s", group, o.Strict, due)
		}
	}
	o := obligationFor(t, c, groupKey("paid", "A2"))
	explained := Explain(&o, c, time.UTC)
	if !strings.Contains(explained.Steps[0].Text, "group A2 was found to be affected") {
		t.Errorf("nothing says why the clock starts later: %q", explained.Steps[0].Text)
	}
	delete(c.Times, "impact_confirmed")
	if o := obligationFor(t, c, groupKey("paid", "A2")); o.Started {
		t.Error("to be found does not start the clock where the rule's own fact is not stated")
	}
}

// What is on record for a rule as a whole holds for all groups, but what was
// sent before a group was found cannot have reached it.
func TestWhatHoldsForWhichGroups(t *testing.T) {
	early, late := Group{ID: "A1", Tier: TierPaid}, Group{ID: "A2", Tier: TierPaid, Since: after(20)}
	now := after(50)
	for _, test := range []struct {
		name   string
		change func(*Case)
		a1, a2 State
	}{
		{"nothing", func(*Case) {}, Overdue, Running},
		{"sent to one", func(c *Case) { c.Submissions = []Submission{{Key: groupKey("paid", "A1"), At: after(30)}} }, DueSoon, Running},
		{"sent to all", func(c *Case) { c.Submissions = []Submission{{Key: groupKey("paid", ""), At: after(40)}} }, Running, Running},
		{"sent before the second was found", func(c *Case) { c.Submissions = []Submission{{Key: groupKey("paid", ""), At: after(19)}} }, Overdue, Running},
		{"one waived", func(c *Case) { c.Waivers = []Waiver{{Key: groupKey("paid", "A2"), At: after(30)}} }, Overdue, Waived},
		{"all waived", func(c *Case) { c.Waivers = []Waiver{{Key: groupKey("paid", ""), At: after(1)}} }, Waived, Waived},
	} {
		c := criticalCase(early, late)
		test.change(c)
		for group, want := range map[string]State{"A1": test.a1, "A2": test.a2} {
			o := obligationFor(t, c, groupKey("paid", group))
			if got := o.State(now); got != want {
				t.Errorf("%s: %s is %s, want %s", test.name, group, got, want)
			}
		}
	}
	c := criticalCase(early, late)
	c.Submissions = []Submission{{Key: groupKey("paid", "A2"), At: after(30)}}
	if o := obligationFor(t, c, groupKey("update", "A1")); o.Started {
		t.Error("what was sent to A2 starts the updates to A1")
	}
	if o := obligationFor(t, c, groupKey("update", "A2")); !o.Start.Equal(after(30)) {
		t.Errorf("updates to A2 start %s", o.Start)
	}
}

func TestTermsOfTheirOwn(t *testing.T) {
	for _, test := range []struct {
		name, rule, tier string
		terms            calendar.Period
		due              time.Time
		says             string
	}{
		{"sooner than the rule", "paid", TierPaid, period(24, calendar.Hours), after(24), "the earlier one decides"},
		{"later than the rule", "paid", TierPaid, period(72, calendar.Hours), after(48), "that is no earlier"},
		{"days end with the day", "paid", TierPaid, period(1, calendar.Days), time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), "the earlier one decides"},
		{"where the rule has no number", "free", TierFree, period(48, calendar.Hours), after(48), "the rule itself gives no number"},
		{"not for updates", "update", TierPaid, period(48, calendar.Hours), time.Time{}, "without undue delay"},
	} {
		c := criticalCase(Group{ID: "A1", Tier: test.tier, Direct: true, Terms: test.terms})
		if test.rule == "update" {
			c.Submissions = []Submission{{Key: groupKey("paid", "A1"), At: after(2)}}
		}
		o := obligationFor(t, c, groupKey(test.rule, "A1"))
		if !o.Strict.Equal(test.due) || !o.Legal.Equal(test.due) {
			t.Errorf("%s: due %s and %s, want %s", test.name, o.Strict, o.Legal, test.due)
		}
		var said []string
		for _, step := range Explain(&o, c, time.UTC).Steps {
			said = append(said, step.Text)
		}
		if !strings.Contains(strings.Join(said, "\n"), test.says) {
			t.Errorf("%s: nothing says %q:\n%s", test.name, test.says, strings.Join(said, "\n"))
		}
	}
}

// A number that only the terms give is missed like any other, and met like it.
func TestTermsWithoutANumberOfTheRule(t *testing.T) {
	c := criticalCase(Group{ID: "A1", Tier: TierFree, Direct: true, Terms: period(48, calendar.Hours)})
	o := obligationFor(t, c, groupKey("free", "A1"))
	if before, later := o.State(after(10)), o.State(after(49)); before != Running || later != Overdue {
		t.Errorf("%s, then %s", before, later)
	}
	c.Submissions = []Submission{{Key: groupKey("free", "A1"), At: after(50)}}
	if o := obligationFor(t, c, groupKey("free", "A1")); o.State(after(60)) != MetLate {
		t.Errorf("sent after the terms: %s", o.State(after(60)))
	}
}

func TestDuesOfGroups(t *testing.T) {
	c := criticalCase(Group{ID: "A1", Tier: TierPaid}, Group{ID: "A2", Tier: TierPaid, Since: after(20), Terms: period(1, calendar.Days)},
		Group{ID: "A3", Tier: TierFree, Direct: true, Terms: period(72, calendar.Hours)}, Group{ID: "A4", Tier: TierFree})
	c.Submissions = []Submission{{Key: groupKey("paid", "A1"), At: after(3)}}
	var got []string
	for _, d := range Dues([]*Pack{tellingPack()}, c, time.UTC) {
		got = append(got, d.Key().String()+" "+d.At.Sub(impact).String()+" "+string(d.State(after(26))))
	}
	want := []string{"pack/paid#A1 27h0m0s due soon", "pack/paid#A2 63h0m0s running", "pack/free#A3 72h0m0s running"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestToldInPart(t *testing.T) {
	c := criticalCase(Group{ID: "A1", Tier: TierPaid}, Group{ID: "A2", Tier: TierPaid})
	c.Deliveries = []Delivery{{groupKey("paid", "A1"), Told{Sent: 9998, Received: 12, Of: 10000}}, {groupKey("paid", "A2"), Told{Sent: 3, Of: 3}}}
	first, second := obligationFor(t, c, groupKey("paid", "A1")), obligationFor(t, c, groupKey("paid", "A2"))
	if first.Partly() != "partly met: 9,998 of 10,000 sent" || second.Partly() != "" {
		t.Errorf("%q and %q", first.Partly(), second.Partly())
	}
	if steps := Explain(&first, c, time.UTC).Steps; steps[len(steps)-1].Text != first.Partly() {
		t.Errorf("the explanation ends with %q", steps[len(steps)-1].Text)
	}
	if first.Told.Of != 10000 || thousands(1002003) != "1,002,003" {
		t.Errorf("%+v, %s", first.Told, thousands(1002003))
	}
}

func TestHoldOf(t *testing.T) {
	free := Group{ID: "A2", Tier: TierFree, Direct: true}
	sent := func(rule, group string, at time.Time) func(*Case) {
		return func(c *Case) { c.Submissions = append(c.Submissions, Submission{Key: groupKey(rule, group), At: at}) }
	}
	for _, test := range []struct {
		name      string
		rule      RuleKey
		changes   []func(*Case)
		wait      int
		until     time.Time
		says      string
		overAfter int // hours after impact at which nothing holds it back; 0: something does, always
	}{
		{"paying customers wait", groupKey("free", "A2"), nil, 1, time.Time{}, "not sent yet: “Paying customers” to A1", 0},
		{"the rule's buffer", groupKey("free", "A2"), []func(*Case){sent("paid", "A1", after(10))}, 0, after(34), "the rule's own", 34},
		{"the organisation's", groupKey("free", "A2"), []func(*Case){sent("paid", "A1", after(10)), func(c *Case) { c.Counts = map[string]int{"buffer_hours": 6} }}, 0, after(16), "as the organisation has set it", 16},
		{"none at all", groupKey("free", "A2"), []func(*Case){sent("paid", "A1", after(10)), func(c *Case) { c.Counts = map[string]int{"buffer_hours": 0} }}, 0, after(10), "not before paying customers were told", 10},
		{"paying customers are not told", groupKey("free", "A2"), []func(*Case){func(c *Case) { c.Waivers = []Waiver{{Key: groupKey("paid", "")}} }}, 0, time.Time{}, "no paying customers are to be told first", 1},
		{"the public waits", groupKey("public", ""), nil, 1, time.Time{}, "not before this was sent: “Free tier” to A2", 0},
		{"the public may hear", groupKey("public", ""), []func(*Case){sent("free", "A2", after(40))}, 0, time.Time{}, "", 40},
	} {
		c := criticalCase(Group{ID: "A1", Tier: TierPaid}, free)
		for _, change := range test.changes {
			change(c)
		}
		o := obligationFor(t, c, test.rule)
		h := HoldOf(&o, c, calendar.Calendar{Zone: time.UTC})
		if len(h.Paid)+len(h.First) != test.wait || !h.Until.Equal(test.until) {
			t.Errorf("%s: %+v", test.name, h)
		}
		if over := h.Over(after(test.overAfter)); over != (test.overAfter > 0) || test.overAfter > 0 && !test.until.IsZero() && h.Over(after(test.overAfter-1)) {
			t.Errorf("%s: over is %v", test.name, over)
		}
		var said []string
		for _, step := range Explain(&o, c, time.UTC).Steps {
			said = append(said, step.Text)
		}
		if !strings.Contains(strings.Join(said, "\n"), test.says) {
			t.Errorf("%s: nothing says %q:\n%s", test.name, test.says, strings.Join(said, "\n"))
		}
	}
}

func TestKeyOfAGroup(t *testing.T) {
	packs := []*Pack{tellingPack()}
	for text, want := range map[string]RuleKey{"paid": groupKey("paid", ""), "paid#A2": groupKey("paid", "A2"), "pack/paid#A2": groupKey("paid", "A2")} {
		if key, err := KeyOf(packs, text); err != nil || key != want {
			t.Errorf("%s: %v, %v", text, key, err)
		}
	}
	if _, err := KeyOf(packs, "piad#A2"); err == nil || !strings.Contains(err.Error(), `did you mean "paid"`) {
		t.Errorf("a rule that is none: %v", err)
	}
}

// Ten groups, each with terms of its own.
func BenchmarkDuesOfGroups(b *testing.B) {
	var groups []Group
	for range 10 {
		groups = append(groups, Group{ID: "A1", Tier: TierPaid, Terms: period(24, calendar.Hours)})
	}
	packs, c := []*Pack{tellingPack()}, criticalCase(groups...)
	b.ReportAllocs()
	for b.Loop() {
		Dues(packs, c, time.UTC)
	}
}
