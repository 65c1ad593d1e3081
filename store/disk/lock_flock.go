//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package disk

import (
	"errors"
	"os"
	"syscall"
)

// ErrHeld means that somebody else has the lock.
var ErrHeld = errors.New("held")

// Lock takes a file for this process alone, until it is closed. It does not wait:
// it matches ErrHeld where somebody else has it.
func Lock(file *os.File) error {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrHeld
	}
	return err
}
