package evidence

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Grace is how long a blob may lie unnamed before it can be removed: by then
// whoever stored it has long named it, or was interrupted.
const Grace = 24 * time.Hour

// Unnamed is a blob that no event names: its writer was interrupted before it
// could record it, or the record is older than the blobs, as after the restore
// of an old backup.
type Unnamed struct {
	Name   string // of the file within the space's folder
	Size   int64  // sealed, bytes
	Stored time.Time
}

// Removable reports whether the blob has lain unnamed for longer than Grace.
func (u Unnamed) Removable(now time.Time) bool { return now.Sub(u.Stored) > Grace }

// Unnamed lists the blobs that none of the digests names, which are all that
// the space's log holds.
func (b *Blobs) Unnamed(digests []string) ([]Unnamed, error) {
	named := make(map[string]bool, len(digests))
	for _, digest := range digests {
		sum, err := hex.DecodeString(digest)
		if err != nil {
			return nil, fmt.Errorf("list unnamed evidence: %.80q is no SHA-256", digest)
		}
		named[b.nameOf(sum)] = true
	}
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return nil, fmt.Errorf("list unnamed evidence: %w", err)
	}
	var found []Unnamed
	for _, entry := range entries {
		if named[entry.Name()] || !isName(entry.Name()) {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return nil, fmt.Errorf("list unnamed evidence: %w", err)
		}
		found = append(found, Unnamed{Name: entry.Name(), Size: info.Size(), Stored: info.ModTime()})
	}
	return found, nil
}

// isName tells the name of a blob from one that is being written, and from
// what somebody else put into the folder.
func isName(name string) bool {
	sum, err := hex.DecodeString(name)
	return err == nil && len(sum) == 32
}

// Remove removes an unnamed blob. One that was stored again meanwhile stays.
func (b *Blobs) Remove(u Unnamed) error {
	path := filepath.Join(b.dir, filepath.Base(u.Name))
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("remove unnamed evidence: %w", err)
	}
	if !info.ModTime().Equal(u.Stored) || !isName(u.Name) {
		return nil
	}
	if err := b.disk.before.Remove(path); err != nil {
		return fmt.Errorf("remove unnamed evidence: %w", err)
	}
	return b.disk.before.SyncFolder(b.dir)
}

// Discard removes the content with a digest, which nothing names any more. One
// that was stored since a moment stays: somebody may be about to name it.
func (b *Blobs) Discard(digest string, since time.Time) error {
	path, err := b.path(digest)
	if err != nil {
		return fmt.Errorf("discard evidence: %w", err)
	}
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("discard evidence: %w", err)
	}
	if !info.ModTime().Before(since) {
		return nil
	}
	if err := b.disk.before.Remove(path); err != nil {
		return fmt.Errorf("discard evidence: %w", err)
	}
	return b.disk.before.SyncFolder(b.dir)
}
