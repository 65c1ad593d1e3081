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
	before filesystem.Steps // the hook for faults
	// free is how many bytes can still be written below a directory; nil asks
	// the operating system.
	free func(dir string) (uint64, error)
}

// directory makes a directory for its owner alone where there is none.
func (d disk) directory(path string) error {
	if err := d.before.MakeFolder(path); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// create makes a file that its owner alone can read; one that is there is an
// error.
func (d disk) create(path string) (*file, error) {
	if err := d.before.Allow("create", path); err != nil {
		return nil, err
	}
	opened, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &file{File: opened, disk: d}, nil
}

func (d disk) open(path string) (*file, error) {
	if err := d.before.Allow("open", path); err != nil {
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
	if err := d.before.Rename(from, to); err != nil {
		return err
	}
	return d.before.SyncFolder(filepath.Dir(to))
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
	if err := f.disk.before.Allow("read", f.Name()); err != nil {
		return 0, err
	}
	return f.File.Read(p)
}

func (f *file) Write(p []byte) (int, error) {
	if err := f.disk.before.Allow("write", f.Name()); err != nil {
		return 0, err
	}
	return f.File.Write(p)
}

// finish syncs and closes a file that was written.
func (f *file) finish() error {
	if err := f.disk.before.Allow("sync", f.Name()); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}
