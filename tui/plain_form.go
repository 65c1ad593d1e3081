package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// plainForm is a screen that is nothing but a form.
type plainForm interface{ questions(p *plain) *asked }

// asked is a form as plain mode asks it, and what its end leads to.
type asked struct {
	title   string
	intro   []string
	form    *form // nil where there is only something to confirm
	confirm string
	yes     bool              // an empty answer confirms
	only    bool              // the fields are asked for, and nothing is confirmed
	wanted  func(*field) bool // which fields are asked for; nil is all of them
	// changed puts right what follows from an answer; nil where nothing does.
	changed func()
	// below says what the answers lead to; nil says nothing.
	below func() []string
	give  func() tea.Cmd
	// open reports whether it still waits: its command was refused.
	open    func() bool
	problem func() string
	// leave leaves it without giving anything.
	leave func()
	// drop leaves it, and keeps nothing of what was typed; nil keeps nothing
	// anyway.
	drop    func()
	dropped bool // that was asked for
}

// heading is where an answer leads from a field.
type heading uint8

const (
	onward  heading = iota
	back            // to the field before
	rest            // to the end: the other fields stay as they are
	leaving         // out of the form
)

// howToAnswer is told before the first form.
const howToAnswer = "An empty line keeps what stands in brackets; - empties it; < goes back; > keeps all that follows; ! leaves, !! discards what was typed; ? tells more."

// askAll asks a form to its end: until its command is done, or somebody leaves
// it.
func (p *plain) askAll(a *asked) error {
	p.out.newline()
	p.say(a.title)
	for _, line := range a.intro {
		p.say(spokenHelp(line))
	}
	if !p.taught && a.form != nil {
		p.say(howToAnswer)
		p.taught = true
	}
	wanted := a.fits
	for {
		left, err := p.askFields(a, wanted)
		if err != nil {
			return err
		}
		if a.only && !left {
			return nil
		}
		if !left {
			left, err = p.conclude(a)
			if err != nil {
				return err
			}
		}
		switch {
		case left && a.dropped && a.drop != nil:
			a.drop()
			p.say("Discarded; nothing is recorded.")
			return p.settle()
		case left:
			a.leave()
			if p.c.message == "" && !a.only {
				p.say("Nothing is recorded.")
			}
			return p.settle()
		case !a.open():
			return nil
		}
		if problem := a.problem(); problem != "" {
			for line := range strings.SplitSeq(problem, "\n") {
				p.say("! " + line)
			}
		}
		wanted = func(f *field) bool { return f.problem != "" }
	}
}

func (a *asked) fits(f *field) bool { return a.wanted == nil || a.wanted(f) }

// askFields asks for the fields that are wanted. It reports whether somebody
// left the form.
func (p *plain) askFields(a *asked, wanted func(*field) bool) (left bool, err error) {
	if a.form == nil {
		return false, nil
	}
	for one := after(a.form, nil, wanted); one != nil; {
		to, err := p.askField(a, one)
		if err != nil {
			return false, err
		}
		switch to {
		case leaving:
			return true, nil
		case rest:
			return false, nil
		case back:
			one = before(a.form, one)
		default:
			one = after(a.form, one, wanted)
		}
	}
	return false, nil
}

// after is the next field that is wanted; of nil the first one.
func after(f *form, one *field, wanted func(*field) bool) *field {
	for _, next := range f.fields[slices.Index(f.fields, one)+1:] {
		if wanted(next) {
			return next
		}
	}
	return nil
}

// before is the field before one, the first one itself.
func before(f *form, one *field) *field { return f.fields[max(slices.Index(f.fields, one)-1, 0)] }

// conclude asks whether to give what was answered, and gives it.
func (p *plain) conclude(a *asked) (left bool, err error) {
	if a.below != nil {
		p.sayAll(a.below())
	}
	before := p.lasting()
	defer func() {
		if p.lasting() > before {
			p.say(underWay)
		}
	}()
	for {
		choice := "y/N"
		if a.yes {
			choice = "Y/n"
		}
		typed, err := p.answer(a.confirm + "? " + choice + ":")
		if err != nil {
			return false, err
		}
		switch strings.ToLower(strings.TrimSpace(typed)) {
		case "y", "yes":
			p.run(a.give())
			return false, p.settle()
		case "":
			if a.yes {
				p.run(a.give())
				return false, p.settle()
			}
			return true, nil
		case "n", "no", "!":
			return true, nil
		case "!!":
			a.dropped = true
			return true, nil
		case "<":
			if a.form != nil {
				if left, err := p.askFrom(a); left || err != nil {
					return left, err
				}
			}
		case "?":
			p.summary(a)
		default:
			p.say("accepted: y or n; < goes back to the fields, ? tells what they hold")
		}
	}
}

