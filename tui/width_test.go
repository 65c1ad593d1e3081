package tui

import (
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// TestWidthAgrees with the measurement by grapheme, on any text.
func TestWidthAgrees(t *testing.T) {
	pieces := []string{"plain", "Ünï", "─━│▌●◆▲○◐✓…−→·", "\x1b[38;5;183;48;5;233m", "\x1b[m", "日本", "e\u0301", "👩‍👩‍👧", "●\ufe0f", "\u200d", "\x1b]0;x\a", "\x1b[2J", "\x1b", "\t", "\u00ad"}
	rapid.Check(t, func(t *rapid.T) {
		text := ""
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			text += rapid.SampledFrom(pieces).Draw(t, "piece")
		}
		text += rapid.String().Draw(t, "anything")
		if got, want := cells(text), ansi.StringWidth(text); got != want {
			t.Fatalf("cells(%q) = %d, want %d", text, got, want)
		}
	})
}

func TestNarrowIsOneCell(t *testing.T) {
	for r := rune(0x80); r < 0x3000; r++ {
		if narrow(r) && ansi.StringWidth(string(r)) != 1 {
			t.Errorf("%U is %d cells", r, ansi.StringWidth(string(r)))
		}
	}
}
