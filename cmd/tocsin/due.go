package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// question is what somebody asks of packs without an incident, as typed.
type question struct {
	packs, facts, settings, submitted, suspended []string

	zone, calendar, at string
}

// answerView is what one rule says to a question.
type answerView struct {
	Pack      string     `json:"pack" help:"id of the pack"`
	Rule      string     `json:"rule" help:"id within the pack"`
	Recipient string     `json:"recipient" help:"\"\" where nothing is sent"`
	State     string     `json:"state" help:"at the moment asked for, in the words of deadlines"`
	Start     stamp      `json:"start" help:"what the due time is counted from; all times have the offset of the pack's zone, else of the one given"`
	Strict    stamp      `json:"strict" help:"the exclusive midnight where it ends a day"`
	Legal     stamp      `json:"legal" help:"latest arguable limit"`
	Soft      bool       `json:"soft" help:"without undue delay: the source gives no number"`
	Next      stamp      `json:"next" help:"of a rule that recurs, the due time after strict"`
	Citation  string     `json:"citation"`
	Steps     []stepView `json:"steps" help:"from what started it to the due times"`
	Warnings  []string   `json:"warnings"`
}

const dueLong = `Tells what packs ask for on given facts, and why, without any incident: for
planning, and to check the packs. It opens no record and changes nothing; packs
and calendars of a data directory count where there is one.

Whoever asks what a law demands supposes that it applies: the answers that all
rules of a pack ask for are supposed as they are needed, unless --fact says
otherwise. What else is not said is unknown, and then the worst case is told. A
time that is expressly unknown may have happened, nobody knows when: the worst
case counts from the earliest time given.

Times without an offset are read in --zone. Days are counted where the
authority is, and by its holidays, where the pack names them.`

func (a *app) dueCommand() *cobra.Command {
	var asked question
	cmd := &cobra.Command{
		Use:   "due --pack ID --fact NAME=TIME",
		Short: "Compute due times from facts, without any incident",
		Long:  dueLong,
		Example: `  tocsin due --pack gdpr --fact aware=2026-12-22T12:17:00+01:00 --zone Europe/Berlin
  tocsin due --pack dora --fact aware="2026-12-03 09:15" --fact classified_major="2026-12-03 13:00" \
    --set entity=payment-institution --zone Europe/Berlin --calendar de --submitted initial="2026-12-03 16:40"`,
		Args: words(0, 0),
		RunE: func(*cobra.Command, []string) error { return a.answerDue(asked) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&asked.packs, "pack", nil, "ID or ID@VERSION of a pack; may be repeated")
	flags.StringArrayVar(&asked.facts, "fact", nil, "NAME=TIME, or NAME=yes, no or unknown, for a time too; may be repeated")
	flags.StringArrayVar(&asked.settings, "set", nil, "NAME=WORD or NAME=NUMBER of the packs' settings, or severity, classification, type or data; may be repeated")
	flags.StringArrayVar(&asked.submitted, "submitted", nil, "RULE=TIME when a notice was sent, or received where that is what counts; may be repeated")
	flags.StringArrayVar(&asked.suspended, "suspend", nil, "RULE=FROM/UNTIL, a delay that an authority asked for; may be repeated")
	flags.StringVar(&asked.zone, "zone", "", "time zone where a pack has none of its own (else this machine's)")
	flags.StringVar(&asked.calendar, "calendar", "", "holidays where a pack has none of its own, such as de-by (else none are known)")
	flags.StringVar(&asked.at, "at", "", "the moment that is told about: states as of then, without what was sent later (else now, with all that is given)")
	a.completeDue(cmd)
	return a.reading(cmd)
}

// completeDue offers packs, zones and calendars, for which no record is opened.
func (a *app) completeDue(cmd *cobra.Command) {
	_ = cmd.RegisterFlagCompletionFunc("pack", a.offerKnown((*config.Library).IDs)) // fails for a flag that is not there only, which a test would see
	_ = cmd.RegisterFlagCompletionFunc("calendar", a.offerKnown(calendarIDs))
	completeWords(cmd, "zone", config.ZoneNames()...)
}

// offerKnown completes words of the library without opening the record.
func (a *app) offerKnown(words func(*config.Library) []string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		silent := *a
		silent.err = io.Discard
		library, err := silent.knownPacks()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return words(library), cobra.ShellCompDirectiveNoFileComp
	}
}

func calendarIDs(library *config.Library) []string { return library.Calendars().IDs() }

func (a *app) answerDue(asked question) error {
	s, err := a.suppose(asked)
	if err != nil {
		return err
	}
	for _, name := range s.idle {
		fmt.Fprintf(a.err, "tocsin: --set %s: none of these packs asks for it, so it changes nothing\n", name)
	}
	out := a.newPaper()
	if a.json {
		err = out.printJSON(s.answers())
	} else {
		s.write(out)
	}
	return errors.Join(err, a.handOver(out))
}

