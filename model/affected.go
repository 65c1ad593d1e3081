package model

import "time"

// Tier says what a customer pays for.
type Tier string

// The tiers.
const (
	TierPaid Tier = "paid"
	TierFree Tier = "free"
)

// AffectedGroup is a set of affected customers of one incident who are told
// alike. The customers themselves lie on disk; an incident holds their counts.
type AffectedGroup struct {
	ID     string   `json:"id"` // "A1", "A2", … within the incident
	Tier   Tier     `json:"tier"`
	Direct bool     `json:"direct,omitempty"` // what is theirs is directly impacted
	What   []string `json:"what,omitempty"`   // what of theirs was affected
	Terms  string   `json:"terms,omitempty"`  // what their contract allows for the first notice, such as "48h"; "" is nothing of its own
	// Since is when a later addition was found to be affected, which starts a
	// clock of its own. Zero: from the start, and the rule's own fact does.
	Since     time.Time `json:"since,omitzero"`
	Customers int       `json:"customers"`
	Addresses int       `json:"addresses"`
	Root      string    `json:"root,omitempty"` // hex SHA-256 chained over its rows: what an approval is bound to
}
