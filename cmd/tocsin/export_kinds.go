package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"tocsin/model"
	"tocsin/model/policy"
)

// exportKind is a kind of things that an export has a file of.
type exportKind struct {
	name  string
	about string
	view  any // what a line is made of, nil where the text says it
}

// Names of the files of an export.
const (
	exportIncidents   = "incidents.jsonl"
	exportFacts       = "facts.jsonl"
	exportObligations = "obligations.jsonl"
	exportSubmissions = "submissions.jsonl"
	exportWaivers     = "waivers.jsonl"
	exportDelays      = "delays.jsonl"
	exportTasks       = "tasks.jsonl"
	exportRoles       = "roles.jsonl"
	exportNotes       = "notes.jsonl"
	exportTimeline    = "timeline.jsonl"
	exportEvidence    = "evidence.jsonl"
	exportCustody     = "custody.jsonl"
	exportPacks       = "packs.jsonl"
	exportCalendars   = "calendars.jsonl"
	exportCustomers   = "customers.jsonl"
	exportGroups      = "affected-groups.jsonl"
	exportAffected    = "affected.jsonl"
)

var exportKinds = []exportKind{
	{exportIncidents, "incidents, with all that is known of each", incidentView{}},
	{exportFacts, "what was stated of incidents, and what it said before", exportedFact{}},
	{exportObligations, "what incidents owe: due times, states, and why", obligationView{}},
	{exportSubmissions, "notices and deeds that met an obligation", exportedSubmission{}},
	{exportWaivers, "decisions that something need not be done", exportedWaiver{}},
	{exportDelays, "delays that an authority asked for", exportedDelay{}},
	{exportTasks, "tasks of incidents", exportedTask{}},
	{exportRoles, "who holds which role in an incident", exportedRole{}},
	{exportNotes, "notes that were written", exportedNote{}},
	{exportTimeline, "everything that happened to incidents, as people read it", exportedEntry{}},
	{exportEvidence, "pieces of evidence, each with its ledger", exportedEvidence{}},
	{exportCustody, "the steps of those ledgers, one a line", exportedCustody{}},
	{exportPacks, "the adopted versions of policy packs, with the keys of a pack file", nil},
	{exportCalendars, "the adopted calendars, with the keys of a calendar file", nil},
	{exportCustomers, "customers of the registry, but for those who were forgotten", customerView{}},
	{exportGroups, "groups of customers whom incidents affect", exportedGroup{}},
	{exportAffected, "who is in these groups, in the version that is told", exportedAffected{}},
}

type exportedFact struct {
	Incident model.ID `json:"incident"`
	factView
}

type exportedSubmission struct {
	Incident  model.ID `json:"incident"`
	Rule      string   `json:"rule" help:"PACK/RULE"`
	At        stamp    `json:"at"`
	Received  stamp    `json:"received"`
	Reference string   `json:"reference"`
	Note      string   `json:"note"`
	By        string   `json:"by"`
	Recorded  stamp    `json:"recorded"`
}

type exportedWaiver struct {
	Incident model.ID `json:"incident"`
	Rule     string   `json:"rule" help:"PACK/RULE"`
	waiverView
	By string `json:"by" help:"who recorded it"`
}

type exportedDelay struct {
	Incident model.ID `json:"incident"`
	Rule     string   `json:"rule" help:"PACK/RULE"`
	delayView
}

type exportedTask struct {
	Incident model.ID `json:"incident"`
	taskView
}

type exportedRole struct {
	Incident model.ID `json:"incident"`
	Role     string   `json:"role" help:"id in the pack"`
	Person   string   `json:"person"`
	Since    stamp    `json:"since"`
}

type exportedNote struct {
	Incident model.ID `json:"incident"`
	Seq      uint64   `json:"seq" help:"sequence number in the space's record"`
	At       stamp    `json:"at"`
	By       string   `json:"by"`
	Text     string   `json:"text"`
}

type exportedEntry struct {
	Incident model.ID `json:"incident"`
	entryView
}

type exportedEvidence struct {
	Incident model.ID `json:"incident"`
	evidenceView
}

type exportedCustody struct {
	Incident model.ID `json:"incident"`
	Item     string   `json:"item" help:"within the incident, such as E-1"`
	custodyView
}

type exportedGroup struct {
	Incident model.ID `json:"incident"`
	groupView
}

type exportedAffected struct {
	Incident model.ID `json:"incident"`
	Group    string   `json:"group"`
	Customer string   `json:"customer" help:"the team's own id"`
	Number   uint64   `json:"number"`
	Taken    uint64   `json:"taken" help:"the event that brought the version that is told"`
	Language string   `json:"language"`
	Admins   []string `json:"admin_email"`
	Security []string `json:"security_email"`
}

// customers writes the registry.
func (e *exporting) customers(ctx context.Context) error {
	return e.space.Customers(ctx, model.CustomerQuery{}, func(c model.Customer) error { return e.put(exportCustomers, customerViewOf(c)) })
}

