package policy

import (
	"fmt"
	"slices"
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

// Explain is ExplainIn for a home of which only the zone is known (nil is
// UTC), and no holidays.
func Explain(o *Obligation, c *Case, zone *time.Location) Explanation {
	return ExplainIn(o, c, calendar.Calendar{Zone: zone})
}

// ExplainIn says why the obligation is there and how its due times came about.
// It takes the case and the home that the obligation was computed from;
// readings are given in the zone its days are counted in, which is that at home
// unless its pack has its own.
func ExplainIn(o *Obligation, c *Case, home calendar.Calendar) Explanation {
	cal := o.Pack.CalendarAt(home)
	return Explanation{
		Why:      o.explainWhy(c),
		Steps:    append(o.explainSteps(c, cal), o.explainHold(c, home, cal)...),
		Warnings: o.warnings(c, cal),
	}
}

func (o *Obligation) explainWhy(c *Case) []string {
	var lines []string
	for _, reason := range o.Rule.When.reasons(c, o.addressee(), o.Pack.questionLabel) {
		lines = append(lines, reason.Text)
	}
	if len(lines) == 0 {
		lines = append(lines, "applies to every incident under "+o.Pack.Title)
	}
	if o.Applies == Unknown && o.Undated != "" {
		lines = append(lines, o.undatedWords())
	}
	if o.closed {
		lines = append(lines, o.Why)
	}
	if o.Waiver != nil {
		lines = append(lines, "waived by "+o.Waiver.Decider+": "+o.Waiver.Rationale)
	}
	return lines
}

func (o *Obligation) explainSteps(c *Case, cal calendar.Calendar) []calendar.Step {
	switch {
	case !o.Started && o.Undated != "":
		return []calendar.Step{{Text: "the clock may run; " + o.undatedWords()}}
	case !o.Started:
		return []calendar.Step{{Text: "the clock has not started; not stated yet: " + o.startLabel()}}
	}
	steps := []calendar.Step{{Text: o.explainStart(c, cal), At: o.Trigger}}
	if o.soft() {
		return append(steps, calendar.Step{Text: "without undue delay: the source gives no number"})
	}
	steps = append(steps, o.explainFilings(cal)...)
	if o.stands() || o.Rule.Every.IsZero() {
		_, counted := cal.ExplainCount(o.dues.first, o.dues.anchor)
		steps = append(steps, counted...)
		steps = append(steps, o.explainCaps(c, cal)...)
		steps = append(steps, o.explainTerms(cal)...)
		steps = append(steps, o.explainDelays(c, cal)...)
		steps = append(steps, o.explainLegal(cal)...)
	}
	return append(steps, o.explainRecurrence(cal)...)
}

// explainStart tells what started the clock, or from when the worst case counts
// where nobody knows when that was.
func (o *Obligation) explainStart(c *Case, cal calendar.Calendar) string {
	label, started := o.startLabel(), calendar.Reading(o.Trigger, cal.Zone)
	if fact, moved := o.movedBySince(c); moved {
		return fmt.Sprintf("group %s was found to be affected: %s; it was not known of before, so that its own clock starts then and not with: %s (%s)",
			o.Group.ID, started, label, calendar.Reading(fact, cal.Zone))
	}
	if o.Undated != o.Rule.Starts {
		return label + ": " + started
	}
	at := c.Times[o.Earliest]
	text := fmt.Sprintf("not known when: %s; it cannot have been before the earliest that is known of the incident, %s: %s",
		label, o.Pack.factLabel(o.Earliest), calendar.Reading(at, cal.Zone))
	switch {
	case o.Rule.Soft():
		return text
	case o.Trigger.Equal(at):
		return text + ", and the worst case counts from there"
	}
	return text + "; the worst case counts from " + started
}

// explainFilings tells what was submitted and where the next count starts.
func (o *Obligation) explainFilings(cal calendar.Calendar) []calendar.Step {
	var steps []calendar.Step
	for i := range o.Done {
		filing := &o.Done[i]
		text := filing.words() + " " + calendar.Reading(filing.At, cal.Zone)
		if !filing.Due.IsZero() {
			text += ", due " + calendar.Reading(filing.Due, cal.Zone)
		}
		if filing.Late {
			text += ": late"
			if o.Undated != "" {
				text += " in the worst case"
			}
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

// words say what answered the due time.
func (s *Submission) words() string {
	if s.Nothing {
		return s.By + " decided that no material facts became known,"
	}
	return "submitted"
}

// explainCaps says of each further limit whether it comes first, comes later,
// has lapsed or is not known.
func (o *Obligation) explainCaps(c *Case, cal calendar.Calendar) []calendar.Step {
	var steps []calendar.Step
	own := o.dues.calendar.End(o.dues.first, o.dues.anchor)
	for i := range o.Rule.Caps {
		k := &o.Rule.Caps[i]
		limit, counts := k.limit(o.Trigger, c, cal)
		if limit.IsZero() {
			continue
		}
		step := calendar.Step{At: limit, Text: fmt.Sprintf("also at most %s after %s (%s): %s", k.Within.Words(), o.Pack.factLabel(k.Starts),
			k.startWords(c, cal), calendar.Reading(limit, cal.Zone))}
		switch {
		case !counts:
			step.Text += "; that had passed when the clock started, so it does not count"
		case limit.Equal(o.dues.cap) && limit.Before(own):
			step.Text += "; the earlier one decides"
		default:
			step.Text += "; that is no earlier"
		}
		steps = append(steps, step)
	}
	return steps
}

// startWords say when the cap's fact was, or what is known of that.
func (k *Cap) startWords(c *Case, cal calendar.Calendar) string {
	if at, stated := c.Times[k.Starts]; stated {
		return calendar.Reading(at, cal.Zone)
	}
	_, at := c.earliest()
	return "not known when, at the earliest " + calendar.Reading(at, cal.Zone)
}

// explainDelays tells every delay on record, and what it does to the due time.
func (o *Obligation) explainDelays(c *Case, cal calendar.Calendar) []calendar.Step {
	if o.Rule.Suspend == SuspendNever {
		return nil
	}
	var steps []calendar.Step
	for _, s := range c.Suspensions {
		if !s.Key.Covers(o.Key()) {
			continue
		}
		text := fmt.Sprintf("delay from %s until %s, asked for by %s (%s)",
			calendar.Reading(s.From, cal.Zone), calendar.Reading(s.Until, cal.Zone), s.By, s.Evidence)
		if !o.delayedBy(&s) {
			text += ": it began after the time had run out and moves nothing"
		}
		steps = append(steps, calendar.Step{Text: text})
	}
	if len(o.Suspensions) == 0 {
		return steps
	}
	without := o.dues
	without.delays = nil
	due, otherwise := o.dues.due(1), without.due(1)
	if due.Equal(otherwise) {
		return append(steps, calendar.Step{At: due, Text: "the delay ends before that and moves nothing"})
	}
	return append(steps, calendar.Step{At: due, Text: fmt.Sprintf("due %s after the delay; it would be %s without",
		calendar.Reading(due, cal.Zone), calendar.Reading(otherwise, cal.Zone))})
}

// delayedBy reports whether a recorded delay is among those that count.
func (o *Obligation) delayedBy(s *Suspension) bool {
	return slices.ContainsFunc(o.Suspensions, func(counts Suspension) bool {
		return !s.From.Before(counts.From) && !s.Until.After(counts.Until)
	})
}

// fullHourSource is where a limit at the end of the hour comes from.
const fullHourSource = "Regulation 1182/71, Article 3(1)"

// legalWords say why a legal limit is arguable.
var legalWords = map[Legal]string{
	LegalFullHour:           "the hour of the event is not counted",
	LegalNextWorkingDay:     "a last day that is no working day gives way to the next one that is",
	LegalNoonNextWorkingDay: "a limit on a day that is no working day gives way to noon of the next one that is",
	LegalSkipHolidays:       "if holidays are no business days, which is unsettled",
}

func (o *Obligation) explainLegal(cal calendar.Calendar) []calendar.Step {
	strict := o.dues.due(1)
	legal := o.legal.limit(&o.dues, strict)
	if legal.Equal(strict) {
		return nil
	}
	by, steps := o.legal, []calendar.Step(nil)
	switch o.legal {
	case LegalNextWorkingDay, LegalNoonNextWorkingDay:
		at := calendar.EndOfDay
		if o.legal == LegalNoonNextWorkingDay {
			at = calendar.Noon
		}
		if _, steps = cal.ExplainRoll(strict, o.dues.first.EndsDay(), at); len(steps) == 0 {
			by = LegalFullHour
		}
	}
	text := "latest arguable limit " + calendar.Reading(legal, cal.Zone) + ": " + legalWords[by]
	if source := o.Rule.legalSource(by); source != "" {
		text += " (" + source + ")"
	}
	return append(steps, calendar.Step{Text: text, At: legal})
}

// legalSource is what a legal limit of the rule rests on.
func (r *Rule) legalSource(by Legal) string {
	if by == LegalFullHour {
		return fullHourSource
	}
	return r.LegalBy
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

func (o *Obligation) warnings(c *Case, cal calendar.Calendar) []string {
	var lines []string
	if o.Started && o.Applies == Unknown {
		lines = append(lines, "worst case: "+o.Why)
	}
	if o.Started && o.Undated != "" && o.Why != o.undatedWords() && o.Applies == Unknown {
		lines = append(lines, "worst case: "+o.undatedWords())
	}
	if !o.Started && o.Undated != "" && !o.soft() {
		lines = append(lines, fmt.Sprintf("no time is stated at all, so there is no due time, not even for the worst case; to state this would give it: %s", o.noTimeWords()))
	}
	if text := o.unknownHolidays(cal); text != "" {
		lines = append(lines, text)
	}
	for i := range o.Rule.Caps {
		if k := &o.Rule.Caps[i]; o.Started && !hasTime(c, k.Starts) && !c.undated(k.Starts) {
			lines = append(lines, "an earlier limit cannot be excluded; not stated yet: "+o.Pack.factLabel(k.Starts))
		}
	}
	if o.Rule.Suspend == SuspendNever && slices.ContainsFunc(c.Suspensions, func(s Suspension) bool { return s.Key.Covers(o.Key()) }) {
		lines = append(lines, "a delay is recorded, but the source knows none for this: nothing moves")
	}
	if relief := o.Rule.Relief; relief != nil && c.Settings[relief.Setting] == "" {
		lines = append(lines, "a later legal limit may hold; not known yet: "+o.Pack.questionLabel(relief.Setting))
	}
	return lines
}

// noTimeWords name what would give a due time where none is stated: when the
// incident occurred for the worst case, and the fact itself.
func (o *Obligation) noTimeWords() string {
	return either([]string{o.Pack.factLabel("occurred"), o.startLabel()})
}

func hasTime(c *Case, fact string) bool {
	_, stated := c.Times[fact]
	return stated
}

// unknownHolidays warns where holidays decide and are not known.
func (o *Obligation) unknownHolidays(cal calendar.Calendar) string {
	switch {
	case !o.dues.usesHolidays(o.legal):
		return ""
	case len(cal.Holidays) == 0 && o.Pack.Zone == "" && o.Pack.CalendarID == "":
		return "no public holidays of your own place are known: only weekends are skipped; name a home calendar, such as with tocsin setup --calendar de"
	case len(cal.Holidays) == 0:
		return "no public holidays are known here: only weekends are skipped"
	case !o.Started || o.soft():
		return ""
	}
	strict := o.dues.due(1)
	last := strict
	if legal := o.legal.limit(&o.dues, strict); legal.After(last) {
		last = legal
	}
	unknown := cal.Unknown(o.dues.anchor, last.Add(-time.Nanosecond))
	if len(unknown) == 0 {
		return ""
	}
	return fmt.Sprintf("the holidays of %s are not known for %d: only weekends are skipped there, and no limit moves to a later day", cal.Name, unknown[0])
}
