package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Exposed is a file or directory that others than its owner have some right to.
type Exposed struct {
	Path string
	Mode fs.FileMode // its permissions
}

// Private are the permissions that it should have.
func (e Exposed) Private() fs.FileMode { return e.Mode & 0o700 }

// Close takes the rights of others away.
func (e Exposed) Close() error { return os.Chmod(e.Path, e.Private()) }

// FindExposed lists what others have a right to among a directory, its files
// and what is below it, the directory first. Symbolic links have no rights of
// their own. Windows keeps its rights elsewhere.
func FindExposed(dir string) (found []Exposed, err error) {
	if runtime.GOOS == "windows" {
		return nil, nil
	}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone meanwhile
		}
		if err != nil || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			found = append(found, Exposed{Path: path, Mode: mode})
		}
		return nil
	})
	return found, err
}
