package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// outreach says in lines who would be told, how and by when, what is in the
// way, and who is not told.
func outreach(t *testing.T, c *policy.Case, groups []model.AffectedGroup, now string) []string {
	t.Helper()
	for _, g := range groups {
		c.Groups = append(c.Groups, policy.Group{ID: g.ID, Tier: string(g.Tier), Direct: g.Direct})
	}
	zone := berlin(t)
	out := model.Audience([]*policy.Pack{pack(t, "saas-notification")}, c, groups, calendar.Calendar{Zone: zone}, when(t, now))
	var lines []string
	for _, telling := range out.Tellings {
		line := fmt.Sprintf("%s %s", strings.TrimPrefix(telling.Key.String(), "saas-notification/"), telling.Kind)
		if !telling.Due.IsZero() {
			line += " by " + telling.Due.In(zone).Format("2006-01-02 15:04")
		}
		for _, b := range telling.Blocks {
			if b.Hard {
				line += "; blocked: " + string(b.Kind)
			}
		}
		if !telling.NotBefore.IsZero() {
			line += " until " + telling.NotBefore.In(zone).Format("2006-01-02 15:04")
		}
		lines = append(lines, line)
	}
	for _, u := range out.Untold {
		who := string(u.To)
		if u.Group != nil {
			who = u.Group.ID
		}
		lines = append(lines, "not "+who+": "+u.Why)
	}
	return lines
}

