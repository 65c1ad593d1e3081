package bundle

import (
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
)

func transcode(data []byte) (string, error) {
	t := transcoder{data: data}
	if err := t.value(0); err != nil {
		return "", err
	}
	if len(t.data) > 0 {
		return "", errCBOR
	}
	return string(t.json), nil
}

func TestTranscoding(t *testing.T) {
	for want, value := range map[string]any{
		`0`: 0, `23`: 23, `24`: 24, `-1`: -1, `-500`: -500, `18446744073709551615`: uint64(1<<64 - 1), `true`: true, `false`: false, `null`: nil,
		`1.5`: 1.5, `0.1`: 0.1, `-2`: -2.0, `100000.5`: 100000.5, `5.960464477539063e-08`: 5.960464477539063e-08, `"AQID"`: []byte{1, 2, 3}, `"é"`: "é", `[1,[],{}]`: []any{1, []any{}, map[string]any{}},
		`{"b":1,"aa":2}`: map[string]any{"aa": 2, "b": 1}, `{"1":2,"2026":3}`: map[int]int{2026: 3, 1: 2},
		`"2026-05-04T09:30:00.123Z"`: time.Date(2026, 5, 4, 9, 30, 0, 123e6, time.UTC),
	} {
		if got, err := transcode(encode(t, value)); err != nil || got != want {
			t.Errorf("%v: %s, %v, want %s", value, got, err, want)
		}
	}
}

func TestTranscodingRefuses(t *testing.T) {
	for what, data := range map[string]string{
		"nothing":                 "",
		"a number with a zero":    "1801",
		"a number of two bytes":   "190018",
		"a string of no end":      "7f6161ff",
		"a list of no end":        "9f01ff",
		"a string cut off":        "6361",
		"text that is not UTF-8":  "61ff",
		"keys out of order":       "a2616201616102",
		"a key twice":             "a2616101616102",
		"a key that is a list":    "a18001",
		"a tag":                   "c11a514b67b0",
		"a time that is a number": "c01a514b67b0",
		"undefined":               "f7",
		"not a number":            "f97e00",
		"infinity":                "f97c00",
		"too small a number":      "3bffffffffffffffff",
		"more than one":           "0101",
		"deep": func() string {
			s := ""
			for range 100 {
				s += "81"
			}
			return s + "01"
		}(),
		"a list longer than its data": "9bffffffffffffffff01",
	} {
		raw, err := hex.DecodeString(data)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := transcode(raw); err == nil {
			t.Errorf("%s came through as %s", what, got)
		}
	}
}

// FuzzTranscode holds that nothing breaks the reader, that what it takes is
// JSON, and that another reader of CBOR takes it too.
func FuzzTranscode(f *testing.F) {
	f.Add(envelope(f, 1, "seed"))
	f.Add([]byte{0x82, 0x58, 0x20})
	mode, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, MaxNestedLevels: 64}.DecMode()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := transcode(data)
		if err != nil {
			return
		}
		if !json.Valid([]byte(text)) {
			t.Errorf("%x became %s", data, text)
		}
		if err := mode.Wellformed(data); err != nil {
			t.Errorf("%x became %s, and is %v", data, text, err)
		}
	})
}
