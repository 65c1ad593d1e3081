package model

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

var update = flag.Bool("update", false, "write the golden files anew")

// told are events of every kind, some in several shapes.
func told() []Body {
	aware := Value{At: start}
	due := key("house/notify")
	return []Body{
		&SpaceSetUp{Organisation: "Example", Zone: "UTC", Packs: []policy.Ref{procedureRef, regimeRef}},
		&SpaceSetUp{Organisation: "Example", Zone: "UTC", Calendar: "home", Packs: []policy.Ref{procedureRef}, Further: 12},
		&PackAdopted{Pack: procedurePack(1)},
		&CalendarAdopted{Calendar: homeCalendar(2)},
		&CalendarAdopted{Calendar: homeCalendar(2), Further: 3000},
		&Reported{ID: firstID, Title: "Strange log-ins", Opened: start, Reporter: "Ann", Source: "mail"},
		&Described{ID: firstID, Changes: []Change{{Field: FieldTitle, Before: "Old", After: "New"}, {Field: FieldSystems, Before: "db"}, {Field: FieldReporter, After: "Ben"}}},
		&Assessed{ID: firstID},
		&Assessed{ID: firstID, Changes: []Change{{Field: FieldTypes, After: "breach"}}},
		&SeverityDecided{ID: firstID, After: "high", Criteria: []string{"data is exposed"}},
		&SeverityDecided{ID: firstID, Before: "high", After: "low", Reason: "one\ntwo", At: start},
		&FactStated{ID: firstID, Name: "aware", Value: aware, Ground: "a log"},
		&FactStated{ID: firstID, Name: "board_told"},
		&FactCorrected{ID: firstID, Name: "personal_data", Before: Value{Answer: policy.Yes}, After: Value{Answer: policy.No}, Reason: "it was a test"},
		&FactStated{ID: firstID, Name: "personal_data", Value: Value{Answer: policy.Yes}},
		&FactStated{ID: firstID, Name: "risk", Value: Value{Answer: policy.Yes}},
		&PhaseEntered{ID: firstID, Before: "detect", After: "contain", Override: "no time", OpenTasks: []string{"assess", "look"}},
		&PhaseEntered{ID: firstID, After: "contain", Reason: "new traces"},
		&TaskSet{ID: firstID, Task: "look", Title: "Look around", After: TaskDone},
		&TaskSet{ID: firstID, Task: "look", Title: "Look around", After: TaskSkipped, Reason: "seen"},
		&TaskSet{ID: firstID, Task: "look", Title: "Look around", Before: TaskDone},
		&TaskSet{ID: firstID, Task: "look", Title: "Look around", Assignee: "Ann"},
		&TaskSet{ID: firstID, Task: "look", Title: "Look around"},
		&TaskAdded{ID: firstID, Task: "added-1", Title: "Call Bob", Assignee: "Ann"},
		&RoleTaken{ID: firstID, Role: "lead", Person: "Ann"},
		&RoleLeft{ID: firstID, Role: "technical", Person: "Ben"},
		&HoldPlaced{ID: firstID, Reason: "a court asks"},
		&HoldReleased{ID: firstID, Reason: "it is over"},
		&RecordAccepted{Fault: "events 8 and 9 are missing", Events: 7, Before: "a note", Reason: "the disk lost them"},
		&PersonForgotten{Person: "Ann", Reason: "she asked"},
		&ReporterForgotten{ID: firstID, Reason: "he asked"},
		&RecordCopied{Way: CopyBackup, Name: "main.tocsin", Events: 7, Root: "AAAA"},
		&RecordCopied{Way: CopyExport, Name: "export", Events: 7, Root: "AAAA"},
		&RecordCopied{Way: CopyRestored, Name: "main.tocsin", Events: 7, Root: "AAAA", Made: start},
		&ForgettingRefused{ID: firstID, Person: "Ann", Reason: "she asked"},
		&ForgettingRefused{ID: firstID, Reason: "he asked"},
		&RetentionSet{After: Retention{Incidents: calendar.Period{N: 24, Unit: calendar.Months}, Undo: calendar.Period{N: 1, Unit: calendar.Days}, Second: true}},
		&DeletionMarked{ID: firstID, Reason: "a test alarm"},
		&DeletionWithdrawn{ID: firstID, Reason: "it was none"},
		&PurgeRefused{ID: firstID, Reason: "a sweep named it"},
		&IncidentsPurged{Incidents: []Purged{
			{ID: firstID, Class: AuditLog, Period: calendar.Period{N: 120, Unit: calendar.Months}, Since: start, Events: []Span{{3, 9}, {12, 12}}},
			{ID: secondID, Class: Deleted, Period: calendar.Period{N: 14, Unit: calendar.Days}, Since: start, Events: []Span{{10, 11}}},
		}, Events: 10, Approver: "Ben"},
		&EvidencePurged{ID: firstID, Items: []string{"E-1", "E-2"}, Period: calendar.Period{N: 12, Unit: calendar.Months}, Since: start},
		&UnnamedRemoved{Stored: []Unnamed{{Name: emptyDigest, Size: 2100}, {Name: strings.Repeat("ab", 32), Size: 300}}},
		&Noted{ID: firstID, Text: "first\nsecond\n\nfourth"},
		&Submitted{ID: firstID, Key: due, Title: "Notify customers", At: start, Received: start.Add(time.Hour), Reference: "N-1", Note: "by mail"},
		&WaiverDecided{ID: firstID, Key: due, Title: "Notify customers", Decider: "Ceo", Rationale: "no harm"},
		&CallsSeen{ID: firstID, Count: 1},
		&Acknowledged{ID: firstID, Key: due, Title: "Notify customers", Due: start, Level: "24h", Since: start.Add(-24 * time.Hour)},
		&Acknowledged{ID: firstID, Key: due, Title: "Notify customers", Due: start, Level: "overdue", Since: start},
		&WaiverWithdrawn{ID: firstID, Key: due, Title: "Notify customers", Reason: "harm"},
		&SuspensionRecorded{ID: firstID, Key: due, Title: "Notify customers", From: start, Until: start.Add(time.Hour), Requester: "Public prosecutor", Evidence: "letter 7", Reason: "an arrest is planned"},
		&SuspensionLifted{ID: firstID, Key: due, Title: "Notify customers", At: start, Reason: "arrested"},
		&DuesMoved{ID: firstID, Moves: []DueMove{{Key: due, Title: "Notify customers", After: start, Change: "applies"}}},
		&DuesMoved{ID: firstID, Moves: []DueMove{
			{Key: due, Title: "Notify customers", Before: start, After: start.Add(time.Hour), Change: "moves"},
			{Key: due, Title: "Tell the board", Before: start, Change: "no longer applies"},
			{Key: due, Title: "Say sorry", Change: "met"},
		}},
		&PacksChanged{ID: firstID, Before: []policy.Ref{{ID: "house", Version: 1}}, After: []policy.Ref{{ID: "house", Version: 1}, {ID: "law", Version: 1}}, Reason: "personal data is concerned"},
		&EvidenceAdded{ID: firstID, Item: "E-1", Title: "Mail log", What: EvidenceLog, Name: "mail.log", Size: 48_213, SHA256: emptyDigest, Collected: start, Collector: "Ann", From: "mail-1", Note: "one\ntwo"},
		&EvidenceMoved{ID: firstID, Item: "E-1", Title: "Mail log", Deed: Transferred, At: start, Before: "Ann", Holder: "Ben", Person: "Ben", Reason: "to examine it"},
		&EvidenceMoved{ID: firstID, Item: "E-1", Title: "Mail log", Deed: Examined, At: start, Before: "Ben", Holder: "Ben", Person: "Ben", Reason: "which accounts"},
		&EvidenceMoved{ID: firstID, Item: "E-1", Title: "Mail log", Deed: Returned, At: start, Before: "Ben", Person: "Operations", Reason: "done"},
		&EvidenceMoved{ID: firstID, Item: "E-1", Title: "Mail log", Deed: Released, At: start, Before: "Ben", Reason: "done"},
		&EvidenceMoved{ID: firstID, Item: "E-1", Title: "Mail log", Deed: Collected, At: start, Holder: "Ann", Person: "Ann", Reason: "needed again"},
		&EvidenceVerified{ID: firstID, Item: "E-1", Title: "Mail log", Before: Intact, Found: Missing},
		&EvidenceVerified{ID: firstID, Item: "E-1", Title: "Mail log", Found: Intact},
		&EvidenceExported{ID: firstID, Item: "E-1", Title: "Mail log", SHA256: emptyDigest, Holder: "Ben", Reason: "for the police"},
		&Linked{ID: firstID, Other: secondID, Link: DuplicateOf},
		&Closed{ID: firstID, Outcome: Resolved, Reason: "done", Override: "no time", OpenTasks: []string{"look"}},
		&Closed{ID: firstID, Outcome: FalsePositive, At: start},
		&ReopenedAgain{ID: firstID, Before: Resolved, Reason: "more traces"},
		&NoticeDrafted{ID: firstID, Notice: "N1", Draft: NoticeDraft{Kind: InitialNotice, Rules: []policy.RuleKey{due}, Groups: []string{"A1"}, Corrects: "N7"}},
		&NoticeEdited{ID: firstID, Notice: "N1", Version: 2, Changed: []string{"subject en", "text en"}, Before: NoticeIsDraft},
		&NoticeEdited{ID: firstID, Notice: "N1", Version: 3, Changed: []string{"channel"}, Before: NoticeIsApproved},
		&NoticeProposed{ID: firstID, Notice: "N1", Version: 3, Digest: emptyDigest, Needs: []string{"lead", "technical"}},
		&NoticeProposed{ID: firstID, Notice: "N2", Version: 1, Digest: emptyDigest},
		&NoticeApproved{ID: firstID, Notice: "N1", Digest: emptyDigest, Role: "lead", Second: true, Missing: []string{"technical"}},
		&NoticeApproved{ID: firstID, Notice: "N1", Digest: emptyDigest, Role: "technical"},
		&NoticeRejected{ID: firstID, Notice: "N1", Digest: emptyDigest, Reason: "too long"},
		&ApprovalsVoided{ID: firstID, Notice: "N1", Digest: emptyDigest, Why: []string{"group A1: 3 addresses were approved, now 4"}, Approvals: []Approval{{Role: "lead", Person: "Ann", At: start}}},
		&ApprovalOverridden{ID: firstID, Notice: "N1", Digest: emptyDigest, Role: "lead", Missing: []string{"technical"}, Reason: "keys are being used right now", Task: "added-1"},
		&NoticeReleased{ID: firstID, Notice: "N1", Digest: emptyDigest, Channel: "mail", Shares: []ReleasedShare{{Group: "A1", Customers: 2, Recipients: 3}}, Recipients: 3},
		&NoticeFiled{ID: firstID, Notice: "N2", Digest: emptyDigest, At: start, Received: start.Add(time.Hour), Reference: "CASE-7", Evidence: "E-1"},
		&NoticeWithdrawn{ID: firstID, Notice: "N3", Before: NoticeIsProposed, Reason: "it was somebody else"},
		&NoticePaused{ID: firstID, Notice: "N1", Reason: "a wrong link", Left: 2},
		&NoticeResumed{ID: firstID, Notice: "N1", Left: 2},
		&NoticeCancelled{ID: firstID, Notice: "N1", Reason: "a wrong link", Left: 2},
		&NoticeProved{ID: firstID, Notice: "N1", Recipients: 3, Name: "proof-of-n1"},
		&NothingNew{ID: firstID, Key: due, Title: "Keep customers told", Rationale: "nothing was found since"},
		&DeliveryAttempted{ID: firstID, Notice: "N1", Ordinals: Runs{{0, 2}}},
		&DeliveryRecorded{ID: firstID, Notice: "N1", Results: []RecordedResult{{Outcome: ToldAccepted}, {Ordinal: 1, Outcome: ToldAccepted}, {Ordinal: 2, Outcome: ToldUncertain}}},
		&ContactRecorded{ID: firstID, Notice: "N1", Ordinals: Runs{{2, 2}}, How: ByTelephone, At: start, Person: "Ann", Reference: "call 9", Evidence: "E-1"},
		&ReceiptRecorded{ID: firstID, Notice: "N1", Ordinals: Runs{{0, 1}}, How: ReceiptRead, At: start, Reference: "r1"},
		&BounceRecorded{ID: firstID, Notice: "N1", Ordinal: 1, At: start, Words: "5.1.1 no such user"},
		&DeliveryGivenUp{ID: firstID, Notice: "N1", Ordinals: Runs{{1, 1}}, Reason: "the customer left"},
		&RetryOrdered{ID: firstID, Notice: "N1", Ordinals: Runs{{2, 2}}, Reason: "they say that nothing came"},
		&PersonAdded{Person: "Ann", Role: Lead},
		&RoleSet{Person: "Ann", Before: Lead, After: Auditor},
		&KeyAdded{Person: "Ann", Fingerprint: accessKey(1).Fingerprint, Type: "ssh-ed25519"},
		&KeyAdded{Person: "Ann", Fingerprint: accessKey(2).Fingerprint, Type: "sk-ssh-ed25519@openssh.com", Hardware: true},
		&KeyRemoved{Person: "Ann", Fingerprint: accessKey(1).Fingerprint},
		&PersonRevoked{Person: "Ann", Reason: "left the company"},
		&AccessRuled{Role: Lead, After: AccessRule{HardwareKey: true, SecondFactor: true}},
		&AccessRuled{Role: Lead, Before: AccessRule{HardwareKey: true}, After: AccessRule{SecondFactor: true}},
		&AuthorityTrusted{Fingerprint: accessKey(3).Fingerprint, Type: "ssh-ed25519"},
		&AuthorityDistrusted{Fingerprint: accessKey(3).Fingerprint},
		&FactorEnrolled{Person: "Ann"},
		&FactorRemoved{Person: "Ann", Reason: "a new telephone"},
		&SessionsRevoked{Person: "Ann", Reason: "a laptop was stolen"},
		&SessionsRevoked{Reason: "an exercise"},
		&LoggedIn{Session: "k7", Method: "key", Fingerprint: accessKey(1).Fingerprint, From: "192.0.2.77"},
		&LoggedIn{Session: "k8", Method: "socket"},
		&LoggedOut{Session: "k7", Why: "the session has expired"},
		&LoggedOut{Session: "k8"},
		&LogInRefused{Person: "Ann", Fingerprint: accessKey(1).Fingerprint, From: "192.0.2.77", Why: "a hardware key is asked for", Times: 1},
		&LogInRefused{From: "192.0.2.0/24", Why: "nobody here has this key", Times: 12},
		&ChannelSet{Name: "mail", Channel: EmailChannel, Server: "smtp.ada.example:587", Security: "starttls", From: "security@ada.example", Recipients: 2, Digest: emptyDigest},
		&ChannelSet{Name: "ops", Channel: WebhookChannel, Server: "hooks.example", Recipients: 1, Digest: emptyDigest, Before: emptyDigest},
		&ChannelRemoved{Name: "ops", Reason: "the room was closed"},
		&ChannelTested{Name: "mail", Works: true, Words: "250 queued"},
		&ChannelTested{Name: "mail", Words: "the server offers no TLS"},
		&CustomersOpened{Batch: "b1", Source: "crm.csv"},
		&CustomersTaken{Batch: "b1", Rows: []Customer{someCustomer("C-1"), someCustomer("C-2")}, Paid: 2},
		&CustomersClosed{Batch: "b1", Source: "crm.csv", Rows: 2, Paid: 2, Free: 1},
		&CustomersClosed{Batch: "b1", Source: "crm.csv", Rows: 1, Abandoned: "it was interrupted"},
		&CustomerForgotten{Number: 7, Customer: "C-7", Tier: TierFree, Reason: "they asked"},
		&CustomerKept{ID: firstID, Number: 7, Customer: "C-7", Reason: "they asked"},
		&AffectedOpened{ID: firstID, Batch: "b1", Source: "list.csv", What: []string{"names", "backups"}, Direct: true, Since: start},
		&AffectedOpened{ID: firstID, Batch: "b1", Source: "the registry", Refresh: true},
		&AffectedTaken{ID: firstID, Batch: "b1", Parts: []AffectedPart{{Group: "A1", Tier: TierPaid, Rows: []AffectedRow{{Number: 7, Taken: 3, Admins: 1}}}}},
		&AffectedClosed{ID: firstID, Batch: "b1", Source: "list.csv", Groups: []AffectedGroup{{ID: "A1", Tier: TierPaid, Direct: true, What: []string{"names"}, Terms: "48h", Since: start, Customers: 2, Addresses: 3}, {ID: "A2", Tier: TierFree, Customers: 1, Addresses: 1}}},
		&AffectedClosed{ID: firstID, Batch: "b1", Source: "the registry", Refresh: true, Groups: []AffectedGroup{{ID: "A1", Tier: TierPaid, Customers: 2, Addresses: 3}}},
		&AffectedClosed{ID: firstID, Batch: "b1", Source: "list.csv", Abandoned: "it was interrupted"},
		&ImportOpened{Batch: "b1", Source: "old.csv"},
		&ImportClosed{Batch: "b1", Incidents: 3},
		&ImportClosed{Batch: "b1", Incidents: 3, Abandoned: "wrong file"},
	}
}

