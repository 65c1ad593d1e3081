package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/model/policy"
)

// A step is a command in a given state and what must come of it: the kinds of
// the events, or fragments of the refusal.
type step struct {
	name    string
	space   func(rapid.TB) *space
	prepare []Command
	command Command
	events  string   // kinds, separated by spaces
	refusal []string // all must be in the text
	cause   error
}

func TestDecide(t *testing.T) {
	text := func(s string) *string { return &s }
	submitted := Submit{Incident: firstID, Key: key("house/notify")}
	resolve := stated(firstID, "resolved", "2026-11-23T11:00:00Z")
	steps := []step{
		// The space.
		{name: "setup same", space: newSpace, command: Setup{Organisation: " Example ", Zone: "Europe/Berlin", Packs: []policy.Ref{procedureRef, regimeRef}}},
		{name: "setup changed", space: newSpace, command: Setup{Organisation: "Other", Zone: "UTC", Packs: []policy.Ref{procedureRef}}, events: "space.set-up"},
		{name: "setup empty", space: newSpace, command: Setup{}, refusal: []string{"organisation: is empty", "zone: \"\" is not a time zone; accepted: an IANA name", "packs: is empty"}},
		{name: "setup local zone", space: newSpace, command: Setup{Organisation: "E", Zone: "Local", Packs: []policy.Ref{procedureRef}}, refusal: []string{"Local", "IANA"}},
		{name: "setup unknown pack", space: newSpace, command: Setup{Organisation: "E", Zone: "UTC", Packs: []policy.Ref{{ID: "ho\x1buse", Version: 2}}}, refusal: []string{`"ho\x1buse@2" is not adopted`, "accepted: house@1, law@1"}},
		{name: "setup regime first", space: newSpace, command: Setup{Organisation: "E", Zone: "UTC", Packs: []policy.Ref{regimeRef}}, refusal: []string{"is a regime"}},
		{name: "setup pack twice", space: newSpace, command: Setup{Organisation: "E", Zone: "UTC", Packs: []policy.Ref{procedureRef, regimeRef, regimeRef}}, refusal: []string{"law is named twice"}},
		{name: "adopt nothing", space: newSpace, command: AdoptPack{}, refusal: []string{"pack: is empty"}},
		{name: "adopt again", space: newSpace, command: AdoptPack{procedurePack(1)}},
		{name: "adopt newer", space: newSpace, command: AdoptPack{procedurePack(2)}, events: "pack.adopted space.set-up"},
		{name: "adopt older", space: newSpace, prepare: []Command{AdoptPack{procedurePack(3)}}, command: AdoptPack{procedurePack(2)}, events: "pack.adopted"},
		{name: "adopt changed", space: newSpace, command: AdoptPack{&policy.Pack{ID: "house", Version: 1, Kind: policy.Procedure}}, refusal: []string{"house@1 was adopted with other content", "above 1"}},
		{name: "adopt other kind", space: newSpace, command: AdoptPack{&policy.Pack{ID: "house", Version: 2, Kind: policy.Regime}}, refusal: []string{"kind: house@2 is a regime, but its other versions are each a procedure"}},
		{name: "adopt no name", space: newSpace, command: AdoptPack{&policy.Pack{Kind: policy.Regime}}, refusal: []string{`pack: "@0" cannot name a pack`}},
		{name: "adopt no kind", space: newSpace, command: AdoptPack{&policy.Pack{ID: "x", Version: 1}}, refusal: []string{"kind:", "procedure, regime"}},
		{name: "adopt bad zone", space: newSpace, command: AdoptPack{&policy.Pack{ID: "x", Version: 1, Kind: policy.Regime, Zone: "Mars/Base"}}, refusal: []string{"zone:", "IANA"}},
		{name: "not set up", space: func(t rapid.TB) *space { return &space{t: t, now: start} }, command: Report{Title: "T"}, refusal: []string{"no settings yet"}},

		// Reports.
		{name: "report", space: newSpace, command: Report{Title: "T"}, events: "incident.reported fact.stated fact.stated"},
		{name: "report with occurred", space: newSpace, command: Report{Title: "T", Occurred: start.Add(-time.Hour)}, events: "incident.reported fact.stated fact.stated fact.stated"},
		{name: "report nothing", space: newSpace, command: Report{}, refusal: []string{"title: is empty; accepted: what happened, in one line"}},
		{name: "report invisible title", space: newSpace, command: Report{Title: "\u200b\x1b[31m \n"}, refusal: []string{"title: is empty"}},
		{name: "report long title", space: newSpace, command: Report{Title: strings.Repeat("x", 1<<20)}, refusal: []string{"title: has 1048576 characters; accepted: at most 200"}},
		{name: "report unknown words", space: newSpace, command: Report{Title: "T", Types: []string{"breech"}, Data: []string{"nope"}, TLP: "PINK"}, refusal: []string{`types: "breech" is not known here (did you mean breach?); accepted: breach, outage`, "accepted: personal, payment", "accepted: RED, AMBER+STRICT, AMBER, GREEN, CLEAR"}},
		{name: "report detected in future", space: newSpace, command: Report{Title: "T", Detected: start.Add(time.Second)}, refusal: []string{"detected:", "lies in the future", "a time up to now"}},
		{name: "report detected long ago", space: newSpace, command: Report{Title: "T", Detected: at("1989-12-31T00:00:00Z")}, refusal: []string{"too long ago", "1990"}},
		{name: "report occurred after detected", space: newSpace, command: Report{Title: "T", Detected: start.Add(-2 * time.Hour), Occurred: start.Add(-time.Hour)}, refusal: []string{"occurred: lies after it was detected; accepted: a time up to 2026-11-23 08:00 CET"}},
		{name: "report pack twice", space: newSpace, command: Report{Title: "T", Packs: []policy.Ref{procedureRef, procedureRef}}, refusal: []string{"house is named twice"}},
		{name: "report no packs", space: newSpace, command: Report{Title: "T", Packs: []policy.Ref{}}, refusal: []string{"packs: is empty"}},
		{name: "report too many systems", space: newSpace, command: Report{Title: "T", Systems: make([]string, MaxList+1)}, refusal: []string{"systems: has 101 entries; accepted: at most 100"}},

		// Descriptions.
		{name: "describe", space: reported, command: Describe{Incident: firstID, Title: text("New"), TLP: new(TLP)}, events: "incident.described"},
		{name: "describe same", space: reported, command: Describe{Incident: firstID, Title: text("  Strange  log-ins ")}},
		{name: "describe empty title", space: reported, command: Describe{Incident: firstID, Title: text(" ")}, refusal: []string{"title: is empty"}},
		{name: "describe nothing", space: reported, command: Describe{Incident: unknownID}, cause: ErrNotFound, refusal: []string{"there is no incident INC-2026-0099"}},
		{name: "describe hostile id", space: reported, command: Describe{Incident: "\x1b]0;owned\a"}, cause: ErrNotFound, refusal: []string{"there is no incident (none)"}},

		// Triage.
		{name: "triage empty", space: reported, command: Triage{Incident: firstID}, refusal: []string{"triage: says nothing; accepted: at least one of type, classification, severity, data, systems, a fact, a role or a pack"}},
		{name: "triage again empty", space: triaged, command: Triage{Incident: firstID}},
		{name: "triage whole", space: reported, command: Triage{Incident: firstID, Types: []string{"BREACH", "breach"}, Severity: "High", Criteria: []string{"customers notice"}, Roles: []Holding{{"lead", "Ann"}, {"lead", "Ann"}}}, events: "incident.assessed severity.decided role.taken obligations.moved"},
		{name: "triage same again", space: triaged, command: Triage{Incident: firstID, Types: []string{"breach"}, Classification: "Confirmed", Severity: "critical", Criteria: []string{"everything is down"}}},
		{name: "triage all wrong", space: reported, command: Triage{Incident: firstID, Classification: "sure", Severity: "hihg", Facts: []Statement{{Name: "awake"}}, Roles: []Holding{{"king", ""}}}, refusal: []string{"classification:", "confirmed, potential", "did you mean high?", "did you mean aware?", "role:", "technical, lead, communications", "person: is empty"}},
		{name: "triage reason without severity", space: reported, command: Triage{Incident: firstID, Reason: "bad"}, refusal: []string{"severity: is empty; accepted: low, high, critical"}},
		{name: "triage reason for what stands", space: triaged, command: Triage{Incident: firstID, Reason: "still bad"}, events: "severity.decided"},
		{name: "triage fact twice", space: reported, command: Triage{Incident: firstID, Facts: []Statement{{Name: "aware", Value: Time(start)}, {Name: "Aware", Value: Time(start)}}}, refusal: []string{"aware: is given twice"}},

		// Facts.
		{name: "fact", space: reported, command: stated(firstID, "aware", "2026-11-23T08:30:00Z"), events: "fact.stated obligations.moved"},
		{name: "fact starts clocks", space: triaged, command: StateFact{firstID, Statement{Name: "occurred", Value: Time(start.Add(-time.Hour))}}, events: "fact.stated"},
		{name: "fact not known", space: reported, command: StateFact{firstID, Statement{Name: "aware"}}, events: "fact.stated obligations.moved"},
		{name: "fact that did not happen", space: reported, command: answered(firstID, "aware", policy.No, ""), events: "fact.stated"},
		{name: "fact again the same", space: reported, command: stated(firstID, "detected", "2026-11-23T09:00:00Z")},
		{name: "fact again another", space: reported, command: stated(firstID, "detected", "2026-11-23T08:00:00Z"), refusal: []string{"detected: is stated as 2026-11-23 10:00 CET already (by Olga); accepted: a correction with its reason"}},
		{name: "fact corrected", space: reported, command: StateFact{firstID, Statement{Name: "detected", Value: Time(start.Add(-time.Hour)), Reason: "the log says so"}}, events: "fact.corrected"},
		{name: "fact corrected to unknown", space: reported, command: StateFact{firstID, Statement{Name: "detected", Reason: "nobody knows"}}, events: "fact.corrected"},
		{name: "fact corrected before stated", space: reported, command: StateFact{firstID, Statement{Name: "aware", Value: Time(start), Reason: "why"}}, refusal: []string{"aware: has not been stated yet"}},
		{name: "fact in the future", space: reported, command: stated(firstID, "aware", "2026-11-23T09:00:01Z"), refusal: []string{"aware:", "future"}},
		{name: "fact before occurred", space: reported, prepare: []Command{stated(firstID, "occurred", "2026-11-23T08:00:00Z")}, command: stated(firstID, "aware", "2026-11-23T07:59:59Z"), refusal: []string{"aware: 2026-11-23 08:59 CET lies before the incident occurred (2026-11-23 09:00 CET)"}},
		{name: "occurred after a fact", space: reported, prepare: []Command{stated(firstID, "aware", "2026-11-23T07:00:00Z")}, command: stated(firstID, "occurred", "2026-11-23T08:00:00Z"), refusal: []string{"occurred: 2026-11-23 09:00 CET lies after aware (2026-11-23 08:00 CET)"}},
		{name: "within one millisecond", space: reported, prepare: []Command{StateFact{firstID, Statement{Name: "occurred", Value: Value{At: start.Add(-time.Second + 900*time.Microsecond)}}}}, command: StateFact{firstID, Statement{Name: "aware", Value: Value{At: start.Add(-time.Second + 100*time.Microsecond)}}}, events: "fact.stated obligations.moved"},
		{name: "question with a time", space: reported, command: stated(firstID, "personal_data", "2026-11-23T08:00:00Z"), refusal: []string{"personal_data: is a question; accepted: yes, no or unknown"}},
		{name: "question with nonsense", space: reported, command: answered(firstID, "personal_data", 7, ""), refusal: []string{"yes, no or unknown"}},
		{name: "time with an answer", space: reported, command: answered(firstID, "aware", policy.Yes, ""), refusal: []string{"aware: is a time; accepted: a time up to now, unknown, or no where it has not happened"}},
		{name: "time that did not happen at a time", space: reported, command: StateFact{firstID, Statement{Name: "aware", Value: Value{At: start, Answer: policy.No}}}, refusal: []string{"aware: is a time"}},
		{name: "question of the regime", space: reported, command: answered(firstID, "risk", policy.No, ""), events: "fact.stated"},
		{name: "own fact of the pack", space: reported, command: stated(firstID, "board_told", "2026-11-23T08:00:00Z"), events: "fact.stated obligations.moved"},
		{name: "unknown fact", space: reported, command: stated(firstID, "awre", "2026-11-23T08:00:00Z"), refusal: []string{`fact: "awre" is not known here (did you mean aware?)`, "personal_data"}},

		{name: "facts", space: reported, command: StateFacts{firstID, []Statement{{Name: "aware", Value: Time(start)}, {Name: "occurred", Value: Time(start.Add(-2 * time.Hour))}}}, events: "fact.stated fact.stated obligations.moved"},
		{name: "facts, one of them wrong", space: reported, command: StateFacts{firstID, []Statement{{Name: "aware", Value: Time(start)}, {Name: "awake", Value: Time(start)}, {Name: "occurred", Value: Time(start.Add(time.Hour))}}}, refusal: []string{"did you mean aware?", "occurred: 2026-11-23T10:00:00Z lies in the future"}},
		{name: "no facts", space: reported, command: StateFacts{Incident: firstID}},
		{name: "too many facts", space: reported, command: StateFacts{firstID, make([]Statement, MaxList+1)}, refusal: []string{"facts: are 101; accepted: at most 100"}},

		// Severity.
		{name: "severity", space: reported, command: SetSeverity{Incident: firstID, Level: "high", Criteria: []string{"data is exposed"}}, events: "severity.decided obligations.moved"},
		{name: "severity with no ground", space: reported, command: SetSeverity{Incident: firstID, Level: "high"}, refusal: []string{"reason: a severity needs a ground"}},
		{name: "severity with own criteria", space: reported, command: SetSeverity{Incident: firstID, Level: "high", Criteria: []string{"I feel \x1b[1mbad"}}, refusal: []string{`criteria: "I feel bad" is none of the pack's`}},
		{name: "severity unknown", space: reported, command: SetSeverity{Incident: firstID, Level: "hgih"}, refusal: []string{"did you mean high?"}},
		{name: "severity raised", space: reported, prepare: []Command{SetSeverity{Incident: firstID, Level: "low", Reason: "r"}}, command: SetSeverity{Incident: firstID, Level: "critical", Reason: "worse"}, events: "severity.decided obligations.moved"},
		{name: "severity lowered with no reason", space: triaged, command: SetSeverity{Incident: firstID, Level: "low", Criteria: []string{"nobody notices"}}, refusal: []string{"reason: lowering the severity needs a reason; accepted: why low and no longer critical"}},
		{name: "severity lowered", space: triaged, command: SetSeverity{Incident: firstID, Level: "low", Reason: "better"}, events: "severity.decided obligations.moved"},
		{name: "severity the same", space: triaged, command: SetSeverity{Incident: firstID, Level: "CRITICAL"}},
		{name: "severity with a new reason", space: triaged, command: SetSeverity{Incident: firstID, Level: "critical", Reason: "still"}, events: "severity.decided"},

		// Phases and tasks.
		{name: "phase unknown", space: reported, command: SetPhase{Incident: firstID, Phase: "party"}, refusal: []string{"phase:", "detect, contain, review"}},
		{name: "phase the same", space: reported, command: SetPhase{Incident: firstID, Phase: "detect"}},
		{name: "phase gated", space: reported, command: SetPhase{Incident: firstID, Phase: "contain"}, cause: ErrGate, refusal: []string{"before contain", "Assess the damage (assess)"}},
		{name: "phases gated", space: triaged, command: SetPhase{Incident: firstID, Phase: "review"}, cause: ErrGate, refusal: []string{"(assess)", "(isolate)", "(rotate)"}},
		{name: "phase overridden", space: reported, command: SetPhase{Incident: firstID, Phase: "contain", Override: "no time"}, events: "phase.entered"},
		{name: "phase free", space: reported, prepare: []Command{SetTask{Incident: firstID, Task: "assess", State: TaskDone}}, command: SetPhase{Incident: firstID, Phase: "contain"}, events: "phase.entered"},
		{name: "phase free by not needed", space: reported, prepare: []Command{SetTask{Incident: firstID, Task: "assess", State: TaskSkipped, Reason: "known"}}, command: SetPhase{Incident: firstID, Phase: "contain"}, events: "phase.entered"},
		{name: "phase back with no reason", space: reported, prepare: []Command{SetPhase{Incident: firstID, Phase: "review", Override: "o"}}, command: SetPhase{Incident: firstID, Phase: "detect", Override: "o"}, refusal: []string{"reason: going back a phase needs a reason"}},
		{name: "phase back", space: reported, prepare: []Command{SetPhase{Incident: firstID, Phase: "review", Override: "o"}}, command: SetPhase{Incident: firstID, Phase: "detect", Reason: "new traces"}, events: "phase.entered"},
		{name: "task done", space: reported, command: SetTask{Incident: firstID, Task: "look", State: TaskDone}, events: "task.set"},
		{name: "task done again", space: reported, prepare: []Command{SetTask{Incident: firstID, Task: "look", State: TaskDone}}, command: SetTask{Incident: firstID, Task: "look", State: TaskDone}},
		{name: "task assigned", space: reported, command: SetTask{Incident: firstID, Task: "look", Assignee: text("Ben")}, events: "task.set"},
		{name: "task skipped with no reason", space: reported, command: SetTask{Incident: firstID, Task: "look", State: TaskSkipped}, refusal: []string{"reason:", "not needed"}},
		{name: "task unknown", space: reported, command: SetTask{Incident: firstID, Task: "lok", State: TaskDone}, refusal: []string{"did you mean look?"}},
		{name: "task state unknown", space: reported, command: SetTask{Incident: firstID, Task: "look", State: "half\x1b"}, refusal: []string{`"half" is no state of a task; accepted: open, done or not needed`}},
		{name: "task that does not apply", space: func(t rapid.TB) *space {
			s := reported(t)
			s.do(Triage{Incident: firstID, Types: []string{"outage"}})
			return s
		}, command: SetTask{Incident: firstID, Task: "rotate", State: TaskDone}, refusal: []string{"task:"}},
		{name: "task added", space: reported, command: AddTask{Incident: firstID, Title: "Call Bob"}, events: "task.added"},
		{name: "task added to a phase", space: reported, command: AddTask{Incident: firstID, Title: "Call Bob", Phase: "REVIEW", Assignee: "Ann"}, events: "task.added"},
		{name: "task added with no title", space: reported, command: AddTask{Incident: firstID, Phase: "nowhere"}, refusal: []string{"title: is empty", "phase:"}},
		{name: "added task done", space: reported, prepare: []Command{AddTask{Incident: firstID, Title: "Call Bob"}}, command: SetTask{Incident: firstID, Task: "added-1", State: TaskDone}, events: "task.set"},

		// Roles and notes.
		{name: "assign", space: reported, command: Assign{firstID, Holding{"lead", "Ann"}}, events: "role.taken"},
		{name: "assign a second", space: reported, prepare: []Command{Assign{firstID, Holding{"lead", "Ann"}}}, command: Assign{firstID, Holding{"lead", "Ben"}}, events: "role.taken"},
		{name: "assign again", space: reported, prepare: []Command{Assign{firstID, Holding{"lead", "Ann"}}}, command: Assign{firstID, Holding{"Lead", " Ann "}}},
		{name: "assign nobody", space: reported, command: Assign{firstID, Holding{"lead", ""}}, refusal: []string{"person: is empty"}},
		{name: "unassign", space: reported, prepare: []Command{Assign{firstID, Holding{"lead", "Ann"}}}, command: Unassign{firstID, Holding{"lead", "Ann"}}, events: "role.left"},
		{name: "unassign another", space: reported, prepare: []Command{Assign{firstID, Holding{"lead", "Ann"}}, Assign{firstID, Holding{"lead", "Cy"}}}, command: Unassign{firstID, Holding{"lead", "Ben"}}, refusal: []string{`person: "Ben" does not hold lead; accepted: who does: Ann, Cy`}},
		{name: "unassign where nobody is", space: reported, command: Unassign{firstID, Holding{"lead", "Ben"}}, refusal: []string{"who does: nobody"}},
		{name: "note", space: reported, command: AddNote{firstID, "one\ntwo"}, events: "note.written"},
		{name: "note empty", space: reported, command: AddNote{firstID, "\x1b[2J"}, refusal: []string{"note: is empty"}},
		{name: "note long", space: reported, command: AddNote{firstID, strings.Repeat("x", MaxText+1)}, refusal: []string{"note: has 20001 characters"}},

		{name: "packs changed", space: triaged, command: ChangePacks{firstID, []policy.Ref{procedureRef}, "no law applies"}, events: "incident.repacked"},
		{name: "packs the same", space: triaged, command: ChangePacks{firstID, []policy.Ref{procedureRef, regimeRef}, "r"}},
		{name: "packs with no reason", space: triaged, command: ChangePacks{Incident: firstID, Packs: []policy.Ref{procedureRef}}, refusal: []string{"reason: is empty; accepted: why these packs"}},
		{name: "packs without a procedure", space: triaged, command: ChangePacks{firstID, []policy.Ref{regimeRef}, "r"}, refusal: []string{"law@1 is a regime", "accepted: a version of house first"}},
		{name: "packs unknown", space: triaged, command: ChangePacks{firstID, []policy.Ref{procedureRef, {ID: "no\x1bne", Version: 1}}, "r"}, refusal: []string{"is not adopted in this space"}},

		// Evidence.
		{name: "evidence", space: reported, command: mailLog, events: "evidence.added"},
		{name: "evidence again", space: reported, prepare: []Command{mailLog}, command: mailLog, events: "evidence.added"},
		{name: "evidence empty", space: reported, command: AddEvidence{Incident: firstID}, refusal: []string{"title: is empty", `sha256: "" is no SHA-256; accepted: 64 hexadecimal digits`}},
		{name: "evidence checked", space: reported, command: AddEvidence{Incident: firstID, Title: "T", Check: true}},
		{name: "evidence checked and wrong", space: reported, command: AddEvidence{Incident: firstID, What: "disk", Check: true}, refusal: []string{"title: is empty", "kind:"}},
		{name: "evidence of another kind", space: reported, command: AddEvidence{Incident: firstID, Title: "T", What: "disk", SHA256: emptyDigest}, refusal: []string{`kind: "disk" is not known here`, "log, image, disk-image, memory, e-mail, document, other"}},
		{name: "evidence from the future", space: reported, command: AddEvidence{Incident: firstID, Title: "T", SHA256: emptyDigest, Collected: start.Add(time.Hour)}, refusal: []string{"collected:", "future"}},
		{name: "evidence on what ended", space: reported, prepare: []Command{MarkFalse{firstID, "test"}}, command: mailLog, events: "evidence.added"},
		{name: "transfer", space: withEvidence, command: moved(Transferred, "Ben"), events: "evidence.moved"},
		{name: "transfer by number", space: withEvidence, command: MoveEvidence{Incident: firstID, Item: "1", Deed: "Transferred", From: "Ann", Person: "Ben", Reason: "r"}, events: "evidence.moved"},
		{name: "transfer of nothing", space: reported, command: moved(Transferred, "Ben"), refusal: []string{"item: INC-2026-0001 has no evidence"}},
		{name: "transfer of another", space: withEvidence, command: MoveEvidence{Incident: firstID, Item: "E-2", Deed: Transferred, Person: "Ben", Reason: "r"}, refusal: []string{`item: "E-2" is not known here`, "accepted: E-1"}},
		{name: "transfer from another", space: withEvidence, command: MoveEvidence{Incident: firstID, Item: "E-1", Deed: Transferred, From: "Cy", Person: "Ben", Reason: "r"}, refusal: []string{"from: E-1 is held by Ann, not by Cy; accepted: Ann"}},
		{name: "transfer to the holder", space: withEvidence, command: moved(Transferred, "Ann"), refusal: []string{"person: Ann holds E-1 already"}},
		{name: "transfer to nobody", space: withEvidence, command: moved(Transferred, ""), refusal: []string{"person: is empty; accepted: who holds it from now on"}},
		{name: "transfer with no reason", space: withEvidence, command: MoveEvidence{Incident: firstID, Item: "E-1", Deed: Transferred}, refusal: []string{"person: is empty", "reason: is empty"}},
		{name: "transfer before it was collected", space: withEvidence, command: MoveEvidence{Incident: firstID, Item: "E-1", Deed: Transferred, Person: "Ben", Reason: "r", At: start.Add(-2 * time.Hour)}, refusal: []string{"at: 2026-11-23 08:00 CET lies before the last step of custody; accepted: a time from 2026-11-23 09:00 CET on"}},
		{name: "examine", space: withEvidence, command: moved(Examined, ""), events: "evidence.moved"},
		{name: "examine what was returned", space: withEvidence, prepare: []Command{moved(Returned, "Operations")}, command: moved(Examined, "Ben"), refusal: []string{"deed: E-1 was returned: nobody here holds it, so it cannot be examined; accepted: collected"}},
		{name: "transfer what was released", space: withEvidence, prepare: []Command{moved(Released, "")}, command: moved(Transferred, "Ben"), refusal: []string{"E-1 was released"}},
		{name: "return to nobody", space: withEvidence, command: moved(Returned, ""), refusal: []string{"person: is empty; accepted: whom it is returned to"}},
		{name: "collect what is held", space: withEvidence, command: moved(Collected, "Ben"), refusal: []string{"deed: E-1 is held by Ann already"}},
		{name: "collect what was returned", space: withEvidence, prepare: []Command{moved(Returned, "Operations")}, command: moved(Collected, ""), events: "evidence.moved"},
		{name: "move in another way", space: withEvidence, command: moved("eaten", "Ben"), refusal: []string{`deed: "eaten" is not known here`, "collected, transferred, examined, returned, released"}},
		{name: "export by moving", space: withEvidence, command: moved(Exported, "Ben"), refusal: []string{`deed: "exported" is not known here`}},
		{name: "verify", space: withEvidence, command: VerifyEvidence{firstID, "E-1", Intact}, events: "evidence.verified"},
		{name: "verify again", space: withEvidence, prepare: []Command{VerifyEvidence{firstID, "E-1", Intact}}, command: VerifyEvidence{firstID, "E-1", Intact}, events: "evidence.verified"},
		{name: "verify what was returned", space: withEvidence, prepare: []Command{moved(Returned, "Operations")}, command: VerifyEvidence{firstID, "E-1", Missing}, events: "evidence.verified"},
		{name: "verify with no outcome", space: withEvidence, command: VerifyEvidence{firstID, "E-1", ""}, refusal: []string{"found: is empty; accepted: intact, changed, missing"}},
		{name: "export", space: withEvidence, command: ExportEvidence{firstID, "E-1", ""}, events: "evidence.exported"},
		{name: "export of nothing", space: withEvidence, command: ExportEvidence{firstID, "", ""}, refusal: []string{"item: is empty; accepted: E-1"}},

		// Obligations.
		{name: "submit", space: triaged, command: submitted, events: "obligation.submitted obligations.moved"},
		{name: "submit in another case", space: triaged, command: Submit{Incident: firstID, Key: key("HOUSE/Notify")}, events: "obligation.submitted obligations.moved"},
		{name: "submit before the start", space: triaged, command: Submit{Incident: firstID, Key: key("house/notify"), At: start}, events: "obligation.submitted obligations.moved"},
		{name: "submit what does not apply", space: triaged, command: Submit{Incident: firstID, Key: key("law/yearly")}, events: "obligation.submitted"},
		{name: "submit what a fact meets", space: triaged, command: Submit{Incident: firstID, Key: key("house/board")}, refusal: []string{`rule: house/board is met by the fact "board_told"`}},
		{name: "submit unknown", space: triaged, command: Submit{Incident: firstID, Key: key("house/notfy\x1b")}, refusal: []string{"rule:", "did you mean house/notify?"}},
		{name: "submit in the future", space: triaged, command: Submit{Incident: firstID, Key: key("house/notify"), At: start.Add(10 * time.Hour)}, refusal: []string{"at:", "future"}},
		{name: "received before sent", space: triaged, command: Submit{Incident: firstID, Key: key("house/notify"), Received: start}, refusal: []string{"received: lies before it was sent; accepted: a time from 2026-11-23 12:00 CET on"}},
		{name: "acknowledge", space: overdueBoard, command: Acknowledge{Incident: firstID, Key: key("HOUSE/board")}, events: "reminder.acknowledged"},
		{name: "acknowledge again", space: overdueBoard, prepare: []Command{Acknowledge{Incident: firstID, Key: key("house/board")}}, command: Acknowledge{Incident: firstID, Key: key("house/board")}},
		{name: "acknowledge what was seen before", space: overdueBoard, prepare: []Command{Acknowledge{Incident: firstID, Key: key("house/board")}}, command: Acknowledge{Incident: firstID, Key: key("house/board"), Seen: start.Add(20 * time.Hour)}},
		{name: "acknowledge another due time", space: overdueBoard, command: Acknowledge{Incident: firstID, Key: key("house/board"), Due: start}, refusal: []string{"due: house/board is due 2026-11-24 11:00 CET now, no longer 2026-11-23 10:00 CET"}},
		{name: "acknowledge too early", space: triaged, command: Acknowledge{Incident: firstID, Key: key("house/notify")}, refusal: []string{"rule: nothing is to be brought to mind of house/notify before 2026-11-24 23:00 CET"}},
		{name: "acknowledge what was seen too early", space: overdueBoard, command: Acknowledge{Incident: firstID, Key: key("house/board"), Seen: start}, refusal: []string{"nothing is to be brought to mind"}},
		{name: "acknowledge no clock", space: triaged, command: Acknowledge{Incident: firstID, Key: key("house/review")}, refusal: []string{"rule: house/review counts towards no time now"}},
		{name: "acknowledge no rule", space: triaged, command: Acknowledge{Incident: firstID, Key: key("house/revue")}, refusal: []string{"did you mean house/review?"}},
		{name: "waive", space: triaged, command: Waive{firstID, key("house/regret"), "Ceo", "no harm"}, events: "obligation.waived"},
		{name: "waive what counts down", space: triaged, command: Waive{firstID, key("house/notify"), "Ceo", "no harm"}, events: "obligation.waived obligations.moved"},
		{name: "waive empty", space: triaged, command: Waive{Incident: firstID}, refusal: []string{"rule:", "decider: is empty", "rationale: is empty"}},
		{name: "waive twice", space: triaged, prepare: []Command{Waive{firstID, key("house/notify"), "Ceo", "no harm"}}, command: Waive{firstID, key("house/notify"), "Ceo", "no harm"}, refusal: []string{"house/notify is waived already"}},
		{name: "reinstate", space: triaged, prepare: []Command{Waive{firstID, key("house/notify"), "Ceo", "no harm"}}, command: Reinstate{firstID, key("house/notify"), "harm"}, events: "obligation.reinstated obligations.moved"},
		{name: "reinstate what counts", space: triaged, command: Reinstate{firstID, key("house/notify"), "harm"}, refusal: []string{"house/notify is not waived"}},
		{name: "reinstate unknown", space: triaged, command: Reinstate{firstID, key("a\x1b/b"), ""}, refusal: []string{"rule:", "reason: is empty"}},

		// Ends.
		{name: "link to itself", space: reported, command: LinkTo{firstID, firstID}, refusal: []string{"other:"}},
		{name: "link to nothing", space: reported, command: LinkTo{firstID, unknownID}, cause: ErrNotFound, refusal: []string{"INC-2026-0099"}},
		{name: "link", space: reported, prepare: []Command{Report{Title: "B"}}, command: LinkTo{firstID, secondID}, events: "incident.linked incident.linked"},
		{name: "link again", space: reported, prepare: []Command{Report{Title: "B"}, LinkTo{firstID, secondID}}, command: LinkTo{secondID, firstID}},
		{name: "duplicate of itself", space: reported, command: MarkDuplicate{Incident: firstID, Of: firstID}, refusal: []string{"of: is the same incident"}},
		{name: "duplicate of what ended", space: reported, prepare: []Command{Report{Title: "B"}, MarkFalse{secondID, "test"}}, command: MarkDuplicate{Incident: firstID, Of: secondID}, refusal: []string{"of: INC-2026-0002 has ended (false positive); accepted: an open incident"}},
		{name: "merge into itself", space: reported, command: Merge{Incident: firstID, Into: firstID}, refusal: []string{"into: is the same incident"}},
		{name: "false positive", space: reported, command: MarkFalse{firstID, "a test"}, events: "incident.closed"},
		{name: "false positive with no reason", space: reported, command: MarkFalse{Incident: firstID}, refusal: []string{"reason: is empty; accepted: what it was instead"}},
		{name: "close unresolved", space: reported, command: Close{Incident: firstID}, refusal: []string{`resolved: is not stated`}},
		{name: "close with promises", space: triaged, prepare: []Command{resolve}, command: Close{Incident: firstID}, cause: ErrUndecided, refusal: []string{"running: Notify customers (house/notify)", "open: Say sorry (house/regret)", "Review (house/review)", "Tell the board (house/board)"}},
		{name: "close with tasks", space: reported, prepare: []Command{resolve1(), SetSeverity{Incident: firstID, Level: "low", Reason: "r"}, Triage{Incident: firstID, Types: []string{"breach"}}}, command: Close{Incident: firstID}, cause: ErrGate, refusal: []string{"(assess)", "(isolate)", "(rotate)"}},
		{name: "close overridden", space: reported, prepare: []Command{resolve1(), SetSeverity{Incident: firstID, Level: "low", Reason: "r"}, Triage{Incident: firstID, Types: []string{"breach"}}}, command: Close{Incident: firstID, Override: "nothing to do"}, events: "incident.closed"},
		{name: "work on what ended", space: reported, prepare: []Command{MarkFalse{firstID, "test"}}, command: SetPhase{Incident: firstID, Phase: "contain", Override: "o"}, refusal: []string{"INC-2026-0001 has ended (false positive): reopen it first"}},
		{name: "note on what ended", space: reported, prepare: []Command{MarkFalse{firstID, "test"}}, command: AddNote{firstID, "still"}, events: "note.written"},
		{name: "reopen", space: reported, prepare: []Command{MarkFalse{firstID, "test"}}, command: Reopen{firstID, "it was real"}, events: "incident.reopened"},
		{name: "reopen what is open", space: reported, command: Reopen{firstID, "r"}, refusal: []string{"incident: INC-2026-0001 is open"}},
		{name: "reopen with no reason", space: reported, prepare: []Command{MarkFalse{firstID, "test"}}, command: Reopen{Incident: firstID}, refusal: []string{"reason: is empty"}},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			s := step.space(t)
			for _, c := range step.prepare {
				s.do(c)
			}
			if step.refusal != nil {
				checkRefusal(t, s.refused(step.command), step.cause, step.refusal)
				return
			}
			if got := strings.Join(kinds(s.do(step.command)), " "); got != step.events {
				t.Errorf("events: %s\nwant:   %s", got, step.events)
			}
		})
	}
}

