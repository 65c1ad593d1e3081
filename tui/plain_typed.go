package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tocsin/model"
	"tocsin/model/policy"
)

// notPlain are the actions that mean nothing line by line, with what is said of
// them.
var notPlain = map[string]string{
	"theme":   "there are no colours here",
	"mouse":   "there is no mouse here",
	"preview": "there is no preview here: a row's number opens it",
	"discard": "!! leaves a form and discards what was typed",

	"draft-language":  "the text is told in each of its languages",
	"draft-recipient": "the text is told as one recipient will read it",
	"draft-page":      "a form asks its fields one by one",
	"save":            "a form asks at its end whether to save",
}

// typedWord is something that can be typed and is no action of the screens.
type typedWord struct {
	name, help string
	where      where // 0 is everywhere
	run        func(p *plain, rest string) error
}

// typedWords are the words of plain mode's own, and the actions that are given
// otherwise here than on a screen.
func typedWords() []typedWord {
	return []typedWord{
		{name: "again", help: "tell this place again, as an empty line does", run: (*plain).again},
		{name: "more", help: "go on telling what was too long for one go", run: (*plain).tellMore},
		{name: "menu", help: "choose what to do from a numbered list", run: (*plain).menu},
		{name: "select", help: "choose a row without opening it: select 3", run: (*plain).selectRow},
		{name: "go", help: "go to an incident: go INC-2026-0007, or go 7 for this year's", run: (*plain).goTo},
		{name: "overview", help: "the incident's overview", where: onTabs, run: turnTo(overviewTab)},
		{name: "timeline", help: "the incident's timeline", where: onTabs, run: turnTo(timelineTab)},
		{name: "tasks", help: "the incident's tasks", where: onTabs, run: turnTo(tasksTab)},
		{name: "obligations", help: "what the incident owes", where: onTabs, run: turnTo(obligationsTab)},
		{name: "affected", help: "whom the incident affects", where: onTabs, run: turnTo(affectedTab)},
		{name: "notices", help: "who would be told, and the notices", where: onTabs, run: turnTo(noticesTab)},
		{name: "evidence", help: "the incident's evidence and who held it", where: onTabs, run: turnTo(evidenceTab)},
		{name: "change", help: "change answers of the draft", where: onWhatIf, run: (*plain).changeDraft},
		{name: "view", help: "turn to a view by its name: view overdue", where: onQueue, run: (*plain).turnView},
		{name: "filter", where: onQueue, run: (*plain).filter},
		{name: "help", run: (*plain).help},
		{name: "palette", run: (*plain).anything},
		{name: "copy", where: onLists, run: (*plain).tellID},
		{name: "pause", run: (*plain).pause},
	}
}

// obey does what was typed.
func (p *plain) obey(line string) error {
	line = strings.TrimSpace(model.CleanLine(line))
	if line == "" {
		return p.again("")
	}
	if n, err := strconv.Atoi(line); err == nil {
		return p.open(n)
	}
	first, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	if w := p.word(strings.ToLower(first)); w != nil {
		p.c.leaving = false
		return w.run(p, rest)
	}
	if a := p.action(first); a != nil {
		return p.give(a, rest)
	}
	p.c.leaving = false
	if _, ok := p.incidentNamed(line); ok {
		return p.goTo(line)
	}
	return p.guess(line)
}

// word is the typed word of a name, nil where there is none here.
func (p *plain) word(name string) *typedWord {
	here := p.c.current.here()
	for _, w := range typedWords() {
		if w.name == name && (w.where == 0 || w.where&here != 0) {
			return &w
		}
	}
	return nil
}

// action is the action of a name, or of a key that is one letter or a key's
// name; nil where there is none here. Figures are numbers of rows.
func (p *plain) action(name string) *action {
	here := p.c.current.here()
	for k := range p.c.keys.table {
		if a := &p.c.keys.table[k]; a.id == strings.ToLower(name) && a.where&reach(here) != 0 {
			return a
		}
	}
	if len(name) > 1 {
		name = strings.ToLower(name)
	}
	a, _ := p.c.keys.find(name, here)
	return a
}

