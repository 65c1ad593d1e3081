package tui

import (
	"context"
	"slices"
	"time"

	"tocsin/model"
)

// Audit is what the console needs to read the whole log, and to verify it.
type Audit interface {
	// Read is the events from one number to another, both counted, in order.
	Read(ctx context.Context, from, to uint64) ([]AuditEvent, error)
	// About are the numbers of the events about an incident, ascending.
	About(ctx context.Context, id model.ID) ([]uint64, error)
	// Verify computes everything anew; told hears of events.
	Verify(ctx context.Context, told Told) (Verification, error)
	// Checkpoint is a signed one of all that is recorded.
	Checkpoint(ctx context.Context) (Checkpoint, error)
}

// AuditEvent is an event with how it is stored.
type AuditEvent struct {
	model.Event
	Leaf      string // its hash in the tree, base64
	Bytes     int    // of its envelope
	RemovedBy uint64 // the event that removed its text, 0 for none; it has no body then
}

// Verification is what came of verifying the log.
type Verification struct {
	Events uint64
	Fault  string // the first that was found; "" where the log is whole
}

// Checkpoint says how large the log is and what its root is.
type Checkpoint struct {
	Note string // signed
	Size uint64
	Root string // base64
}

// auditWanted is a part of the log: what comes next to an event in one
// direction.
type auditWanted struct {
	filter model.EventFilter
	older  bool
	from   uint64 // the event it comes next to, which is not part of it
	end    uint64 // the last event there is
}

// How much of the log is held at once, and read at a time.
const (
	auditPage  = 200
	auditHeld  = 3 * auditPage
	auditChunk = 512
)

// read finds up to a page of what is wanted, in the order that it is met in.
// more says that there may be others beyond.
func (w auditWanted) read(ctx context.Context, from Audit) (found []AuditEvent, more bool, err error) {
	if w.filter.Incident != "" {
		return w.readIncident(ctx, from)
	}
	for first, last := w.chunk(w.from); first <= last; first, last = w.chunk(w.edge(first, last)) {
		events, err := from.Read(ctx, first, last)
		if err != nil {
			return nil, false, err
		}
		if w.older {
			slices.Reverse(events)
		}
		for _, e := range events {
			if w.wants(e) {
				found = append(found, e)
			}
			if len(found) == auditPage {
				return found, true, nil
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
	}
	return found, false, nil
}

// chunk is the next run of events beside one; it is empty past the ends.
func (w auditWanted) chunk(beside uint64) (first, last uint64) {
	if !w.older {
		return beside + 1, min(beside+auditChunk, w.end)
	}
	if beside <= 1 {
		return 1, 0
	}
	return max(beside, auditChunk+1) - auditChunk, beside - 1
}

func (w auditWanted) edge(first, last uint64) uint64 {
	if w.older {
		return first
	}
	return last
}

func (w auditWanted) wants(e AuditEvent) bool {
	if e.RemovedBy > 0 { // nobody can say more of it
		return w.filter == model.EventFilter{Incident: w.filter.Incident}
	}
	return w.filter.Wants(e.Event)
}

func (w auditWanted) readIncident(ctx context.Context, from Audit) (found []AuditEvent, more bool, err error) {
	seqs, err := from.About(ctx, w.filter.Incident)
	if err != nil {
		return nil, false, err
	}
	seqs = slices.DeleteFunc(slices.Clone(seqs), func(seq uint64) bool {
		return w.older && seq >= w.from || !w.older && seq <= w.from || seq > w.end
	})
	if w.older {
		slices.Reverse(seqs)
	}
	for _, seq := range seqs {
		events, err := from.Read(ctx, seq, seq)
		if err != nil {
			return nil, false, err
		}
		for _, e := range events {
			if w.wants(e) {
				found = append(found, e)
			}
		}
		if len(found) == auditPage {
			return found, true, nil
		}
	}
	return found, false, nil
}

// verified is the last verification, and when it ended.
type verified struct {
	Verification
	at time.Time
}
