package tui

import (
	"strings"
	"unicode"
)

// glyphRows is how many pixels a glyph is high. A pixel is half a cell high and
// one wide, which is about square.
const glyphRows = 5

// glyphs are the characters that can be written large, a rune for each pixel.
// Strokes are a third of a letter, as on signs that are read from afar. Units
// are small letters: beside digits a capital S reads as 5.
var glyphs = map[rune][glyphRows]string{
	'0': {"###", "# #", "# #", "# #", "###"}, '1': {" # ", "## ", " # ", " # ", "###"}, '2': {"###", "  #", "###", "#  ", "###"},
	'3': {"###", "  #", "###", "  #", "###"}, '4': {"# #", "# #", "###", "  #", "  #"}, '5': {"###", "#  ", "###", "  #", "###"},
	'6': {"###", "#  ", "###", "# #", "###"}, '7': {"###", "  #", "  #", "  #", "  #"}, '8': {"###", "# #", "###", "# #", "###"},
	'9': {"###", "# #", "###", "  #", "###"},

	'A': {" # ", "# #", "###", "# #", "# #"}, 'B': {"## ", "# #", "## ", "# #", "## "}, 'C': {"###", "#  ", "#  ", "#  ", "###"},
	'D': {"## ", "# #", "# #", "# #", "## "}, 'E': {"###", "#  ", "## ", "#  ", "###"}, 'F': {"###", "#  ", "## ", "#  ", "#  "},
	'G': {"####", "#   ", "# ##", "#  #", "####"}, 'H': {"# #", "# #", "###", "# #", "# #"}, 'I': {"#", "#", "#", "#", "#"},
	'J': {"  #", "  #", "  #", "# #", "###"}, 'K': {"# #", "# #", "## ", "# #", "# #"}, 'L': {"#  ", "#  ", "#  ", "#  ", "###"},
	'M': {"#   #", "## ##", "# # #", "#   #", "#   #"}, 'N': {"#  #", "## #", "# ##", "#  #", "#  #"}, 'O': {"###", "# #", "# #", "# #", "###"},
	'P': {"###", "# #", "###", "#  ", "#  "}, 'Q': {"### ", "# # ", "# # ", "### ", "  ##"}, 'R': {"## ", "# #", "## ", "# #", "# #"},
	'S': {" ##", "#  ", " # ", "  #", "## "}, 'T': {"###", " # ", " # ", " # ", " # "}, 'U': {"# #", "# #", "# #", "# #", "###"},
	'V': {"# #", "# #", "# #", "# #", " # "}, 'W': {"#   #", "#   #", "# # #", "## ##", "#   #"}, 'X': {"# #", "# #", " # ", "# #", "# #"},
	'Y': {"# #", "# #", " # ", " # ", " # "}, 'Z': {"###", "  #", " # ", "#  ", "###"},

	'd': {"  #", "  #", "###", "# #", "###"}, 'h': {"#  ", "#  ", "###", "# #", "# #"}, 'm': {"     ", "     ", "#####", "# # #", "# # #"},
	's': {"   ", "   ", " ##", " # ", "## "},

	' ': {" ", " ", " ", " ", " "}, '-': {"  ", "  ", "##", "  ", "  "}, '−': {"   ", "   ", "###", "   ", "   "}, '+': {"   ", " # ", "###", " # ", "   "},
	':': {" ", "#", " ", "#", " "}, '.': {" ", " ", " ", " ", "#"}, ',': {" ", " ", " ", "#", "#"}, '/': {"  #", "  #", " # ", "#  ", "#  "},
	'\'': {"#", "#", " ", " ", " "}, '(': {" #", "# ", "# ", "# ", " #"}, ')': {"# ", " #", " #", " #", "# "}, '&': {" #  ", "# # ", " #  ", "# # ", " # #"},
	'!': {"##", "##", "##", "  ", "##"}, '?': {"###", "  #", " ##", "   ", " # "}, '✓': {"    #", "    #", "#  # ", " ##  ", " #   "}, '–': {"   ", "   ", "###", "   ", "   "},

	'◆': {"  #  ", " ### ", "#####", " ### ", "  #  "}, '▲': {"  #  ", "  #  ", " ### ", " ### ", "#####"}, '●': {" ### ", "#####", "#####", "#####", " ### "},
	'○': {" ### ", "#   #", "#   #", "#   #", " ### "}, '◐': {" ### ", "### #", "###  ", "### #", " ### "}, '‖': {"# #", "# #", "# #", "# #", "# #"},
	'◉': {" ### ", "#   #", "# # #", "#   #", " ### "}, '◇': {"  #  ", " # # ", "#   #", " # # ", "  #  "}, '·': {" ", " ", "#", " ", " "},
}

