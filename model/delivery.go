package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// DeliveryOutcome is where telling one recipient stands.
type DeliveryOutcome uint8

// The outcomes. Their numbers are kept, one byte for each recipient, and never
// change.
const (
	ToldWaiting   DeliveryOutcome = iota // nothing has left yet
	ToldAttempted                        // it may be leaving right now
	ToldAccepted                         // the recipient's server, or the recipient's system, took it
	ToldDeferred                         // refused for now: to be tried again
	ToldRefused                          // refused for good
	ToldUncertain                        // it may have left and nobody knows: never sent again by itself
	ToldBounced                          // it was taken and came back
	ToldByHand                           // people told them: by telephone, post, a portal
	ToldReceived                         // they said that they have it
	ToldGivenUp                          // people decided to leave it, with a reason
	ToldCancelled                        // the notice was cancelled before it left

	outcomeCount
)

var outcomeWords = [outcomeCount]string{"waiting", "attempted", "accepted", "deferred", "refused", "uncertain", "bounced", "told by hand", "received", "given up", "cancelled"}

// DeliveryOutcomes returns the outcomes, as a delivery goes.
func DeliveryOutcomes() []DeliveryOutcome {
	all := make([]DeliveryOutcome, outcomeCount)
	for k := range all {
		all[k] = DeliveryOutcome(k)
	}
	return all
}

// String is the outcome's word, such as "told by hand".
func (o DeliveryOutcome) String() string {
	if o < outcomeCount {
		return outcomeWords[o]
	}
	return fmt.Sprintf("outcome %d", uint8(o))
}

