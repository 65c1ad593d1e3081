package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/model/calendar"
)

func hour(n int) time.Duration { return time.Duration(n) * time.Hour }

// dueAfter is a due time that counts from the start of the day.
func dueAfter(rule Rule, took time.Duration) *Due {
	return &Due{At: midnight.Add(took), Start: midnight, Pack: &Pack{ID: "p"}, Rule: &rule, Occurrence: 1}
}

var midnight = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func TestLevels(t *testing.T) {
	h := func(n int) Ahead { return Ahead{N: n, Unit: calendar.Hours} }
	own := Reminders{Levels: []Ahead{Half, h(2)}, Again: calendar.Period{N: 1, Unit: calendar.Hours}}
	days := calendar.Period{N: 1, Unit: calendar.Days}
	for _, test := range []struct {
		name  string
		rule  Rule
		took  time.Duration
		after time.Duration
		want  string // level, how often again, since when
	}{
		{"nothing yet", Rule{}, hour(72), hour(36) - time.Millisecond, "none"},
		{"half", Rule{}, hour(72), hour(36), "half 0 36h0m0s"},
		{"24 h", Rule{}, hour(72), hour(48), "24h 0 48h0m0s"},
		{"4 h", Rule{}, hour(72), hour(70), "4h 0 68h0m0s"},
		{"1 h", Rule{}, hour(72), hour(72), "1h 0 71h0m0s"},
		{"overdue", Rule{}, hour(72), hour(72) + time.Millisecond, "overdue 0 72h0m0.001s"},
		{"overdue for a day", Rule{}, hour(72), hour(97), "overdue 1 96h0m0.001s"},
		{"overdue for a week", Rule{}, hour(72), hour(72 + 7*24 + 1), "overdue 7 240h0m0.001s"},
		{"a day ends with its last moment", Rule{Within: days}, hour(24), hour(24), "overdue 0 24h0m0s"},
		{"24 h left of 6 h", Rule{}, hour(6), time.Minute, "none"},
		{"4 h left of 6 h come before half", Rule{}, hour(6), hour(2), "4h 0 2h0m0s"},
		{"half of 6 h", Rule{}, hour(6), hour(3), "half 0 3h0m0s"},
		{"half and 24 h of 48 h", Rule{}, hour(48), hour(24), "24h 0 24h0m0s"},
		{"1 h left of 1 h", Rule{}, hour(1), time.Minute, "none"},
		{"half of 1 h", Rule{}, hour(1), 30 * time.Minute, "half 0 30m0s"},
		{"due before it starts", Rule{}, hour(-1), 0, "overdue 0 -59m59.999s"},
		{"the rule's own", Rule{Reminders: own}, hour(72), hour(70), "2h 0 70h0m0s"},
		{"the rule's own again", Rule{Reminders: own}, hour(72), hour(75), "overdue 2 74h0m0.001s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			reach, ok := dueAfter(test.rule, test.took).ReachedBy(midnight.Add(test.after))
			got := "none"
			if ok {
				got = fmt.Sprint(reach.Level(), " ", reach.Again, " ", reach.Since.Sub(midnight))
			}
			if got != test.want {
				t.Errorf("reached %s, want %s", got, test.want)
			}
		})
	}
}

func TestLevelsOfThePackCountWhereTheRuleHasNone(t *testing.T) {
	due := dueAfter(Rule{}, hour(72))
	due.Pack.Reminders = Reminders{Levels: []Ahead{{N: 2, Unit: calendar.Days}}, Again: calendar.Period{N: 2, Unit: calendar.Days}}
	if reach, ok := due.ReachedBy(midnight.Add(hour(30))); !ok || reach.Words() != "2 d left" {
		t.Errorf("reached %+v, %v", reach, ok)
	}
	if got := due.NextAfter(midnight.Add(hour(80))); got != midnight.Add(hour(72+48)+time.Millisecond) {
		t.Errorf("next is %v", got)
	}
}

