package policy

import (
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"tocsin/model/calendar"
)

// The moments of these tests: a Monday at noon in UTC, and hours after it.
var monday = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

func hours(n int) time.Time { return monday.Add(time.Duration(n) * time.Hour) }

func per(t testing.TB, text string) calendar.Period {
	t.Helper()
	var p calendar.Period
	if err := p.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return p
}

// one returns the obligation of a case under a single rule.
func one(t testing.TB, rule Rule, c *Case) *Obligation {
	t.Helper()
	if rule.ID == "" {
		rule.ID = "rule"
	}
	all := Obligations([]*Pack{{ID: "pack", Version: 1, Title: "Pack", Rules: []Rule{rule}}}, c, time.UTC)
	if len(all) != 1 {
		t.Fatalf("%d obligations, want one", len(all))
	}
	return &all[0]
}

func sent(at ...time.Time) []Submission {
	var all []Submission
	for _, t := range at {
		all = append(all, Submission{Key: RuleKey{Pack: "pack", Rule: "rule"}, At: t})
	}
	return all
}

func started(submissions ...time.Time) *Case {
	return &Case{Times: map[string]time.Time{"aware": monday}, Submissions: sent(submissions...)}
}

func wantState(t *testing.T, o *Obligation, now time.Time, want State) {
	t.Helper()
	if got := o.State(now); got != want {
		t.Errorf("at %s it is %q, want %q", now.Format(time.RFC3339Nano), got, want)
	}
}

func wantTime(t *testing.T, what string, got, want time.Time) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s is %s, want %s", what, got, want)
	}
}

func TestStatesOverTime(t *testing.T) {
	o := one(t, Rule{Starts: "aware", Within: per(t, "72h"), Legal: LegalFullHour}, started())
	wantTime(t, "strict", o.Strict, hours(72))
	wantTime(t, "legal", o.Legal, hours(73))
	wantState(t, o, hours(0), Running)
	wantState(t, o, hours(54).Add(-1), Running)
	wantState(t, o, hours(54), DueSoon) // a quarter of 72 h
	wantState(t, o, hours(72), DueSoon)
	wantState(t, o, hours(72).Add(time.Millisecond), Overdue)
	if left := o.Left(hours(80)); left != -8*time.Hour {
		t.Errorf("%s left, want -8h", left)
	}
	if o.Missed(hours(80)) != 0 || !o.NextAfter(hours(80)).IsZero() {
		t.Error("a rule that asks once misses nothing and has no next")
	}
}

func TestEndOfDayIsExclusive(t *testing.T) {
	rule := Rule{Starts: "aware", Within: per(t, "3d")}
	midnight := time.Date(2026, time.November, 27, 0, 0, 0, 0, time.UTC)
	o := one(t, rule, started())
	wantTime(t, "strict", o.Strict, midnight)
	wantState(t, o, midnight.Add(-time.Millisecond), DueSoon)
	wantState(t, o, midnight, Overdue)
	wantState(t, one(t, rule, started(midnight)), midnight, MetLate)
	wantState(t, one(t, rule, started(midnight.Add(-time.Millisecond))), midnight, Met)
}

// A live view keeps little of an obligation; it must not tell another state.
func TestStateOfAFewFields(t *testing.T) {
	for _, submissions := range [][]time.Time{nil, {hours(20)}} {
		rule := Rule{Starts: "aware", Within: per(t, "36h"), Every: per(t, "7bd"), Until: "resolved"}
		o := one(t, rule, started(submissions...))
		few := Obligation{Pack: o.Pack, Rule: o.Rule, Applies: o.Applies, Started: true, Start: o.Start, Strict: o.Strict, Occurrence: o.Occurrence}
		for _, now := range []time.Time{o.Start, o.Strict.Add(-time.Hour), o.Strict, o.Strict.Add(time.Millisecond)} {
			wantState(t, &few, now, o.State(now))
		}
	}
}

func TestSoonForIsBounded(t *testing.T) {
	for period, want := range map[string]time.Duration{"2h": time.Hour, "48h": 12 * time.Hour, "60d": 24 * time.Hour} {
		o := one(t, Rule{Starts: "aware", Within: per(t, period)}, started())
		if got := o.SoonFor(); got != want {
			t.Errorf("%s is due soon %s before, want %s", period, got, want)
		}
	}
}

