package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"tocsin/model"
	"tocsin/tui/sshd"
)

// certify makes a certificate of a key.
func certify(t *testing.T, authority, key ssh.Signer, change func(*ssh.Certificate)) ssh.Signer {
	t.Helper()
	certificate := &ssh.Certificate{
		Key: key.PublicKey(), CertType: ssh.UserCert, KeyId: "laptop", ValidPrincipals: []string{"Lead Kim"},
		ValidAfter: uint64(time.Now().Add(-time.Hour).Unix()), ValidBefore: uint64(time.Now().Add(time.Hour).Unix()),
	}
	change(certificate)
	if err := certificate.SignCert(rand.Reader, authority); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewCertSigner(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// securityKey is a key as a security key has it (OpenSSH, PROTOCOL.u2f).
type securityKey struct {
	public ssh.PublicKey
	key    ed25519.PrivateKey
}

const securityApplication = "ssh:"

func newSecurityKey(t *testing.T) *securityKey {
	t.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	wire := ssh.Marshal(struct{ Type, Key, Application string }{ssh.KeyAlgoSKED25519, string(public), securityApplication})
	parsed, err := ssh.ParsePublicKey(wire)
	if err != nil {
		t.Fatal(err)
	}
	return &securityKey{parsed, key}
}

func (k *securityKey) PublicKey() ssh.PublicKey { return k.public }

func (k *securityKey) Sign(_ io.Reader, data []byte) (*ssh.Signature, error) {
	const touched = 1
	application, message := sha256.Sum256([]byte(securityApplication)), sha256.Sum256(data)
	state := binary.BigEndian.AppendUint32([]byte{touched}, 7)
	signed := append(append(append([]byte{}, application[:]...), state...), message[:]...)
	return &ssh.Signature{Format: ssh.KeyAlgoSKED25519, Blob: ed25519.Sign(k.key, signed), Rest: state}, nil
}

// TestWhoIsLetIn shows keys and certificates at the door of a real server.
func TestWhoIsLetIn(t *testing.T) {
	kim, authority, other, hardware := newKey(t), newKey(t), newKey(t), newSecurityKey(t)
	sv := serveRecord(t, map[string]ssh.Signer{"Lead Kim": kim, "Responder Ron": newKey(t), "Owner Olga": hardware, "Auditor Ada": newKey(t)})
	sv.do(model.TrustAuthority{Key: accessKey(authority.PublicKey())})
	sv.do(model.SetAccessRule{Role: model.Owner, Rule: model.AccessRule{HardwareKey: true}})
	sv.do(model.AddPerson{Name: "Gone", Role: model.Responder, Keys: []model.AccessKey{accessKey(other.PublicKey())}})
	sv.do(model.RevokePerson{Person: "Gone", Reason: "left"})
	softOwner := newKey(t)
	sv.do(model.AddKey{Person: "Owner Olga", Key: accessKey(softOwner.PublicKey())})
	sv.do(model.SetAccessRule{Role: model.Auditor, Rule: model.AccessRule{SecondFactor: true}})
	auditor := newKey(t)
	sv.do(model.AddKey{Person: "Auditor Ada", Key: accessKey(auditor.PublicKey())})
	certified := func(signer ssh.Signer, change func(*ssh.Certificate)) ssh.Signer {
		return certify(t, signer, newKey(t), change)
	}
	for _, test := range []struct {
		about, user string
		key         ssh.Signer
		said        string // "" is let in; "-" is refused without a word
	}{
		{"a key of a person", "anybody", kim, ""},
		{"a key of nobody", "Lead Kim", newKey(t), "-"},
		{"no key", "Lead Kim", nil, "-"},
		{"a key of somebody revoked", "Gone", other, "your access was revoked"},
		{"a key in a security key", "x", hardware, ""},
		{"a key that is in none, where one is asked for", "x", softOwner, "you need a key that lives in a security key"},
		{"a second factor that nobody has", "x", auditor, "you need a second factor, and none is enrolled here"},
		{"a certificate", "x", certified(authority, func(*ssh.Certificate) {}), ""},
		{"a certificate of somebody else's authority", "x", certified(other, func(*ssh.Certificate) {}), "-"},
		{"a certificate for nobody here", "x", certified(authority, func(c *ssh.Certificate) { c.ValidPrincipals = []string{"root"} }), "-"},
		{"a certificate for anybody", "Lead Kim", certified(authority, func(c *ssh.Certificate) { c.ValidPrincipals = nil }), "-"},
		{"a certificate for two, who does not say which", "x", certified(authority, func(c *ssh.Certificate) { c.ValidPrincipals = []string{"Lead Kim", "Responder Ron"} }), "for several people"},
		{"a certificate for two, who says which", "Responder Ron", certified(authority, func(c *ssh.Certificate) { c.ValidPrincipals = []string{"Lead Kim", "Responder Ron"} }), ""},
		{"a certificate that has ended", "x", certified(authority, func(c *ssh.Certificate) { c.ValidBefore = uint64(time.Now().Add(-time.Minute).Unix()) }), "expired"},
		{"a certificate that has not begun", "x", certified(authority, func(c *ssh.Certificate) { c.ValidAfter = uint64(time.Now().Add(time.Minute).Unix()) }), "not yet valid"},
		{"a host's certificate", "x", certified(authority, func(c *ssh.Certificate) { c.CertType = ssh.HostCert }), "-"},
		{"a certificate for this address", "x", certified(authority, func(c *ssh.Certificate) {
			c.CriticalOptions = map[string]string{"source-address": "192.0.2.1,127.0.0.0/8"}
		}), ""},
		{"a certificate for another address", "x", certified(authority, func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"source-address": "192.0.2.0/24"} }), "-"},
		{"a certificate with a condition that nobody here keeps", "x", certified(authority, func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"force-command": "date"} }), "-"},
		{"an owner's certificate of a key that is in no security key", "x", certified(authority, func(c *ssh.Certificate) { c.ValidPrincipals = []string{"Owner Olga"} }), "you need a key that lives in a security key"},
	} {
		client, said, err := sv.logIn(test.user, test.key)
		switch {
		case test.said == "" && err != nil:
			t.Errorf("%s: %v %s", test.about, err, said)
		case test.said == "-" && (err == nil || said != ""):
			t.Errorf("%s: %v, said %q", test.about, err, said)
		case len(test.said) > 1 && (err == nil || !strings.Contains(said, test.said)):
			t.Errorf("%s: %v, said %q", test.about, err, said)
		}
		if err == nil {
			client.Close()
		}
	}
	if err := sv.end(); err != nil {
		t.Fatal(err)
	}
	out, complaint, code := gave(t, sv.dir, "", "audit", "log")
	if code != exitDone {
		t.Fatal(complaint)
	}
	for _, text := range []string{"Lead Kim", "certificate", "your access was revoked"} {
		if !strings.Contains(out, text) {
			t.Errorf("the log does not say %q", text)
		}
	}
}

