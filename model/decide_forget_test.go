package model

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// A legal hold keeps those whom an incident's events name. What names somebody
// has a tag, and named must know of it.
func TestEverybodyWhomAnEventNamesIsKnown(t *testing.T) {
	for kind, body := range bodies {
		e := Event{Actor: "Olga", Body: body()}
		if !reflect.ValueOf(e.Body).Elem().FieldByName("ID").IsValid() {
			continue // about no incident, so that no hold can be on it
		}
		want := []string{"Olga"}
		fields := reflect.ValueOf(e.Body).Elem()
		for k := range fields.NumField() {
			if strings.HasPrefix(fields.Type().Field(k).Tag.Get("personal"), "name") {
				name := "the " + fields.Type().Field(k).Name
				if fields.Field(k).Kind() == reflect.Slice {
					fields.Field(k).Set(reflect.ValueOf([]string{name}))
				} else {
					fields.Field(k).SetString(name)
				}
				want = append(want, name)
			}
		}
		got := named(e)
		for _, person := range want {
			if !slices.Contains(got, person) {
				t.Errorf("%s names %q, of whom a legal hold knows nothing: %q", kind, person, got)
			}
		}
	}
}

// What stands for a forgotten reporter comes from nobody's hand: whoever reads
// it destroys the reporter's key.
func TestNobodyIsForgottenByAWord(t *testing.T) {
	s := newSpace(t)
	s.do(Report{Title: "Odd log-ins", Reporter: "Quentin", Contact: "q@example.org"})
	s.do(PlaceHold{firstID, "a court asks"})
	word := "  " + ForgottenText
	for name, c := range map[string]Command{
		"reported by":       Report{Title: "Another", Reporter: word},
		"reported, contact": Report{Title: "Another", Contact: word},
		"described":         Describe{Incident: firstID, Reporter: &word},
		"contact":           Describe{Incident: firstID, Contact: &word},
		"imported":          ImportRows{Check: true, Rows: []History{{Title: "Old", Opened: start.Add(-time.Hour), Reporter: word}}},
	} {
		if _, err := s.apply(Actor{Name: "Olga", Role: Owner}, c); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "forgotten reporter") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
