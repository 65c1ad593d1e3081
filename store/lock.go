package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tocsin/store/disk"
)

// ErrInUse means that another process, or another Store of this one, has the
// data directory. Its text names the holder.
var ErrInUse = errors.New("the data directory is in use")

// lockName is the file in the data directory whose lock is the ownership of
// the directory. Its text is for whoever comes second; the operating system
// lets go of the lock with its process, so a text left behind means nothing.
const lockName = "tocsin.lock"

// lock is a directory held.
type lock struct {
	file     *os.File // nil where nobody could write to the directory
	readOnly bool
	former   former
}

// holder is who holds a directory.
type holder struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
	// File tells the lock file from copies of it, 0 where that is not known.
	File uint64 `json:"file,omitempty"`
}

// former is what the lock file says of whoever had the directory before.
type former struct {
	holder
	unclean bool // they never gave it back: they were killed, or the machine stopped
	copied  bool // the directory is a copy of theirs, made while they had it
}

func lockDirectory(dir string, now time.Time) (*lock, error) {
	path := filepath.Join(dir, lockName)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	readOnly := errors.Is(err, disk.ErrReadOnly)
	if readOnly {
		if file, err = os.Open(path); errors.Is(err, fs.ErrNotExist) {
			return &lock{readOnly: true}, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	if err := disk.Lock(file); err != nil {
		defer file.Close()
		return nil, refuseLock(dir, file, err)
	}
	l := &lock{file: file, readOnly: readOnly}
	if err := l.take(now); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the data directory: %w", err), l.release())
	}
	return l, nil
}

// take reads who had the directory before, and writes down who has it now.
func (l *lock) take(now time.Time) error {
	info, err := l.file.Stat()
	if err != nil {
		return err
	}
	number := disk.Number(info)
	if h, ok := readHolder(l.file); ok {
		l.former = former{holder: h, unclean: true, copied: h.File != 0 && number != 0 && h.File != number}
	}
	if l.readOnly {
		return nil
	}
	return l.sign(holder{PID: os.Getpid(), Since: now.UTC().Truncate(time.Second), File: number})
}

// readHolder is what a lock file says; ok is false where the directory was
// given back, or the text cannot be read.
func readHolder(file io.ReaderAt) (h holder, ok bool) {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, 1<<10))
	return h, err == nil && json.Unmarshal(text, &h) == nil && h.PID != 0
}

// sign writes down who holds the directory, in one write so that no reader
// sees half of it.
func (l *lock) sign(h holder) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(text, '\n'), 0)
	return err
}

// refuseLock names the holder of a directory that could not be locked.
func refuseLock(dir string, file *os.File, cause error) error {
	if !errors.Is(cause, disk.ErrHeld) {
		return fmt.Errorf("lock the data directory %s: %w", dir, cause)
	}
	h, ok := readHolder(file)
	if !ok {
		return fmt.Errorf("%w: another process has just taken %s", ErrInUse, dir)
	}
	return fmt.Errorf("%w: process %d has had %s since %s", ErrInUse, h.PID, dir, h.Since.Local().Format("2006-01-02 15:04:05 MST"))
}

// giveUp gives the directory back as it was found: what an unclean stop means
// is still to be looked into.
func (l *lock) giveUp() error {
	if l.file == nil || l.readOnly || !l.former.unclean {
		return l.release()
	}
	return errors.Join(l.sign(l.former.holder), l.file.Close())
}

// release gives the directory back. The file stays: removing it would let two
// processes lock two files of the same name.
func (l *lock) release() error {
	if l.file == nil {
		return nil
	}
	if l.readOnly {
		return l.file.Close()
	}
	return errors.Join(l.file.Truncate(0), l.file.Close())
}
