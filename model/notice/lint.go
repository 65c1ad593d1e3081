package notice

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tocsin/model/clean"
	"tocsin/model/policy"
)

// Lint reads a template against itself and says what is wrong with it. A
// template without a finding renders in each of its languages whatever is said
// for its fields. Keys are those of its file, such as "texts[0].body", counted
// from 0.
func Lint(t *Template) []Problem {
	l := &linter{t: t}
	l.head()
	for i := range t.Fields {
		l.field(fmt.Sprintf("fields[%d]", i), i)
	}
	if len(t.Fields) > maxFields {
		l.problem("fields", "are %d: %d are enough for one text", len(t.Fields), maxFields)
	}
	if len(t.Texts) == 0 {
		l.problem("texts", "the template has no text")
	}
	for i := range t.Texts {
		l.text(fmt.Sprintf("texts[%d]", i), i)
	}
	l.contents()
	return l.problems
}

type linter struct {
	t        *Template
	problems []Problem
	said     []map[string]bool // by text: fields and passages it has a place for
}

func (l *linter) problem(key, format string, args ...any) {
	l.problems = append(l.problems, Problem{key, fmt.Sprintf(format, args...)})
}

func (l *linter) oneOf(key, what, word string, known []string) {
	if !slices.Contains(known, word) {
		l.problem(key, "%q is no %s: %s", word, what, unknownName(word, known))
	}
}

func (l *linter) head() {
	t := l.t
	if !policy.ValidID(t.ID) {
		l.problem("id", "%q is no id: write small letters, digits, hyphens, dots and underscores, at most 64", t.ID)
	}
	if t.Version < 1 {
		l.problem("version", "write a whole number from 1, higher for every change; this is %d", t.Version)
	}
	l.oneOf("kind", "kind of notice", t.Kind, policy.NoticeKinds)
	l.line("title", t.Title)
	for i, rule := range t.Rules {
		pack, id, _ := strings.Cut(rule, "/")
		if !policy.ValidID(pack) || !policy.ValidID(id) {
			l.problem(fmt.Sprintf("rules[%d]", i), "%q names no rule: write it as pack/rule, such as gdpr/art33-authority", rule)
		}
	}
}

// line checks a text of one line that has to be there.
func (l *linter) line(key, text string) {
	switch {
	case clean.Line(text) == "":
		l.problem(key, "is missing")
	case clean.Line(text) != text:
		l.problem(key, "has line breaks, doubled spaces or characters that are not seen")
	case len([]rune(text)) > MaxLine:
		l.problem(key, "is longer than %d characters", MaxLine)
	}
}

func texts[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = string(word)
	}
	return out
}

func (l *linter) field(key string, at int) {
	f := &l.t.Fields[at]
	switch {
	case !namePattern.MatchString(f.Name):
		l.problem(key+".name", "%q is no name: write small letters, digits and underscores, at most 40, a letter first", f.Name)
	case f.Name == customerName || f.Name == contactName:
		l.problem(key+".name", "%q is filled for every recipient: choose another", f.Name)
	case slices.Index(l.t.fieldNames(), f.Name) < at:
		l.problem(key+".name", "%q is there twice", f.Name)
	}
	l.line(key+".label", f.Label)
	l.oneOf(key+".type", "type of field", string(f.Type), texts(Types))
	l.choices(key, f)
	if f.Promise && f.Type != Time {
		l.problem(key+".promise", "only a field of type time makes a promise")
	}
	if f.From == "" {
		return
	}
	source, known := sourceOf(f.From)
	if !known {
		names := []string{}
		for _, s := range Sources() {
			names = append(names, s.Name)
		}
		l.oneOf(key+".from", "fact to fill a field from", f.From, names)
	} else if !feeds(source.Type, f.Type) {
		l.problem(key+".from", "%s is of type %s and cannot fill a field of type %s", f.From, source.Type, f.Type)
	}
}

