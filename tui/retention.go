package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// retentionScreen says how long what is kept, and lists what is to go: what a
// sweep would take, what a legal hold keeps, and what can be taken back.
type retentionScreen struct {
	c             *Console
	width, height int
	preview       model.Preview
	rows          []expiryRow
	list          list
	seq           uint64    // the snapshot that the preview is of
	asOf          time.Time // when it was computed
}

// expiryRow is something that is not to be kept for ever, and how it stands.
type expiryRow struct {
	model.Expiry
	standing standingOfExpiry
}

// standingOfExpiry is what keeps something from being gone already.
type standingOfExpiry uint8

const (
	goes standingOfExpiry = iota // with the next sweep
	held                         // by a legal hold
	waits
)

// retentionFoot is how many lines below the list tell all of the selected row;
// a low screen has none.
const retentionFoot = 5

func newRetentionScreen(c *Console) *retentionScreen {
	return &retentionScreen{c: c, list: list{index: -1}}
}

func (r *retentionScreen) here() where                    { return onRetention }
func (r *retentionScreen) move(rows int)                  { r.list.selectAt(saturate(r.list.index, rows)) }
func (r *retentionScreen) typing() bool                   { return false }
func (r *retentionScreen) update(tea.Msg) tea.Cmd         { return nil }
func (r *retentionScreen) obligation() *policy.Obligation { return nil }

// head is how many lines lie above the rows.
func (r *retentionScreen) head() int { return 3 + len(model.Keepings()) }

func (r *retentionScreen) foot() int {
	const low = 18
	if r.height < low {
		return 0
	}
	return retentionFoot
}

func (r *retentionScreen) size(width, height int) {
	r.width, r.height = width, height
	r.list.resize(height - r.head() - r.foot())
}

// apply previews anew where the record changed, or the time has come for more.
func (r *retentionScreen) apply(frame frameMsg) {
	next, seq := r.preview.Next, frame.snapshot.Seq()
	if r.seq == seq && !r.asOf.IsZero() && !frame.now.Before(r.asOf) && (next.IsZero() || frame.now.Before(next)) {
		return
	}
	r.seq, r.asOf = seq, frame.now
	r.preview = frame.snapshot.Meta().Retention.Preview(frame.snapshot.Closed(), frame.snapshot.Zone(), frame.now)
	r.rows = slices.Concat(rowsOf(goes, r.preview.Due), rowsOf(held, r.preview.Held), rowsOf(waits, r.preview.Wait))
	r.list.set(idsOf(r.rows, func(e expiryRow) string { return string(e.Incident.ID) + " " + string(e.Class) }))
}

func rowsOf(standing standingOfExpiry, expiries []model.Expiry) []expiryRow {
	rows := make([]expiryRow, len(expiries))
	for k, e := range expiries {
		rows[k] = expiryRow{Expiry: e, standing: standing}
	}
	return rows
}

func (r *retentionScreen) selected() *expiryRow {
	if r.list.index < 0 || r.list.index >= len(r.rows) {
		return nil
	}
	return &r.rows[r.list.index]
}

func (r *retentionScreen) target() *model.Standing {
	e := r.selected()
	if e == nil {
		return nil
	}
	standing, _ := r.c.frame.snapshot.Incident(e.Incident.ID)
	return standing
}

func (r *retentionScreen) extent() extent {
	return extent{from: r.head(), height: r.list.height, top: r.list.top, show: r.list.height, total: len(r.rows)}
}

func (r *retentionScreen) click(_, y int) tea.Cmd {
	row := r.list.top + y - r.head()
	switch {
	case y < r.head() || y >= r.head()+r.list.height || row >= len(r.rows):
	case row == r.list.index:
		return r.c.openSelected()
	default:
		r.list.selectAt(row)
	}
	return nil
}

func (c *Console) showRetention() tea.Cmd {
	if c.current != c.retention {
		c.leave()
	}
	return c.show(c.retention)
}

// classLabel is how people call a class.
func classLabel(class model.Class) string {
	for _, k := range model.Keepings() {
		if k.Class == class {
			return k.Label
		}
	}
	return strings.ReplaceAll(string(class), "-", " ")
}
