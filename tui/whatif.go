package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// whatIfScreen is a draft of a case in which anything that rules look at can
// be changed, beside the due times as they stand and as they would be. It
// gives no command: leaving it leaves nothing behind.
type whatIfScreen struct {
	c             *Console
	width, height int
	standing      *model.Standing // nil for a case of no incident
	incident      *model.Incident // what the draft began from; without an ID for a case of no incident
	form          *form
	shelf         map[string]*field // every field that was asked, with what it holds
	made          *policy.Case      // the draft as it is now
	moves         []model.Move
	list          list
	formFrom      int // lines that form and list begin on, at the last drawing
	listFrom      int
}

// startWhatIf opens a draft of the selected incident, or of an empty case
// under the selected pack.
func (c *Console) startWhatIf() tea.Cmd {
	s := &whatIfScreen{c: c, width: c.whatIf.width, height: c.whatIf.height, shelf: make(map[string]*field), list: list{index: -1}}
	if c.current == c.policies {
		s.incident = &model.Incident{Packs: []policy.Ref{c.policies.selected().pack.Ref()}, Particulars: new(model.Particulars)}
	} else {
		s.standing = c.target()
		s.incident = s.standing.Incident
	}
	c.leave()
	c.whatIf = s
	s.form = newForm(c.theme, s.fields(s.incident.Packs)...)
	s.follow()
	return tea.Batch(c.show(s), s.form.open())
}

// fields asks for all that the packs look at. What was asked before keeps
// what it holds.
func (s *whatIfScreen) fields(refs []policy.Ref) []*field {
	c, i := s.c, s.incident
	packs := c.packsNamed(refs)
	var fields []*field
	if procedure := procedureOf(packs); procedure != nil {
		fields = append(fields, c.kindFields(procedure, i)...)
		fields = append(fields, c.severityField(procedure, i, ""), c.dataField(procedure, i))
	}
	fields = append(fields, c.factFields(packs, i)...)
	fields = append(fields, c.packFields(i)...)
	for k, one := range fields {
		if known := s.shelf[one.id]; known != nil {
			fields[k] = known
		}
		s.shelf[fields[k].id] = fields[k]
	}
	return fields
}

func procedureOf(packs []*policy.Pack) *policy.Pack {
	for _, p := range packs {
		if p.Kind == policy.Procedure {
			return p
		}
	}
	return nil
}

// follow weighs the draft as it is now against what stands.
func (s *whatIfScreen) follow() {
	c := s.c
	oneVersionEach(s.form)
	refs := chosenPacks(s.form, s.incident)
	s.form.arrange(s.fields(refs))
	s.made = c.supposed(s.incident, s.form)
	var before []policy.Obligation
	if s.standing != nil {
		before = c.frame.snapshot.Obligations(s.incident)
	}
	s.moves = c.compared(before, c.owed(c.packsNamed(refs), s.made))
	if s.standing == nil {
		for k := range s.moves {
			s.moves[k].Change = "" // nothing stands that it could differ from
		}
	}
	s.list.set(idsOf(s.moves, func(m model.Move) string { return m.Obligation().Key().String() }))
	if s.list.index < 0 {
		s.list.selectAt(0)
	}
}

func (s *whatIfScreen) here() where             { return onWhatIf }
func (s *whatIfScreen) typing() bool            { return true }
func (s *whatIfScreen) target() *model.Standing { return s.standing }
func (s *whatIfScreen) move(rows int)           { s.list.selectAt(saturate(s.list.index, rows)) }

func (s *whatIfScreen) size(width, height int) { s.width, s.height = width, height }

func (s *whatIfScreen) apply(frame frameMsg) {
	if s.standing != nil {
		if standing, ok := frame.snapshot.Incident(s.incident.ID); ok && standing != s.standing {
			s.standing, s.incident = standing, standing.Incident
		}
	}
	s.follow()
}

// selected is the move that the list's cursor is on, nil where there is none.
func (s *whatIfScreen) selected() *model.Move {
	if s.list.index < 0 || s.list.index >= len(s.moves) {
		return nil
	}
	return &s.moves[s.list.index]
}

func (s *whatIfScreen) obligation() *policy.Obligation {
	if m := s.selected(); m != nil {
		return m.Obligation()
	}
	return nil
}

func (s *whatIfScreen) click(x, y int) tea.Cmd {
	if y >= s.listFrom && (!s.beside() || x > s.formWidth()) {
		s.list.selectAt(s.list.top + (y-s.listFrom)/moveHeight(s.listWidth()))
	}
	return nil
}

