package tui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tocsin/model"
	"tocsin/tui/theme"
)

// grace is how long a dialog that ends or decides something ignores keys
// after it opened, so that keys in flight cannot confirm it.
const grace = 300 * time.Millisecond

// dialog is a form over a screen that gives one command. It stays open, with
// all that was typed, until the command is done or the person leaves.
type dialog struct {
	title   string
	intro   []string
	form    *form
	confirm string // the word on the button that gives the command
	danger  danger
	draft   string // where what was typed is kept; "" keeps nothing
	said    string // said when it is done; {id} is the incident
	// command reads the form; false means that a field says what is wrong.
	command func(f *form) (model.Command, bool)
	// first is done off the event loop before the command, which it refuses
	// with an error; nil does nothing.
	first func(f *form) func(context.Context) error
	// changed puts right what follows from a change of the form; nil where
	// nothing does.
	changed func(f *form)
	// below says what the answers lead to, in at most height lines; nil says
	// nothing.
	below func(f *form, width, height int) []string
	// errand takes the place of command where no command alone does what is
	// asked: the dialog closes, and the work goes on behind it.
	errand func(f *form) (tea.Cmd, bool)
	// then runs after the command is done; nil leaves the console where it is.
	then func(c *Console, id model.ID) tea.Cmd
	// outlives says that what was typed is kept as a draft after the command,
	// until an errand that then begins is done.
	outlives bool

	opened   time.Time
	look     *theme.Theme
	onButton int // 0: in the form; else a button from 1
	busy     bool
	problem  string
	leaving  bool // what was typed is discarded if the same key comes again
}

// Buttons of a dialog. Cancel comes first and is the default where something
// ends or is decided.
const (
	cancelButton = iota + 1
	confirmButton
)

// ask opens a dialog. A draft of the same form is taken up again.
func (c *Console) ask(d *dialog) tea.Cmd {
	d.opened, d.look = c.opts.Now(), c.theme
	if d.draft != "" && d.form != nil {
		var words string
		if d.form, words = c.takeUp(d.draft, d.form, d.changed); words != "" {
			d.intro = append(d.intro, words)
		}
	}
	c.push(d)
	if d.form == nil {
		d.onButton = cancelButton
		return nil
	}
	return d.form.open()
}

func (d *dialog) update(c *Console, msg tea.Msg) tea.Cmd {
	key, isKey := msg.(tea.KeyPressMsg)
	if d.busy || isKey && d.danger == consequence && c.opts.Now().Sub(d.opened) < grace {
		return nil
	}
	if !isKey {
		return d.toField(msg)
	}
	discards := key.String() == discardKey
	if !discards {
		d.leaving = false
	}
	switch key.String() {
	case discardKey:
		return d.discard(c)
	case "esc":
		return d.cancel(c)
	case "ctrl+s":
		if d.danger == consequence && d.onButton != confirmButton {
			d.leaveForm(confirmButton)
			return nil
		}
		return d.give(c)
	case "tab":
		return d.next(1)
	case "shift+tab":
		return d.next(-1)
	case "enter":
		return d.enter(c, msg)
	}
	if d.onButton > 0 {
		return d.button(c, key.String())
	}
	if key.String() == "up" || key.String() == "down" {
		if d.form.focused().kind != textField {
			return d.next(map[string]int{"up": -1, "down": 1}[key.String()])
		}
	}
	return d.toField(msg)
}

func (d *dialog) toField(msg tea.Msg) tea.Cmd {
	if d.onButton > 0 || d.form == nil {
		return nil
	}
	cmd := d.form.update(msg)
	if d.changed != nil {
		d.changed(d.form)
	}
	return cmd
}

// enter goes on: to the next field, from the last one to the command; within
// a longer text it is a line break.
func (d *dialog) enter(c *Console, msg tea.Msg) tea.Cmd {
	switch {
	case d.onButton == cancelButton:
		return d.cancel(c)
	case d.onButton == confirmButton:
		return d.give(c)
	case d.form.focused().kind == textField:
		return d.toField(msg)
	case d.form.at < len(d.form.fields)-1:
		return d.next(1)
	case d.danger == consequence:
		d.leaveForm(cancelButton)
		return nil
	}
	return d.give(c)
}

