package tui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
	"tocsin/model/notice"
	"tocsin/model/policy"
)

// draftingScreen is a form of a template's fields, with what the rules ask for
// as a checklist beside it and the text as one recipient will read it. Nothing
// of it is on record before it is saved, and saving tells nobody.
type draftingScreen struct {
	c             *Console
	width, height int
	standing      *model.Standing
	notice        *model.Notice // nil for a new one
	form          *form
	shelf         map[string]*field // every field that was asked, with what it holds
	dialog        *dialog           // gives the command and takes its refusal; never drawn
	made          composed          // what the fields make, as they are now
	page          int               // of those that a narrow screen shows one at a time
	top           int               // first line of the preview that is shown
	language      string            // of the preview
	people        []Addressee       // some whom it goes to
	peopleOf      string            // the groups that they are of
	person        int
	formFrom      int // line the form begins on, at the last drawing
}

// Pages of a narrow drafting screen.
const (
	fieldsPage = iota
	contentsPage
	previewPage
	draftPages
)

// composed is a notice as the fields of a draft make it.
type composed struct {
	template *notice.Template
	draft    model.NoticeDraft
	items    []notice.Item
	borrowed []string // fields said in another language than the text
	problem  string   // why there is no text; "" where there is one
	phased   bool     // what is not known yet may follow
}

// peopleMsg brings some of whom a draft goes to.
type peopleMsg struct {
	of     string
	people []Addressee
	err    error
}

// startDraft begins a notice for what is selected: an obligation, a row of who
// would be told, or nothing in particular.
func (c *Console) startDraft() tea.Cmd {
	standing, key := c.target(), policy.RuleKey{}
	if c.current == c.incident && c.incident.tab == noticesTab {
		if row := c.incident.toTell(); row != nil {
			key = row.key()
		}
	} else if o := c.obligation(); o != nil && o.Rule.To != policy.ToNobody {
		key = o.Key()
	}
	return c.openDraft(standing, nil, key)
}

// editNotice takes the selected notice up again.
func (c *Console) editNotice() tea.Cmd {
	standing, n := c.noticeAt()
	if n.State != model.NoticeIsDraft {
		c.say("a change makes %s a draft again, and its approvals void", n.ID)
	}
	return c.openDraft(standing, n, policy.RuleKey{})
}

func (c *Console) openDraft(standing *model.Standing, n *model.Notice, key policy.RuleKey) tea.Cmd {
	s := &draftingScreen{c: c, width: c.drafting.width, height: c.drafting.height, standing: standing, notice: n, shelf: make(map[string]*field)}
	name := "notice new " + key.String()
	if n != nil {
		name = "notice " + n.ID
	}
	draft := c.draftKey(strings.ReplaceAll(name, " /", ""), standing.Incident.ID)
	s.begin(key)
	fresh, words := c.takeUp(draft, s.form, func(*form) { s.arrange() })
	s.form = fresh
	for _, one := range s.form.fields {
		s.shelf[one.id] = one
	}
	s.arrange()
	s.dialog = &dialog{form: s.form, danger: recorded, draft: draft, command: s.command, said: s.savedWords(), then: func(c *Console, _ model.ID) tea.Cmd { return s.saved() }}
	for _, one := range s.form.fields {
		if strings.HasPrefix(one.id, fieldPrefix) {
			s.form.goTo(one.id) // what comes before is proposed already
			break
		}
	}
	c.leave()
	c.drafting = s
	if words != "" {
		c.say("%s", words)
	}
	return tea.Batch(c.show(s), s.form.open(), s.readPeople())
}

func (s *draftingScreen) savedWords() string {
	const next = "; nobody is told by that, and "
	how := s.c.keyOf("notice-propose")
	if s.c.plain {
		how = "notice-propose"
	}
	how += " puts it to those who approve"
	if s.notice == nil {
		return "the draft is saved on {id}" + next + how
	}
	return s.notice.ID + " of {id} is saved" + next + how
}

