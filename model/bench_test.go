package model

import (
	"fmt"
	"testing"
	"time"
)

// benchDecideFold decides the same command again and again, folding what it
// leads to into the same state.
func benchDecideFold(b *testing.B, s *space, command func(n int) Command) {
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		decision, err := Decide(&s.state, owner, command(n), s.now)
		if err != nil {
			b.Fatal(err)
		}
		for _, body := range decision.Bodies {
			if _, err := s.state.Fold(Event{Seq: s.state.Seq + 1, At: s.now, Actor: owner.Name, Role: owner.Role, Body: body}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkReport(b *testing.B) {
	benchDecideFold(b, newSpace(b), func(int) Command { return Report{Title: "Strange log-ins"} })
}

// A fact that starts or moves three clocks. Every round is about another
// incident, since corrections add up.
func BenchmarkStateFact(b *testing.B) {
	s := newSpace(b)
	const incidents = 1000
	for n := range incidents {
		s.do(Report{Title: "T"})
		s.do(Triage{Incident: NewID(2026, n+1), Types: []string{"breach"}, Severity: "critical", Reason: "r"})
	}
	benchDecideFold(b, s, func(n int) Command {
		c := StateFact{NewID(2026, n%incidents+1), Statement{Name: "confirmed", Value: Time(start.Add(-time.Duration(n) * time.Second))}}
		if n >= incidents {
			c.Reason = "better known"
		}
		return c
	})
}

func BenchmarkStand(b *testing.B) {
	for _, c := range []struct {
		name  string
		space *space
	}{{"fresh", reported(b)}, {"triaged", triaged(b)}} {
		b.Run(c.name, func(b *testing.B) {
			i := c.space.incident(firstID)
			b.ReportAllocs()
			for b.Loop() {
				c.space.state.Stand(i)
			}
		})
	}
}

func BenchmarkCleanLine(b *testing.B) {
	for _, text := range []string{"Strange log-ins on the billing service", "Ungewöhnliche Anmeldungen 東京 \x1b[31m"} {
		b.Run(fmt.Sprint(len(text)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				CleanLine(text)
			}
		})
	}
}
