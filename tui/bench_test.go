package tui

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/notice"
	"tocsin/model/policy"
)

// benchSnapshot is a space with many open incidents, each with two due times.
type benchSnapshot struct {
	seq   uint64
	state *model.State
	queue []*model.Standing
}

func (s *benchSnapshot) Seq() uint64               { return s.seq }
func (s *benchSnapshot) Meta() model.Meta          { return s.state.Meta }
func (s *benchSnapshot) Zone() *time.Location      { return time.UTC }
func (s *benchSnapshot) Queue() []*model.Standing  { return s.queue }
func (s *benchSnapshot) Closed() []*model.Standing { return nil }
func (s *benchSnapshot) Incident(id model.ID) (*model.Standing, bool) {
	for _, standing := range s.queue {
		if standing.Incident.ID == id {
			return standing, true
		}
	}
	return nil, false
}
func (s *benchSnapshot) Dues() iter.Seq2[*model.Standing, model.Due] {
	return func(yield func(*model.Standing, model.Due) bool) {
		for _, standing := range s.queue {
			if due, ok := standing.Next(); ok && !yield(standing, due) {
				return
			}
		}
	}
}
func (s *benchSnapshot) DuesFrom(from time.Time) iter.Seq2[*model.Standing, model.Due] {
	return func(yield func(*model.Standing, model.Due) bool) {
		first, _ := slices.BinarySearchFunc(s.queue, from, func(standing *model.Standing, at time.Time) int { return standing.Dues[0].At.Compare(at) })
		for _, standing := range s.queue[first:] {
			if due, ok := standing.Next(); ok && !yield(standing, due) {
				return
			}
		}
	}
}
func (s *benchSnapshot) Approving() iter.Seq[*model.Standing] {
	return func(func(*model.Standing) bool) {}
}

func (s *benchSnapshot) NoticeFacts(i *model.Incident, rules []policy.RuleKey, now time.Time) notice.Facts {
	return s.state.NoticeFacts(i, "Bench", rules, now)
}

func (s *benchSnapshot) Calling(string) iter.Seq[*model.Standing] {
	return func(func(*model.Standing) bool) {}
}

func (s *benchSnapshot) Reminding(person string) iter.Seq2[*model.Standing, model.Due] {
	return func(yield func(*model.Standing, model.Due) bool) {
		if person != "" {
			return
		}
		for _, standing := range s.queue {
			if due, ok := standing.Next(); ok && !yield(standing, due) {
				return
			}
		}
	}
}
func (s *benchSnapshot) Obligations(i *model.Incident) []policy.Obligation {
	return s.state.Obligations(i)
}
func (s *benchSnapshot) Packs() iter.Seq[*policy.Pack] { return maps.Values(s.state.Packs) }
func (s *benchSnapshot) Calendars() iter.Seq[*calendar.Edition] {
	return maps.Values(s.state.Calendars)
}
func (s *benchSnapshot) Home() calendar.Calendar                  { return s.state.Home() }
func (s *benchSnapshot) PacksOf(i *model.Incident) []*policy.Pack { return s.state.PacksOf(i) }

type benchSpace struct{ snapshot *benchSnapshot }

func (s benchSpace) Snapshot() Snapshot              { return s.snapshot }
func (s benchSpace) Wake() (<-chan struct{}, func()) { return nil, func() {} }
func (s benchSpace) Do(context.Context, model.Actor, model.Command) (model.ID, error) {
	return "", nil
}
func (s benchSpace) History(context.Context, model.ID) ([]model.Event, error) { return nil, nil }

var benchNow = time.Date(2026, 11, 20, 9, 20, 0, 0, time.UTC)

