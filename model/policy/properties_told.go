package policy

import "strings"

// toWords say whom a rule tells.
var toWords = map[To]string{
	ToCustomers:  "affected customers, each group with a clock of its own",
	ToPaid:       "affected paying customers, each group with a clock of its own",
	ToFree:       "affected customers of the free tier, each group with a clock of its own",
	ToRegulator:  "a regulator",
	ToPeople:     "the people concerned",
	ToPublic:     "the public",
	ToLeadership: "leadership",
	ToPartners:   "partners",
}

// kindWords say which notice the rule asks for, where it says so itself.
func kindWords(r *Rule) string { return r.Kind }

func phasedWords(phased bool) string {
	if phased {
		return "what is not known yet may follow"
	}
	return ""
}

func (p *Pack) directOf(r *Rule) string {
	if r.Direct == "" {
		return ""
	}
	return "customers are directly impacted, as " + p.quotedLabel(r.Direct) + " or their group says"
}

func (p *Pack) bufferOf(r *Rule) string {
	if r.Buffer.IsZero() && r.BufferBy == "" {
		return ""
	}
	text := "until " + afterPaid(r.Buffer)
	if r.BufferBy != "" {
		text += ", or as many hours as the organisation says to " + p.quotedLabel(r.BufferBy)
	}
	return text
}

func (p *Pack) rulesOf(ids []string) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = "“" + p.ruleTitle(id) + "”"
	}
	return strings.Join(words, ", ")
}

func (p *Pack) overrideOf(r *Rule) string {
	if len(r.Override) == 0 {
		return ""
	}
	return "released without approval by " + p.rolesOf(r.Override) + ", with a reason and a review"
}
