package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"filippo.io/age"

	"tocsin/model"
	"tocsin/store/backup"
	"tocsin/store/evidence"
	"tocsin/store/tree"
)

// Copying is told how far a backup or restore is: what it is at, and how much
// of how much is done. It must be quick.
type Copying func(what string, done, total uint64)

func (c Copying) tell(what string, done, total uint64) {
	if c != nil {
		c(what, done, total)
	}
}

// OwnFile is a file of the team's own that goes into a backup; see
// backup.IsOwnFile for its names.
type OwnFile struct {
	Name string
	Data []byte
}

// BackupOptions are what a backup needs beside the space.
type BackupOptions struct {
	Made     time.Time
	Program  string
	Sealed   backup.Sealing
	After    *backup.Manifest // the previous backup, for an incremental one
	Key      bool             // with the key file that unlocks the vault, where that lies in it
	Files    []OwnFile
	Evidence *evidence.Blobs
	Progress Copying
}

// Backup writes a backup of the space as it is at a checkpoint signed now, and
// of what the log needs to be read: see package backup. Nobody who writes is
// held up. What is written is verified on the way: its root, computed anew from
// the events, is the checkpoint's. An incremental backup is refused where the
// log does not begin with what its previous one was of.
func (s *Space) Backup(ctx context.Context, w io.Writer, options BackupOptions, recipients ...age.Recipient) (backup.Manifest, backup.End, error) {
	c, err := s.cut(ctx, options)
	if err != nil {
		return backup.Manifest{}, backup.End{}, fmt.Errorf("back up space %s: %w", s.id, err)
	}
	if c.out, err = backup.NewWriter(w, c.manifest, recipients...); err != nil {
		return c.manifest, backup.End{}, fmt.Errorf("back up space %s: %w", s.id, err)
	}
	for _, step := range []func(context.Context) error{c.vault, c.files, c.events, c.removed, c.notes, c.evidence, c.checkpoint} {
		if err := step(ctx); err != nil {
			return c.manifest, backup.End{}, fmt.Errorf("back up space %s: %w", s.id, err)
		}
	}
	end, err := c.out.Close()
	return c.manifest, end, err
}

// cutting is a backup under way.
type cutting struct {
	*Space
	options  BackupOptions
	note     []byte
	head     tree.Head
	manifest backup.Manifest
	items    []model.Evidence
	out      *backup.Writer
}

// cut decides what a backup is of.
func (s *Space) cut(ctx context.Context, options BackupOptions) (*cutting, error) {
	if s.fault != nil {
		return nil, refuseFaulty(s.fault)
	}
	note, err := s.Checkpoint()
	if err != nil {
		return nil, err
	}
	if note == nil {
		return nil, &model.Refusal{Reason: "nothing is recorded yet"}
	}
	at, err := tree.PeekCheckpoint(note)
	if err != nil {
		return nil, err
	}
	c := &cutting{Space: s, options: options, note: note, head: at.Head}
	keys := s.veil.vault
	c.manifest = backup.Manifest{
		ID: backup.NewID(), Space: s.id, Origin: s.Origin(), Events: at.Size, Root: at.Root, Made: options.Made, Last: s.lastRecorded(ctx, at.Size, options.Made),
		Program: options.Program, Unlock: string(keys.Method()), Key: options.Key && keys.HoldsKey(), Sealed: options.Sealed,
	}
	if options.After != nil {
		if err := c.follow(ctx, *options.After); err != nil {
			return nil, err
		}
	}
	c.items = c.stored()
	c.manifest.Evidence = len(c.items)
	return c, nil
}

// lastRecorded is when an event was recorded; otherwise, where its text was
// removed.
func (s *Space) lastRecorded(ctx context.Context, seq uint64, otherwise time.Time) time.Time {
	e, err := s.event(ctx, seq)
	if err != nil {
		return otherwise
	}
	return e.At
}

// follow makes the backup one of what came after another.
func (c *cutting) follow(ctx context.Context, before backup.Manifest) error {
	if before.Space != c.id || before.Origin != c.Origin() {
		return &model.Refusal{Cause: backup.ErrChain, Reason: fmt.Sprintf("the previous backup is of another record: of space %s (%s), and this is %s (%s)", before.Space, before.Origin, c.id, c.Origin())}
	}
	if before.Events > c.head.Size {
		return &model.Refusal{Cause: backup.ErrChain, Reason: fmt.Sprintf("the previous backup has %d events, and the record has %d: it is older than its backup", before.Events, c.head.Size)}
	}
	root, err := tree.NewReader(c.head, tilesOf(ctx, c.log)).RootAt(before.Events)
	if err != nil {
		return err
	}
	if root != before.Root {
		return &model.Refusal{Cause: backup.ErrChain, Reason: fmt.Sprintf("the previous backup is not of this record: its first %d events are others", before.Events)}
	}
	c.manifest.After = before.Link()
	return nil
}

