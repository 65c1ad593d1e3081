package sshd

import (
	"context"
	"io"

	"tocsin/model"
)

// Entrance is by which way a visit came in.
type Entrance string

const (
	Network Entrance = "network" // SSH over TCP: nothing of the server's files
	Socket  Entrance = "socket"  // the socket in the data directory: whoever owns that
)

// Visitor is who was let in, and how.
type Visitor struct {
	Session     string     // names the connection in the record; unique
	Name        string     // a person of the record; "" for a stranger who only reports
	Role        model.Role // what they came in as; what holds later is decided with every command
	Entrance    Entrance
	Method      string // "key", "certificate", "socket" or "none"
	Fingerprint string // of the key, SHA256:…; "" where there was none
	From        string // address without port; "" for the socket
	User        string // the user name that was asked for, clean; it opens entrances such as report
	Pass        any    // what the door keeps of whom it let in, comparable; nobody else looks at it
}

// stranger reports whether nobody knows who it is: they came over the network
// and proved nothing.
func (v Visitor) stranger() bool { return v.Entrance == Network && v.Name == "" }

// Visit is one session: a shell, or one command. A client may have several on
// one connection.
type Visit struct {
	Visitor
	// In is what the client sends. On a terminal it is read line by line, as
	// from any terminal: see Terminal.
	In io.Reader
	// Out and Err take what the client is sent. Writing waits while the client
	// takes nothing, until the session ends. On a terminal both are the same
	// stream.
	Out, Err io.Writer
	// Getenv is the part of the client's environment that is taken: TERM,
	// COLORTERM, NO_COLOR, LANG, LC_*, TZ and, from the socket, TOCSIN_*.
	Getenv func(string) string
	// Args are the words of the command; none open the console.
	Args []string
	// Directory is where relative paths start; "" is for visits that may name
	// no file. It comes from the socket alone, as TOCSIN_DIRECTORY.
	Directory string
	// Terminal is nil where none was asked for.
	Terminal *Terminal

	session *session
}

// Size is a terminal's, in cells, at most 400×120.
type Size struct{ Width, Height int }

// Terminal is the visitor's. The client's own terminal does nothing by itself
// while it is used: outside of Show the server echoes what is typed, and lets
// people correct a line until they end it.
type Terminal struct {
	Term  string
	First Size
	// Sizes gets every further size; where nobody takes one, the next takes its
	// place. It is closed with the session.
	Sizes <-chan Size
}

// Handle does what a visit came for and returns its exit code. It returns soon
// after ctx ends; the cause of that is one of this package's errors, or what
// Server.Drop was told. The client is told, too, unless it is the one who
// left.
type Handle func(ctx context.Context, visit *Visit) int

// Look says what the visit shows, for the list of sessions: one line.
func (v *Visit) Look(at string) { v.session.look(at) }

// Unattended says that nobody is expected to type here, as at a wall: the
// visit does not expire by silence, unless another on its connection does. It
// still ends with the connection, and with the visitor's access.
func (v *Visit) Unattended() { v.session.unattended.Store(true) }
