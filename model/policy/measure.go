package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// threshold is a bound on a count. More than 500 and 500 or more are different
// bounds: laws have both.
type threshold struct {
	words string // "500 or more"
	holds func(count, bound int) bool
	of    func(*Condition) map[string]int
}

var thresholds = []threshold{
	{"%d or more", func(count, bound int) bool { return count >= bound }, func(w *Condition) map[string]int { return w.AtLeast }},
	{"more than %d", func(count, bound int) bool { return count > bound }, func(w *Condition) map[string]int { return w.MoreThan }},
	{"fewer than %d", func(count, bound int) bool { return count < bound }, func(w *Condition) map[string]int { return w.FewerThan }},
}

// measures reports whether the condition asks for settings or counts.
func (w *Condition) measures() bool {
	return len(w.Settings)+len(w.Except)+len(w.AtLeast)+len(w.MoreThan)+len(w.FewerThan) > 0
}

// measured answers the part of a condition that is about settings and counts.
func (w *Condition) measured(c *Case) Answer {
	answer := Yes
	for setting, words := range w.Settings {
		answer = answer.And(oneOf(words, c.Settings[setting]))
	}
	for setting, words := range w.Except {
		answer = answer.And(noneOf(words, c.Settings[setting]))
	}
	for i := range thresholds {
		for name, bound := range thresholds[i].of(w) {
			answer = answer.And(thresholds[i].answer(name, bound, c))
		}
	}
	return answer
}

func noneOf(words []string, value string) Answer {
	switch {
	case value == "":
		return Unknown
	case slices.Contains(words, value):
		return No
	}
	return Yes
}

func (t *threshold) answer(name string, bound int, c *Case) Answer {
	count, known := c.Counts[name]
	switch {
	case !known:
		return Unknown
	case t.holds(count, bound):
		return Yes
	}
	return No
}

func (w *Condition) measuredReasons(c *Case, label func(string) string) []Reason {
	var reasons []Reason
	for _, setting := range sortedKeys(w.Settings) {
		words, value := w.Settings[setting], c.Settings[setting]
		reasons = append(reasons, Reason{oneOf(words, value), label(setting) + " is " + either(words) + ": " + itIs(value) + c.ground(setting)})
	}
	for _, setting := range sortedKeys(w.Except) {
		words, value := w.Except[setting], c.Settings[setting]
		reasons = append(reasons, Reason{noneOf(words, value), label(setting) + " is not " + either(words) + ": " + itIs(value) + c.ground(setting)})
	}
	for i := range thresholds {
		bounds := thresholds[i].of(w)
		for _, name := range sortedKeys(bounds) {
			text := label(name) + " is " + fmt.Sprintf(thresholds[i].words, bounds[name]) + ": " + countWords(name, c) + c.ground(name)
			reasons = append(reasons, Reason{thresholds[i].answer(name, bounds[name], c), text})
		}
	}
	return reasons
}

func countWords(name string, c *Case) string {
	if count, known := c.Counts[name]; known {
		return "it is " + strconv.Itoa(count)
	}
	return "not known yet"
}

// unmeasured returns the first setting or count that the condition waits for.
func (w *Condition) unmeasured(c *Case) string {
	var missing []string
	for _, settings := range []map[string][]string{w.Settings, w.Except} {
		for name := range settings {
			if c.Settings[name] == "" {
				missing = append(missing, name)
			}
		}
	}
	for i := range thresholds {
		for name := range thresholds[i].of(w) {
			if _, known := c.Counts[name]; !known {
				missing = append(missing, name)
			}
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return slices.Min(missing)
}

// Know takes a setting's word into the case as an incident has it on record:
// checked when it was stated. A number is a count too.
func (c *Case) Know(name, word string) {
	if c.Settings == nil {
		c.Settings = map[string]string{}
	}
	c.Settings[name] = word
	count, err := strconv.Atoi(word)
	if err != nil {
		return
	}
	if c.Counts == nil {
		c.Counts = map[string]int{}
	}
	c.Counts[name] = count
}

// Set takes words and numbers for the settings of packs, such as entity=bank
// and affected=501, into the case; "unknown" takes one out again. Its error names the setting that no pack
// has, the word that it does not know or the number that is none, and what
// would be right.
func (c *Case) Set(packs []*Pack, name, value string) error {
	setting, known := settingOf(packs, name)
	if !known {
		return fmt.Errorf("%q is not a setting of these packs%s", name, suggestion(name, settingNames(packs)))
	}
	if value == unknownWord {
		delete(c.Settings, name)
		delete(c.Counts, name)
		return nil
	}
	if !setting.IsCount() {
		words := idsOf(setting.Values, func(t *Term) string { return t.ID })
		if !slices.Contains(words, value) {
			return fmt.Errorf("%q is not a value of %s%s", value, name, suggestion(value, words))
		}
		if c.Settings == nil {
			c.Settings = map[string]string{}
		}
		c.Settings[name] = value
		return nil
	}
	count, err := strconv.Atoi(strings.TrimSpace(value))
	if err != nil || count < 0 {
		return fmt.Errorf("%s: %q is no count: write a whole number from 0", name, value)
	}
	if c.Counts == nil {
		c.Counts = map[string]int{}
	}
	c.Counts[name] = count
	return nil
}

func settingOf(packs []*Pack, name string) (*Setting, bool) {
	for _, pack := range packs {
		if setting, found := pack.Setting(name); found {
			return setting, true
		}
	}
	return nil, false
}

func settingNames(packs []*Pack) []string {
	var names []string
	for _, pack := range packs {
		for i := range pack.Settings {
			if id := pack.Settings[i].ID; !slices.Contains(names, id) {
				names = append(names, id)
			}
		}
	}
	return names
}

// Setting returns the setting with the id.
func (p *Pack) Setting(id string) (*Setting, bool) {
	return find(p.Settings, func(s *Setting) bool { return s.ID == id })
}
