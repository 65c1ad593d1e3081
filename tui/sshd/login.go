package sshd

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// Bounds of what is sent before anybody is known.
const (
	maxUser     = 256 // bytes of a user name
	maxCode     = 64  // bytes of a code
	maxAttempts = 8   // keys and codes that are refused, on one connection
	codeTries   = 3   // for one key
)

// keyAlgorithms are the signatures that are taken: none with SHA-1, no DSA.
var keyAlgorithms = []string{
	ssh.KeyAlgoED25519, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256,
	ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
	ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512,
}

// config is how somebody logs in on one connection: at the socket without
// anything, elsewhere by a key, and a code after it where that is needed.
func (c *connection) config() *ssh.ServerConfig {
	config := &ssh.ServerConfig{
		ServerVersion:           "SSH-2.0-tocsin",
		MaxAuthTries:            maxAttempts,
		PublicKeyAuthAlgorithms: keyAlgorithms,
		NoClientAuth:            true,
		NoClientAuthCallback:    c.nothing,
	}
	if c.entry.kind == Network {
		config.PublicKeyCallback = c.offer
		config.VerifiedPublicKeyCallback = c.proved
	}
	return config
}

// offerKey finds what the door said of a key in the permissions it is kept in
// until the key is proved.
type offerKey struct{}

// offer is a key that somebody shows, and what the door said of it.
type offer struct {
	asking  Asking
	visitor Visitor
	need    Need
	refused error // they are known, and may not come in
}

// nothing is about somebody who shows nothing, which all clients try first.
func (c *connection) nothing(meta ssh.ConnMetadata) (*ssh.Permissions, error) {
	o, err := c.ask(meta, nil)
	if err != nil {
		return nil, err
	}
	if o.refused != nil {
		return nil, c.refuse(o.asking, o.refused)
	}
	return c.welcome(o)
}

// offer asks the door whose key it is. Anybody can show a public key: nothing
// comes of it before proved.
func (c *connection) offer(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
	if err := c.allowed(key); err != nil {
		return nil, c.refuse(c.asking(meta, key), fmt.Errorf("%w: %w", ErrStranger, err))
	}
	o, err := c.ask(meta, key)
	if err != nil {
		return nil, c.refuse(c.asking(meta, key), err)
	}
	permissions := &ssh.Permissions{ExtraData: map[any]any{offerKey{}: o}}
	if certificate, ok := key.(*ssh.Certificate); ok {
		permissions.CriticalOptions = certificate.CriticalOptions // the addresses it holds for
	}
	return permissions, nil
}

// allowed refuses certificates that are for machines, for nobody in
// particular, or with conditions that are not kept here.
func (c *connection) allowed(key ssh.PublicKey) error {
	certificate, ok := key.(*ssh.Certificate)
	if !ok {
		return nil
	}
	if certificate.CertType != ssh.UserCert || len(certificate.ValidPrincipals) == 0 {
		return errors.New("the certificate names no person")
	}
	for option := range certificate.CriticalOptions {
		if option != "source-address" {
			return fmt.Errorf("the certificate has the condition %s", clipped(option, 40))
		}
	}
	return nil
}

// ask asks the door. The error is that nobody here is meant.
func (c *connection) ask(meta ssh.ConnMetadata, key ssh.PublicKey) (offer, error) {
	if len(meta.User()) > maxUser {
		return offer{}, ErrStranger
	}
	ctx, cancel := c.background()
	defer cancel()
	o := offer{asking: c.asking(meta, key)}
	o.visitor, o.need, o.refused = c.server.options.Door.Key(ctx, o.asking)
	if errors.Is(o.refused, ErrStranger) {
		return offer{}, o.refused
	}
	o.visitor = c.describe(o)
	return o, nil
}

func (c *connection) asking(meta ssh.ConnMetadata, key ssh.PublicKey) Asking {
	user := meta.User()
	return Asking{User: user[:min(len(user), maxUser)], Key: key, From: c.from, Entrance: c.entry.kind}
}

// describe fills in what the door left empty.
func (c *connection) describe(o offer) Visitor {
	v := o.visitor
	v.Session = cmp.Or(v.Session, c.name)
	v.Entrance = c.entry.kind
	v.Method = cmp.Or(v.Method, c.method(o.asking.Key))
	v.Fingerprint = cmp.Or(v.Fingerprint, fingerprint(o.asking.Key))
	v.From = cmp.Or(v.From, c.from)
	v.User = cmp.Or(v.User, clipped(o.asking.User, 64))
	return v
}

func (c *connection) method(key ssh.PublicKey) string {
	if c.entry.kind == Socket {
		return "socket"
	}
	switch key.(type) {
	case nil:
		return "none"
	case *ssh.Certificate:
		return "certificate"
	}
	return "key"
}

