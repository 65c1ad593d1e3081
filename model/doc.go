// Package model is what tocsin is about, without any input or output:
// incidents, facts, severity, roles, the commands people give, the events
// that result, and the rules that decide between the two.
//
// One road leads through it:
//
//	Command ─► Decide(state, actor, command, now) ─► events, or a Refusal
//	                                                  │
//	                      State.Fold(event) ◄─────────┘
//
// Decide and Fold are pure: time is an argument, packs come out of the state,
// and the same events always fold to the same state. Decide is the only place
// that grants or refuses, for every entrance. Nothing is ever updated or
// removed; a correction is a new event.
package model
