package main

import (
	"context"
	"path/filepath"
	"slices"
	"sync"

	"tocsin/config"
	"tocsin/model"
	wording "tocsin/model/notice"
	"tocsin/tui"
)

// consoleNotices lets the console read templates and recipients through its own
// interface.
type consoleNotices struct {
	s         *session
	templates func() []*wording.Template
	steps     *lastSteps
}

// noticesOf are what notices are written with. Templates of the team's own that
// are wrong are left out; the doctor says what is wrong with them.
func noticesOf(s *session) consoleNotices {
	return consoleNotices{s: s, steps: new(lastSteps), templates: sync.OnceValue(func() []*wording.Template {
		known, _, err := config.LoadTemplates(filepath.Join(s.dir, config.TemplatesFolder))
		if err != nil {
			return nil
		}
		return known.List()
	})}
}

func (c consoleNotices) Templates() []*wording.Template { return c.templates() }

func (c consoleNotices) Recipients(ctx context.Context, id model.ID, groups []string, from, limit int) ([]tui.Addressee, error) {
	if err := c.s.mayOpen(); err != nil {
		return nil, err
	}
	found, err := c.s.space.Recipients(ctx, id, groups, from, limit)
	if err != nil {
		return nil, troubled(err)
	}
	people := make([]tui.Addressee, len(found))
	for k := range found {
		people[k] = tui.Addressee{Customer: found[k].Customer.ID, Name: found[k].Customer.Name, Language: found[k].Customer.Language, Address: found[k].Address}
	}
	return people, nil
}

func (c consoleNotices) Told(ctx context.Context, id model.ID, of string, wanted []model.DeliveryOutcome, page tui.Page) ([]tui.ToldRow, bool, error) {
	if err := c.s.mayOpen(); err != nil {
		return nil, false, err
	}
	stand, err := c.s.space.Deliveries(ctx, model.NoticeRef{Incident: id, Notice: of})
	if err != nil {
		return nil, false, troubled(err)
	}
	standing, ok := c.s.snapshot().Incident(id)
	if !ok {
		return nil, false, model.ErrNotFound
	}
	n, _ := standing.Incident.Notice(of)
	if len(wanted) == 0 {
		wanted = model.DeliveryOutcomes()
	}
	ordinals, more := toldPage(stand, wanted, page)
	steps, err := c.stepsOf(ctx, &n, model.NoticeRef{Incident: id, Notice: of}, ordinals)
	if err != nil {
		return nil, false, troubled(err)
	}
	rows := make([]tui.ToldRow, 0, len(ordinals))
	for _, run := range runsOf(ordinals) {
		found, err := c.s.space.Recipients(ctx, id, groupsOf(&n), run[0], len(run))
		if err != nil {
			return nil, false, troubled(err)
		}
		for _, one := range found {
			outcome, _ := stand.Outcome(one.Ordinal)
			row := tui.ToldRow{Ordinal: one.Ordinal, Number: one.Customer.Number, Outcome: outcome,
				Addressee: tui.Addressee{Customer: one.Customer.ID, Name: one.Customer.Name, Language: one.Customer.Language, Address: one.Address}}
			row.Words, row.At = steps[one.Ordinal].Words, steps[one.Ordinal].At
			rows = append(rows, row)
		}
	}
	return rows, more, nil
}

// stepsOf are what last happened to telling some recipients. Of a notice to very
// many the record is not read for a page of them: a proof tells it.
func (c consoleNotices) stepsOf(ctx context.Context, n *model.Notice, ref model.NoticeRef, ordinals []int) (map[int]toldStep, error) {
	const many = 50_000
	if n.Recipients > many {
		return nil, nil
	}
	return c.steps.last(ctx, c.s.space, ref, ordinals)
}

// toldPage is the ordinals of a page, ascending; places are one more than
// ordinals.
func toldPage(stand *model.Deliveries, wanted []model.DeliveryOutcome, page tui.Page) (ordinals []int, more bool) {
	if page.Before == 0 {
		ordinals = stand.Find(int(page.After), page.Limit+1, wanted...)
		if more = len(ordinals) > page.Limit; more {
			ordinals = ordinals[:page.Limit]
		}
		return ordinals, more
	}
	for ordinal := int(page.Before) - 2; ordinal >= 0; ordinal-- {
		if outcome, ok := stand.Outcome(ordinal); !ok || !slices.Contains(wanted, outcome) {
			continue
		}
		if len(ordinals) == page.Limit {
			more = true
			break
		}
		ordinals = append(ordinals, ordinal)
	}
	slices.Reverse(ordinals)
	return ordinals, more
}

// runsOf cuts ascending ordinals where one is left out.
func runsOf(ordinals []int) (runs [][]int) {
	for k, ordinal := range ordinals {
		if k == 0 || ordinals[k-1]+1 != ordinal {
			runs = append(runs, nil)
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], ordinal)
	}
	return runs
}