// fingerprint is of the key itself, which a certificate of it has in common.
func fingerprint(key ssh.PublicKey) string {
	switch key := key.(type) {
	case nil:
		return ""
	case *ssh.Certificate:
		return ssh.FingerprintSHA256(key.Key)
	default:
		return ssh.FingerprintSHA256(key)
	}
}

// proved is about somebody who showed that a key is theirs.
func (c *connection) proved(_ ssh.ConnMetadata, _ ssh.PublicKey, permissions *ssh.Permissions, _ string) (*ssh.Permissions, error) {
	o, ok := permissions.ExtraData[offerKey{}].(offer)
	if !ok {
		return nil, errors.New("a key was proved that was not shown")
	}
	if o.refused != nil {
		return nil, c.refuse(o.asking, o.refused)
	}
	return c.welcome(o)
}

// welcome lets somebody in, after a code where that is needed.
func (c *connection) welcome(o offer) (*ssh.Permissions, error) {
	if !o.need.SecondFactor {
		return c.enter(o)
	}
	return nil, &ssh.PartialSuccessError{Next: ssh.ServerAuthCallbacks{
		KeyboardInteractiveCallback: func(_ ssh.ConnMetadata, challenge ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			return c.askCode(o, challenge)
		},
	}}
}

// askCode asks for a code, a few times; who gets it wrong often has to wait,
// wherever they come from.
func (c *connection) askCode(o offer, challenge ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
	s, person := c.server, "person "+o.visitor.Name
	var refused error
	for range codeTries {
		if s.failing.waits(person, s.now()) {
			return nil, c.refuse(o.asking, fmt.Errorf("wrong codes: %w", ErrTooMany))
		}
		answers, err := challenge("", "Your role asks for a second factor.", []string{"Code: "}, []bool{true})
		if err != nil {
			return nil, fmt.Errorf("ask for a code: %w", err)
		}
		if err = c.checkCode(o.visitor, answers); err == nil {
			s.failing.passed(person)
			return c.enter(o)
		}
		s.failing.failed(person, s.now())
		if errors.Is(err, ErrTooMany) {
			return nil, c.refuse(o.asking, err)
		}
		refused = c.refuse(o.asking, ErrWrongCode)
	}
	return nil, refused
}

func (c *connection) checkCode(visitor Visitor, answers []string) error {
	if len(answers) != 1 {
		return ErrWrongCode
	}
	code := strings.TrimSpace(answers[0])
	if code == "" || len(code) > maxCode {
		return ErrWrongCode
	}
	ctx, cancel := c.background()
	defer cancel()
	return c.server.options.Door.Code(ctx, visitor, code)
}

// enter is the last step: the door writes down that somebody came in.
func (c *connection) enter(o offer) (*ssh.Permissions, error) {
	s := c.server
	ctx, cancel := c.background()
	defer cancel()
	if err := c.countStranger(o.visitor); err != nil {
		return nil, c.refuse(o.asking, err)
	}
	if err := s.options.Door.Entered(ctx, o.visitor); err != nil {
		return nil, c.refuse(o.asking, err)
	}
	now := s.now()
	c.input.Store(now.UnixNano())
	c.mu.Lock()
	c.entered, c.visitor, c.empty = true, o.visitor, now
	over := c.over
	c.mu.Unlock()
	s.figures.entered.Add(1)
	if !o.visitor.stranger() {
		s.failing.passed(networkOf(c.from))
	}
	s.mu.Lock()
	s.logged(c)
	s.mu.Unlock()
	s.options.Logger.Info("somebody logged in", "session", o.visitor.Session, "entrance", o.visitor.Entrance, "method", o.visitor.Method)
	if over {
		return nil, ErrShutdown // meanwhile; that they went is told, too
	}
	return nil, nil
}

// reluctance is how long a refusal to a network has to wait.
func (s *Server) reluctance(network string) time.Duration {
	if !s.failing.waits(network, s.now()) {
		return 0
	}
	return s.limits.Reluctance
}

// refuse remembers why somebody was not let in; who proved to be known is told.
// Where many failed lately it takes its time, while a good key comes in at once.
func (c *connection) refuse(asking Asking, why error) error {
	if c.entry.kind == Network {
		wait(c.entry.ctx, c.server.reluctance(networkOf(c.from)))
	}
	if c.offered.why == nil || !errors.Is(why, ErrStranger) {
		c.offered.asking, c.offered.why = asking, why
	}
	if errors.Is(why, ErrStranger) {
		return why
	}
	return &ssh.BannerError{Err: why, Message: "tocsin: " + clipped(why.Error(), 200) + "\n"}
}
