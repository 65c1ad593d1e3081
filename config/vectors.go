package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// Vectors are worked examples of packs: facts, and the due times that follow
// from them. A team writes its own to hold its packs to what it means.
type Vectors struct {
	packs []*policy.Pack
	home  calendar.Calendar
	cases []vector
}

// Failure is one expectation that the packs do not meet.
type Failure struct {
	Problem
	Case  string          `json:"case"`
	Rule  string          `json:"rule"`
	Steps []calendar.Step `json:"steps,omitempty"` // how the packs came to what they say
}

// VectorError says that a file of vectors was refused, and all that is wrong
// with it in the order of its lines. Its message has one problem a line.
type VectorError struct {
	Problems []Problem
}

func (e *VectorError) Error() string { return problemLines(e.Problems) }

// vectorsFile is a file of vectors as it is written.
type vectorsFile struct {
	Packs    []string          `json:"packs"`    // ids, or id@version; an id alone is the latest version
	Zone     string            `json:"zone"`     // where times without an offset are read, and days counted where a pack has no zone
	Calendar string            `json:"calendar"` // the holidays at home
	Facts    map[string]string `json:"facts"`    // stated in every case, unless the case says otherwise
	Set      map[string]string `json:"set"`
	Cases    []vectorCase      `json:"cases"`
}

type vectorCase struct {
	Name           string            `json:"name"` // the reason in words
	Severity       string            `json:"severity"`
	Classification string            `json:"classification"`
	Types          []string          `json:"types"`
	Data           []string          `json:"data"`
	Facts          map[string]string `json:"facts"` // times and answers
	Set            map[string]string `json:"set"`   // words and counts
	Submitted      []vectorSubmitted `json:"submitted"`
	Suspended      []vectorSuspended `json:"suspended"`
	Groups         []vectorGroup     `json:"groups"` // of affected customers; rules name one as RULE#GROUP
	At             string            `json:"at"`     // when states and the next due time are asked for
	Expect         []vectorExpect    `json:"expect"`
}

type vectorSubmitted struct {
	Rule     string `json:"rule"`
	At       string `json:"at"`
	Received string `json:"received"`
}

type vectorSuspended struct {
	Rule  string `json:"rule"`
	From  string `json:"from"`
	Until string `json:"until"`
}

type vectorGroup struct {
	ID     string          `json:"id"`
	Tier   string          `json:"tier"`
	Direct bool            `json:"direct"`
	Terms  calendar.Period `json:"terms"`
	Since  string          `json:"since"`
}

// vectorExpect is what must be said of one rule. What is left out is not
// looked at. Times are moments, "end of 2027-02-28" or "none".
type vectorExpect struct {
	Rule   string `json:"rule"`
	Strict string `json:"strict"`
	Legal  string `json:"legal"`
	Next   string `json:"next"`
	State  string `json:"state"`
	Missed *int   `json:"missed"`
	Absent bool   `json:"absent"` // the rule does not apply at all
	Says   string `json:"says"`   // part of a step, a reason or a warning
	Silent string `json:"silent"` // no part of any
}

type vector struct {
	vectorCase
	key  string
	at   time.Time
	made *policy.Case
	read *document
}

// ParseVectors reads a file of vectors for packs of the library; file is what
// messages call it. A file with anything wrong in it is refused with a
// *VectorError that names every problem.
func (l *Library) ParseVectors(file string, data []byte) (*Vectors, error) {
	var written vectorsFile
	d := decode(file, data, &written)
	if len(d.problems) > 0 {
		return nil, &VectorError{Problems: d.sorted()}
	}
	v := &Vectors{packs: l.vectorPacks(d, written.Packs), home: l.vectorHome(d, &written)}
	if len(d.problems) == 0 {
		common := &policy.Case{}
		v.state(d, "facts", written.Facts, common)
		v.set(d, "set", written.Set, common)
		for i := range written.Cases {
			v.cases = append(v.cases, v.prepare(d, "cases"+index(i), common, &written.Cases[i]))
		}
	}
	if len(written.Cases) == 0 {
		d.problem("cases", "has no [[cases]]")
	}
	if len(d.problems) > 0 {
		return nil, &VectorError{Problems: d.sorted()}
	}
	return v, nil
}

func (l *Library) vectorPacks(d *document, names []string) []*policy.Pack {
	var packs []*policy.Pack
	for i, name := range names {
		pack, found := l.Latest(name)
		if ref, err := policy.ParseRef(name); err == nil {
			pack, found = l.Pack(ref)
		}
		if !found {
			d.problem("packs"+index(i), "%q is not a pack%s", name, suggestion(name, l.IDs()))
			continue
		}
		packs = append(packs, pack)
	}
	if len(names) == 0 {
		d.problem("packs", "name the packs under test, such as packs = [\"gdpr\"]")
	}
	return packs
}

