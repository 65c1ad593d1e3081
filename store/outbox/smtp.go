package outbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// Secret is what nobody is to see. It prints as nothing of what it holds.
type Secret string

// Format keeps the secret out of every text, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, "(secret)") }

// Security is how a connection to a mail server is protected.
type Security string

// The ways to protect a connection.
const (
	StartTLS Security = "starttls" // TLS is asked for on an open connection (RFC 3207)
	Implicit Security = "implicit" // TLS from the first byte (RFC 8314)
	Plain    Security = "none"     // nothing is protected: to this machine alone
)

// SMTP sends over a mail server. Certificates are always verified, and a
// password never leaves without TLS.
type SMTP struct {
	Host     string // as its certificate names it
	Port     int    // 0 is 587, with Implicit 465
	Security Security
	// Anywhere lets Plain reach other machines, where whoever is in between
	// reads and changes every message.
	Anywhere bool
	Roots    *x509.CertPool // whose certificates are taken; nil are those of the system
	User     string         // "" logs nobody in
	Password Secret
	Hello    string        // what this machine calls itself; "" is the host's own name for it, "localhost"
	Patience time.Duration // with one answer; 0 is five minutes (RFC 5321, 4.5.3.2)
	Ending   time.Duration // with the answer to a whole message; 0 is ten minutes
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
}

// Errors of a mail server that is not as it is set to be; each is an ErrChannel.
var (
	ErrNoTLS   = fmt.Errorf("%w: the server offers no TLS", ErrChannel)
	ErrPlain   = fmt.Errorf("%w: without TLS nothing is sent to another machine", ErrChannel)
	ErrNoLogin = fmt.Errorf("%w: the server takes no login that is known here (SCRAM-SHA-256, PLAIN, LOGIN)", ErrChannel)
)

// Open connects to the server and logs in. Its errors match ErrChannel.
func (s *SMTP) Open(ctx context.Context) (Line, error) {
	line, err := s.open(ctx)
	switch {
	case err == nil:
		return line, nil
	case errors.Is(err, ErrChannel):
		return nil, err
	}
	return nil, fmt.Errorf("%w: %s: %w", ErrChannel, s.address(), err)
}

func (s *SMTP) address() string {
	port := s.Port
	if port == 0 {
		port = map[Security]int{Implicit: 465}[s.Security]
	}
	if port == 0 {
		port = 587
	}
	return net.JoinHostPort(s.Host, strconv.Itoa(port))
}

func (s *SMTP) patience() time.Duration {
	if s.Patience == 0 {
		return 5 * time.Minute
	}
	return s.Patience
}

func (s *SMTP) open(ctx context.Context) (*mailLine, error) {
	dial := s.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: min(s.patience(), 30*time.Second)}).DialContext
	}
	conn, err := dial(ctx, "tcp", s.address())
	if err != nil {
		return nil, err
	}
	line := &mailLine{smtp: s, wire: newWire(ctx, conn, s.patience())}
	if s.Security == Plain && !s.Anywhere && !line.wire.loopback() {
		err = ErrPlain
	} else {
		err = line.greet(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, ignoreClosed(line.wire.Close()))
	}
	return line, nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (s *SMTP) tls() *tls.Config {
	return &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
}

// mailLine is a connection to a mail server, ready for messages.
type mailLine struct {
	smtp   *SMTP
	wire   *wire
	client *smtp.Client
	size   int // the longest message that the server takes, in bytes; 0 is not known
}

// greet brings a connection up to where messages can follow.
func (l *mailLine) greet(ctx context.Context) error {
	var conn net.Conn = l.wire
	if l.smtp.Security == Implicit {
		secure := tls.Client(l.wire, l.smtp.tls())
		if err := secure.HandshakeContext(ctx); err != nil {
			return fmt.Errorf("TLS: %w", err)
		}
		conn = secure
	}
	var err error
	if l.client, err = smtp.NewClient(conn, l.smtp.Host); err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	hello := l.smtp.Hello
	if hello == "" {
		hello = "localhost"
	}
	if err := l.client.Hello(hello); err != nil {
		return err
	}
	if err := l.secure(); err != nil {
		return err
	}
	if err := l.logIn(); err != nil {
		return err
	}
	_, size := l.client.Extension("SIZE")
	if n, err := strconv.Atoi(strings.TrimSpace(size)); err == nil && n > 0 {
		l.size = n
	}
	l.client.SetDSNMailReturnOption("HDRS") // a bounce names the message it is about
	l.client.SetDSNRcptNotifyOption("FAILURE,DELAY")
	return nil
}

