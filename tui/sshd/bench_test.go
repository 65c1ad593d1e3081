//go:build unix

package sshd

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/notice"
	"tocsin/model/policy"
	"tocsin/tui"
)

// queue is a space with some open incidents whose first title can be changed.
type queue struct {
	snapshot atomic.Pointer[standing]
	mu       sync.Mutex
	wakes    map[chan struct{}]struct{}
}

type standing struct {
	seq   uint64
	state *model.State
	open  []*model.Standing
}

func (s *standing) Seq() uint64               { return s.seq }
func (s *standing) Meta() model.Meta          { return s.state.Meta }
func (s *standing) Zone() *time.Location      { return time.UTC }
func (s *standing) Queue() []*model.Standing  { return s.open }
func (s *standing) Closed() []*model.Standing { return nil }
func (s *standing) Incident(id model.ID) (*model.Standing, bool) {
	k := slices.IndexFunc(s.open, func(one *model.Standing) bool { return one.Incident.ID == id })
	if k < 0 {
		return nil, false
	}
	return s.open[k], true
}
func (s *standing) Dues() iter.Seq2[*model.Standing, model.Due] {
	return func(yield func(*model.Standing, model.Due) bool) {
		for _, one := range s.open {
			if due, ok := one.Next(); ok && !yield(one, due) {
				return
			}
		}
	}
}
func (s *standing) DuesFrom(from time.Time) iter.Seq2[*model.Standing, model.Due] {
	return func(yield func(*model.Standing, model.Due) bool) {
		for one, due := range s.Dues() {
			if !due.At.Before(from) && !yield(one, due) {
				return
			}
		}
	}
}
func (s *standing) Approving() iter.Seq[*model.Standing] {
	return func(func(*model.Standing) bool) {}
}

func (s *standing) NoticeFacts(i *model.Incident, rules []policy.RuleKey, now time.Time) notice.Facts {
	return s.state.NoticeFacts(i, "Bench", rules, now)
}

func (s *standing) Calling(string) iter.Seq[*model.Standing] {
	return func(func(*model.Standing) bool) {}
}

func (s *standing) Reminding(string) iter.Seq2[*model.Standing, model.Due] {
	return func(func(*model.Standing, model.Due) bool) {}
}
func (s *standing) Obligations(i *model.Incident) []policy.Obligation { return s.state.Obligations(i) }
func (s *standing) Packs() iter.Seq[*policy.Pack]                     { return maps.Values(s.state.Packs) }
func (s *standing) Calendars() iter.Seq[*calendar.Edition]            { return maps.Values(s.state.Calendars) }
func (s *standing) Home() calendar.Calendar                           { return s.state.Home() }
func (s *standing) PacksOf(i *model.Incident) []*policy.Pack          { return s.state.PacksOf(i) }

func (q *queue) Snapshot() tui.Snapshot { return q.snapshot.Load() }

func (q *queue) Wake() (<-chan struct{}, func()) {
	wake := make(chan struct{}, 1)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.wakes[wake] = struct{}{}
	return wake, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.wakes, wake)
	}
}

func (q *queue) Do(context.Context, model.Actor, model.Command) (model.ID, error) { return "", nil }
func (q *queue) History(context.Context, model.ID) ([]model.Event, error)         { return nil, nil }

