package tui

import (
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/textarea"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
	"tocsin/tui/theme"
)

// fieldKind says what a field takes and how it is drawn.
type fieldKind uint8

const (
	lineField fieldKind = iota // one line of text
	textField                  // several lines
	timeField                  // a moment, as calendar.ParseTime reads it
	oneField                   // one of the options
	askField                   // a three-valued question: the answers, then its text in full
	manyField                  // any of the options
)

// option is one choice of a field.
type option struct {
	id, label string
	help      string
	shape     string       // drawn before the label, where it has one
	style     *theme.Style // of shape and label when chosen; nil is bold
}

// field is one input of a form: described as data, with what was typed so far.
type field struct {
	id, label, help string
	kind            fieldKind
	options         []option
	hint            string // shown while empty
	tall            int    // rows of a textField
	above           string // a heading over it and the fields that follow

	input   textinput.Model
	area    textarea.Model
	chosen  []string // ids of the options taken
	at      int      // option that the cursor is on
	problem string   // what was wrong with it at the last attempt
	edited  bool
}

// answers are the options of a three-valued question.
func answers() []option {
	return []option{{id: policy.Yes.String(), label: "Yes"}, {id: policy.No.String(), label: "No"}, {id: policy.Unknown.String(), label: "Unknown"}}
}

// begin makes the field ready to be drawn and typed into.
func (f *field) begin(t *theme.Theme, value ...string) {
	switch f.kind {
	case textField:
		f.area = newArea(t, f.hint, max(f.tall, 3))
		f.area.SetValue(strings.Join(value, "\n"))
	case oneField, manyField, askField:
		f.chosen = slices.DeleteFunc(slices.Clone(value), func(id string) bool { return id == "" })
		f.at = max(slices.IndexFunc(f.options, func(o option) bool { return slices.Contains(f.chosen, o.id) }), 0)
	default:
		f.input = newInput(t, f.hint)
		f.input.SetValue(strings.Join(value, ", "))
	}
}

func newInput(t *theme.Theme, hint string) textinput.Model {
	input := textinput.New()
	input.Prompt, input.Placeholder, input.CharLimit = "", hint, 2*model.MaxLine
	input.SetVirtualCursor(false)
	input.SetStyles(inputStyles(t))
	return input
}

func inputStyles(t *theme.Theme) textinput.Styles {
	text, muted := lipgloss.NewStyle().Foreground(t.Palette.Text), lipgloss.NewStyle().Foreground(t.Palette.Muted)
	state := textinput.StyleState{Text: text, Placeholder: muted, Suggestion: muted, Prompt: muted}
	return textinput.Styles{Focused: state, Blurred: state}
}

func newArea(t *theme.Theme, hint string, rows int) textarea.Model {
	area := textarea.New()
	area.Prompt, area.Placeholder, area.CharLimit, area.ShowLineNumbers = "", hint, 2*model.MaxText, false
	area.SetVirtualCursor(false)
	area.SetStyles(areaStyles(t))
	area.SetHeight(rows)
	return area
}

func areaStyles(t *theme.Theme) textarea.Styles {
	text, muted := lipgloss.NewStyle().Foreground(t.Palette.Text), lipgloss.NewStyle().Foreground(t.Palette.Muted)
	state := textarea.StyleState{Text: text, Placeholder: muted, CursorLine: text, EndOfBuffer: muted, Prompt: muted, Selection: text.Reverse(true)}
	return textarea.Styles{Focused: state, Blurred: state}
}

// typing reports whether letters go into the field.
func (f *field) typing() bool { return f.kind != oneField && f.kind != manyField && f.kind != askField }

func (f *field) focus() tea.Cmd {
	switch {
	case f.kind == textField:
		return f.area.Focus()
	case f.typing():
		return f.input.Focus()
	}
	return nil
}

func (f *field) blur() {
	switch {
	case f.kind == textField:
		f.area.Blur()
	case f.typing():
		f.input.Blur()
	}
}

// update gives a message to the field that has the focus.
func (f *field) update(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	before := f.value()
	switch {
	case f.kind == textField:
		f.area, cmd = f.area.Update(msg)
	case f.typing():
		f.input, cmd = f.input.Update(msg)
	default:
		if key, ok := msg.(tea.KeyPressMsg); ok {
			f.pick(key.String())
		}
	}
	if f.value() != before {
		f.edited, f.problem = true, ""
	}
	return cmd
}

// restore puts back what the field held before a change.
func (f *field) restore(before edit) {
	f.edited, f.problem = before.edited, ""
	switch {
	case f.kind == textField:
		f.area.SetValue(before.text)
	case f.typing():
		f.input.SetValue(before.text)
		f.input.CursorEnd()
	default:
		f.chosen = before.chosen
	}
}

// pick moves among the options and takes them.
func (f *field) pick(key string) {
	if len(f.options) == 0 {
		return
	}
	switch key {
	case "left", "h":
		f.at = (f.at + len(f.options) - 1) % len(f.options)
	case "right", "l":
		f.at = (f.at + 1) % len(f.options)
	case "space", "x":
		f.take(f.options[f.at].id)
		return
	case "backspace", "delete":
		f.chosen = nil
		return
	default:
		f.pickLetter(key)
		return
	}
	if f.kind != manyField {
		f.chosen = []string{f.options[f.at].id}
	}
}

// pickLetter takes the option whose label begins with the letter.
func (f *field) pickLetter(key string) {
	for step := range f.options {
		k := (f.at + 1 + step) % len(f.options)
		if len(key) == 1 && strings.HasPrefix(strings.ToLower(f.options[k].label), key) {
			f.at = k
			if f.kind != manyField {
				f.chosen = []string{f.options[k].id}
			}
			return
		}
	}
}

