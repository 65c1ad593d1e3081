package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// fill draws a value of any type that occurs in a command, so that no field of
// no command is left out.
func fill(t *rapid.T, v reflect.Value, name string) {
	if draw, ok := drawn[v.Type()]; ok {
		v.Set(reflect.ValueOf(draw(t, name)).Convert(v.Type()))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(word(name).Draw(t, name))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, name))
	case reflect.Int, reflect.Uint64, reflect.Uint8:
		n := rapid.IntRange(0, 30).Draw(t, name)
		v.Set(reflect.ValueOf(n).Convert(v.Type()))
	case reflect.Struct:
		for k := range v.NumField() {
			fill(t, v.Field(k), v.Type().Field(k).Name)
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, name) {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), name)
		}
	case reflect.Slice:
		n := rapid.IntRange(-1, 2).Draw(t, name)
		if n < 0 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for k := range n {
			fill(t, v.Index(k), name)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 2).Draw(t, name) {
			year := rapid.SampledFrom([]int{2024, 2025, 2026}).Draw(t, name)
			v.SetMapIndex(reflect.ValueOf(year), reflect.ValueOf(rapid.IntRange(1, 3).Draw(t, name)))
		}
	default:
		panic(fmt.Sprintf("nothing draws a %s", v.Type()))
	}
}

// drawn are the types whose values must make sense now and then.
var drawn = map[reflect.Type]func(*rapid.T, string) any{
	reflect.TypeFor[time.Time](): func(t *rapid.T, name string) any {
		return rapid.SampledFrom([]time.Time{{}, {}, start, start.Add(-time.Hour), start.Add(time.Hour + 1), start.Add(500 * time.Microsecond), at("2025-12-31T23:30:00Z"), start.Add(1000 * time.Hour)}).Draw(t, name)
	},
	reflect.TypeFor[Statement](): func(t *rapid.T, name string) any {
		st := Statement{Name: word("Name").Draw(t, "fact"), Reason: rapid.SampledFrom([]string{"", "", "it was wrong"}).Draw(t, "reason")}
		if answer := policy.Answer(rapid.Uint8Range(0, 3).Draw(t, "answer")); st.Name == "risk" || st.Name == "personal_data" || answer > policy.Yes {
			st.Value.Answer = answer
			return st
		}
		hours := rapid.IntRange(-30, 40).Draw(t, "hours")
		st.Value = Value{At: start.Add(time.Duration(hours)*time.Hour + 1500*time.Microsecond)}
		return st
	},
	reflect.TypeFor[Customer](): func(t *rapid.T, name string) any {
		one := someCustomer(rapid.SampledFrom([]string{"C-1", "C-2", "C-3", "C-4"}).Draw(t, "id"))
		one.Tier = rapid.SampledFrom([]Tier{TierPaid, TierPaid, TierFree, "gold"}).Draw(t, "tier")
		one.Name, one.Terms = word("name").Draw(t, "name"), rapid.SampledFrom([]string{"", "", "48h", "x"}).Draw(t, "terms")
		return one
	},
	reflect.TypeFor[Unnamed](): func(t *rapid.T, name string) any {
		return Unnamed{Name: rapid.SampledFrom([]string{emptyDigest, emptyDigest, emptyDigest, "mail.log"}).Draw(t, name), Size: 7}
	},
	reflect.TypeFor[policy.RuleKey](): func(t *rapid.T, name string) any {
		return key(rapid.SampledFrom([]string{"house/notify", "house/update", "house/regret", "house/review", "house/board", "law/authority", "LAW/yearly", "no/rule"}).Draw(t, name))
	},
	reflect.TypeFor[NoticeKind](): func(t *rapid.T, name string) any {
		return rapid.SampledFrom(append(NoticeKinds(), "rumour")).Draw(t, name)
	},
	reflect.TypeFor[DeliveryOutcome](): func(t *rapid.T, name string) any {
		return rapid.SampledFrom(append(DeliveryOutcomes(), ToldAccepted, ToldAccepted, outcomeCount)).Draw(t, name)
	},
	reflect.TypeFor[policy.Ref](): func(t *rapid.T, name string) any {
		return rapid.SampledFrom([]policy.Ref{procedureRef, procedureRef, regimeRef, {ID: "house", Version: 2}}).Draw(t, name)
	},
	reflect.TypeFor[calendar.Period](): func(t *rapid.T, name string) any {
		return rapid.SampledFrom([]calendar.Period{{}, {}, {N: 1, Unit: calendar.Days}, {N: 30, Unit: calendar.Days}, {N: 12, Unit: calendar.Months}, {N: 3, Unit: "why"}, {N: -1}}).Draw(t, name)
	},
	reflect.TypeFor[Role](): func(t *rapid.T, name string) any {
		return rapid.SampledFrom(append(Roles(), Owner, "king", "\x1b[2J")).Draw(t, name)
	},
	reflect.TypeFor[AccessKey](): func(t *rapid.T, name string) any {
		return rapid.SampledFrom([]AccessKey{accessKey(1), accessKey(1), accessKey(2), accessKey(3), {}, {Fingerprint: "SHA256:\x1b[31m", Type: "\u202e"}}).Draw(t, name)
	},
	reflect.TypeFor[AddPerson](): func(t *rapid.T, name string) any {
		c := AddPerson{Name: word("Person").Draw(t, "person"), Role: rapid.SampledFrom([]Role{Owner, Lead, Reporter}).Draw(t, "role")}
		if rapid.Bool().Draw(t, "has a key") {
			c.Keys = []AccessKey{accessKey(rapid.IntRange(1, 3).Draw(t, "key"))}
		}
		return c
	},
	reflect.TypeFor[*policy.Pack](): func(t *rapid.T, name string) any {
		return rapid.SampledFrom([]*policy.Pack{procedurePack(1), procedurePack(2), regimePack(), {}, nil}).Draw(t, name)
	},
	reflect.TypeFor[*calendar.Edition](): func(t *rapid.T, name string) any {
		return rapid.SampledFrom([]*calendar.Edition{homeCalendar(1), homeCalendar(2, "2026-12-24"), {}, nil}).Draw(t, name)
	},
}

