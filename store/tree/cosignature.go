package tree

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Cosignatures follow C2SP tlog-cosignature, cosignature/v1 with ed25519: what
// is signed is a header, the moment in whole seconds and the checkpoint, and
// the signature has the moment before it, in 8 bytes.

// Cosigner signs checkpoints as a witness. It is a note.Signer.
type Cosigner struct {
	Signer
	now func() time.Time
}

// NewCosigner makes a witness's signer from the 32 bytes of an ed25519 seed.
// Before it signs a checkpoint, a witness must have checked that it is
// consistent with the last one it signed; see Consistency.
func NewCosigner(name string, seed []byte, now func() time.Time) (*Cosigner, error) {
	signer, err := newSigner(name, seed, algorithmCosignatureV1)
	if err != nil {
		return nil, err
	}
	return &Cosigner{Signer: *signer, now: now}, nil
}

// Sign signs the text of a checkpoint, with the present moment.
func (c *Cosigner) Sign(text []byte) ([]byte, error) {
	if _, err := ParseCheckpoint(string(text)); err != nil {
		return nil, err
	}
	at := c.now().Unix()
	if at < 0 {
		return nil, fmt.Errorf("cosign: the clock shows a time before 1970")
	}
	sig := binary.BigEndian.AppendUint64(nil, uint64(at))
	return append(sig, ed25519.Sign(c.key, cosigned(uint64(at), text))...), nil
}

// Verifier verifies what the witness signs.
func (c *Cosigner) Verifier() note.Verifier { return witnessVerifier{c.publicKey} }

// AddCosignature adds a witness's signature to a signed checkpoint, which must
// verify with the log's key. Signatures it bears already stay; a witness's own
// earlier one is replaced.
func AddCosignature(signed []byte, log note.Verifier, witness note.Signer) ([]byte, error) {
	if _, err := OpenCheckpoint(signed, log); err != nil {
		return nil, err
	}
	opened, err := note.Open(signed, note.VerifierList(log))
	if err != nil {
		return nil, refuseNote(err)
	}
	cosigned, err := note.Sign(opened, witness)
	if err != nil {
		return nil, fmt.Errorf("cosign: %w", err)
	}
	return cosigned, nil
}

func cosigned(at uint64, text []byte) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, text)
}

type witnessVerifier struct{ publicKey }

func (v witnessVerifier) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	return ed25519.Verify(v.key, cosigned(binary.BigEndian.Uint64(sig), text), sig[8:])
}

// cosignedAt is the moment in a timestamped signature: the key's hash comes
// first, then the moment. Both algorithms of tlog-cosignature have it there.
func cosignedAt(sig note.Signature) time.Time {
	raw, err := base64.StdEncoding.DecodeString(sig.Base64)
	if err != nil || len(raw) < 4+8+ed25519.SignatureSize {
		return time.Time{}
	}
	at := binary.BigEndian.Uint64(raw[4:])
	if at > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(at), 0).UTC()
}
