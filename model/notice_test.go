package model

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/model/policy"
)

// tellPack is a regime of which every rule is answered by a notice.
func tellPack() *policy.Pack {
	return &policy.Pack{
		ID: "tell", Version: 1, Kind: policy.Regime, Title: "Telling",
		Rules: []policy.Rule{
			{ID: "customers", Title: "Tell customers", Starts: "confirmed", Within: hours(72), To: policy.ToCustomers, Phased: true,
				Contents: []string{"nature", "scope"}, Approval: []string{"communications", "lead"}, Override: []string{"lead"}},
			{ID: "reach", Title: "Reach customers", Starts: "confirmed", Within: hours(72), To: policy.ToCustomers, MetBy: "received"},
			{ID: "authority", Title: "Tell the authority", Starts: "confirmed", Within: hours(72), To: policy.ToRegulator, Contents: []string{"nature"}, Approval: []string{"lead"}},
			{ID: "updates", Title: "Keep customers told", Starts: "confirmed", Within: hours(48), Every: hours(24), Until: "resolved", To: policy.ToCustomers},
			{ID: "news", Title: "Tell customers what is new", Starts: "confirmed", Within: hours(48), Every: hours(24), Until: "resolved", To: policy.ToCustomers, Kind: policy.NoticeUpdate},
		},
	}
}

var (
	clara = Actor{Name: "Clara", Role: Communications}
	lea   = Actor{Name: "Lea", Role: Lead}
	rob   = Actor{Name: "Rob", Role: Responder}
	post  = Actor{Name: Itself, Role: Owner}
)

// telling is an incident with two groups of customers: A1 with two customers
// and three addresses, A2 with one of each, found later.
func telling(t rapid.TB) *space {
	t.Helper()
	s := newSpace(t)
	s.do(AdoptPack{tellPack()})
	s.do(Setup{Organisation: "Example", Zone: "Europe/Berlin", Packs: []policy.Ref{procedureRef, {ID: "tell", Version: 1}}})
	s.do(Report{Title: "Strange log-ins"})
	s.wait(2 * time.Hour)
	s.do(Triage{Incident: firstID, Types: []string{"breach"}, Classification: Confirmed, Severity: "low", Reason: "as seen", Facts: []Statement{{Name: "confirmed", Value: Time(s.now.Add(-time.Hour))}}})
	one, two, three := someCustomer("C-1"), someCustomer("C-2"), someCustomer("C-3")
	one.Security = []string{"security@example.com"}
	s.do(mailChannel("mail"))
	s.do(CustomersOpen{Batch: "all", Source: "list"})
	s.do(CustomersTake{Batch: "all", Rows: []Customer{one, two, three}})
	s.do(CustomersClose{Batch: "all"})
	s.affect("first", time.Time{}, 1, 2)
	s.affect("later", s.now, 3)
	return s
}

func (s *space) affect(batch string, since time.Time, numbers ...uint64) {
	s.t.Helper()
	s.do(AffectedOpen{Incident: firstID, Batch: batch, Source: "list", Since: since, Direct: true})
	s.do(AffectedTake{Incident: firstID, Batch: batch, Numbers: numbers})
	s.do(AffectedClose{Incident: firstID, Batch: batch})
}

// refresh takes newer versions of all who are affected, after one of them got
// another address.
func (s *space) refresh() []Body {
	s.t.Helper()
	one := someCustomer("C-1")
	one.Admins = append(one.Admins, "second@example.com")
	s.do(CustomersOpen{Batch: "newer", Source: "list"})
	s.do(CustomersTake{Batch: "newer", Rows: []Customer{one}})
	s.do(CustomersClose{Batch: "newer"})
	s.do(AffectedOpen{Incident: firstID, Batch: "again", Source: "registry", Refresh: true})
	s.do(AffectedTake{Incident: firstID, Batch: "again", Numbers: []uint64{1, 2, 3}})
	return s.do(AffectedClose{Incident: firstID, Batch: "again"})
}

