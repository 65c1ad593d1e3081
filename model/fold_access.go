package model

import "slices"

// foldAccess folds what is decided about who may enter; ok is false for
// anything else. Somebody whom the registry does not have was forgotten since.
func (s *State) foldAccess(e Event) (touched Touched, ok bool) {
	access := &s.Meta.Access
	switch body := e.Body.(type) {
	case *PersonAdded:
		p := Person{Name: body.Person, Role: body.Role, Since: e.At, By: e.Actor}
		if earlier, ok := access.Person(body.Person); ok {
			p.Epoch = earlier.Epoch
		}
		*access = access.with(p)
	case *RoleSet:
		s.changePerson(body.Person, func(p *Person) { p.Role = body.After })
	case *KeyAdded:
		key := AccessKey{Fingerprint: body.Fingerprint, Type: body.Type, Hardware: body.Hardware, Added: e.At}
		s.changePerson(body.Person, func(p *Person) { p.Keys = append(slices.Clip(p.Keys), key) })
	case *KeyRemoved:
		s.changePerson(body.Person, func(p *Person) { p.Keys = withoutKey(p.Keys, body.Fingerprint) })
	case *PersonRevoked:
		s.changePerson(body.Person, func(p *Person) {
			p.Revoked, p.Factor = e.At, false
			p.Epoch++
		})
	case *FactorEnrolled:
		s.changePerson(body.Person, func(p *Person) { p.Factor = true })
	case *FactorRemoved:
		s.changePerson(body.Person, func(p *Person) { p.Factor = false })
	case *SessionsRevoked:
		if body.Person == "" {
			access.Epoch++
		} else {
			s.changePerson(body.Person, func(p *Person) { p.Epoch++ })
		}
	case *AccessRuled:
		access.Rules = with(access.Rules, body.Role, body.After)
	case *AuthorityTrusted:
		key := AccessKey{Fingerprint: body.Fingerprint, Type: body.Type, Added: e.At}
		access.Authorities = append(slices.Clip(access.Authorities), key)
	case *AuthorityDistrusted:
		access.Authorities = withoutKey(access.Authorities, body.Fingerprint)
	case *PersonForgotten:
		*access = access.without(body.Person)
	case *LoggedIn, *LoggedOut, *LogInRefused:
		return Touched{}, true // who came and went is in the log alone
	default:
		return Touched{}, false
	}
	return Touched{Meta: true}, true
}

// changePerson replaces a registered person by a changed one.
func (s *State) changePerson(name string, change func(*Person)) {
	if p, ok := s.Meta.Access.Person(name); ok {
		next := *p
		change(&next)
		s.Meta.Access = s.Meta.Access.with(next)
	}
}

func withoutKey(keys []AccessKey, fingerprint string) []AccessKey {
	var rest []AccessKey
	for _, k := range keys {
		if k.Fingerprint != fingerprint {
			rest = append(rest, k)
		}
	}
	return rest
}