// The table of the notification process: critical, high, medium and low, paid
// and free, confirmed and potential. The classification changes nothing.
func TestAudienceOfTheNotificationProcess(t *testing.T) {
	paid := []model.AffectedGroup{{ID: "A1", Tier: model.TierPaid, Customers: 100, Addresses: 150}}
	free := []model.AffectedGroup{{ID: "A1", Tier: model.TierFree, Direct: true, Customers: 9, Addresses: 9}}
	spared := []model.AffectedGroup{{ID: "A1", Tier: model.TierFree, Customers: 9, Addresses: 9}}
	const notDirect = "not A1: Are applications of free-tier users directly impacted? no (applies only if yes) (group A1 of the affected customers)"
	for _, test := range []struct {
		severity string
		groups   []model.AffectedGroup
		want     []string
	}{
		{"critical", paid, []string{"notice-critical#A1 initial by 2026-11-25 09:00", "resolution#A1 resolution; blocked: not started"}},
		{"high", paid, []string{"notice-high#A1 initial by 2026-11-26 09:00", "resolution#A1 resolution; blocked: not started"}},
		{"medium", paid, []string{"notice-medium#A1 initial by 2026-12-03 00:00", "resolution#A1 resolution; blocked: not started"}},
		{"low", paid, []string{"not A1: nothing is scheduled where the severity is low"}},
		{"critical", free, []string{"free-tier-notice#A1 initial"}},
		{"high", free, []string{"free-tier-notice#A1 initial"}},
		{"medium", free, []string{"free-tier-notice#A1 initial"}},
		{"low", free, []string{"free-tier-notice#A1 initial"}},
		{"critical", spared, []string{notDirect}},
		{"high", spared, []string{notDirect}},
		{"medium", spared, []string{notDirect}},
		{"low", spared, []string{notDirect}},
	} {
		for _, classification := range []string{"confirmed", "potential"} {
			c := &policy.Case{
				Severity: test.severity, Classification: classification, Times: map[string]time.Time{"impact_confirmed": when(t, "2026-11-23 09:00")},
				Answers: map[string]policy.Answer{"tier.paid": policy.No, "tier.free": policy.No, "free_tier_directly_impacted": policy.No, "individual_action_needed": policy.Yes},
			}
			name := fmt.Sprintf("%s, %s, %s, direct %v", test.severity, test.groups[0].Tier, classification, test.groups[0].Direct)
			var got []string
			for _, line := range outreach(t, c, test.groups, "2026-11-23 10:00") {
				if strings.Contains(line, "A1") { // the others are nobody's group
					got = append(got, line)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		}
	}
}

// Paying customers hear first, then the free tier once they had time, then the
// public once the fix is in place.
func TestAudienceInOrder(t *testing.T) {
	groups := []model.AffectedGroup{{ID: "A1", Tier: model.TierPaid, Customers: 2, Addresses: 3}, {ID: "A2", Tier: model.TierFree, Direct: true, Customers: 1, Addresses: 1}}
	sent := func(c *policy.Case, rule, group, at string) {
		c.Submissions = append(c.Submissions, policy.Submission{Key: policy.RuleKey{Pack: "saas-notification", Rule: rule, Group: group}, At: when(t, at)})
	}
	const resolution = "resolution#A1 resolution; blocked: not started"
	for _, test := range []struct {
		name   string
		change func(*policy.Case)
		now    string
		want   []string
	}{
		{"nobody is told yet", func(*policy.Case) {}, "2026-11-23 10:00", []string{
			"notice-critical#A1 initial by 2026-11-25 09:00", resolution,
			"free-tier-notice#A2 initial; blocked: paid first", "public-announcement public; blocked: not started; blocked: others first"}},
		{"paying customers are", func(c *policy.Case) { sent(c, "notice-critical", "A1", "2026-11-23 12:00") }, "2026-11-23 13:00", []string{
			"notice-critical#A1 update by 2026-11-24 12:00", resolution,
			"free-tier-notice#A2 initial; blocked: buffer until 2026-11-24 12:00", "public-announcement public; blocked: not started; blocked: others first"}},
		{"the organisation's buffer is over", func(c *policy.Case) {
			sent(c, "notice-critical", "A1", "2026-11-23 12:00")
			c.Counts = map[string]int{"free_tier_buffer_hours": 1}
		}, "2026-11-23 13:00", []string{
			"notice-critical#A1 update by 2026-11-24 12:00", resolution,
			"free-tier-notice#A2 initial", "public-announcement public; blocked: not started; blocked: others first"}},
		{"the fix is in place", func(c *policy.Case) {
			sent(c, "notice-critical", "A1", "2026-11-23 12:00")
			sent(c, "free-tier-notice", "A2", "2026-11-24 13:00")
			c.Times["fix_available"] = when(t, "2026-11-24 14:00")
		}, "2026-11-24 15:00", []string{
			"notice-critical#A1 update by 2026-11-24 12:00", resolution, "free-tier-notice#A2 initial", "public-announcement public"}},
		{"customers have to act", func(c *policy.Case) { c.Answers["individual_action_needed"] = policy.Yes }, "2026-11-23 10:00", []string{
			"notice-critical#A1 initial by 2026-11-25 09:00", resolution, "free-tier-notice#A2 initial; blocked: paid first",
			"not public: Do customers have to act, each for themselves? yes (applies only if no)"}},
		{"nobody said whether they have to", func(c *policy.Case) { delete(c.Answers, "individual_action_needed") }, "2026-11-23 10:00", []string{
			"notice-critical#A1 initial by 2026-11-25 09:00", resolution, "free-tier-notice#A2 initial; blocked: paid first",
			"public-announcement public; blocked: undecided; blocked: others first"}},
	} {
		c := &policy.Case{
			Severity: "critical", Times: map[string]time.Time{"impact_confirmed": when(t, "2026-11-23 09:00")},
			Answers: map[string]policy.Answer{"individual_action_needed": policy.No},
		}
		test.change(c)
		if got := outreach(t, c, slices.Clone(groups), test.now); !slices.Equal(got, test.want) {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
	}
}

// Nobody is listed, or nobody of them has an address: the notice is told of all
// the same, and what is missing too.
func TestAudienceWithoutAList(t *testing.T) {
	c := &policy.Case{Severity: "high", Answers: map[string]policy.Answer{"tier.paid": policy.Yes}}
	packs := []*policy.Pack{pack(t, "saas-notification")}
	blocks := func(groups []model.AffectedGroup) (kinds []model.BlockKind) {
		for _, b := range model.Audience(packs, c, groups, calendar.Calendar{}, when(t, "2026-11-23 10:00")).Tellings[0].Blocks {
			kinds = append(kinds, b.Kind)
		}
		return kinds
	}
	if got := blocks(nil); !slices.Equal(got, []model.BlockKind{model.BlockNotStarted, model.BlockUnlisted}) {
		t.Errorf("nobody is listed: %v", got)
	}
	c.Groups = []policy.Group{{ID: "A1", Tier: policy.TierPaid}}
	if got := blocks([]model.AffectedGroup{{ID: "A1", Tier: model.TierPaid, Customers: 4}}); !slices.Equal(got, []model.BlockKind{model.BlockNotStarted, model.BlockNoAddress}) {
		t.Errorf("nobody has an address: %v", got)
	}
}
