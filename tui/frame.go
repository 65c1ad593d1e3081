package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tocsin/model"
)

// View draws the console: one header line, the screen, one status line. It is
// called after every message; unless something changed it is the same string.
func (c *Console) View() tea.View {
	if c.stale {
		c.draw()
		c.stale = false
	}
	view := tea.NewView(c.drawn)
	view.AltScreen = true
	view.Cursor = c.at
	if !c.plain {
		view.BackgroundColor, view.ForegroundColor = c.theme.Palette.Background, c.theme.Palette.Text
	}
	view.WindowTitle = "tocsin"
	if name := c.frame.snapshot.Meta().Organisation; name != "" {
		view.WindowTitle = "tocsin · " + safe(name)
	}
	if c.mouse {
		view.MouseMode = tea.MouseModeCellMotion
	}
	return view
}

func (c *Console) draw() {
	if c.tooSmall() {
		c.drawTooSmall()
		return
	}
	if c.lock.on {
		c.drawLock()
		return
	}
	body, cursor := c.current.draw()
	lines := make([]string, 0, c.height)
	lines = append(lines, c.header())
	for k, line := range body {
		lines = append(lines, line+c.edge(k, c.current.extent()))
	}
	lines = append(lines, c.status())
	if cursor != nil {
		cursor.Y++
	}
	for _, o := range c.overlays {
		cursor = c.lay(lines, o)
	}
	for k, line := range lines {
		lines[k] = c.theme.Base.Over(line)
	}
	c.drawn = strings.Join(lines, "\n")
	c.rest(cursor)
}

// rest puts the cursor where it rests; nil hides it.
func (c *Console) rest(cursor *tea.Position) {
	c.at = nil
	if cursor != nil {
		c.at = tea.NewCursor(cursor.X, cursor.Y)
		c.at.Blink = false
		c.at.Shape = tea.CursorBar
		c.at.Color = c.theme.Palette.Accent
	}
}

// edge is the last column of the screen: the scroll mark, and where there is
// nothing to scroll a blank that is no space. Multiplexers drop plain spaces
// at the end of a line, and their background with them.
func (c *Console) edge(line int, e extent) string {
	row := line - e.from
	if e.total <= e.show || row < 0 || row >= e.height {
		return noBreakSpace
	}
	first := e.top * e.height / e.total
	if last := max((e.top+e.show)*e.height/e.total, first+1); row >= first && row < last {
		return c.theme.Muted.Paint("┃")
	}
	return c.theme.Rule.Paint("│")
}

const noBreakSpace = "\u00a0"

func (c *Console) drawTooSmall() {
	c.at = nil
	text := fmt.Sprintf("tocsin needs %d×%d; this is %d×%d", minWidth, minHeight, c.width, c.height)
	lines := block(wrap(text, max(c.width, 1)), max(c.width, 0), max(c.height, 0))
	c.drawn = strings.Join(lines, "\n")
}

// lay splices an overlay's box over the middle of the lines.
func (c *Console) lay(lines []string, o overlay) *tea.Position {
	box, cursor := o.draw(c.width-4, c.height-2)
	if len(box) == 0 {
		return nil
	}
	width := cells(box[0])
	left, top := (c.width-width)/2, max((c.height-len(box))/2, 0)
	for k, line := range box {
		if at := top + k; at < len(lines) {
			under := lines[at]
			lines[at] = ansi.Cut(under, 0, left) + c.theme.Raised.Over(line) + ansi.Cut(under, left+width, c.width)
		}
	}
	if cursor == nil {
		return nil
	}
	return &tea.Position{X: left + cursor.X, Y: top + cursor.Y}
}

// header is one line: whose space, what is alarming, the clock with its zone,
// the role, and whether the screen follows.
func (c *Console) header() string {
	t, local := c.theme, c.now().In(c.zone())
	zone := t.Muted.Paint(" " + local.Format("MST") + "  ")
	role := t.Muted.Paint(string(c.opts.Actor.Role) + "  ")
	day, hour := t.Text.Paint(local.Format("Mon 2 Jan 15:04")), t.Text.Paint(local.Format("15:04"))
	live := c.following() + noBreakSpace
	var line string
	for _, try := range []struct{ left, right string }{
		{c.whose(whole) + c.alarms(false), day + zone + role + live},
		{c.whose(whole) + c.alarms(true), day + zone + role + live},
		{c.whose(whole) + c.alarms(true), hour + zone + role + live},
		{c.whose(18) + c.alarms(true), hour + zone + role + live},
		{c.whose(10) + c.alarms(true), hour + zone + live},
		{c.whose(none) + c.alarms(true), hour + zone + live},
		{" " + c.barred() + c.alarms(true), hour + zone + live},
		{" " + c.barred() + c.alarms(true), hour + noBreakSpace},
	} {
		line = beside(try.left, try.right, c.width)
		if cells(try.left)+cells(try.right) < c.width {
			break
		}
	}
	return t.Raised.Over(line)
}

// How much of the organisation's name the header has room for, where that is no
// number of characters.
const (
	whole = -1
	none  = 0
)

