package policy

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Proposal says whether an incident should run under a pack, and why.
type Proposal struct {
	Pack    *Pack
	Answer  Answer   // Yes: a rule applies; Unknown: none can be excluded
	Rule    *Rule    // the first rule that says so
	Reasons []Reason // what the case says to that rule's conditions
}

// Propose tells which packs a case calls for: those of which a rule applies,
// then those of which one cannot be excluded. Packs that cannot apply are left
// out, and rules whose day has passed propose nothing.
func Propose(packs []*Pack, c *Case, zone *time.Location) []Proposal {
	var proposals []Proposal
	for _, pack := range packs {
		best := Proposal{Pack: pack}
		for _, o := range Obligations([]*Pack{pack}, c, zone) {
			if o.Applies == No || (best.Rule != nil && best.Answer >= o.Applies) {
				continue
			}
			best.Answer, best.Rule = o.Applies, o.Rule
		}
		if best.Rule != nil {
			best.Reasons = best.Rule.When.reasons(c, addressee{}, pack.questionLabel)
			proposals = append(proposals, best)
		}
	}
	slices.SortStableFunc(proposals, func(a, b Proposal) int { return cmp.Compare(b.Answer, a.Answer) })
	return proposals
}

// Why says in words what speaks for the pack: what was answered where it
// surely applies, else what is not known yet.
func (p *Proposal) Why() string {
	var texts []string
	for _, reason := range p.Reasons {
		if reason.Answer == p.Answer {
			texts = append(texts, reason.Text)
		}
	}
	why := strings.Join(texts, "; ")
	switch {
	case p.Answer == Unknown:
		return "cannot be excluded: " + why
	case why == "":
		return p.Rule.Title + " always applies"
	}
	return why
}

// Open is the question that decides next whether the pack applies, in the
// order that the pack asks them; nil where it waits for none.
func (p *Proposal) Open(c *Case) *Question {
	if p.Answer != Unknown {
		return nil
	}
	keys := p.Rule.When.questions()
	for i := range p.Pack.Questions {
		q := &p.Pack.Questions[i]
		if slices.Contains(keys, q.ID) && c.Answers[q.ID] == Unknown {
			return q
		}
	}
	return nil
}

// questions are the ids of all questions that the condition looks at.
func (w *Condition) questions() []string {
	keys := sortedKeys(w.Answers)
	for _, word := range w.Tier {
		keys = append(keys, tierKeys(word))
	}
	for _, word := range w.Acting {
		keys = append(keys, actingKeys(word))
	}
	return keys
}
