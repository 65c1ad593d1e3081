package model

import "testing"

func TestEventFilter(t *testing.T) {
	e := Event{Actor: "Ana Ruiz", Body: &FactStated{ID: "INC-2026-0007"}}
	for filter, want := range map[EventFilter]bool{
		{}: true, {Person: "ana"}: true, {Person: "Ben"}: false, {Incident: "INC-2026-0007"}: true, {Incident: "INC-2026-0008"}: false,
		{Kind: "fact.stated"}: true, {Kind: "fact"}: true, {Kind: "fact."}: true, {Kind: "fac"}: false, {Kind: "fact.corrected"}: false,
		{Person: "ruiz", Incident: "INC-2026-0007", Kind: "fact"}: true, {Person: "ruiz", Kind: "note"}: false,
	} {
		if got := filter.Wants(e); got != want {
			t.Errorf("%+v: %v", filter, got)
		}
	}
}
