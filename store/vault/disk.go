package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"

	filesystem "tocsin/store/disk"
)

// ErrExposed means that others than the owner may read or change a file or
// directory that holds keys. Its text says how to mend that.
var ErrExposed = errors.New("others can read the keys")

// disk is where the vault's files lie.
type disk struct {
	before filesystem.Steps // the hook for faults
}

// directory makes a directory for its owner alone, or checks that it is one.
func (d disk) directory(path string) error {
	err := d.before.MakeFolder(path)
	if errors.Is(err, fs.ErrExist) {
		return private(path)
	}
	return err
}

// read returns a private file's content; more than most bytes are an error. A
// file that is not there matches fs.ErrNotExist.
func (d disk) read(path string, most int64) ([]byte, error) {
	if err := private(path); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s: %w: larger than such a file can be", path, ErrDamaged)
	}
	return data, nil
}

// supersede is Replace for content that is to be gone: the old bytes are
// overwritten where they lie once the new ones are in place, as far as that can
// be done; backups keep theirs. After a stop between the two steps they lie in
// free space as they were.
func (d disk) supersede(path string, data []byte) error {
	old, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return d.before.Replace(path, data)
	}
	if err != nil {
		return err
	}
	return errors.Join(d.over(old, path, data), old.Close())
}

func (d disk) over(old *os.File, path string, data []byte) error {
	if err := d.before.Replace(path, data); err != nil {
		return err
	}
	return d.before.Overwrite(old)
}

// private refuses what others than its owner have any right to. Windows keeps
// its rights elsewhere.
func private(path string) error {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%w: %s has mode %04o; take the rights away with: chmod %04o %s", ErrExposed, path, mode, mode&0o700, path)
	}
	return nil
}
