package sshd

import (
	"context"
	"errors"
	"slices"
	"tocsin/model"

	"golang.org/x/crypto/ssh"
)

// Why a session was ended by the server. They are the causes of its context.
var (
	ErrClosed      = errors.New("the client went away")
	ErrInterrupted = errors.New("the client asked to stop")
	ErrShutdown    = errors.New("the server is shutting down")
	ErrRevoked     = errors.New("access was revoked")
	ErrRoleChanged = errors.New("the role was changed") // RoleChanged says to which
	ErrSentAway    = errors.New("an owner ended the session")
	ErrKeyTaken    = errors.New("the key opens nothing any more")
	ErrCertificate = errors.New("the certificate has expired")
	ErrExpired     = errors.New("the session has expired")
	ErrStalled     = errors.New("the terminal took nothing for too long")
)

// endsAccess reports whether what somebody came in with holds no more.
func endsAccess(why error) bool {
	return slices.ContainsFunc([]error{ErrRevoked, ErrRoleChanged, ErrSentAway, ErrKeyTaken, ErrCertificate}, func(one error) bool { return errors.Is(why, one) })
}

// RoleChanged is an ErrRoleChanged that says which role somebody has now.
func RoleChanged(role model.Role) error { return &roleError{role} }

type roleError struct{ role model.Role }

func (e *roleError) Error() string { return ErrRoleChanged.Error() + " to " + string(e.role) }
func (e *roleError) Unwrap() error { return ErrRoleChanged }

// Why somebody is not let in, beside what a Door says.
var (
	// ErrStranger is about a key that nobody here has.
	ErrStranger = errors.New("nobody here has this key")
	// ErrWrongCode is about somebody who has a key and not the code.
	ErrWrongCode = errors.New("the code was wrong")
	// ErrTooMany is about limits: of connections, of sessions of one person, and
	// of attempts.
	ErrTooMany = errors.New("too many at once, try again later")
)

// Asking is what somebody shows at the door.
type Asking struct {
	User     string        // as asked for, not clean, at most 256 bytes
	Key      ssh.PublicKey // a certificate, too; nil where none is shown
	From     string        // address without port; "" for the socket
	Entrance Entrance
}

// Need is what a key alone does not settle.
type Need struct {
	SecondFactor bool // a code has to follow
}

// Door says who comes in, and remembers who did. It is safe for concurrent
// use.
type Door interface {
	// Key says whose key it is. The proof that they hold it follows, so nothing
	// is to be recorded yet. The error is ErrStranger, or says why a known
	// person is refused; they are told that once they proved that the key is
	// theirs. Where no key is shown (Asking.Key is nil), it is about whoever
	// came by the socket, or about a user name that needs none.
	//
	// Of certificates the door checks authority, principals and time. The server
	// refuses those that name no principal or are a machine's, keeps the
	// condition source-address, and refuses all other conditions.
	//
	// Name and Role of the visitor are the door's to say. The server fills what
	// is left empty of the rest; Session is of the connection, and all visits
	// on one connection have it in common.
	Key(ctx context.Context, asking Asking) (Visitor, Need, error)
	// Code checks a code of a second factor, once. The code is trimmed and at
	// most 64 bytes long. An error that is ErrTooMany ends the asking, any other
	// is a wrong code.
	Code(ctx context.Context, visitor Visitor, code string) error
	// Entered records that somebody came in; an error refuses them.
	Entered(ctx context.Context, visitor Visitor) error
	// Refused records that somebody did not come in, that many times within the
	// last minute. Asking is the last of these times; From is "" where so many
	// addresses asked that they are counted together. Key is one that was not
	// proved to be theirs where why is ErrStranger.
	Refused(ctx context.Context, asking Asking, why error, times int)
	// Left records that somebody who Entered went, and why: one of this
	// package's errors, or what Server.Drop was told.
	Left(ctx context.Context, visitor Visitor, why error)
	// Check says whether a visitor may still be here: nil, or why not, as
	// ErrRevoked, RoleChanged, ErrSentAway, ErrKeyTaken and ErrCertificate do. It
	// is cheap, and asked with every second and every input.
	Check(visitor Visitor) error
}
