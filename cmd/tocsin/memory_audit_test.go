package main

import (
	"bytes"
	"context"
	"fmt"

	"tocsin/model"
	"tocsin/store/tree"
	"tocsin/tui"
)

// memoryAudit is the log of a memorySpace, with a tree over what every
// run of the story has the same.
type memoryAudit struct{ space *memorySpace }

func (m memoryAudit) Read(_ context.Context, from, to uint64) ([]tui.AuditEvent, error) {
	m.space.mu.Lock()
	defer m.space.mu.Unlock()
	var events []tui.AuditEvent
	for _, e := range m.space.events {
		if e.Seq < from || e.Seq > to {
			continue
		}
		stored := fmt.Appendf(nil, "%d %s %s", e.Seq, e.Actor, e.Body.Kind())
		events = append(events, tui.AuditEvent{Event: e, Leaf: tree.LeafHash(stored).String(), Bytes: len(stored)})
	}
	return events, nil
}

func (m memoryAudit) About(_ context.Context, id model.ID) ([]uint64, error) {
	m.space.mu.Lock()
	defer m.space.mu.Unlock()
	var seqs []uint64
	for _, e := range m.space.events {
		if e.Body.Incident() == id {
			seqs = append(seqs, e.Seq)
		}
	}
	return seqs, nil
}

func (m memoryAudit) Verify(_ context.Context, told tui.Told) (tui.Verification, error) {
	seq := m.space.Snapshot().Seq()
	told(seq, seq)
	return tui.Verification{Events: seq}, nil
}

func (m memoryAudit) Checkpoint(ctx context.Context) (tui.Checkpoint, error) {
	events, err := m.Read(ctx, 1, m.space.Snapshot().Seq())
	if err != nil {
		return tui.Checkpoint{}, err
	}
	var b tree.Builder
	for _, e := range events {
		if err := b.Append(tree.LeafHash([]byte(e.Leaf))); err != nil {
			return tui.Checkpoint{}, err
		}
	}
	root, err := b.Root()
	if err != nil {
		return tui.Checkpoint{}, err
	}
	signer, err := tree.NewSigner("tocsin/demo/9c4e", bytes.Repeat([]byte{1}, 32))
	if err != nil {
		return tui.Checkpoint{}, err
	}
	note, err := tree.SignCheckpoint(tree.Checkpoint{Origin: signer.Name(), Head: tree.Head{Size: b.Size(), Root: root}}, signer)
	return tui.Checkpoint{Note: string(note), Size: b.Size(), Root: root.String()}, err
}
