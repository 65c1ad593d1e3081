package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"tocsin/model"
	"tocsin/store"
	"tocsin/tui/sshd"
)

// door lets in by the network whoever the record knows, and whoever owns the
// record by its socket. What it asks and what it finds out is in the record:
// who may come in, in which role and by which key, and who did.
type door struct {
	ownDoor
	space  *store.Space
	now    func() time.Time
	codes  factors
	open   bool // to anybody who reports, without a key
	logger *slog.Logger
}

// pass is what somebody came in with, or is about to. It goes with their
// connection, and is never changed: the door keeps nothing of those who only
// show keys.
type pass struct {
	person    model.Person // as they were then
	epoch     int          // of the space
	authority string       // fingerprint of who signed the certificate, "" for a key of their own
	key       string       // fingerprint
	kind      string       // of the key
	until     time.Time    // the end of the certificate, zero for a key
	need      sshd.Need    // what the role asked for beside the key
}

func newDoor(codes factors, now func() time.Time, logger *slog.Logger) *door {
	codes.logger = logger
	return &door{space: codes.space, codes: codes, now: now, logger: logger}
}

func (d *door) access() *model.Access {
	return &d.space.Snapshot().Meta.Access
}

// Key says whose key or certificate it is.
func (d *door) Key(ctx context.Context, asking sshd.Asking) (sshd.Visitor, sshd.Need, error) {
	if asking.Entrance == sshd.Socket {
		return d.ownDoor.Key(ctx, asking)
	}
	if asking.Key == nil && d.open && asking.User == reportUser {
		return sshd.Visitor{Role: model.Reporter}, sshd.Need{}, nil
	}
	if asking.Key == nil {
		return sshd.Visitor{}, sshd.Need{}, sshd.ErrStranger
	}
	access := d.access()
	p, err := d.recognise(access, asking)
	if err != nil {
		return sshd.Visitor{}, sshd.Need{}, err
	}
	p.need, err = d.need(access, p.person, p.kind)
	return sshd.Visitor{Name: p.person.Name, Role: p.person.Role, Pass: p}, p.need, err
}

// recognise finds whose key or certificate it is.
func (d *door) recognise(access *model.Access, asking sshd.Asking) (pass, error) {
	certificate, certified := asking.Key.(*ssh.Certificate)
	if certified {
		return d.recogniseCertificate(access, certificate, asking)
	}
	p := pass{epoch: access.Epoch, key: ssh.FingerprintSHA256(asking.Key), kind: asking.Key.Type()}
	person, known := access.ByKey(p.key)
	if !known {
		return p, sshd.ErrStranger
	}
	p.person = *person
	if !person.Active() {
		return p, errors.New("your access was revoked")
	}
	return p, nil
}

// recogniseCertificate finds whom a certificate is for: the registered person
// whom the user name names, or the only one among its principals.
func (d *door) recogniseCertificate(access *model.Access, certificate *ssh.Certificate, asking sshd.Asking) (pass, error) {
	p := pass{epoch: access.Epoch, key: ssh.FingerprintSHA256(certificate.Key), kind: certificate.Key.Type(), authority: ssh.FingerprintSHA256(certificate.SignatureKey)}
	if certificate.CertType != ssh.UserCert || !access.Authority(p.authority) {
		return p, sshd.ErrStranger
	}
	person, err := principal(access, certificate.ValidPrincipals, model.CleanLine(asking.User))
	if err != nil {
		return p, err
	}
	p.person = *person
	checker := ssh.CertChecker{Clock: d.now, SupportedCriticalOptions: []string{sourceAddress}}
	if err := checker.CheckCert(person.Name, certificate); err != nil {
		return p, fmt.Errorf("the certificate is not taken: %w", err)
	}
	if !comesFrom(certificate.CriticalOptions[sourceAddress], asking.From) {
		return p, errors.New("the certificate does not hold where you come from")
	}
	if certificate.ValidBefore != ssh.CertTimeInfinity {
		p.until = time.Unix(int64(certificate.ValidBefore), 0)
	}
	return p, nil
}

// principal is whom a certificate lets in.
func principal(access *model.Access, principals []string, user string) (*model.Person, error) {
	var named []*model.Person
	for _, name := range principals {
		person, known := access.Person(name)
		if !known || !person.Active() {
			continue
		}
		if name == user {
			return person, nil
		}
		named = append(named, person)
	}
	switch len(named) {
	case 0:
		return nil, sshd.ErrStranger
	case 1:
		return named[0], nil
	}
	return nil, errors.New("the certificate is for several people: log in under the name of one of them")
}

// sourceAddress is the one condition of certificates that is kept here.
const sourceAddress = "source-address"

// comesFrom reports whether an address is one of those in a certificate's list,
// "" being all (OpenSSH, PROTOCOL.certkeys: source-address).
func comesFrom(list, from string) bool {
	if list == "" {
		return true
	}
	address, err := netip.ParseAddr(from)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(strings.Split(list, ","), func(text string) bool {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			return prefix.Contains(address)
		}
		one, err := netip.ParseAddr(text)
		return err == nil && one == address
	})
}

// hardware are the types of keys that live in a security key.
var hardware = []string{ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256}

