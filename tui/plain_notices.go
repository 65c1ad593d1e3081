package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/notice"
	"tocsin/tui/sign"
)

// tellAffected tells who is affected: the groups, or the customers of the one
// that was opened.
func (s *incidentScreen) tellAffected(t *telling) {
	a := &s.affected
	if a.inside == "" {
		t.rows, t.open, t.empty = &a.groups, "affected-open", spokenKeys(s.c, strings.Join(s.noneAffected(), " "))
		t.row = func(k int) string {
			g := &s.standing.Incident.Groups[k]
			return fmt.Sprintf("%s, %s, %s, %s: %s. %s", g.ID, g.Tier, strings.TrimLeft(impactWords(g), "◆○ "), s.sinceWords(g), orElse(safe(strings.Join(g.What, ", ")), "nothing said of what"), capital(s.toldWords(g)))
		}
		return
	}
	t.name += " " + a.inside
	t.head = append(t.head, a.inside+", its customers; back tells the groups.")
	t.rows, t.empty = &a.pages.list, orElse(safe(a.pages.failed), "No customer of the group has that.")
	t.row = func(k int) string {
		r := &a.pages.rows[k]
		one := &r.Customer
		return fmt.Sprintf("%s: %s, %s, %s, last told: %s", safe(one.ID), safe(one.Name), orElse(safe(one.Jurisdiction), "no place"), amount(len(one.Admins)+len(one.Security), "address", "addresses"), orElse(r.Told, "not yet"))
	}
	t.detail = func() []string {
		r := a.pages.selected()
		if r == nil {
			return nil
		}
		return []string{"  Administrators: " + orElse(safe(strings.Join(r.Customer.Admins, ", ")), "none"), "  Security: " + orElse(safe(strings.Join(r.Customer.Security, ", ")), "none")}
	}
	t.further = s.furtherRows
}

// inside names what was opened within a tab: customers of a group, or
// recipients of a notice.
func (s *incidentScreen) inside() string {
	switch {
	case s.tab == affectedTab && s.affected.inside != "":
		return s.affected.inside + " " + s.affected.words
	case s.tab == noticesTab && s.recipients.of != "":
		return s.recipients.of + " " + recipientViews[s.recipients.only].name
	}
	return ""
}

// furtherRows goes to the last row that is held, from where it is read on.
func (s *incidentScreen) furtherRows() tea.Cmd {
	s.move(1 << 30)
	return s.followRows()
}

// spokenKeys is a text in which keys of actions stand, with their names.
func spokenKeys(c *Console, text string) string {
	for _, id := range []string{"affected-add", "notice-draft"} {
		text = strings.ReplaceAll(text, "Press "+c.keyOf(id)+" ", "Type "+id+" ")
		text = strings.ReplaceAll(text, "press "+c.keyOf(id)+" ", "type "+id+" ")
	}
	return text
}

// tellNotices tells who would be told and what is written, or the recipients
// of a notice.
func (s *incidentScreen) tellNotices(t *telling) {
	if s.recipients.of != "" {
		s.tellRecipients(t)
		return
	}
	p := &s.notices
	t.rows, t.open, t.empty = &p.list, "notice-open", "Nobody is to be told so far: no rule of the packs asks for it. notice-draft writes a notice all the same."
	t.group = func(k int) string {
		return []string{"Who would be told", "Notices", "Who would not be told"}[sectionOf(s.noticeRow(k))]
	}
	t.row = func(k int) string {
		row, n := s.noticeRow(k)
		if n != nil {
			return s.c.noticeWords(s.standing.Incident, n)
		}
		return row.words(s.c)
	}
}

// words tell a row of who would be told line by line.
func (r *audienceRow) words(c *Console) string {
	text := capital(r.sign().Word) + ": " + r.what()
	if r.telling == nil {
		return text + ": " + r.untold.Why
	}
	one := r.telling
	if !one.Due.IsZero() {
		text += ", " + c.dueWords(one.Due, one.State) + ", " + c.dueText(one.Due, r.rule)
	}
	if told := one.Obligation.Told; told.Of > 0 {
		text += ", told " + toldCount(told)
	}
	for _, block := range one.Blocks {
		if block.Hard {
			text += ". Held back: " + block.Text
		}
	}
	return text
}

