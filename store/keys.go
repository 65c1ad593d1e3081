package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/store/tree"
)

// The layout of the database. Numbers are big-endian, so that keys sort as
// the numbers do.
//
//	0x00 "format"                         what this directory holds: formatRecord
//	0x01 len(space) space slot            everything else belongs to one space
//
// A slot is a kind and what tells entries of that kind apart:
//
//	'e' seq(8)                            an event: envelope, or tombstone
//	'h'                                   the end of the log and its tree: headRecord
//	'l' level(1) index(8)                 a tile of the tree: its hashes, one after the other
//	'k' size(8)                           a signed checkpoint: a note
//	'w' size(8)                           one that witnesses cosigned: a note
//	'm'                                   the space itself, and how far the projections are: metaRecord
//	'p' id@version                        an adopted pack: policy.Pack
//	'c' id                                the newest version of an adopted calendar: calendar.Edition
//	'i' incident                          an incident as it is now: model.Incident
//	'd' len(incident) incident len(notice) notice block(4)
//	                                      where some recipients of a notice stand: model.DeliveryBlock
//	'n' token                             who a token stands for: personEntry
//	'u' number(8)                         a customer, without what is personal: customerEntry
//	'x' id                                the number that a customer's own id was given last
//	'f' number(8)                         a customer who was forgotten
//	'a' len(incident) incident len(group) group frozen(8) end(8)
//	                                      affected customers: affectedBlock, by where their recipients end
//	'b' len(incident) incident number(8)  the group an affected customer is in: affectedEntry
//	'r' seq(8)                            what is left to do of the purge that an event orders: purgeRecord
//	't' len(incident) incident seq(8)     which events are about an incident; no value
//
// The length before a name keeps one name from being the beginning of
// another. Only this file makes keys; everything above it speaks of slots, and
// a slot becomes a key only through a space.
const (
	wholeStore byte = 0x00
	oneSpace   byte = 0x01
)

var formatKey = append([]byte{wholeStore}, "format"...)

// slotKind is the first byte of a slot.
type slotKind byte

const (
	eventKind      slotKind = 'e'
	headKind       slotKind = 'h'
	tileKind       slotKind = 'l'
	checkpointKind slotKind = 'k'
	witnessedKind  slotKind = 'w'
	metaKind       slotKind = 'm'
	packKind       slotKind = 'p'
	calendarKind   slotKind = 'c'
	incidentKind   slotKind = 'i'
	historyKind    slotKind = 't'
	personKind     slotKind = 'n'
	purgeKind      slotKind = 'r'
	deliveryKind   slotKind = 'd'
	customerKind   slotKind = 'u'
	customerIDKind slotKind = 'x'
	forgottenKind  slotKind = 'f'
	blockKind      slotKind = 'a'
	affectedKind   slotKind = 'b'
)

// slot is the place of one entry within a space.
type slot string

func (k slotKind) all() slot { return slot(k) }

func headSlot() slot { return headKind.all() }
func metaSlot() slot { return metaKind.all() }

func eventSlot(seq uint64) slot       { return eventKind.numbered(seq) }
func purgeSlot(seq uint64) slot       { return purgeKind.numbered(seq) }
func checkpointSlot(size uint64) slot { return checkpointKind.numbered(size) }
func witnessedSlot(size uint64) slot  { return witnessedKind.numbered(size) }

func (k slotKind) numbered(n uint64) slot {
	return slot(binary.BigEndian.AppendUint64([]byte{byte(k)}, n))
}

func tileSlot(id tree.TileID) slot {
	return slot(binary.BigEndian.AppendUint64([]byte{byte(tileKind), byte(id.Level)}, id.Index))
}

func packSlot(ref policy.Ref) slot { return packKind.all() + slot(ref.String()) }

func calendarSlot(id string) slot { return calendarKind.all() + slot(id) }

func incidentSlot(id model.ID) slot { return incidentKind.all() + slot(id) }

