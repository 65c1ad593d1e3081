package model

import (
	"fmt"
	"strings"
	"time"

	"tocsin/model/policy"
)

// Entry is one event as people read it on a timeline.
type Entry struct {
	Seq    uint64
	At     time.Time
	Actor  string
	Kind   string
	What   string   // one line, without a full stop
	Detail []string // reasons, grounds, lists: lines below it
	Loud   bool     // what nobody is to overlook, such as an emergency release
	Minor  bool     // a consequence (due times moved), shown quieter than what people did
}

// Tell writes an event for people, with the words of the packs the
// incident follows and times in the given zone.
func Tell(e Event, packs []*policy.Pack, zone *time.Location) Entry {
	t := teller{entry: Entry{Seq: e.Seq, At: e.At, Actor: e.Actor, Kind: e.Body.Kind()}, packs: packs, zone: zone}
	t.tell(e.Body)
	return t.entry
}

type teller struct {
	entry Entry
	packs []*policy.Pack
	zone  *time.Location
}

func (t *teller) tell(body Body) {
	switch b := body.(type) {
	case *SpaceSetUp:
		t.what("Space set up for %s, zone %s", b.Organisation, b.Zone)
		t.detail("calendar", b.Calendar)
		t.detail("packs", refs(b.Packs))
		t.detail("standing answers", ownWords(b.Answers))
		t.further(b.Further)
	case *CalendarAdopted:
		t.what("Calendar %s adopted: %s", b.Calendar.Name(), b.Calendar.Title)
		t.detail("years", fmt.Sprintf("%d to %d", b.Calendar.Years.First, b.Calendar.Years.Last))
		t.detail("source", b.Calendar.Source)
		t.further(b.Further)
	case *PackAdopted:
		t.what("Pack %s adopted: %s", b.Pack.Ref(), b.Pack.Title)
	case *ImportOpened:
		t.what("Import of %s began", b.Source)
	case *ImportClosed:
		t.importClosed(b)
	case *Reported:
		t.what("Reported: %s", b.Title)
		t.detail("opened", t.time(b.Opened))
		t.detail("reporter", b.Reporter)
		t.detail("source", b.Source)
	case *Described:
		t.what("Changed %s", fields(b.Changes))
		t.changes(b.Changes)
	case *Assessed:
		t.what("Triaged")
		t.changes(b.Changes)
	case *SeverityDecided:
		t.severity(b)
	case *PhaseEntered:
		t.what("Phase: %s → %s", orNone(t.phase(b.Before)), t.phase(b.After))
		t.detail("reason", b.Reason)
		t.detail("override", b.Override)
		t.detail("left open", strings.Join(b.OpenTasks, ", "))
	case *PacksChanged:
		t.what("Packs changed to %s", refs(b.After))
		t.detail("before", refs(b.Before))
		t.detail("reason", b.Reason)
	case *RetentionSet, *DeletionMarked, *DeletionWithdrawn, *PurgeRefused, *IncidentsPurged, *EvidencePurged, *UnnamedRemoved, *Removed:
		t.tellRetention(body)
	case *HoldPlaced:
		t.what("Legal hold placed")
		t.detail("reason", b.Reason)
	case *HoldReleased:
		t.what("Legal hold released")
		t.detail("reason", b.Reason)
	case *RecordAccepted:
		t.what("Record accepted as it is, up to event %d", b.Events)
		t.detail("it was at fault", b.Fault)
		t.detail("reason", b.Reason)
	case *PersonForgotten:
		t.what("Forgotten: %s", b.Person)
		t.detail("reason", b.Reason)
	case *ReporterForgotten:
		t.what("Reporter forgotten")
		t.detail("reason", b.Reason)
	case *RecordCopied:
		t.recordCopied(b)
	case *ForgettingRefused:
		t.what("Legal hold kept %s from being forgotten", orReporter(b.Person))
		t.detail("was to be because", b.Reason)
	case *Linked:
		t.what("Linked: %s %s", b.Link, b.Other)
	case *Closed:
		t.what("Closed: %s", b.Outcome)
		t.detail("on", t.time(b.At))
		t.detail("reason", b.Reason)
		t.detail("override", b.Override)
		t.detail("left open", strings.Join(b.OpenTasks, ", "))
	case *ReopenedAgain:
		t.what("Reopened (was %s)", b.Before)
		t.detail("reason", b.Reason)
	default:
		t.tellWork(body)
	}
}

