package model

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// Touched says what an event changed, so that readers and projections follow
// without comparing states.
type Touched struct {
	Incident  *Incident         // the incident as it is now; nil where none was touched
	Before    uint64            // its version until then, 0 for one that was reported now
	Pending   bool              // the incident belongs to an import under way and is not visible yet
	Meta      bool              // the space itself
	Pack      *policy.Pack      // a pack that was adopted
	Calendar  *calendar.Edition // a calendar that was adopted
	Purged    []ID              // incidents that are no longer there
	Blocks    []TouchedBlock    // of deliveries
	Completed []*Incident       // incidents that became visible with the end of an import
}

// Fold takes the next event into the state. Events come in sequence; one that
// does not follow, or that is about an incident nobody reported, means that
// the log is damaged and is an error. The events of decisions never fail.
func (s *State) Fold(e Event) (Touched, error) {
	if e.Seq != s.Seq+1 {
		return Touched{}, fmt.Errorf("fold: event %d does not follow %d", e.Seq, s.Seq)
	}
	touched, err := s.fold(e)
	if err != nil {
		return Touched{}, fmt.Errorf("fold event %d (%s): %w", e.Seq, e.Body.Kind(), err)
	}
	s.Seq = e.Seq
	return touched, nil
}

func (s *State) fold(e Event) (Touched, error) {
	switch body := e.Body.(type) {
	case *SpaceSetUp:
		if err := s.setZone(body.Zone); err != nil {
			return Touched{}, err
		}
		s.Meta.Organisation, s.Meta.Zone, s.Meta.Calendar, s.Meta.Packs = body.Organisation, body.Zone, body.Calendar, body.Packs
		s.Meta.Answers = body.Answers
		return Touched{Meta: true}, nil
	case *PackAdopted:
		pack, err := s.adopt(body.Pack)
		return Touched{Pack: pack}, err
	case *CalendarAdopted:
		return Touched{Calendar: body.Calendar}, s.keepCalendar(body.Calendar)
	case *ImportOpened:
		s.foldImportOpened(body)
		return Touched{Meta: true}, nil
	case *ImportClosed:
		return s.foldImportClosed(body), nil
	case *Reported:
		return s.foldReported(e, body)
	case *RetentionSet:
		s.Meta.Retention = body.After
		return Touched{Meta: true}, nil
	case *IncidentsPurged:
		return s.foldPurged(body)
	case *Removed:
		return Touched{}, nil // a later event says of which incident it was
	case *RecordCopied, *UnnamedRemoved:
		return Touched{}, nil
	case *RecordAccepted:
		return Touched{}, nil // it tells those who read the log, and changes nothing
	}
	if touched, ok := s.foldAccess(e); ok {
		return touched, nil
	}
	if touched, ok := s.foldChannels(e); ok {
		return touched, nil
	}
	if touched, ok, err := s.foldCustomers(e); ok {
		return touched, err
	}
	return s.foldIncident(e)
}

func (s *State) foldReported(e Event, body *Reported) (Touched, error) {
	year, number, ok := body.ID.Parts()
	if !ok {
		return Touched{}, fmt.Errorf("%q is no incident id", body.ID)
	}
	if _, known := s.find(e.Batch, body.ID); known {
		return Touched{}, fmt.Errorf("%s was reported before", body.ID)
	}
	i := &Incident{
		ID: body.ID, Packs: body.Packs, Title: body.Title, Description: body.Description, Types: body.Types, Data: body.Data,
		Systems: body.Systems, TLP: body.TLP, Reporter: body.Reporter, Contact: body.Contact, Source: body.Source,
		External: body.External, Opened: body.Opened, OpenedBy: e.Actor, Version: e.Seq, Revision: e.Seq, Particulars: &Particulars{Batch: e.Batch},
	}
	if body.Phase != "" {
		i.Phases = []PhaseSpan{{Phase: body.Phase, From: body.Opened, By: e.Actor}}
	}
	i.name(e)
	s.count(e.Batch, year, number)
	s.put(i)
	return Touched{Incident: i, Pending: s.importing(e.Batch), Meta: true}, nil
}

// count keeps the numbers given: from the import's reservation, or as the
// year's latest. Like all of Meta, maps are replaced, never changed.
func (s *State) count(batch string, year, number int) {
	if number > s.Meta.Last[year] {
		s.Meta.Last = with(s.Meta.Last, year, number)
	}
	if im, open := s.Meta.Imports[batch]; open {
		im.Next = with(im.Next, year, number+1)
		im.Left = with(im.Left, year, im.Left[year]-1)
		im.Rows++
		s.Meta.Imports = with(s.Meta.Imports, batch, im)
	}
}

// with is a copy of a map with one entry more, or another one.
func with[K comparable, V any](m map[K]V, key K, value V) map[K]V {
	next := make(map[K]V, len(m)+1)
	maps.Copy(next, m)
	next[key] = value
	return next
}

