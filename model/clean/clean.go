// Package clean makes text from outside safe to store, to draw on a terminal
// and to send: nothing in it commands a screen, reorders or hides what people
// read, or breaks out of the line it belongs in.
package clean

import (
	"strings"
	"unicode"
)

// Line makes text from outside safe to store and draw as one line: no
// control or escape sequences, no bidirectional overrides, no invisible
// characters that hide or disguise, no invalid UTF-8; line breaks and tabs
// become spaces, runs of spaces one.
func Line(text string) string {
	if isPlain(text) {
		return text
	}
	return strings.Join(strings.Fields(safe(text)), " ")
}

// isPlain reports whether a text is one line of printable ASCII with single
// spaces within: nothing of it needs cleaning, and most lines are like that.
func isPlain(text string) bool {
	space := true
	for k := range len(text) {
		c := text[k]
		if c < ' ' || c > '~' || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return !space || text == ""
}

// Text is Line for texts of several lines: it keeps line breaks and
// the spaces within lines; a tab becomes one space.
func Text(text string) string {
	lines := strings.Split(safe(strings.ReplaceAll(text, "\r\n", "\n")), "\n")
	for k, line := range lines {
		lines[k] = strings.TrimRightFunc(line, unicode.IsSpace)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// safe drops whole escape sequences, then every remaining character that has
// no business in a record. Line breaks of any kind become \n, tabs a space.
func safe(text string) string {
	runes := []rune(text) // invalid UTF-8 becomes U+FFFD
	var out strings.Builder
	out.Grow(len(text))
	sequences := escapes{endless: len(runes)}
	last, joiner := ' ', false
	for k := 0; k < len(runes); k++ {
		if n := sequences.length(runes, k); n > 0 {
			k += n - 1
			continue
		}
		r := runes[k]
		switch {
		case r == '\t':
			r = ' '
		case isLineBreak(r):
			r = '\n'
		case r == zeroWidthJoiner:
			joiner = joins(last)
			continue
		case !keep(r):
			continue
		}
		if joiner && joins(r) {
			out.WriteRune(zeroWidthJoiner)
		}
		out.WriteRune(r)
		last, joiner = r, false
	}
	return out.String()
}

const zeroWidthJoiner = '\u200d'

// joins reports whether a joiner may stand beside the character: emoji
// families and several scripts need it, between Latin letters it only
// disguises.
func joins(r rune) bool { return r > unicode.MaxLatin1 && !unicode.IsSpace(r) }

// isLineBreak matches the characters that end a line (Unicode UAX 14, BK, CR,
// LF and NL).
func isLineBreak(r rune) bool {
	return r >= '\n' && r <= '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// keep decides on one character that is not part of an escape sequence. What
// it drops either commands the terminal, reorders text on a screen (Unicode
// UAX 9, as used in "Trojan Source", CVE-2021-42574), takes no room and so can
// hide or disguise text, or has no agreed meaning.
func keep(r rune) bool {
	switch {
	case r < unicode.MaxASCII:
		return r >= ' '
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return true // format characters that are drawn: Arabic and Syriac number signs
	}
	return !unicode.In(r, unreadable...)
}

// unreadable are the classes of characters that keep drops: controls, formats
// (bidirectional controls, zero-width characters, tags), fillers, surrogates,
// private use and the code points that are no characters.
var unreadable = []*unicode.RangeTable{
	unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co,
	unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point,
	{R16: []unicode.Range16{{Lo: 0x180b, Hi: 0x180f, Stride: 1}}, R32: []unicode.Range32{{Lo: 0xe0000, Hi: 0xe0fff, Stride: 1}}},
}

// escapes finds escape sequences (ECMA-48). endless is where a search for the
// end of a string sequence last began in vain: no later one ends either, which
// keeps a text full of openings from being searched once for each.
type escapes struct{ endless int }

// length is how many characters an escape sequence at k takes (CSI, OSC, DCS,
// SOS, PM, APC, and short ones), 0 where there is none. A string sequence that
// never ends takes its introducer alone, so that a stray one cannot swallow a
// text.
func (e *escapes) length(runes []rune, k int) int {
	const esc, csi8 = '\x1b', '\u009b'
	r := runes[k]
	switch {
	case r < unicode.MaxASCII && r != esc:
		return 0
	case r == csi8:
		return controlSequence(runes, k+1) - k
	case strings.ContainsRune("\u0090\u0098\u009d\u009e\u009f", r):
		return e.stringSequence(runes, k+1) - k
	case r != esc:
		return 0
	case k+1 == len(runes):
		return 1
	case runes[k+1] == '[':
		return controlSequence(runes, k+2) - k
	case strings.ContainsRune("]PX^_", runes[k+1]):
		return e.stringSequence(runes, k+2) - k
	}
	return shortSequence(runes, k+1) - k
}

// shortSequence ends an escape sequence of intermediate characters and a final
// one; what does not belong to it stays.
func shortSequence(runes []rune, from int) int {
	for from < len(runes) && runes[from] >= 0x20 && runes[from] <= 0x2f {
		from++
	}
	if from < len(runes) && runes[from] >= 0x30 && runes[from] <= 0x7e {
		from++
	}
	return from
}

// controlSequence ends a sequence of parameters and a final character; what
// does not belong to it stays.
func controlSequence(runes []rune, from int) int {
	for from < len(runes) && runes[from] >= 0x20 && runes[from] <= 0x3f {
		from++
	}
	if from < len(runes) && runes[from] >= 0x40 && runes[from] <= 0x7e {
		from++
	}
	return from
}

func (e *escapes) stringSequence(runes []rune, from int) int {
	for k := from; k < len(runes) && from < e.endless; k++ {
		switch {
		case runes[k] == '\a' || runes[k] == '\u009c':
			return k + 1
		case runes[k] == '\x1b' && k+1 < len(runes) && runes[k+1] == '\\':
			return k + 2
		}
	}
	e.endless = min(e.endless, from)
	return from
}
