package sshd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	socketName  = "tocsin.sock"
	pointerName = "tocsin.sock-path"
	// longestPath is what every system takes as the path of a socket: 104 bytes
	// with the zero at its end (108 on Linux).
	longestPath = 103
	shortPrefix = "tocsin-"
)

// ErrNobody is about a data directory whose socket nobody listens at.
var ErrNobody = errors.New("nobody listens at the socket of this directory")

// ErrForeignPeer is about somebody at a socket who is neither the user this
// process runs as nor root.
var ErrForeignPeer = errors.New("the other end belongs to somebody else")

// ListenSocket opens the socket of a data directory, DIR/tocsin.sock, for this
// user alone. A socket that was left behind is replaced, so only whoever holds
// the directory may call it.
//
// Systems bound the path of a socket to about a hundred bytes. Where that of
// the directory is longer the socket lies in a new directory of mode 0700 in
// XDG_RUNTIME_DIR, or else in the directory for temporary files, and the file
// DIR/tocsin.sock-path says where. Closing the listener removes what it made.
func ListenSocket(ctx context.Context, dir string) (net.Listener, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open the socket: %w", err)
	}
	if err = clearSocket(ctx, dir); err != nil {
		return nil, fmt.Errorf("open the socket: %w", err)
	}
	path := filepath.Join(dir, socketName)
	var made []string
	if len(path) > longestPath {
		if path, err = shortPath(dir); err != nil {
			return nil, fmt.Errorf("open the socket: %w", err)
		}
		made = []string{filepath.Dir(path), filepath.Join(dir, pointerName)}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	s := &socket{Listener: listener, made: made}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("open the socket: %w", err)
	}
	return s, nil
}

// clearSocket removes what a process left behind that ended at once.
func clearSocket(ctx context.Context, dir string) error {
	conn, err := DialSocket(ctx, dir)
	if err == nil {
		conn.Close()
		return errors.New("somebody listens there already")
	}
	if path, err := pointed(dir); err == nil && strings.HasPrefix(filepath.Base(filepath.Dir(path)), shortPrefix) {
		_ = os.Remove(path)
		_ = os.Remove(filepath.Dir(path)) // where nothing else is in it
	}
	for _, name := range []string{socketName, pointerName} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove what was left behind: %w", err)
		}
	}
	return nil
}

// shortPath makes a place for a socket, and the file that says where it is.
func shortPath(dir string) (string, error) {
	var place string
	err := errors.New("there is no directory for it")
	for _, base := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp"} {
		if base == "" || !filepath.IsAbs(base) || len(base)+len(shortPrefix)+10+len("/"+socketName) > longestPath {
			continue
		}
		if place, err = os.MkdirTemp(base, shortPrefix); err == nil { // of mode 0700
			break
		}
	}
	if err != nil {
		return "", fmt.Errorf("find a shorter path: %w", err)
	}
	path := filepath.Join(place, socketName)
	if err := os.WriteFile(filepath.Join(dir, pointerName), []byte(path+"\n"), 0o600); err != nil {
		os.Remove(place)
		return "", fmt.Errorf("say where the socket is: %w", err)
	}
	return path, nil
}

// pointed is where the socket of a directory with a long path lies.
func pointed(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, pointerName))
	if err != nil {
		return "", err
	}
	path := strings.TrimSpace(string(text))
	if !filepath.IsAbs(path) || len(path) > longestPath || filepath.Base(path) != socketName {
		return "", fmt.Errorf("read %s: it names no socket", pointerName)
	}
	return path, nil
}

// socket is a listener that clears up after itself.
type socket struct {
	net.Listener
	made []string
}

func (s *socket) Close() error {
	var err error
	if s.Listener != nil {
		err = s.Listener.Close()
	}
	for _, path := range s.made {
		_ = os.Remove(path)
	}
	return err
}

// DialSocket connects to whoever holds a data directory. The error is
// ErrNobody where nobody listens, and ErrForeignPeer where it is not this user
// or root who does.
func DialSocket(ctx context.Context, dir string) (net.Conn, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("reach the socket: %w", err)
	}
	path := filepath.Join(dir, socketName)
	if len(path) > longestPath {
		if path, err = pointed(dir); err != nil {
			return nil, fmt.Errorf("reach the socket: %w: %w", ErrNobody, err)
		}
	}
	dialer := net.Dialer{Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(ctx, "unix", path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED):
		return nil, fmt.Errorf("reach the socket: %w: %w", ErrNobody, err)
	case err != nil:
		return nil, fmt.Errorf("reach the socket: %w", err)
	}
	if err := CheckPeer(conn); err != nil {
		conn.Close()
		return nil, fmt.Errorf("reach the socket: %w", err)
	}
	return conn, nil
}

// CheckPeer lets in whoever this process runs as, and root. The error is
// ErrForeignPeer, or says that the system does not tell who it is: nobody is
// let in then.
func CheckPeer(conn net.Conn) error {
	raw, ok := conn.(syscall.Conn)
	if !ok {
		return errors.New("ask who is at the other end: it is no socket")
	}
	control, err := raw.SyscallConn()
	if err != nil {
		return fmt.Errorf("ask who is at the other end: %w", err)
	}
	var user int
	var failed error
	if err = control.Control(func(fd uintptr) { user, failed = peerUser(int(fd)) }); err != nil {
		return fmt.Errorf("ask who is at the other end: %w", err)
	}
	switch {
	case failed != nil:
		return fmt.Errorf("ask who is at the other end: %w", failed)
	case user != 0 && user != os.Getuid():
		return ErrForeignPeer
	}
	return nil
}
