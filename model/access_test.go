package model

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// accessKey is a key that can be told from those of other numbers.
func accessKey(n int) AccessKey {
	return AccessKey{Fingerprint: "SHA256:" + strings.Repeat(fmt.Sprint(n), 43), Type: "ssh-ed25519"}
}

// peopled is a space with an owner, a responder and somebody revoked.
func peopled(t rapid.TB) *space {
	s := newSpace(t)
	s.do(AddPerson{Name: "Olga", Role: Owner, Keys: []AccessKey{accessKey(1)}})
	s.do(AddPerson{Name: "Ann", Role: Responder, Keys: []AccessKey{accessKey(2)}})
	s.do(AddPerson{Name: "Rex", Role: Lead, Keys: []AccessKey{accessKey(3)}})
	s.do(RevokePerson{Person: "Rex", Reason: "left"})
	return s
}

func TestDecideAccess(t *testing.T) {
	person := func(name string, role Role, keys ...AccessKey) AddPerson {
		return AddPerson{Name: name, Role: role, Keys: keys}
	}
	two := accessKey(2)
	for _, step := range []step{
		{name: "add", command: person("Ben", "LEAD", accessKey(4)), events: "person.added person.key-added"},
		{name: "add with no key", command: person("Ben", Wall), events: "person.added"},
		{name: "add with a key twice", command: person("Ben", Lead, accessKey(4), accessKey(4)), events: "person.added person.key-added"},
		{name: "add nobody", command: person(" ", ""), refusal: []string{"name: is empty", "role: is empty; accepted: owner, lead, responder, communications, leadership, auditor, reporter, wall"}},
		{name: "add again", command: person("Ann", Lead), refusal: []string{"name: Ann may enter already, as responder"}},
		{name: "add a double", command: person("ann", Lead), refusal: []string{"name: ann looks like Ann"}},
		{name: "add the record", command: person("Tocsin", Owner), refusal: []string{"is nobody's name"}},
		{name: "add the forgotten", command: person(ForgottenPerson+"x", Owner), refusal: []string{"is nobody's name"}},
		{name: "add somebody called forgotten", command: person("Forgotten", Owner), refusal: []string{"is nobody's name"}},
		{name: "add as king", command: person("Ben", "leda"), refusal: []string{`role: "leda" is not known here (did you mean lead?)`}},
		{name: "add with another's key", command: person("Ben", Lead, two), refusal: []string{"key: " + two.Fingerprint + " is the key of Ann"}},
		{name: "add with a revoked key", command: person("Ben", Lead, accessKey(3)), refusal: []string{"is the key of Rex"}},
		{name: "add with no fingerprint", command: person("Ben", Lead, AccessKey{Fingerprint: "MD5:x\x1b"}), refusal: []string{`key: "MD5:x" is no fingerprint of a key`, "key: is empty; accepted: the kind of key"}},
		{name: "add many keys", command: person("Ben", Lead, make([]AccessKey, MaxKeys+1)...), refusal: []string{"keys: are 21; accepted: at most 20"}},
		{name: "add whom was revoked", command: person("Rex", Reporter, accessKey(3)), events: "person.added person.key-added"},

		{name: "role", command: SetRole{"Ann", Auditor}, events: "person.role-set"},
		{name: "role the same", command: SetRole{"ann", Responder}},
		{name: "role of nobody", command: SetRole{"Amn", Auditor}, refusal: []string{`person: "Amn" is not known here`, "accepted: Olga, Ann, Rex"}},
		{name: "role of whom was revoked", command: SetRole{"Rex", Auditor}, refusal: []string{"person: Rex was revoked"}},
		{name: "role of the last owner", command: SetRole{"Olga", Lead}, refusal: []string{"Olga is the last owner: make somebody else owner first"}},
		{name: "role of an owner", prepare: []Command{SetRole{"Ann", Owner}}, command: SetRole{"Olga", Lead}, events: "person.role-set"},

		{name: "key", command: AddKey{"Ann", accessKey(4)}, events: "person.key-added"},
		{name: "key again", command: AddKey{"Ann", two}},
		{name: "key of another", command: AddKey{"Olga", two}, refusal: []string{"is the key of Ann"}},
		{name: "key of an authority", prepare: []Command{TrustAuthority{accessKey(5)}}, command: AddKey{"Ann", accessKey(5)}, refusal: []string{"is the key of an authority"}},
		{name: "key removed", command: RemoveKey{"Ann", AccessKey{Fingerprint: two.Fingerprint}}, events: "person.key-removed"},
		{name: "key removed that is not there", command: RemoveKey{"Ann", accessKey(9)}, refusal: []string{"Ann does not have", "accepted: " + two.Fingerprint}},

		{name: "revoke", command: RevokePerson{"Ann", "left"}, events: "person.revoked"},
		{name: "revoke again", command: RevokePerson{"Rex", "left"}},
		{name: "revoke with no reason", command: RevokePerson{"Ann", ""}, refusal: []string{"reason: is empty; accepted: why they may enter no more"}},
		{name: "revoke the last owner", command: RevokePerson{"Olga", "left"}, refusal: []string{"Olga is the last owner"}},
		{name: "revoke an owner", prepare: []Command{SetRole{"Ann", Owner}}, command: RevokePerson{"Ann", "left"}, events: "person.revoked"},
		{name: "revoke nobody", command: RevokePerson{"", "left"}, refusal: []string{"person: is empty"}},
		{name: "forget whom may enter", command: ForgetPerson{"Ann", "asked"}, refusal: []string{"Ann may still enter, as responder: revoke them first"}},
		{name: "forget whom was revoked", command: ForgetPerson{"Rex", "asked"}, events: "person.forgotten"},

		{name: "rule", command: SetAccessRule{Lead, AccessRule{HardwareKey: true}}, events: "access.ruled"},
		{name: "rule the same", command: SetAccessRule{Role: Lead}},
		{name: "rule of nothing", command: SetAccessRule{Role: "x\x1b[1m"}, refusal: []string{`role: "x" is not known here`}},
		{name: "authority", command: TrustAuthority{accessKey(5)}, events: "authority.trusted"},
		{name: "authority again", prepare: []Command{TrustAuthority{accessKey(5)}}, command: TrustAuthority{accessKey(5)}},
		{name: "authority with a person's key", command: TrustAuthority{two}, refusal: []string{"is the key of Ann"}},
		{name: "authority removed", prepare: []Command{TrustAuthority{accessKey(5)}}, command: DistrustAuthority{accessKey(5)}, events: "authority.distrusted"},
		{name: "no authority removed", command: DistrustAuthority{accessKey(5)}, refusal: []string{"is no authority's here; accepted: (none)"}},

		{name: "factor", command: EnrolFactor{"Ann"}, events: "factor.enrolled"},
		{name: "factor again", prepare: []Command{EnrolFactor{"Ann"}}, command: EnrolFactor{"Ann"}},
		{name: "factor removed", prepare: []Command{EnrolFactor{"Ann"}}, command: RemoveFactor{Person: "Ann", Reason: "a new telephone"}, events: "factor.removed"},
		{name: "no factor removed", command: RemoveFactor{Person: "Ann"}},
		{name: "factor of nobody", command: EnrolFactor{"Zed"}, refusal: []string{`person: "Zed" is not known here`}},

		{name: "sessions of all", command: RevokeSessions{Reason: "an exercise"}, events: "sessions.revoked"},
		{name: "sessions of one", command: RevokeSessions{"Ann", "a laptop was stolen"}, events: "sessions.revoked"},
		{name: "sessions with no reason", command: RevokeSessions{}, refusal: []string{"reason: is empty"}},
		{name: "log-in", command: LogIn{Session: "k1", Method: "key", Fingerprint: two.Fingerprint, From: "192.0.2.7"}, events: "session.opened"},
		{name: "log-in by the socket", command: LogIn{Session: "k1", Method: "socket"}, events: "session.opened"},
		{name: "log-in of nothing", command: LogIn{Fingerprint: "x"}, refusal: []string{"session: is empty", "method: is empty", `fingerprint: "x" is no fingerprint`}},
		{name: "log-out", command: LogOut{Session: "k1"}, events: "session.closed"},
		{name: "refused log-in", command: RefuseLogIn{From: "192.0.2.7", Why: "no key"}, events: "session.refused"},
		{name: "refused log-in with no why", command: RefuseLogIn{}, refusal: []string{"why: is empty"}},
	} {
		t.Run(step.name, func(t *testing.T) {
			s := peopled(t)
			for _, c := range step.prepare {
				s.do(c)
			}
			if len(step.refusal) == 0 {
				if got := kindsOf(s.do(step.command)); got != step.events {
					t.Errorf("led to %q, want %q", got, step.events)
				}
				return
			}
			refusal := s.refused(step.command).Error()
			for _, part := range step.refusal {
				if !strings.Contains(refusal, part) {
					t.Errorf("refused with %q, want %q", refusal, part)
				}
			}
		})
	}
}

