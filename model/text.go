package model

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Longest texts accepted, in characters.
const (
	MaxLine = 200    // titles, names, references: one line
	MaxText = 20_000 // descriptions, notes, reasons: several lines
	MaxList = 200    // entries of a list
)

// CleanLine makes text from outside safe to store and draw as one line: no
// control or escape sequences, no bidirectional overrides, no invisible
// characters that hide or disguise, no invalid UTF-8; line breaks and tabs
// become spaces, runs of spaces one.
func CleanLine(text string) string { return strings.Join(strings.Fields(clean(text)), " ") }

// CleanText is CleanLine for texts of several lines: it keeps line breaks and
// the spaces within lines.
func CleanText(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(clean(text), "\n")
	for k, line := range lines {
		lines[k] = strings.TrimRightFunc(strings.ReplaceAll(line, "\t", "    "), unicode.IsSpace)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// Clip cuts a text to at most n characters, with an ellipsis where it was cut.
func Clip(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	runes := []rune(text)
	return string(runes[:max(n-1, 0)]) + "…"
}

// clean drops whole escape sequences, then every remaining character that has
// no business in a record. Tabs and line breaks stay.
func clean(text string) string {
	text = strings.ToValidUTF8(text, string(utf8.RuneError))
	var out strings.Builder
	out.Grow(len(text))
	runes := []rune(text)
	for k := 0; k < len(runes); {
		if n := escapeLength(runes[k:]); n > 0 {
			k += n
			continue
		}
		if keep(runes, k) {
			out.WriteRune(runes[k])
		}
		k++
	}
	return out.String()
}

// keep decides on one character that is not part of an escape sequence.
func keep(runes []rune, k int) bool {
	r := runes[k]
	switch {
	case r == '\n' || r == '\t':
		return true
	case r == zeroWidthJoiner:
		// Emoji families and several scripts need it; between Latin letters it only disguises.
		return k > 0 && k+1 < len(runes) && runes[k-1] > unicode.MaxLatin1 && runes[k+1] > unicode.MaxLatin1
	case unicode.IsControl(r), isBidiControl(r), isInvisible(r), isPrivate(r):
		return false
	}
	return true
}

const zeroWidthJoiner = '\u200d'

// isBidiControl matches what can reorder text on a screen (Unicode UAX 9),
// as used in "Trojan Source" (CVE-2021-42574).
func isBidiControl(r rune) bool {
	return r == '\u061c' || r == '\u200e' || r == '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// isInvisible matches characters that take no room and can hide text:
// zero-width ones, soft hyphens, fillers, interlinear marks and tags.
func isInvisible(r rune) bool {
	switch r {
	case '\u00ad', '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u180e', '\u200b', '\u200c', '\u2028', '\u2029', '\u3164', '\ufeff', '\uffa0':
		return true
	}
	return r >= '\u2060' && r <= '\u2064' || r >= '\u206a' && r <= '\u206f' || r >= '\ufff9' && r <= '\ufffb' || r >= 0xe0000 && r <= 0xe0fff
}

func isPrivate(r rune) bool {
	return unicode.Is(unicode.Co, r) || unicode.Is(unicode.Cs, r)
}

// escapeLength is how many characters an escape sequence at the start of the
// text takes (ECMA-48: CSI, OSC, DCS, SOS, PM, APC, and two-character ones),
// 0 where there is none. A string sequence that never ends takes its
// introducer alone, so that a stray one cannot swallow a text.
func escapeLength(runes []rune) int {
	const esc, csi8 = '\x1b', '\u009b'
	switch {
	case runes[0] == csi8:
		return controlSequence(runes, 1)
	case runes[0] >= '\u0080' && runes[0] <= '\u009f' && strings.ContainsRune("\u0090\u0098\u009d\u009e\u009f", runes[0]):
		return stringSequence(runes, 1)
	case runes[0] != esc:
		return 0
	case len(runes) == 1:
		return 1
	case runes[1] == '[':
		return controlSequence(runes, 2)
	case strings.ContainsRune("]PX^_", runes[1]):
		return stringSequence(runes, 2)
	case runes[1] >= 0x20 && runes[1] <= 0x2f && len(runes) > 2:
		return 3
	case runes[1] >= 0x30 && runes[1] <= 0x7e:
		return 2
	}
	return 1
}

func controlSequence(runes []rune, from int) int {
	for k := from; k < len(runes); k++ {
		switch {
		case runes[k] >= 0x40 && runes[k] <= 0x7e:
			return k + 1
		case runes[k] < 0x20 || runes[k] > 0x7e:
			return k
		}
	}
	return len(runes)
}

func stringSequence(runes []rune, from int) int {
	for k := from; k < len(runes); k++ {
		switch {
		case runes[k] == '\a' || runes[k] == '\u009c':
			return k + 1
		case runes[k] == '\x1b' && k+1 < len(runes) && runes[k+1] == '\\':
			return k + 2
		}
	}
	return from
}
