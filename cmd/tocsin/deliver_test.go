package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
	"tocsin/store"
	"tocsin/store/channels"
)

var (
	dora        = model.Actor{Name: "Dora", Role: model.Owner}
	houseNotice = policy.RuleKey{Pack: "house", Rule: "notice"}
)

func housePack() *policy.Pack {
	return &policy.Pack{
		ID: "house", Version: 1, Kind: policy.Procedure, Title: "House rules",
		Severities: []policy.Severity{{ID: "low", Label: "Low"}, {ID: "high", Label: "High"}},
		Types:      []policy.Term{{ID: "breach", Label: "Data breach"}},
		Roles:      []policy.Role{{ID: "lead", Label: "Lead", Required: true}},
		Phases:     []policy.Phase{{ID: "triage", Label: "Triage"}},
		Rules:      []policy.Rule{{ID: "notice", Title: "Tell customers", When: policy.Condition{Severity: []string{"high"}}, To: policy.ToCustomers, Starts: "confirmed", Within: calendar.Period{N: 72, Unit: calendar.Hours}}},
	}
}

// dispatchOffice is a record with an incident that affects customers.
type dispatchOffice struct {
	t testing.TB
	*house
	space *store.Space
	id    model.ID
}

func openOffice(t testing.TB, dir string) *dispatchOffice {
	t.Helper()
	h, err := openHouse(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := h.enter(t.Context(), "main", &config.Library{})
	if err != nil {
		t.Fatal(err)
	}
	return &dispatchOffice{t: t, house: h, space: s.space, id: "INC-" + model.ID(time.Now().UTC().Format("2006")) + "-0001"}
}

func (o *dispatchOffice) do(command model.Command) {
	o.t.Helper()
	if _, err := o.space.Do(o.t.Context(), dora, command); err != nil {
		o.t.Fatalf("%s: %v", command.Kind(), err)
	}
}

func (o *dispatchOffice) shut() {
	o.t.Helper()
	if err := o.close(); err != nil {
		o.t.Fatal(err)
	}
}

// address is that of customer k.
func addressOf(k int) string { return fmt.Sprintf("admin%d@c%d.example", k, k%50) }

// affect opens an incident that affects n customers.
func (o *dispatchOffice) affect(n int) {
	o.t.Helper()
	o.do(model.AdoptPack{Pack: housePack()})
	o.do(model.Setup{Organisation: "Ada Ltd", Zone: "Europe/Berlin", Packs: []policy.Ref{{ID: "house", Version: 1}}})
	o.do(model.CustomersOpen{Batch: "b", Source: "crm.csv"})
	var numbers []uint64
	for from := 0; from < n; from += 200 {
		var rows []model.Customer
		for k := from; k < min(n, from+200); k++ {
			rows = append(rows, model.Customer{ID: fmt.Sprintf("C-%d", k), Name: fmt.Sprintf("Customer %d", k), Tier: model.TierPaid, Language: "en", Admins: []string{addressOf(k)}})
			numbers = append(numbers, uint64(k+1))
		}
		o.do(model.CustomersTake{Batch: "b", Rows: rows})
	}
	o.do(model.CustomersClose{Batch: "b"})
	o.do(model.Report{Title: "Strange log-ins"})
	o.do(model.Triage{
		Incident: o.id, Severity: "high", Reason: "as seen", Classification: model.Confirmed, Types: []string{"breach"},
		Facts: []model.Statement{{Name: "confirmed", Value: model.Time(time.Now().Add(-time.Hour))}}, Roles: []model.Holding{{Role: "lead", Person: "Dora"}},
	})
	o.do(model.AffectedOpen{Incident: o.id, Batch: "a", Source: "a test", Direct: true})
	for part := range slices.Chunk(numbers, model.MaxAffectedRows) {
		o.do(model.AffectedTake{Incident: o.id, Batch: "a", Numbers: part})
	}
	o.do(model.AffectedClose{Incident: o.id, Batch: "a"})
}

// channel sets the channel mail to a server.
func (o *dispatchOffice) channel(server *mailServer, change func(*channels.Settings)) {
	o.t.Helper()
	settings := channels.Settings{Name: "mail", Kind: model.EmailChannel, Server: server.address, From: "Ada Ltd <security@ada.example>", Roots: server.roots}
	if change != nil {
		change(&settings)
	}
	folder, err := o.channelsOf("main")
	if err != nil {
		o.t.Fatal(err)
	}
	digest, err := folder.Digest(&settings)
	if err != nil {
		o.t.Fatal(err)
	}
	if err := folder.Put(settings); err != nil {
		o.t.Fatal(err)
	}
	o.do(model.SetChannel{Channel: settings.Channel(digest)})
}

// release drafts, proposes and releases a notice.
func (o *dispatchOffice) release(groups ...string) model.NoticeRef {
	o.t.Helper()
	ref := o.draft(groups...)
	o.do(model.ReleaseNotice{Incident: o.id, Notice: ref.Notice, Digest: o.notice(ref).Digest})
	return ref
}

// draft drafts and proposes a notice.
func (o *dispatchOffice) draft(groups ...string) model.NoticeRef {
	o.t.Helper()
	draft := model.NoticeDraft{Kind: model.InitialNotice, Groups: groups, Channel: "mail", Texts: []model.NoticeText{{Language: "en", Subject: "Strange log-ins", Body: "Dear {customer},\n\nsomebody logged in who should not have.\n"}}}
	if len(groups) > 0 {
		draft.Rules = []policy.RuleKey{houseNotice}
	} else {
		draft.Kind = model.LeadershipNotice
	}
	o.do(model.DraftNotice{Incident: o.id, Draft: draft})
	standing, _ := o.space.Snapshot().Incident(o.id)
	ref := model.NoticeRef{Incident: o.id, Notice: fmt.Sprintf("N%d", len(standing.Incident.Notices))}
	o.do(model.ProposeNotice{Incident: o.id, Notice: ref.Notice})
	return ref
}

func (o *dispatchOffice) notice(ref model.NoticeRef) model.Notice {
	o.t.Helper()
	standing, _ := o.space.Snapshot().Incident(ref.Incident)
	n, ok := standing.Incident.Notice(ref.Notice)
	if !ok {
		o.t.Fatalf("there is no %s", ref)
	}
	return n
}

// until waits for what the record says of a notice.
func (o *dispatchOffice) until(ref model.NoticeRef, holds func(*model.Notice) bool) model.Notice {
	o.t.Helper()
	wake, done := o.space.Wake()
	defer done()
	ctx, cancel := context.WithTimeout(o.t.Context(), 2*time.Minute)
	defer cancel()
	for {
		n := o.notice(ref)
		if holds(&n) {
			return n
		}
		select {
		case <-wake:
		case <-ctx.Done():
			o.t.Fatalf("it never came: %+v", n.Delivery)
		}
	}
}

// everybodyTried reports whether nobody waits for a first attempt.
func everybodyTried(n *model.Notice) bool {
	return n.Delivery.Counts.Of(model.ToldWaiting)+n.Delivery.Counts.Of(model.ToldAttempted) == 0
}

func quietly() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestAReleasedNoticeLeaves(t *testing.T) {
	o := openOffice(t, t.TempDir())
	defer o.shut()
	server := startMailServer(t, func(to string) error {
		switch to {
		case addressOf(3):
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user " + to}
		case addressOf(4):
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}
		}
		return nil
	})
	o.affect(300)
	o.channel(server, nil)
	done := o.deliver(t.Context(), o.space, quietly())
	defer done()
	ref := o.release("A1")
	n := o.until(ref, everybodyTried)
	if c := &n.Delivery.Counts; c.Of(model.ToldAccepted) != 298 || c.Of(model.ToldRefused) != 1 || c.Of(model.ToldDeferred) != 1 {
		t.Errorf("%+v", n.Delivery)
	}
	m := server.of(addressOf(7))
	if len(m) != 1 || m[0].Header.Get("Subject") != "Strange log-ins" || !strings.HasSuffix(m[0].Header.Get("Message-Id"), "@ada.example>") {
		t.Errorf("%v", m)
	}
	if server.count() != 298 {
		t.Errorf("%d were taken", server.count())
	}
}

