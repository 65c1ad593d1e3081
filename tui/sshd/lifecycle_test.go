package sshd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/crypto/ssh"

	"tocsin/model"
)

// thin is a listener whose connections hold next to nothing on the way, so
// that a client that does not read is felt at once.
type thin struct{ net.Listener }

func (l thin) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		err = conn.(*net.TCPConn).SetWriteBuffer(16 << 10)
	}
	return conn, err
}

// valve is a client's connection that can stop reading.
type valve struct {
	net.Conn
	mu   sync.Mutex
	open sync.Cond
	shut bool
}

func (v *valve) Read(p []byte) (int, error) {
	n, err := v.Conn.Read(p)
	v.mu.Lock()
	defer v.mu.Unlock()
	for v.shut {
		v.open.Wait()
	}
	return n, err
}

func (v *valve) set(shut bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.shut = shut
	v.open.Broadcast()
}

func (h *house) enterByValve(name string) (*ssh.Client, *valve) {
	h.Helper()
	key := h.know(name, model.Responder)
	dialer := net.Dialer{}
	conn, err := dialer.Dial("tcp", h.listener.Addr().String())
	if err != nil {
		h.Fatal(err)
	}
	if err := conn.(*net.TCPConn).SetReadBuffer(16 << 10); err != nil {
		h.Fatal(err)
	}
	v := &valve{Conn: conn}
	v.open.L = &v.mu
	line, channels, requests, err := ssh.NewClientConn(v, "", &ssh.ClientConfig{
		User: name, Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.FixedHostKey(h.hostKey),
	})
	if err != nil {
		h.Fatal(err)
	}
	client := ssh.NewClient(line, channels, requests)
	h.Cleanup(func() { v.set(false); client.Close() })
	return client, v
}

func openThin(t testing.TB, handle Handle, limits Limits) *house {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return openAt(t, thin{listener}, handle, limits)
}

// TestMultiplexedClose closes a channel and keeps the connection.
func TestMultiplexedClose(t *testing.T) {
	p := newPages()
	h := open(t, p.handle, Limits{})
	client := h.enter("ada", model.Lead)
	const times = 10
	settled := runtime.NumGoroutine()
	for range times {
		s := openScreen(t, client, 80, 24)
		s.see("size=80x24")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := await(t, p.errs, "the end of the program"); err != ErrClosed {
			t.Errorf("it ended with %v", err)
		}
	}
	// The connection itself may not have been at rest at first; whatever a
	// channel left behind would be here as many times.
	eventually(t, "nothing is left of the channels", func() bool {
		return len(h.server.Sessions()) == 0 && runtime.NumGoroutine() < settled+times
	})
	s := openScreen(t, client, 80, 24)
	s.see("size=80x24")
}

// TestInputEnds is about a client that closes its input and nothing else.
func TestInputEnds(t *testing.T) {
	p := newPages()
	h := open(t, p.handle, Limits{})
	s := openScreen(t, h.enter("ada", model.Lead), 80, 24)
	s.see("size=80x24")
	s.keys.Close()
	if err := await(t, p.errs, "the end of the program"); err != ErrClosed {
		t.Errorf("it ended with %v", err)
	}
}

// fill makes a program draw until its client is behind.
func fill(program *tea.Program, stop <-chan struct{}) {
	for k := 0; ; k++ {
		select {
		case <-stop:
			return
		default:
			// Every cell differs from the last frame's and from its neighbours.
			line := strings.Repeat("abcdefghijklmnopqrstuvwxyz"[k%20:k%20+5], maxWidth/5)
			program.Send(textMsg(strings.Repeat("\n"+line, maxHeight-1)))
		}
	}
}

func TestStalledReader(t *testing.T) {
	p := newPages()
	h := openThin(t, p.handle, Limits{})
	other := openScreen(t, h.enter("bob", model.Responder), 80, 24)
	other.see("size=80x24")
	others := await(t, p.programs, "the program")

	client, valve := h.enterByValve("ada")
	s := openScreen(t, client, 400, 120)
	s.see("size=400x120")
	valve.set(true)
	stop := make(chan struct{})
	var filling sync.WaitGroup
	program := await(t, p.programs, "the program")
	filling.Go(func() { fill(program, stop) })
	eventually(t, "the session is behind", func() bool { return behind(h.server, "ada") })

	h.beat()
	h.clock.advance(h.server.limits.Stall - time.Second)
	h.beat()
	if stalled := h.server.Figures().Stalled; stalled != 0 {
		t.Errorf("%d sessions ended before their time", stalled)
	}
	others.Send(textMsg("meanwhile"))
	other.see("meanwhile")
	h.quiet("bob")
	h.clock.advance(time.Second)
	h.beat()
	if err := await(t, p.errs, "the end of the program"); err != ErrStalled {
		t.Errorf("it ended with %v", err)
	}
	close(stop)
	filling.Wait()
	eventually(t, "it is counted", func() bool { return h.server.Figures().Stalled == 1 && len(h.server.Sessions()) == 1 })
	others.Send(textMsg("afterwards"))
	other.see("afterwards")
}