// resolve1 states that the first incident was resolved when it was reported.
func resolve1() Command { return stated(firstID, "resolved", "2026-11-23T09:00:00Z") }

func kinds(bodies []Body) []string {
	var kinds []string
	for _, b := range bodies {
		kinds = append(kinds, b.Kind())
	}
	return kinds
}

func checkRefusal(t *testing.T, r *Refusal, cause error, fragments []string) {
	t.Helper()
	if !errors.Is(r, ErrRefused) {
		t.Error("the refusal does not match ErrRefused")
	}
	if cause != nil && !errors.Is(r, cause) || cause == nil && r.Cause != nil {
		t.Errorf("cause: %v, want %v", r.Cause, cause)
	}
	for _, fragment := range fragments {
		if !strings.Contains(r.Error(), fragment) {
			t.Errorf("refusal:\n%s\nlacks %q", r, fragment)
		}
	}
	if got := r.Error(); CleanText(got) != got {
		t.Errorf("refusal is not clean: %q", got)
	}
	for _, f := range r.Fields {
		if f.Field == "" || f.Accepts == "" {
			t.Errorf("%q does not say what would be accepted", f)
		}
	}
}

func TestReportDefaults(t *testing.T) {
	s := newSpace(t)
	s.now = start.Add(123456789 * time.Nanosecond)
	s.do(Report{Title: "  A\ttitle \x1b[31m", Systems: []string{"b", " b ", "", "a"}, Types: []string{}})
	i := s.incident(firstID)
	ms := start.Add(123 * time.Millisecond)
	switch {
	case i.Title != "A title", i.TLP != TLPAmber, i.Phase() != "detect", i.OpenedBy != "Olga", !i.Opened.Equal(ms), !i.Triaged.IsZero():
		t.Errorf("reported as %+v", i)
	case !slices.Equal(i.Systems, []string{"b", "a"}), i.Types != nil:
		t.Errorf("lists are %q and %q", i.Systems, i.Types)
	case !slices.Equal(i.Packs, []policy.Ref{procedureRef, regimeRef}):
		t.Errorf("packs are %v", i.Packs)
	}
	for _, name := range []string{"detected", "reported"} {
		if f, ok := i.Fact(name); !ok || !f.Value.At.Equal(ms) || f.Value.At.Location() != time.UTC || f.By != "Olga" {
			t.Errorf("%s is %+v", name, f)
		}
	}
}

