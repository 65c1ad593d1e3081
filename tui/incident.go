package tui

import (
	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// Tabs of the incident screen.
const (
	overviewTab = iota
	timelineTab
	tasksTab
	obligationsTab
	affectedTab
	noticesTab
	evidenceTab
	tabCount
)

// incidentScreen shows one incident: a header that stays, and a tab.
type incidentScreen struct {
	c             *Console
	width, height int
	id            model.ID
	tab           int
	standing      *model.Standing
	obligations   []policy.Obligation
	tasks         []model.Task
	history       []model.Event
	historyOf     model.ID // incident that history belongs to
	historyTo     uint64   // its version when the history was read
	loading       bool
	failed        string // why the history could not be read
	scroll        [tabCount]int
	total         int // rows of the tab at the last drawing
	taskList      list
	dueList       list
	itemList      list
	affected      affectedPane
	notices       noticesPane
	recipients    recipientsPane
}

func newIncidentScreen(c *Console) *incidentScreen {
	return &incidentScreen{c: c, taskList: list{index: -1}, dueList: list{index: -1}, itemList: list{index: -1}, affected: newAffectedPane(), notices: newNoticesPane(), recipients: newRecipientsPane()}
}

func (s *incidentScreen) here() where {
	switch s.tab {
	case affectedTab:
		return onAffected
	case noticesTab:
		return onNotices
	}
	return onIncident
}

func (s *incidentScreen) size(width, height int) {
	s.width, s.height = width, height
	s.taskList.resize(s.bodyHeight())
	s.dueList.resize(s.bodyHeight())
}

// load turns to an incident and reads its history.
func (s *incidentScreen) load(id model.ID) tea.Cmd {
	if s.id != id {
		s.id, s.scroll = id, [tabCount]int{}
		s.taskList, s.dueList = list{index: -1, height: s.bodyHeight()}, list{index: -1, height: s.bodyHeight()}
		s.itemList = list{index: -1, height: s.bodyHeight()}
		s.affected.pages.drop()
		s.recipients.pages.drop()
		s.affected, s.notices, s.recipients = newAffectedPane(), newNoticesPane(), newRecipientsPane()
		s.history, s.historyOf, s.failed = nil, "", ""
	}
	s.follow()
	return s.reload()
}

func (s *incidentScreen) apply(frame frameMsg) { s.follow() }

// follow takes what now stands of the incident. What is computed from it is
// kept until the incident changes.
func (s *incidentScreen) follow() {
	standing, ok := s.c.frame.snapshot.Incident(s.id)
	if !ok {
		s.standing = nil
		return
	}
	if standing != s.standing {
		s.standing = standing
		s.tasks = model.Tasks(standing.Incident, standing.Procedure)
		s.obligations = s.c.frame.snapshot.Obligations(standing.Incident)
	}
	sortObligations(s.obligations, s.c.now())
	s.taskList.set(idsOf(s.tasks, func(t model.Task) string { return t.ID }))
	s.dueList.set(idsOf(s.obligations, func(o policy.Obligation) string { return o.Key().String() }))
	s.itemList.set(idsOf(standing.Incident.Evidence, func(e model.Evidence) string { return e.ID }))
	s.affected.groups.set(idsOf(standing.Incident.Groups, func(g model.AffectedGroup) string { return g.ID }))
	s.followNotices()
}

func idsOf[T any](rows []T, id func(T) string) []string {
	ids := make([]string, len(rows))
	for k, row := range rows {
		ids[k] = id(row)
	}
	return ids
}

func (s *incidentScreen) turn(direction int) tea.Cmd {
	s.tab = (s.tab + direction + tabCount) % tabCount
	s.follow()
	return s.reload()
}

// followRows reads the customers or recipients that are to be shown and are not
// held.
func (s *incidentScreen) followRows() tea.Cmd {
	if s.c.current != s {
		return nil
	}
	switch s.tab {
	case affectedTab:
		return s.readAffected()
	case noticesTab:
		return s.readRecipients()
	}
	return nil
}

func (s *incidentScreen) move(rows int) {
	switch s.tab {
	case tasksTab:
		s.taskList.selectAt(saturate(s.taskList.index, rows))
	case obligationsTab:
		s.dueList.selectAt(saturate(s.dueList.index, rows))
	case evidenceTab:
		s.itemList.selectAt(saturate(s.itemList.index, rows))
	case affectedTab:
		s.moveAffected(rows)
	case noticesTab:
		s.moveNotices(rows)
	default:
		s.scroll[s.tab] = saturate(s.scroll[s.tab], rows)
	}
}

func (s *incidentScreen) target() *model.Standing { return s.standing }

// obligation is the selected one on its tab, elsewhere the one due next.
func (s *incidentScreen) obligation() *policy.Obligation {
	if len(s.obligations) == 0 || s.standing == nil {
		return nil
	}
	if s.tab == obligationsTab {
		return &s.obligations[max(s.dueList.index, 0)]
	}
	if _, counts := s.standing.Next(); counts {
		return &s.obligations[0]
	}
	return nil
}

func (s *incidentScreen) typing() bool { return false }

func (s *incidentScreen) update(tea.Msg) tea.Cmd { return nil }

func (s *incidentScreen) click(x, y int) tea.Cmd {
	switch {
	case y == s.headHeight()-1:
		return s.clickTab(x)
	case y >= s.headHeight() && s.tab == tasksTab:
		s.taskList.selectAt(s.taskList.top + y - s.headHeight() - s.linesAboveTask(s.taskList.top))
	case y >= s.headHeight() && s.tab == obligationsTab:
		s.dueList.selectAt(s.dueList.top + y - s.headHeight() - 1)
	case y >= s.headHeight() && s.tab == evidenceTab:
		s.clickItem(x, y-s.headHeight())
	case y >= s.headHeight() && s.tab == affectedTab:
		return s.clickAffected(y - s.headHeight())
	case y >= s.headHeight() && s.tab == noticesTab:
		s.clickNotice(x, y-s.headHeight())
	}
	return nil
}

func (s *incidentScreen) extent() extent {
	e := extent{from: s.headHeight(), height: s.bodyHeight(), top: s.scroll[s.tab], show: s.bodyHeight(), total: s.total}
	if s.tab == obligationsTab {
		e.top, e.show, e.total = s.dueList.top, s.dueList.height, len(s.obligations)
	}
	if s.tab == evidenceTab {
		e.top, e.show, e.total = s.itemList.top, s.itemList.height, len(s.itemList.ids)
	}
	if s.tab == affectedTab {
		e.top, e.show, e.total = s.affected.view()
	}
	if s.tab == noticesTab {
		e.top, e.show, e.total = s.noticeView()
	}
	return e
}

func (s *incidentScreen) bodyHeight() int { return max(s.height-s.headHeight(), 1) }

func (s *incidentScreen) draw() ([]string, *tea.Position) {
	if s.standing == nil {
		return block([]string{"", s.c.theme.Muted.Paint("  " + string(s.id) + " is not in this space. Esc goes back.")}, s.width, s.height), nil
	}
	head := block(s.drawHead(), s.width, s.headHeight())
	body, cursor := s.drawTab()
	if cursor != nil {
		cursor.Y += s.headHeight()
	}
	return append(head, block(body, s.width, s.bodyHeight())...), cursor
}

func (s *incidentScreen) drawTab() ([]string, *tea.Position) {
	switch s.tab {
	case timelineTab:
		return s.scrolled(s.drawTimeline()), nil
	case tasksTab:
		return s.drawTasks()
	case obligationsTab:
		return s.drawObligations()
	case affectedTab:
		return s.drawAffected()
	case noticesTab:
		return s.drawNotices()
	case evidenceTab:
		return s.drawEvidence()
	}
	return s.scrolled(s.drawOverview()), nil
}

// scrolled is the part of long content that the tab is scrolled to.
func (s *incidentScreen) scrolled(lines []string) []string {
	height := s.bodyHeight()
	top := min(s.scroll[s.tab], max(len(lines)-height, 0))
	s.scroll[s.tab], s.total = top, len(lines)
	return lines[top:min(top+height, len(lines))]
}
