package policy

import (
	"fmt"
	"strings"

	"tocsin/model/calendar"
)

// clock checks how a rule's time is counted.
func (l *linter) clock(key string, r *Rule) {
	l.legal(key+".legal", r, r.Legal)
	if r.LegalBy != "" && r.Legal == LegalSame && r.Relief == nil {
		l.errorf(key+".legal_by", "there is no legal limit beside the strict one: write legal too, or leave this out")
	}
	l.anchor(key, r)
	for i := range r.Caps {
		l.cap(fmt.Sprintf("%s.caps[%d]", key, i), r, &r.Caps[i])
	}
	for i, name := range r.Restarts {
		l.restart(fmt.Sprintf("%s.restarts[%d]", key, i), r, name)
	}
	if r.Relief != nil {
		l.relief(key+".relief", r)
	}
	l.delay(key, r)
}

// words are the string values of constants, without the one for nothing.
func words[T ~string](constants []T) []string {
	var all []string
	for _, constant := range constants {
		if constant != "" {
			all = append(all, string(constant))
		}
	}
	return all
}

// legal checks a way to compute the legal limit against the rule's period.
func (l *linter) legal(key string, r *Rule, legal Legal) {
	if legal == LegalSame || !l.oneOf(key, "a way to compute the legal limit", string(legal), words(Legals)) {
		return
	}
	hours, business := r.Within.Unit == calendar.Hours, r.Within.Unit == calendar.BusinessDays
	switch {
	case r.Soft():
		l.errorf(key, "a rule without a number has no legal limit: write within, or leave legal out")
	case legal == LegalFullHour && !hours:
		l.errorf(key, "full-hour is for periods in hours, such as within = \"72h\"")
	case legal == LegalNextWorkingDay && hours:
		l.errorf(key, "next-working-day is for periods in days or months: hours run on, weekend or not")
	case legal == LegalNextWorkingDay && business:
		l.errorf(key, "next-working-day changes nothing for business days: they end with one")
	case legal == LegalSkipHolidays && !business:
		l.errorf(key, "skip-holidays is for periods in business days, such as within = \"3bd\"")
	}
}

func (l *linter) anchor(key string, r *Rule) {
	days := r.Within.EndsDay()
	if err := r.At.Check(); err != nil {
		l.errorf(key+".at", "%s", err)
	} else if r.At != calendar.EndOfDay && !days {
		l.errorf(key+".at", "a time of day ends a period in days or months, such as within = \"4bd\"")
	}
	if r.CountFrom == calendar.FromEvent {
		return
	}
	if l.oneOf(key+".count_from", "a day to count from", string(r.CountFrom), words(calendar.Anchors)) && !days {
		l.errorf(key+".count_from", "days and months have a first day; hours count from the event itself")
	}
}

func (l *linter) cap(key string, r *Rule, k *Cap) {
	switch {
	case r.Soft():
		l.errorf(key, "a cap bounds a rule that has a number: write within too")
	case k.Within.IsZero():
		l.errorf(key, "the cap has no period: write within, such as within = \"24h\"")
	case k.Within.EndsDay() != r.Within.EndsDay() || (k.Within.EndsDay() && r.At != calendar.EndOfDay):
		l.errorf(key+".within", "%s cannot cap %s: hours go with hours, and days with days", k.Within.Words(), r.Within.Words())
	case !r.Every.IsZero():
		l.errorf(key, "a rule that recurs has no caps: write a second rule for the first time")
	}
	if !l.fact(key+".starts", k.Starts) {
		return
	}
	if k.Starts == r.Starts {
		l.errorf(key+".starts", "starts with the same fact as the rule: one of the two periods is never needed")
	}
}

func (l *linter) restart(key string, r *Rule, name string) {
	rule, submitted := strings.CutPrefix(name, submittedPrefix)
	switch {
	case !submitted:
		l.errorf(key, "%q is no submission: write submitted:RULE", name)
	case !l.oneOf(key, "a rule of this pack", rule, idsOf(l.pack.Rules, func(r *Rule) string { return r.ID })):
	case rule == r.ID:
		l.errorf(key, "%q is met by its own submission and cannot start anew with it", r.ID)
	}
}

func (l *linter) relief(key string, r *Rule) {
	relief := r.Relief
	l.legal(key+".legal", r, relief.Legal)
	l.values(key+".except", relief.Setting, relief.Except)
	if relief.Legal == r.Legal {
		l.errorf(key+".legal", "is the rule's own: the relief changes nothing")
	}
}

func (l *linter) delay(key string, r *Rule) {
	if r.Suspend == SuspendNever {
		return
	}
	l.oneOf(key+".suspend", "what a delay may do", string(r.Suspend), words([]Suspend{SuspendUntilEnd, SuspendResume}))
	switch {
	case r.Soft():
		l.errorf(key+".suspend", "a rule without a number has nothing to suspend")
	case !r.Every.IsZero():
		l.errorf(key+".suspend", "a rule that recurs cannot be suspended")
	}
}

// measures checks the settings and counts that a condition asks for.
func (l *linter) measures(key string, w *Condition) {
	for _, name := range sortedKeys(w.Settings) {
		l.values(key+".settings", name, w.Settings[name])
	}
	for _, name := range sortedKeys(w.Except) {
		l.values(key+".except", name, w.Except[name])
	}
	for _, field := range []struct {
		name   string
		bounds map[string]int
	}{{"at_least", w.AtLeast}, {"more_than", w.MoreThan}, {"fewer_than", w.FewerThan}} {
		for _, name := range sortedKeys(field.bounds) {
			l.bound(key+"."+field.name+"."+name, name, field.bounds[name])
		}
	}
	for _, name := range sortedKeys(w.FewerThan) {
		if least, bounded := w.least(name); bounded && least >= w.FewerThan[name] {
			l.errorf(key+".fewer_than."+name, "can never hold: the same condition asks for %d or more", least)
		}
	}
}

// least is the smallest count that the condition's lower bounds allow.
func (w *Condition) least(name string) (int, bool) {
	least, bounded := w.AtLeast[name]
	if above, more := w.MoreThan[name]; more {
		least, bounded = max(least, above+1), true
	}
	return least, bounded
}

func (l *linter) bound(key, name string, bound int) {
	setting, known := l.pack.Setting(name)
	switch {
	case !known:
		l.oneOf(key, "a setting of this pack", name, settingNames([]*Pack{l.pack}))
	case !setting.IsCount():
		l.errorf(key, "%q has words for values and cannot be counted", name)
	case bound < 0:
		l.errorf(key, "a count is 0 or more; this is %d", bound)
	}
}

// values checks words for a setting.
func (l *linter) values(key, name string, values []string) {
	setting, known := l.pack.Setting(name)
	switch {
	case !known:
		l.oneOf(key, "a setting of this pack", name, settingNames([]*Pack{l.pack}))
		return
	case setting.IsCount():
		l.errorf(key, "%q is a count: compare it with at_least, more_than or fewer_than", name)
		return
	case len(values) == 0:
		l.errorf(key, "names no value of %q", name)
	}
	accepted := idsOf(setting.Values, func(t *Term) string { return t.ID })
	for i, value := range values {
		l.oneOf(fmt.Sprintf("%s[%d]", key, i), "a value of "+name, value, accepted)
	}
}
