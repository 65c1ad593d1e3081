package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/notice"
	"tocsin/tui/theme"
)

// noticeVersion is one saved version of a notice.
type noticeVersion struct {
	number int
	draft  model.NoticeDraft
	event  model.Event
}

// versions are the saved versions of one notice, as the history of its incident
// tells them.
type versions struct {
	incident model.ID
	notice   string
	last     int // version of the notice when they were read
	all      []noticeVersion
	approved int // the version that the actor last approved, 0 for none
}

// versionsMsg brings the versions of a notice.
type versionsMsg struct {
	versions versions
	show     bool
	err      error
}

// of is the draft that the actor last approved of a notice, where that is not
// the one that stands; nil where there is none.
func (v *versions) of(id model.ID, n *model.Notice) *model.NoticeDraft {
	if v.incident != id || v.notice != n.ID || v.approved == 0 || v.approved == n.Version {
		return nil
	}
	for k := range v.all {
		if v.all[k].number == v.approved {
			return &v.all[k].draft
		}
	}
	return nil
}

// gather takes the versions of a notice out of a history.
func (v *versions) gather(events []model.Event, person string) {
	digests := make(map[string]int)
	for _, e := range events {
		switch body := e.Body.(type) {
		case *model.NoticeDrafted:
			if body.Notice == v.notice {
				v.all = append(v.all, noticeVersion{1, body.Draft, e})
			}
		case *model.NoticeEdited:
			if body.Notice == v.notice {
				v.all = append(v.all, noticeVersion{body.Version, body.Draft, e})
			}
		case *model.NoticeProposed:
			if body.Notice == v.notice {
				digests[body.Digest] = body.Version
			}
		case *model.NoticeApproved:
			if body.Notice == v.notice && e.Actor == person {
				v.approved = digests[body.Digest]
			}
		}
	}
}

// readVersions reads the versions of a notice off the event loop; show asks for
// what changed between them to be shown.
func (c *Console) readVersions(id model.ID, n *model.Notice, show bool) tea.Cmd {
	v, person := versions{incident: id, notice: n.ID, last: n.Version}, c.opts.Actor.Name
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(c.ctx, commandTimeout)
		defer cancel()
		events, err := c.opts.Space.History(ctx, id)
		if err == nil {
			v.gather(events, person)
		}
		return versionsMsg{versions: v, show: show, err: err}
	}
}

func (c *Console) takeVersions(msg versionsMsg) tea.Cmd {
	if msg.err != nil {
		c.alarm("the versions of " + msg.versions.notice + " cannot be read: " + msg.err.Error())
		return nil
	}
	c.approvals.versions = msg.versions
	if msg.show {
		v := msg.versions
		c.push(&reader{theme: c.theme, title: "Versions of " + v.notice + " of " + string(v.incident), lines: func(width int) []string { return c.versionLines(&v, width) }})
	}
	return nil
}

// follow reads the versions of the notice that is selected in the inbox, where
// they are not held.
func (a *approvalsScreen) follow() tea.Cmd {
	standing, n := a.at()
	v := &a.versions
	if a.c.current != a || n == nil || v.incident == standing.Incident.ID && v.notice == n.ID && v.last == n.Version {
		return nil
	}
	*v = versions{incident: standing.Incident.ID, notice: n.ID, last: n.Version} // asked for once
	return a.c.readVersions(standing.Incident.ID, n, false)
}

func (c *Console) showVersions() tea.Cmd {
	standing, n := c.noticeAt()
	return c.readVersions(standing.Incident.ID, n, true)
}

// versionLines tell what changed from each version to the next, the latest
// first.
func (c *Console) versionLines(v *versions, width int) []string {
	t := c.theme
	if len(v.all) == 1 {
		one := &v.all[0]
		return []string{t.Bold.Paint("version 1") + t.Muted.Paint("  by "+safe(one.event.Actor)+", "+clock(one.event.At, c.now(), c.zone())), "", t.Muted.Paint("There is one version; nothing was changed since.")}
	}
	var lines []string
	for k := len(v.all) - 1; k >= 0; k-- {
		one := &v.all[k]
		head := t.Bold.Paint(fmt.Sprintf("version %d", one.number)) + t.Muted.Paint("  by "+safe(one.event.Actor)+", "+clock(one.event.At, c.now(), c.zone()))
		if one.number == v.approved {
			head += t.Met.Paint("  ✓ approved by you")
		}
		lines = append(lines, head)
		if k > 0 {
			lines = append(lines, c.draftDiff(&v.all[k-1].draft, &one.draft, width)...)
		} else {
			lines = append(lines, t.Muted.Paint("  the first"))
		}
		lines = append(lines, "")
	}
	return lines
}

// draftDiff is what changed from one draft to another: texts line by line, all
// else as before and after.
func (c *Console) draftDiff(before, after *model.NoticeDraft, width int) []string {
	t := c.theme
	var lines []string
	for _, change := range model.NoticeChanges(*before, *after) {
		if strings.HasPrefix(change.Field, "field ") && slices.ContainsFunc(after.Texts, func(model.NoticeText) bool { return true }) {
			continue // the text shows it
		}
		lines = append(lines, "  "+t.Title.Paint(safe(change.Field)))
		lines = append(lines, diffLines(t, notice.Diff(change.Before, change.After), width)...)
	}
	if len(lines) == 0 {
		return []string{"  " + t.Muted.Paint("nothing that recipients see")}
	}
	return lines
}

// diffLines draw a difference: added, removed, and one line of what stays on
// both sides of those.
func diffLines(t *theme.Theme, diff []notice.DiffLine, width int) []string {
	var lines []string
	skipped := false
	for k, d := range diff {
		near := k > 0 && diff[k-1].Change != notice.Kept || k+1 < len(diff) && diff[k+1].Change != notice.Kept
		if d.Change == notice.Kept && !near {
			if !skipped {
				lines = append(lines, t.Muted.Paint("    ⋯"))
			}
			skipped = true
			continue
		}
		skipped = false
		mark, style := "    ", t.Muted
		switch d.Change {
		case notice.Added:
			mark, style = "  + ", t.Met
		case notice.Removed:
			mark, style = "  – ", t.Overdue
		}
		for _, line := range wrap(orElse(safe(d.Text), " "), max(width-4, 8)) {
			lines = append(lines, style.Paint(mark+line))
		}
	}
	return lines
}

// changeLines say what changed since the actor last approved a notice.
func (c *Console) changeLines(n *model.Notice, before *model.NoticeDraft, width int) []string {
	if before == nil {
		return nil
	}
	return append([]string{"", c.theme.DueSoon.Paint("! Changed since you approved it")}, c.draftDiff(before, &n.NoticeDraft, width)...)
}
