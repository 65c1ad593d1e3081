package model

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// Bounds of the registry, which is loaded and written as a whole.
const (
	MaxPeople = 2000 // in a space, revoked ones too
	MaxKeys   = 20   // of a person, and authorities of a space
)

// decideAccess decides commands about who may enter; ok is false for any other.
func (d *decider) decideAccess(command Command) (ok bool, err error) {
	switch c := command.(type) {
	case AddPerson:
		return true, d.addPerson(c)
	case SetRole:
		return true, d.setRole(c)
	case AddKey:
		return true, d.addKey(c)
	case RemoveKey:
		return true, d.removeKey(c)
	case RevokePerson:
		return true, d.revokePerson(c)
	case SetAccessRule:
		return true, d.setAccessRule(c)
	case TrustAuthority:
		return true, d.trustAuthority(c)
	case DistrustAuthority:
		return true, d.distrustAuthority(c)
	case EnrolFactor:
		return true, d.enrolFactor(c)
	case RemoveFactor:
		return true, d.removeFactor(c)
	case RevokeSessions:
		return true, d.revokeSessions(c)
	case LogIn:
		return true, d.logIn(c)
	case LogOut:
		return true, d.logOut(c)
	case RefuseLogIn:
		return true, d.refuseLogIn(c)
	}
	return false, nil
}

func (d *decider) access() *Access { return &d.state.Meta.Access }

func (d *decider) addPerson(c AddPerson) error {
	in := &inputs{}
	name := in.need("name", c.Name, "how the record is to call them")
	role := in.role(c.Role)
	earlier, known := d.access().Person(name)
	like, alike := d.access().likeName(name)
	switch {
	case strings.HasPrefix(name, ForgottenPerson), strings.EqualFold(name+"-", ForgottenPerson), strings.EqualFold(name, Itself):
		in.bad("name", fmt.Sprintf("%q is nobody's name", Clip(name, 40)), "how the record is to call them")
	case known && earlier.Active():
		in.bad("name", fmt.Sprintf("%s may enter already, as %s", Clip(name, 40), earlier.Role), "somebody else; people role and people key change what stands")
	case alike && !known:
		in.bad("name", fmt.Sprintf("%s looks like %s, who is here already", Clip(name, 40), Clip(like.Name, 40)), "a name that people tell from it")
	case !known && len(d.access().People) >= MaxPeople:
		in.bad("name", fmt.Sprintf("there are %d people", MaxPeople), "no more; forget some of those who were revoked")
	}
	keys := d.newKeys(in, name, c.Keys)
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&PersonAdded{Person: name, Role: role})
	for _, k := range keys {
		d.emit(&KeyAdded{Person: name, Fingerprint: k.Fingerprint, Type: k.Type, Hardware: k.Hardware})
	}
	return nil
}

// newKeys accepts keys that nobody but the named person has.
func (d *decider) newKeys(in *inputs, name string, keys []AccessKey) []AccessKey {
	if len(keys) > MaxKeys {
		in.bad("keys", fmt.Sprintf("are %d", len(keys)), fmt.Sprintf("at most %d", MaxKeys))
		return nil
	}
	var fresh []AccessKey
	for _, k := range keys {
		k = in.key("key", k)
		if slices.ContainsFunc(fresh, func(o AccessKey) bool { return o.Fingerprint == k.Fingerprint }) {
			continue
		}
		d.freeKey(in, name, k.Fingerprint)
		fresh = append(fresh, k)
	}
	return fresh
}

// freeKey holds that a key says who somebody is.
func (d *decider) freeKey(in *inputs, name, fingerprint string) {
	whose, known := d.access().ByKey(fingerprint)
	switch {
	case d.access().Authority(fingerprint):
		in.bad("key", fingerprint+" is the key of an authority", "a key of the person's own")
	case known && whose.Name != name:
		in.bad("key", fmt.Sprintf("%s is the key of %s", fingerprint, Clip(whose.Name, 40)), "a key that nobody else has, or had when they were revoked")
	}
}

// fingerprintShape is how OpenSSH writes a SHA-256 of a key.
var fingerprintShape = regexp.MustCompile(`^SHA256:[A-Za-z0-9+/]{43}$`)

// key accepts what the record keeps of a key.
func (in *inputs) key(field string, k AccessKey) AccessKey {
	k = AccessKey{Fingerprint: in.fingerprint(field, k.Fingerprint), Type: in.need(field, k.Type, "the kind of key, such as ssh-ed25519"), Hardware: k.Hardware}
	return k
}

