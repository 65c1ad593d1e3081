package model

import (
	"fmt"
	"slices"
	"time"

	"tocsin/model/policy"
)

// foldNotice folds what was done with a notice, but for its deliveries. It
// reports whether the event was about one.
func (i *Incident) foldNotice(e Event) bool {
	switch body := e.Body.(type) {
	case *NoticeDrafted:
		i.Notices = append(i.Notices, Notice{ID: body.Notice, NoticeDraft: body.Draft, Version: 1, State: NoticeIsDraft, By: e.Actor, At: e.At})
	case *NoticeEdited:
		i.onNotice(body.Notice, func(n *Notice) {
			n.NoticeDraft, n.Version, n.By, n.At = body.Draft, body.Version, e.Actor, e.At
			n.reopen()
		})
	case *NoticeProposed:
		i.onNotice(body.Notice, func(n *Notice) {
			n.State, n.Digest = NoticeIsProposed, body.Digest
			if len(body.Needs) == 0 {
				n.State = NoticeIsApproved
			}
		})
	case *NoticeApproved:
		i.onNotice(body.Notice, func(n *Notice) {
			n.Approvals = append(slices.Clip(n.Approvals), Approval{Role: body.Role, Person: e.Actor, At: e.At, Digest: body.Digest, Second: body.Second})
			if len(body.Missing) == 0 {
				n.State = NoticeIsApproved
			}
		})
	case *NoticeRejected:
		i.onNotice(body.Notice, (*Notice).reopen)
	case *ApprovalsVoided:
		i.onNotice(body.Notice, (*Notice).reopen)
	case *ApprovalOverridden:
		i.onNotice(body.Notice, func(n *Notice) { n.State, n.Override, n.OverrideBy = NoticeIsApproved, body.Reason, e.Actor })
	case *NoticeReleased:
		i.onNotice(body.Notice, func(n *Notice) {
			n.State, n.Released, n.ReleasedBy, n.Recipients, n.Delivery = NoticeIsReleased, e.At, e.Actor, body.Recipients, body.delivery()
		})
	case *NoticeFiled:
		i.onNotice(body.Notice, func(n *Notice) {
			n.State, n.Released, n.ReleasedBy, n.Reference, n.Evidence = NoticeIsDone, body.At, e.Actor, body.Reference, body.Evidence
		})
	case *NoticeWithdrawn:
		i.onNotice(body.Notice, func(n *Notice) { n.State = NoticeIsWithdrawn })
	case *NoticePaused:
		i.onNotice(body.Notice, func(n *Notice) { n.Delivery.Paused = true })
	case *NoticeResumed:
		i.onNotice(body.Notice, func(n *Notice) { n.Delivery.Paused = false })
	case *NoticeCancelled:
		i.onNotice(body.Notice, func(n *Notice) { n.Delivery.Cancelled, n.Delivery.Paused = true, false })
	case *NoticeProved: // nothing stands otherwise for it
	case *NothingNew:
		i.Submitted = append(i.Submitted, Submission{Key: body.Key, At: e.At, Note: body.Rationale, Nothing: true, By: e.Actor, Recorded: e.At})
	default:
		return false
	}
	return true
}

// onNotice changes a notice in place, which lies in an incident that is not
// published yet.
func (i *Incident) onNotice(id string, change func(*Notice)) {
	for k := range i.Notices {
		if i.Notices[k].ID == id {
			change(&i.Notices[k])
		}
	}
}

// reopen makes a notice a draft that nobody approved.
func (n *Notice) reopen() {
	n.State, n.Digest, n.Approvals, n.Override, n.OverrideBy = NoticeIsDraft, "", nil, "", ""
}

// delivery is how a release begins.
func (b *NoticeReleased) delivery() (d Delivery) {
	from := 0
	for _, s := range b.Shares {
		d.Shares = append(d.Shares, Share{Group: s.Group, Ref: s.Ref, Root: s.Root, Customers: s.Customers, From: from, Of: s.Recipients})
		from += s.Recipients
	}
	d.Counts[ToldWaiting] = b.Recipients
	return d
}

