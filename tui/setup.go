package tui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// setUpScreen is the first run: three questions with sensible answers, so
// that Enter three times opens the console.
type setUpScreen struct {
	c             *Console
	width, height int
	form          *form
	problem       string
	busy          bool
}

func newSetUpScreen(c *Console) *setUpScreen {
	s := &setUpScreen{c: c}
	var procedures, regimes []option
	for _, p := range c.opts.Packs {
		o := option{id: p.ID, label: p.ID, help: p.Title}
		if p.Kind == policy.Procedure {
			procedures = append(procedures, o)
		} else {
			regimes = append(regimes, o)
		}
	}
	d := c.opts.Defaults
	procedure, others := "", []string{}
	if len(d.Packs) > 0 {
		procedure, others = d.Packs[0], d.Packs[1:]
	}
	s.form = newForm(c.theme,
		c.line("organisation", "Organisation", "Shown in the header and on every export.", d.Organisation),
		c.line("zone", "Time zone", "Days and business days are counted in it. An IANA name.", d.Zone),
		c.one("packs", "Policy pack", "", procedures, procedure),
		c.many("regimes", "Also under", "Laws that apply beside it. Space takes one; more can follow later.", regimes, others...),
	)
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
	if frame.snapshot.Meta().Zone != "" && s.c.current == s {
		s.c.current = s.c.queue
		s.c.queue.apply(frame)
	}
}

func (s *setUpScreen) update(msg tea.Msg) tea.Cmd {
	if s.busy {
		return nil
	}
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch key.String() {
		case "enter":
			if s.form.focused().id == "packs" || s.form.at == len(s.form.fields)-1 {
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
	return s.form.update(msg)
}

// save gives the answers off the event loop.
func (s *setUpScreen) save() tea.Cmd {
	c := s.c
	answers := SetUpAnswers{Organisation: s.form.value("organisation"), Zone: s.form.value("zone"), Packs: append(s.form.field("packs").list(), s.form.field("regimes").list()...)}
	if _, err := time.LoadLocation(answers.Zone); err != nil || answers.Zone == "" {
		s.form.field("zone").problem = "is not a time zone; accepted: an IANA name such as Europe/Berlin or UTC"
		return nil
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
	s.c.takeFrame(frameMsg{snapshot: s.c.opts.Space.Snapshot(), now: s.c.opts.Now()})
	s.c.say("ready. Press r to report an incident, ? for everything else")
}

func (s *setUpScreen) draw() ([]string, *tea.Position) {
	t := s.c.theme
	width := min(s.width-4, 88)
	inner := width - 4
	body, cursor := s.form.draw(inner, 12)
	lines := []string{
		t.Bold.Paint("Three answers and the console opens; all of them can be changed later."),
		t.Muted.Paint("Nothing leaves this machine. Enter takes what is written."),
		"",
	}
	above := len(lines)
	lines = append(lines, trimBlank(body, s.form, 12)...)
	if s.problem != "" {
		for _, line := range strings.Split(s.problem, "\n") {
			lines = append(lines, t.Overdue.Paint("! "+safe(line)))
		}
	}
	hint := "Enter goes on, ↑↓ moves, ←→ chooses, ^C leaves"
	if s.busy {
		hint = "setting up…"
	}
	lines = append(lines, t.Muted.Paint(hint))
	box := boxed(t, "tocsin, first run", lines, width)
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
