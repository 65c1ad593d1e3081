package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"golang.org/x/crypto/ssh"

	"tocsin/model"
	"tocsin/store/factor"
)

// codeAfter is the code of an authenticator some steps after a moment.
func codeAfter(t *testing.T, secret string, at time.Time, steps int) string {
	t.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), at.Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// enrolled enrols a second factor for somebody, with the code before the
// present one.
func enrolled(t *testing.T, s *session, name string) *factor.Offer {
	t.Helper()
	offer, err := factor.NewOffer(s.store.Vault().Random())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.enrol(t.Context(), name, offer, codeAfter(t, offer.Secret(), s.now(), -1), s.now()); err != nil {
		t.Fatal(err)
	}
	return offer
}

// logInWith logs in with a key and answers what is asked then.
func (sv *served) logInWith(key ssh.Signer, answers ...string) (client *ssh.Client, said string, err error) {
	config := sv.config("kim", key)
	config.BannerCallback = func(message string) error {
		said += message
		return nil
	}
	config.Auth = append(config.Auth, ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
		if len(questions) == 0 {
			return nil, nil
		}
		if len(answers) == 0 {
			return nil, errors.New("no answer is left")
		}
		answer := answers[0]
		answers = answers[1:]
		return []string{answer}, nil
	}))
	client, err = ssh.Dial("tcp", sv.address, config)
	if err == nil {
		sv.t.Cleanup(func() { client.Close() })
	}
	return client, said, err
}

// converse gives a command line and answers what it asks: each answer is made
// of what is written meanwhile, which a question on standard error may overtake.
func (sv *served) converse(client *ssh.Client, line string, answers ...func(out *guarded) string) (out, complaint string, code int) {
	sv.t.Helper()
	session, err := client.NewSession()
	if err != nil {
		sv.t.Fatal(err)
	}
	defer session.Close()
	in, err := session.StdinPipe()
	if err != nil {
		sv.t.Fatal(err)
	}
	written, asked := &guarded{}, &guarded{}
	session.Stdout, session.Stderr = written, asked
	if err := session.Start(line); err != nil {
		sv.t.Fatal(err)
	}
	for k, answer := range answers {
		asked.awaitsTimes(sv.t, ": ", k+1)
		if _, err := io.WriteString(in, answer(written)+"\n"); err != nil {
			sv.t.Fatal(err)
		}
	}
	err = session.Wait()
	var exit *ssh.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitStatus()
	} else if err != nil {
		sv.t.Fatal(err)
	}
	return written.String(), asked.String(), code
}

// thrice is one answer as often as it is asked for.
func thrice(answer string) []string { return []string{answer, answer, answer} }

var (
	secretShape   = regexp.MustCompile(`type it in\s+((?:[A-Z2-7]{4} ?){8})`)
	recoveryShape = regexp.MustCompile(`(?m)^  ([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})$`)
)

func secretIn(t *testing.T, out string) string {
	t.Helper()
	found := secretShape.FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("no secret in:\n%s", out)
	}
	return found[1]
}