// saved goes to the notice that was saved.
func (s *draftingScreen) saved() tea.Cmd {
	c, id := s.c, ""
	if s.notice != nil {
		id = s.notice.ID
	} else if standing, ok := c.frame.snapshot.Incident(s.standing.Incident.ID); ok {
		if n := len(standing.Incident.Notices); n > 0 {
			id = standing.Incident.Notices[n-1].ID
		}
	}
	if n := len(c.trail); n > 0 {
		c.trail = c.trail[:n-1] // back leads past the form
	}
	c.incident.tab = noticesTab
	load := c.incident.load(s.standing.Incident.ID)
	shown := c.show(c.incident)
	c.incident.notices.list.choose(id)
	return tea.Batch(load, shown)
}

// begin fills the form with what the notice says, or with what suits the
// obligation.
func (s *draftingScreen) begin(key policy.RuleKey) {
	c, i := s.c, s.standing.Incident
	chosen, groups, rules, channel, corrects := s.proposedTemplate(key), s.proposedGroups(key), []string{}, s.usualChannel(key), correctsNothing
	if key.Rule != "" {
		rules = []string{key.Whole().String()}
	}
	if n := s.notice; n != nil {
		chosen, groups, channel, corrects = n.Template, n.Groups, n.Channel, orElse(n.Corrects, correctsNothing)
		rules = nil
		for _, key := range n.Rules {
			if whole := key.Whole().String(); !slices.Contains(rules, whole) {
				rules = append(rules, whole)
			}
		}
	}
	own := []*field{c.one("template", "Template", "What kind of notice it is, and which fields it asks for.", s.templateOptions(), chosen)}
	if options := s.ruleOptions(); len(options) > 0 {
		own = append(own, c.many("rules", "Answers", "The obligations that it answers: they say who approves it and what it must say. Space takes one; several may be right.", options, rules...))
	}
	if len(i.Groups) > 0 {
		own = append(own, c.many("groups", "To groups", "Affected customers it goes to. None: to whom the channel reaches.", s.groupOptions(), groups...))
	}
	own = append(own, c.one("channel", "Over", "", s.channelOptions(), channel))
	if options := s.correctable(); len(options) > 1 {
		own = append(own, c.one("corrects", "Corrects", "An earlier notice that said something wrong.", options, corrects))
	}
	s.form = newForm(c.theme, own...)
	if s.notice != nil {
		s.form.base = uint64(s.notice.Version)
	}
	for _, one := range own {
		s.shelf[one.id] = one
	}
	s.language = ""
	s.arrange()
}

// fieldPrefix marks form fields that are fields of the template.
const fieldPrefix = "field "

// arrange puts the fields that the template asks for into the form, below what
// is always asked, and makes the text anew.
func (s *draftingScreen) arrange() {
	fields := s.always()
	if t := s.template(); t != nil {
		if len(t.Texts) > 1 {
			fields = append(fields, s.asked("languages", func() *field {
				return s.c.many("languages", "Languages", "Texts it is written in. Customers of other languages get the first.", languageOptions(t), s.writtenIn(t)...)
			}))
		}
		heading := t.Title
		for k := range t.Fields {
			for _, one := range s.templateFields(t, &t.Fields[k]) {
				one.above, heading = heading, ""
				fields = append(fields, one)
			}
		}
	}
	s.form.arrange(fields)
	s.compose()
}

// always are the fields that every draft has.
func (s *draftingScreen) always() []*field {
	var fields []*field
	for _, id := range []string{"template", "rules", "groups", "channel", "corrects"} {
		if one := s.shelf[id]; one != nil {
			fields = append(fields, one)
		}
	}
	return fields
}

// asked is the field of an id as it was asked before, or a new one.
func (s *draftingScreen) asked(id string, build func() *field) *field {
	if s.shelf[id] == nil {
		s.shelf[id] = build()
	}
	return s.shelf[id]
}

