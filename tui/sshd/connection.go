package sshd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	charmssh "charm.land/ssh"
	"golang.org/x/crypto/ssh"
)

// connection is one client's, from the first byte to the last. It is the
// net.Conn that the protocol runs on, too, and so knows when anything was heard.
type connection struct {
	net.Conn
	server *Server
	entry  *entry
	name   string // in the record
	from   string
	shell  charmssh.Context // knows the protocol's side once somebody is logged in

	heard atomic.Int64 // when anything last came, in nanoseconds of Unix time
	input atomic.Int64 // when a visitor last sent something for a visit

	waiting bool // counted among those who are not logged in; the server's lock guards it
	strange bool // counted among those whom nobody knows; the server's lock guards it

	offered struct { // belongs to the log-in
		asking Asking
		why    error // they were not let in so far; nil where nothing was shown
	}

	mu        sync.Mutex // guards what follows
	entered   bool
	visitor   Visitor
	sessions  map[*session]struct{}
	empty     time.Time // since when there are none
	asked     time.Time // when the client was asked whether it is there; zero where it answered
	dismissed error     // why the connection ends
	over      bool      // no further sessions
	busy      sync.WaitGroup
	deadline  *time.Timer
}

func newConnection(e *entry, conn net.Conn) *connection {
	now := e.server.now()
	c := &connection{Conn: conn, server: e.server, entry: e, name: newSession(), empty: now}
	if e.kind == Network {
		c.from = addressOf(conn)
	}
	c.heard.Store(now.UnixNano())
	c.input.Store(now.UnixNano())
	return c
}

// connectionKey finds a connection in the protocol's context.
type connectionKey struct{}

func knowConnection(ctx charmssh.Context, conn net.Conn) net.Conn {
	c := conn.(*connection)
	c.shell = ctx
	ctx.SetValue(connectionKey{}, c)
	return c
}

func connectionOf(ctx charmssh.Context) *connection {
	return ctx.Value(connectionKey{}).(*connection)
}

// Read and Write count, and remember that the client is there.
func (c *connection) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.heard.Store(c.server.now().UnixNano())
		c.server.figures.received.Add(uint64(n))
	}
	return n, err
}

func (c *connection) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.server.figures.sent.Add(uint64(n))
	return n, err
}

// mayEnter applies limits before anything is read, and counts the connection.
func (c *connection) mayEnter(conn net.Conn) error {
	if c.entry.kind == Socket {
		if err := c.server.options.Peer(conn); err != nil {
			return fmt.Errorf("the other end of the socket: %w", err)
		}
	}
	s, network := c.server, networkOf(c.from)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.connections) >= s.limits.Connections:
		return fmt.Errorf("connections: %w", ErrTooMany)
	case c.entry.kind == Network && (s.waiting >= s.limits.Waiting || s.waitingFrom[network] >= max(s.limits.Waiting/4, 1)):
		return fmt.Errorf("connections before the log-in: %w", ErrTooMany)
	case c.entry.kind == Network && s.from[network] >= s.limits.PerAddress:
		return fmt.Errorf("connections from one address: %w", ErrTooMany)
	}
	s.connections[c] = struct{}{}
	s.waiting++
	s.waitingFrom[network]++
	s.from[network]++
	c.waiting = true
	return nil
}

// logged takes a connection out of those that wait for a log-in. The server's
// lock is the caller's.
func (s *Server) logged(c *connection) {
	if !c.waiting {
		return
	}
	c.waiting = false
	s.waiting--
	network := networkOf(c.from)
	if s.waitingFrom[network]--; s.waitingFrom[network] <= 0 {
		delete(s.waitingFrom, network)
	}
}

// countStranger counts a connection of somebody whom nobody knows: they can
// keep each other out, and nobody else.
func (c *connection) countStranger(visitor Visitor) error {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if !visitor.stranger() || c.strange {
		return nil
	}
	if s.strangers >= s.limits.Strangers {
		return fmt.Errorf("strangers: %w", ErrTooMany)
	}
	s.strangers++
	c.strange = true
	return nil
}

// forget takes a connection out of all counts.
func (s *Server) forget(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.connections, c)
	s.logged(c)
	if c.strange {
		s.strangers--
	}
	network := networkOf(c.from)
	if s.from[network]--; s.from[network] <= 0 {
		delete(s.from, network)
	}
}

// serve runs the protocol until the connection is over, and tells the door.
func (c *connection) serve() {
	defer c.server.forget(c)
	c.server.shell.HandleConn(c)
	c.end()
	c.mu.Lock()
	entered, visitor, why := c.entered, c.visitor, c.dismissed
	c.mu.Unlock()
	if !entered {
		c.notLetIn()
		return
	}
	if why == nil {
		why = ErrClosed
	}
	c.server.options.Door.Left(c.entry.ctx, visitor, why)
	c.server.options.Logger.Info("a connection ended", "session", visitor.Session, "entrance", visitor.Entrance, "why", why)
}

// end waits for the sessions of a connection that is closed.
func (c *connection) end() {
	c.Close()
	c.mu.Lock()
	c.over = true
	if c.deadline != nil {
		c.deadline.Stop()
	}
	for one := range c.sessions {
		one.cancel(ErrClosed)
		one.cut(ErrClosed)
	}
	c.mu.Unlock()
	c.busy.Wait()
}

