package policy

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"tocsin/model/calendar"
)

// Every field of a rule changes what is said of it: nothing that a pack asks
// for is kept from its readers.
func TestSaysEveryFieldOfARule(t *testing.T) {
	values := map[reflect.Type]any{
		reflect.TypeFor[string]():              "fact:x", // which is a way to meet a rule, too
		reflect.TypeFor[bool]():                true,
		reflect.TypeFor[[]string]():            []string{"x"},
		reflect.TypeFor[calendar.Period]():     calendar.Period{N: 9, Unit: calendar.Days},
		reflect.TypeFor[calendar.TimeOfDay]():  calendar.Noon,
		reflect.TypeFor[calendar.Anchor]():     calendar.FromYearEnd,
		reflect.TypeFor[Legal]():               LegalSkipHolidays,
		reflect.TypeFor[To]():                  ToPaid,
		reflect.TypeFor[Suspend]():             SuspendResume,
		reflect.TypeFor[[]Cap]():               []Cap{{Starts: "x"}},
		reflect.TypeFor[*Relief]():             &Relief{Setting: "x"},
		reflect.TypeFor[Reminders]():           Reminders{Levels: []Ahead{Half}},
		reflect.TypeFor[Condition]():           Condition{Severity: []string{"x"}},
		reflect.TypeFor[map[string]Answer]():   map[string]Answer{"x": Yes},
		reflect.TypeFor[map[string][]string](): map[string][]string{"x": {"y"}},
		reflect.TypeFor[map[string]int]():      map[string]int{"x": 1},
	}
	rule := func() *Rule {
		return &Rule{ID: "r", Title: "Notice", Starts: "aware", Within: calendar.Period{N: 3, Unit: calendar.Days},
			Every: calendar.Period{N: 2, Unit: calendar.Days}, Legal: LegalNextWorkingDay}
	}
	said := func(r *Rule) string { return fmt.Sprint((&Pack{Rules: []Rule{*r}}).Says(r)) }
	check := func(name string, of reflect.Value, into *Rule) {
		t.Helper()
		value, known := values[of.Type()]
		if !known {
			t.Fatalf("no value for %s", name)
		}
		of.Set(reflect.ValueOf(value))
		if said(into) == said(rule()) {
			t.Errorf("%s is not told", name)
		}
	}
	for i := range reflect.TypeFor[Rule]().NumField() {
		if name := reflect.TypeFor[Rule]().Field(i).Name; name != "ID" && name != "Title" {
			r := rule()
			check(name, reflect.ValueOf(r).Elem().Field(i), r)
		}
	}
	for i := range reflect.TypeFor[Condition]().NumField() {
		r := rule()
		check("When."+reflect.TypeFor[Condition]().Field(i).Name, reflect.ValueOf(&r.When).Elem().Field(i), r)
	}
}

// What is said uses the pack's own wording, not its ids.
func TestSaysInThePacksWords(t *testing.T) {
	p := &Pack{
		ID: "p", Zone: "America/New_York",
		Roles:     []Role{{ID: "lead", Label: "Incident lead"}},
		Questions: []Question{{ID: "personal", Label: "Is personal data concerned?"}},
		Settings: []Setting{
			{ID: "entity", Label: "Kind of entity", Values: []Term{{ID: "bank", Label: "Credit institution"}}},
			{ID: "affected", Label: "People affected"},
		},
		Rules: []Rule{
			{ID: "first", Title: "First report", Starts: "aware", Within: calendar.Period{N: 4, Unit: calendar.BusinessDays}, At: "17:30",
				Caps: []Cap{{Starts: "detected", Within: calendar.Period{N: 9, Unit: calendar.Days}, Lapses: true}}, MetBy: MetByReceived,
				When: Condition{Answers: map[string]Answer{"personal": Yes}, Settings: map[string][]string{"entity": {"bank"}}, AtLeast: map[string]int{"affected": 500}}},
			{ID: "next", Title: "Next", Starts: "submitted:first", MetBy: "fact:resolved", Approval: []string{"lead"}, EffectiveFrom: "2026-01-01", CheckedOn: "2026-11-02"},
		},
	}
	for rule, wanted := range map[string]string{
		"first": `{due within 4 business days of: Aware, at 17:30 in America/New_York}
{at most 9 calendar days from: Detected (unless that has passed when the clock starts)}
{applies if “Is personal data concerned?” is yes and “Kind of entity” is Credit institution and “People affected” is 500 or more}
{met when it is received}`,
		"next": `{due without undue delay after: “First report” submitted}
{applies to every incident}
{approved by Incident lead}
{met by the fact: Resolved}
{in force for clocks that start on 2026-01-01 or later}
{checked on 2026-11-02}`,
	} {
		r, _ := p.Rule(rule)
		var got []string
		for _, said := range p.Says(r) {
			got = append(got, fmt.Sprint(said))
		}
		if strings.Join(got, "\n") != wanted {
			t.Errorf("%s:\n%s\nwant\n%s", rule, strings.Join(got, "\n"), wanted)
		}
	}
	if said := p.Settings[0].Says() + "; " + p.Settings[1].Says(); said != "bank (Credit institution); a number from 0" {
		t.Errorf("settings: %s", said)
	}
}
