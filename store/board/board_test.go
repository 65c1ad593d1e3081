package board

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func testPack() *policy.Pack {
	grave := policy.Condition{Severity: []string{"high", "critical"}}
	period := func(n int, unit calendar.Unit) calendar.Period { return calendar.Period{N: n, Unit: unit} }
	return &policy.Pack{
		ID: "house", Version: 1, Kind: policy.Procedure, Title: "House rules",
		Severities: []policy.Severity{{ID: "low"}, {ID: "high"}, {ID: "critical"}},
		Phases:     []policy.Phase{{ID: "triage"}},
		Rules: []policy.Rule{
			{ID: "notice", When: grave, Starts: "confirmed", Within: period(72, calendar.Hours)},
			{ID: "report", When: policy.Condition{Severity: []string{"critical"}}, Starts: "confirmed", Within: period(3, calendar.Days)},
		},
	}
}

// space is a state with its board, driven by events made by hand.
type space struct {
	tb      rapid.TB
	state   *model.State
	board   *Board
	touched []model.Touched
}

func newSpace(tb rapid.TB) *space {
	s := &space{tb: tb, state: new(model.State)}
	board, err := New(s.state, nil)
	if err != nil {
		tb.Fatal(err)
	}
	s.board = board
	s.event("", &model.PackAdopted{Pack: testPack()})
	s.event("", &model.SpaceSetUp{Organisation: "Acme", Zone: "UTC", Packs: []policy.Ref{{ID: "house", Version: 1}}})
	s.publish()
	return s
}

func (s *space) event(batch string, body model.Body) {
	touched, err := s.state.Fold(model.Event{Seq: s.state.Seq + 1, At: monday.Add(time.Duration(s.state.Seq) * time.Second), Actor: "Ada", Batch: batch, Body: body})
	if err != nil {
		s.tb.Fatal(err)
	}
	s.touched = append(s.touched, touched)
}

func (s *space) report(number int, batch string) model.ID {
	id := model.NewID(2026, number)
	s.event(batch, &model.Reported{ID: id, Packs: []policy.Ref{{ID: "house", Version: 1}}, Title: "x", TLP: model.TLPAmber, Opened: monday})
	return id
}

func (s *space) publish() *Snapshot {
	if err := s.board.Apply(s.state, s.touched); err != nil {
		s.tb.Fatal(err)
	}
	s.touched = nil
	return s.board.Publish()
}

// want is what a snapshot has to say, computed from the state alone.
func (s *space) want() string {
	var standings []*model.Standing
	for _, i := range s.state.Incidents {
		standings = append(standings, s.state.Stand(i))
	}
	slices.SortFunc(standings, model.CompareUrgency)
	queue, closed, dues, counts := []model.ID{}, []model.ID{}, []string{}, map[string]int{}
	for _, s := range standings {
		if !s.Incident.Open() {
			closed = append(closed, s.Incident.ID)
			continue
		}
		queue = append(queue, s.Incident.ID)
		counts[s.Incident.Severity()]++
		for _, d := range s.Dues {
			dues = append(dues, d.At.Format(time.RFC3339)+string(s.Incident.ID)+d.Rule.ID)
		}
	}
	slices.Sort(dues)
	return fmt.Sprintln(s.state.Seq, queue, closed, dues, counts, s.reminding(standings), s.approving())
}

// approving are the incidents with notices that wait for approval.
func (s *space) approving() []model.ID {
	list := []model.ID{}
	for id, i := range s.state.Incidents {
		for _, n := range i.Notices {
			if n.State == model.NoticeIsProposed && !slices.Contains(list, id) {
				list = append(list, id)
			}
		}
	}
	slices.Sort(list)
	return list
}

