package model

import "fmt"

// tellAccess tells what is decided about who may enter, and who came.
func (t *teller) tellAccess(body Body) {
	switch b := body.(type) {
	case *PersonAdded:
		t.what("%s may enter, as %s", b.Person, b.Role)
	case *RoleSet:
		t.what("Role of %s: %s → %s", b.Person, b.Before, b.After)
	case *KeyAdded:
		t.what("Key added for %s", b.Person)
		t.detail("key", keyWords(b.Fingerprint, b.Type, b.Hardware))
	case *KeyRemoved:
		t.what("Key removed from %s", b.Person)
		t.detail("key", b.Fingerprint)
	case *PersonRevoked:
		t.what("Revoked: %s", b.Person)
		t.detail("reason", b.Reason)
	case *AccessRuled:
		t.what("To enter as %s takes %s", b.Role, b.After.Words())
		t.detail("before", b.Before.Words())
	case *AuthorityTrusted:
		t.what("Certificates of an authority are taken")
		t.detail("key", keyWords(b.Fingerprint, b.Type, false))
	case *AuthorityDistrusted:
		t.what("Certificates of an authority are no longer taken")
		t.detail("key", b.Fingerprint)
	case *FactorEnrolled:
		t.what("Second factor enrolled for %s", b.Person)
	case *FactorRemoved:
		t.what("Second factor removed from %s", b.Person)
		t.detail("reason", b.Reason)
	case *SessionsRevoked:
		t.what("All sessions of %s ended", orEverybody(b.Person))
		t.detail("reason", b.Reason)
	default:
		t.tellDoor(body)
	}
}

// tellDoor tells who came, went, and was kept out.
func (t *teller) tellDoor(body Body) {
	switch b := body.(type) {
	case *LoggedIn:
		t.what("Came in, by %s", b.Method)
		t.detail("session", b.Session)
		t.detail("key", b.Fingerprint)
		t.detail("from", b.From)
	case *LoggedOut:
		t.what("Went")
		t.detail("session", b.Session)
		t.detail("why", b.Why)
	case *LogInRefused:
		t.what("Kept out: %s%s", orSomebody(b.Person), timesWords(b.Times))
		t.detail("why", b.Why)
		t.detail("key", b.Fingerprint)
		t.detail("from", b.From)
	}
}

func keyWords(fingerprint, kind string, hardware bool) string {
	words := fingerprint + " (" + kind
	if hardware {
		words += ", hardware"
	}
	return words + ")"
}

func orEverybody(person string) string {
	if person == "" {
		return "everybody"
	}
	return person
}

func orSomebody(person string) string {
	if person == "" {
		return "somebody unknown"
	}
	return person
}

func timesWords(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf(", %d times", n)
}
