package notice

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tocsin/model/clean"
)

// Value is what somebody said for a field. Unknown says that it is not known
// yet: the text then says so, in place of what Text holds.
type Value struct {
	Text    string
	Unknown bool
}

// Values are what was said for the fields, by name. "name@language" says a
// field in one language alone, such as "what_happened@de".
type Values map[string]Value

// of returns what was said for a field in a language.
func (v Values) of(field, language string) (Value, bool) {
	for _, key := range []string{field + "@" + language, field + "@" + primary(language), field} {
		if value, said := v[key]; said && (value.Unknown || strings.TrimSpace(value.Text) != "") {
			return value, true
		}
	}
	return Value{}, false
}

// Borrowed returns the fields that people write in words and that were not
// said in this language, though they were in another: the text would be in two.
func (t *Template) Borrowed(language string, values Values) []string {
	var borrowed []string
	for i := range t.Fields {
		f := &t.Fields[i]
		plain, said := values[f.Name]
		if !said || plain.Unknown || strings.TrimSpace(plain.Text) == "" || f.Type == Time || f.Type == Choice {
			continue
		}
		_, own := values[f.Name+"@"+language]
		_, near := values[f.Name+"@"+primary(language)]
		if !own && !near {
			borrowed = append(borrowed, f.Name)
		}
	}
	return borrowed
}

// value is what a field says in a language, ready for the text: lines, one for
// most types. It is empty where the field says nothing.
type value struct {
	lines   []string
	unknown bool
}

func (v value) said() bool { return v.unknown || len(v.lines) > 0 }

// read makes a value of what was typed; wrong says why that is not one.
func (f *Field) read(typed string, in *Text, zone *time.Location) (v value, wrong string) {
	switch f.Type {
	case Long:
		text := clean.Text(typed)
		if utf8.RuneCountInString(text) > MaxText {
			return value{}, fmt.Sprintf("is longer than %d characters", MaxText)
		}
		return lines(text), ""
	case List:
		return readList(typed)
	case Choice:
		return f.readChoice(typed, in)
	case Time:
		return readTime(typed, in.Language, zone)
	}
	line := clean.Line(typed)
	if utf8.RuneCountInString(line) > MaxLine {
		return value{}, fmt.Sprintf("is longer than %d characters", MaxLine)
	}
	return lines(line), ""
}

func lines(text string) value {
	if text == "" {
		return value{}
	}
	return value{lines: strings.Split(text, "\n")}
}

func readList(typed string) (value, string) {
	var v value
	for line := range strings.SplitSeq(clean.Text(typed), "\n") {
		entry := clean.Line(line)
		if utf8.RuneCountInString(entry) > MaxLine {
			return value{}, fmt.Sprintf("has an entry longer than %d characters", MaxLine)
		}
		if entry != "" {
			v.lines = append(v.lines, entry)
		}
	}
	if len(v.lines) > MaxEntries {
		return value{}, fmt.Sprintf("has more than %d entries", MaxEntries)
	}
	return v, ""
}

func (f *Field) readChoice(typed string, in *Text) (value, string) {
	typed = clean.Line(typed)
	if typed == "" {
		return value{}, ""
	}
	known := make([]string, len(f.Choices))
	for i, word := range f.Choices {
		if known[i] = word.ID; word.ID != typed {
			continue
		}
		if said := in.Words[f.Name+"."+word.ID]; said != "" {
			return value{lines: []string{said}}, ""
		}
		return value{lines: []string{word.Label}}, ""
	}
	return value{}, fmt.Sprintf("%q is none of its words: %s", shortened(typed), unknownName(typed, known))
}

// shortened keeps what was typed short enough to be quoted.
func shortened(text string) string {
	const enough = 40
	if runes := []rune(text); len(runes) > enough {
		return string(runes[:enough]) + "…"
	}
	return text
}

func readTime(typed, language string, zone *time.Location) (value, string) {
	typed = clean.Line(typed)
	if typed == "" {
		return value{}, ""
	}
	switch at, day, ok := moment(typed, zone); {
	case ok && day:
		return value{lines: []string{wordsOf(language).day(at)}}, ""
	case ok:
		return value{lines: []string{wordsOf(language).moment(at)}}, ""
	}
	return value{}, fmt.Sprintf("%q is no time: write 2006-01-02 15:04, 2006-01-02, or RFC 3339", shortened(typed))
}