func TestPausedCancelledAndRetried(t *testing.T) {
	o := openOffice(t, t.TempDir())
	defer o.shut()
	gate := make(chan struct{}, 100)
	server := startMailServer(t, func(to string) error {
		<-gate
		return nil
	})
	defer close(gate)
	o.affect(40)
	o.channel(server, func(s *channels.Settings) { s.Lines = 1 })
	done := o.deliver(t.Context(), o.space, quietly())
	defer done()
	ref := o.release("A1")
	for range 10 {
		gate <- struct{}{}
	}
	o.until(ref, func(n *model.Notice) bool { return n.Delivery.Counts.Of(model.ToldAccepted) > 0 })
	o.do(model.PauseNotice{Incident: o.id, Notice: "N1", Reason: "a doubt"})
	for range 30 {
		gate <- struct{}{}
	}
	held := o.until(ref, func(n *model.Notice) bool { return n.Delivery.Counts.Of(model.ToldAttempted) == 0 })
	if left := held.Delivery.Counts.Of(model.ToldWaiting) + held.Delivery.Counts.Of(model.ToldDeferred); left == 0 || server.count() != held.Delivery.Counts.Of(model.ToldAccepted) {
		t.Errorf("%+v, %d taken", held.Delivery.Counts, server.count())
	}
	o.do(model.ResumeNotice{Incident: o.id, Notice: "N1"})
	o.until(ref, func(n *model.Notice) bool {
		return n.Delivery.Counts.Of(model.ToldAccepted) > held.Delivery.Counts.Of(model.ToldAccepted)
	})
	o.do(model.CancelNotice{Incident: o.id, Notice: "N1", Reason: "it was wrong"})
	for len(gate) < 40 {
		select {
		case gate <- struct{}{}:
		default:
		}
	}
	n := o.until(ref, func(n *model.Notice) bool { return n.State == model.NoticeIsDone })
	if reached := n.Delivery.Counts.Of(model.ToldAccepted); reached+n.Delivery.Counts.Of(model.ToldCancelled) != 40 || server.count() != reached {
		t.Errorf("%+v, %d taken", n.Delivery.Counts, server.count())
	}
}