// templateFields are the form's fields for one of the template: one, and where
// people write it in words, one for each further language.
func (s *draftingScreen) templateFields(t *notice.Template, f *notice.Field) []*field {
	fields := []*field{s.asked(fieldPrefix+f.Name, func() *field { return s.fieldFor(f, f.Name, f.Label) })}
	if f.Type == notice.Time || f.Type == notice.Choice {
		return fields
	}
	for k, language := range s.languages(t) {
		if k == 0 {
			continue
		}
		name := f.Name + "@" + language
		fields = append(fields, s.asked(fieldPrefix+name, func() *field { return s.fieldFor(f, name, f.Label+" ("+language+")") }))
	}
	return fields
}

// unknownHelp says how something is left open.
const unknownHelp = "The word unknown, alone, leaves it open."

func (s *draftingScreen) fieldFor(f *notice.Field, name, label string) *field {
	c, said := s.c, s.saidBefore(name)
	hint := s.recorded(f)
	help := strings.TrimSpace(f.Help + " " + unknownHelp)
	if f.Required {
		help = strings.TrimSpace(f.Help + " The text cannot go without it. " + unknownHelp)
	}
	if cells(label) > labelWidth && !c.plain {
		help = label + ". " + help
	}
	one := &field{id: fieldPrefix + name, label: label, help: help, hint: hint}
	switch f.Type {
	case notice.Long:
		one.kind, one.tall = textField, 4
		return c.begin(one, strings.Split(said, "\n")...)
	case notice.List:
		one.kind, one.tall, one.help = textField, 3, help+" One a line."
		return c.begin(one, strings.Split(said, "\n")...)
	case notice.Time:
		one.kind, one.hint = timeField, orElse(hint, timeHint)
		return c.begin(one, nonEmpty(said)...)
	case notice.Choice:
		options := make([]option, 0, len(f.Choices)+1)
		for _, word := range f.Choices {
			options = append(options, option{id: word.ID, label: word.Label})
		}
		return c.one(fieldPrefix+name, label, strings.TrimSuffix(help, unknownHelp), append(options, option{id: notKnown, label: "Not known yet"}), said)
	}
	return c.begin(one, nonEmpty(said)...)
}

// recorded says what a field takes from the record where nothing is typed, ""
// where that is nothing.
func (s *draftingScreen) recorded(f *notice.Field) string {
	if f.From == "" {
		return ""
	}
	text := s.c.frame.snapshot.NoticeFacts(s.standing.Incident, s.rules(), s.c.now()).Text[f.From]
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		text = momentText(at, s.c.zone())
	}
	if text == "" {
		return ""
	}
	return asRecorded + model.Clip(safe(strings.ReplaceAll(text, "\n", ", ")), 60)
}

// asRecorded comes before what the record fills a field with.
const asRecorded = "as recorded: "

// notKnown is what a field holds of which the text says that it is not known
// yet.
const notKnown = "?"

func isNotKnown(text string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	return text == notKnown || text == "unknown" || text == "not known yet"
}

// saidBefore is what the notice said in a field when it was saved.
func (s *draftingScreen) saidBefore(name string) string {
	if s.notice == nil {
		return ""
	}
	for _, f := range s.notice.Fields {
		switch {
		case f.Name == name && f.Unknown:
			return notKnown
		case f.Name == name:
			return f.Value
		}
	}
	return ""
}

func (s *draftingScreen) templates() []*notice.Template {
	if s.c.opts.Notices == nil {
		return nil
	}
	return s.c.opts.Notices.Templates()
}

// template is the one that is chosen, nil where none is.
func (s *draftingScreen) template() *notice.Template {
	for _, t := range s.templates() {
		if t.ID == s.shelf["template"].value() {
			return t
		}
	}
	return nil
}

func (s *draftingScreen) templateOptions() []option {
	var options []option
	for _, t := range s.templates() {
		if s.suits(t) {
			options = append(options, option{id: t.ID, label: t.Title, help: orElse(t.Note, capital(string(t.Kind))+" notice.")})
		}
	}
	return options
}

