package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/model"
	"tocsin/store"
)

// heldDirectory makes a record, and has it as a console would until the test
// ends.
func heldDirectory(t *testing.T, dir string) *session {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	a := &app{in: strings.NewReader(""), out: io.Discard, err: io.Discard, now: func() time.Time { return noon }, getenv: environmentOf(dir), space: "main"}
	s, err := a.open(ctx, cancel)
	if err != nil {
		t.Fatal(err)
	}
	done, err := (&reception{house: s.house, space: "main"}).receiveOwn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		done()
		cancel(nil)
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestJoinedVerbsAreAsAlone gives the same command lines to a record that
// nobody has, and to one that another process has, and holds their output,
// complaints and exit codes against each other.
func TestJoinedVerbsAreAsAlone(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	if err := os.WriteFile("mail.log", []byte("a line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("old.csv", []byte("id,title,opened\nT-1,An old one,2025-01-02 10:00\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	alone, joined := t.TempDir(), t.TempDir()
	for _, dir := range []string{alone, joined} {
		if _, complaint, code := commandLine(t, dir, noon, "setup", "--zone", "Europe/Berlin", "--organisation", "Acme"); code != 0 {
			t.Fatal(complaint)
		}
	}
	heldDirectory(t, joined)
	for _, line := range []struct {
		words []string
		input string
	}{
		{words: []string{"report", "--title", "It's odd", "--description", "-"}, input: "from a pipe\nof two lines"},
		{words: []string{"queue"}},
		{words: []string{}},
		{words: []string{"--json"}},
		{words: []string{"queue", "--json", "--mine"}},
		{words: []string{"show", "1"}},
		{words: []string{"show", "9"}},
		{words: []string{"show"}},
		{words: []string{"note", "1", ""}},
		{words: []string{"note", "1", "a b  c 'd' \"e\" $HOME \\ `f`"}},
		{words: []string{"--as", "Ben Ruiz", "note", "1", "by Ben"}},
		{words: []string{"timeline", "1", "--json"}},
		{words: []string{"evidence", "add", "1", "mail.log"}},
		{words: []string{"evidence", "add", "1", "-", "--title", "piped"}, input: strings.Repeat("x", 100_000)},
		{words: []string{"evidence", "verify", "1", "--json"}},
		{words: []string{"import", "old.csv"}},
		{words: []string{"affected", "import", "-"}, input: customersOfThree},
		{words: []string{"affected", "import", "-"}, input: customersOfThree + "C-4,gold,d@d.example\n"},
		{words: []string{"affected", "customers"}},
		{words: []string{"affected", "add", "1", "--ids", "-", "--direct", "--what", "names"}, input: "C-1\nC-3\n"},
		{words: []string{"affected", "add", "1", "--ids", "-"}, input: "C-9\n"},
		{words: []string{"affected", "add", "1", "--all"}},
		{words: []string{"affected", "forget", "C-2", "--reason", "they asked"}},
		{words: []string{"affected", "show", "1"}},
		{words: []string{"affected", "show", "1", "--group", "A1"}},
		{words: []string{"affected", "customers", "--json"}},
		{words: []string{"--space", "other", "queue"}},
		{words: []string{"deadlines", "--ics", "-"}},
		{words: []string{"policy", "diff", "gdpr@9", "hipaa"}},
	} {
		out, complaint, code := gave(t, alone, line.input, line.words...)
		got, gotComplaint, gotCode := gave(t, joined, line.input, line.words...)
		if got != out || gotComplaint != complaint || gotCode != code {
			t.Errorf("%q\njoined: %d %q %q\nalone:  %d %q %q", line.words, gotCode, got, gotComplaint, code, out, complaint)
		}
	}
	for _, dir := range []string{alone, joined} {
		if _, complaint, code := commandLine(t, dir, noon, "evidence", "export", "1", "E-1", "--to", filepath.Base(dir)+".log", "--reason", "x"); code != 0 {
			t.Error(complaint)
		}
		if copied, err := os.ReadFile(filepath.Base(dir) + ".log"); err != nil || string(copied) != "a line\n" {
			t.Errorf("%q %v", copied, err)
		}
	}
}

const customersOfThree = "id,tier,admin_email\nC-1,paid,a@a.example\nC-2,free,b@b.example\nC-3,paid,c@c.example\n"

// gave gives a command line with input.
func gave(t *testing.T, dir, input string, words ...string) (out, complaint string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{in: strings.NewReader(input), out: &stdout, err: &stderr, getenv: environmentOf(dir), now: func() time.Time { return noon }}
	code = run(t.Context(), words, a)
	return stdout.String(), stderr.String(), code
}

// TestJoinedVerbIsInterrupted interrupts a verb that reads, and which another
// process carries out.
func TestJoinedVerbIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	heldDirectory(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	in, typing := io.Pipe()
	defer typing.Close()
	var stderr bytes.Buffer
	a := &app{in: in, out: io.Discard, err: &stderr, now: func() time.Time { return noon }, getenv: environmentOf(dir)}
	code := make(chan int)
	go func() { code <- run(ctx, []string{"report", "--title", "x", "--description", "-"}, a) }()
	if _, err := typing.Write([]byte("some text")); err != nil { // returns when it was read
		t.Fatal(err)
	}
	cancel()
	if got := <-code; got != exitRefused || stderr.String() != "tocsin: interrupted\n" {
		t.Errorf("exit code %d, %q", got, stderr.String())
	}
	if out, _, _ := gave(t, dir, "", "queue", "--json"); out != "[]\n" {
		t.Errorf("it was reported: %s", out)
	}
}

// TestVerbWaitsForAVerb has a directory as a short verb has it, which nobody
// can join.
func TestVerbWaitsForAVerb(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(t.Context(), dir, store.Options{Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	tries := 0
	a := &app{in: strings.NewReader(""), out: io.Discard, err: io.Discard, now: func() time.Time { return noon }, patience: time.Minute}
	a.getenv = func(name string) string {
		if name == "TOCSIN_DATA" {
			if tries++; tries > 5 { // it has found the directory in use, and nobody at the socket
				once.Do(func() {
					if err := st.Close(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
		}
		return environmentOf(dir)(name)
	}
	if code := run(t.Context(), []string{"report", "--title", "x"}, a); code != exitDone {
		t.Errorf("exit code %d", code)
	}
}

// TestSocketLeftBehind finds the socket of a process that was killed.
func TestSocketLeftBehind(t *testing.T) {
	dir := t.TempDir()
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "tocsin.sock"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	if _, complaint, code := gave(t, dir, "", "report", "--title", "alone"); code != exitDone {
		t.Fatal(complaint)
	}
	heldDirectory(t, dir)
	if out, complaint, code := gave(t, dir, "", "queue"); code != exitDone || !strings.Contains(out, "alone") {
		t.Error(out, complaint, code)
	}
}

// TestJoinedSweepLeavesTheRecordOpen gives a verb that rewrites the database's
// files where it is alone, while another process works in the record.
func TestJoinedSweepLeavesTheRecordOpen(t *testing.T) {
	dir := t.TempDir()
	if _, complaint, code := commandLine(t, dir, noon, "setup", "--zone", "Europe/Berlin"); code != 0 {
		t.Fatal(complaint)
	}
	if out, complaint, code := commandLine(t, dir, noon, "retention", "sweep"); code != 0 || strings.Contains(out, "rewritten") {
		t.Errorf("alone: %d %q %q", code, out, complaint)
	}
	s := heldDirectory(t, dir)
	if out, complaint, code := commandLine(t, dir, noon, "retention", "sweep"); code != 0 || !strings.Contains(out, "where no console and no server has the record") {
		t.Errorf("joined: %d %q %q", code, out, complaint)
	}
	if _, err := s.space.Do(t.Context(), s.actor, model.Report{Title: "Still here"}); err != nil {
		t.Errorf("whoever has the record goes on: %v", err)
	}
}
