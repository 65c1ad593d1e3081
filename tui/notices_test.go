package tui

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/notice"
	"tocsin/model/policy"
)

// tellingPack promises paying customers notices, free-tier customers one after
// them, and the public one after that.
func tellingPack() *policy.Pack {
	hours := func(n int) calendar.Period { return calendar.Period{N: n, Unit: calendar.Hours} }
	return &policy.Pack{
		ID: "tell", Version: 1, Kind: policy.Procedure, Title: "For telling people",
		Severities: []policy.Severity{{ID: "low", Label: "Low"}, {ID: "critical", Label: "Critical"}},
		Roles:      []policy.Role{{ID: "lead", Label: "Lead", Required: true}, {ID: "communications", Label: "Communications"}},
		Phases:     []policy.Phase{{ID: "work", Label: "Work"}},
		Rules: []policy.Rule{
			{ID: "paid", Title: "Notice and updates to paying customers", Starts: "impact_confirmed", Within: hours(48), Every: hours(24), Until: "resolved", Audience: "affected paying customers", To: policy.ToPaid,
				Contents: []string{"What is affected", "What customers should do"}, Approval: []string{"communications", "leadership"}, Phased: true, Override: []string{"lead"}},
			{ID: "free", Title: "E-mail to free-tier users", Starts: "impact_confirmed", Audience: "free-tier users", To: policy.ToFree, Contents: []string{"What is affected"}, Approval: []string{"communications"}},
			{ID: "authority", Title: "Report to the authority", Starts: "impact_confirmed", Within: hours(72), Audience: "the authority", To: policy.ToRegulator, Contents: []string{"What is affected"}},
		},
	}
}

func tellingTemplate() *notice.Template {
	return &notice.Template{
		ID: "initial", Version: 1, Kind: "initial", Title: "First notice to customers", Rules: []string{"tell/paid"},
		Fields: []notice.Field{
			{Name: "affected", Label: "What is affected", Type: notice.Long, Help: "In words that customers use."},
			{Name: "do", Label: "What to do", Type: notice.List},
			{Name: "seen", Label: "Noticed", Type: notice.Time, From: "detected"},
			{Name: "reach", Label: "Write to", Type: notice.Line, Required: true},
		},
		Contents: map[string][]string{"What is affected": {"affected"}, "What customers should do": {"do"}},
		Texts: []notice.Text{
			{Language: "en", Subject: "Security incident", Body: "Dear {customer},\n\n{affected}\n\nWhat to do:\n{do}\n\nNoticed: {seen}\n\nWrite to {reach}."},
			{Language: "de", Subject: "Sicherheitsvorfall", Body: "Guten Tag {customer},\n\n{affected}\n\nBitte:\n{do}\n\nBemerkt: {seen}\n\nKontakt: {reach}."},
		},
	}
}

// manyAffected is a register of a million customers of which nobody holds more
// than a page.
type manyAffected struct{ asked []Page }

func (m *manyAffected) Rows(_ context.Context, _ model.ID, group, words string, page Page) ([]AffectedRow, bool, error) {
	m.asked = append(m.asked, page)
	const all = 1_000_000
	if words == "nobody" {
		return nil, false, nil
	}
	from := page.After + 1
	if page.Before > 0 {
		from = uint64(max(int(page.Before)-page.Limit, 1))
	}
	var rows []AffectedRow
	for place := from; place <= all && len(rows) < page.Limit && (page.Before == 0 || place < page.Before); place++ {
		name := fmt.Sprintf("Customer %d GmbH", place)
		switch place {
		case 2:
			name = "株式会社オーロラ・セキュリティ東京本社"
		case 3:
			name = "شركة النور للبرمجيات"
		}
		rows = append(rows, AffectedRow{Place: place, Told: "accepted", Customer: model.Customer{
			Number: place, ID: fmt.Sprintf("C-%07d", place), Name: name, Tier: model.TierPaid, Jurisdiction: "DE", Language: "de", Admins: []string{fmt.Sprintf("it@c%d.example", place)}, Security: []string{fmt.Sprintf("soc@c%d.example", place)},
		}})
	}
	if page.Before > 0 {
		return rows, from > 1, nil
	}
	return rows, len(rows) > 0 && rows[len(rows)-1].Place < all, nil
}

