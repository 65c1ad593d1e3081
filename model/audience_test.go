package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/model/policy"
)

// tiers is telling with a pack that tells paying customers first, and A3, a
// customer of the free tier.
func tiers(t *testing.T) *space {
	t.Helper()
	s := telling(t)
	p := tellPack()
	p.Rules[0].To = policy.ToPaid
	p.Rules = append(p.Rules, policy.Rule{
		ID: "free", Title: "Tell the free tier", Starts: "confirmed", To: policy.ToFree, Direct: "direct", Buffer: hours(24),
		When: policy.Condition{Answers: map[string]policy.Answer{"direct": policy.Yes}},
	})
	s.state.Packs[p.Ref()] = p
	gratis := someCustomer("C-4")
	gratis.Tier = TierFree
	s.do(CustomersOpen{Batch: "free", Source: "list"})
	s.do(CustomersTake{Batch: "free", Rows: []Customer{gratis}})
	s.do(CustomersClose{Batch: "free"})
	s.affect("free", time.Time{}, 4)
	return s
}

// heard is what refuses a notice to a group at now, "" where nothing does.
func (s *space) heard(rule string, groups ...string) string {
	s.t.Helper()
	n := Notice{ID: "N9", NoticeDraft: NoticeDraft{Rules: []policy.RuleKey{key(rule)}, Groups: groups}}
	if err := (&decider{state: &s.state, now: s.now}).audible(s.incident(firstID), &n); err != nil {
		return err.Error()
	}
	return ""
}

// A notice leaves as the audience says.
func TestReleaseHeedsTheAudience(t *testing.T) {
	s := tiers(t)
	wants := func(what, got, words string) {
		t.Helper()
		if words == "" && got != "" || !strings.Contains(got, words) {
			t.Errorf("%s: %q, want %q", what, got, words)
		}
	}
	wants("paying customers", s.heard("tell/customers", "A1", "A2"), "")
	wants("the free tier first", s.heard("tell/free", "A3"), "N9 cannot leave yet: Tell the free tier · A3: paying customers hear first, and are not told yet: tell/customers#A1, tell/customers#A2")
	s.do(Submit{Incident: firstID, Key: policy.RuleKey{Pack: "tell", Rule: "customers", Group: "A1"}})
	wants("one group told", s.heard("tell/free", "A3"), "not told yet: tell/customers#A2")
	s.do(Waive{Incident: firstID, Key: policy.RuleKey{Pack: "tell", Rule: "customers", Group: "A2"}, Decider: "Lea", Rationale: "told by their own contract"})
	wants("within the buffer", s.heard("tell/free", "A3"), "paying customers are given 24 hours to act first, until ")
	s.wait(24 * time.Hour)
	wants("after the buffer", s.heard("tell/free", "A3"), "")
	i := s.incident(firstID).clone()
	i.Groups[2].Direct = false
	s.state.Incidents[firstID] = i
	wants("not directly impacted", s.heard("tell/free", "A3"), "N9 is not for them: tell/free#A3: direct: no")
	wants("together with a rule that tells them", s.heard("tell/updates", "A3"), "")
}

// A notice goes to nobody whom none of its rules tells: who approves it, and
// when it may leave, would be somebody else's rule.
func TestNoticesGoToWhomTheirRulesTell(t *testing.T) {
	s := tiers(t)
	pack := s.state.Packs[tellPack().Ref()]
	pack.Rules = append(pack.Rules,
		policy.Rule{ID: "record", Title: "Keep a record", Starts: "confirmed", Internal: true},
		policy.Rule{ID: "people", Title: "Tell people", Starts: "confirmed", To: policy.ToPeople},
	)
	for _, c := range []struct {
		groups []string
		rules  string
		words  string // of the refusal; "" for none
	}{
		{[]string{"A3"}, "tell/customers", "A3 is told by none of its rules"},
		{[]string{"A1", "A3"}, "tell/customers", "A3 is told by none of its rules"},
		{[]string{"A1"}, "tell/authority", "A1 is told by none of its rules"},
		{[]string{"A1"}, "tell/record", "A1 is told by none of its rules"},
		{[]string{"A1"}, "tell/updates#A2", "A1 is told by none of its rules"},
		{[]string{"A1", "A3"}, "tell/customers tell/free", ""},
		{[]string{"A1", "A3"}, "tell/people", ""},
		{[]string{"A1", "A3"}, "tell/updates", ""},
	} {
		d := draft()
		d.Groups, d.Rules = c.groups, nil
		for rule := range strings.FieldsSeq(c.rules) {
			name, group, _ := strings.Cut(rule, "#")
			one := key(name)
			one.Group = group
			d.Rules = append(d.Rules, one)
			if group != "" {
				d.Groups = append(d.Groups, group)
			}
		}
		s.as(clara, DraftNotice{firstID, d})
		id := s.incident(firstID).Notices[len(s.incident(firstID).Notices)-1].ID
		if c.words == "" {
			s.as(clara, ProposeNotice{firstID, id})
		} else {
			s.refuses(clara, ProposeNotice{firstID, id}, c.words)
		}
	}
}

