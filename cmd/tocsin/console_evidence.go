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
// guest is nil for the console of this process.
type consoleEvidence struct {
	custodian
	guest *guest
}

func (c consoleEvidence) Add(ctx context.Context, path string, command model.AddEvidence, told tui.Told) (err error) {
	if path == "-" {
		path = "./-" // the console's own input is no file
	}
	path, err = c.file("file", path, "ssh HOST evidence add ID - < FILE")
	if err != nil {
		return err
	}
	from, err := openExhibit(ctx, path, nil)
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
	path, err := c.file("to", path, "tocsin evidence export, on the machine of the record")
	if err != nil {
		return err
	}
	_, err = c.export(ctx, id, item, path, reason, follow(told, item.Size))
	return err
}

// file is where a file lies that somebody named here. It is refused to guests
// from the network, for it would be one of the server's.
func (c consoleEvidence) file(field, path, instead string) (string, error) {
	switch {
	case c.guest == nil:
		return fromHome(path), nil
	case c.guest.here():
		return c.guest.path(fromHome(path)), nil
	}
	return "", model.Refuse(model.Field(field, "a file is not named over SSH: it would be the server's", instead))
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