// need is what a role asks for beside a key. The error says that it cannot be
// given.
func (d *door) need(access *model.Access, person model.Person, kind string) (sshd.Need, error) {
	rule := access.Rule(person.Role)
	if rule.HardwareKey && !slices.Contains(hardware, kind) {
		return sshd.Need{}, fmt.Errorf("as %s you need a key that lives in a security key (ssh-keygen -t ed25519-sk)", person.Role)
	}
	if rule.SecondFactor && !d.codes.Has(person.Name) {
		return sshd.Need{}, fmt.Errorf("as %s you need a second factor, and none is enrolled here: ask an owner (tocsin people factor enrol)", person.Role)
	}
	return sshd.Need{SecondFactor: rule.SecondFactor}, nil
}

// Code checks a code of a second factor.
func (d *door) Code(ctx context.Context, visitor sshd.Visitor, code string) error {
	return d.codes.Code(ctx, visitor.Name, code)
}

// Entered records that somebody came in. Of whoever only reports the report is
// recorded, if they make one.
func (d *door) Entered(ctx context.Context, visitor sshd.Visitor) error {
	if visitor.Entrance == sshd.Socket || strange(visitor) {
		return nil
	}
	if err := d.stillMayEnter(visitor); err != nil {
		return err
	}
	_, err := d.space.Do(ctx, actorOf(visitor), model.LogIn{Session: visitor.Session, Method: visitor.Method, Fingerprint: visitor.Fingerprint, From: visitor.From})
	if err != nil {
		d.logger.Error("a log-in could not be recorded", "session", visitor.Session, "error", nameless(err))
		return errors.New("the record takes nothing now, and nobody comes in unrecorded")
	}
	return nil
}

// stillMayEnter holds what was found when a key was shown against the registry
// as it is now that the key, and a code, are proved.
func (d *door) stillMayEnter(visitor sshd.Visitor) error {
	if err := d.Check(visitor); err != nil {
		return err
	}
	p := visitor.Pass.(pass) // as Check found
	need, err := d.need(d.access(), p.person, p.kind)
	if err == nil && need != p.need {
		err = errors.New("what your role asks for has just changed: log in again")
	}
	return err
}

// nameless is an error as far as it may be logged: refusals name people.
func nameless(err error) error {
	var refusal *model.Refusal
	if errors.As(err, &refusal) {
		return model.ErrRefused
	}
	return err
}

func actorOf(visitor sshd.Visitor) model.Actor {
	return model.Actor{Name: visitor.Name, Role: visitor.Role}
}

// Left records that somebody went.
func (d *door) Left(ctx context.Context, visitor sshd.Visitor, why error) {
	if visitor.Entrance == sshd.Socket || strange(visitor) {
		return
	}
	words := "logged out"
	if why != nil {
		words = why.Error()
	}
	if _, err := d.space.Do(ctx, actorOf(visitor), model.LogOut{Session: visitor.Session, Why: model.Clip(words, model.MaxLine)}); err != nil {
		d.logger.Error("a log-out could not be recorded", "session", visitor.Session, "error", nameless(err))
	}
}

// Refused records that somebody did not come in. Whoever showed a key without
// proving that it is theirs is not named.
func (d *door) Refused(ctx context.Context, asking sshd.Asking, why error, times int) {
	if asking.Entrance == sshd.Socket {
		return
	}
	command := model.RefuseLogIn{From: asking.From, Times: times, Why: model.Clip(why.Error(), model.MaxLine)}
	if asking.Key != nil {
		key := asking.Key
		if certificate, ok := key.(*ssh.Certificate); ok {
			key = certificate.Key
		}
		command.Fingerprint = ssh.FingerprintSHA256(key)
	}
	if !errors.Is(why, sshd.ErrStranger) && asking.Key != nil {
		p, _ := d.recognise(d.access(), asking) // why not is known
		command.Person = p.person.Name
	}
	if _, err := d.space.Do(ctx, model.Actor{Name: model.Itself, Role: model.Owner}, command); err != nil {
		d.logger.Error("a refused log-in could not be recorded", "error", nameless(err))
	}
}

// Check says whether somebody may still be here: what they came in with holds.
func (d *door) Check(visitor sshd.Visitor) error {
	if visitor.Entrance == sshd.Socket || strange(visitor) {
		return nil
	}
	p, ok := visitor.Pass.(pass)
	if !ok {
		return sshd.ErrRevoked
	}
	return p.holds(d.access(), d.now())
}

// holds says why what somebody came in with would not let them in any more, in
// the same role, or that their sessions were ended; nil where it would.
func (p pass) holds(access *model.Access, now time.Time) error {
	person, known := access.Person(p.person.Name)
	switch {
	case !known || !person.Active():
		return sshd.ErrRevoked
	case person.Role != p.person.Role:
		return sshd.RoleChanged(person.Role)
	case person.Epoch != p.person.Epoch || access.Epoch != p.epoch:
		return sshd.ErrSentAway
	case p.authority != "":
		return p.certified(access, now)
	}
	if _, has := person.Key(p.key); !has {
		return sshd.ErrKeyTaken
	}
	return nil
}

// certified says why a certificate holds no more.
func (p pass) certified(access *model.Access, now time.Time) error {
	switch {
	case !access.Authority(p.authority):
		return sshd.ErrKeyTaken
	case !p.until.IsZero() && !now.Before(p.until):
		return sshd.ErrCertificate
	}
	return nil
}
