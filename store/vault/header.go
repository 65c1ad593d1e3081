package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// What a vault can be wrong with; match with errors.Is.
var (
	// ErrWrongKey means that the key file, passphrase or keyring entry is not
	// the one that unlocks this vault.
	ErrWrongKey = errors.New("this key does not unlock the vault")
	// ErrDamaged means that what was read is not what was written.
	ErrDamaged = errors.New("the vault is damaged")
	// ErrNewer means that a newer version of tocsin wrote the vault.
	ErrNewer = errors.New("the vault was written by a newer version of tocsin")
)

// HeaderName is the name of the file that makes a directory a vault.
const HeaderName = "vault.json"

const (
	headerFormat = 1
	maxHeader    = 16 << 10
)

// header is the vault's first file: how it is unlocked, and its root keys
// sealed under what unlocks it. It is JSON so that people can see what it asks
// for; nothing in it is secret.
type header struct {
	Format int    `json:"format"`
	Method Method `json:"method"`
	Salt   []byte `json:"salt"` // fresh for each sealing
	// Argon2id is how a passphrase becomes a key, see RFC 9106.
	Argon2id *Cost  `json:"argon2id,omitempty"`
	Keys     []byte `json:"keys"` // sealed
	Sum      []byte `json:"sum"`  // SHA-256 of all the above, to tell damage from a wrong key
}

// terms is what the sealed keys are bound to.
func (h header) terms() ([]byte, error) {
	h.Keys, h.Sum = nil, nil
	return json.Marshal(h)
}

func (h header) sum() ([]byte, error) {
	h.Sum = nil
	text, err := json.Marshal(h)
	sum := sha256.Sum256(text)
	return sum[:], err
}

// seal puts the root keys into the header.
func (h *header) seal(unlocking secret, keys rootKeys, random io.Reader) error {
	terms, err := h.terms()
	if err != nil {
		return err
	}
	if h.Keys, err = sealOnce(unlocking, h.Salt, terms, keys.encode(), random); err != nil {
		return err
	}
	h.Sum, err = h.sum()
	return err
}

// open takes the root keys out of the header.
func (h *header) open(unlocking secret) (rootKeys, error) {
	terms, err := h.terms()
	if err != nil {
		return nil, err
	}
	plain, err := openOnce(unlocking, h.Salt, terms, h.Keys)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return decodeRootKeys(plain)
}

func (h header) encode() ([]byte, error) {
	text, err := json.MarshalIndent(h, "", "  ")
	return append(text, '\n'), err
}

func decodeHeader(data []byte) (header, error) {
	var version struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return header{}, fmt.Errorf("%w: %s: %w", ErrDamaged, HeaderName, err)
	}
	if version.Format > headerFormat {
		return header{}, fmt.Errorf("%w: it has format %d; this one reads up to %d", ErrNewer, version.Format, headerFormat)
	}
	var h header
	strict := json.NewDecoder(bytes.NewReader(data))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&h); err != nil {
		return header{}, fmt.Errorf("%w: %s: %w", ErrDamaged, HeaderName, err)
	}
	if again, err := h.encode(); err != nil || !bytes.Equal(again, data) {
		return header{}, fmt.Errorf("%w: %s", errors.Join(ErrDamaged, err), changed)
	}
	return h, h.check()
}

const changed = HeaderName + " is not as it was written; put it back from a backup"

func (h header) check() error {
	sum, err := h.sum()
	switch {
	case err != nil:
		return err
	case h.Format < 1 || !bytes.Equal(sum, h.Sum) || len(h.Salt) != saltSize:
		return fmt.Errorf("%w: %s", ErrDamaged, changed)
	case !slices.Contains(methods, h.Method):
		return fmt.Errorf("%w: it is unlocked in a way that is not known here", ErrNewer)
	case h.Method == ByPassphrase:
		return h.Argon2id.check()
	}
	return nil
}