func TestMeetingOnce(t *testing.T) {
	rule := Rule{Starts: "aware", Within: per(t, "72h")}
	in, late := one(t, rule, started(hours(72))), one(t, rule, started(hours(73)))
	wantState(t, in, hours(1000), Met)
	wantState(t, late, hours(1000), MetLate)
	if !in.Strict.IsZero() || !in.Legal.IsZero() {
		t.Error("a due time stands though all is done")
	}
	frozen := one(t, rule, started(hours(10), hours(90)))
	wantState(t, frozen, hours(1000), Met)
	if len(frozen.Done) != 2 || frozen.Done[1].Late || !frozen.Done[1].Due.IsZero() {
		t.Errorf("what comes after the first valid filing is a supplement: %+v", frozen.Done)
	}
	before := one(t, rule, started(hours(-5)))
	wantState(t, before, hours(1), Met)
	unstarted := one(t, rule, &Case{Submissions: sent(hours(-5))})
	wantState(t, unstarted, hours(1), Met)
}

func TestMetBy(t *testing.T) {
	rule := Rule{Starts: "aware", Within: per(t, "36h"), MetBy: MetByReceived}
	c := started(hours(10), hours(20))
	wantState(t, one(t, rule, c), hours(21), Running)
	c.Submissions[0].Received = hours(40)
	wantState(t, one(t, rule, c), hours(41), MetLate)
	c.Submissions[1].Received = hours(21) // overtook the first
	o := one(t, rule, c)
	wantState(t, o, hours(41), Met)
	wantTime(t, "the first that arrived was sent at", o.Done[0].At, hours(20))

	byFact := Rule{Starts: "aware", Within: per(t, "30d"), MetBy: "fact:remediated"}
	c = started(hours(1))
	wantState(t, one(t, byFact, c), hours(2), Running)
	c.Times["remediated"] = hours(100)
	wantState(t, one(t, byFact, c), hours(101), Met)
}

// The update rule of these tests: first after 48 h, then every 24 h.
func updates(t *testing.T) Rule {
	return Rule{Starts: "aware", Within: per(t, "48h"), Every: per(t, "24h"), Until: "resolved"}
}

func TestRecurrence(t *testing.T) {
	for _, test := range []struct {
		name       string
		sent       []time.Time
		now        time.Time
		strict     time.Time
		next       time.Time
		occurrence int
		missed     int
		state      State
	}{
		{"nothing sent yet", nil, hours(1), hours(48), hours(72), 1, 0, Running},
		{"the oldest unmet one stands", nil, hours(100), hours(48), hours(120), 1, 3, Overdue},
		{"filing early pulls the next one forward", []time.Time{hours(10)}, hours(11), hours(34), hours(58), 2, 0, Running},
		{"every filing moves it", []time.Time{hours(10), hours(20)}, hours(21), hours(44), hours(68), 3, 0, Running},
		{"due soon is a quarter of the shorter period", []time.Time{hours(10)}, hours(28), hours(34), hours(58), 2, 0, DueSoon},
		{"a late one answers for the oldest", []time.Time{hours(100)}, hours(101), hours(124), hours(148), 4, 2, Running},
		{"missing one does not move the next", []time.Time{hours(10)}, hours(60), hours(34), hours(82), 2, 2, Overdue},
		{"one before the clock started counts from its start", []time.Time{hours(-30)}, hours(1), hours(24), hours(48), 2, 0, Running},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := one(t, updates(t), started(test.sent...))
			wantTime(t, "strict", o.Strict, test.strict)
			wantTime(t, "next", o.NextAfter(test.now), test.next)
			wantState(t, o, test.now, test.state)
			if o.Occurrence != test.occurrence {
				t.Errorf("occurrence %d, want %d", o.Occurrence, test.occurrence)
			}
			if missed := o.Missed(test.now); missed != test.missed {
				t.Errorf("%d missed, want %d", missed, test.missed)
			}
		})
	}
}

