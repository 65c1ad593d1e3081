package outbox

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// post is a sender of tests: it says of each recipient what it is told to, one
// reply after the other, and accepts from then on.
type post struct {
	mu      sync.Mutex
	replies map[string][]Reply // by recipient
	takes   time.Duration      // each message
	broken  int                // so many lines do not open
	opened  []time.Time
	sent    map[string][]time.Time // accepted
	tried   map[string][]time.Time
	before  func(*Message)
}

func (p *post) Open(context.Context) (Line, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opened = append(p.opened, time.Now())
	if p.broken > 0 {
		p.broken--
		return nil, ErrNoTLS
	}
	return p, nil
}

func (p *post) Close() error { return nil }

func (p *post) Send(ctx context.Context, m *Message) Reply {
	if p.before != nil {
		p.before(m)
	}
	if p.takes > 0 {
		select {
		case <-time.After(p.takes):
		case <-ctx.Done():
			return Reply{Outcome: Uncertain, Lost: true}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tried == nil {
		p.tried, p.sent = make(map[string][]time.Time), make(map[string][]time.Time)
	}
	p.tried[m.To] = append(p.tried[m.To], time.Now())
	r := Reply{Outcome: Accepted, Words: "250 queued"}
	if left := p.replies[m.To]; len(left) > 0 {
		r, p.replies[m.To] = left[0], left[1:]
	}
	if r.Outcome == Accepted {
		p.sent[m.To] = append(p.sent[m.To], time.Now())
	}
	return r
}

// book is a journal of tests.
type book struct {
	mu       sync.Mutex
	t        rapid.TB
	state    map[int]Outcome // the last result; attempted has none
	attempts map[int]int
	words    map[int]string
	open     map[int]bool
	byHand   map[int]bool // were told by people meanwhile
	fail     error
}

func newBook(t rapid.TB) *book {
	return &book{t: t, state: make(map[int]Outcome), attempts: make(map[int]int), words: make(map[int]string), open: make(map[int]bool)}
}

func (b *book) Attempt(_ context.Context, ordinals []int) ([]int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		return nil, b.fail
	}
	ordinals = slices.DeleteFunc(slices.Clone(ordinals), func(k int) bool { return b.byHand[k] })
	for _, k := range ordinals {
		if o, known := b.state[k]; b.open[k] || known && o != Temporary && o != Unsent {
			b.t.Errorf("%d is attempted again after %v", k, o)
		}
		b.open[k] = true
		b.attempts[k]++
	}
	return ordinals, nil
}

func (b *book) Result(_ context.Context, results []Result) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range results {
		if !b.open[r.Ordinal] {
			b.t.Errorf("a result for %d, which was not attempted", r.Ordinal)
		}
		delete(b.open, r.Ordinal)
		b.state[r.Ordinal], b.words[r.Ordinal] = r.Outcome, r.Words
	}
	return nil
}

func (b *book) isOpen(ordinal int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.open[ordinal]
}

func (b *book) settled(ordinal int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	o, known := b.state[ordinal]
	return known && o != Temporary && o != Unsent
}

// count is how many recipients ended in an outcome.
func (b *book) count(o Outcome) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, one := range b.state {
		if one == o {
			n++
		}
	}
	return n
}

// toward is who recipient k is.
func toward(k int) string { return fmt.Sprintf("r%d@d%d.example", k, k%7) }

// list is a source of n messages; those that the journal has settled are left
// out.
func list(n int, b *book) Source {
	return func(_ context.Context, from int) iter.Seq2[*Message, error] {
		return func(yield func(*Message, error) bool) {
			for k := from; k < n; k++ {
				if !b.settled(k) && !yield(&Message{Ordinal: k, To: toward(k)}, nil) {
					return
				}
			}
		}
	}
}

// run sends n messages.
func run(ctx context.Context, t rapid.TB, n int, p *post, with func(*Run)) (*book, Tally) {
	t.Helper()
	b := newBook(t)
	p.before = func(m *Message) {
		if !b.isOpen(m.Ordinal) {
			t.Errorf("%d leaves before its attempt is recorded", m.Ordinal)
		}
	}
	r := &Run{Source: list(n, b), Sender: p, Journal: b}
	if with != nil {
		with(r)
	}
	tally, err := r.Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return b, tally
}

func TestEverybodyIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &post{takes: 3 * time.Millisecond}
		b, tally := run(t.Context(), t, 2000, p, nil)
		if tally != (Tally{Accepted: 2000}) || len(p.sent) != 2000 || len(b.open) != 0 {
			t.Fatalf("%+v, %d", tally, len(p.sent))
		}
		if len(p.opened) != 4 {
			t.Errorf("%d lines were opened", len(p.opened))
		}
	})
}

// TestWhateverServersSay sends to recipients of whom servers say anything, in
// any order: nobody is accepted twice, and everybody ends somewhere.
func TestWhateverServersSay(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(0, 60).Draw(r, "recipients")
		p := &post{takes: time.Millisecond, replies: make(map[string][]Reply), broken: rapid.IntRange(0, 5).Draw(r, "broken")}
		for k := range n {
			for range rapid.IntRange(0, 4).Draw(r, "replies") {
				reply := Reply{Outcome: Outcome(rapid.IntRange(int(Accepted), int(Uncertain)).Draw(r, "outcome")), Lost: rapid.Bool().Draw(r, "lost")}
				if rapid.IntRange(0, 9).Draw(r, "channel") == 0 {
					reply = Reply{Channel: ErrChannel, Lost: true}
				}
				p.replies[toward(k)] = append(p.replies[toward(k)], reply)
			}
		}
		claim, lines, pace := rapid.IntRange(1, 9).Draw(r, "claim"), rapid.IntRange(1, 5).Draw(r, "lines"), rapid.IntRange(0, 2).Draw(r, "pace")
		var b *book
		synctest.Test(t, func(t *testing.T) {
			b, _ = run(t.Context(), t, n, p, func(run *Run) {
				run.Claim, run.Lines, run.Pace = claim, lines, float64(3*pace)
				run.Trouble = func(_ error, again time.Time) {
					if again.IsZero() {
						run.Resume()
					}
				}
			})
		})
		if len(b.open) != 0 || len(b.state) != n {
			r.Fatalf("%d of %d have a result, %d are open", len(b.state), n, len(b.open))
		}
		for k := range n {
			if got := len(p.sent[toward(k)]); got > 1 || (b.state[k] == Accepted) != (got == 1) || b.state[k] == Temporary || b.state[k] == Unsent {
				r.Fatalf("%d was told %d times and is %s", k, got, b.state[k])
			}
		}
	})
}

func TestTemporaryRefusalsWaitLongerEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		always := make([]Reply, 100)
		for k := range always {
			always[k] = Reply{Outcome: Temporary, Words: "451 later"}
		}
		p := &post{replies: map[string][]Reply{toward(0): always, toward(1): {{Outcome: Temporary}}}}
		b, tally := run(t.Context(), t, 2, p, nil)
		if tally != (Tally{Accepted: 1, Permanent: 1, Deferred: 1 + len(usualWaits)}) {
			t.Errorf("%+v", tally)
		}
		if want := "given up after 12 tries: 451 later"; b.words[0] != want || b.state[0] != Permanent {
			t.Errorf("%s %q, want %q", b.state[0], b.words[0], want)
		}
		tried := p.tried[toward(0)]
		for k, want := range usualWaits {
			if got := tried[k+1].Sub(tried[k]).Round(time.Second); got != want {
				t.Errorf("try %d came after %v, want %v", k+2, got, want)
			}
		}
		if got := p.sent[toward(1)][0].Sub(p.tried[toward(1)][0]); got < time.Minute || got > time.Minute*9/8 {
			t.Errorf("greylisted for %v", got)
		}
	})
}

func TestEachDomainIsPaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &post{}
		run(t.Context(), t, 1400, p, func(r *Run) { r.Pace = 2 })
		byDomain := make(map[string][]time.Time)
		for to, at := range p.sent {
			byDomain[domainOf(to)] = append(byDomain[domainOf(to)], at...)
		}
		if len(byDomain) != 7 {
			t.Fatalf("%d domains", len(byDomain))
		}
		for domain, times := range byDomain {
			second := make(map[int64]int)
			for _, at := range times {
				if second[at.Unix()]++; second[at.Unix()] > 4 { // two at once, and two more until the second is over
					t.Fatalf("%s gets %d messages in a second", domain, second[at.Unix()])
				}
			}
			if len(second) < 90 {
				t.Errorf("%s got 200 messages in %d seconds", domain, len(second))
			}
		}
	})
}

func TestPauseResumeAndCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &post{takes: 100 * time.Millisecond}
		b := newBook(t)
		r := &Run{Source: list(1000, b), Sender: p, Journal: b}
		ended := make(chan Tally, 1)
		go func() {
			tally, err := r.Do(t.Context())
			if err != nil {
				t.Error(err)
			}
			ended <- tally
		}()
		time.Sleep(2 * time.Second)
		r.Pause()
		time.Sleep(time.Second)
		held := b.count(Accepted)
		if held == 0 || held == 1000 || len(b.open) != 0 {
			t.Fatalf("%d were accepted before the pause, %d are open", held, len(b.open))
		}
		time.Sleep(time.Hour)
		if now := b.count(Accepted); now != held {
			t.Fatalf("%d more left during the pause", now-held)
		}
		r.Resume()
		time.Sleep(2 * time.Second)
		if b.count(Accepted) <= held {
			t.Error("nothing leaves after the pause")
		}
		r.Cancel()
		tally := <-ended
		r.Resume()
		if tally.Accepted != b.count(Accepted) || tally.Accepted == 1000 || len(b.open) != 0 {
			t.Errorf("%+v, %d are accepted, %d open", tally, b.count(Accepted), len(b.open))
		}
		for k, n := range b.attempts {
			if b.state[k] == Accepted && len(p.sent[toward(k)]) != 1 {
				t.Errorf("%d: %d attempts, told %d times", k, n, len(p.sent[toward(k)]))
			}
		}
	})
}

func TestAChannelThatFailsIsNobodysFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &post{broken: 6}
		var told []time.Duration
		began := time.Now()
		b, tally := run(t.Context(), t, 100, p, func(r *Run) {
			r.Lines = 3
			r.Trouble = func(err error, again time.Time) {
				if !errors.Is(err, ErrChannel) {
					t.Error(err)
				}
				told = append(told, again.Sub(began))
			}
		})
		if tally != (Tally{Accepted: 100}) {
			t.Errorf("%+v", tally)
		}
		for k, n := range b.attempts {
			if n != 1 {
				t.Errorf("%d was attempted %d times", k, n)
			}
		}
		if len(told) < 2 || told[0] != 2*time.Second || told[1] != 7*time.Second {
			t.Errorf("told of trouble until %v", told)
		}
	})
}

func TestWhereAllAreRefusedTheRunPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &post{replies: make(map[string][]Reply)}
		for k := range 60 {
			p.replies[toward(k)] = []Reply{{Outcome: Permanent, Words: "550 relaying denied"}}
		}
		pauses := 0
		b, tally := run(t.Context(), t, 100, p, func(r *Run) {
			r.Lines, r.Claim = 1, 1
			r.Trouble = func(err error, again time.Time) {
				if !errors.Is(err, ErrAllRefused) || !again.IsZero() {
					t.Errorf("%v until %v", err, again)
				}
				pauses++
				go r.Resume()
			}
		})
		if pauses != 2 || tally.Permanent != 60 || tally.Accepted != 40 || len(b.state) != 100 {
			t.Errorf("%d pauses, %+v", pauses, tally)
		}
	})
}

