package store

import (
	"context"
	"fmt"
	"iter"
	"maps"

	"tocsin/model"
)

// rebuild folds the log from its beginning and writes the projections anew.
// That they are complete is written last, so an interrupted rebuild is begun
// again by the next start. The state it folds is not kept: what was written is
// read back at once, as every later start will. Incidents that no event was
// about for long are written early where there are more than room, so that
// memory does not grow with them.
func rebuild(ctx context.Context, l ledger, v *veil, end uint64, room int) error {
	rows, err := newRefolded(ctx, l, v)
	if err != nil {
		return err
	}
	aside := newAside(l, v, end, room)
	aside.rows = rows
	folded, err := foldAll(ctx, l, v, aside)
	if err != nil {
		return err
	}
	if folded.state.Seq != end {
		return fmt.Errorf("%w: its head is event %d, but only %d were found", ErrDamaged, end, folded.state.Seq)
	}
	if err := rows.flush(ctx); err != nil {
		return err
	}
	for seq, p := range folded.purges {
		if err := keepPurge(ctx, l, seq, p); err != nil {
			return err
		}
	}
	if err := rewrite(ctx, l, v, end, maps.Values(folded.touched)); err != nil {
		return err
	}
	if err := rewriteDeliveries(ctx, l, folded.state); err != nil {
		return err
	}
	if err := complete(ctx, l, v, folded.state, tallies{aside.tally(folded.touched), tallyDeliveries(folded.state), *rows.customers}); err != nil {
		return err
	}
	for _, e := range folded.forgotten { // nobody, unless the vault is older than the log
		if err := v.forget(e); err != nil {
			return err
		}
	}
	return nil
}

// complete writes the names, and that the projections are as of the state.
func complete(ctx context.Context, l ledger, v *veil, state *model.State, kept tallies) error {
	b := new(batch)
	if err := projectMeta(b, v, state, kept); err != nil {
		return err
	}
	return l.append(ctx, state.Seq, b)
}

// folded is what events fold to, what of it they changed, as the last of them
// left it, and the events that forgot somebody.
type folded struct {
	state     *model.State
	touched   map[slot]model.Touched
	forgotten []model.Event
	purges    map[uint64]*purgeRecord // what was ordered and not done, by the event
}

// foldAll folds a log from its beginning. Beside an error stands what could be
// folded. Where there is an aside, incidents may lie there in the end.
func foldAll(ctx context.Context, l ledger, v *veil, aside *aside) (folded, error) {
	f := folded{state: new(model.State), touched: make(map[slot]model.Touched), purges: make(map[uint64]*purgeRecord)}
	removers := make(map[uint64]bool)
	for r, err := range l.read(ctx, 1) {
		if err != nil {
			return f, err
		}
		if t, gone := parseTombstone(r.data); gone && !removers[t.by] {
			removers[t.by] = true
			if err := v.learnFrom(l, t.by); err != nil {
				return f, err
			}
		}
		e, err := r.eventOrNone(v)
		if err != nil {
			return f, err
		}
		if err := aside.fetch(ctx, f.state, e); err != nil {
			return f, err
		}
		if err := f.fold(e); err != nil {
			return f, err
		}
		if err := aside.project(ctx, f.state, e); err != nil {
			return f, err
		}
		if err := aside.relieve(ctx, &f); err != nil {
			return f, err
		}
	}
	return f, nil
}

// fold takes in the next event.
func (f *folded) fold(e model.Event) error {
	if p := purgeOf(f.state, e); p != nil && len(p.Incidents) > 0 {
		f.purges[e.Seq] = p
	}
	t, err := f.state.Fold(e)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	switch e.Body.(type) {
	case *model.PersonForgotten, *model.CustomerForgotten:
		f.forgotten = append(f.forgotten, e)
	}
	for _, id := range t.Purged {
		delete(f.touched, incidentSlot(id))
	}
	if t.Incident != nil {
		f.touched[incidentSlot(t.Incident.ID)] = t
	}
	if t.Pack != nil {
		f.touched[packSlot(t.Pack.Ref())] = t
	}
	if t.Calendar != nil {
		f.touched[calendarSlot(t.Calendar.ID)] = t
	}
	return nil
}

// rewrite stores projections in transactions of bounded size.
func rewrite(ctx context.Context, l ledger, v *veil, end uint64, touched iter.Seq[model.Touched]) error {
	b, size := new(batch), 0
	for t := range touched {
		n, err := project(b, v, []model.Touched{t})
		if err != nil {
			return err
		}
		if size += n; size < maxBatchBytes {
			continue
		}
		if err := l.append(ctx, end, b); err != nil {
			return err
		}
		b, size = new(batch), 0
	}
	return l.append(ctx, end, b)
}
