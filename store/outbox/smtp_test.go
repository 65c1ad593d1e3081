package outbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func notice(k int, to string) *Message {
	return &Message{
		Ordinal: k, ID: fmt.Sprintf("m%d", k), From: "Ada Ltd Security <security@ada.example>", To: to,
		Subject: "A security incident", Body: "We found that\n.\nsomebody read your data.\n", Language: "en", Date: noon,
	}
}

// sent sends one message over a sender.
func sent(t *testing.T, s Sender, m *Message) Reply {
	t.Helper()
	line, err := s.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	return line.Send(t.Context(), m)
}

func TestAMessageArrives(t *testing.T) {
	for _, security := range []Security{StartTLS, ""} {
		s := serve(t, &server{user: "tocsin", secret: "open sesame"}, nil)
		c := s.client()
		c.Security = security
		line, err := c.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for k := range 3 {
			if r := line.Send(t.Context(), notice(k, "kim@ben.example")); r.Outcome != Accepted || r.Lost || !strings.HasPrefix(r.Words, "250 ") {
				t.Errorf("%+v", r)
			}
		}
		line.Close()
		got := s.received()
		if len(got) != 3 || s.lines != 2 || // one for each EHLO
			got[2].from != "security@ada.example" || got[2].to != "kim@ben.example" || got[2].utf8 {
			t.Fatalf("%d over %d lines: %+v", len(got), s.lines, got)
		}
		for _, want := range []string{"Message-ID: <m2@ada.example>", "Auto-Submitted: auto-generated", "Content-Language: en", "\"Ada Ltd Security\" <security@ada.example>", "\r\n.\r\nsomebody"} {
			if !strings.Contains(got[2].text, want) {
				t.Errorf("%q is not in %s", want, got[2].text)
			}
		}
	}
}

func TestTLSFromTheFirstByte(t *testing.T) {
	s := &server{}
	certificate, roots := certified(t, "localhost")
	listener := tlsListener(t, certificate)
	inner := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{server: s, conn: c}, nil }))
	inner.ErrorLog = silent{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		inner.Serve(listener)
	}()
	defer func() {
		inner.Close()
		<-ended
	}()
	c := &SMTP{Host: "localhost", Port: portOf(t, listener.Addr().String()), Security: Implicit, Roots: roots}
	if r := sent(t, c, notice(0, "kim@ben.example")); r.Outcome != Accepted {
		t.Errorf("%+v", r)
	}
	c.Host, c.Dial = "mail.example", func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, listener.Addr().String())
	}
	if _, err := c.Open(t.Context()); !errors.Is(err, ErrChannel) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of another host is taken: %v", err)
	}
}

