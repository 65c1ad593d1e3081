package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/tui/theme"
)

// form is a column of fields. It keeps what was typed, so that a form which
// was left, or whose command was refused, loses nothing.
type form struct {
	theme  *theme.Theme
	fields []*field
	at     int // field that has the focus
	top    int // first line shown
	shown  int // lines shown, and how many there are, at the last drawing
	total  int
	undone []edit // what can be undone, oldest first
	base   uint64

	changes int       // how often anything in it was changed
	kept    int       // changes that are in the draft
	seen    int       // changes that typed is the time of
	typed   time.Time // when it was last changed
	done    bool      // it was saved or discarded: nothing of it is to be kept
	draft   string    // id of the draft that is kept of it; "" before the first
	from    DraftMark // the draft that it was filled from, while that is kept beside its own
}

// labelWidth is the room for labels beside the fields.
const labelWidth = 18

func newForm(t *theme.Theme, fields ...*field) *form {
	return &form{theme: t, fields: fields}
}

func (f *form) focused() *field { return f.fields[f.at] }

// edit is what a field held before somebody changed it.
type edit struct {
	field  *field
	text   string
	chosen []string
	edited bool
}

// longestUndo bounds how many changes of a form can be taken back.
const longestUndo = 500

// update gives a message to the field that has the focus. ^Z takes the last
// change back, whatever field it was in.
func (f *form) update(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok && key.String() == "ctrl+z" {
		f.undo()
		return nil
	}
	one := f.focused()
	before := edit{field: one, text: one.value(), chosen: one.chosen, edited: one.edited}
	cmd := one.update(msg)
	if one.value() != before.text {
		f.changes++
		f.undone = append(f.undone, before)
		f.undone = f.undone[max(len(f.undone)-longestUndo, 0):]
	}
	return cmd
}

func (f *form) undo() {
	n := len(f.undone)
	if n == 0 {
		return
	}
	last := f.undone[n-1]
	f.undone = f.undone[:n-1]
	last.field.restore(last)
	f.changes++
	f.goTo(last.field.id)
}

// open gives the focus to the field that had it.
func (f *form) open() tea.Cmd { return f.focused().focus() }

// move gives the focus to another field; it reports false at the ends.
func (f *form) move(step int) (tea.Cmd, bool) {
	next := f.at + step
	if next < 0 || next >= len(f.fields) {
		return nil, false
	}
	f.focused().blur()
	f.at = next
	return f.focused().focus(), true
}

// arrange puts other fields into the form. The focus stays on its field; where
// that is gone, it goes to the last one.
func (f *form) arrange(fields []*field) {
	focused := f.focused()
	f.fields = fields
	f.at = slices.Index(fields, focused)
	if f.at < 0 {
		focused.blur()
		f.at = len(fields) - 1
		f.focused().focus()
	}
}

// goTo gives the focus to the field with the id.
func (f *form) goTo(id string) tea.Cmd {
	f.focused().blur()
	for k, one := range f.fields {
		if one.id == id {
			f.at = k
		}
	}
	return f.focused().focus()
}

// field returns the field with the id, nil where there is none.
func (f *form) field(id string) *field {
	for _, one := range f.fields {
		if one.id == id {
			return one
		}
	}
	return nil
}

func (f *form) value(id string) string { return f.field(id).value() }

// changed is the value of a field somebody edited, nil otherwise.
func (f *form) changed(id string) *string {
	one := f.field(id)
	if one == nil || !one.edited {
		return nil
	}
	value := one.value()
	return &value
}

// choice is the option taken by a field that was edited, "" otherwise.
func (f *form) choice(id string) string {
	if value := f.changed(id); value != nil {
		return *value
	}
	return ""
}

// choices are the options taken by a field that was edited, nil otherwise.
func (f *form) choices(id string) []string {
	if one := f.field(id); one != nil && one.edited {
		return one.list()
	}
	return nil
}

// moment reads a time field; ok is false where it cannot be read, and the
// field says why.
func (f *form) moment(id string, zone *time.Location, now time.Time) (at time.Time, ok bool) {
	return f.field(id).moment(zone, now)
}

// dirty reports whether somebody typed anything.
func (f *form) dirty() bool {
	for _, one := range f.fields {
		if one.edited {
			return true
		}
	}
	return false
}

// blame puts the problems of a refusal to the fields they are about, moves to
// the first, and returns what belongs to no field.
func (f *form) blame(refusal *model.Refusal) string {
	rest := []string{}
	if refusal.Reason != "" {
		rest = append(rest, refusal.Reason)
	}
	first := -1
	mark := func(id, problem string) {
		for k, one := range f.fields {
			if one.id == id {
				one.problem = problem
				if first < 0 || k < first {
					first = k
				}
				return
			}
		}
		rest = append(rest, problem)
	}
	for _, p := range refusal.Fields {
		problem := model.FieldError{Problem: p.Problem, Accepts: p.Accepts}.String()
		if f.field(p.Field) == nil && p.Field != "" {
			problem = p.Field + ": " + problem
		}
		mark(p.Field, problem)
	}
	for _, c := range refusal.Clashes {
		mark(c.Field, "now “"+model.Clip(c.Theirs, clashShown)+"”, yours is “"+model.Clip(c.Yours, clashShown)+"”; save again to keep yours")
	}
	for _, open := range refusal.Open {
		rest = append(rest, "· "+open)
	}
	if first >= 0 {
		f.focused().blur()
		f.at = first
		f.focused().focus()
	}
	return strings.Join(rest, "\n")
}

// clashShown is how much of each side of a clash is shown: enough to tell them
// apart.
const clashShown = 200

func quoted(text string) string {
	if text == "" {
		return "empty"
	}
	return "“" + model.Clip(text, 40) + "”"
}

// draw returns height lines of the form with the focused field in view, and
// where the cursor rests.
func (f *form) draw(width, height int) (lines []string, cursor *tea.Position) {
	var all []string
	cx, cy, from, to := 0, 0, 0, 0
	for k, one := range f.fields {
		focused := k == f.at
		indent := labelWidth + 3
		if one.kind == askField {
			indent = 2
		}
		room := width - indent
		if one.above != "" {
			all = append(all, "", "  "+f.theme.Title.Paint(one.above))
		}
		drawn, x, y := one.draw(f.theme, room, focused)
		if focused {
			from, cx, cy = len(all), indent+x, len(all)+y
		}
		for n, line := range drawn {
			all = append(all, f.gutter(one, focused, n)+line)
		}
		if note := one.note(f.theme, focused); note != "" {
			for _, line := range wrap(note, room) {
				all = append(all, spaces(indent)+line)
			}
		}
		if focused {
			to = len(all)
		}
	}
	f.scroll(from, to, len(all), height)
	f.shown, f.total = height, len(all)
	end := min(f.top+height, len(all))
	return block(all[f.top:end], width, height), &tea.Position{X: cx, Y: cy - f.top}
}

// gutter is what stands left of a field's line: focus mark and label.
func (f *form) gutter(one *field, focused bool, line int) string {
	mark, label := "  ", ""
	if line == 0 {
		label = one.label
	}
	style := f.theme.Muted
	if focused {
		mark, style = f.theme.Focus.Paint("▌ "), f.theme.Bold
	}
	if one.kind == askField {
		return mark
	}
	return mark + style.Paint(fit(label, labelWidth)) + " "
}

func (f *form) scroll(from, to, total, height int) {
	f.top = max(min(f.top, from), min(to, total)-height)
	f.top = max(min(f.top, total-height), 0)
}