func (m *manyAffected) Count(context.Context, model.ID, Addition) (Counted, error) {
	return Counted{Customers: 3120, Addresses: 4001, Already: 17, Unknown: []string{"C-9", "C-10"}, Unreachable: 2}, nil
}
func (m *manyAffected) Add(context.Context, model.ID, Addition, Told) (string, error) {
	return "3,120 customers are listed", nil
}
func (m *manyAffected) Refresh(context.Context, model.ID, Told) (string, error) {
	return "nothing is newer", nil
}

// someNotices is a source of notices with one channel.
type someNotices struct{}

func (s *someNotices) Templates() []*notice.Template {
	return []*notice.Template{tellingTemplate()}
}
func (s *someNotices) Recipients(_ context.Context, _ model.ID, _ []string, from, limit int) ([]Addressee, error) {
	return []Addressee{{"C-1", "Aurora Müller GmbH", "de", "it@aurora.example"}, {"C-2", "株式会社オーロラ", "ja", "it@tokyo.example"}, {"C-3", "شركة النور", "ar", "it@noor.example"}}, nil
}
func (s *someNotices) Told(_ context.Context, _ model.ID, _ string, wanted []model.DeliveryOutcome, page Page) ([]ToldRow, bool, error) {
	rows := []ToldRow{
		{Ordinal: 0, Number: 1, Addressee: Addressee{"C-1", "Aurora Müller GmbH", "de", "it@aurora.example"}, Outcome: model.ToldAccepted, Words: "250 2.0.0 queued as 4F1", At: benchNow.Add(-time.Hour)},
		{Ordinal: 4711, Number: 2, Addressee: Addressee{"C-2", "株式会社オーロラ・セキュリティ", "ja", "it@tokyo.example"}, Outcome: model.ToldUncertain, Words: "the connection broke after the text was sent", At: benchNow.Add(-50 * time.Minute)},
		{Ordinal: 9999, Number: 3, Addressee: Addressee{"C-3", "شركة النور", "ar", "it@noor.example"}, Outcome: model.ToldRefused, Words: "550 5.1.1 no such user", At: benchNow.Add(-49 * time.Minute)},
	}
	return slices.DeleteFunc(rows, func(r ToldRow) bool {
		return len(wanted) > 0 && !slices.Contains(wanted, r.Outcome) || page.After > 0 && uint64(r.Ordinal)+1 <= page.After
	}), false, nil
}

// tellingSnapshot has notices that wait for approval.
type tellingSnapshot struct{ *benchSnapshot }

func (s tellingSnapshot) Approving() iter.Seq[*model.Standing] { return slices.Values(s.queue) }

// tellingSpace keeps what was given, and refuses what it is told to.
type tellingSpace struct {
	benchSpace
	given  []model.Command
	refuse error
}

func (s *tellingSpace) Snapshot() Snapshot { return tellingSnapshot{s.snapshot} }

func (s *tellingSpace) Do(_ context.Context, _ model.Actor, command model.Command) (model.ID, error) {
	s.given = append(s.given, command)
	return "INC-2026-0001", s.refuse
}

