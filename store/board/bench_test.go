package board

import (
	"testing"
	"time"

	"tocsin/model"
)

// benchSpace has n open incidents with two due times each.
func benchSpace(b *testing.B, n int) *space {
	s := newSpace(b)
	for k := range n {
		id := s.report(k+1, "")
		s.event("", &model.SeverityDecided{ID: id, After: "critical"})
		s.event("", &model.FactStated{ID: id, Name: "confirmed", Value: model.Time(monday.Add(-time.Duration(k) * time.Second))})
	}
	s.touched = nil
	board, err := New(s.state, nil)
	if err != nil {
		b.Fatal(err)
	}
	s.board = board
	return s
}

// BenchmarkPublish is one change of one incident and the snapshot after it,
// among 100,000 open ones.
func BenchmarkPublish(b *testing.B) {
	s := benchSpace(b, 100_000)
	levels := []string{"high", "critical"}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		s.event("", &model.SeverityDecided{ID: model.NewID(2026, n%100_000+1), After: levels[n/100_000%2]})
		if s.publish().Len() != 100_000 {
			b.Fatal("an incident is missing")
		}
	}
}

// BenchmarkQueue is the first Queue of a snapshot.
func BenchmarkQueue(b *testing.B) {
	s := benchSpace(b, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		if len(s.board.Publish().Queue()) != 100_000 {
			b.Fatal("an incident is missing")
		}
	}
}

// BenchmarkNew is the board of a whole state, as a start needs it.
func BenchmarkNew(b *testing.B) {
	s := benchSpace(b, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(s.state, nil); err != nil {
			b.Fatal(err)
		}
	}
}
