package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"tocsin/model"
	"tocsin/store/backup"
	"tocsin/store/evidence"
	"tocsin/store/tree"
	"tocsin/store/vault"
)

// backupKey opens what the tests below seal.
func backupKey(tb testing.TB) *age.X25519Identity {
	tb.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// house is a store with a space, its evidence and what opens its backups.
type house struct {
	dir   string
	store *Store
	space *Space
	blobs *evidence.Blobs
	key   *age.X25519Identity
}

func newHouse(tb testing.TB) *house {
	tb.Helper()
	dir := tb.TempDir()
	h := &house{dir: dir, store: openStore(tb, dir), key: backupKey(tb)}
	h.space = openSpace(tb, h.store, "acme")
	var err error
	if h.blobs, err = testEvidence(h.store.Vault(), dir, "acme"); err != nil {
		tb.Fatal(err)
	}
	setUp(tb, h.space)
	return h
}

func testEvidence(keys *vault.Vault, dir, space string) (*evidence.Blobs, error) {
	key, err := keys.Seed("evidence")
	if err != nil {
		return nil, err
	}
	return evidence.Open(filepath.Join(dir, "evidence"), space, key)
}

// report opens an incident with a reporter and a piece of evidence.
func (h *house) report(tb testing.TB, title string) model.ID {
	tb.Helper()
	id := do(tb, h.space, responder, model.Report{Title: title, Reporter: "Rita", Contact: "rita@example.org"}).Incident
	blob, err := h.blobs.Put(tb.Context(), strings.NewReader("what "+title+" left"), nil)
	if err != nil {
		tb.Fatal(err)
	}
	do(tb, h.space, responder, model.AddEvidence{Incident: id, Title: title, Size: blob.Size, SHA256: blob.SHA256})
	return id
}

func (h *house) options() BackupOptions {
	return BackupOptions{Made: morning, Program: "test", Sealed: backup.ByRecipients, Key: true, Evidence: h.blobs, Files: []OwnFile{{"settings.toml", []byte("theme = \"dark\"\n")}}}
}

func admitted() error { return nil }

// backup writes a backup to a new file.
func (h *house) backup(tb testing.TB, after *backup.Manifest) (string, backup.Manifest, backup.End) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "backup")
	options := h.options()
	options.After = after
	var m backup.Manifest
	var end backup.End
	err := backup.Files{}.Create(tb.Context(), path, func(w io.Writer) (err error) {
		m, end, err = h.space.Backup(tb.Context(), w, options, h.key.Recipient())
		return err
	}, admitted)
	if err != nil {
		tb.Fatal(err)
	}
	return path, m, end
}

func (h *house) restoreOptions() RestoreOptions {
	return RestoreOptions{
		Options: Options{Now: func() time.Time { return morning }}, Identities: []age.Identity{h.key}, Evidence: testEvidence,
		UnlockIn: func(string) (vault.Unlock, error) { return vault.Unlock{}, nil },
	}
}

// restored restores files and opens what came of it.
func (h *house) restored(tb testing.TB, files ...string) (*Space, Restored, string) {
	tb.Helper()
	dir := filepath.Join(tb.TempDir(), "restored")
	r, err := Restore(tb.Context(), dir, files, h.restoreOptions())
	if err != nil {
		tb.Fatal(err)
	}
	return openSpace(tb, openStore(tb, dir), "acme"), r, dir
}

