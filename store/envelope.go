package store

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/fxamacker/cbor/v2"

	"tocsin/model"
)

// Events are kept as CBOR (RFC 8949) in core deterministic encoding (section
// 4.2.1), so that the same event has the same bytes wherever it is encoded and
// a hash over them means something. Times are tag 0 text, RFC 3339 in UTC:
// whoever opens the log in ten years with any CBOR tool reads a date rather
// than a count from an epoch, and the text is exact, which floating-point
// epoch times are not.
const (
	// plainEnvelope is the version of envelopes that hold names and reporters as
	// they are, as they were written before there was a vault.
	plainEnvelope = 1
	// envelopeVersion is the version of the envelope that is written.
	envelopeVersion = 2
	// MaxEnvelope is how many bytes an encoded event may have.
	MaxEnvelope = 256 << 10
)

// What a record can be wrong with; match with errors.Is.
var (
	// ErrNewer means that a newer version of tocsin wrote what was read.
	ErrNewer = errors.New("written by a newer version of tocsin")
	// ErrDamaged means that what was read is not what was written.
	ErrDamaged = errors.New("the record is damaged")
	// ErrTooLarge means that a command's events exceed what one transaction
	// takes. Nothing of it has happened; it may be given in smaller parts.
	ErrTooLarge = errors.New("too large for one entry of the record")
)

// envelope is an event as it is stored. Within one version nothing may be
// added to it or to a body that an older reader could leave out of account,
// so reading is strict: an unknown field or kind means a newer writer.
type envelope struct {
	Version int             `json:"v"`
	Seq     uint64          `json:"seq"`
	At      time.Time       `json:"at"`
	Actor   string          `json:"actor"`
	Role    model.Role      `json:"role"`
	Batch   string          `json:"batch,omitempty"`
	Kind    string          `json:"kind"`
	Body    cbor.RawMessage `json:"body"`
	// Names are those that no earlier event holds, by token; since version 2.
	Names map[string]personEntry `json:"names,omitempty"`
}

var (
	encoding = must(cbor.EncOptions{
		Sort:          cbor.SortCoreDeterministic,
		ShortestFloat: cbor.ShortestFloat16,
		NaNConvert:    cbor.NaNConvert7e00,
		InfConvert:    cbor.InfConvertFloat16,
		IndefLength:   cbor.IndefLengthForbidden,
		Time:          cbor.TimeRFC3339NanoUTC,
		TimeTag:       cbor.EncTagRequired,
		TextMarshaler: cbor.TextMarshalerTextString,
	}.EncMode())

	decoding = must(decodeOptions(cbor.ExtraDecErrorUnknownField).DecMode())

	// tolerant is for the few records that a version must be able to read
	// whoever wrote them, because they say who did.
	tolerant = must(decodeOptions(cbor.ExtraDecErrorNone).DecMode())
)

func decodeOptions(extra cbor.ExtraDecErrorCond) cbor.DecOptions {
	return cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TimeTag:           cbor.DecTagRequired,
		ExtraReturnErrors: extra,
		TextUnmarshaler:   cbor.TextUnmarshalerTextString,
		MaxNestedLevels:   16,
		UTF8:              cbor.UTF8RejectInvalid,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
	}
}

func must[T any](mode T, err error) T {
	if err != nil {
		panic(err)
	}
	return mode
}

// encodeEvent makes the stored form of an event, with what is personal in it
// veiled.
func encodeEvent(v *veil, e model.Event) ([]byte, error) { return encodeNaming(v, e, nil) }

// encodeNaming is encodeEvent for an event that also holds names of others.
func encodeNaming(v *veil, e model.Event, others map[string]personEntry) ([]byte, error) {
	version := plainEnvelope
	var names map[string]personEntry
	if v != nil {
		version = envelopeVersion
		covered, introduced, err := v.cover(e)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", e.Body.Kind(), err)
		}
		e, names = covered, introduced
		maps.Copy(names, others)
	}
	body, err := encoding.Marshal(e.Body)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", e.Body.Kind(), err)
	}
	data, err := encoding.Marshal(envelope{
		Version: version, Seq: e.Seq, At: e.At, Actor: e.Actor, Role: e.Role, Batch: e.Batch, Kind: e.Body.Kind(), Body: body, Names: names,
	})
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", e.Body.Kind(), err)
	}
	if len(data) > MaxEnvelope {
		return nil, tooLarge(e.Body.Kind(), len(data), MaxEnvelope)
	}
	return data, nil
}

// tooLarge refuses a command for its size.
func tooLarge(what string, size, most int) error {
	return &model.Refusal{Cause: ErrTooLarge, Reason: fmt.Sprintf("%s takes %d bytes in the record; at most %d fit: shorten the texts, or give fewer at a time", what, size, most)}
}

// decodeEvent reads the stored form of an event.
func decodeEvent(v *veil, data []byte) (model.Event, error) {
	e, env, err := decodeCovered(data)
	if err != nil || env.Version == plainEnvelope {
		return e, err
	}
	if v == nil {
		return model.Event{}, fmt.Errorf("event %d: its names are sealed, and no vault is open", env.Seq)
	}
	if e, err = v.uncover(e, env.Names); err != nil {
		return model.Event{}, fmt.Errorf("event %d (%s): %w", env.Seq, env.Kind, err)
	}
	return e, nil
}

// decodeCovered reads the stored form of an event, with what is personal in it
// as it is stored.
func decodeCovered(data []byte) (e model.Event, env envelope, err error) {
	if len(data) > MaxEnvelope {
		return e, env, fmt.Errorf("%w: an event of %d bytes", ErrDamaged, len(data))
	}
	err = decoding.Unmarshal(data, &env)
	if err != nil || env.Version < plainEnvelope || env.Version > envelopeVersion {
		return e, env, refuseEnvelope(data, err)
	}
	body, known := model.NewBody(env.Kind)
	if !known {
		return e, env, fmt.Errorf("event %d: %w: kind %q is not known here", env.Seq, ErrNewer, model.Clip(model.CleanLine(env.Kind), 40))
	}
	if err := decoding.Unmarshal(env.Body, body); err != nil {
		return e, env, unreadable(fmt.Sprintf("event %d (%s)", env.Seq, env.Kind), err)
	}
	return model.Event{Seq: env.Seq, At: env.At, Actor: env.Actor, Role: env.Role, Batch: env.Batch, Body: body}, env, nil
}

// refuseEnvelope says why an envelope cannot be read. It looks at nothing but
// the version first, so that another shape is told from damage.
func refuseEnvelope(data []byte, cause error) error {
	var head struct {
		Version int `json:"v"`
	}
	if err := tolerant.Unmarshal(data, &head); err != nil {
		return unreadable("an event", err)
	}
	switch {
	case head.Version > envelopeVersion:
		return fmt.Errorf("%w: an event of format %d; this one reads up to %d", ErrNewer, head.Version, envelopeVersion)
	case head.Version < 1:
		return fmt.Errorf("%w: an event without a format", ErrDamaged)
	}
	return unreadable("an event", cause)
}

// unreadable tells fields of a later version from damage.
func unreadable(what string, err error) error {
	var unknown *cbor.UnknownFieldError
	if errors.As(err, &unknown) {
		return fmt.Errorf("%s: %w: %w", what, ErrNewer, err)
	}
	return fmt.Errorf("%s: %w: %w", what, ErrDamaged, err)
}
