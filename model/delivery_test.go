package model

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/model/policy"
)

func sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// reach brings recipient 0 of N1 to an outcome.
func (s *space) reach(outcome DeliveryOutcome) {
	s.t.Helper()
	result := func(o DeliveryOutcome) {
		s.as(post, RecordDelivery{firstID, "N1", []DeliveryResult{{Outcome: o}}})
	}
	attempt := func() { s.as(post, AttemptDelivery{firstID, "N1", []int{0}}) }
	switch outcome {
	case ToldAttempted:
		attempt()
	case ToldAccepted, ToldDeferred, ToldRefused, ToldUncertain:
		attempt()
		result(outcome)
	case ToldBounced:
		s.reach(ToldAccepted)
		s.as(clara, RecordBounce{Incident: firstID, Notice: "N1"})
	case ToldByHand:
		s.as(clara, RecordContact{Incident: firstID, Notice: "N1", Ordinals: []int{0}, How: ByTelephone})
	case ToldReceived:
		s.reach(ToldAccepted)
		s.as(clara, RecordReceipt{Incident: firstID, Notice: "N1", Ordinals: []int{0}, How: ReceiptRead})
	case ToldGivenUp:
		s.as(clara, GiveUp{firstID, "N1", []int{0}, "they left"})
	case ToldCancelled:
		s.as(clara, CancelNotice{firstID, "N1", "a wrong link"})
	}
}

// TestDeliverySteps takes every step from every outcome, through the commands.
func TestDeliverySteps(t *testing.T) {
	result := func(o DeliveryOutcome) Command {
		return RecordDelivery{firstID, "N1", []DeliveryResult{{Outcome: o}}}
	}
	steps := map[deliveryStep]struct {
		actor   Actor
		command Command
	}{
		stepAttempt:   {post, AttemptDelivery{firstID, "N1", []int{0}}},
		stepAccepted:  {post, result(ToldAccepted)},
		stepDeferred:  {post, result(ToldDeferred)},
		stepRefused:   {post, result(ToldRefused)},
		stepUncertain: {post, result(ToldUncertain)},
		stepBounce:    {clara, RecordBounce{Incident: firstID, Notice: "N1"}},
		stepByHand:    {clara, RecordContact{Incident: firstID, Notice: "N1", Ordinals: []int{0}, How: ByPortal}},
		stepReceipt:   {clara, RecordReceipt{Incident: firstID, Notice: "N1", Ordinals: []int{0}, How: ReceiptAcknowledged}},
		stepGiveUp:    {clara, GiveUp{firstID, "N1", []int{0}, "they left"}},
		stepRetry:     {clara, RetryDelivery{firstID, "N1", []int{0}, "they say that nothing came"}},
	}
	taken := map[deliveryStep]string{
		stepAttempt: "waiting deferred", stepAccepted: "attempted", stepDeferred: "waiting attempted deferred", stepRefused: "waiting attempted deferred",
		stepUncertain: "attempted", stepBounce: "accepted uncertain", stepByHand: "waiting accepted deferred refused uncertain bounced given-up",
		stepReceipt: "accepted uncertain bounced told-by-hand", stepGiveUp: "waiting deferred refused uncertain bounced", stepRetry: "refused uncertain bounced given-up",
	}
	for step, c := range steps {
		for _, outcome := range DeliveryOutcomes() {
			if outcome == ToldCancelled {
				continue // of which the notice is done
			}
			s := released(t)
			s.reach(outcome)
			_, err := s.apply(c.actor, c.command)
			want := slices.Contains(outcomesIn(taken[step]), outcome)
			switch is, _ := s.state.Deliveries[NoticeRef{firstID, "N1"}].Outcome(0); {
			case want != (err == nil) || err != nil && !errors.Is(err, ErrRefused):
				t.Errorf("%s of one who is %s: %v", c.command.Kind(), outcome, err)
			case err == nil && is != deliverySteps[step].to:
				t.Errorf("%s makes one who is %s %s", c.command.Kind(), outcome, is)
			case err != nil && is != outcome:
				t.Errorf("%s was refused and makes one who is %s %s", c.command.Kind(), outcome, is)
			}
		}
	}
}

// outcomesIn reads outcomes with hyphens in place of spaces.
func outcomesIn(text string) (list []DeliveryOutcome) {
	for _, o := range DeliveryOutcomes() {
		word := []byte(o.String())
		for k := range word {
			if word[k] == ' ' {
				word[k] = '-'
			}
		}
		for _, w := range strings.Fields(text) {
			if w == string(word) {
				list = append(list, o)
			}
		}
	}
	return list
}

