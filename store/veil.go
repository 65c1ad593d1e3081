package store

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"tocsin/model"
	"tocsin/store/vault"
)

// veil stands between a space and what is kept of it: people's names become
// tokens, and what is known of a reporter is sealed, before they enter the log
// or a projection. Destroying a key in the vault thus takes a person out of
// everything that was ever written, and no hash over it changes.
//
// A token is random and stands for one name in one space. The name itself,
// sealed under the person's key, is in the first event that speaks of them and
// beside the projections. A nil veil changes nothing, and what it writes is of
// version 1.
type veil struct {
	space string
	vault *vault.Vault
	types personalTypes

	mu       sync.RWMutex
	byName   map[string]*person
	byToken  map[string]*person
	called   map[string]bool // what people are called once they are forgotten
	last     uint64          // the highest number given
	unstored []*person       // whose entry beside the projections is to be written
	kept     tally           // of the entries that were written

	fresh []*person // named by the command in hand; the committer's
}

// person is somebody the record names. It is never changed but replaced.
type person struct {
	token string
	name  string
	entry personEntry
}

// personEntry is what is kept of a name.
type personEntry struct {
	Number uint64 `json:"n"`              // of the key in the vault
	Name   []byte `json:"name"`           // sealed
	Logged bool   `json:"log,omitempty"`  // an event holds the sealed name, too
	Gone   bool   `json:"gone,omitempty"` // the person was forgotten
}

// veilMark begins what stands for something else. A text after it is sealed;
// alone it stands for what was forgotten.
const veilMark = "~"

func newVeil(space string, keys *vault.Vault) *veil {
	return &veil{space: space, vault: keys, byName: make(map[string]*person), byToken: make(map[string]*person), called: make(map[string]bool)}
}

// load reads the names that are kept beside the projections. Those of a version
// that wrote no sums are taken as they are, and will be written anew.
func (v *veil) load(ctx context.Context, p projections, sums bool) error {
	if v == nil {
		return nil
	}
	var kept tally
	err := p.scan(ctx, personKind.all(), func(at slot, value []byte) error {
		value, err := entryOf(at, value, sums)
		if err != nil {
			return err
		}
		var entry personEntry
		if err := decodeEntry(value, &entry); err != nil {
			return err
		}
		kept.add([]byte(at), entry.version())
		return v.learn(string(at[1:]), entry, !sums)
	})
	v.mu.Lock()
	defer v.mu.Unlock()
	v.kept = kept
	return err
}

