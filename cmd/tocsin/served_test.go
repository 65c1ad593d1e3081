package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"tocsin/model"
)

// served is a record that is served in this process, with people in it.
type served struct {
	t       *testing.T
	dir     string
	address string
	host    ssh.PublicKey
	session *session // of the process that serves
	log     *guarded
	figures string       // address
	ahead   atomic.Int64 // of the machine's clock, in nanoseconds
	end     func() error // ends the serving
}

// guarded is a buffer for several goroutines.
type guarded struct {
	mu   sync.Mutex
	text bytes.Buffer
	grew chan struct{}
}

func (g *guarded) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.grew != nil {
		close(g.grew)
		g.grew = nil
	}
	return g.text.Write(p)
}

func (g *guarded) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.String()
}

// awaits waits until the text is there.
func (g *guarded) awaits(t testing.TB, text string) {
	t.Helper()
	g.awaitsTimes(t, text, 1)
}

// awaitsTimes waits until the text is there so many times.
func (g *guarded) awaitsTimes(t testing.TB, text string, times int) {
	t.Helper()
	patience := time.After(30 * time.Second)
	for {
		g.mu.Lock()
		found := strings.Count(g.text.String(), text) >= times
		if g.grew == nil {
			g.grew = make(chan struct{})
		}
		grew := g.grew
		g.mu.Unlock()
		if found {
			return
		}
		select {
		case <-grew:
		case <-patience:
			t.Fatalf("%q never came:\n%s", text, g.String())
		}
	}
}

func newKey(t testing.TB) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func accessKey(key ssh.PublicKey) model.AccessKey {
	return model.AccessKey{Fingerprint: ssh.FingerprintSHA256(key), Type: key.Type()}
}

