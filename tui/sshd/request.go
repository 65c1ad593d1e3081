package sshd

import (
	"encoding/binary"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Bounds of what a client sends with its requests.
const (
	maxWidth, maxHeight         = 400, 120 // cells of a terminal
	defaultWidth, defaultHeight = 80, 24   // of one that does not say
	maxVariables                = 64
	maxValue                    = 128     // bytes of a variable from the network
	maxLocalValue               = 4 << 10 // bytes of a variable from the socket: a path
)

// directoryVariable is how a client at the socket says where it is.
const directoryVariable = "TOCSIN_DIRECTORY"

// or bounds a size, and takes what is zero from another one (RFC 4254, 6.2).
func (s Size) or(other Size) Size {
	if s.Width == 0 {
		s.Width = other.Width
	}
	if s.Height == 0 {
		s.Height = other.Height
	}
	return Size{Width: min(s.Width, maxWidth), Height: min(s.Height, maxHeight)}
}

// parseText reads a payload that is one string.
func parseText(payload []byte) (string, bool) {
	text, rest, ok := cutText(payload)
	return text, ok && len(rest) == 0
}

// parseVariable reads the payload of an env request (RFC 4254, 6.4).
func parseVariable(payload []byte) (name, value string, ok bool) {
	name, rest, ok := cutText(payload)
	if !ok {
		return "", "", false
	}
	value, ok = parseText(rest)
	return name, value, ok
}

// parseTerminal reads the payload of a pty-req (RFC 4254, 6.2). The modes are
// not needed: there is no line discipline to set.
func parseTerminal(payload []byte) (term string, size Size, ok bool) {
	term, rest, ok := cutText(payload)
	if !ok || len(rest) < 16 {
		return "", Size{}, false
	}
	size, ok = parseSize(rest[:16])
	return cleanTerm(term), size.or(Size{defaultWidth, defaultHeight}), ok
}

// parseSize reads the payload of a window-change (RFC 4254, 6.7): cells, and
// pixels that nobody asks for. A zero says nothing.
func parseSize(payload []byte) (Size, bool) {
	if len(payload) != 16 {
		return Size{}, false
	}
	width, height := binary.BigEndian.Uint32(payload), binary.BigEndian.Uint32(payload[4:])
	return Size{Width: int(min(width, maxWidth)), Height: int(min(height, maxHeight))}, true
}

func cutText(payload []byte) (text string, rest []byte, ok bool) {
	if len(payload) < 4 {
		return "", nil, false
	}
	n := binary.BigEndian.Uint32(payload)
	payload = payload[4:]
	if uint64(n) > uint64(len(payload)) {
		return "", nil, false
	}
	return string(payload[:n]), payload[n:], true
}

// cleanTerm is the name of a kind of terminal, "dumb" where it can be none.
func cleanTerm(term string) string {
	if term == "" || len(term) > 40 || strings.Trim(term, letters+"+-._") != "" || strings.HasPrefix(term, ".") {
		return "dumb"
	}
	return term
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// environment is the part of a client's that is taken. The zero value is
// empty.
type environment struct{ variables map[string]string }

// take takes a variable where its name is one of those that are let in and its
// value can do no harm.
func (e *environment) take(from Entrance, name, value string) bool {
	if !e.allows(from, name) || !harmless(from, name, value) {
		return false
	}
	if _, known := e.variables[name]; !known && len(e.variables) >= maxVariables {
		return false
	}
	e.set(name, value)
	return true
}

func (e *environment) allows(from Entrance, name string) bool {
	switch name {
	case "TERM", "COLORTERM", "NO_COLOR", "LANG", "TZ":
		return true
	}
	rest, local := strings.CutPrefix(name, "TOCSIN_")
	if !local {
		rest, local = strings.CutPrefix(name, "LC_")
		return local && isName(rest)
	}
	return from == Socket && isName(rest)
}

func isName(rest string) bool {
	return rest != "" && len(rest) <= 40 && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

func harmless(from Entrance, name, value string) bool {
	switch {
	case name == "TERM":
		return value == cleanTerm(value)
	case from == Socket && strings.HasPrefix(name, "TOCSIN_"):
		return len(value) <= maxLocalValue && utf8.ValidString(value) && !strings.ContainsRune(value, 0)
	case name == "TZ" && (strings.HasPrefix(value, "/") || strings.HasPrefix(value, ":") || strings.Contains(value, "..")):
		return false // names a file
	}
	return len(value) <= maxValue && isPrintable(value)
}

func isPrintable(value string) bool {
	for k := range len(value) {
		if value[k] < ' ' || value[k] > '~' {
			return false
		}
	}
	return true
}

func (e *environment) set(name, value string) {
	if e.variables == nil {
		e.variables = make(map[string]string)
	}
	e.variables[name] = value
}

func (e *environment) get(name string) string { return e.variables[name] }

// list is the environment as programs take it.
func (e *environment) list() []string {
	list := make([]string, 0, len(e.variables))
	for name, value := range e.variables {
		list = append(list, name+"="+value)
	}
	return list
}

// directory is where the client is, "" where it did not say.
func (e *environment) directory() string {
	directory := e.get(directoryVariable)
	if !filepath.IsAbs(directory) {
		return ""
	}
	return filepath.Clean(directory)
}
