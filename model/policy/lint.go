package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Level says how bad a Finding is.
type Level string

const (
	LevelError   Level = "error"   // the pack means nothing definite and must be refused
	LevelWarning Level = "warning" // the pack works, but its author should look again
)

// Finding is one thing that is wrong with a pack.
type Finding struct {
	Level   Level  `json:"level"`
	Key     string `json:"key"`     // where, such as "rules[2].when.severity[0]", counted from 0
	Message string `json:"message"` // what is wrong, and what would be right
}

// StandardRoles are the duties every procedure has, so that a regime can ask
// for their approval whatever procedure an incident runs under.
var StandardRoles = []string{"lead", "technical", "communications", "leadership"}

// Classifications are the two an incident may have.
var Classifications = []string{"confirmed", "potential"}

// Lint reads the pack against itself: names that nothing defines, rules that
// contradict themselves or can never start, clocks without an end, and what a
// careful author would not leave out. Errors come before warnings, each in the
// order of the pack.
func Lint(p *Pack) []Finding {
	l := &linter{pack: p}
	l.head()
	l.terms()
	l.tasks()
	for i := range p.Rules {
		l.rule(i, &p.Rules[i])
	}
	l.reminders()
	l.cycles()
	l.coverage()
	l.overlaps()
	l.tiers()
	slices.SortStableFunc(l.findings, func(a, b Finding) int { return strings.Compare(string(a.Level), string(b.Level)) })
	return l.findings
}

type linter struct {
	pack     *Pack
	findings []Finding
}

func (l *linter) errorf(key, format string, args ...any) {
	l.findings = append(l.findings, Finding{LevelError, key, fmt.Sprintf(format, args...)})
}

func (l *linter) warnf(key, format string, args ...any) {
	l.findings = append(l.findings, Finding{LevelWarning, key, fmt.Sprintf(format, args...)})
}

// oneOf refuses a word that is not among the known ones.
func (l *linter) oneOf(key, what, word string, known []string) bool {
	if slices.Contains(known, word) {
		return true
	}
	l.errorf(key, "%q is not %s%s", word, what, suggestion(word, known))
	return false
}

// suggestion ends a message about an unknown word: the nearest known one, or
// the known ones where there are few.
func suggestion(word string, known []string) string {
	if nearest := Nearest(word, known); nearest != "" {
		return fmt.Sprintf(": did you mean %q?", nearest)
	}
	const few = 12
	switch {
	case len(known) == 0:
		return ": this pack has none"
	case len(known) > few:
		return ": known are " + strings.Join(known[:few], ", ") + " and others"
	}
	return ": known are " + strings.Join(known, ", ")
}

var idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// ValidID reports whether the text may be the id of a pack, a rule, a calendar
// or whatever else a file names.
func ValidID(id string) bool { return idPattern.MatchString(id) }

const idForm = "small letters, digits, hyphens, dots and underscores, at most 64"

func (l *linter) head() {
	p := l.pack
	if !idPattern.MatchString(p.ID) {
		l.errorf("id", "%q is no pack id: write %s, such as gdpr", p.ID, idForm)
	}
	if p.Version < 1 {
		l.errorf("version", "write a whole number from 1, higher for every change; this is %d", p.Version)
	}
	l.oneOf("kind", "a kind of pack", string(p.Kind), []string{string(Procedure), string(Regime)})
	if p.Title == "" {
		l.errorf("title", "the pack has no title")
	}
	l.dates()
	if p.Kind == Procedure {
		l.procedure()
	}
}

func (l *linter) dates() {
	p := l.pack
	for _, d := range []struct{ key, date string }{
		{"effective_from", p.EffectiveFrom}, {"effective_to", p.EffectiveTo}, {"checked_on", p.CheckedOn},
	} {
		if _, err := time.Parse(time.DateOnly, d.date); err != nil && d.date != "" {
			l.errorf(d.key, "%q is no date: write it as 2006-01-02", d.date)
		}
	}
	if p.EffectiveFrom != "" && p.EffectiveTo != "" && p.EffectiveFrom > p.EffectiveTo {
		l.errorf("effective_from", "%s is after effective_to %s: the pack would never be in force", p.EffectiveFrom, p.EffectiveTo)
	}
	if p.CheckedOn == "" {
		l.warnf("checked_on", "nobody has said when the source was last read against the pack")
	}
}

