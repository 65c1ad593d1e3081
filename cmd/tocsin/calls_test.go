package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"tocsin/model"
)

// TestCalls gives a role and a task to somebody else and mentions them: their
// console says so at once, rings once, lists it above the deadlines, and takes
// it away when they acknowledge it; whoever was away finds it later.
func TestCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, size := range []struct {
			width, height int
			theme         string
		}{{80, 24, "dark"}, {120, 40, "light"}, {200, 50, "dark"}} {
			options := storyOptions(t, size.theme)
			options.Bell = true
			lead := model.Actor{Name: "Kim Lund", Role: model.Lead}
			do := func(c model.Command) {
				t.Helper()
				if _, err := options.Space.Do(context.Background(), lead, c); err != nil {
					t.Fatal(err)
				}
			}
			own := options
			own.Actor = model.Actor{Name: "Ada Okafor", Role: model.Responder}
			ada := openTerminal(t, own, size.width, size.height)
			ada.lacks("for you")
			bells := ada.bells
			do(model.Assign{Incident: "INC-2026-0009", Holding: model.Holding{Role: "lead", Person: "Ada Okafor"}})
			ada.settle()
			ada.sees("a role is yours: ", "by Kim Lund on INC-2026-0009")
			do(model.AddTask{Incident: "INC-2026-0009", Title: "Call the relay's host", Assignee: "Ada Okafor"})
			do(model.AddNote{Incident: "INC-2026-0009", Text: "@Ada: the host answers at night, too"})
			ada.settle()
			if ada.bells <= bells || ada.bells > bells+3 {
				t.Errorf("the bell rang %d times", ada.bells-bells)
			}
			ada.pass(keptBy * 5)
			rung := ada.bells
			away := openTerminal(t, own, size.width, size.height)
			away.sees("@ 3 for you")
			away.press("4").sees("A note mentions you", "by Kim Lund", "A task is yours: Call").golden("calls-" + size.theme)
			away.press("down", "enter").sees("the host answers at night").press("z").sees("seen what you are called for").lacks("@ 3 for you")
			ada.press("4").lacks("@ 3 for you", "@ for you")
			if ada.bells != rung {
				t.Error("the bell rings again")
			}
		}
	})
}

// TestCallsInPlainMode lists and acknowledges them.
func TestCallsInPlainMode(t *testing.T) {
	options := storyOptions(t, "dark")
	if _, err := options.Space.Do(context.Background(), model.Actor{Name: "Kim Lund", Role: model.Lead}, model.AddNote{Incident: "INC-2026-0009", Text: "@" + demoActor + ", please look"}); err != nil {
		t.Fatal(err)
	}
	said := converse(t, options, &script{lines: []string{"reminders", "select 1", "acknowledge", "reminders", "q"}})
	for _, want := range []string{"For you since", "a note mentions you, by Kim Lund", "seen what you are called for"} {
		if !strings.Contains(strings.Join(strings.Fields(said), " "), want) {
			t.Errorf("no %q in:\n%s", want, said)
		}
	}
}
