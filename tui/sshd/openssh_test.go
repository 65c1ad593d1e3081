package sshd

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"tocsin/model"
)

// openSSH prepares OpenSSH's own client for somebody who is known.
func openSSH(t *testing.T, h *house, name string) func(arguments ...string) *exec.Cmd {
	t.Helper()
	program, err := exec.LookPath("ssh")
	if err != nil {
		t.Skip("NOT TESTED: OpenSSH's client is not installed")
	}
	dir := t.TempDir()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(h.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	known := filepath.Join(dir, "known")
	line := "[" + host + "]:" + port + " " + string(ssh.MarshalAuthorizedKey(h.hostKey))
	if err := os.WriteFile(known, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	h.mu.Lock()
	h.people[ssh.FingerprintSHA256(signer.PublicKey())] = Visitor{Name: name, Role: model.Lead}
	h.mu.Unlock()
	return func(arguments ...string) *exec.Cmd {
		all := append([]string{
			"-F", "none", "-p", port, "-i", key, "-l", name, "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none",
			"-o", "UserKnownHostsFile=" + known, "-o", "StrictHostKeyChecking=yes", "-o", "LogLevel=ERROR",
		}, arguments...)
		return exec.CommandContext(t.Context(), program, all...)
	}
}

func TestOpenSSH(t *testing.T) {
	p := newPages()
	h := open(t, func(ctx context.Context, visit *Visit) int {
		if visit.Terminal != nil {
			return p.handle(ctx, visit)
		}
		return echo(ctx, visit)
	}, Limits{})
	command := openSSH(t, h, "ada")

	run := command(h.host(), "note", "'two words'")
	run.Stdin = strings.NewReader("input\n")
	var out, errs bytes.Buffer
	run.Stdout, run.Stderr = &out, &errs
	if err := run.Run(); run.ProcessState.ExitCode() != 2 || out.String() != "ada: note|two words\ninput\n" || errs.String() != "6 bytes\n" {
		t.Errorf("%v: %q, %q", err, out.String(), errs.String())
	}

	console := command("-tt", h.host())
	keys, err := console.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	screen, err := console.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := console.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, p.programs, "the program").Send(textMsg("news"))
	part, got := make([]byte, 4096), ""
	for !strings.Contains(got, "news") {
		n, err := screen.Read(part)
		if got += string(part[:n]); err != nil {
			t.Fatalf("%v after %q", err, got)
		}
	}
	if _, err := keys.Write([]byte("q")); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(screen)
	if err := console.Wait(); err != nil || !strings.Contains(string(rest), "\x1b[?1049l") {
		t.Errorf("%v: %q", err, rest)
	}
	if err := await(t, p.errs, "the end"); err != nil {
		t.Error(err)
	}

	forward := command("-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:9", h.host())
	if out, err := forward.CombinedOutput(); err == nil {
		t.Errorf("ports are forwarded: %s", out)
	}
	if out, err := command("-s", h.host(), "sftp").CombinedOutput(); err == nil {
		t.Errorf("there are subsystems: %s", out)
	}
}

// TestOpenSSHMultiplexed opens and closes sessions on one connection, as
// OpenSSH does for whoever has ControlMaster.
func TestOpenSSHMultiplexed(t *testing.T) {
	h := open(t, echo, Limits{})
	command := openSSH(t, h, "ada")
	control := filepath.Join(shortDir(t), "c")
	master := command("-M", "-N", "-S", control, h.host())
	if err := master.Start(); err != nil {
		t.Fatal(err)
	}
	defer master.Wait()
	eventually(t, "the connection stands", func() bool { _, err := os.Stat(control); return err == nil })
	for range 3 {
		if out, err := command("-S", control, h.host(), "queue").CombinedOutput(); exitStatus(err) != 1 || string(out) != "ada: queue\n0 bytes\n" {
			t.Errorf("%v: %q", err, out)
		}
	}
	if f := h.server.Figures(); f.Entered != 1 {
		t.Errorf("%d log-ins", f.Entered)
	}
	if out, err := command("-S", control, "-O", "exit", h.host()).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func exitStatus(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

func (h *house) host() string {
	host, _, _ := net.SplitHostPort(h.listener.Addr().String())
	return host
}
