package tui

import (
	"slices"
	"testing"

	"tocsin/model"
)

// TestActionTable holds the table together: every action can be found, read
// and given, no key means two things on one screen, and roles know every kind
// of command an action gives.
func TestActionTable(t *testing.T) {
	seen := make(map[string]bool)
	for _, a := range actions() {
		if seen[a.id] {
			t.Errorf("%s is in the table twice", a.id)
		}
		seen[a.id] = true
		if a.help == "" || a.run == nil || a.where == 0 || len(a.keys) == 0 {
			t.Errorf("%s lacks help, keys, a place or something to do", a.id)
		}
		if a.gives != "" && !slices.Contains([]string{"setup", "adopt-calendar", "release-hold", "sweep", "person-add", "person-role", "person-key", "person-key-remove", "person-revoke", "sessions-revoke"}, a.gives) && !model.Lead.May(a.gives) && !model.Leadership.May(a.gives) {
			t.Errorf("%s gives %q, which no role may", a.id, a.gives)
		}
		if a.danger != harmless && a.gives == "" && a.id != "save" {
			t.Errorf("%s changes the record, but says no command", a.id)
		}
	}
	for _, here := range []where{onQueue, onIncident, onDeadlines, onTriage, onSetUp, onPolicies, onWhatIf, onReminders, onAudit, onRetention, onPeople, onAffected, onNotices, onApprovals, onDraft} {
		keys := make(map[string]string)
		for _, a := range actions() {
			if a.where&here == 0 {
				continue
			}
			for _, key := range a.keys {
				if other, taken := keys[key]; taken {
					t.Errorf("on screen %b the key %s means %s and %s", here, key, other, a.id)
				}
				keys[key] = a.id
			}
		}
	}
}

// TestCheckKeys refuses a key map that cannot be followed, and says why.
func TestCheckKeys(t *testing.T) {
	for _, test := range []struct {
		keys map[string][]string
		want string
	}{
		{nil, ""},
		{map[string][]string{"note": {"J"}, "quit": {"ctrl+q", "x"}}, "keys: x would mean both notice-reject and quit"},
		{map[string][]string{"note": {"J"}, "quit": {"ctrl+q"}}, ""},
		{map[string][]string{"nte": {"N"}}, "keys.nte: there is no such action (did you mean note?)"},
		{map[string][]string{"note": {"t"}}, "keys: t would mean both triage and note"},
	} {
		got := ""
		if err := CheckKeys(test.keys); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%v: %q, want %q", test.keys, got, test.want)
		}
	}
}

// TestKeymapOverrides lets a user change any key, and take one away.
func TestKeymapOverrides(t *testing.T) {
	m := newKeymap(map[string][]string{"note": {"J"}, "report": {}})
	if a, ok := m.find("J", onQueue); !ok || a.id != "note" {
		t.Error("J does not write a note")
	}
	if _, ok := m.find("n", onQueue); ok {
		t.Error("n still does something")
	}
	if _, ok := m.find("r", onQueue); ok {
		t.Error("r still reports")
	}
}
