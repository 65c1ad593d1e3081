package model

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Decision is what a command leads to: the bodies of the events to append, in
// order, and the incident it was about (for Report, the new one). No bodies
// means that everything is already as the command asks.
type Decision struct {
	Bodies   []Body
	Incident ID
	Batch    string   // set for the rows of an import
	Refused  *Refusal // a refusal that is itself recorded, by Bodies; nil for none
	Role     Role     // in which the actor gave the command: the registered one, where there is one
}

// Decide says what a command leads to in a state, or refuses it with a
// *Refusal. It changes neither the state nor the command, and what it returns
// always folds. now is the moment of the decision; texts in the command are
// cleaned here, at the door. The actor's name comes from whoever let the actor
// in, clean already: another one is refused. The registry is the truth about
// roles: what it says of that name holds, and not what the actor came with.
func Decide(s *State, actor Actor, command Command, now time.Time) (Decision, error) {
	actor, err := checkActor(&s.Meta.Access, actor, command)
	if err != nil {
		return Decision{}, err
	}
	d := &decider{state: s, actor: actor, now: now.UTC().Truncate(time.Millisecond)}
	if err := d.decide(command); err != nil {
		return Decision{}, err
	}
	if err := d.voidApprovals(); err != nil {
		return Decision{}, err
	}
	if d.batch == "" {
		if err := d.moveDues(); err != nil {
			return Decision{}, err
		}
	}
	return Decision{Bodies: d.bodies, Incident: d.incident, Batch: d.batch, Refused: d.refused, Role: actor.Role}, nil
}

// checkActor says in which role an actor gives a command. It refuses who may
// not, and who cannot be named in the record. Even whoever was revoked leaves.
func checkActor(access *Access, actor Actor, command Command) (Actor, error) {
	name, kind := CleanLine(actor.Name), command.Kind()
	switch {
	case name == "":
		return Actor{}, &Refusal{Cause: ErrForbidden, Reason: "nobody gives this command: an actor has a name"}
	case name != actor.Name || Clip(name, MaxLine) != name:
		return Actor{}, &Refusal{Cause: ErrForbidden, Reason: fmt.Sprintf("%q is no name for the record: one line of at most %d characters", Clip(name, 40), MaxLine)}
	case strings.HasPrefix(name, ForgottenPerson):
		return Actor{}, &Refusal{Cause: ErrForbidden, Reason: fmt.Sprintf("%q is what a person is called who was forgotten, and nobody's name", Clip(name, 40))}
	}
	acting, err := access.Acting(actor)
	if _, leaves := command.(LogOut); leaves && err != nil {
		return actor, nil
	}
	if err == nil && !acting.Role.May(kind) {
		err = &Refusal{Cause: ErrForbidden, Reason: fmt.Sprintf("%s may not do this (%s) as %s; accepted: %s", Clip(name, 40), kind, orNone(Clip(CleanLine(string(acting.Role)), 40)), whoMay(kind))}
	}
	return acting, err
}

// decider gathers what one command leads to.
type decider struct {
	state    *State
	actor    Actor
	now      time.Time
	bodies   []Body
	incident ID
	batch    string
	refused  *Refusal
}

func (d *decider) decide(command Command) error {
	switch c := command.(type) {
	case Setup:
		return d.setup(c)
	case AdoptPack:
		return d.adoptPack(c)
	case AdoptCalendar:
		return d.adoptCalendar(c)
	}
	if !d.state.IsSetUp() {
		return &Refusal{Reason: "this space has no settings yet: run tocsin once, or tocsin report, to set it up"}
	}
	switch c := command.(type) {
	case Report:
		return d.report(c)
	case ImportOpen:
		return d.importOpen(c)
	case ImportRows:
		return d.importRows(c)
	case ImportClose:
		return d.importClose(c)
	case SetRetention:
		return d.setRetention(c)
	case Sweep:
		return d.sweep(c)
	case ForgetPerson:
		return d.forgetPerson(c)
	case AcceptRecord:
		return d.acceptRecord(c)
	case RemoveUnnamed:
		return d.removeUnnamed(c)
	case CopyRecord:
		return d.copyRecord(c)
	}
	if ok, err := d.decideAccess(command); ok {
		return err
	}
	if ok, err := d.decideCustomers(command); ok {
		return err
	}
	if ok, err := d.decideChannels(command); ok {
		return err
	}
	return d.decideIncident(command)
}