// draft is a complete notice to both groups.
func draft() NoticeDraft {
	return NoticeDraft{
		Kind: InitialNotice, Rules: []policy.RuleKey{key("tell/customers")}, Groups: []string{"A1", "A2"}, Channel: "mail",
		Template: "initial@1", Fields: []NoticeField{{Name: "nature", Value: "strange log-ins"}, {Name: "scope", Unknown: true}},
		Texts:    []NoticeText{{Language: "en", Subject: "Strange log-ins", Body: "Dear {customer},\nsomebody logged in."}, {Language: "de", Subject: "Anmeldungen", Body: "Guten Tag"}},
		Contents: []NoticeContent{{Label: "nature", Covered: true, Where: "nature"}, {Label: "scope", Unknown: true}},
	}
}

// as gives a command as somebody, and it must be accepted.
func (s *space) as(actor Actor, c Command) []Body {
	s.t.Helper()
	bodies, err := s.apply(actor, c)
	if err != nil {
		s.t.Fatalf("%s as %s: %v", c.Kind(), actor.Name, err)
	}
	return bodies
}

// refuses gives a command as somebody, and it must be refused with these words.
func (s *space) refuses(actor Actor, c Command, words ...string) error {
	s.t.Helper()
	_, err := s.apply(actor, c)
	if !errors.Is(err, ErrRefused) {
		s.t.Fatalf("%s as %s: %v", c.Kind(), actor.Name, err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			s.t.Errorf("%s as %s is refused with %q, which lacks %q", c.Kind(), actor.Name, err, w)
		}
	}
	return err
}

func (s *space) notice(id string) Notice {
	s.t.Helper()
	n, ok := s.incident(firstID).Notice(id)
	if !ok {
		s.t.Fatalf("there is no notice %s", id)
	}
	return n
}

// proposed is telling with N1 proposed.
func proposed(t rapid.TB) *space {
	t.Helper()
	s := telling(t)
	s.as(clara, DraftNotice{firstID, draft()})
	s.as(clara, ProposeNotice{firstID, "N1"})
	return s
}

func (s *space) approve(actor Actor) []Body {
	s.t.Helper()
	return s.as(actor, ApproveNotice{Incident: firstID, Notice: "N1", Digest: s.notice("N1").Digest})
}

func approved(t rapid.TB) *space {
	t.Helper()
	s := proposed(t)
	s.approve(clara)
	s.approve(lea)
	return s
}

func released(t rapid.TB) *space {
	t.Helper()
	s := approved(t)
	s.as(clara, ReleaseNotice{firstID, "N1", s.notice("N1").Digest})
	return s
}

// in makes a space in which N1 is in a state.
func in(t *testing.T, state NoticeState) *space {
	switch state {
	case NoticeIsDraft:
		s := telling(t)
		s.as(clara, DraftNotice{firstID, draft()})
		return s
	case NoticeIsProposed:
		return proposed(t)
	case NoticeIsApproved:
		return approved(t)
	case NoticeIsReleased:
		return released(t)
	case NoticeIsDone:
		s := released(t)
		s.as(clara, RecordContact{Incident: firstID, Notice: "N1", Ordinals: []int{0, 1, 2, 3}, How: ByTelephone})
		return s
	}
	s := proposed(t)
	s.as(clara, WithdrawNotice{firstID, "N1", "somebody else's"})
	return s
}

var noticeStateList = []NoticeState{NoticeIsDraft, NoticeIsProposed, NoticeIsApproved, NoticeIsReleased, NoticeIsDone, NoticeIsWithdrawn}