// foldDelivery folds what became of recipients into the incident, which is not
// published yet, and into the space's deliveries.
func (s *State) foldDelivery(e Event, i *Incident) ([]TouchedBlock, error) {
	if body, ok := e.Body.(*NoticeReleased); ok {
		s.keepDeliveries(NoticeRef{i.ID, body.Notice}, NewDeliveries(body.Recipients))
		return nil, nil
	}
	id, moves := s.moves(e)
	if id == "" {
		return nil, nil
	}
	ref := NoticeRef{i.ID, id}
	now, ok := s.Deliveries[ref]
	n, known := i.Notice(id)
	if !ok || !known {
		return nil, fmt.Errorf("notice %s was not released", ref)
	}
	if n.Delivery.Cancelled {
		cancelDeferred(moves)
	}
	next, delivery, touched, err := now.advance(e.Seq, n.Delivery, moves)
	if err != nil {
		return nil, fmt.Errorf("notice %s: %w", ref, err)
	}
	s.keepDeliveries(ref, next)
	i.onNotice(id, func(n *Notice) { n.deliver(delivery) })
	for k := range touched {
		touched[k].Notice = ref
	}
	return touched, nil
}

// cancelDeferred leaves nobody to be told later of what was cancelled while an
// attempt was under way.
func cancelDeferred(moves []move) {
	for k := range moves {
		if moves[k].to == ToldDeferred {
			moves[k].to = ToldCancelled
		}
	}
}

// deliver takes other counts; a notice of which nothing is left to do is done.
func (n *Notice) deliver(d Delivery) {
	n.Delivery, n.State = d, NoticeIsReleased
	if d.Counts.Unsettled() == 0 {
		n.State = NoticeIsDone
	}
}

// moves are the steps of recipients that an event tells, and of which notice;
// "" for other events.
func (s *State) moves(e Event) (notice string, moves []move) {
	switch body := e.Body.(type) {
	case *DeliveryAttempted:
		return body.Notice, body.Ordinals.moves(ToldAttempted, e.At)
	case *DeliveryRecorded:
		return body.Notice, resultMoves(body.Results)
	case *ContactRecorded:
		return body.Notice, body.Ordinals.moves(ToldByHand, body.At)
	case *ReceiptRecorded:
		return body.Notice, body.Ordinals.moves(ToldReceived, body.At)
	case *BounceRecorded:
		return body.Notice, []move{{ordinal: body.Ordinal, to: ToldBounced, at: body.At}}
	case *DeliveryGivenUp:
		return body.Notice, body.Ordinals.moves(ToldGivenUp, e.At)
	case *RetryOrdered:
		return body.Notice, body.Ordinals.moves(ToldWaiting, e.At)
	case *NoticeCancelled:
		return body.Notice, s.cancelled(e, body)
	}
	return "", nil
}

// DeliveryOf is the notice of whose recipients an event tells: its release, and
// what became of them since; "" for other events.
func DeliveryOf(body Body) string {
	if b, ok := body.(*NoticeReleased); ok {
		return b.Notice
	}
	if b, ok := body.(*NoticeCancelled); ok {
		return b.Notice
	}
	notice, _ := new(State).moves(Event{Body: body})
	return notice
}

func resultMoves(results []RecordedResult) []move {
	moves := make([]move, len(results))
	for k := range results {
		moves[k] = move{ordinal: results[k].Ordinal, to: results[k].Outcome, at: results[k].Time()}
	}
	return moves
}

// Time is when the result became known.
func (r *RecordedResult) Time() time.Time { return time.UnixMilli(r.At).UTC() }

// cancelled are the steps of all of whom nothing has left.
func (s *State) cancelled(e Event, body *NoticeCancelled) []move {
	left := s.Deliveries[NoticeRef{body.ID, body.Notice}]
	if left == nil {
		return nil
	}
	return runsOf(left.Find(0, left.Recipients, ToldWaiting, ToldDeferred)).moves(ToldCancelled, e.At)
}

