package model

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/model/policy"
)

func (d *decider) report(c Report) error {
	refs := c.Packs
	if refs == nil {
		refs = d.state.Meta.Packs
	}
	in := &inputs{}
	d.checkPacks(in, refs)
	if err := in.refusal(); err != nil {
		return err
	}
	procedure := d.state.Packs[refs[0]]
	body := &Reported{
		Packs:       refs,
		Title:       in.need("title", c.Title, "what happened, in one line"),
		Description: in.text("description", c.Description),
		Types:       in.words("types", c.Types, procedure.Types),
		Data:        in.words("data", c.Data, procedure.Data),
		Systems:     in.lines("systems", c.Systems),
		TLP:         in.tlp("tlp", c.TLP),
		Reporter:    in.line("reporter", c.Reporter),
		Contact:     in.line("contact", c.Contact),
		Source:      in.line("source", c.Source),
		Opened:      d.now,
		Phase:       firstPhase(procedure),
	}
	detected := d.now
	if !c.Detected.IsZero() {
		detected = in.past("detected", c.Detected, d.now)
	}
	occurred := c.Occurred
	if !occurred.IsZero() {
		occurred = in.past("occurred", occurred, d.now)
		if occurred.After(detected) {
			in.bad("occurred", "lies after it was detected", "a time up to "+d.show(detected))
		}
	}
	if err := in.refusal(); err != nil {
		return err
	}
	year := d.now.In(d.state.Zone()).Year()
	body.ID = NewID(year, d.state.Meta.Last[year]+1)
	d.incident = body.ID
	d.emit(body)
	if !occurred.IsZero() {
		d.emit(&FactStated{ID: body.ID, Name: "occurred", Value: Time(occurred)})
	}
	d.emit(
		&FactStated{ID: body.ID, Name: "detected", Value: Time(detected)},
		&FactStated{ID: body.ID, Name: "reported", Value: Time(d.now)},
	)
	return nil
}

func firstPhase(procedure *policy.Pack) string {
	if len(procedure.Phases) == 0 {
		return ""
	}
	return procedure.Phases[0].ID
}

func (d *decider) describe(i *Incident, c Describe) error {
	in := &inputs{}
	var changes []Change
	line := func(field, before string, to *string) {
		if to != nil {
			changes = appendChange(changes, field, before, in.line(field, *to))
		}
	}
	if c.Title != nil {
		changes = appendChange(changes, FieldTitle, i.Title, in.need(FieldTitle, *c.Title, "what happened, in one line"))
	}
	if c.Description != nil {
		changes = appendChange(changes, FieldDescription, i.Description, in.text(FieldDescription, *c.Description))
	}
	if c.Systems != nil {
		changes = appendListChange(changes, FieldSystems, i.Systems, in.lines(FieldSystems, *c.Systems))
	}
	if c.TLP != nil {
		changes = appendChange(changes, FieldTLP, string(i.TLP), string(in.tlp(FieldTLP, *c.TLP)))
	}
	line(FieldReporter, i.Reporter, c.Reporter)
	line(FieldContact, i.Contact, c.Contact)
	if err := in.refusal(); err != nil {
		return err
	}
	if err := checkBase(i, c.Base, clashesOf(changes)); err != nil {
		return err
	}
	if len(changes) > 0 {
		d.emit(&Described{ID: i.ID, Changes: changes})
	}
	return nil
}

// triage is one assessment: several events, or none of them.
func (d *decider) triage(i *Incident, c Triage) error {
	in := &inputs{}
	changes := d.assess(in, i, c)
	facts := d.statements(in, i, c.Facts)
	severity := d.severityCall(in, i, SetSeverity{Level: c.Severity, Criteria: c.Criteria, Reason: c.Reason}, c.Severity == "")
	roles := d.holdings(in, i, c.Roles)
	if err := in.refusal(); err != nil {
		return err
	}
	clashes := clashesOf(changes)
	if severity != nil {
		clashes = append(clashes, Clash{Field: "severity", Yours: severity.After, Theirs: severity.Before})
	}
	if err := checkBase(i, c.Base, append(clashes, d.factClashes(facts)...)); err != nil {
		return err
	}
	if i.Triaged.IsZero() || len(changes) > 0 {
		d.emit(&Assessed{ID: i.ID, Changes: changes})
	}
	if severity != nil {
		d.emit(severity)
	}
	d.emit(facts...)
	d.emit(roles...)
	return nil
}

// assess checks what triage says the incident is.
func (d *decider) assess(in *inputs, i *Incident, c Triage) []Change {
	procedure := d.state.Procedure(i)
	var changes []Change
	if c.Types != nil {
		changes = appendListChange(changes, FieldTypes, i.Types, in.words(FieldTypes, c.Types, procedure.Types))
	}
	if c.Classification != "" {
		to := in.oneOf(FieldClassification, string(c.Classification), []string{string(Confirmed), string(Potential)})
		changes = appendChange(changes, FieldClassification, string(i.Classification), to)
	}
	if c.Data != nil {
		changes = appendListChange(changes, FieldData, i.Data, in.words(FieldData, c.Data, procedure.Data))
	}
	if c.Systems != nil {
		changes = appendListChange(changes, FieldSystems, i.Systems, in.lines(FieldSystems, c.Systems))
	}
	if c.TLP != "" {
		changes = appendChange(changes, FieldTLP, string(i.TLP), string(in.tlp(FieldTLP, c.TLP)))
	}
	return changes
}

// checkBase refuses what was edited on an older revision, where it would
// undo somebody's change.
func checkBase(i *Incident, base uint64, clashes []Clash) error {
	if base == 0 || base == i.Revision || len(clashes) == 0 {
		return nil
	}
	return &Refusal{Cause: ErrConflict, Reason: fmt.Sprintf("%s changed while you were editing it", i.ID), Clashes: clashes}
}

func clashesOf(changes []Change) []Clash {
	clashes := make([]Clash, 0, len(changes))
	for _, c := range changes {
		clashes = append(clashes, Clash{Field: c.Field, Yours: c.After, Theirs: c.Before})
	}
	return clashes
}

func (d *decider) factClashes(facts []Body) []Clash {
	var clashes []Clash
	for _, body := range facts {
		if corrected, ok := body.(*FactCorrected); ok {
			clashes = append(clashes, Clash{Field: corrected.Name, Yours: d.showValue(corrected.After), Theirs: d.showValue(corrected.Before)})
		}
	}
	return clashes
}

func appendChange(changes []Change, field, before, after string) []Change {
	if before == after {
		return changes
	}
	return append(changes, Change{Field: field, Before: before, After: after})
}

func appendListChange(changes []Change, field string, before, after []string) []Change {
	if slices.Equal(before, after) {
		return changes
	}
	return append(changes, Change{Field: field, Before: strings.Join(before, ", "), After: strings.Join(after, ", "), List: after})
}