func tellingIncident() *model.Incident {
	start := benchNow.Add(-30 * time.Hour)
	key := func(rule, group string) policy.RuleKey {
		return policy.RuleKey{Pack: "tell", Rule: rule, Group: group}
	}
	body := "Dear {customer},\n\nyour billing records could be read by others between Monday and Wednesday.\n\nPlease change the API keys of your billing account."
	draft := model.NoticeDraft{Kind: model.InitialNotice, Rules: []policy.RuleKey{key("paid", "A1")}, Groups: []string{"A1"}, Channel: "mail", Template: "initial",
		Texts:    []model.NoticeText{{Language: "en", Subject: "Security incident INC-2026-0001", Body: body}},
		Contents: []model.NoticeContent{{Label: "What is affected", Covered: true, Where: "What is affected"}, {Label: "What customers should do", Unknown: true}}}
	second := draft
	second.Kind, second.Rules, second.Groups = model.UpdateNotice, []policy.RuleKey{key("paid", "A1"), key("paid", "A3")}, []string{"A1", "A3"}
	left := model.Notice{ID: "N1", NoticeDraft: draft, Version: 3, State: model.NoticeIsReleased, By: "ana", At: start, Digest: strings.Repeat("ab", 32), Released: benchNow.Add(-time.Hour), ReleasedBy: "ana", Recipients: 10_000,
		Approvals: []model.Approval{{Role: "communications", Person: "Leonie Falk", At: start}, {Role: "leadership", Person: "Astrid Lund", At: start, Second: true}}}
	left.Delivery.Counts[model.ToldAccepted], left.Delivery.Counts[model.ToldUncertain], left.Delivery.Counts[model.ToldRefused] = 9_998, 1, 1
	left.Delivery.Shares = []model.Share{{Group: "A1", Customers: 7_310, Of: 10_000, Sent: 9_998}}
	return &model.Incident{
		ID: "INC-2026-0001", Version: 9, Packs: []policy.Ref{tellingPack().Ref()}, Title: "Billing records could be read by other tenants", TLP: model.TLPAmber, Opened: start, OpenedBy: "ana",
		Phases: []model.PhaseSpan{{Phase: "work", From: start}}, Severities: []model.SeverityCall{{Level: "critical", By: "ana", At: start}},
		Facts: []model.Fact{{Name: "impact_confirmed", Value: model.Time(start), By: "ana", Stated: start}, {Name: "detected", Value: model.Time(start), By: "ana", Stated: start}},
		Particulars: &model.Particulars{
			Groups: []model.AffectedGroup{
				{ID: "A1", Tier: model.TierPaid, Direct: true, What: []string{"billing records", "API keys"}, Customers: 7_310, Addresses: 10_000, Root: "aa"},
				{ID: "A2", Tier: model.TierFree, Direct: true, What: []string{"billing records"}, Customers: 412_000, Addresses: 412_001, Root: "bb"},
				{ID: "A3", Tier: model.TierPaid, What: []string{"sign-in"}, Terms: "24h", Since: benchNow.Add(-3 * time.Hour), Customers: 12, Addresses: 20, Root: "cc"},
			},
			Notices: []model.Notice{
				left,
				{ID: "N2", NoticeDraft: second, Version: 2, State: model.NoticeIsProposed, By: "ben", At: benchNow.Add(-20 * time.Minute), Digest: strings.Repeat("cd", 32)},
				{ID: "N3", NoticeDraft: draft, Version: 1, State: model.NoticeIsDraft, By: "ana", At: benchNow},
				{ID: "N4", NoticeDraft: draft, Version: 1, State: model.NoticeIsApproved, By: "ana", At: benchNow, Digest: strings.Repeat("ef", 32)},
			},
		},
	}
}

// telling is a console on one incident, with customers and notices.
type tellingConsole struct {
	*Console
	t        *testing.T
	space    *tellingSpace
	affected *manyAffected
	snapshot *benchSnapshot
}

func newTelling(t *testing.T, width, height int) *tellingConsole {
	t.Helper()
	pack, i := tellingPack(), tellingIncident()
	state := &model.State{}
	if err := state.Restore(9, model.Meta{Organisation: "Bench", Zone: "UTC", Packs: []policy.Ref{pack.Ref()}, Channels: []model.Channel{{Name: "mail", Kind: model.EmailChannel, Server: "mail.example.org:587", From: "security@northlight.example"}}}, model.Laws{Packs: []*policy.Pack{pack}}, []*model.Incident{i}); err != nil {
		t.Fatal(err)
	}
	snapshot := &benchSnapshot{seq: 1, state: state, queue: []*model.Standing{state.Stand(i)}}
	x := &tellingConsole{t: t, space: &tellingSpace{benchSpace: benchSpace{snapshot}}, affected: &manyAffected{}, snapshot: snapshot}
	x.Console = New(context.Background(), Options{Space: x.space, Actor: model.Actor{Name: "ana", Role: model.Owner}, Now: func() time.Time { return benchNow }, Theme: "dark", Affected: x.affected, Notices: &someNotices{}})
	x.Update(tea.WindowSizeMsg{Width: width, Height: height})
	return x
}

