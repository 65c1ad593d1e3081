package main

import (
	"context"
	"testing"

	"tocsin/model"
	"tocsin/model/policy"
)

// TestWhatIf moves due times in a draft and leaves the record as it was.
func TestWhatIf(t *testing.T) {
	inBubble(t, 120, 40, func(x *terminal, _ *testClock) {
		started(x)
		yes := model.Value{Answer: policy.Yes}
		if _, err := x.options.Space.Do(context.Background(), model.Actor{Name: "Bo", Role: model.Owner}, model.Triage{
			Incident: "INC-2026-0001", Types: []string{"data-breach"}, Classification: model.Confirmed, Severity: "critical", Reason: "r",
			Data: []string{"customer-personal-information"}, Facts: []model.Statement{{Name: "customer_data_exposed", Value: yes}},
		}); err != nil {
			t.Fatal(err)
		}
		x.settle()
		recorded := x.options.Space.Snapshot().Seq()

		x.press("enter", "i").sees("DRAFT", "what if: nothing is recorded", "nothing would move")
		x.press("tab", "tab", "tab", "tab", "tab", "tab").write("2026-11-20 09:00")
		x.sees("1 × starts", "+ starts  not started → Mon 23 Nov 09:00")
		x.press("ctrl+e").sees("A draft: nothing of this is recorded", "Confirmed: Fri 20 Nov 2026 09:00").lacks("stated by")
		x.press("esc", "tab").sees("2026-11-20 09:00") // Esc closes the explanation alone
		x.press("esc").sees("Over time", "Its clock waits for: Confirmed")
		if now := x.options.Space.Snapshot().Seq(); now != recorded {
			t.Errorf("a draft wrote %d events", now-recorded)
		}
		x.press("i").sees("nothing would move").lacks("2026-11-20 09:00")
	})
}

// TestWhatIfTakesAnotherPack asks what a pack asks about as soon as the draft
// runs under it.
func TestWhatIfTakesAnotherPack(t *testing.T) {
	inBubble(t, 120, 40, func(x *terminal, _ *testClock) {
		started(x)
		x.press("i").lacks("essential or important entity").press("shift+tab")
		for range 40 {
			x.press("down")
		}
		for range 10 {
			x.press("right")
		}
		x.press("space").sees("[x] nis2@2", "may start")
		x.press("space").lacks("[x] nis2@2").sees("nothing would move")
	})
}

// TestWhatIfOfAPack tries a pack on a case of no incident.
func TestWhatIfOfAPack(t *testing.T) {
	inBubble(t, 120, 40, func(x *terminal, _ *testClock) {
		started(x)
		x.press("3", "down", "i").sees("an empty case under", "Due times")
		x.press("esc").sees("packs and calendars adopted here")
	})
}
