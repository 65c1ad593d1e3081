package policy

import (
	"fmt"
	"strings"

	"tocsin/model/calendar"
)

// ChangeKind says what happened to a part of a pack from one version to
// another.
type ChangeKind string

const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Changed ChangeKind = "changed"
)

// Change is one difference between two packs, in words.
type Change struct {
	Kind   ChangeKind `json:"kind"`
	Part   string     `json:"part"`            // such as "rule art33-authority"; "pack" for its head
	Field  string     `json:"field,omitempty"` // such as "within"; "" where a whole part came or went
	Before string     `json:"before,omitempty"`
	After  string     `json:"after,omitempty"`
}

// String returns the change as a person would say it.
func (c Change) String() string {
	switch {
	case c.Kind != Changed:
		return c.Part + " " + string(c.Kind) + ": " + c.Before + c.After
	case c.Before == "":
		return c.Part + ", " + c.Field + ": now " + c.After
	case c.After == "":
		return c.Part + ", " + c.Field + ": no longer " + c.Before
	}
	return c.Part + ", " + c.Field + ": " + c.Before + " → " + c.After
}

// Diff tells how b differs from a: its head, then its words, questions,
// settings, phases and tasks, then its rules, each in b's order with what was
// removed at the end. Packs that mean the same have no differences, whatever
// their versions are.
func Diff(a, b *Pack) []Change {
	d := &differ{}
	d.fields("pack", headWords(a), headWords(b))
	diffParts(d, "severity", a.Severities, b.Severities, func(s *Severity) (string, []field) {
		return s.ID, []field{{"label", s.Label}, {"criteria", lines(s.Criteria)}}
	})
	diffParts(d, "type", a.Types, b.Types, termWords)
	diffParts(d, "data category", a.Data, b.Data, termWords)
	diffParts(d, "fact", a.Facts, b.Facts, termWords)
	diffParts(d, "role", a.Roles, b.Roles, func(r *Role) (string, []field) {
		return r.ID, []field{{"label", r.Label}, {"duties", lines(r.Duties)}, {"required", yesNo(r.Required)}}
	})
	diffParts(d, "question", a.Questions, b.Questions, func(q *Question) (string, []field) {
		return q.ID, []field{{"label", q.Label}, {"help", q.Help}, {"organisation", yesNo(q.Organisation)}}
	})
	diffParts(d, "setting", a.Settings, b.Settings, settingWords)
	diffParts(d, "phase", a.Phases, b.Phases, func(f *Phase) (string, []field) { return f.ID, []field{{"label", f.Label}} })
	diffParts(d, "task", tasksOf(a), tasksOf(b), taskWords)
	diffParts(d, "rule", a.Rules, b.Rules, ruleWords)
	return d.changes
}

// DueChange is a due time that another version of a pack would move.
type DueChange struct {
	Key           RuleKey
	Title         string
	Before, After *Obligation // nil where there is none
}

// DiffDues tells which strict and legal due times of a case would change if it
// ran under the packs after instead of those before: rules that come, go, or
// fall due at another time. Both lists are in the order of an incident's packs.
func DiffDues(before, after []*Pack, c *Case, home calendar.Calendar) []DueChange {
	old, now := ObligationsIn(before, c, home), ObligationsIn(after, c, home)
	var changes []DueChange
	for i := range now {
		was := withKey(old, now[i].Key())
		if was == nil || !sameDues(was, &now[i]) {
			changes = append(changes, DueChange{Key: now[i].Key(), Title: now[i].Title(), Before: was, After: &now[i]})
		}
	}
	for i := range old {
		if withKey(now, old[i].Key()) == nil {
			changes = append(changes, DueChange{Key: old[i].Key(), Title: old[i].Title(), Before: &old[i]})
		}
	}
	return changes
}

func withKey(all []Obligation, key RuleKey) *Obligation {
	for i := range all {
		if all[i].Key() == key {
			return &all[i]
		}
	}
	return nil
}

func sameDues(a, b *Obligation) bool {
	return a.Applies == b.Applies && a.Started == b.Started && a.Strict.Equal(b.Strict) && a.Legal.Equal(b.Legal)
}

type differ struct {
	changes []Change
}

// field is one property of a part, in words; "" where it has none.
type field struct{ name, words string }

// fields compares the properties of one part, which have the same names in the
// same order on both sides.
func (d *differ) fields(part string, a, b []field) {
	for i := range b {
		if a[i].words != b[i].words {
			d.changes = append(d.changes, Change{Changed, part, b[i].name, a[i].words, b[i].words})
		}
	}
}

// diffParts compares two lists of parts by their ids.
func diffParts[T any](d *differ, what string, a, b []T, read func(*T) (id string, words []field)) {
	old := map[string][]field{}
	for i := range a {
		id, words := read(&a[i])
		old[id] = words
	}
	kept := map[string]bool{}
	for i := range b {
		id, words := read(&b[i])
		if before, found := old[id]; found {
			d.fields(what+" "+id, before, words)
		} else {
			d.changes = append(d.changes, Change{Kind: Added, Part: what + " " + id, After: words[0].words})
		}
		kept[id] = true
	}
	for i := range a {
		if id, words := read(&a[i]); !kept[id] {
			d.changes = append(d.changes, Change{Kind: Removed, Part: what + " " + id, Before: words[0].words})
		}
	}
}

