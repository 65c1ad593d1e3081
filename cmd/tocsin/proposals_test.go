package main

import (
	"slices"
	"strings"
	"testing"

	"tocsin/model/policy"
)

// reply goes to a question of the form, forwards and then back, and answers it.
func reply(x *terminal, question, key string) *terminal {
	x.t.Helper()
	for _, step := range []string{"tab", "shift+tab"} {
		for range 60 {
			for _, line := range strings.Split(x.text(), "\n") {
				const offer = "Packs to add" // its reasons repeat the questions
				if strings.HasPrefix(line, "▌") && strings.Contains(line, question) && strings.Contains(line, offer) == (question == offer) {
					return x.press(key)
				}
			}
			if x.press(step); step == "tab" && strings.Contains(x.text(), "that was the last question") {
				break
			}
		}
	}
	x.t.Fatalf("nothing asks %q:\n%s", question, x.text())
	return x
}

// TestTriageProposesPacks answers what decides on a regime, is offered it with
// the reason, and takes it by the same decision.
func TestTriageProposesPacks(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 50}} {
		inBubble(t, size[0], size[1], func(x *terminal, _ *testClock) {
			started(x).press("t", "d", "space")
			reply(x, "Are we an essential", "y").lacks("Final report")
			reply(x, "Is the incident significant", "y")
			reply(x, "Are we a financial entity", "n")
			reply(x, "Packs to add", "home").sees("[x] + nis2@2", "[ ] ? cra@2").lacks("dora@2")
			x.golden("triage-packs")
			reply(x, "Aware", "n").press("o", "w").press("ctrl+s").sees("is triaged")
			standing, _ := x.options.Space.Snapshot().Incident("INC-2026-0001")
			if want := (policy.Ref{ID: "nis2", Version: 2}); !slices.Contains(standing.Incident.Packs, want) {
				t.Errorf("packs %v", standing.Incident.Packs)
			}
			if x.press("enter", "tab"); size[1] > 24 {
				x.sees("Packs changed to inventifornia@2, nis2@2", "nis2: Are we an essential or important entity under NIS2? yes")
			}
		})
	}
}

// TestTriageOffersNoPackThatAnAnswerExcludes takes a pack back out of the offer
// with the answer that spoke for it, and forgets nobody's answer.
func TestTriageOffersNoPackThatAnAnswerExcludes(t *testing.T) {
	inBubble(t, 120, 40, func(x *terminal, _ *testClock) {
		started(x).press("t")
		reply(x, "Are we a company that files", "y")
		reply(x, "Packs to add", "home").sees("[x] + sec-8k@2").press("esc", "t").sees("What you had typed is still here.")
		reply(x, "Are we a company that files", "n")
		reply(x, "Packs to add", "home").lacks("sec-8k@2").sees("[ ] ? uk-gdpr@2")
	})
}

// TestStandingAnswers states what holds of the organisation in the settings,
// after which triage neither asks for it nor forgets it.
func TestStandingAnswers(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 50}} {
		inBubble(t, size[0], size[1], func(x *terminal, _ *testClock) {
			started(x).press("esc", ",").sees("Settings")
			answerSetting(x, "Are we a financial entity", "y")
			answerSetting(x, "Kind of financial", "space")
			answerSetting(x, "Are we a company that files", "n").golden("settings-standing")
			x.press("ctrl+s").sees("the settings hold")
			x.press("t").sees("Triage")
			reply(x, "Packs to add", "home").sees("[ ] + dora@2", "standing answer").lacks("sec-8k@2", "Are we a company that files")
			x.golden("triage-standing")
		})
	}
}

// answerSetting goes down to a question of the settings and answers it.
func answerSetting(x *terminal, question, key string) *terminal {
	x.t.Helper()
	for range 60 {
		for _, line := range strings.Split(x.text(), "\n") {
			if strings.Contains(line, "▌") && strings.Contains(line, question) {
				return x.press(key)
			}
		}
		x.press("down")
	}
	x.t.Fatalf("the settings do not ask %q:\n%s", question, x.text())
	return x
}
