package tui

import (
	"fmt"
	"strings"

	"tocsin/model"
	"tocsin/tui/sign"
)

// tabWords are the tabs as they are typed.
var tabWords = [tabCount]string{"overview", "timeline", "tasks", "obligations", "affected", "notices", "evidence"}

func (s *incidentScreen) told() telling {
	if s.standing == nil {
		return telling{name: string(s.id), text: []string{string(s.id) + " is not in this space. back goes back."}}
	}
	t := telling{name: string(s.id) + " " + tabWords[s.tab], head: s.headWords()}
	switch s.tab {
	case timelineTab:
		t.text = s.timelineWords()
	case tasksTab:
		t.rows, t.row, t.empty = &s.taskList, s.taskWords, "No tasks. task-add adds one."
		t.group = func(k int) string { return s.phaseWords(s.tasks[k].Phase) }
	case obligationsTab:
		t.rows, t.empty, t.open = &s.dueList, "Nothing is owed so far: what is known starts no clock.", "explain"
		t.row = func(k int) string { return s.c.obligationWords(&s.obligations[k]) }
	case affectedTab:
		s.tellAffected(&t)
	case noticesTab:
		s.tellNotices(&t)
	case evidenceTab:
		t.rows, t.row, t.empty = &s.itemList, s.itemWords, "No evidence yet. evidence-add brings a file in: it is hashed, sealed, and gets a ledger of who held it."
		t.detail = s.ledgerWords
	default:
		t.text = append(s.aboutWords(), s.factWords()...)
	}
	return t
}

// headWords are what every tab begins with: what it is, where it stands, what
// is due next.
func (s *incidentScreen) headWords() []string {
	c, i := s.c, s.standing.Incident
	state := []string{sign.Severity(s.standing).Word, orElse(classification(i), "unclassified"), "TLP:" + string(i.TLP), "phase " + s.phaseWords(i.Phase())}
	lines := []string{string(i.ID) + ": " + safe(i.Title), strings.Join(state, ", ") + "."}
	due, counts := s.standing.Next()
	switch {
	case !i.Open():
		lines = append(lines, "Ended "+clock(i.Closed, c.now(), c.zone())+": "+string(i.Outcome)+".")
	case counts:
		lines = append(lines, capital(c.dueWords(due.At, due.State(c.now())))+", "+c.dueText(due.At, due.Rule)+": "+due.Title()+".")
	case s.standing.Waits != nil:
		lines = append(lines, "Not started: "+s.standing.Waits.Rule.Title+" waits for "+c.factLabel(s.standing, s.standing.Waits.Fact)+"; fact states it.")
	default:
		lines = append(lines, "No clock runs: nothing that is known starts one.")
	}
	if others := c.company(s.id); len(others) > 0 {
		lines = append(lines, "Here too: "+safe(strings.Join(others, ", "))+".")
	}
	if gaps := s.standing.Gaps(); i.Open() && len(gaps) > 0 {
		lines = append(lines, "Nobody is "+roleLabels(gaps)+".")
	}
	return append(lines, capital(tabWords[s.tab])+", of "+strings.ToLower(strings.Join(s.tabsInWords(), ", "))+".")
}

// tabsInWords are the tabs with what is counted in each.
func (s *incidentScreen) tabsInWords() []string {
	counted := s.tabCounts()
	names, _ := tabsWith(func(k int) string { return counted[k].words })
	return names
}

// aboutWords are what is known beside facts, and who holds which role.
func (s *incidentScreen) aboutWords() []string {
	c, i := s.c, s.standing.Incident
	var lines []string
	say := func(label, text string) {
		if text != "" {
			lines = append(lines, label+": "+text)
		}
	}
	say("Type", strings.Join(c.typeLabels(s.standing), ", "))
	say("Data", strings.Join(c.dataLabels(s.standing), ", "))
	say("Systems", safe(strings.Join(i.Systems, ", ")))
	say("Reporter", safe(joined(nonEmpty(i.Reporter, i.Contact), i.Source)))
	if kept, wrong := sign.Custody(i.Evidence); kept != "" {
		say("Evidence", kept)
		say("! Evidence", wrong)
	}
	say("Packs", packNames(i))
	if newer := i.NewerPacks(c.frame.snapshot.Packs()); len(newer) > 0 && i.Open() {
		say("Newer", refNames(newer)+"; packs changes to it")
	}
	if n := len(i.Severities); n > 0 {
		call := i.Severities[n-1]
		say("Severity", "by "+safe(call.By)+", "+ago(call.At, c.now())+": "+safe(strings.Join(append(call.Criteria, nonEmpty(call.Reason)...), "; ")))
	}
	for _, l := range i.Links {
		say("Link", string(l.Kind)+" "+string(l.Other))
	}
	for _, r := range s.standing.Procedure.Roles {
		people := i.Holders(r.ID)
		if len(people) > 0 || r.Required {
			say(r.Label, safe(orElse(strings.Join(people, ", "), "nobody")))
		}
	}
	if i.Held() {
		say("Legal hold", "since "+clock(i.Hold.Since, c.now(), c.zone())+" by "+safe(i.Hold.By)+": "+safe(i.Hold.Reason))
	}
	if d := i.Deletion; d != nil {
		say("To be deleted", "decided by "+safe(d.By)+": "+safe(d.Reason))
	}
	for paragraph := range strings.SplitSeq(i.Description, "\n") {
		say("Description", safe(paragraph))
	}
	return lines
}

