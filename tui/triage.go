package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/sign"
)

// triageScreen is a form with the pack's criteria and a live preview of the
// obligations that its answers would start.
type triageScreen struct {
	c             *Console
	width, height int
	id            model.ID
	standing      *model.Standing
	form          *form
	own           []*field          // what triage always asks; what others are asked follows from the answers
	shelf         map[string]*field // every field that was asked
	formFrom      int               // line the form begins on, at the last drawing
	dialog        *dialog           // gives the command and takes its refusal; never drawn
}

func newTriageScreen(c *Console) *triageScreen { return &triageScreen{c: c} }

// rolePrefix marks form fields that give roles.
const rolePrefix = "role "

// startTriage opens the form on the selected incident, or takes up its draft.
func (c *Console) startTriage() tea.Cmd {
	standing := c.target()
	c.leave()
	s := c.triage
	s.id, s.standing = standing.Incident.ID, standing
	s.form, s.shelf = s.build(standing), make(map[string]*field)
	s.own = s.form.fields
	for _, one := range s.form.fields {
		s.shelf[one.id] = one
	}
	draft, words := c.takeUp(c.draftKey("triage", s.id), s.form, func(*form) { s.follow(); s.arrange() })
	if words != "" {
		c.say("%s", words)
	}
	s.form = draft
	for _, one := range s.form.fields {
		s.shelf[one.id] = one
	}
	for k, one := range s.own {
		if known := s.shelf[one.id]; known != nil {
			s.own[k] = known
		}
	}
	s.arrange()
	s.dialog = &dialog{form: s.form, danger: recorded, draft: c.draftKey("triage", s.id), said: "{id} is triaged", command: s.command, then: func(c *Console, _ model.ID) tea.Cmd { return c.back() }}
	return tea.Batch(c.show(s), s.form.open())
}

// build lists the questions of triage: what it is, how bad, what is known,
// who works on it.
func (s *triageScreen) build(standing *model.Standing) *form {
	c, i, pack := s.c, standing.Incident, standing.Procedure
	fields := append(c.kindFields(pack, i), c.severityField(pack, i, "The criteria of each level are in this form and, where there is room, beside it."),
		c.many("criteria", "Criteria", "Those that hold, of the level the cursor chose.", s.criteria(pack, i.Severity())),
		c.line("reason", "Reason", "Why this severity; required to lower it, or without a criterion."),
		c.dataField(pack, i),
		c.line("systems", "Systems", "Affected systems, separated by commas.", i.Systems...),
	)
	for _, r := range standing.Gaps() {
		value := []string{}
		if r.ID == pack.Roles[0].ID {
			value = append(value, c.opts.Actor.Name)
		}
		f := c.line(rolePrefix+r.ID, r.Label, strings.Join(r.Duties, "; "), value...)
		f.edited = len(value) > 0
		fields = append(fields, f)
	}
	fields = append(fields, c.factFields(c.frame.snapshot.PacksOf(i), i, "resolved", "reported")...)
	built := newForm(c.theme, fields...)
	built.base = i.Revision
	return built
}

func (s *triageScreen) criteria(pack *policy.Pack, level string) []option {
	var options []option
	for _, sev := range pack.Severities {
		if level != "" && sev.ID != level {
			continue
		}
		for _, criterion := range sev.Criteria {
			options = append(options, option{id: criterion, label: criterion})
		}
	}
	return options
}

func (s *triageScreen) here() where { return onTriage }

func (s *triageScreen) size(width, height int) { s.width, s.height = width, height }

func (s *triageScreen) apply(frame frameMsg) {
	if standing, ok := frame.snapshot.Incident(s.id); ok {
		s.standing = standing
	}
}

func (s *triageScreen) move(int)                       {}
func (s *triageScreen) target() *model.Standing        { return s.standing }
func (s *triageScreen) obligation() *policy.Obligation { return nil }
func (s *triageScreen) click(int, int) tea.Cmd         { return nil }
func (s *triageScreen) extent() extent {
	return extent{from: s.formFrom, height: s.form.shown, top: s.form.top, show: s.form.shown, total: s.form.total}
}

// typing: all keys that are not chords belong to the form.
func (s *triageScreen) typing() bool { return true }

