package store

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"tocsin/model"
	"tocsin/store/disk"
)

// ErrNoRoom means that the disk is nearly full: nothing new is taken, and
// reading goes on.
var ErrNoRoom = errors.New("too little room on the disk")

// The database writes through memory that stands for files, so the process dies
// when the disk is full: it must never get there.
const (
	// MinRoom is how many bytes must be free for anything new to be taken:
	// what was taken before may have to be merged by the database.
	MinRoom = 128 << 20
	// resumeRoom is how many must be free for that to go on afterwards, so that
	// a disk at the edge does not change its mind at every command.
	resumeRoom = MinRoom + 16<<20
	// ballastSize is what is kept from others for a clean stop: a memtable as
	// the database writes it down, and some more.
	ballastSize = 64 << 20
	// scarceRoom is when the ballast is given up before that.
	scarceRoom = 32 << 20
	// startRoom is what a start writes before anybody can look.
	startRoom = 16 << 20
)

// BallastName is the file in the data directory that holds room for a clean
// stop. There is nothing in it.
const BallastName = "ballast"

// room watches the disk under a data directory. The zero value has room.
type room struct {
	dir    string
	free   func(dir string) (uint64, error)
	logger *slog.Logger

	mu  sync.Mutex
	low bool
}

// admit refuses with ErrNoRoom while the disk is nearly full. Where it cannot
// be asked there is room.
func (r *room) admit() error {
	if r == nil || r.free == nil {
		return nil
	}
	free, err := r.free(r.dir)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		free = resumeRoom
	}
	was := r.low
	r.low = free < MinRoom || r.low && free < resumeRoom
	if r.low != was {
		r.logger.Warn("the room on the disk changed", slog.Bool("refuses", r.low), slog.Uint64("free", free))
	}
	if free < scarceRoom {
		r.release()
	}
	if !r.low {
		return nil
	}
	return &model.Refusal{Cause: ErrNoRoom, Reason: RoomWords(r.dir, free)}
}

// RoomWords says what too little room means, and what to do.
func RoomWords(dir string, free uint64) string {
	return fmt.Sprintf("the disk is nearly full: %d MiB are free where %s lies, and %d MiB must be; nothing new is taken until there is room, and reading goes on; make room and it resumes by itself", free>>20, dir, uint64(resumeRoom)>>20)
}

// hold takes the ballast, where there is room for it and for the record. It is
// a precaution: what is in its way is only told.
func (r *room) hold() {
	free, err := r.free(r.dir)
	path := filepath.Join(r.dir, BallastName)
	if info, statErr := os.Stat(path); err != nil || free < resumeRoom+ballastSize || statErr == nil && info.Size() == ballastSize {
		return
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err == nil {
		err = errors.Join(disk.Take(file, ballastSize), file.Close())
	}
	if err != nil {
		r.logger.Info("no room could be set aside for a clean stop", slog.Any("error", err))
		r.release()
	}
}

// release gives the ballast's room to the database.
func (r *room) release() {
	if err := os.Remove(filepath.Join(r.dir, BallastName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.logger.Error("the room set aside for a clean stop cannot be given free", slog.Any("error", err))
	}
}

// stopping makes the room that a clean stop needs.
func (r *room) stopping() {
	if free, err := r.free(r.dir); err == nil && free < MinRoom {
		r.release()
	}
}

// begins reports whether a start has the room that it needs at once, the
// ballast's too if need be.
func (r *room) begins() bool {
	free, err := r.free(r.dir)
	if err == nil && free < scarceRoom {
		r.release()
		free, err = r.free(r.dir)
	}
	return err != nil || free >= startRoom
}