func TestWhenTheProgramEnds(t *testing.T) {
	for _, c := range []struct {
		takes time.Duration
		want  Outcome
	}{{5 * time.Second, Accepted}, {time.Minute, Uncertain}} {
		synctest.Test(t, func(t *testing.T) {
			p := &post{takes: c.takes}
			b := newBook(t)
			ctx, cancel := context.WithCancel(t.Context())
			r := &Run{Source: list(100, b), Sender: p, Journal: b, Lines: 2}
			time.AfterFunc(time.Second, cancel)
			began := time.Now()
			_, err := r.Do(ctx)
			if !errors.Is(err, context.Canceled) || time.Since(began) > 12*time.Second {
				t.Errorf("%v after %v", err, time.Since(began))
			}
			if b.count(c.want) != 2 || len(b.state) != 2 || len(b.open) != 0 {
				t.Errorf("%v: %v, %d open", c.takes, b.state, len(b.open))
			}
		})
	}
}

func TestAJournalThatFailsEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p := newBook(t), &post{}
		b.fail = errors.New("the disk is full")
		r := &Run{Source: list(1000, b), Sender: p, Journal: b}
		if _, err := r.Do(t.Context()); !errors.Is(err, b.fail) {
			t.Error(err)
		}
		if len(p.tried) != 0 {
			t.Errorf("%d messages left unrecorded", len(p.tried))
		}
	})
}

func TestWhomPeopleToldMeanwhileIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p := newBook(t), &post{}
		b.byHand = map[int]bool{0: true, 7: true, 99: true}
		r := &Run{Source: list(100, b), Sender: p, Journal: b}
		tally, err := r.Do(t.Context())
		if err != nil || tally.Accepted != 97 || len(p.sent) != 97 {
			t.Errorf("%+v %v", tally, err)
		}
	})
}

func TestAJournalThatHoldsPausesTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p := newBook(t), &post{}
		b.fail = ErrHold
		r := &Run{Source: list(100, b), Sender: p, Journal: b}
		time.AfterFunc(time.Hour, func() {
			b.mu.Lock()
			b.fail = nil
			b.mu.Unlock()
			r.Resume()
		})
		began := time.Now()
		if tally, err := r.Do(t.Context()); err != nil || tally.Accepted != 100 || time.Since(began) < time.Hour {
			t.Errorf("%+v %v", tally, err)
		}
	})
}

func TestASourceThatFailsEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p, broken := newBook(t), &post{}, errors.New("a row cannot be opened")
		r := &Run{Sender: p, Journal: b, Source: func(ctx context.Context, from int) iter.Seq2[*Message, error] {
			return func(yield func(*Message, error) bool) {
				for m, err := range list(100, b)(ctx, from) {
					if m.Ordinal == 50 {
						err = broken
					}
					if !yield(m, err) {
						return
					}
				}
			}
		}}
		if _, err := r.Do(t.Context()); !errors.Is(err, broken) || !strings.Contains(err.Error(), "read the messages") {
			t.Error(err)
		}
		if len(b.open) != 0 {
			t.Errorf("%d are open", len(b.open))
		}
	})
}

// TestAMillionRecipientsAreNotHeld counts how far the source is read ahead of
// what was sent.
func TestAMillionRecipientsAreNotHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read := 0
		p := &post{takes: time.Second}
		b := newBook(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r := &Run{Sender: p, Journal: b, Pace: 1, Source: func(context.Context, int) iter.Seq2[*Message, error] {
			return func(yield func(*Message, error) bool) {
				for k := range 1_000_000 {
					if read++; !yield(&Message{Ordinal: k, To: toward(k)}, nil) {
						return
					}
				}
			}
		}}
		if _, err := r.Do(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if most := len(p.sent) + mostAhead + 5*32 + 8; read > most {
			t.Errorf("%d messages were read while %d were sent", read, len(p.sent))
		}
	})
}

func TestIdleLinesAreClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &post{replies: map[string][]Reply{toward(3): {{Outcome: Temporary}}}}
		run(t.Context(), t, 10, p, func(r *Run) { r.Lines = 1 })
		if len(p.opened) != 2 {
			t.Errorf("%d lines were opened; the first is closed while one recipient waits", len(p.opened))
		}
	})
}
