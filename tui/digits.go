package tui

import "strings"

// digitRows is how many rows a big text has.
const digitRows = 3

// bigGlyphs are the characters of a countdown, three rows high. They are made
// of box drawing, which every terminal font has.
var bigGlyphs = map[rune][digitRows]string{
	'0': {"┏━┓", "┃ ┃", "┗━┛"}, '1': {" ╻ ", " ┃ ", " ╹ "}, '2': {"╺━┓", "┏━┛", "┗━╸"}, '3': {"╺━┓", "╺━┫", "╺━┛"},
	'4': {"╻ ╻", "┗━┫", "  ╹"}, '5': {"┏━╸", "┗━┓", "╺━┛"}, '6': {"┏━╸", "┣━┓", "┗━┛"}, '7': {"╺━┓", "  ┃", "  ╹"},
	'8': {"┏━┓", "┣━┫", "┗━┛"}, '9': {"┏━┓", "┗━┫", "╺━┛"}, '−': {"   ", "╺━╸", "   "}, ' ': {" ", " ", " "},
}

// bigText writes a countdown large; units stay small, on the last row.
func bigText(text string) [digitRows]string {
	var rows [digitRows]strings.Builder
	for _, r := range text {
		glyph, known := bigGlyphs[r]
		if !known {
			glyph = [digitRows]string{" ", " ", string(r)}
		}
		for k := range rows {
			rows[k].WriteString(glyph[k])
		}
	}
	var out [digitRows]string
	for k := range rows {
		out[k] = rows[k].String()
	}
	return out
}
