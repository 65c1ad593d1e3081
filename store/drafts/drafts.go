// Package drafts keeps what people typed and did not save, sealed, in one small
// file for each person and space outside the database: what is typed is
// personal, nothing of it belongs into the record, and all of it can be
// destroyed.
//
//	DATA/drafts/NAME   NAME tells nothing of the person
//
// A file is sealed with XChaCha20-Poly1305 under a key of its own, which is
// derived with HMAC-SHA-256, as its name is. It is written
// beside its place, synced, renamed, and the folder synced: after a stop at any
// moment the old or the new one is there, whole.
package drafts

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"tocsin/store/disk"
)

const (
	// MaxSize bounds what is kept of one person, in bytes.
	MaxSize = 1 << 20
	// Life is how long a file is kept that nobody writes to.
	Life = 30 * 24 * time.Hour

	keySize = 32
	format  = 1 // the first byte of a file
)

// ErrTooLarge means that a person's drafts would take more than MaxSize.
var ErrTooLarge = fmt.Errorf("drafts take more than %d KiB", MaxSize>>10)

// ErrDamaged means that a file does not hold what was written to it.
var ErrDamaged = errors.New("drafts are damaged")

// Folder is where the drafts of a space's people lie. It is safe for concurrent
// use, but for that of one person, which is the caller's to put in order.
type Folder struct {
	dir, space string
	key        []byte
	steps      disk.Steps // the hook for faults
}

// Open makes the folder where there is none, and destroys what nobody wrote to
// for Life. The key has 32 bytes.
func Open(dir, space string, key []byte, now time.Time) (*Folder, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("a key of %d bytes; accepted: %d", len(key), keySize)
	}
	f := &Folder{dir: dir, space: space, key: key}
	if err := f.steps.MakeFolder(dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make the folder of drafts: %w", err)
	}
	return f, f.expire(now)
}

func (f *Folder) expire(now time.Time) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("list drafts: %w", err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || now.Sub(info.ModTime()) < Life {
			continue
		}
		if err := f.steps.Destroy(filepath.Join(f.dir, entry.Name())); err != nil {
			return fmt.Errorf("remove old drafts: %w", err)
		}
	}
	return nil
}

// derive makes a key of its own for what is done with a person's drafts.
func (f *Folder) derive(label, person string) []byte {
	mac := hmac.New(sha256.New, f.key)
	fmt.Fprintf(mac, "tocsin drafts 1: %s\x00%s\x00%s", label, f.space, person)
	return mac.Sum(nil)
}

func (f *Folder) path(person string) string {
	return filepath.Join(f.dir, fmt.Sprintf("%x", f.derive("name", person)[:16]))
}

func (f *Folder) seal(person string) (cipher.AEAD, error) {
	return chacha20poly1305.NewX(f.derive("seal", person))
}

// Read is what Write kept of a person last, nil where nothing is. It matches
// ErrDamaged where the file cannot be opened.
func (f *Folder) Read(person string) ([]byte, error) {
	file, err := os.Open(f.path(person))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read drafts: %w", err)
	}
	defer file.Close()
	sealed, err := io.ReadAll(io.LimitReader(file, MaxSize+1024))
	if err != nil {
		return nil, fmt.Errorf("read drafts: %w", err)
	}
	aead, err := f.seal(person)
	if err != nil {
		return nil, err
	}
	if len(sealed) < 1+aead.NonceSize() || sealed[0] != format {
		return nil, ErrDamaged
	}
	nonce, rest := sealed[1:1+aead.NonceSize()], sealed[1+aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, rest, sealed[:1])
	if err != nil {
		return nil, ErrDamaged
	}
	return plain, nil
}

// Write keeps a person's drafts in place of what was kept, durably. It matches
// ErrTooLarge.
func (f *Folder) Write(person string, plain []byte) error {
	if len(plain) > MaxSize {
		return ErrTooLarge
	}
	aead, err := f.seal(person)
	if err != nil {
		return err
	}
	sealed := make([]byte, 1+aead.NonceSize(), 1+aead.NonceSize()+len(plain)+aead.Overhead())
	sealed[0] = format
	if _, err := rand.Read(sealed[1:]); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	sealed = aead.Seal(sealed, sealed[1:], plain, sealed[:1])
	if err := f.steps.Replace(f.path(person), sealed); err != nil {
		return fmt.Errorf("keep drafts: %w", err)
	}
	return nil
}

// Remove destroys what is kept of a person.
func (f *Folder) Remove(person string) error {
	path := f.path(person)
	if err := errors.Join(f.steps.Destroy(path), f.steps.Destroy(path+disk.Unfinished)); err != nil {
		return fmt.Errorf("remove drafts: %w", err)
	}
	return nil
}
