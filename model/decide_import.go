package model

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tocsin/model/policy"
)

func (d *decider) importOpen(c ImportOpen) error {
	refs := slices.Clone(c.Packs)
	if refs == nil {
		refs = d.state.Meta.Packs
	}
	in := &inputs{}
	batch := in.need("batch", c.Batch, "a unique name")
	source := in.need("source", c.Source, "what is imported")
	d.checkPacks(in, refs)
	if d.state.Meta.usedBatch(batch) {
		in.bad("batch", "has been used", "a unique name")
	}
	first := d.reserve(in, c.Years)
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&ImportOpened{Batch: batch, Source: source, Packs: refs, First: first, Count: maps.Clone(c.Years)})
	return nil
}

// maxImport is how many incidents of a year an import may announce.
const maxImport = 1_000_000

// reserve checks how many incidents of each year will come, and says which
// number each year's begin with.
func (d *decider) reserve(in *inputs, years map[int]int) map[int]int {
	if len(years) == 0 {
		in.bad("years", "is empty", "how many incidents of each year will come")
	}
	first := make(map[int]int, len(years))
	this := d.now.In(d.state.Zone()).Year()
	for _, year := range slices.Sorted(maps.Keys(years)) {
		if count := years[year]; year < earliest.Year() || year > this || count < 1 || count > maxImport {
			in.bad("years", fmt.Sprintf("%d incidents in %d", count, year), fmt.Sprintf("1 to %d incidents a year, from %d to %d", maxImport, earliest.Year(), this))
		}
		first[year] = d.state.Meta.Last[year] + 1
	}
	return first
}

