package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// Take reserves the room of a file for real, so that writing to it later cannot
// fail for want of it.
func Take(file *os.File, size int64) error { return unix.Fallocate(int(file.Fd()), 0, 0, size) }
