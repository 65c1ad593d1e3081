// Package policy turns what a company, a contract or a law promises about
// security incidents into obligations with due times.
//
// A Pack is one source document as structured tables: severities with their
// criteria, phases with their tasks, roles, questions and rules. ObligationsIn
// is a pure function of packs, the facts of a case and the calendar at home;
// ExplainIn says step by step how one due time came about. There is no embedded
// rule language, so every rule can be linted, compared and explained.
//
// Every rule has up to three due times. Strict is what a countdown runs to:
// elapsed hours exactly, or the end of the last day, and nothing rolls. Legal
// is the latest arguable limit, with its reason; it is shown and never counted
// to. A soft rule has no number at all.
//
// It runs on every change of every incident. On two cores of a small server,
// Obligations takes about 4 µs and 4 allocations for a triaged incident under
// two packs with fifteen rules, 7 µs for a fresh one where every rule may apply,
// and some 20 µs under five packs with their clocks running; State takes some
// 10 ns (go test -bench . ./model/policy ./config).
package policy

import (
	"fmt"
	"strconv"
	"strings"

	"tocsin/model/calendar"
)

// Ref names one version of a pack, written "gdpr@1".
type Ref struct {
	ID      string
	Version int
}

// String returns the ref as it is written everywhere: id@version.
func (r Ref) String() string { return r.ID + "@" + strconv.Itoa(r.Version) }

// MarshalText makes a ref a plain string in records and exports.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (r *Ref) UnmarshalText(text []byte) error {
	parsed, err := ParseRef(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

// ParseRef reads "id@version"; the version is a whole number from 1.
func ParseRef(text string) (Ref, error) {
	id, version, found := strings.Cut(text, "@")
	n, err := strconv.Atoi(version)
	if !found || id == "" || err != nil || n < 1 {
		return Ref{}, fmt.Errorf("pack reference %q: write it as id@version, such as gdpr@1", text)
	}
	return Ref{ID: id, Version: n}, nil
}

// Kind says what a pack brings to an incident.
type Kind string

const (
	// Procedure packs bring a whole way of working: severities, phases,
	// tasks, roles and the promises a company makes. An incident has one.
	Procedure Kind = "procedure"
	// Regime packs add the obligations of a law or contract to whatever
	// procedure an incident runs under. An incident may have several.
	Regime Kind = "regime"
)

// Pack is one version of one source document. A loaded pack is complete and
// valid (config refuses any other) and is never changed afterwards, so it is
// shared freely. Dates are civil dates, "2006-01-02", "" where open.
type Pack struct {
	ID            string     `json:"id"`
	Version       int        `json:"version"`
	Kind          Kind       `json:"kind"`
	Title         string     `json:"title"`
	Summary       string     `json:"summary,omitempty"`
	Source        string     `json:"source,omitempty"`         // the document the pack was made from
	EffectiveFrom string     `json:"effective_from,omitempty"` // first day in force
	EffectiveTo   string     `json:"effective_to,omitempty"`   // last day in force
	CheckedOn     string     `json:"checked_on,omitempty"`     // when somebody last read the source against the pack
	Zone          string     `json:"zone,omitempty"`           // IANA zone of the authority; "" is the space's own
	CalendarID    string     `json:"calendar,omitempty"`       // whose holidays count; "" is the space's own, or none where the pack has a zone
	Procedure     string     `json:"procedure,omitempty"`      // where phases and roles come from when the source has none of its own
	Severities    []Severity `json:"severities,omitempty"`     // lowest first
	Types         []Term     `json:"types,omitempty"`          // incident types
	Data          []Term     `json:"data,omitempty"`           // data categories
	Roles         []Role     `json:"roles,omitempty"`
	Phases        []Phase    `json:"phases,omitempty"` // in order
	Questions     []Question `json:"questions,omitempty"`
	Settings      []Setting  `json:"settings,omitempty"`
	Facts         []Term     `json:"facts,omitempty"` // named times beyond StandardFacts
	Rules         []Rule     `json:"rules,omitempty"`
	Reminders     Reminders  `json:"reminders,omitzero"` // when its deadlines are brought to mind, and to whom

	// Calendar is what the authority or contract behind the pack counts days
	// by. Config prepares it from Zone and CalendarID; a nil zone in it is the
	// space's own.
	Calendar calendar.Calendar `json:"-"`
}

// Ref returns the pack's own reference.
func (p *Pack) Ref() Ref { return Ref{ID: p.ID, Version: p.Version} }

// Term is a word a pack defines, with the words people read.
type Term struct {
	ID    string   `json:"id"`
	Label string   `json:"label"`
	Help  string   `json:"help,omitempty"`
	Alias []string `json:"alias,omitempty"` // other schemes' codes: NIST CSF 2.0, ISO/IEC 27035, VERIS
}

// Severity is one level of a pack's scale.
type Severity struct {
	ID       string   `json:"id"`
	Label    string   `json:"label"`
	Criteria []string `json:"criteria,omitempty"` // what makes an incident this severe, in the source's sense
}

// Role is a duty that somebody holds during an incident.
type Role struct {
	ID       string   `json:"id"`
	Label    string   `json:"label"`
	Duties   []string `json:"duties,omitempty"`
	Required bool     `json:"required,omitempty"` // nobody holding it is shown as a gap
}

// Phase is one stage of the response, with the tasks it asks for.
type Phase struct {
	ID    string   `json:"id"`
	Label string   `json:"label"`
	Alias []string `json:"alias,omitempty"`
	Tasks []Task   `json:"tasks,omitempty"`
}

// Task is one action of a phase. An open mandatory task keeps the phase from
// being left, unless somebody overrides that with a reason.
type Task struct {
	ID        string    `json:"id"` // unique within the pack
	Label     string    `json:"label"`
	Role      string    `json:"role,omitempty"`
	Mandatory bool      `json:"mandatory,omitempty"`
	When      Condition `json:"when,omitzero"` // the zero condition always holds
}

// Question is a three-valued fact that triage asks for.
type Question struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Help  string `json:"help,omitempty"`
	// Organisation says that the answer is about the organisation and does not
	// change from incident to incident, so that a space can keep it.
	Organisation bool `json:"organisation,omitempty"`
}

