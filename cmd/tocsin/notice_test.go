package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/model"
	wording "tocsin/model/notice"
	"tocsin/model/policy"
)

// affected makes a record with an incident that affects two paying customers, and
// returns what gives a command line on it as somebody.
func affected(t *testing.T) (gives func(as, want string, args ...string) string) {
	t.Helper()
	dir, now := t.TempDir(), time.Date(2026, 3, 4, 11, 0, 0, 0, time.UTC)
	gives = func(as, want string, args ...string) string {
		t.Helper()
		out, complaint, code := commandLine(t, dir, now, append([]string{"--as", as}, args...)...)
		if all := out + complaint; !strings.Contains(all, want) || (code == exitDone) != (complaint == "" || strings.Contains(out, want)) {
			t.Errorf("%q: exit code %d\n%s\nwant %q", args, code, all, want)
		}
		return out
	}
	gives("Ana Ruiz", "INC-2026-0001", "report", "--title", "Exports were read", "--type", "data-breach")
	gives("Ana Ruiz", "Triaged", "triage", "1", "--severity", "high", "--criterion", "1", "--classification", "confirmed", "--fact", "confirmed=-1h",
		"--fact", "customer_data_exposed=yes", "--data-category", "input-data", "--role", "lead=Ana Ruiz", "--role", "communications=Ben Ruiz")
	s := sessionAt(t, dir, func() time.Time { return now })
	rows := []model.Customer{
		{ID: "acme", Name: "ACME {contact}", Tier: model.TierPaid, Jurisdiction: "US", Language: "en", Admins: []string{"admin@acme.example"}, Security: []string{"security@acme.example"}},
		{ID: "sharika", Name: "شركة المثال", Tier: model.TierPaid, Jurisdiction: "DE", Language: "de-AT", Admins: []string{"it@sharika.example"}},
	}
	for _, command := range []model.Command{
		model.CustomersOpen{Batch: "all", Source: "a list"}, model.CustomersTake{Batch: "all", Rows: rows}, model.CustomersClose{Batch: "all"},
		model.AffectedOpen{Incident: "INC-2026-0001", Batch: "first", Source: "a list", Direct: true},
		model.AffectedTake{Incident: "INC-2026-0001", Batch: "first", Numbers: []uint64{1, 2}}, model.AffectedClose{Incident: "INC-2026-0001", Batch: "first"},
	} {
		do(t, s, "Ana Ruiz", command)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	return gives
}

// A notice from its draft to the proof that everybody was told: written in two
// languages, approved by somebody else, rehearsed, and told by telephone.
func TestNoticeFromDraftToProof(t *testing.T) {
	gives := affected(t)
	away := t.TempDir()
	gives("Ana Ruiz", "Notice N1 begun: initial", "notice", "draft", "1", "initial", "--language", "en,de", "--set", "what_happened=Files were {customer} read.", "--set", "what_happened@de=Dateien wurden gelesen.",
		"--set", "affected=Exports", "--set", "done=Closed", "--set", "advice=None", "--set", "reach=security@example.org")
	gives("Ana Ruiz", `"A1"`, "notice", "show", "1", "--json")
	gives("Ana Ruiz", "Files were {customer} read.", "notice", "preview", "1")
	gives("Ana Ruiz", "Guten Tag \u2068شركة المثال\u2069,", "notice", "preview", "1", "--customer", "sharika", "--json")
	gives("Ana Ruiz", `"nobody" is no customer whom this notice goes to`, "notice", "preview", "1", "--customer", "nobody")
	gives("Ana Ruiz", "3 messages are in ", "notice", "release", "1", "--dry-run", filepath.Join(away, "rehearsal"))
	files, err := os.ReadDir(filepath.Join(away, "rehearsal"))
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files in the rehearsal, %v", len(files), err)
	}
	letter, err := os.ReadFile(filepath.Join(away, "rehearsal", files[0].Name()))
	if err != nil || !strings.Contains(string(letter), "To ACME {contact},") || !strings.Contains(string(letter), "To: <admin@acme.example>") {
		t.Errorf("the first letter, %v:\n%s", err, letter)
	}
	gives("Ana Ruiz", "waits for Communications and privacy: Ben Ruiz", "notice", "propose", "1")
	var view noticeView
	if err := json.Unmarshal([]byte(gives("Ana Ruiz", "proposed", "notice", "show", "1", "--json")), &struct {
		*noticeView
		At, Released any
		Approvals    any
	}{noticeView: &view}); err != nil {
		t.Fatal(err)
	}
	gives("Ana Ruiz", "Ana Ruiz may not approve N1", "notice", "approve", "1", "--digest", view.Digest)
	gives("Ben Ruiz", "Ben Ruiz", "approvals", "--mine", "--json")
	gives("Ben Ruiz", "approved", "notice", "approve", "1", "--digest", view.Digest)
	gives("Ana Ruiz", "released to 3 recipients through manual", "notice", "release", "1", "--digest", view.Digest)
	gives("Ana Ruiz", "3 waiting", "notice", "list", "1")
	gives("Ana Ruiz", "--customer ID, --recipient 3,7-9 or --outcome refused", "notice", "contact", "1", "--how", "telephone")
	gives("Ana Ruiz", "accepted: telephone, portal, post, other", "notice", "contact", "1", "--customer", "acme", "--how", "smoke")
	gives("Ana Ruiz", "2 recipients", "notice", "contact", "1", "--customer", "acme", "--how", "telephone", "--reference", "T-1")
	gives("Ana Ruiz", "its owner left", "notice", "give-up", "1", "--recipient", "2", "--reason", "its owner left")
	gives("Ana Ruiz", "they asked for it", "notice", "retry", "1", "--outcome", "given up", "--reason", "they asked for it")
	gives("Ana Ruiz", "2", "notice", "contact", "1", "--recipient", "2", "--how", "post")
	gives("Ana Ruiz", "acknowledged", "notice", "receipt", "1", "--recipient", "0-1")
	gives("Ana Ruiz", "2 received", "notice", "list", "1")
	gives("Ana Ruiz", "met", "notice", "who", "1")
	to := filepath.Join(away, "proof")
	gives("Ana Ruiz", "3 recipients of INC-2026-0001/N1 and ", "notice", "proof", "1", "--to", to)
	gives("Ana Ruiz", "Proof of notice N1 written to proof: who of 3 recipients was told what", "timeline", "1")
	gives("Ana Ruiz", "is there already", "notice", "proof", "1", "--to", to)
	checkProof(t, to)
}

