package main

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"tocsin/model"
)

// TestCompany has three consoles in one process: who else is on an incident is
// in its header and in the queue's preview, at once and for as long as they are.
func TestCompany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		options := storyOptions(t, "dark")
		all := &company{wakes: make(map[chan struct{}]bool)}
		open := func(who string, width, height int) *terminal {
			own := options
			own.Actor = model.Actor{Name: who, Role: model.Owner}
			own.Company = all.sit(own.Actor, present, nil)
			return openTerminal(t, own, width, height)
		}
		mine := open("Zhou Mei-Lin", 120, 40)
		mine.lacks("Here now", "here:")
		kim := open("Kim Lund", 80, 24)
		kim.press("enter").lacks("here:")
		mine.sees("Here now   Kim Lund").golden("company-preview").press("enter").sees("here: Kim Lund").golden("company")
		kim.sees("Zhou").golden("company")
		ada := open("Ada Okafor", 200, 50)
		ada.press("enter").sees("here: Kim Lund, Zhou Mei-Lin").golden("company")
		mine.sees("here: Ada Okafor, Kim Lund")
		kim.press("esc")
		mine.sees("here: Ada Okafor").lacks("Kim Lund")
		ada.press("q").pass(keptBy)
		mine.lacks("here:")
		if left := all.unlisted(); len(left) != 2 || !slices.ContainsFunc(left, func(s seat) bool { return s.who == "Kim Lund" && s.looks() == "queue" }) {
			t.Errorf("%+v", left)
		}
	})
}

// TestCompanyInPlainMode tells who else is on the incident.
func TestCompanyInPlainMode(t *testing.T) {
	options := storyOptions(t, "dark")
	all := &company{wakes: make(map[chan struct{}]bool)}
	all.sit(model.Actor{Name: "Kim Lund"}, present, nil).Look("incident", "INC-2026-0009")
	options.Company = all.sit(options.Actor, present, nil)
	said := converse(t, options, &script{lines: []string{"go 9", "q"}})
	if !strings.Contains(said, "Here too: Kim Lund.") {
		t.Errorf("nobody is told of:\n%s", said)
	}
	if len(all.unlisted()) != 1 {
		t.Error("the seat is kept")
	}
}
