package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/model"
)

// listening runs a test on a console whose bell and notices are on and whose
// steady clock is that of the bubble, with one incident that was reported.
func listening(t *testing.T, role model.Role, test func(x *terminal, clock *testClock)) {
	synctest.Test(t, func(t *testing.T) {
		clock := clockFrom(present)
		options := freshOptions(t, clock)
		options.Bell, options.Notify = true, true
		start := time.Now()
		options.Steady = func() time.Duration { return time.Since(start) }
		started(openTerminal(t, options, 120, 40))
		options.Actor.Role = role
		test(openTerminal(t, options, 120, 40), clock)
	})
}

// confirm states since when the compromise of the incident is confirmed.
func (x *terminal) confirm(at time.Time) *terminal {
	x.t.Helper()
	fact := model.StateFact{Incident: "INC-2026-0001", Statement: model.Statement{Name: "confirmed", Value: model.Time(at)}}
	if _, err := x.options.Space.Do(context.Background(), model.Actor{Name: "Bo", Role: model.Owner}, fact); err != nil {
		x.t.Fatal(err)
	}
	return x.pass(2 * time.Second)
}

// TestRemindersAreHeardOnce follows one deadline: each level is heard once,
// what was missed is not made up for level by level, and what is acknowledged
// is quiet until the next level.
func TestRemindersAreHeardOnce(t *testing.T) {
	const what = "INC-2026-0001: Notice to customer administrators: "
	listening(t, model.Owner, func(x *terminal, clock *testClock) {
		x.pass(3*time.Second).lacks("reminder").heard(0, "")
		x.confirm(clock.Now().Add(-47*time.Hour)).sees("◉ 1 reminder").heard(1, what+"half is gone")
		x.pass(time.Minute).heard(1, what+"half is gone")
		clock.forward(time.Hour)
		x.pass(2*time.Second).sees("◉ 1 reminder").heard(2, what+"24 h left")
		clock.forward(23*time.Hour + 30*time.Minute) // the machine slept: 4 h and 1 h were reached meanwhile
		x.pass(2*time.Second).heard(3, what+"1 h left")
		x.press("4").sees("1 h left", "Notice to customer administrators", "nobody holds it", "so it concerns everybody")
		x.press("z").sees("INC-2026-0001: acknowledged", "Nothing is to be brought to mind").lacks("◉")
		x.pass(5*time.Minute).heard(3, what+"1 h left")
		clock.forward(time.Hour)
		x.pass(2*time.Second).sees("overdue", "◉ 1 reminder").heard(4, what+"overdue")
		x.press("enter").sees("Backups are encrypted", "▌ ? overdue?").press("esc").sees("Reminders")
		x.press("ctrl+p").sees("held")
		clock.forward(24 * time.Hour)
		x.pass(2*time.Second).heard(5, what+"still overdue").lacks("still overdue")
		x.press("ctrl+p").sees("? still overdue Notice").press("Z").sees("acknowledged: 1", "Nothing is to be brought to mind")
		x.press("1", "enter", "tab").sees("Acknowledged: Notice to customer administrators, overdue", "Acknowledged: Notice to customer administrators, 1 h left")
	})
}

// TestRemindersAreForThoseWhoWork shows nothing to somebody who reads only.
func TestRemindersAreForThoseWhoWork(t *testing.T) {
	listening(t, model.Auditor, func(x *terminal, clock *testClock) {
		x.confirm(clock.Now().Add(-47*time.Hour)).lacks("reminder").heard(0, "")
		x.press("4").sees("Reminders are for those who work on incidents")
	})
}

// TestRemindersOfOthersAreTheirs counts what the holders of a role are
// reminded of for them alone.
func TestRemindersOfOthersAreTheirs(t *testing.T) {
	listening(t, model.Owner, func(x *terminal, clock *testClock) {
		x.confirm(clock.Now().Add(-47 * time.Hour)).sees("◉ 1 reminder")
		take := model.Assign{Incident: "INC-2026-0001", Holding: model.Holding{Role: "lead", Person: "Bo"}}
		if _, err := x.options.Space.Do(context.Background(), model.Actor{Name: "Bo", Role: model.Owner}, take); err != nil {
			t.Fatal(err)
		}
		x.pass(2 * time.Second).lacks("◉")
	})
}

// TestWhatIsThereAtTheStartIsShown and not heard: somebody is looking.
func TestWhatIsThereAtTheStartIsShown(t *testing.T) {
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		options := storyOptions(t, "dark")
		options.Bell = true
		openTerminal(t, options, 120, 40).pass(5*time.Second).sees("reminders").heard(0, "")
	})
}

// TestClockThatMoves shows a clock that was set, either way, until that is
// dismissed or an hour has passed; a small correction is none.
func TestClockThatMoves(t *testing.T) {
	listening(t, model.Owner, func(x *terminal, clock *testClock) {
		x.pass(10 * time.Minute).lacks("clock moved")
		clock.forward(1500 * time.Millisecond)
		x.pass(3 * time.Second).lacks("clock moved")
		clock.forward(5 * time.Minute)
		x.pass(2 * time.Second).sees("≠ clock moved +5 min at 10:35")
		x.resize(80, 24).sees("≠ clock moved +5 min at 10:35", "✓ nothing overdue").resize(120, 40)
		x.press("?", "end").sees("it was set, or the machine slept").press("esc")
		x.press("ctrl+y").lacks("clock moved")
		clock.forward(-time.Hour)
		x.pass(3 * time.Second).sees("≠ clock moved −60 min at 09:35")
		x.pass(61 * time.Minute).lacks("clock moved")
	})
}
