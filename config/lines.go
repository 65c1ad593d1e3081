package config

import (
	"strconv"
	"strings"
)

// keyLines returns the line on which each key of a TOML text is written, by
// its path: "rules[2].when.severity[0]". The TOML library tells values and
// syntax errors, but not where a valid key stands. The text should be valid;
// in one that is not, what comes after the damage is missing.
func keyLines(text string) map[string]int {
	s := &keyScanner{text: strings.TrimPrefix(text, "\ufeff"), line: 1, lines: map[string]int{}, tables: map[string]int{}}
	for s.statement() {
	}
	return s.lines
}

type keyScanner struct {
	text   string
	pos    int
	line   int
	table  string         // path of the table that keys belong to
	tables map[string]int // how many tables an array of tables has so far
	lines  map[string]int
}

// statement reads one header or one key with its value, and reports whether
// there was one.
func (s *keyScanner) statement() bool {
	s.blank(true)
	switch {
	case s.pos >= len(s.text):
		return false
	case s.skip("[["):
		s.table = s.header(true)
		return s.skip("]]")
	case s.skip("["):
		s.table = s.header(false)
		return s.skip("]")
	}
	return s.keyValue(s.table)
}

// peek is the next byte, 0 at the end.
func (s *keyScanner) peek() byte {
	if s.pos >= len(s.text) {
		return 0
	}
	return s.text[s.pos]
}

func (s *keyScanner) skip(token string) bool {
	found := strings.HasPrefix(s.text[s.pos:], token)
	if found {
		s.pos += len(token)
	}
	return found
}

// blank passes over blanks, and over line ends and comments where asked.
func (s *keyScanner) blank(lineEnds bool) {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == ' ' || c == '\t':
		case lineEnds && c == '\r':
		case lineEnds && c == '\n':
			s.line++
		case lineEnds && c == '#':
			s.pos = s.lineEnd()
			continue
		default:
			return
		}
		s.pos++
	}
}

func (s *keyScanner) lineEnd() int {
	if i := strings.IndexByte(s.text[s.pos:], '\n'); i >= 0 {
		return s.pos + i
	}
	return len(s.text)
}

// header reads the name of a table and returns its path. Each name on the way
// that is an array of tables stands for its last table.
func (s *keyScanner) header(array bool) string {
	line, parts, path := s.line, s.dottedKey(), ""
	for i, part := range parts {
		path = join(path, part)
		if array && i == len(parts)-1 {
			s.note(path, line)
			s.tables[path]++
			path += index(s.tables[path] - 1)
		} else if n := s.tables[path]; n > 0 {
			path += index(n - 1)
		}
		s.note(path, line)
	}
	return path
}

// note keeps the first line that a path is seen on.
func (s *keyScanner) note(path string, line int) {
	if _, known := s.lines[path]; !known {
		s.lines[path] = line
	}
}

func (s *keyScanner) keyValue(table string) bool {
	line, path := s.line, table
	for _, part := range s.dottedKey() {
		path = join(path, part)
		s.note(path, line)
	}
	if !s.skip("=") {
		return false
	}
	s.value(path)
	return true
}

// dottedKey reads the parts of a key and the blanks after them.
func (s *keyScanner) dottedKey() []string {
	var parts []string
	for {
		s.blank(false)
		parts = append(parts, s.keyPart())
		s.blank(false)
		if !s.skip(".") {
			return parts
		}
	}
}

func (s *keyScanner) keyPart() string {
	start := s.pos
	if c := s.peek(); c == '"' || c == '\'' {
		s.quoted(string(c))
		quoted := s.text[start:s.pos]
		if plain, err := strconv.Unquote(quoted); err == nil && c == '"' {
			return plain
		}
		return strings.Trim(quoted, string(c))
	}
	for s.pos < len(s.text) && !strings.ContainsRune(" \t\r\n.=[]{},#\"'", rune(s.text[s.pos])) {
		s.pos++
	}
	return s.text[start:s.pos]
}

// quoted passes over a text in quotes, with its escapes where it has any.
func (s *keyScanner) quoted(quote string) {
	s.pos += len(quote)
	for s.pos < len(s.text) {
		switch {
		case quote[0] == '"' && s.text[s.pos] == '\\':
			s.pos++
		case strings.HasPrefix(s.text[s.pos:], quote):
			s.pos += len(quote)
			for len(quote) == 3 && s.peek() == quote[0] { // up to two quotes may end the text itself
				s.pos++
			}
			return
		}
		if s.pos < len(s.text) && s.text[s.pos] == '\n' {
			s.line++
		}
		s.pos++
	}
	s.pos = min(s.pos, len(s.text))
}

func (s *keyScanner) value(path string) {
	s.blank(false)
	switch c := s.peek(); {
	case strings.HasPrefix(s.text[s.pos:], `"""`):
		s.quoted(`"""`)
	case strings.HasPrefix(s.text[s.pos:], `'''`):
		s.quoted(`'''`)
	case c == '"' || c == '\'':
		s.quoted(string(c))
	case c == '[':
		s.array(path)
	case c == '{':
		s.inlineTable(path)
	default:
		for s.pos < len(s.text) && !strings.ContainsRune(",]}#\r\n", rune(s.text[s.pos])) {
			s.pos++
		}
	}
}

func (s *keyScanner) array(path string) {
	s.pos++
	for i := 0; ; i++ {
		s.blank(true)
		if s.skip("]") || s.pos >= len(s.text) {
			return
		}
		s.note(path+index(i), s.line)
		s.value(path + index(i))
		s.blank(true)
		if !s.skip(",") && s.peek() != ']' {
			return
		}
	}
}

func (s *keyScanner) inlineTable(path string) {
	s.pos++
	for {
		s.blank(true)
		if s.skip("}") || !s.keyValue(path) {
			return
		}
		s.blank(true)
		if !s.skip(",") && s.peek() != '}' {
			return
		}
	}
}

func join(table, key string) string {
	if table == "" {
		return key
	}
	return table + "." + key
}

func index(i int) string { return "[" + strconv.Itoa(i) + "]" }

// parent is the path of what holds the key: "rules[2].when" for
// "rules[2].when.severity" and "rules" for "rules[2]"; "" at the top.
func parent(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

// lineOf returns the line of a key, or of the nearest thing around it that is
// written down: at last the file's first line, 0 where there are no lines.
func lineOf(lines map[string]int, path string) int {
	for ; path != ""; path = parent(path) {
		if line, known := lines[path]; known {
			return line
		}
	}
	if lines == nil {
		return 0
	}
	return 1
}
