package sshd

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// Bounds of a command line.
const (
	maxCommand = 128 << 10 // bytes
	maxWords   = 1024
)

// ErrCommand is about a command line that is none.
var ErrCommand = errors.New("the command line cannot be read")

// Split splits a command line into words as a POSIX shell splits quotes
// (Shell Command Language, 2.2), and does nothing else that shells do: no
// expansion, no operators, no comments.
func Split(line string) ([]string, error) {
	switch {
	case len(line) > maxCommand:
		return nil, reject("it is too long")
	case !utf8.ValidString(line) || strings.ContainsRune(line, 0):
		return nil, reject("it is not text")
	}
	var words []string
	for {
		line = strings.TrimLeft(line, " \t\r\n")
		if line == "" {
			return words, nil
		}
		word, rest, err := cutWord(line)
		if err != nil {
			return nil, err
		}
		if len(words) == maxWords {
			return nil, reject("it has too many words")
		}
		// A backslash at the end of a line alone is no word.
		if words, line = append(words, word.text), rest; word.void {
			words = words[:len(words)-1]
		}
	}
}

// word is one; it is void where there was nothing but joined lines.
type word struct {
	text string
	void bool
}

// cutWord cuts the first word off a line that begins with one.
func cutWord(line string) (w word, rest string, err error) {
	var text strings.Builder
	w.void = true
	for line != "" {
		c := line[0]
		switch {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			w.text = text.String()
			return w, line, nil
		case c == '\'':
			w.void = false
			quoted, after, closed := strings.Cut(line[1:], "'")
			if !closed {
				return w, "", reject("a quote is not closed")
			}
			text.WriteString(quoted)
			line = after
		case c == '"':
			w.void = false
			if line, err = cutQuoted(line[1:], &text); err != nil {
				return w, "", err
			}
		case c == '\\':
			if len(line) == 1 {
				return w, "", reject("a backslash ends it")
			}
			if line[1] != '\n' {
				w.void = false
				text.WriteByte(line[1])
			}
			line = line[2:]
		default:
			w.void = false
			text.WriteByte(c)
			line = line[1:]
		}
	}
	w.text = text.String()
	return w, "", nil
}

// cutQuoted reads what stands in double quotes, up to and with the last one.
func cutQuoted(line string, text *strings.Builder) (rest string, err error) {
	for k := 0; k < len(line); k++ {
		switch c := line[k]; {
		case c == '"':
			return line[k+1:], nil
		case c == '\\' && k+1 < len(line) && strings.IndexByte("$`\"\\\n", line[k+1]) >= 0:
			k++
			if line[k] != '\n' {
				text.WriteByte(line[k])
			}
		default:
			text.WriteByte(c)
		}
	}
	return "", reject("a quote is not closed")
}

func reject(why string) error { return &commandError{why} }

// commandError is an ErrCommand that says why.
type commandError struct{ why string }

func (e *commandError) Error() string { return ErrCommand.Error() + ": " + e.why }
func (e *commandError) Unwrap() error { return ErrCommand }

// Join makes a command line that Split splits into the same words, as a client
// sends them.
func Join(words []string) string {
	quoted := make([]string, len(words))
	for k, word := range words {
		quoted[k] = quote(word)
	}
	return strings.Join(quoted, " ")
}

func quote(word string) string {
	if word != "" && strings.Trim(word, letters+"-_./=:,@%+") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
