package tui

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/model"
)

// Company is who else works in the space at this moment, and at what. It is a
// console's own seat among them, and safe for concurrent use. All of it is
// quick.
type Company interface {
	// Look says what this console shows: a screen in one word, and the incident,
	// "" where it shows none in full.
	Look(screen string, incident model.ID)
	// Here says who looks at which incident: everybody's names, sorted, this
	// console's among them. The map is shared and never changed.
	Here() map[model.ID][]string
	// Wake returns a channel that gets a value whenever somebody came or went,
	// and a function that ends the subscription.
	Wake() (wake <-chan struct{}, stop func())
	// Leave gives the seat up.
	Leave()
}

// whereabouts are what a console tells the company.
type whereabouts struct {
	screen   string
	incident model.ID
}

// tellCompany says where the console is now, where that changed.
func (c *Console) tellCompany() {
	if c.opts.Company == nil {
		return
	}
	if now := c.whereabouts(); now != c.told {
		c.told = now
		c.opts.Company.Look(now.screen, now.incident)
	}
}

func (c *Console) whereabouts() whereabouts {
	if c.lock.on {
		return whereabouts{screen: "locked"}
	}
	switch c.current {
	case c.triage:
		return whereabouts{"triage", c.triage.id}
	case c.drafting:
		return whereabouts{"notice", c.drafting.standing.Incident.ID}
	case c.people:
		return whereabouts{screen: "people"}
	case c.whatIf:
		return whereabouts{screen: "what if"}
	case c.setUp:
		return whereabouts{screen: "settings"}
	}
	place := c.place()
	switch place.Screen {
	case incidentPlace:
		return whereabouts{place.Screen, place.Incident}
	case "":
		return whereabouts{screen: "queue"}
	}
	return whereabouts{screen: place.Screen}
}

// company is who else is on an incident.
func (c *Console) company(id model.ID) []string {
	return slices.DeleteFunc(slices.Clone(c.frame.here[id]), func(name string) bool { return name == c.opts.Actor.Name })
}

// hereWords name who else is on an incident, in so much room; "" where nobody
// is, or no room.
func (c *Console) hereWords(id model.ID, width int) string {
	others := c.company(id)
	if len(others) == 0 {
		return ""
	}
	for shown := len(others); shown > 0; shown-- {
		text := "here: " + safe(strings.Join(others[:shown], ", "))
		if rest := len(others) - shown; rest > 0 {
			text += fmt.Sprintf(" +%d", rest)
		}
		if cells(text) <= width {
			return text
		}
	}
	if text := fmt.Sprintf("%d here", len(others)); cells(text) <= width {
		return text
	}
	return ""
}
