package tui

// list keeps a selection by id over rows that come, go and change places. It
// draws nothing; screens ask it which rows to draw. The zero list is empty.
type list struct {
	ids      []string
	selected string
	index    int // of selected within ids, -1 where it is not there
	top      int // first row shown
	height   int // rows shown
	newAbove int // rows that came in above the view since it was last moved
}

// set takes new rows. The selection stays on its id wherever that went; a row
// that is gone gives way to the one now in its place. The view stays with the
// rows it showed.
func (l *list) set(ids []string) {
	anchor, offset := "", 0
	if l.index >= 0 && l.index < len(l.ids) && l.selected != "" {
		anchor, offset = l.selected, l.index-l.top
	}
	before := l.index
	l.ids = ids
	l.index = l.find(l.selected)
	if l.index < 0 && len(ids) > 0 {
		l.index = min(max(before, 0), len(ids)-1)
		l.selected = ids[l.index]
	}
	if len(ids) == 0 {
		l.index = -1
	}
	if anchor != "" && l.index >= 0 && l.top > 0 {
		if moved := l.index - offset - l.top; moved > 0 {
			l.newAbove += moved
		}
		l.top = l.index - offset
	}
	l.show()
}

// find looks near the old place first: most updates move a row by little.
func (l *list) find(id string) int {
	if id == "" {
		return -1
	}
	for near := 0; near < 64; near++ {
		for _, k := range [2]int{l.index - near, l.index + near} {
			if k >= 0 && k < len(l.ids) && l.ids[k] == id {
				return k
			}
		}
	}
	for k, other := range l.ids {
		if other == id {
			return k
		}
	}
	return -1
}

func (l *list) resize(height int) {
	l.height = max(height, 0)
	l.show()
}

// selectAt selects a row by its place, within bounds.
func (l *list) selectAt(k int) {
	if len(l.ids) == 0 {
		return
	}
	l.index = min(max(k, 0), len(l.ids)-1)
	l.selected = l.ids[l.index]
	l.newAbove = 0
	l.show()
}

// choose selects a row by its id; it stays where it is if there is none.
func (l *list) choose(id string) {
	if k := l.find(id); k >= 0 {
		l.selectAt(k)
	}
}

// show scrolls until the selection is in view.
func (l *list) show() {
	if l.index >= 0 && l.height > 0 {
		l.top = min(max(l.top, l.index-l.height+1), l.index)
	}
	l.clamp()
}

func (l *list) clamp() {
	l.top = max(min(l.top, len(l.ids)-l.height), 0)
	if l.top == 0 {
		l.newAbove = 0
	}
}

// window is the range of rows to draw.
func (l *list) window() (from, to int) { return l.top, min(l.top+l.height, len(l.ids)) }
