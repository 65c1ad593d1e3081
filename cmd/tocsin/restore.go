package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/store"
	"tocsin/store/backup"
	"tocsin/store/vault"
)

const restoreLong = `Makes a data directory of a whole backup, and of the incremental ones that follow
it, given in order. The log is replayed: every event is decoded and takes its
place in the tree, which must come out as the checkpoints say that were signed
of it; then everything is opened and verified once more as a whole. Nothing is
overwritten: the directory must be empty or not there. Until all has ended well
nothing opens the directory, and where something is wrong nothing is left in it.

The record goes on as the same log, from where the backup was made. That it was
restored, from what and by whom, is its next event. Where the lost record had
gone on after the backup, whoever holds a later checkpoint of it will rightly
find that this one is another: the verdict says up to when the restored one
goes.

--identity names a file with the private key of a recipient, --passphrase-file
one with the backup's passphrase, which is asked for otherwise. What unlocks the
record itself is asked for or found as always; --key-file says where its key
file is, if that is not in the backup.`

// restoreFlags is how a restore is asked for.
type restoreFlags struct {
	to, passphraseFile, keyFile string
	identities                  []string
}

func (a *app) restoreCommand() *cobra.Command {
	var given restoreFlags
	cmd := &cobra.Command{
		Use:     "restore FILE… --to FOLDER",
		Short:   "Make a record of backups, verifying every event",
		Long:    restoreLong,
		Example: "  tocsin restore main-…-whole.tocsin main-…-after-1204.tocsin --to ~/restored --identity key.txt",
		Args:    words(1, 10_000),
		RunE: func(cmd *cobra.Command, args []string) error {
			if given.to == "" {
				return usage(cmd, "where to? --to FOLDER, which is empty or not there")
			}
			return a.restore(cmd.Context(), args, given)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&given.to, "to", "", "the data directory to be made")
	flags.StringArrayVar(&given.identities, "identity", nil, "a file with private keys (AGE-SECRET-KEY-…); may be given again")
	flags.StringVar(&given.passphraseFile, "passphrase-file", "", "a file whose first line is the backup's passphrase (else it is asked for)")
	flags.StringVar(&given.keyFile, "key-file", "", "the key file that unlocks the record (else as its settings say)")
	return a.reading(cmd)
}

// restoreGC is how eagerly memory is collected while a record is restored, in
// per cent of what is in use: its projections are folded from all events at
// once, and a machine that is to take over is often a small one.
const restoreGC = 25

func (a *app) restore(ctx context.Context, files []string, given restoreFlags) error {
	actor, err := a.actor()
	if err != nil {
		return err
	}
	identities, err := a.identities(files, given)
	if err != nil {
		return err
	}
	progress := a.newProgress()
	zone, events := time.UTC, uint64(0)
	options := store.RestoreOptions{
		Options:    store.Options{Now: a.now, Logger: slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelWarn}))},
		Identities: identities, Evidence: openBlobs, Progress: progress.copying(),
		UnlockIn: func(dir string) (vault.Unlock, error) {
			progress.clear()
			return a.unlockRestored(dir, given.keyFile)
		},
		Finish: func(ctx context.Context, s *store.Space, r store.Restored) error {
			zone, events = s.Snapshot().Zone(), r.Report.Size
			last := files[len(files)-1]
			_, err := s.Do(ctx, actor, model.CopyRecord{Way: model.CopyRestored, Name: filepath.Base(last), Events: r.Report.Size, Root: r.Report.Root.String(), Made: r.Made})
			return err
		},
	}
	defer debug.SetGCPercent(debug.SetGCPercent(restoreGC))
	restored, err := store.Restore(ctx, given.to, files, options)
	progress.clear()
	if err != nil {
		return restoreTrouble(err)
	}
	out := a.newPaper()
	if err := a.printRestored(out, given.to, restored, events, zone); err != nil {
		return err
	}
	return a.handOver(out)
}