// tellWork tells what people do within an incident.
func (t *teller) tellWork(body Body) {
	switch b := body.(type) {
	case *FactStated:
		t.what("%s %s", introduce(t.fact(b.Name)), t.value(b.Value))
		t.detail("ground", b.Ground)
	case *FactCorrected:
		t.what("%s corrected: %s → %s", t.fact(b.Name), t.value(b.Before), t.value(b.After))
		t.detail("reason", b.Reason)
		t.detail("ground", b.Ground)
	case *TaskSet:
		t.task(b)
	case *TaskAdded:
		t.what("Task added: %s", b.Title)
		t.detail("assigned to", b.Assignee)
	case *RoleTaken:
		t.what("%s takes %s", b.Person, t.role(b.Role))
	case *RoleLeft:
		t.what("%s leaves %s", b.Person, t.role(b.Role))
	case *Noted:
		first, rest, _ := strings.Cut(b.Text, "\n")
		t.what("Note: %s", first)
		t.detail("", rest)
	case *Submitted:
		t.what("Submitted: %s, %s", b.Title, t.time(b.At))
		t.detail("received", t.time(b.Received))
		t.detail("reference", b.Reference)
		t.detail("note", b.Note)
	case *WaiverDecided:
		t.what("Waived: %s, decided by %s", b.Title, b.Decider)
		t.detail("rationale", b.Rationale)
	case *WaiverWithdrawn:
		t.what("Counts again: %s", b.Title)
		t.detail("reason", b.Reason)
	case *CallsSeen:
		t.what("Seen what they are called for: %d", b.Count)
	case *Acknowledged:
		t.what("Acknowledged: %s, %s", b.Title, policy.LevelWords(b.Level))
		t.detail("due", t.time(b.Due))
	case *SuspensionRecorded:
		t.what("Suspended until %s: %s, asked for by %s", t.time(b.Until), b.Title, b.Requester)
		t.detail("from", t.time(b.From))
		t.detail("evidence", b.Evidence)
		t.detail("reason", b.Reason)
	case *SuspensionLifted:
		t.what("Delay lifted: %s, %s", b.Title, t.time(b.At))
		t.detail("reason", b.Reason)
	case *DuesMoved:
		t.moves(b.Moves)
	default:
		t.tellEvidence(body)
		t.tellAccess(body)
		t.tellCustomers(body)
		t.tellNotice(body)
		t.tellChannels(body)
	}
}

// tellEvidence tells what is done with evidence.
func (t *teller) tellEvidence(body Body) {
	switch b := body.(type) {
	case *EvidenceAdded:
		t.what("Evidence %s: %s (%s, %s)", b.Item, b.Title, b.What, Bytes(b.Size))
		t.detail("sha-256", b.SHA256)
		t.detail("collected", t.time(b.Collected)+" by "+b.Collector)
		t.detail("from", b.From)
		t.detail("name", b.Name)
		t.detail("note", b.Note)
	case *EvidenceMoved:
		t.what("Evidence %s %s", b.Item, custody(b))
		t.detail("on", t.time(b.At))
		t.detail("reason", b.Reason)
	case *EvidenceVerified:
		t.what("Evidence %s verified: %s", b.Item, b.Found)
		if b.Before != b.Found {
			t.detail("before", string(b.Before))
		}
	case *EvidenceExported:
		t.what("Evidence %s exported", b.Item)
		t.detail("sha-256", b.SHA256)
		t.detail("reason", b.Reason)
	}
}

// custody is a step of custody in words: "transferred: Ann → Ben".
func custody(b *EvidenceMoved) string {
	switch {
	case b.Deed == Transferred:
		return fmt.Sprintf("%s: %s → %s", b.Deed, b.Before, b.Person)
	case b.Deed == Examined:
		return fmt.Sprintf("%s by %s", b.Deed, b.Person)
	case b.Deed == Collected:
		return fmt.Sprintf("%s again by %s", b.Deed, b.Person)
	case b.Person != "":
		return fmt.Sprintf("%s to %s", b.Deed, b.Person)
	}
	return string(b.Deed)
}

func (t *teller) what(format string, args ...any) { t.entry.What = fmt.Sprintf(format, args...) }

// detail adds lines below the entry; an empty text adds none.
func (t *teller) detail(label, text string) {
	if text == "" {
		return
	}
	for _, line := range strings.Split(text, "\n") {
		if label != "" {
			line = label + ": " + line
			label = ""
		}
		t.entry.Detail = append(t.entry.Detail, line)
	}
}