// TestServersThatAreNotAsTheyShouldBe are refused before anything of a message
// leaves, and none of them gets the password.
func TestServersThatAreNotAsTheyShouldBe(t *testing.T) {
	hello := "250-localhost\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n"
	plain := map[string]string{"EHLO": hello, "QUIT": "221 bye\r\n", "MAIL": "250 ok\r\n", "RCPT": "250 ok\r\n", "DATA": "354 go\r\n"}
	with := func(more map[string]string) map[string]string {
		all := make(map[string]string)
		for _, from := range []map[string]string{plain, more} {
			for k, v := range from {
				all[k] = v
			}
		}
		return all
	}
	offers := map[string]string{"EHLO": "250-localhost\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"}
	for name, c := range map[string]struct {
		greeting string
		answers  map[string]string
		set      func(*SMTP)
		want     string
		is       error
	}{
		"no TLS":                 {"220 hi\r\n", plain, nil, "offers no TLS", ErrNoTLS},
		"TLS offered, refused":   {"220 hi\r\n", with(map[string]string{"EHLO": offers["EHLO"], "STAR": "454 not now\r\n"}), nil, "454", nil},
		"TLS offered, not given": {"220 hi\r\n", with(map[string]string{"EHLO": offers["EHLO"], "STAR": "220 go\r\n"}), nil, "", nil},
		"a command within TLS":   {"220 hi\r\n", with(map[string]string{"EHLO": offers["EHLO"], "STAR": "220 go\r\n250 injected\r\n"}), nil, "", nil},
		"busy":                   {"554 no service\r\n", plain, nil, "554", nil},
		"no greeting":            {"", plain, nil, "", nil},
		"not mail":               {"HTTP/1.1 400 Bad Request\r\n\r\n", plain, nil, "", nil},
		"talks for ever":         {"220-" + strings.Repeat("x", maxAnswers+1), plain, nil, "more than an answer", nil},
		"hangs up at hello":      {"220 hi\r\n", with(map[string]string{"EHLO": "", "HELO": ""}), nil, "", nil},
		"a login without TLS":    {"220 hi\r\n", plain, func(s *SMTP) { s.Security = Plain }, "password is not sent", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &SMTP{Host: "localhost", Port: scripted(t, c.greeting, c.answers), User: "tocsin", Password: "open sesame", Patience: 300 * time.Millisecond}
			if c.set != nil {
				c.set(s)
			}
			line, err := s.Open(t.Context())
			if err == nil {
				line.Close()
			}
			if !errors.Is(err, ErrChannel) || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(fmt.Sprint(err), c.want) || strings.Contains(fmt.Sprint(err), "sesame") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestLogins(t *testing.T) {
	s := serve(t, &server{user: "tocsin", secret: "wrong"}, nil)
	if _, err := s.client().Open(t.Context()); !errors.Is(err, ErrChannel) || !strings.Contains(err.Error(), "535") {
		t.Errorf("a wrong password: %v", err)
	}
	s.secret = ""
	c := s.client()
	c.User = ""
	if r := sent(t, c, notice(0, "kim@ben.example")); r.Channel == nil || r.Outcome != Unsent {
		t.Errorf("nobody logged in: %+v", r)
	}
	other := serve(t, &server{}, nil)
	c = other.client()
	c.User = "tocsin"
	if _, err := c.Open(t.Context()); !errors.Is(err, ErrNoLogin) {
		t.Errorf("no login is offered: %v", err)
	}
	if text := fmt.Sprintf("%v %+v %#v %s %q", c.Password, c, *c, Secret("open sesame"), Secret("open sesame")); strings.Contains(text, "sesame") {
		t.Errorf("the password is printed: %s", text)
	}
}

func TestPlainTextStaysHere(t *testing.T) {
	s := serve(t, &server{}, func(s *smtp.Server) { s.TLSConfig = nil })
	c := s.client()
	if _, err := c.Open(t.Context()); !errors.Is(err, ErrNoTLS) {
		t.Errorf("%v", err)
	}
	c.Security = Plain
	if r := sent(t, c, notice(0, "kim@ben.example")); r.Outcome != Accepted {
		t.Errorf("to this machine: %+v", r)
	}
	c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return elsewhere{conn}, err
	}
	if _, err := c.Open(t.Context()); !errors.Is(err, ErrPlain) {
		t.Errorf("to another machine: %v", err)
	}
	c.Anywhere = true
	if r := sent(t, c, notice(0, "kim@ben.example")); r.Outcome != Accepted {
		t.Errorf("to another machine, said twice: %+v", r)
	}
}

// elsewhere is a connection that leads to another machine.
type elsewhere struct{ net.Conn }

func (elsewhere) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25}
}

// TestWhatServersSayOfAMessage tells answers apart by where they come.
func TestWhatServersSayOfAMessage(t *testing.T) {
	for name, c := range map[string]struct {
		server *server
		to     string
		want   Outcome
		words  string
		lost   bool
		fault  bool // the channel's
	}{
		"greylisted":           {&server{rcpt: func(string) error { return said(451, "4.7.1 try again later") }}, "", Temporary, "451 4.7.1 try again later", false, false},
		"nobody of that name":  {&server{rcpt: func(string) error { return said(550, "no such user") }}, "", Permanent, "550 ", false, false},
		"closing":              {&server{rcpt: func(string) error { return said(421, "closing") }}, "", Temporary, "421 ", true, false},
		"sender refused":       {&server{mail: func(string) error { return said(550, "who are you") }}, "", Unsent, "", true, true},
		"sender not now":       {&server{mail: func(string) error { return said(452, "no room") }}, "", Temporary, "452 ", false, false},
		"refused after all":    {&server{data: func(string, []byte, net.Conn) error { return said(554, "spam") }}, "", Permanent, "554 ", false, false},
		"not now after all":    {&server{data: func(string, []byte, net.Conn) error { return said(451, "no disk") }}, "", Temporary, "451 ", false, false},
		"gone after all of it": {&server{data: func(_ string, _ []byte, c net.Conn) error { c.Close(); return errGone }}, "", Uncertain, "no answer after the message was begun", true, false},
		"no address":           {&server{}, "kim", Permanent, "there is no @", false, false},
		"an injected command":  {&server{}, "kim@ben.example>\r\nRCPT TO:<eve@evil.example", Permanent, "not one line", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.server, nil)
			if c.to == "" {
				c.to = "kim@ben.example"
			}
			r := sent(t, s.client(), notice(0, c.to))
			if r.Outcome != c.want || r.Lost != c.lost || (r.Channel != nil) != c.fault || !strings.Contains(r.Words, c.words) {
				t.Errorf("%+v", r)
			}
			if got := len(s.received()); got != 0 {
				t.Errorf("%d were taken", got)
			}
		})
	}
}