// TestFactorOverSSH enrols a second factor as a person does, enters with its
// codes where the role asks for them, loses it, and is revoked.
func TestFactorOverSSH(t *testing.T) {
	kim, ron := newKey(t), newKey(t)
	sv := serveRecord(t, map[string]ssh.Signer{"Lead Kim": kim, "Responder Ron": ron})
	first := func(out *guarded) string {
		out.awaits(t, "otpauth://")
		return codeAfter(t, secretIn(t, out.String()), time.Now(), -1)
	}
	out, complaint, code := sv.converse(sv.enter(kim), "people factor enrol", func(*guarded) string { return "12" }, first)
	recovery := recoveryShape.FindAllStringSubmatch(out, -1)
	if code != 0 || len(recovery) != 10 || !strings.Contains(out, "otpauth://totp/") || !strings.Contains(out, "Second factor enrolled for Lead Kim") || !strings.Contains(complaint, "not its code now") {
		t.Fatalf("exit code %d\n%s\n%s", code, out, complaint)
	}
	secret := secretIn(t, out)
	sv.do(model.SetAccessRule{Role: model.Lead, Rule: model.AccessRule{SecondFactor: true}})
	sv.do(model.SetAccessRule{Role: model.Responder, Rule: model.AccessRule{SecondFactor: true}})

	code0 := codeAfter(t, secret, time.Now(), 0)
	for _, test := range []struct {
		about   string
		key     ssh.Signer
		answers []string
		said    string // "" is let in
	}{
		{"no code", kim, nil, "-"},
		{"the code it was enrolled with", kim, thrice(codeAfter(t, secret, time.Now(), -1)), "the code was wrong"},
		{"a wrong one, then a right one", kim, []string{"12345", code0}, ""},
		{"a used one", kim, thrice(code0), "the code was wrong"},
		{"a recovery code", kim, []string{strings.ToLower(recovery[0][1])}, ""},
		{"a used recovery code", kim, thrice(recovery[0][1]), "the code was wrong"},
		{"nobody enrolled", ron, []string{code0}, "you need a second factor, and none is enrolled here"},
	} {
		client, said, err := sv.logInWith(test.key, test.answers...)
		switch {
		case test.said == "" && err != nil, test.said != "" && err == nil, len(test.said) > 1 && !strings.Contains(said, test.said):
			t.Errorf("%s: %v, said %q", test.about, err, said)
		}
		if client != nil {
			client.Close()
		}
	}

	client, said, err := sv.logInWith(kim, recovery[1][1])
	if err != nil {
		t.Fatal(err, said)
	}
	if out, complaint, _ := sv.gives(client, "people factor status", ""); !strings.Contains(out, "Lead Kim") || !strings.Contains(out, " 8 ") || !strings.Contains(out, "Responder Ron") {
		t.Errorf("status: %s%s", out, complaint)
	}
	if _, complaint, code := sv.gives(client, "people factor remove 'Responder Ron' --reason x", ""); code != 1 || !strings.Contains(complaint, "their own second factor alone") {
		t.Errorf("a lead removed the factor of another: %d, %s", code, complaint)
	}
	if _, complaint, code := sv.gives(client, "people factor remove --reason x", "000\n"); code != 1 || !strings.Contains(complaint, "nothing was changed") {
		t.Errorf("removed without a code: %d, %s", code, complaint)
	}
	present := func(*guarded) string { return recovery[2][1] }
	if out, complaint, code = sv.converse(client, "people factor enrol", present, first); code != 0 || secretIn(t, out) == secret {
		t.Errorf("replaced: %d\n%s\n%s", code, out, complaint)
	}
	if _, _, err := sv.logInWith(kim, recovery[3][1]); err == nil {
		t.Error("a recovery code of the factor before counts")
	}

	files := filepath.Join(sv.dir, factorsFolder, "main", "*")
	if left, _ := filepath.Glob(files); len(left) != 1 {
		t.Errorf("factors kept: %v", left)
	}
	if out, complaint, code := commandLine(t, sv.dir, time.Now(), "people", "revoke", "Lead Kim", "--reason", "left"); code != 0 {
		t.Error(out, complaint)
	}
	if left, _ := filepath.Glob(files); len(left) != 0 {
		t.Errorf("the factor of somebody who was revoked is kept: %v", left)
	}
	if out, _, _ := commandLine(t, sv.dir, time.Now(), "audit", "log"); !strings.Contains(out, "Second factor enrolled for Lead Kim") || strings.Contains(out, secret) || strings.Contains(sv.log.String(), secret) {
		t.Errorf("the log:\n%s", out)
	}
}

// TestFactorsLeftBehind holds that what an enrolment left that was not finished,
// and the factor of somebody who was revoked, go with the next start.
func TestFactorsLeftBehind(t *testing.T) {
	dir := t.TempDir()
	if _, complaint, code := gave(t, dir, "", "people", "add", "Kim Lund", "--role", "lead"); code != exitDone {
		t.Fatal(complaint)
	}
	folder := filepath.Join(dir, factorsFolder, "main")
	if err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(filepath.Join(folder, "aaaaaaaaaaaaaaaa"), []byte("x"), 0o600), os.WriteFile(filepath.Join(folder, "b.new"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	out, complaint, code := gave(t, dir, "", "people", "factor", "status", "--json")
	if code != exitDone || !strings.Contains(out, `"person": "Kim Lund"`) || strings.Contains(out, `"missing": true`) {
		t.Error(out, complaint)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestEnrolWithoutAnswer ends the input where a code is asked for.
func TestEnrolWithoutAnswer(t *testing.T) {
	dir := t.TempDir()
	if _, complaint, code := gave(t, dir, "", "people", "add", "Kim Lund", "--role", "lead"); code != exitDone {
		t.Fatal(complaint)
	}
	for input, want := range map[string]string{"": "nothing was changed", "1\n2\n3\n": "nothing was enrolled"} {
		out, complaint, code := gave(t, dir, input, "people", "factor", "enrol", "Kim Lund")
		if code != exitRefused || !strings.Contains(complaint, want) {
			t.Errorf("%q: %d, %s%s", input, code, out, complaint)
		}
	}
	if _, complaint, code := gave(t, dir, "", "people", "factor", "enrol", "Zed"); code != exitRefused || !strings.Contains(complaint, `"Zed" is not registered`) {
		t.Errorf("%d, %s", code, complaint)
	}
}