// suits reports whether a template is for this incident: for no rule in
// particular, or for one of its packs.
func (s *draftingScreen) suits(t *notice.Template) bool {
	return len(t.Rules) == 0 || slices.ContainsFunc(t.Rules, func(rule string) bool {
		pack, _, _ := strings.Cut(rule, "/")
		return slices.ContainsFunc(s.standing.Incident.Packs, func(ref policy.Ref) bool { return ref.ID == pack })
	})
}

// proposedTemplate is the template that suits an obligation best: of its kind,
// with a place for most of what its rule wants said.
func (s *draftingScreen) proposedTemplate(key policy.RuleKey) string {
	rule := s.c.ruleOf(s.standing.Incident, key)
	if rule == nil {
		return ""
	}
	kind := rule.NoticeKind()
	if o := s.c.findObligation(s.standing.Incident, key); o != nil && len(o.Done) > 0 && !rule.Every.IsZero() {
		kind = policy.NoticeUpdate
	}
	chosen, fewest := "", 0
	for _, t := range s.templates() {
		if t.Kind != kind || !s.suits(t) {
			continue
		}
		lacks := 2 * len(t.Covers(rule.Contents))
		if !t.For(key.Whole().String()) {
			lacks++ // one that is made for the rule comes before one of its kind
		}
		if chosen == "" || lacks < fewest {
			chosen, fewest = t.ID, lacks
		}
	}
	return chosen
}

// tells reports whether a notice can answer an obligation.
func tells(o *policy.Obligation) bool {
	return !o.Rule.Internal && o.Applies != policy.No && !strings.HasPrefix(o.Rule.MetBy, "fact:") && (o.Rule.To != policy.ToNobody || o.Rule.Audience != "")
}

func (s *draftingScreen) ruleOptions() []option {
	var options []option
	obligations := s.c.frame.snapshot.Obligations(s.standing.Incident)
	sortObligations(obligations, s.c.now())
	for k := range obligations {
		o := &obligations[k]
		id := o.Key().Whole().String()
		if !tells(o) || slices.ContainsFunc(options, func(other option) bool { return other.id == id }) {
			continue
		}
		help := string(o.State(s.c.now()))
		if !o.Strict.IsZero() {
			help = s.c.dueWords(o.Strict, o.State(s.c.now())) + ", " + s.c.dueText(o.Strict, o.Rule)
		}
		options = append(options, option{id: id, label: o.Rule.Title, help: capital(help) + "."})
	}
	return options
}

func (s *draftingScreen) groupOptions() []option {
	var options []option
	for k := range s.standing.Incident.Groups {
		g := &s.standing.Incident.Groups[k]
		options = append(options, option{id: g.ID, label: g.ID + " " + string(g.Tier) + " " + number(g.Customers), help: impactWords(g) + ", " + strings.Join(g.What, ", ")})
	}
	return options
}

// proposedGroups are the groups that an obligation is about.
func (s *draftingScreen) proposedGroups(key policy.RuleKey) []string {
	rule := s.c.ruleOf(s.standing.Incident, key)
	if rule == nil || !rule.To.Customers() {
		return nil
	}
	if key.Group != "" {
		return []string{key.Group}
	}
	var groups []string
	for _, o := range s.c.frame.snapshot.Obligations(s.standing.Incident) {
		if o.Key().Whole() == key && o.Group != nil {
			groups = append(groups, o.Key().Group)
		}
	}
	return groups
}

func (s *draftingScreen) channelOptions() []option {
	var options []option
	for _, ch := range s.c.frame.snapshot.Meta().Channels {
		options = append(options, option{id: ch.Name, label: ch.Name, help: capital(channelWords(&ch)) + "."})
	}
	if !slices.ContainsFunc(options, func(o option) bool { return o.id == model.ManualChannel }) {
		options = append(options, option{id: model.ManualChannel, label: "by hand", help: "People tell them, by telephone, post or a portal, and record it."})
	}
	return options
}

