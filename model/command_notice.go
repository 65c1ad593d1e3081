package model

import (
	"time"

	"tocsin/model/policy"
)

// DraftNotice begins a notice. The decision's event says its id.
type DraftNotice struct {
	Incident ID
	Draft    NoticeDraft
}

// EditNotice saves another version of a notice, whole. Base is the version that
// it was made from: where that is no longer the latest, a draft that says
// anything else is a conflict, refused with both sides; 0 does not check. What
// was proposed or approved is a draft again.
type EditNotice struct {
	Incident ID
	Notice   string
	Base     int
	Draft    NoticeDraft
}

// ProposeNotice puts a notice to those who approve. It is refused with each
// required content that is missing; one that is not known yet will do where the
// rule takes it in phases.
type ProposeNotice struct {
	Incident ID
	Notice   string
}

// ApproveNotice consents to exactly what a digest covers. Role is the one of
// those that the rules ask for in which it is given, "" the first that the
// actor has. Second says that the door took a code of the second factor for it.
type ApproveNotice struct {
	Incident ID
	Notice   string
	Digest   string
	Role     string
	Second   bool
}

// RejectNotice makes a proposed or approved notice a draft again.
type RejectNotice struct {
	Incident ID
	Notice   string
	Reason   string
}

// OverrideApproval makes a proposed notice ready to be released without the
// approvals that are missing, in an emergency, where the rules allow it to a
// role that the actor has. Digest and Second are as for ApproveNotice.
type OverrideApproval struct {
	Incident ID
	Notice   string
	Digest   string
	Reason   string
	Second   bool
}

// ReleaseNotice lets an approved notice go, exactly as Digest has it.
type ReleaseNotice struct {
	Incident ID
	Notice   string
	Digest   string
}

// FileNotice records that people filed or published an approved notice to no
// group, such as in an authority's portal.
type FileNotice struct {
	Incident  ID
	Notice    string
	At        time.Time // zero: now
	Received  time.Time // zero: not known
	Reference string    // the recipient's number
	Evidence  string    // a piece of the incident's evidence that shows it; "" is none
}

// WithdrawNotice gives a notice up that has not left.
type WithdrawNotice struct {
	Incident ID
	Notice   string
	Reason   string
}

// PauseNotice holds back what has not left of a released notice.
type PauseNotice struct {
	Incident ID
	Notice   string
	Reason   string
}

// ResumeNotice lets a paused notice go on.
type ResumeNotice struct {
	Incident ID
	Notice   string
}

// CancelNotice keeps what has not left of a released notice from leaving, for
// good.
type CancelNotice struct {
	Incident ID
	Notice   string
	Reason   string
}

// NoMaterialFacts decides that no material facts became known, in place of an
// update that a rule asks for.
type NoMaterialFacts struct {
	Incident  ID
	Rule      policy.RuleKey
	Rationale string
}

// MaxOrdinals is how many recipients one command may be about.
const MaxOrdinals = 500

// AttemptDelivery records, before the first byte leaves, that a notice is about
// to go to some of its recipients: those who wait or were deferred. The record
// itself gives it.
type AttemptDelivery struct {
	Incident ID
	Notice   string
	Ordinals []int // at most MaxOrdinals
}

// RecordDelivery records what became of attempts. The record itself gives it.
type RecordDelivery struct {
	Incident ID
	Notice   string
	Results  []DeliveryResult // at most MaxOrdinals
}

// DeliveryResult is what became of telling one recipient: accepted, deferred,
// refused or uncertain.
type DeliveryResult struct {
	Ordinal  int             `json:"ordinal"`
	Customer uint64          `json:"customer,omitempty"` // whose address it is, 0 for none
	Outcome  DeliveryOutcome `json:"outcome"`
	Words    string          `json:"words,omitempty"` // of the server, without addresses
	At       time.Time       `json:"at"`
}

// RecordContact records that people told recipients themselves.
type RecordContact struct {
	Incident  ID
	Notice    string
	Ordinals  []int  // at most MaxOrdinals
	Customer  uint64 // whose they are, 0 for none
	How       ContactWay
	At        time.Time // zero: now
	Person    string    // who told them; "" is the actor
	Reference string
	Evidence  string // a piece of the incident's evidence that shows it; "" is none
}

// ContactWay is how people tell somebody themselves.
type ContactWay string

// The ways.
const (
	ByTelephone ContactWay = "telephone"
	ByPortal    ContactWay = "portal"
	ByPost      ContactWay = "post"
	ByOther     ContactWay = "other"
)

// ContactWays returns the ways.
func ContactWays() []ContactWay { return []ContactWay{ByTelephone, ByPortal, ByPost, ByOther} }

