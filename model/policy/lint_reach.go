package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// force checks the days between which a rule is in force.
func (l *linter) force(key string, r *Rule) {
	valid := true
	for _, d := range []struct{ key, date string }{
		{"effective_from", r.EffectiveFrom}, {"effective_to", r.EffectiveTo}, {"checked_on", r.CheckedOn},
	} {
		if _, err := time.Parse(time.DateOnly, d.date); err != nil && d.date != "" {
			l.errorf(key+"."+d.key, "%q is no date: write it as 2006-01-02", d.date)
			valid = false
		}
	}
	from, to := l.span(r)
	packNever := l.pack.EffectiveTo != "" && l.pack.EffectiveFrom > l.pack.EffectiveTo // said of the pack already
	switch {
	case !valid || packNever || from == "" || to == "" || from <= to:
	case r.EffectiveFrom != "" && r.EffectiveTo != "" && r.EffectiveFrom > r.EffectiveTo:
		l.errorf(key+".effective_from", "%s is after effective_to %s: the rule would never be in force", r.EffectiveFrom, r.EffectiveTo)
	default:
		l.errorf(key, "%q is never in force: its days lie outside those of the pack", r.ID)
	}
	if valid && to != "" && l.pack.CheckedOn > to && l.supersededBy(r) == "" {
		l.warnf(key, "%q was out of force already when the source was checked, and nothing takes its place", r.ID)
	}
}

// span is the run of days on which rule and pack are in force, "" where open.
func (l *linter) span(r *Rule) (from, to string) {
	from, to = max(l.pack.EffectiveFrom, r.EffectiveFrom), r.EffectiveTo
	if packTo := l.pack.EffectiveTo; to == "" || (packTo != "" && packTo < to) {
		to = packTo
	}
	return from, to
}

// supersededBy is a rule that takes the place of one that has gone out of force.
func (l *linter) supersededBy(r *Rule) string {
	_, to := l.span(r)
	for i := range l.pack.Rules {
		next := &l.pack.Rules[i]
		if from, _ := l.span(next); next.ID != r.ID && from > to && reflect.DeepEqual(next.When, r.When) {
			return next.ID
		}
	}
	return ""
}

// reach warns of rules whose clock starts with another's submission though no
// case meets the conditions of both.
func (l *linter) reach(key string, r *Rule) {
	name, submitted := strings.CutPrefix(r.Starts, submittedPrefix)
	first, known := l.pack.Rule(name)
	if !submitted || !known {
		return
	}
	for _, question := range sortedKeys(r.When.Answers) {
		if answer, asked := first.When.Answers[question]; asked && answer != r.When.Answers[question] {
			l.warnf(key+".when.answers."+question, "unreachable: starts with %q, which applies only if %s is %s", name, question, answer)
		}
	}
	if a, b := r.When.Severity, first.When.Severity; len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) }) {
		l.warnf(key+".when.severity", "unreachable: starts with %q, which applies only to %s", name, either(b))
	}
}

// overlaps warns of rules that ask the same people for the same thing at the
// same time.
func (l *linter) overlaps() {
	for i := range l.pack.Rules {
		for j := range i {
			if first, again := &l.pack.Rules[j], &l.pack.Rules[i]; l.overlap(first, again) {
				l.warnf("rules["+strconv.Itoa(i)+"]", "overlaps with %q: both apply to the same incidents, start with the same fact and go to the same audience", first.ID)
			}
		}
	}
}

func (l *linter) overlap(a, b *Rule) bool {
	fromA, toA := l.span(a)
	fromB, toB := l.span(b)
	together := (toA == "" || fromB <= toA) && (toB == "" || fromA <= toB)
	same := a.Starts == b.Starts && a.Audience == b.Audience && a.Internal == b.Internal && a.Audience != "" && reflect.DeepEqual(a.Contents, b.Contents)
	return together && same && reflect.DeepEqual(a.When, b.When)
}

// tiers warns where notices that depend on a count leave some counts out: one
// rule asks for fewer than a number, and none of its neighbours takes over
// there.
func (l *linter) tiers() {
	for i := range l.pack.Rules {
		r := &l.pack.Rules[i]
		for _, name := range sortedKeys(r.When.FewerThan) {
			if next, found := l.nextTier(r, name); found && next != r.When.FewerThan[name] {
				l.tier(fmt.Sprintf("rules[%d].when.fewer_than.%s", i, name), name, r.When.FewerThan[name], next)
			}
		}
	}
}

func (l *linter) tier(key, name string, below, next int) {
	switch {
	case next == below+1:
		l.warnf(key, "gap: nothing is asked where %s is %d", name, below)
	case next > below:
		l.warnf(key, "gap: nothing is asked where %s is from %d to %d", name, below, next-1)
	default:
		l.warnf(key, "overlap: two tiers apply where %s is from %d to %d", name, next, below-1)
	}
}

// nextTier is the least count from which another rule with the same fact and
// audience takes over.
func (l *linter) nextTier(r *Rule, name string) (int, bool) {
	next, found := 0, false
	for i := range l.pack.Rules {
		other := &l.pack.Rules[i]
		if other.Starts != r.Starts || other.Audience != r.Audience {
			continue
		}
		if least, bounded := other.When.least(name); bounded && (!found || least < next) {
			next, found = least, true
		}
	}
	return next, found
}