// usualChannel is the first that leaves by itself for customers, people's hands
// for all others.
func (s *draftingScreen) usualChannel(key policy.RuleKey) string {
	rule := s.c.ruleOf(s.standing.Incident, key)
	if rule == nil || !rule.To.Customers() {
		return model.ManualChannel
	}
	return s.channelOptions()[0].id
}

// correctsNothing is the choice of a notice that puts nothing right.
const correctsNothing = "nothing"

// correctable are the notices that have left, after none.
func (s *draftingScreen) correctable() []option {
	options := []option{{id: correctsNothing, label: "nothing"}}
	for k := range s.standing.Incident.Notices {
		if n := &s.standing.Incident.Notices[k]; n.Left() {
			options = append(options, option{id: n.ID, label: n.ID})
		}
	}
	return options
}

func languageOptions(t *notice.Template) []option {
	var options []option
	for _, language := range t.Languages() {
		options = append(options, option{id: language, label: language})
	}
	return options
}

// writtenIn are the languages that the notice was saved in, else the first.
func (s *draftingScreen) writtenIn(t *notice.Template) []string {
	if s.notice == nil || len(s.notice.Texts) == 0 {
		return t.Languages()[:1]
	}
	var languages []string
	for _, text := range s.notice.Texts {
		languages = append(languages, text.Language)
	}
	return languages
}

// languages are those that the draft is written in, in the template's order.
func (s *draftingScreen) languages(t *notice.Template) []string {
	asked := s.shelf["languages"]
	if asked == nil || len(t.Texts) == 1 {
		return t.Languages()[:1]
	}
	chosen := slices.DeleteFunc(t.Languages(), func(language string) bool { return !slices.Contains(asked.chosen, language) })
	if len(chosen) == 0 {
		return t.Languages()[:1]
	}
	return chosen
}

// values are what the fields say, for the template. Times are said as people
// type them anywhere else.
func (s *draftingScreen) values() notice.Values {
	values := make(notice.Values)
	for _, one := range s.form.fields {
		name, ok := strings.CutPrefix(one.id, fieldPrefix)
		if !ok || strings.TrimSpace(one.value()) == "" {
			continue
		}
		if isNotKnown(one.value()) {
			values[name] = notice.Value{Unknown: true}
			continue
		}
		text := one.value()
		if one.kind == timeField {
			if at, ok := one.moment(s.c.zone(), s.c.opts.Now()); ok {
				text = at.Format(time.RFC3339)
			}
			one.problem = ""
		}
		values[name] = notice.Value{Text: text}
	}
	return values
}

// compose makes the notice that the fields say.
func (s *draftingScreen) compose() {
	m := composed{template: s.template()}
	defer func() { s.made = m }()
	m.draft = model.NoticeDraft{Rules: s.rules(), Groups: s.groups(), Channel: s.shelf["channel"].value()}
	if one := s.shelf["corrects"]; one != nil && one.value() != correctsNothing {
		m.draft.Corrects = one.value()
	}
	t := m.template
	if t == nil {
		m.problem = "Choose a template."
		return
	}
	m.draft.Kind, m.phased = model.NoticeKind(t.Kind), s.phased(m.draft.Rules)
	values := s.values()
	for _, one := range s.form.fields {
		name, ok := strings.CutPrefix(one.id, fieldPrefix)
		if value, said := values[name]; ok && said {
			m.draft.Fields = append(m.draft.Fields, model.NoticeField{Name: name, Value: value.Text, Unknown: value.Unknown})
		}
	}
	i, snapshot, languages := s.standing.Incident, s.c.frame.snapshot, s.languages(t)
	draft, items, err := model.Compose(m.draft, t, languages, snapshot.PacksOf(i), snapshot.NoticeFacts(i, m.draft.Rules, s.c.now()))
	if err != nil {
		m.problem = renderProblem(err)
		return
	}
	m.draft, m.items = draft, items
	for _, language := range languages[1:] {
		m.borrowed = append(m.borrowed, t.Borrowed(language, values)...)
	}
}