func benchPack() *policy.Pack {
	hours := func(n int) calendar.Period { return calendar.Period{N: n, Unit: calendar.Hours} }
	return &policy.Pack{
		ID: "bench", Version: 1, Kind: policy.Procedure, Title: "For measuring",
		Severities: []policy.Severity{{ID: "low", Label: "Low"}, {ID: "high", Label: "High"}},
		Roles:      []policy.Role{{ID: "lead", Label: "Lead", Required: true}},
		Phases:     []policy.Phase{{ID: "work", Label: "Work"}},
		Rules: []policy.Rule{
			{ID: "notify", Title: "Notify customers", Starts: "aware", Within: hours(72)},
			{ID: "report", Title: "Report to the authority", Starts: "aware", Within: hours(96)},
		},
	}
}

// newBench is a console of a size on n open incidents, the first of which are
// due within the hour.
func newBench(b testing.TB, n, width, height int) (*Console, *benchSnapshot) {
	b.Helper()
	pack := benchPack()
	state := &model.State{}
	incidents := make([]*model.Incident, n)
	for k := range incidents {
		aware := benchNow.Add(-72*time.Hour + time.Duration(k+1)*time.Minute)
		incidents[k] = &model.Incident{
			ID: model.NewID(2026, k+1), Version: uint64(k + 1), Packs: []policy.Ref{pack.Ref()}, Title: fmt.Sprintf("Mail relay %d forwards to an outside address", k),
			TLP: model.TLPAmber, Opened: aware, OpenedBy: "ana", Particulars: new(model.Particulars), Phases: []model.PhaseSpan{{Phase: "work", From: aware}},
			Severities: []model.SeverityCall{{Level: "high", By: "ana", At: aware}}, Facts: []model.Fact{{Name: "aware", Value: model.Time(aware), By: "ana", Stated: aware}},
		}
	}
	if err := state.Restore(uint64(n), model.Meta{Organisation: "Bench", Zone: "UTC", Packs: []policy.Ref{pack.Ref()}}, model.Laws{Packs: []*policy.Pack{pack}}, incidents); err != nil {
		b.Fatal(err)
	}
	snapshot := &benchSnapshot{seq: 1, state: state}
	for _, i := range incidents {
		snapshot.queue = append(snapshot.queue, state.Stand(i))
	}
	slices.SortFunc(snapshot.queue, model.CompareUrgency)
	c := New(context.Background(), Options{Space: benchSpace{snapshot}, Actor: model.Actor{Name: "ana", Role: model.Owner}, Now: func() time.Time { return benchNow }, Theme: "dark"})
	c.Update(tea.WindowSizeMsg{Width: width, Height: height})
	c.View()
	return c, snapshot
}

// BenchmarkTick draws a second on a 200×50 queue of 100,000 open incidents
// with more than 30 countdowns in sight.
func BenchmarkTick(b *testing.B) {
	c, snapshot := newBench(b, 100_000, 200, 50)
	now := benchNow
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second)
		c.Update(frameMsg{snapshot: snapshot, now: now})
		c.View()
	}
}

// BenchmarkKeyToFrame moves the cursor and draws, with the preview following.
func BenchmarkKeyToFrame(b *testing.B) {
	c, _ := newBench(b, 100_000, 200, 50)
	b.ReportAllocs()
	for b.Loop() {
		c.Update(tea.KeyPressMsg{Code: tea.KeyDown})
		c.View()
	}
}

// BenchmarkChangeToFrame takes a snapshot in which something changed.
func BenchmarkChangeToFrame(b *testing.B) {
	c, snapshot := newBench(b, 100_000, 200, 50)
	b.ReportAllocs()
	for b.Loop() {
		next := *snapshot
		next.seq++
		snapshot = &next
		c.Update(frameMsg{snapshot: snapshot, now: benchNow})
		c.View()
	}
}

// BenchmarkSearch looks for two words in 100,000 incidents, as a filter does
// off the event loop.
func BenchmarkSearch(b *testing.B) {
	_, snapshot := newBench(b, 100_000, 200, 50)
	for b.Loop() {
		if rows := matching(snapshot.queue, "relay 2026-99999"); len(rows) != 1 {
			b.Fatal(len(rows))
		}
	}
}
