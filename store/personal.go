package store

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"tocsin/model"
)

// personalKind is what a field of an event holds of a person, as its tag in
// package model says.
type personalKind string

const (
	personalName personalKind = "name" // a name: becomes a token
	personalText personalKind = "text" // what is known of an incident's reporter: is sealed
)

// personalFields is where a type of struct holds something personal.
type personalFields struct {
	fields []personalField
	within []personalList
}

// personalField is a text, or a list of texts.
type personalField struct {
	index int
	kind  personalKind
	label string // what it is called where it is sealed
	which int    // the field that says whether it is personal this time, -1: it always is
	words []string
}

// personalList is a list of structs that hold something personal.
type personalList struct {
	index int
	of    *personalFields
}

func (p *personalFields) none() bool { return len(p.fields) == 0 && len(p.within) == 0 }

// personalTypes keeps what was found out about types of bodies.
type personalTypes struct{ known sync.Map }

func (t *personalTypes) of(body reflect.Type) (*personalFields, error) {
	if found, ok := t.known.Load(body); ok {
		return found.(*personalFields), nil
	}
	found, err := personalFieldsOf(body)
	if err == nil {
		t.known.Store(body, found)
	}
	return found, err
}

// personalFieldsOf reads the tags of a struct, and of the structs in its lists.
//
//	personal:"name"
//	personal:"text"
//	personal:"text,Field=reporter contact"   where the field Field has one of these values
func personalFieldsOf(t reflect.Type) (*personalFields, error) {
	found := new(personalFields)
	for k := range t.NumField() {
		field := t.Field(k)
		if tag, ok := field.Tag.Lookup("personal"); ok {
			one, err := parsePersonal(t, k, tag)
			if err != nil {
				return nil, err
			}
			found.fields = append(found.fields, one)
			continue
		}
		if field.Type.Kind() != reflect.Slice || field.Type.Elem().Kind() != reflect.Struct {
			continue
		}
		of, err := personalFieldsOf(field.Type.Elem())
		if err != nil {
			return nil, err
		}
		if !of.none() {
			found.within = append(found.within, personalList{k, of})
		}
	}
	return found, nil
}

func parsePersonal(t reflect.Type, index int, tag string) (personalField, error) {
	kind, condition, _ := strings.Cut(tag, ",")
	one := personalField{index: index, kind: personalKind(kind), label: strings.ToLower(t.Field(index).Name), which: -1}
	if which, words, ok := strings.Cut(condition, "="); ok {
		field, found := t.FieldByName(which)
		if !found {
			return one, fmt.Errorf("%s.%s: the tag names no field", t, t.Field(index).Name)
		}
		one.which, one.words = field.Index[0], strings.Fields(words)
	}
	if one.kind != personalName && one.kind != personalText {
		return one, fmt.Errorf("%s.%s: personal %q is not known", t, t.Field(index).Name, kind)
	}
	return one, nil
}

// translation makes of a personal text what is kept instead, or the other way
// round.
type translation func(kind personalKind, label, text string) (string, error)

// translated is a body with its personal texts translated. The body itself is
// left as it is.
func (t *personalTypes) translated(body model.Body, each translation) (model.Body, error) {
	original := reflect.ValueOf(body).Elem()
	fields, err := t.of(original.Type())
	if err != nil || fields.none() {
		return body, err
	}
	copied := reflect.New(original.Type())
	copied.Elem().Set(original)
	if err := fields.translate(copied.Elem(), each); err != nil {
		return nil, err
	}
	return copied.Interface().(model.Body), nil
}

// translate changes a struct in place; its lists are copied first.
func (p *personalFields) translate(v reflect.Value, each translation) error {
	for _, field := range p.fields {
		if err := field.translate(v, each); err != nil {
			return err
		}
	}
	for _, list := range p.within {
		items := ownList(v.Field(list.index))
		for k := range items.Len() {
			if err := list.of.translate(items.Index(k), each); err != nil {
				return err
			}
		}
	}
	return nil
}

func ownList(v reflect.Value) reflect.Value {
	if v.Len() > 0 {
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
	}
	return v
}

func (f personalField) translate(v reflect.Value, each translation) error {
	label := f.label
	if f.which >= 0 {
		if label = v.Field(f.which).String(); !slices.Contains(f.words, label) {
			return nil
		}
	}
	target := v.Field(f.index)
	if target.Kind() == reflect.String {
		return translateText(target, f.kind, label, each)
	}
	items := ownList(target)
	for k := range items.Len() {
		if err := translateText(items.Index(k), f.kind, label, each); err != nil {
			return err
		}
	}
	return nil
}

func translateText(v reflect.Value, kind personalKind, label string, each translation) error {
	text, err := each(kind, label, v.String())
	v.SetString(text)
	return err
}
