package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tocsin/model"
	"tocsin/store"
	"tocsin/store/evidence"
	"tocsin/store/vault"
)

// evidenceFolder, in the data directory, holds what evidence consists of.
const evidenceFolder = "evidence"

// openBlobs opens what the evidence of a space consists of, under a key of the
// vault's.
func openBlobs(keys *vault.Vault, dir, space string) (*evidence.Blobs, error) {
	key, err := keys.Seed("evidence")
	if err != nil {
		return nil, &storeError{err: err}
	}
	blobs, err := evidence.Open(filepath.Join(dir, evidenceFolder), space, key)
	if err != nil {
		return nil, &storeError{err: err}
	}
	return blobs, nil
}

// tidyEvidence removes what an interrupted run left half written, where
// anything was ever stored.
func (s *session) tidyEvidence(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, evidenceFolder)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	_, err := s.blobs()
	return err
}

// custodian takes evidence in, compares it and gives copies out: what it
// consists of and what the record says of it, together. It serves the verbs and
// the console.
type custodian struct{ *session }

// exhibit is a file to be taken in.
type exhibit struct {
	io.Reader
	name  string // without folders
	total uint64 // bytes, 0 where that is not known
	close func() error
}

// openExhibit opens a file, or standard input for "-".
func openExhibit(ctx context.Context, path string, in io.Reader) (*exhibit, error) {
	if path == "-" {
		return &exhibit{Reader: in, close: func() error { return nil }}, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, model.Refuse(model.Field("file", err.Error(), "a file that can be read, or - for standard input"))
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = model.Refuse(model.Field("file", path+" is a folder", "a file, such as an archive of the folder"))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if !info.Mode().IsRegular() {
		return &exhibit{Reader: interruptible{ctx, file}, name: filepath.Base(path), close: file.Close}, nil
	}
	return &exhibit{Reader: file, name: filepath.Base(path), total: uint64(info.Size()), close: file.Close}, nil
}

// takeIn stores a file and records it, in that order: what the record names is
// always there. The command is checked first, without its digest.
func (c custodian) takeIn(ctx context.Context, command model.AddEvidence, from *exhibit, progress evidence.Progress) (store.Receipt, evidence.Blob, error) {
	check := command
	check.Check = true
	if _, err := c.space.Do(ctx, c.actor, check); err != nil {
		return store.Receipt{}, evidence.Blob{}, troubled(err)
	}
	blobs, err := c.blobs()
	if err != nil {
		return store.Receipt{}, evidence.Blob{}, err
	}
	blob, err := blobs.Put(ctx, from, progress)
	if err != nil {
		return store.Receipt{}, blob, blobTrouble(err)
	}
	command.Size, command.SHA256 = blob.Size, blob.SHA256
	receipt, err := c.space.Do(ctx, c.actor, command)
	return receipt, blob, troubled(err)
}

// verify compares a piece of evidence with its digest and records what was
// found. Where that cannot be found out, nothing is recorded.
func (c custodian) verify(ctx context.Context, id model.ID, item model.Evidence, progress evidence.Progress) (model.Integrity, error) {
	if err := c.mayGive(model.VerifyEvidence{}); err != nil {
		return model.Unverified, err
	}
	blobs, err := c.blobs()
	if err != nil {
		return model.Unverified, err
	}
	found, err := blobs.Verify(ctx, item.SHA256, item.Size, progress)
	if err != nil {
		return model.Unverified, blobTrouble(err)
	}
	_, err = c.space.Do(ctx, c.actor, model.VerifyEvidence{Incident: id, Item: item.ID, Found: found})
	return found, troubled(err)
}

// export writes a copy to a new file. It is recorded once the copy has been
// compared with its digest, and before it gets its name.
func (c custodian) export(ctx context.Context, id model.ID, item model.Evidence, path, reason string, progress evidence.Progress) (store.Receipt, error) {
	if err := c.mayGive(model.ExportEvidence{}); err != nil {
		return store.Receipt{}, err
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return store.Receipt{}, taken(path, err)
	}
	blobs, err := c.blobs()
	if err != nil {
		return store.Receipt{}, err
	}
	var receipt store.Receipt
	err = blobs.Export(ctx, item.SHA256, item.Size, path, func() (err error) {
		receipt, err = c.space.Do(ctx, c.actor, model.ExportEvidence{Incident: id, Item: item.ID, Reason: reason})
		return err
	}, progress)
	switch {
	case errors.Is(err, evidence.ErrChanged), errors.Is(err, evidence.ErrMissing):
		return receipt, &model.Refusal{Reason: fmt.Sprintf("%s of %s is not exported: %v; tocsin evidence verify records that", item.ID, id, err)}
	case errors.Is(err, fs.ErrExist):
		return receipt, taken(path, nil)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return receipt, model.Refuse(model.Field("to", err.Error(), "a new file in a folder that can be written to"))
	}
	return receipt, blobTrouble(err)
}

// taken refuses to export over something.
func taken(path string, err error) error {
	if err != nil {
		return model.Refuse(model.Field("to", err.Error(), "a path where nothing is yet"))
	}
	return model.Refuse(model.Field("to", path+" is there already", "a path where nothing is yet"))
}

// mayGive refuses what the record would refuse after the work was done.
func (c custodian) mayGive(command model.Command) error {
	acting, err := c.snapshot().Meta.Access.Acting(c.actor)
	if err != nil || acting.Role.May(command.Kind()) {
		return err
	}
	return &model.Refusal{Cause: model.ErrForbidden, Reason: fmt.Sprintf("%s may not do this (%s) as %s", acting.Name, command.Kind(), acting.Role)}
}

// blobTrouble marks an error of the blobs as one of the record, unless there
// is too little room: that is a refusal, and the record is as it was.
func blobTrouble(err error) error {
	if errors.Is(err, evidence.ErrNoRoom) {
		return &model.Refusal{Reason: err.Error()}
	}
	return troubled(err)
}

// item finds a piece of evidence that somebody named: E-1, e-1 or 1.
func (s *session) item(standing *model.Standing, text string) (model.Evidence, error) {
	i := standing.Incident
	ids := make([]string, len(i.Evidence))
	for k, e := range i.Evidence {
		ids[k] = e.ID
	}
	if len(ids) == 0 {
		return model.Evidence{}, model.Refuse(model.Field("item", fmt.Sprintf("%s has no evidence", i.ID), fmt.Sprintf("evidence that was added with: tocsin evidence add %s FILE", i.ID)))
	}
	if item, ok := i.Item(model.EvidenceID(text)); ok {
		return item, nil
	}
	return model.Evidence{}, unknown("item", text, ids)
}
