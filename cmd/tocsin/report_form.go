package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tocsin/model"
	"tocsin/model/calendar"
)

// Bounds of a report by somebody who has nothing but a form.
const (
	longestReport = 64 << 10 // bytes, the whole of it
	reportTries   = 5        // for one question
)

// reportForm takes a report from somebody who sees nothing of the record: as
// answers to questions, or as a text.
type reportForm struct {
	person string // who reports, "" for somebody whom nobody knows
	zone   *time.Location
	now    func() time.Time
}

// reportField is one thing that is asked.
type reportField struct {
	names    []string // that it goes by in a text; the first is its own
	question string
	lines    bool // several, up to an empty one
	stranger bool // asked only of people whom nobody knows
	take     func(f reportForm, report *model.Report, text string) error
}

var reportFields = []reportField{
	{names: []string{"what", "title", "subject"}, question: "What happened, in one line?", take: takeWhat},
	{names: []string{"more", "description", "details"}, question: "What else do you know? Several lines; an empty one ends it.", lines: true, take: takeMore},
	{names: []string{"observed", "when", "noticed"}, question: "When did you notice it? 14:30, 2h ago, 2026-01-31 14:30; empty: just now.", take: takeObserved},
	{names: []string{"systems", "data", "system"}, question: "Which systems or data are concerned? Commas between them; empty: not known.", take: takeSystems},
	{names: []string{"name"}, question: "Your name? Empty: none.", stranger: true, take: takeName},
	{names: []string{"contact"}, question: "How can you be reached? Empty: not at all.", take: takeContact},
}

func takeWhat(_ reportForm, report *model.Report, text string) (err error) {
	if report.Title, err = oneLine("what", text); err == nil && report.Title == "" {
		err = model.Refuse(model.Field("what", "is empty", "what happened, in one line"))
	}
	return err
}

func takeMore(_ reportForm, report *model.Report, text string) error {
	text = model.CleanText(text)
	if n := len([]rune(text)); n > model.MaxText {
		return model.Refuse(model.Field("more", fmt.Sprintf("has %d characters", n), fmt.Sprintf("at most %d", model.MaxText)))
	}
	report.Description = text
	return nil
}

func takeObserved(f reportForm, report *model.Report, text string) error {
	if text = model.CleanLine(text); text == "" {
		return nil
	}
	now := f.now()
	at, err := calendar.ParseTime(text, f.zone, now)
	switch {
	case err != nil:
		return model.Refuse(model.Field("observed", err.Error(), ""))
	case at.After(now):
		return model.Refuse(model.Field("observed", "lies ahead", "a time up to now, which is "+now.In(f.zone).Format("2006-01-02 15:04 MST")))
	}
	report.Detected = at
	return nil
}

func takeSystems(_ reportForm, report *model.Report, text string) error {
	var systems []string
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		system, err := oneLine("systems", part)
		if err != nil {
			return err
		}
		if system != "" && !slices.Contains(systems, system) {
			systems = append(systems, system)
		}
	}
	if len(systems) > model.MaxList {
		return model.Refuse(model.Field("systems", fmt.Sprintf("are %d", len(systems)), fmt.Sprintf("at most %d", model.MaxList)))
	}
	report.Systems = systems
	return nil
}

func takeName(_ reportForm, report *model.Report, text string) (err error) {
	report.Reporter, err = personalLine("name", text)
	return err
}

func takeContact(_ reportForm, report *model.Report, text string) (err error) {
	report.Contact, err = personalLine("contact", text)
	return err
}

// personalLine is one line that is not what stands for somebody forgotten.
func personalLine(field, text string) (string, error) {
	line, err := oneLine(field, text)
	if err == nil && line == model.ForgottenText {
		err = model.Refuse(model.Field(field, fmt.Sprintf("%q stands for what was forgotten", line), "anything else, or nothing"))
	}
	return line, err
}

// oneLine cleans a line, and refuses one that is too long.
func oneLine(field, text string) (string, error) {
	line := model.CleanLine(text)
	if n := len([]rune(line)); n > model.MaxLine {
		return "", model.Refuse(model.Field(field, fmt.Sprintf("has %d characters", n), fmt.Sprintf("at most %d", model.MaxLine)))
	}
	return line, nil
}

// errNothingReported means that nothing is to be sent.
var errNothingReported = errors.New("nothing was reported")

// begin is the report before anything was said.
func (f reportForm) begin() model.Report {
	if f.person == "" {
		return model.Report{Source: "SSH, without a log-in"}
	}
	return model.Report{Source: "SSH", Reporter: f.person}
}

func (f reportForm) fields() []reportField {
	return slices.DeleteFunc(slices.Clone(reportFields), func(field reportField) bool { return field.stranger && f.person != "" })
}

