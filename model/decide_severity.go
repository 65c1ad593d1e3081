package model

import (
	"slices"

	"tocsin/model/policy"
)

func (d *decider) setSeverity(i *Incident, c SetSeverity) error {
	in := &inputs{}
	body := d.severityCall(in, i, c)
	if err := in.refusal(); err != nil {
		return err
	}
	if body != nil {
		d.emit(body)
	}
	return nil
}

// triageSeverity is the decision on severity that a triage brings. Without a
// level it is about the one that stands, or there is none.
func (d *decider) triageSeverity(in *inputs, i *Incident, c Triage) *SeverityDecided {
	call := SetSeverity{Level: c.Severity, Criteria: c.Criteria, Reason: c.Reason}
	if call.Level == "" {
		if len(call.Criteria) == 0 && CleanText(call.Reason) == "" {
			return nil
		}
		call.Level = i.Severity()
	}
	return d.severityCall(in, i, call)
}

// severityCall checks a decision on severity. nil without a problem means
// that it says what stands.
func (d *decider) severityCall(in *inputs, i *Incident, c SetSeverity) *SeverityDecided {
	procedure := d.state.Procedure(i)
	before := len(in.problems)
	level := in.oneOf("severity", c.Level, severityIDs(procedure))
	if len(in.problems) > before {
		return nil
	}
	criteria, reason := in.lines("criteria", c.Criteria), in.text("reason", c.Reason)
	checkCriteria(in, criteria, procedure)
	current := i.Severity()
	if c.Criteria == nil && level == current {
		criteria = lastCriteria(i)
	}
	switch {
	case level == current && i.standsOn(criteria, reason):
		return nil
	case procedure.SeverityRank(level) < procedure.SeverityRank(current) && reason == "":
		in.bad("reason", "lowering the severity needs a reason", "why "+level+" and no longer "+current)
	case len(criteria) == 0 && reason == "":
		in.bad("reason", "a severity needs a ground", "one of the pack's criteria, or a reason")
	}
	return &SeverityDecided{ID: i.ID, Before: current, After: level, Criteria: criteria, Reason: reason}
}

// standsOn reports whether the last decision on severity was made on this
// ground already. An empty reason adds nothing to it.
func (i *Incident) standsOn(criteria []string, reason string) bool {
	if len(i.Severities) == 0 {
		return false
	}
	last := &i.Severities[len(i.Severities)-1]
	return slices.Equal(criteria, last.Criteria) && (reason == "" || reason == last.Reason)
}

func lastCriteria(i *Incident) []string {
	if n := len(i.Severities); n > 0 {
		return i.Severities[n-1].Criteria
	}
	return nil
}

func severityIDs(procedure *policy.Pack) []string {
	levels := make([]string, len(procedure.Severities))
	for k, s := range procedure.Severities {
		levels[k] = s.ID
	}
	return levels
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
