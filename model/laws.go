package model

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// Laws are what a space has adopted, in no order: what its incidents are
// judged and its days are counted by.
type Laws struct {
	Packs     []*policy.Pack
	Calendars []*calendar.Edition // the newest version of each
}

// Laws are what the state has adopted.
func (s *State) Laws() Laws {
	return Laws{Packs: slices.Collect(maps.Values(s.Packs)), Calendars: slices.Collect(maps.Values(s.Calendars))}
}

// Home is what a space's own days are counted by: its zone and, where it has a
// home calendar, the holidays of its place. Packs without an authority of
// their own count by it.
func (s *State) Home() calendar.Calendar {
	if e, ok := s.Calendars[s.Meta.Calendar]; ok {
		return e.In(s.Zone())
	}
	return calendar.Calendar{Zone: s.Zone()}
}

// keepCalendar takes a calendar into the state: packs that count by it do so
// from now on. Packs handed out before stay as they are.
func (s *State) keepCalendar(e *calendar.Edition) error {
	if s.Calendars == nil {
		s.Calendars = make(map[string]*calendar.Edition)
	}
	s.Calendars[e.ID] = e
	for _, p := range s.Packs {
		if p.CalendarID != e.ID {
			continue
		}
		if _, err := s.adopt(p); err != nil {
			return err
		}
	}
	return nil
}

// adopt keeps a pack with the calendar that its zone and the space's calendars
// make: that is no part of what is stored.
func (s *State) adopt(p *policy.Pack) (*policy.Pack, error) {
	zone, err := zoneOf(p)
	if err != nil {
		return nil, err
	}
	counted := *p
	counted.Calendar = calendar.Calendar{Zone: zone}
	if e, ok := s.Calendars[p.CalendarID]; ok {
		counted.Calendar = e.In(zone)
	}
	if s.Packs == nil {
		s.Packs = make(map[policy.Ref]*policy.Pack)
	}
	s.Packs[p.Ref()] = &counted
	return &counted, nil
}

// zoneOf is the zone of the authority behind a pack, nil where it has none.
func zoneOf(p *policy.Pack) (*time.Location, error) {
	if p.Zone == "" {
		return nil, nil
	}
	zone, err := loadZone(p.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone %q of pack %s: %w", p.Zone, p.Ref(), err)
	}
	return zone, nil
}

// basis is what a pack's days are counted by.
type basis struct {
	zone    string
	edition *calendar.Edition // nil where there is none
}

func (s *State) basisOf(p *policy.Pack) basis {
	b := basis{zone: p.Zone, edition: s.Calendars[p.CalendarID]}
	if p.Zone == "" {
		b.zone = s.Meta.Zone
	}
	if p.Zone == "" && p.CalendarID == "" {
		b.edition = s.Calendars[s.Meta.Calendar]
	}
	return b
}

// Recounted tells the packs whose days are counted otherwise than before:
// what runs under one of them may be due at another time. Both states share
// the calendars that did not change.
func (s *State) Recounted(before *State) map[policy.Ref]bool {
	recounted := make(map[policy.Ref]bool)
	for ref, p := range s.Packs {
		if s.basisOf(p) != before.basisOf(p) {
			recounted[ref] = true
		}
	}
	return recounted
}

// Under reports whether the incident runs under one of the packs.
func (i *Incident) Under(packs map[policy.Ref]bool) bool {
	for _, ref := range i.Packs {
		if packs[ref] {
			return true
		}
	}
	return false
}
