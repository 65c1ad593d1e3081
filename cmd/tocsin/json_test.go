package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

// commandLine runs one command line in this process and returns what it wrote.
func commandLine(t *testing.T, dir string, now time.Time, args ...string) (out, complaint string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &stdout, err: &stderr, getenv: func(name string) string {
		return map[string]string{"TOCSIN_DATA": dir, "TOCSIN_USER": "Ana Ruiz"}[name]
	}, now: func() time.Time { return now }}
	code = run(context.Background(), args, a)
	return stdout.String(), stderr.String(), code
}

// TestJSONIsWhatItsHelpSays runs every verb that reads and holds what it
// prints against the types that tocsin help json describes: no field more, no
// field less, and no null where a list belongs.
func TestJSONIsWhatItsHelpSays(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, 3, 4, 11, 0, 0, 0, time.UTC)
	for _, line := range [][]string{
		{"report", "--title", "Odd log-ins", "--type", "unauthorized-access", "--system", "portal"},
		{"triage", "1", "--severity", "high", "--criterion", "1", "--fact", "confirmed=-1h", "--fact", "customer_data_exposed=yes", "--data-category", "input-data", "--role", "lead=Ana Ruiz"},
		{"fact", "1", "confirmed=-2h", "--reason", "the log"},
		{"fact", "1", "submitted:customer-notice=now", "--reference", "N-1"},
		{"waive", "1", "customer-update", "--decider", "Ingrid Solberg", "--rationale", "nothing new"},
		{"task", "1", "classify", "done"},
		{"fact", "1", "aware=-40h"},
		{"report", "--title", "Another"},
		{"link", "1", "2"},
		{"hold", "1", "--reason", "a court asks"},
		{"people", "authority", "add", ed25519Line(t, 1)},
		{"evidence", "add", "1", "json_test.go", "--kind", "document"},
		{"affected", "import", "../../testdata/import/customers.csv"},
		{"affected", "add", "1", "--all", "--what", "names", "--since", "-1h"},
		{"report", "--title", "By mistake"},
		{"notice", "draft", "1", "initial", "--rule", "inventifornia/customer-notice", "--set", "what_happened=x", "--set", "affected=y", "--set", "done=z"},
		{"notice", "edit", "1", "--set", "advice=Nothing.", "--set", "reach=security@example.org", "--unknown", "data"},
		{"notice", "edit", "1", "--set", "data=exports"},
		{"notice", "propose", "1"},
		{"channel", "set", "portal", "--kind", "manual"},
		{"false-positive", "3", "--reason", "a test"},
		{"delete", "3", "--reason", "a test"},
	} {
		if out, complaint, code := commandLine(t, dir, now, line...); code != exitDone {
			t.Fatalf("%q: exit code %d\n%s%s", line, code, out, complaint)
		}
	}
	lint := filepath.Join(t.TempDir(), "wrong.toml")
	if err := os.WriteFile(lint, []byte("id = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	vectors := filepath.Join(t.TempDir(), "vectors.toml")
	expected := "packs = [\"gdpr\"]\n[[cases]]\nname = \"nothing starts\"\nexpect = [{ rule = \"art33-authority\", absent = true }]\n"
	if err := os.WriteFile(vectors, []byte(expected), 0o600); err != nil {
		t.Fatal(err)
	}
	opens, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	away := t.TempDir()
	identity, kept := filepath.Join(away, "key.txt"), filepath.Join(away, "main.tocsin")
	if err := os.WriteFile(identity, []byte(opens.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	arguments := map[string][]string{
		"backup": {"backup", "--to", kept, "--recipient", opens.Recipient().String()}, "restore": {"restore", kept, "--to", filepath.Join(away, "restored"), "--identity", identity},
		"affected customers, affected show --group": {"affected", "customers"}, "affected show": {"affected", "show", "1"},
		"export":        {"export", "--all", "--to", filepath.Join(away, "export")},
		"queue, tocsin": {"queue"}, "show": {"show", "1"}, "timeline": {"timeline", "1"}, "deadlines": {"deadlines", "1", "--explain"}, "due": {"due", "--pack", "gdpr", "--fact", "aware=-2h"},
		"task": {"task", "1"}, "fact": {"fact", "1"}, "approvals": {"approvals"}, "notice list": {"notice", "list", "1"}, "notice show": {"notice", "show", "1"}, "notice preview": {"notice", "preview", "1"}, "notice diff": {"notice", "diff", "1", "N1"}, "notice who": {"notice", "who", "1"}, "evidence list": {"evidence", "list", "1"}, "evidence show": {"evidence", "show", "1", "1"}, "evidence verify": {"evidence", "verify", "1"}, "policy list": {"policy", "list"}, "policy calendar": {"policy", "calendar"}, "policy lint": {"policy", "lint", lint},
		"policy test": {"policy", "test", vectors}, "policy diff": {"policy", "diff", "gdpr", "uk-gdpr"}, "version": {"version"}, "vault status": {"vault", "status"}, "people list": {"people", "list"}, "people authority list": {"people", "authority", "list"}, "people factor status": {"people", "factor", "status"}, "sessions list": {"sessions", "list"}, "reports": {"reports"}, "doctor": {"doctor"}, "retention": {"retention"}, "retention preview": {"retention", "preview"}, "audit log": {"audit", "log"}, "audit verify": {"audit", "verify"}, "reminders": {"reminders", "--mine"}, "packs --preview": {"packs", "1", "--add", "nis2", "--preview"},
		"channel list": {"channel", "list"},
	}
	for _, shape := range jsonShapes {
		t.Run(shape.verb, func(t *testing.T) {
			if shape.verb == "sessions list" {
				heldDirectory(t, dir) // alone there is nobody to list
			}
			out, _, _ := commandLine(t, dir, now, append(arguments[shape.verb], "--json")...)
			var printed any
			if err := json.Unmarshal([]byte(out), &printed); err != nil {
				t.Fatalf("%v in %q", err, out)
			}
			if !shape.list {
				checkObject(t, shape.verb, reflect.TypeOf(shape.view), printed)
				return
			}
			entries, ok := printed.([]any)
			if !ok || len(entries) == 0 {
				t.Fatalf("no list with entries: %s", out)
			}
			for _, entry := range entries {
				checkObject(t, shape.verb, reflect.TypeOf(shape.view), entry)
			}
		})
	}
}

// checkObject compares an object with the type it is printed from.
func checkObject(t *testing.T, place string, want reflect.Type, value any) {
	t.Helper()
	object, ok := value.(map[string]any)
	if !ok {
		t.Errorf("%s: %v is no object", place, value)
		return
	}
	var names []string
	for _, field := range reflect.VisibleFields(want) {
		if field.Anonymous || !field.IsExported() {
			continue
		}
		name := field.Tag.Get("json")
		names = append(names, name)
		checkField(t, place+"."+name, field.Type, object[name])
	}
	for name := range object {
		if !slices.Contains(names, name) {
			t.Errorf("%s.%s is printed and not described", place, name)
		}
	}
	if len(object) != len(names) {
		t.Errorf("%s has %d fields, %d are described", place, len(object), len(names))
	}
}

func checkField(t *testing.T, place string, want reflect.Type, value any) {
	t.Helper()
	switch {
	case want == reflect.TypeFor[stamp]():
		text, ok := value.(string)
		if value == nil {
			return
		}
		if _, err := time.Parse(time.RFC3339, text); !ok || err != nil {
			t.Errorf("%s: %v is no time", place, value)
		}
	case want.Kind() == reflect.Slice:
		entries, ok := value.([]any)
		if !ok {
			t.Errorf("%s: %v is no list", place, value)
		}
		for _, entry := range entries {
			checkField(t, place, want.Elem(), entry)
		}
	case want.Kind() == reflect.Pointer && value == nil:
	case want.Kind() == reflect.Pointer:
		checkField(t, place, want.Elem(), value)
	case want.Kind() == reflect.Struct:
		checkObject(t, place, want, value)
	case want.Kind() == reflect.String:
		if _, ok := value.(string); !ok {
			t.Errorf("%s: %v is no text", place, value)
		}
	}
}

// TestReadmeNamesEveryField holds the README's list of fields to the types.
func TestReadmeNamesEveryField(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, shape := range jsonShapes {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(shape.view)) {
			if name := field.Tag.Get("json"); name != "" && !strings.Contains(string(text), "`"+name+"`") {
				t.Errorf("%s: the field %s is not in the README", shape.verb, name)
			}
		}
	}
}
