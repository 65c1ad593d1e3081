package store

import (
	"context"
	"fmt"
	"slices"

	"tocsin/model"
)

// projectionVersion is the version of what is projected and how it is encoded.
// A start that finds another one computes the projections anew from the
// events, so it may change freely.
const projectionVersion = 1

// headRecord is the end of a space's log. A signed head takes its place later.
type headRecord struct {
	Seq uint64 `json:"seq"`
}

// metaRecord is the space itself and how far its projections are.
type metaRecord struct {
	Version int        `json:"v"` // projectionVersion
	Seq     uint64     `json:"seq"`
	Meta    model.Meta `json:"meta"`
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
func project(b *batch, touched []model.Touched) (size int, err error) {
	done := make(map[slot]bool, len(touched))
	put := func(s slot, v any) {
		if err != nil || done[s] {
			return
		}
		var data []byte
		data, err = encodeEntry(v)
		b.put(s, data)
		done[s] = true
		size += len(data)
	}
	for _, t := range slices.Backward(touched) {
		if t.Incident != nil {
			put(incidentSlot(t.Incident.ID), t.Incident)
		}
		if t.Pack != nil {
			put(packSlot(t.Pack.Ref()), t.Pack)
		}
	}
	return size, err
}

// projectMeta adds the space itself, and that the projections are as of seq.
func projectMeta(b *batch, s *model.State) error {
	data, err := encodeEntry(metaRecord{Version: projectionVersion, Seq: s.Seq, Meta: s.Meta})
	if err != nil {
		return err
	}
	b.put(metaSlot(), data)
	return nil
}

// projected reads how far the projections of a space are; ok is false where
// there are none that this version can use.
func projected(ctx context.Context, p projections) (meta metaRecord, ok bool, err error) {
	value, ok, err := p.get(ctx, metaSlot())
	if err != nil || !ok {
		return metaRecord{}, false, err
	}
	var version struct {
		Version int `json:"v"`
	}
	if err := tolerant.Unmarshal(value, &version); err != nil {
		return metaRecord{}, false, unreadable("the space's settings", err)
	}
	if version.Version != projectionVersion {
		return metaRecord{}, false, nil
	}
	err = decodeEntry(value, &meta)
	return meta, err == nil, err
}
