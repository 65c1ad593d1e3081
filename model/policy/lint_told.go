package policy

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/model/calendar"
)

// told checks whom a rule tells and what holds for its notice.
func (l *linter) told(key string, r *Rule) {
	if r.To != ToNobody {
		l.oneOf(key+".to", "a word for whom a rule tells", string(r.To), words(Tos))
	}
	if r.Kind != "" {
		l.oneOf(key+".kind", "a kind of notice", r.Kind, NoticeKinds)
	}
	switch {
	case r.To == ToNobody && r.asksCustomers():
		l.warnf(key, "%q tells customers without saying which: write to = \"customers.paid\", \"customers.free\" or \"customers\", so that each group of them has its clock", r.ID)
	case r.Internal && r.To != ToNobody && r.To != ToLeadership:
		l.errorf(key+".to", "an internal rule sends nothing outside: leave out internal, or to")
	}
	l.reaches(key+".when.tier", r)
	l.direct(key+".direct", r)
	l.buffer(key, r)
	l.after(key+".after", r)
	if r.Phased && len(r.Contents) == 0 {
		l.errorf(key+".phased", "there are no contents that could follow: write contents too")
	}
	l.roles(key+".override", r.Override)
	if len(r.Override) > 0 && len(r.Approval) == 0 {
		l.errorf(key+".override", "there is no approval to go without: write approval too, or leave this out")
	}
}

// customerWords are what audiences call customers.
var customerWords = []string{"customer", "tenant", "free-tier"}

// asksCustomers reports whether the rule sends something to people whom it
// describes as customers.
func (r *Rule) asksCustomers() bool {
	audience := strings.ToLower(r.Audience)
	named := slices.ContainsFunc(customerWords, func(word string) bool { return strings.Contains(audience, word) })
	return !r.Internal && len(r.Contents) > 0 && (named || len(r.When.Tier) > 0)
}

// reaches finds rules whose condition names none of the tiers that they tell.
func (l *linter) reaches(key string, r *Rule) {
	if r.To.Customers() && len(r.When.Tier) > 0 && !slices.ContainsFunc(r.When.Tier, r.To.Reaches) {
		l.errorf(key, "can never hold for %s: the condition asks for %s", r.To, either(r.When.Tier))
	}
}

func (l *linter) direct(key string, r *Rule) {
	switch {
	case r.Direct == "":
	case !l.oneOf(key, "a question of this pack", r.Direct, idsOf(l.pack.Questions, func(q *Question) string { return q.ID })):
	case !r.To.Customers():
		l.errorf(key, "only customers answer it group by group: write to = \"customers.free\", or leave this out")
	case r.When.Answers[r.Direct] != Yes:
		l.errorf(key, "the rule does not ask for it: write answers = { %s = \"yes\" } in when", r.Direct)
	}
}

func (l *linter) buffer(key string, r *Rule) {
	if r.Buffer.IsZero() && r.BufferBy == "" {
		return
	}
	if r.To != ToFree {
		l.errorf(key+".buffer", "a buffer lets paying customers act before the free tier hears: it goes with to = \"customers.free\"")
	} else if !l.paysFirst() {
		l.warnf(key+".buffer", "no rule of this pack tells paying customers first: write to = \"customers.paid\" where one does")
	}
	switch {
	case r.BufferBy == "":
		return
	case r.Buffer.IsZero():
		l.errorf(key+".buffer_by", "nothing holds until the organisation has set it: write buffer too")
	case r.Buffer.Unit != calendar.Hours:
		l.errorf(key+".buffer", "the organisation sets hours in its place: write hours, such as 24h")
	}
	setting, known := l.pack.Setting(r.BufferBy)
	switch {
	case !known:
		l.oneOf(key+".buffer_by", "a setting of this pack", r.BufferBy, settingNames([]*Pack{l.pack}))
	case !setting.IsCount():
		l.errorf(key+".buffer_by", "%q has words for values: a buffer is a count of hours", r.BufferBy)
	}
}

// paysFirst reports whether a rule of the pack gives paying customers a first
// notice.
func (l *linter) paysFirst() bool {
	return slices.ContainsFunc(l.pack.Rules, func(r Rule) bool { return r.To == ToPaid && r.NoticeKind() == NoticeInitial })
}

func (l *linter) after(key string, r *Rule) {
	known := idsOf(l.pack.Rules, func(r *Rule) string { return r.ID })
	for i, name := range r.After {
		place := fmt.Sprintf("%s[%d]", key, i)
		first, found := l.pack.Rule(name)
		switch {
		case !l.oneOf(place, "a rule of this pack", name, known) || !found:
		case name == r.ID || slices.Contains(first.After, r.ID):
			l.errorf(place, "%q and %q would wait for each other", r.ID, name)
		case strings.HasPrefix(first.MetBy, factPrefix) || first.Internal:
			l.errorf(place, "%q sends nothing that could come first", name)
		}
	}
}
