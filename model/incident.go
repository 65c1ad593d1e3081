package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// ID is an incident's human name within its space, such as INC-2026-0007: the
// year it was opened in the space's zone and a number counted within that year.
type ID string

// NewID returns the ID for a number of a year; the number is padded to four
// digits and may grow beyond them.
func NewID(year, number int) ID { return ID(fmt.Sprintf("INC-%04d-%04d", year, number)) }

// Parts returns the year and number of an ID; ok is false where the text is no
// ID as NewID writes them.
func (id ID) Parts() (year, number int, ok bool) {
	rest, found := strings.CutPrefix(string(id), "INC-")
	y, n, cut := strings.Cut(rest, "-")
	if !found || !cut || len(y) != 4 || len(n) < 4 || len(n) > 4 && n[0] == '0' {
		return 0, 0, false
	}
	year, isYear := digits(y)
	number, isNumber := digits(n)
	return year, number, isYear && isNumber && year > 0 && number > 0
}

// digits reads a number that is nothing but digits.
func digits(text string) (n int, ok bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && text[0] != '+' && text[0] != '-'
}

// ParseID reads what people type: INC-2026-0007, inc-2026-7, 2026-7, or just 7
// for a number of the given year.
func ParseID(text string, year int) (ID, error) {
	bare := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(text)), "INC-")
	if y, n, cut := strings.Cut(bare, "-"); cut {
		parsed, err := strconv.ParseUint(y, 10, 32)
		if err != nil || len(y) != 4 || parsed < 1 {
			return "", badID(text)
		}
		year, bare = int(parsed), n
	}
	number, err := strconv.ParseUint(bare, 10, 31)
	if err != nil || number < 1 {
		return "", badID(text)
	}
	return NewID(year, int(number)), nil
}

func badID(text string) error {
	return Refuse(Field("incident", fmt.Sprintf("%q names no incident", Clip(text, 40)), "INC-2026-0007, 2026-7, or 7 for this year's"))
}

// Classification says whether a compromise is certain.
type Classification string

// The classifications an incident may have.
const (
	Unclassified Classification = ""
	Confirmed    Classification = "confirmed" // data or service is known to be compromised
	Potential    Classification = "potential" // it may be; no breach has been identified
)

// TLP is a Traffic Light Protocol 2.0 label (FIRST, 2022).
type TLP string

// The labels of TLP 2.0.
const (
	TLPRed         TLP = "RED"
	TLPAmberStrict TLP = "AMBER+STRICT"
	TLPAmber       TLP = "AMBER"
	TLPGreen       TLP = "GREEN"
	TLPClear       TLP = "CLEAR"
)

// TLPs returns the labels, most restrictive first.
func TLPs() []TLP { return []TLP{TLPRed, TLPAmberStrict, TLPAmber, TLPGreen, TLPClear} }

// Outcome is how an incident ended.
type Outcome string

const (
	Ongoing       Outcome = ""               // not ended
	Resolved      Outcome = "resolved"       // closed after the work was done
	FalsePositive Outcome = "false positive" // nothing had happened
	Duplicate     Outcome = "duplicate"      // the same as another incident, which goes on
	Merged        Outcome = "merged"         // its facts and work went into another incident
)

// Incident is one incident as the events so far tell it. Once published it is
// never changed: Fold works on a clone. The timeline stays in the log.
type Incident struct {
	ID       ID           `json:"id"`
	Version  uint64       `json:"version"`  // sequence of the last event about it
	Revision uint64       `json:"revision"` // sequence of the last event that changed what forms edit
	Packs    []policy.Ref `json:"packs"`    // pinned when opened; the first is the procedure

	Title          string         `json:"title"`
	Description    string         `json:"description,omitempty"`
	Types          []string       `json:"types,omitempty"`
	Classification Classification `json:"classification,omitempty"`
	Data           []string       `json:"data,omitempty"`    // data categories
	Systems        []string       `json:"systems,omitempty"` // affected systems
	TLP            TLP            `json:"tlp"`
	Reporter       string         `json:"reporter,omitempty"`
	Contact        string         `json:"contact,omitempty"`  // how the reporter can be reached
	Source         string         `json:"source,omitempty"`   // the channel a report came through
	External       string         `json:"external,omitempty"` // its id in the system it was imported from

	Opened   time.Time `json:"opened"` // when the incident was opened; for imported history, back then
	OpenedBy string    `json:"opened_by"`
	Triaged  time.Time `json:"triaged,omitzero"` // first triage

	Edited     []Edit           `json:"edited,omitempty"`     // when each field was last edited
	Severities []SeverityCall   `json:"severities,omitempty"` // every decision, latest last
	Phases     []PhaseSpan      `json:"phases,omitempty"`     // every phase entered, latest last
	Facts      []Fact           `json:"facts,omitempty"`      // in the order first stated
	Roles      []Holder         `json:"roles,omitempty"`
	Applied    []policy.RuleKey `json:"applied,omitempty"` // rules that once applied
	Notes      int              `json:"notes,omitempty"`   // how many; the texts are on the timeline
	People     []string         `json:"people,omitempty"`  // everybody whom an event about it names, in the order of their first

	*Particulars // never nil
}

