package tui

import (
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/theme"
)

// number writes a count with a comma between thousands.
func number(n int) string {
	digits := strconv.Itoa(n)
	for k := len(digits) - 3; k > 0 && digits[k-1] != '-'; k -= 3 {
		digits = digits[:k] + "," + digits[k:]
	}
	return digits
}

// amount is a count with the word for what is counted.
func amount(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// affectedFoot is how many lines below the list tell all of the selected row.
const affectedFoot = 5

func (s *incidentScreen) drawAffected() ([]string, *tea.Position) {
	if s.affected.inside != "" {
		return s.drawCustomers()
	}
	groups := s.standing.Incident.Groups
	var top []string
	if s.c.errand != nil {
		top = append(top, s.c.drawErrand(s.width))
	}
	if len(groups) == 0 {
		return append(append(top, ""), s.paragraph(s.noneAffected()...)...), nil
	}
	list, cursor := s.drawGroups(groups, s.bodyHeight()-len(top)-affectedFoot)
	cursor.Y += len(top)
	lines := block(append(top, list...), s.width, s.bodyHeight()-affectedFoot)
	return append(lines, s.drawGroupFoot()...), cursor
}

// paragraph is a text of its own, wrapped and muted.
func (s *incidentScreen) paragraph(texts ...string) []string {
	var lines []string
	for _, text := range texts {
		for _, line := range wrap(text, max(s.width-3, 1)) {
			lines = append(lines, " "+s.c.theme.Muted.Paint(line))
		}
	}
	return lines
}

// noneAffected says how somebody comes to be listed.
func (s *incidentScreen) noneAffected() []string {
	registry := s.c.frame.snapshot.Meta().Customers
	if registry.Total() == 0 {
		return []string{
			"Nobody is listed as affected, and no customers are registered yet.",
			"Bring the customers in with tocsin affected import FILE, from CSV or JSON Lines: id, name, tier, jurisdiction, language, admin_email, security_email, terms. Their addresses and names are sealed for each of them.",
			"Then press " + s.c.keyOf("affected-add") + " here to say whom this incident affects.",
		}
	}
	return []string{
		"Nobody is listed as affected yet. " + amount(registry.Total(), "customer is", "customers are") + " registered, of whom " + number(registry.Paid) + " pay.",
		"Press " + s.c.keyOf("affected-add") + " to say whom this incident affects: all, those of a tier or a place, or a list of ids. How many that would be is said before anything is recorded.",
	}
}

// groupColumns is how wide each column of the groups is; 0 leaves one out.
type groupColumns struct {
	id, tier, impact, what, since, terms, customers, addresses, told, missing, received int
}

func groupLayout(width int) groupColumns {
	k := groupColumns{id: 5, tier: 6, impact: 12, since: 17, customers: 10, addresses: 10, told: 9, missing: 8}
	if width < 110 {
		return k
	}
	k.terms, k.received = 8, 10
	k.what = width - 2 - k.id - k.tier - k.impact - k.since - k.terms - k.customers - k.addresses - k.told - k.missing - k.received - 1
	return k
}

func (s *incidentScreen) drawGroups(groups []model.AffectedGroup, height int) ([]string, *tea.Position) {
	t, a := s.c.theme, &s.affected
	customers, addresses := 0, 0
	for k := range groups {
		customers += groups[k].Customers
		addresses += groups[k].Addresses
	}
	sum := t.Title.Paint(amount(customers, "customer", "customers")) + t.Muted.Paint(", "+amount(addresses, "address", "addresses")+", in "+amount(len(groups), "group", "groups"))
	keys := fmt.Sprintf("%s add  %s refresh ", s.c.keyOf("affected-add"), s.c.keyOf("affected-refresh"))
	k := groupLayout(s.width)
	head := fit("  GR.", 2+k.id) + fit("TIER", k.tier) + fit("IMPACT", k.impact) + fit("WHAT", k.what) + fit("SINCE", k.since) + fit("TERMS", k.terms) +
		fitLeft("CUSTOMERS", k.customers) + fitLeft("ADDRESSES", k.addresses) + fitLeft("TOLD", k.told) + fitLeft("MISSING", k.missing) + fitLeft("RECEIVED", k.received)
	lines := []string{beside(" "+sum, t.Muted.Paint(keys), s.width), t.Muted.Paint(fit(head, s.width))}
	a.groups.resize(max(height-2, 1))
	from, to := a.groups.window()
	for row := from; row < to; row++ {
		lines = append(lines, s.drawGroup(k, &groups[row], row == a.groups.index))
	}
	return lines, &tea.Position{X: 0, Y: 2 + a.groups.index - from}
}

func (s *incidentScreen) drawGroup(k groupColumns, g *model.AffectedGroup, selected bool) string {
	t := s.c.theme
	mark, text := "  ", t.Text
	if selected {
		mark, text = t.Focus.Paint("▌ "), t.Bold
	}
	told, known := s.toldOf(g.ID)
	sent, missing, received := t.Muted.Paint(fitLeft("–", k.told)), t.Muted.Paint(fitLeft("–", k.missing)), t.Muted.Paint(fitLeft("–", k.received))
	if known {
		sent, received = t.Text.Paint(fitLeft(number(told.Sent), k.told)), t.Muted.Paint(fitLeft(number(told.Received), k.received))
		missing = missingStyle(t, told).Paint(fitLeft(number(told.Of-told.Sent), k.missing))
	}
	line := mark + text.Paint(fit(g.ID, k.id)) + t.Text.Paint(fit(string(g.Tier), k.tier)) + impactStyle(t, g).Paint(fit(impactWords(g), k.impact)) +
		t.Text.Paint(fit(safe(strings.Join(g.What, ", "))+" ", k.what)) + t.Muted.Paint(fit(s.sinceWords(g), k.since)) + t.Muted.Paint(fit(orElse(g.Terms, "–"), k.terms)) +
		text.Paint(fitLeft(number(g.Customers), k.customers)) + t.Text.Paint(fitLeft(number(g.Addresses), k.addresses)) + sent + missing + received
	if selected {
		return t.Selected.Over(fit(line, s.width))
	}
	return fit(line, s.width)
}

func missingStyle(t *theme.Theme, told policy.Told) theme.Style {
	if told.Sent < told.Of {
		return t.DueSoon
	}
	return t.Met
}

func impactWords(g *model.AffectedGroup) string {
	if g.Direct {
		return "◆ direct"
	}
	return "○ indirect"
}

func impactStyle(t *theme.Theme, g *model.AffectedGroup) theme.Style {
	if g.Direct {
		return t.High
	}
	return t.Muted
}

func (s *incidentScreen) sinceWords(g *model.AffectedGroup) string {
	if g.Since.IsZero() {
		return "from the start"
	}
	return clock(g.Since, s.c.now(), s.c.zone())
}

// toldOf is how far telling a group has come, by the obligation for which most
// of it is told already; known is false where nothing is counted yet.
func (s *incidentScreen) toldOf(group string) (most policy.Told, known bool) {
	for k := range s.obligations {
		o := &s.obligations[k]
		if o.Key().Group == group && o.Told.Of > 0 && (!known || o.Told.Sent > most.Sent) {
			most, known = o.Told, true
		}
	}
	return most, known
}

// drawGroupFoot tells all of the selected group.
func (s *incidentScreen) drawGroupFoot() []string {
	t, g := s.c.theme, s.group()
	if g == nil {
		return block(nil, s.width, affectedFoot)
	}
	what := "nothing said of what was affected"
	if len(g.What) > 0 {
		what = safe(strings.Join(g.What, ", "))
	}
	lines := []string{
		t.Rule.Paint(strings.Repeat("─", s.width)),
		" " + fit(t.Bold.Paint(g.ID)+"  "+t.Text.Paint(what), s.width-2),
		" " + fit(t.Text.Paint(s.clockWords(g)), s.width-2),
		" " + fit(t.Muted.Paint(s.toldWords(g)), s.width-2),
		" " + fit(t.Muted.Paint(s.c.keyOf("affected-open")+" lists its customers and what each was told."), s.width-2),
	}
	return block(lines, s.width, affectedFoot)
}

// clockWords say what starts the clock of a group, and what its contract adds.
func (s *incidentScreen) clockWords(g *model.AffectedGroup) string {
	text := "Affected from the start: the rule's own fact starts their clock"
	if !g.Since.IsZero() {
		text = "Found later, " + clock(g.Since, s.c.now(), s.c.zone()) + ": that starts a clock of their own"
	}
	if g.Terms != "" {
		text += "; their contract allows " + g.Terms
	}
	return text + "."
}

// toldWords say how many of a group were told.
func (s *incidentScreen) toldWords(g *model.AffectedGroup) string {
	text := amount(g.Customers, "customer", "customers") + " with " + amount(g.Addresses, "address", "addresses")
	told, known := s.toldOf(g.ID)
	if !known {
		return text + "; nobody was told yet."
	}
	return fmt.Sprintf("%s; told %s of %s, received %s.", text, number(told.Sent), number(told.Of), number(told.Received))
}

// customerColumns is how wide each column of the customers is.
type customerColumns struct{ id, name, place, language, terms, addresses, told int }

func customerLayout(width int) customerColumns {
	k := customerColumns{id: 16, place: 7, addresses: 5, told: 14}
	if width >= 110 {
		k.id, k.language, k.terms, k.told = 24, 7, 8, 20
	}
	k.name = max(width-2-k.id-k.place-k.language-k.terms-k.addresses-k.told-3, 8)
	return k
}

// drawCustomers lists the customers of a group.
func (s *incidentScreen) drawCustomers() ([]string, *tea.Position) {
	t, a := s.c.theme, &s.affected
	left := t.Title.Paint(a.inside) + t.Muted.Paint("  its customers")
	if a.words != "" {
		left = t.Title.Paint(a.inside) + t.Muted.Paint("  those with "+quoted(a.words)+"; Esc shows all")
	}
	lines := []string{beside(" "+left, t.Muted.Paint(s.c.keyOf("affected-search")+" search  Esc groups "), s.width)}
	switch {
	case a.pages.failed != "":
		return append(lines, " "+t.Overdue.Paint("! "+fit(safe(a.pages.failed), s.width-4))), nil
	case len(a.pages.rows) == 0 && a.pages.stop != nil:
		return append(lines, "", " "+t.Muted.Paint("reading…")), nil
	case len(a.pages.rows) == 0:
		return append(lines, "", " "+t.Muted.Paint("No customer of the group has that.")), nil
	}
	k := customerLayout(s.width)
	lines = append(lines, t.Muted.Paint(fit(fit("  ID", 2+k.id)+fit("NAME", k.name)+" "+fit("PLACE", k.place)+fit("LANG.", k.language)+fit("TERMS", k.terms)+fitLeft("ADDR.", k.addresses)+"  "+fit("LAST TOLD", k.told), s.width)))
	a.pages.list.resize(max(s.bodyHeight()-2-affectedFoot, 1))
	from, to := a.pages.list.window()
	for row := from; row < to; row++ {
		lines = append(lines, s.drawCustomer(k, &a.pages.rows[row], row == a.pages.list.index))
	}
	lines = append(block(lines, s.width, s.bodyHeight()-affectedFoot), s.drawCustomerFoot(a.pages.selected())...)
	return lines, &tea.Position{X: 0, Y: 2 + a.pages.list.index - from}
}

func (s *incidentScreen) drawCustomer(k customerColumns, r *AffectedRow, selected bool) string {
	t, one := s.c.theme, &r.Customer
	mark, text := "  ", t.Text
	if selected {
		mark, text = t.Focus.Paint("▌ "), t.Bold
	}
	line := mark + t.Text.Paint(fit(safe(one.ID), k.id-1)) + " " + text.Paint(fit(safe(one.Name), k.name)) + " " + t.Muted.Paint(fit(safe(one.Jurisdiction), k.place)) +
		t.Muted.Paint(fit(safe(one.Language), k.language)) + t.Muted.Paint(fit(orElse(one.Terms, "–"), k.terms)) +
		t.Muted.Paint(fitLeft(strconv.Itoa(len(one.Admins)+len(one.Security)), k.addresses)) + "  " + t.Text.Paint(fit(orElse(r.Told, "not yet"), k.told))
	if selected {
		return t.Selected.Over(fit(line, s.width))
	}
	return fit(line, s.width)
}

// drawCustomerFoot tells whom one would write to.
func (s *incidentScreen) drawCustomerFoot(r *AffectedRow) []string {
	t := s.c.theme
	if r == nil {
		return block(nil, s.width, affectedFoot)
	}
	one := &r.Customer
	row := func(label string, addresses []string) string {
		return " " + t.Muted.Paint(fit(label, 16)) + t.Text.Paint(fit(orElse(safe(strings.Join(addresses, ", ")), "none"), s.width-18))
	}
	return block([]string{
		t.Rule.Paint(strings.Repeat("─", s.width)),
		" " + fit(t.Bold.Paint(safe(orElse(one.Name, one.ID)))+t.Muted.Paint("  "+safe(one.ID)), s.width-2),
		row("Administrators", one.Admins), row("Security", one.Security),
	}, s.width, affectedFoot)
}