func (l *linter) procedure() {
	p := l.pack
	for _, section := range []struct {
		key  string
		size int
	}{{"severities", len(p.Severities)}, {"phases", len(p.Phases)}, {"roles", len(p.Roles)}, {"types", len(p.Types)}} {
		if section.size == 0 {
			l.errorf(section.key, "a procedure needs %s: write them, or take them over with procedure = \"standard\"", section.key)
		}
	}
	for _, role := range StandardRoles {
		if _, found := p.Role(role); !found && len(p.Roles) > 0 {
			l.errorf("roles", "the role %q is missing: every procedure has %s", role, strings.Join(StandardRoles, ", "))
		}
	}
}

// terms checks every list of words that the pack defines.
func (l *linter) terms() {
	p := l.pack
	lintNamed(l, "severities", p.Severities, func(s *Severity) (string, string) { return s.ID, s.Label })
	lintNamed(l, "types", p.Types, func(t *Term) (string, string) { return t.ID, t.Label })
	lintNamed(l, "data", p.Data, func(t *Term) (string, string) { return t.ID, t.Label })
	lintNamed(l, "roles", p.Roles, func(r *Role) (string, string) { return r.ID, r.Label })
	lintNamed(l, "phases", p.Phases, func(f *Phase) (string, string) { return f.ID, f.Label })
	lintNamed(l, "questions", p.Questions, func(q *Question) (string, string) { return q.ID, q.Label })
	lintNamed(l, "settings", p.Settings, func(s *Setting) (string, string) { return s.ID, s.Label })
	lintNamed(l, "facts", p.Facts, func(t *Term) (string, string) { return t.ID, t.Label })
	lintNamed(l, "rules", p.Rules, func(r *Rule) (string, string) { return r.ID, r.Title })
	for i := range p.Facts {
		if _, standard := findTerm(standardFacts, p.Facts[i].ID); standard {
			l.errorf(fmt.Sprintf("facts[%d].id", i), "%q is a standard fact already: leave it out", p.Facts[i].ID)
		}
	}
	for i := range p.Settings {
		lintNamed(l, fmt.Sprintf("settings[%d].values", i), p.Settings[i].Values, func(t *Term) (string, string) { return t.ID, t.Label })
	}
	for i := range p.Severities {
		if len(p.Severities[i].Criteria) == 0 {
			l.warnf(fmt.Sprintf("severities[%d]", i), "%q has no criteria: nobody can tell when to choose it", p.Severities[i].ID)
		}
	}
}

func lintNamed[T any](l *linter, section string, items []T, name func(*T) (id, label string)) {
	seen := map[string]int{}
	for i := range items {
		id, label := name(&items[i])
		l.named(fmt.Sprintf("%s[%d]", section, i), id, label, seen, i)
	}
}

// named checks the id and label of one item; seen holds the ids before it.
func (l *linter) named(key, id, label string, seen map[string]int, place int) {
	first, twice := seen[id]
	switch {
	case id == "":
		l.errorf(key, "the id is missing")
	case !idPattern.MatchString(id):
		l.errorf(key+".id", "%q is no id: write %s", id, idForm)
	case twice:
		l.errorf(key+".id", "%q is there twice, first as number %d of its list: ids are unique", id, first+1)
	default:
		seen[id] = place
	}
	if label == "" {
		l.errorf(key, "%q has no words for people: write its label or title", id)
	}
}

