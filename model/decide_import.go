package model

import (
	"fmt"
	"maps"
	"slices"

	"tocsin/model/policy"
)

func (d *decider) importOpen(c ImportOpen) error {
	refs := c.Packs
	if refs == nil {
		refs = d.state.Meta.Packs
	}
	in := &inputs{}
	batch := in.need("batch", c.Batch, "a unique name")
	source := in.need("source", c.Source, "what is imported")
	d.checkPacks(in, refs)
	if _, open := d.state.Meta.Imports[batch]; open || slices.Contains(d.state.Meta.Abandoned, batch) {
		in.bad("batch", "has been used", "a unique name")
	}
	first := make(map[int]int, len(c.Years))
	for year, count := range c.Years {
		if year < earliest.Year() || year > d.now.Year()+1 || count < 1 {
			in.bad("years", fmt.Sprintf("%d incidents in %d", count, year), "at least one incident a year, from 1990 on")
		}
		first[year] = d.state.Meta.Last[year] + 1
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&ImportOpened{Batch: batch, Source: source, Packs: refs, First: first, Count: maps.Clone(c.Years)})
	return nil
}

// importRows turns rows of history into incidents. All problems of all rows
// are reported at once.
func (d *decider) importRows(c ImportRows) error {
	im, open := d.state.Meta.Imports[c.Batch]
	refs := im.Packs
	if c.Check {
		im.Next, refs = map[int]int{}, d.state.Meta.Packs
	} else if !open {
		return Refuse(Field("batch", fmt.Sprintf("%q is no import under way", Clip(CleanLine(c.Batch), 40)), "an open import"))
	}
	next := maps.Clone(im.Next)
	left := maps.Clone(im.Left)
	in := &inputs{}
	for k, row := range c.Rows {
		one := &inputs{}
		bodies := d.historyBodies(one, row, refs)
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
	d.batch = c.Batch
	if c.Check {
		d.bodies = nil
	}
	return nil
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
		Systems: in.lines("systems", row.Systems), TLP: in.tlp("tlp", row.TLP), Reporter: in.line("reporter", row.Reporter),
		Source: in.line("source", row.Source), External: in.line("id", row.External), Opened: opened, Phase: firstPhase(procedure),
	}
	if id, known := d.state.external[reported.External]; known && reported.External != "" {
		in.bad("id", fmt.Sprintf("%q was imported already as %s", reported.External, id), "an id not imported before")
	}
	blank := &Incident{Packs: refs, Opened: opened}
	bodies := []Body{reported}
	bodies = append(bodies, d.historyTriage(in, row, procedure)...)
	bodies = append(bodies, d.statements(in, blank, row.Facts)...)
	if row.Lead != "" {
		bodies = append(bodies, d.holdings(in, blank, []Holding{{Role: leadRole(procedure), Person: row.Lead}})...)
	}
	return append(bodies, d.historyEnd(in, row)...)
}

func (d *decider) historyTriage(in *inputs, row History, procedure *policy.Pack) []Body {
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
	levels := make([]string, len(procedure.Severities))
	for k, s := range procedure.Severities {
		levels[k] = s.ID
	}
	reason := in.text("reason", row.Reason)
	if reason == "" {
		reason = "imported"
	}
	return append(bodies, &SeverityDecided{After: in.oneOf("severity", row.Severity, levels), Reason: reason, At: row.Opened.UTC()})
}

func (d *decider) historyEnd(in *inputs, row History) []Body {
	outcome := row.Outcome
	if row.Closed.IsZero() {
		if outcome != Ongoing {
			in.bad("closed", "is empty although an outcome is given", "when the incident ended")
		}
		return nil
	}
	closed := in.past("closed", row.Closed, d.now)
	if closed.Before(row.Opened) {
		in.bad("closed", "lies before it was opened", "a later time")
	}
	if outcome == Ongoing {
		outcome = Resolved
	}
	accepted := []string{string(Resolved), string(FalsePositive), string(Duplicate), string(Merged)}
	return []Body{&Closed{Outcome: Outcome(in.oneOf("outcome", string(outcome), accepted)), Reason: "imported", At: closed}}
}

// leadRole is the role that an imported lead holds: the procedure's first.
func leadRole(procedure *policy.Pack) string {
	if len(procedure.Roles) == 0 {
		return ""
	}
	return procedure.Roles[0].ID
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
	im, open := d.state.Meta.Imports[c.Batch]
	if !open {
		return Refuse(Field("batch", fmt.Sprintf("%q is no import under way", Clip(CleanLine(c.Batch), 40)), "an open import"))
	}
	in := &inputs{}
	reason := in.text("abandon", c.Abandon)
	missing := 0
	for _, n := range im.Left {
		missing += n
	}
	if missing > 0 && reason == "" {
		in.bad("batch", fmt.Sprintf("%d announced incidents have not come", missing), "all rows, or a reason to abandon the import")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&ImportClosed{Batch: c.Batch, Incidents: im.Rows, Abandoned: reason})
	return nil
}
