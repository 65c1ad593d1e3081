package tui

import (
	"context"
	"slices"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// Affected is what the console needs to read who is affected by an incident,
// and to change it. There may be a million of them, so it reads pages. All of
// it may take a while; Add and Refresh may take minutes.
type Affected interface {
	// Rows are affected customers of a group, in the order in which they were
	// taken in, that have all of the words in their id, name or place.
	// more says that there are further rows beyond the page.
	Rows(ctx context.Context, id model.ID, group, words string, page Page) (rows []AffectedRow, more bool, err error)
	// Count says what an addition would take in, and records nothing.
	Count(ctx context.Context, id model.ID, addition Addition) (Counted, error)
	// Add takes customers of the registry in, and says in a sentence what came
	// of it. told hears of customers.
	Add(ctx context.Context, id model.ID, addition Addition, told Told) (said string, err error)
	// Refresh takes the newer versions of customers that the registry has since.
	Refresh(ctx context.Context, id model.ID, told Told) (said string, err error)
}

// AffectedRow is one affected customer as they were taken in.
type AffectedRow struct {
	Place    uint64 // in the group, ascending from 1 on
	Customer model.Customer
	Told     string // what the record says of the last notice to them, such as "accepted"; "" is nothing
}

// Addition says which customers of the registry are affected, and how.
type Addition struct {
	Query  model.CustomerQuery
	Direct bool
	What   []string
	Since  time.Time // when they were found to be affected, which starts a clock of their own; zero: from the start
}

// Counted is what an addition would take in.
type Counted struct {
	Customers, Addresses int
	Already              int      // affected already, and left as they are
	Unknown              []string // ids that the registry does not have
	Unreachable          int      // have no address that could be written to
}

// affectedPane is the tab of who is affected: the groups, and the customers of
// the group that was opened.
type affectedPane struct {
	groups list
	inside string // the group whose customers are shown; "" shows the groups
	words  string // that the customers shown have
	pages  pages[AffectedRow]
	of     string // what the pages were read of
}

func newAffectedPane() affectedPane {
	return affectedPane{groups: list{index: -1}, pages: pages[AffectedRow]{
		list:  list{index: -1},
		place: func(r *AffectedRow) uint64 { return r.Place },
		id:    func(r *AffectedRow) string { return strconv.FormatUint(r.Place, 10) },
	}}
}

// group is the selected group of affected customers, nil where there is none.
func (s *incidentScreen) group() *model.AffectedGroup {
	if s.standing == nil || s.tab != affectedTab {
		return nil
	}
	groups := s.standing.Incident.Groups
	if k := s.affected.groups.index; k >= 0 && k < len(groups) {
		return &groups[k]
	}
	return nil
}

// enterGroup shows the customers of the selected group.
func (c *Console) enterGroup() tea.Cmd {
	s := c.incident
	s.affected.inside, s.affected.words = s.group().ID, ""
	return s.readAffected()
}

// leaveGroup shows the groups again; it reports false where they are shown.
func (s *incidentScreen) leaveGroup() bool {
	if s.tab != affectedTab || s.affected.inside == "" {
		return false
	}
	if s.affected.words != "" {
		s.affected.words = ""
		return true
	}
	s.affected.inside = ""
	return true
}

// readAffected reads the customers that are to be shown, where they are not
// held: also when the group changed.
func (s *incidentScreen) readAffected() tea.Cmd {
	a := &s.affected
	if a.inside == "" || s.standing == nil || s.c.opts.Affected == nil {
		return nil
	}
	groups := s.standing.Incident.Groups
	k := slices.IndexFunc(groups, func(g model.AffectedGroup) bool { return g.ID == a.inside })
	if k < 0 {
		a.inside = ""
		return nil
	}
	of := string(s.id) + " " + a.inside + " " + groups[k].Root + " " + a.words
	if of == a.of {
		return a.pages.follow(s.c.ctx)
	}
	from, id, group, words := s.c.opts.Affected, s.id, a.inside, a.words
	a.of = of
	a.pages.drop()
	a.pages.read = func(ctx context.Context, page Page) ([]AffectedRow, bool, error) {
		return from.Rows(ctx, id, group, words, page)
	}
	return a.pages.begin(s.c.ctx)
}

// moveAffected goes through the groups, or the customers of the one that was
// opened.
func (s *incidentScreen) moveAffected(rows int) {
	if s.affected.inside != "" {
		s.affected.pages.move(rows)
		return
	}
	s.affected.groups.selectAt(saturate(s.affected.groups.index, rows))
}

// clickAffected selects the row that was clicked; a selected group it opens.
func (s *incidentScreen) clickAffected(y int) tea.Cmd {
	rows := &s.affected.groups
	if s.affected.inside != "" {
		rows = &s.affected.pages.list
	}
	row := rows.top + y - 2
	switch {
	case y < 2 || y >= 2+rows.height || row >= len(rows.ids):
	case row == rows.index && s.affected.inside == "":
		return s.c.enterGroup()
	default:
		rows.selectAt(row)
	}
	return nil
}

// view is which of how many rows are shown; of customers, of those held.
func (a *affectedPane) view() (top, show, total int) {
	rows := &a.groups
	if a.inside != "" {
		rows = &a.pages.list
	}
	return rows.top, rows.height, len(rows.ids)
}

func needGroup(c *Console) string {
	switch {
	case needIncident(c) != "":
		return needIncident(c)
	case c.opts.Affected == nil:
		return "customers cannot be reached from here"
	case c.incident.group() == nil:
		return "select a group of affected customers"
	}
	return ""
}

// needAffected says why nobody can be listed as affected, "" where it can.
func needAffected(c *Console) string {
	switch {
	case needIncident(c) != "":
		return needIncident(c)
	case c.opts.Affected == nil:
		return "customers cannot be reached from here"
	case c.errand != nil:
		return "something is under way: " + c.errand.what
	}
	return ""
}

func needAnyAffected(c *Console) string {
	if why := needAffected(c); why != "" {
		return why
	}
	if len(c.target().Incident.Groups) == 0 {
		return "nobody is listed as affected yet"
	}
	return ""
}
