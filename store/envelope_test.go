package store

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

var update = flag.Bool("update", false, "add events of a new shape to the golden file")

// goldenFile holds one sample of every kind of event, as hex with the
// diagnostic notation of RFC 8949 above it. Lines are only ever added: what
// they hold may lie in somebody's log.
const goldenFile = "../testdata/store/envelopes.golden"

// kinds lists every kind of event that model knows, from its source.
func kinds(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../model/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"([a-z.-]+)":\s+func\(\) Body`).FindAllSubmatch(text, -1) {
			found = append(found, string(m[1]))
		}
	}
	slices.Sort(found)
	if len(found) < 23 {
		t.Fatalf("found only the kinds %v", found)
	}
	return found
}

// sample is an event of a kind with every field filled.
func sample(t *testing.T, kind string) model.Event {
	t.Helper()
	body, ok := model.NewBody(kind)
	if !ok {
		t.Fatalf("kind %s is unknown", kind)
	}
	fill(reflect.ValueOf(body).Elem(), "")
	return model.Event{
		Seq: 1<<40 + 7, At: time.Date(2026, 3, 1, 12, 30, 15, 42e6, time.UTC), Actor: "Ada Łovelace", Role: model.Lead, Batch: "import-1", Body: body,
	}
}

// fill sets everything a value holds to something that is not zero, and that
// depends on nothing but the names and types.
func fill(v reflect.Value, name string) {
	switch value := v.Addr().Interface().(type) {
	case *time.Time:
		*value = time.Date(2026, 2, 28, 23, 59, 59, 999e6, time.UTC)
		return
	case *calendar.Date:
		*value = calendar.Date{Year: 2026, Month: time.December, Day: 25}
		return
	case *calendar.Period:
		*value = calendar.Period{N: 72, Unit: calendar.Hours}
		return
	case *policy.Ahead:
		*value = policy.Half
		return
	case *policy.Answer:
		*value = policy.Yes
		return
	case *policy.Ref:
		*value = policy.Ref{ID: "house", Version: 3}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for k := range v.NumField() {
			if field := v.Type().Field(k); field.IsExported() && field.Tag.Get("json") != "-" {
				fill(v.Field(k), strings.ToLower(field.Name))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name)
	case reflect.Array:
		for k := range v.Len() {
			fill(v.Index(k), name)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), name)
		fill(v.Index(1), name)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, name)
		fill(value, name)
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString("a " + name)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(2026)
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(2)
	default:
		panic(fmt.Sprintf("no sample for %s of type %s", name, v.Type()))
	}
}

func TestFormatOfEventsDoesNotDrift(t *testing.T) {
	golden := readGolden(t, goldenFile)
	for kind, lines := range golden {
		for _, line := range lines {
			data, err := hex.DecodeString(line)
			if err != nil {
				t.Fatal(err)
			}
			e, err := decodeEvent(nil, data)
			if err != nil {
				t.Errorf("%s: an event that may lie in a log cannot be read: %v", kind, err)
				continue
			}
			if again, err := encodeEvent(nil, e); err != nil || !bytes.Equal(again, data) {
				t.Errorf("%s: reading and writing changed it to\n%x, %v", kind, again, err)
			}
		}
	}
	addShapes(t, goldenFile, golden, func(kind string) ([]byte, error) { return encodeEvent(nil, sample(t, kind)) })
}

// addShapes adds to a golden file what it lacks of how events are written now,
// where it is asked to; otherwise what it lacks is an error.
func addShapes(t *testing.T, path string, golden map[string][]string, write func(kind string) ([]byte, error)) {
	t.Helper()
	var added strings.Builder
	for _, kind := range kinds(t) {
		data, err := write(kind)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(golden[kind], hex.EncodeToString(data)) {
			continue
		}
		text, err := cbor.Diagnose(data)
		if err != nil {
			t.Fatal(err)
		}
		if !*update {
			t.Errorf("%s has a new shape; if that is meant and old logs stay readable, run with -update:\n%s", kind, text)
		}
		fmt.Fprintf(&added, "# %s\n%s %x\n", text, kind, data)
	}
	if *update {
		appendGolden(t, path, added.String())
	}
}

func readGolden(t *testing.T, path string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !(*update && errors.Is(err, os.ErrNotExist)) {
		t.Fatal(err)
	}
	golden := make(map[string][]string)
	for line := range strings.Lines(string(text)) {
		kind, data, ok := strings.Cut(strings.TrimSpace(line), " ")
		if ok && kind != "#" {
			golden[kind] = append(golden[kind], data)
		}
	}
	return golden
}

func appendGolden(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func TestEventsReadBackAsTheyWere(t *testing.T) {
	for _, kind := range kinds(t) {
		e := sample(t, kind)
		data, err := encodeEvent(nil, e)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := decodeEvent(nil, data); err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%s: wrote %+v\nread %+v, %v", kind, e, got, err)
		}
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	local := model.Event{Seq: 1, At: morning, Body: &model.Submitted{ID: "INC-2026-0001", At: morning.In(berlin)}}
	utc := model.Event{Seq: 1, At: morning.In(berlin), Body: &model.Submitted{ID: "INC-2026-0001", At: morning}}
	dataLocal, errLocal := encodeEvent(nil, local)
	dataUTC, errUTC := encodeEvent(nil, utc)
	if errLocal != nil || errUTC != nil || !bytes.Equal(dataLocal, dataUTC) {
		t.Error("the same moment in two zones is stored in two ways")
	}
}

func TestUnreadableEventsSayWhy(t *testing.T) {
	valid, err := encodeEvent(nil, model.Event{Seq: 7, At: morning, Actor: "Ada", Role: model.Owner, Body: &model.Noted{ID: "INC-2026-0001", Text: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	changed := func(change func(fields map[string]any)) []byte {
		fields := make(map[string]any)
		if err := cbor.Unmarshal(valid, &fields); err != nil {
			t.Fatal(err)
		}
		fields["at"] = morning
		change(fields)
		data, err := encoding.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if _, err := decodeEvent(nil, changed(func(map[string]any) {})); err != nil {
		t.Fatalf("unchanged: %v", err)
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"newer version":            {changed(func(f map[string]any) { f["v"] = envelopeVersion + 1 }), ErrNewer},
		"newer version, new shape": {changed(func(f map[string]any) { f["v"], f["seq"] = envelopeVersion+1, "seven" }), ErrNewer},
		"unknown kind":             {changed(func(f map[string]any) { f["kind"] = "moon.landed" }), ErrNewer},
		"unknown field":            {changed(func(f map[string]any) { f["extra"] = 1 }), ErrNewer},
		"unknown field of a body":  {changed(func(f map[string]any) { f["body"] = map[string]any{"id": "x", "mood": "low"} }), ErrNewer},
		"no version":               {changed(func(f map[string]any) { delete(f, "v") }), ErrDamaged},
		"wrong type":               {changed(func(f map[string]any) { f["seq"] = "seven" }), ErrDamaged},
		"cut short":                {valid[:len(valid)-1], ErrDamaged},
		"something behind it":      {append(slices.Clone(valid), 0), ErrDamaged},
		"nothing":                  {nil, ErrDamaged},
		"too long":                 {make([]byte, MaxEnvelope+1), ErrDamaged},
	} {
		if _, err := decodeEvent(nil, c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func FuzzDecodeEvent(f *testing.F) {
	golden, err := os.ReadFile(goldenFile)
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(golden)) {
		kind, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if data, err := hex.DecodeString(text); err == nil && kind != "#" {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := decodeEvent(nil, data)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
				t.Fatalf("neither damaged nor newer: %v", err)
			}
			return
		}
		once, err := encodeEvent(nil, e)
		if err != nil {
			return // a reader takes what is shorter than it would write
		}
		again, err := decodeEvent(nil, once)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%x", err, once)
		}
		if twice, err := encodeEvent(nil, again); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("one event has two encodings\n%x\n%x, %v", once, twice, err)
		}
	})
}
