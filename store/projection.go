package store

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// projectionVersion is the version of what folding makes of events. It rises
// when the same events are to fold to something else; that types changed is
// noticed without it. A start that finds projections of another version or
// shape computes them anew from the events.
const projectionVersion = 18

// shape is what projections are made of.
var shape = shapeOf(reflect.TypeFor[model.Incident](), reflect.TypeFor[model.Meta](), reflect.TypeFor[policy.Pack](), reflect.TypeFor[calendar.Edition]())

// metaRecord is the space itself and how far its projections are.
type metaRecord struct {
	Version   int        `json:"v"` // projectionVersion
	Shape     string     `json:"shape"`
	Seq       uint64     `json:"seq"`
	Meta      model.Meta `json:"meta"`
	Incidents tally      `json:"incidents"`
	Blocks    tally      `json:"blocks"` // of deliveries
	Laws      tally      `json:"laws"`
	People    tally      `json:"people"`
	Customers tally      `json:"customers"`
}

// encodeEntry makes the stored form of a projection or record.
func encodeEntry(v any) ([]byte, error) {
	data, err := encoding.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return data, nil
}

// decodeEntry reads what encodeEntry made.
func decodeEntry(data []byte, v any) error {
	if err := decoding.Unmarshal(data, v); err != nil {
		return unreadable(fmt.Sprintf("%T", v), err)
	}
	return nil
}

// project adds to a batch what events changed, each incident as the last of
// them left it, and returns how many bytes that takes.
func project(b *batch, v *veil, touched []model.Touched) (size int, err error) {
	done := make(map[slot]bool, len(touched))
	for _, t := range slices.Backward(touched) {
		if i := t.Incident; i != nil && !done[incidentSlot(i.ID)] {
			data, err := encodeIncident(v, i)
			if err != nil {
				return 0, err
			}
			b.put(incidentSlot(i.ID), summed(incidentSlot(i.ID), data))
			done[incidentSlot(i.ID)] = true
			size += len(data)
		}
		for k := range t.Blocks {
			if at := deliverySlot(t.Blocks[k].Notice, t.Blocks[k].Block); !done[at] {
				size += putBlock(b, &t.Blocks[k])
				done[at] = true
			}
		}
		for _, id := range t.Purged {
			b.put(incidentSlot(id), nil)
			done[incidentSlot(id)] = true
		}
		n, err := projectLaws(b, t)
		if err != nil {
			return 0, err
		}
		size += n
	}
	return size, nil
}

// projectLaws adds what an event adopted. One command adopts one pack or one
// calendar.
func projectLaws(b *batch, t model.Touched) (size int, err error) {
	var at slot
	var law any
	switch {
	case t.Pack != nil:
		at, law = packSlot(t.Pack.Ref()), t.Pack
	case t.Calendar != nil:
		at, law = calendarSlot(t.Calendar.ID), t.Calendar
	default:
		return 0, nil
	}
	data, err := encodeEntry(law)
	if err != nil {
		return 0, err
	}
	b.put(at, summed(at, data))
	return len(data), nil
}

// projectMeta adds the names that are new, the space itself, and that the
// projections are as of its last event.
func projectMeta(b *batch, v *veil, s *model.State, kept tallies) error {
	meta, err := v.coverMeta(s.Meta)
	if err != nil {
		return err
	}
	if err := v.store(b); err != nil {
		return err
	}
	data, err := encodeEntry(metaRecord{
		Version: projectionVersion, Shape: shape, Seq: s.Seq, Meta: meta,
		Incidents: kept.incidents, Blocks: kept.blocks, Laws: tallyLaws(s.Laws()), People: v.stored(), Customers: kept.customers,
	})
	if err != nil {
		return err
	}
	b.put(metaSlot(), summed(metaSlot(), data))
	return nil
}

// projected reads how far the projections of a space are, with people by their
// tokens; ok is false where there are none that this version can use.
func projected(ctx context.Context, p projections) (meta metaRecord, ok bool, err error) {
	kept, ok, err := p.get(ctx, metaSlot())
	if err != nil || !ok {
		return metaRecord{}, false, err
	}
	value, err := unsummed(metaSlot(), kept)
	if err != nil && madeOtherwise(kept) {
		return metaRecord{}, false, nil
	}
	if err != nil || madeOtherwise(value) {
		return metaRecord{}, false, err
	}
	err = decodeEntry(value, &meta)
	return meta, err == nil, err
}

// madeOtherwise reports whether the settings of a space were written with
// projections of another version or shape. Those of some had no sum.
func madeOtherwise(value []byte) bool {
	var made struct {
		Version int    `json:"v"`
		Shape   string `json:"shape"`
	}
	err := tolerant.Unmarshal(value, &made)
	return err == nil && (made.Version != projectionVersion || made.Shape != shape)
}
