package model

import (
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// Event is one entry of a space's log: something that happened, who did it
// and when it was recorded. Sequence numbers are gap-free from 1.
type Event struct {
	Seq   uint64
	At    time.Time // when it was recorded, UTC, whole milliseconds
	Actor string
	Role  Role
	Batch string // the import it belongs to; it counts once that is complete
	Body  Body
}

// Body is what an event says. Each kind has one struct; kinds and fields are
// never renamed or reused, since logs are read for ten years.
//
// A field that names a person has the tag personal:"name"; one that holds what
// is known of an incident's reporter has personal:"text", followed by a
// condition where another field says whether it does; personal:"own,Field" has
// one that belongs to the person whom the field Field names, or with Actor to
// the event's actor: where it names nobody, the text is nobody's either;
// personal:"customer,Field" has what is known of the customer whose number the
// field Field has. What has a tag is kept so that they can be forgotten, and reads as
// ForgottenPerson and some letters, or ForgottenText, afterwards.
type Body interface {
	// Kind is the event's stable name in the log.
	Kind() string
	// Incident is the incident the event is about, "" for the space itself.
	Incident() ID
}

type (
	// SpaceSetUp: the space's settings were given or changed. Further is as
	// for CalendarAdopted.
	SpaceSetUp struct {
		Organisation string       `json:"organisation"`
		Zone         string       `json:"zone"`
		Calendar     string       `json:"calendar,omitempty"`
		Packs        []policy.Ref `json:"packs"`
		Answers      []OwnAnswer  `json:"answers,omitempty"`
		Further      int          `json:"further,omitempty"`
	}

	// PackAdopted: a version of a pack was taken into the space, whole.
	PackAdopted struct {
		Pack *policy.Pack `json:"pack"`
	}

	// CalendarAdopted: a version of a calendar was taken into the space, whole.
	// Open incidents whose due times it moves have a DuesMoved each, decided
	// with it; Further is how many more moved than one decision can list. Those
	// are the ones that the log up to here and with it lead to.
	CalendarAdopted struct {
		Calendar *calendar.Edition `json:"calendar"`
		Further  int               `json:"further,omitempty"`
	}

	// Reported: an incident was opened. Opened is when, which for imported
	// history lies before the event's own time.
	Reported struct {
		ID          ID           `json:"id"`
		Packs       []policy.Ref `json:"packs"`
		Title       string       `json:"title"`
		Description string       `json:"description,omitempty"`
		Types       []string     `json:"types,omitempty"`
		Data        []string     `json:"data,omitempty"`
		Systems     []string     `json:"systems,omitempty"`
		TLP         TLP          `json:"tlp"`
		Reporter    string       `json:"reporter,omitempty" personal:"text"`
		Contact     string       `json:"contact,omitempty" personal:"text"`
		Source      string       `json:"source,omitempty"`
		External    string       `json:"external,omitempty"`
		Opened      time.Time    `json:"opened"`
		Phase       string       `json:"phase,omitempty"` // the procedure's first
	}

	// Described: what the incident is about was changed. Changes holds only
	// what changed, with both sides.
	Described struct {
		ID      ID       `json:"id"`
		Changes []Change `json:"changes"`
	}

	// Change is one field's value before and after; lists are joined for
	// reading in Before and After and kept whole in List.
	Change struct {
		Field  string   `json:"field"`
		Before string   `json:"before" personal:"text,Field=reporter contact"`
		After  string   `json:"after" personal:"text,Field=reporter contact"`
		List   []string `json:"list,omitempty" personal:"text,Field=reporter contact"`
	}

	// Assessed: triage was recorded, see also the facts, severity and roles
	// that were decided with it.
	Assessed struct {
		ID      ID       `json:"id"`
		Changes []Change `json:"changes,omitempty"`
	}

	// FactStated: a fact was stated for the first time.
	FactStated struct {
		ID     ID     `json:"id"`
		Name   string `json:"name"`
		Value  Value  `json:"value"`
		Ground string `json:"ground,omitempty"`
	}

	// FactCorrected: a stated fact was wrong.
	FactCorrected struct {
		ID     ID     `json:"id"`
		Name   string `json:"name"`
		Before Value  `json:"before"`
		After  Value  `json:"after"`
		Ground string `json:"ground,omitempty"`
		Reason string `json:"reason"`
	}

	// SeverityDecided: the severity was set, raised or lowered.
	SeverityDecided struct {
		ID       ID        `json:"id"`
		Before   string    `json:"before,omitempty"`
		After    string    `json:"after"`
		Criteria []string  `json:"criteria,omitempty"`
		Reason   string    `json:"reason,omitempty"`
		At       time.Time `json:"at,omitzero"` // for imported history: back then
	}

	// PhaseEntered: the response moved to another phase. OpenTasks are the
	// mandatory tasks left open by the override.
	PhaseEntered struct {
		ID        ID       `json:"id"`
		Before    string   `json:"before,omitempty"`
		After     string   `json:"after"`
		Reason    string   `json:"reason,omitempty"`
		Override  string   `json:"override,omitempty"`
		OpenTasks []string `json:"open_tasks,omitempty"`
	}

	// TaskSet: a task was ticked, unticked, skipped or assigned.
	TaskSet struct {
		ID       ID        `json:"id"`
		Task     string    `json:"task"`
		Title    string    `json:"title"`
		Phase    string    `json:"phase"`
		Before   TaskState `json:"before,omitempty"`
		After    TaskState `json:"after,omitempty"`
		Assignee string    `json:"assignee,omitempty" personal:"name"`
		Calls    bool      `json:"calls,omitempty"` // somebody else gave it to the assignee
		Reason   string    `json:"reason,omitempty"`
	}

	// TaskAdded: responders added a task of their own.
	TaskAdded struct {
		ID        ID     `json:"id"`
		Task      string `json:"task"`
		Phase     string `json:"phase"`
		Title     string `json:"title"`
		Assignee  string `json:"assignee,omitempty" personal:"name"`
		Calls     bool   `json:"calls,omitempty"` // it was given to somebody else
		Mandatory bool   `json:"mandatory,omitempty"`
	}

	// RoleTaken: a person took on a role.
	RoleTaken struct {
		ID     ID     `json:"id"`
		Role   string `json:"role"`
		Person string `json:"person" personal:"name"`
		Calls  bool   `json:"calls,omitempty"` // somebody else gave it to them
	}

	// RoleLeft: a person no longer holds a role.
	RoleLeft struct {
		ID     ID     `json:"id"`
		Role   string `json:"role"`
		Person string `json:"person" personal:"name"`
	}

	// Noted: a note was written. It calls those whom it mentions.
	Noted struct {
		ID       ID       `json:"id"`
		Text     string   `json:"text"`
		Mentions []string `json:"mentions,omitempty" personal:"name"`
	}

	// CallsSeen: the actor has seen what they were called for.
	CallsSeen struct {
		ID    ID  `json:"id"`
		Count int `json:"count"` // how many calls
	}

	// Submitted: what a rule asks for was sent or done at At.
	Submitted struct {
		ID        ID             `json:"id"`
		Key       policy.RuleKey `json:"key"`
		Title     string         `json:"title"` // the rule's, for reading
		At        time.Time      `json:"at"`
		Received  time.Time      `json:"received,omitzero"`
		Reference string         `json:"reference,omitempty"`
		Note      string         `json:"note,omitempty"`
		Notice    string         `json:"notice,omitempty"` // that told everybody
	}

	// WaiverDecided: a rule need not be met.
	WaiverDecided struct {
		ID        ID             `json:"id"`
		Key       policy.RuleKey `json:"key"`
		Title     string         `json:"title"`
		Decider   string         `json:"decider" personal:"name"`
		Rationale string         `json:"rationale"`
	}

	// WaiverWithdrawn: a waived rule counts again.
	WaiverWithdrawn struct {
		ID     ID             `json:"id"`
		Key    policy.RuleKey `json:"key"`
		Title  string         `json:"title"`
		Reason string         `json:"reason"`
	}

	// DuesMoved: an obligation came, went or was moved by what was just
	// decided. It follows the event that caused it.
	DuesMoved struct {
		ID    ID        `json:"id"`
		Moves []DueMove `json:"moves"`
	}

	// DueMove is one obligation before and after. Zero times: none.
	DueMove struct {
		Key    policy.RuleKey `json:"key"`
		Title  string         `json:"title"`
		Before time.Time      `json:"before,omitzero"`
		After  time.Time      `json:"after,omitzero"`
		Sure   bool           `json:"sure,omitempty"` // it applies; false: it could not be excluded, or no longer applies
		Change string         `json:"change"`         // "applies", "no longer applies", "cannot be excluded", "is excluded", "starts", "moves", "met", "stops"
	}

	// SuspensionRecorded: an evidenced delay of a rule runs from From until
	// before Until.
	SuspensionRecorded struct {
		ID        ID             `json:"id"`
		Key       policy.RuleKey `json:"key"`
		Title     string         `json:"title"` // the rule's, for reading
		From      time.Time      `json:"from"`
		Until     time.Time      `json:"until"`
		Requester string         `json:"requester" personal:"name"`
		Evidence  string         `json:"evidence"`
		Reason    string         `json:"reason,omitempty"`
	}

	// SuspensionLifted: the delay of a rule ended at At, before it expired.
	SuspensionLifted struct {
		ID     ID             `json:"id"`
		Key    policy.RuleKey `json:"key"`
		Title  string         `json:"title"`
		At     time.Time      `json:"at"`
		Reason string         `json:"reason"`
	}

	// Acknowledged: somebody knows of a deadline and its level.
	Acknowledged struct {
		ID    ID             `json:"id"`
		Key   policy.RuleKey `json:"key"`
		Title string         `json:"title"`
		Due   time.Time      `json:"due"`   // the due time it was about
		Level string         `json:"level"` // "half", "24h" and so on, "overdue"
		Since time.Time      `json:"since"` // when that level was reached
	}

	// PacksChanged: the incident runs under other packs, or versions, from now on.
	PacksChanged struct {
		ID     ID           `json:"id"`
		Before []policy.Ref `json:"before"`
		After  []policy.Ref `json:"after"`
		Reason string       `json:"reason"`
	}

	// EvidenceAdded: a piece of evidence was taken in. Collected is when it was
	// collected, by Collector, who holds it from then on.
	EvidenceAdded struct {
		ID        ID           `json:"id"`
		Item      string       `json:"item"`
		Title     string       `json:"title"`
		What      EvidenceKind `json:"what"`
		Name      string       `json:"name,omitempty"`
		Size      uint64       `json:"size"`
		SHA256    string       `json:"sha256"`
		Collected time.Time    `json:"collected"`
		Collector string       `json:"collector" personal:"name"`
		From      string       `json:"from,omitempty"`
		Note      string       `json:"note,omitempty"`
	}

	// EvidenceMoved: a step of custody was done at At. Before and Holder are
	// who held the item before and after, "" for nobody here.
	EvidenceMoved struct {
		ID     ID        `json:"id"`
		Item   string    `json:"item"`
		Title  string    `json:"title"`
		Deed   Deed      `json:"deed"`
		At     time.Time `json:"at"`
		Before string    `json:"before,omitempty" personal:"name"`
		Holder string    `json:"holder,omitempty" personal:"name"`
		Person string    `json:"person,omitempty" personal:"name"`
		Reason string    `json:"reason"`
	}

	// EvidenceVerified: the content was compared with its digest.
	EvidenceVerified struct {
		ID     ID        `json:"id"`
		Item   string    `json:"item"`
		Title  string    `json:"title"`
		Before Integrity `json:"before,omitempty"`
		Found  Integrity `json:"found"`
	}

	// EvidenceExported: a copy of the content left the record.
	EvidenceExported struct {
		ID     ID     `json:"id"`
		Item   string `json:"item"`
		Title  string `json:"title"`
		SHA256 string `json:"sha256"`
		Holder string `json:"holder,omitempty" personal:"name"`
		Reason string `json:"reason,omitempty"`
	}

	// HoldPlaced: a legal hold keeps the people in the incident from being
	// forgotten.
	HoldPlaced struct {
		ID     ID     `json:"id"`
		Reason string `json:"reason"`
	}

	// HoldReleased: the legal hold is over.
	HoldReleased struct {
		ID     ID     `json:"id"`
		Reason string `json:"reason"`
	}

	// RetentionSet: how long the space keeps what was changed.
	RetentionSet struct {
		Before Retention `json:"before"`
		After  Retention `json:"after"`
	}

	// DeletionMarked: the incident was reported by mistake and is to go.
	DeletionMarked struct {
		ID     ID     `json:"id"`
		Reason string `json:"reason"`
	}

	// DeletionWithdrawn: the incident is kept after all.
	DeletionWithdrawn struct {
		ID     ID     `json:"id"`
		Reason string `json:"reason"`
	}

	// PurgeRefused: a legal hold kept the incident from being deleted.
	PurgeRefused struct {
		ID     ID     `json:"id"`
		Reason string `json:"reason"` // why it was to be
	}

	// IncidentsPurged: incidents were kept long enough. Their events, Events of
	// them in all, lost their texts after this event and kept their leaves.
	IncidentsPurged struct {
		Incidents []Purged `json:"incidents"`
		Events    int      `json:"events"`
		Approver  string   `json:"approver,omitempty" personal:"name"` // the second person
	}

	// Purged is one incident that was kept for a period since a time, and its
	// events, ascending.
	Purged struct {
		ID     ID              `json:"id"`
		Class  Class           `json:"class"`
		Period calendar.Period `json:"period"`
		Since  time.Time       `json:"since"`
		Events []Span          `json:"events"`
	}

	// Span is the first and the last of events that follow one another.
	Span [2]uint64

	// EvidencePurged: the content of evidence was kept long enough and was
	// removed after this event. The incident stays.
	EvidencePurged struct {
		ID       ID              `json:"id"`
		Items    []string        `json:"items"`
		Period   calendar.Period `json:"period"`
		Since    time.Time       `json:"since"`
		Approver string          `json:"approver,omitempty" personal:"name"` // the second person
	}

	// UnnamedRemoved: stored content that no evidence named was removed after
	// this event.
	UnnamedRemoved struct {
		Stored []Unnamed `json:"stored"`
	}

	// Unnamed is stored content that no evidence names, by the name that it is
	// stored under (64 hexadecimal digits, not its SHA-256), and its size as it
	// lies there, sealed, in bytes.
	Unnamed struct {
		Name string `json:"name"`
		Size uint64 `json:"size"`
	}

	// Removed stands for an event whose text was removed as event By ordered.
	// It has nothing but its number, and is never written.
	Removed struct {
		By uint64 `json:"by"`
	}

	// RecordAccepted: the log was not what was signed, and goes on as it is from
	// this event on.
	RecordAccepted struct {
		Fault  string `json:"fault"`
		Events uint64 `json:"events"`
		Before string `json:"before,omitempty"` // the signed head as it was
		Reason string `json:"reason"`
	}

	// PersonForgotten: what the record calls this person was destroyed after
	// this event.
	PersonForgotten struct {
		Person string `json:"person" personal:"name"`
		Reason string `json:"reason"`
	}

	// ReporterForgotten: what was known of the incident's reporter was destroyed
	// after this event.
	ReporterForgotten struct {
		ID     ID     `json:"id"`
		Reason string `json:"reason"`
	}

	// RecordCopied: the whole record left it as a backup or export, or is one
	// that was restored.
	RecordCopied struct {
		Way    CopyWay   `json:"way"`
		Name   string    `json:"name"`   // of the file or folder
		Events uint64    `json:"events"` // how many were in it
		Root   string    `json:"root"`   // of the log of these
		Made   time.Time `json:"made,omitzero"`
	}

	// ForgettingRefused: a legal hold on the incident kept a person in it, or
	// its reporter where Person is "", from being forgotten.
	ForgettingRefused struct {
		ID     ID     `json:"id"`
		Person string `json:"person,omitempty" personal:"name"`
		Reason string `json:"reason"` // why they were to be forgotten
	}

	// Linked: the incident belongs with another one.
	Linked struct {
		ID    ID       `json:"id"`
		Other ID       `json:"other"`
		Link  LinkKind `json:"link"`
	}

	// Closed: the incident ended.
	Closed struct {
		ID        ID        `json:"id"`
		Outcome   Outcome   `json:"outcome"`
		Reason    string    `json:"reason,omitempty"`
		Override  string    `json:"override,omitempty"`   // why mandatory tasks were left open
		OpenTasks []string  `json:"open_tasks,omitempty"` // those tasks
		At        time.Time `json:"at,omitzero"`          // for imported history: back then
	}

	// ReopenedAgain: an ended incident was taken up again.
	ReopenedAgain struct {
		ID     ID      `json:"id"`
		Before Outcome `json:"before"`
		Reason string  `json:"reason"`
	}

	// ImportOpened: an import began and its numbers are reserved.
	ImportOpened struct {
		Batch  string       `json:"batch"`
		Source string       `json:"source"`
		Packs  []policy.Ref `json:"packs"`
		First  map[int]int  `json:"first"` // by year, the first number reserved
		Count  map[int]int  `json:"count"` // by year, how many
	}

	// ImportClosed: an import was completed or, with a reason, abandoned.
	ImportClosed struct {
		Batch     string `json:"batch"`
		Incidents int    `json:"incidents"`
		Abandoned string `json:"abandoned,omitempty"`
	}
)

// NewBody returns an empty body of a kind, to be decoded into; ok is false
// for a kind this version does not know.
func NewBody(kind string) (body Body, ok bool) {
	make, ok := bodies[kind]
	if !ok {
		return nil, false
	}
	return make(), true
}

// bodies makes an empty body for each kind the log may hold.
var bodies = map[string]func() Body{
	"space.set-up":          func() Body { return new(SpaceSetUp) },
	"pack.adopted":          func() Body { return new(PackAdopted) },
	"calendar.adopted":      func() Body { return new(CalendarAdopted) },
	"incident.reported":     func() Body { return new(Reported) },
	"incident.described":    func() Body { return new(Described) },
	"incident.assessed":     func() Body { return new(Assessed) },
	"fact.stated":           func() Body { return new(FactStated) },
	"fact.corrected":        func() Body { return new(FactCorrected) },
	"severity.decided":      func() Body { return new(SeverityDecided) },
	"phase.entered":         func() Body { return new(PhaseEntered) },
	"task.set":              func() Body { return new(TaskSet) },
	"task.added":            func() Body { return new(TaskAdded) },
	"role.taken":            func() Body { return new(RoleTaken) },
	"role.left":             func() Body { return new(RoleLeft) },
	"note.written":          func() Body { return new(Noted) },
	"obligation.submitted":  func() Body { return new(Submitted) },
	"obligation.waived":     func() Body { return new(WaiverDecided) },
	"obligation.reinstated": func() Body { return new(WaiverWithdrawn) },
	"obligations.moved":     func() Body { return new(DuesMoved) },
	"obligation.suspended":  func() Body { return new(SuspensionRecorded) },
	"obligation.resumed":    func() Body { return new(SuspensionLifted) },
	"calls.seen":            func() Body { return new(CallsSeen) },
	"reminder.acknowledged": func() Body { return new(Acknowledged) },
	"incident.repacked":     func() Body { return new(PacksChanged) },
	"incident.linked":       func() Body { return new(Linked) },
	"incident.closed":       func() Body { return new(Closed) },
	"incident.reopened":     func() Body { return new(ReopenedAgain) },
	"import.opened":         func() Body { return new(ImportOpened) },
	"hold.placed":           func() Body { return new(HoldPlaced) },
	"hold.released":         func() Body { return new(HoldReleased) },
	"retention.set":         func() Body { return new(RetentionSet) },
	"deletion.marked":       func() Body { return new(DeletionMarked) },
	"deletion.withdrawn":    func() Body { return new(DeletionWithdrawn) },
	"purge.refused":         func() Body { return new(PurgeRefused) },
	"incidents.purged":      func() Body { return new(IncidentsPurged) },
	"evidence.purged":       func() Body { return new(EvidencePurged) },
	"evidence.swept":        func() Body { return new(UnnamedRemoved) },
	"record.accepted":       func() Body { return new(RecordAccepted) },
	"person.forgotten":      func() Body { return new(PersonForgotten) },
	"reporter.forgotten":    func() Body { return new(ReporterForgotten) },
	"forgetting.refused":    func() Body { return new(ForgettingRefused) },
	"record.copied":         func() Body { return new(RecordCopied) },
	"import.closed":         func() Body { return new(ImportClosed) },

	"notice.drafted":         func() Body { return new(NoticeDrafted) },
	"notice.edited":          func() Body { return new(NoticeEdited) },
	"notice.proposed":        func() Body { return new(NoticeProposed) },
	"notice.approved":        func() Body { return new(NoticeApproved) },
	"notice.rejected":        func() Body { return new(NoticeRejected) },
	"notice.voided":          func() Body { return new(ApprovalsVoided) },
	"notice.overridden":      func() Body { return new(ApprovalOverridden) },
	"notice.released":        func() Body { return new(NoticeReleased) },
	"notice.filed":           func() Body { return new(NoticeFiled) },
	"notice.withdrawn":       func() Body { return new(NoticeWithdrawn) },
	"notice.paused":          func() Body { return new(NoticePaused) },
	"notice.resumed":         func() Body { return new(NoticeResumed) },
	"notice.cancelled":       func() Body { return new(NoticeCancelled) },
	"notice.proved":          func() Body { return new(NoticeProved) },
	"obligation.nothing-new": func() Body { return new(NothingNew) },
	"delivery.attempted":     func() Body { return new(DeliveryAttempted) },
	"delivery.recorded":      func() Body { return new(DeliveryRecorded) },
	"delivery.contact":       func() Body { return new(ContactRecorded) },
	"delivery.receipt":       func() Body { return new(ReceiptRecorded) },
	"delivery.bounced":       func() Body { return new(BounceRecorded) },
	"delivery.given-up":      func() Body { return new(DeliveryGivenUp) },
	"delivery.retry":         func() Body { return new(RetryOrdered) },

	"evidence.added":    func() Body { return new(EvidenceAdded) },
	"evidence.moved":    func() Body { return new(EvidenceMoved) },
	"evidence.verified": func() Body { return new(EvidenceVerified) },
	"evidence.exported": func() Body { return new(EvidenceExported) },

	"customers.opened":   func() Body { return new(CustomersOpened) },
	"customers.taken":    func() Body { return new(CustomersTaken) },
	"customers.closed":   func() Body { return new(CustomersClosed) },
	"customer.forgotten": func() Body { return new(CustomerForgotten) },
	"customer.kept":      func() Body { return new(CustomerKept) },
	"affected.opened":    func() Body { return new(AffectedOpened) },
	"affected.taken":     func() Body { return new(AffectedTaken) },
	"affected.closed":    func() Body { return new(AffectedClosed) },

	"channel.set":     func() Body { return new(ChannelSet) },
	"channel.removed": func() Body { return new(ChannelRemoved) },
	"channel.tested":  func() Body { return new(ChannelTested) },

	"person.added":         func() Body { return new(PersonAdded) },
	"person.role-set":      func() Body { return new(RoleSet) },
	"person.key-added":     func() Body { return new(KeyAdded) },
	"person.key-removed":   func() Body { return new(KeyRemoved) },
	"person.revoked":       func() Body { return new(PersonRevoked) },
	"access.ruled":         func() Body { return new(AccessRuled) },
	"authority.trusted":    func() Body { return new(AuthorityTrusted) },
	"authority.distrusted": func() Body { return new(AuthorityDistrusted) },
	"factor.enrolled":      func() Body { return new(FactorEnrolled) },
	"factor.removed":       func() Body { return new(FactorRemoved) },
	"sessions.revoked":     func() Body { return new(SessionsRevoked) },
	"session.opened":       func() Body { return new(LoggedIn) },
	"session.closed":       func() Body { return new(LoggedOut) },
	"session.refused":      func() Body { return new(LogInRefused) },
}

func (*SpaceSetUp) Kind() string         { return "space.set-up" }
func (*PackAdopted) Kind() string        { return "pack.adopted" }
func (*CalendarAdopted) Kind() string    { return "calendar.adopted" }
func (*Reported) Kind() string           { return "incident.reported" }
func (*Described) Kind() string          { return "incident.described" }
func (*Assessed) Kind() string           { return "incident.assessed" }
func (*FactStated) Kind() string         { return "fact.stated" }
func (*FactCorrected) Kind() string      { return "fact.corrected" }
func (*SeverityDecided) Kind() string    { return "severity.decided" }
func (*PhaseEntered) Kind() string       { return "phase.entered" }
func (*TaskSet) Kind() string            { return "task.set" }
func (*TaskAdded) Kind() string          { return "task.added" }
func (*RoleTaken) Kind() string          { return "role.taken" }
func (*RoleLeft) Kind() string           { return "role.left" }
func (*Noted) Kind() string              { return "note.written" }
func (*Submitted) Kind() string          { return "obligation.submitted" }
func (*WaiverDecided) Kind() string      { return "obligation.waived" }
func (*WaiverWithdrawn) Kind() string    { return "obligation.reinstated" }
func (*DuesMoved) Kind() string          { return "obligations.moved" }
func (*SuspensionRecorded) Kind() string { return "obligation.suspended" }
func (*SuspensionLifted) Kind() string   { return "obligation.resumed" }
func (*CallsSeen) Kind() string          { return "calls.seen" }
func (*Acknowledged) Kind() string       { return "reminder.acknowledged" }
func (*PacksChanged) Kind() string       { return "incident.repacked" }
func (*Linked) Kind() string             { return "incident.linked" }
func (*Closed) Kind() string             { return "incident.closed" }
func (*ReopenedAgain) Kind() string      { return "incident.reopened" }
func (*ImportOpened) Kind() string       { return "import.opened" }
func (*ImportClosed) Kind() string       { return "import.closed" }

func (*EvidenceAdded) Kind() string    { return "evidence.added" }
func (*EvidenceMoved) Kind() string    { return "evidence.moved" }
func (*EvidenceVerified) Kind() string { return "evidence.verified" }
func (*EvidenceExported) Kind() string { return "evidence.exported" }

func (*SpaceSetUp) Incident() ID           { return "" }
func (*PackAdopted) Incident() ID          { return "" }
func (*CalendarAdopted) Incident() ID      { return "" }
func (e *Reported) Incident() ID           { return e.ID }
func (e *Described) Incident() ID          { return e.ID }
func (e *Assessed) Incident() ID           { return e.ID }
func (e *FactStated) Incident() ID         { return e.ID }
func (e *FactCorrected) Incident() ID      { return e.ID }
func (e *SeverityDecided) Incident() ID    { return e.ID }
func (e *PhaseEntered) Incident() ID       { return e.ID }
func (e *TaskSet) Incident() ID            { return e.ID }
func (e *TaskAdded) Incident() ID          { return e.ID }
func (e *RoleTaken) Incident() ID          { return e.ID }
func (e *RoleLeft) Incident() ID           { return e.ID }
func (e *Noted) Incident() ID              { return e.ID }
func (e *Submitted) Incident() ID          { return e.ID }
func (e *WaiverDecided) Incident() ID      { return e.ID }
func (e *WaiverWithdrawn) Incident() ID    { return e.ID }
func (e *DuesMoved) Incident() ID          { return e.ID }
func (e *SuspensionRecorded) Incident() ID { return e.ID }
func (e *SuspensionLifted) Incident() ID   { return e.ID }
func (e *CallsSeen) Incident() ID          { return e.ID }
func (e *Acknowledged) Incident() ID       { return e.ID }
func (e *PacksChanged) Incident() ID       { return e.ID }
func (e *Linked) Incident() ID             { return e.ID }
func (e *Closed) Incident() ID             { return e.ID }
func (e *ReopenedAgain) Incident() ID      { return e.ID }
func (*ImportOpened) Incident() ID         { return "" }
func (*ImportClosed) Incident() ID         { return "" }

func (e *EvidenceAdded) Incident() ID    { return e.ID }
func (e *EvidenceMoved) Incident() ID    { return e.ID }
func (e *EvidenceVerified) Incident() ID { return e.ID }
func (e *EvidenceExported) Incident() ID { return e.ID }

func (*HoldPlaced) Kind() string        { return "hold.placed" }
func (*HoldReleased) Kind() string      { return "hold.released" }
func (*RecordAccepted) Kind() string    { return "record.accepted" }
func (*PersonForgotten) Kind() string   { return "person.forgotten" }
func (*ReporterForgotten) Kind() string { return "reporter.forgotten" }
func (*ForgettingRefused) Kind() string { return "forgetting.refused" }
func (*RecordCopied) Kind() string      { return "record.copied" }

func (e *HoldPlaced) Incident() ID        { return e.ID }
func (e *HoldReleased) Incident() ID      { return e.ID }
func (*RecordAccepted) Incident() ID      { return "" }
func (*PersonForgotten) Incident() ID     { return "" }
func (*RecordCopied) Incident() ID        { return "" }
func (e *ReporterForgotten) Incident() ID { return e.ID }
func (e *ForgettingRefused) Incident() ID { return e.ID }

func (*RetentionSet) Kind() string      { return "retention.set" }
func (*DeletionMarked) Kind() string    { return "deletion.marked" }
func (*DeletionWithdrawn) Kind() string { return "deletion.withdrawn" }
func (*PurgeRefused) Kind() string      { return "purge.refused" }
func (*IncidentsPurged) Kind() string   { return "incidents.purged" }
func (*EvidencePurged) Kind() string    { return "evidence.purged" }
func (*UnnamedRemoved) Kind() string    { return "evidence.swept" }
func (*Removed) Kind() string           { return "removed" }

func (*RetentionSet) Incident() ID        { return "" }
func (e *DeletionMarked) Incident() ID    { return e.ID }
func (e *DeletionWithdrawn) Incident() ID { return e.ID }
func (e *PurgeRefused) Incident() ID      { return e.ID }
func (*IncidentsPurged) Incident() ID     { return "" }
func (e *EvidencePurged) Incident() ID    { return e.ID }
func (*UnnamedRemoved) Incident() ID      { return "" }
func (*Removed) Incident() ID             { return "" }
