package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/model/policy"
)

// queueFilter is which incidents of the queue somebody wants to see. The zero
// filter shows every open one.
type queueFilter struct {
	all        bool
	closed     bool
	severities []string
	overdue    bool
	unassigned bool
	mine       bool
	text       string
}

func (a *app) queueCommand() *cobra.Command {
	var filter queueFilter
	cmd := &cobra.Command{
		Use:   "queue [TEXT…]",
		Short: "List incidents, what is due next first",
		Example: `  tocsin queue --overdue
  tocsin queue --severity critical --severity high
  tocsin queue mailbox --all --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			filter.text = strings.Join(args, " ")
			return a.withSession(cmd, func(_ context.Context, s *session) error { return a.printQueue(s, filter) })
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&filter.all, "all", false, "open and ended incidents")
	flags.BoolVar(&filter.closed, "closed", false, "ended incidents only")
	flags.StringSliceVar(&filter.severities, "severity", nil, "only of these severities; untriaged is one, too")
	flags.BoolVar(&filter.overdue, "overdue", false, "only with something overdue, or perhaps overdue: what cannot be excluded counts at its worst")
	flags.BoolVar(&filter.unassigned, "unassigned", false, "only without a lead")
	flags.BoolVar(&filter.mine, "mine", false, "only where the actor holds a role")
	a.completeFlag(cmd, "severity", completeSeverities)
	return a.reading(cmd)
}

const untriaged = "untriaged"

// printQueue prints what the filter leaves of the queue.
func (a *app) printQueue(s *session, filter queueFilter) error {
	if err := s.checkSeverities(filter.severities); err != nil {
		return err
	}
	standings := s.filtered(filter)
	g := s.gather()
	if a.json {
		rows := []queueView{}
		for _, standing := range standings {
			rows = append(rows, g.queueRow(standing))
		}
		return s.out.printJSON(rows)
	}
	if len(standings) == 0 {
		s.out.printf("%s", filter.nothing())
		return nil
	}
	g.queueTable(standings).write(s.out)
	return nil
}

// checkSeverities refuses a severity that no adopted pack knows.
func (s *session) checkSeverities(wanted []string) error {
	known := append(s.severities(), untriaged)
	for _, level := range wanted {
		if !slices.Contains(known, strings.ToLower(level)) {
			return unknown("severity", level, known)
		}
	}
	return nil
}

// severities are the ids of all packs in the space, lowest first.
func (s *session) severities() []string {
	var ids []string
	for _, pack := range s.library.Procedures() {
		for k, level := range pack.Severities {
			if !slices.Contains(ids, level.ID) {
				ids = slices.Insert(ids, min(k, len(ids)), level.ID)
			}
		}
	}
	return ids
}

func (s *session) filtered(filter queueFilter) []*model.Standing {
	var standings []*model.Standing
	snapshot := s.snapshot()
	if !filter.closed {
		standings = append(standings, snapshot.Queue()...)
	}
	if filter.all || filter.closed {
		standings = append(standings, snapshot.Closed()...)
	}
	now := s.now()
	return slices.DeleteFunc(standings, func(standing *model.Standing) bool {
		i := standing.Incident
		switch {
		case len(filter.severities) > 0 && !filter.hasSeverity(i.Severity()),
			filter.unassigned && len(i.Holders("lead")) > 0,
			filter.mine && !slices.ContainsFunc(i.Roles, func(h model.Holder) bool { return h.Person == s.actor.Name }),
			filter.overdue && !standing.Overdue(now):
			return true
		}
		return !matches(i, filter.text)
	})
}

func (f queueFilter) hasSeverity(level string) bool {
	return slices.ContainsFunc(f.severities, func(wanted string) bool {
		return strings.EqualFold(wanted, level) || level == "" && strings.EqualFold(wanted, untriaged)
	})
}

// matches looks for every word of a text in what names an incident.
func matches(i *model.Incident, text string) bool {
	names := strings.ToLower(strings.Join(slices.Concat([]string{string(i.ID), i.External, i.Title, i.Reporter}, i.Systems, i.Types, i.Data), "\n"))
	for _, holder := range i.Roles {
		names += "\n" + strings.ToLower(holder.Person)
	}
	for _, word := range strings.Fields(strings.ToLower(text)) {
		if !strings.Contains(names, word) {
			return false
		}
	}
	return true
}

// nothing says what an empty list means, and what to do next.
func (f queueFilter) nothing() string {
	if f.all || f.closed || len(f.severities) > 0 || f.overdue || f.unassigned || f.mine || f.text != "" {
		return "No incident matches."
	}
	return `No open incidents. Report one with: tocsin report --title "What happened"`
}

func (g *gatherer) queueTable(standings []*model.Standing) *table {
	t := newTable(column{title: "severity"}, column{title: "incident"}, column{title: "title", flexible: true}, column{title: "phase", flexible: true},
		column{title: "lead", flexible: true}, column{title: "due"}, column{title: "what", flexible: true})
	for _, s := range standings {
		due, what := g.dueCells(s)
		t.add(severityMark(s), painted{string(s.Incident.ID), plain}, painted{s.Incident.Title, strong}, phaseCell(s), leadCell(s), due, what)
	}
	return t
}

func phaseCell(s *model.Standing) painted {
	if !s.Incident.Open() {
		return painted{string(s.Incident.Outcome), quiet}
	}
	return painted{phaseLabel(s.Procedure, s.Incident.Phase()), plain}
}

func leadCell(s *model.Standing) painted {
	if people := s.Incident.Holders("lead"); len(people) > 0 {
		return painted{strings.Join(people, ", "), plain}
	}
	if !s.Incident.Open() {
		return painted{"", plain}
	}
	return painted{"nobody", warning}
}

func (g *gatherer) dueCells(s *model.Standing) (due, what painted) {
	next, ok := s.Next()
	if !ok {
		if !s.Incident.Open() {
			return painted{"ended " + when(s.Incident.Closed, g.zone, g.now), quiet}, painted{}
		}
		if w := s.Waits; w != nil {
			return painted{"not started", warning}, painted{w.Rule.Title + " waits for: " + factLabel([]*policy.Pack{w.Pack}, w.Fact), plain}
		}
		return g.softCells(s.Incident)
	}
	text := left(next.At.Sub(g.now))
	return painted{text, stateMark(next.State(g.now)).ink}, painted{whatIsDue(next), plain}
}

// softCells names what an incident owes without a number.
func (g *gatherer) softCells(i *model.Incident) (due, what painted) {
	obligations := g.snapshot.Obligations(i)
	for k := range obligations {
		if obligations[k].State(g.now) == policy.Open {
			return painted{"without delay", plain}, painted{obligations[k].Title(), plain}
		}
	}
	return painted{"nothing due", quiet}, painted{}
}

// whatIsDue names an obligation in a list. One that may not apply says so.
func whatIsDue(d model.Due) string {
	if d.Conditional {
		return d.Title() + " (cannot be excluded)"
	}
	return d.Title()
}
