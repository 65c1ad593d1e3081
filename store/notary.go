package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tocsin/store/tree"
)

// How long events may be without a signed checkpoint. A log that is cut off
// since the last one is not noticed.
const (
	signEvents = 256
	signDelay  = time.Second
	// signRest is how long the notary then leaves the disk to the committer: each
	// checkpoint costs it some synced writes, which under load would be many.
	signRest = 100 * time.Millisecond
)

// notary signs what the committer has committed, on a goroutine of its own,
// and keeps the checkpoint twice: in the head file and in the log. Only what
// is durable is signed, so the log is never behind its head file.
type notary struct {
	log    projections
	file   headKeeper
	signer *tree.Signer
	logger *slog.Logger

	mu     sync.Mutex
	latest tree.Head     // what was committed last
	signed uint64        // the size that was signed last
	wake   chan struct{} // holds one; there is more to sign, or much

	signing sync.Mutex // one checkpoint at a time
	note    []byte     // the last checkpoint
	kept    uint64     // the size of the last one kept in the log
}

// newNotary goes on from the checkpoint that a start found.
func newNotary(ctx context.Context, p projections, file headKeeper, e *examined, logger *slog.Logger) (*notary, error) {
	n := &notary{log: p, file: file, signer: e.signer, logger: logger, signed: e.signed.Size, note: e.signed.Note, wake: make(chan struct{}, 1)}
	_, ok, err := p.get(ctx, checkpointSlot(e.signed.Size))
	if ok {
		n.kept = e.signed.Size
	}
	root, rootErr := e.growth.tree.Root()
	if err := errors.Join(err, rootErr); err != nil {
		return nil, err
	}
	n.latest = tree.Head{Size: n.signed}
	if end := e.growth.tree.Size(); end > n.signed {
		n.committed(tree.Head{Size: end, Root: root})
	}
	return n, nil
}

// begin signs the empty log, before anything is put into it: a log without a
// head file is then never one that only was not signed yet.
func (n *notary) begin() error {
	n.signing.Lock()
	defer n.signing.Unlock()
	if n.note != nil {
		return nil
	}
	root, err := new(tree.Builder).Root()
	if err != nil {
		return err
	}
	if n.note, err = tree.SignCheckpoint(tree.Checkpoint{Origin: n.signer.Name(), Head: tree.Head{Root: root}}, n.signer); err != nil {
		return err
	}
	return n.write(n.note)
}

func (n *notary) write(note []byte) error {
	if err := n.file.write(note); err != nil {
		return fmt.Errorf("write the head file: %w", err)
	}
	return nil
}

// committed tells of a commit. It holds the committer up for no longer than
// this takes to note.
func (n *notary) committed(head tree.Head) {
	n.mu.Lock()
	first := n.latest.Size == n.signed
	n.latest = head
	much := head.Size-n.signed >= signEvents
	n.mu.Unlock()
	if first || much { // and otherwise the notary waits already
		select {
		case n.wake <- struct{}{}:
		default:
		}
	}
}

// unsigned is how many events have no checkpoint yet.
func (n *notary) unsigned() uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.latest.Size - n.signed
}

// run signs until quit is closed, and once more then.
func (n *notary) run(quit <-chan struct{}) error {
	delay := time.NewTimer(signDelay)
	defer delay.Stop()
	if n.unsigned() == 0 {
		delay.Stop()
	}
	for {
		select {
		case <-n.wake:
			if n.unsigned() < signEvents {
				delay.Reset(signDelay)
				continue
			}
		case <-delay.C:
		case <-quit:
		}
		if _, err := n.sign(); err != nil {
			n.logger.Error("no checkpoint could be signed; it is tried again", slog.Any("error", err))
		}
		select {
		case <-quit:
			_, err := n.sign()
			return err
		case <-time.After(signRest):
		}
		if delay.Stop(); n.unsigned() > 0 {
			delay.Reset(signDelay)
		}
	}
}

// sign makes a checkpoint of what was committed last, unless there is one, and
// returns it.
func (n *notary) sign() ([]byte, error) {
	n.signing.Lock()
	defer n.signing.Unlock()
	n.mu.Lock()
	head, done := n.latest, n.latest.Size == n.signed
	n.mu.Unlock()
	if done {
		return n.note, nil
	}
	note, err := tree.SignCheckpoint(tree.Checkpoint{Origin: n.signer.Name(), Head: head}, n.signer)
	if err != nil {
		return nil, err
	}
	if err := n.write(note); err != nil {
		return nil, err
	}
	if err := n.keep(head.Size, note); err != nil {
		return nil, fmt.Errorf("keep the checkpoint of event %d: %w", head.Size, err)
	}
	n.mu.Lock()
	n.signed = head.Size
	n.mu.Unlock()
	n.note = note
	return note, nil
}

// keep puts a checkpoint into the log. Of those within one block of the tree
// only the last stays, so that there are never many.
func (n *notary) keep(size uint64, note []byte) error {
	entries := map[slot][]byte{checkpointSlot(size): note}
	if n.kept > 0 && (n.kept-1)/tree.Width == (size-1)/tree.Width {
		entries[checkpointSlot(n.kept)] = nil
	}
	if err := n.log.put(context.Background(), entries); err != nil {
		return err
	}
	n.kept = size
	return nil
}
