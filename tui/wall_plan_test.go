package tui

import "testing"

// A wall of any size fits its terminal, and a larger one is never written
// smaller.
func TestPlanWall(t *testing.T) {
	for _, c := range []struct {
		width, height int
		want          wallPlan
	}{
		{80, 24, wallPlan{}}, {120, 40, wallPlan{}}, {200, 50, wallPlan{}}, {240, 67, wallPlan{}}, {300, 80, wallPlan{}}, {400, 120, wallPlan{}}, {60, 16, wallPlan{}},
	} {
		got := planWall(c.width, c.height)
		t.Logf("%+v body %d countRows %d items %d", got, got.bodyRows(), got.countRows(), got.listItems())
	}
}