// next moves through the fields and on to the buttons.
func (d *dialog) next(step int) tea.Cmd {
	if d.onButton > 0 {
		d.onButton += step
		switch {
		case d.onButton > confirmButton && d.form == nil:
			d.onButton = cancelButton
		case d.onButton > confirmButton || d.onButton < cancelButton && d.form != nil:
			return d.enterForm(step)
		case d.onButton < cancelButton:
			d.onButton = confirmButton
		}
		return nil
	}
	cmd, moved := d.form.move(step)
	if !moved {
		d.leaveForm(map[int]int{1: cancelButton, -1: confirmButton}[step])
	}
	return cmd
}

func (d *dialog) enterForm(step int) tea.Cmd {
	d.onButton = 0
	if step > 0 {
		d.form.at = 0
	} else {
		d.form.at = len(d.form.fields) - 1
	}
	return d.form.open()
}

func (d *dialog) leaveForm(button int) {
	if d.form != nil {
		d.form.focused().blur()
	}
	d.onButton = button
}

func (d *dialog) button(c *Console, key string) tea.Cmd {
	switch key {
	case "left", "right", "h", "l":
		d.onButton = cancelButton + confirmButton - d.onButton
	case "up":
		return d.next(-1)
	case "space":
		return d.enter(c, nil)
	}
	return nil
}

// cancel leaves the dialog; what was typed is kept for the next time.
func (d *dialog) cancel(c *Console) tea.Cmd {
	if d.draft != "" && d.form != nil && d.form.dirty() {
		c.drafts[d.draft] = d.form
		c.say("kept as a draft; nothing is recorded")
	}
	c.drop(d)
	return nil
}

// discardKey leaves a form, and nothing of what was typed.
const discardKey = "ctrl+x"

// discard leaves the dialog, and keeps nothing of what was typed: where there is
// anything, when it is asked for twice.
func (d *dialog) discard(c *Console) tea.Cmd {
	typed := d.form != nil && d.form.dirty()
	if typed && !d.leaving {
		d.leaving, d.problem = true, "^X again discards what you typed."
		return nil
	}
	c.drop(d)
	if typed {
		c.say("discarded; nothing is recorded")
	}
	return c.forget(d.draft, d.form)
}

// drop takes the dialog off the stack.
func (c *Console) drop(d *dialog) {
	for k, o := range c.overlays {
		if o == d {
			c.overlays = append(c.overlays[:k:k], c.overlays[k+1:]...)
			return
		}
	}
}

func (d *dialog) give(c *Console) tea.Cmd {
	if d.busy {
		return nil
	}
	d.problem = ""
	if d.errand != nil {
		return d.send(c)
	}
	command, ok := d.command(d.form)
	if !ok {
		d.problem, d.onButton = unreadable, 0
		return d.form.open()
	}
	d.busy = true
	if d.first != nil {
		return c.doAfter(d.first(d.form), command, d, d.said)
	}
	return c.do(command, d, d.said)
}

// unreadable is said of a form with a field that cannot be read.
const unreadable = "Something cannot be read; see the marked fields."

// send closes the dialog and does its errand.
func (d *dialog) send(c *Console) tea.Cmd {
	cmd, ok := d.errand(d.form)
	if !ok {
		d.problem = unreadable
		return nil
	}
	if d.draft != "" && d.form.dirty() {
		c.drafts[d.draft] = d.form // until the errand is done
	}
	c.drop(d)
	return cmd
}

// finish closes the dialog after its command is durable.
func (d *dialog) finish(c *Console, id model.ID) tea.Cmd {
	c.drop(d)
	after := []tea.Cmd{c.incident.reload()}
	if d.outlives {
		c.drafts[d.draft] = d.form
	} else {
		after = append(after, c.forget(d.draft, d.form))
	}
	if d.then != nil {
		after = append(after, d.then(c, id))
	}
	return tea.Batch(after...)
}

