package main

import (
	"cmp"
	"slices"
	"time"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/store/board"
)

// gatherer turns what a snapshot holds into views, as of one moment.
type gatherer struct {
	snapshot *board.Snapshot
	zone     *time.Location
	now      time.Time
}

func (s *session) gather() *gatherer {
	snapshot := s.snapshot()
	return &gatherer{snapshot: snapshot, zone: snapshot.Zone(), now: s.now()}
}

func (g *gatherer) stamp(at time.Time) stamp {
	if at.IsZero() {
		return stamp{}
	}
	return stamp{at.In(g.zone)}
}

func (g *gatherer) queueRow(s *model.Standing) queueView {
	i := s.Incident
	row := queueView{
		ID: i.ID, Title: i.Title, Severity: i.Severity(), SeverityRank: s.Rank, Classification: string(i.Classification),
		Types: list(i.Types), Phase: i.Phase(), TLP: string(i.TLP), Lead: list(i.Holders("lead")), Gaps: []string{},
		Opened: g.stamp(i.Opened), Closed: g.stamp(i.Closed), Outcome: string(i.Outcome),
	}
	if i.Open() {
		for _, gap := range s.Gaps() {
			row.Gaps = append(row.Gaps, gap.ID)
		}
	}
	for _, due := range s.Dues {
		if due.State(g.now) == policy.Overdue {
			row.Overdue++
		}
	}
	if due, ok := s.Next(); ok {
		row.Next = g.due(due)
	}
	if s.Waits != nil {
		row.WaitsFor = s.Waits.Fact
	}
	return row
}

func (g *gatherer) due(d model.Due) *dueView {
	return &dueView{
		Rule: d.Key().String(), Title: d.Title(), State: string(d.State(g.now)),
		Due: g.stamp(d.At), LeftSeconds: seconds(d.At.Sub(g.now)), Conditional: d.Conditional,
	}
}

// seconds are whole ones, rounded down, so that what has passed is negative.
func seconds(d time.Duration) int64 {
	whole := int64(d / time.Second)
	if d < 0 && d%time.Second != 0 {
		whole--
	}
	return whole
}

func (g *gatherer) incident(s *model.Standing) incidentView {
	i := s.Incident
	view := incidentView{
		queueView: g.queueRow(s), Description: i.Description, Data: list(i.Data), Systems: list(i.Systems), Reporter: i.Reporter,
		Contact: i.Contact, Source: i.Source, External: i.External, Packs: []string{}, NewerPacks: []string{}, OpenedBy: i.OpenedBy, Triaged: g.stamp(i.Triaged),
		Reopened: i.Reopened, Notes: i.Notes, Version: i.Version,
		SeverityCalls: []severityView{}, Phases: []phaseView{}, Links: []linkView{},
		Roles: g.roles(s), Facts: g.statedFacts(i), Tasks: g.tasks(s), Obligations: g.obligations(i, true),
	}
	for _, ref := range i.Packs {
		view.Packs = append(view.Packs, ref.String())
	}
	for _, newer := range i.NewerPacks(g.snapshot.Packs()) {
		view.NewerPacks = append(view.NewerPacks, newer.Ref().String())
	}
	for _, call := range i.Severities {
		view.SeverityCalls = append(view.SeverityCalls, severityView{Level: call.Level, Criteria: list(call.Criteria), Reason: call.Reason, By: call.By, At: g.stamp(call.At)})
	}
	for _, span := range i.Phases {
		view.Phases = append(view.Phases, phaseView{Phase: span.Phase, Label: phaseLabel(s.Procedure, span.Phase), From: g.stamp(span.From), By: span.By, Override: span.Override})
	}
	for _, link := range i.Links {
		view.Links = append(view.Links, linkView{Kind: string(link.Kind), Other: link.Other})
	}
	if i.Held() {
		view.Hold = &keptView{Reason: i.Hold.Reason, By: i.Hold.By, Since: g.stamp(i.Hold.Since)}
	}
	if d := i.Deletion; d != nil {
		view.Deletion = &keptView{Reason: d.Reason, By: d.By, Since: g.stamp(d.Since)}
	}
	return view
}

func (g *gatherer) roles(s *model.Standing) []roleView {
	views := []roleView{}
	for _, role := range s.Procedure.Roles {
		views = append(views, roleView{Role: role.ID, Label: role.Label, Required: role.Required, People: list(s.Incident.Holders(role.ID))})
	}
	return views
}

func (g *gatherer) statedFacts(i *model.Incident) []factView {
	packs := model.WithOthers(g.snapshot.PacksOf(i), g.snapshot.Packs())
	kinds := model.FactKinds(packs)
	views := []factView{}
	for _, f := range i.Facts {
		views = append(views, g.fact(f, kinds[f.Name], factLabel(packs, f.Name)))
	}
	return views
}

func (g *gatherer) fact(f model.Fact, kind model.FactKind, label string) factView {
	question := kind == model.QuestionFact
	view := factView{
		Name: f.Name, Label: label, Question: question, Stated: true, Time: g.stamp(f.Value.At), Answer: answer(f.Value, question), Value: f.Value.Word,
		By: f.By, At: g.stamp(f.Stated), Ground: f.Ground, Earlier: []earlierView{},
	}
	for _, e := range f.Earlier {
		view.Earlier = append(view.Earlier, earlierView{Time: g.stamp(e.Value.At), Answer: answer(e.Value, question), Value: e.Value.Word, By: e.By, At: g.stamp(e.Stated), Reason: e.Reason})
	}
	return view
}

