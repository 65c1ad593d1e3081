package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Access is who may enter a space, by which keys and in which role. It is part
// of Meta: a fold replaces what it holds and never changes it.
type Access struct {
	People      []Person            `json:"people,omitempty"`      // in the order they were added, revoked ones too
	Rules       map[Role]AccessRule `json:"rules,omitempty"`       // what a role asks for beside a key
	Authorities []AccessKey         `json:"authorities,omitempty"` // whose certificates are taken
	Epoch       int                 `json:"epoch,omitempty"`       // sessions of an earlier one are over
}

// Person is somebody who may enter, or might once. Their name is how the record
// calls them.
type Person struct {
	Name    string      `json:"name" personal:"name"`
	Role    Role        `json:"role"`
	Keys    []AccessKey `json:"keys,omitempty"`
	Factor  bool        `json:"factor,omitempty"` // a second factor is enrolled
	Since   time.Time   `json:"since"`            // when they were added
	By      string      `json:"by" personal:"name"`
	Revoked time.Time   `json:"revoked,omitzero"` // zero: they may enter
	Epoch   int         `json:"epoch,omitempty"`  // their sessions of an earlier one are over
}

// AccessKey is a public key, of which the record keeps what tells it from
// others and nothing more.
type AccessKey struct {
	Fingerprint string    `json:"fingerprint"` // SHA256: and unpadded base64, as OpenSSH writes it
	Type        string    `json:"type"`        // such as ssh-ed25519
	Hardware    bool      `json:"hardware,omitempty"`
	Added       time.Time `json:"added,omitzero"`
}

// AccessRule is what a role asks for at the door beside a key.
type AccessRule struct {
	HardwareKey  bool `json:"hardware_key,omitempty"`  // the key lives in a security key (sk-…)
	SecondFactor bool `json:"second_factor,omitempty"` // a code follows the key
}

// Words says what a rule asks for: "a hardware key and a second factor".
func (r AccessRule) Words() string {
	switch {
	case r.HardwareKey && r.SecondFactor:
		return "a hardware key and a second factor"
	case r.HardwareKey:
		return "a hardware key"
	case r.SecondFactor:
		return "a key and a second factor"
	}
	return "a key"
}

// Itself is the name under which the record acts where nobody gives a command,
// and nobody's name.
const Itself = "tocsin"

// Person finds who goes by a name, revoked or not. What it returns must not be
// changed.
func (a *Access) Person(name string) (*Person, bool) {
	k := slices.IndexFunc(a.People, func(p Person) bool { return p.Name == name })
	if k < 0 {
		return nil, false
	}
	return &a.People[k], true
}

// ByKey finds whose key has a fingerprint. Nobody else has it, but whoever has
// may be revoked. What it returns must not be changed.
func (a *Access) ByKey(fingerprint string) (*Person, bool) {
	for k := range a.People {
		if _, ok := a.People[k].Key(fingerprint); ok {
			return &a.People[k], true
		}
	}
	return nil, false
}

// Authority reports whether certificates are taken that a key has signed.
func (a *Access) Authority(fingerprint string) bool {
	return slices.ContainsFunc(a.Authorities, func(k AccessKey) bool { return k.Fingerprint == fingerprint })
}

// Rule is what a role asks for.
func (a *Access) Rule(role Role) AccessRule { return a.Rules[role] }

// Active reports whether a person may enter.
func (p *Person) Active() bool { return p.Revoked.IsZero() }

// Key finds a person's key by its fingerprint.
func (p *Person) Key(fingerprint string) (AccessKey, bool) {
	k := slices.IndexFunc(p.Keys, func(k AccessKey) bool { return k.Fingerprint == fingerprint })
	if k < 0 || fingerprint == "" {
		return AccessKey{}, false
	}
	return p.Keys[k], true
}

// Acting is an actor in the role that holds: the registered one where the name
// is registered, otherwise the one they came with. Whoever was revoked is
// refused with ErrForbidden.
func (a *Access) Acting(actor Actor) (Actor, error) {
	p, ok := a.Person(actor.Name)
	switch {
	case !ok || actor.Name == Itself:
		return actor, nil
	case !p.Active():
		return Actor{}, &Refusal{Cause: ErrForbidden, Reason: fmt.Sprintf("%s was revoked and may do nothing here; an owner can add them again (tocsin people add)", Clip(actor.Name, 40))}
	}
	return Actor{Name: actor.Name, Role: p.Role}, nil
}

// likeName finds who goes by nearly the same name: people would take one for
// the other.
func (a *Access) likeName(name string) (*Person, bool) {
	k := slices.IndexFunc(a.People, func(p Person) bool { return strings.EqualFold(p.Name, name) })
	if k < 0 {
		return nil, false
	}
	return &a.People[k], true
}

// owners counts the owners who may enter.
func (a *Access) owners() int {
	n := 0
	for k := range a.People {
		if a.People[k].Role == Owner && a.People[k].Active() {
			n++
		}
	}
	return n
}

// approves reports whether a person can agree to what takes two.
func (p *Person) approves() bool { return p.Active() && (p.Role == Owner || p.Role == Lead) }

// with is a copy in which a person is another: the one of that name is
// replaced, a new one added.
func (a *Access) with(p Person) Access {
	next := *a
	next.People = slices.Clone(a.People)
	if k := slices.IndexFunc(next.People, func(q Person) bool { return q.Name == p.Name }); k >= 0 {
		next.People[k] = p
	} else {
		next.People = append(next.People, p)
	}
	return next
}

// without is a copy without a person.
func (a *Access) without(name string) Access {
	next := *a
	next.People = nil
	for _, p := range a.People {
		if p.Name != name {
			next.People = append(next.People, p)
		}
	}
	return next
}
