package model

import (
	"time"

	"tocsin/model/policy"
)

type (
	// NoticeDrafted: a notice was begun.
	NoticeDrafted struct {
		ID     ID          `json:"id"`
		Notice string      `json:"notice"`
		Draft  NoticeDraft `json:"draft"`
	}

	// NoticeEdited: another version of a notice was saved; Draft is all of it.
	// Changed names the parts that differ from the version before.
	NoticeEdited struct {
		ID      ID          `json:"id"`
		Notice  string      `json:"notice"`
		Version int         `json:"version"`
		Draft   NoticeDraft `json:"draft"`
		Changed []string    `json:"changed"`
		Before  NoticeState `json:"before"`
	}

	// NoticeProposed: a version of a notice was put to those who approve. Needs
	// are the roles that have to; where there are none it may be released.
	NoticeProposed struct {
		ID      ID       `json:"id"`
		Notice  string   `json:"notice"`
		Version int      `json:"version"`
		Digest  string   `json:"digest"`
		Needs   []string `json:"needs,omitempty"`
	}

	// NoticeApproved: the actor approved exactly what the digest covers. Missing
	// are the roles that still have to.
	NoticeApproved struct {
		ID      ID       `json:"id"`
		Notice  string   `json:"notice"`
		Digest  string   `json:"digest"`
		Role    string   `json:"role"`
		Second  bool     `json:"second,omitempty"`
		Missing []string `json:"missing,omitempty"`
	}

	// NoticeRejected: a notice that waited is a draft again.
	NoticeRejected struct {
		ID     ID     `json:"id"`
		Notice string `json:"notice"`
		Digest string `json:"digest"`
		Reason string `json:"reason"`
	}

	// ApprovalsVoided: what the digest covers has changed, or the incident turned
	// out to be none or another one, so that a notice that waited is a draft again
	// and the approvals it had hold no more.
	ApprovalsVoided struct {
		ID        ID         `json:"id"`
		Notice    string     `json:"notice"`
		Digest    string     `json:"digest"` // that they were bound to
		Why       []string   `json:"why"`    // what changed
		Approvals []Approval `json:"approvals,omitempty"`
	}

	// ApprovalOverridden: a notice may be released without approvals that its
	// rules ask for, in an emergency. Task is the review that it opened.
	ApprovalOverridden struct {
		ID      ID       `json:"id"`
		Notice  string   `json:"notice"`
		Digest  string   `json:"digest"`
		Role    string   `json:"role"` // in which the actor did it
		Missing []string `json:"missing"`
		Reason  string   `json:"reason"`
		Second  bool     `json:"second,omitempty"`
		Task    string   `json:"task"`
	}

	// NoticeReleased: a notice goes out, exactly as the digest has it, to the
	// recipients of these shares and nobody else.
	NoticeReleased struct {
		ID         ID              `json:"id"`
		Notice     string          `json:"notice"`
		Digest     string          `json:"digest"`
		Channel    string          `json:"channel"`
		Shares     []ReleasedShare `json:"shares"`
		Recipients int             `json:"recipients"`
	}

	// ReleasedShare is the recipients of one group, as they were released.
	ReleasedShare struct {
		Group      string `json:"group,omitempty"`
		Ref        string `json:"ref,omitempty"` // with its rows as they were, as AffectedGroup.Ref has it
		Root       string `json:"root,omitempty"`
		Customers  int    `json:"customers,omitempty"`
		Recipients int    `json:"recipients"`
	}

	// NoticeFiled: people filed or published a notice themselves.
	NoticeFiled struct {
		ID        ID        `json:"id"`
		Notice    string    `json:"notice"`
		Digest    string    `json:"digest"`
		At        time.Time `json:"at"`
		Received  time.Time `json:"received,omitzero"`
		Reference string    `json:"reference,omitempty"`
		Evidence  string    `json:"evidence,omitempty"`
	}

	// NoticeWithdrawn: a notice will not be sent.
	NoticeWithdrawn struct {
		ID     ID          `json:"id"`
		Notice string      `json:"notice"`
		Before NoticeState `json:"before"`
		Reason string      `json:"reason"`
	}

	// NoticePaused: what has not left of a notice waits.
	NoticePaused struct {
		ID     ID     `json:"id"`
		Notice string `json:"notice"`
		Reason string `json:"reason"`
		Left   int    `json:"left"` // recipients of whom nothing has left
	}

	// NoticeResumed: a paused notice goes on.
	NoticeResumed struct {
		ID     ID     `json:"id"`
		Notice string `json:"notice"`
		Left   int    `json:"left"`
	}

	// NoticeCancelled: what has not left of a notice never will.
	NoticeCancelled struct {
		ID     ID     `json:"id"`
		Notice string `json:"notice"`
		Reason string `json:"reason"`
		Left   int    `json:"left"` // recipients who are cancelled
	}

	// NoticeProved: who was told what by a notice was written out of the
	// record, with names and addresses.
	NoticeProved struct {
		ID         ID     `json:"id"`
		Notice     string `json:"notice"`
		Recipients int    `json:"recipients"`
		Name       string `json:"name"` // of the folder
	}

	// NothingNew: it was decided that no material facts became known, in place
	// of an update that the rule asks for.
	NothingNew struct {
		ID        ID             `json:"id"`
		Key       policy.RuleKey `json:"key"`
		Title     string         `json:"title"`
		Rationale string         `json:"rationale"`
	}

	// DeliveryAttempted: a notice is about to go to some recipients.
	DeliveryAttempted struct {
		ID       ID     `json:"id"`
		Notice   string `json:"notice"`
		Ordinals Runs   `json:"ordinals"`
	}

	// DeliveryRecorded: what became of attempts.
	DeliveryRecorded struct {
		ID      ID               `json:"id"`
		Notice  string           `json:"notice"`
		Results []RecordedResult `json:"results"`
	}

	// RecordedResult is a DeliveryResult as the log has it: an array of its
	// fields in this order, since there are millions of them. At is in
	// milliseconds since 1970-01-01 00:00 UTC.
	RecordedResult struct {
		_        struct{}        `cbor:",toarray"`
		Ordinal  int             `json:"ordinal"`
		Customer uint64          `json:"customer"`
		Outcome  DeliveryOutcome `json:"outcome"`
		Words    string          `json:"words"`
		At       int64           `json:"at_ms"`
	}

	// ContactRecorded: people told recipients themselves.
	ContactRecorded struct {
		ID        ID         `json:"id"`
		Notice    string     `json:"notice"`
		Ordinals  Runs       `json:"ordinals"`
		Customer  uint64     `json:"customer,omitempty"`
		How       ContactWay `json:"how"`
		At        time.Time  `json:"at"`
		Person    string     `json:"person" personal:"name"`
		Reference string     `json:"reference,omitempty"`
		Evidence  string     `json:"evidence,omitempty"`
	}

	// ReceiptRecorded: recipients have a notice.
	ReceiptRecorded struct {
		ID        ID          `json:"id"`
		Notice    string      `json:"notice"`
		Ordinals  Runs        `json:"ordinals"`
		How       ReceiptKind `json:"how"`
		At        time.Time   `json:"at"`
		Reference string      `json:"reference,omitempty"`
	}

	// BounceRecorded: a notice came back from a recipient's server.
	BounceRecorded struct {
		ID      ID        `json:"id"`
		Notice  string    `json:"notice"`
		Ordinal int       `json:"ordinal"`
		At      time.Time `json:"at"`
		Words   string    `json:"words,omitempty"`
	}

	// DeliveryGivenUp: some recipients are not to be told by a notice.
	DeliveryGivenUp struct {
		ID       ID     `json:"id"`
		Notice   string `json:"notice"`
		Ordinals Runs   `json:"ordinals"`
		Reason   string `json:"reason"`
	}

	// RetryOrdered: a notice is to go to some recipients again.
	RetryOrdered struct {
		ID       ID     `json:"id"`
		Notice   string `json:"notice"`
		Ordinals Runs   `json:"ordinals"`
		Reason   string `json:"reason"`
	}
)

