package store

import (
	"bytes"
	"errors"

	"tocsin/model"
	"tocsin/store/tree"
)

// ErrRemoved means that an event's text was removed from the record by a
// later event. Its leaf is still there, so everything else verifies.
var ErrRemoved = errors.New("its text was removed")

// tombstone stands in the place of an event whose text was removed: the leaf
// that the event had in the tree, and the event that ordered the removal.
//
// It is kept as the CBOR array of a byte string of 32 and an unsigned integer
// in deterministic encoding. An envelope is a CBOR map, so the first byte
// tells one from the other.
type tombstone struct {
	leaf tree.Hash
	by   uint64
}

// tombstoneStart is the array of two, and the head of a byte string of 32.
const tombstoneStart = "\x82\x58\x20"

func (t tombstone) encode() ([]byte, error) {
	return encodeEntry([]any{t.leaf[:], t.by})
}

// parseTombstone reads a tombstone; ok is false for anything else.
func parseTombstone(data []byte) (t tombstone, ok bool) {
	if len(data) < len(tombstoneStart) || string(data[:len(tombstoneStart)]) != tombstoneStart {
		return tombstone{}, false
	}
	var parts struct {
		_    struct{} `cbor:",toarray"`
		Leaf []byte
		By   uint64
	}
	if err := decoding.Unmarshal(data, &parts); err != nil || len(parts.Leaf) != tree.HashSize {
		return tombstone{}, false
	}
	t = tombstone{leaf: tree.Hash(parts.Leaf), by: parts.By}
	again, err := t.encode() // of the encodings of a number, the shortest
	return t, err == nil && bytes.Equal(again, data)
}

// ordered lists the events whose texts an event says are to be removed: none
// where it is of another kind, or cannot be read. The names in it stay veiled.
func ordered(stored []byte) (events []model.Span) {
	var env envelope
	if err := decoding.Unmarshal(stored, &env); err != nil || env.Kind != (*model.IncidentsPurged).Kind(nil) {
		return nil
	}
	var purged model.IncidentsPurged
	if err := decoding.Unmarshal(env.Body, &purged); err != nil {
		return nil
	}
	for _, one := range purged.Incidents {
		events = append(events, one.Events...)
	}
	return events
}

// leaf is a record's leaf in the tree, whether its text is there or not.
func (r record) leaf() tree.Hash {
	if t, ok := parseTombstone(r.data); ok {
		return t.leaf
	}
	return tree.LeafHash(r.data)
}
