//go:build linux || darwin || freebsd || dragonfly

package disk

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Free is how many bytes this process can still write below a directory.
func Free(dir string) (uint64, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return 0, err
	}
	return uint64(max(0, int64(stat.Bavail))) * uint64(stat.Bsize), nil
}

// Same reports whether two directories lie in one file system.
func Same(a, b string) (bool, error) {
	var one, other unix.Stat_t
	if err := errors.Join(unix.Stat(a, &one), unix.Stat(b, &other)); err != nil {
		return false, err
	}
	return one.Dev == other.Dev, nil
}
