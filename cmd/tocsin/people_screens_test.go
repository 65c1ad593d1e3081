package main

import (
	"testing"
	"testing/synctest"
	"time"

	"tocsin/model"
	"tocsin/tui"
)

// onPeopleOf opens the screen of people as somebody.
func onPeopleOf(t *testing.T, as model.Actor, width, height int, then func(x *terminal, space tui.Space)) {
	t.Helper()
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		options := storyOptions(t, "dark")
		options.Actor = as
		then(openTerminal(t, options, width, height).press("8"), options.Space)
	})
}

func TestConsoleLetsPeopleIn(t *testing.T) {
	onPeopleOf(t, model.Actor{Name: demoActor, Role: model.Owner}, 120, 40, func(x *terminal, space tui.Space) {
		registered := func(name string) model.Person {
			access := space.Snapshot().Meta().Access
			p, ok := access.Person(name)
			if !ok {
				t.Fatalf("%s is not registered", name)
			}
			return *p
		}
		// What is wrong with a key is said beside it, and nothing is lost.
		x.sees("who may enter", "WHAT EACH ROLE MAY DO AND READ").press("a").pass(time.Second).sees("Let somebody in")
		x.write("Ben Ruiz").press("tab", "tab").write("restrict "+ed25519Line(t, 9)).press("ctrl+s", "ctrl+s").sees("has options before the key, and none are taken", "Ben Ruiz")
		for range len("restrict " + ed25519Line(t, 9)) {
			x.program.Send(keyPress("backspace"))
		}
		// The default is no: it takes the button.
		x.write(ed25519Line(t, 9)).press("ctrl+s").pass(time.Second)
		if access := space.Snapshot().Meta().Access; len(access.People) != len(demoPeople)+2 {
			t.Fatalf("%d people before anybody said yes", len(access.People))
		}
		x.press("enter").pass(time.Second).sees("they may enter", "Ben Ruiz")
		if p := registered("Ben Ruiz"); p.Role != model.Responder || len(p.Keys) != 1 || p.Keys[0].Hardware {
			t.Errorf("registered as %+v", p)
		}

		// Another role, another key, one key less, and out.
		x.press("home", "down", "down").sees("Ben Ruiz, responder since").press("r").pass(time.Second).press("left", "ctrl+s", "enter").pass(time.Second).sees("Ben Ruiz has another role", "has no hardware key, which lead takes")
		if p := registered("Ben Ruiz"); p.Role != model.Lead {
			t.Errorf("is %s", p.Role)
		}
		x.press("K").pass(time.Second).write(securityKeyLine(8)).press("ctrl+s", "enter").pass(time.Second).sees("Ben Ruiz has another key", "2, hardware")
		x.press("x").pass(time.Second).press("space", "ctrl+s", "enter").pass(time.Second)
		x.press("X").pass(time.Second).write("a laptop was stolen").press("ctrl+s", "enter").pass(time.Second).sees("the sessions of Ben Ruiz end")
		x.press("delete").pass(time.Second).write("left").press("ctrl+s", "enter").pass(time.Second).sees("Ben Ruiz may enter no more", "○ revoked")
		if p := registered("Ben Ruiz"); p.Active() || p.Epoch != 2 {
			t.Errorf("after all %+v", p)
		}
		// The last owner stays.
		x.press("home").sees("Amara Okafor, owner since").press("delete").pass(time.Second).write("left").press("ctrl+s", "enter").pass(time.Second).sees("Amara Okafor is the last owner")
	})
}

// TestConsoleShowsPeopleToThoseWhoMay holds that auditors read, and change
// nothing, and that a responder does not even read: whatever they came as.
func TestConsoleShowsPeopleToThoseWhoMay(t *testing.T) {
	onPeopleOf(t, model.Actor{Name: "Daniel Osei", Role: model.Owner}, 120, 40, func(x *terminal, _ tui.Space) {
		x.sees("who may enter", "Kwame Boateng", "auditor  ● live").press("a").sees("not allowed as auditor").lacks("Let somebody in")
	})
	onPeopleOf(t, model.Actor{Name: "Jonas Weber", Role: model.Owner}, 120, 40, func(x *terminal, _ tui.Space) {
		x.sees("not allowed as responder").lacks("WHAT EACH ROLE")
	})
}

// TestConsoleFollowsItsRole holds that another role holds in a console that is
// open.
func TestConsoleFollowsItsRole(t *testing.T) {
	onPeopleOf(t, model.Actor{Name: "Sven Lindqvist", Role: model.Lead}, 120, 40, func(x *terminal, space tui.Space) {
		x.sees("who may enter", "lead  ● live")
		if _, err := space.Do(t.Context(), model.Actor{Name: demoActor, Role: model.Owner}, model.SetRole{Person: "Sven Lindqvist", Role: model.Wall}); err != nil {
			t.Fatal(err)
		}
		x.pass(time.Second).sees("wall  ● live").press("1").press("8").sees("not allowed as wall")
	})
}