// underWay is said of work that may take minutes.
const underWay = "Under way; its end is told when it comes."

// give gives an action, about a row where one is named.
func (p *plain) give(a *action, rest string) error {
	if a.id != "quit" && a.id != "leave" {
		p.c.leaving = false
	}
	if why, none := notPlain[a.id]; none {
		p.say(a.id + ": " + why + ".")
		return nil
	}
	if w := p.word(a.id); w != nil {
		return w.run(p, rest)
	}
	if rest != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(rest, "#"))
		if err != nil {
			p.say(fmt.Sprintf("After %s stands the number of a row, or nothing.", a.id))
			return nil
		}
		p.turnFor(a)
		if !p.pick(n) {
			return nil
		}
	}
	before := p.lasting()
	p.run(p.c.give(a))
	if p.lasting() > before {
		p.say(underWay)
	}
	if err := p.follow(); err != nil {
		return err
	}
	switch asks := len(p.c.overlays) > 0; {
	case asks && rest != "":
		p.told = p.spot() // whoever named a row did not come to hear of the tab
	case a.moves && !asks && p.spot() == p.told:
		p.tellSelected()
	}
	return nil
}

// follow lets lists that read on or look again do so.
func (p *plain) follow() error {
	if err := p.settle(); err != nil {
		return err
	}
	p.run(p.c.follow())
	return p.settle()
}

// turnFor turns to the tab whose rows an action is about.
func (p *plain) turnFor(a *action) {
	if p.c.current != p.c.incident {
		return
	}
	tab := obligationsTab
	switch {
	case a.where&onTabs == onAffected:
		tab = affectedTab
	case a.where&onTabs == onNotices:
		tab = noticesTab
	case strings.HasPrefix(a.id, "task-"):
		tab = tasksTab
	case strings.HasPrefix(a.id, "evidence-"):
		tab = evidenceTab
	}
	p.run(p.c.incident.turn(tab - p.c.incident.tab))
}

// open opens a row by its number.
func (p *plain) open(n int) error {
	p.c.leaving = false
	if !p.pick(n) {
		return nil
	}
	telling := p.telling()
	if telling.open != "" {
		if a := p.action(telling.open); a != nil {
			return p.give(a, "")
		}
	}
	p.tellSelected()
	if telling.detail != nil {
		p.sayAll(telling.detail())
	}
	return nil
}

// pick selects a row by the number that it was told under. It says why where it
// cannot.
func (p *plain) pick(n int) bool {
	rows := p.telling().rows
	if rows == nil {
		p.say("There are no rows here to choose from.")
		return false
	}
	ids := p.numbers[rows]
	if ids == nil {
		ids = rows.ids
		p.numbers[rows] = ids
	}
	if len(ids) == 0 {
		p.say("There are no rows here to choose from.")
		return false
	}
	if n < 1 || n > len(ids) {
		p.say(fmt.Sprintf("There is no row %d; accepted: 1 to %d.", n, len(ids)))
		return false
	}
	if !slices.Contains(rows.ids, ids[n-1]) {
		p.say(fmt.Sprintf("Row %d is not here any more; an empty line tells what is.", n))
		return false
	}
	rows.choose(ids[n-1])
	return true
}

func (p *plain) selectRow(rest string) error {
	n, err := strconv.Atoi(rest)
	if err != nil {
		p.say("After select stands the number of a row.")
		return nil
	}
	if p.pick(n) {
		p.tellSelected()
	}
	return nil
}

func (p *plain) again(string) error {
	p.anew = true
	return nil
}

func (p *plain) incidentNamed(text string) (model.ID, bool) {
	id, err := model.ParseID(text, p.c.now().In(p.c.zone()).Year())
	if err != nil {
		return "", false
	}
	_, known := p.c.frame.snapshot.Incident(id)
	return id, known
}

func (p *plain) goTo(rest string) error {
	id, known := p.incidentNamed(rest)
	switch {
	case rest == "":
		p.say("After go stands an incident's number.")
	case !known:
		p.say(fmt.Sprintf("There is no incident %s.", quoted(rest)))
	default:
		p.anew = true
		p.run(p.c.openIncident(id))
	}
	return nil
}

