package main

import (
	"context"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
	"tocsin/tui"
)

// adoptChanged adopts the next version of a pack, with other rules.
func adoptChanged(t *testing.T, options tui.Options, id string, change func(rules []policy.Rule) []policy.Rule) {
	t.Helper()
	for _, p := range options.Packs {
		if p.ID != id {
			continue
		}
		newer := *p
		newer.Version++
		newer.Rules = change(append([]policy.Rule{}, p.Rules...))
		if _, err := options.Space.Do(context.Background(), options.Actor, model.AdoptPack{Pack: &newer}); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("no pack %s", id)
}

// TestNewerPack says that there is a newer version, and what it would move
// before it is taken.
func TestNewerPack(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 50}} {
		synctest.Test(t, func(t *testing.T) {
			options := freshOptions(t, clockFrom(present))
			x := openTerminal(t, options, size[0], size[1])
			started(x)
			yes := model.Value{Answer: policy.Yes}
			confirmed := model.Statement{Name: "confirmed", Value: model.Time(present.Add(-1))}
			if _, err := options.Space.Do(context.Background(), options.Actor, model.Triage{
				Incident: "INC-2026-0001", Types: []string{"data-breach"}, Classification: model.Confirmed, Severity: "critical", Reason: "r",
				Data: []string{"customer-personal-information"}, Facts: []model.Statement{{Name: "customer_data_exposed", Value: yes}, confirmed},
			}); err != nil {
				t.Fatal(err)
			}
			adoptChanged(t, options, "inventifornia", func(rules []policy.Rule) []policy.Rule {
				rules[0].Within = calendar.Period{N: 48, Unit: calendar.Hours}
				rules[0].Caps = nil
				called := policy.Rule{ID: "call", Title: "Call the customer", Starts: "confirmed", Within: calendar.Period{N: 12, Unit: calendar.Hours}, Citation: "clause 10"}
				return append(rules, called)
			})
			x.settle()
			x.press("enter")
			if size[1] > 24 {
				x.sees("inventifornia@3 is newer")
			}
			x.press("K").sees("inventifornia@2 as now", "inventifornia@3 is newer", "nothing would move").press("esc", "K")
			x.pass(time.Second).press("right").sees("(•) inventifornia@3", "1 × applies, 1 × moves")
			x.golden("packs-newer")
			x.press("tab", "tab").write("the contract was renewed").press("ctrl+s", "ctrl+s").sees("runs under these packs now")
			if size[1] > 24 {
				x.lacks("is newer")
			}
		})
	}
}

// TestNewerCalendar adopts a calendar on the screen of policies, once it has
// said how many incidents that moves.
func TestNewerCalendar(t *testing.T) {
	library, err := config.LoadPacks("")
	if err != nil {
		t.Fatal(err)
	}
	known, err := library.Calendars().Edition("de")
	if err != nil {
		t.Fatal(err)
	}
	newer := *known
	newer.Version, newer.Days = known.Version+1, maps.Clone(known.Days)
	newer.Days[calendar.Date{Year: 2026, Month: 11, Day: 23}] = "company day"
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 50}} {
		synctest.Test(t, func(t *testing.T) {
			options := freshOptions(t, clockFrom(present))
			options.Calendars = []*calendar.Edition{&newer}
			x := openTerminal(t, options, size[0], size[1])
			started(x).press("esc", "3", "end")
			for range 60 {
				if strings.Contains(x.text(), "▌ calendar de@1") {
					break
				}
				x.press("up")
			}
			x.sees("▌ calendar de@1 ↑", "de@2 is known here").press("a").sees("Adopt de@2", "due times would move: 1.")
			x.golden("adopt-calendar").pass(time.Second).press("tab", "enter").sees("de@2 counts from now on", "calendar de@2").lacks("↑ newer")
		})
	}
}
