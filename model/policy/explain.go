package policy

import (
	"time"

	"tocsin/model/calendar"
)

// Explanation is why an obligation applies, what started it and how its due
// times were computed, in the order a person would say it.
type Explanation struct {
	Why      []string        `json:"why"`                // one line per condition, with what the case says to it
	Steps    []calendar.Step `json:"steps"`              // from the trigger to the strict due time, then the legal one
	Warnings []string        `json:"warnings,omitempty"` // such as a calendar without data for a year
}

// Explain says why the obligation is there and how its due times came about.
// It takes the case that the obligation was computed from; readings are given
// in the zone its days are counted in, which is zone unless its pack has its
// own (nil is UTC).
func Explain(o *Obligation, c *Case, zone *time.Location) Explanation {
	cal := calendarOf(o.Pack, zone)
	return Explanation{
		Why:      o.explainWhy(c),
		Steps:    o.explainSteps(cal),
		Warnings: o.warnings(cal),
	}
}

func (o *Obligation) explainWhy(c *Case) []string {
	var lines []string
	for _, reason := range o.Rule.When.reasons(c, o.Pack.questionLabel) {
		lines = append(lines, reason.Text)
	}
	if len(lines) == 0 {
		lines = append(lines, "applies to every incident under "+o.Pack.Title)
	}
	if o.closed {
		lines = append(lines, o.Why)
	}
	if o.Waiver != nil {
		lines = append(lines, "waived by "+o.Waiver.Decider+": "+o.Waiver.Rationale)
	}
	return lines
}

func (o *Obligation) explainSteps(cal calendar.Calendar) []calendar.Step {
	if !o.Started {
		return []calendar.Step{{Text: "the clock has not started; not stated yet: " + o.startLabel()}}
	}
	steps := []calendar.Step{{
		Text: o.startLabel() + ": " + calendar.Reading(o.Trigger, cal.Zone),
		At:   o.Trigger,
	}}
	if o.Rule.Soft() {
		return append(steps, calendar.Step{Text: "without undue delay: the source gives no number"})
	}
	steps = append(steps, o.explainFilings(cal)...)
	due, counted := cal.Explain(o.dues.first, o.dues.anchor)
	if o.stands() || o.Rule.Every.IsZero() {
		steps = append(steps, counted...)
		steps = append(steps, o.explainLegal(due, cal)...)
	}
	return append(steps, o.explainRecurrence(cal)...)
}

// explainFilings tells what was submitted and where the next count starts.
func (o *Obligation) explainFilings(cal calendar.Calendar) []calendar.Step {
	var steps []calendar.Step
	for i := range o.Done {
		filing := &o.Done[i]
		text := "submitted " + calendar.Reading(filing.At, cal.Zone)
		if !filing.Due.IsZero() {
			text += ", due " + calendar.Reading(filing.Due, cal.Zone)
		}
		if filing.Late {
			text += ": late"
		}
		steps = append(steps, calendar.Step{Text: text, At: filing.At})
	}
	if o.recurs() && len(o.Done) > 0 && o.Ended.IsZero() {
		steps = append(steps, calendar.Step{
			Text: "the next one counts from " + calendar.Reading(o.Start, cal.Zone),
			At:   o.Start,
		})
	}
	return steps
}

func (o *Obligation) explainLegal(strict time.Time, cal calendar.Calendar) []calendar.Step {
	legal := o.Rule.Legal.limit(strict, o.dues.first, cal.Location())
	if legal.Equal(strict) {
		return nil
	}
	return []calendar.Step{{
		Text: "latest arguable limit " + calendar.Reading(legal, cal.Zone) +
			": the hour of the event is not counted (Regulation 1182/71, Article 3(1))",
		At: legal,
	}}
}

func (o *Obligation) explainRecurrence(cal calendar.Calendar) []calendar.Step {
	switch {
	case !o.recurs():
		return nil
	case !o.Ended.IsZero():
		return []calendar.Step{{
			Text: "ended with " + o.Pack.factLabel(o.Rule.Until) + ": " + calendar.Reading(o.Ended, cal.Zone),
			At:   o.Ended,
		}}
	case o.Rule.Until == "":
		return []calendar.Step{{Text: "then every " + o.Rule.Every.Words() + " after the last one sent"}}
	}
	return []calendar.Step{{Text: "then every " + o.Rule.Every.Words() +
		" after the last one sent, until this is stated: " + o.Pack.factLabel(o.Rule.Until)}}
}

func (o *Obligation) warnings(cal calendar.Calendar) []string {
	var lines []string
	if o.Started && o.Applies == Unknown {
		lines = append(lines, "worst case: "+o.Why)
	}
	business := o.Rule.Within.Unit == calendar.BusinessDays || o.Rule.Every.Unit == calendar.BusinessDays
	if business && len(cal.Holidays) == 0 {
		lines = append(lines, "no public holidays are known here: only weekends are skipped")
	}
	return lines
}