// take takes an option. Of several it can be given back the same way; the
// only one stays, whatever key chose it.
func (f *field) take(id string) {
	k := slices.Index(f.chosen, id)
	switch {
	case f.kind != manyField:
		f.chosen = []string{id}
	case k >= 0:
		f.chosen = slices.Delete(slices.Clone(f.chosen), k, k+1)
	default:
		f.chosen = append(slices.Clone(f.chosen), id)
	}
}

// value is what the field holds as text; several options are joined.
func (f *field) value() string {
	switch {
	case f.kind == textField:
		return f.area.Value()
	case f.typing():
		return strings.TrimSpace(f.input.Value())
	}
	return strings.Join(f.chosen, ",")
}

// list is what a field of several values holds: options taken, or what was
// typed between commas.
func (f *field) list() []string {
	if !f.typing() {
		return append([]string{}, f.chosen...)
	}
	list := []string{}
	for _, part := range strings.Split(f.value(), ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// moment is what a timeField holds; zero where it is empty. A problem is kept
// with the field.
func (f *field) moment(zone *time.Location, now time.Time) (time.Time, bool) {
	if f.value() == "" {
		return time.Time{}, true
	}
	at, err := calendar.ParseTime(f.value(), zone, now)
	if err != nil {
		f.problem = err.Error()
		return time.Time{}, false
	}
	return at, true
}

// fitTo makes room for typed text, in the colours of the theme as it is now.
func (f *field) fitTo(t *theme.Theme, width int) {
	switch {
	case f.kind == textField:
		f.area.SetWidth(width)
		f.area.SetStyles(areaStyles(t))
	case f.typing():
		f.input.SetWidth(width - 1)
		f.input.SetStyles(inputStyles(t))
	}
}

// draw returns the field's lines, and where the cursor rests in them.
func (f *field) draw(t *theme.Theme, width int, focused bool) (lines []string, x, y int) {
	f.fitTo(t, width)
	switch {
	case f.kind == textField:
		if cursor := f.area.Cursor(); cursor != nil {
			x, y = cursor.X, cursor.Y
		}
		for _, line := range strings.Split(f.area.View(), "\n") {
			lines = append(lines, t.Field.Over(fit(line, width)))
		}
		return lines, x, y
	case f.typing():
		before := []rune(f.input.Value())[:f.input.Position()]
		x = min(cells(string(before)), width-1)
		return []string{t.Field.Over(fit(f.input.View(), width))}, x, 0
	}
	if f.kind == askField {
		return f.drawAsk(t, width, focused)
	}
	return f.drawOptions(t, width, focused)
}

// askWidth is the room that three answers take.
const askWidth = 32

// drawAsk writes the answers and, beside them, the whole question.
func (f *field) drawAsk(t *theme.Theme, width int, focused bool) (lines []string, x, y int) {
	options, x, _ := f.drawOptions(t, askWidth, focused)
	style := t.Muted
	if focused {
		style = t.Bold
	}
	for k, line := range wrap(f.label, max(width-askWidth, 16)) {
		left := spaces(askWidth)
		if k == 0 {
			left = fit(options[0], askWidth)
		}
		lines = append(lines, left+style.Paint(line))
	}
	return lines, x, 0
}

// drawOptions lays the options out in as many lines as they need.
func (f *field) drawOptions(t *theme.Theme, width int, focused bool) (lines []string, x, y int) {
	line, used, gap := "", 0, 2
	if f.kind == askField {
		gap = 1
	}
	for k, o := range f.options {
		texts := f.optionText(t, o, width, focused && k == f.at)
		w := cells(texts[0])
		if used > 0 && (used+gap+w > width || len(texts) > 1) {
			lines, line, used = append(lines, line), "", 0
		}
		if used > 0 {
			line += spaces(gap)
			used += gap
		}
		if focused && k == f.at {
			x, y = used, len(lines)
		}
		lines = append(lines, texts[:len(texts)-1]...)
		line += texts[len(texts)-1]
		used += cells(texts[len(texts)-1])
		if len(texts) > 1 {
			used = width
		}
	}
	return append(lines, line), x, y
}

// optionText is an option as one line, or as several where it is longer than
// the room.
func (f *field) optionText(t *theme.Theme, o option, width int, cursor bool) []string {
	taken := slices.Contains(f.chosen, o.id)
	box := "( )"
	switch {
	case f.kind == manyField && taken:
		box = "[x]"
	case f.kind == manyField:
		box = "[ ]"
	case taken:
		box = "(•)"
	}
	label := o.label
	if o.shape != "" {
		label = o.shape + " " + label
	}
	style := t.Muted
	switch {
	case taken && o.style != nil:
		style = *o.style
	case taken:
		style = t.Bold
	}
	texts := wrap(label, max(width-4, 8))
	for k, text := range texts {
		left := box + " "
		if k > 0 {
			left = spaces(4)
		}
		texts[k] = style.Paint(left + text)
		if cursor {
			texts[k] = t.Selected.Over(texts[k])
		}
	}
	return texts
}

// note is the line below the field: what is wrong with it, or its help.
func (f *field) note(t *theme.Theme, focused bool) string {
	switch {
	case f.problem != "":
		return t.Overdue.Paint("! " + f.problem)
	case focused && !f.typing() && len(f.options) > 0 && f.options[f.at].help != "":
		return t.Muted.Paint(f.options[f.at].help)
	case focused && f.help != "":
		return t.Muted.Paint(f.help)
	}
	return ""
}
