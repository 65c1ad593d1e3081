package model

import "time"

// CustomersOpen begins an import of customers. Nothing of it is visible until
// CustomersClose, and there is one at a time.
type CustomersOpen struct {
	Batch  string
	Source string // what is imported, for the log
}

// CustomersTake brings customers of an open import, MaxCustomerRows at most.
// One with the id of a customer who is there replaces them. Numbers are given
// here.
type CustomersTake struct {
	Batch string
	Rows  []Customer
	Check bool // only check the rows; needs no open import and leads to nothing
}

// CustomersClose makes an import of customers count, or with Abandon gives it
// up: the rows stay in the log, unused.
type CustomersClose struct {
	Batch   string
	Abandon string // why; "" completes it
}

// ForgetCustomer makes what is personal of a customer unreadable in all of the
// record, for good. It is refused, and the refusal recorded, while a legal hold
// is on an incident that affects them.
type ForgetCustomer struct {
	ID     string // the team's own
	Reason string
}

// AffectedOpen begins an addition of customers to those an incident affects or,
// with Refresh, the taking of the newest versions of all of them. Nothing of it
// is visible until AffectedClose.
type AffectedOpen struct {
	Incident ID
	Batch    string
	Source   string // where the list is from, for the log
	What     []string
	Direct   bool
	Since    time.Time // zero: from the start
	Refresh  bool
	// From and Group name a group of another incident, whose customers are taken
	// over, all of them, with What, Direct and Since as they have it there.
	From  ID
	Group string
}

// AffectedTake adds customers by their numbers, in ascending order over all of
// the addition, MaxAffectedRows at most. Those whom the incident affects already
// are passed over. Where a group is taken over they are all of it; those who were
// forgotten are passed over too. In a refresh they are those whom it affects, all of them.
type AffectedTake struct {
	Incident ID
	Batch    string
	Numbers  []uint64
}

// AffectedClose makes an addition or a refresh count, or with Abandon gives it
// up.
type AffectedClose struct {
	Incident ID
	Batch    string
	Abandon  string // why; "" completes it
}

func (CustomersOpen) Kind() string  { return "customers-open" }
func (CustomersTake) Kind() string  { return "customers-take" }
func (CustomersClose) Kind() string { return "customers-close" }
func (ForgetCustomer) Kind() string { return "forget-customer" }

func (CustomersOpen) About() []ID  { return nil }
func (CustomersTake) About() []ID  { return nil }
func (CustomersClose) About() []ID { return nil }
func (ForgetCustomer) About() []ID { return nil }

func (AffectedOpen) Kind() string  { return "affected-open" }
func (AffectedTake) Kind() string  { return "affected-take" }
func (AffectedClose) Kind() string { return "affected-close" }

func (c AffectedOpen) About() []ID  { return []ID{c.Incident} }
func (c AffectedTake) About() []ID  { return []ID{c.Incident} }
func (c AffectedClose) About() []ID { return []ID{c.Incident} }
