// Package channels keeps how the ways out of a space are entered: servers,
// passwords, secrets and the addresses that are a channel's own. They lie sealed
// in one file for each space outside the database, since what is deleted from
// the database stays in its files for a while.
//
//	DATA/channels/SPACE
//
// A file is sealed with AES-256-GCM under a key of the space, derived with
// HMAC-SHA-256 from one of the vault's. It is written beside its place, synced,
// renamed, and the folder synced: after a stop at any moment the old or the new
// one is there, whole. The log says which channels there are, and of each a
// digest made with a key, so that nobody changes one unseen.
package channels

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"tocsin/store/disk"
)

const (
	keySize  = 32
	format   = 1       // the first byte of a file
	maxFile  = 1 << 20 // bytes
	maxSpace = 100
)

// ErrDamaged means that a file does not hold what was written to it.
var ErrDamaged = errors.New("the settings of channels are damaged")

// ErrNone means that there is no such channel.
var ErrNone = errors.New("there is no such channel")

// Folder is the channels of a space. It is safe for concurrent use; two
// processes must not have one at once.
type Folder struct {
	dir, space string
	key        []byte
	steps      disk.Steps // the hook for faults

	mu sync.Mutex
}

// Open is the channels of a space in a folder, which need not be there yet. The
// key has 32 bytes.
func Open(dir, space string, key []byte) (*Folder, error) {
	switch {
	case len(key) != keySize:
		return nil, fmt.Errorf("a key of %d bytes; accepted: %d", len(key), keySize)
	case space == "" || len(space) > maxSpace || strings.HasPrefix(space, ".") || strings.ContainsAny(space, `/\`):
		return nil, fmt.Errorf("%q is no name of a space", space)
	}
	return &Folder{dir: dir, space: space, key: key}, nil
}

// derive makes a key of its own for a purpose.
func (f *Folder) derive(label string) []byte {
	mac := hmac.New(sha256.New, f.key)
	fmt.Fprintf(mac, "tocsin channels 1: %s\x00%s", label, f.space)
	return mac.Sum(nil)
}

func (f *Folder) path() string { return filepath.Join(f.dir, f.space) }

func (f *Folder) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(f.derive("seal"))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Digest tells a channel's settings from any others. Without the key nobody
// learns or makes one.
func (f *Folder) Digest(s *Settings) (string, error) {
	data, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	defer clear(data)
	mac := hmac.New(sha256.New, f.derive("digest"))
	mac.Write(data)
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// All are the channels that were set, in the order of their names. It matches
// ErrDamaged where they cannot be opened.
func (f *Folder) All() ([]Settings, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.read()
}

// Get is one channel. It matches ErrNone and ErrDamaged.
func (f *Folder) Get(name string) (*Settings, error) {
	all, err := f.All()
	if err != nil {
		return nil, err
	}
	for k := range all {
		if all[k].Name == name {
			return &all[k], nil
		}
	}
	return nil, ErrNone
}

// Put keeps a channel in place of what has its name, durably.
func (f *Folder) Put(s Settings) error {
	return f.change(func(all []Settings) []Settings { return append(without(all, s.Name), s) })
}

// Remove destroys a channel's settings, if there are any.
func (f *Folder) Remove(name string) error {
	return f.change(func(all []Settings) []Settings { return without(all, name) })
}

func without(all []Settings, name string) []Settings {
	return slices.DeleteFunc(all, func(s Settings) bool { return s.Name == name })
}

func (f *Folder) change(to func([]Settings) []Settings) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	all, err := f.read()
	if err != nil {
		return err
	}
	all = to(all)
	slices.SortFunc(all, func(a, b Settings) int { return strings.Compare(a.Name, b.Name) })
	if err := f.write(all); err != nil {
		return fmt.Errorf("keep the settings of channels: %w", err)
	}
	return nil
}

func (f *Folder) read() ([]Settings, error) {
	file, err := os.Open(f.path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the settings of channels: %w", err)
	}
	defer file.Close()
	sealed, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the settings of channels: %w", err)
	}
	return f.open(sealed)
}

func (f *Folder) open(sealed []byte) ([]Settings, error) {
	aead, err := f.aead()
	if err != nil {
		return nil, err
	}
	if len(sealed) < 1+aead.NonceSize() || sealed[0] != format {
		return nil, ErrDamaged
	}
	nonce, rest := sealed[1:1+aead.NonceSize()], sealed[1+aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, rest, f.bound())
	if err != nil {
		return nil, ErrDamaged
	}
	defer clear(plain)
	var all []Settings
	if err := json.Unmarshal(plain, &all); err != nil {
		return nil, ErrDamaged
	}
	return all, nil
}

// bound is what a file is sealed with beside its content: it is no other space's.
func (f *Folder) bound() []byte { return append([]byte{format}, f.space...) }

func (f *Folder) write(all []Settings) error {
	plain, err := json.Marshal(all)
	if err != nil {
		return err
	}
	defer clear(plain)
	if len(plain) > maxFile/2 {
		return fmt.Errorf("they take %d KiB; accepted: at most %d", len(plain)>>10, maxFile>>11)
	}
	aead, err := f.aead()
	if err != nil {
		return err
	}
	sealed := make([]byte, 1+aead.NonceSize(), 1+aead.NonceSize()+len(plain)+aead.Overhead())
	sealed[0] = format
	if _, err := rand.Read(sealed[1:]); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	sealed = aead.Seal(sealed, sealed[1:], plain, f.bound())
	if err := f.steps.MakeFolder(f.dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return f.steps.Replace(f.path(), sealed)
}