func (l *Library) vectorHome(d *document, written *vectorsFile) calendar.Calendar {
	zone := time.UTC
	if written.Zone != "" {
		loaded, err := LoadZone(written.Zone)
		if err != nil {
			d.problem("zone", "%s", err)
		}
		zone = loaded
	}
	if written.Calendar == "" {
		return calendar.Calendar{Zone: zone}
	}
	home, err := l.calendars.Calendar(written.Calendar, zone)
	if err != nil {
		d.problem("calendar", "%s", err)
	}
	return home
}

// prepare builds the case that the rules look at, on top of what is stated in
// every case.
func (v *Vectors) prepare(d *document, key string, common *policy.Case, c *vectorCase) vector {
	made := &policy.Case{
		Severity: c.Severity, Classification: c.Classification, Types: c.Types, Data: c.Data,
		Times: maps.Clone(common.Times), Answers: maps.Clone(common.Answers),
		Settings: maps.Clone(common.Settings), Counts: maps.Clone(common.Counts),
	}
	out := vector{vectorCase: *c, key: key, made: made, read: d}
	if c.Name == "" {
		d.problem(key, "the case has no name: say in words why its times are right")
	}
	if len(c.Expect) == 0 {
		d.problem(key, "the case expects nothing: write [[cases.expect]]")
	}
	v.state(d, join(key, "facts"), c.Facts, made)
	v.set(d, join(key, "set"), c.Set, made)
	out.at = v.moment(d, join(key, "at"), c.At)
	for i, s := range c.Submitted {
		v.submit(d, join(key, "submitted")+index(i), s, made)
	}
	for i, s := range c.Suspended {
		v.suspend(d, join(key, "suspended")+index(i), s, made)
	}
	for i, g := range c.Groups {
		v.group(d, join(key, "groups")+index(i), g, made)
	}
	for i, e := range c.Expect {
		v.checkExpect(d, join(key, "expect")+index(i), e, c.At != "")
	}
	return out
}

func (v *Vectors) state(d *document, key string, facts map[string]string, c *policy.Case) {
	for _, name := range sortedKeys(facts) {
		if err := c.State(v.packs, name, facts[name], v.home.Zone, time.Time{}); err != nil {
			d.problem(join(key, name), "%s", err)
		}
	}
}

func (v *Vectors) set(d *document, key string, settings map[string]string, c *policy.Case) {
	for _, name := range sortedKeys(settings) {
		if err := c.Set(v.packs, name, settings[name]); err != nil {
			d.problem(join(key, name), "%s", err)
		}
	}
}

func (v *Vectors) group(d *document, key string, g vectorGroup, c *policy.Case) {
	if g.ID == "" {
		d.problem(key, "the group has no id: write one, such as A1")
	}
	if tiers := []string{policy.TierPaid, policy.TierFree}; !slices.Contains(tiers, g.Tier) {
		d.problem(join(key, "tier"), "%q is not a tier%s", g.Tier, suggestion(g.Tier, tiers))
	}
	c.Groups = append(c.Groups, policy.Group{ID: g.ID, Tier: g.Tier, Direct: g.Direct, Terms: g.Terms, Since: v.moment(d, join(key, "since"), g.Since)})
}

func (v *Vectors) submit(d *document, key string, s vectorSubmitted, c *policy.Case) {
	at, received := v.moment(d, join(key, "at"), s.At), v.moment(d, join(key, "received"), s.Received)
	if err := c.Submit(v.packs, s.Rule, at, received); err != nil {
		d.problem(join(key, "rule"), "%s", err)
	}
}

func (v *Vectors) suspend(d *document, key string, s vectorSuspended, c *policy.Case) {
	rule, err := policy.KeyOf(v.packs, s.Rule)
	if err != nil {
		d.problem(join(key, "rule"), "%s", err)
		return
	}
	from, until := v.moment(d, join(key, "from"), s.From), v.moment(d, join(key, "until"), s.Until)
	if !until.After(from) {
		d.problem(key, "the delay ends before it begins: write from and until")
	}
	c.Suspensions = append(c.Suspensions, policy.Suspension{Key: rule, From: from, Until: until, By: "law enforcement", Evidence: "a vector"})
}

// moment reads a time, or the zero time where none is written.
func (v *Vectors) moment(d *document, key, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	at, err := calendar.ParseTime(text, v.home.Zone, time.Time{})
	if err != nil {
		d.problem(key, "%s", err)
	}
	return at
}