// find returns the incident that an event of a batch is about: a row of an
// import under way, or one that is visible.
func (s *State) find(batch string, id ID) (*Incident, bool) {
	incidents := s.Incidents
	if s.importing(batch) {
		incidents = s.pending[batch]
	}
	i, ok := incidents[id]
	return i, ok
}

func (s *State) importing(batch string) bool {
	_, open := s.Meta.Imports[batch]
	return open
}

func (s *State) foldImportOpened(body *ImportOpened) {
	im := Import{Source: body.Source, Packs: body.Packs, Next: make(map[int]int), Left: make(map[int]int)}
	for year, count := range body.Count {
		im.Next[year], im.Left[year] = body.First[year], count
		s.Meta.Last = with(s.Meta.Last, year, max(s.Meta.Last[year], body.First[year]+count-1))
	}
	s.Meta.Imports = with(s.Meta.Imports, body.Batch, im)
	if s.external == nil {
		s.knowAll()
	}
}

func (s *State) foldImportClosed(body *ImportClosed) Touched {
	s.Meta.Imports = maps.Clone(s.Meta.Imports)
	delete(s.Meta.Imports, body.Batch)
	rows := s.pending[body.Batch]
	delete(s.pending, body.Batch)
	if len(s.Meta.Imports) == 0 {
		s.external = nil
	}
	if body.Abandoned != "" {
		s.Meta.Abandoned = append(slices.Clip(s.Meta.Abandoned), body.Batch)
		for _, i := range rows {
			delete(s.external, i.External)
		}
		return Touched{Meta: true}
	}
	s.Meta.Completed = append(slices.Clip(s.Meta.Completed), body.Batch)
	touched := Touched{Meta: true}
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		s.put(rows[id])
		touched.Completed = append(touched.Completed, rows[id])
	}
	return touched
}

// foldIncident folds an event about one incident into a clone of it.
func (s *State) foldIncident(e Event) (Touched, error) {
	id := e.Body.Incident()
	before, ok := s.find(e.Batch, id)
	if !ok {
		return Touched{}, fmt.Errorf("%s: %w", id, ErrNotFound)
	}
	next := before.clone()
	next.Version = e.Seq
	next.name(e)
	next.foldCalls(e)
	if next.fold(e) {
		next.Revision = e.Seq
	}
	blocks, err := s.foldDelivery(e, next)
	if err != nil {
		return Touched{}, err
	}
	s.put(next)
	return Touched{Incident: next, Before: before.Version, Pending: s.importing(e.Batch), Blocks: blocks}, nil
}

// fold takes an event into an incident that is not published yet. It reports
// whether the event changed something that forms edit.
func (i *Incident) fold(e Event) (edited bool) {
	switch body := e.Body.(type) {
	case *Described:
		i.change(e.Seq, body.Changes)
	case *Assessed:
		i.change(e.Seq, body.Changes)
		switch {
		case !i.Triaged.IsZero():
		case e.Batch != "":
			i.Triaged = i.Opened // imported history does not say when
		default:
			i.Triaged = e.At
		}
	case *FactStated:
		i.Facts = append(i.Facts, Fact{Seq: e.Seq, Name: body.Name, Value: body.Value, By: e.Actor, Stated: e.At, Ground: body.Ground})
	case *FactCorrected:
		i.correct(e, body)
	case *SeverityDecided:
		i.Severities = append(i.Severities, SeverityCall{Seq: e.Seq, Level: body.After, Criteria: body.Criteria, Reason: body.Reason, By: e.Actor, At: backThen(body.At, e.At)})
	case *RoleTaken:
		i.Roles = append(i.Roles, Holder{Role: body.Role, Person: body.Person, Since: e.At})
	case *RoleLeft:
		i.Roles = slices.DeleteFunc(i.Roles, func(h Holder) bool { return h.Role == body.Role && h.Person == body.Person })
	case *ReporterForgotten:
		i.Reporter, i.Contact = ForgottenText, ForgottenText
	default:
		if !i.foldEvidence(e) && !i.foldAffected(e) && !i.foldNotice(e) {
			i.foldWork(e)
		}
		return false
	}
	return true
}