// restoredView is what was restored.
type restoredView struct {
	Folder    string `json:"folder"`
	Space     string `json:"space"`
	Log       string `json:"log" help:"its name in its checkpoints"`
	Key       string `json:"key" help:"the public key that verifies its checkpoints"`
	Events    uint64 `json:"events" help:"how many were restored, every one verified"`
	Last      stamp  `json:"last" help:"when the last of them was recorded"`
	Made      stamp  `json:"made" help:"when the last backup was"`
	Root      string `json:"root" help:"base64"`
	Incidents int    `json:"incidents"`
	Evidence  int    `json:"evidence" help:"pieces that are there"`
	Changed   int    `json:"changed" help:"of them, those that were changed before the backup"`
	Missing   int    `json:"missing" help:"pieces that are not there"`
}

// restoreTrouble tells what is wrong with the files from what is wrong with
// the disk.
func restoreTrouble(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return model.Refuse(model.Field("file", err.Error(), "a backup"))
	}
	return backupTrouble(err)
}

// unlockRestored says how the vault of a restored directory is unlocked.
func (a *app) unlockRestored(dir, keyFile string) (vault.Unlock, error) {
	unlock, slips, err := a.unlock(dir)
	a.warnOfSettings(slips)
	if err != nil || keyFile == "" {
		return unlock, err
	}
	unlock.KeyFile, err = wholePath(keyFile)
	return unlock, err
}

// identities are what opens backups: private keys, or the passphrase that one
// of them asks for.
func (a *app) identities(files []string, given restoreFlags) ([]age.Identity, error) {
	var identities []age.Identity
	for _, name := range given.identities {
		file, err := os.Open(name)
		if err != nil {
			return nil, model.Refuse(model.Field("identity", err.Error(), "a file with private keys, as age-keygen writes it"))
		}
		keys, err := age.ParseIdentities(file)
		_ = file.Close()
		if err != nil {
			return nil, model.Refuse(model.Field("identity", name+": "+err.Error(), "a file with private keys, as age-keygen writes it"))
		}
		identities = append(identities, keys...)
	}
	asks := given.passphraseFile != ""
	for _, name := range files {
		m, err := backup.Peek(name)
		if err != nil {
			return nil, restoreTrouble(err)
		}
		asks = asks || m.Sealed == backup.ByPassphrase
	}
	if !asks {
		if len(identities) == 0 {
			return nil, model.Refuse(model.Field("identity", "the backup is sealed for recipients", "--identity FILE with the private key of one of them"))
		}
		return identities, nil
	}
	words, err := a.backupPassphrase(given.passphraseFile, false)
	if err != nil {
		return nil, err
	}
	defer clear(words)
	key, err := age.NewScryptIdentity(string(words))
	return append(identities, key), err
}

// printRestored is the verdict.
func (a *app) printRestored(out *paper, dir string, r store.Restored, events uint64, zone *time.Location) error {
	if a.json {
		return out.printJSON(restoredView{
			Folder: dir, Space: r.Space, Log: r.Origin, Key: r.Key, Events: events, Last: stamp{r.Last.In(zone)}, Made: stamp{r.Made.In(zone)},
			Root: r.Report.Root.String(), Incidents: r.Incident, Evidence: r.Evidence, Changed: r.Changed, Missing: r.Missing,
		})
	}
	out.line(painted{fmt.Sprintf("Restored into %s: %s, every one verified; %s, %s.", dir, several(events, "event"), several(uint64(r.Incident), "incident"), several(uint64(r.Evidence), "piece of evidence", "pieces of evidence")), strong})
	out.line(painted{"  last event ", quiet}, painted{fmt.Sprintf("%d, of %s", events, exactly(r.Last, zone)), plain})
	out.line(painted{"  backed up  ", quiet}, painted{exactly(r.Made, zone), plain})
	out.line(painted{"  root       ", quiet}, painted{r.Report.Root.String(), plain})
	out.line(painted{"  log        ", quiet}, painted{r.Origin, plain})
	out.line(painted{"  key        ", quiet}, painted{r.Key, plain})
	if r.Changed+r.Missing > 0 {
		out.line(painted{fmt.Sprintf("  ! of the evidence %d changed before the backup and %d missing in it; tocsin evidence verify says which", r.Changed, r.Missing), strong})
	}
	out.indented(2, "What was recorded after that is not in it. The next event says that it was restored. Open it with --data "+dir+".", quiet)
	return nil
}
