package tui

// wallPlan is where everything on a wall is and how large it is written: a pure
// function of the terminal's size. Scales are those of large. A wall in a room
// has a cell of about the same share of its picture as a desk has, so that what
// grows with the terminal stays readable from as much further away.
type wallPlan struct {
	width, height int
	words         int  // ids, states and phases
	head          int  // the clock
	bar           int  // what is overdue, or that the wall is stale
	hero, other   int  // the countdowns: the first, and the two after it
	counts        int  // incidents by severity
	side          int  // how wide the list beside the countdowns is; 0: it is below
	stacked       bool // the two stand below one another
	list          int  // rows of the list
	// Empty rows: below the header, below the bar, among the countdowns, and
	// above the severities.
	underHead, underBar, among, overCounts int
}

const (
	// countdownPixels is how wide a usual countdown is, such as 14h 59m.
	countdownPixels = 27
	// wideWall is from where on the list stands beside the countdowns.
	wideWall = 140
	// minWallList is the least list that is worth its place: its title and
	// three incidents.
	minWallList = 4
	// wordsFrom is the scale of the first countdown from where on words are
	// written large too: who can read the one from there can read no other.
	wordsFrom = 5
	// wallAir is of how many rows one at least stays empty.
	wallAir = 14
	// maxWallScale is the largest countdown that the largest terminal holds.
	maxWallScale = 9
)

// planWall finds the largest first countdown that leaves room for the rest,
// then gives what is left to the rest in turn.
func planWall(width, height int) wallPlan {
	for _, list := range []int{max(minWallList, height/8), 0} {
		for hero := maxWallScale; hero > 0; hero-- {
			for _, stacked := range []bool{true, false} {
				if p := newWallPlan(width, height, hero, stacked); p.fits(list) {
					return p.grown(list).settled(list)
				}
			}
		}
	}
	return wallPlan{width: width, height: height}
}

// newWallPlan is the least of everything that suits a first countdown of a
// scale.
func newWallPlan(width, height, hero int, stacked bool) wallPlan {
	p := wallPlan{width: width, height: height, hero: hero, bar: max(hero/2, 1), counts: max(hero/2-1, 0), head: hero / 3}
	if hero >= wordsFrom {
		p.words = 1
	}
	if width >= wideWall {
		p.side, p.stacked = width*36/100, stacked
	}
	p.other = min(hero/2, p.otherWidth()/countdownPixels)
	return p
}

// drawable reports whether the terminal is large enough for a wall at all.
func (p *wallPlan) drawable() bool {
	return p.hero > 0 && p.width >= minWidth && p.height >= minHeight
}

// grown makes things larger one after the other, as long as all fit.
func (p wallPlan) grown(list int) wallPlan {
	for _, larger := range []func(*wallPlan){
		func(p *wallPlan) { p.other = min(p.other+1, p.hero-1, p.otherWidth()/countdownPixels) },
		func(p *wallPlan) { p.counts = min(p.counts+1, p.hero-1) },
		func(p *wallPlan) { p.bar = max(min(p.bar+1, p.hero-1), 1) },
	} {
		try := p
		if larger(&try); try.fits(list) {
			p = try
		}
	}
	return p
}

// settled gives the rows that are left to gaps, and where the list is below the
// countdowns the most of them to that.
func (p wallPlan) settled(list int) wallPlan {
	left := p.height - p.rows()
	if p.side == 0 {
		left -= list
	}
	take := func(most int) int {
		taken := min(left, most)
		left -= taken
		return taken
	}
	p.underBar = take(1)
	if p.side == 0 {
		p.among, p.overCounts = take(1), take(1)
		p.among += take(1)
		p.underHead = take(min(p.head, 1))
		p.list = list + left
		return p
	}
	p.overCounts, p.underHead = take(1), take(1)
	p.among = left
	p.list = p.bodyRows() + p.among
	return p
}

// fits reports whether all fit, with a list of so many rows where that is below,
// and with some air.
func (p *wallPlan) fits(list int) bool {
	if p.side > 0 {
		list = 0
	}
	return p.rows()+list+p.height/wallAir <= p.height && countdownPixels*p.hero <= p.left()-2
}

// left is how wide the part with the countdowns is.
func (p *wallPlan) left() int {
	if p.side == 0 {
		return p.width - 1
	}
	return p.width - 1 - p.side - 3
}

func (p *wallPlan) otherWidth() int {
	if p.stacked {
		return p.left()
	}
	return (p.left() - 3) / 2
}

// rows are those that all take but for gaps and a list below.
func (p *wallPlan) rows() int {
	return largeRows(p.head) + p.barRows() + p.bodyRows() + p.countRows() + 1
}

// barRows are those of the bar, whose ground reaches beyond its words.
func (p *wallPlan) barRows() int { return largeRows(p.bar) + 1 }

// bodyRows are those of the countdowns.
func (p *wallPlan) bodyRows() int {
	rows := p.tileRows(p.hero) + p.tileRows(p.other)
	if p.stacked {
		rows += p.tileRows(p.other)
	}
	return rows
}

// tileRows are those of a countdown with what it is about: two lines of words,
// and one more where those are large.
func (p *wallPlan) tileRows(scale int) int {
	return 2*largeRows(p.words) + p.words + largeRows(scale)
}

func (p *wallPlan) countRows() int {
	if p.counts == 0 {
		return 1
	}
	return largeRows(p.counts) + largeRows(p.countWords())
}

// countWords is the scale of the severities' names.
func (p *wallPlan) countWords() int {
	if p.counts > 1 {
		return p.words
	}
	return 0
}

// lateItems is how many overdue deadlines have room in the bar; one line is for
// the rest.
func (p *wallPlan) lateItems() int {
	return max((p.barRows()-1)/largeRows(p.words), 1)
}

// listItems is how many rows of the list there are, below its title.
func (p *wallPlan) listItems() int {
	return (p.list - largeRows(p.words)) / p.listRows()
}

// listRows are those of an incident in the list.
func (p *wallPlan) listRows() int {
	switch {
	case p.side == 0:
		return 1
	case p.words == 0:
		return 3
	}
	return 2*largeRows(p.words) + 2
}
