package tree

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Algorithms of keys, the first byte of an encoded one (C2SP signed-note).
const (
	algorithmEd25519       = 0x01
	algorithmCosignatureV1 = 0x04
)

// publicKey is a named ed25519 key of one algorithm.
type publicKey struct {
	name      string
	algorithm byte
	key       ed25519.PublicKey
}

func newPublicKey(name string, algorithm byte, key ed25519.PublicKey) publicKey {
	return publicKey{name: name, algorithm: algorithm, key: key}
}

// Name is the name of the key: a log's origin, or a witness.
func (k publicKey) Name() string { return k.name }

// KeyHash is what a signature names its key by, beside the name.
func (k publicKey) KeyHash() uint32 {
	sum := sha256.Sum256(append([]byte(k.name+"\n"), k.encoded()...))
	return binary.BigEndian.Uint32(sum[:])
}

func (k publicKey) encoded() []byte { return append([]byte{k.algorithm}, k.key...) }

// VerifierKey is the public key as it is handed to others: NAME+HASH+KEY
// (C2SP signed-note, "vkey").
func (k publicKey) VerifierKey() string {
	return fmt.Sprintf("%s+%08x+%s", k.name, k.KeyHash(), base64.StdEncoding.EncodeToString(k.encoded()))
}

// ParseVerifier reads a public key as VerifierKey writes it: a log's, or a
// witness's for cosignatures. Other algorithms come as a note.Verifier from
// elsewhere. It matches ErrFormat.
func ParseVerifier(vkey string) (note.Verifier, error) {
	bad := func(what string) (note.Verifier, error) {
		return nil, fmt.Errorf("%w public key: %s", ErrFormat, what)
	}
	parts := strings.SplitN(vkey, "+", 3)
	if len(vkey) > 1<<10 || len(parts) != 3 || !validOrigin(parts[0]) {
		return bad("it is not NAME+HASH+KEY")
	}
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil || len(parts[1]) != 8 {
		return bad("its second part is not a hash of 8 hexadecimal digits")
	}
	encoded, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(encoded) != 1+ed25519.PublicKeySize {
		return bad("its third part is not an ed25519 key")
	}
	key := newPublicKey(parts[0], encoded[0], encoded[1:])
	if key.KeyHash() != uint32(hash) {
		return bad("its hash is not that of its name and key")
	}
	switch key.algorithm {
	case algorithmEd25519:
		return logVerifier{key}, nil
	case algorithmCosignatureV1:
		return witnessVerifier{key}, nil
	}
	return bad("its algorithm is not known here")
}

// NewSigner makes a log's signer from the 32 bytes of an ed25519 seed. Its
// public key, as VerifierKey writes it, verifies what it signs.
func NewSigner(origin string, seed []byte) (*Signer, error) {
	return newSigner(origin, seed, algorithmEd25519)
}

func newSigner(name string, seed []byte, algorithm byte) (*Signer, error) {
	if !validOrigin(name) {
		return nil, fmt.Errorf("%w name of a key: %q", ErrFormat, name)
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%w seed: %d bytes, want %d", ErrFormat, len(seed), ed25519.SeedSize)
	}
	key := ed25519.NewKeyFromSeed(seed)
	return &Signer{publicKey: newPublicKey(name, algorithm, key.Public().(ed25519.PublicKey)), key: key}, nil
}

// Signer signs checkpoints as a log. It is a note.Signer.
type Signer struct {
	publicKey
	key ed25519.PrivateKey
}

// Sign signs the text of a checkpoint.
func (s *Signer) Sign(text []byte) ([]byte, error) { return ed25519.Sign(s.key, text), nil }

// Verifier verifies what the signer signs.
func (s *Signer) Verifier() note.Verifier { return logVerifier{s.publicKey} }

type logVerifier struct{ publicKey }

func (v logVerifier) Verify(text, sig []byte) bool { return ed25519.Verify(v.key, text, sig) }
