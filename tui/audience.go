package tui

import (
	"cmp"
	"slices"
	"strings"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/tui/sign"
	"tocsin/tui/theme"
)

// audienceRow is one line of who would be told, or would not.
type audienceRow struct {
	telling *model.Telling // nil for somebody who is not told
	untold  *model.Untold  // nil for somebody who is told
	rule    *policy.Rule
	who     string
}

func (r *audienceRow) id() string { return "to " + r.key().String() + " " + r.who }

// what is who would be told what, or who would not be told.
func (r *audienceRow) what() string {
	if r.telling == nil {
		return r.who
	}
	return capital(string(r.telling.Kind)) + " notice to " + r.who
}

// key is the obligation that the row is about.
func (r *audienceRow) key() policy.RuleKey {
	if r.telling != nil {
		return r.telling.Key
	}
	return r.untold.Keys[0]
}

// listeners names who would be told: a group of affected customers, or whom the rule
// speaks of.
func listeners(group *model.AffectedGroup, to policy.To, audience string) string {
	if group != nil {
		return group.ID + " " + string(group.Tier) + " customers, " + strings.TrimLeft(impactWords(group), "◆○ ")
	}
	if audience != "" {
		return audience
	}
	switch to {
	case policy.ToPaid:
		return "paying customers"
	case policy.ToFree:
		return "free-tier customers"
	case policy.ToPeople:
		return "people whose data is concerned"
	case policy.ToRegulator:
		return "the authority"
	case policy.ToPublic:
		return "the public"
	case policy.ToNobody:
		return "others"
	}
	return string(to)
}

// audienceOf is who would be told of an incident, what is due first, and who
// would not.
func (c *Console) audienceOf(standing *model.Standing) (told, untold []audienceRow) {
	i, snapshot := standing.Incident, c.frame.snapshot
	packs := snapshot.PacksOf(i)
	out := model.Audience(packs, i.Case(), i.Groups, snapshot.Home(), c.now())
	for k := range out.Tellings {
		one := &out.Tellings[k]
		who := listeners(one.Group, one.Obligation.Rule.To, one.Obligation.Rule.Audience)
		told = append(told, audienceRow{telling: one, rule: one.Obligation.Rule, who: who})
	}
	for k := range out.Untold {
		one := &out.Untold[k]
		row := audienceRow{untold: one, rule: c.ruleOf(i, one.Keys[0])}
		audience := ""
		if row.rule != nil {
			audience = row.rule.Audience
		}
		row.who = listeners(one.Group, one.To, audience)
		untold = append(untold, row)
	}
	slices.SortStableFunc(told, func(a, b audienceRow) int {
		return cmp.Or(cmp.Compare(b2i(a.telling.State.Decided()), b2i(b.telling.State.Decided())), compareDue(a.telling.Due, b.telling.Due))
	})
	return told, untold
}

// sign is how it stands, in shape and word.
func (r *audienceRow) sign() sign.Sign {
	if r.telling == nil {
		return sign.Sign{Shape: "–", Word: "not told", Tone: sign.Quiet}
	}
	t := r.telling
	_, blocked := t.Blocked()
	told := t.Obligation.Told
	switch {
	case t.State == policy.Met || t.State == policy.MetLate:
		return sign.Sign{Shape: "✓", Word: "told", Tone: sign.Good}
	case told.Sent > 0 && told.Sent < told.Of:
		return sign.Sign{Shape: "◇", Word: "partly told", Tone: sign.Notice}
	case blocked:
		return sign.Sign{Shape: "‖", Word: "held back", Tone: sign.Notice}
	}
	mark := sign.State(t.State)
	switch t.State {
	case policy.Running, policy.Open:
		mark.Word = "to be told"
	case policy.CannotExclude:
		mark.Word = "perhaps"
	}
	return mark
}

// toneStyle is the theme's style for a tone where that is about telling.
func toneStyle(t *theme.Theme, tone sign.Tone) theme.Style {
	switch tone {
	case sign.Alarm:
		return t.Overdue
	case sign.Warning, sign.Notice:
		return t.DueSoon
	case sign.Good:
		return t.Met
	case sign.Doubt:
		return t.Doubtful
	case sign.Plain:
		return t.Running
	}
	return t.Muted
}

// when is the time by which somebody is told, in few words.
func (r *audienceRow) when(c *Console) string {
	switch {
	case r.telling == nil:
		return ""
	case !r.telling.NotBefore.IsZero():
		return "from " + clock(r.telling.NotBefore, c.now(), c.zone())
	case !r.telling.Due.IsZero():
		return c.dueText(r.telling.Due, r.rule)
	case r.telling.State == policy.Open:
		return "without delay"
	case r.telling.State == policy.NotStarted:
		return "not started"
	}
	return ""
}

