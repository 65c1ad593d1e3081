package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/model/calendar"
)

// Reminders says when what is due is brought to mind, and to whom. What a rule
// leaves out is its pack's, and what that leaves out the default's.
type Reminders struct {
	// Levels are how much time is left, from the most to the least. That the
	// due time has passed is always one more.
	Levels []Ahead `json:"levels,omitempty"`
	// Again is how often it is brought to mind anew while it is overdue, in
	// hours or days of 24 hours.
	Again calendar.Period `json:"again,omitzero"`
	// Roles are those that are reminded.
	Roles []string `json:"roles,omitempty"`
	// BySeverity are further roles for every deadline of an incident that is so
	// severe. Only a procedure has it: the severities are its own.
	BySeverity map[string][]string `json:"by_severity,omitempty"`
}

// words are the reminders as people read them; "" where all is the default.
func (r *Reminders) words() string {
	var parts []string
	if len(r.Levels) > 0 {
		parts = append(parts, "at "+strings.Join(idsOf(r.Levels, (*Ahead).String), ", "))
	}
	if !r.Again.IsZero() {
		parts = append(parts, "again every "+r.Again.Words())
	}
	if len(r.Roles) > 0 {
		parts = append(parts, "to "+strings.Join(r.Roles, ", "))
	}
	for _, severity := range sortedKeys(r.BySeverity) {
		parts = append(parts, "where "+severity+" to "+strings.Join(r.BySeverity[severity], ", ")+" too")
	}
	return strings.Join(parts, "; ")
}

// Reminds says when the pack brings its deadlines to mind, and to whom, where
// a rule says nothing else: with the defaults for what the pack leaves out.
func (p *Pack) Reminds() string {
	r := p.Reminders
	if len(r.Levels) == 0 {
		r.Levels = defaultReminders.Levels
	}
	if r.Again.IsZero() {
		r.Again = defaultReminders.Again
	}
	if len(r.Roles) == 0 {
		r.Roles = defaultReminders.Roles
	}
	return r.words()
}

// What holds where neither rule nor pack says anything: at half of the time,
// with a day, four hours and one hour left, when it is overdue, and then once
// a day; to whoever leads.
var defaultReminders = Reminders{
	Levels: []Ahead{Half, {N: 24, Unit: calendar.Hours}, {N: 4, Unit: calendar.Hours}, {N: 1, Unit: calendar.Hours}},
	Again:  calendar.Period{N: 24, Unit: calendar.Hours},
	Roles:  []string{"lead"},
}

// Ahead is how much time is left at a level: hours, days of 24 hours, or half
// of all there is.
type Ahead calendar.Period

// Half is half of the time between the start of a clock and its due time.
var Half = Ahead{N: 1, Unit: "half"}

// ParseAhead reads "half" or a period in hours or days, such as 24h or 3d.
func ParseAhead(text string) (Ahead, error) {
	if text == "half" {
		return Half, nil
	}
	period, err := calendar.ParsePeriod(text)
	if err != nil {
		return Ahead{}, fmt.Errorf("%w; or half, for half of the time", err)
	}
	if !elapses(period) {
		return Ahead{}, fmt.Errorf("level %q: write hours or days, such as 24h or 3d, or half", text)
	}
	return Ahead(period), nil
}

// elapses tells a period that is the same length whenever it begins.
func elapses(p calendar.Period) bool { return p.Unit == calendar.Hours || p.Unit == calendar.Days }

func elapsed(p calendar.Period) time.Duration {
	if p.Unit == calendar.Days {
		return time.Duration(p.N) * 24 * time.Hour
	}
	return time.Duration(p.N) * time.Hour
}

// String is the level as ParseAhead reads it.
func (a Ahead) String() string {
	if a == Half {
		return "half"
	}
	return calendar.Period(a).String()
}

// MarshalText writes the level as String does.
func (a Ahead) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what ParseAhead reads.
func (a *Ahead) UnmarshalText(text []byte) (err error) {
	*a, err = ParseAhead(string(text))
	return err
}

// of is how much time the level leaves of a whole.
func (a Ahead) of(whole time.Duration) time.Duration {
	if a == Half {
		return whole / 2
	}
	return elapsed(calendar.Period(a))
}

// Reach is a level that a due time has reached.
type Reach struct {
	Left  Ahead     // how much time is left; the zero Ahead is none: it is overdue
	Since time.Time // when it was reached
	Again int       // how often it was brought to mind anew since it is overdue
}

// LevelOverdue is the level of what is overdue.
const LevelOverdue = "overdue"

// Level is the level's name: "half", "24h" and so on, or LevelOverdue.
func (r Reach) Level() string {
	if r.Left == (Ahead{}) {
		return LevelOverdue
	}
	return r.Left.String()
}

// Words says the level as people do.
func (r Reach) Words() string {
	if r.Again > 0 {
		return "still overdue"
	}
	return LevelWords(r.Level())
}

