package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/store/bundle"
	"tocsin/store/tree"
)

const exportLong = `Writes everything that a space's record holds into a new folder, in formats that
outlive this program: JSON Lines with one file for each kind of thing, FIELDS.md
and fields.json with what every field holds, SHA256SUMS for sha256sum -c, and the
log itself in log, as tocsin audit verify and tocsin-verify read it.

It is readable by whoever has it: names and reporters are opened, but for those
who were forgotten. Files of evidence are not in it; tocsin evidence export
writes those. The record says that it was exported, by whom and when, and what
is exported includes that. Nothing is overwritten.`

// logFolder, in an export, holds the log.
const logFolder = "log"

func (a *app) exportCommand() *cobra.Command {
	var to string
	var all bool
	cmd := &cobra.Command{
		Use:     "export --all --to FOLDER",
		Short:   "Write all that is recorded, in open formats",
		Long:    exportLong,
		Example: "  tocsin export --all --to handover",
		Args:    words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case !all:
				return usage(cmd, "what is to be exported? --all")
			case to == "":
				return usage(cmd, "where to? --to FOLDER")
			}
			return a.withSession(cmd, func(ctx context.Context, s *session) error { return a.export(ctx, s, to) })
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the new folder")
	cmd.Flags().BoolVar(&all, "all", false, "everything")
	return a.reading(cmd)
}

// export writes into a folder beside the new one, which gets its name when all
// of it is there.
func (a *app) export(ctx context.Context, s *session, to string) (err error) {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return taken(to, err)
	}
	beside := filepath.Join(filepath.Dir(to), ".tocsin-"+rand.Text())
	if err := os.Mkdir(beside, 0o700); err != nil {
		return model.Refuse(model.Field("to", err.Error(), "a new folder in one that can be written to"))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(beside))
		}
	}()
	note, head, err := s.recordExport(ctx, filepath.Base(to))
	if err != nil {
		return err
	}
	progress := a.newProgress()
	e := &exporting{session: s, g: s.gather(), dir: beside, progress: progress}
	err = e.run(ctx, note, head)
	progress.clear()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return taken(to, err)
	}
	if err := os.Rename(beside, to); err != nil {
		return &storeError{err: err}
	}
	return a.printExport(s, to, e.files, head)
}

// exportView is what was exported.
type exportView struct {
	Folder string       `json:"folder"`
	Files  []exportLine `json:"files"`
	Events uint64       `json:"events" help:"of the log"`
	Root   string       `json:"root" help:"of the log, base64"`
}

type exportLine struct {
	File    string `json:"file"`
	Entries int    `json:"entries"`
}

func (a *app) printExport(s *session, to string, files []*exportFile, head tree.Head) error {
	if a.json {
		view := exportView{Folder: to, Files: []exportLine{}, Events: head.Size, Root: head.Root.String()}
		for _, f := range files {
			view.Files = append(view.Files, exportLine{f.kind.name, f.lines})
		}
		return s.out.printJSON(view)
	}
	s.out.line(painted{to, strong})
	for _, f := range files {
		s.out.line(painted{fmt.Sprintf("  %-22s", f.kind.name), quiet}, painted{fmt.Sprint(f.lines), plain})
	}
	s.out.line(painted{fmt.Sprintf("  %-22s", logFolder), quiet}, painted{fmt.Sprintf("%d events; root %s", head.Size, head.Root), plain})
	return nil
}

// recordExport records that the record is exported, and returns a checkpoint
// that includes that.
func (s *session) recordExport(ctx context.Context, name string) ([]byte, tree.Head, error) {
	_, before, err := s.signedHead()
	if err != nil {
		return nil, before, err
	}
	if _, err := s.space.Do(ctx, s.actor, model.CopyRecord{Way: model.CopyExport, Name: name, Events: before.Size, Root: before.Root.String()}); err != nil {
		return nil, before, troubled(err)
	}
	return s.signedHead()
}

func (s *session) signedHead() ([]byte, tree.Head, error) {
	note, err := s.space.Checkpoint()
	if err != nil {
		return nil, tree.Head{}, troubled(err)
	}
	at, err := tree.PeekCheckpoint(note)
	return note, at.Head, troubled(err)
}

// exporting is an export under way.
type exporting struct {
	*session
	g        *gatherer
	dir      string
	progress *progress
	files    []*exportFile
}

func (e *exporting) run(ctx context.Context, note []byte, head tree.Head) error {
	if err := e.log(ctx, note, head); err != nil {
		return troubled(err)
	}
	for _, kind := range exportKinds {
		f, err := createExport(e.dir, kind)
		if err != nil {
			return &storeError{err: err}
		}
		e.files = append(e.files, f)
	}
	if err := e.things(ctx); err != nil {
		return errors.Join(err, e.abandon())
	}
	return e.finish()
}

// log writes the log in the form that can be verified.
func (e *exporting) log(ctx context.Context, note []byte, head tree.Head) error {
	w, err := bundle.Create(filepath.Join(e.dir, logFolder))
	if err != nil {
		return err
	}
	defer w.Abandon()
	err = e.space.EachStored(ctx, 1, head.Size, func(seq uint64, stored []byte) error {
		if seq%1000 == 0 {
			e.progress.bar("events", seq, head.Size)
		}
		opened, err := e.space.Opened(stored)
		if err != nil {
			return err
		}
		return w.Add(stored, opened)
	})
	if err != nil {
		return err
	}
	return w.Finish(note, e.space.VerifierKey())
}
