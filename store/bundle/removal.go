package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"tocsin/store/tree"
)

// purgedKind is the kind of the events that order the removal of others.
const purgedKind = "incidents.purged"

// Span is the first and the last of events that follow one another.
type Span [2]uint64

// Ordered lists the events whose texts an event, as it is stored, says are to
// be removed: none where it is of another kind, or cannot be read.
func Ordered(stored []byte) []Span {
	if !bytes.Contains(stored, []byte(purgedKind)) { // most events are not read
		return nil
	}
	fields, err := readable(stored)
	if err != nil || string(fields["kind"]) != `"`+purgedKind+`"` {
		return nil
	}
	var body struct {
		Incidents []struct {
			Events []Span `json:"events"`
		} `json:"incidents"`
	}
	if err := json.Unmarshal(fields["body"], &body); err != nil {
		return nil
	}
	var spans []Span
	for _, one := range body.Incidents {
		spans = append(spans, one.Events...)
	}
	return spans
}

// Removals are the events of a log whose texts are gone, and those that ordered
// it: what stands in the place of an event has the right leaf whoever puts it
// there, so that the tree alone says nothing. The zero value is that of an
// empty log. It holds eight bytes for each text that is gone.
type Removals struct {
	gone   map[uint64][]uint64 // by the event that is said to have ordered it
	orders map[uint64][]Span
}

// Remove takes an event whose text is gone, by the order of another.
func (r *Removals) Remove(seq, by uint64) {
	if r.gone == nil {
		r.gone = make(map[uint64][]uint64)
	}
	r.gone[by] = append(r.gone[by], seq)
}

// Order takes what an event ordered.
func (r *Removals) Order(seq uint64, spans []Span) {
	if len(spans) == 0 {
		return
	}
	if r.orders == nil {
		r.orders = make(map[uint64][]Span)
	}
	r.orders[seq] = spans
}

// join takes what others hold, and says how many texts of it are gone.
func (r *Removals) join(others Removals) (gone uint64) {
	for by, events := range others.gone {
		gone += uint64(len(events))
		for _, seq := range events {
			r.Remove(seq, by)
		}
	}
	for seq, spans := range others.orders {
		r.Order(seq, spans)
	}
	return gone
}

// Removers are the events that are said to have ordered something, ascending.
func (r *Removals) Removers() []uint64 { return slices.Sorted(maps.Keys(r.gone)) }

// Fault is the first text that is gone without an order, nil where there is
// none. All events must have been taken.
func (r *Removals) Fault() *tree.Fault {
	var first *tree.Fault
	for by, events := range r.gone {
		for _, seq := range events {
			covers := func(s Span) bool { return s[0] <= seq && seq <= s[1] }
			if (first == nil || seq < first.First) && !slices.ContainsFunc(r.orders[by], covers) {
				first = &tree.Fault{Kind: tree.Altered, First: seq, Last: seq, Detail: fmt.Sprintf("the text of event %d is gone, which event %d did not order", seq, by)}
			}
		}
	}
	return first
}

// RefuseRemover is the fault of an event whose text is said to be gone by an
// event that cannot have ordered it, in a log of so many events; nil where it
// can.
func RefuseRemover(seq, by, size uint64) *tree.Fault {
	if by > seq && by <= size {
		return nil
	}
	return &tree.Fault{Kind: tree.Altered, First: seq, Last: seq, Detail: fmt.Sprintf("event %d is said to be removed by event %d, which cannot be", seq, by)}
}
