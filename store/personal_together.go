package store

import (
	"fmt"
	"reflect"
	"strings"
)

// personalTogether are fields of a struct that are sealed as one text. It
// stands in the first of them, a text, and the others are empty then.
type personalTogether struct {
	fields []int
	number int // the field that says whose they are
}

// include takes in another field of the same struct.
func (p *personalTogether) include(t reflect.Type, index int, owner string) error {
	field, found := t.FieldByName(owner)
	if !found || field.Type.Kind() != reflect.Uint64 {
		return fmt.Errorf("%s.%s: the tag names no number", t, t.Field(index).Name)
	}
	if len(p.fields) == 0 && t.Field(index).Type.Kind() != reflect.String {
		return fmt.Errorf("%s.%s: the first of several that are sealed together has to be a text", t, t.Field(index).Name)
	}
	p.fields, p.number = append(p.fields, index), field.Index[0]
	return nil
}

// What parts fields and the entries of a list from one another: neither is in a
// line.
const (
	betweenFields  = "\n"
	betweenEntries = "\t"
)

func (p *personalTogether) translate(v reflect.Value, each translation) error {
	if len(p.fields) == 0 {
		return nil
	}
	text, err := each(piece{kind: personalCustomer, label: string(personalCustomer), of: v.Field(p.number).Uint(), text: p.join(v)})
	if err != nil {
		return err
	}
	p.split(v, text)
	return nil
}

// join writes the fields as one text. What is sealed stands alone in the first
// of them, and comes back as it is.
func (p *personalTogether) join(v reflect.Value) string {
	parts := make([]string, len(p.fields))
	for k, index := range p.fields {
		switch field := v.Field(index); field.Kind() {
		case reflect.String:
			parts[k] = field.String()
		default:
			parts[k] = strings.Join(field.Interface().([]string), betweenEntries)
		}
	}
	return strings.TrimRight(strings.Join(parts, betweenFields), betweenFields)
}

// split is the inverse of join.
func (p *personalTogether) split(v reflect.Value, text string) {
	parts := strings.Split(text, betweenFields)
	for k, index := range p.fields {
		part := ""
		if k < len(parts) {
			part = parts[k]
		}
		switch field := v.Field(index); {
		case field.Kind() == reflect.String:
			field.SetString(part)
		case part == "":
			field.SetZero()
		default:
			field.Set(reflect.ValueOf(strings.Split(part, betweenEntries)))
		}
	}
}
