package sshd

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/crypto/ssh"

	"tocsin/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// within is how long a test waits for what has to happen. Nothing is measured
// by it: it only ends a test that would hang.
const within = 60 * time.Second

// keeper is a door with a list.
type keeper struct {
	mu        sync.Mutex
	people    map[string]Visitor // by fingerprint of the key
	codes     map[string]string  // by name: they need a second factor
	authority ssh.PublicKey      // signs certificates
	barred    map[string]error   // by name
	revoked   map[string]bool
	checks    int
	events    chan string
}

func newKeeper() *keeper {
	return &keeper{
		people: make(map[string]Visitor), codes: make(map[string]string), barred: make(map[string]error),
		revoked: make(map[string]bool), events: make(chan string, 4096),
	}
}

func (k *keeper) say(format string, args ...any) { k.events <- fmt.Sprintf(format, args...) }

func (k *keeper) Key(_ context.Context, asking Asking) (Visitor, Need, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if asking.Entrance == Socket {
		return Visitor{Name: "local", Role: model.Owner}, Need{}, nil
	}
	if asking.Key == nil {
		if asking.User == "report" {
			return Visitor{Role: model.Reporter}, Need{}, nil
		}
		return Visitor{}, Need{}, ErrStranger
	}
	visitor, known := k.people[fingerprint(asking.Key)]
	if certificate, ok := asking.Key.(*ssh.Certificate); ok {
		checker := &ssh.CertChecker{SupportedCriticalOptions: []string{"source-address"}, IsUserAuthority: func(key ssh.PublicKey) bool {
			return k.authority != nil && bytes.Equal(key.Marshal(), k.authority.Marshal())
		}}
		if !checker.IsUserAuthority(certificate.SignatureKey) || checker.CheckCert("ada", certificate) != nil {
			return Visitor{}, Need{}, ErrStranger
		}
		visitor, known = Visitor{Name: "ada", Role: model.Lead}, true
	}
	if !known {
		return Visitor{}, Need{}, ErrStranger
	}
	_, factor := k.codes[visitor.Name]
	return visitor, Need{SecondFactor: factor}, k.barred[visitor.Name]
}

func (k *keeper) Code(_ context.Context, visitor Visitor, code string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.codes[visitor.Name] != code {
		return ErrWrongCode
	}
	return nil
}

func (k *keeper) Entered(_ context.Context, visitor Visitor) error {
	k.say("in %s %s", visitor.Name, visitor.Method)
	return nil
}

func (k *keeper) Refused(_ context.Context, _ Asking, why error, times int) {
	k.say("refused %d: %v", times, why)
}

func (k *keeper) Left(_ context.Context, visitor Visitor, why error) {
	k.say("out %s: %v", visitor.Name, why)
}

func (k *keeper) Check(visitor Visitor) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.checks++
	if k.revoked[visitor.Name] {
		return ErrRevoked
	}
	return nil
}

func (k *keeper) revoke(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.revoked[name] = true
}

// clock is one that stands still until it is told.
type clock struct{ ahead atomic.Int64 }

var began = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func (c *clock) now() time.Time          { return began.Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// house is a server under test.
type house struct {
	testing.TB
	*keeper
	clock    clock
	server   *Server
	listener net.Listener
	hostKey  ssh.PublicKey
	stop     context.CancelFunc
	stopped  chan struct{} // closed once Serve ended
}

func newKey(t testing.TB) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// open starts a server on the loopback interface.
func open(t testing.TB, handle Handle, limits Limits) *house {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return openAt(t, listener, handle, limits)
}

func openAt(t testing.TB, listener net.Listener, handle Handle, limits Limits) *house {
	t.Helper()
	host := newKey(t)
	h := &house{TB: t, keeper: newKeeper(), listener: listener, hostKey: host.PublicKey(), stopped: make(chan struct{})}
	h.server = New(Options{HostKeys: []ssh.Signer{host}, Door: h.keeper, Handle: handle, Limits: limits, Now: h.clock.now})
	ctx, stop := context.WithCancel(t.Context())
	h.stop = stop
	go func() {
		defer close(h.stopped)
		if err := h.server.Serve(ctx, listener); err != nil {
			t.Errorf("Serve: %v", err)
		}
	}()
	t.Cleanup(h.close)
	return h
}

func (h *house) close() {
	h.stop()
	await(h, h.stopped, "the end of Serve")
}

// beat looks after all connections, as happens every second.
func (h *house) beat() {
	now := h.clock.now()
	for _, c := range h.server.all() {
		c.beat(now)
	}
}

// know adds a person and returns the key.
func (h *house) know(name string, role model.Role) ssh.Signer {
	h.Helper()
	key := newKey(h)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.people[ssh.FingerprintSHA256(key.PublicKey())] = Visitor{Name: name, Role: role}
	return key
}

func (h *house) dial(user string, methods ...ssh.AuthMethod) (*ssh.Client, error) {
	return ssh.Dial("tcp", h.listener.Addr().String(), &ssh.ClientConfig{User: user, Auth: methods, HostKeyCallback: ssh.FixedHostKey(h.hostKey)})
}

func (h *house) enter(name string, role model.Role) *ssh.Client {
	h.Helper()
	client, err := h.dial(name, ssh.PublicKeys(h.know(name, role)))
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { client.Close() })
	return client
}

// expect waits for what the door is told next.
func (h *house) expect(want string) {
	h.Helper()
	select {
	case got := <-h.events:
		if got != want {
			h.Errorf("the door was told %q, want %q", got, want)
		}
	case <-time.After(within):
		h.Fatalf("the door was not told %q", want)
	}
}

func newSessionOf(t testing.TB, client *ssh.Client) *ssh.Session {
	t.Helper()
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// await waits for an event.
func await[T any](t testing.TB, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(within):
		t.Fatalf("waited for %s in vain", what)
		panic("not reached")
	}
}

// echo answers with its words, reads input, and exits with the number of words.
func echo(_ context.Context, visit *Visit) int {
	fmt.Fprintf(visit.Out, "%s: %s\n", visit.Name, strings.Join(visit.Args, "|"))
	n, _ := io.Copy(visit.Out, visit.In)
	fmt.Fprintf(visit.Err, "%d bytes\n", n)
	return len(visit.Args)
}

func exitCode(err error) int {
	var exit *ssh.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitStatus()
	}
	return -1
}
