package outbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// certified makes a certificate for a host, and the pool that trusts it.
func certified(tb testing.TB, host string) (tls.Certificate, *x509.CertPool) {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		DNSNames: []string{host}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// mailbox is what a server of tests took.
type mailbox struct {
	from, to, text string
	utf8           bool
}

// server is a mail server of tests. Its hooks are set before it is used.
type server struct {
	mail   func(from string) error
	rcpt   func(to string) error
	data   func(to string, text []byte, conn net.Conn) error
	user   string // who has to log in
	secret string
	roots  *x509.CertPool
	port   int

	mu    sync.Mutex
	taken []mailbox
	lines int
}

// serve starts a server; set changes it before it does.
func serve(tb testing.TB, s *server, set func(*smtp.Server)) *server {
	tb.Helper()
	certificate, roots := certified(tb, "localhost")
	s.roots = roots
	inner := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.lines++
		return &session{server: s, conn: c}, nil
	}))
	inner.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	inner.Domain, inner.EnableSMTPUTF8, inner.EnableDSN = "localhost", true, true
	inner.ErrorLog = silent{}
	if set != nil {
		set(inner)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s.port = listener.Addr().(*net.TCPAddr).Port
	var running sync.WaitGroup
	running.Go(func() { inner.Serve(listener) })
	tb.Cleanup(func() {
		inner.Close()
		running.Wait()
	})
	return s
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// client is a sender to the server.
func (s *server) client() *SMTP {
	return &SMTP{Host: "localhost", Port: s.port, Roots: s.roots, User: s.user, Password: Secret(s.secret), Patience: 5 * time.Second, Ending: 5 * time.Second}
}

func (s *server) received() []mailbox {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]mailbox(nil), s.taken...)
}

type session struct {
	server *server
	conn   *smtp.Conn
	box    mailbox
	logged bool
}

func (s *session) AuthMechanisms() []string {
	if s.server.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.server.user || password != "open sesame" {
			return smtp.ErrAuthFailed
		}
		s.logged = true
		return nil
	}), nil
}

func (s *session) Mail(from string, options *smtp.MailOptions) error {
	if s.server.user != "" && !s.logged {
		return smtp.ErrAuthRequired
	}
	s.box = mailbox{from: from, utf8: options.UTF8}
	if s.server.mail != nil {
		return s.server.mail(from)
	}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.box.to = to
	if s.server.rcpt != nil {
		return s.server.rcpt(to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.server.data != nil {
		if err := s.server.data(s.box.to, text, s.conn.Conn()); err != nil {
			return err
		}
	}
	s.box.text = string(text)
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.taken = append(s.server.taken, s.box)
	return nil
}

func (s *session) Reset()        { s.box = mailbox{} }
func (s *session) Logout() error { return nil }

// said is an answer of a server.
func said(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: text}
}

// scripted is a server that says the same to everybody, line by line: after each
// line of the client's the next answer, and then nothing.
func scripted(tb testing.TB, greeting string, answers map[string]string) int {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			all.Go(func() { recite(conn, greeting, answers) })
		}
	})
	tb.Cleanup(func() {
		listener.Close()
		mu.Lock()
		for _, conn := range conns {
			conn.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return listener.Addr().(*net.TCPAddr).Port
}

// recite answers by the first four letters of what the client says; "" hangs up.
func recite(conn net.Conn, greeting string, answers map[string]string) {
	defer conn.Close()
	if _, err := io.WriteString(conn, greeting); err != nil {
		return
	}
	var line []byte
	one := make([]byte, 1)
	for {
		if _, err := conn.Read(one); err != nil {
			return
		}
		if line = append(line, one[0]); one[0] != '\n' {
			continue
		}
		answer, known := answers[string(line[:min(4, len(line))])]
		line = nil
		if known && answer == "" {
			return
		}
		if _, err := io.WriteString(conn, answer); err != nil {
			return
		}
	}
}

var errGone = errors.New("gone")

func portOf(tb testing.TB, address string) int {
	tb.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		tb.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func tlsListener(tb testing.TB, certificate tls.Certificate) net.Listener {
	tb.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		tb.Fatal(err)
	}
	return listener
}
