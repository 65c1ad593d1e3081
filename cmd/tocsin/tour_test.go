package main

import (
	"context"
	"errors"
	"image/color"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui"
)

// freshOptions are the options of a console on an empty space.
func freshOptions(t testing.TB, clock *testClock) tui.Options {
	t.Helper()
	library, err := config.LoadPacks("")
	if err != nil {
		t.Fatal(err)
	}
	now := clock.Now
	space := newMemorySpace(t, now, nil)
	owner := model.Actor{Name: "Ana Ruiz", Role: model.Owner}
	setUp := func(ctx context.Context, answers tui.SetUpAnswers) error {
		var refs []policy.Ref
		for _, id := range library.Calendars().IDs() {
			edition, err := library.Calendars().Edition(id)
			if err != nil {
				return err
			}
			if _, err := space.Do(ctx, owner, model.AdoptCalendar{Calendar: edition}); err != nil {
				return err
			}
		}
		for _, pack := range library.Packs() {
			if _, err := space.Do(ctx, owner, model.AdoptPack{Pack: pack}); err != nil {
				return err
			}
		}
		for _, id := range answers.Packs {
			pack, ok := library.Latest(id)
			if !ok {
				return errors.New("no pack " + id)
			}
			refs = append(refs, pack.Ref())
		}
		_, err := space.Do(ctx, owner, model.Setup{Organisation: answers.Organisation, Zone: answers.Zone, Calendar: answers.Calendar, Packs: refs, Answers: answers.Answers})
		return err
	}
	return tui.Options{
		Space: space, Actor: owner, Now: now, SetUp: setUp, Packs: library.Packs(), Theme: "dark",
		Defaults: tui.SetUpAnswers{Organisation: "Northlight Software", Zone: "Europe/Berlin", Calendar: "de", Packs: []string{"inventifornia"}},
	}
}

// inBubble runs a test on a console with an empty space.
func inBubble(t *testing.T, width, height int, test func(x *terminal, clock *testClock)) {
	synctest.Test(t, func(t *testing.T) {
		clock := clockFrom(present)
		test(openTerminal(t, freshOptions(t, clock), width, height), clock)
	})
}

// started opens the console with Enter three times, and reports an incident.
func started(x *terminal) *terminal {
	x.press("enter", "enter", "enter").sees("No open incidents", "✓ nothing overdue")
	return x.press("r").write("Backups are encrypted").press("ctrl+s").sees("INC-2026-0001", "Backups are encrypted")
}

// TestFirstRun keeps the three questions, and what a wrong answer gets.
func TestFirstRun(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {200, 50}} {
		inBubble(t, size[0], size[1], func(x *terminal, _ *testClock) {
			x.golden("first-run")
			x.press("enter").write("/Berln").press("enter", "enter").sees("is not a time zone; accepted: an IANA name", "Europe/Berlin/Berln").golden("first-run-refused")
			x.press("backspace", "backspace", "backspace", "backspace", "backspace", "backspace").press("enter", "enter").sees("No open incidents")
			x.press(",").sees("Settings", "Northlight Software").write(" AG").press("ctrl+s").sees("from now on", "Northlight S")
		})
	}
}

// TestTour goes the whole way: first run, report, triage, phase, overdue,
// met, close.
func TestTour(t *testing.T) {
	inBubble(t, 120, 40, func(x *terminal, clock *testClock) {
		x.golden("first-run")
		started(x)

		// Triage: a data breach, confirmed, critical, customer data, confirmed now.
		x.press("t").sees("Triage", "What these answers start")
		x.press("d", "space")                           // type: data breach
		x.press("tab", "c")                             // classification: confirmed
		x.press("tab", "c")                             // severity: critical
		x.press("tab", "space")                         // its first criterion
		x.press("tab", "tab", "space")                  // data: customer personal information
		x.press("tab", "tab", "tab", "tab", "tab", "y") // past systems and roles: customer data was reached
		x.press("tab", "tab").write("now")              // confirmed
		x.sees("○ due in      3d 00h  Notice to customer adm")
		x.press("ctrl+s").sees("◆ Critical", "is triaged", "Notice to customer admin")

		// The first phase is not left while its mandatory tasks are open.
		x.press("enter").sees("Over time", "● Detection and triage")
		x.press("p").sees("Mandatory tasks of this phase are open").press("ctrl+s").sees("mandatory tasks are open before containment", "Cancel")
		x.press("esc", "tab", "tab", "space").sees("[✓] Record the source")
		x.press("down", "space").sees("Tasks 2/")
		x.press("p").sees("All mandatory tasks of this phase are done").press("ctrl+s").sees("● Containment")

		// Three days later the notice is overdue; on the fourth it is recorded, late.
		clock.forward(72 * time.Hour)
		x.pass(2*time.Second).sees("! 1 overdue", "overdue, 10:20 CET")
		x.press("esc").sees("! overdue")
		clock.forward(23 * time.Hour)
		x.pass(time.Second).press("d").sees("Record: Notice to customer administrators", "It must say").press("ctrl+s").sees("recorded for INC-2026-0001", "✓ nothing overdue")
		x.press("enter", "tab", "tab", "tab").sees("✓ met late")

		// Closing is refused until everything is decided.
		x.press("C").pass(time.Second).press("tab").press("tab", "right", "enter").sees("resolved")
		x.press("esc", "f").sees("State or correct a fact")
		pickOption(x, "Resolved").press("tab").write("now").press("ctrl+s").sees("the fact is on record")
		x.press("C").pass(time.Second).press("tab", "tab", "right", "enter").sees("obligations are undecided")
		x.press("esc")
		decideAll(x)
		x.press("C").pass(time.Second).press("tab").write("the backups hold more than the tasks").press("tab", "right", "enter").sees("Ended: resolved")
		x.press("esc").sees("No open incidents").press("V").sees("INC-2026-0001", "resolved")
	})
}

