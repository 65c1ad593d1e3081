package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// Retention is what the console needs to purge what was kept long enough.
type Retention interface {
	// Sweep purges what is due, for good, and says in a sentence what came of
	// it. approver is the second person, "" where the space asks for none. told
	// hears of events. What an interruption leaves undone of a sweep that was
	// recorded, the next start does.
	Sweep(ctx context.Context, due []model.Expiry, approver string, told Told) (said string, err error)
}

func needSweep(c *Console) string {
	switch {
	case c.opts.Retention == nil:
		return "the record cannot be swept from here"
	case len(c.retention.preview.Due) == 0:
		return "nothing is due"
	case c.errand != nil:
		return "something is under way: " + c.errand.what
	}
	return ""
}

// sweep asks whether to purge what was due when the question was put. The
// default is no.
func (c *Console) sweep() tea.Cmd {
	due, r := c.retention.preview.Due, c.frame.snapshot.Meta().Retention
	d := &dialog{title: "Purge for good", confirm: "Purge", danger: consequence, intro: sweepIntro(due, r)}
	if r.Second {
		d.draft = "sweep"
		d.form = newForm(c.theme, c.line("approver", "Second person", "Who else agrees to it: this space asks for two people."))
	}
	d.errand = func(f *form) (tea.Cmd, bool) {
		approver, ok := c.approverOf(f)
		if !ok {
			return nil, false
		}
		return c.sendSweep(due, approver, f), true
	}
	return c.ask(d)
}

func sweepIntro(due []model.Expiry, r model.Retention) []string {
	incidents, evidence := 0, 0
	for k := range due {
		if due[k].Class == model.EvidenceContent {
			evidence++
		} else {
			incidents++
		}
	}
	what := fmt.Sprintf("Incidents that go, with their history and their evidence: %d.", incidents)
	if evidence > 0 {
		what += fmt.Sprintf(" Incidents that stay, and lose the content of evidence: %d.", evidence)
	}
	return []string{
		what,
		"There is no way back. Numbers are not given again, and every proof still verifies.",
		"Backups from before still hold it: destroy them within " + r.Words(model.Backups) + ". So do the database's files, encrypted, until tocsin retention sweep rewrites them.",
	}
}

// approverOf reads who else agrees; there is no form where nobody is asked.
func (c *Console) approverOf(f *form) (string, bool) {
	if f == nil {
		return "", true
	}
	approver, problem := strings.TrimSpace(f.value("approver")), ""
	switch approver {
	case "":
		problem = "is missing"
	case c.opts.Actor.Name:
		problem = "gives the sweep already; accepted: somebody else"
	}
	f.field("approver").problem = problem
	return approver, problem == ""
}

func (c *Console) sendSweep(due []model.Expiry, approver string, f *form) tea.Cmd {
	from := c.opts.Retention
	return c.send("sweeping", func(ctx context.Context, told Told) errandMsg {
		said, err := from.Sweep(ctx, due, approver, told)
		if errors.Is(err, context.Canceled) {
			return errandMsg{said: "stopped; what a recorded sweep left is purged at the next start", alarming: true}
		}
		return errandMsg{said: said, err: err, form: f, draft: "sweep"}
	})
}
