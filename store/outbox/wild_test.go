package outbox

import (
	"context"
	"errors"
	"iter"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestAServerAtItsWorst sends to a server that greylists, refuses, is not there
// at first, drops connections in the middle of messages and after them: nobody is
// told twice, nobody is forgotten, and what the journal says of each is so.
func TestAServerAtItsWorst(t *testing.T) {
	const n = 400
	var mu sync.Mutex
	asked := make(map[string]int)
	s := serve(t, &server{
		rcpt: func(to string) error {
			mu.Lock()
			defer mu.Unlock()
			asked[to]++
			switch {
			case strings.HasPrefix(to, "grey") && asked[to] < 3:
				return said(450, "greylisted")
			case strings.HasPrefix(to, "never"):
				return said(450, "always later")
			case strings.HasPrefix(to, "none"):
				return said(550, "no such user")
			case strings.HasPrefix(to, "busy") && asked[to] < 2:
				return said(421, "too many connections")
			}
			return nil
		},
		data: func(to string, _ []byte, conn net.Conn) error {
			switch {
			case strings.HasPrefix(to, "spam"):
				return said(554, "looks like spam")
			case strings.HasPrefix(to, "full"):
				mu.Lock()
				defer mu.Unlock()
				if asked[to] < 2 {
					return said(452, "no room")
				}
			case strings.HasPrefix(to, "drop"): // it is not taken
				conn.Close()
				return errGone
			}
			return nil
		},
	}, nil)
	kinds := []string{"fine", "grey", "none", "busy", "spam", "full", "drop", "never"}
	want := map[string]Outcome{"fine": Accepted, "grey": Accepted, "none": Permanent, "busy": Accepted, "spam": Permanent, "full": Accepted, "drop": Uncertain, "never": Permanent}
	b := newBook(t)
	var away sync.Once
	c := s.client()
	c.Dial = func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		away.Do(func() { err = errors.New("connection refused") })
		if err != nil {
			return nil, err
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	kind := func(k int) string { return kinds[k%len(kinds)] }
	r := &Run{
		Sender: c, Journal: b, Waits: []time.Duration{time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond},
		Source: func(_ context.Context, from int) iter.Seq2[*Message, error] {
			return func(yield func(*Message, error) bool) {
				for k := from; k < n; k++ {
					if !b.settled(k) && !yield(notice(k, kind(k)+toward(k)), nil) {
						return
					}
				}
			}
		},
	}
	if _, err := r.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	taken := make(map[string]int)
	for _, box := range s.received() {
		taken[box.to]++
	}
	for k := range n {
		to := kind(k) + toward(k)
		if b.state[k] != want[kind(k)] || taken[to] > 1 || (taken[to] == 1) != (b.state[k] == Accepted) {
			t.Errorf("%s is %s (%s) and was taken %d times", to, b.state[k], b.words[k], taken[to])
		}
	}
	if len(b.open) > 0 {
		t.Errorf("%d attempts have no result", len(b.open))
	}
}

// TestOneAddressOfTwoCustomers is two messages with identities of their own, and
// so are addresses that differ in case.
func TestOneAddressOfTwoCustomers(t *testing.T) {
	s := serve(t, &server{}, nil)
	b := newBook(t)
	tos := []string{"soc@shared.example", "soc@shared.example", "SOC@shared.example"}
	r := &Run{Sender: s.client(), Journal: b, Lines: 1, Source: func(_ context.Context, from int) iter.Seq2[*Message, error] {
		return func(yield func(*Message, error) bool) {
			for k := from; k < len(tos); k++ {
				if !yield(notice(k, tos[k]), nil) {
					return
				}
			}
		}
	}}
	if _, err := r.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := s.received()
	if len(got) != 3 {
		t.Fatalf("%d were taken", len(got))
	}
	for k, box := range got {
		header, _, _ := read(t, []byte(box.text))
		if box.to != tos[k] || header.Get("Message-Id") != "<m"+string(rune('0'+k))+"@ada.example>" {
			t.Errorf("%d: to %s, %s", k, box.to, header.Get("Message-Id"))
		}
	}
}
