package model

import (
	"unicode/utf8"

	"tocsin/model/clean"
)

// Longest texts accepted, in characters.
const (
	MaxLine = 200    // titles, names, references: one line
	MaxText = 20_000 // descriptions, notes, reasons: several lines
	MaxList = 100    // entries of a list; as long as they may be, they fit one event
)

// CleanLine makes text from outside safe to store and draw as one line: see
// clean.Line.
func CleanLine(text string) string { return clean.Line(text) }

// CleanText is CleanLine for texts of several lines: see clean.Text.
func CleanText(text string) string { return clean.Text(text) }

// Clip cuts a text to at most n characters, with an ellipsis where it was cut.
func Clip(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	if n < 1 {
		return ""
	}
	return string([]rune(text)[:n-1]) + "…"
}
