package tui

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// cells is how many cells a painted text takes. Most texts are made of
// characters that are one cell wide whatever stands beside them, and of the
// colour sequences of themes: those are counted here. Anything else (wide,
// combining, joined or unknown characters, other sequences) is measured by
// grapheme.
func cells(text string) int {
	count := 0
	for k := 0; k < len(text); {
		switch b := text[k]; {
		case b == '\x1b':
			end := colourEnd(text, k)
			if end < 0 {
				return ansi.StringWidth(text)
			}
			k = end
		case b >= 0x20 && b < 0x7f:
			count++
			k++
		default:
			r, size := utf8.DecodeRuneInString(text[k:])
			if !narrow(r) {
				return ansi.StringWidth(text)
			}
			count++
			k += size
		}
	}
	return count
}

// colourEnd is where a colour sequence that starts at k ends, -1 where there
// is none.
func colourEnd(text string, k int) int {
	if k+1 >= len(text) || text[k+1] != '[' {
		return -1
	}
	for k += 2; k < len(text); k++ {
		switch b := text[k]; {
		case b == 'm':
			return k + 1
		case b != ';' && (b < '0' || b > '9'):
			return -1
		}
	}
	return -1
}

// narrow tells characters that always take one cell: Latin letters, and the
// dashes, dots, quotes, arrows, mathematical signs, box drawing, blocks and
// shapes that screens are drawn with. None of them combines with another; a
// variation selector behind one is not narrow itself.
func narrow(r rune) bool {
	return r >= 0xa0 && r <= 0x2ff && r != 0xad || r >= 0x2010 && r <= 0x2027 || r >= 0x2190 && r <= 0x21ff || r >= 0x2200 && r <= 0x22ff || r >= 0x2500 && r <= 0x25fc
}