// TestALineIsUsedAgainAfterARefusal goes on on the same connection.
func TestALineIsUsedAgainAfterARefusal(t *testing.T) {
	s := serve(t, &server{rcpt: func(to string) error {
		if strings.HasPrefix(to, "no") {
			return said(550, "no such user")
		}
		return nil
	}}, nil)
	line, err := s.client().Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	for k, to := range []string{"no1@x.example", "kim@x.example", "no2@x.example", "ada@x.example"} {
		if r := line.Send(t.Context(), notice(k, to)); (r.Outcome == Accepted) != (k%2 == 1) || r.Lost {
			t.Errorf("%s: %+v", to, r)
		}
	}
	if len(s.received()) != 2 || s.lines != 2 {
		t.Errorf("%d taken over %d lines", len(s.received()), s.lines)
	}
}

// TestServersThatBreakOff stop at every step. Before the message began that is
// temporary; from then on nobody knows.
func TestServersThatBreakOff(t *testing.T) {
	whole := map[string]string{"EHLO": "250 localhost\r\n", "MAIL": "250 ok\r\n", "RCPT": "250 ok\r\n", "DATA": "354 go\r\n", ".\r\n": "250 queued\r\n", "QUIT": "221 bye\r\n"}
	for step, want := range map[string]Outcome{"MAIL": Temporary, "RCPT": Temporary, "DATA": Temporary, ".\r\n": Uncertain, "Subj": Uncertain} {
		for how, answer := range map[string]string{"hangs up": "", "says nothing": "hold", "talks nonsense": "what?\r\n", "says an odd code": "199 odd\r\n", "talks for ever": strings.Repeat("250-x\r\n", maxAnswers/6)} {
			if step == "Subj" && how != "hangs up" {
				continue
			}
			t.Run(step[:1]+" "+how, func(t *testing.T) {
				t.Parallel()
				answers := make(map[string]string)
				for k, v := range whole {
					answers[k] = v
				}
				if answers[step] = answer; answer == "hold" {
					delete(answers, step)
				}
				s := &SMTP{Host: "localhost", Port: scripted(t, "220 hi\r\n", answers), Security: Plain, Patience: 200 * time.Millisecond, Ending: 200 * time.Millisecond}
				r := sent(t, s, notice(0, "kim@ben.example"))
				if r.Outcome != want || !r.Lost || r.Channel != nil {
					t.Errorf("%+v, want %s", r, want)
				}
			})
		}
	}
}

func TestWhenTheContextEndsAMessageDoesToo(t *testing.T) {
	s := &SMTP{Host: "localhost", Port: scripted(t, "220 hi\r\n", map[string]string{"EHLO": "250 localhost\r\n", "MAIL": "250 ok\r\n", "RCPT": "250 ok\r\n", "DATA": "354 go\r\n"}), Security: Plain}
	line, err := s.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if r := line.Send(ctx, notice(0, "kim@ben.example")); r.Outcome != Uncertain || !r.Lost {
		t.Errorf("%+v", r)
	}
}

func TestInternationalAddresses(t *testing.T) {
	knows := serve(t, &server{}, nil)
	does := serve(t, &server{}, func(s *smtp.Server) { s.EnableSMTPUTF8 = false })
	lies := serve(t, &server{mail: func(string) error { return said(555, "SMTPUTF8 is not supported") }}, nil)
	for _, c := range []struct {
		server *server
		to     string
		want   Outcome
		took   string
		utf8   bool
	}{
		{knows, "jürgen@ben.example", Accepted, "jürgen@ben.example", true},
		{knows, "用户@例子.example", Accepted, "用户@xn--fsqu00a.example", true},
		{knows, "kim@münchen.example", Accepted, "kim@xn--mnchen-3ya.example", false},
		{knows, "kim@ben.example", Accepted, "kim@ben.example", false},
		{does, "kim@münchen.example", Accepted, "kim@xn--mnchen-3ya.example", false},
		{does, "jürgen@ben.example", Permanent, "", false},
		{lies, "jürgen@ben.example", Permanent, "", false},
	} {
		before := len(c.server.received())
		r := sent(t, c.server.client(), notice(0, c.to))
		got := c.server.received()[before:]
		if r.Outcome != c.want || r.Channel != nil {
			t.Errorf("%s: %+v", c.to, r)
		}
		if c.want != Accepted {
			if !strings.Contains(r.Words, "SMTPUTF8") {
				t.Errorf("%s is refused without the reason: %s", c.to, r.Words)
			}
			continue
		}
		if len(got) != 1 || got[0].to != c.took || got[0].utf8 != c.utf8 || !strings.Contains(got[0].text, "To: <"+c.took+">") {
			t.Errorf("%s: %+v", c.to, got)
		}
	}
}

func TestAMessageThatIsTooLarge(t *testing.T) {
	s := serve(t, &server{}, func(s *smtp.Server) { s.MaxMessageBytes = 2000 })
	m := notice(0, "kim@ben.example")
	m.Body = strings.Repeat("all of your data\n", 200)
	if r := sent(t, s.client(), m); r.Outcome != Permanent || !strings.Contains(r.Words, "the server takes 2000") {
		t.Errorf("%+v", r)
	}
}
