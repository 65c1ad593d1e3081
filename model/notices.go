package model

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/model/policy"
)

// Notice is one thing to be told: what it says, whom it goes to, who approved
// it, and how far its delivery is. Every version of it is in the log; here is
// the latest.
type Notice struct {
	ID string `json:"id"` // within the incident: N1
	NoticeDraft
	Version   int         `json:"version"` // of the draft, from 1
	State     NoticeState `json:"state"`
	By        string      `json:"by"`               // who wrote this version
	At        time.Time   `json:"at"`               // when
	Digest    string      `json:"digest,omitempty"` // what was proposed, as NoticeDigest has it; "" of a draft
	Approvals []Approval  `json:"approvals,omitempty"`

	Override   string `json:"override,omitempty"` // why it was released without the approvals that its rules ask for
	OverrideBy string `json:"override_by,omitempty"`

	Released   time.Time `json:"released,omitzero"` // when it was released, or filed by hand
	ReleasedBy string    `json:"released_by,omitempty"`
	Reference  string    `json:"reference,omitempty"`  // of what was filed by hand
	Evidence   string    `json:"evidence,omitempty"`   // that shows it
	Recipients int       `json:"recipients,omitempty"` // fixed by the release
	Delivery   Delivery  `json:"delivery,omitzero"`
}

// NoticeDraft is what people write of a notice. All of it is covered by the
// digest that approvals are bound to.
type NoticeDraft struct {
	Kind     NoticeKind       `json:"kind"`
	Rules    []policy.RuleKey `json:"rules,omitempty"`    // the obligations it answers
	Groups   []string         `json:"groups,omitempty"`   // of the affected, whom it goes to, in this order; none: its channel says whom
	Channel  string           `json:"channel"`            // the channel's name, or ManualChannel
	Template string           `json:"template,omitempty"` // what it was made from
	Fields   []NoticeField    `json:"fields,omitempty"`   // of the template, filled in
	Texts    []NoticeText     `json:"texts,omitempty"`    // one for each language
	Contents []NoticeContent  `json:"contents,omitempty"` // what the rules ask for, and whether it is there
	Promises []NoticePromise  `json:"promises,omitempty"` // times that the texts bind their sender to
	Corrects string           `json:"corrects,omitempty"` // the earlier notice that this one corrects
}

// NoticeField is a field of a template with what it says. One that is not
// known yet has no value.
type NoticeField struct {
	Name    string `json:"name"`
	Value   string `json:"value,omitempty"`
	Unknown bool   `json:"unknown,omitempty"`
}

// NoticeText is what recipients of one language read, complete but for their
// own name.
type NoticeText struct {
	Language string `json:"language"` // BCP 47
	Subject  string `json:"subject"`  // one line
	Body     string `json:"body"`
}

// NoticeContent is one content that a rule asks for. Unknown is that the text
// says that it is not known yet.
type NoticeContent struct {
	Label   string `json:"label"` // as the rule has it
	Covered bool   `json:"covered,omitempty"`
	Unknown bool   `json:"unknown,omitempty"`
	Where   string `json:"where,omitempty"` // the field that covers it, or where in the text it is
}

// NoticePromise is a time by which the texts promise something: once it has
// passed, the notice may not leave any more.
type NoticePromise struct {
	Field string    `json:"field"` // of the template
	By    time.Time `json:"by"`    // a day that is promised lasts until its midnight
}

// Approval is one person's consent to exactly what a digest covers.
type Approval struct {
	Role   string    `json:"role"` // that the rule asks for
	Person string    `json:"person" personal:"name"`
	At     time.Time `json:"at"`
	Digest string    `json:"digest"`
	Second bool      `json:"second,omitempty"` // a code of the second factor was given
}

// NoticeKind is what a notice is for.
type NoticeKind string