// reminding is what is brought to mind of whom and from when.
func (s *space) reminding(standings []*model.Standing) []string {
	lines := []string{}
	for _, person := range []string{"", "Ann", "Ben"} {
		var list []string
		for _, standing := range standings {
			for k := range standing.Dues {
				d := &standing.Dues[k]
				if people := standing.People(d); slices.Contains(people, person) || len(people) == 0 && person == "" {
					list = append(list, alarmLine(person, standing, d))
				}
			}
		}
		slices.Sort(list)
		lines = append(lines, list...)
	}
	return lines
}

func alarmLine(person string, s *model.Standing, d *model.Due) string {
	return person + s.RemindFrom(d).Format(time.RFC3339Nano) + string(s.Incident.ID) + d.Rule.ID
}

func told(s *Snapshot) string {
	ids := func(standings []*model.Standing) []model.ID {
		list := []model.ID{}
		for _, s := range standings {
			list = append(list, s.Incident.ID)
		}
		return list
	}
	dues := []string{}
	for standing, d := range s.Dues() {
		dues = append(dues, d.At.Format(time.RFC3339)+string(standing.Incident.ID)+d.Rule.ID)
	}
	reminding := []string{}
	for _, person := range []string{"", "Ann", "Ben"} {
		from := time.Time{}
		for standing, d := range s.Reminding(person) {
			if standing.RemindFrom(&d).Before(from) {
				return "reminders are out of order"
			}
			from = standing.RemindFrom(&d)
			reminding = append(reminding, alarmLine(person, standing, &d))
		}
	}
	return fmt.Sprintln(s.Seq, ids(s.Queue()), ids(s.Closed()), dues, s.CountsBySeverity(), reminding, ids(slices.Collect(s.Approving())))
}

// TestBoardFollowsTheState drives random events and compares every snapshot
// with what the state says, once at once and once after all later changes.
func TestBoardFollowsTheState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSpace(t)
		var snapshots []*Snapshot
		var wants []string
		number := 0
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			for range rapid.IntRange(1, 4).Draw(t, "events") {
				number = s.step(t, number)
			}
			snapshots, wants = append(snapshots, s.publish()), append(wants, s.want())
			if got := told(snapshots[len(snapshots)-1]); got != wants[len(wants)-1] {
				t.Fatalf("the board says\n%s, the state\n%s", got, wants[len(wants)-1])
			}
		}
		for k, snapshot := range snapshots {
			if got := told(snapshot); got != wants[k] {
				t.Fatalf("a snapshot changed after it was published, to\n%s from\n%s", got, wants[k])
			}
		}
		whole, err := New(s.state, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := told(whole.Publish()); got != wants[len(wants)-1] {
			t.Fatalf("a board made at once says\n%s, the state\n%s", got, wants[len(wants)-1])
		}
	})
}

// step makes one random event and returns the highest incident number given.
func (s *space) step(t *rapid.T, number int) int {
	kind := rapid.SampledFrom([]string{"report", "report", "severity", "severity", "confirm", "close", "reopen", "zone", "take", "take", "leave", "acknowledge", "draft", "propose", "withdraw"}).Draw(t, "kind")
	if kind == "report" || number == 0 {
		s.report(number+1, "")
		return number + 1
	}
	id := model.NewID(2026, rapid.IntRange(1, number).Draw(t, "incident"))
	i, _ := s.state.Incident(id)
	_, confirmed := i.Fact("confirmed")
	switch {
	case kind == "severity":
		s.event("", &model.SeverityDecided{ID: id, After: rapid.SampledFrom([]string{"low", "high", "critical"}).Draw(t, "severity")})
	case kind == "confirm" && !confirmed:
		s.event("", &model.FactStated{ID: id, Name: "confirmed", Value: model.Time(monday.Add(-time.Duration(number) * time.Hour))})
	case kind == "close" && i.Open():
		s.event("", &model.Closed{ID: id, Outcome: model.Resolved})
	case kind == "reopen" && !i.Open():
		s.event("", &model.ReopenedAgain{ID: id, Before: i.Outcome})
	case kind == "take":
		s.event("", &model.RoleTaken{ID: id, Role: "lead", Person: rapid.SampledFrom([]string{"Ann", "Ben"}).Draw(t, "person")})
	case kind == "leave":
		s.event("", &model.RoleLeft{ID: id, Role: "lead", Person: "Ann"})
	case kind == "draft":
		s.event("", &model.NoticeDrafted{ID: id, Notice: fmt.Sprintf("N%d", len(i.Notices)+1)})
	case kind == "propose" && len(i.Notices) > 0:
		s.event("", &model.NoticeProposed{ID: id, Notice: rapid.SampledFrom(i.Notices).Draw(t, "notice").ID, Version: 1})
	case kind == "withdraw" && len(i.Notices) > 0:
		s.event("", &model.NoticeWithdrawn{ID: id, Notice: rapid.SampledFrom(i.Notices).Draw(t, "notice").ID})
	case kind == "acknowledge":
		for _, d := range s.state.Stand(i).Dues {
			s.event("", &model.Acknowledged{ID: id, Key: d.Key(), Due: d.At, Level: "half", Since: s.state.Stand(i).RemindFrom(&d)})
		}
	case kind == "zone":
		zone := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Pacific/Auckland"}).Draw(t, "zone")
		s.event("", &model.SpaceSetUp{Organisation: "Acme", Zone: zone, Packs: []policy.Ref{{ID: "house", Version: 1}}})
	}
	return number
}