// A correction goes to those who heard what it corrects, and to nobody else.
func TestACorrectionReachesNobodyNew(t *testing.T) {
	s := telling(t)
	p := tellPack()
	p.Rules = append(p.Rules, policy.Rule{ID: "public", Title: "Tell the public", Starts: "confirmed", To: policy.ToPublic, When: policy.Condition{Severity: []string{"high"}}})
	s.state.Packs[p.Ref()] = p
	file := func(id, rule, corrects string) error {
		d := draft()
		d.Groups, d.Channel, d.Corrects, d.Rules = nil, "", corrects, []policy.RuleKey{key(rule)}
		s.as(clara, DraftNotice{firstID, d})
		s.as(clara, ProposeNotice{firstID, id})
		if n := s.notice(id); n.State == NoticeIsProposed {
			s.as(lea, ApproveNotice{Incident: firstID, Notice: id, Digest: n.Digest})
		}
		_, err := s.apply(clara, FileNotice{Incident: firstID, Notice: id})
		return err
	}
	if err := file("N1", "tell/authority", ""); err != nil {
		t.Fatal(err)
	}
	if err := file("N2", "tell/public", "N1"); err == nil || !strings.Contains(err.Error(), "N2 is not for them") {
		t.Errorf("an announcement that corrects what an authority was told: %v", err)
	}
	p.Rules[len(p.Rules)-1].When.Severity = []string{"low"}
	if err := file("N3", "tell/public", ""); err != nil {
		t.Fatal(err)
	}
	p.Rules[len(p.Rules)-1].When.Severity = []string{"high"}
	if err := file("N4", "tell/public", "N3"); err != nil {
		t.Errorf("a correction of what was announced: %v", err)
	}
}

// A pack that changed after the approval decides too.
func TestReleaseHoldsToTheRulesOfNow(t *testing.T) {
	s := approved(t)
	p := tellPack()
	p.Rules[0].To = policy.ToFree
	s.state.Packs[p.Ref()] = p
	s.refuses(clara, ReleaseNotice{firstID, "N1", s.notice("N1").Digest}, "A1 is told by none of its rules")
}

// What is recorded for one group stays with it.
func TestObligationsOfGroups(t *testing.T) {
	s := telling(t)
	of := func(rule, group string) policy.RuleKey {
		return policy.RuleKey{Pack: "tell", Rule: rule, Group: group}
	}
	states := func() (words []string) {
		for _, o := range s.state.Obligations(s.incident(firstID)) {
			if o.Rule.ID == "customers" {
				words = append(words, o.Group.ID+" "+string(o.State(s.now)))
			}
		}
		return words
	}
	wants := func(want ...string) {
		t.Helper()
		if got := states(); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	wants("A1 running", "A2 running")
	s.do(Submit{Incident: firstID, Key: of("customers", "a1")})
	wants("A1 met", "A2 running")
	s.do(Waive{Incident: firstID, Key: of("customers", ""), Decider: "Lea", Rationale: "drill"})
	wants("A1 waived", "A2 waived")
	s.do(Reinstate{Incident: firstID, Key: of("customers", ""), Reason: "no drill"})
	wants("A1 met", "A2 running")
	for words, command := range map[string]Command{
		`"A9" is not known here`:           Submit{Incident: firstID, Key: of("customers", "A9")},
		"tell/authority is about no group": Submit{Incident: firstID, Key: of("authority", "A1")},
		"tell/customers#A2 is not waived":  Reinstate{Incident: firstID, Key: of("customers", "A2"), Reason: "r"},
	} {
		if got := s.refused(command).Error(); !strings.Contains(got, words) {
			t.Errorf("%q, want %q", got, words)
		}
	}
}

// That a list of customers splits what was asked of all of them is told only
// where a due time moves.
func TestSplittingIntoGroupsMovesNothing(t *testing.T) {
	s := newSpace(t)
	s.do(AdoptPack{tellPack()})
	s.do(Setup{Organisation: "Example", Zone: "Europe/Berlin", Packs: []policy.Ref{procedureRef, {ID: "tell", Version: 1}}})
	s.do(Report{Title: "T"})
	s.do(StateFact{firstID, Statement{Name: "confirmed", Value: Time(s.now.Add(-time.Hour))}})
	before := s.state.Obligations(s.incident(firstID))
	i := s.incident(firstID).clone()
	i.Groups = []AffectedGroup{{ID: "A1", Tier: TierPaid}}
	if moves := compareDues(before, s.state.Obligations(i)); len(moves) > 0 {
		t.Errorf("the same clock, and it is told: %+v", moves)
	}
	i.Groups = append(i.Groups, AffectedGroup{ID: "A2", Tier: TierPaid, Terms: "24h"})
	after := s.state.Obligations(i)
	moves := compareDues(before, after)
	if len(moves) != 3 || moves[0].Key.Group != "A2" || moves[0].Change != "moves" || moves[0].Title != "Tell customers · A2" {
		t.Errorf("terms of their own: %+v", moves)
	}
	for _, m := range Moves(before, after) {
		if m.After == nil || m.Change == MayStart {
			t.Errorf("%s %s", m.Obligation().Key(), m.Change)
		}
	}
}
