package notice

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/model/clean"
)

// Rendered is a text but for whom it goes to.
type Rendered struct {
	Language string
	Subject  string
	Body     string
	// Gaps are the fields that the text has a place for, or must have, and that
	// say nothing: the text shows them in brackets and cannot go like that.
	Gaps []string
	// Promises are the times that the text binds its sender to.
	Promises []Promise

	given   map[string]bool   // fields that say something
	said    map[string]bool   // fields and passages that are in the text
	unknown map[string]bool   // fields of which it says that they are not known yet
	tells   map[string]string // what it says of those
}

// Problem is one thing that is wrong with what was given, or with a template.
type Problem struct {
	Key     string `json:"key"` // a field, or a place in the template such as "texts[0].body"
	Message string `json:"message"`
}

// Error says why there is no text, with all that is wrong at once.
type Error struct{ Problems []Problem }

func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.Key + ": " + p.Message
	}
	return strings.Join(lines, "\n")
}

// Render makes the text of a template in one of its languages. What values say
// comes before what the facts do. A field that says nothing leaves its label in
// brackets and is among the gaps, so that a draft can be read from the first
// moment; what is wrong (a field the template does not have, a word that is no
// choice, a text that is too long) is an *Error. The subject is one line of at
// most MaxLine characters, the body at most MaxBody bytes; neither holds
// anything but text.
func Render(t *Template, language string, values Values, facts Facts) (Rendered, error) {
	text, found := t.text(language)
	if !found {
		return Rendered{}, &Error{[]Problem{{"language", fmt.Sprintf("%q is no language of this template: it has %s", shortened(clean.Line(language)), strings.Join(t.Languages(), ", "))}}}
	}
	r := &renderer{template: t, text: text, values: map[string]value{}, out: Rendered{
		Language: text.Language, given: map[string]bool{}, said: map[string]bool{}, unknown: map[string]bool{}, tells: map[string]string{},
	}}
	r.strangers(values)
	r.read(values, facts)
	r.out.Subject = clean.Line(r.render("subject", text.Subject))
	r.out.Body = layOut(r.render("body", text.Body))
	r.bounds()
	if len(r.problems) > 0 {
		return Rendered{}, &Error{r.problems}
	}
	r.gaps()
	return r.out, nil
}

type renderer struct {
	template *Template
	text     *Text
	values   map[string]value
	empty    map[string]bool // fields whose place is empty
	problems []Problem
	out      Rendered
}

func (r *renderer) problem(key, format string, args ...any) {
	r.problems = append(r.problems, Problem{key, fmt.Sprintf(format, args...)})
}

// strangers refuses values for fields that the template does not have.
func (r *renderer) strangers(values Values) {
	known := r.template.fieldNames()
	for _, key := range sortedKeys(values) {
		name, _, _ := strings.Cut(key, "@")
		if _, has := r.template.Field(name); !has {
			r.problem(shortened(clean.Line(key)), "is no field of %s: %s", r.template.ID, unknownName(clean.Line(name), known))
		}
	}
}

