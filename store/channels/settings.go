package channels

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"tocsin/model"
	"tocsin/store/outbox"
)

// Settings are how one channel is entered. They never leave the sealed file but
// for what Channel tells.
type Settings struct {
	Name string            `json:"name"`
	Kind model.ChannelKind `json:"kind"`

	Server   string          `json:"server,omitempty"`   // host:port
	Security outbox.Security `json:"security,omitempty"` // "" is starttls
	Anywhere bool            `json:"anywhere,omitempty"` // without TLS to other machines too
	From     string          `json:"from,omitempty"`     // an address, or a name and an address in angle brackets
	User     string          `json:"user,omitempty"`     // "" logs nobody in
	Password outbox.Secret   `json:"password,omitempty"`
	Pace     float64         `json:"pace,omitempty"`  // messages a second to one domain; 0 is as fast as it goes
	Lines    int             `json:"lines,omitempty"` // open at once; 0 is a few

	Secret outbox.Secret `json:"secret,omitempty"` // that webhooks are signed with
	Own    bool          `json:"own,omitempty"`    // a webhook may reach this machine and private networks

	To    []string `json:"to,omitempty"`    // its own recipients: addresses, or one URL
	Roots string   `json:"roots,omitempty"` // certificates in PEM that are taken beside those of the system
}

// ErrSettings means that settings do not make a channel.
var ErrSettings = errors.New("these settings do not make a channel")

// Check refuses settings that no message could leave by.
func (s *Settings) Check() error {
	if _, err := s.pool(); err != nil {
		return err
	}
	switch s.Kind {
	case model.EmailChannel:
		return s.checkMail()
	case model.WebhookChannel:
		if len(s.To) != 1 {
			return fmt.Errorf("%w: a webhook is posted to one URL", ErrSettings)
		}
		if _, err := outbox.CheckURL(s.To[0]); err != nil {
			return err
		}
		return outbox.CheckSecret(s.Secret)
	case model.ByHandChannel:
		return nil
	}
	return fmt.Errorf("%w: %q is no kind of one; accepted: email, webhook, manual", ErrSettings, s.Kind)
}

func (s *Settings) checkMail() error {
	if _, _, err := s.place(); err != nil {
		return err
	}
	switch s.Security {
	case "", outbox.StartTLS, outbox.Implicit:
	case outbox.Plain:
		if s.User != "" {
			return fmt.Errorf("%w: a password is not sent without TLS", ErrSettings)
		}
	default:
		return fmt.Errorf("%w: %q is no way to protect a connection; accepted: starttls, implicit, none", ErrSettings, s.Security)
	}
	for _, to := range s.To {
		if _, err := outbox.ParseAddress(to); err != nil {
			return fmt.Errorf("%w: recipient %q: %w", ErrSettings, to, err)
		}
	}
	return outbox.CheckSender(s.From)
}

// place is the host and the port of a mail server.
func (s *Settings) place() (host string, port int, err error) {
	host, digits, err := net.SplitHostPort(s.Server)
	if err != nil {
		return "", 0, fmt.Errorf("%w: %q is no host:port", ErrSettings, s.Server)
	}
	port, err = strconv.Atoi(digits)
	if err != nil || port < 1 || port > 65535 || host == "" {
		return "", 0, fmt.Errorf("%w: %q is no host:port", ErrSettings, s.Server)
	}
	return host, port, nil
}

// pool are the certificates that are taken, nil for those of the system.
func (s *Settings) pool() (*x509.CertPool, error) {
	if s.Roots == "" {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM([]byte(s.Roots)) {
		return nil, fmt.Errorf("%w: there is no certificate in PEM", ErrSettings)
	}
	return pool, nil
}

// Sender sends by the channel.
func (s *Settings) Sender() (outbox.Sender, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	roots, err := s.pool()
	if err != nil {
		return nil, err
	}
	switch s.Kind {
	case model.EmailChannel:
		host, port, err := s.place()
		return &outbox.SMTP{
			Host: host, Port: port, Security: s.Security, Anywhere: s.Anywhere, Roots: roots, User: s.User, Password: s.Password,
			Hello: s.From[strings.LastIndexByte(s.From, '@')+1 : len(strings.TrimSuffix(s.From, ">"))],
		}, err
	case model.WebhookChannel:
		return &outbox.Webhook{Secret: s.Secret, Own: s.Own, Roots: roots}, nil
	}
	return nil, fmt.Errorf("%w: %s is done by hand", ErrSettings, s.Name)
}

// Channel is what the log says of the settings.
func (s *Settings) Channel(digest string) model.Channel {
	c := model.Channel{Name: s.Name, Kind: s.Kind, Server: s.Server, Security: string(s.Security), From: s.From, Recipients: len(s.To), Digest: digest}
	switch s.Kind {
	case model.EmailChannel:
		if c.Security == "" {
			c.Security = string(outbox.StartTLS)
		}
	case model.WebhookChannel:
		if u, err := outbox.CheckURL(s.To[0]); err == nil {
			c.Server = u.Host
		}
	}
	return c
}
