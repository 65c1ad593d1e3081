package model

import (
	"fmt"
	"slices"
	"strings"
)

// Tier is what a customer is to the organisation, since promises differ by it.
type Tier string

// The tiers a customer may have.
const (
	TierPaid Tier = "paid"
	TierFree Tier = "free"
)

// Tiers returns the tiers, those with a contract first.
func Tiers() []Tier { return []Tier{TierPaid, TierFree} }

// Bounds of what is kept of customers.
const (
	MaxCustomerID   = 64  // characters of the team's own id
	MaxAddresses    = 16  // of one customer, administrators and security contacts together
	MaxCustomerRows = 500 // customers in one command, and in one event
)

// Customer is one version of somebody the organisation has a contract or an
// account with, who is told when an incident affects them. Name, Admins and
// Security are sealed together under the customer's own key, so that a customer
// can be forgotten. The id is not: it should not say who they are.
type Customer struct {
	Number       uint64   `json:"n"`                                         // given when they are first taken, never to another one
	ID           string   `json:"id"`                                        // the team's own, compared exactly
	Name         string   `json:"name,omitempty" personal:"customer,Number"` // "" is nobody's; ForgottenText once forgotten
	Tier         Tier     `json:"tier"`
	Jurisdiction string   `json:"jurisdiction,omitempty"`                        // ISO 3166-1 alpha-2, or with a subdivision of ISO 3166-2: US-CA
	Language     string   `json:"language,omitempty"`                            // BCP 47; "" is the space's default
	Admins       []string `json:"admins,omitempty" personal:"customer,Number"`   // e-mail addresses of administrators, at least one
	Security     []string `json:"security,omitempty" personal:"customer,Number"` // e-mail addresses of security contacts that are no administrator's
	Terms        string   `json:"terms,omitempty"`                               // how soon their own contract promises notice: a calendar.Period such as "48h"
	Taken        uint64   `json:"-"`                                             // sequence of the event that brought this version
}

// Addresses are those a notice to the customer goes to, administrators first.
func (c *Customer) Addresses() []string { return slices.Concat(c.Admins, c.Security) }

// Forgotten reports whether what was known of the customer was destroyed.
func (c *Customer) Forgotten() bool { return c.Name == ForgottenText }

// Listed is what the version of a customer is listed by: all but what is
// personal.
type Listed struct {
	Number       uint64 `json:"n"`
	Taken        uint64 `json:"t"`
	ID           string `json:"id"`
	Tier         Tier   `json:"tier"`
	Jurisdiction string `json:"jurisdiction,omitempty"`
	Language     string `json:"language,omitempty"`
	Terms        string `json:"terms,omitempty"`
	Admins       int    `json:"a"`           // how many addresses of administrators
	Security     int    `json:"s,omitempty"` // and of security contacts
	Gone         bool   `json:"gone,omitempty"`
}

// List reduces a version of a customer to what it is listed by.
func (c *Customer) List(taken uint64) Listed {
	return Listed{
		Number: c.Number, Taken: taken, ID: c.ID, Tier: c.Tier, Jurisdiction: c.Jurisdiction, Language: c.Language, Terms: c.Terms,
		Admins: len(c.Admins), Security: len(c.Security),
	}
}

// Registry is where decisions look customers up, which are too many to be in
// a State. It knows everything that was folded, rows of an import under way
// and of abandoned ones too.
type Registry interface {
	// NumberOf is the number that an id was given last; ok is false where it
	// was given none.
	NumberOf(id string) (number uint64, ok bool, err error)
	// Versions are those of a customer that may be the one that counts, the
	// oldest first, none where there is no such customer.
	Versions(number uint64) ([]Listed, error)
	// Affected says in which group of an incident a customer is, and by which
	// addition: AffectedGroup.Added. It may be one that was abandoned.
	Affected(incident ID, number uint64) (group string, added uint64, ok bool, err error)
	// Next is the first number after one that can be given.
	Next(number uint64) (uint64, error)
}

// CustomerBook is how many customers a space has, and what is under way with
// them. Who they are lies in the store.
type CustomerBook struct {
	Paid   int            `json:"paid,omitempty"`
	Free   int            `json:"free,omitempty"`
	Last   uint64         `json:"last,omitempty"`   // highest number given
	Open   *CustomerBatch `json:"open,omitempty"`   // the import under way; nil for none
	Hidden []Span         `json:"hidden,omitempty"` // the events of abandoned imports
}

// Total is how many customers there are.
func (c *CustomerBook) Total() int { return c.Paid + c.Free }

// CustomerBatch is an import of customers under way. Nothing of it counts
// before it is complete.
type CustomerBatch struct {
	Batch  string `json:"batch"`
	Source string `json:"source"`
	Since  uint64 `json:"since"` // sequence of the event that opened it
	Rows   int    `json:"rows"`
	Paid   int    `json:"paid"` // how many more there will be, less than nothing for fewer
	Free   int    `json:"free"`
}

// Counts reports whether what an event brought counts: its import is complete.
func (c *CustomerBook) Counts(taken uint64) bool {
	if c.Open != nil && taken > c.Open.Since {
		return false
	}
	return !slices.ContainsFunc(c.Hidden, func(s Span) bool { return s[0] <= taken && taken <= s[1] })
}

// Standing is the version of a customer that counts, ok false where none does.
func (c *CustomerBook) Standing(versions []Listed) (one Listed, ok bool) {
	for _, v := range slices.Backward(versions) {
		if c.Counts(v.Taken) {
			return v, true
		}
	}
	return Listed{}, false
}

// AfterTaking are the versions of a customer that are to be kept once a newer
// one was taken: it, and the one that counts until its import is complete.
func (c *CustomerBook) AfterTaking(versions []Listed, newer Listed) []Listed {
	if one, ok := c.Standing(versions); ok {
		return []Listed{one, newer}
	}
	return []Listed{newer}
}

// tierWords are the tiers as errors list them.
func tierWords() []string {
	words := make([]string, 0, 2)
	for _, t := range Tiers() {
		words = append(words, string(t))
	}
	return words
}

// customerCount is a number of customers by tier, for people.
func customerCount(paid, free int) string {
	var parts []string
	if paid != 0 {
		parts = append(parts, fmt.Sprintf("%d paid", paid))
	}
	if free != 0 {
		parts = append(parts, fmt.Sprintf("%d free", free))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}
