package store

import (
	"cmp"
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
	personalOwn  personalKind = "own"  // what belongs to somebody named: is sealed for them
	// What is known of a customer is sealed under the customer's key, all of it
	// together: a million of them are a million texts rather than several.
	personalCustomer personalKind = "customer"
)

// personalFields is where a type of struct holds something personal.
type personalFields struct {
	fields   []personalField
	customer personalTogether
	within   []personalList
}

// personalField is a text, or a list of texts.
type personalField struct {
	index int
	kind  personalKind
	label string // what it is called where it is sealed
	which int    // the field that says whether it is personal this time, -1: it always is
	words []string
	owner int // the field that names whose it is, actorOwns where the event does; of personalOwn alone
}

// actorOwns stands for a field that names the event's actor.
const actorOwns = -1

// personalList is a list of structs that hold something personal.
type personalList struct {
	index int
	of    *personalFields
}

func (p *personalFields) none() bool {
	return len(p.fields) == 0 && len(p.within) == 0 && len(p.customer.fields) == 0
}

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
//	personal:"own,Field"                     of the person whom the field Field, or the event as its Actor, names
//	personal:"customer,Field"                of the customer whose number the field Field has
func personalFieldsOf(t reflect.Type) (*personalFields, error) {
	found := new(personalFields)
	for k := range t.NumField() {
		field := t.Field(k)
		tag, ok := field.Tag.Lookup("personal")
		if owner, together := strings.CutPrefix(tag, string(personalCustomer)+","); together {
			if err := found.customer.include(t, k, owner); err != nil {
				return nil, err
			}
			continue
		}
		if ok {
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
	slices.SortStableFunc(found.fields, func(a, b personalField) int { return cmp.Compare(a.rank(), b.rank()) })
	return found, nil
}

// rank puts what belongs to somebody before the field that names them, which is
// still needed as it was.
func (f personalField) rank() int {
	if f.kind == personalOwn {
		return 0
	}
	return 1
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
	if one.kind == personalOwn {
		field, found := t.FieldByName(condition)
		switch {
		case found:
			one.owner = field.Index[0]
		case condition == "Actor":
			one.owner = actorOwns
		default:
			return one, fmt.Errorf("%s.%s: the tag says not whose it is", t, t.Field(index).Name)
		}
	} else if one.kind != personalName && one.kind != personalText {
		return one, fmt.Errorf("%s.%s: personal %q is not known", t, t.Field(index).Name, kind)
	}
	return one, nil
}

// piece is a personal text and what it is.
type piece struct {
	kind  personalKind
	label string
	owner string // who a personalOwn belongs to, as the event names them; "" is nobody
	of    uint64 // the number of the customer whose a personalCustomer is
	text  string
}

// translation makes of a personal text what is kept instead, or the other way
// round.
type translation func(p piece) (string, error)

// translated is a body with its personal texts translated. The body itself is
// left as it is. The actor is the event's, as it names them.
func (t *personalTypes) translated(body model.Body, actor string, each translation) (model.Body, error) {
	original := reflect.ValueOf(body).Elem()
	fields, err := t.of(original.Type())
	if err != nil || fields.none() {
		return body, err
	}
	copied := reflect.New(original.Type())
	copied.Elem().Set(original)
	if err := fields.translate(copied.Elem(), actor, each); err != nil {
		return nil, err
	}
	return copied.Interface().(model.Body), nil
}

// translate changes a struct in place; its lists are copied first.
func (p *personalFields) translate(v reflect.Value, actor string, each translation) error {
	for _, field := range p.fields {
		if err := field.translate(v, actor, each); err != nil {
			return err
		}
	}
	if err := p.customer.translate(v, each); err != nil {
		return err
	}
	for _, list := range p.within {
		items := ownList(v.Field(list.index))
		for k := range items.Len() {
			if err := list.of.translate(items.Index(k), actor, each); err != nil {
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

func (f personalField) translate(v reflect.Value, actor string, each translation) error {
	p := piece{kind: f.kind, label: f.label}
	if f.which >= 0 {
		if p.label = v.Field(f.which).String(); !slices.Contains(f.words, p.label) {
			return nil
		}
	}
	if f.kind == personalOwn {
		if p.owner = actor; f.owner != actorOwns {
			p.owner = v.Field(f.owner).String()
		}
	}
	target := v.Field(f.index)
	if target.Kind() == reflect.String {
		return p.translate(target, each)
	}
	items := ownList(target)
	for k := range items.Len() {
		if err := p.translate(items.Index(k), each); err != nil {
			return err
		}
	}
	return nil
}

func (p piece) translate(v reflect.Value, each translation) error {
	p.text = v.String()
	text, err := each(p)
	v.SetString(text)
	return err
}