func answer(v model.Value, question bool) string {
	if !question && !v.At.IsZero() || v.Word != "" {
		return ""
	}
	return v.Answer.String()
}

// openFacts lists what could be stated about an incident and is not.
func (g *gatherer) openFacts(i *model.Incident) []factView {
	var views []factView
	packs := g.snapshot.PacksOf(i)
	add := func(id, label string, question bool) {
		_, stated := i.Fact(id)
		if stated || slices.ContainsFunc(views, func(v factView) bool { return v.Name == id }) {
			return
		}
		views = append(views, factView{Name: id, Label: label, Question: question, Earlier: []earlierView{}})
	}
	for _, p := range packs {
		for _, q := range p.Questions {
			add(q.ID, q.Label, true)
		}
	}
	for _, p := range packs {
		for _, term := range p.AllFacts() {
			add(term.ID, term.Label, false)
		}
	}
	return views
}

func (g *gatherer) tasks(s *model.Standing) []taskView {
	views := []taskView{}
	for _, t := range model.Tasks(s.Incident, s.Procedure) {
		views = append(views, taskView{
			ID: t.ID, Phase: t.Phase, Title: t.Title, Role: t.Role, Mandatory: t.Mandatory, Added: t.Added,
			State: cmp.Or(string(t.Record.State), "open"), Assignee: t.Record.Assignee, By: t.Record.By, At: g.stamp(t.Record.At), Reason: t.Record.Reason,
		})
	}
	return views
}

// obligations are all that an incident owes, in the order of its packs.
func (g *gatherer) obligations(i *model.Incident, explain bool) []obligationView {
	views := []obligationView{}
	all := g.snapshot.Obligations(i)
	for k := range all {
		views = append(views, g.obligation(i, &all[k], explain))
	}
	return views
}

func (g *gatherer) obligation(i *model.Incident, o *policy.Obligation, explain bool) obligationView {
	view := obligationView{
		Incident: i.ID, Pack: o.Pack.Ref().String(), Rule: o.Key().String(), Title: o.Title(), State: string(o.State(g.now)),
		Audience: o.Rule.Audience, Started: g.stamp(o.Start), Due: g.stamp(o.Strict), Legal: g.stamp(o.Legal), Occurrence: o.Occurrence,
		Missed: o.Missed(g.now), Why: o.Why, Filings: []filingView{}, Contents: list(o.Rule.Contents), Approval: list(o.Rule.Approval),
		Citation: o.Rule.Citation, rule: o.Rule, pack: o.Pack, passed: o.Passed(g.now),
	}
	if !o.Strict.IsZero() {
		left := seconds(o.Left(g.now))
		view.LeftSeconds = &left
	}
	for _, f := range o.Done {
		view.Filings = append(view.Filings, filingView{At: g.stamp(f.At), Received: g.stamp(f.Received), Due: g.stamp(f.Due), Late: f.Late, Reference: f.Reference, By: f.By})
	}
	if o.Waiver != nil {
		view.Waiver = &waiverView{Decider: o.Waiver.Decider, Rationale: o.Waiver.Rationale, At: g.stamp(o.Waiver.At)}
	}
	view.Delays = g.delays(i, o.Key())
	if explain {
		view.Explanation = g.explanation(g.snapshot.Explain(i, o))
		view.Explanation.Stated = g.statedOn(i, o)
	}
	return view
}

func (g *gatherer) explanation(e policy.Explanation) *explanationView {
	view := &explanationView{Why: list(e.Why), Steps: []stepView{}, Stated: []string{}, Warnings: list(e.Warnings)}
	for _, step := range e.Steps {
		view.Steps = append(view.Steps, stepView{Text: step.Text, At: g.stamp(step.At)})
	}
	return view
}

func (g *gatherer) delays(i *model.Incident, key policy.RuleKey) []delayView {
	views := []delayView{}
	for _, s := range i.Suspensions {
		if s.Key == key {
			views = append(views, delayView{From: g.stamp(s.From), Until: g.stamp(s.Until), Requester: s.Requester, Evidence: s.Evidence, Reason: s.Reason, By: s.By})
		}
	}
	return views
}

// statedOn says on whose word the times rest that an obligation counts from.
func (g *gatherer) statedOn(i *model.Incident, o *policy.Obligation) []string {
	packs := g.snapshot.PacksOf(i)
	lines := []string{}
	for _, name := range o.Facts() {
		f, stated := i.Fact(name)
		if !stated {
			continue
		}
		text := factLabel(packs, name) + " stated"
		if f.Value.At.IsZero() {
			text += " as " + f.Value.Answer.String()
		}
		text += " by " + f.By + ", " + when(f.Stated, g.zone, g.now)
		if f.Ground != "" {
			text += ", on the ground: " + f.Ground
		}
		lines = addNew(lines, text)
	}
	return lines
}

// list is never nil, so that JSON has [] and not null.
func list(words []string) []string {
	if words == nil {
		return []string{}
	}
	return words
}

func phaseLabel(procedure *policy.Pack, id string) string {
	if phase, ok := procedure.Phase(id); ok {
		return phase.Label
	}
	return id
}

func factLabel(packs []*policy.Pack, id string) string {
	for _, p := range packs {
		if q, ok := p.Question(id); ok {
			return q.Label
		}
		if term, ok := p.Fact(id); ok {
			return term.Label
		}
		if s, ok := p.Setting(id); ok {
			return s.Label
		}
	}
	return id
}
