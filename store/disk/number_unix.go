//go:build unix

package disk

import (
	"io/fs"
	"syscall"
)

// Number tells a file from its copies: it stays when the file is renamed, and a
// copy has another. It is 0 where the file system has no such thing.
func Number(info fs.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Ino)
	}
	return 0
}

// Links is how many names lead to a file, 0 where that is not known.
func Links(info fs.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Nlink)
	}
	return 0
}

// ErrReadOnly is what writing to a file system that can only be read fails with.
const ErrReadOnly = syscall.EROFS