func (s *whatIfScreen) extent() extent {
	return extent{from: s.listFrom, height: s.height - s.listFrom, top: s.list.top, show: s.list.height, total: len(s.moves)}
}

func (s *whatIfScreen) update(msg tea.Msg) tea.Cmd {
	if key, isKey := msg.(tea.KeyPressMsg); isKey {
		switch name := key.String(); name {
		case "tab", "enter", "down":
			cmd, _ := s.form.move(1)
			return cmd
		case "shift+tab", "up":
			cmd, _ := s.form.move(-1)
			return cmd
		case "pgup", "pgdown":
			s.move(map[string]int{"pgup": -1, "pgdown": 1}[name])
			return nil
		default:
			if handled, cmd := s.c.shortcut(s.form, name); handled {
				return cmd
			}
		}
	}
	cmd := s.form.update(msg)
	s.follow()
	return cmd
}

// explainDraft shows how the selected due time comes about in the draft.
func (s *whatIfScreen) explainDraft() {
	m := *s.selected()
	s.c.push(&reader{theme: s.c.theme, title: "What if: why this would be due", lines: func(width int) []string {
		p := &sheet{c: s.c, width: width}
		if m.After == nil {
			p.obligation(m.Before, s.incident.Case(), s.standing, "As it stands: the draft does not have it any more.")
		} else {
			p.obligation(m.After, s.made, nil, "A draft: nothing of this is recorded.")
		}
		return p.lines
	}})
}

// beside reports whether form and list stand side by side.
func (s *whatIfScreen) beside() bool { return s.width >= 110 }

func (s *whatIfScreen) formWidth() int {
	if s.beside() {
		return min(s.width/2, 84)
	}
	return s.width
}

func (s *whatIfScreen) listWidth() int {
	if s.beside() {
		return s.width - s.formWidth() - 2
	}
	return s.width
}

func (s *whatIfScreen) draw() ([]string, *tea.Position) {
	head := s.drawHead()
	s.formFrom = len(head)
	height := s.height - len(head)
	if s.beside() {
		s.listFrom = s.formFrom + 2
		body, cursor := s.form.draw(s.formWidth()-2, height)
		side := s.drawMoves(s.listWidth(), height)
		lines := columns(s.c.theme.Rule.Paint("│")+" ", block(body, s.formWidth(), height), block(side, s.listWidth(), height))
		return block(append(head, lines...), s.width, s.height), shift(cursor, 0, len(head))
	}
	above := max(height*2/5, 4)
	body, cursor := s.form.draw(s.width-2, above)
	lines := append(head, body...)
	lines = append(lines, s.c.theme.Rule.Paint(strings.Repeat("─", s.width)))
	s.listFrom = len(lines) + 2
	lines = append(lines, s.drawMoves(s.width, s.height-len(lines))...)
	return block(lines, s.width, s.height), shift(cursor, 0, len(head))
}

// drawHead says what it is a draft of, and that it is one.
func (s *whatIfScreen) drawHead() []string {
	t := s.c.theme
	mark := t.Selected.Over(t.Title.Paint(" DRAFT ")) + " " + t.Bold.Paint("what if: nothing is recorded")
	of := t.Muted.Paint("an empty case under " + s.incident.Packs[0].String())
	if s.standing != nil {
		of = t.Title.Paint(string(s.incident.ID)) + "  " + t.Text.Paint(safe(s.incident.Title))
	}
	return []string{" " + mark + "  " + fit(of, max(s.width-cells(mark)-4, 0)), ""}
}

// drawMoves lists the due times as they stand and as they would be.
func (s *whatIfScreen) drawMoves(width, height int) []string {
	t := s.c.theme
	heading, said := "Due times", movesInWords(s.moves)
	if s.standing == nil {
		said = fmt.Sprintf("%d, by what this case says", len(s.moves))
	}
	lines := []string{fit(" "+t.Title.Paint(heading)+"  "+t.Muted.Paint(said), width), t.Muted.Paint(fit(moveHeading(width, s.standing == nil), width))}
	if len(s.moves) == 0 {
		return append(lines, " "+t.Muted.Paint("Nothing: no rule of the packs applies."))
	}
	s.list.resize((height - len(lines)) / moveHeight(width))
	from, to := s.list.window()
	for k := from; k < to; k++ {
		lines = append(lines, s.c.drawMove(&s.moves[k], width, k == s.list.index)...)
	}
	return lines
}