// knownPacks are the packs and calendars that come with the console, and those
// of the data directory where there is one, but for what is wrong there.
// Nothing is created.
func (a *app) knownPacks() (*config.Library, error) {
	dir, err := a.dataDir()
	if err != nil {
		dir = "" // where no record can be, no packs are either
	}
	library, problems, err := config.LoadLibrary(dir)
	if err != nil {
		return nil, &storeError{err: err}
	}
	a.warn(problems)
	return library, nil
}

// supposition is a case that nobody recorded, and what it is held against.
type supposition struct {
	packs []*policy.Pack
	made  policy.Case
	home  calendar.Calendar
	now   time.Time      // what times such as -2h are relative to
	at    time.Time      // what states are told for
	until time.Time      // what was sent later is left out; zero where nothing is
	later []string       // the notices that were left out for that
	said  []string       // names that a value was given for
	all   []*policy.Pack // every pack that is known here
	idle  []string       // settings that no pack asks for which is asked about
}

func (a *app) suppose(asked question) (*supposition, error) {
	library, err := a.knownPacks()
	if err != nil {
		return nil, err
	}
	s := &supposition{now: a.now(), all: library.Packs()}
	if err := s.choose(library, asked.packs); err != nil {
		return nil, err
	}
	if err := s.settle(library.Calendars(), asked); err != nil {
		return nil, err
	}
	for _, given := range []struct {
		flag, form string
		texts      []string
		take       func(name, value string) error
	}{
		{"--fact", "NAME=TIME, NAME=yes, NAME=no or NAME=unknown", asked.facts, s.state},
		{"--set", "NAME=VALUE", asked.settings, s.set},
		{"--submitted", "RULE=TIME", asked.submitted, s.submit},
		{"--suspend", delayForm, asked.suspended, s.suspend},
	} {
		for _, text := range given.texts {
			name, value, err := pair(given.flag, text, given.form)
			if err == nil {
				err = given.take(name, value)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

func (s *supposition) choose(library *config.Library, ids []string) error {
	if len(ids) == 0 {
		return model.Refuse(model.Field("--pack", "no pack is named", strings.Join(library.IDs(), ", ")))
	}
	for _, id := range ids {
		pack, err := packOf(library, "--pack", id)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(s.packs, func(p *policy.Pack) bool { return p.ID == pack.ID }) {
			return model.Refuse(model.Field("--pack", pack.ID+" is named twice", "each pack once"))
		}
		s.packs = append(s.packs, pack)
	}
	return nil
}

// packOf finds a pack by its id, or one version of it by id@version.
func packOf(library *config.Library, field, text string) (*policy.Pack, error) {
	id, _, versioned := strings.Cut(strings.ToLower(text), "@")
	latest, known := library.Latest(id)
	switch {
	case !known:
		return nil, unknown(field, id, library.IDs())
	case !versioned:
		return latest, nil
	}
	ref, err := policy.ParseRef(strings.ToLower(text))
	if err != nil {
		return nil, model.Refuse(model.Field(field, err.Error(), ""))
	}
	if pack, found := library.Pack(ref); found {
		return pack, nil
	}
	return nil, model.Refuse(model.Field(field, ref.String()+" is not known here", "up to "+latest.Ref().String()))
}

// settle reads where and when the question is asked.
func (s *supposition) settle(calendars *config.Calendars, asked question) error {
	zone, err := config.LoadZone(cmp.Or(asked.zone, config.LocalZone()))
	if err != nil {
		return model.Refuse(model.Field("--zone", err.Error(), "a name of the IANA time zone database"))
	}
	s.home = calendar.Calendar{Zone: zone}
	if asked.calendar != "" {
		if s.home, err = calendars.Calendar(asked.calendar, zone); err != nil {
			return unknown("--calendar", asked.calendar, calendars.IDs())
		}
	}
	if s.at, err = s.time("--at", cmp.Or(asked.at, "now")); asked.at != "" {
		s.until = s.at
	}
	return err
}

func (s *supposition) time(field, text string) (time.Time, error) {
	at, err := calendar.ParseTime(text, s.home.Zone, s.now)
	if err != nil {
		return time.Time{}, model.Refuse(model.Field(field, err.Error(), ""))
	}
	return at, nil
}

// once refuses a name that was given a value before: which one holds would be
// a guess.
func (s *supposition) once(flag, name string) error {
	if slices.Contains(s.said, flag+name) {
		return model.Refuse(model.Field(flag, name+" is given twice", "one value"))
	}
	s.said = append(s.said, flag+name)
	return nil
}

func (s *supposition) state(name, value string) error {
	if rule, submitted := strings.CutPrefix(name, "submitted:"); submitted {
		return s.submit(rule, value)
	}
	known := s.factNames()
	if !slices.Contains(known, name) {
		return unknown("--fact", name, known)
	}
	if err := s.once("--fact", name); err != nil {
		return err
	}
	if err := s.made.State(s.packs, name, value, s.home.Zone, s.now); err != nil {
		return model.Refuse(model.Field("--fact", err.Error(), ""))
	}
	return nil
}

// factNames are the times that may be stated, then the questions.
func (s *supposition) factNames() []string {
	var names []string
	for _, pack := range s.packs {
		for _, term := range pack.AllFacts() {
			names = addNew(names, term.ID)
		}
	}
	for _, pack := range s.packs {
		for _, asked := range pack.Questions {
			names = addNew(names, asked.ID)
		}
	}
	return names
}

func addNew(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// triageWords are the words that triage decides; they are set where no pack has a
// setting of that name.
var triageWords = []struct {
	name   string
	words  func(p *policy.Pack) []string
	take   func(c *policy.Case, word string)
	repeat bool
}{
	{"severity", severityIDs, func(c *policy.Case, word string) { c.Severity = word }, false},
	{"classification", func(*policy.Pack) []string { return []string{string(model.Confirmed), string(model.Potential)} }, func(c *policy.Case, word string) { c.Classification = word }, false},
	{"type", func(p *policy.Pack) []string { return termIDs(p.Types) }, func(c *policy.Case, word string) { c.Types = append(c.Types, word) }, true},
	{"data", func(p *policy.Pack) []string { return termIDs(p.Data) }, func(c *policy.Case, word string) { c.Data = append(c.Data, word) }, true},
}

func severityIDs(p *policy.Pack) []string {
	var ids []string
	for _, level := range p.Severities {
		ids = append(ids, level.ID)
	}
	return ids
}

func termIDs(terms []policy.Term) []string {
	var ids []string
	for _, term := range terms {
		ids = append(ids, term.ID)
	}
	return ids
}

func (s *supposition) set(name, value string) error {
	known := s.settingNames()
	if !slices.Contains(known, name) {
		return s.elsewhere(name, value, known)
	}
	if err := s.once("--set", name); err != nil {
		return err
	}
	accepted := s.settingWords(name)
	if len(accepted) > 0 && !slices.Contains(accepted, value) {
		return unknown("--set "+name, value, accepted)
	}
	if err := s.made.Set(s.packs, name, value); err != nil {
		return model.Refuse(model.Field("--set", err.Error(), "such as "+name+"=500, or unknown"))
	}
	return nil
}

func (s *supposition) settingNames() []string {
	var names []string
	for _, pack := range s.packs {
		for _, setting := range pack.Settings {
			names = addNew(names, setting.ID)
		}
	}
	return names
}

// settingWords are the values of a setting; none where it is a count.
func (s *supposition) settingWords(name string) []string {
	for _, pack := range s.packs {
		if setting, found := pack.Setting(name); found && !setting.IsCount() {
			return append(termIDs(setting.Values), policy.Unknown.String())
		}
	}
	return nil
}

// elsewhere takes a setting that another pack asks for and changes nothing
// here, such as the number of people affected, which a script may give for all
// packs alike. Anything else is a word that triage would decide.
func (s *supposition) elsewhere(name, value string, known []string) error {
	if !slices.ContainsFunc(s.all, func(p *policy.Pack) bool { _, asked := p.Setting(name); return asked }) {
		return s.triage(name, value, known)
	}
	if err := s.once("--set", name); err != nil {
		return err
	}
	if err := new(policy.Case).Set(s.all, name, value); err != nil {
		return model.Refuse(model.Field("--set", err.Error(), "such as "+name+"=500, or unknown"))
	}
	s.idle = append(s.idle, name)
	return nil
}

// triage takes a word that triage would decide.
func (s *supposition) triage(name, value string, known []string) error {
	for _, decided := range triageWords {
		known = append(known, decided.name)
		if decided.name != name {
			continue
		}
		var accepted []string
		for _, pack := range s.packs {
			for _, word := range decided.words(pack) {
				accepted = addNew(accepted, word)
			}
		}
		if !slices.Contains(accepted, value) {
			return unknown("--set "+name, value, accepted)
		}
		if !decided.repeat {
			if err := s.once("--set", name); err != nil {
				return err
			}
		}
		decided.take(&s.made, value)
		return nil
	}
	return unknown("--set", name, known)
}

func (s *supposition) submit(name, value string) error {
	key, err := s.ruleKey("--submitted", name, "RULE=TIME, or PACK/RULE=TIME")
	if err != nil {
		return err
	}
	at, err := s.time("--submitted "+name, value)
	if err != nil {
		return err
	}
	if !s.until.IsZero() && at.After(s.until) {
		s.later = append(s.later, key.String())
		return nil
	}
	return s.made.Submit(s.packs, key.String(), at, s.received(key, at))
}

// delayForm is how a delay is written.
const delayForm = "RULE=FROM/UNTIL, such as item-105=2026-11-19 09:00/2026-12-18 12:00"

// suspend takes a delay of a rule, written as its beginning and its end.
func (s *supposition) suspend(name, value string) error {
	key, err := s.ruleKey("--suspend", name, delayForm)
	if err != nil {
		return err
	}
	begin, end, both := strings.Cut(value, "/")
	if !both {
		return model.Refuse(model.Field("--suspend "+name, "has no end", delayForm))
	}
	from, err := s.time("--suspend "+name, begin)
	if err != nil {
		return err
	}
	until, err := s.time("--suspend "+name, end)
	if err != nil {
		return err
	}
	if !until.After(from) {
		return model.Refuse(model.Field("--suspend "+name, "ends before it begins", delayForm))
	}
	s.made.Suspensions = append(s.made.Suspensions, policy.Suspension{Key: key, From: from, Until: until, By: "an authority", Evidence: "supposed here"})
	return nil
}

// ruleKey finds a rule of the packs by its id, or by PACK/RULE.
func (s *supposition) ruleKey(flag, name, form string) (policy.RuleKey, error) {
	rules := s.ruleNames()
	if _, rule, _ := strings.Cut(name, "/"); !slices.Contains(rules, cmp.Or(rule, name)) {
		return policy.RuleKey{}, unknown(flag, name, rules)
	}
	key, err := policy.KeyOf(s.packs, name)
	if err != nil {
		return policy.RuleKey{}, model.Refuse(model.Field(flag, err.Error(), form))
	}
	return key, nil
}

// received is when a notice arrived, where that and not its sending counts.
func (s *supposition) received(key policy.RuleKey, at time.Time) time.Time {
	for _, pack := range s.packs {
		if rule, found := pack.Rule(key.Rule); found && pack.ID == key.Pack && rule.MetBy == policy.MetByReceived {
			return at
		}
	}
	return time.Time{}
}

func (s *supposition) ruleNames() []string {
	var names []string
	for _, pack := range s.packs {
		for i := range pack.Rules {
			names = addNew(names, pack.Rules[i].ID)
		}
	}
	return names
}

// complete is the case with what has to be supposed for the packs to say
// anything, and the questions that were answered so.
func (s *supposition) complete() (c policy.Case, supposed []string) {
	c = s.made
	c.Answers = map[string]policy.Answer{}
	for asked, answer := range s.made.Answers {
		c.Answers[asked] = answer
	}
	c.Suppose(s.packs)
	for _, pack := range s.packs {
		for _, asked := range pack.Questions {
			if _, said := s.made.Answers[asked.ID]; !said && c.Answers[asked.ID] != policy.Unknown {
				supposed = addNew(supposed, asked.Label+" "+c.Answers[asked.ID].String())
			}
		}
	}
	return c, supposed
}

// answers are what each rule says that applies or may apply, in the order of
// the packs and their rules.
func (s *supposition) answers() []answerView {
	views := []answerView{}
	c, _ := s.complete()
	all := policy.ObligationsIn(s.packs, &c, s.home)
	for i := range all {
		views = append(views, s.answer(&all[i], &c))
	}
	return views
}

func (s *supposition) answer(o *policy.Obligation, c *policy.Case) answerView {
	g := s.gatherFor(o)
	explained := g.explanation(policy.ExplainIn(o, c, s.home))
	return answerView{
		Pack: o.Pack.ID, Rule: o.Rule.ID, Recipient: o.Rule.Audience, State: string(o.State(s.at)), Start: g.stamp(o.Start),
		Strict: g.stamp(o.Strict), Legal: g.stamp(o.Legal), Soft: o.Rule.Soft(), Next: g.stamp(o.NextAfter(s.at)),
		Citation: o.Rule.Citation, Steps: explained.Steps, Warnings: explained.Warnings,
	}
}

// gatherFor tells times as they are read where the days of a rule are counted.
func (s *supposition) gatherFor(o *policy.Obligation) *gatherer {
	zone := s.home.Zone
	if own := o.Pack.Calendar.Zone; own != nil {
		zone = own
	}
	return &gatherer{zone: zone, now: s.at}
}

// declined says of each rule that does not apply why it does not.
func (s *supposition) declined(c policy.Case) []string {
	for _, pack := range s.packs {
		for i := range pack.Rules {
			c.Applied = append(c.Applied, policy.RuleKey{Pack: pack.ID, Rule: pack.Rules[i].ID})
		}
	}
	var lines []string
	for _, o := range policy.ObligationsIn(s.packs, &c, s.home) {
		if o.Applies == policy.No {
			lines = append(lines, fmt.Sprintf("%s (%s): %s", o.Title(), o.Key(), o.Why))
		}
	}
	return lines
}