func (s *triageScreen) update(msg tea.Msg) tea.Cmd {
	key, isKey := msg.(tea.KeyPressMsg)
	if isKey {
		switch name := key.String(); name {
		case "tab", "enter":
			return s.next(1)
		case "shift+tab":
			return s.next(-1)
		case "up", "down":
			return s.next(map[string]int{"up": -1, "down": 1}[name])
		}
		if handled, cmd := s.c.shortcut(s.form, key.String()); handled {
			return cmd
		}
	}
	cmd := s.form.update(msg)
	s.follow()
	s.arrange()
	s.keepDraft()
	return cmd
}

// shortcut lets the keys of actions that only look be reached while no text
// has the focus.
func (c *Console) shortcut(f *form, key string) (bool, tea.Cmd) {
	if f.focused().typing() {
		return false, nil
	}
	if a, ok := c.keys.find(key, c.current.here()); ok && (a.id == "help" || a.id == "palette" || a.id == "explain") {
		return true, c.give(a)
	}
	return false, nil
}

func (s *triageScreen) next(step int) tea.Cmd {
	cmd, moved := s.form.move(step)
	if !moved && step > 0 {
		s.c.say("that was the last question; ^S saves")
	}
	return cmd
}

// follow offers the criteria of the severity that was chosen.
func (s *triageScreen) follow() {
	severity, criteria := s.form.field("severity"), s.form.field("criteria")
	if s.form.focused() != severity {
		return
	}
	criteria.options = s.criteria(s.standing.Procedure, severity.value())
	criteria.at = 0
	criteria.chosen = slices.DeleteFunc(slices.Clone(criteria.chosen), func(id string) bool {
		return !slices.ContainsFunc(criteria.options, func(o option) bool { return o.id == id })
	})
}

func (s *triageScreen) keepDraft() {
	if s.form.dirty() {
		s.c.drafts[s.dialog.draft] = s.form
	}
}

// save records the triage, the first run's answers, or a notice's draft.
func (c *Console) save() tea.Cmd {
	switch c.current {
	case c.setUp:
		return c.setUp.save()
	case c.drafting:
		return c.drafting.dialog.give(c)
	}
	return c.triage.dialog.give(c)
}

// command reads the form: only what somebody changed is stated.
func (s *triageScreen) command(f *form) (model.Command, bool) {
	command := model.Triage{
		Incident: s.id, Base: f.base, Types: f.choices("types"), Classification: model.Classification(f.choice("classification")),
		Data: f.choices("data"), Systems: f.choices("systems"), Packs: s.taken(),
	}
	if f.field("severity").edited || f.field("criteria").edited || f.field("reason").edited {
		command.Severity, command.Criteria, command.Reason = f.value("severity"), f.field("criteria").list(), f.value("reason")
	}
	ok := true
	for _, one := range f.fields {
		switch {
		case !one.edited, s.leftEmpty(one):
		case strings.HasPrefix(one.id, factPrefix):
			statement, read := s.statement(one)
			ok = ok && read
			command.Facts = append(command.Facts, statement)
		case strings.HasPrefix(one.id, rolePrefix) && one.value() != "":
			command.Roles = append(command.Roles, model.Holding{Role: strings.TrimPrefix(one.id, rolePrefix), Person: one.value()})
		}
	}
	return command, ok
}

// leftEmpty tells the field of a time that nobody has stated and nothing is
// said of.
func (s *triageScreen) leftEmpty(one *field) bool {
	_, stated := s.standing.Incident.Fact(strings.TrimPrefix(one.id, factPrefix))
	return one.kind == timeField && one.value() == "" && !stated
}

// statement reads one fact. What was stated before is corrected with the
// reason that the severity has, or as an outcome of triage.
func (s *triageScreen) statement(one *field) (model.Statement, bool) {
	name := strings.TrimPrefix(one.id, factPrefix)
	statement := model.Statement{Name: name}
	if _, stated := s.standing.Incident.Fact(name); stated {
		statement.Reason = orElse(s.form.value("reason"), "assessed anew in triage")
	}
	if one.kind == askField {
		answer, err := policy.ParseAnswer(one.value())
		statement.Value = model.Value{Answer: answer}
		return statement, err == nil
	}
	if one.kind != timeField {
		statement.Value = model.Value{Word: one.value()}
		return statement, true
	}
	if one.value() == "" {
		one.problem = "is empty; accepted: a time, unknown, or no where it has not happened"
		return statement, false
	}
	value, ok := s.c.timeValue(one)
	statement.Value = value
	return statement, ok
}

