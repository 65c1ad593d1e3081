package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/notice"
	"tocsin/tui/theme"
)

// approvalCount is the header's word on what waits for the actor; "" where
// nothing does.
func (c *Console) approvalCount() string {
	if n := c.approving.mine; n > 0 {
		return c.theme.DueSoon.Paint(fmt.Sprintf("▷ %d to approve", n))
	}
	return ""
}

func (a *approvalsScreen) draw() ([]string, *tea.Position) {
	t, c := a.c.theme, a.c
	said := fmt.Sprintf("%d for you, %d in all ", c.approving.mine, len(a.rows))
	head := beside(" "+t.Title.Paint("Approvals")+t.Muted.Paint("  what is to leave, and waits for somebody's consent"), t.Muted.Paint(said), a.width)
	if len(a.rows) == 0 {
		lines := []string{fit(head, a.width), ""}
		for _, line := range wrap("Nothing waits for approval. A notice comes here when whoever wrote it puts it to those who approve; which roles those are, the pack's rule says.", max(a.width-4, 1)) {
			lines = append(lines, "  "+t.Muted.Paint(line))
		}
		return block(lines, a.width, a.height), nil
	}
	wide := a.width >= noticeBeside
	width, rows := a.width, min(len(a.rows), max((a.height-3)/4, 2))
	if wide {
		width, rows = a.width*2/5, a.height-2
	}
	k := approvalLayout(width)
	titles := fit("  FOR", 2+k.mine) + fit("INCIDENT", k.incident) + fit("NOTICE", k.notice) + fit("TO", k.to) + " " + fit("DUE", k.due)
	list := []string{t.Muted.Paint(fit(titles, width))}
	a.list.resize(rows)
	from, to := a.list.window()
	for row := from; row < to; row++ {
		list = append(list, a.drawRow(k, &a.rows[row], width, row == a.list.index))
	}
	cursor := &tea.Position{X: 0, Y: 2 + a.list.index - from}
	if wide {
		room, height := a.width-width-3, a.height-1
		detail := a.shown(a.detail(room), height)
		body := columns(t.Rule.Paint("│")+" ", block(list, width, height), block(detail, room, height))
		return block(append([]string{head}, body...), a.width, a.height), cursor
	}
	lines := append([]string{head}, list...)
	lines = append(lines, t.Rule.Paint(strings.Repeat("─", a.width)))
	for _, line := range a.shown(a.detail(a.width-2), a.height-len(lines)) {
		lines = append(lines, " "+line)
	}
	return block(lines, a.width, a.height), cursor
}

// shown is what of the detail there is room for; all of it is under one key.
func (a *approvalsScreen) shown(lines []string, height int) []string {
	if len(lines) <= height {
		return lines
	}
	return append(lines[:height-1:height-1], a.c.theme.Muted.Paint(fmt.Sprintf("%d more lines: %s reads all", len(lines)-height+1, a.c.keyOf("notice-open"))))
}

// approvalColumns is how wide each column is.
type approvalColumns struct{ mine, incident, notice, to, due int }

func approvalLayout(width int) approvalColumns {
	k := approvalColumns{mine: 10, incident: 14, notice: 20, due: 18}
	if width < 79 {
		k.notice, k.due = 18, 11
	}
	k.to = max(width-2-k.mine-k.incident-k.notice-k.due-1, 6)
	return k
}

func (a *approvalsScreen) drawRow(k approvalColumns, r *approvalRow, width int, selected bool) string {
	t, c := a.c.theme, a.c
	focus, text, who, style := "  ", t.Text, "○ others", t.Muted
	if r.mine {
		who, style = "▷ you", t.DueSoon
	}
	if selected {
		focus, text = t.Focus.Paint("▌ "), t.Bold
	}
	due := "–"
	if !r.due.IsZero() {
		due = "in " + countdown(r.due, c.now(), false)
		if !r.due.After(c.now()) {
			due = "! " + strings.TrimPrefix(countdown(r.due, c.now(), false), "−") + " late"
		}
	}
	line := focus + style.Paint(fit(who, k.mine)) + text.Paint(fit(string(r.standing.Incident.ID), k.incident)) + text.Paint(fit(r.notice.ID+" "+noticeName(r.notice), k.notice)) +
		t.Text.Paint(fit(strings.TrimPrefix(c.toWhom(r.standing.Incident, r.notice), "to "), k.to)) + " " + t.Muted.Paint(fit(due, k.due))
	return over(t, fit(line, width), selected)
}