func (l *linter) tasks() {
	seen := map[string]int{}
	for i := range l.pack.Phases {
		tasks := l.pack.Phases[i].Tasks
		for j := range tasks {
			key := fmt.Sprintf("phases[%d].tasks[%d]", i, j)
			l.named(key, tasks[j].ID, tasks[j].Label, seen, j)
			if tasks[j].Role != "" {
				l.role(key+".role", tasks[j].Role)
			}
			l.condition(key+".when", &tasks[j].When)
		}
	}
}

func (l *linter) role(key, role string) {
	known := idsOf(l.pack.Roles, func(r *Role) string { return r.ID })
	if len(known) == 0 {
		known = StandardRoles
	}
	l.oneOf(key, "a role of this pack", role, known)
}

func (l *linter) roles(key string, roles []string) {
	for i, role := range roles {
		l.role(fmt.Sprintf("%s[%d]", key, i), role)
	}
}

func idsOf[T any](items []T, id func(*T) string) []string {
	ids := make([]string, len(items))
	for i := range items {
		ids[i] = id(&items[i])
	}
	return ids
}

func (l *linter) factNames() []string {
	return idsOf(l.pack.AllFacts(), func(t *Term) string { return t.ID })
}

func (l *linter) fact(key, name string) bool { return l.oneOf(key, "a fact", name, l.factNames()) }

func (l *linter) condition(key string, w *Condition) {
	p := l.pack
	termID := func(t *Term) string { return t.ID }
	l.words(key+".severity", "a severity of this pack", w.Severity, idsOf(p.Severities, func(s *Severity) string { return s.ID }))
	l.words(key+".classification", "a classification", w.Classification, Classifications)
	l.words(key+".types", "an incident type of this pack", w.Types, idsOf(p.Types, termID))
	l.words(key+".data", "a data category of this pack", w.Data, idsOf(p.Data, termID))
	l.words(key+".tier", "a tier that a question tier.… of this pack asks about", w.Tier, l.asked(TierPrefix))
	l.words(key+".acting", "a legal role that a question acting.… of this pack asks about", w.Acting, l.asked(ActingPrefix))
	l.answers(key+".answers", w.Answers)
	l.measures(key, w)
	l.contradictions(key, w)
}

func (l *linter) words(key, what string, words, known []string) {
	for i, word := range words {
		place := fmt.Sprintf("%s[%d]", key, i)
		if l.oneOf(place, what, word, known) && slices.Contains(words[:i], word) {
			l.errorf(place, "%q is there twice", word)
		}
	}
}

// asked are the words after the prefix in the pack's questions.
func (l *linter) asked(prefix string) []string {
	var words []string
	for i := range l.pack.Questions {
		if word, found := strings.CutPrefix(l.pack.Questions[i].ID, prefix); found {
			words = append(words, word)
		}
	}
	return words
}

func (l *linter) answers(key string, answers map[string]Answer) {
	known := idsOf(l.pack.Questions, func(q *Question) string { return q.ID })
	for _, question := range sortedKeys(answers) {
		place := key + "." + question
		l.oneOf(place, "a question of this pack", question, known)
		if answers[question] == Unknown {
			l.errorf(place, "a condition cannot wait for an unknown answer: write yes or no")
		}
	}
}

// contradictions finds conditions that no case can meet.
func (l *linter) contradictions(key string, w *Condition) {
	for _, side := range []struct {
		field, prefix string
		words         []string
	}{{"tier", TierPrefix, w.Tier}, {"acting", ActingPrefix, w.Acting}} {
		denied := func(word string) bool { return w.Answers[side.prefix+word] == No }
		if len(side.words) > 0 && !slices.ContainsFunc(side.words, func(word string) bool { return !denied(word) }) {
			l.errorf(key+"."+side.field, "can never hold: the answers of the same condition say no to %s", either(side.words))
		}
	}
}