// TestNoticeStates gives every command in every state of a notice.
func TestNoticeStates(t *testing.T) {
	edited := draft()
	edited.Channel = "other"
	cases := []struct {
		actor   Actor
		command func(s *space) Command
		in      []NoticeState // where it is taken
		after   NoticeState   // what the notice is then
	}{
		{clara, func(*space) Command { return EditNotice{firstID, "n1", 1, edited} }, noticeStateList[:3], NoticeIsDraft},
		{clara, func(*space) Command { return ProposeNotice{firstID, "1"} }, noticeStateList[:1], NoticeIsProposed},
		{lea, func(s *space) Command { return ApproveNotice{firstID, "N1", s.notice("N1").Digest, "", false} }, noticeStateList[1:2], NoticeIsProposed},
		{lea, func(*space) Command { return RejectNotice{firstID, "N1", "too long"} }, noticeStateList[1:3], NoticeIsDraft},
		{lea, func(s *space) Command {
			return OverrideApproval{firstID, "N1", s.notice("N1").Digest, "it burns", false}
		}, noticeStateList[1:2], NoticeIsApproved},
		{clara, func(s *space) Command { return ReleaseNotice{firstID, "N1", s.notice("N1").Digest} }, noticeStateList[2:3], NoticeIsReleased},
		{clara, func(*space) Command { return WithdrawNotice{firstID, "N1", "not ours"} }, noticeStateList[:3], NoticeIsWithdrawn},
		{clara, func(*space) Command { return PauseNotice{firstID, "N1", "a wrong link"} }, noticeStateList[3:4], NoticeIsReleased},
		{clara, func(*space) Command { return ResumeNotice{firstID, "N1"} }, noticeStateList[3:4], NoticeIsReleased},
		{clara, func(*space) Command { return CancelNotice{firstID, "N1", "a wrong link"} }, noticeStateList[3:4], NoticeIsDone},
		{post, func(*space) Command { return AttemptDelivery{firstID, "N1", []int{0}} }, noticeStateList[3:4], NoticeIsReleased},
		{post, func(*space) Command {
			return RecordDelivery{firstID, "N1", []DeliveryResult{{Ordinal: 0, Outcome: ToldRefused}}}
		}, noticeStateList[3:4], NoticeIsReleased},
		{clara, func(*space) Command { return GiveUp{firstID, "N1", []int{0}, "they left"} }, noticeStateList[3:4], NoticeIsReleased},
		{clara, func(*space) Command {
			return RecordContact{Incident: firstID, Notice: "N1", Ordinals: []int{1}, How: ByPost}
		}, noticeStateList[3:4], NoticeIsReleased},
		{clara, func(*space) Command {
			return RecordReceipt{Incident: firstID, Notice: "N1", Ordinals: []int{1}, How: ReceiptRead}
		}, noticeStateList[4:5], NoticeIsDone},
	}
	for _, c := range cases {
		for _, state := range noticeStateList {
			s := in(t, state)
			if got := s.notice("N1").State; got != state {
				t.Fatalf("the notice is %s, not %s", got, state)
			}
			command := c.command(s)
			_, err := s.apply(c.actor, command)
			switch {
			case slices.Contains(c.in, state) != (err == nil):
				t.Errorf("%s of one that is %s: %v", command.Kind(), state, err)
			case err != nil && !errors.Is(err, ErrRefused):
				t.Errorf("%s of one that is %s: %v", command.Kind(), state, err)
			case err == nil && s.notice("N1").State != c.after:
				t.Errorf("%s leaves one that is %s as %s, want %s", command.Kind(), state, s.notice("N1").State, c.after)
			}
		}
	}
}

