package store

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"tocsin/model"
	"tocsin/store/vault"
)

// ownContext is what a text of a person's own is, and where it stands.
func (v *veil) ownContext(token, label string) string {
	return v.personContext(token) + "/" + label
}

// sealOwn seals what belongs to somebody who is named. What belongs to nobody
// stays as it is; of somebody who was forgotten nothing is kept.
func (v *veil) sealOwn(owner, label, text string) (string, error) {
	switch {
	case text == "", owner == "":
		return text, nil
	case text == model.ForgottenText:
		return veilMark, nil
	}
	p, err := v.person(owner)
	if err != nil {
		return "", err
	}
	sealed, err := v.vault.Seal(v.personKey(p.entry.Number), v.ownContext(p.token, label), []byte(text))
	if errors.Is(err, vault.ErrForgotten) {
		return veilMark, nil
	}
	return veilMark + base64.RawURLEncoding.EncodeToString(sealed), err
}

// openOwn is the inverse of sealOwn, for an owner of whom the token is known.
func (v *veil) openOwn(token, label, text string) (string, error) {
	coded, ok := strings.CutPrefix(text, veilMark)
	switch {
	case text == "", token == "":
		return text, nil
	case !ok:
		return "", fmt.Errorf("%w: what belongs to somebody is not sealed", ErrDamaged)
	case coded == "":
		return model.ForgottenText, nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(coded)
	if err != nil {
		return "", fmt.Errorf("%w: what belongs to somebody cannot be read", ErrDamaged)
	}
	v.mu.RLock()
	p, known := v.byToken[token]
	v.mu.RUnlock()
	if !known {
		return "", fmt.Errorf("%w: nobody is known by a token in it", ErrDamaged)
	}
	plain, err := v.vault.Open(v.personKey(p.entry.Number), v.ownContext(token, label), sealed)
	if errors.Is(err, vault.ErrForgotten) {
		return model.ForgottenText, nil
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return string(plain), nil
}

// coverMeta is a space's settings as they are kept.
func (v *veil) coverMeta(meta model.Meta) (model.Meta, error) {
	if v == nil {
		return meta, nil
	}
	token := func(name string) (string, error) {
		p, err := v.person(name)
		if err != nil {
			return "", err
		}
		return p.token, nil
	}
	return translatedMeta(meta, token, v.sealOwn)
}

// uncoverMeta is the inverse of coverMeta.
func (v *veil) uncoverMeta(meta model.Meta) (model.Meta, error) {
	if v == nil {
		return meta, nil
	}
	return translatedMeta(meta, v.name, v.openOwn)
}

// translatedMeta is a space's settings with the names of people, and what
// belongs to each, translated. What it is made of is left as it is.
func translatedMeta(meta model.Meta, name func(string) (string, error), own func(owner, label, text string) (string, error)) (model.Meta, error) {
	var people []model.Person
	for _, p := range meta.Access.People {
		var keys []model.AccessKey
		for _, k := range p.Keys {
			var err error
			if k.Fingerprint, err = own(p.Name, "fingerprint", k.Fingerprint); err != nil {
				return meta, err
			}
			keys = append(keys, k)
		}
		p.Keys = keys
		for _, text := range []*string{&p.Name, &p.By} {
			var err error
			if *text, err = name(*text); err != nil {
				return meta, err
			}
		}
		people = append(people, p)
	}
	meta.Access.People = people
	return meta, nil
}
