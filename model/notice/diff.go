package notice

import "strings"

// Change says what became of a line from one text to the next.
type Change byte

// What becomes of lines.
const (
	Kept    Change = ' '
	Added   Change = '+'
	Removed Change = '-'
)

// MarshalText writes a change as a word.
func (c Change) MarshalText() ([]byte, error) {
	switch c {
	case Added:
		return []byte("added"), nil
	case Removed:
		return []byte("removed"), nil
	}
	return []byte("kept"), nil
}

// DiffLine is one line of the difference between two texts.
type DiffLine struct {
	Change Change `json:"change"`
	Text   string `json:"text"`
}

// Diff returns the lines of two texts in one reading: what was removed stands
// before what came in its place, and as many lines as can be are kept. Two
// texts that are both very long and differ all through are told as one removed
// and the other added between their first and last common lines.
func Diff(before, after string) []DiffLine {
	a, b := linesOf(before), linesOf(after)
	var out []DiffLine
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		out, a, b = append(out, DiffLine{Kept, a[0]}), a[1:], b[1:]
	}
	end := 0
	for end < len(a) && end < len(b) && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	out = middle(out, a[:len(a)-end], b[:len(b)-end])
	return all(out, Kept, a[len(a)-end:])
}

func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func all(out []DiffLine, change Change, lines []string) []DiffLine {
	for _, line := range lines {
		out = append(out, DiffLine{change, line})
	}
	return out
}

// middle compares what differs at both ends, by the longest common subsequence.
func middle(out []DiffLine, a, b []string) []DiffLine {
	const enough = 4 << 20 // cells of the table
	if len(a)*len(b) > enough {
		return all(all(out, Removed, a), Added, b)
	}
	common := longest(a, b)
	for len(a) > 0 && len(b) > 0 {
		switch i, j := len(a), len(b); {
		case a[0] == b[0]:
			out, a, b = append(out, DiffLine{Kept, a[0]}), a[1:], b[1:]
		case common[i-1][j] >= common[i][j-1]:
			out, a = append(out, DiffLine{Removed, a[0]}), a[1:]
		default:
			out, b = append(out, DiffLine{Added, b[0]}), b[1:]
		}
	}
	return all(all(out, Removed, a), Added, b)
}

// longest returns how many lines the last i of a and the last j of b share.
func longest(a, b []string) [][]uint16 {
	common := make([][]uint16, len(a)+1)
	for i := range common {
		common[i] = make([]uint16, len(b)+1)
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			if a[len(a)-i] == b[len(b)-j] {
				common[i][j] = common[i-1][j-1] + 1
			} else {
				common[i][j] = max(common[i-1][j], common[i][j-1])
			}
		}
	}
	return common
}
