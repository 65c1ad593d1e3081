package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"tocsin/model"
	"tocsin/store/evidence"
	"tocsin/tui"
)

// consoleEvidence lets the console work on evidence through its own interface.
type consoleEvidence struct{ custodian }

func (c consoleEvidence) Add(ctx context.Context, path string, command model.AddEvidence, told tui.Told) (err error) {
	if path == "-" {
		path = "./-" // the console's own input is no file
	}
	from, err := openExhibit(ctx, fromHome(path), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.close()) }()
	_, _, err = c.takeIn(ctx, command, from, follow(told, from.total))
	return err
}

func (c consoleEvidence) Verify(ctx context.Context, id model.ID, item model.Evidence, told tui.Told) (model.Integrity, error) {
	return c.verify(ctx, id, item, follow(told, item.Size))
}

func (c consoleEvidence) Export(ctx context.Context, id model.ID, item model.Evidence, path, reason string, told tui.Told) error {
	_, err := c.export(ctx, id, item, fromHome(path), reason, follow(told, item.Size))
	return err
}

func follow(told tui.Told, total uint64) evidence.Progress {
	return func(done uint64) { told(done, total) }
}

// fromHome reads ~/ as shells do, which see nothing of what is typed here.
func fromHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	home, err := os.UserHomeDir()
	if !ok || err != nil {
		return path
	}
	return filepath.Join(home, rest)
}
