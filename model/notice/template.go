// Package notice turns what people know about an incident into the text that
// somebody outside is told: templates with typed fields, their rendering, the
// list of what a rule wants said and whether the text says it, and how two
// versions of a text differ.
//
// A template's text is plain, with places in braces:
//
//	{name}                 what the field says
//	{?name} … {/name}      only where the field says something, or says that it is not known yet
//	{!name} … {/name}      only where it does neither
//	{#name} … {/name}      a passage with a name, which a required content may point to
//	{customer} {contact}   who it goes to; these stay until it leaves (see Fill)
//	{{ }}                  braces themselves
//
// Nothing in a text is ever run, and what a field says is never read for
// places: a value with braces in it stays as it was typed. The same template,
// values and facts always make the same text.
package notice

import (
	"slices"
	"strings"
)

// Type says what a field takes.
type Type string

// The types of fields.
const (
	Line   Type = "line"   // one line, at most MaxLine characters
	Long   Type = "text"   // several lines, at most MaxText characters
	Time   Type = "time"   // a moment or a day: RFC 3339, "2006-01-02 15:04" in the zone of the facts, or "2006-01-02"
	List   Type = "list"   // one entry a line, each at most MaxLine characters, at most MaxEntries of them
	Choice Type = "choice" // one of the field's words
)

// Types are the types of fields.
var Types = []Type{Line, Long, Time, List, Choice}

// Bounds. Those of characters are counted in runes.
const (
	MaxLine    = 200      // a line, and a subject once it is filled
	MaxText    = 20_000   // a field of several lines
	MaxEntries = 100      // the entries of a list
	MaxBody    = 64 << 10 // a body in bytes, once it is filled
	MaxWidth   = 900      // a line of a body in bytes: SMTP carries 998 (RFC 5321, 4.5.3.1.6)

	maxFields  = 40
	maxChoices = 20
	maxDepth   = 8 // sections within sections
)

// Template is one text to fill in, in one or several languages. Once checked by
// Lint without a finding it renders without surprises; it is never changed and
// so is shared freely.
type Template struct {
	ID      string   `json:"id"`
	Version int      `json:"version"` // higher for every change
	Kind    string   `json:"kind"`    // of policy.NoticeKinds
	Title   string   `json:"title"`
	Rules   []string `json:"rules,omitempty"` // "pack/rule"; none: for whatever is of its kind
	Note    string   `json:"note,omitempty"`  // what its author tells who uses it
	Fields  []Field  `json:"fields"`
	// Contents says which fields or passages cover each content that a rule asks
	// for: all of those named; "a|b" is covered by either.
	Contents map[string][]string `json:"contents,omitempty"`
	Texts    []Text              `json:"texts"` // the first is what other languages fall back to
}

// Field is one thing that a template asks for.
type Field struct {
	Name     string `json:"name"`
	Label    string `json:"label"`
	Type     Type   `json:"type"`
	Choices  []Word `json:"choices,omitempty"`
	Required bool   `json:"required,omitempty"` // the text cannot go without it
	Firm     bool   `json:"firm,omitempty"`     // it cannot be left open as not known yet
	Help     string `json:"help,omitempty"`
	From     string `json:"from,omitempty"` // the fact of the incident that fills it, of Sources
	// Promise says that the text promises this time: it must not have passed when
	// the text leaves. Only a field of type time makes one.
	Promise bool `json:"promise,omitempty"`
}

// Word is one word of a choice, and how the text says it.
type Word struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Text is a template in one language.
type Text struct {
	Language string `json:"language"` // BCP 47, such as en or de
	Subject  string `json:"subject"`
	Body     string `json:"body"`
	// Unknown is said where a field is not known yet; "" is the language's own
	// words, which English and German have. Unknowns says it for single fields.
	Unknown  string            `json:"unknown,omitempty"`
	Unknowns map[string]string `json:"unknowns,omitempty"`
	// Words are how this language says a choice, by "field.choice"; the label
	// where there is none.
	Words map[string]string `json:"words,omitempty"`
}

// Field returns the field of the name.
func (t *Template) Field(name string) (*Field, bool) {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return &t.Fields[i], true
		}
	}
	return nil, false
}

// Languages are those the template has texts in.
func (t *Template) Languages() []string {
	languages := make([]string, len(t.Texts))
	for i := range t.Texts {
		languages[i] = t.Texts[i].Language
	}
	return languages
}

// For reports whether the template is made for the rule, written "pack/rule".
// One that names no rules is made for none and serves any of its kind.
func (t *Template) For(rule string) bool { return slices.Contains(t.Rules, rule) }

// Covers reports whether the template has a place for each of the contents,
// and returns those it has none for.
func (t *Template) Covers(contents []string) (missing []string) {
	for _, content := range contents {
		if _, has := t.place(content); !has {
			missing = append(missing, content)
		}
	}
	return missing
}

// place returns what covers a content; small and capital letters are the same.
func (t *Template) place(content string) ([]string, bool) {
	if names, has := t.Contents[content]; has {
		return names, true
	}
	for label, names := range t.Contents {
		if strings.EqualFold(label, content) {
			return names, true
		}
	}
	return nil, false
}

// text returns the text in the language or the nearest to it.
func (t *Template) text(language string) (*Text, bool) {
	at, found := Nearest(language, t.Languages())
	if !found {
		return nil, false
	}
	return &t.Texts[at], true
}

// Nearest returns the place of the language among those there are: the same
// one, or one of the same first part ("de" for "de-AT"). found is false where
// there is none; at is then 0, the one to fall back to.
func Nearest(language string, among []string) (at int, found bool) {
	for i, have := range among {
		if strings.EqualFold(have, language) {
			return i, true
		}
	}
	for i, have := range among {
		if strings.EqualFold(primary(have), primary(language)) {
			return i, true
		}
	}
	return 0, false
}

// primary is the language itself, without script, region and the like.
func primary(language string) string {
	first, _, _ := strings.Cut(language, "-")
	return strings.ToLower(first)
}
