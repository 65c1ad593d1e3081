package main

import (
	"fmt"
	"time"

	"tocsin/model/policy"
)

// write tells what the packs say as a person would write it.
func (s *supposition) write(p *paper) {
	c, supposed := s.complete()
	for _, text := range supposed {
		p.indented(0, "Supposed, as nothing else was said: "+text, quiet)
	}
	for _, text := range s.later {
		p.indented(0, "Not sent yet at that moment: "+text, quiet)
	}
	all := policy.ObligationsIn(s.packs, &c, s.home)
	for i := range all {
		if i > 0 || len(supposed)+len(s.later) > 0 {
			p.line()
		}
		s.writeAnswer(p, &all[i], &c)
	}
	declined := s.declined(c)
	if len(declined) == 0 {
		return
	}
	if len(all) > 0 || len(supposed) > 0 {
		p.line()
	}
	p.line(painted{"Does not apply", strong})
	for _, line := range declined {
		p.indented(2, line, quiet)
	}
}

func (s *supposition) writeAnswer(p *paper, o *policy.Obligation, c *policy.Case) {
	g := s.gatherFor(o)
	mark := stateMark(o.State(s.at))
	p.line(painted{o.Title(), strong}, painted{"  " + o.Pack.Ref().String() + ", rule " + o.Rule.ID, quiet})
	p.line(painted{"  ", plain}, mark, painted{", " + recipient(o.Rule), plain})
	p.indented(2, g.limits(o), strong)
	if next := o.NextAfter(s.at); !next.IsZero() {
		p.indented(2, "then "+g.reading(next, o.Rule), plain)
	}
	explained := policy.ExplainIn(o, c, s.home)
	for _, why := range explained.Why {
		p.indented(4, "because "+why, quiet)
	}
	for k, step := range explained.Steps {
		p.indented(4, fmt.Sprintf("%d. %s", k+1, step.Text), plain)
	}
	for _, text := range explained.Warnings {
		p.indented(4, "note: "+text, notice)
	}
	if o.Rule.Note != "" {
		p.indented(4, o.Rule.Note, quiet)
	}
	if o.Rule.Citation != "" {
		p.indented(4, "Source: "+joinNonEmpty(", ", o.Pack.Source, o.Rule.Citation), quiet)
	}
}

func recipient(rule *policy.Rule) string {
	switch {
	case rule.Audience != "":
		return "to: " + rule.Audience
	case rule.Internal:
		return "within the company"
	}
	return "to nobody in particular"
}

// limits are the strict and the legal due time side by side, or why there are
// none.
func (g *gatherer) limits(o *policy.Obligation) string {
	switch {
	case o.Strict.IsZero() && o.Rule.Soft():
		return "due without undue delay: no number"
	case o.Strict.IsZero() && !o.Started:
		return "due: no time yet"
	case o.Strict.IsZero():
		return "nothing more is due"
	case o.Legal.Equal(o.Strict):
		return "strict and legal: " + g.reading(o.Strict, o.Rule)
	}
	return "strict: " + g.reading(o.Strict, o.Rule) + "   legal: " + g.reading(o.Legal, o.Rule)
}

// reading is a due time with its year: whoever plans looks far ahead.
func (g *gatherer) reading(at time.Time, rule *policy.Rule) string {
	return whenDue(at, rule, g.zone, time.Time{})
}