// The kinds of notices.
const (
	InitialNotice    NoticeKind = "initial"
	UpdateNotice     NoticeKind = "update"
	ResolutionNotice NoticeKind = "resolution"
	RegulatorNotice  NoticeKind = "regulator"
	LeadershipNotice NoticeKind = "leadership" // a status for those who lead the organisation
	PartnerNotice    NoticeKind = "partner"
	PublicNotice     NoticeKind = "public"
	SummaryNotice    NoticeKind = "summary" // the written summary: scope, root cause, remediation
)

// NoticeKinds returns the kinds.
func NoticeKinds() []NoticeKind {
	return []NoticeKind{InitialNotice, UpdateNotice, ResolutionNotice, RegulatorNotice, LeadershipNotice, PartnerNotice, PublicNotice, SummaryNotice}
}

// NoticeState is where a notice stands.
type NoticeState string

// The states of a notice.
const (
	NoticeIsDraft     NoticeState = "draft"
	NoticeIsProposed  NoticeState = "proposed"  // complete, waits for approvals
	NoticeIsApproved  NoticeState = "approved"  // may be released, or filed
	NoticeIsReleased  NoticeState = "released"  // on its way
	NoticeIsDone      NoticeState = "done"      // nothing is left to do: told, given up or cancelled
	NoticeIsWithdrawn NoticeState = "withdrawn" // before it left
)

// ManualChannel is the name of no channel: people do it by hand, by telephone,
// post or a portal.
const ManualChannel = "manual"

// Bounds of notices.
const (
	MaxNotices     = 200      // of one incident
	MaxNoticeTexts = 64 << 10 // bytes of all that one notice says, texts and fields together
)

// NoticeID is the id that somebody means who types N3, n3 or 3.
func NoticeID(text string) string {
	text = strings.ToUpper(CleanLine(text))
	if text != "" && strings.Trim(text, "0123456789") == "" {
		text = "N" + text
	}
	return text
}

// Notice returns one of the incident's notices.
func (i *Incident) Notice(id string) (Notice, bool) {
	for k := range i.Notices {
		if i.Notices[k].ID == id {
			return i.Notices[k], true
		}
	}
	return Notice{}, false
}

// Left reports whether the notice has left: it was released or filed.
func (n *Notice) Left() bool { return n.State == NoticeIsReleased || n.State == NoticeIsDone }

// Waits reports whether the notice is proposed or approved: a change of what
// its digest covers makes it a draft again.
func (n *Notice) Waits() bool { return n.State == NoticeIsProposed || n.State == NoticeIsApproved }

