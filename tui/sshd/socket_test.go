package sshd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// visitSocket runs one command by the socket of a directory.
func visitSocket(t *testing.T, dir, command string, environment map[string]string) (string, error) {
	t.Helper()
	conn, err := DialSocket(t.Context(), dir)
	if err != nil {
		return "", err
	}
	line, channels, requests, err := ssh.NewClientConn(conn, "", &ssh.ClientConfig{User: "me", HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		conn.Close()
		return "", err
	}
	client := ssh.NewClient(line, channels, requests)
	defer client.Close()
	session := newSessionOf(t, client)
	for name, value := range environment {
		if err := session.Setenv(name, value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	out, err := session.CombinedOutput(command)
	return string(out), err
}

func tellWhere(_ context.Context, visit *Visit) int {
	fmt.Fprintf(visit.Out, "%s %s %s %s %q", visit.Name, visit.Entrance, visit.Method, visit.Directory, visit.Getenv("TOCSIN_DATA"))
	return 7
}

func TestSocket(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("a-long-name/", 12))
	runtime := t.TempDir()
	for name, dir := range map[string]string{"short": shortDir(t), "long": long} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("XDG_RUNTIME_DIR", runtime)
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if _, err := DialSocket(t.Context(), dir); !errors.Is(err, ErrNobody) {
				t.Errorf("nobody listens: %v", err)
			}
			listener, err := ListenSocket(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range socketFiles(t, dir) {
				if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %v, %v", path, info.Mode(), err)
				}
			}
			h := openAt(t, listener, tellWhere, Limits{})
			for range 2 {
				out, err := visitSocket(t, dir, "queue", map[string]string{"TOCSIN_DIRECTORY": "/some/./where", "TOCSIN_DATA": "/a b"})
				if exitCode(err) != 7 || out != `local socket socket /some/where "/a b"` {
					t.Errorf("got %q, %v", out, err)
				}
			}
			if _, err := ListenSocket(t.Context(), dir); err == nil || errors.Is(err, ErrNobody) {
				t.Errorf("two listen: %v", err)
			}
			h.stop()
			await(t, h.stopped, "the end")
			if left := socketFiles(t, dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if left, _ := os.ReadDir(runtime); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// shortDir is a directory whose socket has a short path, whatever the test's
// name.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "t")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func socketFiles(t *testing.T, dir string) (paths []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		paths = append(paths, filepath.Join(dir, entry.Name()))
	}
	return paths
}

// TestSocketLeftBehind is about a process that was killed.
func TestSocketLeftBehind(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("a-long-name/", 12))
	if err := os.MkdirAll(long, 0o700); err != nil {
		t.Fatal(err)
	}
	runtime := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", runtime)
	for _, dir := range []string{shortDir(t), long} {
		killed, err := ListenSocket(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		unix := killed.(*socket).Listener.(*net.UnixListener)
		unix.SetUnlinkOnClose(false)
		unix.Close()
		if _, err := DialSocket(t.Context(), dir); !errors.Is(err, ErrNobody) {
			t.Errorf("nobody listens: %v", err)
		}
		next, err := ListenSocket(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := DialSocket(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
		next.Close()
		if left := socketFiles(t, dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	if left, _ := os.ReadDir(runtime); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestPointerToElsewhere holds that what a file says is not simply believed.
func TestPointerToElsewhere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("a-long-name/", 12))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	precious := filepath.Join(t.TempDir(), "tocsin-x", "precious")
	if err := os.MkdirAll(filepath.Dir(precious), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(precious, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, pointerName), []byte(precious), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := DialSocket(t.Context(), dir); !errors.Is(err, ErrNobody) {
		t.Errorf("nobody listens: %v", err)
	}
	listener, err := ListenSocket(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}

func TestPeer(t *testing.T) {
	dir := shortDir(t)
	listener, err := ListenSocket(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan struct{}, 1)
	server := New(Options{
		HostKeys: []ssh.Signer{newKey(t)}, Door: newKeeper(), Handle: tellWhere,
		Peer: func(conn net.Conn) error {
			if err := CheckPeer(conn); err != nil {
				t.Errorf("this user: %v", err)
			}
			asked <- struct{}{}
			return ErrForeignPeer
		},
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- server.Serve(ctx, listener) }()
	if _, err := visitSocket(t, dir, "queue", nil); err == nil {
		t.Error("somebody else was let in")
	}
	await(t, asked, "the question")
	stop()
	if err := await(t, ended, "the end"); err != nil {
		t.Error(err)
	}
	if f := server.Figures(); f.TurnedAway != 1 || f.Entered != 0 {
		t.Errorf("figures are %+v", f)
	}
	pipe, other := net.Pipe()
	defer pipe.Close()
	defer other.Close()
	if err := CheckPeer(pipe); err == nil {
		t.Error("what is no socket was let in")
	}
}