// Nobody who may have been told is told again by itself: once an attempt was
// accepted, or nobody knows, no sequence of what the record itself does leads to
// another attempt.
func TestNobodyIsToldTwice(t *testing.T) {
	own := []deliveryStep{stepAttempt, stepAccepted, stepDeferred, stepRefused, stepUncertain, stepBounce, stepReceipt, stepCancel}
	for _, from := range []DeliveryOutcome{ToldAccepted, ToldUncertain, ToldByHand, ToldReceived} {
		reached, open := of(from), []DeliveryOutcome{from}
		for len(open) > 0 {
			is := open[0]
			open = open[1:]
			for _, step := range own {
				if to := deliverySteps[step].to; deliverySteps[step].from.has(is) && !reached.has(to) {
					reached |= of(to)
					open = append(open, to)
				}
			}
		}
		if reached.has(ToldAttempted) || reached.has(ToldWaiting) {
			t.Errorf("from %s it is attempted again: %s", from, reached)
		}
	}
	if deliverySteps[stepAttempt].from.has(ToldAttempted) {
		t.Error("an attempt may follow an attempt")
	}
}

func TestSubmittedWhenEverybodyIsTold(t *testing.T) {
	s := approvedFor(t, key("tell/customers"), policy.RuleKey{Pack: "tell", Rule: "customers", Group: "A2"}, key("tell/reach"))
	s.as(clara, ReleaseNotice{firstID, "N1", s.notice("N1").Digest})
	if n := s.notice("N1"); n.Recipients != 4 || len(n.Delivery.Shares) != 2 || n.Delivery.Shares[0].Of != 3 || n.Delivery.Shares[1].From != 3 || n.Delivery.Shares[0].Ref == "" {
		t.Fatalf("%+v", n)
	}
	s.as(post, AttemptDelivery{firstID, "N1", []int{3, 2, 1, 0}})
	s.wait(time.Minute)
	first, last := s.now.Add(-30*time.Second), s.now
	bodies := s.as(post, RecordDelivery{firstID, "N1", []DeliveryResult{{Ordinal: 3, Outcome: ToldAccepted, At: first, Words: "250 ok <a@example.com>"}, {Ordinal: 0, Outcome: ToldAccepted}}})
	if got := submissions(bodies); !slices.Equal(got, []string{"tell/customers#A2 " + clock(first)}) {
		t.Errorf("group A2 was told: %q", got)
	}
	if words := bodies[0].(*DeliveryRecorded).Results[1].Words; words != "250 ok [address]" {
		t.Errorf("the server said %q", words)
	}
	for _, o := range s.state.Obligations(s.incident(firstID)) {
		if want := map[string]policy.Told{"tell/customers#A1": {Sent: 1, Of: 3}, "tell/customers#A2": {Sent: 1, Of: 1}}[o.Key().String()]; o.Rule.ID == "customers" && o.Told != want {
			t.Errorf("%s: %+v, want %+v", o.Key(), o.Told, want)
		}
	}
	bodies = s.as(post, RecordDelivery{firstID, "N1", []DeliveryResult{{Ordinal: 1, Outcome: ToldAccepted}, {Ordinal: 2, Outcome: ToldRefused}}})
	if got := submissions(bodies); len(got) != 0 {
		t.Errorf("one is left: %q", got)
	}
	s.wait(time.Hour)
	bodies = s.as(clara, RecordContact{Incident: firstID, Notice: "N1", Ordinals: []int{2}, How: ByTelephone, At: last.Add(time.Minute), Reference: "call 9"})
	if got := submissions(bodies); !slices.Equal(got, []string{"tell/customers#A1 " + clock(last.Add(time.Minute))}) {
		t.Errorf("group A1 was told: %q", got)
	}
	if n := s.notice("N1"); n.State != NoticeIsDone {
		t.Errorf("it is %s", n.State)
	}
	bodies = s.as(clara, RecordReceipt{Incident: firstID, Notice: "N1", Ordinals: []int{0, 1}, How: ReceiptRead})
	if got := submissions(bodies); !slices.Equal(got, []string{"tell/reach#A1 " + clock(last.Add(time.Minute))}) {
		t.Errorf("group A1 has received it: %q", got)
	}
	bodies = s.as(clara, RecordReceipt{Incident: firstID, Notice: "N1", Ordinals: []int{3}, How: ReceiptRead})
	if got := submissions(bodies); !slices.Equal(got, []string{"tell/reach#A2 " + clock(first)}) {
		t.Errorf("group A2 has received it: %q", got)
	}
	if r := bodies[1].(*Submitted).Received; !r.Equal(s.now) {
		t.Errorf("received %v", r)
	}
	s.as(clara, RecordReceipt{Incident: firstID, Notice: "N1", Ordinals: []int{2}, How: ReceiptRead})
	if got := len(s.incident(firstID).Submitted); got != 4 {
		t.Errorf("%d submissions: a rule is answered once", got)
	}
}

