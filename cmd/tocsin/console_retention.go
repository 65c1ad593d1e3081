package main

import (
	"context"

	"tocsin/model"
	"tocsin/tui"
)

// consoleRetention lets the console sweep through its own interface.
type consoleRetention struct{ s *session }

func (c consoleRetention) Sweep(ctx context.Context, due []model.Expiry, approver string, told tui.Told) (string, error) {
	return c.s.purge(ctx, due, approver, func(done, total int) { told(uint64(done), uint64(total)) })
}
