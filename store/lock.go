package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// ErrInUse means that another process, or another Store of this one, has the
// data directory. Its text names the holder.
var ErrInUse = errors.New("the data directory is in use")

// lockName is the file in the data directory whose lock is the ownership of
// the directory. Its text is for whoever comes second; the operating system
// lets go of the lock with its process, so a text left behind means nothing.
const lockName = "tocsin.lock"

// lock is a directory held.
type lock struct{ file *os.File }

// holder is who holds a directory.
type holder struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

func lockDirectory(dir string, now time.Time) (*lock, error) {
	file, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	if err := tryLock(file); err != nil {
		defer file.Close()
		return nil, refuseLock(dir, file, err)
	}
	l := &lock{file: file}
	if err := l.sign(holder{PID: os.Getpid(), Since: now.UTC().Truncate(time.Second)}); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the data directory: %w", err), l.release())
	}
	return l, nil
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
	if !errors.Is(cause, errHeld) {
		return fmt.Errorf("lock the data directory %s: %w", dir, cause)
	}
	var h holder
	text, err := io.ReadAll(io.LimitReader(file, 1<<10))
	if err != nil || json.Unmarshal(text, &h) != nil || h.PID == 0 {
		return fmt.Errorf("%w: another process has just taken %s", ErrInUse, dir)
	}
	return fmt.Errorf("%w: process %d has had %s since %s", ErrInUse, h.PID, dir, h.Since.Local().Format("2006-01-02 15:04:05 MST"))
}

// release gives the directory back. The file stays: removing it would let two
// processes lock two files of the same name.
func (l *lock) release() error {
	return errors.Join(l.file.Truncate(0), l.file.Close())
}