// noticeWords are a notice in one line.
func (c *Console) noticeWords(i *model.Incident, n *model.Notice) string {
	text := fmt.Sprintf("%s, %s: %s %s", n.ID, sign.NoticeState(n).Word, noticeName(n), c.toWhom(i, n))
	if n.Left() && n.Recipients > 0 {
		text += ", told " + number(n.Delivery.Counts.Sent()) + " of " + number(n.Recipients) + ": " + deliveryWords(&n.Delivery.Counts)
	}
	return text
}

func (s *incidentScreen) tellRecipients(t *telling) {
	r := &s.recipients
	t.name += " " + r.of
	t.head = append(t.head, r.of+", its recipients: "+recipientViews[r.only].name+". recipients-view turns to others; back tells the notices.")
	t.rows, t.empty = &r.pages.list, orElse(safe(r.pages.failed), "None.")
	t.row = func(k int) string {
		row := &r.pages.rows[k]
		text := fmt.Sprintf("%s: %s, %s", capital(row.Outcome.String()), safe(orElse(row.Name, row.Customer)), safe(row.Address))
		if row.Words != "" {
			text += ": " + safe(row.Words)
		}
		return text
	}
	t.further = s.furtherRows
}

func (a *approvalsScreen) told() telling {
	return telling{
		name: "approvals", head: []string{fmt.Sprintf("Approvals: notices that wait for consent, %d of you, %d in all.", a.c.approving.mine, len(a.rows))}, rows: &a.list, open: "notice-open",
		empty: "Nothing waits for approval.",
		group: func(k int) string {
			if a.rows[k].mine {
				return "For you"
			}
			return "For others"
		},
		row: func(k int) string {
			r := &a.rows[k]
			text := string(r.standing.Incident.ID) + " " + r.notice.ID + ", " + noticeName(r.notice) + " " + a.c.toWhom(r.standing.Incident, r.notice)
			if !r.due.IsZero() {
				text += ", due " + clock(r.due, a.c.now(), a.c.zone())
			}
			return text
		},
	}
}

func (s *draftingScreen) questions(p *plain) *asked {
	c := p.c
	title := "A new notice of "
	if s.notice != nil {
		title = s.notice.ID + " of "
	}
	return &asked{
		title: title + string(s.standing.Incident.ID) + ": " + safe(s.standing.Incident.Title), form: s.form, confirm: "Save the draft",
		intro:   []string{"Saving tells nobody."},
		changed: s.changed,
		below:   s.draftWords,
		give:    func() tea.Cmd { return s.dialog.give(c) },
		open:    func() bool { return c.current == c.drafting },
		problem: func() string { return s.dialog.problem },
		leave:   func() { p.run(c.back()) },
		drop:    func() { p.run(c.forget(s.dialog.draft, s.form)); p.run(c.back()) },
	}
}

// draftWords tell what the rules want said and whether the text says it, and the
// text in each language.
func (s *draftingScreen) draftWords() []string {
	if s.made.problem != "" {
		return []string{"! " + s.made.problem}
	}
	lines := []string{"Required contents:"}
	if len(s.made.items) == 0 {
		lines[0] = "No rule that it answers asks for any contents."
	}
	for _, item := range s.made.items {
		text := "  " + capital(string(item.State)) + ": " + safe(item.Content)
		if item.State == notice.Missing && item.Why != "" {
			text += "; " + safe(item.Why)
		}
		if item.State.Told() && item.Says != "" {
			text += "; " + safe(item.Says)
		}
		lines = append(lines, text)
	}
	to := notice.Recipient{Customer: "customer", Contact: "contact"}
	if len(s.people) > 0 {
		to = notice.Recipient{Customer: s.people[s.person].Name, Contact: s.people[s.person].Address}
	}
	for k := range s.made.draft.Texts {
		r := &s.made.draft.Texts[k]
		subject, body := notice.Fill(r.Subject, r.Body, to)
		lines = append(lines, "Text, "+r.Language+":", "  "+safe(subject))
		for line := range strings.SplitSeq(model.CleanText(body), "\n") {
			lines = append(lines, "  "+line)
		}
	}
	return lines
}