func TestADelayIsNotBroughtToMind(t *testing.T) {
	due := dueAfter(Rule{}, hour(72))
	due.Suspensions = []Suspension{{From: midnight.Add(hour(30)), Until: midnight.Add(hour(60))}}
	for after, want := range map[int]bool{29: false, 40: false, 59: false, 60: true} {
		if _, ok := due.ReachedBy(midnight.Add(hour(after))); ok != want {
			t.Errorf("after %d hours: %v", after, ok)
		}
	}
}

func TestAcknowledgementHoldsUntil(t *testing.T) {
	due := dueAfter(Rule{}, hour(72))
	reach, _ := due.ReachedBy(midnight.Add(hour(50)))
	known := Acknowledgement{Due: due.At, Since: reach.Since, At: midnight.Add(hour(50))}
	for _, test := range []struct {
		name  string
		took  time.Duration // the due time as it is now
		after int
		quiet bool
		from  string
	}{
		{"the same level", hour(72), 60, true, "68h0m0s"},
		{"the next level", hour(72), 69, false, "68h0m0s"},
		{"an earlier due time at the same level", hour(71), 60, false, "35h30m0s"},
		{"a later due time, at a level that was reached before", hour(73), 50, true, "69h0m0s"},
		{"a later due time, at a level that comes after", hour(120), 60, false, "60h0m0s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			due := dueAfter(Rule{}, test.took)
			reach, reached := due.ReachedBy(midnight.Add(hour(test.after)))
			if !reached || known.Covers(due, reach) != test.quiet {
				t.Errorf("reached %+v (%v), quiet %v", reach, reached, !test.quiet)
			}
			if from := due.RemindFrom(known).Sub(midnight); from.String() != test.from {
				t.Errorf("brought to mind from %v, want %v", from, test.from)
			}
		})
	}
	if from := due.RemindFrom(Acknowledgement{}); from != midnight.Add(hour(36)) {
		t.Errorf("brought to mind from %v", from)
	}
}

func randomDue(t *rapid.T) *Due {
	levels := rapid.SampledFrom([][]Ahead{nil, {Half}, {{N: 3, Unit: calendar.Days}, {N: 6, Unit: calendar.Hours}}}).Draw(t, "levels")
	again := rapid.SampledFrom([]calendar.Period{{}, {N: 1, Unit: calendar.Hours}, {N: 2, Unit: calendar.Days}}).Draw(t, "again")
	within := rapid.SampledFrom([]calendar.Period{{N: 1, Unit: calendar.Hours}, {N: 1, Unit: calendar.Days}}).Draw(t, "within")
	return dueAfter(Rule{Within: within, Reminders: Reminders{Levels: levels, Again: again}}, time.Duration(rapid.IntRange(-60, 60*24*40).Draw(t, "took"))*time.Minute)
}

func randomMoment(t *rapid.T, name string) time.Time {
	return midnight.Add(time.Duration(rapid.IntRange(-1000, 3600*24*60).Draw(t, name)) * time.Second)
}

// TestReminderProperties holds what people rely on: a later moment never
// lowers the level, what is acknowledged stays quiet at its level and does not
// at the next, and the moment from which a due is brought to mind is the first
// at which nothing covers what it reached.
func TestReminderProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		due := randomDue(t)
		now, later := randomMoment(t, "now"), randomMoment(t, "later")
		if later.Before(now) {
			now, later = later, now
		}
		reach, reached := due.ReachedBy(now)
		then, still := due.ReachedBy(later)
		if reached && (!still || then.Since.Before(reach.Since) || then.Again < reach.Again) {
			t.Fatalf("from %v to %v the level falls from %+v to %+v", now, later, reach, then)
		}
		next := due.NextAfter(now)
		if at, ok := due.ReachedBy(next); !ok || !at.Since.Equal(next) || !next.After(now) {
			t.Fatalf("after %v comes %v, at which %+v is reached", now, next, at)
		}
		if before, _ := due.ReachedBy(next.Add(-1)); before != reach {
			t.Fatalf("between %v and %v comes %+v", now, next, before)
		}
		known := Acknowledgement{}
		if reached {
			known = Acknowledgement{Due: due.At, Since: reach.Since, At: now}
			if !known.Covers(due, reach) || known.Covers(due, then) != then.Since.Equal(reach.Since) {
				t.Fatalf("the word on %+v covers %+v: %v", reach, then, known.Covers(due, then))
			}
		}
		if from := due.RemindFrom(known); still && known.Covers(due, then) == !from.After(later) {
			t.Fatalf("it is brought to mind from %v, at %v it is quiet: %v", from, later, known.Covers(due, then))
		}
	})
}

