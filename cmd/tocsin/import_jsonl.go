package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// longestLine bounds one line of JSON: far more than a record can have.
const longestLine = 1 << 20

// readJSONLines reads one object a line. Empty lines are passed over.
func readJSONLines[T any](text *bufio.Reader, parser rowReader[T]) rowSeq[T] {
	return func(yield func(row[T], error) bool) {
		for number := 1; ; number++ {
			line, tooLong, err := readLine(text)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(row[T]{}, fmt.Errorf("read the import: %w", err))
				return
			}
			r := row[T]{line: number}
			switch {
			case tooLong:
				r.breaks(fmt.Sprintf("is longer than %d bytes", longestLine), "one object a line")
			case len(bytes.TrimSpace(line)) > 0:
				putObject(parser, &r, line)
			default:
				if err != nil {
					return
				}
				continue
			}
			if !yield(r, nil) || err != nil {
				return
			}
		}
	}
}

// readLine reads a line of any length and keeps no more of it than a line may
// have.
func readLine(text *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := text.ReadSlice('\n')
		if len(line)+len(part) > longestLine {
			tooLong = true
		} else {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}

// putObject sets the fields of a row from one line.
func putObject[T any](p rowReader[T], r *row[T], line []byte) {
	members, err := objectMembers(line)
	if err != nil {
		r.breaks(err.Error(), "one JSON object a line")
		return
	}
	seen := make(map[string]bool)
	for _, m := range members {
		if prefix, ok := p.nested(m.name); ok {
			putNested(p, r, m, prefix, seen)
			continue
		}
		putMember(p, r, strings.ToLower(m.name), m.value, seen)
	}
}

func putNested[T any](p rowReader[T], r *row[T], outer member, prefix string, seen map[string]bool) {
	members, err := objectMembers(outer.value)
	if err != nil {
		r.wrong(outer.name, err.Error(), "an object of names and values")
		return
	}
	for _, m := range members {
		putMember(p, r, prefix+m.name, m.value, seen)
	}
}

func putMember[T any](p rowReader[T], r *row[T], name string, value json.RawMessage, seen map[string]bool) {
	if problem := p.checkName(name); problem != "" {
		r.wrong("row", problem, p.accepts(true))
		return
	}
	if seen[name] {
		r.wrong(name, "is there twice", "each field once")
		return
	}
	seen[name] = true
	var entries []any
	if json.Unmarshal(value, &entries) == nil && entries != nil {
		putEntries(p, r, name, entries)
		return
	}
	if text, ok := asText(value); ok {
		p.put(r, name, text)
		return
	}
	r.wrong(name, "is an object", "a text")
}

func putEntries[T any](p rowReader[T], r *row[T], name string, entries []any) {
	texts := make([]string, len(entries))
	for k, entry := range entries {
		text, ok := entry.(string)
		if !ok {
			r.wrong(name, fmt.Sprintf("entry %d is no text", k+1), "a list of texts")
			return
		}
		texts[k] = text
	}
	p.putList(r, name, texts)
}

// asText writes a value as the text that a table would have; null is empty.
func asText(value json.RawMessage) (text string, ok bool) {
	switch string(value) {
	case "null":
		return "", true
	case "true":
		return "yes", true
	case "false":
		return "no", true
	}
	if json.Unmarshal(value, &text) == nil {
		return text, true
	}
	var number json.Number
	if json.Unmarshal(value, &number) == nil {
		return number.String(), true
	}
	return "", false
}

// member is one name and value of an object.
type member struct {
	name  string
	value json.RawMessage
}

// objectMembers reads an object in its order, with names that are there twice.
func objectMembers(text []byte) ([]member, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New("is no JSON object")
	}
	var members []member
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("is no JSON: %w", err)
		}
		m := member{name: fmt.Sprint(name)}
		if err := decoder.Decode(&m.value); err != nil {
			return nil, fmt.Errorf("is no JSON: %w", err)
		}
		members = append(members, m)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, fmt.Errorf("is no JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("has more than one JSON value")
	}
	return members, nil
}
