package notice

import (
	"time"

	"tocsin/model/policy"
)

// Source is a fact of an incident that a field can take its value from.
type Source struct {
	Name  string
	Label string
	Type  Type
}

// Names of what an incident is known by, beside the named times of
// policy.StandardFacts, which are sources too.
const (
	FromIncident       = "incident"
	FromTitle          = "title"
	FromDescription    = "description"
	FromTypes          = "types"
	FromClassification = "classification"
	FromSeverity       = "severity"
	FromData           = "data"
	FromSystems        = "systems"
	FromOrganisation   = "organisation"
	FromLead           = "lead"
	FromContact        = "contact"
	FromCustomers      = "customers"
	FromNext           = "next"
)

// Sources returns what fields can be filled from. The slice is the caller's own.
func Sources() []Source {
	sources := []Source{
		{FromIncident, "The incident's number", Line},
		{FromTitle, "The incident's title", Line},
		{FromDescription, "The incident's description", Long},
		{FromTypes, "Types of the incident", List},
		{FromClassification, "confirmed or potential", Choice},
		{FromSeverity, "How severe it is", Line},
		{FromData, "Categories of data affected", List},
		{FromSystems, "Systems affected", List},
		{FromOrganisation, "The organisation's name", Line},
		{FromLead, "Who leads the response", Line},
		{FromContact, "How the organisation can be reached", Line},
		{FromCustomers, "How many customers are affected", Line},
		{FromNext, "When the next notice is due", Time},
	}
	for _, fact := range policy.StandardFacts() {
		sources = append(sources, Source{fact.ID, fact.Label, Time})
	}
	return sources
}

func sourceOf(name string) (Source, bool) {
	for _, source := range Sources() {
		if source.Name == name {
			return source, true
		}
	}
	return Source{}, false
}

// feeds reports whether a source of one type can fill a field of another.
func feeds(source, field Type) bool {
	switch {
	case source == field:
		return true
	case source == Time || field == Time:
		return false
	case field == Choice:
		return source == Line
	}
	return true
}

// Facts are what is known of an incident when a notice is written. Text is by
// the names of Sources: times in RFC 3339, lists one entry a line.
type Facts struct {
	Text map[string]string
	Zone *time.Location // in which times are said; nil is UTC
	Now  time.Time      // when the text is made; zero holds no promise against it
}

func (f Facts) zone() *time.Location {
	if f.Zone == nil {
		return time.UTC
	}
	return f.Zone
}
