package tree

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a leaf, a node or a root: SHA-256 as RFC 6962, section 2.1, takes it.
// Its String is base64.
type Hash = tlog.Hash

const (
	// Height is how many levels of the tree one tile stands for.
	Height = 8
	// Width is how many hashes a full tile holds.
	Width = 1 << Height
	// HashSize is how many bytes a hash has.
	HashSize = tlog.HashSize
	// MaxSize is the largest number of events that this package counts.
	MaxSize = 1 << 56
)

// ErrFormat means that something is not what its format asks: a checkpoint, a
// tile, a key or a proof. What follows it says where.
var ErrFormat = errors.New("malformed")

// LeafHash is the leaf of an event's stored bytes.
func LeafHash(event []byte) Hash {
	var room [1 << 10]byte
	return sha256.Sum256(append(append(room[:0], 0x00), event...))
}

// rootOf is the root of the tree over hashes, which it uses as scratch room.
// There must be at least one.
func rootOf(hashes []Hash) Hash {
	for len(hashes) > 1 {
		pairs := len(hashes) / 2
		for k := range pairs {
			hashes[k] = tlog.NodeHash(hashes[2*k], hashes[2*k+1])
		}
		if len(hashes)%2 == 1 { // goes up as it is
			hashes[pairs] = hashes[len(hashes)-1]
			pairs++
		}
		hashes = hashes[:pairs]
	}
	return hashes[0]
}

// emptyRoot is the root of a tree without leaves.
func emptyRoot() Hash { return sha256.Sum256(nil) }

// Pack puts hashes one after the other, as tiles and compact ranges are kept.
func Pack(hashes []Hash) []byte {
	data := make([]byte, 0, len(hashes)*HashSize)
	for _, h := range hashes {
		data = append(data, h[:]...)
	}
	return data
}

// Unpack is the inverse of Pack. It matches ErrFormat where the data does not
// divide into hashes.
func Unpack(data []byte) ([]Hash, error) {
	if len(data)%HashSize != 0 {
		return nil, fmt.Errorf("%w hashes: %d bytes do not divide by %d", ErrFormat, len(data), HashSize)
	}
	hashes := make([]Hash, len(data)/HashSize)
	for k := range hashes {
		copy(hashes[k][:], data[k*HashSize:])
	}
	return hashes, nil
}
