package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"tocsin/model"
)

// Projections are not covered by the tree: what they say is what people see, and
// a bit of them that changes by itself would change that. Each lies there with a
// sum over its slot and its value, so that none can be altered or stand in the
// place of another, and the space itself counts them and sums up how new each is,
// so that none can be missing, left over or out of date. That is against
// accidents; against people there is the tree, and projections can be computed
// anew from what it covers.

// unfit says how projections are not what was written, as a sentence without a
// full stop. It matches ErrDamaged.
type unfit string

func (u unfit) Error() string { return string(u) }

// Is makes it match ErrDamaged.
func (u unfit) Is(target error) bool { return target == ErrDamaged }

// alteredAt says that an entry is not what was written there.
func alteredAt(at slot) error {
	return unfit(fmt.Sprintf("what is kept of %s is not what was written", at.words()))
}

// miscounted says that entries are missing, left over or out of date.
func miscounted(what string, found, kept tally) error {
	if found.Count != kept.Count {
		return unfit(fmt.Sprintf("of %s %d are kept, where there were %d", what, found.Count, kept.Count))
	}
	return unfit(fmt.Sprintf("of %d %s that are kept, some are of another time", found.Count, what))
}

// sumBytes is how long the sum after a value is.
const sumBytes = 4

// summed is a value with its sum after it, as it is kept at a slot.
func summed(at slot, value []byte) []byte {
	return binary.BigEndian.AppendUint32(value, sumOf([]byte(at), value))
}

// unsummed is the inverse of summed.
func unsummed(at slot, kept []byte) ([]byte, error) {
	if value, ok := isSummed([]byte(at), kept); ok {
		return value, nil
	}
	return nil, alteredAt(at)
}

// isSummed takes what is kept at a slot apart, where it is what was written.
func isSummed(at, kept []byte) (value []byte, ok bool) {
	end := len(kept) - sumBytes
	if end < 0 || sumOf(at, kept[:end]) != binary.BigEndian.Uint32(kept[end:]) {
		return nil, false
	}
	return kept[:end], true
}

func sumOf(at, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(at, castagnoli), castagnoli, value)
}

// tally is which entries there are, and of which versions.
type tally struct {
	Count  uint64 `json:"n"`
	Stamps uint64 `json:"stamps"` // the sum of their stamps, beyond 64 bits cut off
}

func (t *tally) add(at []byte, version uint64) {
	t.Count++
	t.Stamps += stampOf(at, version)
}

func (t *tally) remove(at []byte, version uint64) {
	t.Count--
	t.Stamps -= stampOf(at, version)
}

func (t *tally) join(other tally) {
	t.Count += other.Count
	t.Stamps += other.Stamps
}

// tallies are which entries there are of those that are many.
type tallies struct{ incidents, blocks, customers tally }

// follow takes in what an event changed; gone are the incidents that it took
// away.
func (t *tallies) follow(touched model.Touched, gone []*model.Incident) {
	t.incidents.follow(touched, gone)
	t.blocks.blocks(touched.Blocks)
}

// incident adds an incident as it is.
func (t *tally) incident(id model.ID, version uint64) { t.add([]byte(incidentSlot(id)), version) }

// stampOf tells an entry, and its version, from others. Stamps are as good as
// random, so that what goes wrong with some does not cancel out.
func stampOf(at []byte, version uint64) uint64 {
	x := uint64(crc32.Checksum(at, castagnoli))<<32 ^ (version+1)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// follow takes in what an event changed; gone are the incidents that it took
// away.
func (t *tally) follow(touched model.Touched, gone []*model.Incident) {
	for _, i := range gone {
		t.remove([]byte(incidentSlot(i.ID)), i.Version)
	}
	i := touched.Incident
	if i == nil {
		return
	}
	if touched.Before > 0 {
		t.remove([]byte(incidentSlot(i.ID)), touched.Before)
	}
	t.incident(i.ID, i.Version)
}

// takenBy are the incidents that an event is about to take out of a state.
func takenBy(e model.Event, before *model.State) (gone []*model.Incident) {
	order, ok := e.Body.(*model.IncidentsPurged)
	if !ok {
		return nil
	}
	for k := range order.Incidents {
		if i, ok := before.Incident(order.Incidents[k].ID); ok {
			gone = append(gone, i)
		}
	}
	return gone
}

// tallyLaws counts packs, of which each version is one, and calendars.
func tallyLaws(laws model.Laws) (t tally) {
	for _, p := range laws.Packs {
		t.add([]byte(packSlot(p.Ref())), 0)
	}
	for _, e := range laws.Calendars {
		t.add([]byte(calendarSlot(e.ID)), uint64(e.Version))
	}
	return t
}