// ask asks for one thing after the other, as long as it takes to understand
// the answers, and whether to send it.
func (f reportForm) ask(in io.Reader, out io.Writer) (model.Report, error) {
	typed := bufio.NewReader(io.LimitReader(in, longestReport))
	report := f.begin()
	fmt.Fprintln(out, "This reports a security incident.\nAn empty line leaves a question out; Ctrl-C sends nothing.")
	for _, field := range f.fields() {
		if err := f.askFor(typed, out, field, &report); err != nil {
			return report, err
		}
	}
	fmt.Fprint(out, "\nSend it? Type yes to send it, anything else drops it: ")
	answer, err := typedLine(typed)
	if err != nil || strings.ToLower(strings.TrimSpace(answer)) != "yes" {
		return report, errNothingReported
	}
	return report, nil
}

func (f reportForm) askFor(typed *bufio.Reader, out io.Writer, field reportField, report *model.Report) error {
	for range reportTries {
		fmt.Fprintf(out, "\n%s\n> ", field.question)
		text, err := typedLine(typed)
		for field.lines && err == nil && strings.TrimSpace(text) != "" {
			var next string
			fmt.Fprint(out, "> ")
			if next, err = typedLine(typed); strings.TrimSpace(next) == "" {
				break
			}
			text += "\n" + next
		}
		if err != nil {
			return errNothingReported
		}
		if err = field.take(f, report, text); err == nil {
			return nil
		}
		fmt.Fprintln(out, model.CleanText(err.Error()))
	}
	return errNothingReported
}

// typedLine reads a line; the end of the input is an error, since whoever leaves
// half-way has reported nothing.
func typedLine(typed *bufio.Reader) (string, error) {
	line, err := typed.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

// read reads a report from a text: lines such as "what: …", of which the ones
// after belong to it that name nothing else, or any text, of which the first
// line says what happened.
func (f reportForm) read(in io.Reader) (model.Report, error) {
	data, err := io.ReadAll(io.LimitReader(in, longestReport+1))
	switch {
	case err != nil:
		return model.Report{}, errNothingReported
	case len(data) > longestReport:
		return model.Report{}, model.Refuse(model.Field("the report", "is larger than 64 KiB", "a shorter one; files can follow once somebody asks for them"))
	}
	return f.parse(strings.ToValidUTF8(string(data), "\ufffd"))
}

func (f reportForm) parse(text string) (model.Report, error) {
	text = model.CleanText(text)
	if strings.TrimSpace(text) == "" {
		return model.Report{}, model.Refuse(model.Field("the report", "is empty", "what happened, as text or as lines: what, more, observed, systems, name, contact, each with a colon"))
	}
	first, rest, _ := strings.Cut(text, "\n")
	if _, _, named := f.named(first); !named {
		return f.freely(first, rest)
	}
	said, err := f.byName(text)
	if err != nil {
		return model.Report{}, err
	}
	report := f.begin()
	for _, field := range f.fields() {
		if text, given := said[field.names[0]]; given || field.names[0] == "what" {
			if err := field.take(f, &report, text); err != nil {
				return report, err
			}
		}
	}
	return report, nil
}

// named takes a line apart that begins with a field's name and a colon.
func (f reportForm) named(line string) (field reportField, text string, ok bool) {
	name, text, ok := strings.Cut(line, ":")
	if !ok {
		return reportField{}, "", false
	}
	name = strings.ToLower(strings.TrimRight(name, " "))
	for _, field := range f.fields() {
		if slices.Contains(field.names, name) {
			return field, strings.TrimSpace(text), true
		}
	}
	return reportField{}, "", false
}

// byName collects what is said under each name.
func (f reportForm) byName(text string) (map[string]string, error) {
	said, under := make(map[string]string), ""
	for line := range strings.SplitSeq(text, "\n") {
		field, rest, named := f.named(line)
		if !named {
			said[under] += "\n" + line
			continue
		}
		under = field.names[0]
		if _, twice := said[under]; twice {
			return nil, model.Refuse(model.Field(under, "is there twice", "it once; a further line under it begins with a space"))
		}
		said[under] = rest
	}
	return said, nil
}

// freely makes a report of any text. A first line that is too long for a title
// is kept whole with the rest.
func (f reportForm) freely(first, rest string) (model.Report, error) {
	report := f.begin()
	title := model.CleanLine(first)
	if len([]rune(title)) > model.MaxLine {
		title, rest = model.Clip(title, model.MaxLine), first+"\n"+rest
	}
	if err := takeWhat(f, &report, title); err != nil {
		return report, err
	}
	return report, takeMore(f, &report, rest)
}
