package model

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// State is a space as its events so far tell it. One goroutine owns a State
// and folds into it; the incidents it holds are never changed once folded, so
// pointers to them may be handed out. The zero State is an empty space.
type State struct {
	Seq       uint64 // of the last event folded
	Meta      Meta
	Packs     map[policy.Ref]*policy.Pack  // adopted versions, never changed
	Calendars map[string]*calendar.Edition // the newest adopted version of each, by id; never changed
	Incidents map[ID]*Incident
	// Deliveries is where each recipient of a released notice stands.
	Deliveries map[NoticeRef]*Deliveries
	pending    map[string]map[ID]*Incident // rows of open imports, by batch; not visible yet
	external   map[string]ID               // while an import is open: ids of imported incidents, pending ones too, in the systems they came from
	zone       *time.Location              // of Meta.Zone, resolved

	// Registry is where Decide looks customers up; whoever restores a State
	// gives it one. Fold needs none.
	Registry Registry `json:"-"`
}

// Meta is the part of a State that is about the space itself. It is small and
// is stored whole. A fold replaces its maps and lists and never changes them,
// so a copy of the struct stays as it is.
type Meta struct {
	Organisation string            `json:"organisation,omitempty"`
	Zone         string            `json:"zone,omitempty"`
	Calendar     string            `json:"calendar,omitempty"`  // the home calendar's id; "" is none
	Packs        []policy.Ref      `json:"packs,omitempty"`     // what new incidents run under
	Answers      []OwnAnswer       `json:"answers,omitempty"`   // what holds of the organisation in every incident, by name
	Last         map[int]int       `json:"last,omitempty"`      // highest number given, by year
	Imports      map[string]Import `json:"imports,omitempty"`   // open ones, by batch
	Abandoned    []string          `json:"abandoned,omitempty"` // batches that were given up
	Completed    []string          `json:"completed,omitempty"` // batches whose incidents are visible
	Retention    Retention         `json:"retention,omitzero"`
	Access       Access            `json:"access,omitzero"` // who may enter
	Customers    CustomerBook      `json:"customers,omitzero"`
	Channels     []Channel         `json:"channels,omitempty"` // by which notices may leave, in the order they were set
}

// Import is an import under way.
type Import struct {
	Source string       `json:"source"`
	Packs  []policy.Ref `json:"packs"`
	Next   map[int]int  `json:"next"` // by year, the number the next row gets
	Left   map[int]int  `json:"left"` // by year, how many rows are still to come
	Rows   int          `json:"rows"` // rows so far
}

// usedBatch reports whether an import went by this name. Incidents are known
// by their batch for good, so no name serves twice.
func (m *Meta) usedBatch(batch string) bool {
	_, open := m.Imports[batch]
	return open || slices.Contains(m.Abandoned, batch) || slices.Contains(m.Completed, batch)
}

// IsSetUp reports whether the space has its settings.
func (s *State) IsSetUp() bool { return s.Meta.Zone != "" }

// Zone is the zone civil dates are read in; UTC until the space is set up.
func (s *State) Zone() *time.Location {
	if s.zone == nil {
		return time.UTC
	}
	return s.zone
}

// Incident returns an incident that is visible: open or ended, not part of an
// import under way.
func (s *State) Incident(id ID) (*Incident, bool) {
	i, ok := s.Incidents[id]
	return i, ok
}

// PacksOf returns the pack versions an incident is pinned to, the procedure
// first.
func (s *State) PacksOf(i *Incident) []*policy.Pack {
	return s.appendPacks(make([]*policy.Pack, 0, len(i.Packs)), i)
}

func (s *State) appendPacks(packs []*policy.Pack, i *Incident) []*policy.Pack {
	for _, ref := range i.Packs {
		if p, ok := s.Packs[ref]; ok {
			packs = append(packs, p)
		}
	}
	return packs
}

// Procedure returns the pack whose phases, severities and roles an incident
// follows. Decide never opens an incident without one.
func (s *State) Procedure(i *Incident) *policy.Pack {
	if len(i.Packs) > 0 {
		if p, ok := s.Packs[i.Packs[0]]; ok {
			return p
		}
	}
	return &policy.Pack{}
}

// Obligations computes what an incident owes, from the pack versions it is
// pinned to.
func (s *State) Obligations(i *Incident) []policy.Obligation {
	return policy.ObligationsIn(s.PacksOf(i), i.Case(), s.Home())
}

// Restore puts stored parts back: Meta, then what it counts and decides by,
// then incidents. Rows of imports that were under way are put aside; rows of
// abandoned ones are dropped. A zone that this machine does not know is an
// error: every day would be counted wrong.
func (s *State) Restore(seq uint64, meta Meta, laws Laws, incidents []*Incident) error {
	*s = State{Seq: seq, Meta: meta, Incidents: make(map[ID]*Incident, len(incidents)), Packs: make(map[policy.Ref]*policy.Pack, len(laws.Packs)), Calendars: make(map[string]*calendar.Edition, len(laws.Calendars))}
	if err := s.setZone(meta.Zone); err != nil {
		return err
	}
	for _, e := range laws.Calendars {
		s.Calendars[e.ID] = e
	}
	for _, p := range laws.Packs {
		if _, err := s.adopt(p); err != nil {
			return err
		}
	}
	for _, i := range incidents {
		if slices.Contains(meta.Abandoned, i.Batch) {
			continue
		}
		s.put(i)
	}
	if len(meta.Imports) > 0 {
		s.knowAll()
	}
	return nil
}

// knowAll begins to keep by which ids imported incidents went elsewhere. Only
// imports ask.
func (s *State) knowAll() {
	s.external = make(map[string]ID)
	for _, i := range s.Incidents {
		s.know(i)
	}
	for _, rows := range s.pending {
		for _, i := range rows {
			s.know(i)
		}
	}
}

func (s *State) setZone(name string) error {
	zone, err := loadZone(name)
	if err != nil {
		return fmt.Errorf("zone %q of the space: %w", name, err)
	}
	s.zone = zone
	return nil
}

// loadZone is time.LoadLocation without the zone this machine happens to be
// in: a record means the same wherever it is read.
func loadZone(name string) (*time.Location, error) {
	if name == "Local" {
		return nil, errors.New("the machine's own zone means nothing elsewhere")
	}
	return time.LoadLocation(name)
}

// put stores an incident where it belongs: among the visible ones, or with
// its import while that is open.
func (s *State) put(i *Incident) {
	if _, importing := s.Meta.Imports[i.Batch]; importing {
		if s.pending == nil {
			s.pending = make(map[string]map[ID]*Incident)
		}
		if s.pending[i.Batch] == nil {
			s.pending[i.Batch] = make(map[ID]*Incident)
		}
		s.pending[i.Batch][i.ID] = i
		s.know(i)
		return
	}
	if s.Incidents == nil {
		s.Incidents = make(map[ID]*Incident)
	}
	s.Incidents[i.ID] = i
	s.know(i)
}

// Release lets an incident go that is taken in again before an event about it
// is folded: so a long log is folded in little memory.
func (s *State) Release(i *Incident) {
	delete(s.Incidents, i.ID)
	delete(s.pending[i.Batch], i.ID)
}

// Take takes an incident in that was released.
func (s *State) Take(i *Incident) { s.put(i) }

func (s *State) know(i *Incident) {
	if s.external != nil && i.External != "" {
		s.external[i.External] = i.ID
	}
}
