package vault

import (
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	keySize        = 32
	saltSize       = 32
	commitmentSize = 32
	nonceSize      = chacha20poly1305.NonceSizeX
)

// secret is a key. It prints as what it is and not as what it holds.
type secret [keySize]byte

// Format keeps the key out of every text, whatever the verb.
func (secret) Format(f fmt.State, _ rune) { io.WriteString(f, "(secret)") }

func newSecret(random io.Reader) (s secret, err error) {
	if _, err = io.ReadFull(random, s[:]); err != nil {
		return s, fmt.Errorf("read randomness: %w", err)
	}
	return s, nil
}

// derive makes a key of its own for a label.
func (s *secret) derive(label string) (secret, error) {
	key, err := hkdf.Key(sha256.New, s[:], nil, "tocsin vault 1: "+label, keySize)
	if err != nil {
		return secret{}, fmt.Errorf("derive a key: %w", err)
	}
	return secret(key), nil
}

// split makes of a key and a salt the key that a text is sealed under, and
// what commits to that key. Nobody can find two keys with the same commitment,
// which the authentication of the cipher alone does not promise.
func (s *secret) split(salt []byte) (sealing, commitment []byte, err error) {
	both, err := hkdf.Key(sha256.New, s[:], salt, "tocsin vault 1: seal", keySize+commitmentSize)
	if err != nil {
		return nil, nil, fmt.Errorf("derive a key: %w", err)
	}
	return both[:keySize], both[keySize:], nil
}

// sealOnce seals a text: commitment, nonce, ciphertext. Salt and bound are
// needed again to open it.
func sealOnce(key secret, salt, bound, plain []byte, random io.Reader) ([]byte, error) {
	sealing, commitment, err := key.split(salt)
	if err != nil {
		return nil, err
	}
	var nonce [nonceSize]byte
	if _, err := io.ReadFull(random, nonce[:]); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return committed(nil, sealing, commitment, nonce[:], plain, bound)
}

// committed appends commitment, nonce and ciphertext. It clears the key.
func committed(to, sealing, commitment, nonce, plain, bound []byte) ([]byte, error) {
	defer clear(sealing)
	aead, err := chacha20poly1305.NewX(sealing)
	if err != nil {
		return nil, err
	}
	to = slices.Grow(to, commitmentSize+nonceSize+len(plain)+aead.Overhead())
	to = append(append(to, commitment...), nonce...)
	return aead.Seal(to, nonce, plain, bound), nil
}

// openOnce is the inverse of sealOnce. It matches ErrWrongKey for another key,
// and ErrDamaged where the key is right.
func openOnce(key secret, salt, bound, sealed []byte) ([]byte, error) {
	if len(sealed) < commitmentSize+nonceSize {
		return nil, fmt.Errorf("%w: a sealed text is cut off", ErrDamaged)
	}
	sealing, commitment, err := key.split(salt)
	if err != nil {
		return nil, err
	}
	return uncommitted(sealing, commitment, bound, sealed)
}

// uncommitted is the inverse of committed. It clears the key.
func uncommitted(sealing, commitment, bound, sealed []byte) ([]byte, error) {
	defer clear(sealing)
	if subtle.ConstantTimeCompare(commitment, sealed[:commitmentSize]) != 1 {
		return nil, ErrWrongKey
	}
	aead, err := chacha20poly1305.NewX(sealing)
	if err != nil {
		return nil, err
	}
	rest := sealed[commitmentSize:]
	plain, err := aead.Open(nil, rest[:nonceSize], rest[nonceSize:], bound)
	if err != nil {
		return nil, fmt.Errorf("%w: a sealed text is not as it was written, or not where it was", ErrDamaged)
	}
	return plain, nil
}

// rootKeys are the keys everything else is derived from, by what they are for.
type rootKeys []rootKey

type rootKey struct {
	purpose    uint32
	generation uint32
	key        secret
}

// Format keeps the key out of every text, whatever the verb.
func (k rootKey) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "(secret %d, generation %d)", k.purpose, k.generation)
}

// What root keys are for.
const (
	forEverything uint32 = 1 // Seed, DatabaseKey and the names of shards
	forShards     uint32 = 2 // sealing shards; two generations while they are sealed anew
)

const rootKeySize = 4 + 4 + keySize

func (k rootKeys) encode() []byte {
	data := make([]byte, 0, len(k)*rootKeySize)
	for _, one := range k {
		data = binary.BigEndian.AppendUint32(data, one.purpose)
		data = binary.BigEndian.AppendUint32(data, one.generation)
		data = append(data, one.key[:]...)
	}
	return data
}

func decodeRootKeys(data []byte) (rootKeys, error) {
	if len(data) == 0 || len(data)%rootKeySize != 0 {
		return nil, fmt.Errorf("%w: its root keys are cut off", ErrDamaged)
	}
	var keys rootKeys
	for ; len(data) > 0; data = data[rootKeySize:] {
		keys = append(keys, rootKey{purpose: binary.BigEndian.Uint32(data), generation: binary.BigEndian.Uint32(data[4:]), key: secret(data[8:rootKeySize])})
	}
	return keys, nil
}

// newest returns the key of a purpose with the highest generation.
func (k rootKeys) newest(purpose uint32) (found rootKey, ok bool) {
	for _, one := range k {
		if one.purpose == purpose && (!ok || one.generation > found.generation) {
			found, ok = one, true
		}
	}
	return found, ok
}

// of returns the key of a purpose and generation.
func (k rootKeys) of(purpose, generation uint32) (secret, bool) {
	for _, one := range k {
		if one.purpose == purpose && one.generation == generation {
			return one.key, true
		}
	}
	return secret{}, false
}

// count is how many generations there are of a purpose.
func (k rootKeys) count(purpose uint32) int {
	n := 0
	for _, one := range k {
		if one.purpose == purpose {
			n++
		}
	}
	return n
}
