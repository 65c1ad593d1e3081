package tui

import "testing"

// What is read from afar grows with the terminal, and all has room in it.
func TestPlanWall(t *testing.T) {
	for _, c := range []struct {
		width, height                                 int
		words, head, bar, hero, other, counts, listed int
	}{
		{60, 16, 0, 0, 1, 1, 0, 0, -1},
		{80, 24, 0, 0, 1, 2, 1, 0, 3},
		{120, 40, 0, 1, 2, 4, 2, 1, 4},
		{200, 50, 0, 1, 2, 4, 3, 1, 10},
		{240, 67, 1, 1, 2, 5, 2, 2, 5},
		{300, 80, 1, 2, 3, 6, 3, 2, 6},
	} {
		p := planWall(c.width, c.height)
		got := [7]int{p.words, p.head, p.bar, p.hero, p.other, p.counts, p.listItems()}
		if want := [7]int{c.words, c.head, c.bar, c.hero, c.other, c.counts, c.listed}; got != want {
			t.Errorf("%d×%d: words, clock, bar, first, others, severities and list are %v, want %v", c.width, c.height, got, want)
		}
	}
	for _, small := range [][2]int{{minWidth - 1, 40}, {80, minHeight - 1}, {0, 0}} {
		if p := planWall(small[0], small[1]); p.drawable() {
			t.Errorf("%v is drawn on", small)
		}
	}
}
