package policy

import (
	"fmt"
	"slices"
	"strconv"
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

// name is the group's id, "" for none.
func (g *Group) name() string {
	if g == nil {
		return ""
	}
	return g.ID
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

// addressee is whom a condition is asked for: one group of affected customers,
// which knows its tier and whether it is directly impacted, or, zero, the case
// as a whole.
type addressee struct {
	group  *Group
	direct string // the question whose answer the group knows
}

// addressee is whom the obligation is about.
func (o *Obligation) addressee() addressee {
	return addressee{group: o.Group, direct: o.Rule.Direct}
}

// applies answers whether the rule's condition holds for whom the obligation
// is about.
func (o *Obligation) applies(c *Case) Answer { return o.Rule.When.holds(c, o.addressee()) }

// tier answers whether customers of any of the tiers are meant. For the case as
// a whole, listed customers say yes where nobody has answered.
func (a addressee) tier(tiers []string, c *Case) Answer {
	if a.group != nil {
		return oneOf(tiers, a.group.Tier)
	}
	answer := anyAnswer(tierKeys, tiers, c)
	if answer == Unknown && c.lists(tiers) {
		return Yes
	}
	return answer
}

// lists reports whether affected customers of any of the tiers are on the list.
func (c *Case) lists(tiers []string) bool {
	return slices.ContainsFunc(c.Groups, func(g Group) bool { return slices.Contains(tiers, g.Tier) })
}

// answer is what is known of a question.
func (a addressee) answer(question string, c *Case) Answer {
	switch {
	case a.group == nil || question != a.direct:
		return c.Answers[question]
	case a.group.Direct:
		return Yes
	}
	return No
}

// ground and tierGround follow an answer in a reason: who gave it, if it was
// not a person for this incident.
func (a addressee) ground(question string, c *Case) string {
	if a.group != nil && question == a.direct {
		return " (group " + a.group.ID + " of the affected customers)"
	}
	return c.ground(question)
}

func (a addressee) tierGround(tiers []string, c *Case) string {
	switch {
	case len(tiers) == 0:
		return ""
	case a.group != nil:
		return " (group " + a.group.ID + " of the affected customers)"
	case anyAnswer(tierKeys, tiers, c) == Unknown && c.lists(tiers):
		return " (such customers are on the list)"
	}
	return c.ground(keysOf(tierKeys, tiers)...)
}

// reachesGroups reports whether the rule has an obligation for each of some
// groups in place of one as a whole. Where no listed customer is among those it
// tells, the list may not be complete: the rule stays one whole.
func (r *Rule) reachesGroups(c *Case) bool {
	if len(c.Groups) == 0 || !r.To.Customers() {
		return false
	}
	return slices.ContainsFunc(c.Groups, func(g Group) bool { return r.To.Reaches(g.Tier) })
}

// reached reports whether a submission can have reached the obligation's
// recipients: one for a rule as a whole went to those listed by then.
func (o *Obligation) reached(s *Submission) bool {
	return s.Key.Group != "" || o.Group == nil || !s.At.Before(o.Group.Since)
}

// files reports whether a submission is one for the obligation.
func (o *Obligation) files(s *Submission) bool { return s.Key.Covers(o.Key()) && o.reached(s) }

// ofGroup reports whether a submission for another rule is about the
// obligation's recipients too, as far as that is known.
func (o *Obligation) ofGroup(s *Submission) bool {
	return o.Group == nil || (s.Key.Group == "" || s.Key.Group == o.Group.ID) && o.reached(s)
}

// later moves a clock that started before the group was known of to that
// moment: what was found later has its own time.
func (o *Obligation) later() {
	if o.Started && o.Group.Since.After(o.Trigger) {
		o.Trigger = o.Group.Since
	}
}

// termed reports whether the group's own terms bound the obligation: they are
// about the first notice.
func (o *Obligation) termed() bool {
	return o.Group != nil && !o.Group.Terms.IsZero() && o.Rule.NoticeKind() == NoticeInitial
}

// agree lets the group's terms decide where they end before the rule's own
// limit, or where the rule has no number.
func (o *Obligation) agree(cal calendar.Calendar) {
	if !o.Started || !o.termed() {
		return
	}
	if !o.Rule.Soft() && !cal.Due(o.Group.Terms, o.dues.anchor).Before(o.dues.due(1)) {
		return
	}
	o.ByTerms = true
	o.dues.first = calendar.Count{Period: o.Group.Terms}
}

// soft reports whether the obligation has no number: neither the rule's nor
// one of the group's terms.
func (o *Obligation) soft() bool { return o.Rule.Soft() && !o.ByTerms }

// told adds up what was delivered of the obligation.
func (c *Case) told(key RuleKey) Told {
	var sum Told
	for i := range c.Deliveries {
		if d := &c.Deliveries[i]; d.Key == key || key.Group == "" && d.Key.Whole() == key {
			sum.Sent, sum.Received, sum.Of = sum.Sent+d.Sent, sum.Received+d.Received, sum.Of+d.Of
		}
	}
	return sum
}

// Partly tells how many recipients were told while some but not all were, such
// as "partly met: 9,998 of 10,000 sent"; "" otherwise. What counts is what
// meets the rule: that it was sent, or received.
func (o *Obligation) Partly() string {
	done, word := o.Told.Sent, "sent"
	if o.Rule.MetBy == MetByReceived {
		done, word = o.Told.Received, "received"
	}
	if done == 0 || done >= o.Told.Of {
		return ""
	}
	return "partly met: " + thousands(done) + " of " + thousands(o.Told.Of) + " " + word
}

// thousands writes a count from 0 with a comma between groups of three digits.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return thousands(n/1000) + "," + fmt.Sprintf("%03d", n%1000)
}

// titled is a rule's title, with the group where there is one.
func titled(r *Rule, group *Group) string {
	if group == nil {
		return r.Title
	}
	return r.Title + " · " + group.ID
}

// Title names the obligation for people: its rule's title, and its group.
func (o *Obligation) Title() string { return titled(o.Rule, o.Group) }

// Title is that of the obligation.
func (d *Due) Title() string { return titled(d.Rule, d.Group) }