func renderProblem(err error) string {
	var wrong *notice.Error
	if !errors.As(err, &wrong) {
		return err.Error()
	}
	lines := make([]string, len(wrong.Problems))
	for k, p := range wrong.Problems {
		lines[k] = p.Key + " " + p.Message
	}
	return strings.Join(lines, "; ")
}

// groups are those the draft goes to.
func (s *draftingScreen) groups() []string {
	if one := s.shelf["groups"]; one != nil {
		return one.list()
	}
	return nil
}

// rules are the obligations that the draft answers: of rules to customers, one
// for each of its groups that has one.
func (s *draftingScreen) rules() []policy.RuleKey {
	asked := s.shelf["rules"]
	if asked == nil {
		return nil
	}
	groups, whole := s.groups(), make(map[string]policy.RuleKey)
	var keys []policy.RuleKey
	for _, o := range s.c.frame.snapshot.Obligations(s.standing.Incident) {
		key := o.Key()
		if id := key.Whole().String(); slices.Contains(asked.chosen, id) {
			whole[id] = key.Whole()
			if key.Group == "" || slices.Contains(groups, key.Group) {
				keys = append(keys, key)
			}
		}
	}
	for _, id := range asked.chosen {
		key, known := whole[id]
		if known && !slices.ContainsFunc(keys, func(one policy.RuleKey) bool { return one.Whole() == key }) {
			keys = append(keys, key)
		}
	}
	return keys
}

// phased reports whether what is not known yet may follow, for all of the rules.
func (s *draftingScreen) phased(keys []policy.RuleKey) bool {
	return !slices.ContainsFunc(keys, func(key policy.RuleKey) bool {
		rule := s.c.ruleOf(s.standing.Incident, key)
		return rule == nil || !rule.Phased
	})
}

// readPeople reads some of whom the draft goes to, where the groups changed.
func (s *draftingScreen) readPeople() tea.Cmd {
	groups := s.groups()
	of := strings.Join(groups, " ")
	if of == s.peopleOf || s.c.opts.Notices == nil {
		return nil
	}
	s.peopleOf, s.people, s.person = of, nil, 0
	if len(groups) == 0 {
		return nil
	}
	const some = 20
	from, id, ctx := s.c.opts.Notices, s.standing.Incident.ID, s.c.ctx
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, commandTimeout)
		defer cancel()
		people, err := from.Recipients(ctx, id, groups, 0, some)
		return peopleMsg{of: of, people: people, err: err}
	}
}

func (s *draftingScreen) takePeople(msg peopleMsg) {
	if msg.of == s.peopleOf && msg.err == nil {
		s.people = msg.people
		s.followPerson()
	}
}

func (s *draftingScreen) here() where                    { return onDraft }
func (s *draftingScreen) size(width, height int)         { s.width, s.height = width, height }
func (s *draftingScreen) move(rows int)                  { s.top = saturate(s.top, rows) }
func (s *draftingScreen) target() *model.Standing        { return s.standing }
func (s *draftingScreen) obligation() *policy.Obligation { return nil }
func (s *draftingScreen) click(int, int) tea.Cmd         { return nil }
func (s *draftingScreen) typing() bool                   { return true }

func (s *draftingScreen) apply(frame frameMsg) {
	if standing, ok := frame.snapshot.Incident(s.standing.Incident.ID); ok && standing != s.standing {
		s.standing = standing
		s.compose()
	}
}

func (s *draftingScreen) extent() extent {
	if s.page != fieldsPage && !s.beside() {
		return extent{}
	}
	return extent{from: s.formFrom, height: s.form.shown, top: s.form.top, show: s.form.shown, total: s.form.total}
}

