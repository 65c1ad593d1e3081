package notice

import (
	"fmt"
	"regexp"
	"strings"

	"tocsin/model/policy"
)

// part is one piece of a template's text.
type part struct {
	sign  byte   // 0: text as it is; '=': a value; '?', '!', '#': a section
	name  string // of a field, of whom it goes to, or of a passage
	text  string
	alone bool // a value that has its line to itself
	parts []part
}

// The places that stay until the text is filled for one recipient.
const (
	customerName = "customer"
	contactName  = "contact"
)

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// parser reads a template's text. It goes on after a problem, so that all are
// told at once.
type parser struct {
	text     string
	pos      int
	problems []string
}

// parse reads a text of a template into its parts and says what is wrong with it.
func parse(text string) ([]part, []string) {
	p := &parser{text: strings.ReplaceAll(text, "\r\n", "\n")}
	parts := p.parts("", 0)
	return parts, p.problems
}

func (p *parser) problem(format string, args ...any) {
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}

// parts reads up to the end of the section of the name, "" for the whole text.
func (p *parser) parts(section string, depth int) []part {
	var parts []part
	for p.pos < len(p.text) {
		if plain := p.plain(); plain != "" {
			parts = append(parts, part{text: plain})
			continue
		}
		start := p.pos
		sign, name, ok := p.place()
		switch {
		case !ok:
		case sign == '/':
			p.swallowLine(start)
			if name == section {
				return parts
			}
			p.problem("{/%s} ends nothing that was begun%s", name, within(section))
		case sign == '=':
			parts = append(parts, part{sign: sign, name: name, alone: p.alone(start)})
		case depth == maxDepth:
			p.problem("{%c%s} lies more than %d sections deep", sign, name, maxDepth)
		default:
			p.swallowLine(start)
			parts = append(parts, part{sign: sign, name: name, parts: p.parts(name, depth+1)})
		}
	}
	if section != "" {
		p.problem("{/%s} is missing: the section never ends", section)
	}
	return parts
}

func within(section string) string {
	if section == "" {
		return ""
	}
	return fmt.Sprintf(": {/%s} comes first", section)
}

// plain reads text up to the next place. Doubled braces stand for one.
func (p *parser) plain() string {
	var out strings.Builder
	for p.pos < len(p.text) {
		rest := p.text[p.pos:]
		switch {
		case strings.HasPrefix(rest, "{{"), strings.HasPrefix(rest, "}}"):
			out.WriteByte(rest[0])
			p.pos += 2
		case rest[0] == '{':
			return out.String()
		case rest[0] == '}':
			p.problem("a } stands alone: write }} for the character itself")
			p.pos++
		default:
			out.WriteByte(rest[0])
			p.pos++
		}
	}
	return out.String()
}

// place reads one place in braces; '=' is the sign of a value.
func (p *parser) place() (sign byte, name string, ok bool) {
	const longest = 60
	inside, _, closed := strings.Cut(p.text[p.pos+1:], "}")
	if !closed || len(inside) > longest || strings.ContainsAny(inside, "{\n") {
		p.problem("a { begins no place: write {{ for the character itself")
		p.pos++
		return 0, "", false
	}
	p.pos += len(inside) + 2
	sign, name = '=', inside
	if inside != "" && strings.IndexByte("?!#/", inside[0]) >= 0 {
		sign, name = inside[0], inside[1:]
	}
	if !namePattern.MatchString(name) {
		p.problem("{%s} is no place: a name has small letters, digits and underscores, and begins with a letter", inside)
		return 0, "", false
	}
	return sign, name, true
}

// alone reports whether what was read since start has its line to itself.
func (p *parser) alone(start int) bool {
	before := strings.TrimRight(p.text[:start], " ")
	after := strings.TrimLeft(p.text[p.pos:], " ")
	return (before == "" || strings.HasSuffix(before, "\n")) && (after == "" || after[0] == '\n')
}

// swallowLine takes the line's end away where a section's mark has the line to
// itself, so that marks leave no empty lines behind.
func (p *parser) swallowLine(start int) {
	if !p.alone(start) {
		return
	}
	rest := strings.TrimLeft(p.text[p.pos:], " ")
	p.pos = len(p.text) - len(strings.TrimPrefix(rest, "\n"))
}

// walk visits every part, and those within sections.
func walk(parts []part, visit func(*part)) {
	for i := range parts {
		visit(&parts[i])
		walk(parts[i].parts, visit)
	}
}

// unknownName says that a name is none of the known ones, with the nearest.
func unknownName(name string, known []string) string {
	if nearest := policy.Nearest(name, known); nearest != "" {
		return fmt.Sprintf("did you mean %q?", nearest)
	}
	return "known are " + strings.Join(known, ", ")
}