// equal holds a restored space to the one that was backed up.
func (h *house) equal(tb testing.TB, other *Space) {
	tb.Helper()
	ours, err := verify(tb.Context(), h.space.log, h.space.veil)
	if err != nil {
		tb.Fatal(err)
	}
	theirs, err := verify(tb.Context(), other.log, other.veil)
	if err != nil {
		tb.Fatal(err)
	}
	if err := compare(ours, theirs); err != nil {
		tb.Error(err)
	}
	ourHead, err := h.space.log.head(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	theirHead, err := other.log.head(tb.Context())
	if err != nil || !bytes.Equal(ourHead.Root, theirHead.Root) || ourHead.Origin != theirHead.Origin || h.space.VerifierKey() != other.VerifierKey() {
		tb.Errorf("another root, origin or key: %v, %v, %v", ourHead, theirHead, err)
	}
	for id := range ours.Incidents {
		before, err := h.space.History(tb.Context(), id)
		after, err2 := other.History(tb.Context(), id)
		if err != nil || err2 != nil || len(before) != len(after) || len(before) == 0 {
			tb.Errorf("the history of %s has %d events, had %d; %v, %v", id, len(after), len(before), err, err2)
		}
	}
}

func TestRestoreBringsBackAllThatWasBackedUp(t *testing.T) {
	h := newHouse(t)
	for k := range 300 {
		do(t, h.space, responder, model.Report{Title: fmt.Sprint("report ", k)})
	}
	first := h.report(t, "first")
	h.report(t, "second")
	do(t, h.space, owner, model.ForgetPerson{Person: "Rob", Reason: "asked for"})
	file, m, end := h.backup(t, nil)
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if end.Evidence != 2 || end.Events != m.Events || end.Files != 1 || end.Vault < 3 || end.Notes == 0 {
		t.Errorf("%+v", end)
	}
	space, r, dir := h.restored(t, file)
	if r.Report.Size != m.Events || r.Evidence != 2 || r.Missing != 0 || r.Changed != 0 || r.Incident != 302 || r.Report.Checkpoints == 0 {
		t.Errorf("%+v", r)
	}
	h.equal(t, space)
	i, ok := space.Snapshot().Incident(first)
	if !ok || i.Incident.Reporter != "Rita" {
		t.Errorf("the reporter is %q", i.Incident.Reporter)
	}
	blobs, err := testEvidence(space.veil.vault, dir, "acme")
	if err != nil {
		t.Fatal(err)
	}
	item := i.Incident.Evidence[0]
	if found, err := blobs.Verify(t.Context(), item.SHA256, item.Size, nil); found != model.Intact || err != nil {
		t.Errorf("%s, %v", found, err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "settings.toml")); string(text) != "theme = \"dark\"\n" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(dir, unfinishedName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the mark of a restore is left: %v", err)
	}
	do(t, space, owner, model.Report{Title: "on we go"})
	if report, err := space.Verify(t.Context(), nil); err != nil || report.Fault != nil {
		t.Errorf("%+v, %v", report.Fault, err)
	}
}

func TestChainOfIncrementalBackups(t *testing.T) {
	h := newHouse(t)
	h.report(t, "first")
	one, m1, _ := h.backup(t, nil)
	h.report(t, "second")
	two, m2, end := h.backup(t, &m1)
	if end.Evidence > 2 || end.Events != m2.Events-m1.Events {
		t.Errorf("%+v", end)
	}
	three, m3, _ := h.backup(t, &m2) // nothing happened
	do(t, h.space, owner, model.ForgetPerson{Person: "Rob", Reason: "asked for"})
	h.report(t, "third")
	four, _, _ := h.backup(t, &m3)
	space, r, _ := h.restored(t, one, two, three, four)
	if r.Evidence != 3 || r.Missing != 0 {
		t.Errorf("%+v", r)
	}
	h.equal(t, space)

	other := newHouse(t)
	foreign, _, _ := other.backup(t, nil)
	for name, files := range map[string][]string{
		"a missing link": {one, three, four}, "another order": {one, three, two}, "no whole one": {two, three}, "two whole ones": {one, foreign},
		"twice the same": {one, two, two}, "another space": {foreign, two},
	} {
		dir := filepath.Join(t.TempDir(), "restored")
		if _, err := Restore(t.Context(), dir, files, h.restoreOptions()); !errors.Is(err, backup.ErrChain) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something is left: %v", name, err)
		}
	}
}