func (v *Vectors) checkExpect(d *document, key string, e vectorExpect, asked bool) {
	if _, err := policy.KeyOf(v.packs, e.Rule); err != nil {
		d.problem(join(key, "rule"), "%s", err)
		return
	}
	for _, t := range []struct{ key, text string }{{"strict", e.Strict}, {"legal", e.Legal}, {"next", e.Next}} {
		if _, err := v.expected(t.text); err != nil {
			d.problem(join(key, t.key), "%s", err)
		}
	}
	if e.State != "" {
		if _, err := policy.ParseState(e.State); err != nil {
			d.problem(join(key, "state"), "%s", err)
		}
	}
	if (e.State != "" || e.Next != "" || e.Missed != nil) && !asked {
		d.problem(key, "a state, the next due time and what was missed depend on the time: write at in the case")
	}
}

// none is written where no due time stands.
const none = "none"

// expected reads a due time; the zero time for none.
func (v *Vectors) expected(text string) (time.Time, error) {
	if text == "" || text == none {
		return time.Time{}, nil
	}
	day, ends := strings.CutPrefix(text, "end of ")
	if !ends {
		return calendar.ParseTime(text, v.home.Zone, time.Time{})
	}
	date, err := calendar.ParseDate(day)
	if err != nil {
		return time.Time{}, err
	}
	return date.End(v.home.Location()), nil
}

// Cases is the number of cases.
func (v *Vectors) Cases() int { return len(v.cases) }

// Run applies the packs to every case and returns what they say otherwise than
// is expected, in the order of the file.
func (v *Vectors) Run() []Failure {
	var failures []Failure
	for i := range v.cases {
		failures = append(failures, v.run(&v.cases[i])...)
	}
	return failures
}

func (v *Vectors) run(c *vector) []Failure {
	var failures []Failure
	all := policy.ObligationsIn(v.packs, c.made, v.home)
	for i, e := range c.Expect {
		key, err := policy.KeyOf(v.packs, e.Rule)
		if err != nil {
			continue // refused when the file was read
		}
		place := slices.IndexFunc(all, func(o policy.Obligation) bool { return o.Key() == key })
		check := &checker{vectors: v, vector: c, expect: e, key: join(c.key, "expect") + index(i)}
		if place < 0 || all[place].Applies == policy.No {
			check.absent()
		} else {
			check.present(&all[place])
		}
		failures = append(failures, check.failures...)
	}
	return failures
}

// checker holds one obligation against what is expected of it.
type checker struct {
	vectors  *Vectors
	vector   *vector
	expect   vectorExpect
	key      string
	steps    []calendar.Step
	failures []Failure
}

func (k *checker) failf(key, format string, args ...any) {
	read, place := k.vector.read, join(k.key, key)
	k.failures = append(k.failures, Failure{
		Problem: Problem{File: read.file, Line: lineOf(read.lines, place), Key: place, Message: fmt.Sprintf(format, args...)},
		Case:    k.vector.Name, Rule: k.expect.Rule, Steps: k.steps,
	})
}

func (k *checker) absent() {
	if !k.expect.Absent {
		k.failf("rule", "%s does not apply, and should", k.expect.Rule)
	}
}

func (k *checker) present(o *policy.Obligation) {
	explained := policy.ExplainIn(o, k.vector.made, k.vectors.home)
	k.steps = explained.Steps
	e := k.expect
	if e.Absent {
		k.failf("absent", "%s applies (%s), and should not", e.Rule, o.Applies)
		return
	}
	k.time("strict", e.Strict, o.Strict)
	k.time("legal", e.Legal, o.Legal)
	k.time("next", e.Next, o.NextAfter(k.vector.at))
	if state := o.State(k.vector.at); e.State != "" && string(state) != e.State {
		k.failf("state", "%s is %q, and should be %q", e.Rule, state, e.State)
	}
	if missed := o.Missed(k.vector.at); e.Missed != nil && missed != *e.Missed {
		k.failf("missed", "%s has missed %d, and should have missed %d", e.Rule, missed, *e.Missed)
	}
	k.said(explained)
}

func (k *checker) time(key, text string, got time.Time) {
	want, err := k.vectors.expected(text)
	if text == "" || err != nil || got.Equal(want) {
		return
	}
	k.failf(key, "%s is %s, and should be %s", key, k.reading(got), k.reading(want))
}

func (k *checker) reading(t time.Time) string {
	if t.IsZero() {
		return none
	}
	return calendar.Reading(t, k.vectors.home.Zone)
}

func (k *checker) said(e policy.Explanation) {
	lines := slices.Concat(e.Why, e.Warnings)
	for _, step := range e.Steps {
		lines = append(lines, step.Text)
	}
	all := strings.Join(lines, "\n")
	if !strings.Contains(all, k.expect.Says) {
		k.failf("says", "nothing says %q:\n%s", k.expect.Says, all)
	}
	if silent := k.expect.Silent; silent != "" && strings.Contains(all, silent) {
		k.failf("silent", "%q is said:\n%s", silent, all)
	}
}