// run carries commands out until nothing more comes of them.
func (x *tellingConsole) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, one := range msg {
			x.run(one)
		}
	case doneMsg, errandMsg, answerMsg, versionsMsg, peopleMsg, historyMsg:
		_, next := x.Update(msg)
		x.run(next)
	}
}

func (x *tellingConsole) press(keys ...string) *tellingConsole {
	for _, key := range keys {
		msg := tea.KeyPressMsg{Code: []rune(key)[0], Text: key}
		named := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "down": tea.KeyDown, "up": tea.KeyUp, "space": tea.KeySpace, "end": tea.KeyEnd, "left": tea.KeyLeft, "right": tea.KeyRight, "backspace": tea.KeyBackspace}
		if code, ok := named[key]; ok {
			msg = tea.KeyPressMsg{Code: code}
		} else if rest, ok := strings.CutPrefix(key, "ctrl+"); ok {
			msg = tea.KeyPressMsg{Code: []rune(rest)[0], Mod: tea.ModCtrl}
		}
		_, cmd := x.Update(msg)
		x.run(cmd)
	}
	return x
}

func (x *tellingConsole) text() string {
	x.View()
	x.stale = true
	return ansi.Strip(x.View().Content)
}

func (x *tellingConsole) sees(texts ...string) *tellingConsole {
	x.t.Helper()
	shown := x.text()
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			x.t.Fatalf("the screen does not show %q:\n%s", text, shown)
		}
	}
	return x
}

// given is the last command that was given, of a type.
func given[T model.Command](x *tellingConsole) (command T, ok bool) {
	for _, one := range slices.Backward(x.space.given) {
		if command, ok = one.(T); ok {
			return command, true
		}
	}
	return command, false
}

// patient lets the grace of a dialog pass.
func (x *tellingConsole) patient() *tellingConsole {
	for _, o := range x.overlays {
		if d, ok := o.(*dialog); ok {
			d.opened = benchNow.Add(-time.Minute)
		}
	}
	return x
}

func (x *tellingConsole) write(text string) *tellingConsole {
	for _, r := range text {
		x.press(string(r))
	}
	return x
}

var (
	toAffected = []string{"enter", "tab", "tab", "tab", "tab"}
	toNotices  = append(slices.Clone(toAffected), "tab")
)

// TestAffectedReadsPages goes through a million customers and holds a few
// pages of them.
func TestAffectedReadsPages(t *testing.T) {
	x := newTelling(t, 120, 40).press(toAffected...).sees("419,322 customers", "▌ A1", "from the start", "9,998", "[Affected 419,322]")
	x.press("enter").sees("A1  its customers", "C-0000001", "株式会社オーロラ", "شركة النور")
	for range 40 {
		x.press("end")
	}
	held := len(x.incident.affected.pages.rows)
	if last := x.incident.affected.pages.rows[held-1].Place; held > pagesHeld || last < 5000 {
		t.Errorf("%d rows are held, the last is %d", held, last)
	}
	for range 45 {
		x.press("g")
	}
	if first := x.incident.affected.pages.rows[0].Place; first != 1 {
		t.Errorf("the first row held is %d", first)
	}
	x.press("/").write("nobody").press("enter").sees("those with “nobody”", "No customer of the group has that")
	x.press("esc").sees("C-0000001").press("esc").sees("WHAT")
	if got := x.press("esc").current; got == x.incident {
		t.Error("Esc does not leave the incident")
	}
}

