package policy

import (
	"time"

	"tocsin/model/calendar"
)

// groupMark stands between a rule and a group in a RuleKey's text.
const groupMark = "#"

// Tiers of customers.
const (
	TierPaid = "paid"
	TierFree = "free"
)

// Group is a set of affected customers who are told alike: of one tier, hit in
// the same way, under the same terms, and known of since the same moment.
type Group struct {
	ID     string          // within the incident, such as "A1"; "" is no group
	Tier   string          // TierPaid or TierFree
	Direct bool            // what is theirs is directly impacted
	Terms  calendar.Period // what their own contract allows for the first notice; zero: no more than the rule
	Since  time.Time       // when a later addition was found to be affected; zero: affected from the start
}

// Told counts the recipients of a notice: of how many, to how many it was sent,
// and by how many it was received. The zero value is that nothing is counted.
type Told struct {
	Sent     int `json:"sent"`
	Received int `json:"received"`
	Of       int `json:"of"`
}

// Delivery is how far telling the recipients of one rule, or of one group of
// it, has come.
type Delivery struct {
	Key RuleKey
	Told
}
