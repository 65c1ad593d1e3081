package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tocsin/store/disk"
	"tocsin/store/tree"
)

// headsFolder, in the data directory, holds the last signed checkpoint of each
// space, outside the database: what the database loses it cannot take along.
const headsFolder = "heads"

// headKeeper keeps the last signed checkpoint of a space.
type headKeeper interface {
	// read returns the note, nil where there is none.
	read() ([]byte, error)

	// write replaces the note durably: whatever happens meanwhile, the old one
	// is kept or the new one.
	write(note []byte) error

	// mark notes how far the log was acknowledged, as good as it can be done
	// without waiting for the disk; marked is what was noted last, zero where
	// nothing whole was.
	mark(head tree.Head)
	marked() (tree.Head, error)

	// String names the place for people.
	String() string
}

// headFile is a headKeeper in a file.
type headFile struct{ path string }

func (f headFile) String() string { return f.path }

func headFileOf(dir, space string) headFile {
	return headFile{path: filepath.Join(dir, headsFolder, space)}
}

// spacesSigned lists the spaces that have a head file.
func spacesSigned(dir string) (spaces []string, err error) {
	entries, err := os.ReadDir(filepath.Join(dir, headsFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, entry := range entries {
		if _, other := newKeyspace(entry.Name()); other == nil {
			spaces = append(spaces, entry.Name())
		}
	}
	return spaces, err
}

func (f headFile) read() ([]byte, error) {
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	note, err := io.ReadAll(io.LimitReader(file, tree.MaxCheckpoint+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.path, err)
	}
	if note == nil {
		note = []byte{}
	}
	return note, nil
}

func (f headFile) write(note []byte) error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return err
	}
	beside := filepath.Join(filepath.Dir(f.path), "."+filepath.Base(f.path)+disk.Unfinished)
	var steps disk.Steps
	if err := steps.Write(beside, note); err != nil {
		return err
	}
	if err := steps.Rename(beside, f.path); err != nil {
		return err
	}
	return disk.SyncFolder(filepath.Dir(f.path))
}

// setAside renames the file, if there is one, and returns its note. What was set
// aside earlier stays. The trail beside it is given up.
func (f headFile) setAside() ([]byte, error) {
	if err := os.Remove(f.trail()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	note, err := f.read()
	if err != nil || note == nil {
		return nil, err
	}
	aside, err := f.aside()
	if err != nil {
		return nil, err
	}
	if err := os.Rename(f.path, aside); err != nil {
		return nil, err
	}
	return note, disk.SyncFolder(filepath.Dir(f.path))
}

// aside is a name beside the file that nothing has: with ".before", ".before2"
// and so on after it.
func (f headFile) aside() (string, error) {
	name := f.path + ".before"
	for n := 2; ; n++ {
		_, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return name, nil
		}
		if err != nil {
			return "", err
		}
		name = fmt.Sprintf("%s.before%d", f.path, n)
	}
}
