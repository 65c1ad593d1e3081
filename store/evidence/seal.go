package evidence

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"filippo.io/age"
)

const (
	keySize  = 32
	saltSize = 16
)

// keys are what a space's blobs are named and sealed with.
type keys struct {
	folder string  // the name of the space's folder
	name   []byte  // names blobs
	wrap   keyWrap // seals them
}

// keysFor derives a space's keys, each under a label of its own.
func keysFor(key []byte, space string) (keys, error) {
	if len(key) != keySize {
		return keys{}, fmt.Errorf("a key of %d bytes; accepted: %d", len(key), keySize)
	}
	var k keys
	folder, err := derive(key, nil, "folder "+space)
	if err != nil {
		return keys{}, err
	}
	k.folder = fmt.Sprintf("%x", folder[:16])
	if k.name, err = derive(key, nil, "name "+space); err != nil {
		return keys{}, err
	}
	k.wrap, err = derive(key, nil, "seal "+space)
	return k, err
}

func derive(key, salt []byte, label string) ([]byte, error) {
	derived, err := hkdf.Key(sha256.New, key, salt, "tocsin evidence 1: "+label, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	return derived, nil
}

// keyWrap wraps a blob's file key with AES-256-GCM under a key that is derived
// from a random salt and used once, so that the nonce can be zero. It is age's
// Recipient and Identity. The header's MAC, under the file key, commits to it.
type keyWrap []byte

// stanzaType says how a file key is wrapped. Another way gets another name.
const stanzaType = "tocsin-evidence-1"

// Format keeps the key out of every text, whatever the verb.
func (keyWrap) Format(f fmt.State, _ rune) { fmt.Fprint(f, "(secret)") }

// Wrap makes the stanza of a blob's header.
func (k keyWrap) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt)
	aead, err := k.once(salt)
	if err != nil {
		return nil, err
	}
	sealed := aead.Seal(nil, make([]byte, aead.NonceSize()), fileKey, nil)
	return []*age.Stanza{{Type: stanzaType, Args: []string{base64.RawStdEncoding.EncodeToString(salt)}, Body: sealed}}, nil
}

// Unwrap finds the file key in a blob's header.
func (k keyWrap) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type != stanzaType || len(s.Args) != 1 {
			continue
		}
		salt, err := base64.RawStdEncoding.Strict().DecodeString(s.Args[0])
		if err != nil || len(salt) != saltSize {
			continue
		}
		aead, err := k.once(salt)
		if err != nil {
			return nil, err
		}
		if fileKey, err := aead.Open(nil, make([]byte, aead.NonceSize()), s.Body, nil); err == nil {
			return fileKey, nil
		}
	}
	return nil, age.ErrIncorrectIdentity
}

func (k keyWrap) once(salt []byte) (cipher.AEAD, error) {
	key, err := derive(k, salt, "wrap")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
