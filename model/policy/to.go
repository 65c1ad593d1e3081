package policy

import "strings"

// To names whom a rule tells, where that is more than somebody in particular.
type To string

// Whom a rule may tell.
const (
	ToNobody     To = "" // nobody, or somebody in particular whom its audience names
	ToCustomers  To = "customers"
	ToPaid       To = "customers.paid"
	ToFree       To = "customers.free"
	ToRegulator  To = "regulator"
	ToPeople     To = "individuals" // people whose data is concerned
	ToPublic     To = "public"
	ToLeadership To = "leadership"
	ToPartners   To = "partners"
)

// Tos are the words for whom a rule tells.
var Tos = []To{ToPaid, ToFree, ToCustomers, ToRegulator, ToPeople, ToPublic, ToLeadership, ToPartners}

// Customers reports whether the rule tells customers, so that every group of
// affected ones has an obligation and a clock of its own.
func (t To) Customers() bool { return t == ToCustomers || t == ToPaid || t == ToFree }

// Reaches reports whether customers of a tier are among those told.
func (t To) Reaches(tier string) bool {
	return t == ToCustomers || t == ToPaid && tier == TierPaid || t == ToFree && tier == TierFree
}

// What kinds of notices there are. A rule asks for one of them, and where it
// recurs, for updates after the first.
const (
	NoticeInitial    = "initial"
	NoticeUpdate     = "update"
	NoticeResolution = "resolution"
	NoticeRegulator  = "regulator"
	NoticeLeadership = "leadership"
	NoticePartner    = "partner"
	NoticePublic     = "public"
	NoticeSummary    = "summary" // the written account afterwards: scope, root cause, remediation
)

// NoticeKinds are the kinds of notices.
var NoticeKinds = []string{NoticeInitial, NoticeUpdate, NoticeResolution, NoticeRegulator, NoticeLeadership, NoticePartner, NoticePublic, NoticeSummary}

// kindOfRecipient are the kinds that follow from who is told.
var kindOfRecipient = map[To]string{
	ToRegulator: NoticeRegulator, ToLeadership: NoticeLeadership, ToPartners: NoticePartner, ToPublic: NoticePublic,
}

// NoticeKind is the kind of the rule's first notice: the one it names, or the
// one that follows from who is told and what starts the clock.
func (r *Rule) NoticeKind() string {
	switch {
	case r.Kind != "":
		return r.Kind
	case kindOfRecipient[r.To] != "":
		return kindOfRecipient[r.To]
	case r.Starts == "resolved":
		return NoticeResolution
	case strings.HasPrefix(r.Starts, submittedPrefix):
		return NoticeUpdate
	}
	return NoticeInitial
}
