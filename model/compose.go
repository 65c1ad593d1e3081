package model

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/notice"
	"tocsin/model/policy"
)

// Compose writes the texts of a draft with a template: one for each of the
// languages, from what the draft's fields say and what is known of the incident.
// What the draft's rules want said is held against every text, and the worst of
// them counts. The list also has what the template itself cannot go without. An
// error is a *notice.Error: a field the template does not have, a word that is
// no choice, a text that is too long.
func Compose(draft NoticeDraft, t *notice.Template, languages []string, packs []*policy.Pack, facts notice.Facts) (NoticeDraft, []notice.Item, error) {
	values := noticeValues(draft.Fields)
	contents := contentsOf(draft.Rules, packs)
	var items []notice.Item
	draft.Template, draft.Texts, draft.Contents, draft.Promises = t.ID, nil, nil, nil
	for _, language := range languages {
		r, err := notice.Render(t, language, values, facts)
		if err != nil {
			return NoticeDraft{}, nil, err
		}
		draft.Texts = append(draft.Texts, NoticeText{Language: r.Language, Subject: r.Subject, Body: r.Body})
		items = worst(items, notice.Checklist(contents, t, r))
		draft.Promises = promises(draft.Promises, r.Promises)
	}
	for _, item := range items {
		draft.Contents = append(draft.Contents, NoticeContent{
			Label: item.Content, Covered: item.State.Told(), Unknown: item.State == notice.Unknown, Where: Clip(item.Where, MaxLine),
		})
	}
	return draft, items, nil
}

// promises joins what texts of several languages promise: the same field counts
// with the earliest time that one of them names.
func promises(list []NoticePromise, more []notice.Promise) []NoticePromise {
	for _, p := range more {
		k := slices.IndexFunc(list, func(other NoticePromise) bool { return other.Field == p.Field })
		switch {
		case k < 0:
			list = append(list, NoticePromise{Field: p.Field, By: p.By.UTC()})
		case p.By.Before(list[k].By):
			list[k].By = p.By.UTC()
		}
	}
	return list
}

// noticeValues are what the fields of a draft say.
func noticeValues(fields []NoticeField) notice.Values {
	values := notice.Values{}
	for _, f := range fields {
		values[f.Name] = notice.Value{Text: f.Value, Unknown: f.Unknown}
	}
	return values
}

// contentsOf is what rules want said.
func contentsOf(keys []policy.RuleKey, packs []*policy.Pack) []string {
	var contents []string
	for _, key := range keys {
		for _, pack := range packs {
			if rule, has := pack.Rule(key.Rule); has && pack.ID == key.Pack {
				contents = append(contents, rule.Contents...)
			}
		}
	}
	return contents
}

// badness orders how a content stands: what is missing from one text is missing.
var badness = map[notice.State]int{notice.Covered: 0, notice.Late: 1, notice.Unknown: 2, notice.Passed: 3, notice.Missing: 4}

// worst joins two lists of the same contents.
func worst(items, more []notice.Item) []notice.Item {
	for _, item := range more {
		known := false
		for k := range items {
			if items[k].Content != item.Content {
				continue
			}
			if known = true; badness[item.State] > badness[items[k].State] {
				items[k] = item
			}
		}
		if !known {
			items = append(items, item)
		}
	}
	return items
}

// NoticeFacts is what is known of an incident for a notice about it that
// answers these rules and is written at now, by an organisation of this name.
// How that can be reached is taken from the incident's latest notice that says
// so.
func (s *State) NoticeFacts(i *Incident, organisation string, rules []policy.RuleKey, now time.Time) notice.Facts {
	procedure := s.Procedure(i)
	text := map[string]string{
		notice.FromIncident: string(i.ID), notice.FromTitle: i.Title, notice.FromDescription: i.Description,
		notice.FromClassification: string(i.Classification), notice.FromOrganisation: organisation,
		notice.FromTypes: labelled(i.Types, procedure.Type), notice.FromData: labelled(i.Data, procedure.DataCategory),
		notice.FromSystems: strings.Join(i.Systems, "\n"), notice.FromLead: strings.Join(i.Holders("lead"), ", "),
		notice.FromContact: i.reach(), notice.FromSeverity: severityLabel(procedure, i.Severity()),
	}
	if n := i.AffectedCustomers(); n > 0 {
		text[notice.FromCustomers] = strconv.Itoa(n)
	}
	if next := nextNotice(rules, s.PacksOf(i), s.Home(), now); !next.IsZero() {
		text[notice.FromNext] = promised(next, s.Zone())
	}
	for _, fact := range i.Facts {
		if at := fact.Value.At; !at.IsZero() {
			text[fact.Name] = at.Format(time.RFC3339)
		}
	}
	return notice.Facts{Text: text, Zone: s.Zone(), Now: now}
}

// promised is a due time as people are told it: the day, where it is the end of
// one.
func promised(due time.Time, zone *time.Location) string {
	due = due.In(zone)
	if hour, minute, second := due.Clock(); hour+minute+second == 0 {
		return due.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return due.Format(time.RFC3339)
}

// labelled are the words that people read for ids, one a line.
func labelled(ids []string, find func(string) (*policy.Term, bool)) string {
	labels := make([]string, len(ids))
	for k, id := range ids {
		labels[k] = id
		if term, known := find(id); known {
			labels[k] = term.Label
		}
	}
	return strings.Join(labels, "\n")
}

func severityLabel(procedure *policy.Pack, id string) string {
	if level, known := procedure.Severity(id); known {
		return level.Label
	}
	return id
}

// reach is how the latest notice says that the organisation can be reached.
func (i *Incident) reach() string {
	for k := len(i.Notices) - 1; k >= 0; k-- {
		for _, f := range i.Notices[k].Fields {
			if f.Name == "reach" && f.Value != "" {
				return f.Value
			}
		}
	}
	return ""
}

// nextNotice is when the next one is due after a notice that is sent now: the
// soonest of its rules that recur.
func nextNotice(rules []policy.RuleKey, packs []*policy.Pack, home calendar.Calendar, now time.Time) time.Time {
	var next time.Time
	for _, key := range rules {
		for _, pack := range packs {
			rule, has := pack.Rule(key.Rule)
			if pack.ID != key.Pack || !has || rule.Every.IsZero() {
				continue
			}
			if due := pack.CalendarAt(home).Due(rule.Every, now); next.IsZero() || due.Before(next) {
				next = due
			}
		}
	}
	return next
}

// NoticeNeeds are the roles whose approval a notice still waits for, as its
// rules ask for it, each once.
func (s *State) NoticeNeeds(i *Incident, n *Notice) []string {
	var rules []*policy.Rule
	for _, key := range n.Rules {
		for _, pack := range s.PacksOf(i) {
			if rule, has := pack.Rule(key.Rule); has && pack.ID == key.Pack {
				rules = append(rules, rule)
			}
		}
	}
	return n.missingApprovals(rules)
}

// gaps names what a notice's template cannot go without and none of its rules
// speaks of: the text would leave with a hole in it.
func (in *inputs) gaps(n *Notice, rules []*policy.Rule) {
	for _, c := range n.Contents {
		asked := slices.ContainsFunc(rules, func(r *policy.Rule) bool { return slices.Contains(r.Contents, c.Label) })
		if c.standing() == "" && !asked {
			in.bad("content "+c.Label, "is missing; the template asks for it", "a text that says it")
		}
	}
}