func TestRecurrenceEnds(t *testing.T) {
	ended := func(end time.Time, submissions ...time.Time) *Obligation {
		c := started(submissions...)
		c.Times["resolved"] = end
		return one(t, updates(t), c)
	}
	t.Run("dues after the end vanish", func(t *testing.T) {
		o := ended(hours(30), hours(10))
		wantState(t, o, hours(500), Met)
		if !o.Strict.IsZero() || !o.NextAfter(hours(20)).IsZero() || o.Missed(hours(500)) != 0 {
			t.Errorf("something still comes due: %+v", o)
		}
	})
	t.Run("dues before it that nothing met stay missed", func(t *testing.T) {
		o := ended(hours(60), hours(10))
		wantState(t, o, hours(500), MetLate)
		if missed := o.Missed(hours(500)); missed != 2 {
			t.Errorf("%d missed, want those at 34 and 58", missed)
		}
	})
	t.Run("the first notice is owed all the same", func(t *testing.T) {
		o := ended(hours(30))
		wantTime(t, "strict", o.Strict, hours(48))
		wantState(t, o, hours(31), Running)
		wantState(t, o, hours(49), Overdue)
		if missed := o.Missed(hours(500)); missed != 1 {
			t.Errorf("%d missed, want only the first", missed)
		}
		wantState(t, ended(hours(30), hours(40)), hours(49), Met)
		wantState(t, ended(hours(30), hours(50)), hours(51), MetLate)
	})
	t.Run("what is sent after the end meets nothing more", func(t *testing.T) {
		o := ended(hours(30), hours(10), hours(200))
		wantState(t, o, hours(500), Met)
		if len(o.Done) != 2 || !o.Done[1].Due.IsZero() {
			t.Errorf("filings: %+v", o.Done)
		}
	})
}

func TestRecurrenceInDays(t *testing.T) {
	rule := Rule{Starts: "aware", Within: per(t, "7bd"), Every: per(t, "7bd"), Until: "resolved"}
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	o := one(t, rule, started())
	wantTime(t, "the first ends with Wed 2 Dec", o.Strict, day(time.December, 3))
	wantTime(t, "the next ends with Fri 11 Dec", o.NextAfter(hours(1)), day(time.December, 12))
	early := one(t, rule, started(hours(24)))
	wantTime(t, "after a notice on Tue 24 Nov it ends with Thu 3 Dec", early.Strict, day(time.December, 4))

	mixed := Rule{Starts: "aware", Within: per(t, "1d"), Every: per(t, "3bd"), Until: "resolved"}
	o = one(t, mixed, started())
	wantTime(t, "one day ends with Tue 24 Nov", o.Strict, day(time.November, 25))
	wantTime(t, "three business days after Tue end with Fri 27 Nov", o.NextAfter(hours(1)), day(time.November, 28))

	c := &Case{Times: map[string]time.Time{"aware": time.Date(2027, time.January, 31, 9, 0, 0, 0, time.UTC)}}
	monthly := one(t, Rule{Starts: "aware", Within: per(t, "1mo"), Every: per(t, "1mo"), Until: "resolved"}, c)
	wantTime(t, "one month clips", monthly.Strict, time.Date(2027, time.March, 1, 0, 0, 0, 0, time.UTC))
	wantTime(t, "the second counts from the anchor", monthly.NextAfter(c.Times["aware"]), time.Date(2027, time.April, 1, 0, 0, 0, 0, time.UTC))
}

func TestThreeValues(t *testing.T) {
	rule := Rule{Starts: "aware", Within: per(t, "72h"), When: Condition{Answers: map[string]Answer{"risk_unlikely": No}}}
	c := started()
	unknown := one(t, rule, c)
	wantState(t, unknown, hours(1), CannotExclude)
	wantState(t, unknown, hours(1000), CannotExclude)
	wantTime(t, "the worst case", unknown.Strict, hours(72))
	if !strings.Contains(unknown.Why, "risk_unlikely") {
		t.Errorf("it does not say what is unknown: %q", unknown.Why)
	}
	delete(c.Times, "aware")
	wantState(t, one(t, rule, c), hours(1), NotStarted)
	c.Answers = map[string]Answer{"risk_unlikely": No}
	o := one(t, rule, c)
	wantState(t, o, hours(1), NotStarted)
	if !strings.Contains(o.Why, "Aware") {
		t.Errorf("it does not say what is missing: %q", o.Why)
	}
	c.Answers["risk_unlikely"] = Yes
	if all := Obligations([]*Pack{{ID: "pack", Rules: []Rule{rule}}}, c, nil); len(all) != 0 {
		t.Errorf("a rule that never applied is there: %+v", all)
	}
}

