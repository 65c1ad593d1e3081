package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"

	"tocsin/model"
)

// demoPeople is the cast as the registry has it, without whoever tells the
// story.
var demoPeople = []struct {
	name     string
	role     model.Role
	hardware bool // their key lives in a security key
	factor   bool
}{
	{priya, model.Lead, true, true},
	{kwame, model.Lead, true, true},
	{elif, model.Responder, true, true},
	{jonas, model.Responder, true, false},
	{tomas, model.Responder, false, true},
	{meiLin, model.Responder, false, false},
	{fatima, model.Lead, true, false},
	{ingrid, model.Lead, true, true},
	{sven, model.Lead, true, false},
	{rania, model.Responder, true, false},
	{"Leonie Falk", model.Communications, false, true},
	{"Astrid Lund", model.Leadership, false, false},
	{"Daniel Osei", model.Auditor, true, false},
	{"Nadia Petrova", model.Reporter, false, false},
	{"Grace Wanjiru", model.Reporter, false, false},
	{"Room 4", model.Wall, false, false},
}

// invite registers the cast: with a key each, and what leads are asked for at
// the door.
func (st *stage) invite(ctx context.Context) error {
	if err := st.registerFirst(ctx); err != nil {
		return err
	}
	commands := []model.Command{
		model.AddKey{Person: st.actor.Name, Key: demoKey(st.actor.Name, true)},
		model.EnrolFactor{Person: st.actor.Name},
		model.SetAccessRule{Role: model.Lead, Rule: model.AccessRule{HardwareKey: true}},
		model.SetAccessRule{Role: model.Owner, Rule: model.AccessRule{HardwareKey: true, SecondFactor: true}},
	}
	for _, p := range demoPeople {
		commands = append(commands, model.AddPerson{Name: p.name, Role: p.role, Keys: []model.AccessKey{demoKey(p.name, p.hardware)}})
		if p.factor {
			commands = append(commands, model.EnrolFactor{Person: p.name})
		}
	}
	commands = append(commands,
		model.AddPerson{Name: "Noor Haddad", Role: model.Responder, Keys: []model.AccessKey{demoKey("Noor Haddad", false)}},
		model.RevokePerson{Person: "Noor Haddad", Reason: "Moved to another team."})
	for _, command := range commands {
		if _, err := st.space.Do(ctx, st.actor, command); err != nil {
			return err
		}
	}
	return nil
}

// demoKey is a key that nobody has.
func demoKey(name string, hardware bool) model.AccessKey {
	sum := sha256.Sum256([]byte("the demo's key of " + name))
	key := model.AccessKey{Fingerprint: "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:]), Type: "ssh-ed25519"}
	if hardware {
		key.Type, key.Hardware = "sk-ssh-ed25519@openssh.com", true
	}
	return key
}
