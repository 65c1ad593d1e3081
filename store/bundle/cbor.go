package bundle

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Major types of CBOR (RFC 8949, section 3.1).
const (
	unsigned = iota
	negative
	byteString
	textString
	array
	mapping
	tagged
	simple
)

// maxNesting is how deeply values may lie in one another.
const maxNesting = 32

// errCBOR means that bytes are not CBOR in core deterministic encoding
// (RFC 8949, section 4.2.1), or hold what no event does.
var errCBOR = errors.New("not deterministic CBOR")

// transcoder goes through CBOR and appends it as JSON. It is strict, so that
// the same value never has two encodings.
type transcoder struct {
	data []byte // what is left
	json []byte // what was appended
}

// head reads a value's first bytes: its major type, the five bits after it,
// and the argument that they give.
func (t *transcoder) head() (major, info byte, argument uint64, err error) {
	if len(t.data) == 0 {
		return 0, 0, 0, fmt.Errorf("%w: it ends early", errCBOR)
	}
	major, info = t.data[0]>>5, t.data[0]&0x1f
	t.data = t.data[1:]
	if info < 24 {
		return major, info, uint64(info), nil
	}
	width := 1 << (info - 24)
	if info > 27 || len(t.data) < width {
		return 0, 0, 0, fmt.Errorf("%w: a value without its length", errCBOR)
	}
	var wide [8]byte
	copy(wide[8-width:], t.data)
	t.data = t.data[width:]
	argument = binary.BigEndian.Uint64(wide[:])
	if major != simple && (argument < 24 || width > 1 && argument < 1<<(4*width)) {
		return 0, 0, 0, fmt.Errorf("%w: a number that is longer than it need be", errCBOR)
	}
	return major, info, argument, nil
}

// take cuts off the content of a string.
func (t *transcoder) take(length uint64) ([]byte, error) {
	if length > uint64(len(t.data)) {
		return nil, fmt.Errorf("%w: a string is longer than what holds it", errCBOR)
	}
	content := t.data[:length]
	t.data = t.data[length:]
	return content, nil
}

// text reads a text string.
func (t *transcoder) text() ([]byte, error) {
	major, _, length, err := t.head()
	if err != nil {
		return nil, err
	}
	if major != textString {
		return nil, fmt.Errorf("%w: no text where one must be", errCBOR)
	}
	content, err := t.take(length)
	if err == nil && !utf8.Valid(content) {
		err = fmt.Errorf("%w: a text is not UTF-8", errCBOR)
	}
	return content, err
}

// value appends the next value as JSON.
func (t *transcoder) value(depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("%w: nested too deeply", errCBOR)
	}
	if len(t.data) > 0 && t.data[0]>>5 == textString {
		content, err := t.text()
		t.json = appendText(t.json, content)
		return err
	}
	major, info, argument, err := t.head()
	if err != nil {
		return err
	}
	switch major {
	case unsigned:
		t.json = strconv.AppendUint(t.json, argument, 10)
	case negative:
		if argument > math.MaxInt64 {
			return fmt.Errorf("%w: a number is too small", errCBOR)
		}
		t.json = strconv.AppendInt(t.json, -1-int64(argument), 10)
	case byteString:
		content, err := t.take(argument)
		t.json = append(base64.StdEncoding.AppendEncode(append(t.json, '"'), content), '"')
		return err
	case array:
		return t.array(argument, depth)
	case mapping:
		t.json = append(t.json, '{')
		first := true
		err := t.mapping(argument, func(key []byte) error {
			if !first {
				t.json = append(t.json, ',')
			}
			first = false
			t.json = append(append(t.json, key...), ':')
			return t.value(depth + 1)
		})
		t.json = append(t.json, '}')
		return err
	case tagged:
		if argument != 0 { // a date and time as text: section 3.4.1
			return fmt.Errorf("%w: tag %d", errCBOR, argument)
		}
		content, err := t.text()
		t.json = appendText(t.json, content)
		return err
	case simple:
		return t.simple(info, argument)
	}
	return nil
}

func (t *transcoder) array(length uint64, depth int) error {
	t.json = append(t.json, '[')
	for k := range length {
		if k > 0 {
			t.json = append(t.json, ',')
		}
		if err := t.value(depth + 1); err != nil {
			return err
		}
	}
	t.json = append(t.json, ']')
	return nil
}

// mapping calls visit for each pair, after its key, which it gets as a JSON
// text: keys that are numbers become texts of digits. Keys must ascend.
func (t *transcoder) mapping(length uint64, visit func(key []byte) error) error {
	var last []byte
	for range length {
		before := t.data
		key, err := t.key()
		if err != nil {
			return err
		}
		encoded := before[:len(before)-len(t.data)]
		if last != nil && string(encoded) <= string(last) {
			return fmt.Errorf("%w: keys that do not ascend", errCBOR)
		}
		last = encoded
		if err := visit(key); err != nil {
			return err
		}
	}
	return nil
}

func (t *transcoder) key() ([]byte, error) {
	if len(t.data) > 0 && t.data[0]>>5 == textString {
		content, err := t.text()
		return appendText(nil, content), err
	}
	major, _, argument, err := t.head()
	if err != nil {
		return nil, err
	}
	if major != unsigned {
		return nil, fmt.Errorf("%w: a key that is neither text nor a number", errCBOR)
	}
	return append(strconv.AppendUint([]byte{'"'}, argument, 10), '"'), nil
}

func (t *transcoder) simple(info byte, argument uint64) error {
	var number float64
	switch info {
	case 20:
		t.json = append(t.json, "false"...)
		return nil
	case 21:
		t.json = append(t.json, "true"...)
		return nil
	case 22:
		t.json = append(t.json, "null"...)
		return nil
	case 25:
		number = half(uint16(argument))
	case 26:
		number = float64(math.Float32frombits(uint32(argument)))
	case 27:
		number = math.Float64frombits(argument)
	default:
		return fmt.Errorf("%w: simple value %d", errCBOR, argument)
	}
	if math.IsNaN(number) || math.IsInf(number, 0) {
		return fmt.Errorf("%w: a number without a value", errCBOR)
	}
	t.json = strconv.AppendFloat(t.json, number, 'g', -1, 64)
	return nil
}

// half is a number of 16 bits (RFC 8949, appendix D).
func half(bits uint16) float64 {
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)
	number := math.Ldexp(fraction+1024, exponent-25)
	switch exponent {
	case 0:
		number = math.Ldexp(fraction, -24)
	case 31:
		number = math.NaN()
	}
	if bits>>15 == 1 {
		return -number
	}
	return number
}

// appendText appends a JSON string. Whatever a terminal might take for an
// instruction, or hide, is escaped.
func appendText(json, text []byte) []byte {
	json = append(json, '"')
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == '"' || r == '\\':
			json = append(json, '\\', byte(r))
		case r == '\n':
			json = append(json, `\n`...)
		case r == '\t':
			json = append(json, `\t`...)
		case unicode.IsPrint(r):
			json = append(json, text[:size]...)
		case r > 0xffff:
			json = fmt.Appendf(json, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			json = fmt.Appendf(json, `\u%04x`, r)
		}
		text = text[size:]
	}
	return append(json, '"')
}