func kindsOf(bodies []Body) string {
	var kinds []string
	for _, b := range bodies {
		kinds = append(kinds, b.Kind())
	}
	return strings.Join(kinds, " ")
}

// TestTheRegistryHolds follows one person from the first key to being
// forgotten.
func TestTheRegistryHolds(t *testing.T) {
	s := peopled(t)
	access := func() *Access { return &s.state.Meta.Access }
	s.do(AddKey{"Ann", accessKey(4)})
	s.do(EnrolFactor{"Ann"})
	s.do(SetRole{"Ann", Communications})
	ann, ok := access().Person("Ann")
	want := &Person{Name: "Ann", Role: Communications, Factor: true, Since: s.now, By: owner.Name}
	for _, n := range []int{2, 4} {
		key := accessKey(n)
		key.Added = s.now
		want.Keys = append(want.Keys, key)
	}
	if !ok || !reflect.DeepEqual(ann, want) {
		t.Errorf("registered: %+v, want %+v", ann, want)
	}
	if p, ok := access().ByKey(accessKey(4).Fingerprint); !ok || p.Name != "Ann" {
		t.Errorf("the key is of %v", p)
	}
	if _, ok := access().ByKey(""); ok {
		t.Error("no key at all is somebody's")
	}
	s.do(RevokeSessions{Person: "Ann", Reason: "stolen"})
	s.do(RevokePerson{"Ann", "left"})
	if p, _ := access().Person("Ann"); p.Active() || p.Factor || p.Epoch != 2 {
		t.Errorf("revoked: %+v", p)
	}
	s.do(AddPerson{Name: "Ann", Role: Reporter, Keys: []AccessKey{accessKey(4)}})
	if p, _ := access().Person("Ann"); !p.Active() || p.Epoch != 2 || len(p.Keys) != 1 || p.Role != Reporter {
		t.Errorf("added again: %+v", p)
	}
	s.do(RevokePerson{"Ann", "left"})
	s.do(ForgetPerson{"Ann", "asked"})
	if p, ok := access().Person("Ann"); ok {
		t.Errorf("forgotten: %+v", p)
	}
	s.do(RevokeSessions{Reason: "exercise"})
	s.do(SetAccessRule{Lead, AccessRule{SecondFactor: true}})
	s.do(TrustAuthority{accessKey(7)})
	if a := access(); a.Epoch != 1 || a.Rule(Lead) != (AccessRule{SecondFactor: true}) || !a.Authority(accessKey(7).Fingerprint) || a.Authority(accessKey(8).Fingerprint) {
		t.Errorf("the space asks for %+v", a)
	}
}

