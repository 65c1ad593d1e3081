package store

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
)

// ready makes an incident with n affected customers and a notice to them that
// was released, and returns its ref.
func ready(tb testing.TB, s *Space, n int) model.NoticeRef {
	tb.Helper()
	importCustomers(tb, s, "b1", 1, n+1, func(c *model.Customer) { c.Tier, c.Security = model.TierPaid, nil })
	id := do(tb, s, responder, model.Report{Title: "Strange log-ins"}).Incident
	do(tb, s, responder, triage(id, "high"))
	affect(tb, s, id, "", model.AffectedOpen{Direct: true})
	return release(tb, s, id)
}

// release drafts, proposes and releases a notice to the group A1.
func release(tb testing.TB, s *Space, id model.ID) model.NoticeRef {
	tb.Helper()
	do(tb, s, owner, model.SetChannel{Channel: model.Channel{Name: "mail", Kind: model.EmailChannel, Server: "smtp.example:587", Security: "starttls", From: "security@example.com", Digest: strings.Repeat("0", 64)}})
	do(tb, s, owner, model.DraftNotice{Incident: id, Draft: model.NoticeDraft{
		Kind: model.InitialNotice, Rules: []policy.RuleKey{{Pack: "house", Rule: "notice"}}, Groups: []string{"A1"}, Channel: "mail",
		Texts: []model.NoticeText{{Language: "en", Subject: "Strange log-ins", Body: "Somebody logged in who should not have."}},
	}})
	do(tb, s, owner, model.ProposeNotice{Incident: id, Notice: "N1"})
	standing, _ := s.Snapshot().Incident(id)
	n, _ := standing.Incident.Notice("N1")
	do(tb, s, owner, model.ReleaseNotice{Incident: id, Notice: "N1", Digest: n.Digest})
	return model.NoticeRef{Incident: id, Notice: "N1"}
}

// ordinals are from one up to another.
func ordinals(from, to int) []int {
	list := make([]int, 0, to-from)
	for o := from; o < to; o++ {
		list = append(list, o)
	}
	return list
}

func attempted(ref model.NoticeRef, from, to int) model.AttemptDelivery {
	return model.AttemptDelivery{Incident: ref.Incident, Notice: ref.Notice, Ordinals: ordinals(from, to)}
}

func came(ref model.NoticeRef, outcome model.DeliveryOutcome, from, to int) model.RecordDelivery {
	c := model.RecordDelivery{Incident: ref.Incident, Notice: ref.Notice}
	for o := from; o < to; o++ {
		c.Results = append(c.Results, model.DeliveryResult{Ordinal: o, Customer: uint64(o) + 1, Outcome: outcome, Words: "250 2.0.0 Ok: queued as 4ZxQ1k2Lz3z"})
	}
	return c
}

// TestDeliveriesOutliveAStop stops while some deliveries are under way: what was
// known stays, and what nobody knows becomes uncertain, not waiting.
func TestDeliveriesOutliveAStop(t *testing.T) {
	dir := t.TempDir()
	st := openStore(t, dir)
	s := openSpace(t, st, "acme")
	setUp(t, s)
	ref := ready(t, s, 1300)
	do(t, s, itself, attempted(ref, 0, 500))
	do(t, s, itself, came(ref, model.ToldAccepted, 0, 400))
	do(t, s, itself, attempted(ref, 1100, 1300))
	do(t, s, itself, came(ref, model.ToldDeferred, 1100, 1300))
	closeStore(t, st)
	st = openStore(t, dir)
	s = openSpace(t, st, "acme")
	d, err := s.Deliveries(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	for outcome, want := range map[model.DeliveryOutcome][]int{
		model.ToldAccepted: ordinals(0, 400), model.ToldUncertain: ordinals(400, 500), model.ToldWaiting: ordinals(500, 1100), model.ToldDeferred: ordinals(1100, 1300), model.ToldAttempted: {},
	} {
		if got := d.Find(0, 1300, outcome); !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%d are %s, want %d", len(got), outcome, len(want))
		}
	}
	standing, _ := s.Snapshot().Incident(ref.Incident)
	if n, _ := standing.Incident.Notice("N1"); n.Delivery.Counts.Of(model.ToldUncertain) != 100 || n.Recipients != 1300 {
		t.Errorf("%+v", n.Delivery)
	}
	var told []string
	if err := s.DeliveryEvents(t.Context(), ref, 0, func(e model.Event) error { told = append(told, e.Body.Kind()); return nil }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"notice.released", "delivery.attempted", "delivery.recorded", "delivery.attempted", "delivery.recorded", "delivery.recorded"}; !slices.Equal(told, want) {
		t.Errorf("%q", told)
	}
	checkSpace(t, st, s)
}