// largeRows is how many rows a text of a scale has: one at scale 0, which is
// written as it is.
func largeRows(scale int) int {
	if scale == 0 {
		return 1
	}
	return (glyphRows*scale + 1) / 2
}

// largeWidth is how many cells a text of a scale is wide.
func largeWidth(text string, scale int) int {
	if scale == 0 {
		return cells(text)
	}
	width := 0
	for _, r := range text {
		width += len(glyph(r)[0]) + 1
	}
	return max(width-1, 0) * scale
}

// glyph is that of a rune; one that has none takes its place.
func glyph(r rune) [glyphRows]string {
	if g, ok := glyphs[r]; ok {
		return g
	}
	return [glyphRows]string{"   ", "   ", "   ", "   ", "###"}
}

// canBeLarge reports whether all of a text has glyphs.
func canBeLarge(text string) bool {
	for _, r := range text {
		if _, ok := glyphs[r]; !ok {
			return false
		}
	}
	return true
}

// capitals is a text as it is written large.
func capitals(text string) string { return strings.Map(unicode.ToUpper, text) }

// scaleFor is the largest scale up to most at which a text is not wider than
// width; 0 where it is at none.
func scaleFor(text string, width, most int) int {
	scale := most
	for scale > 0 && largeWidth(text, scale) > width {
		scale--
	}
	return scale
}

// large writes a text at a scale: largeRows lines, each largeWidth wide.
func large(text string, scale int) []string { return largeIn(text, scale, largeRows(scale), 0) }

// largeIn is large with so many rows, the first so many pixels of them empty.
func largeIn(text string, scale, rows, above int) []string {
	if scale == 0 {
		return bottom(text, rows)
	}
	var pixels [glyphRows]strings.Builder
	for k, r := range []rune(text) {
		g := glyph(r)
		for row := range pixels {
			if k > 0 {
				pixels[row].WriteByte(' ')
			}
			pixels[row].WriteString(g[row])
		}
	}
	at := func(pixel int) string {
		if pixel -= above; pixel < 0 || pixel >= glyphRows*scale {
			return ""
		}
		return pixels[pixel/scale].String()
	}
	lines := make([]string, rows)
	for k := range lines {
		if k > 0 && at(2*k) == at(2*k-2) && at(2*k+1) == at(2*k-1) {
			lines[k] = lines[k-1]
			continue
		}
		lines[k] = halfBlocks(at(2*k), at(2*k+1), pixels[0].Len(), scale)
	}
	return lines
}

// halfBlocks is one line of cells from two rows of so many pixels, each of them
// scale cells wide; "" is a row without any.
func halfBlocks(upper, lower string, pixels, scale int) string {
	var line strings.Builder
	line.Grow(pixels * scale * len("█"))
	for k := range pixels {
		top, bottom := upper != "" && upper[k] == '#', lower != "" && lower[k] == '#'
		cell := " "
		switch {
		case top && bottom:
			cell = "█"
		case top:
			cell = "▀"
		case bottom:
			cell = "▄"
		}
		for range scale {
			line.WriteString(cell)
		}
	}
	return line.String()
}
