package store

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"

	"tocsin/model"
	"tocsin/store/disk"
)

// ErrReadOnly means that the record lies where nothing can be written.
var ErrReadOnly = errors.New("the record lies on a file system that can only be read")

// Frozen is why nothing can be written to the directory at all, as a refusal
// that says what to do; nil where it can. It stays until the store is opened
// anew.
func (s *Store) Frozen() error { return s.frozen }

// whyFrozen looks for what keeps a start from writing.
func (s *Store) whyFrozen() error {
	if s.lock.readOnly {
		return &model.Refusal{Cause: ErrReadOnly, Reason: fmt.Sprintf("the record can only be read: %s lies on a file system that is mounted read-only; mount it for writing, after looking at why it is not (dmesg says so where the disk has errors), and start tocsin again", s.dir)}
	}
	if !s.room.begins() {
		free, err := s.room.free(s.dir)
		if err != nil {
			return fmt.Errorf("ask for the room on the disk: %w", err)
		}
		return &model.Refusal{Cause: ErrNoRoom, Reason: fmt.Sprintf("the disk is full: %d MiB are free where %s lies, too little to open the record for writing; make room (%d MiB) and start tocsin again", free>>20, s.dir, uint64(resumeRoom)>>20)}
	}
	return nil
}

// openForReading opens the database without writing below the directory. What
// a stop left for the next start to write down can only be read from a copy
// elsewhere.
func (s *Store) openForReading(key []byte) error {
	pending, err := leftToWrite(s.dir)
	if err != nil {
		return err
	}
	if !pending {
		s.db, err = openDatabase(badgerSettings(s.dir, key, s.options.Logger).WithReadOnly(true), s.former.unclean)
		return err
	}
	if s.aside, err = copyDatabase(s.dir); err != nil {
		return errors.Join(fmt.Errorf("copy the database, which was not closed, to read it: %w", err), s.dropAside())
	}
	s.options.Logger.Info("a copy of the database is read", slog.String("copy", s.aside))
	if s.db, err = openBadger(s.aside, key, true, s.options.Logger); err != nil {
		return errors.Join(err, s.dropAside())
	}
	return nil
}

// leftToWrite reports whether the database was not closed when it was last used.
func leftToWrite(dir string) (bool, error) {
	memtables, err := filepath.Glob(filepath.Join(dir, "*.mem"))
	return len(memtables) > 0, err
}

// copyDatabase copies the database's files, and nothing that lies deeper.
func copyDatabase(dir string) (aside string, err error) {
	if aside, err = os.MkdirTemp("", "tocsin-reading-"); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return aside, err
	}
	if err := fits(entries, aside); err != nil {
		return aside, err
	}
	for _, entry := range entries {
		if entry.Type().IsRegular() && isDatabase(entry.Name()) {
			if err := copyFile(filepath.Join(aside, entry.Name()), filepath.Join(dir, entry.Name())); err != nil {
				return aside, err
			}
		}
	}
	return aside, nil
}

// isDatabase tells the database's files from ours beside them.
func isDatabase(name string) bool {
	switch filepath.Ext(name) {
	case ".mem", ".sst", ".vlog":
		return true
	}
	return name == badger.ManifestFilename || name == badger.KeyRegistryFileName || name == "DISCARD"
}

// fits makes sure that a copy does not fill another disk.
func fits(entries []os.DirEntry, aside string) error {
	var size uint64
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if isDatabase(entry.Name()) {
			size += uint64(info.Size())
		}
	}
	if free, err := disk.Free(aside); err == nil && free < size+MinRoom {
		return fmt.Errorf("%w: %s has %d MiB, the copy takes %d MiB; name a folder with more in TMPDIR", ErrNoRoom, aside, free>>20, size>>20)
	}
	return nil
}

func copyFile(to, from string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	_, err = io.Copy(target, source)
	return err
}

// dropAside removes the copy that was read.
func (s *Store) dropAside() error {
	if s.aside == "" {
		return nil
	}
	return os.RemoveAll(s.aside)
}
