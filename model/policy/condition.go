package policy

import (
	"slices"
	"sort"
	"strings"
)

// Prefixes of the questions that tiers and legal roles are answers to.
const (
	TierPrefix   = "tier."   // such as tier.paid: are paying customers affected?
	ActingPrefix = "acting." // such as acting.controller: are we the controller?
)

// Holds answers whether the condition holds for the case, by Kleene's logic:
// one field that says no decides, otherwise one that is unknown leaves it
// open. Where no type (or data category) is named at all, that is unknown:
// nobody has said that no data is affected. Where some are named, the others
// are a no.
func (w *Condition) Holds(c *Case) Answer { return w.holds(c, addressee{}) }

// holds is Holds for the case as a whole or for one group of it.
func (w *Condition) holds(c *Case, to addressee) Answer {
	answer := Yes
	if len(w.Severity) > 0 {
		answer = answer.And(oneOf(w.Severity, c.Severity))
	}
	if answer != No && len(w.Classification) > 0 {
		answer = answer.And(oneOf(w.Classification, c.Classification))
	}
	if answer != No && len(w.Types) > 0 {
		answer = answer.And(anyOf(w.Types, c.Types))
	}
	if answer != No && len(w.Data) > 0 {
		answer = answer.And(anyOf(w.Data, c.Data))
	}
	if answer != No && len(w.Tier) > 0 {
		answer = answer.And(to.tier(w.Tier, c))
	}
	if answer != No && len(w.Acting) > 0 {
		answer = answer.And(anyAnswer(actingKeys, w.Acting, c))
	}
	if answer == No {
		return No
	}
	for question, wanted := range w.Answers {
		answer = answer.And(sameAnswer(wanted, to.answer(question, c)))
	}
	if answer == No || !w.measures() {
		return answer
	}
	return answer.And(w.measured(c))
}

// IsZero reports whether the condition asks for nothing, so that it always
// holds.
func (w *Condition) IsZero() bool {
	return len(w.Severity)+len(w.Classification)+len(w.Types)+len(w.Data)+len(w.Tier)+len(w.Acting)+len(w.Answers) == 0 && !w.measures()
}

func oneOf(wanted []string, value string) Answer {
	switch {
	case value == "":
		return Unknown
	case slices.Contains(wanted, value):
		return Yes
	}
	return No
}

func anyOf(wanted, values []string) Answer {
	for _, value := range values {
		if slices.Contains(wanted, value) {
			return Yes
		}
	}
	if len(values) == 0 {
		return Unknown
	}
	return No
}

// questionKeys builds the question that belongs to a word. The few words in
// use are laid out as constants, so that the path that runs for every incident
// joins no strings.
type questionKeys func(word string) string

func tierKeys(word string) string {
	switch word {
	case "paid":
		return TierPrefix + "paid"
	case "free":
		return TierPrefix + "free"
	}
	return TierPrefix + word
}

func actingKeys(word string) string {
	switch word {
	case "controller":
		return ActingPrefix + "controller"
	case "processor":
		return ActingPrefix + "processor"
	}
	return ActingPrefix + word
}

func anyAnswer(key questionKeys, words []string, c *Case) Answer {
	answer := No
	for _, word := range words {
		answer = answer.Or(c.Answers[key(word)])
	}
	return answer
}

func sameAnswer(wanted, given Answer) Answer {
	switch given {
	case Unknown:
		return Unknown
	case wanted:
		return Yes
	}
	return No
}

// Reason is one field of a condition and what a case says to it.
type Reason struct {
	Answer Answer
	Text   string // for people: "severity is critical or high: it is medium"
}

// Reasons returns one reason for each field of the condition, in the order a
// form would ask; none for a condition that always holds. Questions are named
// by their ids; Explain puts the pack's wording in their place.
func (w *Condition) Reasons(c *Case) []Reason {
	return w.reasons(c, addressee{}, func(id string) string { return id })
}

func (w *Condition) reasons(c *Case, to addressee, label func(question string) string) []Reason {
	var reasons []Reason
	words := func(name string, wanted []string, answer Answer, given string) {
		if len(wanted) > 0 {
			reasons = append(reasons, Reason{answer, name + " is " + either(wanted) + ": " + given})
		}
	}
	words("severity", w.Severity, oneOf(w.Severity, c.Severity), itIs(c.Severity))
	words("classification", w.Classification, oneOf(w.Classification, c.Classification), itIs(c.Classification))
	words("incident type", w.Types, anyOf(w.Types, c.Types), named(c.Types))
	words("data", w.Data, anyOf(w.Data, c.Data), named(c.Data))
	asked := func(key questionKeys, wanted []string, answer Answer, ground string) {
		if len(wanted) > 0 {
			reasons = append(reasons, Reason{answer, answered(joinKeys(key, wanted, label), Yes, answer) + ground})
		}
	}
	asked(tierKeys, w.Tier, to.tier(w.Tier, c), to.tierGround(w.Tier, c))
	asked(actingKeys, w.Acting, anyAnswer(actingKeys, w.Acting, c), c.ground(keysOf(actingKeys, w.Acting)...))
	for _, question := range sortedKeys(w.Answers) {
		wanted, given := w.Answers[question], to.answer(question, c)
		reasons = append(reasons, Reason{sameAnswer(wanted, given), answered(label(question), wanted, given) + to.ground(question, c)})
	}
	return append(reasons, w.measuredReasons(c, label)...)
}

// answered says what was answered to a question, and what it takes where that
// is something else.
func answered(question string, wanted, given Answer) string {
	if !strings.HasSuffix(question, "?") {
		question += ":"
	}
	switch given {
	case wanted:
		return question + " " + given.String()
	case Unknown:
		return question + " not answered yet (applies if " + wanted.String() + ")"
	}
	return question + " " + given.String() + " (applies only if " + wanted.String() + ")"
}

func itIs(value string) string {
	if value == "" {
		return "not decided yet"
	}
	return "it is " + value
}

func named(values []string) string {
	if len(values) == 0 {
		return "not decided yet"
	}
	return "named are " + strings.Join(values, ", ")
}

func keysOf(key questionKeys, words []string) []string {
	keys := make([]string, len(words))
	for i, word := range words {
		keys[i] = key(word)
	}
	return keys
}

func joinKeys(key questionKeys, words []string, label func(string) string) string {
	labels := keysOf(key, words)
	for i, id := range labels {
		labels[i] = label(id)
	}
	return either(labels)
}

// either lists alternatives: "a", "a or b", "a, b or c".
func either(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