func TestNoLongerApplies(t *testing.T) {
	rule := Rule{ID: "rule", Starts: "aware", Within: per(t, "48h"), When: Condition{Severity: []string{"high"}}}
	c := started(hours(10))
	c.Severity = "low"
	c.Applied = []RuleKey{{Pack: "pack", Rule: "rule"}}
	o := one(t, rule, c)
	wantState(t, o, hours(11), NoLongerApplies)
	if len(o.Done) != 1 || !o.Strict.IsZero() || !strings.Contains(o.Why, "it is low") {
		t.Errorf("history or reason is lost: %+v", o)
	}
	c.Severity = "high"
	back := one(t, rule, c)
	wantState(t, back, hours(11), Met)
	wantTime(t, "the clock never moved", back.Trigger, monday)
}

func TestWaiverAndEnd(t *testing.T) {
	rule := updates(t)
	c := started(hours(10))
	c.Waivers = []Waiver{{Key: RuleKey{Pack: "pack", Rule: "rule"}, At: hours(60), Decider: "Ada", Rationale: "no customers left"}}
	o := one(t, rule, c)
	wantState(t, o, hours(61), Waived)
	if len(o.Done) != 1 || !o.Strict.IsZero() {
		t.Errorf("waived: %+v", o)
	}
	if missed := o.Missed(hours(500)); missed != 2 {
		t.Errorf("%d missed, want those before the waiver", missed)
	}

	c = started(hours(10))
	c.Ended = hours(20)
	wantState(t, one(t, rule, c), hours(500), NoLongerApplies)
	rule.Every, rule.Until = calendar.Period{}, ""
	wantState(t, one(t, rule, c), hours(500), Met)
}

func TestSoft(t *testing.T) {
	rule := Rule{Starts: "aware"}
	o := one(t, rule, started())
	wantState(t, o, hours(5000), Open)
	if !o.Strict.IsZero() || o.Left(hours(1)) != 0 {
		t.Error("a soft rule has no number")
	}
	wantState(t, one(t, rule, started(hours(400))), hours(500), Met)
	wantState(t, one(t, rule, &Case{}), hours(1), NotStarted)
}

func TestStartsWithASubmission(t *testing.T) {
	pack := &Pack{ID: "pack", Rules: []Rule{
		{ID: "rule", Starts: "aware", Within: per(t, "72h")},
		{ID: "final", Starts: "submitted:rule", Within: per(t, "1mo")},
	}}
	c := started()
	all := Obligations([]*Pack{pack}, c, time.UTC)
	wantState(t, &all[1], hours(1), NotStarted)
	c.Submissions = append(sent(hours(10), hours(300)), Submission{Key: RuleKey{Pack: "other", Rule: "rule"}, At: hours(1)})
	all = Obligations([]*Pack{pack}, c, time.UTC)
	wantTime(t, "the first submission starts it", all[1].Trigger, hours(10))
	wantTime(t, "one month after Mon 23 Nov", all[1].Strict, time.Date(2026, time.December, 24, 0, 0, 0, 0, time.UTC))
}

func TestPackZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	rules := []Rule{{ID: "rule", Starts: "aware", Within: per(t, "1d")}}
	packs := []*Pack{{ID: "own", Rules: rules, Calendar: calendar.Calendar{Zone: berlin}}, {ID: "space", Rules: rules}}
	all := Obligations(packs, started(), time.UTC)
	wantTime(t, "the authority's day", all[0].Strict, time.Date(2026, time.November, 24, 23, 0, 0, 0, time.UTC))
	wantTime(t, "the space's day", all[1].Strict, time.Date(2026, time.November, 25, 0, 0, 0, 0, time.UTC))
}