// historyOf is the beginning of the slots of an incident's history.
func historyOf(id model.ID) slot {
	return slot(append([]byte{byte(historyKind), byte(len(id))}, id...))
}

func historySlot(id model.ID, seq uint64) slot {
	return slot(binary.BigEndian.AppendUint64([]byte(historyOf(id)), seq))
}

func customerSlot(number uint64) slot  { return customerKind.numbered(number) }
func forgottenSlot(number uint64) slot { return forgottenKind.numbered(number) }

func customerIDSlot(id string) slot { return customerIDKind.all() + slot(id) }

// blocksOf is the beginning of the slots of an affected group's blocks.
func blocksOf(id model.ID, group string, frozen uint64) slot {
	at := append(allBlocksOf(id), byte(len(group)))
	return slot(binary.BigEndian.AppendUint64(append(at, group...), frozen))
}

// allBlocksOf is the beginning of the slots of all blocks of an incident.
func allBlocksOf(id model.ID) []byte {
	return append([]byte{byte(blockKind), byte(len(id))}, id...)
}

func blockSlot(id model.ID, group string, frozen uint64, end int) slot {
	return slot(binary.BigEndian.AppendUint64([]byte(blocksOf(id, group, frozen)), uint64(end)))
}

// affectedOf is the beginning of the slots of an incident's affected customers.
func affectedOf(id model.ID) slot {
	return slot(append([]byte{byte(affectedKind), byte(len(id))}, id...))
}

func affectedSlot(id model.ID, number uint64) slot {
	return slot(binary.BigEndian.AppendUint64([]byte(affectedOf(id)), number))
}

func personSlot(token string) slot { return personKind.all() + slot(token) }

// seq is the number a slot of an event, a checkpoint or a history ends with.
func (s slot) seq() uint64 {
	if len(s) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64([]byte(s[len(s)-8:]))
}

// words say of a projection what it is, for people. Whoever it is about is not
// named: a token says nothing.
func (s slot) words() string {
	switch kind := slotKind(s[0]); kind {
	case incidentKind:
		return model.Clip(string(s[1:]), 40)
	case packKind:
		return "pack " + model.Clip(string(s[1:]), 40)
	case calendarKind:
		return "calendar " + model.Clip(string(s[1:]), 40)
	case personKind:
		return "somebody's name"
	case deliveryKind:
		ref, _, _ := s.delivery()
		return "the deliveries of notice " + model.Clip(ref.String(), 40)
	default:
		return "the space itself"
	}
}

// keyspace is what every key of a space begins with.
type keyspace string

// ErrSpaceName means that a name cannot be a space's.
var ErrSpaceName = errors.New("not a name for a space")

// MaxSpaceName is how many characters a space's name may have.
const MaxSpaceName = 32

func newKeyspace(id string) (keyspace, error) {
	if !validSpace(id) {
		return "", fmt.Errorf("%w: %q; accepted: 1 to %d of a-z, 0-9 and -", ErrSpaceName, model.Clip(id, MaxSpaceName+1), MaxSpaceName)
	}
	return keyspace(append([]byte{oneSpace, byte(len(id))}, id...)), nil
}

func validSpace(id string) bool {
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return len(id) >= 1 && len(id) <= MaxSpaceName
}

func (k keyspace) key(s slot) []byte {
	return append(append(make([]byte, 0, len(k)+len(s)), k...), s...)
}

// spaceOf is the space of a key, and where the keys of the next may begin; ok
// is false for a key of none.
func spaceOf(key []byte) (id string, next []byte, ok bool) {
	if len(key) < 2 || key[0] != oneSpace || len(key) < 2+int(key[1]) {
		return "", nil, false
	}
	end := 2 + int(key[1])
	return string(key[2:end]), append(append([]byte{}, key[:end]...), 0xff), true
}

// slot is the inverse of key.
func (k keyspace) slot(key []byte) slot { return slot(key[len(k):]) }