// Particulars are what of an incident comes with its work and its end. They
// are read as fields of the incident. They lie apart because most incidents of
// a long queue have none yet, and share one that is empty. Like the incident
// they are never changed once published.
type Particulars struct {
	Batch    string    `json:"batch,omitempty"` // the import it came with
	Closed   time.Time `json:"closed,omitzero"`
	Outcome  Outcome   `json:"outcome,omitempty"`
	Reopened int       `json:"reopened,omitempty"` // how often

	Tasks       []TaskRecord `json:"tasks,omitempty"` // tasks somebody touched or added
	Submitted   []Submission `json:"submitted,omitempty"`
	Waivers     []Waiver     `json:"waivers,omitempty"`
	Suspensions []Suspension `json:"suspensions,omitempty"` // as they hold, those that were lifted until then
	Known       []Known      `json:"known,omitempty"`       // the last one of each deadline
	Calls       []Call       `json:"calls,omitempty"`       // that nobody saw yet, oldest first
	Links       []Link       `json:"links,omitempty"`
	Evidence    []Evidence   `json:"evidence,omitempty"` // in the order taken in
	Hold        LegalHold    `json:"hold,omitzero"`      // keeps it, and the people in it, from being forgotten
	Deletion    *Deletion    `json:"deletion,omitempty"` // it is to go; nil: it is kept

	Groups    []AffectedGroup `json:"groups,omitempty"`     // its affected customers by who is told alike, in the order added
	TakenOver []Takeover      `json:"taken_over,omitempty"` // groups of other incidents whose customers it took over
	Adding    *AffectedBatch  `json:"adding,omitempty"`     // customers being added or refreshed; nil: none

	Notices []Notice `json:"notices,omitempty"` // in the order begun
}

// LegalHold keeps an incident as it is for a court or an authority; the zero
// value is none.
type LegalHold struct {
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	Since  time.Time `json:"since"`
}

// Held reports whether a legal hold is on the incident.
func (i *Incident) Held() bool { return !i.Hold.Since.IsZero() }

// Edit says which event last changed a field that a form edits.
type Edit struct {
	Field string `json:"field"` // as a Change names it
	Seq   uint64 `json:"seq"`
}

