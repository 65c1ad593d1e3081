package model

import (
	"slices"
	"testing"
	"time"
)

func TestLocksOwnersOut(t *testing.T) {
	plain, hard, authority := AccessKey{Fingerprint: "P"}, AccessKey{Fingerprint: "H", Hardware: true}, AccessKey{Fingerprint: "A"}
	one := Access{People: []Person{
		{Name: "Olga", Role: Owner, Keys: []AccessKey{plain}},
		{Name: "Omar", Role: Owner},
		{Name: "Gone", Role: Owner, Keys: []AccessKey{hard}, Revoked: time.Unix(1, 0)},
		{Name: "Lea", Role: Lead, Keys: []AccessKey{{Fingerprint: "L", Hardware: true}}, Factor: true},
	}}
	two := one.with(Person{Name: "Omar", Role: Owner, Keys: []AccessKey{hard}, Factor: true})
	certified := one
	certified.Authorities = []AccessKey{authority}
	keyless := one.with(Person{Name: "Olga", Role: Owner})
	guarded := keyless.with(Person{Name: "Omar", Role: Owner, Keys: []AccessKey{hard}, Factor: true})
	guarded.Rules = map[Role]AccessRule{Owner: {HardwareKey: true, SecondFactor: true}}
	certifiedAlone := keyless
	certifiedAlone.Authorities = []AccessKey{authority}
	for _, test := range []struct {
		name    string
		access  Access
		command Command
		want    bool
	}{
		{"the last key", one, RemoveKey{"Olga", plain}, true},
		{"the last key, typed with spaces", one, RemoveKey{" Olga ", plain}, true},
		{"a key of one of two", two, RemoveKey{"Olga", plain}, false},
		{"the last key, with an authority", certified, RemoveKey{"Olga", plain}, false},
		{"a key that is not theirs", one, RemoveKey{"Olga", hard}, false},
		{"hardware that no owner has", one, SetAccessRule{Owner, AccessRule{HardwareKey: true}}, true},
		{"a role as people type it", one, SetAccessRule{"Owner", AccessRule{HardwareKey: true}}, true},
		{"hardware that one has", two, SetAccessRule{Owner, AccessRule{HardwareKey: true}}, false},
		{"a factor that no owner has", one, SetAccessRule{Owner, AccessRule{SecondFactor: true}}, true},
		{"a factor that one has", two, SetAccessRule{Owner, AccessRule{SecondFactor: true}}, false},
		{"a rule for leads", one, SetAccessRule{Lead, AccessRule{HardwareKey: true, SecondFactor: true}}, false},
		{"another role", one, SetRole{"Olga", Lead}, true},
		{"revoked", one, RevokePerson{"Olga", "left"}, true},
		{"revoked, one of two", two, RevokePerson{"Olga", "left"}, false},
		{"the last factor", guarded, RemoveFactor{"Omar", "lost"}, true},
		{"the last authority", certifiedAlone, DistrustAuthority{authority}, true},
		{"nobody could before", keyless, SetAccessRule{Owner, AccessRule{HardwareKey: true}}, false},
		{"somebody unknown", one, RemoveKey{"Nobody", plain}, false},
		{"something else", one, AddPerson{Name: "New", Role: Owner}, false},
	} {
		before := slices.Clone(test.access.OwnersWhoCanEnter())
		if got := test.access.LocksOwnersOut(test.command); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		if !slices.Equal(before, test.access.OwnersWhoCanEnter()) {
			t.Errorf("%s: asking changed it", test.name)
		}
	}
}