// mend removes entries that are not what was written, and reads the others
// anew. The log has what is lost.
func (v *veil) mend(ctx context.Context, p projections) error {
	if v == nil {
		return nil
	}
	damaged := make(map[slot][]byte)
	err := p.scan(ctx, personKind.all(), func(at slot, kept []byte) error {
		if _, ok := isSummed([]byte(at), kept); !ok {
			damaged[at] = nil
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := putAll(ctx, p, damaged); err != nil {
		return err
	}
	return v.load(ctx, p, true)
}

// entryOf is what is kept at a slot, which may be without a sum where a version
// wrote it that had none.
func entryOf(at slot, kept []byte, sums bool) ([]byte, error) {
	value, err := unsummed(at, kept)
	if err != nil && !sums {
		return kept, nil
	}
	return value, err
}

// version tells an entry of somebody from an older one.
func (e personEntry) version() uint64 {
	version := e.Number << 2
	if e.Logged {
		version |= 1
	}
	if e.Gone {
		version |= 2
	}
	return version
}

// stored counts the entries that were written.
func (v *veil) stored() tally {
	if v == nil {
		return tally{}
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.kept
}

// forgetGone makes sure that the vault has forgotten whom the record has: the
// machine may have stopped between the two, or the vault be an older one. It is
// for a record that is what was signed alone: no other may destroy keys.
func (v *veil) forgetGone() error {
	if v == nil {
		return nil
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, p := range v.byToken {
		if !p.entry.Gone {
			continue
		}
		if err := v.destroy(v.personKey(p.entry.Number)); err != nil {
			return err
		}
	}
	return nil
}

// destroy makes sure that a subject is forgotten.
func (v *veil) destroy(subject vault.Subject) error {
	gone, err := v.vault.Forgotten([]vault.Subject{subject})
	if err != nil || len(gone) > 0 {
		return err
	}
	return v.vault.Forget(subject)
}

func (v *veil) personKey(number uint64) vault.Subject {
	return vault.Subject{Group: v.space + "/people", Number: number}
}

func (v *veil) personContext(token string) string { return v.space + "/people/" + token }

// learn takes a name in that was found somewhere in the record.
func (v *veil) learn(token string, entry personEntry, store bool) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if known, ok := v.byToken[token]; ok && (known.entry.Logged || !entry.Logged) {
		return nil
	}
	if !tokenShape.MatchString(token) {
		return fmt.Errorf("%w: a token for a name that is none", ErrDamaged)
	}
	p := &person{token: token, entry: entry}
	plain, err := v.vault.Open(v.personKey(entry.Number), v.personContext(token), entry.Name)
	switch {
	case errors.Is(err, vault.ErrForgotten), err == nil && entry.Gone:
		p.name, p.entry.Gone = forgottenName(token), true
		store = store || !entry.Gone
	case err != nil:
		return fmt.Errorf("%w: the name behind %s: %w", ErrDamaged, token, err)
	default:
		p.name = string(plain)
	}
	v.last = max(v.last, entry.Number)
	v.know(p, store)
	return nil
}

// learnAll takes in the names that an event holds.
func (v *veil) learnAll(names map[string]personEntry) error {
	if v == nil {
		return nil
	}
	for token, entry := range names {
		if err := v.learn(token, entry, true); err != nil {
			return err
		}
	}
	return nil
}

// know keeps a person, in place of an earlier state of the same. v.mu is held.
func (v *veil) know(p *person, store bool) {
	if earlier, ok := v.byToken[p.token]; ok && v.byName[earlier.name] == earlier {
		delete(v.byName, earlier.name)
	}
	v.called[forgottenName(p.token)] = true
	v.byToken[p.token] = p
	v.byName[p.name] = p
	if store {
		v.unstored = append(v.unstored, p)
	}
}

// forgottenName is what a forgotten person is called.
func forgottenName(token string) string { return model.ForgottenPerson + token[1:7] }

// person finds who goes by a name; somebody new gets a token.
func (v *veil) person(name string) (*person, error) {
	v.mu.RLock()
	p, ok := v.byName[name]
	v.mu.RUnlock()
	if ok {
		return p, nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if p, ok := v.byName[name]; ok {
		return p, nil
	}
	token, err := v.newToken()
	if err != nil {
		return nil, err
	}
	number, sealed, err := v.sealName(token, name)
	if err != nil {
		return nil, fmt.Errorf("seal a name: %w", err)
	}
	v.last = number
	p = &person{token: token, name: name, entry: personEntry{Number: number, Name: sealed}}
	v.know(p, true)
	return p, nil
}

// sealName seals a name under the next key that is there: where the log is
// older than the vault, as after a loss that was accepted, the next numbers may
// be of people who were forgotten. v.mu is held.
func (v *veil) sealName(token, name string) (number uint64, sealed []byte, err error) {
	for number = v.last + 1; ; number++ {
		sealed, err = v.vault.Seal(v.personKey(number), v.personContext(token), []byte(name))
		if !errors.Is(err, vault.ErrForgotten) {
			return number, sealed, err
		}
	}
}

// tokenShape is what newToken makes.
var tokenShape = regexp.MustCompile(`^~[a-z2-7]{16}$`)

// newToken is one that differs from all others in what a forgotten person is
// called by. v.mu is held.
func (v *veil) newToken() (string, error) {
	for range 1000 {
		var chance [10]byte
		if _, err := io.ReadFull(v.vault.Random(), chance[:]); err != nil {
			return "", fmt.Errorf("read randomness: %w", err)
		}
		token := veilMark + strings.ToLower(base32.StdEncoding.EncodeToString(chance[:]))
		if _, named := v.byName[forgottenName(token)]; !named && !v.called[forgottenName(token)] {
			return token, nil
		}
	}
	return "", errors.New("no token is left for another name")
}

// name is who a token stands for.
func (v *veil) name(token string) (string, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	p, ok := v.byToken[token]
	if !ok {
		return "", fmt.Errorf("%w: nobody is known by a token in it", ErrDamaged)
	}
	return p.name, nil
}

// reporterKey is whom what is known of an incident's reporter is sealed for.
func (v *veil) reporterKey(id model.ID) (vault.Subject, error) {
	year, number, ok := id.Parts()
	if !ok {
		return vault.Subject{}, fmt.Errorf("%w: %q is no incident", ErrDamaged, model.Clip(string(id), 40))
	}
	return vault.Subject{Group: v.space + "/reporters/" + strconv.Itoa(year), Number: uint64(number)}, nil
}

func (v *veil) reporterContext(id model.ID, label string) string {
	return v.space + "/" + string(id) + "/" + label
}

// sealText seals what is known of an incident's reporter. Of one who was
// forgotten nothing is kept.
func (v *veil) sealText(id model.ID, label, text string) (string, error) {
	switch text {
	case "":
		return "", nil
	case model.ForgottenText:
		return veilMark, nil
	}
	sealed, err := v.seal(id, label, text)
	return veilMark + base64.RawURLEncoding.EncodeToString(sealed), err
}

// seal returns nothing where the reporter was forgotten.
func (v *veil) seal(id model.ID, label, text string) ([]byte, error) {
	key, err := v.reporterKey(id)
	if err != nil {
		return nil, err
	}
	sealed, err := v.vault.Seal(key, v.reporterContext(id, label), []byte(text))
	if errors.Is(err, vault.ErrForgotten) {
		return nil, nil
	}
	return sealed, err
}

// openText is the inverse of sealText.
func (v *veil) openText(id model.ID, label, text string) (string, error) {
	coded, ok := strings.CutPrefix(text, veilMark)
	switch {
	case text == "":
		return "", nil
	case !ok:
		return "", fmt.Errorf("%w: what is known of a reporter is not sealed", ErrDamaged)
	case coded == "":
		return model.ForgottenText, nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(coded)
	if err != nil {
		return "", fmt.Errorf("%w: what is known of a reporter cannot be read", ErrDamaged)
	}
	plain, err := v.open(id, label, sealed)
	return string(plain), err
}

// open is the inverse of seal.
func (v *veil) open(id model.ID, label string, sealed []byte) ([]byte, error) {
	key, err := v.reporterKey(id)
	if err != nil {
		return nil, err
	}
	plain, err := v.vault.Open(key, v.reporterContext(id, label), sealed)
	if errors.Is(err, vault.ErrForgotten) {
		return []byte(model.ForgottenText), nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return plain, nil
}

// reporterLabel is what a text is called that holds both the reporter and the
// contact of an incident.
const reporterLabel = "reporter and contact"

// sealReporter seals what is known of an incident's reporter together. Neither
// part, being a line, has the character between them. What is sealed is longer
// than the mark, which stands for what was forgotten.
func (v *veil) sealReporter(i *model.Incident) ([]byte, error) {
	switch {
	case i.Reporter == "" && i.Contact == "":
		return nil, nil
	case i.Reporter == model.ForgottenText:
		return []byte(veilMark), nil
	}
	sealed, err := v.seal(i.ID, reporterLabel, i.Reporter+"\n"+i.Contact)
	if err == nil && sealed == nil {
		return []byte(veilMark), nil
	}
	return sealed, err
}

// openReporter is the inverse of sealReporter.
func (v *veil) openReporter(id model.ID, sealed []byte) (reporter, contact []byte, err error) {
	if string(sealed) == veilMark {
		return []byte(model.ForgottenText), []byte(model.ForgottenText), nil
	}
	both, err := v.open(id, reporterLabel, sealed)
	if string(both) == model.ForgottenText {
		return both, both, err
	}
	reporter, contact, _ = bytes.Cut(both, []byte{'\n'})
	return reporter, contact, err
}

// cover is an event as it is kept, and the names that its log does not hold
// yet.
func (v *veil) cover(e model.Event) (model.Event, map[string]personEntry, error) {
	var named []*person
	each := func(p piece) (string, error) {
		switch p.kind {
		case personalText:
			return v.sealText(e.Body.Incident(), p.label, p.text)
		case personalOwn:
			return v.sealOwn(p.owner, p.label, p.text)
		case personalCustomer:
			return v.sealCustomer(p.of, p.text)
		}
		if p.text == "" {
			return "", nil
		}
		one, err := v.person(p.text)
		if err != nil {
			return "", err
		}
		named = append(named, one)
		return one.token, nil
	}
	actor, err := each(piece{kind: personalName, text: e.Actor})
	if err != nil {
		return e, nil, err
	}
	if e.Body, err = v.types.translated(e.Body, e.Actor, each); err != nil {
		return e, nil, err
	}
	e.Actor = actor
	return e, v.introduce(named), nil
}

// introduce lists the people whom neither the log nor an earlier event of the
// same command holds.
func (v *veil) introduce(named []*person) map[string]personEntry {
	names := make(map[string]personEntry)
	for _, p := range named {
		if p.entry.Logged || v.isFresh(p) {
			continue
		}
		v.fresh = append(v.fresh, p)
		names[p.token] = personEntry{Number: p.entry.Number, Name: p.entry.Name, Logged: true}
	}
	return names
}

func (v *veil) isFresh(p *person) bool {
	for _, other := range v.fresh {
		if other.token == p.token {
			return true
		}
	}
	return false
}

// condemn notes beside the projections that somebody is to be forgotten; who
// reads them later makes sure of it.
func (v *veil) condemn(name string) error {
	if v == nil {
		return nil
	}
	p, err := v.person(name)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	condemned := *v.byToken[p.token]
	condemned.entry.Gone = true
	v.know(&condemned, true)
	return nil
}

// forget destroys what is known of whom an event says was forgotten.
func (v *veil) forget(e model.Event) error {
	if v == nil {
		return nil
	}
	switch body := e.Body.(type) {
	case *model.PersonForgotten:
		return v.forgetPerson(body.Person)
	case *model.ReporterForgotten:
		key, err := v.reporterKey(body.ID)
		if err != nil {
			return err
		}
		return v.destroy(key)
	case *model.CustomerForgotten:
		return v.destroy(v.customerKey(body.Number))
	}
	return nil
}

func (v *veil) forgetPerson(name string) error {
	p, err := v.person(name)
	if err != nil {
		return err
	}
	if err := v.destroy(v.personKey(p.entry.Number)); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	gone := *p
	gone.name, gone.entry.Gone = forgottenName(p.token), true
	v.know(&gone, true)
	return nil
}

// forgetReporters makes sure that the vault has forgotten whom the record has.
func (v *veil) forgetReporters(incidents map[model.ID]*model.Incident) error {
	if v == nil {
		return nil
	}
	for id, i := range incidents {
		if i.Reporter != model.ForgottenText {
			continue
		}
		if err := v.forget(model.Event{Body: &model.ReporterForgotten{ID: id}}); err != nil {
			return err
		}
	}
	return nil
}

// people lists everybody whom the record names.
func (v *veil) people() []Person {
	if v == nil {
		return nil
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	var all []Person
	for _, p := range v.byToken {
		all = append(all, Person{Name: p.name, Forgotten: p.entry.Gone})
	}
	slices.SortFunc(all, func(a, b Person) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Person is somebody whom a space's record names.
type Person struct {
	Name      string
	Forgotten bool // and no longer known by their name
}

// Subject is whom the record names: their token in the space, and the key that
// what is kept of them outside of the log is to be sealed under, so that it goes
// with them. ok is false for somebody who is not named, or was forgotten.
func (s *Space) Subject(name string) (token string, key vault.Subject, ok bool) {
	if s.veil == nil {
		return "", vault.Subject{}, false
	}
	s.veil.mu.RLock()
	defer s.veil.mu.RUnlock()
	p, known := s.veil.byName[name]
	if !known || p.entry.Gone {
		return "", vault.Subject{}, false
	}
	return p.token, s.veil.personKey(p.entry.Number), true
}

// People lists everybody whom the record names, by name.
func (s *Space) People() []Person { return s.veil.people() }

// begin starts a command: what one before it named, and was refused, is not in
// the log.
func (v *veil) begin() {
	if v != nil {
		v.fresh = nil
	}
}

// keep notes that the log holds the names of the command in hand.
func (v *veil) keep() {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, p := range v.fresh {
		logged := *v.byToken[p.token]
		logged.entry.Logged = true
		v.know(&logged, true)
	}
	v.fresh = nil
}

// uncover is the inverse of cover.
func (v *veil) uncover(e model.Event, names map[string]personEntry) (model.Event, error) {
	if err := v.learnAll(names); err != nil {
		return e, err
	}
	each := func(p piece) (string, error) {
		switch p.kind {
		case personalText:
			return v.openText(e.Body.Incident(), p.label, p.text)
		case personalOwn:
			return v.openOwn(p.owner, p.label, p.text)
		case personalCustomer:
			return v.openCustomer(p.of, p.text)
		}
		if p.text == "" {
			return "", nil
		}
		return v.name(p.text)
	}
	body, err := v.types.translated(e.Body, e.Actor, each)
	if err != nil {
		return e, err
	}
	e.Body = body
	e.Actor, err = each(piece{kind: personalName, text: e.Actor})
	return e, err
}

// store adds the names that are new to a batch.
func (v *veil) store(b *batch) error {
	if v == nil {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, p := range v.unstored {
		data, err := encodeEntry(p.entry)
		if err != nil {
			return err
		}
		b.put(personSlot(p.token), summed(personSlot(p.token), data))
	}
	if len(v.unstored) > 0 {
		v.kept = tally{}
		for token, p := range v.byToken {
			v.kept.add([]byte(personSlot(token)), p.entry.version())
		}
	}
	v.unstored = nil
	return nil
}
