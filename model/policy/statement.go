package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/model/calendar"
)

// unknownWord takes the place of a value that is not known.
const unknownWord = "unknown"

// State takes one fact into the case, as people type it: a named time with a
// moment that calendar.ParseTime reads, or a question with yes, no or unknown. A
// named time may be unknown (it may have happened, nobody knows when) or no (it
// has not happened) too. A time without an offset is read in zone (nil is UTC). The
// error of a name that no pack knows gives the nearest right one.
func (c *Case) State(packs []*Pack, name, value string, zone *time.Location, now time.Time) error {
	if slices.Contains(factsOf(packs), name) {
		return c.stateTime(name, value, zone, now)
	}
	questions := questionsOf(packs)
	if !slices.Contains(questions, name) {
		return fmt.Errorf("%q is not a fact of these packs%s", name, suggestion(name, append(factsOf(packs), questions...)))
	}
	answer, err := ParseAnswer(value)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	c.answer(name, answer)
	return nil
}

func (c *Case) answer(name string, answer Answer) {
	if c.Answers == nil {
		c.Answers = map[string]Answer{}
	}
	c.Answers[name] = answer
}

func (c *Case) stateTime(name, value string, zone *time.Location, now time.Time) error {
	if answer, err := ParseAnswer(value); err == nil && answer != Yes {
		delete(c.Times, name)
		c.answer(name, answer)
		return nil
	}
	at, err := calendar.ParseTime(value, zone, now)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if c.Times == nil {
		c.Times = map[string]time.Time{}
	}
	delete(c.Answers, name)
	c.Times[name] = at
	return nil
}

// Submit takes a notice that was sent into the case, in the order of sending.
// received may be zero. rule is a rule's id, or pack/rule where several packs
// have one of that id.
func (c *Case) Submit(packs []*Pack, rule string, at, received time.Time) error {
	key, err := KeyOf(packs, rule)
	if err != nil {
		return err
	}
	c.Submissions = append(c.Submissions, Submission{Key: key, At: at, Received: received})
	slices.SortStableFunc(c.Submissions, func(a, b Submission) int { return a.At.Compare(b.At) })
	return nil
}

// KeyOf finds a rule among the packs by its id, or by pack/rule, each with
// #GROUP after it where one group of affected customers is meant. Its error
// gives the nearest known one.
func KeyOf(packs []*Pack, text string) (RuleKey, error) {
	text, group, _ := strings.Cut(text, groupMark)
	var found []RuleKey
	var known []string
	for _, pack := range packs {
		for i := range pack.Rules {
			key := RuleKey{Pack: pack.ID, Rule: pack.Rules[i].ID}
			if key.Rule == text || key.String() == text {
				found = append(found, key)
			}
			known = append(known, key.Rule)
		}
	}
	switch len(found) {
	case 0:
		return RuleKey{}, fmt.Errorf("%q is not a rule of these packs%s", text, suggestion(text, known))
	case 1:
		found[0].Group = group
		return found[0], nil
	}
	return RuleKey{}, fmt.Errorf("%q is a rule of several packs: write %s", text, either([]string{found[0].String(), found[1].String()}))
}

func factsOf(packs []*Pack) []string {
	names := idsOf(standardFacts, func(t *Term) string { return t.ID })
	for _, pack := range packs {
		names = append(names, idsOf(pack.Facts, func(t *Term) string { return t.ID })...)
	}
	return names
}

func questionsOf(packs []*Pack) []string {
	var ids []string
	for _, pack := range packs {
		ids = append(ids, idsOf(pack.Questions, func(q *Question) string { return q.ID })...)
	}
	return ids
}

// Gate returns the answers that every rule of the pack asks for: what it takes
// for the pack to say anything at all. It is nil where there is no such answer.
func (p *Pack) Gate() map[string]Answer {
	var gate map[string]Answer
	for i := range p.Rules {
		answers := p.Rules[i].When.Answers
		if i == 0 {
			gate = map[string]Answer{}
			for question, answer := range answers {
				gate[question] = answer
			}
		}
		for question, answer := range gate {
			if answers[question] != answer {
				delete(gate, question)
			}
		}
	}
	if len(gate) == 0 {
		return nil
	}
	return gate
}

// Suppose answers the gates of the packs as they ask for, where the case says
// nothing about them: whoever asks what a law demands supposes that it applies.
// An answer that is stated stays, also as unknown.
func (c *Case) Suppose(packs []*Pack) {
	for _, pack := range packs {
		for question, answer := range pack.Gate() {
			if _, stated := c.Answers[question]; stated {
				continue
			}
			c.answer(question, answer)
		}
	}
}
