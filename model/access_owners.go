package model

import (
	"slices"
	"strings"
)

// OwnersWhoCanEnter are the names of the owners who have what their role asks
// for at the door: a key, one in hardware and a second factor where it is so.
// Where an authority is trusted it may certify a key for anybody.
func (a *Access) OwnersWhoCanEnter() []string {
	var names []string
	rule := a.Rule(Owner)
	for k := range a.People {
		if p := &a.People[k]; p.Role == Owner && p.Active() && (p.Factor || !rule.SecondFactor) && a.opensTo(p, rule) {
			names = append(names, p.Name)
		}
	}
	return names
}

func (a *Access) opensTo(p *Person, rule AccessRule) bool {
	return len(a.Authorities) > 0 || slices.ContainsFunc(p.Keys, func(k AccessKey) bool { return k.Hardware || !rule.HardwareKey })
}

// LocksOwnersOut reports whether a command would leave no owner who can enter,
// where one can now. It is no reason to refuse it to whoever has the data
// directory, who can mend it there.
func (a *Access) LocksOwnersOut(command Command) bool {
	next, changes := a.after(command)
	return changes && len(a.OwnersWhoCanEnter()) > 0 && len(next.OwnersWhoCanEnter()) == 0
}

// after is a copy as a command leaves it that takes from what opens the door;
// changes is false for any other command.
func (a *Access) after(command Command) (next Access, changes bool) {
	switch c := command.(type) {
	case SetAccessRule:
		next = *a
		next.Rules = with(a.Rules, roleTyped(c.Role), c.Rule)
		return next, true
	case DistrustAuthority:
		next = *a
		next.Authorities = withoutKey(a.Authorities, CleanLine(c.Key.Fingerprint))
		return next, true
	case RemoveKey:
		return a.afterPerson(c.Person, func(p *Person) { p.Keys = withoutKey(p.Keys, CleanLine(c.Key.Fingerprint)) })
	case RemoveFactor:
		return a.afterPerson(c.Person, func(p *Person) { p.Factor = false })
	case SetRole:
		return a.afterPerson(c.Person, func(p *Person) { p.Role = roleTyped(c.Role) })
	case RevokePerson:
		return a.afterPerson(c.Person, func(p *Person) { p.Keys, p.Role = nil, "" })
	}
	return Access{}, false
}

func (a *Access) afterPerson(name string, change func(*Person)) (Access, bool) {
	p, ok := a.Person(CleanLine(name))
	if !ok {
		return Access{}, false
	}
	changed := *p
	change(&changed)
	return a.with(changed), true
}

// roleTyped is a role as a command takes it, upper or lower case.
func roleTyped(role Role) Role { return Role(strings.ToLower(CleanLine(string(role)))) }
