package sshd

import "sync/atomic"

// Figures are what a server counts.
type Figures struct {
	// What is so now.
	Connections, Visits int
	// What was so since the server began.
	Connected  uint64 // connections that were made
	TurnedAway uint64 // of these, those that were closed at once for a limit
	Refused    uint64 // of these, those on which somebody was not let in
	Entered    uint64 // of these, those on which somebody was
	Stalled    uint64 // sessions that were ended because nobody took their output
	Silent     uint64 // connections that were closed because nobody answered
	Revoked    uint64 // connections that were closed because what somebody came in with holds no more
	Expired    uint64 // connections that were closed after their life, or without visits
	Received   uint64 // bytes, as they came over the wire
	Sent       uint64 // bytes, as they went over the wire
}

type figures struct {
	connected, turnedAway, refused, entered atomic.Uint64
	stalled, silent, revoked, expired       atomic.Uint64
	received, sent                          atomic.Uint64
}

// Figures returns the figures of now.
func (s *Server) Figures() Figures {
	f := Figures{
		Connected:  s.figures.connected.Load(),
		TurnedAway: s.figures.turnedAway.Load(),
		Refused:    s.figures.refused.Load(),
		Entered:    s.figures.entered.Load(),
		Stalled:    s.figures.stalled.Load(),
		Silent:     s.figures.silent.Load(),
		Revoked:    s.figures.revoked.Load(),
		Expired:    s.figures.expired.Load(),
		Received:   s.figures.received.Load(),
		Sent:       s.figures.sent.Load(),
	}
	all := s.all()
	f.Connections = len(all)
	for _, c := range all {
		f.Visits += c.visits()
	}
	return f
}