// notLetIn counts a log-in that came to nothing.
func (c *connection) notLetIn() {
	if c.offered.why == nil {
		return // nothing was shown, as by whoever looks which ports are open
	}
	s := c.server
	s.figures.refused.Add(1)
	s.refused.add(c.offered.asking, c.offered.why, s.now())
	if c.entry.kind == Network {
		s.failing.failed(networkOf(c.from), s.now())
	}
}

// dismiss ends a connection from this side: its sessions are told why and may
// leave in order; then, or after Limits.Farewell, it is closed.
func (c *connection) dismiss(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dismissed != nil {
		return
	}
	c.dismissed, c.over = why, true
	switch {
	case endsAccess(why):
		c.server.figures.revoked.Add(1)
	case errors.Is(why, ErrExpired):
		c.server.figures.expired.Add(1)
	}
	if len(c.sessions) == 0 {
		c.Close()
		return
	}
	for one := range c.sessions {
		one.cancel(why)
	}
	c.deadline = time.AfterFunc(c.server.limits.Farewell, func() { c.Close() })
}

// note remembers why a connection is closed at once.
func (c *connection) note(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	if c.dismissed == nil {
		c.dismissed = why
	}
}

// add takes a session in, where limits allow it.
func (c *connection) add(one *session) error {
	s := c.server
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return ErrClosed
	}
	if len(c.sessions) >= s.limits.PerLine {
		return ErrTooMany
	}
	one.visitor = c.visitor
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.entry.kind == Network {
		if s.visits[c.visitor.Name] >= s.limits.PerPerson {
			return ErrTooMany
		}
		s.visits[c.visitor.Name]++
	}
	s.last++
	one.number = s.last
	if c.sessions == nil {
		c.sessions = make(map[*session]struct{})
	}
	c.sessions[one] = struct{}{}
	c.busy.Add(1)
	return nil
}

func (c *connection) remove(one *session) {
	s := c.server
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.sessions, one)
	if len(c.sessions) == 0 {
		c.empty = s.now()
		if c.dismissed != nil {
			c.Close()
		}
	}
	s.mu.Lock()
	if c.entry.kind == Network {
		if s.visits[c.visitor.Name]--; s.visits[c.visitor.Name] <= 0 {
			delete(s.visits, c.visitor.Name)
		}
	}
	s.mu.Unlock()
	c.busy.Done()
}

func (c *connection) visits() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sessions)
}

func (c *connection) list() []Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []Session
	input := time.Unix(0, c.input.Load())
	for one := range c.sessions {
		list = append(list, one.seen(input))
	}
	return list
}

// used notes that a visitor sent something, and says why they may no longer be
// here, if so.
func (c *connection) used() error {
	c.input.Store(c.server.now().UnixNano())
	err := c.server.options.Door.Check(c.who())
	if err != nil {
		c.dismiss(err)
	}
	return err
}

func (c *connection) who() Visitor {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.visitor
}

// beat looks after a connection once a second.
func (c *connection) beat(now time.Time) {
	c.mu.Lock()
	entered, dismissed, visitor := c.entered, c.dismissed, c.visitor
	sessions := make([]*session, 0, len(c.sessions))
	for one := range c.sessions {
		sessions = append(sessions, one)
	}
	c.mu.Unlock()
	if !entered || dismissed != nil {
		return
	}
	if err := c.server.options.Door.Check(visitor); err != nil {
		c.dismiss(err)
		return
	}
	if c.hasExpired(sessions, now) {
		c.dismiss(ErrExpired)
		return
	}
	for _, one := range sessions {
		one.beat(now)
	}
	if c.entry.kind == Network {
		c.keepAlive(now)
	}
}

func (c *connection) hasExpired(sessions []*session, now time.Time) bool {
	limits := c.server.limits
	if len(sessions) == 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		patience := limits.Idle
		if c.visitor.stranger() {
			patience = min(patience, limits.Handshake)
		}
		return now.Sub(c.empty) >= patience
	}
	if c.entry.kind == Socket {
		return false // as where nobody is between the screen and the record
	}
	attended := func(one *session) bool { return !one.unattended.Load() }
	if !slices.ContainsFunc(sessions, attended) {
		return false
	}
	return now.Sub(time.Unix(0, c.input.Load())) >= limits.Life
}

// keepAlive asks a client that was silent whether it is there, and closes the
// connection of one that does not answer.
func (c *connection) keepAlive(now time.Time) {
	line, _ := c.shell.Value(charmssh.ContextKeyConn).(*ssh.ServerConn)
	if line == nil {
		return
	}
	c.mu.Lock()
	asked := c.asked
	ask := asked.IsZero() && now.Sub(time.Unix(0, c.heard.Load())) >= c.server.limits.KeepAlive
	if ask {
		c.asked = now
	}
	c.mu.Unlock()
	switch {
	case ask:
		go func() {
			// It ends with the answer, or with the connection.
			if _, _, err := line.SendRequest("keepalive@openssh.com", true, nil); err == nil {
				c.mu.Lock()
				c.asked = time.Time{}
				c.mu.Unlock()
			}
		}()
	case !asked.IsZero() && now.Sub(asked) >= c.server.limits.Answer:
		c.server.figures.silent.Add(1)
		c.Close()
	}
}

// background is what the door is asked in: it ends with the handshake's time.
func (c *connection) background() (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.entry.ctx, c.server.limits.Handshake)
}