func TestImportShowsOnceComplete(t *testing.T) {
	s := newSpace(t)
	s.event("", &model.ImportOpened{Batch: "b", Packs: []policy.Ref{{ID: "house", Version: 1}}, First: map[int]int{2026: 1}, Count: map[int]int{2026: 2}})
	s.report(1, "b")
	s.report(2, "b")
	if got := s.publish(); got.Len() != 0 || got.Meta.Imports["b"].Rows != 2 {
		t.Errorf("%d incidents show, %d rows are counted; want 0 and 2", got.Len(), got.Meta.Imports["b"].Rows)
	}
	before := s.publish()
	s.event("", &model.ImportClosed{Batch: "b", Incidents: 2})
	if got := s.publish(); got.Len() != 2 || before.Len() != 0 || len(before.Meta.Imports) != 1 {
		t.Errorf("%d incidents show, %d before; want 2 and 0", got.Len(), before.Len())
	}
}

func TestSnapshotAnswersWhatScreensAsk(t *testing.T) {
	s := newSpace(t)
	id := s.report(1, "")
	s.event("", &model.SeverityDecided{ID: id, After: "high"})
	s.event("", &model.FactStated{ID: id, Name: "confirmed", Value: model.Time(monday)})
	snapshot := s.publish()
	standing, ok := snapshot.Incident(id)
	if !ok || snapshot.Procedure(standing.Incident).ID != "house" || len(snapshot.PacksOf(standing.Incident)) != 1 {
		t.Fatalf("incident %s is not there with its pack", id)
	}
	obligations := snapshot.Obligations(standing.Incident)
	if len(obligations) != 1 || !obligations[0].Strict.Equal(monday.Add(72*time.Hour)) {
		t.Fatalf("obligations %+v", obligations)
	}
	if explanation := snapshot.Explain(standing.Incident, &obligations[0]); len(explanation.Steps) == 0 {
		t.Error("nothing explains the due time")
	}
	if _, ok := snapshot.Pack(policy.Ref{ID: "house", Version: 2}); ok {
		t.Error("a pack shows that was never adopted")
	}
	for range snapshot.DuesFrom(monday.Add(72*time.Hour + time.Millisecond)) {
		t.Error("a due time shows that lies before the one asked from")
	}
	found := 0
	for range snapshot.DuesFrom(monday.Add(72 * time.Hour)) {
		found++
	}
	if found != 1 || snapshot.Zone() != time.UTC || !snapshot.IsSetUp() {
		t.Errorf("%d due times from 72 hours on, zone %v", found, snapshot.Zone())
	}
}