// Setting is what an incident, or the organisation, is known by where yes and
// no are not enough: one of several words, such as a kind of entity, or a
// count, such as of people affected in one jurisdiction.
type Setting struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	Help   string `json:"help,omitempty"`
	Values []Term `json:"values,omitempty"` // none: the setting is a whole number from 0
	// Organisation is as for a Question.
	Organisation bool `json:"organisation,omitempty"`
}

// IsCount reports whether the setting is a number.
func (s *Setting) IsCount() bool { return len(s.Values) == 0 }

// Condition says when a rule or task applies: every non-empty field must
// hold; within a field any one value is enough. The zero Condition always
// holds. What is not known yet makes the outcome unknown, never no.
type Condition struct {
	Severity       []string          `json:"severity,omitempty"`
	Classification []string          `json:"classification,omitempty"` // "confirmed", "potential"
	Types          []string          `json:"types,omitempty"`
	Data           []string          `json:"data,omitempty"`
	Tier           []string          `json:"tier,omitempty"`    // holds when the answer "tier.ID" is yes
	Acting         []string          `json:"acting,omitempty"`  // in which legal role: the answer "acting.ID", such as acting.controller
	Answers        map[string]Answer `json:"answers,omitempty"` // each question must have this answer

	Settings  map[string][]string `json:"settings,omitempty"`   // each setting must be one of these words
	Except    map[string][]string `json:"except,omitempty"`     // each setting must be none of these words
	AtLeast   map[string]int      `json:"at_least,omitempty"`   // each count must be this or more
	MoreThan  map[string]int      `json:"more_than,omitempty"`  // each count must be above this
	FewerThan map[string]int      `json:"fewer_than,omitempty"` // each count must be below this
}

