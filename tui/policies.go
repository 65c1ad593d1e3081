package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// policyRow is a pack, one of its rules, or a calendar.
type policyRow struct {
	calendar *calendar.Edition // nil for a pack
	pack     *policy.Pack
	rule     *policy.Rule // nil for the pack itself
}

// policiesScreen lets people read what they are held to: every adopted pack
// with its rules, and what each says.
type policiesScreen struct {
	c             *Console
	width, height int
	rows          []policyRow
	list          list
	seq           uint64
}

func newPoliciesScreen(c *Console) *policiesScreen {
	return &policiesScreen{c: c, list: list{index: -1}}
}

func (p *policiesScreen) here() where                    { return onPolicies }
func (p *policiesScreen) move(rows int)                  { p.list.selectAt(saturate(p.list.index, rows)) }
func (p *policiesScreen) target() *model.Standing        { return nil }
func (p *policiesScreen) obligation() *policy.Obligation { return nil }
func (p *policiesScreen) typing() bool                   { return false }
func (p *policiesScreen) update(tea.Msg) tea.Cmd         { return nil }

func (p *policiesScreen) size(width, height int) {
	p.width, p.height = width, height
	p.list.resize(height - 1)
}

func (p *policiesScreen) click(_, y int) tea.Cmd {
	p.list.selectAt(p.list.top + y - 1)
	return nil
}

func (p *policiesScreen) extent() extent {
	return extent{from: 1, height: p.list.height, top: p.list.top, show: p.list.height, total: len(p.rows)}
}

func (p *policiesScreen) apply(frame frameMsg) {
	if p.rows != nil && p.seq == frame.snapshot.Seq() {
		return
	}
	p.seq = frame.snapshot.Seq()
	packs := slices.SortedFunc(frame.snapshot.Packs(), func(a, b *policy.Pack) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.ID, b.ID), cmp.Compare(b.Version, a.Version))
	})
	p.rows = []policyRow{}
	for _, pack := range packs {
		p.rows = append(p.rows, policyRow{pack: pack})
		for k := range pack.Rules {
			p.rows = append(p.rows, policyRow{pack: pack, rule: &pack.Rules[k]})
		}
	}
	for _, e := range slices.SortedFunc(frame.snapshot.Calendars(), func(a, b *calendar.Edition) int { return strings.Compare(a.ID, b.ID) }) {
		p.rows = append(p.rows, policyRow{calendar: e})
	}
	p.list.set(idsOf(p.rows, policyRow.id))
	if p.list.index < 0 {
		p.list.selectAt(0)
	}
}

// selected is the pack or rule that the cursor is on, nil where there is none.
func (p *policiesScreen) selected() *policyRow {
	if p.list.index < 0 || p.list.index >= len(p.rows) {
		return nil
	}
	return &p.rows[p.list.index]
}

func (r policyRow) id() string {
	if r.calendar != nil {
		return "calendar " + r.calendar.Name()
	}
	if r.rule == nil {
		return r.pack.Ref().String()
	}
	return r.pack.Ref().String() + "/" + r.rule.ID
}

func (c *Console) showPolicies() tea.Cmd {
	if c.current != c.policies {
		c.leave()
	}
	return c.show(c.policies)
}

func (p *policiesScreen) draw() ([]string, *tea.Position) {
	t := p.c.theme
	left := min(max(p.width*2/5, 30), 60)
	lines := []string{fit(" "+t.Title.Paint("Policies")+t.Muted.Paint("  packs and calendars adopted here"), left)}
	from, to := p.list.window()
	for k := from; k < to; k++ {
		lines = append(lines, p.drawRow(p.rows[k], left, k == p.list.index))
	}
	right := p.width - left - 2
	detail := append([]string{""}, p.drawDetail(right-1)...)
	if len(detail) > p.height {
		detail = append(detail[:p.height-1], t.Muted.Paint("… Enter reads on"))
	}
	joined := columns(t.Rule.Paint("│")+" ", block(lines, left, p.height), block(detail, right, p.height))
	var cursor *tea.Position
	if p.list.index >= 0 {
		cursor = &tea.Position{X: 0, Y: 1 + p.list.index - from}
	}
	return joined, cursor
}

