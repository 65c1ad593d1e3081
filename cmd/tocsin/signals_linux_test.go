package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestSignalsEndTheConsole holds that a console in a real terminal ends on
// each signal, with the terminal as it was and the record closed: the next
// start is not told that somebody has it.
func TestSignalsEndTheConsole(t *testing.T) {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for round := range 4 {
		for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
			t.Run(fmt.Sprint(signal, round), func(t *testing.T) {
				terminal, line := openPTY(t)
				cmd := exec.Command(binary, "--data", dir)
				cmd.Args[0] = "tocsin" // testscript finds the program by this name
				cmd.Stdin, cmd.Stdout, cmd.Stderr = line, line, line
				cmd.Env = append(os.Environ(), "TERM=xterm-256color", "TOCSIN_USER=Ana Ruiz")
				cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				line.Close()
				shown := readUntil(t, terminal, nil, "first run")
				if err := cmd.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
				shown = readUntil(t, terminal, shown, "\x1b[?1049l") // the screen that was there before
				if err := cmd.Wait(); err != nil {
					rest, _ := io.ReadAll(terminal) // what it said on leaving; a closed line ends in an error
					t.Errorf("ended by %v: %v\n%s%s", signal, err, shown[bytes.LastIndex(shown, []byte("\x1b[?1049l")):], rest)
				}
			})
		}
	}
}

// openPTY makes a terminal of 100×30: its far end, and the line a program is
// given.
func openPTY(t *testing.T) (terminal, line *os.File) {
	t.Helper()
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("SKIPPED, no pseudo-terminal here, so signals to a real console are not tried: %v", err)
	}
	t.Cleanup(func() { terminal.Close() })
	if err := unix.IoctlSetPointerInt(int(terminal.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	line, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(terminal.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 30, Col: 100}); err != nil {
		t.Fatal(err)
	}
	return terminal, line
}

// readUntil reads what the program draws until a text has come; the test's
// own time limit ends a wait in vain.
func readUntil(t *testing.T, terminal *os.File, seen []byte, text string) []byte {
	t.Helper()
	buffer := make([]byte, 4096)
	for !bytes.Contains(seen, []byte(text)) {
		n, err := terminal.Read(buffer)
		if err != nil {
			t.Fatalf("the terminal closed before %q came: %v\n%q", text, err, seen)
		}
		seen = append(seen, buffer[:n]...)
	}
	return seen
}
