package model

import "time"

// Decision is what a command leads to: the bodies of the events to append, in
// order, and the incident it was about (for Report, the new one).
type Decision struct {
	Bodies   []Body
	Incident ID
	Batch    string // set for the rows of an import
}

// Decide says what a command leads to in a state, or refuses it with a
// *Refusal. It changes nothing. now is the moment of the decision; texts in
// the command are cleaned here, at the door.
func Decide(s *State, actor Actor, command Command, now time.Time) (Decision, error) {
	panic("not yet")
}