// TestAddAffectedAsksTwice counts before anything is recorded, and the default
// is to record nothing.
func TestAddAffectedAsksTwice(t *testing.T) {
	x := newTelling(t, 120, 40).press(toAffected...).press("+").sees("Nothing is recorded before")
	x.press("tab").write("Germany").press("ctrl+s").sees("Places")
	if x.overlays[0].(*dialog).form.field("places").problem == "" {
		t.Error("a place that is none is taken")
	}
	x = newTelling(t, 120, 40).press(toAffected...).press("+", "space", "tab").write("de").press("ctrl+s")
	x.sees("3,120 customers with 4,001 addresses would be listed", "17 others are listed already", "C-9, C-10", "2 customers have no address", "tells nobody", "List 3,120")
	x.patient().press("enter")
	if x.sees("[Affected 419,322]"); x.errand != nil || len(x.overlays) > 0 {
		t.Error("the default does not leave it")
	}
}

// TestNoticesTellWhoWouldBeTold shows the audience before anything leaves, and
// where each notice stands in word and shape.
func TestNoticesTellWhoWouldBeTold(t *testing.T) {
	x := newTelling(t, 120, 40).press(toNotices...)
	x.sees("◇ partly told", "A1 paid customers, direct", "10,000", "A3 paid customers, indirect", "the authority", "! needs you", "9,998/10,000", "▷ for approval", "○ draft", "● approved")
	x.press("down", "down", "down", "down").sees("9,998 of 10,000: 1 refused, 1 uncertain, 9,998 accepted", "✓ Communications: Leonie Falk", "second factor", "✓ covered")
	x.press("m").sees("need you", "? uncertain", "! refused", "the connection broke").press("v").sees("not told yet", "None.").press("v", "v").sees("✓ accepted")
	x.press("esc").sees("WOULD BE TOLD")
}

// TestDraftingChecksContents writes a notice: what is missing is named, the
// preview is as a recipient sees it, and saving gives the whole draft.
func TestDraftingChecksContents(t *testing.T) {
	x := newTelling(t, 200, 50).press(toNotices...).press("N")
	x.sees("DRAFT", "! 3 missing", "! What is affected", "as Aurora Müller GmbH will see it", "Dear Aurora Müller GmbH", "[What is affected]", "as recorded: 2026-11-19 03:20")
	x.write("Billing records.").press("tab").write("unknown").sees("Billing records.", "? What customers should do", "which may follow", "Not known yet.")
	x.press("tab", "tab").write("security@northlight.example").sees("? 1 to follow")
	x.press("ctrl+r").sees("as 株式会社オーロラ will see it")
	if live := x.live(); len(live) == 0 {
		t.Error("what is typed is no draft")
	}
	x.press("ctrl+s")
	command, ok := given[model.DraftNotice](x)
	if d := command.Draft; !ok || d.Kind != model.InitialNotice || d.Channel != "mail" || !slices.Equal(d.Groups, []string{"A1"}) || len(d.Rules) != 1 || d.Rules[0].Group != "A1" ||
		!slices.Contains(d.Fields, model.NoticeField{Name: "do", Unknown: true}) || len(d.Texts) != 1 || !strings.Contains(d.Texts[0].Body, "Dear {customer},") {
		t.Errorf("%+v", command)
	}
	if x.current != x.incident || len(x.live()) > 0 {
		t.Error("the form is not left, or its draft is kept")
	}
}

// TestDraftingKeepsWhatWasTyped leaves the form and finds it as it was.
func TestDraftingKeepsWhatWasTyped(t *testing.T) {
	x := newTelling(t, 80, 24).press(toNotices...).press("N").write("Billing").press("ctrl+g").sees("[Contents]", "covered in “What is affected”")
	x.press("ctrl+g").sees("[Preview]", "Billing").press("esc").sees("kept as a draft")
	x.press("N").sees("What you had typed is still here", "Billing")
	if len(x.space.given) > 0 {
		t.Errorf("%v was given", x.space.given)
	}
}

