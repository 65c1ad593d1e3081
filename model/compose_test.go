package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/notice"
	"tocsin/model/policy"
)

func TestCompose(t *testing.T) {
	pack := &policy.Pack{
		ID: "p", Version: 1, Severities: []policy.Severity{{ID: "high", Label: "Grave"}}, Data: []policy.Term{{ID: "names", Label: "Names of people"}},
		Rules: []policy.Rule{{ID: "r", Title: "Tell them", Contents: []string{"What happened", "When", "Whom"}, Every: calendar.Period{N: 24, Unit: calendar.Hours}}},
	}
	now := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	i := &Incident{
		ID: "INC-2026-0001", Title: "Odd log-ins", Data: []string{"names", "other"}, Packs: []policy.Ref{pack.Ref()}, Severities: []SeverityCall{{Level: "high"}},
		Facts: []Fact{{Name: "detected", Value: Time(now)}, {Name: "aware", Value: Value{Answer: policy.No}}},
		Particulars: &Particulars{
			Notices: []Notice{{NoticeDraft: NoticeDraft{Fields: []NoticeField{{Name: "reach", Value: "security@example.org"}}}}},
			Groups:  []AffectedGroup{{ID: "A1", Customers: 3}},
		},
	}
	s := &State{Packs: map[policy.Ref]*policy.Pack{pack.Ref(): pack}}
	rules := []policy.RuleKey{{Pack: "p", Rule: "r", Group: "A1"}}
	facts := s.NoticeFacts(i, "Tocsin & Co", rules, now)
	for name, want := range map[string]string{
		notice.FromSeverity: "Grave", notice.FromData: "Names of people\nother", notice.FromContact: "security@example.org", notice.FromCustomers: "3",
		notice.FromNext: "2026-11-23T06:00:00Z", "detected": "2026-11-22T06:00:00Z", "aware": "", notice.FromOrganisation: "Tocsin & Co",
	} {
		if facts.Text[name] != want {
			t.Errorf("%s is %q, want %q", name, facts.Text[name], want)
		}
	}
	template := &notice.Template{
		ID: "t", Kind: "initial",
		Fields: []notice.Field{
			{Name: "what", Label: "What happened", Type: notice.Long}, {Name: "seen", Label: "When", Type: notice.Time, From: "detected"}, {Name: "us", Label: "Our name", Type: notice.Line, Required: true},
		},
		Contents: map[string][]string{"What happened": {"what"}, "When": {"seen"}},
		Texts:    []notice.Text{{Language: "en", Subject: "{us}", Body: "{what} {seen}"}, {Language: "de", Subject: "{us}", Body: "{what}"}},
	}
	draft := NoticeDraft{Kind: InitialNotice, Rules: rules, Fields: []NoticeField{{Name: "what", Unknown: true}}}
	composed, items, err := Compose(draft, template, []string{"en", "de-AT"}, s.PacksOf(i), facts)
	if err != nil {
		t.Fatal(err)
	}
	if want := []NoticeText{{"en", "[Our name]", "not known yet 22 November 2026, 06:00 UTC"}, {"de", "[Our name]", "Noch nicht bekannt. Wir melden uns, sobald wir es wissen."}}; !slices.Equal(composed.Texts, want) {
		t.Errorf("the texts are %q", composed.Texts)
	}
	want := []NoticeContent{
		{Label: "What happened", Unknown: true, Where: "What happened"},
		{Label: "When", Where: "When"}, // the German text leaves it out
		{Label: "Whom"},
		{Label: "Our name", Where: "Our name"},
	}
	if !slices.Equal(composed.Contents, want) || composed.Template != "t" {
		t.Errorf("the contents are %+v", composed.Contents)
	}
	if !strings.Contains(items[2].Why, "has no place for it") {
		t.Errorf("what is missing is told as %q", items[2].Why)
	}
	in := &inputs{}
	in.gaps(&Notice{NoticeDraft: composed}, []*policy.Rule{&pack.Rules[0]})
	if err := in.refusal(); err == nil || strings.Count(err.Error(), "is missing") != 1 || !strings.Contains(err.Error(), "Our name") {
		t.Errorf("gaps are refused as %v", err)
	}
	draft.Fields = []NoticeField{{Name: "waht", Value: "x"}}
	if _, _, err := Compose(draft, template, []string{"en"}, s.PacksOf(i), facts); err == nil || !strings.Contains(err.Error(), `did you mean "what"?`) {
		t.Errorf("an unknown field is refused as %v", err)
	}
}
