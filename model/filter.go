package model

import "strings"

// EventFilter says which events of a log are wanted. The zero value wants all.
type EventFilter struct {
	Person   string // who did it: the name or a part of it, whatever the case
	Incident ID     // about which incident
	Kind     string // the kind, or the words before a dot that it begins with
}

// Wants reports whether an event is wanted.
func (f EventFilter) Wants(e Event) bool {
	kind := e.Body.Kind()
	return (f.Person == "" || strings.Contains(strings.ToLower(e.Actor), strings.ToLower(f.Person))) &&
		(f.Incident == "" || e.Body.Incident() == f.Incident) &&
		(f.Kind == "" || kind == f.Kind || strings.HasPrefix(kind, strings.TrimSuffix(f.Kind, ".")+"."))
}
