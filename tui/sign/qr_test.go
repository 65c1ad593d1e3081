package sign

import (
	"strings"
	"testing"

	"rsc.io/qr"
)

// TestQR reads the modules back from what was drawn.
func TestQR(t *testing.T) {
	text := strings.Repeat("tocsin/demo/9c4e\n697\n", 10)
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	for _, inverted := range []bool{false, true} {
		rows, err := QR(text, inverted)
		if err != nil {
			t.Fatal(err)
		}
		if want := (code.Size + 2*quiet + 1) / 2; len(rows) != want {
			t.Fatalf("%d rows, want %d", len(rows), want)
		}
		for k, row := range rows {
			cells := []rune(row)
			if len(cells) != code.Size+2*quiet {
				t.Fatalf("row %d has %d cells", k, len(cells))
			}
			for x, cell := range cells {
				top, bottom := cell == '▀' || cell == '█', cell == '▄' || cell == '█'
				for half, drawn := range []bool{top, bottom} {
					if dark := drawn != inverted; dark != code.Black(x-quiet, 2*k+half-quiet) {
						t.Fatalf("the module at %d, %d is wrong; inverted: %v", x-quiet, 2*k+half-quiet, inverted)
					}
				}
			}
		}
	}
	if _, err := QR(strings.Repeat("x", 5000), false); err == nil {
		t.Error("a text that no code has room for was drawn")
	}
}
