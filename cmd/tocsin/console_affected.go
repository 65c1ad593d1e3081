package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tocsin/model"
	"tocsin/store"
	"tocsin/tui"
)

// consoleAffected lets the console read and change who is affected, through its
// own interface.
type consoleAffected struct{ s *session }

func (c consoleAffected) Rows(ctx context.Context, id model.ID, group, words string, page tui.Page) ([]tui.AffectedRow, bool, error) {
	if err := c.s.mayOpen(); err != nil {
		return nil, false, err
	}
	r := &affectedReader{space: c.s.space, id: id, group: group, words: strings.Fields(strings.ToLower(words))}
	if err := r.stand(ctx); err != nil {
		return nil, false, troubled(err)
	}
	if page.Before > 0 {
		return r.before(ctx, page)
	}
	return r.after(ctx, page)
}

// affectedReader reads pages of the customers of a group. A customer's place is
// one more than the ordinal of their last address within the group.
type affectedReader struct {
	space *store.Space
	id    model.ID
	group string
	words []string
	told  *model.Deliveries // of the last notice to the group; nil for none
	from  int               // the group's first ordinal in it
}

// stand finds the last notice that left for the group as it is now.
func (r *affectedReader) stand(ctx context.Context) error {
	standing, ok := r.space.Snapshot().Incident(r.id)
	if !ok {
		return model.ErrNotFound
	}
	group, ok := standing.Incident.Affected(r.group)
	if !ok {
		return model.ErrNotFound
	}
	for _, n := range slices.Backward(standing.Incident.Notices) {
		for _, share := range n.Delivery.Shares {
			if n.Recipients == 0 || share.Group != r.group || share.Root != group.Root {
				continue
			}
			told, err := r.space.Deliveries(ctx, model.NoticeRef{Incident: r.id, Notice: n.ID})
			r.told, r.from = told, share.From
			return err
		}
	}
	return nil
}

// after reads rows on from a place, until there are enough that have the words.
func (r *affectedReader) after(ctx context.Context, page tui.Page) (rows []tui.AffectedRow, more bool, err error) {
	at := int(page.After)
	for {
		found, next, err := r.customers(ctx, at, page.Limit)
		if err != nil {
			return nil, false, err
		}
		for _, row := range found {
			if len(rows) == page.Limit {
				return rows, true, nil
			}
			rows = append(rows, row)
		}
		if next == at {
			return rows, false, nil
		}
		at = next
	}
}

// before reads the rows before a place, the nearest ones.
func (r *affectedReader) before(ctx context.Context, page tui.Page) (rows []tui.AffectedRow, more bool, err error) {
	end := int(page.Before)
	for end > 0 && len(rows) < page.Limit {
		from := max(end-page.Limit, 0)
		found, _, err := r.customers(ctx, from, end-from)
		if err != nil {
			return nil, false, err
		}
		found = slices.DeleteFunc(found, func(row tui.AffectedRow) bool {
			return row.Place >= page.Before || len(rows) > 0 && row.Place >= rows[0].Place
		})
		rows = append(found, rows...)
		end = from
	}
	if cut := len(rows) - page.Limit; cut > 0 {
		return rows[cut:], true, nil
	}
	return rows, end > 0, nil
}

// customers are those whose addresses lie at so many ordinals from one on, and
// the ordinal to go on from.
func (r *affectedReader) customers(ctx context.Context, from, n int) (rows []tui.AffectedRow, next int, err error) {
	found, err := r.space.Recipients(ctx, r.id, []string{r.group}, from, n)
	if err != nil {
		return nil, 0, troubled(err)
	}
	next = from
	for k := range found {
		one := &found[k]
		last := one.Ordinal
		if at := slices.Index(one.Customer.Addresses(), one.Address); at >= 0 {
			last += len(one.Customer.Addresses()) - 1 - at
		}
		next = max(next, last+1)
		if k > 0 && found[k-1].Customer.Number == one.Customer.Number || !r.has(&one.Customer) {
			continue
		}
		rows = append(rows, tui.AffectedRow{Place: uint64(last + 1), Customer: one.Customer, Told: r.outcome(one.Ordinal)})
	}
	return rows, next, nil
}