// approvedFor is approved with other rules.
func approvedFor(t *testing.T, rules ...policy.RuleKey) *space {
	s := telling(t)
	d := draft()
	d.Rules = rules
	s.as(clara, DraftNotice{firstID, d})
	s.as(clara, ProposeNotice{firstID, "N1"})
	s.approve(clara)
	s.approve(lea)
	return s
}

// submissions are what was submitted, and when.
func submissions(bodies []Body) (list []string) {
	for _, b := range bodies {
		if s, ok := b.(*Submitted); ok {
			list = append(list, s.Key.String()+" "+clock(s.At))
		}
	}
	return list
}

func TestPauseAndCancel(t *testing.T) {
	s := released(t)
	s.as(post, AttemptDelivery{firstID, "N1", []int{0, 1}})
	s.as(clara, PauseNotice{firstID, "N1", "a wrong link"})
	s.refuses(post, AttemptDelivery{firstID, "N1", []int{2}}, "N1 is paused")
	s.as(post, RecordDelivery{firstID, "N1", []DeliveryResult{{Ordinal: 0, Outcome: ToldAccepted}}})
	s.as(clara, ResumeNotice{firstID, "N1"})
	s.as(clara, CancelNotice{firstID, "N1", "the link is wrong"})
	n := s.notice("N1")
	if c := n.Delivery.Counts; c.Of(ToldAccepted) != 1 || c.Of(ToldAttempted) != 1 || c.Of(ToldCancelled) != 2 || n.State != NoticeIsReleased {
		t.Fatalf("%+v, %s", c, n.State)
	}
	s.refuses(post, AttemptDelivery{firstID, "N1", []int{2}}, "cancelled")
	s.as(post, RecordDelivery{firstID, "N1", []DeliveryResult{{Ordinal: 1, Outcome: ToldUncertain}}})
	s.refuses(clara, RetryDelivery{firstID, "N1", []int{1}, "again"}, "N1 was cancelled")
}

func TestOnlyTheRecordDelivers(t *testing.T) {
	s := released(t)
	for _, c := range []Command{AttemptDelivery{firstID, "N1", []int{0}}, RecordDelivery{firstID, "N1", []DeliveryResult{{Outcome: ToldRefused}}}} {
		if err := s.refuses(owner, c); !errors.Is(err, ErrForbidden) {
			t.Error(err)
		}
	}
	for _, c := range []struct {
		command Command
		words   string
	}{
		{AttemptDelivery{firstID, "N1", nil}, "1 to 500 at a time"},
		{AttemptDelivery{firstID, "N1", make([]int, MaxOrdinals+1)}, "1 to 500 at a time"},
		{AttemptDelivery{firstID, "N1", []int{4}}, "4 is no recipient of it"},
		{AttemptDelivery{firstID, "N1", []int{-1}}, "-1 is no recipient of it"},
		{RecordDelivery{firstID, "N1", []DeliveryResult{{Outcome: ToldReceived}}}, "accepted, deferred, refused or uncertain"},
		{RecordDelivery{firstID, "N1", []DeliveryResult{{Outcome: ToldRefused}, {Outcome: ToldRefused}}}, "recipient 0 is given twice"},
	} {
		s.refuses(post, c.command, c.words)
	}
}

// TestAnyDelivery holds that counts, shares and blocks say the same whatever is
// done, that replay leads to the same, and that nobody is attempted twice unless
// a person ordered it.
func TestAnyDelivery(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := released(t)
		attempts := make(map[int]int)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			ordinals := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 3).Draw(t, "ordinals")
			actor, c := drawDelivery(t, ordinals)
			bodies, err := s.apply(actor, c)
			if err != nil && !errors.Is(err, ErrRefused) {
				t.Fatal(err)
			}
			for _, b := range bodies {
				follow(attempts, b)
			}
			checkDelivery(t, s)
		}
		for ordinal, n := range attempts {
			if n > 1 {
				t.Fatalf("recipient %d was attempted %d times after it may have been told", ordinal, n)
			}
		}
		checkReplay(t, s)
	})
}

// follow counts the attempts of each recipient of which it is not known that
// nothing left.
func follow(attempts map[int]int, body Body) {
	switch b := body.(type) {
	case *DeliveryAttempted:
		for _, m := range b.Ordinals.moves(ToldAttempted, start) {
			attempts[m.ordinal]++
		}
	case *DeliveryRecorded:
		for _, r := range b.Results {
			if r.Outcome == ToldDeferred || r.Outcome == ToldRefused {
				delete(attempts, r.Ordinal)
			}
		}
	case *RetryOrdered:
		for _, m := range b.Ordinals.moves(ToldWaiting, start) {
			delete(attempts, m.ordinal)
		}
	}
}

