package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/model/notice"
	"tocsin/model/policy"
)

func shipped(t *testing.T) *Templates {
	t.Helper()
	known, problems, err := LoadTemplates("")
	if err != nil || len(problems) > 0 {
		t.Fatalf("the embedded templates are not right: %v\n%s", err, problemLines(problems))
	}
	return known
}

// toldPacks are those whose every notice has a template: the five documents,
// and the laws that customers ask about first.
var toldPacks = []string{"saas-notification", "inventifornia", "itemiq", "iventory", "saas-security-incident", "gdpr", "nis2", "dora"}

// Every rule that tells somebody something has a template that says all of it,
// in English and in German, for its first notice and for what follows that.
func TestEveryNoticeHasATemplate(t *testing.T) {
	known := shipped(t)
	library, err := LoadPacks("")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range toldPacks {
		pack, _ := library.Latest(id)
		for i := range pack.Rules {
			rule := &pack.Rules[i]
			if len(rule.Contents) == 0 || rule.Audience == "" {
				continue
			}
			key := policy.RuleKey{Pack: id, Rule: rule.ID}
			kinds := []string{rule.NoticeKind()}
			if !rule.Every.IsZero() {
				kinds = append(kinds, policy.NoticeUpdate)
			}
			if rule.To == policy.ToNobody {
				kinds = []string{kindThatCovers(known, key, rule)}
			}
			for _, kind := range kinds {
				checkTold(t, known.For(key, kind), rule, fmt.Sprintf("%s, %s", key, kind))
			}
		}
	}
}

// kindThatCovers is a kind of notice that says all a rule wants said to somebody
// in particular; the rule's own where there is none.
func kindThatCovers(known *Templates, key policy.RuleKey, rule *policy.Rule) string {
	for _, kind := range policy.NoticeKinds {
		if fit := known.For(key, kind); len(fit) > 0 && len(fit[0].Covers(rule.Contents)) == 0 {
			return kind
		}
	}
	return rule.NoticeKind()
}

func checkTold(t *testing.T, fit []*notice.Template, rule *policy.Rule, what string) {
	t.Helper()
	if len(fit) == 0 {
		t.Errorf("%s: no template", what)
		return
	}
	if missing := fit[0].Covers(rule.Contents); len(missing) > 0 {
		t.Errorf("%s: %s has no place for %q", what, fit[0].ID, missing)
	}
	for _, language := range []string{"en", "de"} {
		if _, found := notice.Nearest(language, fit[0].Languages()); !found {
			t.Errorf("%s: %s has no text in %s", what, fit[0].ID, language)
		}
	}
}

func TestTemplatesNameRulesThatExist(t *testing.T) {
	library, err := LoadPacks("")
	if err != nil {
		t.Fatal(err)
	}
	for _, template := range shipped(t).List() {
		for _, name := range template.Rules {
			id, want, _ := strings.Cut(name, "/")
			pack, known := library.Latest(id)
			if !known {
				t.Errorf("%s: there is no pack %s", template.ID, id)
			} else if _, has := pack.Rule(want); !has {
				t.Errorf("%s: %s has no rule %s", template.ID, id, want)
			}
		}
	}
}

func TestEveryKindHasATemplate(t *testing.T) {
	known := shipped(t)
	for _, kind := range policy.NoticeKinds {
		if len(known.For(policy.RuleKey{Pack: "another", Rule: "notice"}, kind)) == 0 {
			t.Errorf("no template serves any notice of the kind %s", kind)
		}
	}
}

// sample is what a field might say.
func sample(f *notice.Field) notice.Value {
	switch f.Type {
	case notice.Choice:
		return notice.Value{Text: f.Choices[0].ID}
	case notice.Time:
		return notice.Value{Text: "2026-11-22T13:05:00Z"}
	case notice.List:
		return notice.Value{Text: "first of " + f.Name + "\nsecond of " + f.Name}
	case notice.Long:
		return notice.Value{Text: "Some words on “" + f.Label + "”.\nAnd some more."}
	}
	return notice.Value{Text: "a word on " + f.Name}
}

// Every template, in every language, three times: with all said, with all that
// may be left out left out, and with nothing known yet. The files are for people to
// read, too: what changes in one is what recipients will see.
func TestTemplatesRender(t *testing.T) {
	berlin, err := LoadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, template := range shipped(t).List() {
		for _, language := range template.Languages() {
			var out strings.Builder
			for _, way := range []struct {
				name string
				say  func(*notice.Field) (notice.Value, bool)
			}{
				{"all is said", func(f *notice.Field) (notice.Value, bool) { return sample(f), true }},
				{"only what is required is said", func(f *notice.Field) (notice.Value, bool) { return sample(f), f.Required }},
				{"nothing is known yet", func(f *notice.Field) (notice.Value, bool) {
					if f.Firm {
						return sample(f), true
					}
					return notice.Value{Unknown: true}, true
				}},
			} {
				values := notice.Values{}
				for i := range template.Fields {
					if value, said := way.say(&template.Fields[i]); said {
						values[template.Fields[i].Name] = value
					}
				}
				fmt.Fprintf(&out, "=== %s ===\n%s\n", way.name, rendered(t, template, language, values, berlin))
			}
			goldenNotice(t, template.ID+"."+language+".txt", out.String())
		}
	}
}

