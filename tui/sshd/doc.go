// Package sshd serves the console and the verbs to terminals elsewhere: over
// SSH to people whose keys are known, and over a socket in the data directory
// to whoever owns that.
//
// A Server knows neither the record nor the verbs. A Door says who comes in,
// and a Handle does what a visit came for; between them it keeps these:
//
//   - A visit ends with its channel, its input, its visitor's access, its
//     life, or the server, and never later; who is at a screen then gets their
//     terminal back as it was, with one line that says why.
//   - What a client does not read is felt by its own session alone. Output is
//     sent in the background, 256 KiB of it wait at most, and who takes nothing
//     for half a minute loses the connection.
//   - There are sessions and nothing else: no forwarding, no agent, no
//     subsystems. Names, variables, sizes and command lines are bounded and
//     clean before anything sees them.
//   - Refusals are counted and told once a minute, so that nobody can fill the
//     record from outside.
//
// The protocol's shell is charm.land/ssh. Its own handling of sessions, and
// what builds on it to show screens, is not used: a window that changes, or a
// channel that is closed on a connection that is kept, stops it or makes it
// spin.
//
// Measured on two busy cores, servers and clients in one process, at 80×24 on
// a queue of 40 incidents (go test ./tui/sshd -run - -bench .):
//
//	a session, its client included     0.8 MiB
//	200 sessions, one change a second  30 % of a core, clients included
//	an idle minute of a session        0 bytes on the screen
package sshd
