package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"tocsin/model"
	"tocsin/store/backup"
	"tocsin/store/disk"
	"tocsin/store/evidence"
	"tocsin/store/tree"
	"tocsin/store/vault"
)

// ErrUnfinished means that a directory holds what an interrupted restore left.
// It never opens.
var ErrUnfinished = errors.New("a restore into this directory did not end")

// unfinishedName is the file that a directory has while it is restored into: it
// is made first, and removed last.
const unfinishedName = "restore.unfinished"

// RestoreOptions are what a restore needs beside the backups.
type RestoreOptions struct {
	Options
	Identities []age.Identity // what opens the backups
	// UnlockIn says how the vault that was put into a directory is unlocked.
	UnlockIn func(dir string) (vault.Unlock, error)
	// Evidence opens where a space's evidence is to lie. It is not asked where
	// the backups hold none.
	Evidence func(keys *vault.Vault, dir, space string) (*evidence.Blobs, error)
	// Finish is called with the space once everything was verified; its error
	// gives the restore up.
	Finish   func(ctx context.Context, s *Space, r Restored) error
	Progress Copying

	before func(step string) error // ahead of each step: the hook for faults
}

// Restored is what a restore brought back.
type Restored struct {
	Space    string
	Origin   string
	Key      string // verifies the log's checkpoints
	Report   tree.Report
	Last     time.Time // when the last event was recorded
	Made     time.Time // the last backup
	Incident int       // how many incidents there are
	Evidence int       // pieces of evidence that are there
	Changed  int       // of them, those that were changed when the backup was made
	Missing  int       // pieces that are not
}

// Restore makes a data directory of a whole backup and those that follow it, in
// order. The directory must be empty or not there. Every event is verified:
// its place, its leaf, the root at every kept checkpoint, and the signatures of
// those; then the projections are made and all is opened as every later start
// will. Until that has ended well nothing opens the directory, and where it
// fails nothing is left in it.
func Restore(ctx context.Context, dir string, files []string, options RestoreOptions) (Restored, error) {
	options.Options = options.withDefaults()
	chain, err := chainOf(files)
	if err != nil {
		return Restored{}, err
	}
	made, err := claimEmpty(dir)
	if err != nil {
		return Restored{}, err
	}
	r := &restoring{dir: dir, files: files, chain: chain, options: options}
	if err := r.run(ctx); err != nil {
		return Restored{}, errors.Join(fmt.Errorf("restore into %s: %w", dir, err), emptied(dir, made))
	}
	return r.restored, nil
}

// chainOf reads the manifests of files, which must follow each other.
func chainOf(files []string) ([]backup.Manifest, error) {
	chain, err := backup.PeekChain(files)
	if err != nil {
		return nil, err
	}
	_, err = newKeyspace(chain[0].Space)
	return chain, err
}

// claimEmpty marks an empty directory as one that is being restored into, and
// says whether it was made for that.
func claimEmpty(dir string) (made bool, err error) {
	entries, err := within(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		made = true
		err = os.MkdirAll(dir, 0o700)
	case err == nil && len(entries) > 0:
		return false, notEmpty(dir)
	}
	if err != nil {
		return made, fmt.Errorf("make the data directory: %w", err)
	}
	marker := filepath.Join(dir, unfinishedName)
	file, err := os.OpenFile(marker, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return made, fmt.Errorf("make the data directory: %w", err)
	}
	return made, errors.Join(file.Sync(), file.Close(), disk.SyncFolder(dir))
}

// notEmpty refuses a directory that something lies in.
func notEmpty(dir string) error {
	if err := checkFinished(dir); err != nil {
		return &model.Refusal{Cause: ErrUnfinished, Reason: err.Error()}
	}
	return model.Refuse(model.Field("to", dir+" is not empty", "a directory that is empty or not there"))
}