// detail tells what is asked, and exactly what would be approved.
func (a *approvalsScreen) detail(width int) []string {
	r := a.selected()
	if r == nil {
		return nil
	}
	return a.c.askedLines(r.standing, r.notice, a.versions.of(r.standing.Incident.ID, r.notice), width)
}

// askedLines are what an approval is asked of: the decision, who has to take
// it, whom it reaches, the text, and what changed since the actor last
// approved.
func (c *Console) askedLines(standing *model.Standing, n *model.Notice, before *model.NoticeDraft, width int) []string {
	t, i := c.theme, standing.Incident
	lines := []string{t.Title.Paint(string(i.ID)) + "  " + t.Bold.Paint(fit(safe(i.Title), max(width-len(i.ID)-2, 0)))}
	l := &ledger{t: t, width: width, lines: lines}
	say := l.say
	say("Asked", "May "+n.ID+", "+string(n.Kind)+" notice, version "+fmt.Sprint(n.Version)+", leave as it stands here? Written by "+safe(n.By)+", "+clock(n.At, c.now(), c.zone())+".", t.Text)
	c.sayApprovals(standing, n, say)
	c.sayGroups(i, n, say)
	say("SHA-256", n.Digest, t.Muted)
	lines = append(l.lines, c.changeLines(n, before, width)...)
	lines = append(lines, c.contentLines(n.Contents, width)...)
	for k := range n.Texts {
		lines = append(lines, c.textLines(&n.Texts[k], notice.Recipient{Customer: sampleCustomer, Contact: sampleContact}, width)...)
	}
	return lines
}

// sayApprovals says who approved, and whose approval is still asked for.
func (c *Console) sayApprovals(standing *model.Standing, n *model.Notice, say func(label, text string, style theme.Style)) {
	t := c.theme
	if n.Override != "" {
		say("OVERRIDDEN", "! without approval, by "+safe(n.OverrideBy)+": "+safe(n.Override), t.Overdue)
	}
	for k, w := range c.approvalsOf(standing, n) {
		label := ""
		if k == 0 {
			label = "Approval"
		}
		role := roleWords(standing, w.role)
		switch {
		case w.person != "":
			second := ""
			if w.second {
				second = ", second factor"
			}
			say(label, "✓ "+role+": "+safe(w.person)+", "+clock(w.at, c.now(), c.zone())+second, t.Met)
		case n.State == model.NoticeIsProposed && c.hasRole(standing.Incident, w.role):
			say(label, "▷ "+role+": waits for you", t.DueSoon)
		default:
			say(label, "○ "+role+": "+orElse(safe(strings.Join(standing.Incident.Holders(w.role), ", ")), "whoever has the role"), t.Text)
		}
	}
}

// sayGroups counts whom a notice reaches, group by group.
func (c *Console) sayGroups(i *model.Incident, n *model.Notice, say func(label, text string, style theme.Style)) {
	t := c.theme
	if len(n.Groups) == 0 {
		say("To", safe(c.recipientWords(i, n)), t.Text)
		return
	}
	for k, id := range n.Groups {
		label := ""
		if k == 0 {
			label = "To"
		}
		g, ok := i.Affected(id)
		if !ok {
			say(label, id+": not listed any more", t.Overdue)
			continue
		}
		say(label, fmt.Sprintf("%s %s, %s: %s, %s", id, g.Tier, strings.TrimLeft(impactWords(&g), "◆○ "), amount(g.Customers, "customer", "customers"), amount(g.Addresses, "address", "addresses")), t.Text)
	}
	say("", "over "+n.Channel, t.Muted)
}
