package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/model/calendar"
)

// randomPacks has rules of every make: soft ones, recurring ones, ones that
// hang on another's submission, and ones that apply, may apply or do not.
func randomPacks(t *rapid.T) []*Pack {
	var packs []*Pack
	for _, id := range []string{"pack", "other"} {
		pack := &Pack{ID: id}
		for n := range rapid.IntRange(0, 6).Draw(t, "rules") {
			rule := randomRule(t)
			rule.ID = fmt.Sprint("rule-", n)
			rule.Starts = rapid.SampledFrom([]string{"aware", "aware", "resolved", "never", "undated", "submitted:rule-0"}).Draw(t, "starts")
			rule.MetBy = rapid.SampledFrom([]string{"", MetBySent, MetByReceived, "fact:resolved"}).Draw(t, "met by")
			rule.When.Severity = rapid.SampledFrom([][]string{nil, nil, {"high"}, {"low"}}).Draw(t, "severity")
			rule.When.Answers = rapid.SampledFrom([]map[string]Answer{nil, nil, {"q": Yes}, {"q": No}}).Draw(t, "answers")
			rule.Suspend = rapid.SampledFrom([]Suspend{SuspendNever, SuspendUntilEnd, SuspendResume}).Draw(t, "suspend")
			if !rule.Every.IsZero() {
				rule.Suspend = SuspendNever
			}
			if rapid.IntRange(0, 3).Draw(t, "caps") == 0 && rule.Suspend != SuspendResume {
				limit := Cap{Starts: rapid.SampledFrom([]string{"aware", "undated"}).Draw(t, "cap"), Within: rule.Within, Lapses: rapid.Bool().Draw(t, "lapses")}
				rule.Caps = []Cap{limit}
			}
			if rapid.IntRange(0, 4).Draw(t, "soft") == 0 {
				rule.Within = calendar.Period{}
			}
			rule.To = rapid.SampledFrom([]To{ToNobody, ToNobody, ToRegulator, ToCustomers, ToPaid, ToFree}).Draw(t, "to")
			rule.Direct = rapid.SampledFrom([]string{"", "q"}).Draw(t, "direct")
			if rapid.IntRange(0, 5).Draw(t, "by tier") == 0 {
				rule.When.Tier = []string{TierPaid}
			}
			pack.Rules = append(pack.Rules, rule)
		}
		packs = append(packs, pack)
	}
	return packs
}

// aboutThem spreads the submissions of a case over the rules, and adds waivers
// and an end.
func aboutThem(t *rapid.T, c *Case) {
	key := func() RuleKey {
		return RuleKey{
			Pack: rapid.SampledFrom([]string{"pack", "other"}).Draw(t, "pack"), Rule: fmt.Sprint("rule-", rapid.IntRange(0, 5).Draw(t, "rule")),
			Group: rapid.SampledFrom([]string{"", "", "A1", "A2"}).Draw(t, "group"),
		}
	}
	c.Severity = rapid.SampledFrom([]string{"", "low", "high"}).Draw(t, "severity")
	c.Answers = map[string]Answer{"q": rapid.SampledFrom([]Answer{Unknown, Yes, No}).Draw(t, "q")}
	if rapid.Bool().Draw(t, "undated") {
		c.Answers["undated"] = Unknown
	}
	if rapid.IntRange(0, 9).Draw(t, "no time") == 0 {
		c.Times = nil
	}
	for range rapid.IntRange(0, 2).Draw(t, "delays") {
		from := rapid.IntRange(-10, 500).Draw(t, "from")
		c.Suspensions = append(c.Suspensions, Suspension{Key: key(), From: hours(from), Until: hours(from + rapid.IntRange(1, 500).Draw(t, "long"))})
	}
	for k := range c.Submissions {
		c.Submissions[k].Key = key()
		if rapid.Bool().Draw(t, "arrived") {
			c.Submissions[k].Received = c.Submissions[k].At.Add(time.Hour)
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "waivers") {
		c.Waivers = append(c.Waivers, Waiver{Key: key(), At: hours(5)})
	}
	c.Applied = []RuleKey{key(), key()}
	for n := range rapid.IntRange(0, 3).Draw(t, "groups") {
		g := Group{ID: fmt.Sprint("A", n+1), Tier: rapid.SampledFrom([]string{TierPaid, TierFree}).Draw(t, "tier"), Direct: rapid.Bool().Draw(t, "hit")}
		if rapid.Bool().Draw(t, "later") {
			g.Since = hours(rapid.IntRange(-10, 300).Draw(t, "since"))
		}
		g.Terms = rapid.SampledFrom([]calendar.Period{{}, {N: 30, Unit: calendar.Hours}, {N: 5, Unit: calendar.Days}, {N: 90, Unit: calendar.BusinessDays}}).Draw(t, "terms")
		c.Groups = append(c.Groups, g)
	}
	if rapid.IntRange(0, 9).Draw(t, "ended") == 0 {
		c.Ended = hours(6)
	}
}

// What boards keep of obligations is what the obligations say.
func TestDuesAreTheObligationsThatCount(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		packs, c := randomPacks(t), randomCase(t)
		aboutThem(t, c)
		var want []Due
		obligations := Obligations(packs, c, berlin)
		for k := range obligations {
			if o := &obligations[k]; !o.Strict.IsZero() {
				want = append(want, o.due())
			}
		}
		slices.SortStableFunc(want, func(a, b Due) int { return a.At.Compare(b.At) })
		if got := Dues(packs, c, berlin); !slices.EqualFunc(got, want, sameDue) {
			t.Fatalf("dues %s\nwant %s", listed(got), listed(want))
		}
	})
}

func sameDue(a, b Due) bool { return reflect.DeepEqual(a, b) }

func listed(dues []Due) string {
	var text strings.Builder
	for _, d := range dues {
		fmt.Fprintf(&text, "\n%s due %s from %s, number %d, conditional %t", d.Key(), d.At, d.Start, d.Occurrence, d.Conditional)
	}
	return text.String()
}

func BenchmarkDues(b *testing.B) {
	packs, c := benchPacks(), benchCase()
	b.ReportAllocs()
	for b.Loop() {
		if len(Dues(packs, c, time.UTC)) != 1 {
			b.Fatal("one obligation of the case counts")
		}
	}
}
