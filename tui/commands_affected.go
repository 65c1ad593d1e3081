package tui

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tocsin/model"
)

// addAffected asks whom an incident affects, counts them, and asks again with
// the numbers before anything is recorded.
func (c *Console) addAffected() tea.Cmd {
	i := c.target().Incident
	draft := c.draftKey("affected", i.ID)
	d := &dialog{title: "Whom " + string(i.ID) + " affects", confirm: "Count", danger: recorded, draft: draft,
		intro: []string{"Customers of the registry. Fields that are empty ask for nothing; all of them empty is everybody. Nothing is recorded before you have seen how many they are."}}
	since := "Empty: from the start, as all who are listed first."
	if len(i.Groups) > 0 {
		since = "When they were found to be affected, which starts a clock of their own. Empty: from the start."
	}
	d.form = newForm(c.theme,
		c.many("tiers", "Tier", "None: both. Space takes one; several may be right.", []option{{id: string(model.TierPaid), label: "paid"}, {id: string(model.TierFree), label: "free"}}),
		c.line("places", "Places", "Jurisdictions, separated by commas: DE, US-CA."),
		c.line("languages", "Languages", "Separated by commas: de, en."),
		c.line("terms", "Terms", "Their own contract's period, separated by commas: 48h. none is those without."),
		c.line("name", "Name", "What their name contains."),
		c.text("ids", "Ids", "Your own ids of them, one a line; they alone then.", 3),
		c.one("direct", "Direct impact", "", []option{{id: "yes", label: "Yes", help: "Something of theirs is hit: free-tier customers are told only then."}, {id: "no", label: "No", help: "They depend on what is hit."}}, "yes"),
		c.line("what", "What of theirs", "What was affected, separated by commas: billing records, API keys.", i.Systems...),
		c.begin(&field{id: "since", label: "Found", kind: timeField, hint: timeHint, help: since}),
	)
	d.errand = func(f *form) (tea.Cmd, bool) {
		since, ok := f.moment("since", c.zone(), c.opts.Now())
		addition, read := additionOf(f)
		addition.Since = since
		if !ok || !read {
			return nil, false
		}
		return c.countAffected(i.ID, addition, f, draft), true
	}
	return c.ask(d)
}

// additionOf reads the form, as queries of the registry are read anywhere else.
// What is wrong with it is told at its field.
func additionOf(f *form) (a Addition, ok bool) {
	a = Addition{Direct: f.value("direct") == "yes", What: f.field("what").list()}
	ok = true
	for _, part := range []struct{ field, key string }{{"tiers", "tier"}, {"places", "jurisdiction"}, {"languages", "language"}, {"terms", "terms"}, {"ids", "id"}} {
		for _, value := range strings.FieldsFunc(f.value(part.field), func(r rune) bool { return r == ',' || r == '\n' }) {
			if value = strings.TrimSpace(value); value == "" {
				continue
			}
			q, err := model.ParseCustomerQuery(part.key + `="` + strings.ReplaceAll(value, `"`, "") + `"`)
			if err != nil {
				f.field(part.field).problem, ok = err.Error(), false
				continue
			}
			a.Query.Tiers, a.Query.Jurisdictions = append(a.Query.Tiers, q.Tiers...), append(a.Query.Jurisdictions, q.Jurisdictions...)
			a.Query.Languages, a.Query.Terms, a.Query.IDs = append(a.Query.Languages, q.Languages...), append(a.Query.Terms, q.Terms...), append(a.Query.IDs, q.IDs...)
		}
	}
	a.Query.Name = strings.ToLower(model.CleanLine(f.value("name")))
	return a, ok
}

// countAffected counts off the event loop, and then asks whether to go on.
func (c *Console) countAffected(id model.ID, addition Addition, f *form, draft string) tea.Cmd {
	c.say("counting…")
	from, ctx := c.opts.Affected, c.ctx
	return func() tea.Msg {
		found, err := from.Count(ctx, id, addition)
		return answerMsg{func() tea.Cmd {
			if err != nil {
				c.alarm(strings.ReplaceAll(err.Error(), "\n", " "))
				return nil
			}
			c.message = ""
			return c.confirmAffected(id, addition, found, f, draft)
		}}
	}
}

func (c *Console) confirmAffected(id model.ID, addition Addition, found Counted, f *form, draft string) tea.Cmd {
	intro := []string{countedWords(found)}
	if len(found.Unknown) > 0 {
		intro = append(intro, "Not in the registry, and left out: "+brieflyListed(found.Unknown, 5)+".")
	}
	if found.Unreachable > 0 {
		intro = append(intro, amount(found.Unreachable, "customer has", "customers have")+" no address: they are to be told by hand.")
	}
	if found.Customers == 0 {
		c.alarm(strings.TrimSuffix(strings.Join(intro, " "), ".") + "; nothing is recorded")
		return nil
	}
	intro = append(intro, "Listing them tells nobody.")
	d := &dialog{title: "List as affected by " + string(id), confirm: "List " + number(found.Customers), danger: consequence, intro: intro}
	from := c.opts.Affected
	d.errand = func(*form) (tea.Cmd, bool) {
		return c.send("listing "+amount(found.Customers, "customer", "customers"), func(ctx context.Context, told Told) errandMsg {
			said, err := from.Add(ctx, id, addition, told)
			return errandMsg{said: said, err: err, form: f, draft: draft}
		}), true
	}
	return c.ask(d)
}

// countedWords say what an addition would take in.
func countedWords(found Counted) string {
	if found.Customers == 0 && found.Already > 0 {
		return fmt.Sprintf("All %s of them are listed already.", number(found.Already))
	}
	if found.Customers == 0 {
		return "No customer of the registry is that."
	}
	text := amount(found.Customers, "customer", "customers") + " with " + amount(found.Addresses, "address", "addresses") + " would be listed."
	if found.Already > 0 {
		text += " " + amount(found.Already, "other is", "others are") + " listed already, and stay as they are."
	}
	return text
}

// brieflyListed is the first of some words, and how many more there are.
func brieflyListed(words []string, most int) string {
	if len(words) <= most {
		return strings.Join(words, ", ")
	}
	return strings.Join(words[:most], ", ") + ", and " + number(len(words)-most) + " more"
}

// refreshAffected asks whether to take the registry's newer versions.
func (c *Console) refreshAffected() tea.Cmd {
	id, from := c.target().Incident.ID, c.opts.Affected
	d := &dialog{title: "Take newer versions of customers", confirm: "Refresh", danger: consequence, intro: []string{
		"Each affected customer is kept as they were when they were listed, so that what was approved is what leaves.",
		"This takes what the registry has now: addresses, languages, terms. Where anything differs, approvals of notices to their groups are void.",
	}}
	d.errand = func(*form) (tea.Cmd, bool) {
		return c.send("refreshing the affected customers of "+string(id), func(ctx context.Context, told Told) errandMsg {
			said, err := from.Refresh(ctx, id, told)
			return errandMsg{said: said, err: err}
		}), true
	}
	return c.ask(d)
}

// searchAffected asks for words that the listed customers are to have.
func (c *Console) searchAffected() tea.Cmd {
	s := c.incident
	if s.affected.inside == "" {
		s.affected.inside = s.group().ID
	}
	d := &dialog{title: "Customers of " + s.affected.inside, confirm: "Search"}
	d.form = newForm(c.theme, c.line("words", "Words", "In id, name or place. Empty: all.", s.affected.words))
	d.errand = func(f *form) (tea.Cmd, bool) {
		s.affected.words = f.value("words")
		return s.readAffected(), true
	}
	return c.ask(d)
}
