package sshd

import (
	"context"
	"errors"

	"golang.org/x/crypto/ssh"
)

// Why a session was ended by the server. They are the causes of its context.
var (
	ErrClosed   = errors.New("the client went away")
	ErrShutdown = errors.New("the server is shutting down")
	ErrRevoked  = errors.New("access was revoked")
	ErrExpired  = errors.New("the session has expired")
	ErrStalled  = errors.New("the terminal took nothing for too long")
)

// ErrStranger is about a key that nobody here has.
var ErrStranger = errors.New("nobody here has this key")

// Asking is what somebody shows at the door.
type Asking struct {
	User string        // as asked for, not clean
	Key  ssh.PublicKey // a certificate, too; nil where none is shown
	From string        // address without port
}

// Need is what a key alone does not settle.
type Need struct {
	SecondFactor bool // a code has to follow
}

// Door says who comes in, and remembers who did. It is safe for concurrent
// use.
type Door interface {
	// Key says whose key it is. The proof that they hold it follows. The error
	// is ErrStranger, or says why a known person is refused.
	Key(ctx context.Context, asking Asking) (Visitor, Need, error)
	// Code checks a code of a second factor, once.
	Code(ctx context.Context, visitor Visitor, code string) error
	// Entered records that somebody came in; an error refuses them.
	Entered(ctx context.Context, visitor Visitor) error
	// Refused records that somebody did not.
	Refused(ctx context.Context, asking Asking, why error)
	// Left records that somebody went, and why.
	Left(ctx context.Context, visitor Visitor, why error)
	// Check says whether a visitor may still be here: nil, or ErrRevoked. It is
	// cheap, and asked with every second and every input.
	Check(visitor Visitor) error
}