func (in *inputs) fingerprint(field, text string) string {
	line := CleanLine(text)
	if !fingerprintShape.MatchString(line) {
		in.bad(field, fmt.Sprintf("%q is no fingerprint of a key", Clip(line, 60)), "SHA256: and 43 characters, as ssh-keygen -l prints it")
	}
	return line
}

// role accepts the roles of a space, upper or lower case.
func (in *inputs) role(role Role) Role {
	var accepted []string
	for _, r := range Roles() {
		accepted = append(accepted, string(r))
	}
	if len(role) > MaxLine {
		role = Role(Clip(string(role), MaxLine))
	}
	return Role(in.oneOf("role", string(role), accepted))
}

// known finds a registered person who may enter; where there is none, what it
// returns must not be used.
func (d *decider) known(in *inputs, name string) *Person {
	if name = in.need("person", name, "somebody who is registered"); name == "" {
		return &Person{}
	}
	var names []string
	for _, p := range d.access().People {
		names = append(names, p.Name)
	}
	p, ok := d.access().Person(in.oneOf("person", name, names))
	switch {
	case !ok:
		return &Person{}
	case !p.Active():
		in.bad("person", fmt.Sprintf("%s was revoked", Clip(p.Name, 40)), "somebody who may enter; people add lets them in again")
	}
	return p
}

func (d *decider) setRole(c SetRole) error {
	in := &inputs{}
	p, role := d.known(in, c.Person), in.role(c.Role)
	if err := in.refusal(); err != nil {
		return err
	}
	if p.Role == role {
		return nil
	}
	if err := d.keepsOwner(p); err != nil {
		return err
	}
	d.emit(&RoleSet{Person: p.Name, Before: p.Role, After: role})
	return nil
}

// keepsOwner refuses what would leave the space to nobody.
func (d *decider) keepsOwner(p *Person) error {
	if p.Role == Owner && d.access().owners() == 1 {
		return &Refusal{Reason: fmt.Sprintf("%s is the last owner: make somebody else owner first", Clip(p.Name, 40))}
	}
	return nil
}

