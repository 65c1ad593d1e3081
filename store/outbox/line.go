package outbox

import "context"

// Line takes messages, one at a time. A line that said Lost, or that failed, is
// closed and takes nothing more.
type Line interface {
	// Send hands a message over. When the context ends it returns soon.
	Send(ctx context.Context, m *Message) Reply
	// Close ends the line.
	Close() error
}

// Sender opens lines to where messages go. Several may be open at once.
type Sender interface {
	// Open opens a line. An error is the channel's: no recipient is at fault.
	Open(ctx context.Context) (Line, error)
}