// stored lists the evidence that belongs into the backup, each digest once: for
// an incremental one what was taken in since the previous.
func (c *cutting) stored() []model.Evidence {
	var items []model.Evidence
	seen := make(map[string]bool)
	for _, item := range c.evidenceItems() {
		old := c.options.After != nil && item.Recorded.Before(c.options.After.Last)
		if old || seen[item.SHA256] {
			continue
		}
		seen[item.SHA256] = true
		items = append(items, item)
	}
	return items
}

// evidenceItems are all pieces of evidence of the space.
func (s *Space) evidenceItems() []model.Evidence {
	var items []model.Evidence
	snapshot := s.Snapshot()
	for _, standing := range slices.Concat(snapshot.Queue(), snapshot.Closed()) {
		items = append(items, standing.Incident.Evidence...)
	}
	return items
}

// vault copies the keys. The log was cut before, so that all it needs is there.
func (c *cutting) vault(context.Context) error {
	return c.veil.vault.Files(c.options.Key, func(name string, data []byte) error {
		return c.out.Add(backup.Vault, name, data)
	})
}

func (c *cutting) files(context.Context) error {
	for _, file := range c.options.Files {
		if err := c.out.Add(backup.File, file.Name, file.Data); err != nil {
			return err
		}
	}
	return nil
}

// copyRun is how many events are read at once: a reader of many would keep what
// the database could otherwise drop.
const copyRun = 4096

// runs visits stored events in order, in short reads. A missing one is a fault.
func (s *Space) runs(ctx context.Context, first, last uint64, visit func(record) error) error {
	for next := first; next <= last; {
		from, to := next, min(next+copyRun-1, last)
		err := s.log.visit(ctx, from, to, func(r record) error {
			if r.seq != next {
				return missing(next, r.seq-1)
			}
			next++
			return visit(r)
		})
		if err != nil {
			return err
		}
		if next <= to {
			return missing(next, to)
		}
	}
	return nil
}

// events copies events, and computes the tree over what it copies.
func (c *cutting) events(ctx context.Context) error {
	before := c.manifest.First() - 1
	t := new(tree.Builder)
	var err error
	if before > 0 {
		if t, err = tree.Resume(before, tilesOf(ctx, c.log)); err != nil {
			return err
		}
	}
	total := c.head.Size - before
	err = c.runs(ctx, before+1, c.head.Size, func(r record) error {
		if err := t.Append(r.leaf()); err != nil {
			return err
		}
		if done := r.seq - before; done%copyRun == 0 || done == total {
			t.Changed()
			c.options.Progress.tell("events", done, total)
		}
		return c.out.Event(r.seq, r.data)
	})
	if err != nil {
		return err
	}
	if root, err := t.Root(); err != nil || root != c.head.Root {
		return errors.Join(fmt.Errorf("%w: what was read is not what the checkpoint is of", ErrDamaged), err)
	}
	return nil
}

// removed says of which events of earlier backups the text was removed since.
func (c *cutting) removed(ctx context.Context) error {
	return c.runs(ctx, 1, c.manifest.First()-1, func(r record) error {
		if _, removed := parseTombstone(r.data); !removed {
			return nil
		}
		return c.out.AddNumbered(backup.Removed, r.seq, r.data)
	})
}

// notes copies the checkpoints that are kept in the log.
func (c *cutting) notes(ctx context.Context) error {
	for _, from := range []struct {
		slots slotKind
		part  backup.Kind
	}{{checkpointKind, backup.Kept}, {witnessedKind, backup.Witnessed}} {
		err := c.log.scan(ctx, from.slots.all(), func(at slot, note []byte) error {
			if at.seq() == 0 || at.seq() > c.head.Size || from.part == backup.Kept && at.seq() < c.manifest.First() {
				return nil
			}
			return c.out.AddNumbered(from.part, at.seq(), note)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// evidence copies what evidence consists of. A piece that is changed or missing
// is noted: the rest is worth a backup all the more.
func (c *cutting) evidence(ctx context.Context) error {
	if c.options.Evidence == nil {
		return nil
	}
	for k, item := range c.items {
		c.options.Progress.tell("evidence", uint64(k), uint64(len(c.items)))
		err := c.options.Evidence.Copy(ctx, item.SHA256, item.Size, func(name string, sealed int64) (io.Writer, error) {
			return c.out.Stream(backup.Evidence, name, sealed)
		}, nil)
		switch missing := errors.Is(err, evidence.ErrMissing); {
		case missing, errors.Is(err, evidence.ErrChanged):
			c.out.Unsound(item.SHA256, missing)
		case err != nil:
			return err
		}
	}
	return nil
}

func (c *cutting) checkpoint(context.Context) error {
	return c.out.Add(backup.Checkpoint, "", c.note)
}
