package tui

import (
	"fmt"
	"strings"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/theme"
)

// compared puts obligations as they stand beside those of a draft, each in the
// order that obligations are listed in.
func (c *Console) compared(before, after []policy.Obligation) []model.Move {
	sortObligations(after, c.now())
	return model.Moves(before, after)
}

// movesInWords counts what would change: "2 move, 1 starts".
func movesInWords(moves []model.Move) string {
	var words []string
	counts := make(map[string]int)
	for _, m := range moves {
		if counts[m.Change] == 0 && m.Change != model.Unmoved {
			words = append(words, m.Change)
		}
		counts[m.Change]++
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
	case model.Unmoved:
		return "·", t.Muted
	case "moves", model.LegalMoves:
		return "~", t.DueSoon
	case "cannot be excluded", model.MayStart:
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
func (c *Console) drawMove(m *model.Move, width int, selected bool) []string {
	t := c.theme
	title := t.Text
	if m.Change == model.Unmoved {
		title = t.Muted
	}
	mark := "  "
	if selected {
		mark, title = t.Focus.Paint("▌ "), t.Bold
	}
	name, word := m.Obligation().Title(), c.changeWord(m)
	var lines []string
	if moveHeight(width) == 1 {
		before := orElse(c.standsAt(m.Before), "–")
		lines = []string{mark + fit(word, dueRoom+1) + title.Paint(fit(name, titleRoom(width)-1)) + " " + t.Muted.Paint(fit(before, dueRoom+3)) + t.Text.Paint(fit(c.standsAt(m.After), dueRoom))}
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
func (c *Console) changeWord(m *model.Move) string {
	if m.Change == "" {
		state := m.After.State(c.now())
		shape, style := stateMark(c.theme, state)
		return style.Paint(shape + " " + string(state))
	}
	shape, style := changeMark(c.theme, m.Change)
	return style.Paint(shape + " " + m.Change)
}

// movement is when an obligation is due and would be, without repeating what
// the change's word says.
func (c *Console) movement(m *model.Move) string {
	t := c.theme
	before, after := c.standsAt(m.Before), c.standsAt(m.After)
	switch {
	case m.Change == model.Unmoved:
		return t.Muted.Paint(after)
	case m.Change == "" && m.After.Strict.IsZero(), after == m.Change:
		return t.Muted.Paint(before)
	case before == "" || m.After == nil:
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
