package sshd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	charmssh "charm.land/ssh"
	"golang.org/x/crypto/ssh"
)

// lastWords is how long a client may take for the end of its output.
const lastWords = 2 * time.Second

// session is one channel of a connection: what a visit runs on.
type session struct {
	connection *connection
	channel    ssh.Channel
	number     uint64
	visitor    Visitor
	since      time.Time
	ctx        context.Context
	cancel     context.CancelCauseFunc
	unattended atomic.Bool

	// These belong to the loop over requests until the visit begins.
	environment environment
	term        string
	size        Size
	sizes       chan Size // nil without a terminal

	in *intake // belongs to the visit

	mu       sync.Mutex // guards what follows
	doing    string
	at       string
	out, err *outflow // nil before the visit begins
	ended    bool
	closing  mark // does not move once the session ended
}

// serveChannel serves one channel until the client closed it, or the
// connection.
func serveChannel(_ *charmssh.Server, _ *ssh.ServerConn, open ssh.NewChannel, ctx charmssh.Context) {
	c := connectionOf(ctx)
	s := &session{connection: c, since: c.server.now(), doing: "nothing yet"}
	s.ctx, s.cancel = context.WithCancelCause(c.entry.ctx)
	defer s.cancel(ErrClosed)
	if err := c.add(s); err != nil {
		_ = open.Reject(ssh.ResourceShortage, err.Error())
		return
	}
	defer c.remove(s)
	channel, requests, err := open.Accept()
	if err != nil {
		return
	}
	s.channel = channel
	var visit sync.WaitGroup
	s.follow(requests, &visit)
	s.cancel(ErrClosed)
	s.cut(ErrClosed)
	visit.Wait()
}

// follow takes the client's requests until there are no more: the channel is
// closed then. It never waits for the visit.
func (s *session) follow(requests <-chan *ssh.Request, visit *sync.WaitGroup) {
	begun := false
	for request := range requests {
		ok := false
		switch request.Type {
		case "env":
			ok = !begun && s.takeVariable(request.Payload)
		case "pty-req":
			ok = !begun && s.takeTerminal(request.Payload)
		case "window-change":
			ok = s.takeSize(request.Payload)
		case "signal":
			ok = s.takeSignal(request.Payload)
		case "shell", "exec":
			if begun {
				break
			}
			begun, ok = true, true
			line := ""
			if request.Type == "exec" {
				line, ok = parseText(request.Payload)
			}
			// The answer goes first: what the visit writes has to follow it.
			_ = request.Reply(ok, nil)
			if ok {
				first := s.size
				visit.Go(func() { s.run(line, first) })
			} else {
				_ = s.channel.Close()
			}
			continue
		}
		_ = request.Reply(ok, nil)
	}
	if s.sizes != nil {
		close(s.sizes)
	}
}

func (s *session) takeVariable(payload []byte) bool {
	name, value, ok := parseVariable(payload)
	return ok && s.environment.take(s.connection.entry.kind, name, value)
}

func (s *session) takeTerminal(payload []byte) bool {
	term, size, ok := parseTerminal(payload)
	if !ok || s.sizes != nil {
		return false
	}
	s.term, s.size = term, size
	s.sizes = make(chan Size, 1)
	return true
}

// takeSize replaces a size that nobody took yet. Nobody else sends to the
// channel, so this never waits.
func (s *session) takeSize(payload []byte) bool {
	size, ok := parseSize(payload)
	if !ok || s.sizes == nil {
		return false
	}
	s.size = size.or(s.size)
	select {
	case <-s.sizes:
	default:
	}
	s.sizes <- s.size
	return true
}

func (s *session) takeSignal(payload []byte) bool {
	name, ok := parseText(payload)
	if !ok {
		return false
	}
	switch ssh.Signal(name) {
	case ssh.SIGINT, ssh.SIGTERM, ssh.SIGQUIT:
		s.cancel(ErrInterrupted)
	case ssh.SIGHUP, ssh.SIGKILL:
		s.cancel(ErrClosed)
	default:
		return false
	}
	return true
}

// run does what the client came for and ends the session.
func (s *session) run(line string, first Size) {
	code := s.handle(line, first)
	s.explain()
	s.leave(code)
}

// handle calls the handler with a visit. A handler that fails altogether ends
// its own session and no other.
func (s *session) handle(line string, first Size) (code int) {
	visit, err := s.visit(line, first)
	if err != nil {
		fmt.Fprintf(visit.Err, "tocsin: %v\n", err)
		return 2
	}
	defer func() {
		if failure := recover(); failure != nil {
			s.connection.server.options.Logger.Error("a session failed", "session", s.visitor.Session, "failure", failure, "stack", string(debug.Stack()))
			code = 70
		}
	}()
	return s.connection.server.options.Handle(s.ctx, visit)
}

