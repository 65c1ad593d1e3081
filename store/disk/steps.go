package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Steps is called ahead of every step that changes or reads something on the
// disk, with the step's name and the path; its error stops there. nil lets
// everything pass. It is the hook for faults.
type Steps func(step, path string) error

// Allow asks whether a step may be taken.
func (s Steps) Allow(step, path string) error {
	if s == nil {
		return nil
	}
	return s(step, path)
}

// MakeFolder makes a directory for its owner alone, for good. It matches
// fs.ErrExist where something has the name.
func (s Steps) MakeFolder(path string) error {
	if err := s.Allow("make", path); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		return err
	}
	return s.SyncFolder(filepath.Dir(path))
}

// SyncFolder makes the names in a folder last.
func (s Steps) SyncFolder(path string) error {
	if err := s.Allow("sync directory", path); err != nil {
		return err
	}
	return SyncFolder(path)
}

// Remove removes a file. Whether that lasts is for SyncFolder.
func (s Steps) Remove(path string) error {
	if err := s.Allow("remove", path); err != nil {
		return err
	}
	return os.Remove(path)
}

// Rename puts a file in a place, over what may be there. Whether that lasts is
// for SyncFolder.
func (s Steps) Rename(from, to string) error {
	if err := s.Allow("rename", to); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// Unfinished ends the name of a file that Replace has not put in its place yet.
// One that a stop left behind is worth nothing.
const Unfinished = ".new"

// Write makes a file that its owner alone can read, in place of what may have
// the name, and syncs it. Whether its name lasts is for SyncFolder.
func (s Steps) Write(path string, data []byte) error {
	if err := s.Allow("create", path); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(s.fill(file, data), file.Close())
}

func (s Steps) fill(file *os.File, data []byte) error {
	if err := s.Allow("write", file.Name()); err != nil {
		return err
	}
	if _, err := file.Write(data); err != nil {
		return err
	}
	if err := s.Allow("sync", file.Name()); err != nil {
		return err
	}
	return file.Sync()
}

// Replace puts a file in its place in one step: whoever looks, and whatever
// stops, the old or the new content is there, whole. When it returns without an
// error the disk has the new one.
func (s Steps) Replace(path string, data []byte) error {
	if err := s.Write(path+Unfinished, data); err != nil {
		return err
	}
	if err := s.Rename(path+Unfinished, path); err != nil {
		return err
	}
	return s.SyncFolder(filepath.Dir(path))
}

// Place puts a file in a place where nothing is, for good: fs.ErrExist where
// something is. A file system without hard links leaves a moment between
// looking and placing.
func (s Steps) Place(from, to string) error {
	if err := s.Allow("place", to); err != nil {
		return err
	}
	err := os.Link(from, to)
	switch {
	case errors.Is(err, fs.ErrExist):
		return err
	case err == nil:
		err = s.Remove(from)
	default:
		if _, there := os.Lstat(to); !errors.Is(there, fs.ErrNotExist) {
			return errors.Join(fs.ErrExist, err)
		}
		err = s.Rename(from, to)
	}
	return errors.Join(err, s.SyncFolder(filepath.Dir(to)))
}

// Overwrite puts zeros over a file's bytes where they lie. Best effort, no more:
// a disk that writes elsewhere than it is told (flash, a copy-on-write file
// system, a snapshot) keeps the old bytes until it needs their room. Every name
// of the file, a hard link too, leads to the zeros.
func (s Steps) Overwrite(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := s.Allow("overwrite", file.Name()); err != nil {
		return err
	}
	if _, err := file.WriteAt(make([]byte, info.Size()), 0); err != nil {
		return err
	}
	return file.Sync()
}

// Destroy overwrites a file, as far as Overwrite can, and removes it for good.
// One that is not there is destroyed already.
func (s Steps) Destroy(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := errors.Join(s.Overwrite(file), file.Close()); err != nil {
		return err
	}
	if err := s.Remove(path); err != nil {
		return err
	}
	return s.SyncFolder(filepath.Dir(path))
}
