package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
)

// socketFile, in the data directory, is where whoever has that open can be
// reached.
const socketFile = "tocsin.sock"

// longestAddress is how many bytes the address of a socket may have anywhere.
const longestAddress = 100

// socketAddress is the address of the socket in a directory. Where its path is
// too long for one, Linux reaches it by the open directory; release ends that.
func socketAddress(dir string) (address string, release func(), err error) {
	path := filepath.Join(dir, socketFile)
	if len(path) <= longestAddress {
		return path, func() {}, nil
	}
	if runtime.GOOS != "linux" {
		return "", nil, fmt.Errorf("the path %s is too long for a socket", path)
	}
	folder, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), socketFile), func() { folder.Close() }, nil
}

// listenSocket opens the socket of a directory that this process has: one that
// is there already was left behind by a process that was killed.
func listenSocket(dir string) (listener *net.UnixListener, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("open the socket for others: %w", err)
		}
	}()
	path := filepath.Join(dir, socketFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	address, release, err := socketAddress(dir)
	if err != nil {
		return nil, err
	}
	defer release()
	listener, err = net.ListenUnix("unix", &net.UnixAddr{Name: address, Net: "unix"})
	if err != nil {
		return nil, err
	}
	listener.SetUnlinkOnClose(false) // the address may be gone by then
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close(), os.Remove(path))
	}
	return listener, nil
}

// dialSocket reaches whoever has a directory open. The error matches
// fs.ErrNotExist or syscall.ECONNREFUSED where nobody listens.
func dialSocket(dir string) (net.Conn, error) {
	address, release, err := socketAddress(dir)
	if err != nil {
		return nil, err
	}
	defer release()
	return net.Dial("unix", address)
}