// TestApproveAsksForTheCode approves exactly the digest that is shown, and only
// after a code of the second factor where the role is asked for one. The
// default is no.
func TestApproveAsksForTheCode(t *testing.T) {
	x := newTelling(t, 120, 40)
	x.snapshot.state.Meta.Access.Rules = map[model.Role]model.AccessRule{model.Communications: {SecondFactor: true}}
	x.opts.Actor = model.Actor{Name: "leonie", Role: model.Communications}
	x.opts.Factor = func(_ context.Context, code string) error {
		if code != "123456" {
			return fmt.Errorf("that is not its code now")
		}
		return nil
	}
	x.approving.known = false
	x.showFrame(x.latest())
	x.sees("▷ 1 to approve").press("9").sees("▷ you", "May N2, update notice, version 2", "A3 paid, indirect: 12 customers, 20 addresses", strings.Repeat("cd", 32), "Dear ‹customer›")
	x.press("A").sees("any change", "Code").patient().press("enter", "enter")
	if len(x.space.given) > 0 {
		t.Fatal("the default approves")
	}
	x.press("A").patient().write("111111").press("ctrl+s", "enter").sees("that is not its code now")
	if len(x.space.given) > 0 {
		t.Fatal("a wrong code approves")
	}
	for range 6 {
		x.press("backspace")
	}
	x.patient().write("123456").press("ctrl+s", "enter")
	command, ok := given[model.ApproveNotice](x)
	if !ok || command.Digest != strings.Repeat("cd", 32) || !command.Second || command.Notice != "N2" {
		t.Errorf("%+v", command)
	}
}

// TestReleaseSaysToHowMany asks with numbers, and the default is no.
func TestReleaseSaysToHowMany(t *testing.T) {
	x := newTelling(t, 120, 40).press(toNotices...).press("end", "T")
	x.sees("10,000 addresses of 7,310 customers", "e-mail by mail.example.org:587", "cannot be taken back", "--dry-run").patient().press("enter")
	if len(x.space.given) > 0 {
		t.Fatal("the default releases")
	}
	x.press("T").patient().press("right", "enter")
	if command, ok := given[model.ReleaseNotice](x); !ok || command.Notice != "N4" || command.Digest != strings.Repeat("ef", 32) {
		t.Errorf("%+v", command)
	}
}

// TestRetryNamesRecipients orders a notice again for those who are meant and
// nobody else, and never without a reason.
func TestRetryNamesRecipients(t *testing.T) {
	x := newTelling(t, 120, 40).press(toNotices...).press("down", "down", "down", "down", "m", "Q").patient()
	x.sees("株式会社オーロラ", "all 1 uncertain", "would be told").press("ctrl+s", "enter")
	if len(x.space.given) > 0 {
		t.Fatal("it is ordered without a reason")
	}
	x.press("tab", "tab").write("their server says it has none").press("ctrl+s", "enter")
	if command, ok := given[model.RetryDelivery](x); !ok || !slices.Equal(command.Ordinals, []int{4711}) || command.Reason == "" {
		t.Errorf("%+v", command)
	}
	x.press("b").patient().press("tab").write("closed").press("ctrl+s", "enter")
	if command, ok := given[model.GiveUp](x); !ok || !slices.Equal(command.Ordinals, []int{4711}) {
		t.Errorf("%+v", command)
	}
}

// TestTellingFits draws every screen of telling people at all sizes: each line
// exactly as wide as the screen, whatever names it holds.
func TestTellingFits(t *testing.T) {
	for _, size := range [][2]int{{60, 16}, {80, 24}, {120, 40}, {140, 30}, {200, 50}} {
		for _, keys := range [][]string{
			toAffected, append(slices.Clone(toAffected), "enter", "down"), append(slices.Clone(toAffected), "+"),
			toNotices, append(slices.Clone(toNotices), "end"), append(slices.Clone(toNotices), "down", "down", "down", "down", "m"), append(slices.Clone(toNotices), "N", "ctrl+r"),
			append(slices.Clone(toNotices), "N", "ctrl+g", "ctrl+g"), {"9"}, {"9", "enter"}, append(slices.Clone(toNotices), "end", "T"),
		} {
			x := newTelling(t, size[0], size[1]).press(keys...)
			for k, line := range strings.Split(x.text(), "\n") {
				if w := ansi.StringWidth(line); w > size[0] {
					t.Errorf("%v at %dx%d: line %d is %d wide:\n%s", keys, size[0], size[1], k, w, line)
				}
			}
		}
	}
}