func (l *linter) rule(i int, r *Rule) {
	key := "rules[" + strconv.Itoa(i) + "]"
	l.condition(key+".when", &r.When)
	l.starts(key, r)
	l.recurrence(key, r)
	l.metBy(key, r)
	l.roles(key+".approval", r.Approval)
	l.roles(key+".remind", r.Remind)
	l.remindersOf(key+".reminders", r)
	l.clock(key, r)
	l.force(key, r)
	l.reach(key, r)
	l.told(key, r)
	if r.Citation == "" {
		l.warnf(key, "%q has no citation: say which article or section of the source it comes from", r.ID)
	}
	if r.Audience == "" && !r.Internal {
		l.warnf(key, "%q has no audience: say who is told, or mark it internal", r.ID)
	}
}

func (l *linter) starts(key string, r *Rule) {
	rule, submitted := strings.CutPrefix(r.Starts, submittedPrefix)
	switch {
	case r.Starts == "":
		l.errorf(key, "%q can never start: name the fact that starts its clock, such as starts = \"aware\"", r.ID)
	case !submitted:
		l.fact(key+".starts", r.Starts)
	default:
		known := idsOf(l.pack.Rules, func(r *Rule) string { return r.ID })
		if !l.oneOf(key+".starts", "a rule of this pack", rule, known) {
			return
		}
		if first, _ := l.pack.Rule(rule); strings.HasPrefix(first.MetBy, factPrefix) {
			l.errorf(key+".starts", "can never start: %q is met by a fact, so nothing is submitted for it; start with that fact", rule)
		}
	}
}

func (l *linter) recurrence(key string, r *Rule) {
	switch {
	case !r.Every.IsZero() && r.Within.IsZero():
		l.errorf(key+".every", "%q recurs but has no first due time: write within too", r.ID)
	case !r.Every.IsZero() && r.Until == "":
		l.errorf(key+".every", "%q recurs without end: write until, such as until = \"resolved\"", r.ID)
	case r.Every.IsZero() && r.Until != "":
		l.errorf(key+".until", "until ends a recurring rule: write every too, or leave it out")
	}
	if r.Until != "" && l.fact(key+".until", r.Until) && r.Until == r.Starts {
		l.errorf(key+".until", "ends with the fact that starts it: nothing would ever recur")
	}
}

func (l *linter) metBy(key string, r *Rule) {
	if fact, byFact := strings.CutPrefix(r.MetBy, factPrefix); byFact {
		if l.fact(key+".met_by", fact) && fact == r.Starts {
			l.errorf(key+".met_by", "is met by the fact that starts it")
		}
		if !r.Every.IsZero() {
			l.errorf(key+".met_by", "a fact happens once and cannot meet a rule that recurs: leave met_by out")
		}
		return
	}
	if r.MetBy != "" {
		l.oneOf(key+".met_by", "a way to meet a rule (or fact:NAME)", r.MetBy, []string{MetBySent, MetByReceived})
	}
}

// cycles finds rules that wait for each other's first submission.
func (l *linter) cycles() {
	for i := range l.pack.Rules {
		start := &l.pack.Rules[i]
		at, path := start, []string{start.ID}
		for range l.pack.Rules {
			next, submitted := strings.CutPrefix(at.Starts, submittedPrefix)
			found, known := l.pack.Rule(next)
			if !submitted || !known {
				break
			}
			at, path = found, append(path, next)
			if at == start {
				l.errorf(fmt.Sprintf("rules[%d].starts", i), "can never start: %s wait for each other", strings.Join(path, " → "))
				break
			}
		}
	}
}

// coverage warns of severities that no rule speaks of, where others are
// spoken of.
func (l *linter) coverage() {
	covered := map[string]bool{}
	for i := range l.pack.Rules {
		for _, severity := range l.pack.Rules[i].When.Severity {
			covered[severity] = true
		}
	}
	if len(covered) == 0 {
		return
	}
	below := false
	for i := range l.pack.Severities {
		id, key := l.pack.Severities[i].ID, fmt.Sprintf("severities[%d]", i)
		switch {
		case covered[id]:
			below = true
		case below:
			l.warnf(key, "gap: no rule is about %q, though a lower severity has one", id)
		default:
			l.warnf(key, "no rule is about %q", id)
		}
	}
}