func TestProposingNamesWhatIsMissing(t *testing.T) {
	s := telling(t)
	d := draft()
	d.Contents = d.Contents[:1]
	d.Texts[1].Body = ""
	s.as(clara, DraftNotice{firstID, d})
	s.refuses(clara, ProposeNotice{firstID, "N1"}, "text de: is empty", "content scope: is missing; Tell customers asks for it; accepted: a text that covers it, or that it is not known yet")
	d = draft()
	d.Rules, d.Groups, d.Kind = []policy.RuleKey{key("tell/authority")}, nil, RegulatorNotice
	d.Contents = []NoticeContent{{Label: "nature", Unknown: true}}
	s.as(clara, DraftNotice{firstID, d})
	s.refuses(clara, ProposeNotice{firstID, "N2"}, "content nature: is not known yet; Tell the authority does not take it later")
	d.Rules = nil
	s.as(clara, EditNotice{firstID, "N2", 1, d})
	s.refuses(clara, ProposeNotice{firstID, "N2"}, "rules: are none")
	d.Kind = LeadershipNotice
	s.as(clara, EditNotice{firstID, "N2", 2, d})
	s.as(clara, ProposeNotice{firstID, "N2"})
	if n := s.notice("N2"); n.State != NoticeIsApproved {
		t.Errorf("a status that no rule asks an approval for is %s", n.State)
	}
}

func TestDraftsAreCleanedAndBounded(t *testing.T) {
	s := telling(t)
	for _, c := range []struct {
		change func(*NoticeDraft)
		words  string
	}{
		{func(d *NoticeDraft) { d.Kind = "rumour" }, `kind: "rumour" is not known here`},
		{func(d *NoticeDraft) { d.Groups = []string{"A9"} }, `groups: "A9" is not known here`},
		{func(d *NoticeDraft) { d.Rules = []policy.RuleKey{key("tell/nobody")} }, "rule:"},
		{func(d *NoticeDraft) { d.Rules[0].Group = "A9" }, "rules:"},
		{func(d *NoticeDraft) { d.Rules = []policy.RuleKey{key("house/board")} }, `is met by the fact "board_told"`},
		{func(d *NoticeDraft) { d.Texts = append(d.Texts, d.Texts[0]) }, "one text for each language"},
		{func(d *NoticeDraft) { d.Fields[0].Unknown = true }, "is not known yet and has a value"},
		{func(d *NoticeDraft) { d.Texts[0].Language = "" }, "language:"},
		{func(d *NoticeDraft) { d.Corrects = "N1" }, "no notice has left yet"},
		{func(d *NoticeDraft) {
			for k := range 4 {
				d.Fields = append(d.Fields, NoticeField{Name: string(rune('a' + k)), Value: strings.Repeat("x", MaxText)})
			}
		}, "bytes together; accepted: at most 65536"},
	} {
		d := draft()
		c.change(&d)
		s.refuses(clara, DraftNotice{firstID, d}, c.words)
	}
	d := draft()
	d.Texts[0].Subject = "Hello\r\nBcc: everybody@example.com\u202e"
	s.as(clara, DraftNotice{firstID, d})
	if got := s.notice("N1").Texts[0].Subject; got != "Hello Bcc: everybody@example.com" {
		t.Errorf("the subject is %q", got)
	}
}

func TestEditsThatClash(t *testing.T) {
	s := telling(t)
	s.as(clara, DraftNotice{firstID, draft()})
	mine, theirs := draft(), draft()
	mine.Texts[0].Body, theirs.Texts[0].Body = "mine", "theirs"
	s.as(clara, EditNotice{firstID, "N1", 1, theirs})
	err := s.refuses(rob, EditNotice{firstID, "N1", 1, mine})
	var refusal *Refusal
	if !errors.As(err, &refusal) || !errors.Is(err, ErrConflict) || refusal.Current != 2 || !slices.Equal(refusal.Clashes, []Clash{{"text en", "mine", "theirs"}}) {
		t.Fatalf("%+v", refusal)
	}
	if bodies := s.as(rob, EditNotice{firstID, "N1", 1, theirs}); len(bodies) != 0 {
		t.Error("what both sides say is no conflict, and nothing new")
	}
	s.as(rob, EditNotice{firstID, "N1", 2, mine})
	if n := s.notice("N1"); n.Version != 3 || n.By != "Rob" || n.Texts[0].Body != "mine" {
		t.Errorf("%+v", n)
	}
}