// Who approves in a role that takes a second factor gives a code of it, which
// counts once.
func TestApprovingTakesACode(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, 3, 4, 11, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	s := sessionAt(t, dir, clock)
	as := func(command model.Command) {
		t.Helper()
		if _, err := s.space.Do(t.Context(), model.Actor{Name: "Ana Ruiz", Role: model.Owner}, command); err != nil {
			t.Fatal(err)
		}
	}
	as(model.AddPerson{Name: "Ben Ruiz", Role: model.Leadership})
	as(model.Report{Title: "Exports were read"})
	as(model.DraftNotice{Incident: "INC-2026-0001", Draft: model.NoticeDraft{
		Kind: model.RegulatorNotice, Rules: []policy.RuleKey{{Pack: "inventifornia", Rule: "regulator-notice"}},
		Texts: []model.NoticeText{{Language: "en", Subject: "An incident", Body: "Something happened."}},
	}})
	as(model.ProposeNotice{Incident: "INC-2026-0001", Notice: "N1"})
	offer := enrolled(t, s, "Ben Ruiz")
	as(model.SetAccessRule{Role: model.Leadership, Rule: model.AccessRule{SecondFactor: true}})
	standing, _ := s.snapshot().Incident("INC-2026-0001")
	n, _ := standing.Incident.Notice("N1")
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	gives := func(typed string) string {
		var stdout, stderr bytes.Buffer
		a := &app{in: strings.NewReader(typed), out: &stdout, err: &stderr, now: clock, getenv: func(name string) string {
			return map[string]string{"TOCSIN_DATA": dir, "TOCSIN_USER": "Ben Ruiz"}[name]
		}}
		run(t.Context(), []string{"notice", "approve", "1", "--digest", n.Digest}, a)
		return stdout.String() + stderr.String()
	}
	if said := gives("123456\n"); !strings.Contains(said, "nothing was changed") {
		t.Errorf("a wrong code: %s", said)
	}
	if said := gives(""); !strings.Contains(said, "there is nothing to read a code from") {
		t.Errorf("no code: %s", said)
	}
	now = now.Add(time.Hour)
	if said := gives(codeAfter(t, offer.Secret(), now, 0) + "\n"); !strings.Contains(said, "approved") || !strings.Contains(said, "code") {
		t.Errorf("a right code: %s", said)
	}
}

