package store

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"tocsin/model"
)

func fingerprint(digit string) string { return "SHA256:" + strings.Repeat(digit, 43) }

// peopled is a space with an owner, and with Quentin, who came and went.
func peopled(t *testing.T, s *Space) {
	t.Helper()
	setUp(t, s)
	do(t, s, owner, model.AddPerson{Name: owner.Name, Role: model.Owner, Keys: []model.AccessKey{{Fingerprint: fingerprint("1"), Type: "ssh-ed25519"}}})
	do(t, s, owner, model.AddPerson{Name: "Quentin", Role: model.Responder, Keys: []model.AccessKey{{Fingerprint: fingerprint("2"), Type: "ssh-ed25519"}}})
	quentin := model.Actor{Name: "Quentin", Role: model.Owner}
	do(t, s, quentin, model.LogIn{Session: "k1", Method: "key", Fingerprint: fingerprint("2"), From: "192.0.2.77"})
	do(t, s, owner, model.RefuseLogIn{Person: "Quentin", Fingerprint: fingerprint("2"), From: "192.0.2.78", Why: "a hardware key is asked for"})
	do(t, s, owner, model.RefuseLogIn{Fingerprint: fingerprint("3"), From: "198.51.100.9", Why: "nobody here has this key"})
	do(t, s, quentin, model.LogOut{Session: "k1"})
	do(t, s, quentin, model.Report{Title: "Odd log-ins"})
}

// TestARegistryIsVeiled holds that neither the log nor what is projected says
// who may enter, by which key or from where, and that a start reads it all.
func TestARegistryIsVeiled(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	peopled(t, space)
	all := stored(t, space)
	for _, personal := range []string{"Quentin", owner.Name, fingerprint("1"), fingerprint("2"), "192.0.2.7"} {
		if bytes.Contains(all, []byte(personal)) {
			t.Errorf("%q is in the database", personal)
		}
	}
	if !bytes.Contains(all, []byte("198.51.100.0/24")) || bytes.Contains(all, []byte("198.51.100.9")) {
		t.Error("of somebody unknown not the network alone is kept")
	}
	before := space.Snapshot().Meta.Access
	told, err := wholeLog(t, space)
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	s = openStore(t, dir)
	space = openSpace(t, s, "acme")
	if after := space.Snapshot().Meta.Access; !reflect.DeepEqual(after, before) {
		t.Errorf("after a restart %+v, before %+v", after, before)
	}
	if again, err := wholeLog(t, space); err != nil || !reflect.DeepEqual(again, told) {
		t.Errorf("after a restart the log differs: %v", err)
	}
	if found, err := space.CompareProjections(t.Context(), nil); err != nil || len(found.Found) > 0 {
		t.Errorf("%+v, %v", found, err)
	}
	for _, e := range told {
		if e.Actor == "Quentin" && e.Role != model.Responder {
			t.Errorf("event %d was done as %s", e.Seq, e.Role)
		}
	}
}

func wholeLog(t *testing.T, s *Space) (events []model.Event, err error) {
	t.Helper()
	err = s.Entries(t.Context(), 1, s.Snapshot().Seq, func(e Entry) error {
		events = append(events, e.Event)
		return nil
	})
	return events, err
}

// TestAForgottenPersonLeavesNoKey holds that keys and addresses go with whom
// they belong to.
func TestAForgottenPersonLeavesNoKey(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	space := openSpace(t, s, "acme")
	peopled(t, space)
	forget := model.ForgetPerson{Person: "Quentin", Reason: "asked"}
	if _, err := space.Do(t.Context(), owner, forget); !errors.Is(err, model.ErrRefused) || !strings.Contains(err.Error(), "revoke them first") {
		t.Fatalf("forgotten while registered: %v", err)
	}
	do(t, space, owner, model.RevokePerson{Person: "Quentin", Reason: "left"})
	do(t, space, owner, forget)
	check := func(when string, space *Space) {
		if people := space.Snapshot().Meta.Access.People; len(people) != 1 || people[0].Name != owner.Name || people[0].Keys[0].Fingerprint != fingerprint("1") {
			t.Errorf("%s: %+v are registered", when, people)
		}
		told, err := wholeLog(t, space)
		if err != nil {
			t.Fatal(err)
		}
		addresses := 0
		for _, e := range told {
			switch body := e.Body.(type) {
			case *model.LoggedIn:
				addresses++
				if !strings.HasPrefix(e.Actor, model.ForgottenPerson) || body.From != model.ForgottenText || body.Fingerprint != model.ForgottenText {
					t.Errorf("%s: %s came in as %+v", when, e.Actor, body)
				}
			case *model.LogInRefused:
				addresses++
				if known := body.Person != ""; known && body.From != model.ForgottenText || !known && (body.From != "198.51.100.0/24" || body.Fingerprint != fingerprint("3")) {
					t.Errorf("%s: refused as %+v", when, body)
				}
			}
		}
		if addresses != 3 {
			t.Errorf("%s: %d log-ins", when, addresses)
		}
		if found, err := space.CompareProjections(t.Context(), nil); err != nil || len(found.Found) > 0 {
			t.Errorf("%s: %+v, %v", when, found, err)
		}
	}
	check("at once", space)
	closeStore(t, s)
	check("after a restart", openSpace(t, openStore(t, dir), "acme"))
}

// TestWhatBelongsToSomebodyOpensForThemAlone exchanges sealed texts.
func TestWhatBelongsToSomebodyOpensForThemAlone(t *testing.T) {
	v := testVeil(t)
	sealed, err := v.sealOwn("Ann", "from", "192.0.2.77")
	if err != nil {
		t.Fatal(err)
	}
	ann, err := v.person("Ann")
	if err != nil {
		t.Fatal(err)
	}
	ben, err := v.person("Ben")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.openOwn(ann.token, "from", sealed); err != nil || got != "192.0.2.77" {
		t.Errorf("%q, %v", got, err)
	}
	for name, open := range map[string]func() (string, error){
		"another's":       func() (string, error) { return v.openOwn(ben.token, "from", sealed) },
		"another label":   func() (string, error) { return v.openOwn(ann.token, "fingerprint", sealed) },
		"not sealed":      func() (string, error) { return v.openOwn(ann.token, "from", "192.0.2.77") },
		"not to be read":  func() (string, error) { return v.openOwn(ann.token, "from", "~?") },
		"of nobody known": func() (string, error) { return v.openOwn("~aaaaaaaaaaaaaaaa", "from", sealed) },
	} {
		if got, err := open(); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got, err := v.openOwn("", "from", "198.51.100.0/24"); err != nil || got != "198.51.100.0/24" {
		t.Errorf("nobody's: %q, %v", got, err)
	}
}