// foldWork folds what happens beside the forms: phases, tasks, notes,
// submissions, links and the end.
func (i *Incident) foldWork(e Event) {
	switch body := e.Body.(type) {
	case *PhaseEntered:
		i.Phases = append(i.Phases, PhaseSpan{Phase: body.After, From: e.At, By: e.Actor, Override: body.Override})
	case *TaskSet:
		i.setTask(TaskRecord{ID: body.Task, Phase: body.Phase, State: body.After, Assignee: body.Assignee, By: e.Actor, At: e.At, Reason: body.Reason})
	case *TaskAdded:
		i.setTask(TaskRecord{ID: body.Task, Phase: body.Phase, Title: body.Title, Assignee: body.Assignee, By: e.Actor, At: e.At, Mandatory: body.Mandatory})
	case *Noted:
		i.Notes++
	case *HoldPlaced:
		i.Hold = LegalHold{Reason: body.Reason, By: e.Actor, Since: e.At}
	case *HoldReleased:
		i.Hold = LegalHold{}
	case *DeletionMarked:
		i.Deletion = &Deletion{Reason: body.Reason, By: e.Actor, Since: e.At}
	case *DeletionWithdrawn:
		i.Deletion = nil
	case *Submitted:
		i.Submitted = append(i.Submitted, Submission{Key: body.Key, At: body.At, Received: body.Received, Reference: body.Reference, Note: body.Note, Notice: body.Notice, By: e.Actor, Recorded: e.At})
	case *WaiverDecided:
		i.Waivers = append(i.Waivers, Waiver{Key: body.Key, Decider: body.Decider, Rationale: body.Rationale, By: e.Actor, At: e.At})
	case *WaiverWithdrawn:
		i.Waivers = slices.DeleteFunc(i.Waivers, func(w Waiver) bool { return body.Key.Covers(w.Key) })
	case *DuesMoved:
		i.remember(body.Moves)
	case *SuspensionRecorded:
		i.Suspensions = append(i.Suspensions, Suspension{Key: body.Key, From: body.From, Until: body.Until, Requester: body.Requester, Evidence: body.Evidence, Reason: body.Reason, By: e.Actor, At: e.At})
	case *SuspensionLifted:
		i.liftSuspensions(body)
	case *Acknowledged:
		i.acknowledge(Known{Key: body.Key, Due: body.Due, Level: body.Level, Since: body.Since, By: e.Actor, At: e.At})
	case *PacksChanged:
		i.Packs = body.After
	case *Linked:
		i.Links = append(i.Links, Link{Kind: body.Link, Other: body.Other})
	case *Closed:
		i.Outcome, i.Closed = body.Outcome, backThen(body.At, e.At)
	case *ReopenedAgain:
		i.Outcome, i.Closed = Ongoing, time.Time{}
		i.Reopened++
	}
}

// backThen is when something happened that imported history dates back, and
// otherwise when it was recorded.
func backThen(dated, recorded time.Time) time.Time {
	if dated.IsZero() {
		return recorded
	}
	return dated
}

func (i *Incident) correct(e Event, body *FactCorrected) {
	for k := range i.Facts {
		f := &i.Facts[k]
		if f.Name != body.Name {
			continue
		}
		f.Earlier = append(slices.Clip(f.Earlier), Earlier{Value: f.Value, By: f.By, Stated: f.Stated, Reason: body.Reason})
		f.Seq, f.Value, f.By, f.Stated, f.Ground = e.Seq, body.After, e.Actor, e.At, body.Ground
	}
}

// setTask replaces a task's record, keeping the title of an added one.
func (i *Incident) setTask(record TaskRecord) {
	for k := range i.Tasks {
		if i.Tasks[k].ID == record.ID {
			if record.Title == "" {
				record.Title, record.Mandatory = i.Tasks[k].Title, i.Tasks[k].Mandatory
			}
			i.Tasks[k] = record
			return
		}
	}
	i.Tasks = append(i.Tasks, record)
}

// remember keeps which rules once applied, so that a later "no longer
// applies" can be told from "never did".
func (i *Incident) remember(moves []DueMove) {
	for _, m := range moves {
		if m.Sure && !slices.Contains(i.Applied, m.Key) {
			i.Applied = append(i.Applied, m.Key)
		}
	}
}

// change applies edits of what the incident is about.
func (i *Incident) change(seq uint64, changes []Change) {
	for _, c := range changes {
		i.edited(seq, c.Field)
		switch c.Field {
		case FieldTitle:
			i.Title = c.After
		case FieldDescription:
			i.Description = c.After
		case FieldTypes:
			i.Types = c.List
		case FieldClassification:
			i.Classification = Classification(c.After)
		case FieldData:
			i.Data = c.List
		case FieldSystems:
			i.Systems = c.List
		case FieldTLP:
			i.TLP = TLP(c.After)
		case FieldReporter:
			i.Reporter = c.After
		case FieldContact:
			i.Contact = c.After
		}
	}
}

// edited keeps which event last changed a field.
func (i *Incident) edited(seq uint64, field string) {
	for k := range i.Edited {
		if i.Edited[k].Field == field {
			i.Edited[k].Seq = seq
			return
		}
	}
	i.Edited = append(i.Edited, Edit{Field: field, Seq: seq})
}

// Names of the fields that a Change is about, in logs and in error texts.
const (
	FieldTitle          = "title"
	FieldDescription    = "description"
	FieldTypes          = "types"
	FieldClassification = "classification"
	FieldData           = "data"
	FieldSystems        = "systems"
	FieldTLP            = "tlp"
	FieldReporter       = "reporter"
	FieldContact        = "contact"
)
