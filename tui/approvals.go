package tui

import (
	"cmp"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// approving follows which notices wait for approval. It is computed when the
// space changes.
type approving struct {
	rows  []approvalRow // those that wait for the actor first
	mine  int
	seq   uint64
	role  model.Role
	known bool
}

// approvalRow is a notice that waits for approval.
type approvalRow struct {
	standing *model.Standing
	notice   *model.Notice
	mine     bool // the actor's approval is asked for
	due      time.Time
}

func (r *approvalRow) id() string { return string(r.standing.Incident.ID) + "/" + r.notice.ID }

// wantedApproval is one role's approval that a notice needs; person is who gave
// it, "" for nobody yet.
type wantedApproval struct {
	role   string
	person string
	at     time.Time
	second bool
}

// follow takes what stands now.
func (a *approving) follow(c *Console, frame frameMsg) {
	if a.known && a.seq == frame.snapshot.Seq() && a.role == c.opts.Actor.Role {
		return
	}
	a.known, a.seq, a.role, a.rows, a.mine = true, frame.snapshot.Seq(), c.opts.Actor.Role, nil, 0
	for standing := range frame.snapshot.Approving() {
		for k := range standing.Incident.Notices {
			n := &standing.Incident.Notices[k]
			if n.State != model.NoticeIsProposed {
				continue
			}
			row := approvalRow{standing: standing, notice: n, mine: len(c.rolesToApprove(standing, n)) > 0, due: dueOf(standing, n)}
			if row.mine {
				a.mine++
			}
			a.rows = append(a.rows, row)
		}
		if len(a.rows) > maxReminders {
			break
		}
	}
	slices.SortStableFunc(a.rows, func(x, y approvalRow) int {
		return cmp.Or(-cmp.Compare(b2i(x.mine), b2i(y.mine)), compareDue(x.due, y.due), cmp.Compare(x.id(), y.id()))
	})
}

func b2i(holds bool) int {
	if holds {
		return 1
	}
	return 0
}

// compareDue orders by time, what has none last.
func compareDue(a, b time.Time) int {
	if a.IsZero() != b.IsZero() {
		return cmp.Compare(b2i(a.IsZero()), b2i(b.IsZero()))
	}
	return a.Compare(b)
}

// dueOf is when the first of what a notice answers is due, zero where nothing
// of it has a number.
func dueOf(standing *model.Standing, n *model.Notice) (due time.Time) {
	for k := range standing.Dues {
		d := &standing.Dues[k]
		for _, key := range n.Rules {
			if key.Covers(d.Key()) && (due.IsZero() || d.At.Before(due)) {
				due = d.At
			}
		}
	}
	return due
}

// approvalsOf are the approvals that the rules of a notice ask for, and who
// gave them.
func (c *Console) approvalsOf(standing *model.Standing, n *model.Notice) []wantedApproval {
	var wanted []wantedApproval
	for _, key := range n.Rules {
		rule := c.ruleOf(standing.Incident, key)
		if rule == nil {
			continue
		}
		for _, role := range rule.Approval {
			if slices.ContainsFunc(wanted, func(w wantedApproval) bool { return w.role == role }) {
				continue
			}
			w := wantedApproval{role: role}
			for _, a := range n.Approvals {
				if a.Role == role {
					w.person, w.at, w.second = a.Person, a.At, a.Second
				}
			}
			wanted = append(wanted, w)
		}
	}
	return wanted
}

// rolesToApprove are the roles in which the actor could approve a notice now:
// held on the incident or had here, and by nobody who approved it already.
func (c *Console) rolesToApprove(standing *model.Standing, n *model.Notice) []string {
	if n.State != model.NoticeIsProposed || !c.opts.Actor.Role.May(model.ApproveNotice{}.Kind()) {
		return nil
	}
	var roles []string
	for _, w := range c.approvalsOf(standing, n) {
		switch {
		case w.person == c.opts.Actor.Name:
			return nil
		case w.person == "" && c.hasRole(standing.Incident, w.role):
			roles = append(roles, w.role)
		}
	}
	return roles
}

// hasRole reports whether the actor holds a role on an incident, or has it here.
func (c *Console) hasRole(i *model.Incident, role string) bool {
	return string(c.opts.Actor.Role) == role || slices.Contains(i.Holders(role), c.opts.Actor.Name)
}

// mayOverride reports whether the actor may go without the approvals that are
// missing: each rule that asks for one has to allow it to a role of theirs.
func (c *Console) mayOverride(standing *model.Standing, n *model.Notice) bool {
	missing, i := false, standing.Incident
	for _, key := range n.Rules {
		rule := c.ruleOf(i, key)
		if rule == nil {
			return false
		}
		if !slices.ContainsFunc(rule.Approval, func(role string) bool {
			return !slices.ContainsFunc(n.Approvals, func(a model.Approval) bool { return a.Role == role })
		}) {
			continue
		}
		missing = true
		if !slices.ContainsFunc(rule.Override, func(role string) bool { return c.hasRole(i, role) }) {
			return false
		}
	}
	return missing
}

func roleWords(standing *model.Standing, role string) string {
	for _, r := range standing.Procedure.Roles {
		if r.ID == role {
			return r.Label
		}
	}
	return role
}

func needApproval(c *Console) string {
	standing, n := c.noticeAt()
	switch {
	case n == nil:
		return "select a notice that waits for approval"
	case n.State != model.NoticeIsProposed:
		return n.ID + " is " + string(n.State)
	case len(c.rolesToApprove(standing, n)) == 0:
		return "your approval is not asked for, or given already"
	}
	return ""
}

func needOverride(c *Console) string {
	standing, n := c.noticeAt()
	switch {
	case n == nil:
		return "select a notice that waits for approval"
	case n.State != model.NoticeIsProposed:
		return n.ID + " is " + string(n.State)
	case !c.mayOverride(standing, n):
		return "its rules let nobody with your role go without approval"
	}
	return ""
}

// approvalsScreen is the inbox of what waits for approval: those that wait for
// the actor first, with the exact text of the selected one.
type approvalsScreen struct {
	c             *Console
	width, height int
	rows          []approvalRow
	list          list
	versions      versions
}

func newApprovalsScreen(c *Console) *approvalsScreen {
	return &approvalsScreen{c: c, list: list{index: -1}}
}

func (a *approvalsScreen) here() where                    { return onApprovals }
func (a *approvalsScreen) typing() bool                   { return false }
func (a *approvalsScreen) update(tea.Msg) tea.Cmd         { return nil }
func (a *approvalsScreen) obligation() *policy.Obligation { return nil }
func (a *approvalsScreen) move(rows int)                  { a.list.selectAt(saturate(a.list.index, rows)) }
func (a *approvalsScreen) size(width, height int)         { a.width, a.height = width, height }

func (a *approvalsScreen) apply(frameMsg) {
	a.rows = a.c.approving.rows
	ids := make([]string, len(a.rows))
	for k := range a.rows {
		ids[k] = a.rows[k].id()
	}
	a.list.set(ids)
}

func (a *approvalsScreen) selected() *approvalRow {
	if a.list.index < 0 || a.list.index >= len(a.rows) {
		return nil
	}
	return &a.rows[a.list.index]
}

func (a *approvalsScreen) at() (*model.Standing, *model.Notice) {
	if r := a.selected(); r != nil {
		return r.standing, r.notice
	}
	return nil, nil
}

func (a *approvalsScreen) target() *model.Standing {
	standing, _ := a.at()
	return standing
}

func (a *approvalsScreen) extent() extent {
	return extent{from: 2, height: a.list.height, top: a.list.top, show: a.list.height, total: len(a.rows)}
}

func (a *approvalsScreen) click(_, y int) tea.Cmd {
	if row := a.list.top + y - 2; y >= 2 && y < 2+a.list.height && row < len(a.rows) {
		a.list.selectAt(row)
	}
	return nil
}

func (c *Console) showApprovals() tea.Cmd {
	if c.current != c.approvals {
		c.leave()
	}
	return c.show(c.approvals)
}

// needApprovals says why somebody cannot see what waits for approval.
func needApprovals(c *Console) string {
	if !c.opts.Actor.Role.MayRead("incidents") {
		return "not allowed as " + string(c.opts.Actor.Role)
	}
	return ""
}

// openAsked opens the incident of the selected notice, at that notice.
func (c *Console) openAsked() tea.Cmd {
	standing, n := c.approvals.at()
	return c.openNotices(standing.Incident.ID, n.ID)
}
