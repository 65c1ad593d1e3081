package tui

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/tui/sign"
)

// recipientsPane lists the recipients of a released notice, those of some
// outcomes or all.
type recipientsPane struct {
	of    string // the notice; "" shows the notices
	only  int    // index into recipientViews
	pages pages[ToldRow]
	read  string // what the pages were read of
	to    uint64 // version of the incident that they were read at
	at    time.Time
}

// renewAfter is how long what is listed of a delivery stands before it is read
// again: a delivery that is under way changes several times a second.
const renewAfter = 5 * time.Second

// recipientViews are what of the recipients can be listed.
var recipientViews = []struct {
	name   string
	wanted []model.DeliveryOutcome
}{
	{"all", nil},
	{"need you", []model.DeliveryOutcome{model.ToldRefused, model.ToldUncertain, model.ToldBounced}},
	{"not told yet", []model.DeliveryOutcome{model.ToldWaiting, model.ToldAttempted, model.ToldDeferred}},
	{"told", []model.DeliveryOutcome{model.ToldAccepted, model.ToldByHand, model.ToldReceived}},
}

func newRecipientsPane() recipientsPane {
	return recipientsPane{pages: pages[ToldRow]{
		list:  list{index: -1},
		place: func(r *ToldRow) uint64 { return uint64(r.Ordinal) + 1 },
		id:    func(r *ToldRow) string { return strconv.Itoa(r.Ordinal) },
	}}
}

// listRecipients shows the recipients of the selected notice: those who need
// somebody first, where there are any.
func (c *Console) listRecipients() tea.Cmd {
	s, n := c.incident, c.incident.notice()
	s.recipients.of, s.recipients.only = n.ID, 0
	for _, o := range recipientViews[1].wanted {
		if n.Delivery.Counts.Of(o) > 0 {
			s.recipients.only = 1
		}
	}
	return s.readRecipients()
}

// nextRecipients turns to another view of the recipients.
func (c *Console) nextRecipients() tea.Cmd {
	r := &c.incident.recipients
	r.only = (r.only + 1) % len(recipientViews)
	return c.incident.readRecipients()
}

// leaveRecipients shows the notices again; it reports false where they are
// shown.
func (s *incidentScreen) leaveRecipients() bool {
	if s.tab != noticesTab || s.recipients.of == "" {
		return false
	}
	s.recipients.of = ""
	return true
}

// readRecipients reads what is to be shown, where it is not held, and reads it
// again while the delivery goes on.
func (s *incidentScreen) readRecipients() tea.Cmd {
	r := &s.recipients
	if r.of == "" || s.standing == nil || s.c.opts.Notices == nil || s.tab != noticesTab {
		return nil
	}
	of, version := fmt.Sprint(s.id, r.of, r.only), s.standing.Incident.Version
	switch {
	case of != r.read:
	case version != r.to && s.c.now().Sub(r.at).Abs() >= renewAfter && r.pages.stop == nil:
		r.to, r.at = version, s.c.now()
		return r.pages.renew(s.c.ctx)
	default:
		return r.pages.follow(s.c.ctx)
	}
	from, id, notice, wanted := s.c.opts.Notices, s.id, r.of, recipientViews[r.only].wanted
	r.read, r.to, r.at = of, version, s.c.now()
	r.pages.drop()
	r.pages.read = func(ctx context.Context, page Page) ([]ToldRow, bool, error) {
		return from.Told(ctx, id, notice, wanted, page)
	}
	return r.pages.begin(s.c.ctx)
}

func needRecipients(c *Console) string {
	switch _, n := c.noticeAt(); {
	case needNotice(c) != "":
		return needNotice(c)
	case c.opts.Notices == nil:
		return "recipients cannot be reached from here"
	case !n.Left() || n.Recipients == 0:
		return n.ID + " has not left yet"
	}
	return ""
}

func needRecipientView(c *Console) string {
	if c.incident.recipients.of == "" {
		return "list the recipients of a notice first"
	}
	return ""
}

// drawRecipients lists recipients with what became of each.
func (s *incidentScreen) drawRecipients() ([]string, *tea.Position) {
	t, r := s.c.theme, &s.recipients
	left := t.Title.Paint(r.of) + t.Muted.Paint("  its recipients: ") + t.Bold.Paint(recipientViews[r.only].name)
	lines := []string{beside(" "+left, t.Muted.Paint(s.c.keyOf("recipients-view")+" others  Esc notices "), s.width)}
	switch {
	case r.pages.failed != "":
		return append(lines, " "+t.Overdue.Paint("! "+fit(safe(r.pages.failed), s.width-4))), nil
	case len(r.pages.rows) == 0 && r.pages.stop != nil:
		return append(lines, "", " "+t.Muted.Paint("reading…")), nil
	case len(r.pages.rows) == 0:
		return append(lines, "", " "+t.Muted.Paint("None. "+s.c.keyOf("recipients-view")+" shows others.")), nil
	}
	const state, id, when = 17, 16, 13
	room := max(s.width-2-state-id-when-2, 10)
	name := room * 2 / 5
	if s.width < 110 {
		name = room / 2
	}
	lines = append(lines, t.Muted.Paint(fit(fit("  OUTCOME", 2+state)+fit("CUSTOMER", id)+fit("NAME", name)+" "+fit("ADDRESS", room-name)+" "+"SINCE", s.width)))
	r.pages.list.resize(max(s.bodyHeight()-2-3, 1))
	from, to := r.pages.list.window()
	for k := from; k < to; k++ {
		row, selected := &r.pages.rows[k], k == r.pages.list.index
		mark, focus, text := sign.Told(row.Outcome), "  ", t.Text
		if selected {
			focus, text = t.Focus.Paint("▌ "), t.Bold
		}
		since := ""
		if !row.At.IsZero() {
			since = ago(row.At, s.c.now())
		}
		line := focus + toneStyle(t, mark.Tone).Paint(fit(mark.String(), state)) + t.Text.Paint(fit(safe(row.Customer), id-1)) + " " + text.Paint(fit(safe(row.Name), name)) + " " +
			t.Muted.Paint(fit(safe(row.Address), room-name)) + " " + t.Muted.Paint(fit(since, when))
		lines = append(lines, over(t, fit(line, s.width), selected))
	}
	lines = append(block(lines, s.width, s.bodyHeight()-3), s.drawRecipientFoot(r.pages.selected())...)
	return lines, &tea.Position{X: 0, Y: 2 + r.pages.list.index - from}
}

func (s *incidentScreen) drawRecipientFoot(r *ToldRow) []string {
	t := s.c.theme
	if r == nil {
		return block(nil, s.width, 3)
	}
	said := orElse(safe(strings.ReplaceAll(r.Words, "\n", " ")), "nothing more is recorded")
	if !r.At.IsZero() {
		said = clock(r.At, s.c.now(), s.c.zone()) + ": " + said
	}
	keys := fmt.Sprintf("%s told by hand  %s receipt  %s send again  %s give up", s.c.keyOf("contact"), s.c.keyOf("receipt"), s.c.keyOf("delivery-retry"), s.c.keyOf("delivery-give-up"))
	return block([]string{t.Rule.Paint(strings.Repeat("─", s.width)), " " + fit(t.Text.Paint(said), s.width-2), " " + t.Muted.Paint(fit(keys, s.width-2))}, s.width, 3)
}