func TestRegisteredRolesHold(t *testing.T) {
	s := peopled(t)
	for _, c := range []struct {
		actor   Actor
		command Command
		refusal string
	}{
		{Actor{"Ann", Owner}, AddPerson{Name: "Eve", Role: Owner}, "Ann may not do this (person-add) as responder; accepted: owner"},
		{Actor{"Ann", Lead}, SetRole{"Ann", Owner}, "accepted: owner"},
		{Actor{"Olga", Wall}, Report{Title: "T"}, ""},
		{Actor{"Rex", Owner}, Report{Title: "T"}, "Rex was revoked and may do nothing here"},
		{Actor{"Rex", Lead}, LogIn{Session: "s", Method: "key"}, "Rex was revoked"},
		{Actor{"Rex", Lead}, LogOut{Session: "s"}, ""},
		{Actor{"Ann", Responder}, EnrolFactor{"Ann"}, ""},
		{Actor{"Ann", Responder}, EnrolFactor{"Olga"}, "Ann may change their own second factor alone; accepted for others: owner"},
		{Actor{"Ann", Responder}, RemoveFactor{Person: "Olga"}, "their own"},
		{Actor{"Zed", Owner}, Report{Title: "T"}, ""}, // not registered, and let in by whoever owns the directory
		{Actor{"Zed", Reporter}, AddNote{firstID, "n"}, "accepted: owner, lead"},
	} {
		_, err := s.apply(c.actor, c.command)
		switch {
		case c.refusal == "" && err != nil:
			t.Errorf("%v, %s: %v", c.actor, c.command.Kind(), err)
		case c.refusal != "" && (!errors.Is(err, ErrForbidden) || !strings.Contains(err.Error(), c.refusal)):
			t.Errorf("%v, %s: %v, want %q", c.actor, c.command.Kind(), err, c.refusal)
		}
	}
	decision, err := Decide(&s.state, Actor{"Ann", Owner}, Report{Title: "T"}, s.now)
	if err != nil || decision.Role != Responder {
		t.Errorf("Ann acts as %s, %v", decision.Role, err)
	}
}