func TestIncrementalBackupNeedsItsPrevious(t *testing.T) {
	h := newHouse(t)
	h.report(t, "first")
	_, m, _ := h.backup(t, nil)
	for name, change := range map[string]func(m *backup.Manifest){
		"another root":  func(m *backup.Manifest) { m.Root[0]++ },
		"more events":   func(m *backup.Manifest) { m.Events += 5 },
		"another log":   func(m *backup.Manifest) { m.Origin += "x" },
		"another space": func(m *backup.Manifest) { m.Space = "other" },
	} {
		after := m
		change(&after)
		options := h.options()
		options.After = &after
		if _, _, err := h.space.Backup(t.Context(), io.Discard, options, h.key.Recipient()); !errors.Is(err, backup.ErrChain) || !errors.Is(err, model.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRemovedTextsStayRemoved holds that a chain does not bring back what was
// removed between its backups.
func TestRemovedTextsStayRemoved(t *testing.T) {
	h := newHouse(t)
	h.report(t, "a mistake")
	one, m, _ := h.backup(t, nil)
	seq := m.Events
	stored, err := h.space.Stored(t.Context(), seq)
	if err != nil {
		t.Fatal(err)
	}
	do(t, h.space, responder, model.Report{Title: "the removal"})
	gone, err := tombstone{leaf: tree.LeafHash(stored), by: seq + 1}.encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.space.log.put(t.Context(), map[slot][]byte{eventSlot(seq): gone}); err != nil {
		t.Fatal(err)
	}
	two, _, end := h.backup(t, &m)
	if end.Removed != 1 {
		t.Errorf("%+v", end)
	}
	l := restoreLog(t, h, one, two)
	if data, _, err := l.get(t.Context(), eventSlot(seq)); err != nil || !bytes.Equal(data, gone) {
		t.Errorf("event %d came back: %v", seq, err)
	}
}

// restoreLog restores until the log is written, and reads what nobody can fold.
func restoreLog(t *testing.T, h *house, files ...string) *badgerLog {
	t.Helper()
	options := h.restoreOptions()
	options.Options = options.withDefaults()
	chain, err := chainOf(files)
	if err != nil {
		t.Fatal(err)
	}
	r := &restoring{dir: t.TempDir(), files: files, chain: chain, options: options}
	held, err := lockDirectory(r.dir, morning)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func(context.Context) error{r.keys, func(ctx context.Context) error { return r.open(ctx, held) }, r.parts} {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { closeStore(t, r.store) })
	return r.refill.log.(*badgerLog)
}

func TestFlippedBitsAnywhereAreRefused(t *testing.T) {
	h := newHouse(t)
	h.report(t, "first")
	file, m, _ := h.backup(t, nil)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	line := bytes.IndexByte(whole, '\n') + 1
	var places []int
	for at := 0; at < line; at += 7 {
		places = append(places, at)
	}
	for at := line; at < line+400; at += 29 {
		places = append(places, at)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	for range 25 {
		places = append(places, line+chance.IntN(len(whole)-line))
	}
	places = append(places, line-1, len(whole)-1)
	for _, at := range places {
		damaged := bytes.Clone(whole)
		damaged[at] ^= 1 << (at % 8)
		h.refuses(t, fmt.Sprintf("byte %d of %d (events %d)", at, len(whole), m.Events), damaged)
	}
	for name, damaged := range map[string][]byte{
		"cut off": whole[:len(whole)-1], "cut in half": whole[:len(whole)/2], "the line alone": whole[:line], "nothing": nil, "more": append(bytes.Clone(whole), 0),
		"another line": append(bytes.Replace(whole[:line:line], []byte(`"program":"test"`), []byte(`"program":"best"`), 1), whole[line:]...),
	} {
		h.refuses(t, name, damaged)
	}
}

// refuses restores a damaged file, which must leave nothing.
func (h *house) refuses(t *testing.T, name string, data []byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "damaged")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "restored")
	_, err := Restore(t.Context(), dir, []string{file}, h.restoreOptions())
	if !errors.Is(err, backup.ErrDamaged) && !errors.Is(err, backup.ErrNewer) && !errors.Is(err, backup.ErrKey) && !errors.Is(err, backup.ErrChain) {
		t.Errorf("%s: %v", name, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: something is left: %v", name, err)
	}
}

func TestRestoreNeedsTheKey(t *testing.T) {
	h := newHouse(t)
	file, _, _ := h.backup(t, nil)
	options := h.restoreOptions()
	options.Identities = []age.Identity{backupKey(t)}
	dir := t.TempDir()
	if _, err := Restore(t.Context(), dir, []string{file}, options); !errors.Is(err, backup.ErrKey) {
		t.Errorf("%v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

// TestBackupWithoutTheKeyFile holds that a backup opens only beside the key
// that was left out of it.
func TestBackupWithoutTheKeyFile(t *testing.T) {
	h := newHouse(t)
	path := filepath.Join(t.TempDir(), "backup")
	options := h.options()
	options.Key = false
	err := backup.Files{}.Create(t.Context(), path, func(w io.Writer) error {
		m, _, err := h.space.Backup(t.Context(), w, options, h.key.Recipient())
		if m.Key {
			t.Error("the manifest speaks of a key that is not in it")
		}
		return err
	}, admitted)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "restored")
	if _, err := Restore(t.Context(), dir, []string{path}, h.restoreOptions()); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("%v", err)
	}
	with := h.restoreOptions()
	with.UnlockIn = func(string) (vault.Unlock, error) {
		return vault.Unlock{KeyFile: filepath.Join(h.dir, "vault", vault.KeyFileName)}, nil
	}
	if r, err := Restore(t.Context(), dir, []string{path}, with); err != nil || r.Report.Size == 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestRestoreOverwritesNothing(t *testing.T) {
	h := newHouse(t)
	file, _, _ := h.backup(t, nil)
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine")
	if err := os.WriteFile(mine, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{dir, h.dir} {
		if _, err := Restore(t.Context(), to, []string{file}, h.restoreOptions()); !errors.Is(err, model.ErrRefused) {
			t.Errorf("%s: %v", to, err)
		}
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}

// TestInterruptedRestoreNeverOpens stops a restore ahead of every step: by a
// failure, after which nothing is left, and as a kill would, after which
// nothing opens.
func TestInterruptedRestoreNeverOpens(t *testing.T) {
	h := newHouse(t)
	h.report(t, "first")
	file, _, _ := h.backup(t, nil)
	var steps []string
	options := h.restoreOptions()
	options.before = func(step string) error { steps = append(steps, step); return nil }
	if _, err := Restore(t.Context(), filepath.Join(t.TempDir(), "whole"), []string{file}, options); err != nil {
		t.Fatal(err)
	}
	if len(steps) < 10 {
		t.Fatalf("only %q", steps)
	}
	broken, killed := errors.New("broken"), "killed"
	for k, at := range steps {
		options := h.restoreOptions()
		n := 0
		options.before = func(string) error {
			if n++; n == k+1 {
				return broken
			}
			return nil
		}
		dir := filepath.Join(t.TempDir(), "failed")
		if _, err := Restore(t.Context(), dir, []string{file}, options); !errors.Is(err, broken) {
			t.Errorf("%s: %v", at, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something is left: %v", at, err)
		}
		n = 0
		options.before = func(string) error {
			if n++; n == k+1 {
				panic(killed)
			}
			return nil
		}
		dir = filepath.Join(t.TempDir(), "killed")
		func() {
			defer func() {
				if r := recover(); r != killed {
					t.Errorf("%s: %v", at, r)
				}
			}()
			_, _ = Restore(context.WithoutCancel(t.Context()), dir, []string{file}, options)
		}()
		if s, err := Open(t.Context(), dir, Options{}); !errors.Is(err, ErrUnfinished) {
			t.Errorf("%s: it opens: %v", at, err)
			if s != nil {
				closeStore(t, s)
			}
		}
		if _, err := Restore(t.Context(), dir, []string{file}, h.restoreOptions()); !errors.Is(err, ErrUnfinished) {
			t.Errorf("%s: restored over it: %v", at, err)
		}
	}
}

func TestBackupNotesEvidenceThatIsNotWhatItWas(t *testing.T) {
	h := newHouse(t)
	h.report(t, "changed")
	h.report(t, "missing")
	h.report(t, "whole")
	var paths []string
	err := filepath.WalkDir(filepath.Join(h.dir, "evidence"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil || len(paths) != 3 {
		t.Fatal(paths, err)
	}
	remove(t, paths[0])
	data, err := os.ReadFile(paths[1])
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1]++
	if err := os.WriteFile(paths[1], data, 0o600); err != nil {
		t.Fatal(err)
	}
	file, _, end := h.backup(t, nil)
	if len(end.Changed) != 1 || len(end.Missing) != 1 || end.Evidence != 2 {
		t.Errorf("%+v", end)
	}
	if _, r, _ := h.restored(t, file); r.Changed != 1 || r.Missing != 1 || r.Evidence != 2 {
		t.Errorf("%+v", r)
	}
}

func TestBackupLeavesNothingHalfWritten(t *testing.T) {
	h := newHouse(t)
	h.report(t, "first")
	broken := errors.New("broken")
	for _, at := range []string{"create", "write", "sync", "read", "admit", "place"} {
		dir := t.TempDir()
		files := backup.Files{Before: func(step, _ string) error {
			if step == at {
				return broken
			}
			return nil
		}}
		err := files.Create(t.Context(), filepath.Join(dir, "backup"), func(w io.Writer) error {
			_, _, err := h.space.Backup(t.Context(), w, h.options(), h.key.Recipient())
			return err
		}, func() error {
			if at == "admit" {
				return broken
			}
			return nil
		})
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", at, err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
			t.Errorf("%s: %v, %v", at, entries, err)
		}
	}
	path, _, _ := h.backup(t, nil)
	if err := (backup.Files{}).Create(t.Context(), path, func(io.Writer) error { return nil }, admitted); !errors.Is(err, fs.ErrExist) {
		t.Errorf("overwritten: %v", err)
	}
}

// TestBackupRefusesADamagedLog holds that a backup is never of something else
// than was signed.
func TestBackupRefusesADamagedLog(t *testing.T) {
	h := newHouse(t)
	h.report(t, "first")
	data, err := h.space.Stored(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1]++
	if err := h.space.log.put(t.Context(), map[slot][]byte{eventSlot(3): data}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.space.Backup(t.Context(), io.Discard, h.options(), h.key.Recipient()); !errors.Is(err, ErrDamaged) {
		t.Errorf("%v", err)
	}
}
