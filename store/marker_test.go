package store

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
)

// mark makes a name that can be told from every other text, and from the other
// names.
func mark(role string) string { return "Zq" + role + "xZ" }

// marked finds marks; a text may hold another side of one.
var marked = regexp.MustCompile(`Zq[a-z0-9]*xZ`)

// reader is the one whose name stays when everybody else's is forgotten.
var reader = model.Actor{Name: mark("owner"), Role: model.Owner}

// suspensible is testPack with a rule whose delay somebody can ask for.
func suspensible() *policy.Pack {
	pack := testPack()
	pack.Rules[0].Suspend = policy.SuspendUntilEnd
	return pack
}

// workedWithMarks reports and works on an incident with a mark in every field that
// names somebody.
func workedWithMarks(t *testing.T, s *Space) model.ID {
	t.Helper()
	do(t, s, reader, model.AdoptPack{Pack: suspensible()})
	do(t, s, reader, model.Setup{Organisation: "Acme", Zone: "Europe/Berlin", Packs: testRefs()})
	who := func(role string) model.Actor { return model.Actor{Name: mark(role), Role: model.Lead} }
	id := do(t, s, who("opener"), model.Report{Title: "Odd log-ins", Reporter: mark("reporter"), Contact: mark("contact")}).Incident
	reporter, contact, nobody := mark("reporter2"), mark("contact2"), ""
	do(t, s, who("describer"), model.Describe{Incident: id, Reporter: &reporter, Contact: &contact})
	do(t, s, who("describer"), model.Describe{Incident: id, Contact: &nobody})
	severe := triage(id, "high")
	severe.Roles[0].Person = mark("lead")
	do(t, s, who("triager"), severe)
	do(t, s, who("knower"), model.Acknowledge{Incident: id, Key: policy.RuleKey{Pack: "house", Rule: "updates"}})
	do(t, s, who("assigner"), model.Assign{Incident: id, Holding: model.Holding{Role: "lead", Person: mark("second")}})
	do(t, s, who("unassigner"), model.Unassign{Incident: id, Holding: model.Holding{Role: "lead", Person: mark("second")}})
	do(t, s, who("tasker"), model.AddTask{Incident: id, Title: "Look", Assignee: mark("assignee")})
	other := mark("assignee2")
	i, _ := s.Snapshot().Incident(id)
	do(t, s, who("ticker"), model.SetTask{Incident: id, Task: i.Incident.Tasks[0].ID, State: model.TaskDone, Assignee: &other})
	do(t, s, who("corrector"), model.StateFact{Incident: id, Statement: model.Statement{Name: "confirmed", Value: model.Time(morning.Add(-time.Hour)), Reason: "looked again"}})
	do(t, s, who("caller"), model.SetSeverity{Incident: id, Level: "critical", Reason: "worse"})
	notice := policy.RuleKey{Pack: "house", Rule: "notice"}
	do(t, s, who("suspender"), model.Suspend{Incident: id, Key: notice, Until: morning.Add(48 * time.Hour), Requester: mark("requester"), Evidence: "a letter"})
	do(t, s, who("submitter"), model.Submit{Incident: id, Key: policy.RuleKey{Pack: "house", Rule: "updates"}})
	do(t, s, who("waiver"), model.Waive{Incident: id, Key: notice, Decider: mark("decider"), Rationale: "no need"})
	do(t, s, who("phaser"), model.SetPhase{Incident: id, Phase: "work"})
	do(t, s, who("adder"), model.AddEvidence{Incident: id, Title: "Disk", SHA256: strings.Repeat("ab", 32), Size: 1, Collector: mark("collector")})
	do(t, s, who("mover"), model.MoveEvidence{Incident: id, Item: "E-1", Deed: model.Transferred, Person: mark("receiver"), Reason: "to look"})
	do(t, s, who("verifier"), model.VerifyEvidence{Incident: id, Item: "E-1", Found: model.Intact})
	do(t, s, who("exporter"), model.ExportEvidence{Incident: id, Item: "E-1", Reason: "for the court"})
	do(t, s, who("holder"), model.PlaceHold{Incident: id, Reason: "a court asks"})
	if _, err := s.Do(t.Context(), reader, model.ForgetPerson{Person: mark("lead"), Reason: "asked"}); err == nil {
		t.Fatal("the hold did not keep anybody")
	}
	do(t, s, reader, model.ReleaseHold{Incident: id, Reason: "over"})
	year := morning.Year()
	do(t, s, who("importer"), model.ImportOpen{Batch: "b1", Source: "old.csv", Years: map[int]int{year: 1}})
	do(t, s, who("importer"), model.ImportRows{Batch: "b1", Rows: []model.History{{
		External: "o-1", Title: "Old", Severity: "high", Reporter: mark("oldreporter"), Lead: mark("oldlead"), Opened: morning.Add(-50 * time.Hour),
	}}})
	do(t, s, who("importer"), model.ImportClose{Batch: "b1"})
	return id
}