// TestSecondRunOpensWhereTheWorkWasLeft leaves on an incident, in another
// theme, and comes back to it.
func TestSecondRunOpensWhereTheWorkWasLeft(t *testing.T) {
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		options := storyOptions(t, "dark")
		options.Leave = func(place tui.Resume) { keepPlace(dir, "Ana Ruiz", place) }
		openTerminal(t, options, 120, 40).press("down", "down", "enter", "ctrl+t").sees("INC-2026-0009", "Over time").press("q")
		synctest.Wait()
		again := storyOptions(t, "dark")
		again.Resume = places(dir)["Ana Ruiz"]
		x := openTerminal(t, again, 120, 40).sees("INC-2026-0009", "Over time")
		if !strings.Contains(x.styles(), "on #FFFFFF") {
			t.Error("the light theme was forgotten")
		}
		x.press("esc").sees("SEVERITY")
		if !strings.Contains(cursorLine(x), "INC-2026-0009") {
			t.Errorf("the cursor is on %s", cursorLine(x))
		}
		x.press("enter", "tab").sees("Notice N3 begun")
	})
}

// TestSecondRunOpensOnTheLogAndOnRetention leaves on either, and comes back to
// it with what it shows; whoever may not read the log finds the queue.
func TestSecondRunOpensOnTheLogAndOnRetention(t *testing.T) {
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	for _, place := range []struct{ key, shows string }{{"5", "Everything that was ever recorded"}, {"6", "how long what is kept"}} {
		synctest.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			options := storyOptions(t, "dark")
			options.Leave = func(place tui.Resume) { keepPlace(dir, "Ana Ruiz", place) }
			first := openTerminal(t, options, 120, 40).press(place.key).sees(place.shows)
			shown := first.text()
			first.press("q")
			synctest.Wait()
			again := storyOptions(t, "dark")
			again.Resume = places(dir)["Ana Ruiz"]
			x := openTerminal(t, again, 120, 40).sees(place.shows)
			if got := x.text(); got != shown {
				t.Errorf("it opens on\n%s\nit was left on\n%s", got, shown)
			}
			x.press("esc").sees("SEVERITY")
			if place.key != "5" {
				return
			}
			other := storyOptions(t, "dark")
			other.Resume, other.Actor = again.Resume, model.Actor{Name: "Uma Novak", Role: model.Responder}
			openTerminal(t, other, 120, 40).sees("SEVERITY").lacks(place.shows)
		})
	}
}

// TestFilterFollows shows what is reported from outside while a filter stands,
// where it matches.
func TestFilterFollows(t *testing.T) {
	inBubble(t, 120, 40, func(x *terminal, _ *testClock) {
		started(x)
		x.press("/").write("encrypted").press("enter").sees("filter: encrypted", "1 shown")
		for _, title := range []string{"Laptop with an encrypted disk", "Something else"} {
			if _, err := x.options.Space.Do(context.Background(), model.Actor{Name: "Bo", Role: model.Owner}, model.Report{Title: title}); err != nil {
				t.Fatal(err)
			}
		}
		x.settle()
		x.sees("2 shown", "Laptop with an encrypted disk").lacks("Something else")
		x.press("esc").sees("3 shown", "Something else")
	})
}

// TestKeysWaitForRoom holds that nothing can be done while nothing is drawn.
func TestKeysWaitForRoom(t *testing.T) {
	inBubble(t, 100, 30, func(x *terminal, _ *testClock) {
		started(x)
		x.resize(20, 5).press("r").write("blind").press("ctrl+s").resize(100, 30).lacks("blind", "Report an incident", "INC-2026-0002")
	})
}

