package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/zalando/go-keyring"
	"golang.org/x/crypto/argon2"
)

// Method is what unlocks a vault.
type Method string

// The methods.
const (
	ByFile       Method = "file"       // a key file
	ByPassphrase Method = "passphrase" // a passphrase that somebody knows
	ByKeyring    Method = "keyring"    // an entry in the operating system's keyring
)

var methods = []Method{ByFile, ByPassphrase, ByKeyring}

// Unlock is how a vault is to be unlocked. The zero value unlocks it by the
// method it has, and makes a new one with a key file.
type Unlock struct {
	// Method is the one the vault must have; "" takes it as it is.
	Method Method
	// KeyFile is where the key file lies; "" is master.key in the vault.
	KeyFile string
	// Passphrase gives the passphrase when it is needed; choose asks for a new
	// one. nil, or an error, leaves a vault locked that needs it.
	Passphrase func(choose bool) ([]byte, error)
	// Random is where keys come from; nil is the operating system's source.
	// Anything else is for drills and tests.
	Random io.Reader

	cost Cost // of a new passphrase; zero: the usual
}

// ErrLocked means that what would unlock the vault is not there.
var ErrLocked = errors.New("the vault is locked")

// KeyFileName is the key file's name where it lies in the vault.
const KeyFileName = "master.key"

// MinPassphrase is how many bytes a new passphrase has at least.
const MinPassphrase = 12

// maxPassphrase bounds what is read as a passphrase.
const maxPassphrase = 1 << 10

// keyring entries are found under this service, by the salt of the sealing
// they unlock, so that a new one never takes the place of one still needed.
const keyringService = "tocsin vault"

// Cost is how much work a passphrase takes to try, see RFC 9106, section 3.1.
type Cost struct {
	Passes  uint32 `json:"passes"`
	Memory  uint32 `json:"memory_kib"`
	Threads uint8  `json:"threads"`
}

// usualCost is the second recommended choice of RFC 9106, section 4.
var usualCost = Cost{Passes: 3, Memory: 64 << 10, Threads: 4}

// check bounds what a header may ask for, so that a changed one costs neither
// the machine's memory nor the strength of the passphrase.
func (c *Cost) check() error {
	switch {
	case c == nil:
		return fmt.Errorf("%w: %s does not say how a passphrase becomes a key", ErrDamaged, HeaderName)
	case c.Passes < 1 || c.Passes > 16 || c.Memory < 19<<10 || c.Memory > 1<<20 || c.Threads < 1 || c.Threads > 16:
		return fmt.Errorf("%w: %s asks for %d passes over %d KiB in %d threads; accepted: 1 to 16 passes, 19 MiB to 1 GiB, 1 to 16 threads", ErrDamaged, HeaderName, c.Passes, c.Memory, c.Threads)
	}
	return nil
}

// unlocker gets unlocking keys.
type unlocker struct {
	Unlock
	disk disk
	dir  string
}

func (u *unlocker) keyFile() string {
	if u.KeyFile != "" {
		return u.KeyFile
	}
	return filepath.Join(u.dir, KeyFileName)
}

// target is where a path leads: a key file that is a link to another disk is
// changed there, and does not come back beside what it unlocks.
func target(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	if at, err := filepath.EvalSymlinks(path); err == nil {
		return at
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(folder, filepath.Base(path))
	}
	return path
}

// open takes the root keys out of a header, and says what unlocked it.
func (u *unlocker) open(h *header) (rootKeys, secret, error) {
	if u.Method != "" && u.Method != h.Method {
		return nil, secret{}, fmt.Errorf("%w: it is unlocked by %s, the settings say %s; change the settings back, or change the vault with: tocsin vault rotate", ErrLocked, h.Method, u.Method)
	}
	candidates, err := u.candidates(h)
	if err != nil {
		return nil, secret{}, err
	}
	for _, key := range candidates {
		keys, err := h.open(key)
		if !errors.Is(err, ErrWrongKey) {
			return keys, key, err
		}
	}
	return nil, secret{}, fmt.Errorf("%w: %s", ErrWrongKey, u.origin(h.Method))
}

// origin says where an unlocking key was looked for.
func (u *unlocker) origin(m Method) string {
	switch m {
	case ByFile:
		return "the key file is " + u.keyFile()
	case ByPassphrase:
		return "the passphrase is another one"
	default:
		return "the entry in the keyring is another one"
	}
}

// candidates are the keys that may unlock a header: one, or while a key file
// is being changed the new and the old one.
func (u *unlocker) candidates(h *header) ([]secret, error) {
	switch h.Method {
	case ByFile:
		return u.readKeyFile()
	case ByPassphrase:
		key, err := u.fromPassphrase(h, false)
		return []secret{key}, err
	default:
		key, err := readKeyring(h.Salt)
		return []secret{key}, err
	}
}

