package model

import (
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// Command is something a person, an alert or a script wants to happen. A
// command is complete in itself: Decide needs nothing else but the state.
type Command interface {
	// Kind is the command's stable name, as rights, logs and screens use it.
	Kind() string
	// About lists the incidents the command names, so that they can be loaded
	// before it is decided.
	About() []ID
}

// Setup opens a space, or changes its settings: who it belongs to, the zone
// that civil dates are read in, the holidays of its place, and the packs new
// incidents run under. Another zone or home calendar moves what open incidents
// owe.
type Setup struct {
	Organisation string
	Zone         string       // IANA name
	Calendar     string       // the home calendar's id, adopted; "" is none
	Packs        []policy.Ref // the first is a procedure, the rest regimes; all adopted
	Answers      []OwnAnswer  // standing answers to add or change; unknown takes one back
}

// AdoptPack takes a version of a pack into the space. An adopted version
// never changes: another content under the same version is refused.
type AdoptPack struct{ Pack *policy.Pack }

// AdoptCalendar takes a version of a calendar into the space, to count by from
// then on. An adopted version never changes: another content under the same
// version is refused, and so is one older than what the space counts by.
type AdoptCalendar struct{ Calendar *calendar.Edition }

// Report opens an incident. Only Title is required.
type Report struct {
	Title       string
	Description string
	Types       []string
	Data        []string
	Systems     []string
	TLP         TLP // "" is AMBER
	Reporter    string
	Contact     string
	Source      string
	Occurred    time.Time    // when it happened, where known
	Detected    time.Time    // zero: now
	Packs       []policy.Ref // nil: the space's
}

// Describe changes what an incident is about. A nil pointer leaves a field as
// it is. Base is the Revision the change was made on: a field that somebody
// edited since is a conflict, refused with both sides; 0 does not check.
type Describe struct {
	Incident    ID
	Base        uint64
	Title       *string
	Description *string
	Systems     *[]string
	TLP         *TLP
	Reporter    *string
	Contact     *string
}

// Triage records an assessment in one go: what it is, how bad, what is known.
// Base is the Revision the form was filled in on: a field that it would change
// and that somebody edited since is a conflict, refused with both sides; 0 does
// not check. Facts are statements; one that changes a stated fact needs its
// Reason. Nil lists and empty fields leave what is there; an empty list that is
// not nil says that there are none. Criteria or a Reason without a Severity are
// about the one that stands. Packs are regimes that the incident runs under from
// now on beside its own; triage never drops one, nor changes its version.
type Triage struct {
	Incident       ID
	Base           uint64
	Types          []string
	Classification Classification
	Severity       string
	Criteria       []string
	Reason         string // why this severity
	Data           []string
	Systems        []string
	TLP            TLP
	Facts          []Statement
	Roles          []Holding
	Packs          []policy.Ref
}

// Statement is a fact to be stated or, with a Reason, corrected.
type Statement struct {
	Name   string
	Value  Value
	Ground string // on what ground it is stated
	Reason string // why what was stated before was wrong
}

// Holding is a role to be given to a person.
type Holding struct{ Role, Person string }

// StateFact states or corrects one fact.
type StateFact struct {
	Incident ID
	Statement
}

// StateFacts states or corrects several facts in one go: all of them or none.
type StateFacts struct {
	Incident ID
	Facts    []Statement
}

// SetSeverity decides on severity. A downgrade needs a Reason; any decision
// needs a reason or at least one of the pack's criteria. Nil Criteria leave
// those that stand, as long as the level stays.
type SetSeverity struct {
	Incident ID
	Level    string
	Criteria []string
	Reason   string
}

// SetPhase moves to another phase. Override is the reason for leaving
// mandatory tasks open; a step back needs Reason.
type SetPhase struct {
	Incident ID
	Phase    string
	Reason   string
	Override string
}

// SetTask ticks, unticks, skips or assigns a task. Assignee nil leaves who
// has it.
type SetTask struct {
	Incident ID
	Task     string
	State    TaskState
	Reason   string // required for TaskSkipped
	Assignee *string
}

// AddTask adds a task of the responders' own to a phase ("" is the current).
type AddTask struct {
	Incident ID
	Phase    string
	Title    string
	Assignee string
}

// Assign gives a role to a person; several may hold it.
type Assign struct {
	Incident ID
	Holding
}

// Unassign takes a role from a person.
type Unassign struct {
	Incident ID
	Holding
}

// AddNote puts a text on the timeline.
type AddNote struct {
	Incident ID
	Text     string
}

// Submit records that what a rule asks for was sent or done.
type Submit struct {
	Incident  ID
	Key       policy.RuleKey
	At        time.Time // zero: now
	Received  time.Time // zero: not known
	Reference string
	Note      string
}

// Waive decides that a rule need not be met.
type Waive struct {
	Incident  ID
	Key       policy.RuleKey
	Decider   string // the person who decided
	Rationale string
}

// Reinstate takes a waiver back.
type Reinstate struct {
	Incident ID
	Key      policy.RuleKey
	Reason   string
}

// Suspend records an evidenced delay of a rule that knows one, such as law
// enforcement asks for. It expires by itself; a later one extends it.
type Suspend struct {
	Incident  ID
	Key       policy.RuleKey
	From      time.Time // zero: now
	Until     time.Time
	Requester string // the authority or person who asked for it
	Evidence  string // the document, statement or note that shows it
	Reason    string
}

// Lift ends the delay of a rule before it expires.
type Lift struct {
	Incident ID
	Key      policy.RuleKey
	At       time.Time // zero: now
	Reason   string
}

// PlaceHold puts a legal hold on an incident: nobody in it can be forgotten
// until it is released.
type PlaceHold struct {
	Incident ID
	Reason   string
}

// ReleaseHold ends an incident's legal hold.
type ReleaseHold struct {
	Incident ID
	Reason   string
}

// SetRetention changes how long the space keeps what.
type SetRetention struct{ Retention Retention }

// MarkDeleted decides that an ended incident, reported by mistake, is to go. A
// sweep takes it once the time to undo that is over. It is refused while
// obligations are undecided, and the refusal is recorded under a legal hold.
type MarkDeleted struct {
	Incident ID
	Reason   string
}

// WithdrawDeletion keeps an incident that was to be deleted, unless it has
// been purged.
type WithdrawDeletion struct {
	Incident ID
	Reason   string
}

// Sweep purges incidents, and the content of evidence of others, that have been
// kept long enough: all of them or none. Under a legal hold it is refused, and
// the refusal recorded.
type Sweep struct {
	Removals []Removal
	Evidence []ID   // incidents that stay
	Approver string // the second person, where the space asks for one
}

// Removal is an incident to be purged, and all events about it, ascending: the
// last is its Version.
type Removal struct {
	Incident ID
	Events   []uint64
}

// ForgetPerson makes a person's name unreadable in all of the record, for good.
// It is refused, and the refusal recorded, while a legal hold is on an incident
// that names them.
type ForgetPerson struct {
	Person string
	Reason string
}

// AcceptRecord notes that a log which was not what was signed goes on as it is.
// Whoever accepted it gives the command, before any other.
type AcceptRecord struct {
	Fault  string // what was wrong with it
	Events uint64 // how many there were when it was accepted
	Before string // the signed head that it did not live up to, "" where there was none
	Reason string
}

// ForgetReporter makes what is known of an incident's reporter unreadable, for
// good; nothing is kept of another one afterwards. It is refused, and the
// refusal recorded, while a legal hold is on the incident.
type ForgetReporter struct {
	Incident ID
	Reason   string
}

// Acknowledge says that somebody knows of a deadline and how near it is, so
// that it is not brought to mind again before the next level.
type Acknowledge struct {
	Incident ID
	Key      policy.RuleKey
	Due      time.Time // the due time that was seen; zero: the one that stands
	Seen     time.Time // when it was seen, which decides the level; zero: now
}

// See says that the actor has seen what they are called for on an incident: roles
// and tasks that were given to them, notes that mention them.
type See struct{ Incident ID }

// ChangePacks puts an incident under other packs, or other versions of them.
// The first stays the procedure it was opened under, in whatever version.
type ChangePacks struct {
	Incident ID
	Packs    []policy.Ref
	Reason   string
}

// AddEvidence takes in a piece of evidence. Whoever stored the content says
// what its size and digest are; before that, Check asks whether all else would
// do, so that nobody stores gigabytes for a title that is too long.
type AddEvidence struct {
	Incident  ID
	Title     string
	What      EvidenceKind // "" is other
	Name      string       // of the file, as a label
	Size      uint64       // bytes
	SHA256    string       // of the content, hexadecimal
	Collected time.Time    // zero: now
	Collector string       // "": the actor
	From      string       // where it comes from
	Note      string
	Check     bool // only check; needs no SHA256 and leads to nothing
}

// MoveEvidence records a step of custody. From, where it is given, is who was
// thought to hold the item: another holder is a refusal. Person is who receives
// it, or who collected or examined it ("": the actor); a release needs nobody.
type MoveEvidence struct {
	Incident ID
	Item     string // E-1
	Deed     Deed
	From     string
	Person   string
	Reason   string
	At       time.Time // zero: now
}

// VerifyEvidence records what a comparison of the content with its digest
// found.
type VerifyEvidence struct {
	Incident ID
	Item     string
	Found    Integrity
}

// ExportEvidence records that a copy of the content leaves the record.
type ExportEvidence struct {
	Incident ID
	Item     string
	Reason   string
}

// RemoveUnnamed records that stored content which no evidence names is removed.
// It is given before anything is. At most MaxUnnamed at a time.
type RemoveUnnamed struct{ Stored []Unnamed }

// CopyRecord records that the whole record left it as a backup or export, or
// was restored from a backup.
type CopyRecord struct {
	Way    CopyWay
	Name   string    // of the file or folder, without where it lies
	Events uint64    // how many are in it
	Root   string    // of the log of these, as its checkpoint writes it
	Made   time.Time // of a backup that was restored, when it was made
}

// LinkTo notes that two incidents are related.
type LinkTo struct{ Incident, Other ID }

// MarkDuplicate ends an incident as the same as Of, which goes on and takes
// over every earlier moment of knowledge.
type MarkDuplicate struct {
	Incident, Of ID
	Reason       string
}

// Merge ends an incident and carries into another what it affects, who holds
// its roles, and every earlier moment of knowledge; a confirmed compromise and,
// under the same procedure, the higher severity go with it. Answers to questions
// do not: what is true of a part need not be of the whole. Its history stays
// where it is, linked.
type Merge struct {
	Incident, Into ID
	Reason         string
}

// MarkFalse ends an incident as a false positive.
type MarkFalse struct {
	Incident ID
	Reason   string
}

// Close ends a resolved incident. It is refused while obligations are
// undecided or the fact "resolved" is not stated.
type Close struct {
	Incident ID
	Summary  string
	Override string // the reason for leaving mandatory tasks open
}

// Reopen takes an ended incident up again.
type Reopen struct {
	Incident ID
	Reason   string
}

// History is one incident of the past, as an import brings it.
type History struct {
	External       string // its id where it comes from; unique within a space
	Title          string
	Description    string
	Types          []string
	Classification Classification
	Severity       string // "" leaves it untriaged
	Reason         string // why that severity
	Data           []string
	Systems        []string
	TLP            TLP
	Reporter       string
	Source         string
	Lead           string
	Opened         time.Time
	Closed         time.Time // zero: still open
	Outcome        Outcome   // "" with Closed is resolved
	Facts          []Statement
}

// ImportOpen begins an import and reserves numbers: how many incidents of
// each year will come. Nothing of it is visible until ImportClose.
type ImportOpen struct {
	Batch  string // unique
	Source string // what is imported, for the log
	Years  map[int]int
	Packs  []policy.Ref // nil: the space's
}

// ImportRows brings some of the incidents of an open import, in order.
type ImportRows struct {
	Batch string
	Rows  []History
	Check bool // only check the rows; needs no open import and leads to nothing
}

// ImportClose makes an import visible, or with Abandon gives it up: the rows
// stay in the log, unused, and their numbers are not given again.
type ImportClose struct {
	Batch   string
	Abandon string // why; "" completes it
}

func (Setup) Kind() string            { return "setup" }
func (AdoptPack) Kind() string        { return "adopt-pack" }
func (AdoptCalendar) Kind() string    { return "adopt-calendar" }
func (Report) Kind() string           { return "report" }
func (Describe) Kind() string         { return "describe" }
func (Triage) Kind() string           { return "triage" }
func (StateFact) Kind() string        { return "fact" }
func (StateFacts) Kind() string       { return "facts" }
func (SetSeverity) Kind() string      { return "severity" }
func (SetPhase) Kind() string         { return "phase" }
func (SetTask) Kind() string          { return "task" }
func (AddTask) Kind() string          { return "add-task" }
func (Assign) Kind() string           { return "assign" }
func (Unassign) Kind() string         { return "unassign" }
func (AddNote) Kind() string          { return "note" }
func (Submit) Kind() string           { return "submit" }
func (Waive) Kind() string            { return "waive" }
func (Reinstate) Kind() string        { return "reinstate" }
func (Suspend) Kind() string          { return "suspend" }
func (Lift) Kind() string             { return "lift" }
func (PlaceHold) Kind() string        { return "hold" }
func (ReleaseHold) Kind() string      { return "release-hold" }
func (SetRetention) Kind() string     { return "retention" }
func (MarkDeleted) Kind() string      { return "delete" }
func (WithdrawDeletion) Kind() string { return "undelete" }
func (Sweep) Kind() string            { return "sweep" }
func (AcceptRecord) Kind() string     { return "accept-record" }
func (ForgetPerson) Kind() string     { return "forget-person" }
func (ForgetReporter) Kind() string   { return "forget-reporter" }
func (See) Kind() string              { return "see" }
func (Acknowledge) Kind() string      { return "acknowledge" }
func (ChangePacks) Kind() string      { return "packs" }
func (LinkTo) Kind() string           { return "link" }
func (MarkDuplicate) Kind() string    { return "duplicate" }
func (Merge) Kind() string            { return "merge" }
func (MarkFalse) Kind() string        { return "false-positive" }
func (Close) Kind() string            { return "close" }
func (Reopen) Kind() string           { return "reopen" }
func (ImportOpen) Kind() string       { return "import-open" }
func (ImportRows) Kind() string       { return "import-rows" }
func (ImportClose) Kind() string      { return "import-close" }
func (CopyRecord) Kind() string       { return "copy-record" }

func (AddEvidence) Kind() string    { return "evidence-add" }
func (MoveEvidence) Kind() string   { return "evidence-move" }
func (VerifyEvidence) Kind() string { return "evidence-verify" }
func (ExportEvidence) Kind() string { return "evidence-export" }
func (RemoveUnnamed) Kind() string  { return "evidence-sweep" }

func (Setup) About() []ID              { return nil }
func (AdoptPack) About() []ID          { return nil }
func (AdoptCalendar) About() []ID      { return nil }
func (Report) About() []ID             { return nil }
func (c Describe) About() []ID         { return []ID{c.Incident} }
func (c Triage) About() []ID           { return []ID{c.Incident} }
func (c StateFact) About() []ID        { return []ID{c.Incident} }
func (c StateFacts) About() []ID       { return []ID{c.Incident} }
func (c SetSeverity) About() []ID      { return []ID{c.Incident} }
func (c SetPhase) About() []ID         { return []ID{c.Incident} }
func (c SetTask) About() []ID          { return []ID{c.Incident} }
func (c AddTask) About() []ID          { return []ID{c.Incident} }
func (c Assign) About() []ID           { return []ID{c.Incident} }
func (c Unassign) About() []ID         { return []ID{c.Incident} }
func (c AddNote) About() []ID          { return []ID{c.Incident} }
func (c Submit) About() []ID           { return []ID{c.Incident} }
func (c Waive) About() []ID            { return []ID{c.Incident} }
func (c Reinstate) About() []ID        { return []ID{c.Incident} }
func (c Suspend) About() []ID          { return []ID{c.Incident} }
func (c Lift) About() []ID             { return []ID{c.Incident} }
func (c PlaceHold) About() []ID        { return []ID{c.Incident} }
func (c ReleaseHold) About() []ID      { return []ID{c.Incident} }
func (SetRetention) About() []ID       { return nil }
func (c MarkDeleted) About() []ID      { return []ID{c.Incident} }
func (c WithdrawDeletion) About() []ID { return []ID{c.Incident} }
func (AcceptRecord) About() []ID       { return nil }
func (ForgetPerson) About() []ID       { return nil }
func (c ForgetReporter) About() []ID   { return []ID{c.Incident} }
func (c See) About() []ID              { return []ID{c.Incident} }
func (c Acknowledge) About() []ID      { return []ID{c.Incident} }
func (c ChangePacks) About() []ID      { return []ID{c.Incident} }
func (c LinkTo) About() []ID           { return []ID{c.Incident, c.Other} }
func (c MarkDuplicate) About() []ID    { return []ID{c.Incident, c.Of} }
func (c Merge) About() []ID            { return []ID{c.Incident, c.Into} }
func (c MarkFalse) About() []ID        { return []ID{c.Incident} }
func (c Close) About() []ID            { return []ID{c.Incident} }
func (c Reopen) About() []ID           { return []ID{c.Incident} }
func (ImportOpen) About() []ID         { return nil }
func (ImportRows) About() []ID         { return nil }
func (ImportClose) About() []ID        { return nil }
func (CopyRecord) About() []ID         { return nil }

func (c AddEvidence) About() []ID    { return []ID{c.Incident} }
func (c MoveEvidence) About() []ID   { return []ID{c.Incident} }
func (c VerifyEvidence) About() []ID { return []ID{c.Incident} }
func (c ExportEvidence) About() []ID { return []ID{c.Incident} }
func (RemoveUnnamed) About() []ID    { return nil }

func (c Sweep) About() []ID {
	ids := make([]ID, 0, len(c.Removals)+len(c.Evidence))
	for _, r := range c.Removals {
		ids = append(ids, r.Incident)
	}
	return append(ids, c.Evidence...)
}
