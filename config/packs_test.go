package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/model/policy"
)

func library(t testing.TB) *Library {
	t.Helper()
	l, err := LoadPacks("")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func pack(t testing.TB, id string) *policy.Pack {
	t.Helper()
	p, found := library(t).Latest(id)
	if !found {
		t.Fatalf("no pack %s", id)
	}
	return p
}

func berlin(t testing.TB) *time.Location {
	t.Helper()
	zone, err := LoadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// when reads a local time in Berlin.
func when(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, berlin(t))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// rulesOf returns the obligations of a case under a pack, by rule.
func rulesOf(t testing.TB, p *policy.Pack, c *policy.Case) map[string]*policy.Obligation {
	t.Helper()
	all := policy.Obligations([]*policy.Pack{p}, c, berlin(t))
	byRule := map[string]*policy.Obligation{}
	for i := range all {
		byRule[all[i].Rule.ID] = &all[i]
	}
	return byRule
}

func TestEmbeddedPacksAreComplete(t *testing.T) {
	l := library(t)
	if got := strings.Join(l.IDs(), " "); got != "australia-ndb brazil-lgpd california cra dora ftc-safeguards gdpr hipaa "+
		"india-cert-in inventifornia itemiq iventory japan-appi nis2 nydfs saas-notification saas-security-incident sec-8k "+
		"singapore-pdpa uk-gdpr us-bank-36h" {
		t.Errorf("embedded are %s", got)
	}
	if got := l.Regimes(); len(got) != 16 {
		t.Errorf("%d regimes", len(got))
	}
	if got := l.Procedures(); len(got) != 5 {
		t.Errorf("%d procedures", len(got))
	}
	for _, p := range l.Packs() {
		for _, finding := range policy.Lint(p) {
			if !strings.HasPrefix(finding.Key, "severities") { // low severities that a source promises nothing for
				t.Errorf("%s: %+v", p.Ref(), finding)
			}
		}
		if p.Source == "" || p.Summary == "" {
			t.Errorf("%s does not say where it comes from or what it asks", p.Ref())
		}
		for _, phase := range p.Phases {
			if !slices.ContainsFunc(phase.Tasks, func(t policy.Task) bool { return t.Mandatory }) {
				t.Errorf("%s: the phase %s asks for nothing", p.Ref(), phase.ID)
			}
			for _, task := range phase.Tasks {
				if task.Role == "" {
					t.Errorf("%s: nobody does %s", p.Ref(), task.ID)
				}
			}
		}
	}
}

// Every cell of the table in the source, for both classifications, counted
// from impact confirmation on Mon 23 Nov 2026 10:00 in Berlin.
func TestNotificationTable(t *testing.T) {
	p := pack(t, "saas-notification")
	for _, test := range []struct{ severity, rule, initial, sent, update string }{
		{"critical", "notice-critical", "2026-11-25 10:00", "2026-11-24 08:00", "2026-11-25 08:00"},
		{"high", "notice-high", "2026-11-26 10:00", "2026-11-24 08:00", "2026-11-26 08:00"},
		{"medium", "notice-medium", "2026-12-03 00:00", "2026-11-24 08:00", "2026-12-04 00:00"},
		{"low", "", "", "", ""},
	} {
		for _, classification := range []string{"confirmed", "potential", ""} {
			t.Run(test.severity+" "+classification, func(t *testing.T) {
				c := &policy.Case{
					Severity: test.severity, Classification: classification,
					Times:   map[string]time.Time{"impact_confirmed": when(t, "2026-11-23 10:00")},
					Answers: map[string]policy.Answer{"tier.paid": policy.Yes, "tier.free": policy.No},
				}
				rules := rulesOf(t, p, c)
				if test.rule == "" {
					if len(rules) != 0 {
						t.Fatalf("nothing is scheduled for low, yet: %v", rules)
					}
					return
				}
				if len(rules) != 2 || rules["resolution"].State(when(t, "2026-11-23 11:00")) != policy.NotStarted {
					t.Fatalf("a notice and a resolution message, got %v", rules)
				}
				wantDue(t, rules[test.rule], test.initial)
				c.Submissions = []policy.Submission{{Key: policy.RuleKey{Pack: p.ID, Rule: test.rule}, At: when(t, test.sent)}}
				wantDue(t, rulesOf(t, p, c)[test.rule], test.update)
				c.Times["resolved"] = when(t, "2026-11-24 09:00")
				rules = rulesOf(t, p, c)
				wantState(t, rules[test.rule], "2027-01-01 00:00", policy.Met)
				wantState(t, rules["resolution"], "2027-01-01 00:00", policy.Open)
			})
		}
	}
}

func wantDue(t *testing.T, o *policy.Obligation, text string) {
	t.Helper()
	if o == nil {
		t.Fatal("there is no such obligation")
	}
	if want := when(t, text); !o.Strict.Equal(want) {
		t.Errorf("%s is due %s, want %s", o.Key(), o.Strict.In(want.Location()), want)
	}
}

func wantState(t *testing.T, o *policy.Obligation, now string, want policy.State) {
	t.Helper()
	if o == nil {
		t.Fatal("there is no such obligation")
	}
	if got := o.State(when(t, now)); got != want {
		t.Errorf("%s is %q at %s, want %q", o.Key(), got, now, want)
	}
}

func TestNotificationTiers(t *testing.T) {
	p := pack(t, "saas-notification")
	c := &policy.Case{
		Severity: "critical", Times: map[string]time.Time{"impact_confirmed": when(t, "2026-11-23 10:00")},
		Answers: map[string]policy.Answer{"tier.paid": policy.No, "tier.free": policy.Yes},
	}
	rules := rulesOf(t, p, c)
	if rules["notice-critical"] != nil {
		t.Error("the table is for paying customers")
	}
	wantState(t, rules["free-tier-notice"], "2026-11-23 11:00", policy.CannotExclude)
	c.Answers["free_tier_directly_impacted"] = policy.Yes
	c.Answers["individual_action_needed"] = policy.No
	rules = rulesOf(t, p, c)
	wantState(t, rules["free-tier-notice"], "2026-11-23 11:00", policy.Open)
	wantState(t, rules["public-announcement"], "2026-11-23 11:00", policy.NotStarted)
	c.Times["fix_available"] = when(t, "2026-11-23 12:00")
	wantState(t, rulesOf(t, p, c)["public-announcement"], "2026-11-23 13:00", policy.Open)
	c.Answers["free_tier_directly_impacted"] = policy.No
	c.Answers["individual_action_needed"] = policy.Yes
	if rules = rulesOf(t, p, c); len(rules) != 0 {
		t.Errorf("free-tier users without impact are told nothing: %v", rules)
	}
}

// A downgrade closes the rule of the higher severity, starts that of the lower
// from its own anchor, and taking it back restores every date.
func TestNotificationDowngrade(t *testing.T) {
	p := pack(t, "saas-notification")
	c := &policy.Case{
		Severity: "critical", Times: map[string]time.Time{"impact_confirmed": when(t, "2026-11-23 10:00")},
		Answers:     map[string]policy.Answer{"tier.paid": policy.Yes, "tier.free": policy.No},
		Applied:     []policy.RuleKey{{Pack: p.ID, Rule: "notice-critical"}},
		Submissions: []policy.Submission{{Key: policy.RuleKey{Pack: p.ID, Rule: "notice-critical"}, At: when(t, "2026-11-24 08:00")}},
	}
	c.Severity = "high"
	rules := rulesOf(t, p, c)
	wantState(t, rules["notice-critical"], "2026-11-24 09:00", policy.NoLongerApplies)
	if len(rules["notice-critical"].Done) != 1 {
		t.Error("its history is lost")
	}
	wantDue(t, rules["notice-high"], "2026-11-26 10:00")
	c.Severity = "critical"
	wantDue(t, rulesOf(t, p, c)["notice-critical"], "2026-11-25 08:00")
}

func TestInventifornia(t *testing.T) {
	p := pack(t, "inventifornia")
	c := &policy.Case{
		Severity: "high", Types: []string{"data-breach"}, Data: []string{"input-data"},
		Times:   map[string]time.Time{"confirmed": when(t, "2027-03-26 10:00"), "resolved": when(t, "2027-04-01 09:00")},
		Answers: map[string]policy.Answer{"customer_data_exposed": policy.Yes},
	}
	rules := rulesOf(t, p, c)
	wantDue(t, rules["customer-notice"], "2027-03-29 11:00")
	wantDue(t, rules["review"], "2027-05-02 00:00")
	wantState(t, rules["customer-update"], "2027-03-27 00:00", policy.NotStarted)
	wantState(t, rules["regulator-notice"], "2027-03-27 00:00", policy.CannotExclude)
	c.Answers["acting.controller"] = policy.Yes
	wantState(t, rulesOf(t, p, c)["regulator-notice"], "2027-03-27 00:00", policy.Open)
	c.Submissions = []policy.Submission{{Key: policy.RuleKey{Pack: p.ID, Rule: "customer-notice"}, At: when(t, "2027-03-27 00:00")}}
	wantState(t, rulesOf(t, p, c)["customer-update"], "2027-03-28 00:00", policy.Open)
	c.Answers["customer_data_exposed"] = policy.No
	c.Severity = "medium"
	if rules = rulesOf(t, p, c); len(rules) != 0 {
		t.Errorf("nothing is promised without exposure and below high: %v", rules)
	}
}

func TestInventiforniaVulnerability(t *testing.T) {
	p := pack(t, "inventifornia")
	c := &policy.Case{
		Severity: "critical", Types: []string{"vulnerability"},
		Times:   map[string]time.Time{"reported": when(t, "2026-11-20 18:00")}, // a Friday
		Answers: map[string]policy.Answer{"customer_data_exposed": policy.No},
	}
	rules := rulesOf(t, p, c)
	wantDue(t, rules["vulnerability-acknowledgement"], "2026-11-26 00:00")
	wantDue(t, rules["vulnerability-remediation"], "2026-12-21 00:00")
	c.Times["remediated"] = when(t, "2026-12-20 23:59")
	wantState(t, rulesOf(t, p, c)["vulnerability-remediation"], "2027-01-01 00:00", policy.Met)
}

func TestItemIQ(t *testing.T) {
	p := pack(t, "itemiq")
	c := &policy.Case{
		Severity: "critical",
		Times:    map[string]time.Time{"detected": when(t, "2026-11-23 10:00"), "aware": when(t, "2026-11-23 11:00")},
		Answers: map[string]policy.Answer{
			"personal_data_at_risk": policy.Yes, "regulator_notice_required": policy.Yes, "shared_systems_affected": policy.Yes,
		},
	}
	rules := rulesOf(t, p, c)
	for _, id := range []string{"leadership-escalation", "leadership-status", "user-notice", "regulator-notice", "partner-notice"} {
		wantState(t, rules[id], "2026-12-01 00:00", policy.Open)
	}
	for _, id := range []string{"user-notice", "regulator-notice", "partner-notice"} {
		if !slices.Equal(rules[id].Rule.Approval, []string{"leadership"}) {
			t.Errorf("%s leaves without leadership's approval", id)
		}
	}
	c.Severity = "low"
	if rules = rulesOf(t, p, c); rules["leadership-status"] != nil || rules["leadership-escalation"] != nil {
		t.Error("a low severity goes to leadership")
	}
}

func TestIventory(t *testing.T) {
	p := pack(t, "iventory")
	c := &policy.Case{
		Times:   map[string]time.Time{"confirmed": when(t, "2026-10-23 10:00")},
		Answers: map[string]policy.Answer{"tenant_data_affected": policy.Yes},
	}
	rules := rulesOf(t, p, c)
	wantDue(t, rules["tenant-notice"], "2026-10-26 09:00")
	wantState(t, rules["tenant-summary"], "2026-10-24 00:00", policy.NotStarted)
	c.Times["resolved"] = when(t, "2026-10-24 10:00")
	wantState(t, rulesOf(t, p, c)["tenant-summary"], "2026-10-25 00:00", policy.Open)
}

func TestSaaSSecurityIncident(t *testing.T) {
	p := pack(t, "saas-security-incident")
	if got := len(p.Severities); got != 3 {
		t.Errorf("%d severities, the source has three", got)
	}
	c := &policy.Case{Times: map[string]time.Time{"confirmed": when(t, "2026-10-23 10:00")}}
	rules := rulesOf(t, p, c)
	wantState(t, rules["affected-parties"], "2026-10-24 00:00", policy.CannotExclude)
	wantState(t, rules["analysis"], "2026-10-24 00:00", policy.NotStarted)
	c.Answers = map[string]policy.Answer{"outside_parties_affected": policy.Yes}
	wantState(t, rulesOf(t, p, c)["affected-parties"], "2026-10-24 00:00", policy.Open)
}

func TestGDPR(t *testing.T) {
	p := pack(t, "gdpr")
	c := &policy.Case{Times: map[string]time.Time{"aware": when(t, "2020-12-22 12:17")}}
	rules := rulesOf(t, p, c)
	authority := rules["art33-authority"]
	wantState(t, authority, "2020-12-23 00:00", policy.CannotExclude)
	wantDue(t, authority, "2020-12-25 12:17")
	if want := when(t, "2020-12-25 13:00"); !authority.Legal.Equal(want) {
		t.Errorf("legal %s, want %s", authority.Legal, want)
	}
	c.Answers = map[string]policy.Answer{"personal_data": policy.Yes, "acting.controller": policy.Yes, "acting.processor": policy.No, "risk_unlikely": policy.No}
	rules = rulesOf(t, p, c)
	wantState(t, rules["art33-authority"], "2020-12-23 00:00", policy.Running)
	wantState(t, rules["art33-5-record"], "2020-12-23 00:00", policy.Open)
	wantState(t, rules["art34-people"], "2020-12-23 00:00", policy.CannotExclude)
	if rules["art33-2-controller"] != nil {
		t.Error("a controller does not tell a controller")
	}
	c.Answers["risk_unlikely"] = policy.Yes
	c.Answers["high_risk"] = policy.No
	if rules = rulesOf(t, p, c); len(rules) != 1 || rules["art33-5-record"] == nil {
		t.Errorf("without risk the breach is still recorded, and no more: %v", rules)
	}
}

func TestGDPRExemptions(t *testing.T) {
	p := pack(t, "gdpr")
	answers := func(unintelligible, removed, effort policy.Answer) *policy.Case {
		return &policy.Case{
			Times: map[string]time.Time{"aware": when(t, "2026-11-23 10:00")},
			Answers: map[string]policy.Answer{
				"personal_data": policy.Yes, "acting.controller": policy.Yes, "acting.processor": policy.No, "risk_unlikely": policy.No,
				"high_risk": policy.Yes, "data_unintelligible": unintelligible, "risk_removed": removed, "disproportionate_effort": effort,
			},
		}
	}
	for _, test := range []struct {
		name           string
		c              *policy.Case
		people, public bool
	}{
		{"no exemption", answers(policy.No, policy.No, policy.No), true, false},
		{"encrypted", answers(policy.Yes, policy.No, policy.No), false, false},
		{"later measures", answers(policy.No, policy.Yes, policy.No), false, false},
		{"disproportionate effort", answers(policy.No, policy.No, policy.Yes), false, true},
		{"nothing known", answers(policy.Unknown, policy.Unknown, policy.Unknown), true, true},
	} {
		rules := rulesOf(t, p, test.c)
		if (rules["art34-people"] != nil) != test.people || (rules["art34-public"] != nil) != test.public {
			t.Errorf("%s: people %v, public %v", test.name, rules["art34-people"] != nil, rules["art34-public"] != nil)
		}
	}
}

func BenchmarkEmbeddedObligations(b *testing.B) {
	packs := []*policy.Pack{pack(b, "inventifornia"), pack(b, "gdpr")}
	zone := berlin(b)
	c := &policy.Case{
		Severity: "high", Types: []string{"data-breach"}, Data: []string{"input-data"},
		Times: map[string]time.Time{"aware": when(b, "2026-11-23 10:00"), "confirmed": when(b, "2026-11-23 10:00")},
		Answers: map[string]policy.Answer{
			"customer_data_exposed": policy.Yes, "acting.controller": policy.No, "acting.processor": policy.Yes, "personal_data": policy.Yes,
		},
	}
	b.ReportAllocs()
	for b.Loop() {
		policy.Obligations(packs, c, zone)
	}
}

func BenchmarkLoadPacks(b *testing.B) {
	for b.Loop() {
		library(b)
	}
}
