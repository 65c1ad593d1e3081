package sshd

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"tocsin/model"
)

func TestKeyAndCommand(t *testing.T) {
	h := open(t, echo, Limits{})
	client := h.enter("ada", model.Lead)
	h.expect("in ada key")
	session := newSessionOf(t, client)
	var out, errs bytes.Buffer
	session.Stdin, session.Stdout, session.Stderr = strings.NewReader("some input\n"), &out, &errs
	if code := exitCode(session.Run(`note 'two words' "a\"b"`)); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	if want := "ada: note|two words|a\"b\nsome input\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
	if want := "11 bytes\n"; errs.String() != want {
		t.Errorf("got %q, want %q", errs.String(), want)
	}
	client.Close()
	h.expect("out ada: " + ErrClosed.Error())
}

func TestCertificate(t *testing.T) {
	h := open(t, echo, Limits{})
	authority := newKey(t)
	h.authority = authority.PublicKey()
	sign := func(by ssh.Signer, change func(*ssh.Certificate)) ssh.AuthMethod {
		key := newKey(t)
		certificate := &ssh.Certificate{
			Key: key.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{"ada"},
			ValidAfter: 0, ValidBefore: uint64(time.Now().Add(time.Hour).Unix()),
		}
		change(certificate)
		if err := certificate.SignCert(rand.Reader, by); err != nil {
			t.Fatal(err)
		}
		signer, err := ssh.NewCertSigner(certificate, key)
		if err != nil {
			t.Fatal(err)
		}
		return ssh.PublicKeys(signer)
	}
	refused := map[string]ssh.AuthMethod{
		"signed by somebody else": sign(newKey(t), func(*ssh.Certificate) {}),
		"expired":                 sign(authority, func(c *ssh.Certificate) { c.ValidBefore = 1 }),
		"for another name":        sign(authority, func(c *ssh.Certificate) { c.ValidPrincipals = []string{"bob"} }),
		"for another address":     sign(authority, func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"source-address": "192.0.2.0/24"} }),
		"for nobody":              sign(authority, func(c *ssh.Certificate) { c.ValidPrincipals = nil }),
		"for a machine":           sign(authority, func(c *ssh.Certificate) { c.CertType = ssh.HostCert }),
		"for one command":         sign(authority, func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"force-command": "queue"} }),
	}
	for name, method := range refused {
		if client, err := h.dial("ada", method); err == nil {
			client.Close()
			t.Errorf("a certificate %s lets in", name)
		}
		h.clock.advance(forgetFailure)
	}
	h.server.failing.passed("127.0.0.1")
	client, err := h.dial("ada", sign(authority, func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"source-address": "127.0.0.0/8"} }))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for !strings.HasPrefix(await(t, h.events, "the log-in"), "in ada certificate") {
	}
}

func TestCodeAfterKey(t *testing.T) {
	h := open(t, echo, Limits{})
	key := h.know("ada", model.Owner)
	h.codes["ada"] = "123456"
	asked := 0
	answer := func(code string) ssh.AuthMethod {
		return ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
			asked++
			return []string{code}[:len(questions)], nil
		})
	}
	if _, err := h.dial("ada", answer("123456")); err == nil || asked > 0 {
		t.Errorf("a code without a key: %v, asked %d times", err, asked)
	}
	if _, err := h.dial("ada", ssh.PublicKeys(key)); err == nil {
		t.Error("a key without its code lets in")
	}
	client, err := h.dial("ada", ssh.PublicKeys(key), answer(" 123456 "))
	if err != nil || asked != 1 {
		t.Fatalf("a key and its code: %v, asked %d times", err, asked)
	}
	client.Close()
	h.expect("in ada key")
	h.expect("out ada: " + ErrClosed.Error())
	asked = 0
	if _, err := h.dial("ada", ssh.PublicKeys(key), answer("000000")); err == nil || asked != codeTries {
		t.Errorf("a wrong code: %v, asked %d times, want %d", err, asked, codeTries)
	}
	// Some more, and even the right one has to wait, wherever it comes from.
	_, _ = h.dial("ada", ssh.PublicKeys(key), answer("000000"))
	h.server.failing.passed("127.0.0.1")
	if _, err := h.dial("ada", ssh.PublicKeys(key), answer("123456")); err == nil {
		t.Error("no wait after wrong codes")
	}
	h.clock.advance(longestWait)
	client, err = h.dial("ada", ssh.PublicKeys(key), answer("123456"))
	if err != nil {
		t.Fatalf("after the wait: %v", err)
	}
	client.Close()
}