// RecordReceipt records that a recipient has a notice.
type RecordReceipt struct {
	Incident  ID
	Notice    string
	Ordinals  []int // at most MaxOrdinals
	How       ReceiptKind
	At        time.Time // zero: now
	Reference string
}

// ReceiptKind is what a recipient said.
type ReceiptKind string

// The kinds of receipts.
const (
	ReceiptRead         ReceiptKind = "read"
	ReceiptAcknowledged ReceiptKind = "acknowledged"
)

// ReceiptKinds returns the kinds.
func ReceiptKinds() []ReceiptKind { return []ReceiptKind{ReceiptRead, ReceiptAcknowledged} }

// RecordBounce records that a notice came back from a recipient's server after
// it was taken.
type RecordBounce struct {
	Incident ID
	Notice   string
	Ordinal  int
	At       time.Time // zero: now
	Words    string    // of the server, without addresses
}

// GiveUp decides that some recipients are not to be told by this notice.
type GiveUp struct {
	Incident ID
	Notice   string
	Ordinals []int // at most MaxOrdinals
	Reason   string
}

// RetryDelivery orders a notice to be sent again to recipients of whom that is
// not done by itself: uncertain, refused, bounced, given up.
type RetryDelivery struct {
	Incident ID
	Notice   string
	Ordinals []int // at most MaxOrdinals
	Reason   string
}

// ProveNotice says that who was told what by a notice that left, with names and
// addresses, is written out of the record.
type ProveNotice struct {
	Incident ID
	Notice   string
	Name     string // of the folder it is written to
}

func (DraftNotice) Kind() string      { return "notice-draft" }
func (EditNotice) Kind() string       { return "notice-edit" }
func (ProposeNotice) Kind() string    { return "notice-propose" }
func (ApproveNotice) Kind() string    { return "notice-approve" }
func (RejectNotice) Kind() string     { return "notice-reject" }
func (OverrideApproval) Kind() string { return "notice-override" }
func (ReleaseNotice) Kind() string    { return "notice-release" }
func (FileNotice) Kind() string       { return "notice-file" }
func (WithdrawNotice) Kind() string   { return "notice-withdraw" }
func (PauseNotice) Kind() string      { return "notice-pause" }
func (ResumeNotice) Kind() string     { return "notice-resume" }
func (CancelNotice) Kind() string     { return "notice-cancel" }
func (ProveNotice) Kind() string      { return "notice-prove" }
func (NoMaterialFacts) Kind() string  { return "nothing-new" }
func (AttemptDelivery) Kind() string  { return "delivery-attempt" }
func (RecordDelivery) Kind() string   { return "delivery-record" }
func (RecordContact) Kind() string    { return "contact" }
func (RecordReceipt) Kind() string    { return "receipt" }
func (RecordBounce) Kind() string     { return "bounce" }
func (GiveUp) Kind() string           { return "delivery-give-up" }
func (RetryDelivery) Kind() string    { return "delivery-retry" }

func (c DraftNotice) About() []ID      { return []ID{c.Incident} }
func (c EditNotice) About() []ID       { return []ID{c.Incident} }
func (c ProposeNotice) About() []ID    { return []ID{c.Incident} }
func (c ApproveNotice) About() []ID    { return []ID{c.Incident} }
func (c RejectNotice) About() []ID     { return []ID{c.Incident} }
func (c OverrideApproval) About() []ID { return []ID{c.Incident} }
func (c ReleaseNotice) About() []ID    { return []ID{c.Incident} }
func (c FileNotice) About() []ID       { return []ID{c.Incident} }
func (c WithdrawNotice) About() []ID   { return []ID{c.Incident} }
func (c PauseNotice) About() []ID      { return []ID{c.Incident} }
func (c ResumeNotice) About() []ID     { return []ID{c.Incident} }
func (c CancelNotice) About() []ID     { return []ID{c.Incident} }
func (c ProveNotice) About() []ID      { return []ID{c.Incident} }
func (c NoMaterialFacts) About() []ID  { return []ID{c.Incident} }
func (c AttemptDelivery) About() []ID  { return []ID{c.Incident} }
func (c RecordDelivery) About() []ID   { return []ID{c.Incident} }
func (c RecordContact) About() []ID    { return []ID{c.Incident} }
func (c RecordReceipt) About() []ID    { return []ID{c.Incident} }
func (c RecordBounce) About() []ID     { return []ID{c.Incident} }
func (c GiveUp) About() []ID           { return []ID{c.Incident} }
func (c RetryDelivery) About() []ID    { return []ID{c.Incident} }
