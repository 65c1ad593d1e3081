package policy

import "strings"

// why says what decided that an obligation does not, or may not, apply.
func (o *Obligation) why(c *Case) string {
	switch {
	case o.Applies == No:
		return o.against(c)
	case o.closed:
		return "the incident ended before this was done"
	case o.Applies == Unknown && o.Undated != "" && o.applies(c) == Yes:
		return o.undatedWords()
	case o.Applies == Unknown:
		return o.unknown(c)
	case !o.Started:
		return "not stated yet: " + o.startLabel()
	}
	return ""
}

func (o *Obligation) undatedWords() string { return "not known when: " + o.Pack.factLabel(o.Undated) }

// unknown names the first thing that is not known, without building more text
// than it must: it runs for every obligation of every fresh incident.
func (o *Obligation) unknown(c *Case) string {
	when := &o.Rule.When
	switch {
	case len(when.Severity) > 0 && c.Severity == "":
		return "the severity is not decided yet"
	case len(when.Classification) > 0 && c.Classification == "":
		return "not decided yet: confirmed or potential compromise"
	case len(when.Types) > 0 && anyOf(when.Types, c.Types) == Unknown:
		return "the type of incident is not decided yet"
	case len(when.Data) > 0 && anyOf(when.Data, c.Data) == Unknown:
		return "the data concerned is not decided yet"
	}
	if question := when.unanswered(c, o.addressee()); question != "" {
		return "not answered yet: " + o.Pack.questionLabel(question)
	}
	return "not known yet: " + o.Pack.questionLabel(when.unmeasured(c))
}

// unanswered returns the first question, in the order of Reasons, whose answer
// the condition waits for; "" where it waits for none.
func (w *Condition) unanswered(c *Case, to addressee) string {
	for _, asked := range [2]struct {
		key    questionKeys
		words  []string
		answer Answer
	}{{tierKeys, w.Tier, to.tier(w.Tier, c)}, {actingKeys, w.Acting, anyAnswer(actingKeys, w.Acting, c)}} {
		if asked.answer != Unknown {
			continue
		}
		for _, word := range asked.words {
			if key := asked.key(word); c.Answers[key] == Unknown {
				return key
			}
		}
	}
	first := ""
	for question := range w.Answers {
		if to.answer(question, c) == Unknown && (first == "" || question < first) {
			first = question
		}
	}
	return first
}

// against gives the first reason that says no.
func (o *Obligation) against(c *Case) string {
	for _, reason := range o.Rule.When.reasons(c, o.addressee(), o.Pack.questionLabel) {
		if reason.Answer == No {
			return reason.Text
		}
	}
	if o.Started {
		return o.outOfForce(o.dues.calendar.Location())
	}
	return ""
}

// questionLabel is the wording of a question or setting, its id where the pack
// does not ask it.
func (p *Pack) questionLabel(id string) string {
	if question, found := p.Question(id); found && question.Label != "" {
		return question.Label
	}
	if setting, found := p.Setting(id); found && setting.Label != "" {
		return setting.Label
	}
	return id
}

// startLabel names what starts the rule's clock.
func (o *Obligation) startLabel() string {
	if rule, submitted := strings.CutPrefix(o.Rule.Starts, submittedPrefix); submitted {
		return "the first submission of “" + o.Pack.ruleTitle(rule) + "”"
	}
	return o.Pack.factLabel(o.Rule.Starts)
}

func (p *Pack) ruleTitle(id string) string {
	if rule, found := p.Rule(id); found && rule.Title != "" {
		return rule.Title
	}
	return id
}

func (p *Pack) factLabel(id string) string {
	if fact, found := p.Fact(id); found && fact.Label != "" {
		return fact.Label
	}
	return id
}