// An id counts within the civil year of the space's zone.
func TestIDsAtNewYear(t *testing.T) {
	cases := []struct {
		zone, now string
		want      ID
	}{
		{"Pacific/Auckland", "2026-12-31T10:59:59Z", "INC-2026-0001"},
		{"Pacific/Auckland", "2026-12-31T11:00:00Z", "INC-2027-0001"},
		{"UTC", "2026-12-31T23:59:59Z", "INC-2026-0001"},
		{"UTC", "2027-01-01T00:00:00Z", "INC-2027-0001"},
		{"America/Los_Angeles", "2027-01-01T07:59:59Z", "INC-2026-0001"},
	}
	for _, c := range cases {
		s := newSpace(t)
		s.do(Setup{Organisation: "Example", Zone: c.zone, Packs: []policy.Ref{procedureRef}})
		s.now = at(c.now)
		if got := s.do(Report{Title: "T"})[0].Incident(); got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.now, c.zone, got, c.want)
		}
	}
	s := newSpace(t)
	s.do(Report{Title: "A"})
	s.do(Report{Title: "B"})
	s.now = at("2027-03-01T00:00:00Z")
	s.do(Report{Title: "C"})
	for _, id := range []ID{"INC-2026-0001", "INC-2026-0002", "INC-2027-0001"} {
		s.incident(id)
	}
}

