package store

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"time"
)

// compact is the encoding of incidents in the projections: fields in the order
// of the type, with no names. It decodes several times faster than CBOR, which
// decides how long a start takes. It needs no versions and no care: shapeOf
// tells which types an encoding was made of, and projections of another shape
// are computed anew.
//
// Integers are varints, texts and lists have their length before them, times
// are milliseconds where that is exact.
type compact struct {
	encode func(data []byte, v reflect.Value) []byte
	decode func(r *reader, v reflect.Value)
}

// reader decodes one run of entries. Texts are cut out of the run without
// copying, and lists out of larger arrays, since there are many and they live
// as long as each other. A run that ends too early makes the rest zero and
// short true.
type reader struct {
	text   string
	short  bool
	arrays []reflect.Value // what is left of them, by the number of the list
}

const arrayLength = 256

// list cuts a list of n out of the array of its kind. Its capacity ends with
// it, so that an append makes a new one.
func (r *reader) list(number int, t reflect.Type, n int) reflect.Value {
	for len(r.arrays) <= number {
		r.arrays = append(r.arrays, reflect.Value{})
	}
	array := r.arrays[number]
	if !array.IsValid() || array.Len() < n {
		array = reflect.MakeSlice(t, max(n, arrayLength), max(n, arrayLength))
	}
	r.arrays[number] = array.Slice(n, array.Len())
	return array.Slice3(0, n, n)
}

func (r *reader) uvarint() uint64 {
	var x uint64
	for k := 0; k < len(r.text) && k < binary.MaxVarintLen64; k++ {
		x |= uint64(r.text[k]&0x7f) << (7 * k)
		if r.text[k] < 0x80 {
			r.text = r.text[k+1:]
			return x
		}
	}
	r.fail()
	return 0
}

func (r *reader) varint() int64 {
	x := r.uvarint()
	return int64(x>>1) ^ -int64(x&1)
}

func (r *reader) fail() { r.text, r.short = "", true }

// length is a length of something that takes at least a byte for each.
func (r *reader) length() int {
	n := r.uvarint()
	if n > uint64(len(r.text)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) cut() string {
	n := r.length()
	text := r.text[:n]
	r.text = r.text[n:]
	return text
}

// Ways a time is encoded.
const (
	noTime      = 0 // the zero time
	milliTime   = 1
	instantTime = 2 // seconds and nanoseconds
)

func appendTime(data []byte, t time.Time) []byte {
	switch {
	case t.IsZero():
		return append(data, noTime)
	case t.Nanosecond()%int(time.Millisecond) == 0:
		return binary.AppendVarint(append(data, milliTime), t.UnixMilli())
	}
	return binary.AppendUvarint(binary.AppendVarint(append(data, instantTime), t.Unix()), uint64(t.Nanosecond()))
}

func (r *reader) time() time.Time {
	switch r.uvarint() {
	case milliTime:
		return time.UnixMilli(r.varint()).UTC()
	case instantTime:
		return time.Unix(r.varint(), int64(r.uvarint())).UTC()
	}
	return time.Time{}
}

var timeType = reflect.TypeFor[time.Time]()

// compactOf makes the encoding of a type. It knows what incidents are made of
// and panics for anything else, which the first test of it shows.
func compactOf(t reflect.Type) compact {
	lists := 0
	return compactNext(t, &lists)
}

// compactNext is compactOf within a type that has lists already.
func compactNext(t reflect.Type, lists *int) compact {
	if t == timeType {
		return compact{
			encode: func(data []byte, v reflect.Value) []byte { return appendTime(data, *v.Addr().Interface().(*time.Time)) },
			decode: func(r *reader, v reflect.Value) { *v.Addr().Interface().(*time.Time) = r.time() },
		}
	}
	switch t.Kind() {
	case reflect.String:
		return compact{
			encode: func(data []byte, v reflect.Value) []byte {
				return append(binary.AppendUvarint(data, uint64(v.Len())), v.String()...)
			},
			decode: func(r *reader, v reflect.Value) { v.SetString(r.cut()) },
		}
	case reflect.Int, reflect.Int64:
		return compact{
			encode: func(data []byte, v reflect.Value) []byte { return binary.AppendVarint(data, v.Int()) },
			decode: func(r *reader, v reflect.Value) { v.SetInt(r.varint()) },
		}
	case reflect.Uint8, reflect.Uint64:
		return compact{
			encode: func(data []byte, v reflect.Value) []byte { return binary.AppendUvarint(data, v.Uint()) },
			decode: func(r *reader, v reflect.Value) { v.SetUint(r.uvarint()) },
		}
	case reflect.Bool:
		return compactBool()
	case reflect.Slice:
		return compactList(t, lists)
	case reflect.Struct:
		return compactStruct(t, lists)
	}
	panic(fmt.Sprintf("store: no compact encoding for %s", t))
}

func compactBool() compact {
	return compact{
		encode: func(data []byte, v reflect.Value) []byte {
			if v.Bool() {
				return append(data, 1)
			}
			return append(data, 0)
		},
		decode: func(r *reader, v reflect.Value) { v.SetBool(r.uvarint() == 1) },
	}
}

func compactList(t reflect.Type, lists *int) compact {
	number := *lists
	*lists++
	element := compactNext(t.Elem(), lists)
	return compact{
		encode: func(data []byte, v reflect.Value) []byte {
			data = binary.AppendUvarint(data, uint64(v.Len()))
			for k := range v.Len() {
				data = element.encode(data, v.Index(k))
			}
			return data
		},
		decode: func(r *reader, v reflect.Value) {
			n := r.length()
			if n == 0 {
				return
			}
			list := r.list(number, t, n)
			for k := range n {
				element.decode(r, list.Index(k))
			}
			v.Set(list)
		},
	}
}

func compactStruct(t reflect.Type, lists *int) compact {
	fields := make([]compact, t.NumField())
	for k := range fields {
		fields[k] = compactNext(t.Field(k).Type, lists)
	}
	return compact{
		encode: func(data []byte, v reflect.Value) []byte {
			for k := range fields {
				data = fields[k].encode(data, v.Field(k))
			}
			return data
		},
		decode: func(r *reader, v reflect.Value) {
			for k := range fields {
				fields[k].decode(r, v.Field(k))
			}
		},
	}
}
