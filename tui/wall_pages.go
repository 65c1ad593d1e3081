package tui

import (
	"fmt"

	"tocsin/model"
)

// maxWallPages bounds the pages of one kind: nobody waits for more to turn.
const maxWallPages = 12

// pages are what the turning part shows one after the other, each made when it
// is its turn: what is overdue and has no room above, the open incidents with
// their phases, the roles nobody holds.
func (w *Wall) pages() []func() wallPage {
	v, queue, rows := &w.survey, w.frame.snapshot.Queue(), max(w.plan.listItems(), 1)
	var pages []func() wallPage
	if above := w.plan.lateItems(); len(v.late) > above {
		pages = append(pages, paged(v.late[above:], rows, func(some []wallDue, more string) wallPage {
			page := wallPage{title: "Overdue, too", more: more}
			for _, late := range some {
				page.items = append(page.items, w.dueItem(late))
			}
			return page
		})...)
	}
	pages = append(pages, paged(queue, rows, func(some []*model.Standing, more string) wallPage {
		page := wallPage{title: "Open incidents", more: more}
		for _, s := range some {
			item := w.item(s)
			if next, counts := s.Next(); counts {
				item = w.dueItem(wallDue{standing: s, due: next})
			}
			page.items = append(page.items, item)
		}
		return page
	})...)
	return append(pages, paged(v.gaps, rows, func(some []wallGap, more string) wallPage {
		return wallPage{title: "Roles nobody holds", gaps: some, more: more}
	})...)
}

// paged cuts a list into pages of so many rows.
func paged[T any](all []T, rows int, show func(some []T, more string) wallPage) (pages []func() wallPage) {
	for from := 0; from < len(all) && len(pages) < maxWallPages; from += rows {
		to := min(from+rows, len(all))
		more := fmt.Sprintf("%d–%d of %d", from+1, to, len(all))
		if to-from == 1 {
			more = fmt.Sprintf("%d of %d", to, len(all))
		}
		pages = append(pages, func() wallPage { return show(all[from:to], more) })
	}
	return pages
}