// checkFinished refuses a directory that an interrupted restore left.
func checkFinished(dir string) error {
	_, err := os.Lstat(filepath.Join(dir, unfinishedName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: remove %s and restore again", ErrUnfinished, dir)
}

// within lists what lies in a directory, but for what a fresh file system has.
func within(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	var names []string
	for _, entry := range entries {
		if entry.Name() != "lost+found" {
			names = append(names, entry.Name())
		}
	}
	return names, err
}

// emptied removes what a restore put into a directory, the mark last.
func emptied(dir string, made bool) error {
	entries, err := within(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry == unfinishedName {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, entry)); err != nil {
			return err
		}
	}
	if err := os.Remove(filepath.Join(dir, unfinishedName)); err != nil {
		return err
	}
	if made {
		return os.Remove(dir)
	}
	return nil
}

// restoring is a restore under way.
type restoring struct {
	dir     string
	files   []string
	chain   []backup.Manifest
	options RestoreOptions

	store    *Store
	refill   *refill
	signer   note.Verifier
	blobs    *evidence.Blobs
	notes    map[slot][]byte // checkpoints to be put into the log
	restored Restored
}

// last is the manifest of the last backup.
func (r *restoring) last() backup.Manifest { return r.chain[len(r.chain)-1] }

func (r *restoring) allow(step string) error {
	if r.options.before == nil {
		return nil
	}
	return r.options.before(step)
}

func (r *restoring) run(ctx context.Context) error {
	held, err := lockDirectory(r.dir, r.options.Now())
	if err != nil {
		return err
	}
	if err := r.fill(ctx, held); err != nil {
		return err
	}
	if err := r.allow("unmark"); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(r.dir, unfinishedName)); err != nil {
		return err
	}
	return disk.SyncFolder(r.dir)
}