// word draws texts that fit a field, and some that do not.
func word(field string) *rapid.Generator[string] {
	fits := map[string][]string{
		"Incident": {"INC-2026-0001", "INC-2026-0002", "INC-2026-0003"}, "Other": {"INC-2026-0001", "INC-2026-0002"},
		"Of": {"INC-2026-0001", "INC-2026-0002"}, "Into": {"INC-2026-0001", "INC-2026-0002"},
		"Calendar": {"", "home"}, "Zone": {"Europe/Berlin", "UTC"}, "TLP": {"", "RED"}, "Types": {"breach", "outage"}, "Data": {"personal"},
		"Classification": {"", "confirmed", "potential"}, "Severity": {"", "low", "high", "critical"}, "Level": {"low", "high", "critical"},
		"Criteria": {"customers notice", "everything is down"}, "Role": {"lead", "technical"}, "Person": {"Ann", "Ben"}, "Assignee": {"Ann"},
		"Name":  {"aware", "confirmed", "impact_confirmed", "occurred", "resolved", "board_told", "personal_data", "risk"},
		"Phase": {"", "detect", "contain", "review"}, "Task": {"assess", "look", "isolate", "rotate", "added-1"}, "State": {"", "done", "not needed"},
		"Batch": {"b1", "b1", "b2"}, "External": {"", "A-1", "A-2"}, "Outcome": {"", "resolved"}, "Abandon": {"", "", "wrong"},
		"Item": {"E-1", "e-1", "2"}, "Deed": {"collected", "transferred", "examined", "returned", "released"}, "From": {"", "", "Ann", "Olga", "192.0.2.77"}, "Fingerprint": {"", accessKey(1).Fingerprint},
		"What": {"log", "disk-image"}, "SHA256": {emptyDigest}, "Way": {"backup", "export", "restored"}, "Found": {"intact", "changed", "missing"}, "Title": {"a title"},
		"Notice": {"N1", "n2", "3"}, "Groups": {"A1"}, "Group": {"", "A1"}, "Language": {"en", "de"}, "Subject": {"What happened"}, "Body": {"It happened."}, "Corrects": {"", "", "N1"}, "How": {"telephone", "read"},
	}
	texts := fits[field]
	if texts == nil {
		texts = []string{"", "why", "because\nof this"}
	}
	texts = slices.Concat(texts, texts, texts, []string{"x\x1b[31m\u202e\xff"})
	return rapid.SampledFrom(texts)
}

