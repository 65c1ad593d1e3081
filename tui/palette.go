package tui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// palette finds an action by its words, or an incident by its number.
type palette struct {
	c     *Console
	input textinput.Model
	at    int
}

// paletteEntry is one thing the palette offers.
type paletteEntry struct {
	left, right string
	why         string // why it cannot be given now
	run         func(c *Console) tea.Cmd
}

// paletteRows is how many entries are offered at once.
const paletteRows = 12

func (c *Console) openPalette() tea.Cmd {
	p := &palette{c: c, input: newInput(c.theme, "what to do, or an incident's number")}
	c.push(p)
	return p.input.Focus()
}

func (p *palette) update(c *Console, msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch key.String() {
		case "esc":
			c.pop()
			return nil
		case "up", "ctrl+p":
			p.at = max(p.at-1, 0)
			return nil
		case "down", "ctrl+n":
			p.at++
			return nil
		case "enter":
			return p.choose()
		}
	}
	before := p.input.Value()
	var cmd tea.Cmd
	p.input, cmd = p.input.Update(msg)
	if p.input.Value() != before {
		p.at = 0
	}
	return cmd
}

func (p *palette) choose() tea.Cmd {
	entries := p.entries()
	p.c.pop()
	if p.at >= len(entries) {
		return nil
	}
	if e := entries[p.at]; e.why != "" {
		p.c.alarm(e.left + ": " + e.why)
		return nil
	}
	return entries[p.at].run(p.c)
}

// entries are the incident that was named, then the actions in which all
// typed words occur; those that cannot be given come last, with the reason.
func (p *palette) entries() []paletteEntry {
	query := strings.ToLower(strings.TrimSpace(p.input.Value()))
	var able, unable []paletteEntry
	if e, ok := p.incident(query); ok {
		able = append(able, e)
	}
	for k := range p.c.keys.table {
		a := &p.c.keys.table[k]
		if a.where&reach(p.c.current.here()) == 0 || a.id == "palette" || a.moves && query == "" || !mentions(a.help+" "+a.id, query) {
			continue
		}
		e := paletteEntry{left: a.help, right: p.keysHere(a), why: a.refusal(p.c), run: a.run}
		if e.why != "" {
			unable = append(unable, e)
			continue
		}
		able = append(able, e)
	}
	return append(able, unable...)
}

// keysHere are the keys of an action where they would give it: not those of
// another tab.
func (p *palette) keysHere(a *action) string {
	if a.where&p.c.current.here() == 0 {
		return ""
	}
	return keyNames(a.keys)
}

func (p *palette) incident(query string) (paletteEntry, bool) {
	if query == "" {
		return paletteEntry{}, false
	}
	id, err := model.ParseID(query, p.c.now().In(p.c.zone()).Year())
	if err != nil {
		return paletteEntry{}, false
	}
	standing, ok := p.c.frame.snapshot.Incident(id)
	if !ok {
		return paletteEntry{}, false
	}
	return paletteEntry{left: "go to " + string(id) + "  " + safe(standing.Incident.Title), run: func(c *Console) tea.Cmd { return c.openIncident(id) }}, true
}

func mentions(text, query string) bool {
	for _, word := range strings.Fields(query) {
		if !containsFold(text, word) {
			return false
		}
	}
	return true
}

func (p *palette) draw(width, height int) ([]string, *tea.Position) {
	t := p.c.theme
	width = min(width, 84)
	inner := width - 4
	p.input.SetWidth(inner - 3)
	entries := p.entries()
	p.at = max(min(p.at, len(entries)-1), 0)
	rows := max(min(paletteRows, height-5), 1)
	top := max(p.at-rows+1, 0)
	lines := []string{t.Key.Paint(": ") + p.input.View(), ""}
	for k := top; k < top+rows; k++ {
		if k >= len(entries) {
			lines = append(lines, "")
			continue
		}
		lines = append(lines, p.drawEntry(entries[k], inner, k == p.at))
	}
	if len(entries) == 0 {
		lines[2] = t.Muted.Paint("Nothing by that name here. ? lists everything.")
	}
	before := []rune(p.input.Value())[:p.input.Position()]
	return boxed(t, "Commands", lines, width), &tea.Position{X: 4 + len(before), Y: 1}
}

func (p *palette) drawEntry(e paletteEntry, width int, selected bool) string {
	t := p.c.theme
	style, mark := t.Text, "  "
	if e.why != "" {
		style = t.Muted
		e.right = e.why
	}
	if selected {
		mark = t.Focus.Paint("▌ ")
	}
	right := t.Muted.Paint(e.right)
	line := beside(mark+style.Paint(fit(e.left, min(len([]rune(e.left)), width-4-len([]rune(e.right))))), right, width)
	if selected {
		return t.Selected.Over(line)
	}
	return line
}