// fill puts everything into the directory, and gives up the lock.
func (r *restoring) fill(ctx context.Context, held *lock) (err error) {
	defer func() {
		if r.store == nil {
			err = errors.Join(err, held.release())
			return
		}
		err = errors.Join(err, r.store.Close(context.WithoutCancel(ctx)))
	}()
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{{"keys", r.keys}, {"open", func(ctx context.Context) error { return r.open(ctx, held) }}, {"parts", r.parts}, {"verify", r.verify}} {
		if err := r.allow(step.name); err != nil {
			return err
		}
		if err := step.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// read goes through the parts of a file. Done ends it early.
func (r *restoring) read(ctx context.Context, k int, take func(*backup.Reader, backup.Part) (done bool, err error)) (err error) {
	file, err := os.Open(r.files[k])
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, file.Close()); err != nil {
			err = fmt.Errorf("%s: %w", r.files[k], err)
		}
	}()
	from, err := backup.NewReader(file, r.options.Identities...)
	if err != nil {
		return err
	}
	runtime.GC() // to make a key of a passphrase took 256 MiB
	if from.Manifest.ID != r.chain[k].ID {
		return fmt.Errorf("%w: it changed meanwhile", backup.ErrDamaged)
	}
	for ctx.Err() == nil {
		part, err := from.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if done, err := take(from, part); done || err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// keys puts the vault and the team's files in place, as the last backup has
// them: no older vault holds a key more, but for those destroyed since.
func (r *restoring) keys(ctx context.Context) error {
	return r.read(ctx, len(r.files)-1, func(_ *backup.Reader, part backup.Part) (done bool, err error) {
		if part.Kind != backup.Vault && part.Kind != backup.File {
			return true, nil
		}
		if err := r.allow("place " + part.Name); err != nil {
			return false, err
		}
		data, err := part.Bytes()
		if err != nil {
			return false, err
		}
		if part.Kind == backup.Vault {
			return false, vault.Place(filepath.Join(r.dir, vaultName), part.Name, data)
		}
		return false, r.placeFile(part.Name, data)
	})
}

func (r *restoring) placeFile(name string, data []byte) error {
	to := filepath.Join(r.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return errors.Join(disk.Steps(nil).Write(to, data), disk.SyncFolder(filepath.Dir(to)))
}

// open makes the database.
func (r *restoring) open(ctx context.Context, held *lock) (err error) {
	if r.options.Unlock, err = r.options.UnlockIn(r.dir); err != nil {
		return err
	}
	opened := newStore(r.dir, held, r.options.Options)
	if err := opened.openHeld(ctx); err != nil {
		return err
	}
	r.store = opened
	space, origin := r.last().Space, r.last().Origin
	keys, err := newKeyspace(space)
	if err != nil {
		return err
	}
	l, err := openBadgerLog(r.store.db, keys)
	if err != nil {
		return err
	}
	secret, err := r.store.options.seed(signingKey(space))
	if err != nil {
		return err
	}
	signer, err := tree.NewSigner(origin, secret)
	if err != nil {
		return fmt.Errorf("%w: %w", backup.ErrDamaged, err)
	}
	r.signer = signer.Verifier()
	r.restored = Restored{Space: space, Origin: origin, Key: signer.VerifierKey(), Last: r.last().Last, Made: r.last().Made}
	r.refill = newRefill(l, newVeil(space, r.store.vault), origin)
	return nil
}

// parts replays all files.
func (r *restoring) parts(ctx context.Context) error {
	for k := range r.files {
		if err := r.read(ctx, k, func(from *backup.Reader, part backup.Part) (bool, error) { return false, r.part(ctx, from, part) }); err != nil {
			return err
		}
	}
	return r.refill.flush(ctx)
}

func (r *restoring) part(ctx context.Context, from *backup.Reader, part backup.Part) error {
	if err := r.allow("part " + string(part.Kind)); err != nil {
		return err
	}
	switch part.Kind {
	case backup.Vault, backup.File:
		return nil // keys took them
	case backup.Events:
		err := from.Each(part, func(seq uint64, stored []byte) error { return r.refill.add(ctx, seq, stored) })
		r.options.Progress.tell("events", r.refill.end(), r.last().Events)
		return err
	case backup.Evidence:
		return r.takeEvidence(ctx, part)
	}
	data, err := part.Bytes()
	if err != nil {
		return err
	}
	switch part.Kind {
	case backup.Removed:
		return r.refill.remove(ctx, part.Number, data)
	case backup.Kept:
		return r.keep(ctx, checkpointSlot(part.Number), data)
	case backup.Witnessed:
		return r.keep(ctx, witnessedSlot(part.Number), data)
	case backup.Checkpoint:
		if err := r.putNotes(ctx); err != nil {
			return err
		}
		return r.conclude(ctx, from.Manifest, data)
	}
	return fmt.Errorf("%w: a part of kind %q", backup.ErrDamaged, part.Kind)
}

// notesAtOnce is how many checkpoints are put into the log in one transaction.
const notesAtOnce = 256

// keep puts a checkpoint into the log, together with others.
func (r *restoring) keep(ctx context.Context, at slot, signed []byte) error {
	if r.notes == nil {
		r.notes = make(map[slot][]byte)
	}
	if r.notes[at] = signed; len(r.notes) < notesAtOnce {
		return nil
	}
	return r.putNotes(ctx)
}

func (r *restoring) putNotes(ctx context.Context) error {
	if len(r.notes) == 0 {
		return nil
	}
	err := r.refill.log.put(ctx, r.notes)
	clear(r.notes)
	return err
}

// conclude holds what a file has brought the log to against its checkpoint,
// and makes that the head of the log.
func (r *restoring) conclude(ctx context.Context, m backup.Manifest, signed []byte) error {
	head, err := r.refill.root(ctx)
	if err != nil {
		return err
	}
	at, err := tree.OpenCheckpoint(signed, r.signer)
	switch {
	case err != nil:
		return fmt.Errorf("%w: its checkpoint does not verify: %w", backup.ErrDamaged, err)
	case at.Head != head || m.Events != head.Size || m.Root != head.Root:
		return fmt.Errorf("%w: its %d events are not those that its checkpoint was signed for", backup.ErrDamaged, head.Size)
	}
	return headFileOf(r.dir, m.Space).write(signed)
}

func (r *restoring) takeEvidence(ctx context.Context, part backup.Part) (err error) {
	if r.blobs == nil {
		if r.blobs, err = r.options.Evidence(r.store.vault, r.dir, r.last().Space); err != nil {
			return err
		}
	}
	err = r.blobs.Take(ctx, part.Name, part, nil)
	if errors.Is(err, evidence.ErrChanged) {
		r.restored.Changed++
		return nil
	}
	return err
}

// verify opens the space as every start will, computes its tree anew, and lets
// whoever restores have the last word.
func (r *restoring) verify(ctx context.Context) error {
	s, err := r.store.Space(ctx, r.last().Space)
	if err != nil {
		return err
	}
	report, err := s.Verify(ctx, func(done, total uint64) { r.options.Progress.tell("verified", done, total) })
	switch {
	case err != nil:
		return err
	case report.Fault != nil:
		return fmt.Errorf("%w: %w", backup.ErrDamaged, report.Fault)
	case report.Size < r.last().Events: // imports that were under way are given up by events of their own
		return fmt.Errorf("%w: %d events were restored, not %d", backup.ErrDamaged, report.Size, r.last().Events)
	}
	r.restored.Report = report
	if err := r.countEvidence(s); err != nil {
		return err
	}
	if r.options.Finish == nil {
		return nil
	}
	return r.options.Finish(ctx, s, r.restored)
}

// countEvidence finds out which pieces of evidence are not there.
func (r *restoring) countEvidence(s *Space) error {
	snapshot := s.Snapshot()
	r.restored.Incident = len(snapshot.Queue()) + len(snapshot.Closed())
	seen := make(map[string]bool)
	for _, item := range s.evidenceItems() {
		if seen[item.SHA256] {
			continue
		}
		seen[item.SHA256] = true
		there := false
		if r.blobs != nil {
			var err error
			if there, err = r.blobs.Stored(item.SHA256); err != nil {
				return err
			}
		}
		if there {
			r.restored.Evidence++
		} else {
			r.restored.Missing++
		}
	}
	return nil
}