func TestExplain(t *testing.T) {
	pack := &Pack{ID: "pack", Title: "Pack",
		Questions: []Question{{ID: "exposed", Label: "Was data exposed?"}},
		Rules: []Rule{{
			ID: "rule", Starts: "aware", Within: per(t, "72h"), Every: per(t, "7bd"), Until: "resolved", Legal: LegalFullHour,
			When: Condition{Severity: []string{"high", "critical"}, Answers: map[string]Answer{"exposed": Yes}},
		}},
	}
	c := started()
	c.Severity = "high"
	all := Obligations([]*Pack{pack}, c, nil)
	e := Explain(&all[0], c, nil)
	want := []string{"severity is high or critical: it is high", "Was data exposed? not answered yet (applies if yes)"}
	if !slices.Equal(e.Why, want) {
		t.Errorf("why: %q, want %q", e.Why, want)
	}
	var steps []string
	for _, step := range e.Steps {
		steps = append(steps, step.Text)
	}
	want = []string{
		"Aware: Mon 23 Nov 2026 12:00 UTC",
		"72 hours added in UTC: Thu 26 Nov 2026 12:00 UTC",
		"latest arguable limit Thu 26 Nov 2026 13:00 UTC: the hour of the event is not counted (Regulation 1182/71, Article 3(1))",
		"then every 7 business days after the last one sent, until this is stated: Resolved",
	}
	if !slices.Equal(steps, want) {
		t.Errorf("steps:\n%s\nwant\n%s", strings.Join(steps, "\n"), strings.Join(want, "\n"))
	}
	want = []string{
		"worst case: not answered yet: Was data exposed?",
		"no public holidays of your own place are known: only weekends are skipped; name a home calendar, such as with tocsin setup --calendar de",
	}
	if !slices.Equal(e.Warnings, want) {
		t.Errorf("warnings: %q", e.Warnings)
	}
	c.Submissions = []Submission{{Key: all[0].Key(), At: hours(80)}}
	all = Obligations([]*Pack{pack}, c, nil)
	text := ""
	for _, step := range Explain(&all[0], c, nil).Steps {
		text += step.Text + "\n"
	}
	for _, part := range []string{"due Thu 26 Nov 2026 12:00 UTC: late", "the next one counts from Thu 26 Nov 2026 20:00 UTC", "Sat 28 and Sun 29 Nov skipped: weekend"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
}

// randomRule and randomCase draw what the properties below hold for.
func randomRule(t *rapid.T) Rule {
	period := func(label string, least int) calendar.Period {
		n := rapid.IntRange(least, 90).Draw(t, label)
		return calendar.Period{N: n, Unit: rapid.SampledFrom([]calendar.Unit{calendar.Hours, calendar.Days, calendar.BusinessDays, calendar.Months}).Draw(t, label+" unit")}
	}
	rule := Rule{ID: "rule", Starts: "aware", Within: period("within", 1), Legal: rapid.SampledFrom([]Legal{LegalSame, LegalFullHour}).Draw(t, "legal")}
	if rapid.Bool().Draw(t, "recurs") {
		rule.Every, rule.Until = period("every", 1), "resolved"
	}
	return rule
}

func randomCase(t *rapid.T) *Case {
	c := started()
	for _, n := range rapid.SliceOfN(rapid.IntRange(-200, 4000), 0, 6).Draw(t, "submitted") {
		c.Submissions = append(c.Submissions, sent(hours(n))...)
	}
	slices.SortFunc(c.Submissions, func(a, b Submission) int { return a.At.Compare(b.At) })
	if rapid.Bool().Draw(t, "is resolved") {
		c.Times["resolved"] = hours(rapid.IntRange(1, 4000).Draw(t, "resolved"))
	}
	return c
}

func obligationOf(rule Rule, c *Case) *Obligation {
	return &Obligations([]*Pack{{ID: "pack", Rules: []Rule{rule}}}, c, time.UTC)[0]
}

// What starts later is never due earlier, and the legal limit is never before
// the strict one.
func TestDueTimesAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule, c := randomRule(t), randomCase(t)
		first := obligationOf(rule, c)
		if first.Legal.Before(first.Strict) {
			t.Fatalf("legal %s before strict %s", first.Legal, first.Strict)
		}
		c.Times["aware"] = monday.Add(time.Duration(rapid.IntRange(0, 1000).Draw(t, "later")) * time.Hour)
		second := obligationOf(rule, c)
		if !first.Strict.IsZero() && !second.Strict.IsZero() && second.Strict.Before(first.Strict) {
			t.Fatalf("%s, but %s when started later", first.Strict, second.Strict)
		}
		c.Times["aware"] = monday
		if again := obligationOf(rule, c); !again.Strict.Equal(first.Strict) || again.Occurrence != first.Occurrence {
			t.Fatalf("taking the correction back gives %s, not %s", again.Strict, first.Strict)
		}
	})
}