// further tells of incidents whose due times moved without an entry.
func (t *teller) further(n int) {
	if n > 0 {
		t.detail("due times moved", fmt.Sprintf("of %d incidents beside those listed", n))
	}
}

func (t *teller) importClosed(b *ImportClosed) {
	if b.Abandoned != "" {
		t.what("Import abandoned after %d incidents", b.Incidents)
		t.detail("reason", b.Abandoned)
		return
	}
	t.what("Import of %d incidents completed", b.Incidents)
}

func (t *teller) severity(b *SeverityDecided) {
	if b.Before == "" {
		t.what("Severity: %s", t.level(b.After))
	} else {
		t.what("Severity: %s → %s", t.level(b.Before), t.level(b.After))
	}
	t.detail("on", t.time(b.At))
	for _, criterion := range b.Criteria {
		t.detail("criterion", criterion)
	}
	t.detail("reason", b.Reason)
}

func (t *teller) task(b *TaskSet) {
	switch {
	case b.Before == b.After:
		t.what("Task assigned to %s: %s", orNobody(b.Assignee), b.Title)
	case b.After == TaskOpen:
		t.what("Task open again: %s", b.Title)
	default:
		t.what("Task %s: %s", b.After, b.Title)
	}
	t.detail("reason", b.Reason)
}

// moves tells how due times changed. The entry is minor: something else
// caused it.
func (t *teller) moves(moves []DueMove) {
	t.entry.Minor = true
	if len(moves) == 1 {
		t.what("Obligation %s", t.move(moves[0]))
		return
	}
	t.what("%d obligations changed", len(moves))
	for _, m := range moves {
		t.detail("", t.move(m))
	}
}

func (t *teller) move(m DueMove) string {
	text := fmt.Sprintf("%s: %s", m.Change, m.Title)
	switch {
	case m.Change == "moves":
		return text + ", due " + t.time(m.Before) + " → " + t.time(m.After)
	case !m.After.IsZero():
		return text + ", due " + t.time(m.After)
	case !m.Before.IsZero():
		return text + ", was due " + t.time(m.Before)
	}
	return text
}

func (t *teller) changes(changes []Change) {
	for _, c := range changes {
		if c.Before == "" {
			t.detail(c.Field, c.After)
			continue
		}
		t.detail(c.Field, fmt.Sprintf("%s → %s", c.Before, orNone(c.After)))
	}
}

func fields(changes []Change) string {
	names := make([]string, len(changes))
	for k, c := range changes {
		names[k] = c.Field
	}
	return strings.Join(names, ", ")
}

func (t *teller) time(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(t.zone).Format("2006-01-02 15:04 MST")
}

func (t *teller) value(v Value) string {
	if v.Word != "" {
		return v.Word
	}
	if v.At.IsZero() {
		return v.Answer.String()
	}
	return t.time(v.At)
}

// fact is a fact's label: a pack's question, its own fact, or the standard one.
func (t *teller) fact(name string) string {
	for _, p := range t.packs {
		if q, ok := p.Question(name); ok {
			return q.Label
		}
		if term, ok := p.Fact(name); ok {
			return term.Label
		}
	}
	if s := settingOf(t.packs, name); s.Label != "" {
		return s.Label
	}
	return name
}

func (t *teller) level(id string) string {
	for _, p := range t.packs {
		if s, ok := p.Severity(id); ok {
			return s.Label
		}
	}
	return id
}

func (t *teller) phase(id string) string {
	for _, p := range t.packs {
		if f, ok := p.Phase(id); ok {
			return f.Label
		}
	}
	return id
}

func (t *teller) role(id string) string {
	for _, p := range t.packs {
		if r, ok := p.Role(id); ok {
			return r.Label
		}
	}
	return id
}

// introduce ends what a value follows: a question mark is enough, anything
// else takes a colon.
func introduce(label string) string {
	if strings.HasSuffix(label, "?") {
		return label
	}
	return label + ":"
}

func refs(list []policy.Ref) string {
	names := make([]string, len(list))
	for k, ref := range list {
		names[k] = ref.String()
	}
	return strings.Join(names, ", ")
}

func orNone(text string) string {
	if text == "" {
		return "(none)"
	}
	return text
}

func orNobody(name string) string {
	if name == "" {
		return "nobody"
	}
	return name
}
