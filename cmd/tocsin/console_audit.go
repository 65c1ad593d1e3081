package main

import (
	"context"

	"tocsin/model"
	"tocsin/store"
	"tocsin/store/tree"
	"tocsin/tui"
)

// consoleAudit lets the console read the log through its own interface.
type consoleAudit struct{ space *store.Space }

func (c consoleAudit) Read(ctx context.Context, from, to uint64) ([]tui.AuditEvent, error) {
	var events []tui.AuditEvent
	err := c.space.Entries(ctx, from, to, func(e store.Entry) error {
		events = append(events, tui.AuditEvent{Event: e.Event, Leaf: e.Leaf.String(), Bytes: len(e.Stored), RemovedBy: e.RemovedBy})
		return nil
	})
	return events, err
}

func (c consoleAudit) About(ctx context.Context, id model.ID) ([]uint64, error) {
	return c.space.EntriesAbout(ctx, id)
}

func (c consoleAudit) Verify(ctx context.Context, told tui.Told) (tui.Verification, error) {
	report, err := c.space.Verify(ctx, told)
	found := tui.Verification{Events: report.Size}
	if report.Fault != nil {
		found.Fault = report.Fault.Detail
	}
	return found, err
}

func (c consoleAudit) Checkpoint(context.Context) (tui.Checkpoint, error) {
	signed, err := c.space.Checkpoint()
	if err != nil || signed == nil {
		return tui.Checkpoint{}, err
	}
	head, err := tree.PeekCheckpoint(signed)
	return tui.Checkpoint{Note: string(signed), Size: head.Size, Root: head.Root.String()}, err
}
