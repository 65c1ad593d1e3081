package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Vault is the unlocked vault of a data directory. All methods are safe for
// concurrent use.
type Vault struct {
	dir      string
	disk     disk
	random   io.Reader
	root     secret
	database secret

	rotating sync.Mutex // one rotation at a time

	mu        sync.RWMutex
	unlocker  *unlocker // what the header is sealed by
	unlocking secret
	header    header
	keys      rootKeys
	cached    map[block]*shard
	absent    block // one that has no keys, the last that was looked for
}

// Open unlocks the vault in a directory, or makes one where there is none. The
// caller owns the directory: two processes must not have it at once. A
// rotation that was interrupted is finished first. It matches ErrLocked where
// what would unlock the vault is missing, ErrWrongKey where that is another
// one, ErrExposed where others could have read the keys, ErrDamaged and
// ErrNewer. No error of this package holds a secret.
func Open(dir string, unlock Unlock) (*Vault, error) {
	v, err := open(dir, unlock, disk{})
	if err != nil {
		return nil, fmt.Errorf("open the vault %s: %w", dir, err)
	}
	return v, nil
}

func open(dir string, unlock Unlock, d disk) (*Vault, error) {
	v := &Vault{dir: dir, disk: d, random: unlock.Random}
	if v.random == nil {
		v.random = rand.Reader
	}
	for _, one := range []string{dir, v.shards()} {
		if err := d.directory(one); err != nil {
			return nil, err
		}
	}
	if err := v.unlock(&unlocker{Unlock: unlock, disk: d, dir: dir}); err != nil {
		return nil, err
	}
	root, ok := v.keys.newest(forEverything)
	if _, too := v.keys.newest(forShards); !ok || !too {
		return nil, fmt.Errorf("%w: a root key is missing", ErrDamaged)
	}
	v.root = root.key
	var err error
	if v.database, err = v.root.derive("database"); err != nil {
		return nil, err
	}
	return v, v.tidy()
}

// shards is the directory of the files of keys.
func (v *Vault) shards() string { return filepath.Join(v.dir, keysName) }

// tidy finishes what a stop has left half done.
func (v *Vault) tidy() error {
	if v.keys.count(forShards) > 1 {
		// Where keys are damaged both root keys stay, for what is whole.
		if err := v.finish(context.Background()); err != nil && !errors.Is(err, ErrDamaged) {
			return fmt.Errorf("finish the rotation of the keys: %w", err)
		}
	}
	if v.header.Method != ByFile {
		return v.disk.before.Destroy(filepath.Join(v.dir, KeyFileName))
	}
	return v.unlocker.tidyKeyFile(v.unlocking)
}

// unlock reads the header, or makes the first one.
func (v *Vault) unlock(u *unlocker) error {
	data, err := v.disk.read(filepath.Join(v.dir, HeaderName), maxHeader)
	if errors.Is(err, fs.ErrNotExist) {
		return v.begin(u)
	}
	if err != nil {
		return err
	}
	h, err := decodeHeader(data)
	if err != nil {
		return err
	}
	keys, unlocking, err := u.open(&h)
	v.header, v.keys, v.unlocker, v.unlocking = h, keys, u, unlocking
	return err
}

// begin makes a vault, unless there are keys that another one would be needed
// for.
func (v *Vault) begin(u *unlocker) error {
	if files, err := os.ReadDir(v.shards()); err != nil || len(files) > 0 {
		return errors.Join(fmt.Errorf("%w: %s is missing; put it back from a backup", ErrDamaged, HeaderName), err)
	}
	var keys rootKeys
	for _, purpose := range []uint32{forEverything, forShards} {
		key, err := newSecret(v.random)
		if err != nil {
			return err
		}
		keys = append(keys, rootKey{purpose: purpose, generation: 1, key: key})
	}
	method := u.Method
	if method == "" {
		method = ByFile
	}
	return v.writeHeader(u, method, nil, keys)
}

// writeHeader seals root keys under another unlocking key.
func (v *Vault) writeHeader(u *unlocker, method Method, current *secret, keys rootKeys) error {
	h := header{Format: headerFormat, Method: method, Salt: make([]byte, saltSize)}
	if _, err := io.ReadFull(v.random, h.Salt); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	unlocking, err := u.choose(&h, current, v.random)
	if err != nil {
		return err
	}
	if v.header.Method != "" && unlocking == v.unlocking {
		return fmt.Errorf("%s holds the key that unlocks the vault already; name a file that is not there, and it gets a new one", u.keyFile())
	}
	return v.sealHeader(u, unlocking, h, keys)
}

// sealHeader writes a header, and lets it count once it is on the disk.
func (v *Vault) sealHeader(u *unlocker, unlocking secret, h header, keys rootKeys) error {
	if err := h.seal(unlocking, keys, v.random); err != nil {
		return err
	}
	text, err := h.encode()
	if err != nil {
		return err
	}
	if err := v.disk.supersede(filepath.Join(v.dir, HeaderName), text); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.header, v.keys, v.unlocker, v.unlocking = h, keys, u, unlocking
	return nil
}

// Method is what unlocks the vault.
func (v *Vault) Method() Method {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.header.Method
}

// Random is where the vault's randomness comes from, for what belongs to its keys.
func (v *Vault) Random() io.Reader { return v.random }

// Path is the vault's directory.
func (v *Vault) Path() string { return v.dir }

// KeyFile is where the key file lies, "" where none unlocks the vault.
func (v *Vault) KeyFile() string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.header.Method != ByFile {
		return ""
	}
	return v.unlocker.keyFile()
}

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