// askFrom asks the last field again, from where one can go further back.
func (p *plain) askFrom(a *asked) (left bool, err error) {
	last := a.form.fields[len(a.form.fields)-1]
	reached := false
	return p.askFields(a, func(f *field) bool {
		reached = reached || f == last
		return reached
	})
}

// summary tells what the fields hold.
func (p *plain) summary(a *asked) {
	if a.form == nil {
		p.sayAll(a.intro)
		return
	}
	for _, one := range a.form.fields {
		if held := one.holds(); held != "" {
			p.say("  " + one.label + ": " + held)
		}
	}
}

// askField asks for one field until the answer can be taken.
func (p *plain) askField(a *asked, one *field) (heading, error) {
	a.form.goTo(one.id)
	p.introduce(one)
	for {
		typed, err := p.answer(one.question())
		if err != nil {
			return onward, err
		}
		switch strings.TrimSpace(typed) {
		case "":
			return onward, nil
		case "<":
			return back, nil
		case ">":
			return rest, nil
		case "!":
			return leaving, nil
		case "!!":
			a.dropped = true
			return leaving, nil
		case "?":
			p.explainField(one)
			continue
		}
		lines, err := p.wholeText(one, typed)
		if err != nil {
			return onward, err
		}
		if len(lines) == 0 {
			return onward, nil
		}
		problem := p.fill(one, lines)
		a.form.changes++
		if a.changed != nil {
			a.changed()
		}
		if problem == "" {
			p.run(p.c.keepNow())
			return onward, p.settle()
		}
		p.say("! " + problem)
	}
}

// introduce tells of a field before it is asked for.
func (p *plain) introduce(one *field) {
	if one.above != "" {
		p.say(one.above)
	}
	if one.problem != "" {
		p.say("! " + one.label + ": " + spokenHelp(one.problem))
	}
	switch help := spokenHelp(one.help); {
	case one.kind == askField:
		p.say(one.label)
	case help != "":
		p.say(one.label + ": " + help)
	default:
		p.say(one.label)
	}
	if strings.HasPrefix(one.hint, asRecorded) {
		p.say(capital(one.hint) + "; nothing typed says that.")
	}
	p.offer(one)
	if one.kind == textField {
		p.say("Several lines; one that is only a full stop ends them.")
	}
}

// offer numbers the options of a field: few in one line, else each in its own.
func (p *plain) offer(one *field) {
	if one.typing() {
		return
	}
	const few = 4
	var options []string
	long := len(one.options) > few
	for k, o := range one.options {
		text := fmt.Sprintf("%d. %s", k+1, o.label)
		if o.shape == openShape {
			text += " (cannot be excluded)"
		}
		options, long = append(options, text), long || len(o.label) > 20
	}
	if !long {
		options = []string{strings.Join(options, "  ")}
	}
	for _, text := range options {
		p.say("  " + text)
	}
	if one.kind == manyField {
		p.say("Several are possible, with commas between.")
	}
}

// question is the prompt of a field, with what it holds.
func (f *field) question() string {
	label := f.label
	if f.kind == askField {
		label = "Answer"
	}
	if held := f.holds(); held != "" {
		return label + " [" + model.Clip(held, 60) + "]:"
	}
	return label + ":"
}

// holds is what a field holds, in words.
func (f *field) holds() string {
	if f.typing() {
		return strings.ReplaceAll(f.value(), "\n", " / ")
	}
	var labels []string
	for _, o := range f.options {
		if slices.Contains(f.chosen, o.id) {
			labels = append(labels, o.label)
		}
	}
	return strings.Join(labels, ", ")
}

func (p *plain) explainField(one *field) {
	if help := spokenHelp(one.help); help != "" {
		p.say(help)
	}
	for k, o := range one.options {
		if o.help != "" {
			p.say(fmt.Sprintf("  %d. %s: %s", k+1, o.label, o.help))
		}
	}
	if one.hint != "" {
		p.say("Accepted: " + one.hint)
	}
	p.say(howToAnswer)
}