func turnTo(tab int) func(*plain, string) error {
	return func(p *plain, _ string) error {
		if p.c.incident.tab == tab {
			p.anew = true
		}
		p.run(p.c.incident.turn(tab - p.c.incident.tab))
		return nil
	}
}

// turnView turns to a view of the queue that is named by its first letters.
func (p *plain) turnView(rest string) error {
	q := p.c.queue
	var names []string
	for k, v := range q.views {
		if rest != "" && hasPrefixOf(v.name, rest) {
			p.anew = true
			p.run(q.turn(k - q.view))
			return nil
		}
		names = append(names, strings.ToLower(v.name))
	}
	p.say("After view stands one of: " + strings.Join(names, ", ") + ".")
	return nil
}

func hasPrefixOf(text, start string) bool {
	return strings.HasPrefix(strings.ToLower(text), strings.ToLower(start))
}

// filter looks for words, or drops the filter where none are given.
func (p *plain) filter(rest string) error {
	if rest == "" {
		words, err := p.answer("Words to look for, - for all:")
		if err != nil {
			return err
		}
		rest = strings.TrimSpace(model.CleanLine(words))
	}
	p.anew = true
	if rest == "" || rest == "-" {
		p.c.queue.clear()
		return nil
	}
	p.c.queue.filter.SetValue(rest)
	p.run(p.c.queue.search())
	return nil
}

func (p *plain) tellID(string) error {
	if why := needIncident(p.c); why != "" {
		p.say("copy: " + why)
		return nil
	}
	p.say(string(p.c.target().Incident.ID))
	return nil
}

// pause keeps what others do untold, or tells it again. What draws near is told
// all the same.
func (p *plain) pause(string) error {
	p.run(p.c.togglePause())
	if p.c.held != nil {
		p.say("Nothing is told of what others do, and every place stands as it is, until pause is typed again.")
	} else {
		p.say("Places follow again, and what others do is told.")
	}
	return nil
}

// anything asks for what could be typed anyway.
func (p *plain) anything(rest string) error {
	if rest == "" {
		typed, err := p.answer("What to do, or an incident's number:")
		if err != nil || strings.TrimSpace(typed) == "" {
			return err
		}
		rest = typed
	}
	return p.obey(rest)
}

// here are the actions of this place that can be given now, and the others.
func (p *plain) here() (able, unable []*action) {
	here := reach(p.c.current.here())
	for k := range p.c.keys.table {
		a := &p.c.keys.table[k]
		if _, none := notPlain[a.id]; none || a.where&here == 0 {
			continue
		}
		if a.refusal(p.c) != "" {
			unable = append(unable, a)
			continue
		}
		able = append(able, a)
	}
	return able, unable
}

// help lists what can be typed, or tells of one of it.
func (p *plain) help(rest string) error {
	if rest != "" {
		return p.helpOn(rest)
	}
	able, unable := p.here()
	p.say("What can be typed here:")
	if p.telling().rows != nil {
		p.say("  NUMBER: open the row of that number; an action's name with a number gives it about that row")
	}
	for _, w := range typedWords() {
		if w.help != "" && p.word(w.name) != nil {
			p.say("  " + w.name + ": " + w.help)
		}
	}
	var moves, names []string
	for _, a := range able {
		if a.moves {
			moves = append(moves, p.names(a))
			continue
		}
		p.say("  " + p.names(a) + ": " + a.help)
	}
	p.say("To move about: " + strings.Join(moves, "; ") + ".")
	for _, a := range unable {
		names = append(names, a.id)
	}
	if len(names) > 0 {
		p.say("Not now; typed, each says why: " + strings.Join(names, ", ") + ".")
	}
	return nil
}

// names are what an action is typed as: its name, and keys of one letter.
func (p *plain) names(a *action) string {
	for _, key := range a.keys {
		if len(key) == 1 && (key[0] < '0' || key[0] > '9') && a.where&p.c.current.here() != 0 {
			return a.id + ", " + key
		}
	}
	return a.id
}

