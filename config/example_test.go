package config_test

import (
	"fmt"
	"time"

	"tocsin/config"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// Due times without any incident: a payment institution became aware on a
// Thursday and classified the incident as major on the Saturday.
func ExampleLibrary() {
	library, _, err := config.LoadLibrary("")
	if err != nil {
		fmt.Println(err)
		return
	}
	zone, err := config.LoadZone("Europe/Berlin")
	if err != nil {
		fmt.Println(err)
		return
	}
	home, err := library.Calendars().Calendar("de", zone)
	if err != nil {
		fmt.Println(err)
		return
	}
	pack, _ := library.Latest("dora")
	packs, c, now := []*policy.Pack{pack}, &policy.Case{}, time.Date(2026, 12, 5, 14, 30, 0, 0, time.UTC)
	for _, fact := range [][2]string{{"aware", "2026-12-03T09:15:00+01:00"}, {"classified_major", "2026-12-05T15:00:00+01:00"}} {
		if err := c.State(packs, fact[0], fact[1], zone, now); err != nil {
			fmt.Println(err)
			return
		}
	}
	if err := c.Set(packs, "entity", "payment-institution"); err != nil {
		fmt.Println(err)
		return
	}
	c.Suppose(packs)
	initial := policy.ObligationsIn(packs, c, home)[0]
	fmt.Printf("%s: %s\n", initial.Rule.Title, initial.State(now))
	fmt.Println("strict", calendar.Reading(initial.Strict, zone))
	fmt.Println("legal ", calendar.Reading(initial.Legal, zone))
	explained := policy.ExplainIn(&initial, c, home)
	for _, step := range explained.Steps {
		fmt.Println("-", step.Text)
	}
	// Output:
	// Initial notification: running
	// strict Sat 5 Dec 2026 19:00 CET
	// legal  Mon 7 Dec 2026 12:00 CET
	// - Classified as major: Sat 5 Dec 2026 15:00 CET
	// - 4 hours added in UTC: Sat 5 Dec 2026 18:00, which in Europe/Berlin is Sat 5 Dec 2026 19:00 CET
	// - also at most 24 hours after Aware (Thu 3 Dec 2026 09:15 CET): Fri 4 Dec 2026 09:15 CET; that had passed when the clock started, so it does not count
	// - Sat 5 Dec is no working day: weekend
	// - Sun 6 Dec skipped: weekend
	// - latest arguable limit Mon 7 Dec 2026 12:00 CET: a limit on a day that is no working day gives way to noon of the next one that is (Delegated Regulation 2025/301, Article 5)
}
