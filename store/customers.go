package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"tocsin/model"
)

// Customers calls visit with the customers that a query asks for, in the order
// they were first taken, until it returns an error, which is returned. Those of
// imports that are not complete are left out, and so are those who were
// forgotten.
func (s *Space) Customers(ctx context.Context, query model.CustomerQuery, visit func(model.Customer) error) error {
	book := s.Snapshot().Meta.Customers
	open := newOpener(s.log, s.veil)
	return s.listed(ctx, &book, query, func(one model.Listed) error {
		c, err := open.customer(ctx, one)
		if err != nil || !query.Names(c.Name) {
			return err
		}
		return visit(c)
	})
}

// CustomerNumbers calls visit with the numbers of the customers that a query
// asks for, ascending. Where the query asks for no name, nothing personal is
// opened.
func (s *Space) CustomerNumbers(ctx context.Context, query model.CustomerQuery, visit func(number uint64) error) error {
	if query.Name != "" {
		return s.Customers(ctx, query, func(c model.Customer) error { return visit(c.Number) })
	}
	book := s.Snapshot().Meta.Customers
	return s.listed(ctx, &book, query, func(one model.Listed) error { return visit(one.Number) })
}

// listed goes through the versions that count, as far as a query asks for them
// without looking at names.
func (s *Space) listed(ctx context.Context, book *model.CustomerBook, query model.CustomerQuery, visit func(model.Listed) error) error {
	if id, exact := query.ExactID(); exact {
		one, ok, err := s.standing(book, id)
		if err != nil || !ok || one.Gone || !query.Lists(one) {
			return err
		}
		return visit(one)
	}
	err := s.log.scan(ctx, customerKind.all(), func(at slot, kept []byte) error {
		var e customerEntry
		if err := readSummed(at, kept, &e); err != nil {
			return err
		}
		if one, ok := book.Standing(e.Versions); ok && !one.Gone && query.Lists(one) {
			return visit(one)
		}
		return nil
	})
	return err
}

// standing is the version that counts of the customer whom an id is of.
func (s *Space) standing(book *model.CustomerBook, id string) (one model.Listed, ok bool, err error) {
	look := &registry{log: s.log}
	number, ok, err := look.NumberOf(id)
	if err != nil || !ok {
		return one, false, err
	}
	versions, err := look.Versions(number)
	if err != nil {
		return one, false, err
	}
	one, ok = book.Standing(versions)
	return one, ok, nil
}

// Customer is the customer whom the team's own id is of. It matches
// model.ErrNotFound where there is none, or they were forgotten.
func (s *Space) Customer(ctx context.Context, id string) (model.Customer, error) {
	book := s.Snapshot().Meta.Customers
	one, ok, err := s.standing(&book, id)
	if err != nil {
		return model.Customer{}, fmt.Errorf("look a customer up: %w", err)
	}
	if !ok || one.Gone {
		return model.Customer{}, fmt.Errorf("customer %q: %w", model.Clip(id, model.MaxCustomerID), model.ErrNotFound)
	}
	return newOpener(s.log, s.veil).customer(ctx, one)
}

// CustomerNumber is the number that the team's own id goes by; ok is false
// where there is no such customer, or they were forgotten.
func (s *Space) CustomerNumber(id string) (number uint64, ok bool, err error) {
	book := s.Snapshot().Meta.Customers
	one, ok, err := s.standing(&book, id)
	return one.Number, ok && !one.Gone, err
}

// opener opens versions of customers, which lie in the events that brought
// them: hundreds in one event, so that those which follow one another cost
// little.
type opener struct {
	log    ledger
	veil   *veil
	events map[uint64]*takenEvent
	used   []uint64 // their sequence numbers, the last one used last
}

// takenEvent is an event that brought customers, as it is kept.
type takenEvent struct {
	sealed bool
	rows   map[uint64]*model.Customer
}

// openEvents is how many events an opener keeps at hand, some 400 KiB each.
const openEvents = 32

func newOpener(l ledger, v *veil) *opener {
	return &opener{log: l, veil: v, events: make(map[uint64]*takenEvent)}
}

// customer opens one version. One who was forgotten reads as that.
func (o *opener) customer(ctx context.Context, one model.Listed) (model.Customer, error) {
	return o.version(ctx, one.Number, one.Taken)
}

func (o *opener) version(ctx context.Context, number, taken uint64) (model.Customer, error) {
	e, err := o.event(ctx, taken)
	if err != nil {
		return model.Customer{}, fmt.Errorf("open customer number %d: %w", number, err)
	}
	row, ok := e.rows[number]
	if !ok {
		return model.Customer{}, fmt.Errorf("open customer number %d: %w: event %d did not bring them", number, ErrDamaged, taken)
	}
	c := *row
	c.Taken = taken
	if !e.sealed {
		return c, nil
	}
	fields, err := o.veil.types.of(reflect.TypeFor[model.Customer]())
	if err == nil {
		err = fields.translate(reflect.ValueOf(&c).Elem(), "", func(p piece) (string, error) { return o.veil.openCustomer(p.of, p.text) })
	}
	return c, err
}

func (o *opener) event(ctx context.Context, seq uint64) (*takenEvent, error) {
	if e, ok := o.events[seq]; ok {
		return e, nil
	}
	data, ok, err := o.log.get(ctx, eventSlot(seq))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%w: event %d is missing", ErrDamaged, seq)
	}
	e, env, err := decodeCovered(data)
	if err != nil {
		return nil, err
	}
	body, ok := e.Body.(*model.CustomersTaken)
	if !ok {
		return nil, fmt.Errorf("%w: event %d brought no customers", ErrDamaged, seq)
	}
	if env.Version != plainEnvelope && o.veil == nil {
		return nil, errors.New("what is known of customers is sealed, and no vault is open")
	}
	taken := &takenEvent{sealed: env.Version != plainEnvelope, rows: make(map[uint64]*model.Customer, len(body.Rows))}
	for k := range body.Rows {
		taken.rows[body.Rows[k].Number] = &body.Rows[k]
	}
	o.keep(seq, taken)
	return taken, nil
}

// keep lets the event go that was read longest ago, where there are too many.
func (o *opener) keep(seq uint64, e *takenEvent) {
	if len(o.used) == openEvents {
		delete(o.events, o.used[0])
		o.used = o.used[1:]
	}
	o.events[seq] = e
	o.used = append(o.used, seq)
}