// As time passes, missed only grows, the next due time comes after now and the
// standing one, and the state only changes forward.
func TestStatesOnlyMoveForward(t *testing.T) {
	order := map[State]int{Running: 1, DueSoon: 2, Overdue: 3, Met: 4, MetLate: 5}
	rapid.Check(t, func(t *rapid.T) {
		o := obligationOf(randomRule(t), randomCase(t))
		missed, rank := 0, 0
		for at := -100; at < 5000; at += rapid.IntRange(1, 900).Draw(t, "step") {
			now := hours(at)
			if m := o.Missed(now); m < missed {
				t.Fatalf("%d missed, then %d", missed, m)
			} else {
				missed = m
			}
			if r := order[o.State(now)]; r < rank {
				t.Fatalf("%q after rank %d", o.State(now), rank)
			} else {
				rank = r
			}
			next := o.NextAfter(now)
			if !next.IsZero() && (next.Before(now) || !next.After(o.Strict)) {
				t.Fatalf("at %s next %s, standing %s", now, next, o.Strict)
			}
		}
	})
}

// The order in which facts, answers, types or packs were given decides nothing.
func TestOrderOfFactsIsIrrelevant(t *testing.T) {
	types := []string{"a", "b", "c", "d"}
	rapid.Check(t, func(t *rapid.T) {
		when := Condition{
			Types:   rapid.SliceOfNDistinct(rapid.SampledFrom(types), 0, 3, rapid.ID).Draw(t, "wanted"),
			Answers: map[string]Answer{},
		}
		c := &Case{Answers: map[string]Answer{}}
		c.Types = rapid.SliceOfNDistinct(rapid.SampledFrom(types), 0, 3, rapid.ID).Draw(t, "given")
		for _, question := range types {
			when.Answers[question] = rapid.SampledFrom([]Answer{Yes, No}).Draw(t, "wanted answer")
			c.Answers[question] = rapid.SampledFrom([]Answer{Yes, No, Unknown}).Draw(t, "given answer")
		}
		first := when.Holds(c)
		c.Types = rapid.Permutation(c.Types).Draw(t, "given, shuffled")
		when.Types = rapid.Permutation(when.Types).Draw(t, "wanted, shuffled")
		if again := when.Holds(c); again != first {
			t.Fatalf("%s, then %s", first, again)
		}
		folded := Yes
		for _, reason := range when.Reasons(c) {
			folded = folded.And(reason.Answer)
		}
		if folded != first {
			t.Fatalf("holds: %s; its reasons say %s", first, folded)
		}
		c.Answers["a"] = Unknown // learning less never turns a yes into a no
		if first == Yes && when.Holds(c) == No {
			t.Fatal("an unknown was taken for a no")
		}
	})
}

// TestNothingNewCountsFromTheDueTime holds that a decision in place of an update
// moves no cadence, whether it comes before the due time or long after it.
func TestNothingNewCountsFromTheDueTime(t *testing.T) {
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) // a Monday
	for _, test := range []struct {
		every   calendar.Period
		decided time.Duration // after the first notice, which left at once
		due     string
	}{
		{calendar.Period{N: 24, Unit: calendar.Hours}, 20 * time.Hour, "2026-03-04 09:00"},
		{calendar.Period{N: 24, Unit: calendar.Hours}, 30 * time.Hour, "2026-03-04 09:00"},
		{calendar.Period{N: 24, Unit: calendar.Hours}, 50 * time.Hour, "2026-03-05 09:00"},
		{calendar.Period{N: 2, Unit: calendar.BusinessDays}, 30 * time.Hour, "2026-03-07 00:00"}, // due at the end of Wednesday, then of Friday
		{calendar.Period{N: 2, Unit: calendar.BusinessDays}, 70 * time.Hour, "2026-03-07 00:00"},
	} {
		pack := &Pack{ID: "p", Version: 1, Rules: []Rule{{ID: "r", Title: "Tell", Starts: "aware", Within: calendar.Period{N: 72, Unit: calendar.Hours}, Every: test.every, Until: "resolved"}}}
		key := RuleKey{Pack: "p", Rule: "r"}
		c := &Case{Times: map[string]time.Time{"aware": start}, Submissions: []Submission{{Key: key, At: start}, {Key: key, At: start.Add(test.decided), Nothing: true}}}
		if got := Obligations([]*Pack{pack}, c, nil)[0].Strict.Format("2006-01-02 15:04"); got != test.due {
			t.Errorf("every %s, decided after %s: due %s, want %s", test.every.Words(), test.decided, got, test.due)
		}
	}
}