func TestTell(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	kinds := make(map[string]bool)
	for k, body := range told() {
		entry := Tell(Event{Seq: uint64(k + 1), At: start, Actor: "Olga", Body: body}, []*policy.Pack{procedurePack(1)}, zone)
		if entry.What == "" || entry.Seq != uint64(k+1) || entry.Actor != "Olga" || entry.Kind != body.Kind() || !entry.At.Equal(start) {
			t.Errorf("%s is told as %+v", body.Kind(), entry)
		}
		kinds[body.Kind()] = true
		quiet := ""
		if entry.Minor {
			quiet = " (minor)"
		}
		fmt.Fprintf(&text, "%-22s %s%s\n", entry.Kind, entry.What, quiet)
		for _, line := range entry.Detail {
			fmt.Fprintf(&text, "%-22s | %s\n", "", line)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(bodies)) {
		if !kinds[kind] {
			t.Errorf("nobody tells %s", kind)
		}
	}
	golden(t, "timeline.txt", text.String())
}

// golden compares a text with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("..", "testdata", "model", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; if that is meant, run with -update\n%s", path, got)
	}
}

// Every kind of event makes an empty body of the same kind to decode into.
func TestNewBody(t *testing.T) {
	for kind := range bodies {
		if body, ok := NewBody(kind); !ok || body.Kind() != kind {
			t.Errorf("%s makes %v", kind, body)
		}
	}
	if body, ok := NewBody("incident.eaten"); ok {
		t.Errorf("an unknown kind makes %v", body)
	}
}
