package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"tocsin/model/policy"
)

// maxFile bounds a configuration file; a pack of a long law is a tenth of it.
const maxFile = 1 << 20

// document is a TOML text while it is read into Go values. The keys of a
// struct are the names in its json tags.
type document struct {
	file     string
	lines    map[string]int
	problems []Problem
}

// decode reads the text into the struct that into points to. What is wrong is
// left in problems; a text that is no TOML has just that one problem.
func decode(file string, data []byte, into any) *document {
	d := &document{file: file}
	if len(data) > maxFile {
		d.problem("", "the file is larger than %d KiB", maxFile>>10)
		return d
	}
	tree := map[string]any{}
	if _, err := toml.Decode(string(data), &tree); err != nil {
		d.syntax(err)
		return d
	}
	d.lines = keyLines(string(data))
	d.table("", tree, reflect.ValueOf(into).Elem())
	return d
}

func (d *document) problem(key, format string, args ...any) {
	d.problems = append(d.problems, Problem{File: d.file, Line: lineOf(d.lines, key), Key: key, Message: fmt.Sprintf(format, args...)})
}

// sorted returns the problems by line.
func (d *document) sorted() []Problem {
	sort.SliceStable(d.problems, func(i, j int) bool { return d.problems[i].Line < d.problems[j].Line })
	return d.problems
}

// syntax turns the library's error into a problem.
func (d *document) syntax(err error) {
	problem := Problem{File: d.file, Message: err.Error()}
	var syntax toml.ParseError
	if errors.As(err, &syntax) {
		problem.Line, problem.Key, problem.Message = syntax.Position.Line, syntax.LastKey, syntaxWords(syntax.Message)
	}
	d.problems = append(d.problems, problem)
}

// syntaxWords says what to do about the commonest slip, and leaves the rest to
// the library's words.
func syntaxWords(message string) string {
	if strings.Contains(message, "already been defined") {
		return "the key is there twice: keep one of them"
	}
	return "this is not TOML: " + strings.TrimPrefix(message, "toml: ")
}

// value reads one TOML value into a Go value of the matching kind.
func (d *document) value(path string, raw any, into reflect.Value) {
	if text, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.text(path, raw, text)
		return
	}
	switch into.Kind() {
	case reflect.String:
		if text, ok := expect[string](d, path, raw, `a text in quotes, such as "…"`); ok {
			into.SetString(text)
		}
	case reflect.Bool:
		if truth, ok := expect[bool](d, path, raw, "true or false"); ok {
			into.SetBool(truth)
		}
	case reflect.Int:
		if number, ok := expect[int64](d, path, raw, "a whole number"); ok {
			into.SetInt(number)
		}
	case reflect.Pointer:
		item := reflect.New(into.Type().Elem())
		d.value(path, raw, item.Elem())
		into.Set(item)
	case reflect.Slice:
		d.list(path, raw, into)
	case reflect.Map:
		d.words(path, raw, into)
	case reflect.Struct:
		if table, ok := expect[map[string]any](d, path, raw, "a table, such as { key = … }"); ok {
			d.table(path, table, into)
		}
	}
}

// expect reports whether the raw value has the type, and is a problem where
// it has not.
func expect[T any](d *document, path string, raw any, wanted string) (T, bool) {
	value, ok := raw.(T)
	if !ok {
		d.problem(path, "must be %s; this is %s", wanted, found(raw))
	}
	return value, ok
}

// found names a raw value as people would.
func found(raw any) string {
	switch value := raw.(type) {
	case string:
		return fmt.Sprintf("the text %q", value)
	case bool, int64, float64:
		return fmt.Sprintf("%v", value)
	case time.Time:
		return "a date, which belongs in quotes here"
	case []any, []map[string]any:
		return "a list"
	}
	return "a table"
}

func (d *document) text(path string, raw any, into encoding.TextUnmarshaler) {
	if _, isTable := raw.(map[string]any); isTable {
		d.problem(path, "must be a text in quotes; this is a table: a name with a dot in it needs quotes itself")
		return
	}
	text, ok := expect[string](d, path, raw, "a text in quotes")
	if !ok {
		return
	}
	if text == "" {
		d.problem(path, "must not be empty: leave the key out")
		return
	}
	if err := into.UnmarshalText([]byte(text)); err != nil {
		d.problem(path, "%s", err)
	}
}

func (d *document) list(path string, raw any, into reflect.Value) {
	items, ok := asList(raw)
	if !ok {
		d.problem(path, "must be a list in brackets, such as [ … ]; this is %s", found(raw))
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(items), len(items)))
	for i, item := range items {
		d.value(path+index(i), item, into.Index(i))
	}
}

// asList returns the items of an array, whichever way it was written.
func asList(raw any) ([]any, bool) {
	switch list := raw.(type) {
	case []any:
		return list, true
	case []map[string]any:
		items := make([]any, len(list))
		for i := range list {
			items[i] = list[i]
		}
		return items, true
	}
	return nil, false
}

// words reads a table whose keys the author chooses.
func (d *document) words(path string, raw any, into reflect.Value) {
	table, ok := expect[map[string]any](d, path, raw, "a table, such as { key = … }")
	if !ok {
		return
	}
	into.Set(reflect.MakeMapWithSize(into.Type(), len(table)))
	for _, key := range sortedKeys(table) {
		item := reflect.New(into.Type().Elem()).Elem()
		d.value(join(path, key), table[key], item)
		into.SetMapIndex(reflect.ValueOf(key), item)
	}
}

// table reads a table into a struct and refuses keys that it does not have.
func (d *document) table(path string, table map[string]any, into reflect.Value) {
	fields := fieldsOf(into.Type())
	for _, key := range sortedKeys(table) {
		if field, known := fields[key]; known {
			d.value(join(path, key), table[key], into.Field(field))
			continue
		}
		d.problem(join(path, key), "unknown key%s", suggestion(key, sortedKeys(fields)))
	}
}

// fieldsOf returns the fields of a struct by the names in their json tags.
func fieldsOf(t reflect.Type) map[string]int {
	fields := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = i
		}
	}
	return fields
}

// suggestion ends a message about an unknown word with the nearest known one,
// or with all of them.
func suggestion(word string, known []string) string {
	if nearest := policy.Nearest(word, known); nearest != "" {
		return fmt.Sprintf(": did you mean %q?", nearest)
	}
	return ": known are " + strings.Join(known, ", ")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
