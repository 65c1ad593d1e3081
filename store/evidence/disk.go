package evidence

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	filesystem "tocsin/store/disk"
)

// disk is where blobs lie.
type disk struct {
	// before is called ahead of every step that changes or reads something; its
	// error stops there. nil lets everything pass. It is the hook for faults.
	before func(step, path string) error
	// free is how many bytes can still be written below a directory; nil asks
	// the operating system.
	free func(dir string) (uint64, error)
}

func (d disk) allow(step, path string) error {
	if d.before == nil {
		return nil
	}
	return d.before(step, path)
}

// directory makes a directory for its owner alone where there is none.
func (d disk) directory(path string) error {
	if err := d.allow("make", path); err != nil {
		return err
	}
	err := os.Mkdir(path, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.syncDir(filepath.Dir(path))
}

// create makes a file that its owner alone can read; one that is there is an
// error.
func (d disk) create(path string) (*file, error) {
	if err := d.allow("create", path); err != nil {
		return nil, err
	}
	opened, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &file{File: opened, disk: d}, nil
}

func (d disk) open(path string) (*file, error) {
	if err := d.allow("open", path); err != nil {
		return nil, err
	}
	opened, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &file{File: opened, disk: d}, nil
}

// rename puts a file in a place, over what may be there, for good.
func (d disk) rename(from, to string) error {
	if err := d.allow("rename", to); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return d.syncDir(filepath.Dir(to))
}

// place puts a file in a place where nothing is: fs.ErrExist where something
// is. A file system without hard links leaves a moment between looking and
// placing.
func (d disk) place(from, to string) error {
	if err := d.allow("place", to); err != nil {
		return err
	}
	err := os.Link(from, to)
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	if err == nil {
		return errors.Join(d.remove(from), d.syncDir(filepath.Dir(to)))
	}
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fs.ErrExist, err)
	}
	return d.rename(from, to)
}

func (d disk) remove(path string) error {
	if err := d.allow("remove", path); err != nil {
		return err
	}
	return os.Remove(path)
}

// syncDir makes names in a directory last.
func (d disk) syncDir(path string) error {
	if err := d.allow("sync directory", path); err != nil {
		return err
	}
	return filesystem.SyncFolder(path)
}

// room is how many bytes can still be written below a directory.
func (d disk) room(dir string) (uint64, error) {
	if d.free != nil {
		return d.free(dir)
	}
	return filesystem.Free(dir)
}

// file is a file whose reading and writing the hook sees.
type file struct {
	*os.File
	disk disk
}

func (f *file) Read(p []byte) (int, error) {
	if err := f.disk.allow("read", f.Name()); err != nil {
		return 0, err
	}
	return f.File.Read(p)
}

func (f *file) Write(p []byte) (int, error) {
	if err := f.disk.allow("write", f.Name()); err != nil {
		return 0, err
	}
	return f.File.Write(p)
}

// finish syncs and closes a file that was written.
func (f *file) finish() error {
	if err := f.disk.allow("sync", f.Name()); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}