func (d *decider) addKey(c AddKey) error {
	in := &inputs{}
	p, key := d.known(in, c.Person), in.key("key", c.Key)
	d.freeKey(in, p.Name, key.Fingerprint)
	if _, has := p.Key(key.Fingerprint); !has && len(p.Keys) >= MaxKeys {
		in.bad("key", fmt.Sprintf("%s has %d already", Clip(p.Name, 40), len(p.Keys)), "no more; remove one first")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	if _, has := p.Key(key.Fingerprint); !has {
		d.emit(&KeyAdded{Person: p.Name, Fingerprint: key.Fingerprint, Type: key.Type, Hardware: key.Hardware})
	}
	return nil
}

func (d *decider) removeKey(c RemoveKey) error {
	in := &inputs{}
	p, fingerprint := d.known(in, c.Person), in.fingerprint("key", c.Key.Fingerprint)
	if err := in.refusal(); err != nil {
		return err
	}
	if _, has := p.Key(fingerprint); !has {
		return Refuse(Field("key", fmt.Sprintf("%s does not have %s", Clip(p.Name, 40), fingerprint), orNone(fingerprints(p.Keys))))
	}
	d.emit(&KeyRemoved{Person: p.Name, Fingerprint: fingerprint})
	return nil
}

func fingerprints(keys []AccessKey) string {
	var all []string
	for _, k := range keys {
		all = append(all, k.Fingerprint)
	}
	return strings.Join(all, ", ")
}

func (d *decider) revokePerson(c RevokePerson) error {
	in := &inputs{}
	name := in.need("person", c.Person, "somebody who is registered")
	reason := in.needText("reason", c.Reason, "why they may enter no more")
	if p, ok := d.access().Person(name); ok && !p.Active() {
		return in.refusal()
	}
	p := d.known(in, name)
	if err := in.refusal(); err != nil {
		return err
	}
	if err := d.keepsOwner(p); err != nil {
		return err
	}
	d.emit(&PersonRevoked{Person: p.Name, Reason: reason})
	return nil
}

func (d *decider) setAccessRule(c SetAccessRule) error {
	in := &inputs{}
	role := in.role(c.Role)
	if err := in.refusal(); err != nil {
		return err
	}
	if before := d.access().Rule(role); before != c.Rule {
		d.emit(&AccessRuled{Role: role, Before: before, After: c.Rule})
	}
	return nil
}

func (d *decider) trustAuthority(c TrustAuthority) error {
	in := &inputs{}
	key := in.key("key", c.Key)
	if whose, known := d.access().ByKey(key.Fingerprint); known {
		in.bad("key", fmt.Sprintf("%s is the key of %s", key.Fingerprint, Clip(whose.Name, 40)), "the key of an authority, which nobody enters by")
	}
	trusted := d.access().Authority(key.Fingerprint)
	if !trusted && len(d.access().Authorities) >= MaxKeys {
		in.bad("key", fmt.Sprintf("there are %d authorities", MaxKeys), "no more; remove one first")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	if !trusted {
		d.emit(&AuthorityTrusted{Fingerprint: key.Fingerprint, Type: key.Type})
	}
	return nil
}

func (d *decider) distrustAuthority(c DistrustAuthority) error {
	in := &inputs{}
	fingerprint := in.fingerprint("key", c.Key.Fingerprint)
	if err := in.refusal(); err != nil {
		return err
	}
	if !d.access().Authority(fingerprint) {
		return Refuse(Field("key", fingerprint+" is no authority's here", orNone(fingerprints(d.access().Authorities))))
	}
	d.emit(&AuthorityDistrusted{Fingerprint: fingerprint})
	return nil
}

func (d *decider) enrolFactor(c EnrolFactor) error {
	p, err := d.factorOf(c.Person)
	if err == nil && !p.Factor {
		d.emit(&FactorEnrolled{Person: p.Name})
	}
	return err
}

func (d *decider) removeFactor(c RemoveFactor) error {
	p, err := d.factorOf(c.Person)
	if err != nil {
		return err
	}
	in := &inputs{}
	reason := in.text("reason", c.Reason)
	if err := in.refusal(); err != nil {
		return err
	}
	if p.Factor {
		d.emit(&FactorRemoved{Person: p.Name, Reason: reason})
	}
	return nil
}

// factorOf finds whose second factor the actor may speak of.
func (d *decider) factorOf(name string) (*Person, error) {
	if d.actor.Role != Owner && CleanLine(name) != d.actor.Name {
		return nil, &Refusal{Cause: ErrForbidden, Reason: fmt.Sprintf("%s may change their own second factor alone; accepted for others: %s", Clip(d.actor.Name, 40), Owner)}
	}
	in := &inputs{}
	p := d.known(in, name)
	return p, in.refusal()
}

func (d *decider) revokeSessions(c RevokeSessions) error {
	in := &inputs{}
	reason := in.needText("reason", c.Reason, "why they are ended")
	name := ""
	if c.Person != "" {
		name = d.known(in, c.Person).Name
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&SessionsRevoked{Person: name, Reason: reason})
	return nil
}

func (d *decider) logIn(c LogIn) error {
	in := &inputs{}
	body := &LoggedIn{Session: in.need("session", c.Session, "its name"), Method: in.need("method", c.Method, "how they came in"), From: in.line("from", c.From)}
	if c.Fingerprint != "" {
		body.Fingerprint = in.fingerprint("fingerprint", c.Fingerprint)
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(body)
	return nil
}

func (d *decider) logOut(c LogOut) error {
	in := &inputs{}
	body := &LoggedOut{Session: in.need("session", c.Session, "its name"), Why: in.line("why", c.Why)}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(body)
	return nil
}

func (d *decider) refuseLogIn(c RefuseLogIn) error {
	in := &inputs{}
	body := &LogInRefused{Why: in.need("why", c.Why, "why they were kept out"), Times: max(1, c.Times)}
	if c.Fingerprint != "" {
		body.Fingerprint = in.fingerprint("fingerprint", c.Fingerprint)
	}
	if err := in.refusal(); err != nil {
		return err
	}
	if p, ok := d.access().Person(CleanLine(c.Person)); ok {
		body.Person, body.From = p.Name, in.line("from", c.From)
	} else {
		body.From = network(c.From)
	}
	d.emit(body)
	return in.refusal()
}

// network is what is kept of the address of somebody unknown: 24 bits of an
// IPv4 address, 48 of an IPv6 one, and nothing of what is no address.
func network(from string) string {
	addr, err := netip.ParseAddr(strings.TrimSpace(from))
	if err != nil {
		return ""
	}
	addr, bits := addr.Unmap().WithZone(""), 48
	if addr.Is4() {
		bits = 24
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return ""
	}
	return prefix.String()
}