// whose names the space, with so much of the organisation's name.
func (c *Console) whose(limit int) string {
	t, name := c.theme, safe(c.frame.snapshot.Meta().Organisation)
	switch limit {
	case whole:
	case none:
		name = ""
	default:
		name = model.Clip(name, limit)
	}
	left := " " + t.Title.Paint("tocsin") + "  "
	if c.opts.Banner != "" {
		left += t.Selected.Over(t.Title.Paint(" "+c.opts.Banner+" ")) + "  "
	}
	left += c.barred()
	if name != "" {
		left += t.Bold.Paint(name) + "   "
	}
	return left
}

// barred says why nothing can be recorded, where that is so. It stays in the
// header however narrow that is.
func (c *Console) barred() string {
	switch {
	case c.opts.Fault != "":
		return c.theme.Overdue.Paint("! read-only") + "  "
	case c.frame.refuses:
		return c.theme.Overdue.Paint("! takes nothing new") + "  "
	}
	return ""
}

func (c *Console) following() string {
	if c.held != nil {
		return c.theme.DueSoon.Paint("‖ held")
	}
	return c.theme.Good.Paint("●") + c.theme.Muted.Paint(" live")
}

// alarms counts what is overdue, what is due within the hour, what is overdue
// if an open question turns out badly, and what somebody is reminded of; and
// says that the clock moved.
func (c *Console) alarms(brief bool) string {
	words := [3]string{"overdue", "due within the hour", "perhaps overdue"}
	if brief {
		words = [3]string{"overdue", "soon", "perhaps"}
	}
	overdue, soon, perhaps := 0, 0, 0
	for _, due := range c.frame.snapshot.Dues() {
		left := due.At.Sub(c.now())
		if left > lastHour || overdue > 998 {
			break
		}
		switch {
		case due.Conditional && due.Passed(c.now()):
			perhaps++
		case due.Conditional:
		case due.Passed(c.now()):
			overdue++
		default:
			soon++
		}
	}
	var parts []string
	if overdue > 0 {
		parts = append(parts, c.theme.Overdue.Paint(fmt.Sprintf("! %d %s", overdue, words[0])))
	}
	if soon > 0 {
		parts = append(parts, c.theme.DueSoon.Paint(fmt.Sprintf("◐ %d %s", soon, words[1])))
	}
	if perhaps > 0 {
		parts = append(parts, c.theme.Doubtful.Paint(fmt.Sprintf("? %d %s", perhaps, words[2])))
	}
	if len(parts) == 0 {
		parts = append(parts, c.theme.Good.Paint("✓ nothing overdue"))
	}
	return strings.Join(append(parts, nonEmpty(c.approvalCount(), c.callCount(), c.reminderCount(), c.clockSign())...), "  ")
}

// status is the last line: what was said, else what can be done here.
func (c *Console) status() string {
	left := " " + c.helpLine()
	if c.message != "" {
		style := c.theme.Good
		mark := "✓ "
		if c.alarming {
			style, mark = c.theme.Overdue, "! "
		}
		left = " " + style.Paint(mark+fit(safe(c.message), min(cells(c.message), c.width-4)))
	}
	right := ""
	if c.busy > 0 {
		right = c.theme.Muted.Paint("saving… ")
	}
	return c.theme.Raised.Over(beside(left, right, c.width-1) + noBreakSpace)
}

// formHints are the keys that screens of fields take themselves.
var formHints = map[where]string{
	onTriage: "Tab next  Space takes  ←→ moves  Esc leaves",
	onWhatIf: "Tab next  Space takes  PgUp PgDn due times  Esc leaves",
	onDraft:  "Tab next  PgUp PgDn preview  Esc leaves",
}

// helpLine lists the actions that can be given now, as far as they fit, with
// the way to all others last.
func (c *Console) helpLine() string {
	here := c.current.here()
	last := c.hint(c.keys.byID("help"))
	room := c.width - 3 - cells(last)
	var shown []string
	if here&onForms != 0 {
		hint := c.theme.Muted.Paint(formHints[here])
		shown, room = append(shown, hint), room-cells(hint)-2
	}
	for k := range c.keys.table {
		a := &c.keys.table[k]
		if a.label == "" || a.where&here == 0 || len(a.keys) == 0 || a.id == "help" || a.refusal(c) != "" {
			continue
		}
		hint := c.hint(a)
		if room -= cells(hint) + 2; room < 0 {
			break
		}
		shown = append(shown, hint)
	}
	return strings.Join(append(shown, last), "  ")
}

func (c *Console) hint(a *action) string {
	if len(a.keys) == 0 {
		return ""
	}
	return c.theme.Key.Paint(keyName(a.keys[0])) + c.theme.Muted.Paint(" "+a.label)
}

// pointer takes mouse events: nothing can be done by mouse alone.
func (c *Console) pointer(msg tea.MouseMsg) tea.Cmd {
	if len(c.overlays) > 0 {
		return nil
	}
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelUp {
			c.current.move(-3)
		} else {
			c.current.move(3)
		}
	case tea.MouseClickMsg:
		if msg.Button == tea.MouseLeft && msg.Y >= 1 && msg.Y < c.height-1 {
			return c.current.click(msg.X, msg.Y-1)
		}
	}
	return nil
}

// words for what an incident lacks, used wherever a lead is shown.
func (c *Console) leadOf(s *model.Standing) string {
	if len(s.Procedure.Roles) == 0 {
		return ""
	}
	if people := s.Incident.Holders(s.Procedure.Roles[0].ID); len(people) > 0 {
		return safe(people[0])
	}
	return ""
}