// wholeText is what was typed; of a field of several lines all of them, up to
// one that is a full stop. A line that begins with two has one of them.
func (p *plain) wholeText(one *field, typed string) ([]string, error) {
	if one.kind != textField || strings.TrimSpace(typed) == "-" {
		return []string{typed}, nil
	}
	var lines []string
	for typed != "." {
		lines = append(lines, strings.TrimPrefix(typed, "."))
		if len(lines) > longestText {
			break
		}
		var err error
		if typed, err = p.answer("..."); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// longestText is how many lines a text may have.
const longestText = 2000

// fill puts an answer into a field. It returns what is wrong with it, and
// leaves the field as it was then.
func (p *plain) fill(one *field, lines []string) (problem string) {
	typed := strings.TrimSpace(lines[0])
	held := edit{field: one, text: one.value(), chosen: one.chosen, edited: one.edited}
	switch {
	case typed == "-" && len(lines) == 1:
		one.enter(nil)
	case one.kind == textField:
		text := typable(model.CleanText(strings.Join(lines, "\n")))
		if one.enter(strings.Split(text, "\n")); one.value() != text {
			one.restore(held)
			return "the text is too long, and was not taken"
		}
	case one.typing():
		text := typable(model.CleanText(typed))
		if one.enter([]string{text}); one.value() != text {
			one.restore(held)
			return "the line is too long, and was not taken"
		}
		return p.checkTime(one, held)
	default:
		chosen, problem := one.choose(typed)
		if problem != "" {
			return problem
		}
		one.enter(chosen)
	}
	return ""
}

// typable is a cleaned text without the sign that stands for bytes which are no
// text.
func typable(text string) string { return strings.ReplaceAll(text, "\uFFFD", "") }

// checkTime reads a time that was typed, so that a slip is told at once.
func (p *plain) checkTime(one *field, held edit) string {
	if one.kind != timeField {
		return ""
	}
	var ok bool
	if strings.HasPrefix(one.id, fieldPrefix) && isNotKnown(one.value()) {
		return ""
	}
	if strings.HasPrefix(one.id, factPrefix) {
		_, ok = p.c.timeValue(one)
	} else {
		_, ok = one.moment(p.c.zone(), p.c.opts.Now())
	}
	if ok {
		return ""
	}
	problem := one.problem
	one.restore(held)
	return problem
}

// enter makes a field hold something, as if it had been typed or taken.
func (f *field) enter(values []string) {
	was := f.value()
	switch {
	case f.kind == textField:
		f.area.SetValue(strings.Join(values, "\n"))
	case f.typing():
		f.input.SetValue(strings.Join(values, ""))
	default:
		f.chosen = values
		f.at = max(slices.IndexFunc(f.options, func(o option) bool { return slices.Contains(values, o.id) }), 0)
	}
	if f.value() != was {
		f.edited, f.problem = true, ""
	}
}

// choose reads the options that were typed: by number, by name, or by what
// only one name begins with or has in it.
func (f *field) choose(typed string) (chosen []string, problem string) {
	parts := []string{typed}
	if f.kind == manyField {
		parts = strings.Split(typed, ",")
	}
	for _, part := range parts {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		id, ok := f.optionNamed(part)
		if !ok {
			return nil, fmt.Sprintf("%s is none of them; accepted: 1 to %d", quoted(part), len(f.options))
		}
		if !slices.Contains(chosen, id) {
			chosen = append(chosen, id)
		}
	}
	return chosen, ""
}

func (f *field) optionNamed(typed string) (id string, ok bool) {
	if n, err := strconv.Atoi(typed); err == nil {
		if n < 1 || n > len(f.options) {
			return "", false
		}
		return f.options[n-1].id, true
	}
	for _, means := range []func(o option) bool{
		func(o option) bool { return strings.EqualFold(o.label, typed) || strings.EqualFold(o.id, typed) },
		func(o option) bool { return hasPrefixOf(o.label, typed) || o.id != "" && hasPrefixOf(o.id, typed) },
		func(o option) bool { return mentions(o.label, strings.ToLower(typed)) },
	} {
		found := 0
		for _, o := range f.options {
			if means(o) {
				id, found = o.id, found+1
			}
		}
		if found > 0 {
			return id, found == 1
		}
	}
	return "", false
}

// spokenHelp is a help text without what it says of keys.
func spokenHelp(text string) string { return keyTalk.Replace(text) }

var keyTalk = strings.NewReplacer(
	"Space takes one; several may be right.", "",
	"Space takes one; more can follow later.", "More can follow later.",
	" Space takes one.", "",
	"; ^S saves.", ".",
	"Those that hold, of the level the cursor chose.", "Those that hold, of the level that was chosen.",
	"The criteria of each level are in this form and, where there is room, beside it.", "",
	"take one with ← →, or type its first letter", "is not chosen; accepted: one of the numbers",
	"? cannot be excluded yet.", "",
	discardHint, "!! discards it.",
)