func (l *linter) choices(key string, f *Field) {
	switch {
	case f.Type == Choice && len(f.Choices) == 0:
		l.problem(key+".choices", "a choice needs words to choose from")
	case f.Type != Choice && len(f.Choices) > 0:
		l.problem(key+".choices", "only a field of type choice has them")
	case len(f.Choices) > maxChoices:
		l.problem(key+".choices", "are %d: %d are the most", len(f.Choices), maxChoices)
	}
	for i, word := range f.Choices {
		at := fmt.Sprintf("%s.choices[%d]", key, i)
		if !policy.ValidID(word.ID) {
			l.problem(at+".id", "%q is no id: write small letters, digits, hyphens, dots and underscores, at most 64", word.ID)
		}
		l.line(at+".label", word.Label)
	}
}

var languagePattern = regexp.MustCompile(`^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8})*$`)

func (l *linter) text(key string, at int) {
	text := &l.t.Texts[at]
	switch {
	case !languagePattern.MatchString(text.Language) || len(text.Language) > 35:
		l.problem(key+".language", "%q is no language: write its code, such as en, de or pt-BR", text.Language)
	case slices.Index(l.t.Languages(), text.Language) < at:
		l.problem(key+".language", "%q is there twice", text.Language)
	}
	if _, has := spoken[primary(text.Language)]; !has && text.Unknown == "" {
		l.problem(key+".unknown", "is missing: write what the text says of something that is not known yet, since the console has no words for that in %q", text.Language)
	}
	l.line(key+".subject", text.Subject)
	said := map[string]bool{}
	l.places(key+".subject", text.Subject, said)
	l.places(key+".body", text.Body, said)
	if clean.Text(text.Body) == "" {
		l.problem(key+".body", "is missing")
	}
	for i := range l.t.Fields {
		if name := l.t.Fields[i].Name; !said[name] {
			l.problem(key+".body", "has no place for the field %s: write {%s}", name, name)
		}
	}
	l.words(key, text)
	l.said = append(l.said, said)
}

// places checks the places of one text and notes which it has.
func (l *linter) places(key, text string, said map[string]bool) {
	parts, problems := parse(clean.Text(text))
	for _, problem := range problems {
		l.problem(key, "%s", problem)
	}
	if len(text) > MaxBody/4 {
		l.problem(key, "is longer than %d KiB before anything is filled in", MaxBody/4>>10)
	}
	names := l.t.fieldNames()
	walk(parts, func(p *part) {
		switch {
		case p.sign == 0:
		case p.sign == '#':
			if said[p.name] = true; slices.Contains(names, p.name) {
				l.problem(key, "{#%s} has the name of a field: a passage needs one of its own", p.name)
			}
		case p.sign == '=' && lastMarks[p.name] != "":
		case !slices.Contains(names, p.name):
			sign := strings.TrimPrefix(string(p.sign), "=")
			l.problem(key, "{%s%s} is no field of the template: %s", sign, p.name, unknownName(p.name, append(slices.Clone(names), customerName, contactName)))
		case p.sign == '=':
			said[p.name] = true
		}
	})
}

// words checks what a text says in place of fields and choices.
func (l *linter) words(key string, text *Text) {
	names := l.t.fieldNames()
	for _, name := range sortedKeys(text.Unknowns) {
		l.oneOf(key+".unknowns."+name, "field of the template", name, names)
	}
	var choices []string
	for i := range l.t.Fields {
		for _, word := range l.t.Fields[i].Choices {
			choices = append(choices, l.t.Fields[i].Name+"."+word.ID)
		}
	}
	for _, name := range sortedKeys(text.Words) {
		l.oneOf(key+".words."+name, "choice of the template", name, choices)
	}
}

// contents checks that what covers a content is in every text.
func (l *linter) contents() {
	for _, content := range sortedKeys(l.t.Contents) {
		key := "contents." + content
		if len(l.t.Contents[content]) == 0 {
			l.problem(key, "names no field and no passage")
		}
		for _, place := range l.t.Contents[content] {
			for name := range strings.SplitSeq(place, "|") {
				l.covered(key, name)
			}
		}
	}
}

func (l *linter) covered(key, name string) {
	for i, said := range l.said {
		if said[name] {
			continue
		}
		known := append(l.t.fieldNames(), sortedKeys(said)...)
		slices.Sort(known)
		l.problem(key, "%q is neither a field nor a passage of the text in %s: %s", name, l.t.Texts[i].Language, unknownName(name, slices.Compact(known)))
	}
}