// LevelWords says a level as people do, by its name.
func LevelWords(level string) string {
	left, err := ParseAhead(level)
	switch {
	case err != nil:
		return level
	case left == Half:
		return "half is gone"
	}
	return fmt.Sprintf("%d %s left", left.N, left.Unit)
}

// Acknowledgement is somebody's word that they know of a due time and the
// level that it has reached.
type Acknowledgement struct {
	Due   time.Time // the due time it was about
	Since time.Time // when the level it was about was reached
	At    time.Time // when it was given
}

// covers reports whether the word still holds for a level of a due time: until
// the next level, or until the due time moves to before what was known. Where
// it has moved to later, what had been reached by then was known as well.
func (a Acknowledgement) covers(due, reached time.Time) bool {
	return !due.Before(a.Due) && !reached.After(a.known(due))
}

// known is the moment up to which the levels of a due time are known of.
func (a Acknowledgement) known(due time.Time) time.Time {
	if due.After(a.Due) && a.At.After(a.Since) {
		return a.At
	}
	return a.Since
}

// Covers reports whether nothing has to be said of the due at the level that
// it reached.
func (a Acknowledgement) Covers(d *Due, r Reach) bool { return a.covers(d.At, r.Since) }

// ReachedBy is the highest level that the due has reached at now; ok is false
// before the first and while an evidenced delay runs.
func (d *Due) ReachedBy(now time.Time) (reach Reach, ok bool) {
	if suspendedAt(d.Suspensions, now) {
		return Reach{}, false
	}
	if passed := now.Sub(d.passes()); passed >= 0 {
		again := elapsed(d.again())
		n := int(passed / again)
		return Reach{Since: d.passes().Add(time.Duration(n) * again), Again: n}, true
	}
	for _, level := range d.levels() {
		since, counts := d.reaches(level)
		if counts && !since.After(now) && (!ok || !since.Before(reach.Since)) {
			reach, ok = Reach{Left: level, Since: since}, true
		}
	}
	return reach, ok
}

// NextAfter is when the due reaches the first level after the moment t. There
// always is one.
func (d *Due) NextAfter(t time.Time) time.Time {
	next := d.passes()
	if !next.After(t) {
		again := elapsed(d.again())
		return next.Add((t.Sub(next)/again + 1) * again)
	}
	for _, level := range d.levels() {
		if since, counts := d.reaches(level); counts && since.After(t) && since.Before(next) {
			next = since
		}
	}
	return next
}

// RemindFrom is when the due begins to be brought to mind, given what was last
// acknowledged of it: when it reaches the first level that nobody knows of.
func (d *Due) RemindFrom(known Acknowledgement) time.Time {
	if d.At.Before(known.Due) {
		return d.NextAfter(time.Time{})
	}
	return d.NextAfter(known.known(d.At))
}

// reaches is when the due reaches a level; counts is false for one that is as
// long as all the time there is.
func (d *Due) reaches(level Ahead) (since time.Time, counts bool) {
	whole := d.At.Sub(d.Start)
	left := level.of(whole)
	return d.At.Add(-left).Truncate(time.Millisecond), left < whole
}

// passes is the first moment at which the due is overdue, as fine as a record
// is: what is due at a time that is shown is still in time then.
func (d *Due) passes() time.Time {
	if isPast(d.At, d.endsDay(), d.At) {
		return d.At
	}
	return d.At.Add(time.Millisecond)
}

func (d *Due) endsDay() bool {
	o := Obligation{Rule: d.Rule, Group: d.Group, ByTerms: d.ByTerms, Occurrence: d.Occurrence}
	return o.endsDay()
}

func (d *Due) levels() []Ahead {
	switch {
	case len(d.Rule.Reminders.Levels) > 0:
		return d.Rule.Reminders.Levels
	case len(d.Pack.Reminders.Levels) > 0:
		return d.Pack.Reminders.Levels
	}
	return defaultReminders.Levels
}

func (d *Due) again() calendar.Period {
	switch {
	case !d.Rule.Reminders.Again.IsZero():
		return d.Rule.Reminders.Again
	case !d.Pack.Reminders.Again.IsZero():
		return d.Pack.Reminders.Again
	}
	return defaultReminders.Again
}

// Reminded are the roles that are reminded of a rule of the pack, in an
// incident of a severity under a procedure, each once.
func Reminded(pack *Pack, rule *Rule, procedure *Pack, severity string) []string {
	roles := defaultReminders.Roles
	switch {
	case len(rule.Remind) > 0:
		roles = rule.Remind
	case len(pack.Reminders.Roles) > 0:
		roles = pack.Reminders.Roles
	}
	further := procedure.Reminders.BySeverity[severity]
	if len(further) == 0 {
		return roles
	}
	roles = slices.Clone(roles)
	for _, role := range further {
		if !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	return roles
}