// TestDoorAsksForCodes asks the door itself, as the server does.
func TestDoorAsksForCodes(t *testing.T) {
	dir := t.TempDir()
	if _, complaint, code := gave(t, dir, "", "report", "--title", "x"); code != exitDone {
		t.Fatal(complaint)
	}
	s := heldDirectory(t, dir)
	kim := newKey(t)
	for _, command := range []model.Command{
		model.AddPerson{Name: "Lead Kim", Role: model.Lead, Keys: []model.AccessKey{accessKey(kim.PublicKey())}},
		model.SetAccessRule{Role: model.Lead, Rule: model.AccessRule{SecondFactor: true}},
	} {
		if _, err := s.space.Do(t.Context(), s.actor, command); err != nil {
			t.Fatal(err)
		}
	}
	codes, err := s.factors()
	if err != nil {
		t.Fatal(err)
	}
	d := newDoor(codes, s.now, slog.New(slog.DiscardHandler))
	asking := sshd.Asking{User: "kim", Key: kim.PublicKey(), From: "192.0.2.7", Entrance: sshd.Network}
	if _, _, err := d.Key(t.Context(), asking); err == nil || !strings.Contains(err.Error(), "second factor, and none is enrolled here") {
		t.Errorf("without one enrolled: %v", err)
	}
	if _, err := s.space.Do(t.Context(), s.actor, model.EnrolFactor{Person: "Lead Kim"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Key(t.Context(), asking); err == nil || !strings.Contains(err.Error(), "none is enrolled here") {
		t.Errorf("with one that the record alone has, as after a restore: %v", err)
	}
	offer := enrolled(t, s, "Lead Kim")
	next := codeAfter(t, offer.Secret(), s.now(), 1)
	visitor, need, err := d.Key(t.Context(), asking)
	if err != nil || !need.SecondFactor || visitor.Name != "Lead Kim" || visitor.Role != model.Lead {
		t.Fatalf("%+v %+v %v", visitor, need, err)
	}
	for _, test := range []struct {
		code string
		want error
	}{{"00000", sshd.ErrWrongCode}, {next, nil}, {next, sshd.ErrWrongCode}} {
		if err := d.Code(t.Context(), visitor, test.code); !errors.Is(err, test.want) {
			t.Errorf("code %s: %v, want %v", test.code, err, test.want)
		}
	}
}

// TestWhatARoleAsksForIsAskedToTheEnd changes that between a key and what
// follows it: nobody comes in by what was asked before.
func TestWhatARoleAsksForIsAskedToTheEnd(t *testing.T) {
	kim := newKey(t)
	for _, test := range []struct {
		about   string
		command model.Command
	}{
		{"a second factor", model.SetAccessRule{Role: model.Lead, Rule: model.AccessRule{SecondFactor: true}}},
		{"a hardware key", model.SetAccessRule{Role: model.Lead, Rule: model.AccessRule{HardwareKey: true}}},
		{"another role", model.SetRole{Person: "Lead Kim", Role: model.Auditor}},
		{"the sessions end", model.RevokeSessions{Reason: "all"}},
		{"revoked", model.RevokePerson{Person: "Lead Kim", Reason: "left"}},
	} {
		s, d := newDoorFor(t, kim)
		asking := sshd.Asking{User: "kim", Key: kim.PublicKey(), From: "192.0.2.7", Entrance: sshd.Network}
		visitor, _, err := d.Key(t.Context(), asking)
		if err != nil {
			t.Fatal(err)
		}
		visitor.Session, visitor.Method, visitor.Entrance = "S", "key", sshd.Network
		if _, err := s.space.Do(t.Context(), s.actor, test.command); err != nil {
			t.Fatal(err)
		}
		if err := d.Entered(t.Context(), visitor); err == nil {
			t.Errorf("%s: they came in", test.about)
		}
	}
}

// TestDoorLogsNoNames has a record refuse to take down who came, and who went.
func TestDoorLogsNoNames(t *testing.T) {
	if text := nameless(fmt.Errorf("do: %w", &model.Refusal{Reason: "Kim Lund was revoked"})).Error(); strings.Contains(text, "Kim") {
		t.Errorf("%q is logged", text)
	}
	if err := errors.New("the disk is full"); nameless(err) != err {
		t.Error("what a disk says is not logged")
	}
}

// newDoorFor is a door to a record with one person in it, a lead.
func newDoorFor(t *testing.T, key ssh.Signer) (*session, *door) {
	t.Helper()
	dir := t.TempDir()
	if _, complaint, code := gave(t, dir, "", "report", "--title", "x"); code != exitDone {
		t.Fatal(complaint)
	}
	s := heldDirectory(t, dir)
	if _, err := s.space.Do(t.Context(), s.actor, model.AddPerson{Name: "Lead Kim", Role: model.Lead, Keys: []model.AccessKey{accessKey(key.PublicKey())}}); err != nil {
		t.Fatal(err)
	}
	codes, err := s.factors()
	if err != nil {
		t.Fatal(err)
	}
	return s, newDoor(codes, s.now, slog.New(slog.DiscardHandler))
}

// TestWhatEndsASession holds each change of the registry against sessions that
// are under way: those whom it concerns end, at once, and no others.
func TestWhatEndsASession(t *testing.T) {
	kim, ron, authority, spare := newKey(t), newKey(t), newKey(t), newKey(t)
	for _, test := range []struct {
		about   string
		command model.Command
		ends    string // of "kim", "ron" and "certified"
	}{
		{"revoked", model.RevokePerson{Person: "Lead Kim", Reason: "left"}, "kim certified"},
		{"another role", model.SetRole{Person: "Lead Kim", Role: model.Auditor}, "kim certified"},
		{"the key is taken away", model.RemoveKey{Person: "Lead Kim", Key: accessKey(kim.PublicKey())}, "kim"},
		{"the authority is trusted no more", model.DistrustAuthority{Key: accessKey(authority.PublicKey())}, "certified"},
		{"sessions of one", model.RevokeSessions{Person: "Responder Ron", Reason: "lost"}, "ron"},
		{"all sessions", model.RevokeSessions{Reason: "all"}, "kim ron certified"},
		{"another key", model.AddKey{Person: "Lead Kim", Key: accessKey(spare.PublicKey())}, ""},
	} {
		t.Run(test.about, func(t *testing.T) {
			sv := serveRecord(t, map[string]ssh.Signer{"Lead Kim": kim, "Responder Ron": ron})
			sv.do(model.TrustAuthority{Key: accessKey(authority.PublicKey())})
			clients := map[string]*ssh.Client{
				"kim": sv.enter(kim), "ron": sv.enter(ron), "certified": sv.enter(certify(t, authority, newKey(t), func(*ssh.Certificate) {})),
			}
			sv.do(test.command)
			for name, client := range clients {
				if strings.Contains(test.ends, name) {
					if err := client.Wait(); err == nil {
						t.Errorf("%s: ended without a word", name)
					}
					continue
				}
				if out, complaint, code := sv.gives(client, "version", ""); code != 0 {
					t.Errorf("%s: %s %s", name, out, complaint)
				}
			}
		})
	}
}

// TestWhyASessionEnds has a session told the true cause, and so the record.
func TestWhyASessionEnds(t *testing.T) {
	kim := newKey(t)
	for _, test := range []struct {
		command model.Command
		want    error
		words   string
	}{
		{model.RevokePerson{Person: "Lead Kim", Reason: "left"}, sshd.ErrRevoked, "access was revoked"},
		{model.SetRole{Person: "Lead Kim", Role: model.Auditor}, sshd.ErrRoleChanged, "the role was changed to auditor"},
		{model.RevokeSessions{Person: "Lead Kim", Reason: "lost"}, sshd.ErrSentAway, "an owner ended the session"},
		{model.RevokeSessions{Reason: "all"}, sshd.ErrSentAway, "an owner ended the session"},
		{model.RemoveKey{Person: "Lead Kim", Key: accessKey(kim.PublicKey())}, sshd.ErrKeyTaken, "the key opens nothing any more"},
	} {
		s, d := newDoorFor(t, kim)
		visitor, _, err := d.Key(t.Context(), sshd.Asking{User: "kim", Key: kim.PublicKey(), From: "192.0.2.7", Entrance: sshd.Network})
		if err != nil {
			t.Fatal(err)
		}
		visitor.Entrance = sshd.Network
		if err := d.Check(visitor); err != nil {
			t.Fatalf("before %s: %v", test.command.Kind(), err)
		}
		if _, err := s.space.Do(t.Context(), s.actor, test.command); err != nil {
			t.Fatal(err)
		}
		if err := d.Check(visitor); !errors.Is(err, test.want) || err.Error() != test.words {
			t.Errorf("%s: %v, want %q", test.command.Kind(), err, test.words)
		}
	}
	access := &model.Access{People: []model.Person{{Name: "Kim", Role: model.Lead}}, Authorities: []model.AccessKey{{Fingerprint: "A"}}}
	end := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	p := pass{person: access.People[0], authority: "A", until: end}
	if err := p.holds(access, end.Add(-1)); err != nil {
		t.Error(err)
	}
	if err := p.holds(access, end); !errors.Is(err, sshd.ErrCertificate) {
		t.Errorf("at the end of a certificate: %v", err)
	}
}
