package tui

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/policy"
)

// explain shows how the selected obligation's due time came about.
func (c *Console) explain() tea.Cmd {
	if c.current == c.whatIf {
		c.whatIf.explainDraft()
		return nil
	}
	standing, key := c.target(), c.obligation().Key()
	c.push(&reader{theme: c.theme, title: "Why this is due", lines: func(width int) []string {
		return c.explanation(standing.Incident.ID, key, width)
	}})
	return nil
}

// explanation is laid out for what stands now: the countdown in it is live.
func (c *Console) explanation(id model.ID, key policy.RuleKey, width int) []string {
	t := c.theme
	standing, ok := c.frame.snapshot.Incident(id)
	if !ok {
		return []string{t.Muted.Paint(string(id) + " is gone.")}
	}
	o := c.findObligation(standing.Incident, key)
	if o == nil {
		return []string{t.Muted.Paint("This obligation does not apply any more.")}
	}
	p := &sheet{c: c, width: width}
	p.obligation(o, standing.Incident.Case(), standing, string(id)+"  "+safe(standing.Incident.Title))
	return p.lines
}

// obligation explains what a case owes: why it applies, how its time is
// counted, and what it asks for. s says who stated what starts it; nil for a
// draft, in which nobody did. about is said below the title.
func (p *sheet) obligation(o *policy.Obligation, of *policy.Case, s *model.Standing, about string) {
	c := p.c
	e := policy.ExplainIn(o, of, c.frame.snapshot.Home())
	p.title(o.Title())
	p.text(about)
	p.blank()
	state := o.State(c.now())
	shape, style := stateMark(c.theme, state)
	line := style.Paint(shape + " " + string(state))
	if counts(o, c.now()) {
		line += style.Paint("  " + countdown(o.Strict, c.now(), true))
	}
	p.lines = append(p.lines, line)
	p.blank()
	p.heading(why(o, state))
	p.bullets(e.Why)
	p.heading("How the time is counted")
	for k, s := range e.Steps {
		p.step(k+1, s.Text)
	}
	if s != nil {
		p.statedBy(s, o.Facts())
	}
	p.limits(o)
	p.bulletsUnder("Take care", e.Warnings)
	p.bulletsUnder("It must say", o.Rule.Contents)
	p.bulletsUnder("Approval by", c.roleNames(s, o.Rule.Approval))
	p.pair("To", o.Rule.Audience)
	p.pair("Source", strings.Join(nonEmpty(o.Pack.Ref().String(), o.Rule.Citation, o.Pack.Source), "; "))
	p.pair("Note", o.Rule.Note)
	p.filings(o)
}

// why is the heading over an obligation's conditions.
func why(o *policy.Obligation, state policy.State) string {
	switch {
	case state == policy.NoLongerApplies:
		return "Why it no longer applies"
	case o.Applies == policy.Unknown:
		return "Why it cannot be excluded"
	}
	return "Why it applies"
}

func (c *Console) roleNames(s *model.Standing, ids []string) []string {
	names := make([]string, len(ids))
	for k, id := range ids {
		names[k] = id
		if s == nil {
			continue
		}
		if r, ok := s.Procedure.Role(id); ok {
			names[k] = r.Label
		}
	}
	return names
}

// sheet gathers wrapped lines.
type sheet struct {
	c     *Console
	width int
	lines []string
}

func (p *sheet) blank() { p.lines = append(p.lines, "") }

func (p *sheet) title(text string) {
	for _, line := range wrap(text, p.width) {
		p.lines = append(p.lines, p.c.theme.Bold.Paint(line))
	}
}

func (p *sheet) heading(text string) { p.lines = append(p.lines, p.c.theme.Title.Paint(text)) }

func (p *sheet) text(text string) {
	for _, line := range wrap(text, p.width) {
		p.lines = append(p.lines, p.c.theme.Muted.Paint(line))
	}
}

func (p *sheet) bullets(texts []string) {
	for _, text := range texts {
		p.hanging("· ", text)
	}
	p.blank()
}

func (p *sheet) bulletsUnder(heading string, texts []string) {
	if len(texts) > 0 {
		p.heading(heading)
		p.bullets(texts)
	}
}

func (p *sheet) step(number int, text string) {
	p.hanging(strconv.Itoa(number)+". ", text)
}

func (p *sheet) hanging(mark, text string) {
	indent := len([]rune(mark))
	for k, line := range wrap(safe(text), p.width-indent) {
		if k > 0 {
			mark = spaces(indent)
		}
		p.lines = append(p.lines, p.c.theme.Muted.Paint(mark)+p.c.theme.Text.Paint(line))
	}
}

func (p *sheet) pair(label, text string) {
	if text == "" {
		return
	}
	for k, line := range wrap(safe(text), p.width-10) {
		if k > 0 {
			label = ""
		}
		p.lines = append(p.lines, p.c.theme.Muted.Paint(fit(label, 10))+p.c.theme.Text.Paint(line))
	}
}

// statedBy says on whose word the clock runs.
func (p *sheet) statedBy(s *model.Standing, facts []string) {
	label := "Stated"
	for k, name := range facts {
		f, ok := s.Incident.Fact(name)
		if !ok || slices.Contains(facts[:k], name) {
			continue
		}
		p.pair(label, p.statedText(s, &f))
		label = ""
	}
}

func (p *sheet) statedText(s *model.Standing, f *model.Fact) string {
	text := p.c.factLabel(s, f.Name) + " stated"
	if f.Value.At.IsZero() {
		text += " as " + f.Value.Answer.String()
	}
	text += " by " + f.By + ", " + ago(f.Stated, p.c.now())
	if f.Ground != "" {
		text += ", on the ground: " + f.Ground
	}
	for _, e := range f.Earlier {
		text += "; was " + p.c.valueText(e.Value) + ", corrected: " + e.Reason
	}
	return text
}

// limits puts the strict and the legal limit side by side.
func (p *sheet) limits(o *policy.Obligation) {
	p.blank()
	if o.Strict.IsZero() {
		return
	}
	p.pair("Strict", o.Strict.In(p.c.zone()).Format("Monday 2 January 2006 15:04:05 MST")+": the countdown runs to this")
	if !o.Legal.IsZero() && !o.Legal.Equal(o.Strict) {
		p.pair("Legal", o.Legal.In(p.c.zone()).Format("Monday 2 January 2006 15:04:05 MST")+": the latest that can be argued; never counted to")
	}
	p.blank()
}

func (p *sheet) filings(o *policy.Obligation) {
	if len(o.Done) == 0 && o.Waiver == nil {
		return
	}
	p.blank()
	p.heading("On record")
	for _, f := range o.Done {
		how := "in time"
		if f.Late {
			how = "late"
		}
		p.hanging("· ", clock(f.At, p.c.now(), p.c.zone())+" by "+f.By+", "+how+" "+f.Reference)
	}
	if o.Waiver != nil {
		p.hanging("· ", "waived by "+o.Waiver.Decider+": "+o.Waiver.Rationale)
	}
}
