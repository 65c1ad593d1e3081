package main

import (
	"context"
	"slices"
	"strings"

	"tocsin/config"
	"tocsin/model"
	wording "tocsin/model/notice"
	"tocsin/tui"
)

// memoryTelling is who is affected and told in a memory space, as its events
// say.
type memoryTelling struct{ space *memorySpace }

// customers are those of a group in the order taken, in the versions taken.
func (m memoryTelling) customers(id model.ID, group string) []model.Customer {
	m.space.mu.Lock()
	defer m.space.mu.Unlock()
	known := make(map[uint64]model.Customer)
	var all []model.Customer
	for _, e := range m.space.events {
		switch body := e.Body.(type) {
		case *model.CustomersTaken:
			for _, one := range body.Rows {
				known[one.Number] = one
			}
		case *model.AffectedTaken:
			for _, part := range body.Parts {
				if body.ID != id || part.Group != group {
					continue
				}
				for _, row := range part.Rows {
					all = append(all, known[row.Number])
				}
			}
		}
	}
	return all
}

func (m memoryTelling) Rows(_ context.Context, id model.ID, group, words string, page tui.Page) ([]tui.AffectedRow, bool, error) {
	told := m.last(id, group)
	var rows []tui.AffectedRow
	ordinal := 0
	for k, one := range m.customers(id, group) {
		row := tui.AffectedRow{Place: uint64(k + 1), Customer: one}
		if outcome, ok := told.Outcome(ordinal); ok {
			row.Told = outcome.String()
		}
		ordinal += len(one.Addresses())
		if row.Place > page.After && (page.Before == 0 || row.Place < page.Before) && strings.Contains(strings.ToLower(one.Name), strings.ToLower(words)) {
			rows = append(rows, row)
		}
	}
	if more := len(rows) > page.Limit; more {
		return rows[:page.Limit], true, nil
	}
	return rows, false, nil
}

// last is where the recipients of the last notice to a group stand.
func (m memoryTelling) last(id model.ID, group string) *model.Deliveries {
	standing, _ := m.space.Snapshot().Incident(id)
	for _, n := range slices.Backward(standing.Incident.Notices) {
		if n.Recipients > 0 && slices.Equal(n.Groups, []string{group}) {
			return m.space.state.Deliveries[model.NoticeRef{Incident: id, Notice: n.ID}]
		}
	}
	return nil
}

func (m memoryTelling) Count(context.Context, model.ID, tui.Addition) (tui.Counted, error) {
	return tui.Counted{Customers: 60, Addresses: 60, Already: 352}, nil
}

func (m memoryTelling) Add(context.Context, model.ID, tui.Addition, tui.Told) (string, error) {
	return "60 customers are listed", nil
}

func (m memoryTelling) Refresh(context.Context, model.ID, tui.Told) (string, error) {
	return "nothing is newer", nil
}

func (m memoryTelling) Templates() []*wording.Template {
	known, _, err := config.LoadTemplates("")
	if err != nil {
		return nil
	}
	return known.List()
}

func (m memoryTelling) Recipients(_ context.Context, id model.ID, groups []string, from, limit int) ([]tui.Addressee, error) {
	var all []tui.Addressee
	for _, group := range groups {
		for _, one := range m.customers(id, group) {
			for _, address := range one.Addresses() {
				all = append(all, tui.Addressee{Customer: one.ID, Name: one.Name, Language: one.Language, Address: address})
			}
		}
	}
	from = min(from, len(all))
	return all[from:min(from+limit, len(all))], nil
}

func (m memoryTelling) Told(ctx context.Context, id model.ID, of string, wanted []model.DeliveryOutcome, page tui.Page) ([]tui.ToldRow, bool, error) {
	standing, _ := m.space.Snapshot().Incident(id)
	n, _ := standing.Incident.Notice(of)
	people, err := m.Recipients(ctx, id, n.Groups, 0, n.Recipients)
	stand := m.space.state.Deliveries[model.NoticeRef{Incident: id, Notice: of}]
	if len(wanted) == 0 {
		wanted = model.DeliveryOutcomes()
	}
	ordinals, more := toldPage(stand, wanted, page)
	p := &proof{notice: &n, steps: make(map[int][]toldStep)}
	for _, e := range m.space.events {
		if e.Body.Incident() == id && noticeIn(e.Body) == of {
			p.take(e)
		}
	}
	var rows []tui.ToldRow
	for _, ordinal := range ordinals {
		outcome, _ := stand.Outcome(ordinal)
		last := p.steps[ordinal][len(p.steps[ordinal])-1]
		rows = append(rows, tui.ToldRow{Ordinal: ordinal, Addressee: people[ordinal], Outcome: outcome, Words: last.Words, At: last.At})
	}
	return rows, more, err
}
