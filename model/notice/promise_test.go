package notice

import (
	"testing"
	"time"
)

// pledge is a template that promises a time.
func pledge() *Template {
	return &Template{
		ID: "pledge", Version: 1, Kind: "update", Title: "A pledge",
		Fields:   []Field{{Name: "again", Label: "Next update by", Type: Time, From: FromNext, Promise: true}},
		Contents: map[string][]string{"When more comes": {"again"}},
		Texts:    []Text{{Language: "en", Subject: "More", Body: "{?again}More by {again}.{/again}"}},
	}
}

func TestPromises(t *testing.T) {
	zone := time.FixedZone("", 3600)
	now := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	facts := Facts{Zone: zone, Now: now, Text: map[string]string{FromNext: "2026-11-23T06:00:00Z"}}
	day := Facts{Zone: zone, Now: now, Text: map[string]string{FromNext: "2026-11-23"}}
	for _, c := range []struct {
		name  string
		typed Value
		facts Facts
		state State
		says  string
		by    string // "" is no promise
	}{
		{"counted", Value{}, facts, Covered, "23 November 2026, 07:00 (UTC+01:00), counted from now; every version counts it anew", "2026-11-23T07:00:00+01:00"},
		{"typed", Value{Text: "2026-11-22 20:00"}, facts, Covered, "", "2026-11-22T20:00:00+01:00"},
		{"now is too late", Value{Text: "2026-11-22 07:00"}, facts, Passed, "22 November 2026, 07:00 (UTC+01:00)", "2026-11-22T07:00:00+01:00"},
		{"after the policy's", Value{Text: "2026-11-23 07:01"}, facts, Late, "23 November 2026, 07:01 (UTC+01:00)", "2026-11-23T07:01:00+01:00"},
		{"today lasts", Value{Text: "2026-11-22"}, facts, Covered, "", "2026-11-23T00:00:00+01:00"},
		{"yesterday does not", Value{Text: "2026-11-21"}, facts, Passed, "21 November 2026", "2026-11-22T00:00:00+01:00"},
		{"the policy's own day", Value{Text: "2026-11-23 23:30"}, day, Covered, "", "2026-11-23T23:30:00+01:00"},
		{"not known yet", Value{Unknown: true}, facts, Unknown, "not known yet", ""},
		{"nothing says when", Value{}, Facts{Now: now}, Missing, "", ""},
	} {
		r, err := Render(pledge(), "en", Values{"again": c.typed}, c.facts)
		if err != nil {
			t.Fatal(c.name, err)
		}
		items := Checklist([]string{"When more comes"}, pledge(), r)
		if len(items) != 1 || items[0].State != c.state || items[0].Says != c.says {
			t.Errorf("%s: %+v", c.name, items)
		}
		var by string
		for _, p := range r.Promises {
			by += p.By.In(zone).Format(time.RFC3339)
		}
		if by != c.by {
			t.Errorf("%s: promised by %q, want %q", c.name, by, c.by)
		}
		if loose := Checklist(nil, pledge(), r); c.state.Told() && (len(loose) == 1) == (c.state == Covered) {
			t.Errorf("%s: where no rule asks for it: %+v", c.name, loose)
		}
	}
	wrong := pledge()
	wrong.Fields[0].Type, wrong.Fields[0].From = Line, ""
	if problems := Lint(wrong); len(problems) != 1 || problems[0].Key != "fields[0].promise" {
		t.Error(problems)
	}
}