// Each change of what recipients get, or of who they are, voids approvals.
func TestEveryChangeVoidsApprovals(t *testing.T) {
	for name, change := range map[string]func(*NoticeDraft){
		"text":     func(d *NoticeDraft) { d.Texts[0].Body += "." },
		"subject":  func(d *NoticeDraft) { d.Texts[0].Subject = "Other" },
		"language": func(d *NoticeDraft) { d.Texts[1].Language = "de-AT" },
		"field":    func(d *NoticeDraft) { d.Fields[0].Value = "another" },
		"channel":  func(d *NoticeDraft) { d.Channel = "other" },
		"groups":   func(d *NoticeDraft) { d.Groups = d.Groups[:1] },
		"order":    func(d *NoticeDraft) { d.Groups = []string{"A2", "A1"} },
		"rules":    func(d *NoticeDraft) { d.Rules = append(d.Rules, key("tell/reach")) },
		"contents": func(d *NoticeDraft) { d.Contents[1].Covered = true },
		"texts":    func(d *NoticeDraft) { d.Texts[0], d.Texts[1] = d.Texts[1], d.Texts[0] },
	} {
		s := proposed(t)
		s.approve(lea)
		before := s.notice("N1").Digest
		d := draft()
		change(&d)
		bodies := s.as(clara, EditNotice{firstID, "N1", 1, d})
		voided, ok := bodies[len(bodies)-1].(*ApprovalsVoided)
		if n := s.notice("N1"); !ok || len(voided.Approvals) != 1 || voided.Digest != before || len(voided.Why) == 0 || n.State != NoticeIsDraft || len(n.Approvals) != 0 {
			t.Errorf("%s: %+v, %+v", name, voided, n)
		}
		s.as(clara, ProposeNotice{firstID, "N1"})
		if s.notice("N1").Digest == before {
			t.Errorf("%s: another notice has the same digest", name)
		}
		err := s.refuses(lea, ApproveNotice{Incident: firstID, Notice: "N1", Digest: before}, "no longer the text that was read")
		if !errors.Is(err, ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnotherRecipientVoidsApprovals(t *testing.T) {
	s := approved(t)
	before := s.notice("N1").Digest
	bodies := s.refresh()
	voided, ok := bodies[len(bodies)-1].(*ApprovalsVoided)
	if !ok || len(voided.Approvals) != 2 || len(voided.Why) == 0 || !strings.HasPrefix(voided.Why[0], "group A1: 3 addresses were approved, now") {
		t.Fatalf("%v %+v", kinds(bodies), voided)
	}
	s.refuses(clara, ReleaseNotice{firstID, "N1", before}, "N1 is draft")
	s.as(clara, ProposeNotice{firstID, "N1"})
	if s.notice("N1").Digest == before {
		t.Error("the digest does not cover the recipients")
	}
}

func TestApprovalsAreOfDistinctPeople(t *testing.T) {
	s := proposed(t)
	s.refuses(rob, ApproveNotice{Incident: firstID, Notice: "N1", Digest: s.notice("N1").Digest}, "it waits for communications, lead")
	s.as(rob, Assign{firstID, Holding{"communications", "Lea"}})
	if bodies := s.approve(lea); bodies[0].(*NoticeApproved).Role != "communications" || s.notice("N1").State != NoticeIsProposed {
		t.Errorf("%+v", bodies[0])
	}
	s.refuses(lea, ApproveNotice{Incident: firstID, Notice: "N1", Digest: s.notice("N1").Digest, Role: "lead"}, "Lea approved N1 already")
	s.refuses(rob, ApproveNotice{Incident: firstID, Notice: "N1", Digest: s.notice("N1").Digest, Role: "king"}, "role:")
	s.as(lea, Assign{firstID, Holding{"lead", "Rob"}})
	s.approve(rob)
	if n := s.notice("N1"); n.State != NoticeIsApproved || n.Approvals[0].Person != "Lea" || n.Approvals[1].Person != "Rob" {
		t.Errorf("%+v", n)
	}
}

func TestApprovalsTakeTheSecondFactor(t *testing.T) {
	s := proposed(t)
	s.do(AddPerson{Name: "Lea", Role: Lead, Keys: []AccessKey{accessKey(1)}})
	s.do(SetAccessRule{Role: Lead, Rule: AccessRule{SecondFactor: true}})
	c := ApproveNotice{Incident: firstID, Notice: "N1", Digest: s.notice("N1").Digest}
	s.refuses(lea, c, "takes a code of the second factor")
	s.refuses(lea, OverrideApproval{Incident: firstID, Notice: "N1", Digest: s.notice("N1").Digest, Reason: "it burns"}, "takes a code of the second factor")
	c.Second = true
	s.as(lea, c)
	if !s.notice("N1").Approvals[0].Second {
		t.Error("the record does not say that a code was given")
	}
}

func TestOverride(t *testing.T) {
	s := proposed(t)
	s.refuses(clara, OverrideApproval{Incident: firstID, Notice: "N1", Digest: s.notice("N1").Digest, Reason: "it burns"}, "Tell customers allows that to lead")
	s.refuses(lea, OverrideApproval{Incident: firstID, Notice: "N1", Digest: s.notice("N1").Digest}, "reason: is empty")
	bodies := s.as(lea, OverrideApproval{Incident: firstID, Notice: "N1", Digest: s.notice("N1").Digest, Reason: "keys are being used right now"})
	if got := kinds(bodies); !slices.Equal(got, []string{"notice.overridden", "task.added"}) {
		t.Fatal(got)
	}
	if e := Tell(Event{Body: bodies[0]}, nil, time.UTC); !e.Loud || !strings.Contains(e.What, "EMERGENCY") {
		t.Errorf("%+v", e)
	}
	tasks := Tasks(s.incident(firstID), procedurePack(1))
	k := slices.IndexFunc(tasks, func(t Task) bool { return t.Added })
	if k < 0 || !tasks[k].Mandatory || tasks[k].Phase != "review" || bodies[0].(*ApprovalOverridden).Task != tasks[k].ID {
		t.Errorf("%+v", tasks)
	}
	s.as(clara, ReleaseNotice{firstID, "N1", s.notice("N1").Digest})
	d := draft()
	d.Groups, d.Rules, d.Kind = nil, []policy.RuleKey{key("tell/authority")}, RegulatorNotice
	s.as(clara, DraftNotice{firstID, d})
	s.as(clara, ProposeNotice{firstID, "N2"})
	s.refuses(lea, OverrideApproval{Incident: firstID, Notice: "N2", Digest: s.notice("N2").Digest, Reason: "it burns"}, "Tell the authority knows no emergency release")
}

// Whoever lets a notice leave without approvals has read it as it is.
func TestOverrideIsOfTheTextThatWasRead(t *testing.T) {
	s := proposed(t)
	read := s.notice("N1").Digest
	d := draft()
	d.Texts[0].Body = "Send us your passwords."
	s.as(clara, EditNotice{firstID, "N1", 1, d})
	s.as(clara, ProposeNotice{firstID, "N1"})
	if err := s.refuses(lea, OverrideApproval{Incident: firstID, Notice: "N1", Digest: read, Reason: "it burns"}, "no longer the text that was read"); !errors.Is(err, ErrConflict) {
		t.Errorf("%v", err)
	}
}

// What nobody has to approve is not let go by a responder where it reaches
// customers, or no rule says whom.
func TestRespondersReleaseWhatSomebodyApproved(t *testing.T) {
	s := telling(t)
	board := mailChannel("board")
	board.Channel.Recipients = 2
	s.do(board)
	toCustomers, toPartners := draft(), draft()
	toCustomers.Rules = []policy.RuleKey{key("tell/updates")}
	toPartners.Rules, toPartners.Groups, toPartners.Kind, toPartners.Channel = nil, nil, PartnerNotice, "board"
	for k, d := range []NoticeDraft{toCustomers, toPartners} {
		id := []string{"N1", "N2"}[k]
		s.as(rob, DraftNotice{firstID, d})
		s.as(rob, ProposeNotice{firstID, id})
		c := ReleaseNotice{firstID, id, s.notice(id).Digest}
		s.refuses(rob, c, "nobody had to approve it")
		s.as(clara, c)
	}
}

// takeOver has another incident take over whom the first one affects.
func (s *space) takeOver(other ID) {
	s.t.Helper()
	for group, numbers := range map[string][]uint64{"A1": {1, 2}, "A2": {3}} {
		s.do(AffectedOpen{Incident: other, Batch: group, Source: group, From: firstID, Group: group})
		s.do(AffectedTake{Incident: other, Batch: group, Numbers: numbers})
		s.do(AffectedClose{Incident: other, Batch: group})
	}
}

// What was approved of an incident that was none does not leave any more.
func TestApprovalsEndWithWhatTheyWereFor(t *testing.T) {
	other := ID("INC-2026-0002")
	for name, end := range map[string]Command{
		"false positive": MarkFalse{Incident: firstID, Reason: "a test"},
		"merged":         Merge{Incident: firstID, Into: other},
		"duplicate":      MarkDuplicate{Incident: firstID, Of: other},
	} {
		s := approved(t)
		s.do(Report{Title: "The same again"})
		digest := s.notice("N1").Digest
		if name != "false positive" {
			s.takeOver(other)
		}
		s.do(end)
		s.refuses(clara, ReleaseNotice{firstID, "N1", digest}, "N1 is draft")
		if n := s.notice("N1"); len(n.Approvals) > 0 {
			t.Errorf("%s: %+v", name, n.Approvals)
		}
	}
}

func TestFilingByHand(t *testing.T) {
	s := telling(t)
	d := draft()
	d.Groups, d.Rules, d.Kind, d.Channel = nil, []policy.RuleKey{key("tell/authority")}, RegulatorNotice, ""
	s.as(clara, DraftNotice{firstID, d})
	s.as(clara, ProposeNotice{firstID, "N1"})
	s.refuses(clara, FileNotice{Incident: firstID, Notice: "N1"}, "N1 is proposed")
	s.approve(lea)
	s.refuses(clara, ReleaseNotice{firstID, "N1", s.notice("N1").Digest}, "goes to no group of customers")
	s.refuses(clara, FileNotice{Incident: firstID, Notice: "N1", Evidence: "E-7"}, "has no evidence")
	s.do(AddEvidence{Incident: firstID, Title: "Receipt", SHA256: emptyDigest})
	filed := s.now.Add(-time.Minute)
	bodies := s.as(clara, FileNotice{Incident: firstID, Notice: "N1", At: filed, Received: filed, Reference: "CASE-7", Evidence: "1"})
	submitted, ok := bodies[1].(*Submitted)
	if !ok || submitted.Key != key("tell/authority") || !submitted.At.Equal(filed) || submitted.Notice != "N1" || submitted.Reference != "CASE-7" {
		t.Fatalf("%v", kinds(bodies))
	}
	if n := s.notice("N1"); n.State != NoticeIsDone || n.Reference != "CASE-7" || n.Evidence != "E-1" {
		t.Errorf("%+v", n)
	}
	correction := draft()
	correction.Corrects = "N1"
	s.as(clara, DraftNotice{firstID, correction})
	if got := s.notice("N2").Corrects; got != "N1" {
		t.Errorf("it corrects %q", got)
	}
}

func TestNothingNewAnswersAnUpdate(t *testing.T) {
	s := telling(t)
	s.refuses(lea, NoMaterialFacts{firstID, key("tell/authority"), "nothing"}, "asks for more than updates")
	s.refuses(lea, NoMaterialFacts{firstID, key("tell/updates"), "nothing"}, "the first notice of tell/updates has not left")
	s.refuses(lea, NoMaterialFacts{firstID, key("tell/news"), ""}, "rationale: is empty")
	updates := key("tell/news")
	updates.Group = "A1"
	before := dueTimes(&s.state)[owedDue{firstID, updates}]
	bodies := s.as(lea, NoMaterialFacts{firstID, updates, "nothing was found since"})
	if got := kinds(bodies); !slices.Equal(got, []string{"obligation.nothing-new", "obligations.moved"}) {
		t.Fatal(got)
	}
	if now := dueTimes(&s.state)[owedDue{firstID, updates}]; !now.Equal(before.Add(24 * time.Hour)) {
		t.Errorf("the next update was due %v and is due %v", before, now)
	}
	i := s.incident(firstID)
	for _, o := range s.state.Obligations(i) {
		if o.Key() != updates {
			continue
		}
		var text string
		for _, step := range policy.ExplainIn(&o, i.Case(), s.state.Home()).Steps {
			text += step.Text + "\n"
		}
		if !strings.Contains(text, "Lea decided that no material facts became known") {
			t.Error(text)
		}
	}
	s.do(stated(firstID, "resolved", s.now.Format(time.RFC3339)))
	s.refuses(lea, NoMaterialFacts{firstID, updates, "still nothing"}, "asks for no further update")
}

// TestDigestVector is for auditors: what the digest is taken over, written out.
func TestDigestVector(t *testing.T) {
	i := &Incident{ID: "INC-2026-0007", Particulars: &Particulars{Groups: []AffectedGroup{{ID: "A1", Root: "00ff", Addresses: 3}}}}
	d := NoticeDraft{
		Kind: InitialNotice, Channel: "mail", Template: "initial@1", Corrects: "",
		Rules: []policy.RuleKey{{Pack: "gdpr", Rule: "art34", Group: "A1"}}, Groups: []string{"A1"},
		Fields: []NoticeField{{Name: "scope", Unknown: true}}, Texts: []NoticeText{{Language: "de", Subject: "Müll", Body: "a\nb"}},
		Contents: []NoticeContent{{Label: "nature", Covered: true, Where: "text"}},
	}
	const text = "15:tocsin notice 1,13:INC-2026-0007,2:N1,7:initial,4:mail,9:initial@1,0:," +
		"1:1,13:gdpr/art34#A1," + "1:1,2:A1,4:00ff,1:3," + "1:1,5:scope,0:,7:unknown," +
		"1:1,2:de,5:Müll,3:a\nb," + "1:1,6:nature,7:covered,4:text,"
	if got := NoticeDigest(i, "N1", d); got != sha256Of(text) {
		t.Errorf("the digest is %s, of the text %s", got, sha256Of(text))
	}
	const vector = "40cb88dec2767d034de8e97dfb5aa6d56524445ddfcd678dbfd86cc6acfe8a97"
	if got := NoticeDigest(i, "N1", d); got != vector {
		t.Errorf("the digest is %s", got)
	}
}

func TestNothingEndsWhileANoticeIsOnItsWay(t *testing.T) {
	s := released(t)
	s.do(stated(firstID, "resolved", s.now.Format(time.RFC3339)))
	s.do(Report{Title: "B"})
	for _, c := range []Command{
		Close{Incident: firstID, Summary: "done"}, MarkFalse{firstID, "a test"}, MarkDuplicate{Incident: firstID, Of: secondID}, Merge{Incident: firstID, Into: secondID},
	} {
		_, err := s.apply(owner, c)
		var refusal *Refusal
		if !errors.As(err, &refusal) || !strings.Contains(strings.Join(refusal.Open, " "), "N1: ") {
			t.Errorf("%s: %v", c.Kind(), err)
		}
	}
	s.as(clara, CancelNotice{Incident: firstID, Notice: "N1", Reason: "nothing had happened"})
	s.do(MarkFalse{firstID, "a test"})
}
