package sign

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// quiet is how many modules stay free around a code. The standard asks for
// four; readers manage with two, which a small terminal has room for.
const quiet = 2

// QR draws a text as a QR code, two modules to a character cell. Dark modules
// are drawn as blocks, for black on white; inverted it is the light ones, for
// white on black where no colour can be set.
func QR(text string, inverted bool) ([]string, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil, fmt.Errorf("draw a QR code of %d bytes: %w", len(text), err)
	}
	drawn := func(x, y int) bool { return code.Black(x, y) != inverted }
	var rows []string
	for y := -quiet; y < code.Size+quiet; y += 2 {
		var row strings.Builder
		for x := -quiet; x < code.Size+quiet; x++ {
			// A last half row lies outside of the code, and is paper.
			row.WriteString(halves[[2]bool{drawn(x, y), drawn(x, y+1)}])
		}
		rows = append(rows, row.String())
	}
	return rows, nil
}

// halves are the cells by what is drawn above and below in them.
var halves = map[[2]bool]string{{false, false}: " ", {true, false}: "▀", {false, true}: "▄", {true, true}: "█"}