func (s *draftingScreen) update(msg tea.Msg) tea.Cmd {
	if key, isKey := msg.(tea.KeyPressMsg); isKey {
		switch name := key.String(); name {
		case "tab":
			return s.next(1)
		case "shift+tab":
			return s.next(-1)
		case "enter", "up", "down":
			if s.form.focused().kind != textField {
				return s.next(map[string]int{"enter": 1, "up": -1, "down": 1}[name])
			}
		case "pgup", "pgdown":
			s.move(map[string]int{"pgup": -8, "pgdown": 8}[name])
			return nil
		default:
			if handled, cmd := s.c.shortcut(s.form, name); handled {
				return cmd
			}
		}
	}
	before := s.form.changes
	cmd := s.form.update(msg)
	if s.form.changes != before {
		s.changed()
	}
	return tea.Batch(cmd, s.readPeople())
}

func (s *draftingScreen) next(step int) tea.Cmd {
	s.page = fieldsPage
	cmd, moved := s.form.move(step)
	if !moved && step > 0 {
		s.c.say("that was the last field; ^S saves the draft, and tells nobody")
	}
	return cmd
}

// changed puts right what follows from a change, and keeps what was typed.
func (s *draftingScreen) changed() {
	s.arrange()
	if s.form.dirty() {
		s.c.drafts[s.dialog.draft] = s.form
	}
}

// command reads the form.
func (s *draftingScreen) command(f *form) (model.Command, bool) {
	s.compose()
	if s.made.template == nil {
		f.field("template").problem = "is not chosen; accepted: one of them"
		return nil, false
	}
	if s.made.problem != "" {
		s.c.alarm(s.made.problem)
		return nil, false
	}
	if s.notice == nil {
		return model.DraftNotice{Incident: s.standing.Incident.ID, Draft: s.made.draft}, true
	}
	return model.EditNotice{Incident: s.standing.Incident.ID, Notice: s.notice.ID, Base: int(f.base), Draft: s.made.draft}, true
}

// nextLanguage shows the preview in another of the draft's languages.
func (c *Console) nextLanguage() tea.Cmd {
	s := c.drafting
	texts := s.made.draft.Texts
	k := slices.IndexFunc(texts, func(r model.NoticeText) bool { return r.Language == s.language })
	if len(texts) > 0 {
		s.language, s.top = texts[(max(k, 0)+1)%len(texts)].Language, 0
	}
	return nil
}

// nextPerson shows the preview as the next recipient will see it.
func (c *Console) nextPerson() tea.Cmd {
	s := c.drafting
	if len(s.people) > 0 {
		s.person = (s.person + 1) % len(s.people)
		s.followPerson()
	}
	return nil
}

// followPerson turns the preview to the language of the recipient.
func (s *draftingScreen) followPerson() {
	if len(s.people) == 0 || len(s.made.draft.Texts) == 0 {
		return
	}
	var languages []string
	for _, r := range s.made.draft.Texts {
		languages = append(languages, r.Language)
	}
	at, _ := notice.Nearest(s.people[s.person].Language, languages)
	s.language = languages[at]
}

// nextDraftPage turns to the next page of a narrow screen.
func (c *Console) nextDraftPage() tea.Cmd {
	c.drafting.page = (c.drafting.page + 1) % draftPages
	c.drafting.top = 0
	return nil
}

func needManyLanguages(c *Console) string {
	if len(c.drafting.made.draft.Texts) < 2 {
		return "it is written in one language"
	}
	return ""
}

func needPeopleToShow(c *Console) string {
	if len(c.drafting.people) < 2 {
		return "there are no other recipients to show"
	}
	return ""
}

func needPages(c *Console) string {
	if c.drafting.beside() {
		return "all of it is on the screen"
	}
	return ""
}

// needTemplates says why nothing can be written, "" where it can.
func needTemplates(c *Console) string {
	if why := needIncident(c); why != "" {
		return why
	}
	if c.opts.Notices == nil || len(c.opts.Notices.Templates()) == 0 {
		return "there are no templates here"
	}
	return ""
}