func (s *State) keepDeliveries(ref NoticeRef, d *Deliveries) {
	if s.Deliveries == nil {
		s.Deliveries = make(map[NoticeRef]*Deliveries)
	}
	s.Deliveries[ref] = d
}

// takeDeliveries lets a state see where the recipients of an incident's notices
// stand in another one.
func (s *State) takeDeliveries(other *State, i *Incident) {
	for k := range i.Notices {
		ref := NoticeRef{i.ID, i.Notices[k].ID}
		if d, ok := other.Deliveries[ref]; ok {
			s.keepDeliveries(ref, d)
		}
	}
}

// dropDeliveries forgets where the recipients of an incident's notices stand.
func (s *State) dropDeliveries(id ID) []TouchedBlock {
	var gone []TouchedBlock
	for ref, d := range s.Deliveries {
		if ref.Incident != id {
			continue
		}
		for k, block := range d.Blocks {
			if block != nil {
				gone = append(gone, TouchedBlock{Notice: ref, Block: k, Before: block.Seq})
			}
		}
		delete(s.Deliveries, ref)
	}
	return gone
}

// RestoreDeliveries puts stored blocks back, after Restore. A block of a notice
// that was not released, or of another length than it has recipients, is an
// error.
func (s *State) RestoreDeliveries(blocks []TouchedBlock) error {
	for _, i := range s.Incidents {
		for k := range i.Notices {
			if n := &i.Notices[k]; n.Recipients > 0 {
				s.keepDeliveries(NoticeRef{i.ID, n.ID}, NewDeliveries(n.Recipients))
			}
		}
	}
	for _, b := range blocks {
		d, ok := s.Deliveries[b.Notice]
		if !ok || b.Block < 0 || b.Block >= len(d.Blocks) || b.Now == nil || len(b.Now.Outcomes) != d.sizeOf(b.Block) {
			return fmt.Errorf("deliveries of notice %s, block %d: there is no such block", b.Notice, b.Block)
		}
		d.Blocks[b.Block] = b.Now
	}
	return nil
}

// deliveries are how far telling the recipients of each rule is, as rules look
// at it: what the latest notice about each says.
func (i *Incident) deliveries() []policy.Delivery {
	var all []policy.Delivery
	for k := range i.Notices {
		n := &i.Notices[k]
		if n.Recipients == 0 {
			continue
		}
		for _, key := range n.tells() {
			told := policy.Delivery{Key: key, Told: n.told(key)}
			if at := slices.IndexFunc(all, func(d policy.Delivery) bool { return d.Key == key }); at >= 0 {
				all[at] = told
			} else {
				all = append(all, told)
			}
		}
	}
	return all
}

// tells are the obligations that the notice answers: a rule as a whole is told
// to each group that it went to.
func (n *Notice) tells() []policy.RuleKey {
	var keys []policy.RuleKey
	for _, key := range n.Rules {
		if key.Group != "" || len(n.Delivery.Shares) == 0 {
			keys = append(keys, key)
			continue
		}
		for k := range n.Delivery.Shares {
			key.Group = n.Delivery.Shares[k].Group
			keys = append(keys, key)
		}
	}
	return keys
}

// told counts the recipients of a notice whom one of its rules is about.
func (n *Notice) told(key policy.RuleKey) (t policy.Told) {
	for k := range n.Delivery.Shares {
		if s := &n.Delivery.Shares[k]; key.Group == "" || key.Group == s.Group {
			t.Sent, t.Received, t.Of = t.Sent+s.Sent, t.Received+s.Received, t.Of+s.Of
		}
	}
	return t
}

// groupRoot is what an affected group's rows come to, and how many addresses
// they have.
func (i *Incident) groupRoot(id string) (root string, addresses int) {
	g, _ := i.Affected(id)
	return g.Root, g.Addresses
}