// choose gets the unlocking key for a new header. Where current is not nil, it
// is the key in the key file, which is needed until the header is written.
func (u *unlocker) choose(h *header, current *secret, random io.Reader) (secret, error) {
	switch h.Method {
	case ByFile:
		return u.chooseKeyFile(current, random)
	case ByPassphrase:
		cost := u.cost
		if cost == (Cost{}) {
			cost = usualCost
		}
		h.Argon2id = &cost
		return u.fromPassphrase(h, true)
	case ByKeyring:
		return writeKeyring(h.Salt, random)
	}
	return secret{}, fmt.Errorf("unlock the vault by %q: accepted: file, passphrase, keyring", h.Method)
}

func (u *unlocker) fromPassphrase(h *header, choose bool) (secret, error) {
	if u.Passphrase == nil {
		return secret{}, fmt.Errorf("%w: its passphrase is needed", ErrLocked)
	}
	words, err := u.Passphrase(choose)
	if err != nil {
		return secret{}, fmt.Errorf("%w: %w", ErrLocked, err)
	}
	defer clear(words)
	if len(words) > maxPassphrase {
		return secret{}, fmt.Errorf("%w: a passphrase has at most %d bytes", ErrLocked, maxPassphrase)
	}
	if choose && len(words) < MinPassphrase {
		return secret{}, fmt.Errorf("%w: a passphrase has %d bytes or more", ErrLocked, MinPassphrase)
	}
	c := h.Argon2id
	return secret(argon2.IDKey(words, h.Salt, c.Passes, c.Memory, c.Threads, keySize)), nil
}

// A key file has a line for each key: one, and two while it is being changed.
const (
	keyLine    = "tocsin-vault-key-1:"
	maxKeyFile = 1 << 10
)

func (u *unlocker) readKeyFile() ([]secret, error) {
	path := u.keyFile()
	data, err := u.disk.read(path, maxKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: its key file %s is not there; put it back, or say in the settings where it is", ErrLocked, path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the key file: %w", err)
	}
	defer clear(data)
	return parseKeyFile(path, data)
}

func parseKeyFile(path string, data []byte) ([]secret, error) {
	var keys []secret
	for line := range bytes.Lines(data) {
		key, err := parseKey(strings.TrimSpace(string(line)))
		if err != nil {
			return nil, fmt.Errorf("%w: %s is not a key file of tocsin's", ErrDamaged, path)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w: the key file %s is empty", ErrDamaged, path)
	}
	return keys, nil
}

// chooseKeyFile takes the key of a key file that is there already, as somebody
// may have put it there, or makes one.
func (u *unlocker) chooseKeyFile(current *secret, random io.Reader) (secret, error) {
	if current == nil {
		found, err := u.readKeyFile()
		if err == nil {
			return found[0], nil
		}
		if !errors.Is(err, ErrLocked) {
			return secret{}, err
		}
	}
	key, err := newSecret(random)
	if err != nil {
		return secret{}, err
	}
	keys := []secret{key}
	if current != nil {
		keys = append(keys, *current)
	}
	text := encodeKeyFile(keys)
	defer clear(text)
	if err := u.disk.before.Replace(target(u.keyFile()), text); err != nil {
		return secret{}, fmt.Errorf("write the key file: %w", err)
	}
	return key, nil
}

// tidyKeyFile leaves nothing but one key in the key file.
func (u *unlocker) tidyKeyFile(key secret) error {
	found, err := u.readKeyFile()
	if err != nil || len(found) == 1 {
		return err
	}
	text := encodeKeyFile([]secret{key})
	defer clear(text)
	return u.disk.supersede(target(u.keyFile()), text)
}

func encodeKeyFile(keys []secret) []byte {
	var text []byte
	for _, key := range keys {
		text = append(text, formatKey(key)+"\n"...)
	}
	return text
}

func formatKey(key secret) string { return keyLine + base64.StdEncoding.EncodeToString(key[:]) }

func parseKey(text string) (secret, error) {
	digits, ok := strings.CutPrefix(text, keyLine)
	key, err := base64.StdEncoding.Strict().DecodeString(digits)
	if !ok || err != nil || len(key) != keySize {
		return secret{}, errors.New("not a key")
	}
	return secret(key), nil
}

func keyringEntry(salt []byte) string { return hex.EncodeToString(salt[:8]) }

func readKeyring(salt []byte) (secret, error) {
	text, err := keyring.Get(keyringService, keyringEntry(salt))
	if errors.Is(err, keyring.ErrNotFound) {
		return secret{}, fmt.Errorf("%w: the operating system's keyring has no entry %q of %q", ErrLocked, keyringEntry(salt), keyringService)
	}
	if err != nil {
		return secret{}, fmt.Errorf("%w: ask the operating system's keyring: %w", ErrLocked, err)
	}
	key, err := parseKey(text)
	if err != nil {
		return secret{}, fmt.Errorf("%w: the entry in the keyring", ErrDamaged)
	}
	return key, nil
}

func writeKeyring(salt []byte, random io.Reader) (secret, error) {
	key, err := newSecret(random)
	if err != nil {
		return secret{}, err
	}
	if err := keyring.Set(keyringService, keyringEntry(salt), formatKey(key)); err != nil {
		return secret{}, fmt.Errorf("%w: put its key into the operating system's keyring: %w", ErrLocked, err)
	}
	return key, nil
}