// decideIncident decides a command about incidents that exist.
func (d *decider) decideIncident(command Command) error {
	incidents := make([]*Incident, 0, 2)
	for _, id := range command.About() {
		i, ok := d.state.Incident(id)
		if !ok {
			return &Refusal{Cause: ErrNotFound, Reason: fmt.Sprintf("there is no incident %s", orNone(Clip(CleanLine(string(id)), 40)))}
		}
		incidents = append(incidents, i)
	}
	if len(incidents) == 0 {
		return unsupported(command)
	}
	i := incidents[0]
	d.incident = i.ID
	switch c := command.(type) {
	case Reopen:
		return d.reopen(i, c)
	case MarkDeleted:
		return d.markDeleted(i, c) // says itself what an open one needs
	}
	if !i.Open() && !worksOnEnded(command) {
		return &Refusal{Reason: fmt.Sprintf("%s has ended (%s): reopen it first", i.ID, i.Outcome)}
	}
	switch c := command.(type) {
	case Describe:
		return d.describe(i, c)
	case Triage:
		return d.triage(i, c)
	case StateFact:
		return d.stateFacts(i, []Statement{c.Statement})
	case StateFacts:
		return d.stateFacts(i, c.Facts)
	case SetSeverity:
		return d.setSeverity(i, c)
	case SetPhase:
		return d.setPhase(i, c)
	case SetTask:
		return d.setTask(i, c)
	case AddTask:
		return d.addTask(i, c)
	case Assign:
		return d.assign(i, c)
	case Unassign:
		return d.unassign(i, c)
	case AddNote:
		return d.addNote(i, c)
	case Submit:
		return d.submit(i, c)
	case Waive:
		return d.waive(i, c)
	case Reinstate:
		return d.reinstate(i, c)
	case Suspend:
		return d.suspend(i, c)
	case Lift:
		return d.lift(i, c)
	case See:
		return d.see(i)
	case Acknowledge:
		return d.acknowledge(i, c)
	case ChangePacks:
		return d.changePacks(i, c)
	case DraftNotice, EditNotice, ProposeNotice, ApproveNotice, RejectNotice, OverrideApproval, ReleaseNotice, FileNotice, WithdrawNotice:
		return d.decideNotice(i, command)
	case PauseNotice, ResumeNotice, CancelNotice, AttemptDelivery, RecordDelivery, RecordContact, RecordReceipt, RecordBounce, GiveUp, RetryDelivery, ProveNotice:
		return d.decideDelivery(i, command)
	case NoMaterialFacts:
		return d.noMaterialFacts(i, c)
	case AddEvidence:
		return d.addEvidence(i, c)
	case MoveEvidence:
		return d.moveEvidence(i, c)
	case VerifyEvidence:
		return d.verifyEvidence(i, c)
	case ExportEvidence:
		return d.exportEvidence(i, c)
	case AffectedOpen:
		return d.affectedOpen(i, c)
	case AffectedTake:
		return d.affectedTake(i, c)
	case AffectedClose:
		return d.affectedClose(i, c)
	case PlaceHold:
		return d.placeHold(i, c)
	case ReleaseHold:
		return d.releaseHold(i, c)
	case WithdrawDeletion:
		return d.withdrawDeletion(i, c)
	case ForgetReporter:
		return d.forgetReporter(i, c)
	case LinkTo:
		return d.linkTo(i, incidents[1])
	case MarkDuplicate:
		return d.markDuplicate(i, incidents[1], c)
	case Merge:
		return d.merge(i, incidents[1], c)
	case MarkFalse:
		return d.markFalse(i, c)
	case Close:
		return d.close(i, c)
	}
	return unsupported(command)
}

// unsupported is about a command that this package does not define, such as a
// pointer to one of its own.
func unsupported(command Command) error {
	return fmt.Errorf("command %s (%T): %w", command.Kind(), command, errors.ErrUnsupported)
}

// worksOnEnded tells the commands that an ended incident still takes: what is
// learned later belongs in its record, and evidence outlives the work.
func worksOnEnded(command Command) bool {
	switch c := command.(type) {
	case AffectedClose:
		return c.Abandon != ""
	case PlaceHold, ReleaseHold, WithdrawDeletion, ForgetReporter, AddNote, LinkTo, AddEvidence, MoveEvidence, VerifyEvidence, ExportEvidence:
		return true
	case DraftNotice, EditNotice, ProposeNotice, ApproveNotice, RejectNotice, OverrideApproval, ReleaseNotice, FileNotice, WithdrawNotice,
		PauseNotice, ResumeNotice, CancelNotice, AttemptDelivery, RecordDelivery, RecordContact, RecordReceipt, RecordBounce, GiveUp, RetryDelivery:
		return true // who was told something wrong is told so afterwards
	}
	return false
}

func (d *decider) emit(bodies ...Body) { d.bodies = append(d.bodies, bodies...) }