func TestAChannelsOwnRecipients(t *testing.T) {
	o := openOffice(t, t.TempDir())
	defer o.shut()
	server := startMailServer(t, nil)
	o.affect(1)
	o.channel(server, func(s *channels.Settings) { s.To = []string{"ceo@ada.example", "cto@ada.example"} })
	done := o.deliver(t.Context(), o.space, quietly())
	defer done()
	n := o.until(o.release(), func(n *model.Notice) bool { return n.State == model.NoticeIsDone })
	if n.Recipients != 2 || len(server.of("ceo@ada.example")) != 1 || len(server.of("cto@ada.example")) != 1 {
		t.Errorf("%+v", n.Delivery)
	}
}

// TestNothingLeavesByAChannelThatIsNotWhatTheRecordNames changes the sealed
// settings behind the record's back.
func TestNothingLeavesByAChannelThatIsNotWhatTheRecordNames(t *testing.T) {
	o := openOffice(t, t.TempDir())
	defer o.shut()
	server := startMailServer(t, nil)
	o.affect(1)
	o.channel(server, nil)
	folder, err := o.channelsOf("main")
	if err != nil {
		t.Fatal(err)
	}
	settings, err := folder.Get("mail")
	if err != nil {
		t.Fatal(err)
	}
	settings.From = "eve@evil.example"
	if err := folder.Put(*settings); err != nil {
		t.Fatal(err)
	}
	ref := o.release("A1")
	done := o.deliver(t.Context(), o.space, quietly())
	<-o.leaving[0].told
	s := &session{house: o.house, space: o.space}
	if why := s.keptBecause(ref); !strings.Contains(why, "not those that the record names") {
		t.Errorf("it waits because %q", why)
	}
	done()
	if n := o.notice(ref); server.count() != 0 || n.Delivery.Counts.Of(model.ToldWaiting) != 1 {
		t.Errorf("%d left, %+v", server.count(), n.Delivery.Counts)
	}
}

// TestWhereEverybodyIsRefusedTheRecordSaysThatItWaits has a server that takes
// nothing from here: most recipients are spared.
func TestWhereEverybodyIsRefusedTheRecordSaysThatItWaits(t *testing.T) {
	o := openOffice(t, t.TempDir())
	defer o.shut()
	server := startMailServer(t, func(string) error {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "relaying denied"}
	})
	o.affect(400)
	o.channel(server, nil)
	done := o.deliver(t.Context(), o.space, quietly())
	defer done()
	n := o.until(o.release("A1"), func(n *model.Notice) bool {
		return n.Delivery.Paused && n.Delivery.Counts.Of(model.ToldAttempted) == 0
	})
	if refused := n.Delivery.Counts.Of(model.ToldRefused); refused < 25 || refused > 200 {
		t.Errorf("%+v", n.Delivery.Counts)
	}
}

