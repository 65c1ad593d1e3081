package policy

import (
	"fmt"

	"tocsin/model/calendar"
)

// reminders checks when the pack's deadlines are brought to mind, and to whom.
func (l *linter) reminders() {
	r := &l.pack.Reminders
	l.levels("reminders", r)
	l.roles("reminders.roles", r.Roles)
	known := idsOf(l.pack.Severities, func(s *Severity) string { return s.ID })
	for _, severity := range sortedKeys(r.BySeverity) {
		key := "reminders.by_severity." + severity
		if l.pack.Kind == Regime {
			l.errorf(key, "a regime has no say here: severities and who is told of them are the procedure's")
			continue
		}
		l.oneOf(key, "a severity of this pack", severity, known)
		l.roles(key, r.BySeverity[severity])
	}
}

// remindersOf checks what one rule says of its own.
func (l *linter) remindersOf(key string, rule *Rule) {
	r := &rule.Reminders
	l.levels(key, r)
	if len(r.Roles) > 0 {
		l.errorf(key+".roles", "a rule names the roles it reminds with remind")
	}
	if len(r.BySeverity) > 0 {
		l.errorf(key+".by_severity", "is for the whole pack: write it under [reminders]")
	}
	if rule.Soft() && (len(r.Levels) > 0 || !r.Again.IsZero()) {
		l.warnf(key, "%q counts towards no time, so nothing of it is brought to mind", rule.ID)
	}
	if rule.Within.Unit != calendar.Hours {
		return
	}
	for i, level := range r.Levels {
		if whole := elapsed(rule.Within); level.of(whole) >= whole {
			l.warnf(fmt.Sprintf("%s.levels[%d]", key, i), "is skipped: all the time there is are %s", rule.Within.Words())
		}
	}
}

// levels holds that levels come one after the other: half may stand anywhere.
func (l *linter) levels(key string, r *Reminders) {
	var before Ahead
	for i, level := range r.Levels {
		place := fmt.Sprintf("%s.levels[%d]", key, i)
		switch {
		case level == Half && i > 0:
			l.errorf(place, "half comes first, before the levels that are a period")
		case level == Half:
			continue
		case before != (Ahead{}) && level.of(0) >= before.of(0):
			l.errorf(place, "%s after %s: levels fall, the most time left first", level, before)
		}
		before = level
	}
	if !r.Again.IsZero() && !elapses(r.Again) {
		l.errorf(key+".again", "%s is not the same length every time: write hours or days, such as 4h or 1d", r.Again.Words())
	}
}
