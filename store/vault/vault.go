package vault

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// Vault is the unlocked vault of a data directory.
type Vault struct {
	dir      string
	disk     disk
	random   io.Reader
	method   Method
	root     secret
	database secret
}

// Open unlocks the vault in a directory, or makes one where there is none. The
// caller owns the directory: two processes must not have it at once. It
// matches ErrLocked where what would unlock it is missing, ErrWrongKey where
// that is another one, ErrExposed where others could have read the keys,
// ErrDamaged and ErrNewer. No error of this package holds a secret.
func Open(dir string, unlock Unlock) (*Vault, error) {
	return open(dir, unlock, disk{})
}

func open(dir string, unlock Unlock, d disk) (*Vault, error) {
	v := &Vault{dir: dir, disk: d, random: unlock.Random}
	if v.random == nil {
		v.random = rand.Reader
	}
	if err := d.directory(dir); err != nil {
		return nil, fmt.Errorf("open the vault: %w", err)
	}
	keys, err := v.unlock(&unlocker{Unlock: unlock, disk: d, dir: dir})
	if err != nil {
		return nil, fmt.Errorf("open the vault %s: %w", dir, err)
	}
	if err := v.take(keys); err != nil {
		return nil, fmt.Errorf("open the vault %s: %w", dir, err)
	}
	return v, nil
}

// unlock reads the header, or makes the first one.
func (v *Vault) unlock(u *unlocker) (rootKeys, error) {
	data, err := v.disk.read(filepath.Join(v.dir, headerName), maxHeader)
	if errors.Is(err, fs.ErrNotExist) {
		return v.begin(u)
	}
	if err != nil {
		return nil, err
	}
	h, err := decodeHeader(data)
	if err != nil {
		return nil, err
	}
	v.method = h.Method
	return u.open(&h)
}

// begin makes a vault.
func (v *Vault) begin(u *unlocker) (rootKeys, error) {
	root, err := newSecret(v.random)
	if err != nil {
		return nil, err
	}
	keys := rootKeys{{purpose: forEverything, generation: 1, key: root}}
	v.method = u.Method
	if v.method == "" {
		v.method = ByFile
	}
	return keys, v.writeHeader(u, v.method, keys)
}

// writeHeader seals root keys under a new unlocking key.
func (v *Vault) writeHeader(u *unlocker, method Method, keys rootKeys) error {
	h := header{Format: headerFormat, Method: method, Salt: make([]byte, saltSize)}
	if _, err := io.ReadFull(v.random, h.Salt); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	unlocking, err := u.choose(&h, v.random)
	if err != nil {
		return err
	}
	if err := h.seal(unlocking, keys, v.random); err != nil {
		return err
	}
	text, err := h.encode()
	if err != nil {
		return err
	}
	return v.disk.replace(filepath.Join(v.dir, headerName), text)
}

// take makes what the vault gives out of its root keys.
func (v *Vault) take(keys rootKeys) error {
	root, ok := keys.newest(forEverything)
	if !ok {
		return fmt.Errorf("%w: its root key is missing", ErrDamaged)
	}
	v.root = root.key
	var err error
	v.database, err = v.root.derive("database")
	return err
}

// Method is what unlocks the vault.
func (v *Vault) Method() Method { return v.method }

// DatabaseKey is the key of the database's own encryption: 32 bytes, the same
// at every call and after every rotation. The caller may change the slice.
func (v *Vault) DatabaseKey() []byte {
	key := v.database
	return key[:]
}

// maxName bounds the name of a seed.
const maxName = 128

// Seed derives 32 bytes for a name of 1 to 128 bytes, as the seed of an
// ed25519 signing key: the same for the same name at every call and after
// every rotation. It is a secret.
func (v *Vault) Seed(name string) ([]byte, error) {
	if name == "" || len(name) > maxName {
		return nil, fmt.Errorf("derive a seed: a name of %d bytes; accepted: 1 to %d", len(name), maxName)
	}
	seed, err := v.root.derive("seed " + name)
	if err != nil {
		return nil, err
	}
	return seed[:], nil
}

// Format keeps the keys out of every text, whatever the verb.
func (v *Vault) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "vault %s", v.dir) }