// SeverityCall is one decision on severity.
type SeverityCall struct {
	Seq      uint64    `json:"seq"` // of the event that recorded it
	Level    string    `json:"level"`
	Criteria []string  `json:"criteria,omitempty"` // those of the pack that it was based on
	Reason   string    `json:"reason,omitempty"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// PhaseSpan is one entry into a phase. It lasts until the next one or the end.
type PhaseSpan struct {
	Phase    string    `json:"phase"`
	From     time.Time `json:"from"`
	By       string    `json:"by"`
	Override string    `json:"override,omitempty"` // why it was entered with mandatory tasks open
}

// Holder is a person holding a role.
type Holder struct {
	Role   string    `json:"role"`
	Person string    `json:"person"`
	Since  time.Time `json:"since"`
}

// LinkKind says how two incidents belong together.
type LinkKind string

// The kinds of links. All but Related come in pairs, one on each incident.
const (
	Related      LinkKind = "related"
	DuplicateOf  LinkKind = "duplicate of"
	HasDuplicate LinkKind = "has duplicate"
	MergedInto   LinkKind = "merged into"
	MergedFrom   LinkKind = "merged from"
)

// Link points to another incident of the same space.
type Link struct {
	Kind  LinkKind `json:"kind"`
	Other ID       `json:"other"`
}

// Submission is a notice that was sent, or another deed a rule asks for.
type Submission struct {
	Key       policy.RuleKey `json:"key"`
	At        time.Time      `json:"at"`
	Received  time.Time      `json:"received,omitzero"`
	Reference string         `json:"reference,omitempty"`
	Note      string         `json:"note,omitempty"`
	Notice    string         `json:"notice,omitempty"`  // that told everybody
	Nothing   bool           `json:"nothing,omitempty"` // nothing was sent: no material facts became known, as Note says
	By        string         `json:"by"`
	Recorded  time.Time      `json:"recorded"`
}

// Waiver is a governed decision that a rule need not be met.
type Waiver struct {
	Key       policy.RuleKey `json:"key"`
	Decider   string         `json:"decider"`
	Rationale string         `json:"rationale"`
	By        string         `json:"by"` // who recorded the decision
	At        time.Time      `json:"at"`
}

// Known is somebody's word that they know of a deadline and how near
// it is.
type Known struct {
	Key   policy.RuleKey `json:"key"`
	Due   time.Time      `json:"due"`   // the due time it was about
	Level string         `json:"level"` // as policy.Reach names it
	Since time.Time      `json:"since"` // when that level was reached
	By    string         `json:"by"`
	At    time.Time      `json:"at"`
}

// Open reports whether the incident is still being worked on.
func (i *Incident) Open() bool { return i.Outcome == Ongoing }

// Severity is the level that stands, "" before triage.
func (i *Incident) Severity() string {
	if n := len(i.Severities); n > 0 {
		return i.Severities[n-1].Level
	}
	return ""
}

// Phase is the phase the incident is in, "" where its pack has none.
func (i *Incident) Phase() string {
	if n := len(i.Phases); n > 0 {
		return i.Phases[n-1].Phase
	}
	return ""
}

// Holders returns who holds a role, in the order they took it.
func (i *Incident) Holders(role string) []string {
	var people []string
	for _, h := range i.Roles {
		if h.Role == role {
			people = append(people, h.Person)
		}
	}
	return people
}

// Fact returns a stated fact.
func (i *Incident) Fact(name string) (Fact, bool) {
	for _, f := range i.Facts {
		if f.Name == name {
			return f, true
		}
	}
	return Fact{}, false
}

// editedAt is the sequence number of the last edit of a field, 0 where it is
// as it was reported.
func (i *Incident) editedAt(field string) uint64 {
	for _, e := range i.Edited {
		if e.Field == field {
			return e.Seq
		}
	}
	return 0
}

// Case reduces the incident to what policy rules look at. It is short enough
// to be inlined, and a caller that keeps nothing of it gets it on the stack.
func (i *Incident) Case() *policy.Case {
	c := &policy.Case{Times: make(map[string]time.Time), Answers: make(map[string]policy.Answer)}
	i.reduce(c)
	return c
}

func (i *Incident) reduce(c *policy.Case) {
	c.Severity, c.Classification = i.Severity(), string(i.Classification)
	c.Types, c.Data, c.Applied = i.Types, i.Data, i.Applied
	for k := range i.Facts {
		if i.Facts[k].Ground == policy.OwnGround {
			c.MarkOwn(i.Facts[k].Name)
		}
		switch f := &i.Facts[k]; {
		case f.Value.Word != "":
			c.Know(f.Name, f.Value.Word)
		case f.Value.At.IsZero():
			c.Answers[f.Name] = f.Value.Answer
		default:
			c.Times[f.Name] = f.Value.At
		}
	}
	c.Submissions, c.Waivers, c.Suspensions = i.submissions(), i.waivers(), i.suspensions()
	if !i.Open() && i.Outcome != Resolved {
		c.Ended = i.Closed
	}
	if len(i.Groups) > 0 {
		c.Groups = i.groups()
	}
	if len(i.Notices) > 0 {
		c.Deliveries = i.deliveries()
	}
}

// groups are the affected customers as rules look at them.
func (i *Incident) groups() []policy.Group {
	groups := make([]policy.Group, len(i.Groups))
	for k := range i.Groups {
		g := &i.Groups[k]
		groups[k] = policy.Group{ID: g.ID, Tier: string(g.Tier), Direct: g.Direct, Since: g.Since}
		if terms, err := calendar.ParsePeriod(g.Terms); err == nil {
			groups[k].Terms = terms
		}
	}
	return groups
}

// submissions are the notices as rules look at them, by when they were sent.
func (i *Incident) submissions() []policy.Submission {
	var sent []policy.Submission
	for _, s := range i.Submitted {
		sent = append(sent, policy.Submission{Key: s.Key, At: s.At, Received: s.Received, By: s.By, Reference: s.Reference, Nothing: s.Nothing})
	}
	slices.SortStableFunc(sent, func(a, b policy.Submission) int { return a.At.Compare(b.At) })
	return sent
}

func (i *Incident) waivers() []policy.Waiver {
	var waivers []policy.Waiver
	for _, w := range i.Waivers {
		waivers = append(waivers, policy.Waiver{Key: w.Key, At: w.At, Decider: w.Decider, Rationale: w.Rationale})
	}
	return waivers
}

// clone copies the incident so that a fold can change it without touching
// what was published. Slices are cut to their length, so that an append makes
// a new array; elements that a fold changes in place are copied by it.
func (i *Incident) clone() *Incident {
	next := *i
	next.Edited = slices.Clone(i.Edited)
	next.Severities = slices.Clip(i.Severities)
	next.Phases = slices.Clip(i.Phases)
	next.Facts = slices.Clone(i.Facts)
	next.Roles = slices.Clone(i.Roles)
	next.Applied = slices.Clip(i.Applied)
	next.People = slices.Clip(i.People)
	next.Particulars = i.Particulars.clone()
	return &next
}

func (p *Particulars) clone() *Particulars {
	next := *p
	next.Tasks = slices.Clone(p.Tasks)
	next.Submitted = slices.Clip(p.Submitted)
	next.Waivers = slices.Clone(p.Waivers)
	next.Suspensions = slices.Clone(p.Suspensions)
	next.Known = slices.Clone(p.Known)
	next.Calls = slices.Clone(p.Calls)
	next.Links = slices.Clip(p.Links)
	next.Evidence = slices.Clone(p.Evidence)
	next.Groups = slices.Clone(p.Groups)
	next.Notices = slices.Clone(p.Notices)
	return &next
}