func (s *triageScreen) draw() ([]string, *tea.Position) {
	t := s.c.theme
	i := s.standing.Incident
	head := []string{" " + t.Title.Paint("Triage") + "  " + t.Bold.Paint(string(i.ID)) + "  " + t.Text.Paint(fit(safe(i.Title), max(s.width-32, 10))), ""}
	if s.dialog.problem != "" {
		for _, line := range wrap(safe(strings.ReplaceAll(s.dialog.problem, "\n", " ")), s.width-4) {
			head = append(head, " "+t.Overdue.Paint("! "+line))
		}
	}
	s.formFrom = len(head)
	height := s.height - len(head)
	if s.width < 110 {
		return s.drawNarrow(head, height)
	}
	left := s.width * 6 / 10
	body, cursor := s.form.draw(left-2, height)
	side := block(s.drawSide(s.width-left-3, height), s.width-left-1, height)
	lines := columns(t.Rule.Paint("│"), block(body, left, height), side)
	return block(append(head, lines...), s.width, s.height), shift(cursor, 0, len(head))
}

// drawNarrow puts the preview below the form.
func (s *triageScreen) drawNarrow(head []string, height int) ([]string, *tea.Position) {
	below := max(height/4, 4)
	body, cursor := s.form.draw(s.width-2, height-below)
	lines := append(head, body...)
	lines = append(lines, s.c.theme.Rule.Paint(strings.Repeat("─", s.width)))
	lines = append(lines, s.drawPreview(s.width-3, below-1)...)
	return block(lines, s.width, s.height), shift(cursor, 0, len(head))
}

func shift(p *tea.Position, x, y int) *tea.Position {
	if p == nil {
		return nil
	}
	return &tea.Position{X: p.X + x, Y: p.Y + y}
}

// drawSide shows the pack's criteria above the preview.
func (s *triageScreen) drawSide(width, height int) []string {
	t := s.c.theme
	pack := s.standing.Procedure
	lines := []string{" " + t.Title.Paint("Severity in "+pack.ID)}
	chosen := s.form.value("severity")
	for k := len(pack.Severities) - 1; k >= 0; k-- {
		sev := pack.Severities[k]
		level := sign.Level(pack, k)
		mark := "  "
		if sev.ID == chosen {
			mark = t.Focus.Paint("▌ ")
		}
		lines = append(lines, mark+severityStyle(t, level.Tone).Paint(level.String()))
		for _, criterion := range sev.Criteria {
			for _, line := range wrap(criterion, width-6) {
				lines = append(lines, "     "+t.Muted.Paint(line))
			}
		}
	}
	lines = append(lines, "")
	if room := height - len(lines); room > 3 {
		return append(lines, s.drawPreview(width, room)...)
	}
	return append(lines[:max(height-6, 0)], s.drawPreview(width, 6)...)
}

// drawPreview lists the obligations that these answers would start.
func (s *triageScreen) drawPreview(width, height int) []string {
	t, now := s.c.theme, s.c.now()
	obligations := s.c.owed(s.c.packsNamed(append(slices.Clip(s.standing.Incident.Packs), s.taken()...)), s.c.supposed(s.standing.Incident, s.form))
	sortObligations(obligations, now)
	lines := []string{" " + t.Title.Paint("What these answers start") + t.Muted.Paint("  nothing is saved yet")}
	for k := range obligations {
		if len(lines) == height-1 && k < len(obligations)-1 {
			lines = append(lines, " "+t.Muted.Paint(fmt.Sprintf("and %d more", len(obligations)-k)))
			break
		}
		lines = append(lines, " "+s.c.obligationLine(&obligations[k], width))
	}
	if len(obligations) == 0 {
		lines = append(lines, " "+t.Muted.Paint("Nothing: no rule of the packs applies."))
	}
	return lines
}
