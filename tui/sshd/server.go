package sshd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	charmssh "charm.land/ssh"
	"golang.org/x/crypto/ssh"

	"tocsin/model"
)

// Options is what a server runs on.
type Options struct {
	HostKeys []ssh.Signer // at least one
	Door     Door
	Handle   Handle
	Limits   Limits
	// Now is the clock that lives, limits and stalls are measured by; nil is
	// time.Now. Only time-outs of the handshake are the machine's own.
	Now func() time.Time
	// Logger gets no personal data: sessions by their ids, and why. Nil logs
	// nothing.
	Logger *slog.Logger
	// Peer says whether whoever is at the other end of a socket may come in; nil
	// lets in whoever this process runs as, and root.
	Peer func(net.Conn) error
}

// Server is what all entrances have in common: who is here, limits, and
// figures. It is safe for concurrent use.
type Server struct {
	options Options
	limits  Limits
	shell   *charmssh.Server
	figures figures
	refused tally
	failing backoff

	mu          sync.Mutex // guards what follows
	connections map[*connection]struct{}
	from        map[string]int // connections, by network
	waiting     int            // connections that nobody logged in on yet
	strangers   int            // connections of people whom nobody knows
	waitingFrom map[string]int // the same, by network
	visits      map[string]int // by person, those from the network
	last        uint64         // number of the last visit
}

// New makes a server that serves nothing yet.
func New(options Options) *Server {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	if options.Peer == nil {
		options.Peer = CheckPeer
	}
	s := &Server{
		options:     options,
		limits:      options.Limits.withDefaults(),
		connections: make(map[*connection]struct{}),
		from:        make(map[string]int),
		waitingFrom: make(map[string]int),
		visits:      make(map[string]int),
	}
	s.shell = &charmssh.Server{
		HostSigners:          hostSigners(options.HostKeys),
		HandshakeTimeout:     s.limits.Handshake,
		ConnCallback:         knowConnection,
		ServerConfigCallback: func(ctx charmssh.Context) *ssh.ServerConfig { return connectionOf(ctx).config() },
		// Sessions are all there is: no forwarding, and no requests but for the
		// ones a session makes.
		ChannelHandlers: map[string]charmssh.ChannelHandler{"session": serveChannel},
		RequestHandlers: map[string]charmssh.RequestHandler{},
	}
	return s
}

func hostSigners(keys []ssh.Signer) []charmssh.Signer {
	signers := make([]charmssh.Signer, len(keys))
	for k, key := range keys {
		signers[k] = key
	}
	return signers
}

// Serve lets people in by a listener until ctx ends, then tells everybody who
// came in by it that it is over, waits for them as long as Limits.Farewell,
// and returns nil. It closes the listener. A listener of Unix sockets is the
// entrance for whoever owns the data directory; all others are for people with
// keys. A server may serve several entrances at the same time.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	defer listener.Close()
	if err := s.complete(); err != nil {
		return err
	}
	e := &entry{server: s, kind: kindOf(listener), ctx: context.WithoutCancel(ctx)}
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	over := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() { e.beats(over) })
	err := e.accept(ctx, listener)
	e.close()
	close(over)
	beating.Wait()
	s.refused.flush(e.ctx, s.options.Door)
	return err
}

func (s *Server) complete() error {
	switch {
	case len(s.options.HostKeys) == 0:
		return errors.New("serve: there is no host key")
	case s.options.Door == nil || s.options.Handle == nil:
		return errors.New("serve: there is no door, or nothing behind it")
	}
	return nil
}

func (s *Server) now() time.Time { return s.options.Now() }

// Session is one visit, as others see it.
type Session struct {
	Visitor
	Visit uint64    // numbers the visits of this server
	Since time.Time // when the visit began
	Input time.Time // when something last came from the visitor's connection
	Doing string    // "console", or the first word of the command
	Looks string    // what Visit.Look said; "" where it said nothing
}

// Sessions lists the visits that are under way, the oldest first.
func (s *Server) Sessions() []Session {
	var list []Session
	for _, c := range s.all() {
		list = append(list, c.list()...)
	}
	slices.SortFunc(list, func(a, b Session) int { return int(a.Visit) - int(b.Visit) })
	return list
}

// Drop ends the connections that have a visit which matches, and tells them
// why. It returns how many these are.
func (s *Server) Drop(match func(Session) bool, why error) int {
	dropped := 0
	for _, c := range s.all() {
		if slices.ContainsFunc(c.list(), match) {
			c.dismiss(why)
			dropped++
		}
	}
	return dropped
}

func (s *Server) all() []*connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.connections))
}

// entry is one listener's share of a server.
type entry struct {
	server *Server
	kind   Entrance
	ctx    context.Context // never ends by itself

	mu   sync.Mutex // guards open
	open map[*connection]struct{}
	busy sync.WaitGroup // a connection each
}

func kindOf(listener net.Listener) Entrance {
	if listener.Addr().Network() == "unix" {
		return Socket
	}
	return Network
}

// accept takes connections until ctx ends or the listener fails for good.
func (e *entry) accept(ctx context.Context, listener net.Listener) error {
	const most = time.Second
	pause := time.Duration(0)
	for {
		conn, err := listener.Accept()
		switch {
		case err == nil:
			pause = 0
			e.take(conn)
			continue
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF):
			return fmt.Errorf("take connections: %w", err)
		}
		// Most likely there are too many open files: what is here goes on.
		e.server.options.Logger.Warn("a connection was not taken", "error", err)
		pause = min(max(2*pause, 5*time.Millisecond), most)
		if !wait(ctx, pause) {
			return nil
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// take serves a connection in the background, or closes it at once.
func (e *entry) take(conn net.Conn) {
	s := e.server
	s.figures.connected.Add(1)
	c := newConnection(e, conn)
	if err := c.mayEnter(conn); err != nil {
		s.figures.turnedAway.Add(1)
		s.options.Logger.Debug("a connection was turned away", "why", err)
		conn.Close()
		return
	}
	e.mu.Lock()
	if e.open == nil {
		e.open = make(map[*connection]struct{})
	}
	e.open[c] = struct{}{}
	e.mu.Unlock()
	e.busy.Go(func() {
		c.serve()
		e.mu.Lock()
		delete(e.open, c)
		e.mu.Unlock()
	})
}

func (e *entry) all() []*connection {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Collect(maps.Keys(e.open))
}

// close ends every connection, in order where they follow.
func (e *entry) close() {
	for _, c := range e.all() {
		c.dismiss(ErrShutdown)
	}
	gone := make(chan struct{})
	go func() {
		e.busy.Wait()
		close(gone)
	}()
	timer := time.NewTimer(e.server.limits.Farewell + 2*lastWords)
	defer timer.Stop()
	select {
	case <-gone:
	case <-timer.C:
		e.server.options.Logger.Error("sessions did not end in time")
	}
}

// beats looks after all connections once a second.
func (e *entry) beats(over <-chan struct{}) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-over:
			return
		case <-ticker.C:
			e.beat()
		}
	}
}

func (e *entry) beat() {
	now := e.server.now()
	for _, c := range e.all() {
		c.beat(now)
	}
	if e.server.refused.due(now) {
		e.server.refused.flush(e.ctx, e.server.options.Door)
	}
}

// newSession makes the name of a connection in the record.
func newSession() string { return rand.Text()[:16] }

// clipped makes one clean line of at most n characters.
func clipped(text string, n int) string { return model.Clip(model.CleanLine(text), n) }