func (*NoticeDrafted) Kind() string      { return "notice.drafted" }
func (*NoticeEdited) Kind() string       { return "notice.edited" }
func (*NoticeProposed) Kind() string     { return "notice.proposed" }
func (*NoticeApproved) Kind() string     { return "notice.approved" }
func (*NoticeRejected) Kind() string     { return "notice.rejected" }
func (*ApprovalsVoided) Kind() string    { return "notice.voided" }
func (*ApprovalOverridden) Kind() string { return "notice.overridden" }
func (*NoticeReleased) Kind() string     { return "notice.released" }
func (*NoticeFiled) Kind() string        { return "notice.filed" }
func (*NoticeWithdrawn) Kind() string    { return "notice.withdrawn" }
func (*NoticePaused) Kind() string       { return "notice.paused" }
func (*NoticeResumed) Kind() string      { return "notice.resumed" }
func (*NoticeCancelled) Kind() string    { return "notice.cancelled" }
func (*NoticeProved) Kind() string       { return "notice.proved" }
func (*NothingNew) Kind() string         { return "obligation.nothing-new" }
func (*DeliveryAttempted) Kind() string  { return "delivery.attempted" }
func (*DeliveryRecorded) Kind() string   { return "delivery.recorded" }
func (*ContactRecorded) Kind() string    { return "delivery.contact" }
func (*ReceiptRecorded) Kind() string    { return "delivery.receipt" }
func (*BounceRecorded) Kind() string     { return "delivery.bounced" }
func (*DeliveryGivenUp) Kind() string    { return "delivery.given-up" }
func (*RetryOrdered) Kind() string       { return "delivery.retry" }

func (e *NoticeDrafted) Incident() ID      { return e.ID }
func (e *NoticeEdited) Incident() ID       { return e.ID }
func (e *NoticeProposed) Incident() ID     { return e.ID }
func (e *NoticeApproved) Incident() ID     { return e.ID }
func (e *NoticeRejected) Incident() ID     { return e.ID }
func (e *ApprovalsVoided) Incident() ID    { return e.ID }
func (e *ApprovalOverridden) Incident() ID { return e.ID }
func (e *NoticeReleased) Incident() ID     { return e.ID }
func (e *NoticeFiled) Incident() ID        { return e.ID }
func (e *NoticeWithdrawn) Incident() ID    { return e.ID }
func (e *NoticePaused) Incident() ID       { return e.ID }
func (e *NoticeResumed) Incident() ID      { return e.ID }
func (e *NoticeCancelled) Incident() ID    { return e.ID }
func (e *NoticeProved) Incident() ID       { return e.ID }
func (e *NothingNew) Incident() ID         { return e.ID }
func (e *DeliveryAttempted) Incident() ID  { return e.ID }
func (e *DeliveryRecorded) Incident() ID   { return e.ID }
func (e *ContactRecorded) Incident() ID    { return e.ID }
func (e *ReceiptRecorded) Incident() ID    { return e.ID }
func (e *BounceRecorded) Incident() ID     { return e.ID }
func (e *DeliveryGivenUp) Incident() ID    { return e.ID }
func (e *RetryOrdered) Incident() ID       { return e.ID }
