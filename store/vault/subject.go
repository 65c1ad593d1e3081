package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// ErrForgotten means that a subject's key was destroyed: what was sealed for
// them cannot be opened by anybody again, and nothing more is sealed.
var ErrForgotten = errors.New("the subject was forgotten")

// Keys makes sure that subjects have keys, which are on the disk when it
// returns. Sealing does so too, one subject at a time; for many this is
// faster. Those who were forgotten stay forgotten.
func (v *Vault) Keys(subjects []Subject) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	var missing []block
	seen := make(map[block]bool)
	for _, one := range subjects {
		if err := one.check(); err != nil {
			return err
		}
		b := one.block()
		if seen[b] {
			continue
		}
		seen[b] = true
		found, err := v.find(b)
		if err != nil {
			return fmt.Errorf("find the keys of %s: %w", b, err)
		}
		if found == nil {
			missing = append(missing, b)
		}
	}
	if err := v.make(missing); err != nil {
		return fmt.Errorf("make keys: %w", err)
	}
	return nil
}

// key is a subject's key.
func (v *Vault) key(of Subject) (secret, error) {
	s, err := v.shardOf(of)
	switch {
	case err != nil:
		return secret{}, err
	case s == nil:
		return secret{}, fmt.Errorf("%w: the keys of %s are missing; put the vault's files back from a backup", ErrDamaged, of)
	case s.forgotten[of.place()]:
		return secret{}, ErrForgotten
	}
	return s.keys[of.place()], nil
}

// shardOf is where a subject's key lies, nil where there is none.
func (v *Vault) shardOf(of Subject) (*shard, error) {
	if err := of.check(); err != nil {
		return nil, err
	}
	b := of.block()
	v.mu.RLock()
	s := v.cached[b]
	v.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	s, err := v.find(b)
	if err != nil {
		return nil, fmt.Errorf("find the key of %s: %w", of, err)
	}
	return s, nil
}

// sealedFormat is the first byte of a sealed text.
const sealedFormat = 1

// Overhead is how many bytes longer a sealed text is than what it holds.
const Overhead = 1 + commitmentSize + nonceSize + 16

// Seal seals a text for a subject, whose key is made where there is none. The
// context is what the text is and where it stands; it is not secret, and the
// text opens with the same context only. The same text in the same context has
// the same sealed bytes, so that a record of them is reproducible: who sees
// two of them sees whether they are equal, and nothing else. It matches
// ErrForgotten for a subject that was forgotten.
func (v *Vault) Seal(subject Subject, context string, plain []byte) ([]byte, error) {
	known, err := v.shardOf(subject)
	if err != nil {
		return nil, err
	}
	if known == nil {
		if err := v.Keys([]Subject{subject}); err != nil {
			return nil, err
		}
	}
	key, err := v.key(subject)
	if err != nil {
		return nil, err
	}
	nonce := key.nonce(context, plain)
	sealing, commitment := key.once(nonce)
	return committed([]byte{sealedFormat}, sealing, commitment, nonce, plain, []byte(context))
}

// Open opens what Seal made. It matches ErrForgotten where the key was
// destroyed, and ErrDamaged for another subject, another context, or bytes
// that were changed.
func (v *Vault) Open(subject Subject, context string, sealed []byte) ([]byte, error) {
	key, err := v.key(subject)
	if err != nil {
		return nil, err
	}
	if len(sealed) < Overhead {
		return nil, fmt.Errorf("%w: a sealed text is cut off", ErrDamaged)
	}
	if sealed[0] != sealedFormat {
		return nil, fmt.Errorf("%w: a sealed text has format %d; this one reads %d", ErrNewer, sealed[0], sealedFormat)
	}
	sealing, commitment := key.once(sealed[1+commitmentSize:][:nonceSize])
	plain, err := uncommitted(sealing, commitment, []byte(context), sealed[1:])
	if errors.Is(err, ErrWrongKey) {
		return nil, fmt.Errorf("%w: a text was not sealed for %s", ErrDamaged, subject)
	}
	return plain, err
}

// nonce is made of what is sealed, so that no two texts share one whatever the
// machine's randomness is worth.
func (s *secret) nonce(context string, plain []byte) []byte {
	mac := hmac.New(sha256.New, s[:])
	mac.Write(binary.BigEndian.AppendUint64([]byte("tocsin vault 1: nonce"), uint64(len(context))))
	mac.Write([]byte(context))
	mac.Write(plain)
	return mac.Sum(nil)[:nonceSize]
}

const textLabel = "tocsin vault 1: text"

// once makes of a subject's key, which is uniformly random and needs no
// extraction, the key of one text and the commitment to it. It is HKDF-Expand
// (RFC 5869, section 2.3) with the label and the nonce as its info, written out
// so that a start, which opens a text for each incident, makes no garbage of
// it.
func (s *secret) once(nonce []byte) (sealing, commitment []byte) {
	var info [keySize + len(textLabel) + nonceSize + 1]byte
	label := info[keySize:]
	copy(label[copy(label, textLabel):], nonce)
	both := make([]byte, 0, keySize+commitmentSize)
	info[len(info)-1] = 1
	first := s.mac(label)
	copy(info[:], first[:])
	info[len(info)-1] = 2
	second := s.mac(info[:])
	both = append(append(both, first[:]...), second[:]...)
	return both[:keySize:keySize], both[keySize:]
}

// mac is HMAC with SHA-256 (RFC 2104) over at most 128 bytes.
func (s *secret) mac(message []byte) [sha256.Size]byte {
	const inside, outside = 0x36, 0x5c
	var room [sha256.BlockSize + 128]byte
	copy(room[:], s[:])
	for k := range sha256.BlockSize {
		room[k] ^= inside
	}
	inner := sha256.Sum256(room[:sha256.BlockSize+copy(room[sha256.BlockSize:], message)])
	for k := range sha256.BlockSize {
		room[k] ^= inside ^ outside
	}
	return sha256.Sum256(room[:sha256.BlockSize+copy(room[sha256.BlockSize:], inner[:])])
}

// Forget destroys a subject's key, if they have one or not: nothing is sealed
// for them afterwards either. When it returns, the key is in no file of the
// vault. Its old bytes were overwritten where they lay, which is best effort:
// flash and copy-on-write file systems keep them until they need the room, and
// backups for as long as they are kept.
func (v *Vault) Forget(subject Subject) error {
	if err := v.Keys([]Subject{subject}); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	b := subject.block()
	s, err := v.find(b)
	if err != nil {
		return fmt.Errorf("forget %s: %w", subject, err)
	}
	path, err := v.shardPath(b)
	if err != nil {
		return err
	}
	next := s.without(subject.place())
	data, err := v.sealShard(path, next)
	if err != nil {
		return fmt.Errorf("forget %s: %w", subject, err)
	}
	delete(v.cached, b) // whatever stops now, the disk has the truth
	if err := v.disk.supersede(path, data); err != nil {
		return fmt.Errorf("forget %s: %w", subject, err)
	}
	v.cache(b, next)
	return nil
}

// Forgotten lists which of some subjects were forgotten.
func (v *Vault) Forgotten(subjects []Subject) ([]Subject, error) {
	var gone []Subject
	for _, one := range subjects {
		s, err := v.shardOf(one)
		if err != nil {
			return nil, err
		}
		if s != nil && s.forgotten[one.place()] {
			gone = append(gone, one)
		}
	}
	return slices.Clip(gone), nil
}
