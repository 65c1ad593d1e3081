package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/crypto/ssh"

	"tocsin/store/disk"
)

// hostKeyFile, in the data directory, holds the key by which the server is
// known to those who log in.
const hostKeyFile = "ssh_host_ed25519_key"

// hostKey reads the server's key, and makes it where there is none. made says
// that it is new. A key that others can read is refused.
func hostKey(dir string) (key ssh.Signer, made bool, err error) {
	path := filepath.Join(dir, hostKeyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = makeHostKey(path)
		return key, err == nil, err
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the host key: %w", err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 { // which has lists instead
		return nil, false, errors.Join(err, fmt.Errorf("others can read the host key %s: chmod 600 it, or remove it for a new one", path))
	}
	if key, err = ssh.ParsePrivateKey(text); err != nil {
		return nil, false, fmt.Errorf("read the host key %s: %w", path, err)
	}
	return key, false, nil
}

// makeHostKey makes a key for the server, for good before it is used: those who
// log in remember it.
func makeHostKey(path string) (ssh.Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the host key: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(key, "tocsin")
	if err != nil {
		return nil, fmt.Errorf("make the host key: %w", err)
	}
	var steps disk.Steps
	if err := steps.Write(path+disk.Unfinished, pem.EncodeToMemory(block)); err != nil {
		return nil, fmt.Errorf("keep the host key: %w", err)
	}
	if err := steps.Place(path+disk.Unfinished, path); err != nil {
		return nil, fmt.Errorf("keep the host key: %w", err)
	}
	return ssh.NewSignerFromKey(key)
}
