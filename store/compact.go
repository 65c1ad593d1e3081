package store

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"time"
	"unsafe"
)

// compact is the encoding of incidents in the projections: fields in the order
// of the type, with no names. It decodes several times faster than CBOR, which
// decides how long a start takes. It needs no versions and no care: shapeOf
// tells which types an encoding was made of, and projections of another shape
// are computed anew.
//
// Integers are varints, texts and lists have their length before them, times
// are milliseconds where that is exact.
//
// Decoding writes through pointers to fields, because going through reflection
// for each of them would take longer than everything else a start does. The
// types that say where the fields lie come from reflection all the same.
type compact struct {
	encode func(data []byte, v reflect.Value) []byte
	decode func(r *reader, p unsafe.Pointer)
}

// reader decodes entries one after the other. Texts are cut out of the entry
// without copying, and lists out of larger arrays, since there are many and
// they live as long as each other. An entry that ends too early makes the rest
// zero and short true.
type reader struct {
	text   string
	short  bool
	arrays []array // by the number of the list
}

// array is what is left of an array that lists are cut out of.
type array struct {
	at   unsafe.Pointer // nil where nothing is left
	left int
}

// list is how a slice is laid out.
type list struct {
	at       unsafe.Pointer
	len, cap int
}

const arrayLength = 256

// list cuts a list of n out of the array of its kind. Its capacity ends with
// it, so that an append makes a new one.
func (r *reader) list(number int, t reflect.Type, n int) list {
	for len(r.arrays) <= number {
		r.arrays = append(r.arrays, array{})
	}
	a := &r.arrays[number]
	if a.left < n {
		a.left = max(n, arrayLength)
		a.at = reflect.MakeSlice(t, a.left, a.left).UnsafePointer()
	}
	cut := list{at: a.at, len: n, cap: n}
	if a.left -= n; a.left == 0 {
		a.at = nil // one past the end would be another object
	} else {
		a.at = unsafe.Add(a.at, uintptr(n)*t.Elem().Size())
	}
	return cut
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

func (r *reader) byte() byte {
	if r.text == "" {
		r.fail()
		return 0
	}
	b := r.text[0]
	r.text = r.text[1:]
	return b
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
	switch r.byte() {
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
			decode: func(r *reader, p unsafe.Pointer) { *(*time.Time)(p) = r.time() },
		}
	}
	switch t.Kind() {
	case reflect.String:
		return compact{
			encode: func(data []byte, v reflect.Value) []byte {
				return append(binary.AppendUvarint(data, uint64(v.Len())), v.String()...)
			},
			decode: func(r *reader, p unsafe.Pointer) { *(*string)(p) = r.cut() },
		}
	case reflect.Int:
		return compact{
			encode: func(data []byte, v reflect.Value) []byte { return binary.AppendVarint(data, v.Int()) },
			decode: func(r *reader, p unsafe.Pointer) { *(*int)(p) = int(r.varint()) },
		}
	case reflect.Uint8:
		return compact{
			encode: func(data []byte, v reflect.Value) []byte { return append(data, byte(v.Uint())) },
			decode: func(r *reader, p unsafe.Pointer) { *(*uint8)(p) = r.byte() },
		}
	case reflect.Uint64:
		return compact{
			encode: func(data []byte, v reflect.Value) []byte { return binary.AppendUvarint(data, v.Uint()) },
			decode: func(r *reader, p unsafe.Pointer) { *(*uint64)(p) = r.uvarint() },
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
		decode: func(r *reader, p unsafe.Pointer) { *(*bool)(p) = r.byte() == 1 },
	}
}

func compactList(t reflect.Type, lists *int) compact {
	number := *lists
	*lists++
	element, size := compactNext(t.Elem(), lists), t.Elem().Size()
	return compact{
		encode: func(data []byte, v reflect.Value) []byte {
			data = binary.AppendUvarint(data, uint64(v.Len()))
			for k := range v.Len() {
				data = element.encode(data, v.Index(k))
			}
			return data
		},
		decode: func(r *reader, p unsafe.Pointer) {
			n := r.length()
			if n == 0 {
				return
			}
			cut := r.list(number, t, n)
			for k := range n {
				element.decode(r, unsafe.Add(cut.at, uintptr(k)*size))
			}
			*(*list)(p) = cut
		},
	}
}

func compactStruct(t reflect.Type, lists *int) compact {
	fields := make([]compact, t.NumField())
	offsets := make([]uintptr, t.NumField())
	for k := range fields {
		fields[k], offsets[k] = compactNext(t.Field(k).Type, lists), t.Field(k).Offset
	}
	return compact{
		encode: func(data []byte, v reflect.Value) []byte {
			for k := range fields {
				data = fields[k].encode(data, v.Field(k))
			}
			return data
		},
		decode: func(r *reader, p unsafe.Pointer) {
			for k := range fields {
				fields[k].decode(r, unsafe.Add(p, offsets[k]))
			}
		},
	}
}