// ledger is a column of labels beside texts, wrapped to a width.
type ledger struct {
	t     *theme.Theme
	width int
	lines []string
}

func (l *ledger) say(label, text string, style theme.Style) {
	const room = 12
	for k, line := range wrap(text, max(l.width-room, 8)) {
		if k > 0 {
			label = ""
		}
		l.lines = append(l.lines, l.t.Muted.Paint(fit(label, room))+style.Paint(line))
	}
}

// lines tell all of a row.
func (r *audienceRow) lines(c *Console, width int) []string {
	t, mark := c.theme, r.sign()
	l := &ledger{t: t, width: width}
	l.lines = []string{fit(toneStyle(t, mark.Tone).Paint(mark.String())+"  "+t.Bold.Paint(r.what()), width)}
	if r.telling == nil {
		l.say("Not told", capital(r.untold.Why)+".", t.Text)
		for k, key := range r.untold.Keys {
			l.say(map[bool]string{true: "Rules"}[k == 0], key.String(), t.Muted)
		}
		return l.lines
	}
	one := r.telling
	l.say("Rule", r.rule.Title+" ("+r.key().String()+")", t.Text)
	for _, block := range one.Blocks {
		label, style, text := "Held back", t.DueSoon, capital(block.Text)
		if !block.Hard {
			label, style = "Mind", t.Text
		}
		if !block.Until.IsZero() {
			text += ", until " + clock(block.Until, c.now(), c.zone())
		}
		l.say(label, text+".", style)
	}
	if one.Due.IsZero() {
		l.say("When", "Without undue delay; the rule has no number.", t.Text)
	} else {
		l.say("When", "By "+c.dueText(one.Due, r.rule)+", "+c.dueWords(one.Due, one.State), t.Text)
	}
	if one.Customers > 0 {
		l.say("How many", amount(one.Customers, "customer", "customers")+" with "+amount(one.Addresses, "address", "addresses"), t.Text)
	}
	if told := one.Obligation.Told; told.Of > 0 {
		l.say("Last notice", "told "+toldCount(told), t.Text)
	}
	for k, why := range one.Why {
		l.say(map[bool]string{true: "Why"}[k == 0], why, t.Text)
	}
	if len(r.rule.Approval) > 0 {
		l.say("Approval", strings.Join(r.rule.Approval, " and "), t.Text)
	}
	for k, content := range r.rule.Contents {
		l.say(map[bool]string{true: "Must say"}[k == 0], "· "+content, t.Text)
	}
	return l.lines
}

// toldCount is how many were told of how many: "9,998 of 10,000".
func toldCount(told policy.Told) string {
	text := number(told.Sent) + " of " + number(told.Of)
	if told.Received > 0 {
		text += ", " + number(told.Received) + " received"
	}
	return text
}

// deliveryWords count the recipients of a released notice by what became of
// them, what is settled last.
func deliveryWords(counts *model.OutcomeCounts) string {
	var parts []string
	for _, o := range []model.DeliveryOutcome{
		model.ToldRefused, model.ToldUncertain, model.ToldBounced, model.ToldDeferred, model.ToldAttempted, model.ToldWaiting,
		model.ToldAccepted, model.ToldByHand, model.ToldReceived, model.ToldGivenUp, model.ToldCancelled,
	} {
		if n := counts.Of(o); n > 0 {
			parts = append(parts, number(n)+" "+o.String())
		}
	}
	return strings.Join(parts, ", ")
}

// deliveryGauge draws how many were told, how many need a person, and how many
// are still to come, as a thin bar.
func deliveryGauge(t *theme.Theme, n *model.Notice, width int) string {
	counts := &n.Delivery.Counts
	if n.Recipients == 0 {
		return t.Rule.Paint(strings.Repeat("─", width))
	}
	trouble := counts.Of(model.ToldRefused) + counts.Of(model.ToldUncertain) + counts.Of(model.ToldBounced)
	told, bad := counts.Sent()*width/n.Recipients, (trouble*width+n.Recipients-1)/n.Recipients
	bad = min(bad, width-told)
	return t.Met.Paint(strings.Repeat("━", told)) + t.Overdue.Paint(strings.Repeat("╍", bad)) + t.Rule.Paint(strings.Repeat("─", width-told-bad))
}
