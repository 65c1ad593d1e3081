package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"tocsin/model"
)

// fit makes a text exactly width cells wide: cut with an ellipsis, or padded.
// The text may be painted.
func fit(text string, width int) string {
	if width <= 0 {
		return ""
	}
	w := cells(text)
	switch {
	case w > width:
		text = ansi.Truncate(text, width, "…")
		return text + spaces(width-cells(text))
	case w < width:
		return text + spaces(width-w)
	}
	return text
}

// fitLeft is fit with the padding on the left, for numbers.
func fitLeft(text string, width int) string {
	w := cells(text)
	if w >= width {
		return fit(text, width)
	}
	return spaces(width-w) + text
}

// beside puts text at both ends of a line; where they do not fit, the right
// one gives way first.
func beside(left, right string, width int) string {
	room := width - cells(left)
	if w := cells(right); w < room {
		return left + spaces(room-w) + right
	}
	return fit(left, width)
}

func spaces(n int) string {
	const blank = "                                                                                "
	if n <= 0 {
		return ""
	}
	if n <= len(blank) {
		return blank[:n]
	}
	return strings.Repeat(" ", n)
}

// wrap breaks a text into lines of at most width cells, at words where it can.
func wrap(text string, width int) []string {
	if width < 1 {
		return nil
	}
	return strings.Split(ansi.Wrap(text, width, " "), "\n")
}

// safe cleans a line once more where it is drawn: records of other versions,
// or of a damaged store, must not reach the terminal raw.
func safe(text string) string { return model.CleanLine(text) }

// lines makes exactly height lines of exactly width cells.
func block(lines []string, width, height int) []string {
	out := make([]string, height)
	for k := range out {
		if k < len(lines) {
			out[k] = fit(lines[k], width)
		} else {
			out[k] = spaces(width)
		}
	}
	return out
}

// columns joins blocks of equal height side by side with a separator.
func columns(separator string, blocks ...[]string) []string {
	joined := make([]string, len(blocks[0]))
	for k := range joined {
		parts := make([]string, len(blocks))
		for b, lines := range blocks {
			parts[b] = lines[k]
		}
		joined[k] = strings.Join(parts, separator)
	}
	return joined
}
