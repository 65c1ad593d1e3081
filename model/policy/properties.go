package policy

import (
	"fmt"
	"strings"

	"tocsin/model/calendar"
)

// Property is one thing that a rule or a setting says, in words.
type Property struct{ Name, Text string }

// Says tells all that a rule of the pack says but its title, in the order a
// reader asks for it and with the pack's wording of facts, questions, settings
// and roles. What the rule does not say is left out.
func (p *Pack) Says(r *Rule) []Property {
	var said []Property
	for _, property := range []Property{
		{"due", p.withinOf(r)},
		{"at most", p.capsOf(r)},
		{"counted", countedWords[r.CountFrom]},
		{"updates", p.updatesOf(r)},
		{"restarts with", p.submissionsOf(r.Restarts)},
		{"applies", p.conditionOf(&r.When)},
		{"to", r.Audience},
		{"recipients", toWords[r.To]},
		{"only if", p.directOf(r)},
		{"notice", kindWords(r)},
		{"held back", p.bufferOf(r)},
		{"after", p.rulesOf(r.After)},
		{"says", lines(r.Contents)},
		{"phases", phasedWords(r.Phased)},
		{"approved by", p.rolesOf(r.Approval)},
		{"in an emergency", p.overrideOf(r)},
		{"met", p.metOf(r)},
		{"reminds", p.rolesOf(r.Remind)},
		{"reminders", r.Reminders.words()},
		{"legal limit", arguableOf(r.Legal, r.legalSource(r.Legal))},
		{"relief", p.reliefOf(r)},
		{"delay", suspendWords[r.Suspend]},
		{"in force", forceOf(r.EffectiveFrom, r.EffectiveTo)},
		{"checked on", r.CheckedOn},
		{"note", r.Note},
		{"source", r.Citation},
	} {
		if property.Text != "" {
			said = append(said, property)
		}
	}
	return said
}

// When says when a rule or a task applies, such as "if severity is critical";
// "" where it always does.
func (p *Pack) When(w *Condition) string {
	if w.IsZero() {
		return ""
	}
	return p.conditionOf(w)
}

func (p *Pack) conditionOf(w *Condition) string {
	if w.IsZero() {
		return "to every incident"
	}
	return "if " + w.wordsAs(p.quotedLabel, p.valueLabel)
}

// quotedLabel is the wording of a question or setting in quotation marks, or
// its id where the pack does not ask it.
func (p *Pack) quotedLabel(id string) string {
	if label := p.questionLabel(id); label != id {
		return "“" + label + "”"
	}
	return id
}

func (p *Pack) valueLabel(setting, word string) string {
	if s, found := p.Setting(setting); found {
		if value, known := findTerm(s.Values, word); known {
			return value.Label
		}
	}
	return word
}

// withinOf is how long the rule allows, and from when.
func (p *Pack) withinOf(r *Rule) string {
	start := p.startOf(r.Starts)
	if r.Soft() {
		return "without undue delay after: " + start
	}
	text := "within " + r.Within.Words() + " of: " + start
	if r.At != calendar.EndOfDay {
		text += ", at " + string(r.At)
		if p.Zone != "" {
			text += " in " + p.Zone
		}
	}
	return text
}

// startOf is what starts a clock.
func (p *Pack) startOf(starts string) string {
	if rule, submitted := strings.CutPrefix(starts, submittedPrefix); submitted {
		return "“" + p.ruleTitle(rule) + "” submitted"
	}
	return p.factLabel(starts)
}

func (p *Pack) submissionsOf(starts []string) string {
	words := make([]string, len(starts))
	for i, each := range starts {
		words[i] = p.startOf(each)
	}
	return either(words)
}

func (p *Pack) capsOf(r *Rule) string {
	words := make([]string, len(r.Caps))
	for i, k := range r.Caps {
		words[i] = k.Within.Words() + " from: " + p.startOf(k.Starts)
		if k.Lapses {
			words[i] += " (unless that has passed when the clock starts)"
		}
	}
	return lines(words)
}

// countedWords say which day is the first, where it is not the one after the
// event.
var countedWords = map[calendar.Anchor]string{
	calendar.FromEventDay: "the day of the event is the first",
	calendar.FromYearEnd:  "from the end of the year of the event",
}

func (p *Pack) updatesOf(r *Rule) string {
	if r.Every.IsZero() {
		return ""
	}
	text := "every " + r.Every.Words() + " after the last one sent"
	if r.Until != "" {
		text += ", until: " + p.factLabel(r.Until)
	}
	return text
}

func (p *Pack) rolesOf(ids []string) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = id
		if role, found := p.Role(id); found {
			words[i] = role.Label
		}
	}
	return strings.Join(words, ", ")
}

// metOf says what counts as done.
func (p *Pack) metOf(r *Rule) string {
	name, byFact := strings.CutPrefix(r.MetBy, factPrefix)
	switch {
	case byFact:
		return "by the fact: " + p.factLabel(name)
	case r.MetBy == MetByReceived:
		return "when it is received"
	case r.Internal:
		return "when it is recorded as done; nothing is sent"
	}
	return "when it is sent"
}

// arguableOf says what the latest arguable limit is, and on what ground.
func arguableOf(legal Legal, source string) string {
	text := legalWords[legal]
	if text != "" && source != "" {
		text += " (" + source + ")"
	}
	return text
}

func (p *Pack) reliefOf(r *Rule) string {
	if r.Relief == nil {
		return ""
	}
	words := make([]string, len(r.Relief.Except))
	for i, word := range r.Relief.Except {
		words[i] = p.valueLabel(r.Relief.Setting, word)
	}
	return fmt.Sprintf("%s, where %s is known and not %s", arguableOf(r.Relief.Legal, r.legalSource(r.Relief.Legal)), p.quotedLabel(r.Relief.Setting), either(words))
}

// suspendWords say what an evidenced delay does.
var suspendWords = map[Suspend]string{
	SuspendUntilEnd: "an evidenced delay moves a due time that comes before its end to that end",
	SuspendResume:   "an evidenced delay stops the clock as long as it takes",
}

// forceOf says between which days, both included, a clock must start.
func forceOf(from, to string) string {
	switch {
	case from == "" && to == "":
		return ""
	case to == "":
		return "for clocks that start on " + from + " or later"
	case from == "":
		return "for clocks that start on " + to + " or earlier"
	}
	return "for clocks that start from " + from + " to " + to
}

// Says tells what may be set: its words, or that it is a count.
func (s *Setting) Says() string {
	if s.IsCount() {
		return "a number from 0"
	}
	words := make([]string, len(s.Values))
	for i := range s.Values {
		words[i] = s.Values[i].ID + " (" + s.Values[i].Label + ")"
	}
	return strings.Join(words, ", ")
}