// outflows counts the visits of a person for which something holds of their
// output.
func outflows(s *Server, name string, holds func(*outflow) bool) (n int) {
	for _, c := range s.all() {
		c.mu.Lock()
		for one := range c.sessions {
			one.mu.Lock()
			if c.visitor.Name == name && one.out != nil {
				one.out.mu.Lock()
				if holds(one.out) {
					n++
				}
				one.out.mu.Unlock()
			}
			one.mu.Unlock()
		}
		c.mu.Unlock()
	}
	return n
}

// behind reports whether a writer waits in a visit of a person.
func behind(s *Server, name string) bool {
	return outflows(s, name, func(o *outflow) bool { return o.waiting > 0 }) > 0
}

// quiet waits until everything was sent in the visits of a person, so that
// the clock may leap.
func (h *house) quiet(name string) {
	h.Helper()
	eventually(h, "everything is sent", func() bool {
		return outflows(h.server, name, func(o *outflow) bool { return o.sending }) == 0
	})
}

// TestSlowReaderStays is about a client that reads, but not all the time.
func TestSlowReaderStays(t *testing.T) {
	p := newPages()
	h := openThin(t, p.handle, Limits{})
	client, valve := h.enterByValve("ada")
	s := openScreen(t, client, 400, 120)
	s.see("size=400x120")
	program := await(t, p.programs, "the program")
	for round := range 3 {
		stop := make(chan struct{})
		var filling sync.WaitGroup
		valve.set(true)
		filling.Go(func() { fill(program, stop) })
		eventually(t, "the session is behind", func() bool { return behind(h.server, "ada") })
		h.beat()
		h.clock.advance(h.server.limits.Stall - time.Second)
		h.beat()
		valve.set(false)
		close(stop)
		mark := fmt.Sprintf("round%d", round)
		filling.Wait()
		program.Send(textMsg(mark))
		s.see(mark)
	}
	if stalled := h.server.Figures().Stalled; stalled != 0 {
		t.Errorf("%d sessions ended", stalled)
	}
}

// TestKillMidFrame is about a client that is gone while it is drawn for.
func TestKillMidFrame(t *testing.T) {
	p := newPages()
	h := openThin(t, p.handle, Limits{})
	client, valve := h.enterByValve("ada")
	s := openScreen(t, client, 400, 120)
	s.see("size=400x120")
	stop := make(chan struct{})
	var filling sync.WaitGroup
	program := await(t, p.programs, "the program")
	filling.Go(func() { fill(program, stop) })
	valve.set(true)
	eventually(t, "the session is behind", func() bool { return behind(h.server, "ada") })
	valve.Conn.Close()
	if err := await(t, p.errs, "the end of the program"); err != ErrClosed {
		t.Errorf("it ended with %v", err)
	}
	close(stop)
	filling.Wait()
	h.expect("in ada key")
	h.expect("out ada: " + ErrClosed.Error())
}

