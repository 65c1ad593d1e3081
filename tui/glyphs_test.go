package tui

import (
	"strings"
	"testing"
)

func TestLarge(t *testing.T) {
	for _, c := range []struct {
		text  string
		scale int
		want  []string
	}{
		{"42h", 0, []string{"42h"}},
		{"17", 1, []string{"▄█  ▀▀█", " █    █", "▀▀▀   ▀"}},
		{"-", 2, []string{"    ", "    ", "████", "    ", "    "}},
	} {
		if got := strings.Join(large(c.text, c.scale), "\n"); got != strings.Join(c.want, "\n") {
			t.Errorf("%q at %d:\n%s\nwant\n%s", c.text, c.scale, got, strings.Join(c.want, "\n"))
		}
	}
}

// Every text is as wide and high at every scale as it is said to be, so that
// nothing beside it moves.
func TestLargeIsAsLargeAsItSays(t *testing.T) {
	var all strings.Builder
	for r, g := range glyphs {
		all.WriteRune(r)
		for _, row := range g {
			if len(row) != len(g[0]) || strings.Trim(row, "# ") != "" {
				t.Errorf("the glyph of %c is no block of pixels: %q", r, g)
			}
		}
	}
	for _, text := range []string{all.String(), "14h 59m", "−12d 04h", "Ünknown"} {
		for scale := range 9 {
			lines := large(text, scale)
			if len(lines) != largeRows(scale) {
				t.Errorf("%q at %d has %d lines, want %d", text, scale, len(lines), largeRows(scale))
			}
			for _, line := range lines {
				if cells(line) != largeWidth(text, scale) {
					t.Errorf("%q at %d is %d wide, want %d", text, scale, cells(line), largeWidth(text, scale))
				}
			}
		}
	}
}

// No two characters of a countdown look the same.
func TestDigitsDiffer(t *testing.T) {
	seen := make(map[[glyphRows]string]rune)
	for _, r := range "0123456789dhms−?" {
		if other, twice := seen[glyph(r)]; twice {
			t.Errorf("%c looks like %c", r, other)
		}
		seen[glyph(r)] = r
	}
}

func TestScaleFor(t *testing.T) {
	for _, c := range []struct {
		width, most, want int
	}{{300, 8, 8}, {80, 8, 2}, {27, 8, 1}, {26, 8, 0}, {300, 3, 3}} {
		if got := scaleFor("14h 59m", c.width, c.most); got != c.want {
			t.Errorf("at most %d in %d cells: %d, want %d", c.most, c.width, got, c.want)
		}
	}
}
