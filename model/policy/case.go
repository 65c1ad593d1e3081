package policy

import "time"

// Case is all that the rules may look at: an incident reduced to what decides
// which promises apply and when they are due. Its owner does not change it
// while Obligations runs.
type Case struct {
	Severity       string               // "" until somebody triaged
	Classification string               // "confirmed", "potential", or "" until triaged
	Types          []string             // none named: not known yet
	Data           []string             // none named: not known yet; "none" says that no data is affected
	Times          map[string]time.Time // facts that are named times, UTC
	// Answers are the facts that are three-valued; absent is Unknown. A named
	// time that is stated without a moment has one too: Unknown says that it may
	// have happened and nobody knows when, No that it has not.
	Answers     map[string]Answer
	Settings    map[string]string // words for the packs' settings; absent is not known
	Counts      map[string]int    // numbers for the packs' settings; absent is not known
	Submissions []Submission      // ordered by At
	Waivers     []Waiver
	Suspensions []Suspension    // as they were recorded
	Applied     []RuleKey       // rules that once applied to the incident, so that their end is shown
	Own         map[string]bool // questions and settings that are known by standing answers of the organisation
	Ended       time.Time       // when the incident was closed as no incident, duplicate or merged; zero otherwise
	Groups      []Group         // affected customers who are told alike; none: nobody has listed them yet
	Deliveries  []Delivery      // how far telling them has come
}

// RuleKey names a rule across packs, or what it asks for one group of affected
// customers.
type RuleKey struct {
	Pack  string `json:"pack"` // pack id, without version: a newer version keeps what was filed
	Rule  string `json:"rule"`
	Group string `json:"group,omitempty"` // the id of a group, such as "A2"; "" is the rule as a whole
}

// String returns "pack/rule", or "pack/rule#group".
func (k RuleKey) String() string {
	if k.Group == "" {
		return k.Pack + "/" + k.Rule
	}
	return k.Pack + "/" + k.Rule + groupMark + k.Group
}

// Whole is the key of the rule as a whole.
func (k RuleKey) Whole() RuleKey { return RuleKey{Pack: k.Pack, Rule: k.Rule} }

// Covers reports whether what is on record under k holds for the obligation
// other: it is about the same rule, and about the same group or all of them.
func (k RuleKey) Covers(other RuleKey) bool {
	return k.Rule == other.Rule && k.Pack == other.Pack && (k.Group == "" || k.Group == other.Group)
}

// Submission is a notice (or another deed a rule asks for) that was sent or
// done, and when it was received where that is known.
type Submission struct {
	Key       RuleKey
	At        time.Time // sent or done
	Received  time.Time // zero where not known
	By        string
	Reference string // the recipient's or the channel's own number
	Nothing   bool   // nothing was sent: By decided that no material facts became known
}

// Waiver is a governed decision that a rule need not be met.
type Waiver struct {
	Key       RuleKey
	At        time.Time
	Decider   string
	Rationale string
}

// Suspension is an evidenced delay of one rule, such as one that law
// enforcement asks for. It always expires.
type Suspension struct {
	Key      RuleKey
	From     time.Time
	Until    time.Time // when it ends by itself, or was lifted
	By       string    // who asked for it
	Evidence string    // the document, statement or note that shows it
}

// Holds reports whether the delay runs at now: from From on, until before Until.
func (s *Suspension) Holds(now time.Time) bool { return !now.Before(s.From) && now.Before(s.Until) }
