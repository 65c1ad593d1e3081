package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"tocsin/model"
)

// foldedAtOnce is how many incidents a rebuild has in memory, at most: some 400
// MB of them. One that an event comes back to after that many others is read
// again; where events come in no order at all that takes twice as long, and
// Badger more memory than fewer incidents would save.
const foldedAtOnce = 128 << 10

// laid is an incident that was put aside.
type laid struct {
	version uint64
	read    bool // and read again
}

// aside is where a rebuild puts incidents when there are many: among the
// projections, where they are to go in the end. A nil aside takes none.
type aside struct {
	log  ledger
	veil *veil
	end  uint64 // of the log
	room int    // how many incidents may be in memory

	written map[model.ID]laid // those that were put aside
	rows    *refolded         // where customers go
	reader  *tape
}

func newAside(l ledger, v *veil, end uint64, room int) *aside {
	return &aside{log: l, veil: v, end: end, room: room, written: make(map[model.ID]laid), reader: newReader(v)}
}

// fetch reads the incidents again that an event is about.
func (a *aside) fetch(ctx context.Context, s *model.State, e model.Event) error {
	if a == nil {
		return nil
	}
	if body, ok := e.Body.(*model.IncidentsPurged); ok {
		return a.purge(ctx, s, body)
	}
	return a.read(ctx, s, e.Body.Incident())
}

func (a *aside) read(ctx context.Context, s *model.State, id model.ID) error {
	w, ok := a.written[id]
	if !ok || w.read {
		return nil
	}
	kept, ok, err := a.log.get(ctx, incidentSlot(id))
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%w: %s was written and is not there", ErrDamaged, id)
	}
	entry, err := unsummed(incidentSlot(id), kept)
	if err != nil {
		return err
	}
	i, err := a.reader.read(entry)
	if err != nil {
		return err
	}
	s.Take(i)
	a.written[id] = laid{version: w.version, read: true}
	return nil
}

// purge reads incidents for the last time.
func (a *aside) purge(ctx context.Context, s *model.State, body *model.IncidentsPurged) error {
	gone := make(map[slot][]byte)
	for k := range body.Incidents {
		id := body.Incidents[k].ID
		if err := a.read(ctx, s, id); err != nil {
			return err
		}
		if _, written := a.written[id]; written {
			gone[incidentSlot(id)] = nil
			delete(a.written, id)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return a.log.put(ctx, gone)
}

// project writes what an event brings that lies among the projections alone.
func (a *aside) project(ctx context.Context, s *model.State, e model.Event) error {
	if a == nil {
		return nil
	}
	return a.rows.follow(ctx, s, e)
}

// relieve puts the incidents aside that no event was about for longest, half of
// all, where there are too many.
func (a *aside) relieve(ctx context.Context, f *folded) error {
	if a == nil || len(f.touched) <= a.room {
		return nil
	}
	var all []model.Touched
	for _, t := range f.touched {
		if t.Incident != nil {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(x, y model.Touched) int { return cmp.Compare(x.Incident.Version, y.Incident.Version) })
	all = all[:len(all)/2]
	if err := rewrite(ctx, a.log, a.veil, a.end, slices.Values(all)); err != nil {
		return err
	}
	a.reader = newReader(a.veil) // what it keeps of incidents that are gone goes with them
	for _, t := range all {
		f.state.Release(t.Incident)
		a.written[t.Incident.ID] = laid{version: t.Incident.Version}
		delete(f.touched, incidentSlot(t.Incident.ID))
	}
	return nil
}

// tally counts the incidents that were put aside, or are among those that the
// events touched.
func (a *aside) tally(touched map[slot]model.Touched) (t tally) {
	for id, w := range a.written {
		if _, newer := touched[incidentSlot(id)]; !newer {
			t.incident(id, w.version)
		}
	}
	for _, one := range touched {
		if i := one.Incident; i != nil {
			t.incident(i.ID, i.Version)
		}
	}
	return t
}