func (t *Template) fieldNames() []string {
	names := make([]string, len(t.Fields))
	for i := range t.Fields {
		names[i] = t.Fields[i].Name
	}
	return names
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// read takes in what every field says.
func (r *renderer) read(values Values, facts Facts) {
	for i := range r.template.Fields {
		f := &r.template.Fields[i]
		given, said := values.of(f.Name, r.text.Language)
		if given.Unknown {
			if f.Firm {
				r.problem(f.Name, "“%s” cannot be left open as not known yet", f.Label)
			}
			r.values[f.Name] = value{unknown: true}
			continue
		}
		if !said {
			// A fact that does not fit, such as another pack's severity, fills nothing.
			if v, wrong := f.read(facts.Text[f.From], r.text, facts.zone()); f.From != "" && wrong == "" {
				r.values[f.Name] = v
			}
			if f.Promise {
				r.promise(f, "", facts)
			}
			continue
		}
		v, wrong := f.read(given.Text, r.text, facts.zone())
		if wrong != "" {
			r.problem(f.Name, "%s", wrong)
		}
		if r.values[f.Name] = v; f.Promise {
			r.promise(f, given.Text, facts)
		}
	}
}

func (r *renderer) render(key, text string) string {
	parts, problems := parse(clean.Text(text))
	for _, problem := range problems {
		r.problem(key, "%s", problem)
	}
	var out strings.Builder
	r.write(&out, key, parts)
	return places(out.String())
}

func (r *renderer) write(out *strings.Builder, key string, parts []part) {
	for i := range parts {
		p := &parts[i]
		switch p.sign {
		case 0:
			out.WriteString(p.text)
		case '=':
			r.writeValue(out, key, p)
		case '#':
			r.out.said[p.name] = true
			r.write(out, key, p.parts)
		default:
			r.known(key, p.name)
			if r.values[p.name].said() == (p.sign == '?') {
				r.write(out, key, p.parts)
			}
		}
	}
}

// known reports whether a place names a field, and is a problem where not.
func (r *renderer) known(key, name string) bool {
	_, has := r.template.Field(name)
	if !has {
		r.problem(key, "{%s} is no field of %s: %s", name, r.template.ID, unknownName(name, append(r.template.fieldNames(), customerName, contactName)))
	}
	return has
}

func (r *renderer) writeValue(out *strings.Builder, key string, p *part) {
	if mark, stays := lastMarks[p.name]; stays {
		out.WriteString(mark)
		return
	}
	if !r.known(key, p.name) {
		return
	}
	v, f := r.values[p.name], r.field(p.name)
	switch {
	case v.unknown:
		words := r.text.notKnown(p.name, p.alone)
		r.out.said[p.name], r.out.unknown[p.name], r.out.tells[p.name] = true, true, words
		out.WriteString(clean.Line(words))
	case len(v.lines) == 0:
		r.gap(p.name)
		out.WriteString("[" + clean.Line(f.Label) + "]")
	default:
		r.out.said[p.name] = true
		out.WriteString(v.in(f.Type, p.alone))
	}
}

func (r *renderer) field(name string) *Field {
	f, _ := r.template.Field(name)
	return f
}

func (r *renderer) gap(name string) {
	if r.empty == nil {
		r.empty = map[string]bool{}
	}
	r.empty[name] = true
}

// in lays a value out: a list with its line to itself gets a line for each
// entry, within a sentence commas.
func (v value) in(t Type, alone bool) string {
	switch {
	case t == List && alone:
		return "- " + strings.Join(v.lines, "\n- ")
	case t == List:
		return strings.Join(v.lines, ", ")
	}
	return strings.Join(v.lines, "\n")
}

// gaps tells fields that say something from those that say nothing, and names
// those of them that have to, in the template's order.
func (r *renderer) gaps() {
	for i := range r.template.Fields {
		f := &r.template.Fields[i]
		r.out.given[f.Name] = r.values[f.Name].said()
		if r.empty[f.Name] || f.Required && !r.values[f.Name].said() {
			r.out.Gaps = append(r.out.Gaps, f.Name)
		}
	}
}

func (r *renderer) bounds() {
	if utf8.RuneCountInString(r.out.Subject) > MaxLine {
		r.problem("subject", "is longer than %d characters", MaxLine)
	}
	if len(r.out.Body) > MaxBody {
		r.problem("body", "is longer than %d KiB", MaxBody>>10)
	}
}

// layOut makes a body of what was written: clean, no empty lines in a row, and
// no line that is too long to be sent.
func layOut(text string) string {
	var out []string
	empty := false
	for line := range strings.SplitSeq(clean.Text(text), "\n") {
		if line == "" && empty {
			continue
		}
		empty = line == ""
		out = append(out, fold(line)...)
	}
	return strings.Join(out, "\n")
}

// fold cuts a line that is too long at spaces, or within a word where it has to.
func fold(line string) []string {
	var out []string
	for len(line) > MaxWidth {
		end := strings.LastIndexByte(line[:MaxWidth+1], ' ')
		if end <= 0 {
			end = cut(line, MaxWidth)
		}
		out = append(out, strings.TrimRightFunc(line[:end], unicode.IsSpace))
		line = strings.TrimLeft(line[end:], " ")
	}
	return append(out, line)
}

// cut is the last place up to n bytes where a character, with the marks on it,
// ends.
func cut(line string, n int) int {
	for end := n; end > n/2; end-- {
		r, _ := utf8.DecodeRuneInString(line[end:])
		if utf8.RuneStart(line[end]) && !unicode.Is(unicode.M, r) && (line[end] != '{' || lastPlace(line[end+1:]) == "") {
			return end
		}
	}
	for !utf8.RuneStart(line[n]) {
		n--
	}
	return n
}