// commands has one of each kind; most turns go to what works on incidents.
var commands = []Command{
	AdoptCalendar{},
	Setup{}, AdoptPack{}, Report{}, Describe{}, Triage{}, StateFact{}, StateFacts{}, SetSeverity{}, SetPhase{}, SetTask{}, AddTask{}, Assign{}, Unassign{}, AddNote{},
	Submit{}, Waive{}, Reinstate{}, Suspend{}, Suspend{}, Lift{}, Acknowledge{}, ChangePacks{}, AddEvidence{}, AddEvidence{}, MoveEvidence{}, MoveEvidence{}, VerifyEvidence{}, ExportEvidence{}, LinkTo{}, MarkDuplicate{}, Merge{}, MarkFalse{}, Close{}, Reopen{}, ImportOpen{}, ImportRows{}, ImportClose{}, PlaceHold{}, ReleaseHold{}, AcceptRecord{}, ForgetPerson{}, ForgetReporter{},
	DraftNotice{}, DraftNotice{}, EditNotice{}, EditNotice{}, ProposeNotice{}, ProposeNotice{}, ApproveNotice{}, RejectNotice{}, OverrideApproval{}, ReleaseNotice{}, FileNotice{}, WithdrawNotice{},
	PauseNotice{}, ResumeNotice{}, CancelNotice{}, AttemptDelivery{}, RecordDelivery{}, RecordContact{}, RecordReceipt{}, RecordBounce{}, GiveUp{}, RetryDelivery{}, ProveNotice{}, NoMaterialFacts{},
	SetRetention{}, MarkDeleted{}, MarkDeleted{}, WithdrawDeletion{}, Sweep{}, CopyRecord{}, RemoveUnnamed{},
	AddPerson{}, AddPerson{}, SetRole{}, AddKey{}, RemoveKey{}, RevokePerson{}, SetAccessRule{}, TrustAuthority{}, DistrustAuthority{}, EnrolFactor{}, RemoveFactor{}, RevokeSessions{}, LogIn{}, LogOut{}, RefuseLogIn{},
	SetChannel{}, SetChannel{}, RemoveChannel{}, TestChannel{},
	CustomersOpen{}, CustomersTake{}, CustomersTake{}, CustomersClose{}, ForgetCustomer{}, AffectedOpen{}, AffectedOpen{}, AffectedTake{}, AffectedTake{}, AffectedClose{},
	See{}, See{}, StateFact{}, StateFact{}, StateFact{}, Triage{}, Triage{}, Submit{}, Submit{}, Waive{}, Acknowledge{}, Acknowledge{}, Close{}, Reopen{}, Reopen{}, Reopen{}, Reopen{}, Reopen{},
}

func drawCommand(t *rapid.T) Command {
	kind := rapid.SampledFrom(commands).Draw(t, "command")
	v := reflect.New(reflect.TypeOf(kind)).Elem()
	fill(t, v, v.Type().Name())
	return v.Interface().(Command)
}

func written(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// seen is everything that a reader may have been handed, as it was then.
type seen struct {
	incidents map[*Incident]string
	metas     []Meta
	texts     []string
}

func (s *seen) keep(state *State) {
	for _, i := range state.Incidents {
		if _, known := s.incidents[i]; !known {
			s.incidents[i] = written(i)
		}
	}
	s.metas, s.texts = append(s.metas, state.Meta), append(s.texts, written(state.Meta))
}

func (s *seen) check(t *rapid.T) {
	for i, before := range s.incidents {
		if now := written(i); now != before {
			t.Fatalf("a published incident changed:\n%s\n%s", before, now)
		}
	}
	for k := range s.metas {
		if now := written(s.metas[k]); now != s.texts[k] {
			t.Fatalf("a copy of Meta changed:\n%s\n%s", s.texts[k], now)
		}
	}
}

func TestAnyStream(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSpace(t)
		s.do(Report{Title: "A"})
		s.do(Report{Title: "B"})
		handed := &seen{incidents: make(map[*Incident]string)}
		for range rapid.IntRange(1, 40).Draw(t, "commands") {
			s.wait(time.Duration(rapid.IntRange(0, 3600).Draw(t, "wait")) * time.Second)
			handed.keep(&s.state)
			oneCommand(t, s)
		}
		handed.check(t)
		checkReplay(t, s)
		checkCustody(t, s)
		checkStandings(t, s)
	})
}

// oneCommand decides a command twice and folds what it leads to.
func oneCommand(t *rapid.T, s *space) {
	c := drawCommand(t)
	input, before := written(c), written(s.state)
	first, err := Decide(&s.state, owner, c, s.now)
	second, errAgain := Decide(&s.state, owner, c, s.now)
	if written(first) != written(second) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
		t.Fatalf("%s is decided differently the second time", input)
	}
	if now := written(s.state); now != before {
		t.Fatalf("deciding %s changed the state", input)
	}
	if now := written(c); now != input {
		t.Fatalf("deciding changed the command:\n%s\n%s", input, now)
	}
	if err != nil {
		if !errors.Is(err, ErrRefused) || len(first.Bodies) > 0 || CleanText(err.Error()) != err.Error() {
			t.Fatalf("%s: %q", input, err)
		}
		return
	}
	owed := dueTimes(&s.state)
	zone, batch := s.state.Meta.Zone, first.Batch
	bodies, err := s.apply(owner, c)
	if err != nil {
		t.Fatal(err)
	}
	if zone == s.state.Meta.Zone && batch == "" {
		checkMoves(t, owed, &s.state, bodies, input)
	}
	for _, body := range bodies {
		if text := written(body); strings.Contains(text, "\u202e") || strings.Contains(text, `\u001b`) {
			t.Fatalf("unclean text in the record: %s", text)
		}
		if e := Tell(Event{Body: body}, []*policy.Pack{procedurePack(1)}, time.UTC); e.What == "" || strings.Contains(e.What, "\n") || strings.Contains(e.What, "%!") {
			t.Fatalf("%s is told as %q", body.Kind(), e.What)
		}
	}
}

