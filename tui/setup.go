package tui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// setUpScreen asks three questions with sensible answers: at the first run,
// when Enter three times opens the console, and whenever settings change.
type setUpScreen struct {
	c             *Console
	first         bool // the space has no settings yet
	width, height int
	form          *form
	problem       string
	busy          bool
}

func newSetUpScreen(c *Console, first bool, d SetUpAnswers) *setUpScreen {
	s := &setUpScreen{c: c, first: first}
	var procedures, regimes []option
	for _, p := range c.opts.Packs {
		o := option{id: p.ID, label: p.ID, help: p.Title}
		if p.Kind == policy.Procedure {
			procedures = append(procedures, o)
		} else {
			regimes = append(regimes, o)
		}
	}
	procedure, others := "", []string{}
	if len(d.Packs) > 0 {
		procedure, others = d.Packs[0], d.Packs[1:]
	}
	s.form = newForm(c.theme,
		c.line("organisation", "Organisation", "Shown in the header and on every export.", d.Organisation),
		c.line("zone", "Time zone", "Days and business days are counted in it. An IANA name.", d.Zone),
		c.one("packs", "Policy pack", "", procedures, procedure),
		c.line("calendar", "Home calendar", "Your holidays, such as de or de-be; empty: none.", d.Calendar),
		c.many("regimes", "Also under", "Laws that apply beside it. Space takes one; more can follow later.", regimes, others...),
	)
	if !first {
		s.form.fields = append(s.form.fields, c.ownFields()...)
	}
	s.form.open()
	return s
}

func (s *setUpScreen) here() where                    { return onSetUp }
func (s *setUpScreen) size(width, height int)         { s.width, s.height = width, height }
func (s *setUpScreen) move(int)                       {}
func (s *setUpScreen) target() *model.Standing        { return nil }
func (s *setUpScreen) obligation() *policy.Obligation { return nil }
func (s *setUpScreen) typing() bool                   { return true }
func (s *setUpScreen) click(int, int) tea.Cmd         { return nil }
func (s *setUpScreen) extent() extent                 { return extent{} }

// apply leaves for the queue as soon as the space has its settings.
func (s *setUpScreen) apply(frame frameMsg) {
	if s.first && frame.snapshot.Meta().Zone != "" && s.c.current == s {
		s.c.show(s.c.queue)
	}
}

// changeSettings opens the same questions with what stands now.
func (c *Console) changeSettings() tea.Cmd {
	meta := c.frame.snapshot.Meta()
	answers := SetUpAnswers{Organisation: meta.Organisation, Zone: meta.Zone, Calendar: meta.Calendar}
	for _, ref := range meta.Packs {
		answers.Packs = append(answers.Packs, ref.ID)
	}
	c.leave()
	c.setUp = newSetUpScreen(c, false, answers)
	c.setUp.size(c.width-1, c.bodyHeight())
	return c.show(c.setUp)
}

func (s *setUpScreen) update(msg tea.Msg) tea.Cmd {
	if s.busy {
		return nil
	}
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch key.String() {
		case "enter":
			if s.first && s.form.focused().id == "packs" || s.form.at == len(s.form.fields)-1 {
				return s.save()
			}
			cmd, _ := s.form.move(1)
			return cmd
		case "tab", "down":
			cmd, _ := s.form.move(1)
			return cmd
		case "shift+tab", "up":
			cmd, _ := s.form.move(-1)
			return cmd
		}
	}
	cmd := s.form.update(msg)
	s.propose()
	return cmd
}

// propose lets the home calendar of a first run follow the zone, as long as
// nobody wrote one.
func (s *setUpScreen) propose() {
	if field := s.form.field("calendar"); s.first && s.c.opts.HomeCalendar != nil && !field.edited {
		field.input.SetValue(s.c.opts.HomeCalendar(s.form.value("zone")))
	}
}

// save gives the answers off the event loop.
func (s *setUpScreen) save() tea.Cmd {
	c := s.c
	answers := SetUpAnswers{Organisation: s.form.value("organisation"), Zone: s.form.value("zone"), Calendar: s.form.value("calendar"), Packs: append(s.form.field("packs").list(), s.form.field("regimes").list()...), Answers: ownAnswersOf(s.form)}
	if _, err := time.LoadLocation(answers.Zone); err != nil || answers.Zone == "" {
		s.form.field("zone").problem = "is not a time zone; accepted: an IANA name such as Europe/Berlin or UTC"
		return s.form.goTo("zone")
	}
	s.busy, s.problem = true, ""
	c.busy++
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(c.ctx, commandTimeout)
		defer cancel()
		return setUpMsg{err: c.opts.SetUp(ctx, answers)}
	}
}

// setUpMsg is the answer to the set-up.
type setUpMsg struct{ err error }

func (s *setUpScreen) take(msg setUpMsg) {
	s.busy = false
	s.c.busy--
	if msg.err != nil {
		s.problem = msg.err.Error()
		return
	}
	s.c.takeFrame(s.c.latest())
	if !s.first {
		s.c.back()
		s.c.say("the settings hold for incidents reported from now on")
		return
	}
	s.c.say("ready. Press r to report an incident, ? for everything else")
}

func (s *setUpScreen) draw() ([]string, *tea.Position) {
	t := s.c.theme
	width := min(s.width-4, 88)
	inner := width - 4
	rows := 12
	if !s.first {
		rows = max(rows, s.height-8)
	}
	body, cursor := s.form.draw(inner, rows)
	title := "tocsin, first run"
	lines := []string{
		t.Bold.Paint("Three answers and the console opens; all of them can be changed later."),
		t.Muted.Paint("Nothing leaves this machine. Enter takes what is written."),
		"",
	}
	if !s.first {
		title = "Settings"
		lines = []string{t.Bold.Paint("An incident keeps the packs it was opened under; new ones take these."), ""}
	}
	above := len(lines)
	lines = append(lines, trimBlank(body, s.form, rows)...)
	if s.problem != "" {
		for _, line := range strings.Split(s.problem, "\n") {
			lines = append(lines, t.Overdue.Paint("! "+safe(line)))
		}
	}
	hint := "Enter goes on, ↑↓ moves, ←→ chooses, ^C leaves"
	if !s.first {
		hint = "^S saves, ↑↓ moves, ←→ chooses, ^R retention, Esc leaves it"
	}
	if s.busy {
		hint = "setting up…"
	}
	lines = append(lines, t.Muted.Paint(hint))
	box := boxed(t, title, lines, width)
	top, left := max((s.height-len(box))/2, 0), (s.width-width)/2
	out := make([]string, 0, s.height)
	for range top {
		out = append(out, "")
	}
	for _, line := range box {
		out = append(out, spaces(left)+line)
	}
	return block(out, s.width, s.height), shift(cursor, left+2, top+1+above)
}
