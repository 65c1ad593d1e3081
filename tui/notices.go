package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// noticesPane is the tab of what is told: who would be told, and what was
// written for it.
type noticesPane struct {
	list     list
	audience []audienceRow   // who would be told
	untold   []audienceRow   // who would not
	of       *model.Standing // what the audience was computed of
	until    int64           // Unix minute that it holds for
	detail   int             // first line of the detail that is shown
	rowAt    []int           // the row of each line at the last drawing, -1 for none
}

func newNoticesPane() noticesPane { return noticesPane{list: list{index: -1}} }

// followNotices takes what now stands of who would be told and what is written.
// Who would be told follows time as well: a buffer ends, a limit passes.
func (s *incidentScreen) followNotices() {
	p := &s.notices
	if s.tab != noticesTab {
		return
	}
	minute := s.c.now().Unix() / 60
	if p.of != s.standing || p.until != minute {
		p.of, p.until = s.standing, minute
		p.audience, p.untold = s.c.audienceOf(s.standing)
	}
	ids := make([]string, 0, len(p.audience)+len(s.standing.Incident.Notices))
	for k := range p.audience {
		ids = append(ids, p.audience[k].id())
	}
	for k := range s.standing.Incident.Notices {
		ids = append(ids, s.standing.Incident.Notices[k].ID)
	}
	for k := range p.untold {
		ids = append(ids, p.untold[k].id())
	}
	before := p.list.selected
	p.list.set(ids)
	if p.list.selected != before {
		p.detail = 0
	}
}

// notice is the selected one, nil where none is.
func (s *incidentScreen) notice() *model.Notice {
	if s.standing == nil || s.tab != noticesTab {
		return nil
	}
	all := s.standing.Incident.Notices
	if of := s.recipients.of; of != "" {
		if k := slices.IndexFunc(all, func(n model.Notice) bool { return n.ID == of }); k >= 0 {
			return &all[k]
		}
		return nil
	}
	_, n := s.noticeRow(s.notices.list.index)
	return n
}

// noticeRow is what a row of the tab shows: who would be told, a notice, or who
// would not be told.
func (s *incidentScreen) noticeRow(k int) (*audienceRow, *model.Notice) {
	p, all := &s.notices, s.standing.Incident.Notices
	switch {
	case k < 0:
	case k < len(p.audience):
		return &p.audience[k], nil
	case k < len(p.audience)+len(all):
		return nil, &all[k-len(p.audience)]
	case k < len(p.audience)+len(all)+len(p.untold):
		return &p.untold[k-len(p.audience)-len(all)], nil
	}
	return nil, nil
}

// toTell is the selected row of who would be told or not, nil where none is.
func (s *incidentScreen) toTell() *audienceRow {
	if s.standing == nil || s.tab != noticesTab || s.recipients.of != "" {
		return nil
	}
	row, _ := s.noticeRow(s.notices.list.index)
	return row
}

// moveNotices goes through the rows, or through the recipients where those are
// listed.
func (s *incidentScreen) moveNotices(rows int) {
	if s.recipients.of != "" {
		s.recipients.pages.move(rows)
		return
	}
	s.notices.list.selectAt(saturate(s.notices.list.index, rows))
}

// noticeView is which of how many rows are shown.
func (s *incidentScreen) noticeView() (top, show, total int) {
	rows := &s.notices.list
	if s.recipients.of != "" {
		rows = &s.recipients.pages.list
	}
	return rows.top, rows.height, len(rows.ids)
}

// clickNotice selects the row that was clicked.
func (s *incidentScreen) clickNotice(x, y int) {
	if rows := &s.recipients.pages.list; s.recipients.of != "" {
		if y >= 2 && y < 2+rows.height {
			rows.selectAt(rows.top + y - 2)
		}
		return
	}
	if s.notices.beside(s.width) && x > s.listWidth() || y < 0 || y >= len(s.notices.rowAt) || s.notices.rowAt[y] < 0 {
		return
	}
	s.notices.list.selectAt(s.notices.rowAt[y])
	s.notices.detail = 0
}

// openNotices goes to a notice of an incident; "" to the first row.
func (c *Console) openNotices(id model.ID, notice string) tea.Cmd {
	c.leave()
	c.incident.tab = noticesTab
	load := c.incident.load(id)
	c.incident.notices.list.choose(notice)
	return tea.Batch(load, c.show(c.incident))
}

// noticeAt is the notice that actions are about, and its incident; nil where
// there is none.
func (c *Console) noticeAt() (*model.Standing, *model.Notice) {
	switch c.current {
	case c.incident:
		return c.incident.standing, c.incident.notice()
	case c.approvals:
		return c.approvals.at()
	}
	return nil, nil
}

// readNotice shows all of what is selected.
func (c *Console) readNotice() tea.Cmd {
	if c.current == c.approvals {
		r := *c.approvals.selected()
		before := c.approvals.versions.of(r.standing.Incident.ID, r.notice)
		c.push(&reader{theme: c.theme, title: "For approval: " + r.notice.ID + " of " + string(r.standing.Incident.ID), lines: func(width int) []string {
			return c.askedLines(r.standing, r.notice, before, width)
		}})
		return nil
	}
	if row := c.incident.toTell(); row != nil {
		one := *row
		c.push(&reader{theme: c.theme, title: capital(one.what()), lines: func(width int) []string { return one.lines(c, width) }})
		return nil
	}
	standing, n := c.noticeAt()
	c.push(&reader{theme: c.theme, title: n.ID + " of " + string(standing.Incident.ID), lines: func(width int) []string { return c.noticeLines(standing, n, width) }})
	return nil
}

// needNoticeRow says why there is nothing to read, "" where there is.
func needNoticeRow(c *Console) string {
	if c.current == c.incident && c.incident.toTell() != nil {
		return ""
	}
	return needNotice(c)
}

func needNotice(c *Console) string {
	if _, n := c.noticeAt(); n == nil {
		return "select a notice on the notices tab"
	}
	return ""
}

// needState makes a reason why a notice must be in one of some states.
func needState(states ...model.NoticeState) func(*Console) string {
	return func(c *Console) string {
		if why := needNotice(c); why != "" {
			return why
		}
		if _, n := c.noticeAt(); !slices.Contains(states, n.State) {
			return n.ID + " is " + string(n.State)
		}
		return ""
	}
}

// needOutcome makes a reason why there must be recipients of some outcomes.
func needOutcome(wanted ...model.DeliveryOutcome) func(*Console) string {
	return func(c *Console) string {
		if why := needNotice(c); why != "" {
			return why
		}
		if c.opts.Notices == nil {
			return "recipients cannot be reached from here"
		}
		_, n := c.noticeAt()
		for _, o := range wanted {
			if n.Delivery.Counts.Of(o) > 0 {
				return ""
			}
		}
		words := make([]string, len(wanted))
		for k, o := range wanted {
			words[k] = o.String()
		}
		return "no recipient of " + n.ID + " is " + strings.Join(words, " or ")
	}
}

// ruleOf finds a rule of an incident's packs, nil where there is none.
func (c *Console) ruleOf(i *model.Incident, key policy.RuleKey) *policy.Rule {
	for _, p := range c.frame.snapshot.PacksOf(i) {
		if p.ID != key.Pack {
			continue
		}
		for k := range p.Rules {
			if p.Rules[k].ID == key.Rule {
				return &p.Rules[k]
			}
		}
	}
	return nil
}
