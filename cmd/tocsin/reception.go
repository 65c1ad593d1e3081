package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"tocsin/model"
	"tocsin/tui/sshd"
)

// exitGone is the exit code that a guest at the socket gets who was sent away
// because the process that has the record ends: sysexits' temporary failure.
// The client then goes on by itself, or says so: nobody else sees it.
const exitGone = 75

// reception lets guests in who work in the house of this process.
type reception struct {
	house  *house
	space  string // that guests from the network work in
	server *sshd.Server
	gate   *reportGate // of people whom nobody knows, who may report; nil where nobody comes from the network
}

// handle does what a guest came for.
func (r *reception) handle(ctx context.Context, visit *sshd.Visit) int {
	if strange(visit.Visitor) {
		return r.takeReport(ctx, visit)
	}
	a := &app{
		in: visit.In, out: visit.Out, err: visit.Err, getenv: visit.Getenv, now: r.house.now(), free: r.house.free, space: r.space,
		guest: &guest{Visit: visit, reception: r, house: r.house, ends: endsOf(visit)},
	}
	err := a.execute(ctx, visit.Args)
	switch cause := context.Cause(ctx); {
	case err == nil:
		return exitDone
	case errors.Is(cause, sshd.ErrInterrupted):
		err = context.Canceled
	case errors.Is(cause, sshd.ErrShutdown) && a.guest.here():
		return exitGone // the server says why
	case cause != nil:
		return exitStore // so it does here
	}
	a.complain(err)
	return exitCode(err)
}

// endsVariable is how the client at the socket says what sits at the ends of
// its streams: those of "in", "out" and "err" that are a terminal, and its
// width.
const endsVariable = "TOCSIN_ENDS"

// endsOf say what sits at the ends of a guest's streams.
func endsOf(visit *sshd.Visit) (e ends) {
	if t := visit.Terminal; t != nil {
		return ends{in: true, out: true, err: true, width: t.First.Width}
	}
	for word := range strings.FieldsSeq(visit.Getenv(endsVariable)) {
		switch word {
		case "in":
			e.in = true
		case "out":
			e.out = true
		case "err":
			e.err = true
		default:
			if width, err := strconv.Atoi(word); err == nil {
				e.width = min(max(width, 0), 10_000)
			}
		}
	}
	return e
}

// words are the ends as the client sends them.
func (e ends) words() string {
	words := []string{strconv.Itoa(e.width)}
	for name, is := range map[string]bool{"in": e.in, "out": e.out, "err": e.err} {
		if is {
			words = append(words, name)
		}
	}
	return strings.Join(words, " ")
}

// ownDoor lets in whoever came by the socket: whose process that is was asked
// before. It records nothing, as nothing is recorded of who opens the
// directory.
type ownDoor struct{}

func (ownDoor) Key(_ context.Context, asking sshd.Asking) (sshd.Visitor, sshd.Need, error) {
	if asking.Entrance != sshd.Socket {
		return sshd.Visitor{}, sshd.Need{}, sshd.ErrStranger
	}
	return sshd.Visitor{Role: model.Owner}, sshd.Need{}, nil
}

func (ownDoor) Code(context.Context, sshd.Visitor, string) error { return sshd.ErrWrongCode }
func (ownDoor) Entered(context.Context, sshd.Visitor) error      { return nil }
func (ownDoor) Refused(context.Context, sshd.Asking, error, int) {}
func (ownDoor) Left(context.Context, sshd.Visitor, error)        {}
func (ownDoor) Check(sshd.Visitor) error                         { return nil }

// receiveOwn opens the socket of the house, and lets in whoever owns that
// until done is called.
func (r *reception) receiveOwn(ctx context.Context) (done func(), err error) {
	key, err := passingKey()
	if err != nil {
		return nil, err
	}
	r.server = sshd.New(sshd.Options{HostKeys: []ssh.Signer{key}, Door: ownDoor{}, Handle: r.handle, Now: r.house.now()})
	listener, err := sshd.ListenSocket(ctx, r.house.dir)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var serving sync.WaitGroup
	serving.Go(func() { _ = r.server.Serve(ctx, listener) })
	return func() {
		cancel()
		serving.Wait()
	}, nil
}

// passingKey is a host key for the socket, which needs none: whoever reaches
// it owns the directory.
func passingKey() (ssh.Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return ssh.NewSignerFromKey(key)
}
