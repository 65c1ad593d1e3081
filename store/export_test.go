package store

import "context"

// What the tests of those who use this package need of its own.
var (
	SetUp     = setUp
	Work      = work
	Owner     = owner
	Responder = responder
	Morning   = morning
	Left      = left
)

// Damage puts something in the place of projections, or takes them away where it
// is nil, by their slot.
func (s *Space) Damage(damage map[string][]byte) error {
	entries := make(map[slot][]byte)
	for at, value := range damage {
		entries[slot(at)] = value
	}
	return s.log.put(context.Background(), entries)
}

// Projection is what is kept at a slot.
func (s *Space) Projection(at string) []byte {
	value, _, _ := s.log.get(context.Background(), slot(at))
	return value
}
