package outbox

import (
	"crypto/aes"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"tocsin/model"
)

// ErrForeign means that an identity was not made here.
var ErrForeign = errors.New("not an identity of a message sent from here")

// Place is where a message stands in the record of a space: to which recipient
// of which notice of which incident it went.
type Place struct {
	Incident model.ID
	Notice   string // "N1" and so on
	Ordinal  int    // of the recipient among those of the notice, from 0
}

// Identities makes the identities of a space's messages: the same for the same
// place, always, so that a message that was sent twice is seen to be the same
// one. To others an identity says nothing, not even how many recipients there
// were. It needs the space's key to be made and to be read.
type Identities struct{ key []byte }

// IdentitiesOf takes a space's key, of 32 bytes.
func IdentitiesOf(key []byte) (Identities, error) {
	if len(key) != 32 {
		return Identities{}, fmt.Errorf("a key of %d bytes; accepted: 32", len(key))
	}
	return Identities{key: key}, nil
}

// letters write identities: a mail server may change upper and lower case.
var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Of is the identity of a place, without the domain that follows it in a
// Message-ID: 26 letters and digits.
func (i Identities) Of(p Place) (string, error) {
	year, number, ok := p.Incident.Parts()
	notice, err := strconv.Atoi(strings.TrimPrefix(p.Notice, "N"))
	fits := year >= 0 && year <= math.MaxUint16 && number >= 0 && number <= math.MaxUint32 && notice >= 0 && notice <= math.MaxUint16 && p.Ordinal >= 0 && p.Ordinal <= math.MaxUint32
	if !ok || err != nil || !fits {
		return "", fmt.Errorf("recipient %d of notice %q of %q has no identity", p.Ordinal, p.Notice, p.Incident)
	}
	var block [aes.BlockSize]byte // four zero bytes at the end tell it from others
	binary.BigEndian.PutUint16(block[0:], uint16(year))
	binary.BigEndian.PutUint32(block[2:], uint32(number))
	binary.BigEndian.PutUint16(block[6:], uint16(notice))
	binary.BigEndian.PutUint32(block[8:], uint32(p.Ordinal))
	cipher, err := aes.NewCipher(i.key)
	if err != nil {
		return "", err
	}
	cipher.Encrypt(block[:], block[:])
	return letters.EncodeToString(block[:]), nil
}

// Place reads an identity, or a whole Message-ID. It matches ErrForeign.
func (i Identities) Place(identity string) (Place, error) {
	identity, _, _ = strings.Cut(strings.Trim(strings.TrimSpace(identity), "<>"), "@")
	data, err := letters.DecodeString(strings.ToLower(identity))
	if err != nil || len(data) != aes.BlockSize {
		return Place{}, ErrForeign
	}
	cipher, err := aes.NewCipher(i.key)
	if err != nil {
		return Place{}, err
	}
	var block [aes.BlockSize]byte
	cipher.Decrypt(block[:], data)
	if binary.BigEndian.Uint32(block[12:]) != 0 {
		return Place{}, ErrForeign
	}
	return Place{
		Incident: model.NewID(int(binary.BigEndian.Uint16(block[0:])), int(binary.BigEndian.Uint32(block[2:]))),
		Notice:   "N" + strconv.Itoa(int(binary.BigEndian.Uint16(block[6:]))),
		Ordinal:  int(binary.BigEndian.Uint32(block[8:])),
	}, nil
}