// change gives the first incident another title, and wakes everybody.
func (q *queue) change(b testing.TB, seq uint64, title string) {
	b.Helper()
	q.snapshot.Store(queueOf(b, seq, title))
	q.mu.Lock()
	defer q.mu.Unlock()
	for wake := range q.wakes {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

func newQueue(b testing.TB) *queue {
	q := &queue{wakes: make(map[chan struct{}]struct{})}
	q.snapshot.Store(queueOf(b, 1, "First"))
	return q
}

// queueOf is 40 open incidents that are due in more than a day: minutes are
// shown of them, not seconds.
func queueOf(b testing.TB, seq uint64, title string) *standing {
	b.Helper()
	pack := &policy.Pack{
		ID: "bench", Version: 1, Kind: policy.Procedure, Title: "For measuring",
		Severities: []policy.Severity{{ID: "low", Label: "Low"}, {ID: "high", Label: "High"}},
		Roles:      []policy.Role{{ID: "lead", Label: "Lead", Required: true}},
		Phases:     []policy.Phase{{ID: "work", Label: "Work"}},
		Rules:      []policy.Rule{{ID: "notify", Title: "Notify customers", Starts: "aware", Within: calendar.Period{N: 72, Unit: calendar.Hours}}},
	}
	state := &model.State{}
	incidents := make([]*model.Incident, 40)
	for k := range incidents {
		aware := time.Now().Add(time.Duration(k-40) * time.Minute)
		text := fmt.Sprintf("Mail relay %d forwards to an outside address", k)
		if k == 0 {
			text = title
		}
		incidents[k] = &model.Incident{
			ID: model.NewID(2026, k+1), Version: seq, Packs: []policy.Ref{pack.Ref()}, Title: text,
			TLP: model.TLPAmber, Opened: aware, OpenedBy: "ana", Particulars: new(model.Particulars), Phases: []model.PhaseSpan{{Phase: "work", From: aware}},
			Severities: []model.SeverityCall{{Level: "high", By: "ana", At: aware}}, Facts: []model.Fact{{Name: "aware", Value: model.Time(aware), By: "ana", Stated: aware}},
		}
	}
	if err := state.Restore(seq, model.Meta{Organisation: "Bench", Zone: "UTC", Packs: []policy.Ref{pack.Ref()}}, model.Laws{Packs: []*policy.Pack{pack}}, incidents); err != nil {
		b.Fatal(err)
	}
	s := &standing{seq: seq, state: state}
	for _, i := range incidents {
		s.open = append(s.open, state.Stand(i))
	}
	slices.SortFunc(s.open, model.CompareUrgency)
	return s
}

func (q *queue) handle(ctx context.Context, visit *Visit) int {
	err := visit.Show(ctx, func(options ...tea.ProgramOption) (*tea.Program, func() error) {
		return tui.NewProgram(ctx, tui.Options{Space: q, Actor: model.Actor{Name: visit.Name, Role: visit.Role}, Theme: "dark"}, options...)
	})
	if err != nil {
		return 1
	}
	return 0
}

// consoles are open sessions that show a queue, and clients that read them.
type consoles struct {
	*house
	queue *queue
	seen  chan time.Time // when a client saw the mark
	mark  atomic.Pointer[[]byte]
	bytes atomic.Int64
}

func openConsoles(b *testing.B, n int) *consoles {
	b.Helper()
	c := &consoles{queue: newQueue(b), seen: make(chan time.Time, n)}
	c.house = open(b, c.queue.handle, Limits{PerAddress: n})
	first := []byte("First")
	c.mark.Store(&first)
	for k := range n {
		s := openScreen(b, c.enter(fmt.Sprintf("p%d", k), model.Responder), 80, 24)
		go c.read(s)
	}
	c.all(b, n)
	return c
}

// read looks for every mark once.
func (c *consoles) read(s *screen) {
	part, tail := make([]byte, 4096), []byte(nil)
	found := (*[]byte)(nil)
	for {
		n, err := s.out.Read(part)
		if err != nil {
			return
		}
		c.bytes.Add(int64(n))
		tail = append(tail, part[:n]...)
		if mark := c.mark.Load(); mark != found && bytes.Contains(tail, *mark) {
			found = mark
			c.seen <- time.Now()
		}
		if len(tail) > 8192 {
			tail = append([]byte(nil), tail[len(tail)-256:]...)
		}
	}
}

func (c *consoles) all(b *testing.B, n int) []time.Time {
	b.Helper()
	times := make([]time.Time, n)
	for k := range times {
		times[k] = await(b, c.seen, "a screen")
	}
	return times
}

// BenchmarkMemory is what a session takes at 80×24, with the console, the
// queue, and the client in the same process.
func BenchmarkMemory(b *testing.B) {
	const n = 50
	for b.Loop() {
		b.StopTimer()
		before := inUse()
		c := openConsoles(b, n)
		whole := float64(inUse()-before) / n / 1024
		b.ReportMetric(whole, "KiB/session")
		c.close()
		b.StartTimer()
	}
}

func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// BenchmarkLive is 200 sessions with one change a second: the processor time
// of server and clients, in hundredths of one core, and how long it takes
// until a change is on the screens.
func BenchmarkLive(b *testing.B) {
	const n = 200
	c := openConsoles(b, n)
	var late []time.Duration
	begun, used, sent := time.Now(), cpu(), c.bytes.Load()
	round := 0
	for b.Loop() {
		round++
		// Every cell changes, so that it is sent as one piece.
		title := []byte("abcdefghijklmnopqrstuvwxyz"[round%13 : round%13+10])
		c.mark.Store(&title)
		at := time.Now()
		c.queue.change(b, uint64(round+1), string(title))
		for _, t := range c.all(b, n) {
			late = append(late, t.Sub(at))
		}
		time.Sleep(time.Until(at.Add(time.Second)))
	}
	whole := time.Since(begun)
	slices.Sort(late)
	b.ReportMetric(100*float64(cpu()-used)/float64(whole), "%core")
	b.ReportMetric(float64(c.bytes.Load()-sent)/n/whole.Seconds(), "B/s/session")
	for _, p := range []int{50, 99, 100} {
		b.ReportMetric(float64(late[(len(late)-1)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
}

// BenchmarkIdle is what 20 sessions send while nothing happens: nothing, but
// for the clock when a minute turns.
func BenchmarkIdle(b *testing.B) {
	const n = 20
	c := openConsoles(b, n)
	time.Sleep(time.Second) // until the first screens are whole
	sent := c.bytes.Load()
	begun, used := time.Now(), cpu()
	for b.Loop() {
		time.Sleep(time.Second)
	}
	b.ReportMetric(float64(c.bytes.Load()-sent)/n/time.Since(begun).Minutes(), "B/min/session")
	b.ReportMetric(100*float64(cpu()-used)/float64(time.Since(begun))/n, "%core/session")
}

// cpu is the processor time of this process.
func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
