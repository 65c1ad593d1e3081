package model

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Bounds of who is affected by one incident.
const (
	MaxAffectedGroups = 200
	MaxAffectedRows   = 500 // customers in one command, and in one event
)

// AffectedGroup is customers whom an incident affects alike: one tier, one kind
// of impact, the same terms and the same clock. Who they are lies in the store.
type AffectedGroup struct {
	ID        string    `json:"id"` // A1, A2, … within the incident
	Tier      Tier      `json:"tier"`
	Direct    bool      `json:"direct,omitempty"` // they are directly impacted
	What      []string  `json:"what,omitempty"`   // what of theirs was affected, in the team's words
	Terms     string    `json:"terms,omitempty"`  // their own contract's period; "" none
	Since     time.Time `json:"since,omitzero"`   // zero: from the start, the rule's own fact starts their clock; else when they were found to be affected
	Customers int       `json:"customers"`
	Addresses int       `json:"addresses"`
	Root      string    `json:"root"`   // hex SHA-256 chained over the rows: what an approval is bound to
	Added     uint64    `json:"added"`  // sequence of the event that began the addition
	Frozen    uint64    `json:"frozen"` // sequence of the event that began the taking of these versions: the addition, or the last refresh
}

// Ref names the group with its rows as they are now, so that they are found
// after a refresh too: "A1@417".
func (g *AffectedGroup) Ref() string { return g.ID + "@" + strconv.FormatUint(g.Frozen, 10) }

// ParseGroupRef takes a reference to a group apart; frozen is 0 where it names
// the group as it is.
func ParseGroupRef(ref string) (id string, frozen uint64, ok bool) {
	id, at, dated := strings.Cut(ref, "@")
	if !dated {
		return id, 0, id != ""
	}
	frozen, err := strconv.ParseUint(at, 10, 64)
	return id, frozen, err == nil && id != "" && frozen > 0
}

// AffectedRow is one customer of a group, in the version that is told.
type AffectedRow struct {
	Number   uint64 `json:"n"`
	Taken    uint64 `json:"t"`
	Language string `json:"l,omitempty"`
	Admins   int    `json:"a"` // how many addresses of administrators
	Security int    `json:"s,omitempty"`
}

// Addresses is how many recipients the customer is.
func (r *AffectedRow) Addresses() int { return r.Admins + r.Security }

// AffectedPart is customers of one group that one event brings. Tier and Terms
// are the group's.
type AffectedPart struct {
	Group string        `json:"group"`
	Tier  Tier          `json:"tier"`
	Terms string        `json:"terms,omitempty"`
	Rows  []AffectedRow `json:"rows"`
}

// AffectedBatch is an addition of customers under way, or a refresh of all.
// Nothing of it counts before it is complete.
type AffectedBatch struct {
	Batch   string          `json:"batch"`
	Source  string          `json:"source"`
	What    []string        `json:"what,omitempty"`
	Direct  bool            `json:"direct,omitempty"`
	Since   time.Time       `json:"since,omitzero"`
	Refresh bool            `json:"refresh,omitempty"`
	From    ID              `json:"from,omitempty"` // the incident whose customers are taken over, with a group of it
	Group   string          `json:"group,omitempty"`
	Passed  int             `json:"passed,omitempty"` // how many of that group were affected already, or forgotten
	Seq     uint64          `json:"seq"`              // of the event that opened it
	Last    uint64          `json:"last"`             // the number that came last: they come in ascending order
	Groups  []AffectedGroup `json:"groups,omitempty"`
}

// Takeover is a group of another incident whose customers an incident took
// over. Nobody leaves a group, so that it has them for good.
type Takeover struct {
	From  ID     `json:"from"`
	Group string `json:"group"`
}

// Affected returns one of the incident's groups.
func (p *Particulars) Affected(id string) (AffectedGroup, bool) {
	for _, g := range p.Groups {
		if g.ID == id {
			return g, true
		}
	}
	return AffectedGroup{}, false
}

// AffectedCustomers is how many customers the incident affects.
func (p *Particulars) AffectedCustomers() int {
	n := 0
	for _, g := range p.Groups {
		n += g.Customers
	}
	return n
}

// addedBy reports whether a group came with an addition that is complete.
func (p *Particulars) addedBy(group string, added uint64) bool {
	g, ok := p.Affected(group)
	return ok && g.Added == added
}

// Chain takes a row into the counts of its group and its root.
func (g *AffectedGroup) Chain(row AffectedRow) {
	g.Customers++
	g.Addresses += row.Addresses()
	before, err := hex.DecodeString(g.Root)
	if err != nil {
		before = nil
	}
	text := binary.BigEndian.AppendUint64(before, row.Number)
	text = binary.BigEndian.AppendUint64(text, row.Taken)
	text = binary.AppendUvarint(text, uint64(row.Admins))
	text = binary.AppendUvarint(text, uint64(row.Security))
	sum := sha256.Sum256(append(text, row.Language...))
	g.Root = hex.EncodeToString(sum[:])
}