// NoticeDigest is the SHA-256, in hexadecimal, of what approvals of a notice
// are bound to: all that people wrote of it, and the groups as they are. It is
// taken over a sequence of netstrings: each item is the count of its bytes in
// decimal, a colon, the bytes in UTF-8, and a comma. The items are, in order:
//
//   - the text "tocsin notice 1"
//   - the incident's id, the notice's id, the kind, the channel, the template,
//     and the id of the notice that it corrects or nothing
//   - the count of rules, then each one's key as it is written, "pack/rule" or
//     "pack/rule#group"
//   - the count of groups, then of each its id, its root and the count of its
//     addresses; a group that is not there has an empty root and "0"
//   - the count of fields, then of each its name, its value, and "unknown" or
//     nothing
//   - the count of texts, then of each its language, its subject and its body
//   - the count of contents, then of each its label, "covered", "unknown" or
//     nothing, and where it is
//   - only where there are promises, the text "promises" and their count, then
//     of each its field and its time in UTC as RFC 3339 has it
//
// Counts are decimal. Lists are in the order that the notice has them in.
func NoticeDigest(i *Incident, id string, draft NoticeDraft) string {
	var text netstrings
	text.add("tocsin notice 1", string(i.ID), id, string(draft.Kind), draft.Channel, draft.Template, draft.Corrects)
	text.count(len(draft.Rules))
	for _, key := range draft.Rules {
		text.add(key.String())
	}
	text.count(len(draft.Groups))
	for _, group := range draft.Groups {
		root, addresses := i.groupRoot(group)
		text.add(group, root, strconv.Itoa(addresses))
	}
	text.count(len(draft.Fields))
	for _, f := range draft.Fields {
		text.add(f.Name, f.Value, mark(f.Unknown, "unknown"))
	}
	text.count(len(draft.Texts))
	for _, t := range draft.Texts {
		text.add(t.Language, t.Subject, t.Body)
	}
	text.count(len(draft.Contents))
	for _, c := range draft.Contents {
		text.add(c.Label, c.standing(), c.Where)
	}
	if len(draft.Promises) > 0 {
		text.add("promises")
		text.count(len(draft.Promises))
	}
	for _, p := range draft.Promises {
		text.add(p.Field, p.By.UTC().Format(time.RFC3339))
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// netstrings are texts with their lengths before them, so that no two
// sequences of texts read alike.
type netstrings []byte

func (n *netstrings) add(texts ...string) {
	for _, text := range texts {
		*n = strconv.AppendInt(*n, int64(len(text)), 10)
		*n = append(append(append(*n, ':'), text...), ',')
	}
}

func (n *netstrings) count(items int) { n.add(strconv.Itoa(items)) }

// mark is a word where something holds, and nothing where not.
func mark(holds bool, word string) string {
	if holds {
		return word
	}
	return ""
}

// standing says whether a content is there.
func (c NoticeContent) standing() string {
	if c.Covered {
		return "covered"
	}
	return mark(c.Unknown, "unknown")
}

// part is one thing that a draft says, by a name that people know.
type part struct{ name, value string }

// parts are all that a draft says.
func (n *NoticeDraft) parts() []part {
	keys := make([]string, len(n.Rules))
	for k, key := range n.Rules {
		keys[k] = key.String()
	}
	parts := []part{
		{"kind", string(n.Kind)}, {"rules", strings.Join(keys, ", ")}, {"groups", strings.Join(n.Groups, ", ")},
		{"channel", n.Channel}, {"template", n.Template}, {"corrects", n.Corrects},
	}
	for _, f := range n.Fields {
		parts = append(parts, part{"field " + f.Name, f.Value + mark(f.Unknown, "(not known yet)")})
	}
	for _, t := range n.Texts {
		parts = append(parts, part{"subject " + t.Language, t.Subject}, part{"text " + t.Language, t.Body})
	}
	for _, c := range n.Contents {
		parts = append(parts, part{"content " + c.Label, strings.TrimSpace(c.standing() + " " + c.Where)})
	}
	for _, p := range n.Promises {
		parts = append(parts, part{"promise " + p.Field, p.By.UTC().Format(time.RFC3339)})
	}
	return parts
}

// NoticeChanges are the parts in which one draft differs from another, by their
// names, in the order of the later one, what is gone last.
func NoticeChanges(before, after NoticeDraft) []Change {
	old, now := before.parts(), after.parts()
	var changes []Change
	for _, p := range now {
		was := valueOf(old, p.name)
		if k := slices.IndexFunc(old, func(o part) bool { return o.name == p.name }); k < 0 || was != p.value {
			changes = append(changes, Change{Field: p.name, Before: was, After: p.value})
		}
	}
	for _, o := range old {
		if !slices.ContainsFunc(now, func(p part) bool { return p.name == o.name }) {
			changes = append(changes, Change{Field: o.name, Before: o.value})
		}
	}
	if len(changes) == 0 && !slices.Equal(old, now) {
		changes = []Change{{Field: "order", Before: partNames(old), After: partNames(now)}}
	}
	return changes
}

func valueOf(parts []part, name string) string {
	for _, p := range parts {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

func partNames(parts []part) string {
	names := make([]string, len(parts))
	for k, p := range parts {
		names[k] = p.name
	}
	return strings.Join(names, ", ")
}

// size is how many bytes of text a draft has.
func (n *NoticeDraft) size() int {
	size := 0
	for _, p := range n.parts() {
		size += len(p.value)
	}
	return size
}

// nextNotice is the id of the notice that is drafted next.
func (i *Incident) nextNotice() string { return fmt.Sprintf("N%d", len(i.Notices)+1) }
