package policy

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"tocsin/model/calendar"
)

func TestDiff(t *testing.T) {
	before, after := soundPack(), soundPack()
	if changes := Diff(before, after); changes != nil {
		t.Errorf("a pack differs from itself: %v", changes)
	}
	after.Version, after.Zone = 2, "Europe/Berlin"
	after.Rules[0].Within.N = 48
	after.Rules[0].Caps = []Cap{{Starts: "aware", Within: calendar.Period{N: 24, Unit: calendar.Hours}, Lapses: true}}
	after.Rules[0].When.AtLeast = map[string]int{"affected": 500}
	after.Settings = []Setting{{ID: "affected", Label: "Affected"}}
	after.Phases[0].Tasks[0].Mandatory = true
	after.Rules = append(after.Rules[:1:1], Rule{ID: "new", Title: "New", Starts: "aware"})
	var got []string
	for _, change := range Diff(before, after) {
		got = append(got, change.String())
	}
	want := []string{
		"pack, zone: now Europe/Berlin",
		"setting affected added: Affected",
		"task task, mandatory: now yes",
		"rule notice, applies: " + before.Rules[0].When.words() + " → " + after.Rules[0].When.words(),
		"rule notice, within: 72 hours → 48 hours",
		"rule notice, caps: now 24 hours after aware unless passed before",
		"rule new added: New",
		"rule " + before.Rules[1].ID + " removed: " + before.Rules[1].Title,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("changes:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if words := after.Rules[0].When.words(); !strings.HasSuffix(words, "affected is 500 or more") {
		t.Errorf("the condition in words: %s", words)
	}
}

// Every field of a rule that means something is compared: setting any of them
// alone is a difference.
func TestDiffSeesEveryFieldOfARule(t *testing.T) {
	values := map[reflect.Type]any{
		reflect.TypeFor[string]():              "x",
		reflect.TypeFor[bool]():                true,
		reflect.TypeFor[[]string]():            []string{"x"},
		reflect.TypeFor[calendar.Period]():     calendar.Period{N: 1, Unit: calendar.Days},
		reflect.TypeFor[calendar.TimeOfDay]():  calendar.Noon,
		reflect.TypeFor[calendar.Anchor]():     calendar.FromYearEnd,
		reflect.TypeFor[Legal]():               LegalFullHour,
		reflect.TypeFor[To]():                  ToPaid,
		reflect.TypeFor[Suspend]():             SuspendResume,
		reflect.TypeFor[[]Cap]():               []Cap{{Starts: "x"}},
		reflect.TypeFor[*Relief]():             &Relief{Setting: "x"},
		reflect.TypeFor[Reminders]():           Reminders{Roles: []string{"x"}},
		reflect.TypeFor[Condition]():           Condition{Severity: []string{"x"}},
		reflect.TypeFor[map[string]Answer]():   map[string]Answer{"x": Yes},
		reflect.TypeFor[map[string][]string](): map[string][]string{"x": {"y"}},
		reflect.TypeFor[map[string]int]():      map[string]int{"x": 1},
	}
	rule := func() *Pack { return &Pack{Rules: []Rule{{ID: "r"}}} }
	differs := func(name string, of reflect.Value, into *Pack) {
		t.Helper()
		value, known := values[of.Type()]
		if !known {
			t.Fatalf("no value for %s", name)
		}
		of.Set(reflect.ValueOf(value))
		if len(Diff(rule(), into)) == 0 {
			t.Errorf("%s is not compared", name)
		}
	}
	for i := range reflect.TypeFor[Rule]().NumField() {
		if name := reflect.TypeFor[Rule]().Field(i).Name; name != "ID" && name != "CheckedOn" {
			p := rule()
			differs(name, reflect.ValueOf(&p.Rules[0]).Elem().Field(i), p)
		}
	}
	for i := range reflect.TypeFor[Condition]().NumField() {
		p := rule()
		differs("When."+reflect.TypeFor[Condition]().Field(i).Name, reflect.ValueOf(&p.Rules[0].When).Elem().Field(i), p)
	}
}

func TestDiffDues(t *testing.T) {
	pack := func(rules ...Rule) []*Pack { return []*Pack{{ID: "pack", Version: 1, Rules: rules}} }
	before := pack(
		Rule{ID: "same", Starts: "aware", Within: per(t, "24h")},
		Rule{ID: "moved", Starts: "aware", Within: per(t, "72h")},
		Rule{ID: "gone", Starts: "aware"})
	after := pack(
		Rule{ID: "same", Starts: "aware", Within: per(t, "24h")},
		Rule{ID: "moved", Starts: "aware", Within: per(t, "48h")},
		Rule{ID: "new", Starts: "aware"})
	changes := DiffDues(before, after, started(), calendar.Calendar{Zone: time.UTC})
	var got []string
	for _, c := range changes {
		got = append(got, c.Key.Rule)
	}
	if strings.Join(got, " ") != "moved new gone" {
		t.Fatalf("changed: %v", got)
	}
	wantTime(t, "before", changes[0].Before.Strict, hours(72))
	wantTime(t, "after", changes[0].After.Strict, hours(48))
	if changes[1].Before != nil || changes[2].After != nil {
		t.Error("what came has no before, what went no after")
	}
}