func rendered(t *testing.T, template *notice.Template, language string, values notice.Values, zone *time.Location) string {
	t.Helper()
	text, err := notice.Render(template, language, values, notice.Facts{Zone: zone})
	if err != nil {
		t.Fatalf("%s in %s: %v", template.ID, language, err)
	}
	if len(text.Gaps) > 0 {
		t.Errorf("%s in %s has gaps though all that is required is said: %v", template.ID, language, text.Gaps)
	}
	subject, body := notice.Fill(text.Subject, text.Body, notice.Recipient{Customer: "Beispiel GmbH", Contact: "admin@example.org"})
	return "Subject: " + subject + "\n\n" + body + "\n"
}

func goldenNotice(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("..", "testdata", "notices", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is now:\n%s", name, got)
	}
}

// No golden text outlives its template.
func TestNoticesAreOfTemplates(t *testing.T) {
	known := map[string]bool{}
	for _, template := range shipped(t).List() {
		for _, language := range template.Languages() {
			known[template.ID+"."+language+".txt"] = true
		}
	}
	entries, err := os.ReadDir(filepath.Join("..", "testdata", "notices"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !known[entry.Name()] {
			t.Errorf("%s is of no template", entry.Name())
		}
	}
}

const ownTemplate = `id = "customer-initial"
version = 2
kind = "initial"
title = "Ours"
[[fields]]
name = "what"
label = "What"
type = "text"
[contents]
"What happened" = ["what"]
[[texts]]
language = "fr"
subject = "Incident"
unknown = "pas encore connu"
body = "Bonjour {customer},\n{what}"
`

func TestOwnTemplates(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("ours.toml", ownTemplate)
	write("twice.toml", ownTemplate)
	write("wrong.toml", strings.Replace(ownTemplate, "{what}", "{waht}", 1))
	known, problems, err := LoadTemplates(dir)
	if err != nil {
		t.Fatal(err)
	}
	own, err := known.Template("customer-initial")
	if err != nil || own.Version != 2 || known.File("customer-initial") != filepath.Join(dir, "ours.toml") || known.File("regulator") != "" {
		t.Errorf("the team's own is not there: %v, %q", err, known.File("customer-initial"))
	}
	for _, want := range []string{
		`twice.toml:1: id: customer-initial is in ` + filepath.Join(dir, "ours.toml") + " too",
		`wrong.toml:15: texts[0].body: {waht} is no field of the template: did you mean "what"?`,
	} {
		if !strings.Contains(problemLines(problems), want) {
			t.Errorf("the problems do not say %q:\n%s", want, problemLines(problems))
		}
	}
	if fit := known.For(policy.RuleKey{Pack: "another", Rule: "one"}, "initial"); len(fit) == 0 || fit[0] != own {
		t.Error("the team's own does not come first")
	}
	if _, err := known.Template("regulatro"); err == nil || !strings.Contains(err.Error(), `did you mean "regulator"?`) {
		t.Errorf("an unknown template is told as %v", err)
	}
}

func TestTemplateProblems(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`type = "text"`, `type = "txet"`, `t.toml:8: fields[0].type: "txet" is no type of field: did you mean "text"?`},
		{`kind = "initial"`, `kind = "first"`, `t.toml:3: kind: "first" is no kind of notice: known are`},
		{`["what"]`, `["waht"]`, `t.toml:10: contents.What happened: "waht" is neither a field nor a passage of the text in fr: did you mean "what"?`},
		{`unknown = "pas encore connu"`, ``, `texts[0].unknown: is missing`},
		{`label = "What"`, `label = "What"` + "\n" + `from = "descriptoin"`, `fields[0].from: "descriptoin" is no fact to fill a field from: did you mean "description"?`},
		{`label = "What"`, `label = "What"` + "\n" + `from = "detected"`, `fields[0].from: detected is of type time and cannot fill a field of type text`},
		{`subject = "Incident"`, `subjct = "Incident"`, `texts[0].subjct: unknown key: did you mean "subject"?`},
		{`subject = "Incident"`, `subject = "Incident\nBcc: all@example.org"`, `texts[0].subject: has line breaks`},
		{`{what}"`, `{?what}{what}"`, `texts[0].body: {/what} is missing: the section never ends`},
		{`name = "what"`, `name = "customer"`, `fields[0].name: "customer" is filled for every recipient: choose another`},
	} {
		_, err := ParseTemplate("t.toml", []byte(strings.Replace(ownTemplate, c.old, c.new, 1)))
		var refused *TemplateError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("with %s: %v, want %s", c.new, err, c.want)
		}
	}
	if !HoldsTemplate([]byte(ownTemplate)) || HoldsTemplate([]byte(`id = "gdpr"`)) {
		t.Error("templates are not told from packs")
	}
}