func (r *affectedReader) has(c *model.Customer) bool {
	text := strings.ToLower(strings.Join([]string{c.ID, c.Name, c.Jurisdiction}, " "))
	return !slices.ContainsFunc(r.words, func(word string) bool { return !strings.Contains(text, word) })
}

// outcome is what became of the last notice at an ordinal of the group.
func (r *affectedReader) outcome(ordinal int) string {
	if outcome, ok := r.told.Outcome(r.from + ordinal); ok {
		return outcome.String()
	}
	return ""
}

func (c consoleAffected) Count(ctx context.Context, id model.ID, addition tui.Addition) (tui.Counted, error) {
	var counted tui.Counted
	standing, ok := c.s.snapshot().Incident(id)
	if !ok {
		return counted, model.ErrNotFound
	}
	if addition.Query.Name != "" {
		if err := c.s.mayOpen(); err != nil {
			return counted, err
		}
	}
	already, err := c.s.affectedNumbers(ctx, standing.Incident)
	if err != nil {
		return counted, err
	}
	found := make(map[string]bool)
	err = c.s.space.Customers(ctx, addition.Query, func(one model.Customer) error {
		found[one.ID] = true
		addresses := len(one.Addresses())
		_, listed := slices.BinarySearch(already, one.Number)
		switch {
		case listed:
			counted.Already++
			return nil
		case addresses == 0:
			counted.Unreachable++
		}
		counted.Customers++
		counted.Addresses += addresses
		return nil
	})
	for _, one := range addition.Query.IDs {
		if !found[one] {
			counted.Unknown = append(counted.Unknown, one)
		}
	}
	return counted, troubled(err)
}

func (c consoleAffected) Add(ctx context.Context, id model.ID, addition tui.Addition, told tui.Told) (string, error) {
	var numbers []uint64
	err := c.s.space.CustomerNumbers(ctx, addition.Query, func(n uint64) error {
		numbers = append(numbers, n)
		return nil
	})
	if err != nil {
		return "", troubled(err)
	}
	open := model.AffectedOpen{Incident: id, Source: "the registry, on screen", What: addition.What, Direct: addition.Direct, Since: addition.Since}
	if err := c.bring(ctx, open, numbers, told); err != nil {
		return "", err
	}
	standing, _ := c.s.snapshot().Incident(id)
	return fmt.Sprintf("%s: %s affected now; nobody was told by this", id, several(uint64(standing.Incident.AffectedCustomers()), "customer")), nil
}

func (c consoleAffected) Refresh(ctx context.Context, id model.ID, told tui.Told) (string, error) {
	standing, ok := c.s.snapshot().Incident(id)
	if !ok {
		return "", model.ErrNotFound
	}
	numbers, err := c.s.affectedNumbers(ctx, standing.Incident)
	if err != nil {
		return "", err
	}
	if err := c.bring(ctx, model.AffectedOpen{Incident: id, Source: "the registry", Refresh: true}, numbers, told); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: %s as the registry has them now", id, several(uint64(len(numbers)), "customer")), nil
}

// bring adds or refreshes customers by their numbers, all of them or none.
func (c consoleAffected) bring(ctx context.Context, open model.AffectedOpen, numbers []uint64, told tui.Told) error {
	open.Batch = c.s.batchName("affected")
	if _, err := c.s.space.Do(ctx, c.s.actor, open); err != nil {
		return err
	}
	err := c.s.takeAffected(ctx, open, numbers, told)
	if err == nil {
		_, err = c.s.space.Do(ctx, c.s.actor, model.AffectedClose{Incident: open.Incident, Batch: open.Batch})
	}
	if err != nil {
		return errors.Join(err, c.s.giveUpAffected(ctx, open, whyGivenUp(ctx, err)))
	}
	return nil
}
