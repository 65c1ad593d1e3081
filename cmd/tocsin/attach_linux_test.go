package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// liveConsole is a console of a process of its own, in a terminal.
type liveConsole struct {
	t        *testing.T
	terminal *os.File
	cmd      *exec.Cmd
	shown    []byte
}

// openConsoleProcess starts a console on a directory.
func openConsoleProcess(t *testing.T, dir, who string) *liveConsole {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	terminal, line := openPTY(t)
	cmd := exec.Command(binary, "--data", dir)
	cmd.Args[0] = "tocsin" // testscript finds the program by this name
	cmd.Stdin, cmd.Stdout, cmd.Stderr = line, line, line
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "TOCSIN_USER="+who)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line.Close()
	return &liveConsole{t: t, terminal: terminal, cmd: cmd}
}

// sees reads on until a text has come that was not seen before.
func (c *liveConsole) sees(text string) {
	c.t.Helper()
	c.shown = readUntil(c.t, c.terminal, nil, text)
}

func (c *liveConsole) types(keys string) {
	c.t.Helper()
	if _, err := io.WriteString(c.terminal, keys); err != nil {
		c.t.Fatal(err)
	}
}

// TestTwoConsolesOnOneDirectory opens two consoles on one directory, changes
// the record by a verb, ends the one that has the directory, by a key and by a
// kill, and holds that the other goes on by itself.
func TestTwoConsolesOnOneDirectory(t *testing.T) {
	dir := t.TempDir()
	if out, complaint, code := gave(t, dir, "", "report", "--title", "The first incident"); code != exitDone {
		t.Fatal(out, complaint)
	}
	first := openConsoleProcess(t, dir, "Ana Ruiz")
	first.sees("The first incident")
	second := openConsoleProcess(t, dir, "Ben Ruiz")
	second.sees("The first incident")
	if out, complaint, code := gave(t, dir, "", "report", "--title", "Reported meanwhile"); code != exitDone {
		t.Fatal(out, complaint)
	}
	first.sees("Reported meanwhile")
	second.sees("Reported meanwhile")
	if err := unix.IoctlSetWinsize(int(second.terminal.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	second.sees("Reported meanwhile") // drawn anew at the other size

	first.types("q")
	first.sees("\x1b[?1049l")
	if err := first.cmd.Wait(); err != nil {
		t.Errorf("the first console: %v", err)
	}
	second.sees("The first incident") // as its own console now
	third := openConsoleProcess(t, dir, "Cem Ruiz")
	third.sees("The first incident")
	if err := second.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = second.cmd.Wait()
	third.sees("\x1b[?1049l") // what the killed one left on the screen is taken back
	third.sees("The first incident")
	third.types("q")
	third.sees("\x1b[?1049l")
	if err := third.cmd.Wait(); err != nil {
		t.Errorf("the third console: %v", err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "tocsin.sock")); err == nil {
		t.Error("a socket is left behind")
	}
}

// TestSignalsEndAJoinedConsole ends a console that joined another one.
func TestSignalsEndAJoinedConsole(t *testing.T) {
	dir := t.TempDir()
	heldDirectory(t, dir)
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		c := openConsoleProcess(t, dir, "Ana Ruiz")
		c.sees("first run")
		if err := c.cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		c.sees("\x1b[?1049l")
		if err := c.cmd.Wait(); err != nil {
			t.Errorf("%v: %v", signal, err)
		}
	}
}