func (p *plain) helpOn(name string) error {
	if w := p.word(name); w != nil && w.help != "" {
		p.say(w.name + ": " + w.help)
		return nil
	}
	a := p.action(name)
	if a == nil {
		return p.guess(name)
	}
	text := a.id + ": " + a.help
	if why := orElse(notPlain[a.id], a.refusal(p.c)); why != "" {
		text += " (" + why + ")"
	}
	p.say(text)
	return nil
}

// menu lets somebody choose among all that can be done here.
func (p *plain) menu(string) error {
	able, _ := p.here()
	return p.chooseFrom(slices.DeleteFunc(able, func(a *action) bool { return a.moves }))
}

// chooseFrom asks which of the actions to give; none is the default.
func (p *plain) chooseFrom(actions []*action) error {
	for k, a := range actions {
		text := fmt.Sprintf("%d. %s: %s", k+1, a.id, a.help)
		if why := a.refusal(p.c); why != "" {
			text += " (" + why + ")"
		}
		p.say(text)
	}
	for {
		typed, err := p.answer("Number [none]:")
		typed = strings.TrimSpace(typed)
		if err != nil || typed == "" {
			return err
		}
		if n, err := strconv.Atoi(typed); err == nil && n >= 1 && n <= len(actions) {
			return p.give(actions[n-1], "")
		}
		if k := slices.IndexFunc(actions, func(a *action) bool { return a.id == typed }); k >= 0 {
			return p.give(actions[k], "")
		}
		p.say(fmt.Sprintf("accepted: 1 to %d, or nothing", len(actions)))
	}
}

// guess offers the actions that what was typed could mean.
func (p *plain) guess(line string) error {
	const shortest = 3 // fewer letters occur in too much
	able, unable := p.here()
	var meant []*action
	for _, a := range slices.Concat(able, unable) {
		if len(line) >= shortest && mentions(a.help+" "+a.id, strings.ToLower(line)) {
			meant = append(meant, a)
		}
	}
	const most = 9
	if n := len(meant); n > 0 && n <= most {
		return p.chooseFrom(meant)
	}
	if where := p.elsewhere(line); where != "" {
		p.say(where)
		return nil
	}
	text := fmt.Sprintf("Nothing here is called %s.", quoted(line))
	var names []string
	for _, a := range able {
		names = append(names, a.id)
	}
	for _, w := range typedWords() {
		names = append(names, w.name)
	}
	if near := policy.Nearest(strings.ToLower(line), names); near != "" {
		text += " Did you mean " + near + "?"
	}
	p.say(text + " ? lists what can be typed.")
	return nil
}

// placeNames are the places that actions can be given at, in the order that one
// comes to them.
var placeNames = []struct {
	where where
	name  string
}{
	{onQueue, "the queue"}, {onIncident, "an opened incident"}, {onDeadlines, "the deadlines"}, {onReminders, "the reminders"},
	{onPolicies, "the policies"}, {onAudit, "the audit log"}, {onRetention, "retention"}, {onPeople, "people"}, {onWhatIf, "a what-if"},
	{onAffected, "the affected tab"}, {onNotices, "the notices tab"}, {onApprovals, "the approvals"}, {onDraft, "a notice's draft"},
}

// elsewhere says where an action can be given that cannot be given here; "" of
// what is no action.
func (p *plain) elsewhere(line string) string {
	name, _, _ := strings.Cut(strings.ToLower(line), " ")
	for _, w := range typedWords() {
		if w.name == name && w.help != "" {
			return fmt.Sprintf("%s is typed on %s.", name, placesOf(w.where))
		}
	}
	k := slices.IndexFunc(p.c.keys.table, func(a action) bool { return a.id == name })
	if k < 0 {
		return ""
	}
	if why, none := notPlain[name]; none {
		return name + ": " + why + "."
	}
	return fmt.Sprintf("%s is given on %s.", name, placesOf(p.c.keys.table[k].where))
}

func placesOf(at where) string {
	var names []string
	for _, place := range placeNames {
		if at&place.where != 0 {
			names = append(names, place.name)
		}
	}
	return strings.Join(names, ", ")
}
