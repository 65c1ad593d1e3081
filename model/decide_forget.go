package model

import (
	"fmt"
	"slices"
	"strings"
)

func (d *decider) placeHold(i *Incident, c PlaceHold) error {
	in := &inputs{}
	reason := in.needText("reason", c.Reason, "who asked for it and why")
	if err := in.refusal(); err != nil {
		return err
	}
	if !i.Held() {
		d.emit(&HoldPlaced{ID: i.ID, Reason: reason})
	}
	return nil
}

func (d *decider) releaseHold(i *Incident, c ReleaseHold) error {
	in := &inputs{}
	reason := in.needText("reason", c.Reason, "who says that it is over and why")
	if err := in.refusal(); err != nil {
		return err
	}
	if i.Held() {
		d.emit(&HoldReleased{ID: i.ID, Reason: reason})
	}
	return nil
}

// forgetPerson does not ask whether the record names the person: names are
// kept beside the state.
func (d *decider) forgetPerson(c ForgetPerson) error {
	in := &inputs{}
	person := in.need("person", c.Person, "a name as the record has it")
	reason := in.needText("reason", c.Reason, "who asked for it and why")
	if strings.HasPrefix(person, ForgottenPerson) {
		in.bad("person", person+" was forgotten before", "a name")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	if p, ok := d.access().Person(person); ok && p.Active() {
		return &Refusal{Reason: fmt.Sprintf("%s may still enter, as %s: revoke them first (tocsin people revoke)", Clip(person, 40), p.Role)}
	}
	if held := d.state.heldWith(person); len(held) > 0 {
		d.refuseForgetting(held, person, reason)
		return nil
	}
	d.emit(&PersonForgotten{Person: person, Reason: reason})
	return nil
}

func (d *decider) forgetReporter(i *Incident, c ForgetReporter) error {
	in := &inputs{}
	reason := in.needText("reason", c.Reason, "who asked for it and why")
	if err := in.refusal(); err != nil {
		return err
	}
	switch {
	case i.Held():
		d.refuseForgetting([]ID{i.ID}, "", reason)
	case i.Reporter != ForgottenText:
		d.emit(&ReporterForgotten{ID: i.ID, Reason: reason})
	}
	return nil
}

// refuseForgetting records that holds kept somebody from being forgotten.
func (d *decider) refuseForgetting(held []ID, person, reason string) {
	for _, id := range held {
		d.emit(&ForgettingRefused{ID: id, Person: person, Reason: reason})
	}
	d.refused = &Refusal{Reason: fmt.Sprintf("%s cannot be forgotten: a legal hold is on %s; this refusal was recorded", orReporter(person), held[0])}
}

func orReporter(person string) string {
	if person == "" {
		return "the reporter"
	}
	return person
}

// maxRefusals bounds how many holds one refusal is recorded for.
const maxRefusals = 20

// heldWith lists incidents with a legal hold that name a person, the first ones
// where there are many.
func (s *State) heldWith(person string) []ID {
	var held []ID
	for id, i := range s.Incidents {
		if i.Held() && slices.Contains(i.People, person) {
			held = append(held, id)
		}
	}
	slices.Sort(held)
	return held[:min(len(held), maxRefusals)]
}

// name keeps whom an event about the incident names.
func (i *Incident) name(e Event) {
	for _, person := range named(e) {
		if person != "" && !slices.Contains(i.People, person) {
			i.People = append(i.People, person)
		}
	}
}

// named lists whom an event names, as the tags of its fields say.
func named(e Event) []string {
	switch b := e.Body.(type) {
	case *TaskSet:
		return []string{e.Actor, b.Assignee}
	case *TaskAdded:
		return []string{e.Actor, b.Assignee}
	case *RoleTaken:
		return []string{e.Actor, b.Person}
	case *Noted:
		return append([]string{e.Actor}, b.Mentions...)
	case *RoleLeft:
		return []string{e.Actor, b.Person}
	case *WaiverDecided:
		return []string{e.Actor, b.Decider}
	case *SuspensionRecorded:
		return []string{e.Actor, b.Requester}
	case *EvidenceAdded:
		return []string{e.Actor, b.Collector}
	case *EvidenceMoved:
		return []string{e.Actor, b.Before, b.Holder, b.Person}
	case *EvidenceExported:
		return []string{e.Actor, b.Holder}
	case *EvidencePurged:
		return []string{e.Actor, b.Approver}
	case *ForgettingRefused:
		return []string{e.Actor, b.Person}
	case *ContactRecorded:
		return []string{e.Actor, b.Person}
	case *ApprovalsVoided:
		people := []string{e.Actor}
		for _, a := range b.Approvals {
			people = append(people, a.Person)
		}
		return people
	}
	return []string{e.Actor}
}