func drawDelivery(t *rapid.T, ordinals []int) (Actor, Command) {
	switch rapid.IntRange(0, 11).Draw(t, "kind") {
	case 0, 1, 2, 3:
		return post, AttemptDelivery{firstID, "N1", ordinals}
	case 4, 5, 6:
		c := RecordDelivery{Incident: firstID, Notice: "N1"}
		for _, o := range ordinals {
			c.Results = append(c.Results, DeliveryResult{Ordinal: o, Outcome: rapid.SampledFrom(DeliveryOutcomes()[ToldAccepted:ToldBounced]).Draw(t, "outcome")})
		}
		return post, c
	case 7:
		return clara, RecordContact{Incident: firstID, Notice: "N1", Ordinals: ordinals, How: ByPost}
	case 8:
		return clara, RecordReceipt{Incident: firstID, Notice: "N1", Ordinals: ordinals, How: ReceiptRead}
	case 9:
		return clara, RecordBounce{Incident: firstID, Notice: "N1", Ordinal: ordinals[0]}
	case 10:
		return clara, GiveUp{firstID, "N1", ordinals, "they left"}
	}
	return clara, RetryDelivery{firstID, "N1", ordinals, "nothing came"}
}

// checkDelivery counts anew.
func checkDelivery(t *rapid.T, s *space) {
	n := s.notice("N1")
	d := s.state.Deliveries[NoticeRef{firstID, "N1"}]
	var counts OutcomeCounts
	for k, share := range n.Delivery.Shares {
		sent, received := 0, 0
		for o := share.From; o < share.From+share.Of; o++ {
			outcome, _ := d.Outcome(o)
			counts[outcome]++
			sent += one(outcome.Sent())
			received += one(outcome.Received())
		}
		if share.Sent != sent || share.Received != received {
			t.Fatalf("share %d says %d and %d, there are %d and %d", k, share.Sent, share.Received, sent, received)
		}
	}
	if counts != n.Delivery.Counts || (n.State == NoticeIsDone) != (counts.Unsettled() == 0) {
		t.Fatalf("%s says %v, there are %v", n.State, n.Delivery.Counts, counts)
	}
}

func TestServerWords(t *testing.T) {
	for said, want := range map[string]string{
		"550 5.1.1 <ada@example.com>: no such\r\n user": "550 5.1.1 [address] no such user",
		"":                       "",
		strings.Repeat("é", 200): strings.Repeat("é", 159) + "…",
		strings.Repeat("😀", 200): strings.Repeat("😀", 79) + "…",
	} {
		if got := ServerWords(said); got != want || len(got) > 2*maxServerWords+len("…") {
			t.Errorf("%q is kept as %q", said, got)
		}
	}
}

func TestFindAndRuns(t *testing.T) {
	d, _, _, err := NewDeliveries(1200).advance(7, Delivery{Shares: []Share{{Of: 1200}}}, Runs{{3, 5}, {700, 700}, {1199, 1199}}.moves(ToldRefused, start))
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Find(4, 10, ToldRefused); !slices.Equal(got, []int{4, 5, 700, 1199}) {
		t.Error(got)
	}
	if got := len(d.Find(0, 2000, ToldWaiting)); got != 1195 {
		t.Error(got)
	}
	if got := len(d.Blocks[2].Outcomes); got != 1200-1024 {
		t.Errorf("the last block has %d", got)
	}
	if got := runsOf([]int{0, 1, 2, 7}).String(); got != "0 to 2, 7" {
		t.Error(got)
	}
	if _, _, _, err := d.advance(8, Delivery{Shares: []Share{{Of: 1200}}}, []move{{ordinal: 1200}}); err == nil {
		t.Error("there is no recipient 1200")
	}
}

// BenchmarkFoldDeliveries folds what became of a million recipients, in chunks.
func BenchmarkFoldDeliveries(b *testing.B) {
	const recipients = 1_000_000
	s := released(b)
	for b.Loop() {
		n := s.notice("N1")
		n.Recipients, n.Delivery = recipients, Delivery{Shares: []Share{{Of: recipients}}}
		d, now := NewDeliveries(recipients), n.Delivery
		for from := 0; from < recipients; from += MaxOrdinals {
			moves := Runs{{from, from + MaxOrdinals - 1}}.moves(ToldAccepted, start)
			var err error
			if d, now, _, err = d.advance(uint64(from), now, moves); err != nil {
				b.Fatal(err)
			}
		}
		if now.Counts.Sent() != recipients {
			b.Fatal(fmt.Sprint(now.Counts))
		}
	}
	b.ReportMetric(recipients*float64(b.N)/b.Elapsed().Seconds(), "results/s")
}