func TestConflicts(t *testing.T) {
	s := reported(t)
	base := s.incident(firstID).Revision
	s.do(SetSeverity{Incident: firstID, Level: "low", Reason: "r"})
	s.do(StateFact{firstID, Statement{Name: "detected", Value: Time(start.Add(-time.Minute)), Reason: "the log says so"}})
	s.do(Triage{Incident: firstID, Types: []string{"outage"}, Systems: []string{"db"}})

	r := s.refused(Triage{
		Incident: firstID, Base: base, Types: []string{"breach"}, Data: []string{"payment"}, Severity: "high", Reason: "worse",
		Facts: []Statement{{Name: "detected", Value: Time(start.Add(-time.Hour)), Reason: "no"}},
	})
	want := []Clash{
		{"types", "breach", "outage"},
		{"severity", "high", "low"},
		{"detected", "2026-11-23 09:00 CET", "2026-11-23 09:59 CET"},
	}
	if !errors.Is(r, ErrConflict) || !slices.Equal(r.Clashes, want) {
		t.Errorf("clashes: %v\nwant:    %v", r.Clashes, want)
	}
	// What nobody else edited, and what is the same on both sides, is no conflict.
	s.do(Triage{Incident: firstID, Base: base, Types: []string{"outage"}, Data: []string{"payment"}, Classification: Potential})
	title := "Other"
	s.do(Describe{Incident: firstID, Base: base, Title: &title})
	// The current revision and no revision at all may change anything.
	s.do(Triage{Incident: firstID, Base: s.incident(firstID).Revision, Types: []string{"breach"}})
	s.do(Triage{Incident: firstID, Types: []string{"outage"}})
	if r := s.refused(Describe{Incident: firstID, Base: base, Title: new(string)}); errors.Is(r, ErrConflict) {
		t.Errorf("bad input is told before a conflict, got %v", r)
	}
}