func headWords(p *Pack) []field {
	return []field{
		{"title", p.Title}, {"kind", string(p.Kind)}, {"summary", p.Summary}, {"source", p.Source}, {"in force from", p.EffectiveFrom},
		{"in force until", p.EffectiveTo}, {"zone", p.Zone}, {"calendar", p.CalendarID}, {"procedure", p.Procedure}, {"reminders", p.Reminders.words()},
	}
}

func termWords(t *Term) (string, []field) { return t.ID, []field{{"label", t.Label}, {"help", t.Help}} }

func settingWords(s *Setting) (string, []field) {
	return s.ID, []field{{"label", s.Label}, {"values", strings.Join(idsOf(s.Values, func(t *Term) string { return t.ID }), ", ")}, {"organisation", yesNo(s.Organisation)}}
}

func tasksOf(p *Pack) []Task {
	var tasks []Task
	for i := range p.Phases {
		tasks = append(tasks, p.Phases[i].Tasks...)
	}
	return tasks
}

func taskWords(t *Task) (string, []field) {
	return t.ID, []field{{"label", t.Label}, {"role", t.Role}, {"mandatory", yesNo(t.Mandatory)}, {"applies", t.When.words()}}
}

// ruleWords are a rule's properties; each is there for every rule, so that two
// versions compare one by one.
func ruleWords(r *Rule) (string, []field) {
	return r.ID, []field{
		{"title", r.Title}, {"applies", r.When.words()}, {"starts", r.Starts}, {"within", r.withinWords()}, {"every", r.Every.Words()},
		{"until", r.Until}, {"counted from", string(r.CountFrom)}, {"at", string(r.At)}, {"caps", capWords(r.Caps)}, {"restarts", strings.Join(r.Restarts, ", ")},
		{"legal limit", string(r.Legal)}, {"legal limit rests on", r.LegalBy}, {"relief", reliefWords(r.Relief)}, {"delay", string(r.Suspend)}, {"audience", r.Audience},
		{"contents", lines(r.Contents)}, {"approval", strings.Join(r.Approval, ", ")}, {"met by", r.MetBy}, {"reminds", strings.Join(r.Remind, ", ")}, {"reminders", r.Reminders.words()},
		{"in force from", r.EffectiveFrom}, {"in force until", r.EffectiveTo}, {"citation", r.Citation}, {"note", r.Note}, {"internal", yesNo(r.Internal)},
		{"to", string(r.To)}, {"kind", r.Kind}, {"direct", r.Direct}, {"buffer", r.Buffer.Words()}, {"buffer set by", r.BufferBy}, {"after", strings.Join(r.After, ", ")},
		{"phased", yesNo(r.Phased)}, {"override", strings.Join(r.Override, ", ")},
	}
}

func (r *Rule) withinWords() string {
	if r.Soft() {
		return "without undue delay"
	}
	return r.Within.Words()
}

func capWords(caps []Cap) string {
	var all []string
	for _, k := range caps {
		text := k.Within.Words() + " after " + k.Starts
		if k.Lapses {
			text += " unless passed before"
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

func reliefWords(r *Relief) string {
	if r == nil {
		return ""
	}
	return string(r.Legal) + " where " + r.Setting + " is not " + either(r.Except)
}

// words says when a condition holds, by ids: "always" for the zero one.
func (w *Condition) words() string {
	return w.wordsAs(func(id string) string { return id }, func(_, word string) string { return word })
}

// wordsAs is words with questions and settings named by label, and the words of
// settings by value.
func (w *Condition) wordsAs(label func(id string) string, value func(setting, word string) string) string {
	if w.IsZero() {
		return "always"
	}
	var parts []string
	for _, list := range []struct {
		name  string
		words []string
	}{{"severity", w.Severity}, {"classification", w.Classification}, {"type", w.Types}, {"data", w.Data}} {
		if len(list.words) > 0 {
			parts = append(parts, list.name+" is "+either(list.words))
		}
	}
	for _, asked := range [2]struct {
		key   questionKeys
		words []string
	}{{tierKeys, w.Tier}, {actingKeys, w.Acting}} {
		if len(asked.words) > 0 {
			parts = append(parts, joinKeys(asked.key, asked.words, label)+" is yes")
		}
	}
	for _, question := range sortedKeys(w.Answers) {
		parts = append(parts, label(question)+" is "+w.Answers[question].String())
	}
	for _, held := range [2]struct {
		is    string
		words map[string][]string
	}{{" is ", w.Settings}, {" is not ", w.Except}} {
		for _, setting := range sortedKeys(held.words) {
			words := make([]string, len(held.words[setting]))
			for i, word := range held.words[setting] {
				words[i] = value(setting, word)
			}
			parts = append(parts, label(setting)+held.is+either(words))
		}
	}
	for i := range thresholds {
		bounds := thresholds[i].of(w)
		for _, name := range sortedKeys(bounds) {
			parts = append(parts, label(name)+" is "+fmt.Sprintf(thresholds[i].words, bounds[name]))
		}
	}
	return strings.Join(parts, " and ")
}

func lines(texts []string) string { return strings.Join(texts, "; ") }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return ""
}