// everything is all that a space has in the database, of every kind, decrypted.
func everything(t *testing.T, s *Space) []byte {
	t.Helper()
	var all []byte
	err := s.log.scan(t.Context(), "", func(at slot, value []byte) error {
		all = append(append(append(all, at...), value...), '\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// told is all that a space tells of its record, as people and programs get it.
func told(t *testing.T, s *Space) string {
	t.Helper()
	var text strings.Builder
	for _, standings := range [][]*model.Standing{s.Snapshot().Queue(), s.Snapshot().Closed()} {
		for _, standing := range standings {
			fmt.Fprintf(&text, "%+v\n", *standing.Incident)
			history, err := s.History(t.Context(), standing.Incident.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range history {
				fmt.Fprintf(&text, "%+v %+v\n", e, e.Body)
			}
		}
	}
	fmt.Fprintf(&text, "%+v\n", s.People())
	err := s.Entries(t.Context(), 1, 1<<40, func(e Entry) error {
		fmt.Fprintf(&text, "%+v %+v\n", e.Event, e.Event.Body)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func marksIn(data []byte) map[string]bool {
	found := make(map[string]bool)
	for _, m := range marked.FindAll(data, -1) {
		found[string(m)] = true
	}
	return found
}

// noMarks looks for marks in the files of a directory.
func noMarks(t *testing.T, when, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if found := marksIn(data); len(found) > 0 || marked.MatchString(path) {
			t.Errorf("%s: %s holds %v", when, entry.Name(), found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// logLines keeps what is logged, by whatever goroutine.
type logLines struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (l *logLines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.Write(line)
}

func (l *logLines) written() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.lines.Bytes())
}

// TestNoNameIsKeptAsItIs puts a mark into every field that names somebody, and
// looks for the marks in every entry of the database, every file and every
// line that is logged; and after everybody was forgotten also in all that can
// still be read, from the record as it is and from a copy that is older than
// the forgetting and has no vault of its own.
func TestNoNameIsKeptAsItIs(t *testing.T) {
	var logged logLines
	open := func(dir string) (*Store, *Space) {
		t.Helper()
		s, err := Open(t.Context(), dir, Options{Now: func() time.Time { return morning }, Logger: slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close(context.Background()) })
		return s, openSpace(t, s, "acme")
	}
	dir := t.TempDir()
	s, space := open(dir)
	id := workedWithMarks(t, space)
	check := func(when string) {
		t.Helper()
		if found := marksIn(everything(t, space)); len(found) > 0 {
			t.Errorf("%s: the database holds %v", when, found)
		}
		noMarks(t, when, dir)
		if found := marksIn(logged.written()); len(found) > 0 {
			t.Errorf("%s: the log lines hold %v", when, found)
		}
	}
	check("open")
	all := marksIn([]byte(told(t, space)))
	if len(all) < 35 {
		t.Errorf("the record tells of only %d people: %v", len(all), all)
	}
	closeStore(t, s)
	check = func(when string) {
		t.Helper()
		noMarks(t, when, dir)
	}
	check("closed")
	older := t.TempDir()
	if err := os.CopyFS(older, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	s, space = open(dir)
	for _, person := range space.People() {
		if person.Name != reader.Name && !person.Forgotten {
			do(t, space, reader, model.ForgetPerson{Person: person.Name, Reason: "asked"})
		}
	}
	for _, one := range []model.ID{id, model.NewID(morning.Year(), 2)} {
		do(t, space, reader, model.ForgetReporter{Incident: one, Reason: "asked"})
	}
	onlyTheReader := func(when string, space *Space) {
		t.Helper()
		for found := range marksIn([]byte(told(t, space))) {
			if found != reader.Name {
				t.Errorf("%s: the record still tells of %s", when, found)
			}
		}
	}
	onlyTheReader("at once", space)
	closeStore(t, s)
	check("forgotten")
	s, space = open(dir)
	onlyTheReader("after a restart", space)
	closeStore(t, s)
	vaultOf := func(dir string) string { return filepath.Join(dir, vaultName) }
	if err := os.RemoveAll(vaultOf(older)); err != nil {
		t.Fatal(err)
	}
	noMarks(t, "an older copy", older)
	if err := os.CopyFS(vaultOf(older), os.DirFS(vaultOf(dir))); err != nil {
		t.Fatal(err)
	}
	if err := private(older); err != nil {
		t.Fatal(err)
	}
	_, space = open(older)
	onlyTheReader("in an older copy", space)
}
