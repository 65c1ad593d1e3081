package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"tocsin/model"
)

// screenOver is a console over SSH.
type screenOver struct {
	*ssh.Session
	keys  io.Writer
	shown *guarded
}

func (sv *served) console(client *ssh.Client, line string) *screenOver {
	sv.t.Helper()
	session, err := client.NewSession()
	if err != nil {
		sv.t.Fatal(err)
	}
	c := &screenOver{Session: session, shown: &guarded{}}
	session.Stdout = c.shown
	if c.keys, err = session.StdinPipe(); err != nil {
		sv.t.Fatal(err)
	}
	if err := session.RequestPty("xterm-256color", 30, 110, nil); err != nil {
		sv.t.Fatal(err)
	}
	if line == "" {
		err = session.Shell()
	} else {
		err = session.Start(line)
	}
	if err != nil {
		sv.t.Fatal(err)
	}
	return c
}

func (c *screenOver) types(t *testing.T, keys string) {
	t.Helper()
	if _, err := io.WriteString(c.keys, keys); err != nil {
		t.Fatal(err)
	}
}

// TestServedConsoles has two people's consoles and a verb at the same time:
// each sees what the others change. One is sent away, and told.
func TestServedConsoles(t *testing.T) {
	lead, responder, owner := newKey(t), newKey(t), newKey(t)
	sv := serveRecord(t, map[string]ssh.Signer{"Lead Kim": lead, "Responder Ron": responder, "Owner Olga": owner})
	one := sv.console(sv.enter(lead), "")
	one.shown.awaits(t, "Mailbox forwards outside")
	one.shown.awaits(t, "lead")
	two := sv.console(sv.enter(responder), "")
	two.shown.awaits(t, "Mailbox forwards outside")
	boss := sv.enter(owner)
	if out, complaint, code := sv.gives(boss, "report --title 'Reported by a verb'", ""); code != exitDone {
		t.Fatal(out, complaint)
	}
	one.shown.awaits(t, "Reported by a verb")
	two.shown.awaits(t, "Reported by a verb")
	out, complaint, code := sv.gives(boss, "sessions list --json", "")
	for _, text := range []string{`"person": "Lead Kim"`, `"person": "Responder Ron"`, `"doing": "console"`, `"from": "127.0.0.1"`} {
		if !strings.Contains(out, text) {
			t.Errorf("the list of sessions lacks %s:\n%s %s %d", text, out, complaint, code)
		}
	}
	// Whoever is on the machine sees the same list through the socket.
	if out, complaint, code := gave(t, sv.dir, "", "sessions", "list"); code != exitDone || !strings.Contains(out, "Lead Kim") || !strings.Contains(out, "(this machine)") {
		t.Errorf("%d %s %s", code, out, complaint)
	}
	if out, complaint, code := sv.gives(boss, "sessions revoke 'Responder Ron' --reason 'lost the laptop'", ""); code != exitDone {
		t.Fatal(out, complaint)
	}
	if err := two.Wait(); err == nil {
		t.Error("the session of whoever was sent away ended as if nothing were")
	}
	two.shown.awaits(t, "An owner ended your session: log in again.")
	one.types(t, "q")
	if err := one.Wait(); err != nil {
		t.Errorf("the console that was left: %v", err)
	}
}