// Blocks that are not what was written are found, and made anew from the log.
func TestDamagedDeliveries(t *testing.T) {
	ref := model.NoticeRef{Incident: "INC-2026-0001", Notice: "N1"}
	for name, damage := range map[string]func(kept []byte) []byte{
		"a bit":   func(kept []byte) []byte { kept[len(kept)/2] ^= 1; return kept },
		"missing": func([]byte) []byte { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			st := openStore(t, dir)
			s := openSpace(t, st, "acme")
			setUp(t, s)
			ready(t, s, 600)
			do(t, s, itself, attempted(ref, 0, 500))
			do(t, s, itself, came(ref, model.ToldAccepted, 0, 500))
			at := deliverySlot(ref, 0)
			kept, _, err := s.log.get(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.log.put(t.Context(), map[slot][]byte{at: damage(bytes.Clone(kept))}); err != nil {
				t.Fatal(err)
			}
			closeStore(t, st)
			st = openStore(t, dir)
			s = openSpace(t, st, "acme")
			if s.Mended() == nil {
				t.Error("nobody saw the damage")
			}
			if again, _, _ := s.log.get(t.Context(), at); !bytes.Equal(again, kept) {
				t.Error("it is not what it was")
			}
			checkSpace(t, st, s)
		})
	}
}

// BenchmarkDeliveries records what became of a million recipients: that each is
// about to be told, and what came of it, durably, as a deliverer with several
// connections does.
func BenchmarkDeliveries(b *testing.B) {
	const recipients, workers = 1_000_000, 16
	var spent time.Duration
	for b.Loop() {
		b.StopTimer()
		s := openSpace(b, openStore(b, b.TempDir()), "acme")
		setUp(b, s)
		importCustomers(b, s, "b1", 1, recipients/8+1, func(c *model.Customer) {
			c.Tier, c.Security, c.Admins = model.TierPaid, nil, eight(c.ID)
		})
		id := do(b, s, responder, model.Report{Title: "Strange log-ins"}).Incident
		do(b, s, responder, triage(id, "high"))
		affect(b, s, id, "", model.AffectedOpen{Direct: true})
		ref := release(b, s, id)
		var next atomic.Int64
		var work sync.WaitGroup
		before, _ := processorTime()
		b.StartTimer()
		for range workers {
			work.Go(func() {
				for from := int(next.Add(model.MaxOrdinals)) - model.MaxOrdinals; from < recipients; from = int(next.Add(model.MaxOrdinals)) - model.MaxOrdinals {
					for _, c := range []model.Command{attempted(ref, from, from+model.MaxOrdinals), came(ref, model.ToldAccepted, from, from+model.MaxOrdinals)} {
						if _, err := s.Do(context.Background(), itself, c); err != nil {
							b.Error(err)
							return
						}
					}
				}
			})
		}
		work.Wait()
		b.StopTimer()
		now, _ := processorTime()
		spent += now - before
		standing, _ := s.Snapshot().Incident(id)
		if n, _ := standing.Incident.Notice("N1"); n.Delivery.Counts.Sent() != recipients || n.State != model.NoticeIsDone || len(standing.Incident.Submitted) != 1 {
			b.Fatalf("%+v", n.Delivery)
		}
		b.StartTimer()
	}
	b.ReportMetric(recipients*float64(b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(spent.Seconds()/float64(b.N), "cpu-s")
}

func eight(id string) []string {
	addresses := make([]string, 8)
	for k := range addresses {
		addresses[k] = string(rune('a'+k)) + "@" + id + ".example"
	}
	return addresses
}