// refuse shows a refusal where it belongs; nothing that was typed is lost.
func (d *dialog) refuse(refusal *model.Refusal) {
	d.busy = false
	if d.form == nil {
		d.problem = refusal.Error()
		return
	}
	d.problem = d.form.blame(refusal)
	if len(refusal.Fields) > 0 || len(refusal.Clashes) > 0 {
		d.onButton = 0
	}
	if refusal.Current > 0 {
		d.form.base = refusal.Current
	}
}

func (d *dialog) draw(width, height int) ([]string, *tea.Position) {
	t := d.theme()
	width = min(width, 92)
	inner := width - 4
	var head []string
	for _, line := range d.intro {
		for _, part := range wrap(safe(line), inner) {
			head = append(head, t.Muted.Paint(part))
		}
	}
	if len(head) > 0 {
		head = append(head, "")
	}
	foot := d.drawFoot(t, inner)
	room := max(height-len(head)-len(foot)-2, 3)
	if d.below != nil {
		below := append([]string{""}, d.below(d.form, inner, room/2)...)
		foot = append(append(below, ""), foot...)
		room = max(room-len(below)-1, 3)
	}
	var body []string
	var cursor *tea.Position
	if d.form != nil {
		body, cursor = d.form.draw(inner, room)
		body = trimBlank(body, d.form, room)
	}
	lines := append(append(head, body...), foot...)
	if d.onButton > 0 {
		cursor = &tea.Position{X: d.buttonColumn(inner), Y: len(lines) - 1}
	} else if cursor != nil {
		cursor.Y += len(head)
	}
	if cursor != nil {
		cursor.X += 2
		cursor.Y++
	}
	return boxed(t, d.title, lines, width), cursor
}

// trimBlank takes empty lines off the end of a form that needs less room.
func trimBlank(lines []string, f *form, room int) []string {
	end := len(lines)
	for end > 1 && strings.TrimSpace(ansi.Strip(lines[end-1])) == "" {
		end--
	}
	return lines[:min(end+1, len(lines), room)]
}

func (d *dialog) theme() *theme.Theme { return d.look }

func (d *dialog) drawFoot(t *theme.Theme, width int) []string {
	var foot []string
	if d.problem != "" {
		for _, line := range strings.Split(d.problem, "\n") {
			for _, part := range wrap(safe(line), width) {
				foot = append(foot, t.Overdue.Paint(part))
			}
		}
		foot = append(foot, "")
	}
	if f := d.form; f != nil && f.total > f.shown {
		foot = append(foot, t.Accent.Paint(fmt.Sprintf("%d of %d lines shown: Tab goes on", f.shown, f.total)))
	}
	return append(foot, d.drawButtons(t, width))
}

func (d *dialog) drawButtons(t *theme.Theme, width int) string {
	if d.busy {
		return t.Muted.Paint("saving…")
	}
	button := func(label string, on bool) string {
		if on {
			return t.Selected.Over(t.Focus.Paint("▌") + t.Bold.Paint(label+" "))
		}
		return t.Muted.Paint(" " + label + " ")
	}
	buttons := button("Cancel", d.onButton == cancelButton) + "  " + button(d.confirm, d.onButton == confirmButton)
	return beside(t.Muted.Paint("Tab moves  ^Z undoes  ^S "+strings.ToLower(d.confirm)+"  Esc leaves"), buttons, width)
}

func (d *dialog) buttonColumn(width int) int {
	confirm := cells(d.confirm) + 2
	if d.onButton == confirmButton {
		return width - confirm
	}
	return width - confirm - 2 - 8
}

// boxed draws a frame with a title around lines.
func boxed(t *theme.Theme, title string, lines []string, width int) []string {
	inner := width - 4
	out := make([]string, 0, len(lines)+2)
	title = ansi.Truncate(title, inner-2, "…")
	out = append(out, t.Rule.Paint("╭─ ")+t.Title.Paint(title)+t.Rule.Paint(" "+strings.Repeat("─", max(inner-cells(title)-2, 0))+"─╮"))
	for _, line := range lines {
		out = append(out, t.Rule.Paint("│ ")+fit(line, inner)+t.Rule.Paint(" │"))
	}
	return append(out, t.Rule.Paint("╰"+strings.Repeat("─", width-2)+"╯"))
}
