package main

import (
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"tocsin/model"
)

// TestOwnersAreNotLockedOutOverSSH has an owner who came over SSH asked to leave
// a way in, and whoever has the directory warned alone.
func TestOwnersAreNotLockedOutOverSSH(t *testing.T) {
	key, second := newKey(t), newKey(t)
	sv := serveRecord(t, map[string]ssh.Signer{"Owner Olga": key})
	olga := sv.enter(key)
	taking := "people key remove 'Owner Olga' " + ssh.FingerprintSHA256(key.PublicKey())
	for _, line := range []string{taking, "people rule owner --hardware-key", "people rule owner --second-factor", "people role 'Owner Olga' lead", "people revoke 'Owner Olga' --reason left"} {
		if out, complaint, code := sv.gives(olga, line, ""); code != 1 || !strings.Contains(complaint, "no owner could then log in over SSH") {
			t.Errorf("%s: %d %s %s", line, code, out, complaint)
		}
	}
	if _, err := (consoleSpace{Space: sv.session.space, session: &session{house: sv.session.house, space: sv.session.space, far: true}}).Do(t.Context(), model.Actor{Name: "Owner Olga", Role: model.Owner}, model.RemoveKey{Person: "Owner Olga", Key: accessKey(key.PublicKey())}); err == nil {
		t.Error("a console over SSH takes the last key")
	}
	sv.do(model.AddPerson{Name: "Owner Omar", Role: model.Owner, Keys: []model.AccessKey{accessKey(second.PublicKey())}})
	if out, complaint, code := sv.gives(olga, "people key remove 'Owner Omar' "+ssh.FingerprintSHA256(second.PublicKey()), ""); code != 0 || strings.Contains(out, "No owner") {
		t.Errorf("where another owner can enter: %d %s %s", code, out, complaint)
	}
	out, complaint, code := gave(t, sv.dir, "", "people", "rule", "owner", "--hardware-key")
	if code != exitDone || !strings.Contains(out, "No owner can now log in over SSH") {
		t.Errorf("on the machine: %d %s %s", code, out, complaint)
	}
}
