package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Evidence is one piece of evidence of an incident, as it was taken into the
// record. What it consists of lies outside the log and is known by its SHA-256.
type Evidence struct {
	ID        string        `json:"id"` // within the incident: E-1
	Title     string        `json:"title"`
	Kind      EvidenceKind  `json:"kind"`
	Name      string        `json:"name,omitempty"` // of the file it was; a label, never a path to use
	Size      uint64        `json:"size"`           // bytes
	SHA256    string        `json:"sha256"`         // 64 hexadecimal digits, lower case
	From      string        `json:"from,omitempty"` // where it comes from: a host, a mailbox, a person
	Note      string        `json:"note,omitempty"`
	By        string        `json:"by"` // who recorded it
	Recorded  time.Time     `json:"recorded"`
	Custody   []CustodyStep `json:"custody"`            // the ledger, oldest first; the first is the collection
	Verified  time.Time     `json:"verified,omitzero"`  // when its content was last compared with SHA256
	Verifier  string        `json:"verifier,omitempty"` // by whom
	Integrity Integrity     `json:"integrity,omitempty"`
	Purged    time.Time     `json:"purged,omitzero"` // when its content was removed, kept long enough
}

// EvidenceKind is what a piece of evidence is.
type EvidenceKind string

// The kinds of evidence.
const (
	EvidenceLog      EvidenceKind = "log"
	EvidenceImage    EvidenceKind = "image" // a screenshot or a photograph
	EvidenceDisk     EvidenceKind = "disk-image"
	EvidenceMemory   EvidenceKind = "memory"
	EvidenceMail     EvidenceKind = "e-mail"
	EvidenceDocument EvidenceKind = "document"
	EvidenceOther    EvidenceKind = "other"
)

// EvidenceKinds returns the kinds, the one without a name of its own last.
func EvidenceKinds() []EvidenceKind {
	return []EvidenceKind{EvidenceLog, EvidenceImage, EvidenceDisk, EvidenceMemory, EvidenceMail, EvidenceDocument, EvidenceOther}
}

// Deed is what was done with a piece of evidence.
type Deed string

// The deeds that a ledger of custody holds. What was returned or released is
// in nobody's custody here until it is collected again.
const (
	Collected   Deed = "collected"
	Transferred Deed = "transferred" // to another holder
	Examined    Deed = "examined"
	Exported    Deed = "exported" // a copy of the content left the record
	Returned    Deed = "returned" // to whom it belongs
	Released    Deed = "released" // it is no longer needed
)

// movable are the deeds that MoveEvidence records. Collecting the first time is
// AddEvidence's, exporting ExportEvidence's.
var movable = []Deed{Collected, Transferred, Examined, Returned, Released}

// CustodyStep is one entry of a ledger of custody. It is never edited.
type CustodyStep struct {
	Deed     Deed      `json:"deed"`
	At       time.Time `json:"at"`               // when it was done
	Holder   string    `json:"holder,omitempty"` // who holds it afterwards, "" where custody has ended
	From     string    `json:"from,omitempty"`   // who held it before
	Person   string    `json:"person,omitempty"` // who collected, received or examined it
	Reason   string    `json:"reason,omitempty"`
	By       string    `json:"by"` // who recorded it
	Recorded time.Time `json:"recorded"`
}

// Integrity is what a comparison of the content with its SHA-256 found.
type Integrity string

// The outcomes of a verification.
const (
	Unverified Integrity = ""        // not compared since it was taken in
	Intact     Integrity = "intact"  // what is stored is what was taken in
	Changed    Integrity = "changed" // it is not, or cannot be read
	Missing    Integrity = "missing" // nothing is stored
)

// Integrities returns the outcomes that a verification may have.
func Integrities() []Integrity { return []Integrity{Intact, Changed, Missing} }

// MaxEvidence is how many pieces of evidence an incident may have.
const MaxEvidence = 1000

// Holder is who holds the item, "" where it was returned or released.
func (e *Evidence) Holder() string {
	if n := len(e.Custody); n > 0 {
		return e.Custody[n-1].Holder
	}
	return ""
}

// last is when something was last done with the item.
func (e *Evidence) last() time.Time {
	if n := len(e.Custody); n > 0 {
		return e.Custody[n-1].At
	}
	return time.Time{}
}

// Item returns a piece of the incident's evidence.
func (i *Incident) Item(id string) (Evidence, bool) {
	for _, e := range i.Evidence {
		if e.ID == id {
			return e, true
		}
	}
	return Evidence{}, false
}

// EvidenceID is the id that somebody means who types E-1, e-1 or 1.
func EvidenceID(text string) string {
	text = strings.ToUpper(CleanLine(text))
	if text != "" && strings.Trim(text, "0123456789") == "" {
		text = "E-" + text
	}
	return text
}

// Bytes writes a size for people, in decimal units: 999 B, 1.2 kB, 34 MB.
func Bytes(n uint64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n), ""
	for _, unit = range []string{"kB", "MB", "GB", "TB", "PB", "EB"} {
		if value /= 1000; value < 999.5 {
			break
		}
	}
	if value < 9.95 {
		return fmt.Sprintf("%.1f %s", value, unit)
	}
	return fmt.Sprintf("%.0f %s", value, unit)
}

// foldEvidence folds what was done with evidence. It reports whether the event
// was about any.
func (i *Incident) foldEvidence(e Event) bool {
	switch body := e.Body.(type) {
	case *EvidenceAdded:
		i.Evidence = append(i.Evidence, Evidence{
			ID: body.Item, Title: body.Title, Kind: body.What, Name: body.Name, Size: body.Size, SHA256: body.SHA256,
			From: body.From, Note: body.Note, By: e.Actor, Recorded: e.At,
			Custody: []CustodyStep{{Deed: Collected, At: body.Collected, Holder: body.Collector, Person: body.Collector, By: e.Actor, Recorded: e.At}},
		})
	case *EvidenceMoved:
		i.foldCustody(body.Item, CustodyStep{Deed: body.Deed, At: body.At, Holder: body.Holder, From: body.Before, Person: body.Person, Reason: body.Reason, By: e.Actor, Recorded: e.At})
	case *EvidenceExported:
		i.foldCustody(body.Item, CustodyStep{Deed: Exported, At: e.At, Holder: body.Holder, From: body.Holder, Person: e.Actor, Reason: body.Reason, By: e.Actor, Recorded: e.At})
	case *EvidencePurged:
		for k := range i.Evidence {
			if item := &i.Evidence[k]; slices.Contains(body.Items, item.ID) {
				item.Purged = e.At
			}
		}
	case *EvidenceVerified:
		for k := range i.Evidence {
			if item := &i.Evidence[k]; item.ID == body.Item {
				item.Verified, item.Verifier, item.Integrity = e.At, e.Actor, body.Found
			}
		}
	default:
		return false
	}
	return true
}

func (i *Incident) foldCustody(id string, step CustodyStep) {
	for k := range i.Evidence {
		if item := &i.Evidence[k]; item.ID == id {
			item.Custody = append(slices.Clip(item.Custody), step)
		}
	}
}
