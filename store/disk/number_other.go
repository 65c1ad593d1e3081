//go:build !unix

package disk

import (
	"errors"
	"io/fs"
)

// Number tells a file from its copies. It is not known here.
func Number(fs.FileInfo) uint64 { return 0 }

// Links is how many names lead to a file. It is not known here.
func Links(fs.FileInfo) uint64 { return 0 }

// ErrReadOnly is what writing to a file system that can only be read fails
// with. It is not known here.
var ErrReadOnly = errors.New("the file system can only be read")