// TestServedConsolesAreToldOfTheEnd ends the server while a console is open.
func TestServedConsolesAreToldOfTheEnd(t *testing.T) {
	lead := newKey(t)
	sv := serveRecord(t, map[string]ssh.Signer{"Lead Kim": lead})
	c := sv.console(sv.enter(lead), "")
	c.shown.awaits(t, "Mailbox forwards outside")
	if err := sv.end(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	c.shown.awaits(t, "\x1b[?1049l")
	c.shown.awaits(t, "The server is shutting down")
	if out, complaint, code := gave(t, sv.dir, "", "audit", "log"); code != exitDone || !strings.Contains(out, "shutting down") {
		t.Errorf("the log does not say why they went: %s %s", out, complaint)
	}
}

// TestServedWall shows the wall to whoever may see nothing else, as the console
// and by name, and to those who see the rest, too.
func TestServedWall(t *testing.T) {
	wall, lead := newKey(t), newKey(t)
	sv := serveRecord(t, map[string]ssh.Signer{"Wall East": wall, "Lead Kim": lead})
	for _, line := range []string{"", "wall", "wall --tlp GREEN"} {
		for _, key := range []ssh.Signer{wall, lead} {
			if line == "" && key == lead {
				continue
			}
			client := sv.enter(key)
			c := sv.console(client, line)
			c.shown.awaits(t, "Open incidents")
			c.types(t, "q")
			if err := c.Wait(); err != nil {
				t.Errorf("%q: %v %q", line, err, c.shown)
			}
			client.Close()
		}
	}
}

// TestServedWallShowsNoMoreThanItMay asks for more than the settings show.
func TestServedWallShowsNoMoreThanItMay(t *testing.T) {
	wall, lead := newKey(t), newKey(t)
	sv := serveRecord(t, map[string]ssh.Signer{"Wall East": wall, "Lead Kim": lead})
	c := sv.console(sv.enter(wall), "wall --tlp RED")
	c.shown.awaits(t, "Wall East may not see more than TLP:AMBER as wall")
	if err := c.Wait(); err == nil {
		t.Error("the wall ended as if nothing were")
	}
	c = sv.console(sv.enter(lead), "wall --tlp RED")
	c.shown.awaits(t, "Open incidents")
	c.types(t, "q")
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}

// TestServedWallStays leaves a wall and a console alone for longer than people
// may be silent: the console ends, and the wall does not.
func TestServedWallStays(t *testing.T) {
	wall, lead := newKey(t), newKey(t)
	sv := serveRecord(t, map[string]ssh.Signer{"Wall East": wall, "Lead Kim": lead})
	hung := sv.console(sv.enter(wall), "")
	hung.shown.awaits(t, "Open incidents")
	left := sv.console(sv.enter(lead), "")
	left.shown.awaits(t, "Mailbox forwards outside")
	sv.ahead.Store(int64(13 * time.Hour))
	left.shown.awaits(t, "Your session expired")
	_ = left.Wait()
	hung.types(t, "q")
	if err := hung.Wait(); err != nil {
		t.Errorf("the wall went dark: %v %q", err, hung.shown)
	}
}

// TestServedConsoleIsNoneOfTheServersVerbs gives no words to a process that was
// started with some.
func TestServedConsoleIsNoneOfTheServersVerbs(t *testing.T) {
	started := os.Args
	t.Cleanup(func() { os.Args = started })
	os.Args = []string{"tocsin", "serve", "--listen", "127.0.0.1:0"}
	lead := newKey(t)
	sv := serveRecord(t, map[string]ssh.Signer{"Lead Kim": lead})
	client := sv.enter(lead)
	if out, complaint, code := sv.gives(client, "", ""); code != exitDone || !strings.Contains(out, "Mailbox forwards outside") {
		t.Errorf("%d %s %s", code, out, complaint)
	}
	c := sv.console(client, "")
	c.shown.awaits(t, "Mailbox forwards outside")
	c.types(t, "q")
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}

// TestServedPlain works line by line over SSH.
func TestServedPlain(t *testing.T) {
	lead := newKey(t)
	sv := serveRecord(t, map[string]ssh.Signer{"Lead Kim": lead})
	client := sv.enter(lead)
	out, complaint, code := sv.gives(client, "plain", "queue\nq\n")
	if code != exitDone || !strings.Contains(out, "Mailbox forwards outside") || strings.Contains(out, "\x1b") {
		t.Errorf("%d %q %q", code, out, complaint)
	}
	c := sv.console(client, "plain")
	c.shown.awaits(t, "> ")
	c.types(t, "q\r")
	if err := c.Wait(); err != nil {
		t.Errorf("on a terminal: %v %q", err, c.shown)
	}
}

// TestServedToOpenSSH logs in with OpenSSH's own client.
func TestServedToOpenSSH(t *testing.T) {
	client, err := exec.LookPath("ssh")
	if err != nil {
		t.Skipf("SKIPPED, no OpenSSH here, so that its own client is not tried: %v", err)
	}
	folder := t.TempDir()
	key := filepath.Join(folder, "key")
	if text, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "kim", "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, text)
	}
	sv := serveRecord(t, map[string]ssh.Signer{"Auditor Ada": newKey(t)})
	// The key is registered as people do it, through the socket.
	if _, complaint, code := gave(t, sv.dir, "", "people", "add", "Lead Kim", "--role", "lead", "--key", key+".pub"); code != exitDone {
		t.Fatal(complaint)
	}
	host, port, err := net.SplitHostPort(sv.address)
	if err != nil {
		t.Fatal(err)
	}
	known := filepath.Join(folder, "known")
	if err := os.WriteFile(known, []byte("["+host+"]:"+port+" "+string(ssh.MarshalAuthorizedKey(sv.host))), 0o600); err != nil {
		t.Fatal(err)
	}
	gives := func(input string, words ...string) (string, string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		args := append([]string{"-F", "none", "-i", key, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "UserKnownHostsFile=" + known, "-p", port, host}, words...)
		cmd := exec.CommandContext(ctx, client, args...)
		var stdout, stderr bytes.Buffer
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &stdout, &stderr
		err := cmd.Run()
		return stdout.String(), stderr.String(), err
	}
	if out, complaint, err := gives("", "queue", "--json"); err != nil || !strings.Contains(out, "Mailbox forwards outside") {
		t.Errorf("%v %s %s", err, out, complaint)
	}
	if out, complaint, err := gives("a log", "evidence", "add", "1", "-", "--title", "'Mail log'"); err != nil || !strings.Contains(out, "Mail log") {
		t.Errorf("%v %s %s", err, out, complaint)
	}
	var exit *exec.ExitError
	_, complaint, err := gives("", "show", "99")
	if exit, _ = err.(*exec.ExitError); exit == nil || exit.ExitCode() != exitRefused || !strings.Contains(complaint, "there is no incident") {
		t.Errorf("%v %s", err, complaint)
	}
	if out, complaint, err := gives("", ""); err != nil || !strings.Contains(out, "Mailbox forwards outside") {
		t.Errorf("without a terminal it prints the queue: %v %s %s", err, out, complaint)
	}
}

