package main

import (
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/model"
	"tocsin/tui"
)

// company is everybody who has a console open on a space in this process:
// here, by the socket, over the network. It is no part of the record.
type company struct {
	mu    sync.Mutex
	seats []*seat
	here  map[model.ID][]string // replaced, never changed
	wakes map[chan struct{}]bool
}

// seat is one console's among the company.
type seat struct {
	company  *company
	who      string
	role     model.Role
	since    time.Time
	note     func(at string) // tells the list of sessions; nil where the console has no session
	screen   string
	incident model.ID
}

// company is the one of a space.
func (h *house) company(space string) *company {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.companies == nil {
		h.companies = make(map[string]*company)
	}
	if h.companies[space] == nil {
		h.companies[space] = &company{wakes: make(map[chan struct{}]bool)}
	}
	return h.companies[space]
}

// sit takes a seat for a console of the actor.
func (c *company) sit(actor model.Actor, since time.Time, note func(at string)) *seat {
	s := &seat{company: c, who: actor.Name, role: actor.Role, since: since, note: note}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seats = append(c.seats, s)
	return s
}

// Look says what the console shows.
func (s *seat) Look(screen string, incident model.ID) {
	if s.note != nil {
		s.note(strings.TrimSpace(screen + " " + string(incident)))
	}
	s.company.mu.Lock()
	defer s.company.mu.Unlock()
	s.screen = screen
	if s.incident != incident {
		s.incident = incident
		s.company.publish()
	}
}

// Leave gives the seat up.
func (s *seat) Leave() {
	s.company.mu.Lock()
	defer s.company.mu.Unlock()
	s.company.seats = slices.DeleteFunc(s.company.seats, func(other *seat) bool { return other == s })
	s.company.publish()
}

// publish makes what is shown of who is where, and wakes all. c.mu is held.
func (c *company) publish() {
	here := make(map[model.ID][]string)
	for _, s := range c.seats {
		if s.incident != "" && !slices.Contains(here[s.incident], s.who) {
			here[s.incident] = append(here[s.incident], s.who)
		}
	}
	for _, names := range here {
		slices.Sort(names)
	}
	c.here = here
	for wake := range c.wakes {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// Here says who looks at which incident.
func (s *seat) Here() map[model.ID][]string {
	s.company.mu.Lock()
	defer s.company.mu.Unlock()
	return s.company.here
}

// Wake subscribes to comings and goings.
func (s *seat) Wake() (<-chan struct{}, func()) {
	wake := make(chan struct{}, 1)
	s.company.mu.Lock()
	defer s.company.mu.Unlock()
	s.company.wakes[wake] = true
	return wake, func() {
		s.company.mu.Lock()
		defer s.company.mu.Unlock()
		delete(s.company.wakes, wake)
	}
}

// unlisted are the consoles that are in no list of sessions: that of the process
// itself.
func (c *company) unlisted() (found []seat) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.seats {
		if s.note == nil {
			found = append(found, *s)
		}
	}
	return found
}

// looks is what the console shows, in words.
func (s *seat) looks() string { return strings.TrimSpace(s.screen + " " + string(s.incident)) }

// takeSeat gives a console its seat.
func (a *app) takeSeat(s *session) tui.Company {
	var note func(string)
	if a.guest != nil {
		note = a.guest.Look
	}
	return s.company(s.space.ID()).sit(s.actor, s.now(), note)
}
