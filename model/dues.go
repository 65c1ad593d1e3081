package model

import (
	"fmt"
	"time"

	"tocsin/model/policy"
)

// moveDues adds what the decision did to the incident's obligations, so that
// every change of a due time is itself on the timeline.
func (d *decider) moveDues() error {
	ids := d.touched()
	if len(ids) == 0 {
		return nil
	}
	after, err := d.outcome(ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		var before []policy.Obligation
		if i, ok := d.state.Incidents[id]; ok {
			before = d.state.Obligations(i)
		}
		if moves := compareDues(before, after.Obligations(after.Incidents[id])); len(moves) > 0 {
			d.emit(&DuesMoved{ID: id, Moves: moves})
		}
	}
	return nil
}

// outcome is the state that the decision so far leads to, of some incidents.
func (d *decider) outcome(ids []ID) (*State, error) {
	after := d.state.scratch(ids)
	for _, body := range d.bodies {
		if _, err := after.Fold(Event{Seq: after.Seq + 1, At: d.now, Actor: d.actor.Name, Role: d.actor.Role, Body: body}); err != nil {
			return nil, fmt.Errorf("weigh what %s changes: %w", body.Kind(), err)
		}
	}
	return after, nil
}

// touched lists the incidents whose obligations the decision may move.
func (d *decider) touched() []ID {
	var ids []ID
	seen := make(map[ID]bool)
	for _, body := range d.bodies {
		id := body.Incident()
		if id == "" || seen[id] || !movesDues(body) {
			continue
		}
		seen[id] = true
		ids = append(ids, id)
	}
	return ids
}

// movesDues tells events that rules look at from those they do not.
func movesDues(body Body) bool {
	switch body.(type) {
	case *HoldPlaced, *HoldReleased, *RecordAccepted, *PersonForgotten, *ReporterForgotten, *ForgettingRefused, *RecordCopied, *CustomerKept, *AffectedOpened, *AffectedTaken:
		return false
	case *DuesMoved, *TaskSet, *TaskAdded, *RoleTaken, *RoleLeft, *Noted, *PhaseEntered, *Acknowledged, *CallsSeen, *EvidenceAdded, *EvidenceMoved, *EvidenceVerified, *EvidenceExported:
		return false
	case *NoticeDrafted, *NoticeEdited, *NoticeProposed, *NoticeApproved, *NoticeRejected, *ApprovalsVoided, *ApprovalOverridden, *NoticeReleased, *NoticeFiled,
		*NoticeWithdrawn, *NoticePaused, *NoticeResumed, *NoticeCancelled, *DeliveryAttempted, *DeliveryRecorded, *ContactRecorded, *ReceiptRecorded, *BounceRecorded,
		*DeliveryGivenUp, *RetryOrdered, *NoticeProved:
		return false // what they lead to is Submitted
	}
	return true
}

// scratch is a state with only some incidents, to fold into without changing
// s: a fold replaces what it changes of Meta, and packs and calendars are not
// decided together with incidents.
func (s *State) scratch(ids []ID) *State {
	next := &State{Seq: s.Seq, Meta: s.Meta, Packs: s.Packs, Calendars: s.Calendars, zone: s.zone, Incidents: make(map[ID]*Incident, len(ids))}
	for _, id := range ids {
		if i, ok := s.Incidents[id]; ok {
			next.Incidents[id] = i
			next.takeDeliveries(s, i)
		}
	}
	return next
}

// compareDues tells how obligations changed, in the order of the rules.
func compareDues(before, after []policy.Obligation) []DueMove {
	old := make(map[policy.RuleKey]*policy.Obligation, len(before))
	for k := range before {
		old[before[k].Key()] = &before[k]
	}
	split := splitRules(old, after)
	var moves []DueMove
	for k := range after {
		o := &after[k]
		was := old[o.Key()]
		if whole := split[o.Key().Whole()]; was == nil && whole != nil {
			was = whole
		}
		delete(old, o.Key())
		if change := changeOf(was, o); change != "" {
			moves = append(moves, DueMove{Key: o.Key(), Title: o.Title(), Before: strictOf(was), After: o.Strict, Sure: o.Applies == policy.Yes, Change: change})
		}
	}
	for k := range before {
		o := &before[k]
		if old[o.Key()] == nil || split[o.Key()] != nil || !visible(o) {
			continue
		}
		change := "no longer applies"
		if o.Applies == policy.Unknown {
			change = "is excluded"
		}
		moves = append(moves, DueMove{Key: o.Key(), Title: o.Title(), Before: o.Strict, Change: change})
	}
	return moves
}

// splitRules are the obligations of rules as a whole that are now asked for
// group by group: what was asked of all is the past of each.
func splitRules(old map[policy.RuleKey]*policy.Obligation, after []policy.Obligation) map[policy.RuleKey]*policy.Obligation {
	var split map[policy.RuleKey]*policy.Obligation
	for k := range after {
		key := after[k].Key()
		if whole := old[key.Whole()]; key.Group != "" && whole != nil {
			if split == nil {
				split = make(map[policy.RuleKey]*policy.Obligation)
			}
			split[key.Whole()] = whole
		}
	}
	return split
}

// changeOf names what happened to one obligation, "" where nothing did.
func changeOf(was, o *policy.Obligation) string {
	switch {
	case o.Applies == policy.No:
		if visible(was) && was.Applies != policy.No {
			return "no longer applies"
		}
		return ""
	case was != nil && len(o.Done) > len(was.Done):
		return "met"
	case !visible(was) && visible(o) && o.Applies == policy.Unknown:
		return "cannot be excluded"
	case !visible(was) && visible(o):
		return "applies"
	case was == nil || !visible(o):
		return ""
	case was.Started && !o.Started && o.Waiver == nil:
		return "stops"
	case was.Applies != o.Applies && o.Applies == policy.Yes:
		return "applies"
	case was.Applies != o.Applies:
		return "cannot be excluded"
	case was.Waiver != nil && o.Waiver != nil:
		return "" // nobody waits for it
	case !was.Started && o.Started:
		return "starts"
	case !was.Strict.IsZero() && o.Strict.IsZero():
		return "stops"
	case was.Strict.IsZero() && !o.Strict.IsZero():
		return "starts"
	case !was.Strict.Equal(o.Strict):
		return "moves"
	}
	return ""
}

// visible tells an obligation that people would see as one: it applies, or it
// runs, or may run, because that cannot be excluded.
func visible(o *policy.Obligation) bool {
	return o != nil && (o.Applies == policy.Yes || o.Applies == policy.Unknown && (o.Started || o.Undated != ""))
}

func strictOf(o *policy.Obligation) time.Time {
	if o == nil {
		return time.Time{}
	}
	return o.Strict
}