func TestStrangersAreCounted(t *testing.T) {
	h := open(t, echo, Limits{Reluctance: time.Millisecond})
	for range freeFailures {
		if _, err := h.dial("root", ssh.PublicKeys(newKey(t))); err == nil {
			t.Fatal("a stranger was let in")
		}
	}
	eventually(t, "the connections end", func() bool { return h.server.Figures().Connections == 0 })
	h.expectNothing()
	h.clock.advance(tallyEvery)
	if !h.server.refused.due(h.clock.now()) {
		t.Fatal("a minute is not over after a minute")
	}
	h.server.refused.flush(t.Context(), h.keeper)
	h.expect("refused 4: " + ErrStranger.Error())
	// One more, and the address has to wait.
	_, _ = h.dial("root", ssh.PublicKeys(newKey(t)))
	eventually(t, "the address waits", func() bool { return h.server.failing.waits("127.0.0.1", h.clock.now()) })
	if h.server.reluctance("127.0.0.1") != time.Millisecond || h.server.reluctance("127.0.0.2") != 0 {
		t.Error("refusals are not answered slowly after failures, or elsewhere, too")
	}
	// Whoever shares the address comes in, with others' keys shown first.
	if _, err := h.dial("root", ssh.PublicKeys(newKey(t))); !strings.Contains(fmt.Sprint(err), "unable to authenticate") {
		t.Errorf("a stranger is not refused in words: %v", err)
	}
	client, err := h.dial("ada", ssh.PublicKeys(newKey(t), h.know("ada", model.Lead)))
	if err != nil {
		t.Fatalf("a good key after others failed: %v", err)
	}
	client.Close()
	if h.server.reluctance("127.0.0.1") != 0 {
		t.Error("refusals are slow still after somebody came in")
	}
}

// TestThoseWhomNobodyKnows come in without a key, where the door lets them: they
// keep each other out and nobody else, do not linger, and do not make up for
// failures of their address.
func TestThoseWhomNobodyKnows(t *testing.T) {
	h := open(t, echo, Limits{Strangers: 2})
	for range freeFailures {
		_, _ = h.dial("root", ssh.PublicKeys(newKey(t)))
	}
	eventually(t, "the connections end", func() bool { return h.server.Figures().Connections == 0 })
	var clients []*ssh.Client
	for range 2 {
		client, err := h.dial("report")
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		clients = append(clients, client)
	}
	if _, err := h.dial("report"); err == nil {
		t.Fatal("a third stranger was let in")
	}
	eventually(t, "the address waits", func() bool { return h.server.failing.waits("127.0.0.1", h.clock.now()) })
	h.clock.advance(longestWait)
	h.enter("ada", model.Lead)
	h.beat()
	for _, client := range clients {
		_ = client.Wait() // nothing was begun on them for longer than a handshake
	}
	if client, err := h.dial("report"); err != nil {
		t.Errorf("after the others went: %v", err)
	} else {
		client.Close()
	}
}

func TestBarredPersonIsToldOnceProved(t *testing.T) {
	h := open(t, echo, Limits{})
	key := h.know("ada", model.Lead)
	h.barred["ada"] = errors.New("a hardware key is required")
	var banner string
	_, err := ssh.Dial("tcp", h.listener.Addr().String(), &ssh.ClientConfig{
		User: "ada", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(),
		BannerCallback: func(message string) error { banner += message; return nil },
	})
	if err == nil || banner != "tocsin: a hardware key is required\n" {
		t.Errorf("error %v, banner %q", err, banner)
	}
	eventually(t, "the refusal is counted", func() bool { return h.server.Figures().Refused == 1 })
	h.server.refused.flush(t.Context(), h.keeper)
	h.expect("refused 1: a hardware key is required")
}

func TestOpenUserName(t *testing.T) {
	h := open(t, echo, Limits{})
	client, err := h.dial("report")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	h.expect("in  none")
}

// eventually waits until something holds that no event tells of.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	late := time.After(within)
	for !holds() {
		select {
		case <-ticker.C:
		case <-late:
			t.Fatalf("it is not so that %s", what)
		}
	}
}

func (h *house) expectNothing() {
	h.Helper()
	select {
	case got := <-h.events:
		h.Errorf("the door was told %q", got)
	default:
	}
}