func TestReminded(t *testing.T) {
	procedure := &Pack{Reminders: Reminders{BySeverity: map[string][]string{"critical": {"leadership", "lead"}}}}
	law := &Pack{Reminders: Reminders{Roles: []string{"communications"}}}
	for _, test := range []struct {
		pack     *Pack
		rule     Rule
		severity string
		want     string
	}{
		{&Pack{}, Rule{}, "low", "lead"},
		{law, Rule{}, "low", "communications"},
		{law, Rule{Remind: []string{"technical"}}, "low", "technical"},
		{law, Rule{}, "critical", "communications leadership lead"},
		{law, Rule{Remind: []string{"lead"}}, "critical", "lead leadership"},
	} {
		if got := strings.Join(Reminded(test.pack, &test.rule, procedure, test.severity), " "); got != test.want {
			t.Errorf("%+v at %s reminds %s, want %s", test.rule, test.severity, got, test.want)
		}
	}
}

func TestParseAhead(t *testing.T) {
	for text, want := range map[string]string{
		"half": "", "24h": "", "3d": "", "2bd": "hours or days", "1mo": "hours or days", "72 hrs": "write 72h", "0h": "no time at all", "quarter": "or half",
	} {
		level, err := ParseAhead(text)
		if err == nil && (want != "" || level.String() != text) || err != nil && (want == "" || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, %v", text, level, err)
		}
	}
}

func TestLintOfReminders(t *testing.T) {
	h := func(n int) Ahead { return Ahead{N: n, Unit: calendar.Hours} }
	for _, test := range []struct {
		name    string
		spoil   func(p *Pack)
		level   Level
		key     string
		message string
	}{
		{"unknown role", func(p *Pack) { p.Reminders.Roles = []string{"leed"} }, LevelError, "reminders.roles[0]", `did you mean "lead"?`},
		{"levels that rise", func(p *Pack) { p.Reminders.Levels = []Ahead{h(4), h(24)} }, LevelError, "reminders.levels[1]", "24h after 4h"},
		{"levels twice", func(p *Pack) { p.Rules[0].Reminders.Levels = []Ahead{h(2), h(2)} }, LevelError, "rules[0].reminders.levels[1]", "levels fall"},
		{"half last", func(p *Pack) { p.Reminders.Levels = []Ahead{h(4), Half} }, LevelError, "reminders.levels[1]", "half comes first"},
		{"again each month", func(p *Pack) { p.Reminders.Again = calendar.Period{N: 1, Unit: calendar.Months} }, LevelError, "reminders.again", "hours or days"},
		{"severities of a regime", func(p *Pack) { p.Reminders.BySeverity = map[string][]string{"high": {"lead"}} }, LevelError, "reminders.by_severity.high", "the procedure's"},
		{"roles of a rule", func(p *Pack) { p.Rules[0].Reminders.Roles = []string{"lead"} }, LevelError, "rules[0].reminders.roles", "with remind"},
		{"severities of a rule", func(p *Pack) { p.Rules[0].Reminders.BySeverity = map[string][]string{"high": {"lead"}} }, LevelError, "rules[0].reminders.by_severity", "[reminders]"},
		{"a level that is never reached", func(p *Pack) { p.Rules[0].Reminders.Levels = []Ahead{h(4), h(1)} }, LevelWarning, "rules[0].reminders.levels[0]", "all the time there is are 4 hours"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := soundRegime()
			test.spoil(p)
			findings := Lint(p)
			if len(findings) != 1 || findings[0].Level != test.level || findings[0].Key != test.key || !strings.Contains(findings[0].Message, test.message) {
				t.Errorf("%+v, want %s: %s", findings, test.key, test.message)
			}
		})
	}
}
