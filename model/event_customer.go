package model

import "time"

type (
	// CustomersOpened: an import of customers began.
	CustomersOpened struct {
		Batch  string `json:"batch"`
		Source string `json:"source"`
	}

	// CustomersTaken: customers of an import, each with the number it goes by
	// from now on. They count once it is complete. Paid and Free are how many
	// more of each there are then, less than nothing for fewer.
	CustomersTaken struct {
		Batch string     `json:"batch"`
		Rows  []Customer `json:"rows"`
		Paid  int        `json:"paid,omitempty"`
		Free  int        `json:"free,omitempty"`
	}

	// CustomersClosed: an import of customers was completed or, with a reason,
	// abandoned. Paid and Free are how many there are after it.
	CustomersClosed struct {
		Batch     string `json:"batch"`
		Source    string `json:"source"`
		Rows      int    `json:"rows"`
		Paid      int    `json:"paid"`
		Free      int    `json:"free"`
		Abandoned string `json:"abandoned,omitempty"`
	}

	// CustomerForgotten: what the record knows of a customer was destroyed after
	// this event.
	CustomerForgotten struct {
		Number   uint64 `json:"n"`
		Customer string `json:"customer"` // the team's own id
		Tier     Tier   `json:"tier"`
		Reason   string `json:"reason"`
	}

	// CustomerKept: a legal hold on the incident kept a customer, whom it
	// affects, from being forgotten.
	CustomerKept struct {
		ID       ID     `json:"id"`
		Number   uint64 `json:"n"`
		Customer string `json:"customer"`
		Reason   string `json:"reason"` // why they were to be forgotten
	}

	// AffectedOpened: an addition to those the incident affects began, or a
	// refresh of all of them.
	AffectedOpened struct {
		ID      ID        `json:"id"`
		Batch   string    `json:"batch"`
		Source  string    `json:"source"`
		What    []string  `json:"what,omitempty"`
		Direct  bool      `json:"direct,omitempty"`
		Since   time.Time `json:"since,omitzero"`
		Refresh bool      `json:"refresh,omitempty"`
		From    ID        `json:"from,omitempty"`  // the incident whose customers are taken over
		Group   string    `json:"group,omitempty"` // which of its groups
	}

	// AffectedTaken: customers of an addition or a refresh, in the versions that
	// are told. They count once it is complete. Passed is how many of a group
	// that is taken over were affected already, or forgotten.
	AffectedTaken struct {
		ID     ID             `json:"id"`
		Batch  string         `json:"batch"`
		Parts  []AffectedPart `json:"parts"`
		Passed int            `json:"passed,omitempty"`
	}

	// AffectedClosed: an addition or a refresh was completed, with the groups
	// that it made or changed, or, with a reason, abandoned.
	AffectedClosed struct {
		ID        ID              `json:"id"`
		Batch     string          `json:"batch"`
		Source    string          `json:"source"`
		Refresh   bool            `json:"refresh,omitempty"`
		From      ID              `json:"from,omitempty"`
		Group     string          `json:"group,omitempty"`
		Groups    []AffectedGroup `json:"groups,omitempty"`
		Abandoned string          `json:"abandoned,omitempty"`
	}
)

func (*CustomersOpened) Kind() string   { return "customers.opened" }
func (*CustomersTaken) Kind() string    { return "customers.taken" }
func (*CustomersClosed) Kind() string   { return "customers.closed" }
func (*CustomerForgotten) Kind() string { return "customer.forgotten" }
func (*CustomerKept) Kind() string      { return "customer.kept" }
func (*AffectedOpened) Kind() string    { return "affected.opened" }
func (*AffectedTaken) Kind() string     { return "affected.taken" }
func (*AffectedClosed) Kind() string    { return "affected.closed" }

func (*CustomersOpened) Incident() ID   { return "" }
func (*CustomersTaken) Incident() ID    { return "" }
func (*CustomersClosed) Incident() ID   { return "" }
func (*CustomerForgotten) Incident() ID { return "" }
func (e *CustomerKept) Incident() ID    { return e.ID }
func (e *AffectedOpened) Incident() ID  { return e.ID }
func (e *AffectedTaken) Incident() ID   { return e.ID }
func (e *AffectedClosed) Incident() ID  { return e.ID }