func TestResizeStorm(t *testing.T) {
	p := newPages()
	h := open(t, p.handle, Limits{})
	s := openScreen(t, h.enter("ada", model.Lead), 0, 0)
	s.see("size=80x24") // nobody said otherwise
	for k := range 3000 {
		if err := s.WindowChange(k%1000, k%777); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.SendRequest("window-change", false, []byte("nonsense")); err != nil {
		t.Fatal(err)
	}
	_ = s.WindowChange(1<<31, 1<<31)
	_ = s.WindowChange(0, 0)
	s.see("size=400x120")
	_ = s.WindowChange(40, 0)
	s.see("size=400x40")
}

func TestShutdown(t *testing.T) {
	p := newPages()
	h := open(t, p.handle, Limits{})
	var screens []*screen
	for _, name := range []string{"ada", "bob"} {
		s := openScreen(t, h.enter(name, model.Lead), 80, 24)
		s.see("size=80x24")
		screens = append(screens, s)
	}
	h.stop()
	for _, s := range screens {
		rest := s.rest()
		if !strings.HasSuffix(rest, "The server is shutting down; your drafts are kept.\r\n") || !strings.Contains(rest, "\x1b[?1049l") {
			t.Errorf("the end is %q", rest)
		}
	}
	await(t, h.stopped, "the end")
}

// TestShutdownIsBounded is about a visit that does not end when it should.
func TestShutdownIsBounded(t *testing.T) {
	release := make(chan struct{})
	var visits sync.WaitGroup
	visits.Add(1)
	h := open(t, func(context.Context, *Visit) int { defer visits.Done(); <-release; return 0 }, Limits{Farewell: time.Millisecond})
	session := newSessionOf(t, h.enter("ada", model.Lead))
	if err := session.Start("queue"); err != nil {
		t.Fatal(err)
	}
	h.stop()
	await(t, h.stopped, "the end")
	close(release)
	visits.Wait()
}

func TestExpiry(t *testing.T) {
	p := newPages()
	h := open(t, p.handle, Limits{KeepAlive: 1000 * time.Hour})
	s := openScreen(t, h.enter("ada", model.Lead), 80, 24)
	s.see("size=80x24")
	life := h.server.limits.Life
	for _, key := range "#%&" { // it slides
		h.clock.advance(life - time.Minute)
		h.beat()
		fmt.Fprint(s.keys, string(key))
		s.see(string(key))
		h.quiet("ada")
	}
	h.clock.advance(life)
	h.beat()
	if rest := s.rest(); !strings.HasSuffix(rest, "Your session expired: there was no input for too long. Log in again to go on.\r\n") {
		t.Errorf("the end is %q", rest)
	}
	if err := await(t, p.errs, "the end of the program"); err != ErrExpired {
		t.Errorf("it ended with %v", err)
	}
}

func TestUnattendedDoesNotExpire(t *testing.T) {
	begun := make(chan struct{})
	h := open(t, func(ctx context.Context, visit *Visit) int {
		visit.Unattended()
		close(begun)
		<-ctx.Done()
		return 0
	}, Limits{KeepAlive: 1000 * time.Hour})
	session := newSessionOf(t, h.enter("ada", model.Wall))
	if err := session.Start("wall"); err != nil {
		t.Fatal(err)
	}
	await(t, begun, "the visit")
	h.clock.advance(30 * 24 * time.Hour)
	h.beat()
	if len(h.server.Sessions()) != 1 {
		t.Error("the wall went dark")
	}
	h.revoke("ada")
	h.beat()
	if code := exitCode(session.Wait()); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestWallDoesNotKeepAConsole has both on one connection: the console expires
// as it would alone.
func TestWallDoesNotKeepAConsole(t *testing.T) {
	begun := make(chan struct{}, 2)
	h := open(t, func(ctx context.Context, visit *Visit) int {
		if visit.Args[0] == "wall" {
			visit.Unattended()
		}
		begun <- struct{}{}
		<-ctx.Done()
		return 0
	}, Limits{KeepAlive: 1000 * time.Hour})
	client := h.enter("ada", model.Lead)
	for _, words := range []string{"wall", "plain"} {
		if err := newSessionOf(t, client).Start(words); err != nil {
			t.Fatal(err)
		}
		await(t, begun, "the visit")
	}
	h.clock.advance(h.server.limits.Life)
	h.beat()
	_ = client.Wait()
	h.expect("in ada key")
	h.expect("out ada: " + ErrExpired.Error())
}

func TestConnectionWithoutVisitsEnds(t *testing.T) {
	h := open(t, echo, Limits{})
	client := h.enter("ada", model.Lead)
	if err := newSessionOf(t, client).Run("queue"); exitCode(err) != 1 {
		t.Fatal(err)
	}
	eventually(t, "the visit is over", func() bool { return len(h.server.Sessions()) == 0 })
	h.clock.advance(h.server.limits.Idle - time.Second)
	h.beat()
	if h.server.Figures().Connections != 1 {
		t.Error("it ended before its time")
	}
	h.clock.advance(time.Second)
	h.beat()
	_ = client.Wait()
	h.expect("in ada key")
	h.expect("out ada: " + ErrExpired.Error())
}

func TestKeepAlive(t *testing.T) {
	h := openThin(t, echo, Limits{Idle: time.Hour})
	client := h.enter("ada", model.Lead)
	bob, valve := h.enterByValve("bob")
	if err := newSessionOf(t, bob).Run("queue"); exitCode(err) != 1 {
		t.Fatal(err)
	}
	valve.set(true) // bob answers nothing any more
	beats := func() {
		h.clock.advance(h.server.limits.KeepAlive)
		h.beat()
	}
	beats()
	eventually(t, "ada answers", func() bool {
		for _, c := range h.server.all() {
			c.mu.Lock()
			answered := c.visitor.Name == "ada" && c.asked.IsZero()
			c.mu.Unlock()
			if answered {
				return true
			}
		}
		return false
	})
	beats()
	eventually(t, "bob is gone", func() bool { return h.server.Figures().Connections == 1 })
	if silent := h.server.Figures().Silent; silent != 1 {
		t.Errorf("%d were silent", silent)
	}
	if err := newSessionOf(t, client).Run("queue"); exitCode(err) != 1 {
		t.Error(err)
	}
}

func TestDropAndList(t *testing.T) {
	begun := make(chan struct{}, 2)
	h := open(t, func(ctx context.Context, visit *Visit) int {
		visit.Look("INC-1 \x1b[31mthe\noverview")
		begun <- struct{}{}
		<-ctx.Done()
		return 3
	}, Limits{})
	ada, bob := newSessionOf(t, h.enter("ada", model.Lead)), newSessionOf(t, h.enter("bob", model.Auditor))
	for _, session := range []*ssh.Session{ada, bob} {
		if err := session.Start("timeline INC-1"); err != nil {
			t.Fatal(err)
		}
		await(t, begun, "the visit")
	}
	list := h.server.Sessions()
	if len(list) != 2 || list[0].Name != "ada" || list[1].Role != model.Auditor || list[0].Doing != "timeline" ||
		list[0].Looks != "INC-1 the overview" || list[0].From != "127.0.0.1" || !list[0].Since.Equal(began) || list[0].Session == list[1].Session {
		t.Errorf("the list is %+v", list)
	}
	if n := h.server.Drop(func(s Session) bool { return s.Name == "ada" }, errors.New("a new key was given out")); n != 1 {
		t.Errorf("dropped %d", n)
	}
	if code := exitCode(ada.Wait()); code != 3 {
		t.Errorf("exit code %d", code)
	}
	eventually(t, "one is left", func() bool { return h.server.Figures().Visits == 1 })
}

func TestLimits(t *testing.T) {
	begun := make(chan struct{}, 8)
	h := open(t, func(ctx context.Context, _ *Visit) int { begun <- struct{}{}; <-ctx.Done(); return 0 },
		Limits{PerLine: 2, PerPerson: 3, PerAddress: 3, Waiting: 2})
	key := h.know("ada", model.Lead)
	var clients []*ssh.Client
	for range 2 {
		client, err := h.dial("ada", ssh.PublicKeys(key))
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		clients = append(clients, client)
	}
	for _, step := range []struct {
		client *ssh.Client
		ok     bool
	}{{clients[0], true}, {clients[0], true}, {clients[0], false}, {clients[1], true}, {clients[1], false}} {
		session, err := step.client.NewSession()
		if (err == nil) != step.ok {
			t.Errorf("a session: %v, want ok %v", err, step.ok)
		}
		if err == nil {
			if err := session.Start("x"); err != nil {
				t.Fatal(err)
			}
			await(t, begun, "the visit")
		}
	}
	// A third connection waits for its log-in, a fourth is one too many.
	waiting, err := net.Dial("tcp", h.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer waiting.Close()
	eventually(t, "it is here", func() bool { return h.server.Figures().Connections == 3 })
	if _, err := h.dial("ada", ssh.PublicKeys(key)); err == nil {
		t.Error("no limit to an address")
	}
	if away := h.server.Figures().TurnedAway; away != 1 {
		t.Errorf("%d were turned away", away)
	}
	clients[0].Close()
	eventually(t, "there is room again", func() bool { return h.server.Figures().Visits == 1 })
	if _, err := clients[1].NewSession(); err != nil {
		t.Error(err)
	}
}

// TestNothingButSessions asks for all that other servers give.
func TestNothingButSessions(t *testing.T) {
	h := open(t, echo, Limits{})
	client := h.enter("ada", model.Lead)
	if conn, err := client.Dial("tcp", h.listener.Addr().String()); err == nil {
		conn.Close()
		t.Error("connections are forwarded")
	}
	if listener, err := client.Listen("tcp", "127.0.0.1:0"); err == nil {
		listener.Close()
		t.Error("ports are forwarded")
	}
	if listener, err := client.ListenUnix(t.TempDir() + "/socket"); err == nil {
		listener.Close()
		t.Error("sockets are forwarded")
	}
	if channel, _, err := client.OpenChannel("x11", nil); err == nil {
		channel.Close()
		t.Error("there are channels of other kinds")
	}
	session := newSessionOf(t, client)
	for _, request := range []string{"auth-agent-req@openssh.com", "x11-req", "subsystem", "break", "xon-xoff", "window-change"} {
		if ok, err := session.SendRequest(request, true, ssh.Marshal(struct{ Name string }{"sftp"})); ok || err != nil {
			t.Errorf("%s: %v, %v", request, ok, err)
		}
	}
	for name, value := range map[string]string{"LD_PRELOAD": "/x.so", "PATH": "/", "TOCSIN_DATA": "/", "LC_ALL": "C\x1b[2J", "TZ": "../../etc/passwd", "lang": "x"} {
		if err := session.Setenv(name, value); err == nil {
			t.Errorf("%s=%q was taken", name, value)
		}
	}
	if err := session.Setenv("LC_ALL", "de_DE.UTF-8"); err != nil {
		t.Error(err)
	}
	if err := session.RequestPty("xterm", 24, 80, nil); err != nil {
		t.Error(err)
	}
	if err := session.RequestPty("xterm", 24, 80, nil); err == nil {
		t.Error("there are two terminals to a session")
	}
	session.Close()
	broken := newSessionOf(t, client)
	var errs strings.Builder
	broken.Stderr = &errs
	if code := exitCode(broken.Run("note 'half")); code != 2 || errs.String() != "tocsin: the command line cannot be read: a quote is not closed\n" {
		t.Errorf("exit code %d, %q", code, errs.String())
	}
}

func TestFailedHandlerEndsItsOwnSession(t *testing.T) {
	h := open(t, func(_ context.Context, visit *Visit) int {
		if len(visit.Args) > 0 {
			panic("as expected")
		}
		_, _ = io.WriteString(visit.Out, "fine\n")
		return 0
	}, Limits{})
	client := h.enter("ada", model.Lead)
	if code := exitCode(newSessionOf(t, client).Run("fail")); code != 70 {
		t.Errorf("exit code %d", code)
	}
	out, err := newSessionOf(t, client).Output("")
	if err != nil || string(out) != "fine\n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestSignal(t *testing.T) {
	begun := make(chan struct{})
	causes := make(chan error, 1)
	h := open(t, func(ctx context.Context, _ *Visit) int {
		close(begun)
		<-ctx.Done()
		causes <- context.Cause(ctx)
		return 130
	}, Limits{})
	session := newSessionOf(t, h.enter("ada", model.Lead))
	if err := session.Start("export"); err != nil {
		t.Fatal(err)
	}
	await(t, begun, "the visit")
	if err := session.Signal(ssh.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := await(t, causes, "the end"); err != ErrInterrupted {
		t.Error(err)
	}
	if code := exitCode(session.Wait()); code != 130 {
		t.Errorf("exit code %d", code)
	}
}

// TestManyWithSomeStalled holds that nobody feels what others do not read.
func TestManyWithSomeStalled(t *testing.T) {
	many, some := 200, 20
	if testing.Short() {
		many, some = 40, 4
	}
	p := newPages()
	h := openThin(t, p.handle, Limits{PerAddress: many})
	var stalled, live []*tea.Program
	var screens []*screen
	for k := range many {
		name := fmt.Sprintf("p%d", k)
		if k < some {
			client, valve := h.enterByValve(name)
			s := openScreen(t, client, 400, 120)
			s.see("size=400x120")
			stalled = append(stalled, await(t, p.programs, "the program"))
			valve.set(true)
			continue
		}
		s := openScreen(t, h.enter(name, model.Responder), 80, 24)
		s.see("size=80x24")
		live, screens = append(live, await(t, p.programs, "the program")), append(screens, s)
	}
	stop := make(chan struct{})
	var filling sync.WaitGroup
	for _, program := range stalled {
		filling.Go(func() { fill(program, stop) })
	}
	for k := range stalled {
		eventually(t, "the session is behind", func() bool { return behind(h.server, fmt.Sprintf("p%d", k)) })
	}
	tell := func(text string) {
		for _, program := range live {
			program.Send(textMsg(text)) // as the feed does, and it must not wait for anybody
		}
		for _, s := range screens {
			s.see(text)
		}
	}
	tell("first")
	for k := some; k < many; k++ {
		h.quiet(fmt.Sprintf("p%d", k))
	}
	h.beat()
	h.clock.advance(h.server.limits.Stall)
	h.beat()
	tell("second")
	for range some {
		if err := await(t, p.errs, "the end of a program"); err != ErrStalled {
			t.Errorf("it ended with %v", err)
		}
	}
	close(stop)
	filling.Wait()
	tell("third")
	if f := h.server.Figures(); f.Stalled != uint64(some) || f.Visits != many-some {
		t.Errorf("figures are %+v", f)
	}
}
