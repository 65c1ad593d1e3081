package main

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/model"
	"tocsin/model/calendar"
	"tocsin/model/policy"
)

// row is one record of a file: what it says, and what is wrong with it.
type row[T any] struct {
	line     int // where it begins, from 1
	size     int // bytes of its text
	record   T
	problems []model.FieldError
	broken   bool // there is no telling what it says; the domain is not asked
}

// rowSeq is the rows of a file in order. An error ends it: the file could not
// be read on, or is none of such records.
type rowSeq[T any] = iter.Seq2[row[T], error]

// rowReader puts the words of a file into records of one kind.
type rowReader[T any] interface {
	// checkName says what is wrong with a column's name, "" where nothing is.
	checkName(name string) string
	// accepts are the columns there may be, for people; in an object some may lie
	// within another one.
	accepts(object bool) string
	// needed are the columns there must be.
	needed() []string
	// nested is what begins the names of the columns that an object of this
	// name holds.
	nested(name string) (prefix string, ok bool)
	// put sets one field of a row. A text that is empty says nothing.
	put(r *row[T], name, text string)
	// putList sets a field from a list, where the field takes one.
	putList(r *row[T], name string, entries []string)
}

func (r *row[T]) wrong(field, problem, accepts string) {
	r.problems = append(r.problems, model.Field(field, problem, accepts))
}

// breaks says that the row as a whole cannot be read.
func (r *row[T]) breaks(problem, accepts string) {
	r.wrong("row", problem, accepts)
	r.broken = true
}

func (r *row[T]) hasProblem(field string) bool {
	return slices.ContainsFunc(r.problems, func(p model.FieldError) bool { return p.Field == field })
}

// importField is one column of an import. Exactly one of its functions is set.
type importField struct {
	name string
	text func(h *model.History, text string)
	list func(h *model.History, words []string)
	time func(h *model.History, at time.Time)
}

var importFields = []importField{
	{name: "id", text: func(h *model.History, text string) { h.External = text }},
	{name: "title", text: func(h *model.History, text string) { h.Title = text }},
	{name: "description", text: func(h *model.History, text string) { h.Description = text }},
	{name: "types", list: func(h *model.History, words []string) { h.Types = words }},
	{name: "classification", text: func(h *model.History, text string) { h.Classification = model.Classification(text) }},
	{name: "severity", text: func(h *model.History, text string) { h.Severity = text }},
	{name: "reason", text: func(h *model.History, text string) { h.Reason = text }},
	{name: "data", list: func(h *model.History, words []string) { h.Data = words }},
	{name: "systems", list: func(h *model.History, words []string) { h.Systems = words }},
	{name: "tlp", text: func(h *model.History, text string) { h.TLP = model.TLP(text) }},
	{name: "reporter", text: func(h *model.History, text string) { h.Reporter = text }},
	{name: "source", text: func(h *model.History, text string) { h.Source = text }},
	{name: "lead", text: func(h *model.History, text string) { h.Lead = text }},
	{name: "opened", time: func(h *model.History, at time.Time) { h.Opened = at }},
	{name: "closed", time: func(h *model.History, at time.Time) { h.Closed = at }},
	{name: "outcome", text: func(h *model.History, text string) { h.Outcome = model.Outcome(text) }},
}

// factPrefix makes a column that of a fact.
const factPrefix = "fact:"

func importNames() []string {
	names := make([]string, len(importFields))
	for k, f := range importFields {
		names[k] = f.name
	}
	return names
}

// rowParser puts the words of a file into incidents of the past.
type rowParser struct {
	*session
	kinds map[string]model.FactKind
	now   time.Time // one moment for the whole file
}

// checkName says what is wrong with a column's name, "" where nothing is.
func (p *rowParser) checkName(name string) string {
	if fact, ok := strings.CutPrefix(name, factPrefix); ok {
		if _, known := p.kinds[fact]; known {
			return ""
		}
		return fmt.Sprintf("there is no fact %q%s", model.Clip(model.CleanLine(fact), 40), meant(fact, slices.Sorted(maps.Keys(p.kinds))))
	}
	if slices.Contains(importNames(), name) {
		return ""
	}
	return fmt.Sprintf("there is no column %q%s", model.Clip(model.CleanLine(name), 40), meant(name, importNames()))
}

func meant(word string, known []string) string {
	if near := policy.Nearest(word, known); near != "" {
		return " (did you mean " + near + "?)"
	}
	return ""
}

func (p *rowParser) accepts(object bool) string {
	names := importNames()
	if object {
		names = append(names, "facts")
	}
	return strings.Join(append(names, factPrefix+"NAME"), ", ")
}

func (p *rowParser) needed() []string { return []string{"title", "opened"} }

func (p *rowParser) nested(name string) (prefix string, ok bool) { return factPrefix, name == "facts" }

func (p *rowParser) put(r *row[model.History], name, text string) {
	r.size += len(text)
	if strings.TrimSpace(text) == "" {
		return
	}
	if fact, ok := strings.CutPrefix(name, factPrefix); ok {
		p.putFact(r, fact, strings.TrimSpace(text))
		return
	}
	k := slices.IndexFunc(importFields, func(f importField) bool { return f.name == name })
	switch field := importFields[k]; {
	case field.list != nil:
		field.list(&r.record, splitList(text))
	case field.text != nil:
		field.text(&r.record, text)
	default:
		if at, ok := p.readRowTime(r, name, text); ok {
			field.time(&r.record, at)
		}
	}
}

func (p *rowParser) putList(r *row[model.History], name string, entries []string) {
	k := slices.IndexFunc(importFields, func(f importField) bool { return f.name == name })
	if k < 0 || importFields[k].list == nil {
		r.wrong(name, "is a list", "a text")
		return
	}
	for _, entry := range entries {
		r.size += len(entry)
	}
	importFields[k].list(&r.record, entries)
}

func (p *rowParser) putFact(r *row[model.History], name, text string) {
	answer, err := policy.ParseAnswer(strings.ToLower(text))
	switch {
	case err == nil:
		r.record.Facts = append(r.record.Facts, model.Statement{Name: name, Value: model.Value{Answer: answer}})
	case p.kinds[name] == model.QuestionFact:
		r.wrong(name, fmt.Sprintf("%q is no answer", model.Clip(model.CleanLine(text), 40)), "yes, no or unknown")
	default:
		if at, ok := p.readRowTime(r, name, text); ok {
			r.record.Facts = append(r.record.Facts, model.Statement{Name: name, Value: model.Time(at)})
		}
	}
}

func (p *rowParser) readRowTime(r *row[model.History], field, text string) (time.Time, bool) {
	at, err := calendar.ParseTime(text, p.zone(), p.now)
	if err != nil {
		r.wrong(field, err.Error(), "")
		return time.Time{}, false
	}
	return at, true
}

func splitList(text string) []string {
	var entries []string
	for _, entry := range strings.Split(text, ";") {
		if entry = strings.TrimSpace(entry); entry != "" {
			entries = append(entries, entry)
		}
	}
	return entries
}