// secure asks for TLS where the connection does not have it and must.
func (l *mailLine) secure() error {
	switch l.smtp.Security {
	case Implicit, Plain:
		return nil
	}
	if offered, _ := l.client.Extension("STARTTLS"); !offered {
		return ErrNoTLS
	}
	if err := l.client.StartTLS(l.smtp.tls()); err != nil {
		return fmt.Errorf("STARTTLS: %w", err)
	}
	return nil
}

// logIn logs in where there is somebody to log in, over TLS alone.
func (l *mailLine) logIn() error {
	if l.smtp.User == "" {
		return nil
	}
	if _, ok := l.client.TLSConnectionState(); !ok {
		return fmt.Errorf("%w: a password is not sent without TLS", ErrChannel)
	}
	_, offered := l.client.Extension("AUTH")
	auth := l.smtp.login(strings.Fields(strings.ToUpper(offered)))
	if auth == nil {
		return ErrNoLogin
	}
	if err := l.client.Auth(auth); err != nil {
		return fmt.Errorf("log in as %s: %w", l.smtp.User, err)
	}
	return nil
}

// login is the best way to log in of those offered, nil where none is known.
func (s *SMTP) login(offered []string) smtp.Auth {
	has := make(map[string]bool, len(offered))
	for _, one := range offered {
		has[one] = true
	}
	password := string(s.Password)
	switch {
	case has["SCRAM-SHA-256"]:
		return smtp.ScramSHA256Auth(s.User, password)
	case has["PLAIN"]:
		return smtp.PlainAuth("", s.User, password, s.Host, false)
	case has["LOGIN"]:
		return smtp.LoginAuth(s.User, password, s.Host, false)
	}
	return nil
}

// Send hands one message over in a transaction of its own (RFC 5321, 3.3).
func (l *mailLine) Send(ctx context.Context, m *Message) Reply {
	letter, err := m.letter()
	if err != nil {
		return Reply{Outcome: Permanent, Words: words(err.Error())}
	}
	if l.size > 0 && len(letter.text) > l.size {
		return Reply{Outcome: Permanent, Words: fmt.Sprintf("the message has %d bytes; the server takes %d", len(letter.text), l.size)}
	}
	if unicode, _ := l.client.Extension("SMTPUTF8"); letter.international && !unicode {
		return Reply{Outcome: Permanent, Words: "the server does not take internationalised addresses (SMTPUTF8)"}
	}
	l.wire.renew()
	l.wire.watch(ctx)
	if r := l.envelope(letter); r.Outcome != Accepted {
		return r
	}
	return l.data(letter)
}

// envelope says who the message is from and for. What it returns is Accepted
// where the message may follow; nothing of it has left then.
func (l *mailLine) envelope(letter *letter) Reply {
	l.client.SkipSMTPUTF8(!letter.international)
	if err := l.client.Mail("<" + letter.from.String() + ">"); err != nil {
		return l.again(l.aboutSender(letter, before("the sender", err)))
	}
	if err := l.client.Rcpt("<" + letter.to.String() + ">"); err != nil {
		return l.again(before("the recipient", err))
	}
	return Reply{Outcome: Accepted}
}

// aboutSender is a refusal of the sender: all recipients would meet it, unless
// the message asked for what only some do.
func (l *mailLine) aboutSender(letter *letter, r Reply) Reply {
	if r.Outcome == Permanent && !letter.international {
		return Reply{Outcome: Unsent, Lost: true, Channel: fmt.Errorf("%w: the sender %s is refused: %s", ErrChannel, letter.from, r.Words)}
	}
	return r
}

// again makes the line ready for the next message after a refusal.
func (l *mailLine) again(r Reply) Reply {
	if !r.Lost && l.client.Reset() != nil {
		r.Lost = true
	}
	return r
}

// data sends the message itself.
func (l *mailLine) data(letter *letter) Reply {
	writer, err := l.client.Data()
	if err != nil {
		return l.again(before("the message", err))
	}
	if _, err := writer.Write(letter.text); err != nil {
		return after(err)
	}
	l.wire.patience = l.smtp.ending()
	defer func() { l.wire.patience = l.smtp.patience() }()
	if err := writer.Close(); err != nil {
		return after(err)
	}
	said := ""
	if closer, ok := writer.(*smtp.DataCloser); ok {
		said = closer.ServerResponse()
	}
	return answer(250, said)
}

func (s *SMTP) ending() time.Duration {
	if s.Ending == 0 {
		return 10 * time.Minute
	}
	return s.Ending
}

// farewell is how long a server may take to say goodbye.
const farewell = 2 * time.Second

// Close ends the connection, with a word where the server listens.
func (l *mailLine) Close() error {
	l.wire.renew()
	l.wire.patience = farewell
	var said *textproto.Error
	err := l.client.Quit()
	if err == nil {
		l.wire.release()
		return nil
	}
	if closed := l.wire.Close(); errors.As(err, &said) {
		return ignoreClosed(closed)
	}
	return nil
}