// MarshalText makes an outcome its word in records and exports.
func (o DeliveryOutcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (o *DeliveryOutcome) UnmarshalText(text []byte) error {
	k := slices.Index(outcomeWords[:], string(text))
	if k < 0 {
		return fmt.Errorf("%q is no outcome of a delivery; accepted: %s", Clip(CleanLine(string(text)), 40), strings.Join(outcomeWords[:], ", "))
	}
	*o = DeliveryOutcome(k)
	return nil
}

// Sent reports whether the recipient was told, as far as whoever told them
// knows.
func (o DeliveryOutcome) Sent() bool {
	return o == ToldAccepted || o == ToldByHand || o == ToldReceived
}

// Received reports whether it is known to have reached them.
func (o DeliveryOutcome) Received() bool { return o == ToldByHand || o == ToldReceived }

// Settled reports whether nothing is left to do for the recipient.
func (o DeliveryOutcome) Settled() bool {
	return o.Sent() || o == ToldGivenUp || o == ToldCancelled
}

// deliveryStep is what may happen to telling one recipient.
type deliveryStep uint8

const (
	stepAttempt deliveryStep = iota
	stepAccepted
	stepDeferred
	stepRefused
	stepUncertain
	stepBounce
	stepByHand
	stepReceipt
	stepGiveUp
	stepRetry
	stepCancel

	stepCount
)

// outcomes is a set of outcomes.
type outcomes uint16

func of(list ...DeliveryOutcome) (set outcomes) {
	for _, o := range list {
		set |= 1 << o
	}
	return set
}

func (s outcomes) has(o DeliveryOutcome) bool { return s&(1<<o) != 0 }

// deliverySteps says from which outcomes a step is possible, and to which it
// leads. An attempt comes only before anything was taken or may have been, so
// nobody is told twice; from what is uncertain, or came back, a person has to
// order it. What never left may be refused without an attempt.
var deliverySteps = [stepCount]struct {
	words string // what is refused where it is not possible
	from  outcomes
	to    DeliveryOutcome
}{
	stepAttempt:   {"be attempted", of(ToldWaiting, ToldDeferred), ToldAttempted},
	stepAccepted:  {"be accepted", of(ToldAttempted), ToldAccepted},
	stepDeferred:  {"be deferred", of(ToldWaiting, ToldAttempted, ToldDeferred), ToldDeferred},
	stepRefused:   {"be refused", of(ToldWaiting, ToldAttempted, ToldDeferred), ToldRefused},
	stepUncertain: {"become uncertain", of(ToldAttempted), ToldUncertain},
	stepBounce:    {"bounce", of(ToldAccepted, ToldUncertain), ToldBounced},
	stepByHand:    {"be told by hand", of(ToldWaiting, ToldAccepted, ToldDeferred, ToldRefused, ToldUncertain, ToldBounced, ToldGivenUp, ToldCancelled), ToldByHand},
	stepReceipt:   {"be acknowledged", of(ToldAccepted, ToldUncertain, ToldBounced, ToldByHand), ToldReceived},
	stepGiveUp:    {"be given up", of(ToldWaiting, ToldDeferred, ToldRefused, ToldUncertain, ToldBounced), ToldGivenUp},
	stepRetry:     {"be sent again", of(ToldRefused, ToldUncertain, ToldBounced, ToldGivenUp), ToldWaiting},
	stepCancel:    {"be cancelled", of(ToldWaiting, ToldDeferred), ToldCancelled},
}

// resultSteps are the steps that a deliverer reports, by what it found.
var resultSteps = map[DeliveryOutcome]deliveryStep{
	ToldAccepted: stepAccepted, ToldDeferred: stepDeferred, ToldRefused: stepRefused, ToldUncertain: stepUncertain,
}

// Delivery is how far telling the recipients of a released notice is.
type Delivery struct {
	Counts    OutcomeCounts `json:"counts"`
	Shares    []Share       `json:"shares,omitempty"` // by group, in the order of their recipients
	Paused    bool          `json:"paused,omitempty"`
	Cancelled bool          `json:"cancelled,omitempty"`
}

// OutcomeCounts is how many recipients there are of each outcome.
type OutcomeCounts [outcomeCount]int

// Of is how many recipients have an outcome.
func (c *OutcomeCounts) Of(o DeliveryOutcome) int {
	if o >= outcomeCount {
		return 0
	}
	return c[o]
}

// Unsettled is how many recipients something is still to be done for.
func (c *OutcomeCounts) Unsettled() int {
	n := 0
	for o, count := range c {
		if !DeliveryOutcome(o).Settled() {
			n += count
		}
	}
	return n
}

// Sent is how many recipients were told.
func (c *OutcomeCounts) Sent() int { return c[ToldAccepted] + c[ToldByHand] + c[ToldReceived] }

// Share is the recipients of one group, and how many of them were told. A
// notice to no group has one share, of the group "".
type Share struct {
	Group        string    `json:"group,omitempty"`
	Ref          string    `json:"ref,omitempty"`  // the group with its rows as they were released, as AffectedGroup.Ref has it
	Root         string    `json:"root,omitempty"` // of these rows
	Customers    int       `json:"customers,omitempty"`
	From         int       `json:"from"` // the first recipient's ordinal, from 0
	Of           int       `json:"of"`   // how many recipients
	Sent         int       `json:"sent,omitempty"`
	Received     int       `json:"received,omitempty"`
	LastSent     time.Time `json:"last_sent,omitzero"`
	LastReceived time.Time `json:"last_received,omitzero"`
}

// told reports whether all recipients of the share were told, or have received
// it where that is asked for, and since when.
func (s *Share) told(received bool) (at, receivedAt time.Time, all bool) {
	if received {
		return s.LastSent, s.LastReceived, s.Received == s.Of
	}
	if s.Received == s.Of {
		receivedAt = s.LastReceived
	}
	return s.LastSent, receivedAt, s.Sent == s.Of
}

// share finds whose recipient an ordinal is.
func (d *Delivery) share(ordinal int) *Share {
	for k := range d.Shares {
		if s := &d.Shares[k]; ordinal >= s.From && ordinal < s.From+s.Of {
			return s
		}
	}
	return nil
}

// NoticeRef names a notice within a space.
type NoticeRef struct {
	Incident ID
	Notice   string
}

// String is the ref as it is written: INC-2026-0007/N1.
func (r NoticeRef) String() string { return string(r.Incident) + "/" + r.Notice }

// MarshalText makes a ref a plain string in records and exports.
func (r NoticeRef) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// DeliveryBlockSize is how many recipients a block holds.
const DeliveryBlockSize = 512

// Deliveries is where each recipient of one released notice stands, in blocks.
// It is never changed once folded: a fold makes another one that shares the
// blocks that stay.
type Deliveries struct {
	Recipients int
	Blocks     []*DeliveryBlock // nil where all of its recipients wait
}

// DeliveryBlock is where DeliveryBlockSize recipients stand, fewer in the last
// one.
type DeliveryBlock struct {
	Seq      uint64 // of the event that last changed it
	Outcomes []byte // a DeliveryOutcome for each recipient, by ordinal
}

// NewDeliveries is where recipients stand of whom nobody was told anything.
func NewDeliveries(recipients int) *Deliveries {
	return &Deliveries{Recipients: recipients, Blocks: make([]*DeliveryBlock, (recipients+DeliveryBlockSize-1)/DeliveryBlockSize)}
}

// Outcome is where a recipient stands; ok is false where there is no such one.
func (d *Deliveries) Outcome(ordinal int) (outcome DeliveryOutcome, ok bool) {
	if d == nil || ordinal < 0 || ordinal >= d.Recipients {
		return 0, false
	}
	block := d.Blocks[ordinal/DeliveryBlockSize]
	if block == nil {
		return ToldWaiting, true
	}
	return DeliveryOutcome(block.Outcomes[ordinal%DeliveryBlockSize]), true
}

// Find lists up to limit ordinals from one on that have one of some outcomes,
// ascending.
func (d *Deliveries) Find(from, limit int, wanted ...DeliveryOutcome) []int {
	if d == nil || limit <= 0 {
		return nil
	}
	set := of(wanted...)
	var found []int
	for ordinal := max(from, 0); ordinal < d.Recipients && len(found) < limit; ordinal++ {
		block := d.Blocks[ordinal/DeliveryBlockSize]
		if block == nil && !set.has(ToldWaiting) {
			ordinal = (ordinal/DeliveryBlockSize+1)*DeliveryBlockSize - 1
			continue
		}
		if block == nil || set.has(DeliveryOutcome(block.Outcomes[ordinal%DeliveryBlockSize])) {
			found = append(found, ordinal)
		}
	}
	return found
}

// sizeOf is how many recipients a block has.
func (d *Deliveries) sizeOf(block int) int {
	return min(DeliveryBlockSize, d.Recipients-block*DeliveryBlockSize)
}

// move is one recipient's step.
type move struct {
	ordinal int
	to      DeliveryOutcome
	at      time.Time
}

// TouchedBlock is a block that an event changed, and the sequence of the one
// that had changed it before, 0 where it had not been written. Now is nil for
// one that is gone.
type TouchedBlock struct {
	Notice NoticeRef
	Block  int
	Before uint64
	Now    *DeliveryBlock
}

// advance is what moves lead to: other deliveries, and a delivery with other
// counts. It changes neither of those it is called on. An ordinal that does not
// exist is an error.
func (d *Deliveries) advance(seq uint64, now Delivery, moves []move) (*Deliveries, Delivery, []TouchedBlock, error) {
	next := &Deliveries{Recipients: d.Recipients, Blocks: slices.Clone(d.Blocks)}
	now.Shares = slices.Clone(now.Shares)
	var touched []TouchedBlock
	fresh := make(map[int]bool)
	for _, m := range moves {
		before, ok := next.Outcome(m.ordinal)
		share := now.share(m.ordinal)
		if !ok || share == nil || m.to >= outcomeCount {
			return nil, Delivery{}, nil, fmt.Errorf("there is no recipient %d", m.ordinal)
		}
		b := m.ordinal / DeliveryBlockSize
		if !fresh[b] {
			fresh[b] = true
			t := TouchedBlock{Block: b, Now: next.own(seq, b)}
			if old := d.Blocks[b]; old != nil {
				t.Before = old.Seq
			}
			touched = append(touched, t)
		}
		next.Blocks[b].Outcomes[m.ordinal%DeliveryBlockSize] = byte(m.to)
		now.Counts[before]--
		now.Counts[m.to]++
		share.follow(before, m)
	}
	return next, now, touched, nil
}

// own gives the deliveries a block of their own in place of a shared one.
func (d *Deliveries) own(seq uint64, block int) *DeliveryBlock {
	outcomes := make([]byte, d.sizeOf(block))
	if old := d.Blocks[block]; old != nil {
		copy(outcomes, old.Outcomes)
	}
	d.Blocks[block] = &DeliveryBlock{Seq: seq, Outcomes: outcomes}
	return d.Blocks[block]
}

// follow takes a recipient's step into the counts of its share.
func (s *Share) follow(before DeliveryOutcome, m move) {
	s.Sent += one(m.to.Sent()) - one(before.Sent())
	s.Received += one(m.to.Received()) - one(before.Received())
	if m.to.Sent() && !before.Sent() && m.at.After(s.LastSent) {
		s.LastSent = m.at
	}
	if m.to.Received() && !before.Received() && m.at.After(s.LastReceived) {
		s.LastReceived = m.at
	}
}

func one(holds bool) int {
	if holds {
		return 1
	}
	return 0
}

// Runs are ordinals from a first to a last, both counted.
type Runs [][2]int

// runsOf gathers ordinals, ascending and without repetitions, into runs.
func runsOf(ordinals []int) Runs {
	var runs Runs
	for _, o := range ordinals {
		if n := len(runs); n > 0 && runs[n-1][1]+1 == o {
			runs[n-1][1] = o
		} else {
			runs = append(runs, [2]int{o, o})
		}
	}
	return runs
}

// Count is how many ordinals there are.
func (r Runs) Count() int {
	n := 0
	for _, run := range r {
		n += run[1] - run[0] + 1
	}
	return n
}

// moves are the same step of all ordinals.
func (r Runs) moves(to DeliveryOutcome, at time.Time) []move {
	moves := make([]move, 0, r.Count())
	for _, run := range r {
		for o := run[0]; o <= run[1]; o++ {
			moves = append(moves, move{ordinal: o, to: to, at: at})
		}
	}
	return moves
}

// String writes runs for people: "0 to 499, 512".
func (r Runs) String() string {
	texts := make([]string, len(r))
	for k, run := range r {
		if texts[k] = fmt.Sprint(run[0]); run[0] != run[1] {
			texts[k] += fmt.Sprintf(" to %d", run[1])
		}
	}
	return strings.Join(texts, ", ")
}
