package notice

import (
	"strings"
	"unicode"

	"tocsin/model/clean"
)

// Recipient is whom one copy of a text goes to.
type Recipient struct {
	Customer string // its name
	Contact  string // the address or person this copy is for
}

// Fill puts the recipient into a subject and a body as Render made them, in one
// pass: nothing within a name is a place again. A name in a script that is
// written from right to left is kept apart from the text around it (Unicode
// UAX 9, first strong isolate), so that neither disorders the other. The bounds
// of Render hold for what comes out; a subject that a name makes too long is
// cut.
func Fill(subject, body string, to Recipient) (filledSubject, filledBody string) {
	names := map[string]string{customerName: named(to.Customer, subject+body), contactName: named(to.Contact, subject+body)}
	return clip(fill(subject, names)), refold(fill(body, names))
}

// named is a name as it stands in a text.
func named(name, text string) string {
	const firstStrongIsolate, popIsolate = "\u2068", "\u2069"
	name = clip(clean.Line(name))
	if name == "" || !rightToLeft(name) && !rightToLeft(text) {
		return name
	}
	return firstStrongIsolate + name + popIsolate
}

// fill is the last step of a text: see places for how it tells a place from
// what only looks like one.
func fill(text string, names map[string]string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	var out strings.Builder
	out.Grow(len(text) + 64)
	for {
		before, rest, found := strings.Cut(text, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		text = rest
		if name := lastPlace(rest); name != "" {
			out.WriteString(names[name])
			text = rest[len(name)+1:]
		} else if name := strings.TrimPrefix(rest, "{"); name != rest && lastPlace(name) != "" && strings.HasPrefix(name[len(lastPlace(name)):], "}}") {
			out.WriteString("{" + lastPlace(name) + "}")
			text = name[len(lastPlace(name))+2:]
		} else {
			out.WriteByte('{')
		}
	}
}

// lastPlace returns the place that a text goes on with after a brace, "" for none.
func lastPlace(rest string) string {
	for _, name := range []string{customerName, contactName} {
		if strings.HasPrefix(rest, name+"}") {
			return name
		}
	}
	return ""
}

// lastMarks stand for the places of the last step while a text is written.
// Neither a template nor a value can hold them: both are clean.
var lastMarks = map[string]string{customerName: "\x00", contactName: "\x01"}

// places puts the places of the last step where their marks are. What a value
// or a template's own braces only make look like one, "{customer}", becomes
// "{{customer}}", which fill turns back.
func places(text string) string {
	for name := range lastMarks {
		text = strings.ReplaceAll(text, "{"+name+"}", "{{"+name+"}}")
	}
	for name, mark := range lastMarks {
		text = strings.ReplaceAll(text, mark, "{"+name+"}")
	}
	return text
}

// clip keeps a subject or a name to its length.
func clip(line string) string {
	runes := []rune(line)
	if len(runes) <= MaxLine {
		return line
	}
	return string(runes[:MaxLine-1]) + "…"
}

// refold folds the lines that a name made too long.
func refold(body string) string {
	if !tooWide(body) {
		return body
	}
	var out []string
	for line := range strings.SplitSeq(body, "\n") {
		out = append(out, fold(line)...)
	}
	return strings.Join(out, "\n")
}

func tooWide(body string) bool {
	for line := range strings.SplitSeq(body, "\n") {
		if len(line) > MaxWidth {
			return true
		}
	}
	return false
}

// rightToLeft reports whether a text has letters of a script that is written so.
func rightToLeft(text string) bool {
	for _, r := range text {
		if r >= 0x0590 && unicode.In(r, rightToLeftScripts...) {
			return true
		}
	}
	return false
}

var rightToLeftScripts = []*unicode.RangeTable{
	unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Samaritan, unicode.Mandaic,
	unicode.Adlam, unicode.Hanifi_Rohingya, unicode.Mende_Kikakui,
}