// TestAChannelIsTried gives the verb, with a server that takes it and one that
// is gone.
func TestAChannelIsTried(t *testing.T) {
	dir := t.TempDir()
	o := openOffice(t, dir)
	server := startMailServer(t, nil)
	o.affect(1)
	o.channel(server, nil)
	o.shut()
	out, complaint, code := commandLine(t, dir, time.Now(), "channel", "test", "mail", "--to", "me@ada.example")
	if code != exitDone || !strings.Contains(out, "it works") || len(server.of("me@ada.example")) != 1 {
		t.Errorf("%d %s%s", code, out, complaint)
	}
	o = openOffice(t, dir)
	o.channel(&mailServer{address: "localhost:1", roots: server.roots}, nil)
	o.shut()
	out, complaint, code = commandLine(t, dir, time.Now(), "channel", "test", "mail", "--to", "me@ada.example")
	if code != exitRefused || !strings.Contains(out, "it does not work") || !strings.Contains(complaint, "localhost:1") {
		t.Errorf("%d %s%s", code, out, complaint)
	}
}

// TestABounceIsRecorded delivers, and hands over what mail servers report of
// one message.
func TestABounceIsRecorded(t *testing.T) {
	dir := t.TempDir()
	o := openOffice(t, dir)
	server := startMailServer(t, nil)
	o.affect(20)
	o.channel(server, nil)
	done := o.deliver(t.Context(), o.space, quietly())
	ref := o.release("A1")
	o.until(ref, func(n *model.Notice) bool { return n.State == model.NoticeIsDone })
	done()
	o.shut()
	identity := server.of(addressOf(7))[0].Header.Get("Message-Id")
	report := func(id, action string) string {
		path := filepath.Join(t.TempDir(), "report.eml")
		text := "From: postmaster@mx.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n" +
			"Final-Recipient: rfc822; " + addressOf(7) + "\r\nAction: " + action + "\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user " + addressOf(7) + "\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " + id + "\r\n\r\n--b--\r\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		id, action, want string
		code             int
	}{
		{"<aaaaaaaaaaaaaaaaaaaaaaaaaa@ada.example>", "failed", "was not sent from this record", exitRefused},
		{identity, "delayed", "Nothing is recorded", exitDone},
		{identity, "failed", "550 no such user [address]", exitDone},
		{strings.ToUpper(identity), "failed", "was recorded before", exitDone},
	} {
		out, complaint, code := commandLine(t, dir, time.Now(), "inbox", "bounce", report(c.id, c.action))
		if code != c.code || !strings.Contains(out+complaint, c.want) {
			t.Errorf("%s %s: %d %s%s", c.id, c.action, code, out, complaint)
		}
	}
	o = openOffice(t, dir)
	defer o.shut()
	stand, err := o.space.Deliveries(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	if bounced := stand.Find(0, 20, model.ToldBounced); !slices.Equal(bounced, []int{7}) {
		t.Errorf("bounced: %v", bounced)
	}
}

// TestAReleaseAloneStaysUntilItHasLeft gives the verb where no other process has
// the record.
func TestAReleaseAloneStaysUntilItHasLeft(t *testing.T) {
	dir := t.TempDir()
	o := openOffice(t, dir)
	server := startMailServer(t, func(to string) error {
		if to == addressOf(3) {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}
		}
		return nil
	})
	o.affect(30)
	o.channel(server, nil)
	o.draft("A1")
	digest := o.notice(model.NoticeRef{Incident: o.id, Notice: "N1"}).Digest
	o.shut()
	out, complaint, code := commandLine(t, dir, time.Now(), "notice", "release", "1", "--digest", digest)
	if code != exitDone || !strings.Contains(out, "29  accepted") || !strings.Contains(out, "1  deferred") || server.count() != 29 {
		t.Errorf("%d %d\n%s%s", code, server.count(), out, complaint)
	}
}