// TestRadioKeepsItsChoice holds that the key which takes an option never
// drops it.
func TestRadioKeepsItsChoice(t *testing.T) {
	inBubble(t, 120, 40, func(x *terminal, _ *testClock) {
		started(x)
		x.press("t", "tab", "c").sees("(•) Confirmed").press("space").sees("(•) Confirmed").press("backspace").lacks("(•) Confirmed")
	})
}

// TestWaitingClock says what a promise waits for, where it surely applies and
// nobody has stated since when.
func TestWaitingClock(t *testing.T) {
	inBubble(t, 120, 40, func(x *terminal, _ *testClock) {
		started(x)
		ctx, actor := context.Background(), model.Actor{Name: "Bo", Role: model.Owner}
		yes := model.Value{Answer: policy.Yes}
		if _, err := x.options.Space.Do(ctx, actor, model.Triage{
			Incident: "INC-2026-0001", Types: []string{"data-breach"}, Classification: model.Confirmed, Severity: "critical", Reason: "r",
			Data: []string{"customer-personal-information"}, Facts: []model.Statement{{Name: "customer_data_exposed", Value: yes}},
		}); err != nil {
			t.Fatal(err)
		}
		x.pass(time.Second).sees("! state: Confirmed").press("enter").sees("not started", "Its clock waits for: Confirmed")
	})
}

// pickOption moves through the options of the field that has the focus until
// the one with the label is taken.
func pickOption(x *terminal, label string) *terminal {
	for range 60 {
		if strings.Contains(x.text(), "(•) "+label) {
			return x
		}
		x.press("right")
	}
	x.t.Fatalf("no option %q:\n%s", label, x.text())
	return x
}

// decideAll records every obligation that is still open as done.
func decideAll(x *terminal) {
	for range 20 {
		if !strings.Contains(x.text(), "Obligations 0 open") {
			x.press("home", "d").press("ctrl+s").sees("recorded for")
			continue
		}
		return
	}
	x.t.Fatalf("obligations stay open:\n%s", x.text())
}

// TestNothingTypedIsLost leaves forms, has commands refused, and finds what
// was typed again.
func TestNothingTypedIsLost(t *testing.T) {
	inBubble(t, 100, 30, func(x *terminal, clock *testClock) {
		started(x)
		x.press("n").write("half a thought").press("esc").sees("kept as a draft")
		x.press("n").sees("half a thought", "What you had typed is still here")
		x.press("ctrl+s").sees("the note is on the timeline")

		x.press("r").press("ctrl+s").sees("is empty; accepted: what happened, in one line")
		x.write("Second").press("tab", "tab", "tab", "tab", "tab").write("2026-03-29 02:30").press("ctrl+s")
		x.sees("Second", "02:30", "does not exist")
		x.press("esc").press("r").sees("Second", "02:30")
		x.press("esc")
	})
}

// TestDraftsAreUndoneAndNotDropped takes changes of a form back, and warns
// before the console is left with something unsaved.
func TestDraftsAreUndoneAndNotDropped(t *testing.T) {
	inBubble(t, 100, 30, func(x *terminal, _ *testClock) {
		started(x)
		x.press("n").write("one two").press("ctrl+z", "ctrl+z", "ctrl+z").sees("one ").lacks("one t")
		x.press("esc", "q").sees("a draft is not saved and would be lost")
		x.press("down").lacks("would be lost").press("n").sees("one ")
	})
}

// TestTwoFormsOnOneIncident shows both sides where somebody else was faster.
func TestTwoFormsOnOneIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		options := freshOptions(t, clockFrom(present))
		x := openTerminal(t, options, 120, 40)
		started(x)
		x.press("E").sees("Edit INC-2026-0001").write(", all of them")
		theirs := "Backups are gone"
		if _, err := options.Space.Do(context.Background(), model.Actor{Name: "Bo", Role: model.Owner}, model.Describe{Incident: "INC-2026-0001", Title: &theirs}); err != nil {
			t.Fatal(err)
		}
		x.press("ctrl+s").sees("changed while you were editing it", "Backups are gone", "Backups are encrypted, all of them")
		x.press("ctrl+s").sees("INC-2026-0001 is changed").sees("Backups are encrypted, all of them").lacks("Backups are gone")
	})
}