// Rule is one promise: when it applies, what starts its clock, how long it
// allows, who is told what, and what counts as done.
type Rule struct {
	ID       string          `json:"id"`
	Title    string          `json:"title"`
	When     Condition       `json:"when,omitzero"`
	Starts   string          `json:"starts"`             // a fact, or "submitted:RULE" of the same pack
	Within   calendar.Period `json:"within,omitzero"`    // zero: soft, "without undue delay"
	Every    calendar.Period `json:"every,omitzero"`     // zero: once
	Until    string          `json:"until,omitempty"`    // the fact that ends a recurring rule
	Legal    Legal           `json:"legal,omitempty"`    // how the latest arguable limit is computed
	Audience string          `json:"audience,omitempty"` // recipient group
	Contents []string        `json:"contents,omitempty"` // what a notice must say
	Approval []string        `json:"approval,omitempty"` // roles that approve before it leaves
	MetBy    string          `json:"met_by,omitempty"`   // "sent" (the default), "received", or "fact:NAME"
	Remind   []string        `json:"remind,omitempty"`   // roles that are reminded, in place of the pack's
	Citation string          `json:"citation,omitempty"` // article, section or heading of the source
	Note     string          `json:"note,omitempty"`     // what a reader should know beside the number
	Internal bool            `json:"internal,omitempty"` // a duty within the company (review, record), nothing is sent

	// How the time is counted, where that is more than a period from a fact.
	At        calendar.TimeOfDay `json:"at,omitzero"`          // time of the last day, in the pack's zone
	CountFrom calendar.Anchor    `json:"count_from,omitempty"` // which day is the first
	Caps      []Cap              `json:"caps,omitempty"`       // other limits; the earliest decides
	Restarts  []string           `json:"restarts,omitempty"`   // submissions of these rules, "submitted:RULE", start the clock anew
	Relief    *Relief            `json:"relief,omitempty"`     // another legal limit for some kinds of entity
	LegalBy   string             `json:"legal_by,omitempty"`   // what the legal limit rests on, where it is not the rule's own citation
	Suspend   Suspend            `json:"suspend,omitempty"`    // what an evidenced delay does; "" is that there is none

	// The civil days, in the pack's zone, on which the clock must start for the
	// rule to be in force, both included; "" where open. The bounds of a regime
	// hold for its rules too.
	EffectiveFrom string `json:"effective_from,omitempty"`
	EffectiveTo   string `json:"effective_to,omitempty"`
	CheckedOn     string `json:"checked_on,omitempty"` // where it differs from the pack's

	// When the deadline is brought to mind, in place of the pack's; whom is in Remind.
	Reminders Reminders `json:"reminders,omitzero"`

	// Who is told, and what holds for the notice.
	To   To     `json:"to,omitempty"`   // whom Audience names, in a word that the product acts on
	Kind string `json:"kind,omitempty"` // which notice it asks for first; "" follows from the rest, see NoticeKind
	// Direct is the question whose yes says that customers are directly
	// impacted. Groups of affected customers answer it each for themselves.
	Direct string `json:"direct,omitempty"`
	// Buffer is how long after paying customers were told the notice is held
	// back, so that they can act first; BufferBy is the count in whole hours
	// that takes its place where the organisation has set it.
	Buffer   calendar.Period `json:"buffer,omitzero"`
	BufferBy string          `json:"buffer_by,omitempty"`
	After    []string        `json:"after,omitempty"`    // rules of the pack whose recipients hear before
	Phased   bool            `json:"phased,omitempty"`   // contents that are not known yet may follow
	Override []string        `json:"override,omitempty"` // roles that may release it in an emergency without the approval
}

// Cap is a further limit of a rule, with a clock of its own. Hours go with
// hours and days with days.
type Cap struct {
	Starts string          `json:"starts"` // a fact
	Within calendar.Period `json:"within"`
	// Lapses says that the cap does not count once it has passed before the
	// rule's own clock starts.
	Lapses bool `json:"lapses,omitempty"`
}

// Relief gives a rule another way to compute its legal limit, for entities
// whose setting is set and is none of the words.
type Relief struct {
	Setting string   `json:"setting"`
	Except  []string `json:"except,omitempty"`
	Legal   Legal    `json:"legal"`
}

// Suspend says what an evidenced, expiring delay (such as one that law
// enforcement asks for) does to a due time.
type Suspend string

const (
	// SuspendNever is the default: the rule knows no delay.
	SuspendNever Suspend = ""
	// SuspendUntilEnd moves a due time that comes before the end of the delay
	// to that end; where days are counted, to the end of its last day.
	SuspendUntilEnd Suspend = "until-end"
	// SuspendResume stops the clock: the due time moves by as much as the delay
	// took, hours by its length and days by the civil days it spans.
	SuspendResume Suspend = "resume"
)

// count is the rule's way from its start to its first due time.
func (r *Rule) count() calendar.Count {
	return calendar.Count{Period: r.Within, From: r.CountFrom, At: r.At, HolidaysCount: r.Legal == LegalSkipHolidays}
}

// Soft reports whether the rule has no number of its own: "without undue delay".
func (r *Rule) Soft() bool { return r.Within.IsZero() }

// Legal names a way to compute the latest arguable limit from the strict one.
type Legal string

const (
	// LegalSame is the default: nobody can argue for more than the strict limit.
	LegalSame Legal = ""
	// LegalFullHour ends with the last full hour: Regulation (EEC, Euratom)
	// 1182/71, Article 3(1) and (2)(a): the hour of the event is not counted.
	LegalFullHour Legal = "full-hour"
	// LegalNextWorkingDay ends with the next working day where the last day is
	// none: Regulation 1182/71, Article 3(4), and its likes elsewhere.
	LegalNextWorkingDay Legal = "next-working-day"
	// LegalNoonNextWorkingDay ends at noon of the next working day where the
	// limit falls on none; otherwise hours end with the last full hour:
	// Delegated Regulation (EU) 2025/301, Article 5.
	LegalNoonNextWorkingDay Legal = "noon-next-working-day"
	// LegalSkipHolidays takes holidays out of a count of business days which
	// the strict limit leaves in: where it is unsettled whether they count.
	LegalSkipHolidays Legal = "skip-holidays"
)

// Legals are the ways to compute the latest arguable limit.
var Legals = []Legal{LegalSame, LegalFullHour, LegalNextWorkingDay, LegalNoonNextWorkingDay, LegalSkipHolidays}