// importRows turns rows of history into incidents. All problems of all rows
// are reported at once.
func (d *decider) importRows(c ImportRows) error {
	batch := CleanLine(c.Batch)
	im, open := d.state.Meta.Imports[batch]
	refs := im.Packs
	if c.Check {
		refs = d.state.Meta.Packs
	} else if !open {
		return notUnderWay(batch)
	}
	next, left := maps.Clone(im.Next), maps.Clone(im.Left)
	rows := make(map[string]int) // which row brought an outside id first
	imported := d.state.importedAs(c.Rows)
	in := &inputs{}
	for k, row := range c.Rows {
		one := &inputs{}
		bodies := d.historyBodies(one, row, refs)
		checkExternal(one, rows, imported, k+1, bodies)
		if year := row.Opened.In(d.state.Zone()).Year(); len(bodies) > 0 && !c.Check {
			if left[year]--; left[year] < 0 {
				one.bad("opened", fmt.Sprintf("more incidents of %d than were announced", year), "the announced number")
			}
			number(bodies, NewID(year, next[year]))
			next[year]++
		}
		for _, p := range one.problems {
			p.Row = k + 1
			in.problems = append(in.problems, p)
		}
		d.emit(bodies...)
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.batch = batch
	if c.Check {
		d.bodies = nil
	}
	return nil
}

// importedAs says which incidents have the outside ids of rows. The state keeps
// these only while an import is open; for rows that are checked before, one walk
// over all incidents finds them.
func (s *State) importedAs(rows []History) map[string]ID {
	if s.external != nil {
		return s.external
	}
	found := make(map[string]ID, len(rows))
	for _, row := range rows {
		found[CleanLine(row.External)] = ""
	}
	delete(found, "")
	for _, i := range s.Incidents {
		if _, asked := found[i.External]; asked {
			found[i.External] = i.ID
		}
	}
	return found
}

// checkExternal holds that a row brings an outside id that no incident has and
// no earlier row brought.
func checkExternal(in *inputs, rows map[string]int, imported map[string]ID, row int, bodies []Body) {
	if len(bodies) == 0 {
		return
	}
	reported := bodies[0].(*Reported)
	if reported.External == "" {
		return
	}
	if id := imported[reported.External]; id != "" {
		in.bad("id", fmt.Sprintf("%q was imported already as %s", reported.External, id), "an id not imported before")
	}
	if first, taken := rows[reported.External]; taken {
		in.bad("id", fmt.Sprintf("%q is the id of row %d too", reported.External, first), "an id for each incident")
		return
	}
	rows[reported.External] = row
}

func notUnderWay(batch string) error {
	return Refuse(Field("batch", fmt.Sprintf("%q is no import under way", Clip(batch, 40)), "an open import"))
}

// historyBodies says which events one row leads to, with no incident id yet.
func (d *decider) historyBodies(in *inputs, row History, refs []policy.Ref) []Body {
	procedure := d.state.Packs[refs[0]]
	if row.Opened.IsZero() {
		in.bad("opened", "is empty", "when the incident was opened")
		return nil
	}
	opened := in.past("opened", row.Opened, d.now)
	reported := &Reported{
		Packs: refs, Title: in.need("title", row.Title, "what happened, in one line"), Description: in.text("description", row.Description),
		Types: in.words("types", row.Types, procedure.Types), Data: in.words("data", row.Data, procedure.Data),
		Systems: in.lines("systems", row.Systems), TLP: in.tlp("tlp", row.TLP), Reporter: in.reporter("reporter", row.Reporter),
		Source: in.line("source", row.Source), External: in.line("id", row.External), Opened: opened, Phase: firstPhase(procedure),
	}
	blank := &Incident{Packs: refs, Opened: opened, Particulars: new(Particulars)}
	bodies := []Body{reported}
	bodies = append(bodies, d.historyTriage(in, row, procedure, opened)...)
	bodies = append(bodies, d.statements(in, blank, row.Facts)...)
	if row.Lead != "" {
		bodies = append(bodies, d.historyLead(in, row, procedure)...)
	}
	return append(bodies, d.historyEnd(in, row, opened)...)
}

func (d *decider) historyTriage(in *inputs, row History, procedure *policy.Pack, opened time.Time) []Body {
	var changes []Change
	if row.Classification != "" {
		changes = appendChange(changes, FieldClassification, "", in.oneOf(FieldClassification, string(row.Classification), []string{string(Confirmed), string(Potential)}))
	}
	if row.Severity == "" && len(changes) == 0 {
		return nil
	}
	bodies := []Body{&Assessed{Changes: changes}}
	if row.Severity == "" {
		return bodies
	}
	reason := in.text("reason", row.Reason)
	if reason == "" {
		reason = "imported"
	}
	return append(bodies, &SeverityDecided{After: in.oneOf("severity", row.Severity, severityIDs(procedure)), Reason: reason, At: opened})
}

// historyLead gives an imported lead the role that leads: the procedure's
// "lead", or its first.
func (d *decider) historyLead(in *inputs, row History, procedure *policy.Pack) []Body {
	person := in.line("lead", row.Lead)
	if person == "" || len(procedure.Roles) == 0 {
		return nil
	}
	role := procedure.Roles[0].ID
	if _, ok := procedure.Role("lead"); ok {
		role = "lead"
	}
	return []Body{&RoleTaken{Role: role, Person: person}}
}

func (d *decider) historyEnd(in *inputs, row History, opened time.Time) []Body {
	outcome := row.Outcome
	if row.Closed.IsZero() {
		if outcome != Ongoing {
			in.bad("closed", "is empty although an outcome is given", "when the incident ended")
		}
		return nil
	}
	closed := in.past("closed", row.Closed, d.now)
	if closed.Before(opened) {
		in.bad("closed", "lies before it was opened", "a time from "+d.show(opened)+" on")
	}
	if outcome == Ongoing {
		outcome = Resolved
	}
	accepted := []string{string(Resolved), string(FalsePositive), string(Duplicate), string(Merged)}
	return []Body{&Closed{Outcome: Outcome(in.oneOf("outcome", string(outcome), accepted)), Reason: "imported", At: closed}}
}

// number puts an incident's id into the events of its row.
func number(bodies []Body, id ID) {
	for _, b := range bodies {
		switch body := b.(type) {
		case *Reported:
			body.ID = id
		case *Assessed:
			body.ID = id
		case *SeverityDecided:
			body.ID = id
		case *FactStated:
			body.ID = id
		case *RoleTaken:
			body.ID = id
		case *Closed:
			body.ID = id
		}
	}
}

func (d *decider) importClose(c ImportClose) error {
	batch := CleanLine(c.Batch)
	im, open := d.state.Meta.Imports[batch]
	if !open {
		return notUnderWay(batch)
	}
	in := &inputs{}
	reason := in.text("abandon", c.Abandon)
	missing := 0
	for _, n := range im.Left {
		missing += n
	}
	if missing > 0 && reason == "" {
		in.bad("batch", fmt.Sprintf("announced incidents have not come: %d", missing), "all rows, or a reason to abandon the import")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&ImportClosed{Batch: batch, Incidents: im.Rows, Abandoned: reason})
	return nil
}