// visit makes the visit. Err is set with an error, too.
func (s *session) visit(line string, first Size) (*Visit, error) {
	limits := s.connection.server.limits
	s.in = newIntake(s)
	v := &Visit{Visitor: s.visitor, In: s.in, session: s}
	v.Getenv = s.environment.get
	patience := limits.Pause
	if s.sizes != nil {
		patience = limits.Stall
	}
	out := newOutflow(s.channel, limits.Buffer, patience)
	errs := out
	if s.sizes == nil {
		errs = newOutflow(s.channel.Stderr(), limits.Buffer, patience)
	}
	v.Out, v.Err = &ordered{outflow: out, other: errs}, &ordered{outflow: errs, other: out}
	if s.sizes != nil {
		v.Terminal = &Terminal{Term: s.term, First: first, Sizes: s.sizes}
		v.Out = &lines{to: out}
		v.Err = v.Out
		v.In = &typist{from: s.in, show: v.Out, interrupt: func() { s.cancel(ErrInterrupted) }}
		s.environment.set("TERM", s.term)
	}
	if s.connection.entry.kind == Socket {
		v.Directory = s.environment.directory()
	}
	words, err := Split(line)
	v.Args = words
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out, s.err = out, errs
	s.doing = "console"
	if len(words) > 0 {
		s.doing = clipped(words[0], 24)
	}
	return v, err
}

// explain says why a session ended that the client did not end.
func (s *session) explain() {
	if s.ctx.Err() == nil {
		return
	}
	why := context.Cause(s.ctx)
	if errors.Is(why, ErrClosed) || errors.Is(why, ErrInterrupted) || errors.Is(why, ErrStalled) {
		return
	}
	s.mu.Lock()
	to := io.Writer(s.err)
	s.mu.Unlock()
	if s.sizes != nil {
		to = &lines{to: to}
	}
	fmt.Fprintln(to, s.farewell(why))
}

// farewell is the one line that says why.
func (s *session) farewell(why error) string {
	var changed *roleError
	switch {
	case errors.As(why, &changed):
		return "Your role is now " + string(changed.role) + ": log in again."
	case errors.Is(why, ErrSentAway):
		return "An owner ended your session: log in again."
	case errors.Is(why, ErrKeyTaken):
		return "The key that you came in with opens nothing any more."
	case errors.Is(why, ErrCertificate):
		return "Your certificate has expired: log in again with another."
	case errors.Is(why, ErrRevoked):
		return "Your access was revoked."
	case errors.Is(why, ErrExpired):
		return "Your session expired: there was no input for too long. Log in again to go on."
	case errors.Is(why, ErrShutdown) && s.sizes != nil:
		return "The server is shutting down; your drafts are kept."
	case errors.Is(why, ErrShutdown):
		return "The server is shutting down."
	}
	return "Your session was ended: " + clipped(why.Error(), 200) + "."
}

// leave sends the rest of the output and the exit code, and closes the
// channel. Where the client does not take it in time the connection goes.
func (s *session) leave(code int) {
	hurry := time.AfterFunc(lastWords, func() {
		if s.ctx.Err() != nil { // whoever reads slowly may read to the end
			s.cut(ErrStalled)
			s.connection.Close()
		}
	})
	defer hurry.Stop()
	s.out.drained()
	s.err.drained()
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	status := struct{ Status uint32 }{uint32(code & 0xff)}
	_, _ = s.channel.SendRequest("exit-status", false, ssh.Marshal(&status))
	_ = s.channel.Close()
}

// cut ends all output at once: whoever writes gets the error.
func (s *session) cut(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out != nil {
		s.out.cut(why)
		s.err.cut(why)
	}
}

// beat closes the connection of a session whose output nobody takes, or that
// does not close its channel.
func (s *session) beat(now time.Time) {
	s.mu.Lock()
	if !s.ended {
		s.closing.moves++
	}
	stalled := s.closing.still(now) >= s.connection.server.limits.Stall
	if s.out != nil {
		out, err := s.out.stalled(now), s.err.stalled(now)
		stalled = stalled || out || err
	}
	s.mu.Unlock()
	if stalled {
		s.stall()
	}
}

func (s *session) stall() {
	s.connection.server.figures.stalled.Add(1)
	s.connection.note(ErrStalled)
	s.cancel(ErrStalled)
	s.connection.Close()
	s.cut(ErrStalled)
}

func (s *session) look(at string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = clipped(at, 120)
}

// seen is the session as others see it.
func (s *session) seen(input time.Time) Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Session{Visitor: s.visitor, Visit: s.number, Since: s.since, Input: input, Doing: s.doing, Looks: s.at}
}
