package model

import (
	"reflect"
	"regexp"
	"testing"
)

// soundsPersonal are the words that fields with a person in them tend to be called by.
var soundsPersonal = regexp.MustCompile(`(?i)^(.*by|actor|author|person|people|reporter|contact|assignee|decider|holder|collector|approver|owner|witness|signer|email|phone)$`)

// notPersonal are fields that sound like it and are not.
var notPersonal = map[string]bool{}

// TestPersonalFieldsAreMarked holds that no event says who somebody is in a
// field that would enter the log as it is.
func TestPersonalFieldsAreMarked(t *testing.T) {
	marked := 0
	for kind, body := range bodies {
		marked += checkMarks(t, kind, reflect.TypeOf(body()).Elem(), nil)
	}
	if marked < 15 {
		t.Errorf("only %d fields are marked", marked)
	}
}

func checkMarks(t *testing.T, place string, of reflect.Type, within []reflect.Type) (marked int) {
	for _, outer := range within {
		if outer == of {
			return 0
		}
	}
	within = append(within, of)
	for k := range of.NumField() {
		field := of.Field(k)
		where := place + "." + field.Name
		if _, ok := field.Tag.Lookup("personal"); ok {
			marked++
			continue
		}
		inner := field.Type
		for inner.Kind() == reflect.Slice || inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.String && soundsPersonal.MatchString(field.Name) && !notPersonal[where] {
			t.Errorf("%s sounds like a person: give it the tag personal, or list it here", where)
		}
		if inner.Kind() == reflect.Struct && inner.PkgPath() == reflect.TypeFor[Event]().PkgPath() {
			marked += checkMarks(t, where, inner, within)
		}
	}
	return marked
}