// factWords are what is stated, by whom, and what was stated before.
func (s *incidentScreen) factWords() []string {
	c := s.c
	if len(s.standing.Incident.Facts) == 0 {
		return []string{"Facts: none stated; fact states one."}
	}
	lines := []string{"Facts:"}
	for _, f := range s.standing.Incident.Facts {
		lines = append(lines, "  "+c.factLabel(s.standing, f.Name)+": "+c.valueText(f.Value)+", by "+safe(f.By)+", "+ago(f.Stated, c.now()))
		for _, e := range f.Earlier {
			lines = append(lines, "    was "+c.valueText(e.Value)+": "+safe(e.Reason))
		}
	}
	return lines
}

func (s *incidentScreen) phaseWords(id string) string {
	label := id
	if p, ok := s.standing.Procedure.Phase(id); ok {
		label = p.Label
	}
	if k := s.standing.Procedure.PhaseIndex(id); k >= 0 {
		label += fmt.Sprintf(" (%d of %d)", k+1, len(s.standing.Procedure.Phases))
	}
	return label
}

func (s *incidentScreen) taskWords(k int) string {
	task := s.tasks[k]
	text := capital(orElse(string(task.Record.State), "open")) + ": " + safe(task.Title)
	switch {
	case !task.Open():
		text += ", by " + safe(task.Record.By) + " " + ago(task.Record.At, s.c.now())
	case task.Record.Assignee != "":
		text += ", for " + safe(task.Record.Assignee)
	case task.Role != "":
		text += ", for " + s.roleLabel(task.Role)
	}
	if task.Mandatory && task.Open() {
		text += ", mandatory"
	}
	return text
}

// timelineWords are the log of the incident, latest first, by day.
func (s *incidentScreen) timelineWords() []string {
	switch {
	case s.failed != "":
		return []string{"! " + safe(s.failed)}
	case s.historyOf != s.id:
		return []string{"The timeline is being read; an empty line tells it."}
	}
	var lines []string
	day, packs := "", s.c.packsAbout(s.standing.Incident)
	for k := len(s.history) - 1; k >= 0; k-- {
		entry := model.Tell(s.history[k], packs, s.c.zone())
		local := entry.At.In(s.c.zone())
		if d := local.Format("Monday 2 January 2006"); d != day {
			day = d
			lines = append(lines, d+":")
		}
		who := safe(entry.Actor) + ": "
		if entry.Minor {
			who = ""
		}
		lines = append(lines, local.Format("15:04:05 ")+who+safe(entry.What))
		for _, detail := range entry.Detail {
			lines = append(lines, "  "+safe(detail))
		}
	}
	return lines
}

func (s *incidentScreen) itemWords(k int) string {
	e := &s.standing.Incident.Evidence[k]
	return fmt.Sprintf("%s: %s, %s, %s, held by %s, %s", e.ID, safe(e.Title), e.Kind, model.Bytes(e.Size), safe(orElse(e.Holder(), "nobody here")), sign.Integrity(e.Integrity).Word)
}

// ledgerWords are what is known of the selected piece, and who held it.
func (s *incidentScreen) ledgerWords() []string {
	e := s.item()
	if e == nil {
		return nil
	}
	lines := []string{"  SHA-256 " + e.SHA256, "  File " + safe(e.Name)}
	if e.From != "" {
		lines = append(lines, "  From "+safe(e.From))
	}
	if !e.Verified.IsZero() {
		lines = append(lines, "  Verified "+clock(e.Verified, s.c.now(), s.c.zone())+" by "+safe(e.Verifier))
	}
	if e.Note != "" {
		lines = append(lines, "  Note: "+safe(e.Note))
	}
	lines = append(lines, "  Custody:")
	for k := range e.Custody {
		step := &e.Custody[k]
		text := "  " + clock(step.At, s.c.now(), s.c.zone()) + " " + strings.Replace(safe(stepWords(step)), " → ", " to ", 1)
		if step.By != step.Person && step.By != step.From {
			text += ", recorded by " + safe(step.By)
		}
		if step.Reason != "" {
			text += ": " + safe(step.Reason)
		}
		lines = append(lines, text)
	}
	return lines
}
