package store

import (
	"reflect"
	"testing"
	"time"

	"tocsin/model"
)

func TestIncidentsReadBackAsTheyWere(t *testing.T) {
	full := new(model.Incident)
	fill(reflect.ValueOf(full).Elem(), "")
	odd := &model.Incident{ID: "INC-2026-0001", Version: 1<<64 - 1, Notes: -1, Opened: time.Date(1990, 1, 1, 0, 0, 0, 1, time.UTC), Title: "日本"}
	for _, want := range []*model.Incident{full, odd, {}} {
		data := incidents.encode(nil, reflect.ValueOf(want).Elem())
		r := &reader{text: string(data)}
		got := new(model.Incident)
		incidents.decode(r, reflect.ValueOf(got).Elem())
		if r.short || r.text != "" || !reflect.DeepEqual(got, want) {
			t.Errorf("wrote %+v\nread %+v, %d bytes left", want, got, len(r.text))
		}
		for cut := range data {
			r := &reader{text: string(data[:cut])}
			incidents.decode(r, reflect.ValueOf(new(model.Incident)).Elem())
			if !r.short {
				t.Errorf("%d of %d bytes were enough", cut, len(data))
			}
		}
	}
}

func TestListsReadDoNotShareRoomToGrow(t *testing.T) {
	two := &model.Incident{Types: []string{"a"}, Data: []string{"b"}}
	r := &reader{text: string(incidents.encode(nil, reflect.ValueOf(two).Elem()))}
	incidents.decode(r, reflect.ValueOf(two).Elem())
	_ = append(two.Types, "c")
	if two.Data[0] != "b" {
		t.Error("appending to one list changed another")
	}
}

func FuzzDecodeIncident(f *testing.F) {
	full := new(model.Incident)
	fill(reflect.ValueOf(full).Elem(), "")
	f.Add(incidents.encode(nil, reflect.ValueOf(full).Elem()))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := &reader{text: string(data)}
		incidents.decode(r, reflect.ValueOf(new(model.Incident)).Elem())
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
