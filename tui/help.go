package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// openHelp lists what can be done here, with the reason where it cannot.
func (c *Console) openHelp() tea.Cmd {
	c.push(&reader{theme: c.theme, title: "What can be done here", lines: c.helpLines})
	return nil
}

func (c *Console) helpLines(width int) []string {
	t := c.theme
	var lines []string
	for k := range c.keys.table {
		a := &c.keys.table[k]
		if a.where&c.current.here() == 0 {
			continue
		}
		text := a.help
		style := t.Text
		if why := a.refusal(c); why != "" {
			text, style = text+" ("+why+")", t.Muted
		}
		for n, line := range wrap(text, width-16) {
			keys := ""
			if n == 0 {
				keys = keyNames(a.keys)
			}
			lines = append(lines, t.Key.Paint(fit(keys, 14))+"  "+style.Paint(line))
		}
	}
	lines = append(lines, "", t.Title.Paint("Signs"))
	lines = append(lines, c.legend(width)...)
	return lines
}

// legend explains the shapes, which never stand without their word elsewhere
// but are read alone by those who know them.
func (c *Console) legend(width int) []string {
	t := c.theme
	signs := []struct{ sign, means string }{
		{t.Critical.Paint("◆") + " " + t.High.Paint("▲") + " " + t.Medium.Paint("●") + " " + t.Low.Paint("○"), "severity, from a pack's highest downwards; ? is not triaged yet"},
		{t.Overdue.Paint("!"), "overdue: the strict due time has passed"},
		{t.DueSoon.Paint("◐"), "due soon: a quarter of the time is left, at most a day"},
		{t.Running.Paint("○"), "running"},
		{t.Doubtful.Paint("?"), "perhaps: it cannot be excluded, since an answer is unknown; the worst case counts, and is overdue too"},
		{t.Running.Paint("◇"), "open: to be done without undue delay, no number"},
		{t.Met.Paint("✓"), "met; met late in the colour of what is due soon"},
		{t.Muted.Paint("–"), "waived, or nobody"},
		{t.DueSoon.Paint("▷"), "for approval: a notice waits for somebody's consent; in the header, for yours"},
		{t.Accent.Paint("◉"), "reminders: of your roles, or of a role that nobody holds, until somebody acknowledges them"},
		{t.DueSoon.Paint("≠"), "clock moved: it was set, or the machine slept. Due times go by the clock as it is now and no reminder is lost; times that were stated as now before it was set right are wrong by as much: correct those facts"},
	}
	var lines []string
	for _, s := range signs {
		for k, line := range wrap(s.means, width-16) {
			if k > 0 {
				s.sign = ""
			}
			lines = append(lines, fit(s.sign, 14)+"  "+t.Text.Paint(line))
		}
	}
	return lines
}

func keyNames(keys []string) string {
	names := make([]string, len(keys))
	for k, key := range keys {
		names[k] = keyName(key)
	}
	return strings.Join(names, " ")
}