// owedDue is what is owed for one rule of one incident.
type owedDue struct {
	id  ID
	key policy.RuleKey
}

func dueTimes(s *State) map[owedDue]time.Time {
	dues := make(map[owedDue]time.Time)
	for _, i := range s.Incidents {
		for _, o := range s.Obligations(i) {
			if !o.Strict.IsZero() {
				dues[owedDue{i.ID, o.Key()}] = o.Strict
			}
		}
	}
	return dues
}

// checkMoves holds that every change of a due time is among the events, with
// both sides, and nothing else is.
func checkMoves(t *rapid.T, before map[owedDue]time.Time, s *State, bodies []Body, command string) {
	told := make(map[owedDue]DueMove)
	for _, b := range bodies {
		if moved, ok := b.(*DuesMoved); ok {
			for _, m := range moved.Moves {
				told[owedDue{moved.ID, m.Key}] = m
			}
		}
	}
	after := dueTimes(s)
	for due, m := range told {
		if !m.Before.Equal(before[due]) || !m.After.Equal(after[due]) {
			t.Fatalf("%s: %s %s is told as %+v, but was %v and is %v", command, due.id, due.key, m, before[due], after[due])
		}
	}
	for _, dues := range []map[owedDue]time.Time{before, after} {
		for due := range dues {
			if _, ok := told[due]; !ok && !before[due].Equal(after[due]) && !imported(s, due.id, bodies) {
				t.Fatalf("%s: %s %s moved from %v to %v untold", command, due.id, due.key, before[due], after[due])
			}
		}
	}
}

// imported reports whether an incident became visible with the end of an
// import: its obligations are as old as it is.
func imported(s *State, id ID, bodies []Body) bool {
	return len(bodies) == 1 && bodies[0].Kind() == "import.closed" && s.Incidents[id].Batch != ""
}

// checkReplay folds the log again, as a restart would read it.
func checkReplay(t *rapid.T, s *space) {
	var again State
	for _, e := range s.log {
		text, err := json.Marshal(e.Body)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := NewBody(e.Body.Kind())
		if err := json.Unmarshal(text, body); err != nil {
			t.Fatal(err)
		}
		e.Body = body
		if _, err := again.Fold(e); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := written(s.state), written(again); a != b {
		t.Fatalf("the same events fold to another state:\n%s\n%s", a, b)
	}
}

// checkCustody holds that every ledger is a chain: it starts with a
// collection, does not run backwards, each step comes from who held the item
// before, and nothing is done with what nobody holds but collecting it.
func checkCustody(t *rapid.T, s *space) {
	for _, i := range s.state.Incidents {
		for _, item := range i.Evidence {
			for k, step := range item.Custody {
				if k == 0 {
					if step.Deed != Collected || step.Holder == "" {
						t.Fatalf("%s %s begins with %+v", i.ID, item.ID, step)
					}
					continue
				}
				before := item.Custody[k-1]
				if step.From != before.Holder || step.At.Before(before.At) || step.Deed != Exported && (before.Holder == "") != (step.Deed == Collected) {
					t.Fatalf("%s %s: %+v follows %+v", i.ID, item.ID, step, before)
				}
			}
		}
	}
}

// checkStandings holds that a standing says of every due what the rules say.
func checkStandings(t *rapid.T, s *space) {
	var all []*Standing
	for _, i := range s.state.Incidents {
		standing := s.state.Stand(i)
		all = append(all, standing)
		if !i.Open() && len(standing.Dues) > 0 {
			t.Fatalf("%s has ended and owes %v", i.ID, standing.Dues)
		}
		obligations := s.state.Obligations(i)
		for _, due := range standing.Dues {
			k := slices.IndexFunc(obligations, func(o policy.Obligation) bool { return o.Key() == keyOf(due) })
			for _, now := range []time.Time{due.Start, due.At.Add(-time.Hour), due.At.Add(-1), due.At, due.At.Add(1)} {
				if got, want := due.State(now), obligations[k].State(now); got != want {
					t.Fatalf("%s %s at %v: the due is %s, the obligation %s", i.ID, keyOf(due), now, got, want)
				}
			}
		}
	}
	for _, a := range all {
		for _, b := range all {
			if got := CompareUrgency(a, b); got != -CompareUrgency(b, a) || (got == 0) != (a == b) {
				t.Fatalf("%s and %s compare as %d", a.Incident.ID, b.Incident.ID, got)
			}
		}
	}
}

func keyOf(d Due) policy.RuleKey { return policy.RuleKey{Pack: d.Pack.ID, Rule: d.Rule.ID} }