// affected writes whom an incident affects.
func (e *exporting) affected(ctx context.Context, i *model.Incident) error {
	for _, g := range e.g.affected(i).Groups {
		if err := e.put(exportGroups, exportedGroup{i.ID, g}); err != nil {
			return err
		}
		err := e.space.AffectedCustomers(ctx, i.ID, g.ID, func(c model.Customer) error {
			return e.put(exportAffected, exportedAffected{i.ID, g.ID, c.ID, c.Number, c.Taken, c.Language, list(c.Admins), list(c.Security)})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// things writes a line for everything there is.
func (e *exporting) things(ctx context.Context) error {
	standings := slices.Concat(e.snapshot().Queue(), e.snapshot().Closed())
	slices.SortFunc(standings, func(a, b *model.Standing) int { return strings.Compare(string(a.Incident.ID), string(b.Incident.ID)) })
	for k, standing := range standings {
		e.progress.bar("incidents", uint64(k+1), uint64(len(standings)))
		if err := e.incidentLines(standing); err != nil {
			return err
		}
		if err := e.history(ctx, standing.Incident); err != nil {
			return err
		}
		if err := e.affected(ctx, standing.Incident); err != nil {
			return err
		}
	}
	if err := e.customers(ctx); err != nil {
		return err
	}
	packs := slices.SortedFunc(e.snapshot().Packs(), func(a, b *policy.Pack) int { return strings.Compare(a.Ref().String(), b.Ref().String()) })
	for _, pack := range packs {
		if err := e.put(exportPacks, pack); err != nil {
			return err
		}
	}
	for edition := range e.snapshot().Calendars() {
		if err := e.put(exportCalendars, edition); err != nil {
			return err
		}
	}
	return nil
}

// put writes a line.
func (e *exporting) put(name string, v any) error {
	for _, f := range e.files {
		if f.kind.name == name {
			return f.put(v)
		}
	}
	return fmt.Errorf("export: no file %s", name)
}

func (e *exporting) incidentLines(standing *model.Standing) error {
	i, view := standing.Incident, e.g.incident(standing)
	err := e.put(exportIncidents, view)
	all := func(name string, n int, line func(k int) any) {
		for k := 0; k < n && err == nil; k++ {
			err = e.put(name, line(k))
		}
	}
	all(exportFacts, len(view.Facts), func(k int) any { return exportedFact{i.ID, view.Facts[k]} })
	all(exportObligations, len(view.Obligations), func(k int) any { return view.Obligations[k] })
	all(exportTasks, len(view.Tasks), func(k int) any { return exportedTask{i.ID, view.Tasks[k]} })
	all(exportSubmissions, len(i.Submitted), func(k int) any {
		s := i.Submitted[k]
		return exportedSubmission{Incident: i.ID, Rule: s.Key.String(), At: e.g.stamp(s.At), Received: e.g.stamp(s.Received), Reference: s.Reference, Note: s.Note, By: s.By, Recorded: e.g.stamp(s.Recorded)}
	})
	all(exportWaivers, len(i.Waivers), func(k int) any {
		w := i.Waivers[k]
		return exportedWaiver{i.ID, w.Key.String(), waiverView{Decider: w.Decider, Rationale: w.Rationale, At: e.g.stamp(w.At)}, w.By}
	})
	all(exportDelays, len(i.Suspensions), func(k int) any {
		s := i.Suspensions[k]
		return exportedDelay{i.ID, s.Key.String(), delayView{From: e.g.stamp(s.From), Until: e.g.stamp(s.Until), Requester: s.Requester, Evidence: s.Evidence, Reason: s.Reason, By: s.By}}
	})
	all(exportRoles, len(i.Roles), func(k int) any {
		return exportedRole{i.ID, i.Roles[k].Role, i.Roles[k].Person, e.g.stamp(i.Roles[k].Since)}
	})
	for _, item := range i.Evidence {
		piece := e.g.evidence(item)
		all(exportEvidence, 1, func(int) any { return exportedEvidence{i.ID, piece} })
		all(exportCustody, len(piece.Custody), func(k int) any { return exportedCustody{i.ID, piece.ID, piece.Custody[k]} })
	}
	return err
}

// history writes an incident's timeline, and its notes.
func (e *exporting) history(ctx context.Context, i *model.Incident) error {
	events, err := e.space.History(ctx, i.ID)
	if err != nil {
		return troubled(err)
	}
	packs := e.packsAbout(i)
	for _, event := range events {
		t := model.Tell(event, packs, e.g.zone)
		err := e.put(exportTimeline, exportedEntry{i.ID, entryView{Seq: t.Seq, At: e.g.stamp(t.At), Actor: t.Actor, Kind: t.Kind, What: t.What, Detail: list(t.Detail), Minor: t.Minor}})
		if note, ok := event.Body.(*model.Noted); ok && err == nil {
			err = e.put(exportNotes, exportedNote{Incident: i.ID, Seq: event.Seq, At: e.g.stamp(event.At), By: event.Actor, Text: note.Text})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// exportFile is a file of JSON Lines that is being written.
type exportFile struct {
	kind  exportKind
	file  *os.File
	out   *bufio.Writer
	lines int
}

func createExport(dir string, kind exportKind) (*exportFile, error) {
	file, err := os.OpenFile(filepath.Join(dir, kind.name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &exportFile{kind: kind, file: file, out: bufio.NewWriterSize(file, 64<<10)}, nil
}

func (f *exportFile) put(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("export %s: %w", f.kind.name, err)
	}
	f.lines++
	if _, err := f.out.Write(append(line, '\n')); err != nil {
		return &storeError{err: err}
	}
	return nil
}

func (f *exportFile) close() error { return errors.Join(f.out.Flush(), f.file.Sync(), f.file.Close()) }

func (e *exporting) abandon() error {
	var all error
	for _, f := range e.files {
		all = errors.Join(all, f.file.Close())
	}
	return all
}

// finish closes all files, describes them, and writes their sums.
func (e *exporting) finish() error {
	names := []string{"FIELDS.md", "fields.json"}
	for _, f := range e.files {
		if err := f.close(); err != nil {
			return &storeError{err: err}
		}
		names = append(names, f.kind.name)
	}
	fields, err := json.MarshalIndent(fieldsOfExport(), "", "  ")
	if err != nil {
		return err
	}
	for name, text := range map[string]string{"FIELDS.md": describeExport(), "fields.json": string(fields) + "\n"} {
		if err := os.WriteFile(filepath.Join(e.dir, name), []byte(text), 0o600); err != nil {
			return &storeError{err: err}
		}
	}
	return e.sums(names)
}

// sums writes SHA256SUMS over all files, those of the log too.
func (e *exporting) sums(names []string) error {
	entries, err := os.ReadDir(filepath.Join(e.dir, logFolder))
	if err != nil {
		return &storeError{err: err}
	}
	for _, entry := range entries {
		names = append(names, logFolder+"/"+entry.Name())
	}
	slices.Sort(names)
	var text strings.Builder
	for _, name := range names {
		sum, err := sumOf(filepath.Join(e.dir, filepath.FromSlash(name)))
		if err != nil {
			return &storeError{err: err}
		}
		fmt.Fprintf(&text, "%x  %s\n", sum.Sum(nil), name)
	}
	if err := os.WriteFile(filepath.Join(e.dir, "SHA256SUMS"), []byte(text.String()), 0o600); err != nil {
		return &storeError{err: err}
	}
	return nil
}

func sumOf(path string) (sum hash.Hash, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum = sha256.New()
	_, err = io.Copy(sum, file)
	return sum, err
}

const fieldsIntro = `# What the fields hold

One file for each kind of thing, in JSON Lines: an object a line. Times are RFC
3339 with the space's offset. Lists are never null; a time or an object that is
not there is null, a text that is not there is "". People and reporters who were
forgotten are shown as such. The log itself, which all of this follows from, is
in the folder log with a README of its own.
`

// describeExport describes the fields from the types that are written, so that
// it cannot differ from them.
func describeExport() string {
	var text strings.Builder
	text.WriteString(fieldsIntro)
	for _, kind := range exportKinds {
		fmt.Fprintf(&text, "\n## %s\n\n%s\n", kind.name, kind.about)
		if kind.view == nil {
			continue
		}
		var fields strings.Builder
		describeFields(&fields, reflect.TypeOf(kind.view), 0)
		text.WriteString("\n")
		for line := range strings.Lines(fields.String()) {
			indented := strings.TrimLeft(line, " ")
			text.WriteString(strings.Repeat(" ", len(line)-len(indented)) + "- " + indented)
		}
	}
	return text.String()
}

// fieldOfExport describes a field for programs.
type fieldOfExport struct {
	Name   string          `json:"name"`
	Type   string          `json:"type"`
	Help   string          `json:"help,omitempty"`
	Fields []fieldOfExport `json:"fields,omitempty"`
}

// fieldsOfExport describes the fields of every file.
func fieldsOfExport() map[string][]fieldOfExport {
	all := make(map[string][]fieldOfExport)
	for _, kind := range exportKinds {
		if kind.view != nil {
			all[kind.name] = fieldsOf(reflect.TypeOf(kind.view))
		}
	}
	return all
}

func fieldsOf(t reflect.Type) []fieldOfExport {
	var fields []fieldOfExport
	for k := range t.NumField() {
		field := t.Field(k)
		if field.Anonymous {
			fields = append(fields, fieldsOf(field.Type)...)
			continue
		}
		if !field.IsExported() {
			continue
		}
		words, inner := fieldWords(field.Type)
		one := fieldOfExport{Name: field.Tag.Get("json"), Type: words, Help: field.Tag.Get("help")}
		if inner != nil {
			one.Fields = fieldsOf(inner)
		}
		fields = append(fields, one)
	}
	return fields
}
