package model

import (
	"slices"

	"tocsin/model/policy"
)

func (d *decider) setSeverity(i *Incident, c SetSeverity) error {
	in := &inputs{}
	body := d.severityCall(in, i, c, false)
	if err := in.refusal(); err != nil {
		return err
	}
	if body != nil {
		d.emit(body)
	}
	return nil
}

// severityCall checks a decision on severity. nil without a problem means
// that nothing changes. optional lets an empty level pass: triage may leave
// the severity as it is.
func (d *decider) severityCall(in *inputs, i *Incident, c SetSeverity, optional bool) *SeverityDecided {
	if optional {
		return nil
	}
	procedure := d.state.Procedure(i)
	levels := make([]string, len(procedure.Severities))
	for k, s := range procedure.Severities {
		levels[k] = s.ID
	}
	before := len(in.problems)
	level := in.oneOf("severity", c.Level, levels)
	if len(in.problems) > before {
		return nil
	}
	criteria, reason := in.lines("criteria", c.Criteria), in.text("reason", c.Reason)
	checkCriteria(in, criteria, procedure)
	current := i.Severity()
	switch {
	case level == current && slices.Equal(criteria, lastCriteria(i)) && reason == "":
		return nil
	case procedure.SeverityRank(level) < procedure.SeverityRank(current) && reason == "":
		in.bad("reason", "lowering the severity needs a reason", "why "+level+" and no longer "+current)
	case len(criteria) == 0 && reason == "":
		in.bad("reason", "a severity needs a ground", "one of the pack's criteria, or a reason")
	}
	return &SeverityDecided{ID: i.ID, Before: current, After: level, Criteria: criteria, Reason: reason}
}

// checkCriteria accepts the criteria the pack states, of any level: an
// incident may match some of several.
func checkCriteria(in *inputs, criteria []string, procedure *policy.Pack) {
	var known []string
	for _, s := range procedure.Severities {
		known = append(known, s.Criteria...)
	}
	for _, criterion := range criteria {
		if !slices.Contains(known, criterion) {
			in.bad("criteria", "\""+Clip(criterion, 60)+"\" is none of the pack's", "criteria as tocsin policy show lists them; anything else as the reason")
		}
	}
}

func lastCriteria(i *Incident) []string {
	if n := len(i.Severities); n > 0 {
		return i.Severities[n-1].Criteria
	}
	return nil
}
