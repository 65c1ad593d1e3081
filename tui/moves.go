package tui

import (
	"fmt"
	"strings"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/theme"
)

// unmoved is the word for an obligation that stays as it is; all others are
// those of the timeline.
const unmoved = "stays"

// move is one obligation as it stands and as it would be.
type move struct {
	before, after *policy.Obligation // nil where there is none
	change        string
}

// obligation is what the move is about, as it would be where it would be.
func (m *move) obligation() *policy.Obligation {
	if m.after != nil {
		return m.after
	}
	return m.before
}

// compared puts obligations as they stand beside those of a draft: what would
// change first, then what stays, each in the order of obligations.
func (c *Console) compared(before, after []policy.Obligation) []move {
	words := make(map[policy.RuleKey]string)
	for _, m := range model.CompareDues(before, after) {
		words[m.Key] = m.Change
	}
	old := make(map[policy.RuleKey]*policy.Obligation, len(before))
	for k := range before {
		old[before[k].Key()] = &before[k]
	}
	sortObligations(after, c.now())
	var moved, gone, stay []move
	for k := range after {
		o := &after[k]
		m := move{before: old[o.Key()], after: o, change: words[o.Key()]}
		delete(old, o.Key())
		if m.change == "" && m.before != nil && !m.before.Legal.Equal(o.Legal) {
			m.change = "legal limit moves"
		}
		if m.change == "" && m.before == nil {
			m.change = "may start"
		}
		if m.change == "" {
			m.change = unmoved
			stay = append(stay, m)
			continue
		}
		moved = append(moved, m)
	}
	for k := range before {
		o := &before[k]
		if word := words[o.Key()]; old[o.Key()] != nil && word != "" {
			gone = append(gone, move{before: o, change: word})
		}
	}
	return append(append(moved, gone...), stay...)
}

// movesInWords counts what would change: "2 move, 1 starts".
func movesInWords(moves []move) string {
	var words []string
	counts := make(map[string]int)
	for _, m := range moves {
		if counts[m.change] == 0 && m.change != unmoved {
			words = append(words, m.change)
		}
		counts[m.change]++
	}
	if len(words) == 0 {
		return "nothing would move"
	}
	for k, word := range words {
		words[k] = fmt.Sprintf("%d × %s", counts[word], word)
	}
	return strings.Join(words, ", ")
}

// changeMark is the shape and style of a change; its word stands beside it.
func changeMark(t *theme.Theme, change string) (shape string, style theme.Style) {
	switch change {
	case unmoved:
		return "·", t.Muted
	case "moves", "legal limit moves":
		return "~", t.DueSoon
	case "cannot be excluded", "may start":
		return "?", t.Doubtful
	case "applies", "starts":
		return "+", t.Accent
	}
	return "–", t.Muted
}

// standsAt is where an obligation stands, in few words: its due time, else its
// state; "" where there is none.
func (c *Console) standsAt(o *policy.Obligation) string {
	switch {
	case o == nil:
		return ""
	case o.Strict.IsZero() || o.Applies == policy.No:
		return string(o.State(c.now()))
	case o.Applies == policy.Unknown:
		return "? " + c.dueText(o.Strict, o.Rule)
	}
	return c.dueText(o.Strict, o.Rule)
}

// dueRoom is what the longest due time or state takes.
const dueRoom = 20

// drawMove is one line where there is room for all of it, else two.
func (c *Console) drawMove(m *move, width int, selected bool) []string {
	t := c.theme
	title := t.Text
	if m.change == unmoved {
		title = t.Muted
	}
	mark := "  "
	if selected {
		mark, title = t.Focus.Paint("▌ "), t.Bold
	}
	name, word := m.obligation().Rule.Title, c.changeWord(m)
	var lines []string
	if moveHeight(width) == 1 {
		before := orElse(c.standsAt(m.before), "–")
		lines = []string{mark + fit(word, dueRoom+1) + title.Paint(fit(name, titleRoom(width)-1)) + " " + t.Muted.Paint(fit(before, dueRoom+3)) + t.Text.Paint(fit(c.standsAt(m.after), dueRoom))}
	} else {
		lines = []string{mark + title.Paint(fit(name, width-2)), "    " + word + "  " + c.movement(m)}
	}
	for k := range lines {
		lines[k] = fit(lines[k], width)
		if selected {
			lines[k] = t.Selected.Over(lines[k])
		}
	}
	return lines
}

// changeWord is what would happen to an obligation; where nothing stands that
// it could differ from, its state.
func (c *Console) changeWord(m *move) string {
	if m.change == "" {
		state := m.after.State(c.now())
		shape, style := stateMark(c.theme, state)
		return style.Paint(shape + " " + string(state))
	}
	shape, style := changeMark(c.theme, m.change)
	return style.Paint(shape + " " + m.change)
}

// movement is when an obligation is due and would be, without repeating what
// the change's word says.
func (c *Console) movement(m *move) string {
	t := c.theme
	before, after := c.standsAt(m.before), c.standsAt(m.after)
	switch {
	case m.change == unmoved:
		return t.Muted.Paint(after)
	case m.change == "" && m.after.Strict.IsZero(), after == m.change:
		return t.Muted.Paint(before)
	case before == "" || m.after == nil:
		return t.Muted.Paint(before) + t.Text.Paint(after)
	}
	return t.Muted.Paint(before+" → ") + t.Text.Paint(after)
}

// moveHeading names what stands in the lines of moves; alone where there is
// nothing that they could differ from.
func moveHeading(width int, alone bool) string {
	change, before, after, line := "CHANGE", "AS IT STANDS", "WHAT IF", "  OBLIGATION, then as it stands → what if"
	if alone {
		change, before, after, line = "STATE", "", "DUE", "  OBLIGATION, then when it would be due"
	}
	if moveHeight(width) == 1 {
		return fit("  "+change, dueRoom+3) + fit("OBLIGATION", titleRoom(width)) + fit(before, dueRoom+3) + after
	}
	return line
}

// moveHeight is how many lines one move takes in the width.
func moveHeight(width int) int {
	if titleRoom(width) >= 20 {
		return 1
	}
	return 2
}

// titleRoom is what a line of all that a move says leaves for its title.
func titleRoom(width int) int { return width - 3*(dueRoom+3) }
