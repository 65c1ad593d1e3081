package model

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/model/policy"
)

func (d *decider) report(c Report) error {
	refs := slices.Clone(c.Packs)
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
		Reporter:    in.reporter("reporter", c.Reporter),
		Contact:     in.reporter("contact", c.Contact),
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
	d.emit(d.ownFacts(&Incident{ID: body.ID, Particulars: new(Particulars)}, refs, nil)...)
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
	reporter := func(field, before string, to *string) {
		if to != nil {
			changes = appendChange(changes, field, before, in.reporter(field, *to))
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
	if i.Reporter == ForgottenText && (c.Reporter != nil || c.Contact != nil) {
		in.bad(FieldReporter, "was forgotten", "nothing more on this incident")
	}
	reporter(FieldReporter, i.Reporter, c.Reporter)
	reporter(FieldContact, i.Contact, c.Contact)
	if err := in.refusal(); err != nil {
		return err
	}
	if err := checkBase(i, i.clashes(c.Base, changes)); err != nil {
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
	severity := d.triageSeverity(in, i, c)
	roles := d.holdings(in, i, c.Roles)
	joined := d.joined(in, i, c.Packs)
	if i.Triaged.IsZero() && len(changes)+len(facts)+len(roles)+len(joined) == 0 && severity == nil && len(in.problems) == 0 {
		in.bad("triage", "says nothing", "at least one of type, classification, severity, data, systems, a fact, a role or a pack")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	clashes := append(i.clashes(c.Base, changes), i.severityClashes(c.Base, severity)...)
	if err := checkBase(i, append(clashes, d.factClashes(i, c.Base, facts)...)); err != nil {
		return err
	}
	if i.Triaged.IsZero() || len(changes) > 0 {
		d.emit(&Assessed{ID: i.ID, Changes: changes})
	}
	if severity != nil {
		d.emit(severity)
	}
	d.emit(facts...)
	d.emit(d.ownFacts(i, orOwn(joined, i.Packs), facts)...)
	d.emit(roles...)
	return d.join(i, joined)
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

// checkBase refuses what would undo somebody's change that the form had not
// seen yet.
func checkBase(i *Incident, clashes []Clash) error {
	if len(clashes) == 0 {
		return nil
	}
	return &Refusal{Cause: ErrConflict, Reason: fmt.Sprintf("%s changed while you were editing it", i.ID), Clashes: clashes, Current: i.Revision}
}

// clashes lists the changes of fields that were edited after base; 0 is a
// form that does not ask.
func (i *Incident) clashes(base uint64, changes []Change) []Clash {
	var clashes []Clash
	for _, c := range changes {
		if base > 0 && i.editedAt(c.Field) > base {
			clashes = append(clashes, Clash{Field: c.Field, Yours: c.After, Theirs: c.Before})
		}
	}
	return clashes
}

func (i *Incident) severityClashes(base uint64, severity *SeverityDecided) []Clash {
	n := len(i.Severities)
	if severity == nil || base == 0 || n == 0 || i.Severities[n-1].Seq <= base {
		return nil
	}
	return []Clash{{Field: "severity", Yours: severity.After, Theirs: severity.Before}}
}

func (d *decider) factClashes(i *Incident, base uint64, facts []Body) []Clash {
	var clashes []Clash
	for _, body := range facts {
		corrected, ok := body.(*FactCorrected)
		if !ok || base == 0 {
			continue
		}
		if fact, _ := i.Fact(corrected.Name); fact.Seq > base {
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
