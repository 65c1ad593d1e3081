package tui

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func ids(n int) []string {
	list := make([]string, n)
	for k := range list {
		list[k] = fmt.Sprint("i", k)
	}
	return list
}

func TestListKeepsTheSelectionWhereverItMoves(t *testing.T) {
	l := list{index: -1}
	l.resize(5)
	l.set(ids(20))
	l.selectAt(12)
	if l.selected != "i12" {
		t.Fatalf("selected %s", l.selected)
	}
	above := append([]string{"new1", "new2", "new3"}, ids(20)...)
	l.set(above)
	if l.selected != "i12" || above[l.index] != "i12" {
		t.Fatalf("after three rows came in above: selected %s at %d", l.selected, l.index)
	}
	if l.newAbove != 3 {
		t.Errorf("%d new above, want 3", l.newAbove)
	}
	if from, to := l.window(); l.index < from || l.index >= to {
		t.Errorf("the selection %d is out of view %d–%d", l.index, from, to)
	}
}

func TestListTakesTheNeighbourOfARowThatWent(t *testing.T) {
	l := list{index: -1}
	l.resize(5)
	l.set([]string{"a", "b", "c"})
	l.choose("b")
	l.set([]string{"a", "c"})
	if l.selected != "c" {
		t.Errorf("selected %s, want c: what is now in its place", l.selected)
	}
	l.set(nil)
	if l.index != -1 {
		t.Errorf("an empty list has its cursor at %d", l.index)
	}
	l.set([]string{"z"})
	if l.selected != "z" {
		t.Errorf("selected %q, want the only row", l.selected)
	}
}

// TestListHoldsItsPromises under any stream of new rows, moves and sizes: the
// cursor is on an existing row and in view, and never changes its row unless
// that row went or somebody moved it.
func TestListHoldsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := list{index: -1}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			before := l.selected
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				rows := rapid.Permutation(ids(rapid.IntRange(0, 40).Draw(t, "rows"))).Draw(t, "order")
				l.set(rows)
				if slices.Contains(rows, before) && l.selected != before {
					t.Fatalf("the cursor went from %s to %s", before, l.selected)
				}
			case 1:
				l.selectAt(saturate(l.index, rapid.IntRange(-50, 50).Draw(t, "by")))
			case 2:
				l.resize(rapid.IntRange(0, 20).Draw(t, "height"))
			}
			if len(l.ids) == 0 {
				continue
			}
			if l.index < 0 || l.ids[l.index] != l.selected {
				t.Fatalf("cursor at %d, selected %q", l.index, l.selected)
			}
			if from, to := l.window(); l.height > 0 && (l.index < from || l.index >= to) {
				t.Fatalf("the cursor %d is out of view %d–%d of %d", l.index, from, to, len(l.ids))
			}
		}
	})
}
