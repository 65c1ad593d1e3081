package store

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"testing"
	"time"

	"tocsin/model"
)

func TestIncidentsReadBackAsTheyWere(t *testing.T) {
	full := new(model.Incident)
	fill(reflect.ValueOf(full).Elem(), "")
	odd := &model.Incident{ID: "INC-2026-0001", Version: 1<<64 - 1, Notes: -1, Opened: time.Date(1990, 1, 1, 0, 0, 0, 1, time.UTC), Title: "日本"}
	for _, want := range []*model.Incident{full, odd, {}} {
		data := encodeIncident(want)
		got, err := new(reader).incident(string(data))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("wrote %+v\nread %+v, %v", want, got, err)
		}
		for cut := range data {
			if _, err := new(reader).incident(string(data[:cut])); !errors.Is(err, ErrDamaged) {
				t.Errorf("%d of %d bytes were enough: %v", cut, len(data), err)
			}
		}
	}
}

func TestListsReadDoNotShareRoomToGrow(t *testing.T) {
	r := new(reader)
	var all []*model.Incident
	for k := range 3 * arrayLength {
		want := &model.Incident{ID: model.NewID(2026, k+1), Types: []string{"a", fmt.Sprint(k)}, Data: []string{"b"}, Roles: make([]model.Holder, k%7)}
		i, err := r.incident(string(encodeIncident(want)))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, i)
		_ = append(i.Types, "c")
	}
	runtime.GC()
	for k, i := range all {
		if i.Types[0] != "a" || i.Types[1] != fmt.Sprint(k) || i.Data[0] != "b" || len(i.Roles) != k%7 {
			t.Fatalf("incident %d became %+v", k, i)
		}
	}
}

func FuzzDecodeIncident(f *testing.F) {
	full := new(model.Incident)
	fill(reflect.ValueOf(full).Elem(), "")
	f.Add(string(encodeIncident(full)))
	f.Fuzz(func(t *testing.T, entry string) {
		if _, err := new(reader).incident(entry); err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
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
	if shapeOf(reflect.TypeFor[same]()) != shapeOf(reflect.TypeFor[same]()) || shapeOf(reflect.TypeFor[same]()) == shapeOf(reflect.TypeFor[renamed]()) {
		t.Error("the shape does not tell types apart")
	}
}
