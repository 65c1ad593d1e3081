package tui

import (
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// lastHour is when countdowns begin to show seconds.
const lastHour = time.Hour

// queueScreen is the list of incidents, most urgent first, with a preview.
type queueScreen struct {
	c             *Console
	width, height int
	views         []savedView
	view          int
	filter        textinput.Model
	filtering     bool
	query         string // the filter that the rows answer

	rows    []*model.Standing
	list    list
	seq     uint64 // of the snapshot that the rows come from
	asked   int    // searches started; only the last one's answer counts
	behind  bool   // the space changed since the last search was asked for
	preview bool
}

func newQueueScreen(c *Console) *queueScreen {
	return &queueScreen{c: c, views: savedViews(), filter: newInput(c.theme, "words to look for"), preview: true, list: list{index: -1}}
}

func (q *queueScreen) here() where { return onQueue }

func (q *queueScreen) size(width, height int) {
	q.width, q.height = width, height
	q.filter.SetWidth(max(width/2, 20))
	q.list.resize(q.listHeight())
}

// head is the rows above the list: the views and the column headings.
const queueHead = 2

// split says how the preview is laid out: beside on very wide screens, below
// on tall ones, not at all on small ones.
func (q *queueScreen) split() (beside, below int) {
	switch {
	case !q.preview:
	case q.width >= 150:
		return min(q.width*2/5, 84), 0
	case q.height >= 30 && q.width >= 100:
		return 0, 13
	}
	return 0, 0
}

func (q *queueScreen) listHeight() int {
	_, below := q.split()
	return q.height - queueHead - below
}

func (q *queueScreen) apply(frame frameMsg) {
	if frame.snapshot.Seq() == q.seq && q.rows != nil && q.views[q.view].name != "Overdue" {
		return
	}
	q.seq = frame.snapshot.Seq()
	if q.query != "" {
		q.behind = true // what matches is found off the event loop
		return
	}
	q.refresh()
}

// refresh takes the rows of the view at once, as when somebody turns to it.
func (q *queueScreen) refresh() {
	rows := q.candidates()
	if q.query != "" {
		rows = matching(rows, q.query)
	}
	q.set(rows)
}

func (q *queueScreen) candidates() []*model.Standing {
	v, snapshot := q.views[q.view], q.c.frame.snapshot
	if v.ended {
		return snapshot.Closed()
	}
	if v.name == "Open" {
		return snapshot.Queue()
	}
	var rows []*model.Standing
	for _, s := range snapshot.Queue() {
		if v.keeps(q.c, s) {
			rows = append(rows, s)
		}
	}
	return rows
}

func (q *queueScreen) set(rows []*model.Standing) {
	q.rows = rows
	ids := make([]string, len(rows))
	for k, s := range rows {
		ids[k] = string(s.Incident.ID)
	}
	q.list.set(ids)
	if q.rows == nil {
		q.rows = []*model.Standing{}
	}
}

func (c *Console) togglePreview() tea.Cmd {
	c.queue.preview = !c.queue.preview
	c.queue.list.resize(c.queue.listHeight())
	return nil
}

func (q *queueScreen) typing() bool { return q.filtering }

func (q *queueScreen) update(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch key.String() {
		case "enter", "tab":
			q.stopFilter()
			return nil
		case "up", "down":
			q.move(map[string]int{"up": -1, "down": 1}[key.String()])
			return nil
		}
	}
	before := q.filter.Value()
	var cmd tea.Cmd
	q.filter, cmd = q.filter.Update(msg)
	if q.filter.Value() == before {
		return cmd
	}
	return tea.Batch(cmd, q.search())
}

func (q *queueScreen) move(rows int) { q.list.selectAt(saturate(q.list.index, rows)) }

// saturate adds without overflow: "first" and "last" move by a very large step.
func saturate(at, rows int) int { return min(max(at+rows, 0), 1<<30) }

func (q *queueScreen) extent() extent {
	return extent{from: queueHead, height: q.list.height, top: q.list.top, show: q.list.height, total: len(q.rows)}
}

func (q *queueScreen) click(_, y int) tea.Cmd {
	from, to := q.list.window()
	if k := from + y - queueHead; y >= queueHead && k < to {
		if q.list.index == k {
			return q.c.openSelected()
		}
		q.list.selectAt(k)
	}
	return nil
}

func (q *queueScreen) target() *model.Standing {
	if q.list.index < 0 || q.list.index >= len(q.rows) {
		return nil
	}
	return q.rows[q.list.index]
}

// obligation is the one due next of the selected incident.
func (q *queueScreen) obligation() *policy.Obligation {
	s := q.target()
	if s == nil {
		return nil
	}
	due, counts := s.Next()
	if !counts {
		return nil
	}
	return q.c.findObligation(s.Incident, due.Key())
}