func (p *policiesScreen) drawRow(r policyRow, width int, selected bool) string {
	t := p.c.theme
	mark, style, text := "  ", t.Muted, "  "
	switch {
	case r.calendar != nil:
		style, text = t.Bold, r.id()
		if p.c.newerCalendar(r.calendar) != nil {
			text += t.Accent.Paint(" ↑")
		}
		if p.c.frame.snapshot.Meta().Calendar == r.calendar.ID {
			text += t.Accent.Paint("  at home")
		}
	case r.rule != nil:
		text += r.rule.Title
	default:
		style, text = t.Bold, r.pack.Ref().String()
		if slices.Contains(p.c.frame.snapshot.Meta().Packs, r.pack.Ref()) {
			text += t.Accent.Paint("  for new incidents")
		}
	}
	if selected {
		mark = t.Focus.Paint("▌ ")
		return t.Selected.Over(fit(mark+t.Bold.Paint(text), width))
	}
	return fit(mark+style.Paint(text), width)
}

// drawDetail is what the selected pack or rule says.
func (p *policiesScreen) drawDetail(width int) []string {
	row := p.selected()
	if row == nil {
		return []string{p.c.theme.Muted.Paint("No pack is adopted yet.")}
	}
	return p.detail(row, width)
}

func (p *policiesScreen) detail(row *policyRow, width int) []string {
	s := &sheet{c: p.c, width: width}
	if row.calendar != nil {
		if newer := p.c.newerCalendar(row.calendar); newer != nil {
			s.said("↑ newer", newer.Name()+" is known here: a says what it moves, and adopts it")
			s.blank()
		}
		s.calendar(row.calendar)
		return s.lines
	}
	if row.rule != nil {
		s.title(row.rule.Title)
		s.text(row.id())
		s.blank()
		for _, said := range row.pack.Says(row.rule) {
			s.said(said.Name, said.Text)
		}
		return s.lines
	}
	s.title(row.pack.Title)
	s.text(joined(nonEmpty(row.pack.Ref().String(), string(row.pack.Kind)), row.pack.Summary))
	s.blank()
	s.said("source", row.pack.Source)
	s.said("in force", strings.Trim(row.pack.EffectiveFrom+" – "+row.pack.EffectiveTo, " –"))
	s.said("checked on", row.pack.CheckedOn)
	s.said("zone", row.pack.Zone)
	s.said("calendar", row.pack.CalendarID)
	s.said("severities", severityWords(row.pack))
	s.said("phases", phaseWords(row.pack))
	s.said("rules", fmt.Sprint(len(row.pack.Rules)))
	if len(row.pack.Rules) > 0 {
		s.said("reminders", row.pack.Reminds())
	}
	for _, q := range row.pack.Questions {
		s.said(aboutUs("asks", q.Organisation), q.Label)
	}
	for k := range row.pack.Settings {
		s.said(aboutUs("setting", row.pack.Settings[k].Organisation), row.pack.Settings[k].Label+": "+row.pack.Settings[k].Says())
	}
	return s.lines
}

// aboutUs tells what is asked of the organisation from what is asked of an
// incident.
func aboutUs(name string, organisation bool) string {
	if organisation {
		return name + " of us"
	}
	return name
}

// said puts a name before what is said, with room for the longest name.
func (p *sheet) said(name, text string) {
	const room = 16
	if text == "" {
		return
	}
	for k, line := range wrap(safe(text), p.width-room) {
		if k > 0 {
			name = ""
		}
		p.lines = append(p.lines, p.c.theme.Muted.Paint(fit(name, room))+p.c.theme.Text.Paint(line))
	}
}

func severityWords(p *policy.Pack) string {
	words := make([]string, len(p.Severities))
	for k, s := range p.Severities {
		words[k] = s.Label
	}
	return strings.Join(words, ", ")
}

func phaseWords(p *policy.Pack) string {
	words := make([]string, len(p.Phases))
	for k, phase := range p.Phases {
		words[k] = phase.Label
	}
	return strings.Join(words, ", ")
}