// TestServesNobody refuses to serve a record that nobody could log in to.
func TestServesNobody(t *testing.T) {
	dir := t.TempDir()
	if _, complaint, code := gave(t, dir, "", "serve", "--listen", "127.0.0.1:0"); code != exitRefused || !strings.Contains(complaint, "not set up") {
		t.Errorf("%d %s", code, complaint)
	}
	gave(t, dir, "", "report", "--title", "x")
	if _, complaint, code := gave(t, dir, "", "serve", "--listen", "127.0.0.1:0"); code != exitRefused || !strings.Contains(complaint, "tocsin people add") {
		t.Errorf("%d %s", code, complaint)
	}
	if _, complaint, code := gave(t, dir, "", "serve", "--listen", "here"); code != exitRefused || !strings.Contains(complaint, "such as 127.0.0.1:2222") {
		t.Errorf("%d %s", code, complaint)
	}
}

// TestHostKey holds that the server's key is made once, for its owner alone.
func TestHostKey(t *testing.T) {
	dir := t.TempDir()
	key, made, err := hostKey(dir)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	again, made, err := hostKey(dir)
	if err != nil || made || ssh.FingerprintSHA256(again.PublicKey()) != ssh.FingerprintSHA256(key.PublicKey()) {
		t.Errorf("it is another one the second time: %v %v", made, err)
	}
	path := filepath.Join(dir, hostKeyFile)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := hostKey(dir); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others can read: %v", err)
	}
	if err := os.WriteFile(path, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := hostKey(dir); err == nil {
		t.Error("nonsense is taken for a key")
	}
}

// TestFigures asks for figures and health, and holds that they name nobody.
func TestFigures(t *testing.T) {
	lead := newKey(t)
	sv := serveRecord(t, map[string]ssh.Signer{"Lead Kim": lead}, `metrics = "127.0.0.1:0"`)
	c := sv.console(sv.enter(lead), "")
	c.shown.awaits(t, "Mailbox forwards outside")
	sv.do(model.Report{Title: "Another"})
	address := sv.figures
	for path, texts := range map[string][]string{
		"/healthz": {"ok"},
		"/metrics": {"tocsin_sessions 1", "tocsin_incidents_open 2", `tocsin_connections_total{outcome="entered"} 1`, "tocsin_writable 1", "go_goroutines"},
	} {
		response, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("%s: %v %v", path, response.Status, err)
		}
		for _, want := range texts {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s lacks %q:\n%s", path, want, text)
			}
		}
		if strings.Contains(string(text), "Kim") {
			t.Errorf("%s names somebody", path)
		}
	}
}
