package model

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// CallKind says what somebody is called for.
type CallKind string

const (
	CallRole CallKind = "role" // a role was given to them
	CallTask CallKind = "task" // a task was given to them
	CallNote CallKind = "note" // a note names them
)

// Call is what somebody's attention is asked for by somebody else, until they
// say that they have seen it, or it is no longer theirs.
type Call struct {
	Kind   CallKind  `json:"kind"`
	What   string    `json:"what,omitempty"` // id of the role or the task; "" for a note
	Person string    `json:"person"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// Words say what somebody is called for on an incident that stands.
func (c *Call) Words(s *Standing) string {
	switch c.Kind {
	case CallRole:
		if role, ok := s.Procedure.Role(c.What); ok {
			return "a role is yours: " + role.Label
		}
		return "a role is yours: " + c.What
	case CallTask:
		for _, task := range Tasks(s.Incident, s.Procedure) {
			if task.ID == c.What {
				return "a task is yours: " + task.Title
			}
		}
		return "a task is yours: " + c.What
	}
	return "a note mentions you"
}

// CallsOf are the calls of a person on the incident, oldest first.
func (i *Incident) CallsOf(person string) []Call {
	var own []Call
	for _, c := range i.Calls {
		if c.Person == person {
			own = append(own, c)
		}
	}
	return own
}

// call keeps a call in place of an earlier one for the same.
func (i *Incident) call(c Call) {
	i.uncall(c.Kind, c.What, c.Person)
	i.Calls = append(i.Calls, c)
}

// uncall takes away what is no longer somebody's.
func (i *Incident) uncall(kind CallKind, what, person string) {
	i.Calls = slices.DeleteFunc(i.Calls, func(c Call) bool {
		return kind != CallNote && c.Kind == kind && c.What == what && (person == "" || c.Person == person)
	})
}

// foldCalls follows whom an event calls, and who saw it.
func (i *Incident) foldCalls(e Event) {
	call := func(kind CallKind, what, person string) {
		i.call(Call{Kind: kind, What: what, Person: person, By: e.Actor, At: e.At})
	}
	switch body := e.Body.(type) {
	case *RoleTaken:
		if body.Calls {
			call(CallRole, body.Role, body.Person)
		}
	case *RoleLeft:
		i.uncall(CallRole, body.Role, body.Person)
	case *TaskAdded:
		if body.Calls {
			call(CallTask, body.Task, body.Assignee)
		}
	case *TaskSet:
		for _, c := range slices.Clone(i.Calls) {
			if body.After != TaskOpen || c.Person != body.Assignee {
				i.uncall(CallTask, body.Task, c.Person)
			}
		}
		if body.Calls && body.After == TaskOpen {
			call(CallTask, body.Task, body.Assignee)
		}
	case *Noted:
		for _, person := range body.Mentions {
			call(CallNote, "", person)
		}
	case *CallsSeen:
		i.Calls = slices.DeleteFunc(i.Calls, func(c Call) bool { return c.Person == e.Actor })
	}
}

// see records that somebody has seen what they are called for; nothing where
// that is nothing.
func (d *decider) see(i *Incident) error {
	if own := i.CallsOf(d.actor.Name); len(own) > 0 {
		d.emit(&CallsSeen{ID: i.ID, Count: len(own)})
	}
	return nil
}

// maxMentions bounds how many people a note calls.
const maxMentions = 20

// mentions are those whom a note about the incident calls: people who are
// registered or whom its record names, and may read it; not the writer.
func (d *decider) mentions(i *Incident, text string) []string {
	if !strings.Contains(text, "@") {
		return nil
	}
	access := &d.state.Meta.Access
	var names []string
	for k := range access.People {
		if p := &access.People[k]; p.Active() && p.Role.May(See{}.Kind()) {
			names = append(names, p.Name)
		}
	}
	for _, name := range i.People {
		if _, registered := access.Person(name); !registered && !strings.HasPrefix(name, ForgottenPerson) {
			names = append(names, name)
		}
	}
	found := slices.DeleteFunc(Mentions(text, names), func(name string) bool { return name == d.actor.Name })
	return found[:min(len(found), maxMentions)]
}

// Mentions are those of the names that stand in a text after an @, in the order
// of the text, each once. Case does not matter, and the longest name counts. The
// first word of a name is enough where no other name begins with it. An @ within
// a word, as in an address, begins no name.
func Mentions(text string, names []string) []string {
	var found []string
	before := ' '
	for k, r := range text {
		if r == '@' && !wordy(before) {
			if name := mentioned(text[k+1:], names); name != "" && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
		before = r
	}
	return found
}

// mentioned is the name that a text begins with, "" where there is none.
func mentioned(text string, names []string) string {
	best, length := "", 0
	for _, name := range names {
		if len(name) > length && begins(text, name) {
			best, length = name, len(name)
		}
	}
	if best != "" {
		return best
	}
	for _, name := range names {
		first, _, _ := strings.Cut(name, " ")
		if !begins(text, first) {
			continue
		}
		if best != "" && best != name {
			return ""
		}
		best = name
	}
	return best
}

// begins reports whether a text begins with a word or words, whatever their
// case.
func begins(text, words string) bool {
	if words == "" || len(text) < len(words) || !strings.EqualFold(text[:len(words)], words) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(text[len(words):])
	return len(text) == len(words) || !wordy(next)
}

// wordy tells characters that belong to a word.
func wordy(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_' || r == '@'
}
