package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tocsin/model/policy"
)

// inputs cleans what a command brings and gathers everything that is wrong
// with it, so that a form shows all of it at once.
type inputs struct {
	problems []FieldError
}

// refusal is nil where nothing was wrong.
func (in *inputs) refusal() error {
	if len(in.problems) == 0 {
		return nil
	}
	return Refuse(in.problems...)
}

func (in *inputs) bad(field, problem, accepts string) {
	in.problems = append(in.problems, Field(field, problem, accepts))
}

// line cleans a text of one line, up to MaxLine characters.
func (in *inputs) line(field, text string) string {
	if in.tooLong(field, text, MaxLine) {
		return ""
	}
	return CleanLine(text)
}

// reporter is line for what is known of a reporter. What stands for a forgotten
// one is not accepted: taking it for the truth destroys a key, past every legal
// hold.
func (in *inputs) reporter(field, text string) string {
	line := in.line(field, text)
	if line == ForgottenText {
		in.bad(field, "is what a forgotten reporter reads as", "anything else, or nothing")
		return ""
	}
	return line
}

// person is line for somebody whom the record is to name. What a forgotten one
// is called is nobody's name, unless the same place names them so already: who
// took it would be taken for somebody else, and could not be forgotten.
func (in *inputs) person(field, text string, named ...string) string {
	line := in.line(field, text)
	if strings.HasPrefix(line, ForgottenPerson) && !slices.Contains(named, line) {
		in.bad(field, fmt.Sprintf("%q is what a person is called who was forgotten, and nobody's name", Clip(line, 40)), "a name")
		return ""
	}
	return line
}

// needPerson is person for one who must be named.
func (in *inputs) needPerson(field, text, what string, named ...string) string {
	before := len(in.problems)
	line := in.person(field, text, named...)
	if line == "" && len(in.problems) == before {
		in.bad(field, "is empty", what)
	}
	return line
}

// need is line for a text that must not be empty.
func (in *inputs) need(field, text, what string) string {
	before := len(in.problems)
	line := in.line(field, text)
	if line == "" && len(in.problems) == before {
		in.bad(field, "is empty", what)
	}
	return line
}

// text cleans a text of several lines, up to MaxText characters.
func (in *inputs) text(field, text string) string {
	if in.tooLong(field, text, MaxText) {
		return ""
	}
	return CleanText(text)
}

// needText is text for one that must not be empty.
func (in *inputs) needText(field, text, what string) string {
	before := len(in.problems)
	cleaned := in.text(field, text)
	if cleaned == "" && len(in.problems) == before {
		in.bad(field, "is empty", what)
	}
	return cleaned
}

func (in *inputs) tooLong(field, text string, limit int) bool {
	n := utf8.RuneCountInString(text)
	if n <= limit {
		return false
	}
	in.bad(field, fmt.Sprintf("has %d characters", n), fmt.Sprintf("at most %d", limit))
	return true
}

// lines cleans a list into a new one, without empty entries and repetitions;
// nil where nothing is left.
func (in *inputs) lines(field string, list []string) []string {
	if len(list) > MaxList {
		in.bad(field, fmt.Sprintf("has %d entries", len(list)), fmt.Sprintf("at most %d", MaxList))
		return nil
	}
	var cleaned []string
	for _, entry := range list {
		if line := in.line(field, entry); line != "" && !slices.Contains(cleaned, line) {
			cleaned = append(cleaned, line)
		}
	}
	return cleaned
}

// words is lines for a list of words that a pack defines.
func (in *inputs) words(field string, list []string, terms []policy.Term) []string {
	accepted := termIDs(terms)
	var words []string
	for _, line := range in.lines(field, list) {
		if word := in.oneOf(field, line, accepted); !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

// oneOf accepts a word of a list, upper or lower case, and returns it as the
// list has it. Where it is none, the problem names the nearest one and all of
// them, and what is returned must not be used.
func (in *inputs) oneOf(field, word string, accepted []string) string {
	word = CleanLine(word)
	for _, a := range accepted {
		if strings.EqualFold(a, word) {
			return a
		}
	}
	choice := strings.Join(accepted, ", ")
	if choice == "" {
		choice = "nothing: the pack has none"
	}
	if word == "" {
		in.bad(field, "is empty", choice)
		return ""
	}
	problem := fmt.Sprintf("%q is not known here", Clip(word, 40))
	if near := policy.Nearest(strings.ToLower(word), accepted); near != "" {
		problem += fmt.Sprintf(" (did you mean %s?)", near)
	}
	in.bad(field, problem, choice)
	return ""
}

// past accepts a moment that is not in the future and not absurdly old, and
// returns it in UTC and whole milliseconds.
func (in *inputs) past(field string, at, now time.Time) time.Time {
	at = at.UTC().Truncate(time.Millisecond)
	switch {
	case at.After(now):
		in.bad(field, fmt.Sprintf("%s lies in the future", at.Format(time.RFC3339)), "a time up to now")
	case at.Before(earliest):
		in.bad(field, fmt.Sprintf("%s is too long ago", at.Format(time.RFC3339)), "a time from 1990 on")
	}
	return at
}

// earliest is the oldest time that a fact may have: anything before is a
// mistyped year.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// tlp accepts a label in any case; "" is the default, AMBER.
func (in *inputs) tlp(field string, label TLP) TLP {
	label = TLP(CleanLine(string(label)))
	if label == "" {
		return TLPAmber
	}
	accepted := make([]string, 0, 5)
	for _, l := range TLPs() {
		accepted = append(accepted, string(l))
	}
	return TLP(in.oneOf(field, strings.TrimPrefix(strings.ToUpper(string(label)), "TLP:"), accepted))
}

func termIDs(terms []policy.Term) []string {
	ids := make([]string, len(terms))
	for k, t := range terms {
		ids[k] = t.ID
	}
	return ids
}