// serveRecord serves a fresh record with an owner, and one person of every
// other role that is given a key.
func serveRecord(t *testing.T, people map[string]ssh.Signer, settings ...string) *served {
	t.Helper()
	dir := t.TempDir()
	if len(settings) > 0 {
		if err := os.WriteFile(filepath.Join(dir, settingsFile), []byte("[serve]\n"+strings.Join(settings, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, complaint, code := commandLine(t, dir, time.Now(), "report", "--title", "Mailbox forwards outside"); code != 0 {
		t.Fatal(out, complaint)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stderr := &guarded{}
	sv := &served{t: t, dir: dir, log: stderr}
	now := func() time.Time { return time.Now().Add(time.Duration(sv.ahead.Load())) }
	a := &app{in: strings.NewReader(""), out: io.Discard, err: stderr, now: now, getenv: environmentOf(dir), space: "main"}
	s, err := a.open(ctx, cancel)
	if err != nil {
		t.Fatal(err)
	}
	sv.session = s
	for name, key := range people {
		sv.do(model.AddPerson{Name: name, Role: model.Role(strings.ToLower(strings.Fields(name)[0])), Keys: []model.AccessKey{accessKey(key.PublicKey())}})
	}
	out := &guarded{}
	a.out = out
	done := make(chan error, 1)
	serving, err := a.serveSettings("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { done <- a.serveHouse(ctx, s, serving) }()
	out.awaits(t, "host key")
	key, made, err := hostKey(dir)
	if err != nil || made {
		t.Fatal(made, err)
	}
	sv.host = key.PublicKey()
	sv.address = wordAfter(out.String(), " at ")
	sv.figures = wordAfter(out.String(), "http://")
	sv.end = sync.OnceValue(func() error {
		cancel(nil)
		return errors.Join(<-done, s.close())
	})
	t.Cleanup(func() {
		if err := sv.end(); err != nil {
			t.Error(err)
		}
	})
	return sv
}

// wordAfter is the word after a text.
func wordAfter(said, text string) string {
	_, rest, _ := strings.Cut(said, text)
	word, _, _ := strings.Cut(rest, "\n")
	word, _, _ = strings.Cut(word, "/metrics")
	return strings.TrimSpace(word)
}

func environmentOf(dir string) func(string) string {
	return func(name string) string {
		return map[string]string{"TOCSIN_DATA": dir, "TOCSIN_USER": "Ana Ruiz", "TERM": "xterm-256color"}[name]
	}
}

func (sv *served) do(command model.Command) {
	sv.t.Helper()
	if _, err := sv.session.space.Do(sv.t.Context(), sv.session.actor, command); err != nil {
		sv.t.Fatal(err)
	}
}

func (sv *served) config(user string, key ssh.Signer) *ssh.ClientConfig {
	config := &ssh.ClientConfig{User: user, HostKeyCallback: ssh.FixedHostKey(sv.host), Timeout: 20 * time.Second}
	if key != nil {
		config.Auth = []ssh.AuthMethod{ssh.PublicKeys(key)}
	}
	return config
}

// logIn logs in, or says why that is refused.
func (sv *served) logIn(user string, key ssh.Signer) (client *ssh.Client, said string, err error) {
	config := sv.config(user, key)
	config.BannerCallback = func(message string) error {
		said += message
		return nil
	}
	client, err = ssh.Dial("tcp", sv.address, config)
	if err == nil {
		sv.t.Cleanup(func() { client.Close() })
	}
	return client, said, err
}

func (sv *served) enter(key ssh.Signer) *ssh.Client {
	sv.t.Helper()
	client, said, err := sv.logIn("somebody", key)
	if err != nil {
		sv.t.Fatal(err, said)
	}
	return client
}

// gives gives a command line, and returns what came of it.
func (sv *served) gives(client *ssh.Client, line, input string) (out, complaint string, code int) {
	sv.t.Helper()
	session, err := client.NewSession()
	if err != nil {
		sv.t.Fatal(err)
	}
	defer session.Close()
	var stdout, stderr bytes.Buffer
	session.Stdin, session.Stdout, session.Stderr = strings.NewReader(input), &stdout, &stderr
	err = session.Run(line)
	var exit *ssh.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitStatus()
	case err != nil:
		sv.t.Fatal(err)
	}
	return stdout.String(), stderr.String(), code
}

func TestServedVerbs(t *testing.T) {
	owner, lead, reporter, auditor, wall := newKey(t), newKey(t), newKey(t), newKey(t), newKey(t)
	sv := serveRecord(t, map[string]ssh.Signer{"Owner Ola": owner, "Lead Kim": lead, "Reporter Ron": reporter, "Auditor Ada": auditor, "Wall East": wall})
	file := "/etc/hostname"
	for _, test := range []struct {
		who         ssh.Signer
		line, input string
		code        int
		out         string // part of the output, or of the complaint where the code is not 0
	}{
		{lead, "queue", "", 0, "Mailbox forwards outside"},
		{lead, "queue --json", "", 0, `"id": "INC-20`},
		{lead, "note 1 'it''s on'", "", 0, "Note: its on"},
		{lead, `note 1 -`, "read from the pipe", 0, "Note: read from the pipe"},
		{lead, "evidence add 1 - --title 'Mail log'", "some bytes", 0, "Evidence E-1: Mail log (other, 10 B)"},
		{lead, "evidence add 1 " + file, "", 1, "names a file of the server's, which is not given over SSH; accepted: -"},
		{lead, "deadlines --ics -", "", 0, "BEGIN:VCALENDAR"},
		{lead, "deadlines --ics /tmp/x.ics", "", 1, "not given over SSH"},
		{lead, "import " + file, "", 1, "not given over SSH"},
		{lead, "backup --to /tmp/backup", "", 1, "tocsin backup is not given over SSH"},
		{lead, "export --all --to /tmp/x", "", 1, "tocsin export is not given over SSH"},
		{lead, "audit verify --checkpoint " + file, "", 1, "not given over SSH"},
		{lead, "audit verify", "", 0, "WHOLE"},
		{lead, "audit prove 1 --to /tmp/x", "", 1, "not given over SSH"},
		{lead, "--as 'Ana Ruiz' queue", "", 1, "the log-in says who acts"},
		{lead, "--data /tmp queue", "", 1, "the log-in says who acts"},
		{lead, "serve", "", 1, "it is what serves you"},
		{lead, "demo", "", 1, "not given over SSH"},
		{lead, "vault", "", 1, "not given over SSH"},
		{lead, "__complete show ''", "", 2, "for a command line of its own"},
		{lead, "nonsense", "", 2, `"nonsense" is not a verb`},
		{lead, "rm -rf /", "", 2, `"rm" is not a verb`},
		{lead, "show 99", "", 1, "there is no incident"},
		{lead, "show --help", "", 0, "Usage:"},
		{lead, "sessions list", "", 0, "Lead Kim"},
		{lead, "'unclosed", "", 2, "a quote is not closed"},
		{reporter, "report --title 'A strange mail'", "", 0, "INC-20"},
		{reporter, "queue", "", 1, "may not see this (incidents) as reporter"},
		{reporter, "", "", 1, "the report: is empty"},
		{reporter, "note 1 x", "", 1, "may not see this"},
		{reporter, "audit log", "", 1, "may not see this"},
		{reporter, "policy diff gdpr hipaa", "", 0, "gdpr@"},
		{reporter, "policy diff ./x.toml gdpr", "", 1, "not given over SSH"},
		{auditor, "show 1", "", 0, "Mailbox forwards outside"},
		{auditor, "note 1 x", "", 1, "auditor"},
		{auditor, "audit log", "", 0, "Lead Kim"},
		{auditor, "import -", "id,title,opened\nnonsense", 1, "may not do this (import-open)"},
		{auditor, "sessions revoke --all --reason x", "", 1, "auditor"},
		{auditor, "retention sweep", "", 0, "Nothing is due to be purged"},
		{lead, "affected import " + file, "", 1, "not given over SSH"},
		{lead, "affected import -", customersOfThree, 0, "Imported 3 customers from standard input: 3 new, 0 replaced."},
		{lead, "affected import -", customersOfThree + "C-4,gold,d@d.example\n", 1, "1 of 4 rows are wrong: nothing was imported"},
		{lead, "affected add 1 --ids " + file, "", 1, "not given over SSH"},
		{lead, "affected add 1 --ids - --direct", "C-1\nC-2\n", 0, "2 affected customers added"},
		{lead, "affected show 1 --group A1", "", 0, "a@a.example"},
		{lead, "affected customers", "", 0, "c@c.example"},
		{lead, "affected forget C-2 --reason x", "", 1, "may not do this (forget-customer)"},
		{owner, "affected forget C-2 --reason 'they asked'", "", 0, "Customer C-2 forgotten"},
		{lead, "affected show 1 --group A2", "", 0, "[forgotten]"},
		{reporter, "affected customers", "", 1, "may not see this (customers)"},
		{reporter, "affected import -", customersOfThree, 1, "may not"},
		{auditor, "affected import -", customersOfThree, 1, "may not do this (customers-open)"},
		{auditor, "affected add 1 --all", "", 1, "may not do this (affected-open)"},
		{auditor, "affected forget C-1 --reason x", "", 1, "may not do this (forget-customer)"},
		{lead, "note 1 after", "", 0, "Note: after"},
		{wall, "queue", "", 1, "may not see this"},
	} {
		client := sv.enter(test.who)
		out, complaint, code := sv.gives(client, test.line, test.input)
		text := out
		if test.code != 0 {
			text = complaint
		}
		if code != test.code || !strings.Contains(text, test.out) {
			t.Errorf("%q: exit code %d, %q, %q, want %d and %q", test.line, code, out, complaint, test.code, test.out)
		}
		client.Close()
	}
	if strings.Contains(sv.log.String(), "Kim") || strings.Contains(sv.log.String(), "127.0.0.1 ") {
		t.Errorf("the log names people or where they come from:\n%s", sv.log)
	}
}