// TestSelectionStaysOnItsIncident reports more urgent incidents from outside:
// the cursor stays where it was, and the next key hits what it was meant for.
func TestSelectionStaysOnItsIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		options := storyOptions(t, "dark")
		x := openTerminal(t, options, 120, 40)
		x.press("down", "down", "down")
		selected := cursorLine(x)
		aware := model.Statement{Name: "aware", Value: model.Time(present.Add(-300 * time.Hour))}
		for range 3 {
			id, err := options.Space.Do(context.Background(), options.Actor, model.Report{Title: "Older than all"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := options.Space.Do(context.Background(), options.Actor, model.StateFact{Incident: id, Statement: aware}); err != nil {
				t.Fatal(err)
			}
		}
		x.settle()
		if now := cursorLine(x); now[:30] != selected[:30] {
			t.Fatalf("the cursor was on\n%s\nand is on\n%s", selected, now)
		}
		x.press("enter").sees(strings.Fields(selected)[3] + "  ")
	})
}

// cursorLine is the row that has the focus mark.
func cursorLine(x *terminal) string {
	for _, line := range strings.Split(x.text(), "\n") {
		if strings.HasPrefix(line, "▌") {
			return line
		}
	}
	x.t.Fatalf("no row has the focus:\n%s", x.text())
	return ""
}

// TestNoColour paints nothing where NO_COLOR is set; the words and shapes
// carry everything.
func TestNoColour(t *testing.T) {
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		x := openTerminal(t, storyOptions(t, "dark"), 120, 40, "NO_COLOR=1")
		x.sees("◆ Critical", "! overdue", "◐ due soon")
		if styles := x.styles(); strings.Contains(styles, "#") {
			t.Errorf("colours remain:\n%s", styles[:min(len(styles), 400)])
		}
	})
}

// TestAnySize draws at every size between too small and very large, in a
// storm of changes, and says so where there is no room.
func TestAnySize(t *testing.T) {
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		x := openTerminal(t, storyOptions(t, "dark"), 120, 40)
		for _, keys := range [][]string{{}, {"enter"}, {"tab"}, {"tab"}, {"tab"}, {"?"}, {"esc", "i"}, {"pgdown", "e"}, {"esc", "esc", "2"}, {"t"}, {"esc", "r"}, {"esc", ":"}} {
			x.press(keys...)
			for _, size := range [][2]int{{20, 5}, {1, 1}, {60, 16}, {80, 24}, {400, 120}, {61, 120}, {400, 16}, {500, 200}, {120, 40}} {
				x.resize(size[0], size[1])
			}
		}
		x.press("esc").resize(20, 5).sees("tocsin needs")
		x.resize(80, 24).sees("Deadlines", "? help")
	})
}

// TestTickOnTheWire holds what a second costs on a 200×50 screen on which 30
// countdowns show seconds: at most 600 bytes.
func TestTickOnTheWire(t *testing.T) {
	inBubble(t, 200, 50, func(x *terminal, clock *testClock) {
		started(x)
		for k := range 30 {
			ctx, actor := context.Background(), model.Actor{Name: "Bo", Role: model.Owner}
			id, err := x.options.Space.Do(ctx, actor, model.Report{Title: "Countdown", Types: []string{"data-breach"}})
			if err != nil {
				t.Fatal(err)
			}
			confirmed := model.Statement{Name: "confirmed", Value: model.Time(clock.Now().Add(-71*time.Hour - time.Duration(2+k)*time.Minute))}
			if _, err := x.options.Space.Do(ctx, actor, model.StateFact{Incident: id, Statement: confirmed}); err != nil {
				t.Fatal(err)
			}
		}
		x.program.Send(tea.BackgroundColorMsg{Color: color.Black}) // as most terminals answer
		x.pass(3 * time.Second)
		if n := strings.Count(x.text(), "? perhaps  "); n < 30 {
			t.Fatalf("%d countdowns are shown, want 30:\n%s", n, x.text())
		}
		before := x.written()
		x.pass(60 * time.Second)
		perTick := (x.written() - before) / 60
		t.Logf("%d bytes a tick", perTick)
		if perTick > 600 {
			t.Errorf("a tick costs %d bytes, want at most 600", perTick)
		}
	})
}

// TestIdleTickIsSilent holds that a second in which nothing shown changes
// costs nothing on the wire.
func TestIdleTickIsSilent(t *testing.T) {
	inBubble(t, 120, 40, func(x *terminal, clock *testClock) {
		started(x)
		x.pass(10 * time.Second)
		before := x.written()
		x.pass(20 * time.Second)
		if after := x.written(); after != before {
			t.Errorf("20 idle seconds cost %d bytes", after-before)
		}
	})
}

// TestHeldScreen stands still while it is held, and catches up afterwards.
func TestHeldScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		options := freshOptions(t, clockFrom(present))
		x := openTerminal(t, options, 120, 40)
		started(x)
		x.press("ctrl+p").sees("‖ held")
		if _, err := options.Space.Do(context.Background(), options.Actor, model.Report{Title: "While it was held"}); err != nil {
			t.Fatal(err)
		}
		x.pass(time.Minute).lacks("While it was held")
		x.press("ctrl+p").sees("While it was held", "● live")
	})
}