// TestStrangersLeaveNoAddress holds what is kept of somebody who was not let in.
func TestStrangersLeaveNoAddress(t *testing.T) {
	s := peopled(t)
	for _, c := range []struct{ person, from, wantPerson, wantFrom string }{
		{"", "192.0.2.77", "", "192.0.2.0/24"},
		{"hunter2", "::ffff:192.0.2.77", "", "192.0.2.0/24"},
		{"", "2001:db8:1:2:3::4", "", "2001:db8:1::/48"},
		{"", "fe80::1%eth0", "", "fe80::/48"},
		{"", "192.0.2.77:22", "", ""},
		{"", "", "", ""},
		{"Ann", "192.0.2.77", "Ann", "192.0.2.77"},
		{"Rex", "192.0.2.77", "Rex", "192.0.2.77"},
	} {
		got := s.do(RefuseLogIn{Person: c.person, From: c.from, Why: "no"})[0].(*LogInRefused)
		if got.Person != c.wantPerson || got.From != c.wantFrom || got.Times != 1 {
			t.Errorf("%q from %q is kept as %+v", c.person, c.from, got)
		}
	}
}

func TestAccessWords(t *testing.T) {
	for rule, want := range map[AccessRule]string{{}: "a key", {HardwareKey: true}: "a hardware key", {SecondFactor: true}: "a key and a second factor", {true, true}: "a hardware key and a second factor"} {
		if rule.Words() != want {
			t.Errorf("%+v: %s", rule, rule.Words())
		}
	}
	var none Access
	if a, err := none.Acting(Actor{"Ann", Lead}); err != nil || a.Role != Lead {
		t.Errorf("nobody registered: %v, %v", a, err)
	}
	revoked := Access{People: []Person{{Name: Itself, Revoked: time.Now()}}}
	if a, err := revoked.Acting(Actor{Itself, Owner}); err != nil || a.Role != Owner {
		t.Errorf("the record itself: %v, %v", a, err)
	}
}
