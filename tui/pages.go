package tui

import (
	"context"
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"
)

// pageRows is how many rows are read at a time, and pagesHeld how many are kept
// around those in view.
const (
	pageRows  = 200
	pagesHeld = 3 * pageRows
)

// Page asks for rows of a list that is too long to be held: those after a place
// in it, or those before it.
type Page struct {
	After  uint64 // the place of the last row that is held; 0 is the beginning
	Before uint64 // where it is not 0: the place of the first row that is held
	Limit  int
}

// pages is a list of which only the rows around those in view are held. The
// zero pages is empty and read from the beginning by begin.
type pages[T any] struct {
	rows    []T
	list    list
	earlier bool // there may be rows before those held
	later   bool // there may be rows after those held
	failed  string
	asked   int                // the reading that counts
	stop    context.CancelFunc // ends it; nil where nothing is read
	read    func(ctx context.Context, page Page) (rows []T, more bool, err error)
	place   func(row *T) uint64 // from 1 on, ascending
	id      func(row *T) string
}

// answerMsg brings what was asked for off the event loop to whoever asked.
type answerMsg struct{ take func() tea.Cmd }

// begin reads the first rows; what was held goes when they come.
func (p *pages[T]) begin(ctx context.Context) tea.Cmd {
	return p.ask(ctx, Page{Limit: pageRows}, true)
}

// renew reads the rows that are held anew, in their place. Nothing that is being
// read is disturbed.
func (p *pages[T]) renew(ctx context.Context) tea.Cmd {
	if p.stop != nil {
		return nil
	}
	if len(p.rows) == 0 {
		return p.begin(ctx)
	}
	return p.ask(ctx, Page{After: p.place(&p.rows[0]) - 1, Limit: max(len(p.rows), pageRows)}, true)
}

// drop forgets all rows, and what is being read.
func (p *pages[T]) drop() {
	if p.stop != nil {
		p.stop()
	}
	p.asked++
	p.rows, p.earlier, p.later, p.failed, p.stop = nil, false, false, "", nil
	p.list = list{index: -1, height: p.list.height}
}

func (p *pages[T]) ask(ctx context.Context, page Page, fresh bool) tea.Cmd {
	if p.stop != nil {
		p.stop()
	}
	within, stop := context.WithCancel(ctx)
	p.stop = stop
	p.asked++
	asked, read := p.asked, p.read
	return func() tea.Msg {
		defer stop()
		rows, more, err := read(within, page)
		return answerMsg{func() tea.Cmd { return p.take(ctx, asked, page, fresh, rows, more, err) }}
	}
}

func (p *pages[T]) take(ctx context.Context, asked int, page Page, fresh bool, rows []T, more bool, err error) tea.Cmd {
	if asked != p.asked {
		return nil
	}
	p.stop = nil
	switch {
	case errors.Is(err, context.Canceled):
		return nil
	case err != nil:
		p.failed = err.Error()
		return nil
	}
	p.failed = ""
	switch {
	case fresh:
		p.rows, p.earlier, p.later = rows, p.earlier && page.After > 0, more
	case page.Before > 0:
		p.rows, p.earlier = slices.Concat(rows, p.rows), more
		if len(p.rows) > pagesHeld {
			p.rows, p.later = slices.Clone(p.rows[:pagesHeld]), true
		}
	default:
		p.rows, p.later = slices.Concat(p.rows, rows), more
		if cut := len(p.rows) - pagesHeld; cut > 0 {
			p.rows, p.earlier = slices.Clone(p.rows[cut:]), true
		}
	}
	ids := make([]string, len(p.rows))
	for k := range p.rows {
		ids[k] = p.id(&p.rows[k])
	}
	p.list.set(ids)
	return p.follow(ctx)
}

// follow reads on where the selection comes near the end of what is held.
func (p *pages[T]) follow(ctx context.Context) tea.Cmd {
	const near = 50
	last := len(p.rows) - 1
	switch {
	case p.read == nil || p.stop != nil || p.failed != "" || last < 0:
	case p.later && last-p.list.index < near:
		return p.ask(ctx, Page{After: p.place(&p.rows[last]), Limit: pageRows}, false)
	case p.earlier && p.list.index < near:
		return p.ask(ctx, Page{Before: p.place(&p.rows[0]), Limit: pageRows}, false)
	}
	return nil
}

// move goes through the rows that are held; the ends of the list are reached
// as more of it is read.
func (p *pages[T]) move(rows int) { p.list.selectAt(saturate(p.list.index, rows)) }

// selected is the row that the cursor is on, nil where there is none.
func (p *pages[T]) selected() *T {
	if p.list.index < 0 || p.list.index >= len(p.rows) {
		return nil
	}
	return &p.rows[p.list.index]
}