// What an editor is given comes back as it was, whatever a field says.
func TestFieldsInAnEditor(t *testing.T) {
	template := &wording.Template{Title: "A letter", Fields: []wording.Field{
		{Name: "what", Label: "What", Type: wording.Long, Help: "In short."}, {Name: "how", Label: "How", Type: wording.Choice, Choices: []wording.Word{{ID: "sure"}}}, {Name: "empty", Label: "Empty", Type: wording.Line},
	}}
	fields := []model.NoticeField{
		{Name: "what", Value: "# no comment\n== no field ==\n\\ a backslash\n\nend"}, {Name: "what@de", Value: "Worte"}, {Name: "how", Unknown: true}, {Name: "gone", Value: "of another template"},
	}
	text := fieldsText(template, fields)
	for _, want := range []string{"# A letter\n", "# What (text)\n# In short.\n", "# How (choice): sure\n", "== how ==\n(not known yet)\n", "== empty ==\n\n", "# The template has no such field"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text has no %q:\n%s", want, text)
		}
	}
	got, err := readFields(strings.ReplaceAll(text, "\n", "\r\n"))
	if err != nil || !slices.Equal(got, fields) {
		t.Errorf("%+v came back as %+v, %v", fields, got, err)
	}
	if _, err := readFields("words\n== what ==\nx"); err == nil || !strings.Contains(err.Error(), "stands before the first field") {
		t.Errorf("words before the first field: %v", err)
	}
}

// checkProof reads what a proof consists of.
func checkProof(t *testing.T, dir string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, proofRecipients))
	if err != nil {
		t.Fatal(err)
	}
	var all []told
	for line := range strings.Lines(string(data)) {
		var one told
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if len(all) != 3 || all[0].Customer != "acme" || all[2].Name != "شركة المثال" || all[2].Language != "de" || all[0].TextSHA256 == all[1].TextSHA256 {
		t.Fatalf("the recipients are %+v", all)
	}
	var words []string
	for _, step := range append(all[0].Steps, all[2].Steps...) {
		words = append(words, step.What+" "+step.Words)
		if _, err := os.Stat(filepath.Join(dir, proofEvents, fmt.Sprintf("INC-2026-0001-%08d.tlog-proof", step.Event))); err != nil {
			t.Error(err)
		}
	}
	want := "told by hand telephone, Ana Ruiz, T-1|received acknowledged|given up its owner left|ordered to be sent again they asked for it|told by hand post, Ana Ruiz"
	if got := strings.Join(words, "|"); got != want || all[0].Outcome != "received" || all[2].Outcome != "told by hand" {
		t.Errorf("the steps are %s\nwant %s", got, want)
	}
	if notice, err := os.ReadFile(filepath.Join(dir, proofNotice)); err != nil || !strings.Contains(string(notice), `"released_by": "Ana Ruiz"`) {
		t.Errorf("the notice, %v: %s", err, notice)
	}
}

// A promised time that is typed and lies behind is said at once, and what was
// promised is refused once it has passed.
func TestNoticePromises(t *testing.T) {
	gives := affected(t)
	gives("Ana Ruiz", "Notice N1 begun", "notice", "draft", "1", "update", "--rule", "inventifornia/customer-update", "--template", "customer-update", "--set", "next_update=2026-03-04 10:59")
	gives("Ana Ruiz", "✗ Next update by\n      it has passed: 4 March 2026, 10:59", "notice", "edit", "1", "--set", "next_update=2026-03-04 10:59", "--set", "reach=x")
	gives("Ana Ruiz", "next_update by Wed 4 Mar 10:59 UTC, which has passed", "notice", "show", "1")
	gives("Ana Ruiz", "field next_update: promises 2026-03-04 10:59 UTC, which has passed; accepted: N1 edited", "notice", "propose", "1")
	gives("Ana Ruiz", "promise next_update", "notice", "edit", "1", "--set", "next_update=2026-03-05 09:00")
	gives("Ana Ruiz", `"by": "2026-03-05T09:00:00Z"`, "notice", "show", "1", "--json")
}