func TestDuesMoved(t *testing.T) {
	notify := func(s *space) { s.do(Submit{Incident: firstID, Key: key("house/notify")}) }
	cases := []struct {
		name    string
		prepare func(*space)
		command Command
		want    []string
	}{
		{"downgrade", nil, SetSeverity{Incident: firstID, Level: "low", Reason: "r"}, []string{
			"house/notify no longer applies 26T10:00 -", "house/update no longer applies 25T10:00 -",
			"house/regret no longer applies - -", "house/review no longer applies - -", "house/board no longer applies 24T10:00 -"}},
		{"downgrade in part", nil, SetSeverity{Incident: firstID, Level: "high", Reason: "r"}, []string{
			"house/update no longer applies 25T10:00 -", "house/regret no longer applies - -", "house/board no longer applies 24T10:00 -"}},
		{"upgrade", func(s *space) { s.do(SetSeverity{Incident: firstID, Level: "high", Reason: "r"}); s.wait(time.Hour) },
			SetSeverity{Incident: firstID, Level: "critical", Reason: "r"}, []string{
				"house/update applies - 25T10:00", "house/regret applies - -", "house/board applies - 24T10:00"}},
		{"correction", nil, StateFact{firstID, Statement{Name: "confirmed", Value: Time(at("2026-11-23T09:30:00Z")), Reason: "r"}}, []string{
			"house/notify moves 26T10:00 26T09:30", "house/board moves 24T10:00 24T09:30"}},
		{"not known when", nil, StateFact{firstID, Statement{Name: "confirmed", Reason: "r"}}, []string{
			"house/notify cannot be excluded 26T10:00 26T09:00", "house/regret cannot be excluded - -", "house/board cannot be excluded 24T10:00 24T09:00"}},
		{"known when after all", func(s *space) { s.do(StateFact{firstID, Statement{Name: "confirmed", Reason: "r"}}) },
			StateFact{firstID, Statement{Name: "confirmed", Value: Time(at("2026-11-23T09:30:00Z")), Reason: "r"}}, []string{
				"house/notify applies 26T09:00 26T09:30", "house/regret applies - -", "house/board applies 24T09:00 24T09:30"}},
		{"the worst case is earlier", func(s *space) { s.do(StateFact{firstID, Statement{Name: "confirmed", Reason: "r"}}) },
			StateFact{firstID, Statement{Name: "occurred", Value: Time(at("2026-11-23T08:00:00Z"))}}, []string{
				"house/notify moves 26T09:00 26T08:00", "house/board moves 24T09:00 24T08:00"}},
		{"not known when, and it has not happened", func(s *space) { s.do(StateFact{firstID, Statement{Name: "confirmed", Reason: "r"}}) },
			StateFact{firstID, Statement{Name: "confirmed", Value: Value{Answer: policy.No}, Reason: "r"}}, []string{
				"house/notify stops 26T09:00 -", "house/regret stops - -", "house/board stops 24T09:00 -"}},
		{"withdrawal", nil, StateFact{firstID, Statement{Name: "confirmed", Value: Value{Answer: policy.No}, Reason: "r"}}, []string{
			"house/notify stops 26T10:00 -", "house/regret stops - -", "house/board stops 24T10:00 -"}},
		{"submission", nil, Submit{Incident: firstID, Key: key("house/notify")}, []string{"house/notify met 26T10:00 -"}},
		{"update", nil, Submit{Incident: firstID, Key: key("house/update")}, []string{"house/update met 25T10:00 24T11:00"}},
		{"fact that meets", nil, StateFact{firstID, Statement{Name: "board_told", Value: Time(at("2026-11-23T11:00:00Z"))}}, []string{"house/board met 24T10:00 -"}},
		{"fact that met, withdrawn", func(s *space) { s.do(stated(firstID, "board_told", "2026-11-23T11:00:00Z")) },
			StateFact{firstID, Statement{Name: "board_told", Reason: "r"}}, []string{"house/board starts - 24T10:00"}},
		{"resolved", nil, stated(firstID, "resolved", "2026-11-23T11:00:00Z"), []string{"house/review starts - 23T23:00"}},
		{"waiver", nil, Waive{firstID, key("house/notify"), "Ceo", "r"}, []string{"house/notify stops 26T10:00 -"}},
		{"reinstated", func(s *space) { s.do(Waive{firstID, key("house/notify"), "Ceo", "r"}) },
			Reinstate{firstID, key("house/notify"), "r"}, []string{"house/notify starts - 26T10:00"}},
		{"aware", nil, stated(firstID, "aware", "2026-11-23T11:00:00Z"), []string{"law/authority cannot be excluded - 26T11:00"}},
		{"excluded", func(s *space) { s.do(stated(firstID, "aware", "2026-11-23T11:00:00Z")) },
			answered(firstID, "risk", policy.No, ""), []string{"law/authority is excluded 26T11:00 -"}},
		{"certain", func(s *space) { s.do(stated(firstID, "aware", "2026-11-23T11:00:00Z")) },
			answered(firstID, "risk", policy.Yes, ""), []string{"law/authority applies 26T11:00 26T11:00"}},
		{"days in the authority's zone", func(s *space) { s.do(stated(firstID, "aware", "2026-11-23T11:00:00Z")) },
			Triage{Incident: firstID, Types: []string{"outage"}}, []string{"law/yearly applies - 24T15:00"}},
		{"false positive", notify, MarkFalse{firstID, "r"}, []string{"house/update stops 25T10:00 -", "house/board stops 24T10:00 -"}},
		{"reopened", func(s *space) { notify(s); s.do(MarkFalse{firstID, "r"}) }, Reopen{firstID, "r"}, []string{
			"house/update starts - 25T10:00", "house/board starts - 24T10:00"}},
		{"note", nil, AddNote{firstID, "n"}, nil},
		{"role", nil, Assign{firstID, Holding{"lead", "Ann"}}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := triaged(t)
			if c.prepare != nil {
				c.prepare(s)
			}
			if got := moves(s.do(c.command)); !slices.Equal(got, c.want) {
				t.Errorf("moves:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// A downgrade keeps its history: what no longer applies is still shown, and
// does not apply a second time.
func TestAppliedStays(t *testing.T) {
	s := triaged(t)
	s.do(SetSeverity{Incident: firstID, Level: "low", Reason: "r"})
	states := make(map[string]policy.State)
	for _, o := range s.state.Obligations(s.incident(firstID)) {
		states[o.Key().String()] = o.State(s.now)
	}
	if states["house/notify"] != policy.NoLongerApplies || states["house/board"] != policy.NoLongerApplies {
		t.Errorf("states: %v", states)
	}
	if got := moves(s.do(StateFact{firstID, Statement{Name: "confirmed", Value: Time(start), Reason: "r"}})); got != nil {
		t.Errorf("what does not apply moved: %v", got)
	}
}

func TestMerge(t *testing.T) {
	s := triaged(t) // confirmed at 10:00
	s.do(Assign{firstID, Holding{"lead", "Ann"}})
	s.do(stated(firstID, "aware", "2026-11-23T09:30:00Z"))
	s.do(StateFact{firstID, Statement{Name: "occurred", Value: Time(at("2026-11-23T08:50:00Z"))}})
	s.do(Report{Title: "B", Systems: []string{"db"}, Detected: at("2026-11-23T08:00:00Z")})
	s.do(stated(secondID, "aware", "2026-11-23T10:30:00Z"))
	bodies := s.do(Merge{Incident: firstID, Into: secondID, Reason: "same traces"})
	i, into := s.incident(firstID), s.incident(secondID)
	if i.Outcome != Merged || !slices.Equal(i.Links, []Link{{MergedInto, secondID}}) || !slices.Equal(into.Links, []Link{{MergedFrom, firstID}}) {
		t.Errorf("%s ended as %q with links %v and %v", firstID, i.Outcome, i.Links, into.Links)
	}
	if into.Severity() != "critical" || into.Classification != Confirmed || !slices.Equal(into.Types, []string{"breach"}) || !slices.Equal(into.Systems, []string{"db"}) || !slices.Equal(into.Holders("lead"), []string{"Ann"}) {
		t.Errorf("merged into %+v", into)
	}
	for name, want := range map[string]string{"aware": "23T09:30", "confirmed": "23T10:00", "detected": "23T08:00"} {
		if f, _ := into.Fact(name); clock(f.Value.At) != want {
			t.Errorf("%s is %s, want %s", name, clock(f.Value.At), want)
		}
	}
	// What was detected earlier cannot have occurred later.
	if f, stated := into.Fact("occurred"); stated {
		t.Errorf("occurred was carried: %v", f.Value)
	}
	got := moves(bodies)
	for _, want := range []string{"house/notify applies - 26T10:00", "law/authority moves 26T10:30 26T09:30", "house/notify stops 26T10:00 -"} {
		if !slices.Contains(got, want) {
			t.Errorf("moves %q lack %q", got, want)
		}
	}
}

// An earlier moment of knowledge counts for a duplicate too.
func TestDuplicate(t *testing.T) {
	s := reported(t)
	s.wait(time.Hour)
	s.do(Report{Title: "B"})
	s.do(stated(secondID, "aware", "2026-11-23T08:00:00Z"))
	s.do(stated(firstID, "aware", "2026-11-23T09:00:00Z"))
	s.do(MarkDuplicate{Incident: secondID, Of: firstID, Reason: "same"})
	f, _ := s.incident(firstID).Fact("aware")
	if clock(f.Value.At) != "23T08:00" || len(f.Earlier) != 1 || clock(f.Earlier[0].Value.At) != "23T09:00" {
		t.Errorf("aware is %+v", f)
	}
	second := s.incident(secondID)
	if second.Outcome != Duplicate || !slices.Equal(second.Links, []Link{{DuplicateOf, firstID}}) {
		t.Errorf("%s ended as %q with links %v", secondID, second.Outcome, second.Links)
	}
	if f, _ := second.Fact("aware"); len(f.Earlier) != 0 {
		t.Error("the duplicate's own fact changed")
	}
}

func TestCloseAndReopen(t *testing.T) {
	s := triaged(t)
	s.do(stated(firstID, "resolved", "2026-11-23T11:00:00Z"))
	s.do(Submit{Incident: firstID, Key: key("house/notify")})
	s.do(Submit{Incident: firstID, Key: key("house/update")})
	s.do(Submit{Incident: firstID, Key: key("house/regret")})
	s.do(Waive{firstID, key("house/review"), "Ceo", "small"})
	s.do(stated(firstID, "board_told", "2026-11-23T11:00:00Z"))
	s.do(Close{Incident: firstID, Summary: "done", Override: "nothing to isolate"})
	if i := s.incident(firstID); i.Outcome != Resolved || !i.Closed.Equal(s.now) {
		t.Fatalf("closed as %q at %v", i.Outcome, i.Closed)
	}
	s.wait(time.Hour)
	bodies := s.do(Reopen{firstID, "more traces"})
	if got, want := kinds(bodies), []string{"incident.reopened", "fact.corrected", "obligations.moved"}; !slices.Equal(got, want) {
		t.Errorf("reopening led to %v", got)
	}
	i := s.incident(firstID)
	if f, _ := i.Fact("resolved"); !i.Open() || !i.Closed.IsZero() || i.Reopened != 1 || !f.Value.At.IsZero() || len(f.Earlier) != 1 {
		t.Errorf("reopened as %+v, resolved %+v", i, f)
	}
	if got, want := moves(bodies), []string{"house/update starts - 24T11:00"}; !slices.Equal(got, want) {
		t.Errorf("moves: %v, want %v", got, want)
	}
}

func TestRights(t *testing.T) {
	const may = "owner lead responder communications leadership reporter auditor wall"
	cases := []struct {
		command Command
		roles   string
	}{
		{Setup{}, "owner"}, {AdoptPack{}, "owner"}, {AdoptCalendar{}, "owner"},
		{Report{}, "owner lead responder communications leadership reporter"},
		{Describe{}, "owner lead responder communications"},
		{Triage{}, "owner lead responder"},
		{StateFact{}, "owner lead responder communications"}, {StateFacts{}, "owner lead responder communications"},
		{SetSeverity{}, "owner lead responder"},
		{SetPhase{}, "owner lead responder"},
		{SetTask{}, "owner lead responder communications"},
		{AddTask{}, "owner lead responder communications"},
		{Assign{}, "owner lead responder"}, {Unassign{}, "owner lead responder"},
		{AddNote{}, "owner lead responder communications leadership"},
		{Submit{}, "owner lead responder communications"},
		{Waive{}, "owner lead leadership"}, {Reinstate{}, "owner lead leadership"},
		{LinkTo{}, "owner lead responder"}, {MarkDuplicate{}, "owner lead responder"},
		{AddEvidence{}, "owner lead responder"}, {MoveEvidence{}, "owner lead responder"}, {ExportEvidence{}, "owner lead responder"},
		{VerifyEvidence{}, "owner lead responder auditor"}, {RemoveUnnamed{}, "owner lead"},
		{DraftNotice{}, "owner lead responder communications"}, {EditNotice{}, "owner lead responder communications"}, {ProposeNotice{}, "owner lead responder communications"},
		{ApproveNotice{}, "owner lead responder communications leadership"}, {RejectNotice{}, "owner lead responder communications leadership"},
		{OverrideApproval{}, "owner lead responder communications leadership"}, {ReleaseNotice{}, "owner lead responder communications"},
		{FileNotice{}, "owner lead responder communications"}, {WithdrawNotice{}, "owner lead responder communications"},
		{PauseNotice{}, "owner lead responder communications"}, {ResumeNotice{}, "owner lead responder communications"}, {CancelNotice{}, "owner lead responder communications"},
		{ProveNotice{}, "owner lead leadership auditor"}, {NoMaterialFacts{}, "owner lead leadership"}, {AttemptDelivery{}, "owner"}, {RecordDelivery{}, "owner"},
		{RecordContact{}, "owner lead responder communications"}, {RecordReceipt{}, "owner lead responder communications"}, {RecordBounce{}, "owner lead responder communications"},
		{GiveUp{}, "owner lead responder communications"}, {RetryDelivery{}, "owner lead responder communications"},
		{Suspend{}, "owner lead leadership"}, {Lift{}, "owner lead leadership"},
		{Acknowledge{}, "owner lead responder communications leadership"}, {See{}, "owner lead responder communications leadership auditor"},
		{ChangePacks{}, "owner lead"}, {Merge{}, "owner lead"}, {MarkFalse{}, "owner lead"}, {Close{}, "owner lead"}, {Reopen{}, "owner lead"},
		{PlaceHold{}, "owner lead"}, {ReleaseHold{}, "owner"}, {AcceptRecord{}, "owner"}, {ForgetPerson{}, "owner"}, {ForgetReporter{}, "owner"},
		{SetRetention{}, "owner"}, {MarkDeleted{}, "owner lead"}, {WithdrawDeletion{}, "owner lead"}, {Sweep{}, "owner"}, {CopyRecord{}, "owner"},
		{ImportOpen{}, "owner lead"}, {ImportRows{}, "owner lead"}, {ImportClose{}, "owner lead"},
		{AddPerson{}, "owner"}, {SetRole{}, "owner"}, {AddKey{}, "owner"}, {RemoveKey{}, "owner"}, {RevokePerson{}, "owner"},
		{SetAccessRule{}, "owner"}, {TrustAuthority{}, "owner"}, {DistrustAuthority{}, "owner"}, {RevokeSessions{}, "owner"}, {RefuseLogIn{}, "owner"},
		{SetChannel{}, "owner"}, {RemoveChannel{}, "owner"}, {TestChannel{}, "owner"},
		{CustomersOpen{}, "owner lead"}, {CustomersTake{}, "owner lead"}, {CustomersClose{}, "owner lead"}, {ForgetCustomer{}, "owner"},
		{AffectedOpen{}, "owner lead responder communications"}, {AffectedTake{}, "owner lead responder communications"}, {AffectedClose{}, "owner lead responder communications"},
		{EnrolFactor{Person: "Ann"}, may}, {RemoveFactor{Person: "Ann"}, may}, {LogIn{}, may}, {LogOut{}, may},
	}
	listed := make(map[string]bool)
	for _, c := range cases {
		kind := c.command.Kind()
		listed[kind] = true
		if _, ok := rights[kind]; !ok {
			t.Errorf("%s is not in the table of rights", kind)
		}
		for _, role := range append(strings.Fields(may), "", "Owner", "king") {
			want := slices.Contains(strings.Fields(c.roles), role)
			if Role(role).May(kind) != want {
				t.Errorf("%q may %s: %v, want %v", role, kind, !want, want)
			}
			_, err := Decide(&State{}, Actor{Name: "Ann", Role: Role(role)}, c.command, start)
			if errors.Is(err, ErrForbidden) == want {
				t.Errorf("%q deciding %s: %v", role, kind, err)
			}
			for _, came := range append(Roles(), "") { // what somebody came as counts for nothing
				registered := &State{Meta: Meta{Zone: "UTC", Access: Access{People: []Person{{Name: "Ann", Role: Role(role)}}}}}
				_, err := Decide(registered, Actor{Name: "Ann", Role: came}, c.command, start)
				if errors.Is(err, ErrForbidden) == want {
					t.Errorf("%q, registered, deciding %s as %q: %v", role, kind, came, err)
				}
			}
		}
	}
	for kind := range rights {
		if !listed[kind] {
			t.Errorf("the table of rights knows %q, which no test does", kind)
		}
	}
	if len(cases) != len(commandTypes(t)) {
		t.Errorf("%d commands are tested, command.go has %d", len(cases), len(commandTypes(t)))
	}
}

func TestActors(t *testing.T) {
	s := reported(t)
	for _, c := range []struct {
		actor Actor
		want  string
	}{
		{Actor{Role: Owner}, "an actor has a name"},
		{Actor{Name: "Eve\x1b[2J", Role: Owner}, `"Eve" is no name for the record`},
		{Actor{Name: strings.Repeat("x", MaxLine+1), Role: Owner}, "at most 200 characters"},
		{Actor{Name: "Ann", Role: Responder}, "Ann may not do this (close) as responder; accepted: owner, lead"},
		{Actor{Name: "Ann"}, "as (none); accepted: owner, lead"},
	} {
		_, err := Decide(&s.state, c.actor, Close{Incident: firstID}, s.now)
		if !errors.Is(err, ErrForbidden) || !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.actor, err, c.want)
		}
	}
}

// stranger is a command that Decide does not know.
type stranger struct{ Close }

func TestUnknownCommands(t *testing.T) {
	s := reported(t)
	for _, c := range []Command{&Report{Title: "T"}, &Close{Incident: firstID}, stranger{Close{Incident: firstID}}} {
		if _, err := Decide(&s.state, owner, c, s.now); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%T: %v", c, err)
		}
	}
}

func TestRefusal(t *testing.T) {
	r := &Refusal{
		Cause: ErrConflict, Reason: "Why.", Fields: []FieldError{{Row: 3, Field: "f", Problem: "p", Accepts: "a"}, {Problem: "q"}},
		Open: []string{"one"}, Clashes: []Clash{{"f", "mine", "theirs"}},
	}
	const want = "Why.\nrow 3: f: p; accepted: a\nq\n  · one\n  · f: yours \"mine\", now \"theirs\""
	if r.Error() != want {
		t.Errorf("%s\nwant\n%s", r, want)
	}
	if got := (&Refusal{Cause: ErrForbidden}).Error(); got != ErrForbidden.Error() {
		t.Errorf("a bare refusal says %q", got)
	}
	if wrapped := fmt.Errorf("context: %w", r); !errors.Is(wrapped, ErrRefused) || !errors.Is(wrapped, ErrConflict) || errors.Is(wrapped, ErrGate) {
		t.Error("a refusal matches ErrRefused and its cause, nothing else")
	}
}
