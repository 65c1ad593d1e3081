package store

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
)

func TestIncidentsReadBackAsTheyWere(t *testing.T) {
	full := new(model.Incident)
	fill(reflect.ValueOf(full).Elem(), "")
	odd := &model.Incident{ID: "INC-2026-0001", Version: 1<<64 - 1, Notes: -1, Opened: time.Date(1990, 1, 1, 0, 0, 0, 1, time.UTC), Title: "日本", Particulars: new(model.Particulars)}
	for _, want := range []*model.Incident{full, odd, {Particulars: new(model.Particulars)}} {
		data := written(t, want)
		got, err := newReader(nil).read(data)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("wrote %+v\nread %+v, %v", want, got, err)
		}
		for cut := range data {
			if _, err := newReader(nil).read(data[:cut]); !errors.Is(err, ErrDamaged) {
				t.Errorf("%d of %d bytes were enough: %v", cut, len(data), err)
			}
		}
	}
}

func TestIncidentsReadOneAfterTheOtherShareNothingThatChanges(t *testing.T) {
	r := newReader(nil)
	var all []*model.Incident
	for k := range 1000 {
		want := &model.Incident{ID: model.NewID(2026, k+1), Title: strings.Repeat(fmt.Sprint(k), k), Types: []string{"a", fmt.Sprint(k % 7)}, Roles: make([]model.Holder, k%5), Particulars: new(model.Particulars)}
		entry := written(t, want)
		i, err := r.read(entry)
		if err != nil {
			t.Fatal(err)
		}
		clear(entry) // the reader's room is used again
		all = append(all, i)
		_ = append(i.Types, "c")
	}
	for k, i := range all {
		if i.ID != model.NewID(2026, k+1) || i.Title != strings.Repeat(fmt.Sprint(k), k) || i.Types[1] != fmt.Sprint(k%7) || len(i.Roles) != k%5 {
			t.Fatalf("incident %d became %+v", k, i)
		}
	}
}

// TestWritingChangesNothing holds with the race detector: screens read an
// incident while it is written.
func TestWritingChangesNothing(t *testing.T) {
	full := new(model.Incident)
	fill(reflect.ValueOf(full).Elem(), "")
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { written(t, full) })
	}
	both.Wait()
}

func written(tb testing.TB, i *model.Incident) []byte {
	tb.Helper()
	data, err := encodeIncident(nil, i)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func FuzzDecodeIncident(f *testing.F) {
	full := new(model.Incident)
	fill(reflect.ValueOf(full).Elem(), "")
	f.Add(written(f, full))
	f.Add(written(f, &model.Incident{Particulars: new(model.Particulars)}))
	f.Fuzz(func(t *testing.T, entry []byte) {
		once, err := newReader(nil).read(entry)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		again, err := newReader(nil).read(written(t, once))
		if err != nil || !reflect.DeepEqual(once, again) {
			t.Fatalf("wrote %+v\nread %+v, %v", once, again, err)
		}
	})
}

func TestShapeFollowsTheTypes(t *testing.T) {
	type inner struct{ A string }
	type same struct {
		X []inner
		Y map[string]*inner
	}
	type renamed struct {
		X []inner
		Z map[string]*inner
	}
	once, again := shapeOf(reflect.TypeFor[same]()), shapeOf(reflect.TypeFor[same]())
	if once != again {
		t.Error("one type has two shapes")
	}
	if once == shapeOf(reflect.TypeFor[renamed]()) {
		t.Error("the shape does not tell types apart")
	}
}

// Incidents that have the same packs, types and systems share the lists, and
// nothing of one list shows in another.
func TestTapeSharesLists(t *testing.T) {
	r := newReader(nil)
	read := func(systems, types []string) *model.Incident {
		t.Helper()
		i, err := r.read(written(t, &model.Incident{ID: "INC-2026-0001", Packs: []policy.Ref{{ID: "gdpr", Version: 1}}, Types: types, Systems: systems, Particulars: new(model.Particulars)}))
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	a, b := read([]string{"billing", "gateway"}, []string{"breach"}), read([]string{"billing", "gateway"}, nil)
	if &a.Systems[0] != &b.Systems[0] || &a.Packs[0] != &b.Packs[0] {
		t.Error("the same lists are kept twice")
	}
	other := read([]string{"", "gateway"}, []string{"billing"})
	if other.Systems[0] != "" || other.Types[0] != "billing" || a.Systems[0] != "billing" || a.Types[0] != "breach" || b.Types != nil {
		t.Errorf("lists run into one another: %v %v, %v", other.Systems, other.Types, a.Types)
	}
	if cap(a.Systems) != len(a.Systems) {
		t.Error("there is room behind a shared list: what one incident appends another would see")
	}
}
